#!/usr/bin/env python3
"""One engine of the rating workload, in a process that loads once and runs when it is told.

usage: peer.py PEERS_PY ENGINE DATA_DIR shuf|sort
Definitions, data in memory, settings and the query are those of the workload's own peers.py, taken from its text. Lines
on standard input: `grades` runs that query (rows [unit, grade, count]); `all` runs it with every result out: each
enterprise's figures, item points, score, veto and grade, as the engine's own table in memory. Each answer is a line of JSON.
"""
import ast, hashlib, json, sys, time

peers, engine, data, order = sys.argv[1:5]
sys.argv = [peers, engine, data, "mem", order, "1"]
tree = ast.parse(open(peers).read())


def is_timing(node):
    return isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "times" for t in node.targets)


cut = next(i for i, node in enumerate(tree.body) if is_timing(node))
tree.body = tree.body[:cut]
space = {"__name__": "peers"}
exec(compile(tree, peers, "exec"), space)
POINTS, WEIGHTS, NO_VALUE, AS_OF = (space[name] for name in ("POINTS", "WEIGHTS", "NO_VALUE", "AS_OF"))


def query_of_all():
    """The same one-pass query, but with the enterprises' rows kept."""
    text = space["q"]
    start = text.index("(SELECT u, CASE WHEN np+nf")
    depth, end = 0, start
    for end in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[end], 0)
        if depth == 0:
            break
    middle = text[start:end + 1].replace("(SELECT u,", "(SELECT enterprise_id, u,", 1)
    num = (lambda v: f"toFloat64({float(v)!r})") if engine == "chdb" else (lambda v: f"{float(v)!r}::DOUBLE")

    def points(x, pts, missing):
        s = "CASE " + (f"WHEN {x} IS NULL THEN {num(missing)} " if missing is not None else "")
        s += f"WHEN {x} <= {num(pts[0][0])} THEN {num(pts[0][1])} "
        for (x0, y0), (x1, y1) in zip(pts, pts[1:]):
            s += f"WHEN {x} <= {num(x1)} THEN {num(y0)} + (({x} - {num(x0)}) * {num(y1 - y0)}) / {num(x1 - x0)} "
        return s + f"ELSE {num(pts[-1][1])} END"

    each = ", ".join(f"{points(f'x{i + 1}', POINTS[i], NO_VALUE.get(i))} AS p{i + 1}" for i in range(8))
    score = " + ".join(f"{num(WEIGHTS[i])} * p{i + 1}" for i in range(8))
    grade = (f"CASE WHEN v > {num(0)} THEN 'D' WHEN score >= {num(85)} THEN 'A' WHEN score >= {num(70)} THEN 'B' "
             f"WHEN score >= {num(55)} THEN 'C' ELSE 'D' END")
    xs, ps = (", ".join(f"{letter}{i + 1}" for i in range(8)) for letter in "xp")
    return (f"SELECT enterprise_id, u, {xs}, {ps}, v, score, {grade} AS grade FROM (SELECT *, {score} AS score FROM "
            f"(SELECT *, {each} FROM {middle} m) n) o")


def polars_all(base):
    import polars as pl
    c = pl.col

    def pw(x, pts, missing):
        e = pl.when(x <= float(pts[0][0])).then(pl.lit(float(pts[0][1])))
        for (x0, y0), (x1, y1) in zip(pts, pts[1:]):
            e = e.when(x <= float(x1)).then(pl.lit(float(y0)) + ((x - float(x0)) * float(y1 - y0)) / float(x1 - x0))
        e = e.otherwise(float(pts[-1][1]))
        return e if missing is None else pl.when(x.is_null()).then(pl.lit(missing)).otherwise(e)

    fail, f64 = c("result") == "fail", pl.Float64
    a = base.with_columns(c("occurred_on").cast(pl.Int32).alias("d")).group_by("enterprise_id").agg(
        c("unit").max().alias("u"),
        ((c("result") == "pass") & (c("d") > AS_OF - 730)).sum().cast(f64).alias("np"),
        (fail & (c("d") > AS_OF - 730)).sum().cast(f64).alias("nf"),
        (c("severity").cast(pl.Int64) * fail).sum().cast(f64).alias("x2"),
        (c("record_type") == "complaint").sum().cast(f64).alias("x3"),
        (c("amount") * (c("record_type") == "penalty")).sum().alias("x4"),
        (c("record_type") == "award").sum().cast(f64).alias("x5"),
        (AS_OF - pl.when(fail).then(c("d")).max().cast(f64)).alias("x6"),
        (c("record_type") == "commitment").sum().cast(f64).alias("x7"),
        ((c("record_type") == "rectification") & (c("result") != "pass") & (c("d") <= AS_OF - 90)).sum().cast(f64).alias("x8"),
        (fail & (c("severity") == 5) & (c("d") > AS_OF - 365)).sum().alias("v"))
    a = a.with_columns(pl.when(c("np") + c("nf") > 0).then(c("np") / (c("np") + c("nf"))).alias("x1"))
    a = a.with_columns([pw(c(f"x{i + 1}"), POINTS[i], NO_VALUE.get(i)).alias(f"p{i + 1}") for i in range(8)])
    score = sum((WEIGHTS[i] * c(f"p{i + 1}") for i in range(1, 8)), WEIGHTS[0] * c("p1"))
    return a.with_columns(score.alias("score")).with_columns(
        pl.when(c("v") > 0).then(pl.lit("D")).when(c("score") >= 85).then(pl.lit("A")).when(c("score") >= 70)
        .then(pl.lit("B")).when(c("score") >= 55).then(pl.lit("C")).otherwise(pl.lit("D")).alias("grade")).collect(engine="in-memory")


def run_all():
    """Runs the query with every result out, and drops the last one outside the timed span."""
    if engine == "duckdb":
        space["db"].execute("drop table if exists every_result")
        start = time.perf_counter()
        space["db"].execute(f"create temp table every_result as {space['q_all']}")
    elif engine == "chdb":
        space["s"].query("drop table if exists m.every_result")
        start = time.perf_counter()
        space["s"].query(f"create table m.every_result engine=Memory as {space['q_all']}")
    else:
        start = time.perf_counter()
        kept = polars_all(space["base"])
    taken = time.perf_counter() - start
    if engine == "duckdb":
        rows = space["db"].execute("select u, grade, count(*) from every_result group by all").fetchall()
    elif engine == "chdb":
        text = space["s"].query("select u, grade, count(*) from m.every_result group by u, grade", "CSV").bytes().decode()
        rows = [line.replace('"', "").split(",") for line in text.strip().splitlines()]
    else:
        rows = kept.group_by("u", "grade").len().rows()
    return taken, rows


def hash_of(rows):
    rows = sorted((int(u), str(g), int(n)) for u, g, n in rows)
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:12]


if engine != "polars":
    space["q_all"] = query_of_all()
print(json.dumps(dict(engine=engine, load_s=space["load"])), flush=True)
for line in sys.stdin:
    if line.strip() == "all":
        taken, rows = run_all()
    else:
        start = time.perf_counter()
        rows = space["run"]()
        taken = time.perf_counter() - start
    print(json.dumps(dict(seconds=taken, hash=hash_of(rows))), flush=True)
