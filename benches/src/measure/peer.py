"""The figures of the Chibi package by unit and month in DuckDB: one pass of hand-written SQL for each record type.

usage: peer.py FOLDER     (tables.json and columns as the bench writes them)
Prints a line of JSON when loaded: bytes of the tables in memory. Then for each line read:
  run    every query, all results fetched as Arrow: {"seconds": ...}
  cells  the same as [indicator, unit, month, numerator, denominator] for those that are compared
"""
import json, os, sys, time
import duckdb, numpy as np, pyarrow as pa

NONE = np.iinfo(np.int32).min
folder = sys.argv[1]
tables = json.load(open(f"{folder}/tables.json"))
db = duckdb.connect()
db.execute("set threads = 2")
for table, columns in tables.items():
    if not columns:
        continue
    names, arrays, casts = [], [], []
    for name, kind in columns.items():
        cells = np.fromfile(f"{folder}/{table}.{name}.bin", dtype="<i4")
        empty = cells == NONE
        quoted = f'"{name}"'
        if isinstance(kind, list):
            codes = pa.array(np.where(empty, 0, cells), mask=empty)
            arrays.append(pa.DictionaryArray.from_arrays(codes, pa.array(kind)))
            # Few different texts are an enumeration, the narrowest that there is.
            if len(kind) < 60000:
                db.execute(f"create type \"{table}_{name}\" as enum ({', '.join(repr(t) for t in kind)})")
                casts.append(f"{quoted}::\"{table}_{name}\" as {quoted}")
            else:
                casts.append(quoted)
        elif kind == "own":
            arrays.append(pa.array([f"N{cell:08d}" for cell in cells.tolist()]))
            casts.append(quoted)
        elif kind == "day":
            arrays.append(pa.array(cells, type=pa.int32(), mask=empty).cast(pa.date32()))
            casts.append(quoted)
        else:
            arrays.append(pa.array(cells, type=pa.int32(), mask=empty))
            casts.append(quoted)
        names.append(name)
    arrow = pa.table(arrays, names=names)
    db.execute(f"create table {table} as select {', '.join(casts)} from arrow")
    del arrow, arrays

F, PASSED = "category <> 'farm'", "result in ('pass', 'fail')"
AS_OF = "last_day(day)"


def n(condition=None):
    return "count(*)" if condition is None else f"count(*) filter ({condition})"


def share(part, among=None):
    whole = "" if among is None else f"{among} and "
    return n(f"{whole}{part}"), n(among)


def total(value):
    return f"coalesce(sum({value}), 0)", "1"


def count(condition=None):
    return n(condition), "1"


# By table: the column of the unit (or none: the city), and each indicator's numerator and denominator.
IN_PERIOD = {
    "food_sample": {
        "unit": {
            "food_batches": count(),
            "food_pass_rate": share("result = 'pass'", f"{PASSED} and {F}"),
            "food_report_rate": share("reported_on <= day + 40", f"result <> 'pending' and {F}"),
            "food_disposal_rate": share(f"disposed_on <= {AS_OF}", f"result = 'fail' and {F}"),
            "farm_pass_rate": share("result = 'pass'", f"category = 'farm' and {PASSED}"),
        },
        "place": {
            "food_batches_in_place": count(F),
            "food_pass_rate_in_place": share("result = 'pass'", f"{PASSED} and {F}"),
            "food_disposal_rate_in_place": share(f"disposed_on <= {AS_OF}", f"result = 'fail' and {F}"),
            "farm_pass_rate_in_place": share("result = 'pass'", f"category = 'farm' and {PASSED}"),
        },
    },
    "product_check": {
        "unit": {
            "product_pass_rate": share("result = 'pass'", PASSED),
            "product_followup_rate": share(f"handled_on <= {AS_OF}", "result = 'fail'"),
        },
        "place": {"product_pass_rate_in_place": share("result = 'pass'", PASSED)},
        "industry": {"": share("result = 'pass'", f"{PASSED} and industry is not null")},
    },
    "project_acceptance": {"unit": {
        "acceptance_pass_rate": share("result = 'first_pass'", "result <> 'pending'"),
        "supervision_coverage": share("supervised = 'yes'"),
    }},
    "satisfaction_score": {"unit": {"": ("sum(score)", "count(score)")}},
    "service_volume": {"unit": {
        "services_handled": total("handled"),
        "services_on_time": total("on_time"),
        "service_on_time_rate": (total("on_time")[0], total("handled")[0]),
    }},
    "metrology_check": {"unit": {
        "instruments_due": total("required_count"),
        "instruments_verified": total("verified_count"),
        "metrology_rate": (total("verified_count")[0], total("required_count")[0]),
    }},
    "inspection": {"unit": {
        "inspections_planned": count(),
        "inspection_completion_rate": share("result is not null", "kind = 'random'"),
        "inspection_publication_rate": share("published_on <= day + 30", "kind = 'random' and result is not null"),
        "correction_rate": share(f"corrected_on <= {AS_OF}", "result in ('corrected', 'ordered')"),
    }},
    "complaint": {"unit": {
        "complaints": count(),
        "complaint_on_time_rate": share("closed_on <= due_on", f"accepted_on is not null and due_on <= {AS_OF}"),
        "mediation_success_of_accepted": share("outcome = 'agreed'", "kind = 'complaint' and accepted_on is not null"),
        "mediation_success_of_closed": share("outcome = 'agreed'", "kind = 'complaint' and outcome in ('agreed', 'terminated')"),
        "": total("recovered"),
    }},
    "normative_document": {
        "unit": {"normative_documents": count()},
        "": {"policy_fields_covered": ("count(distinct field) filter (field <> 'general')", "1")},
    },
    "quality_fund": {"unit": {"": total("amount"), "fund_execution_rate": (total("amount")[0], total("budget")[0])}},
    "activity": {"unit": {
        "meetings": count("kind = 'meeting'"),
        "quality_month_activities": count("kind = 'quality_month'"),
        "information_items": count("kind = 'information'"),
    }},
    "training": {"unit": {"people_trained": total("people")}},
    "progress_report": {"unit": {"report_parts_missing": total("missing"), "late_reports": count("day > due_on")}},
    "criticism": {"unit": {"criticisms": count()}},
    "accident": {"unit": {
        "major_accidents": count("level in ('major', 'extraordinary')"),
        "lesser_accidents": count("level in ('general', 'larger')"),
    }},
    "incident": {"unit": {"quality_incidents": count()}},
    "commitment": {"unit": {"commitments": count()}, "place": {"commitments_in_place": count()}},
    "participation": {"unit": {"organisations_taking_part": ("count(distinct subject)", "1")}},
    "certification": {"place": {"certified_farm_products": count("kind in ('organic', 'green', 'pollution_free', 'geographical')")}},
    "award": {"unit": {"high_level_awards": count("level in ('national', 'provincial')")}},
    "ranking_result": {"unit": {"": ("arg_max(position, day) filter (contest = 'living_environment')", "1")}},
}
# Everything up to the month's end: counted by month, then added up.
TO_DATE = {
    "standard_work": {
        "unit": {
            "local_industrial_standards": count("kind = 'local' and field = 'industrial' and role in ('lead', 'draft')"),
            "local_agricultural_standards": count("kind = 'local' and field = 'agricultural' and role in ('lead', 'draft')"),
            "enterprise_standards": count("kind = 'enterprise'"),
            "service_standards": count("field = 'service' and role in ('lead', 'draft')"),
            "=standards_drafted_in_period": count("role in ('lead', 'draft')"),
        },
        "": {"standards_adopted": count("role = 'adopt' and kind in ('international', 'foreign')")},
    },
    "brand_recognition": {"unit": {
        "time_honoured_brands": count("kind = 'time_honoured' and level = 'national'"),
        "well_known_trademarks": count("kind = 'well_known_trademark' and level = 'national'"),
        "provincial_famous_products": count("kind = 'famous_product' and level = 'provincial'"),
        "provincial_famous_trademarks": count("kind = 'famous_trademark' and level = 'provincial'"),
        "prefecture_famous_products": count("kind = 'famous_product' and level = 'prefecture'"),
        "prefecture_known_trademarks": count("kind = 'known_trademark' and level = 'prefecture'"),
        "national_heritage_crafts": count("kind = 'heritage_craft' and level = 'national'"),
        "golden_camel_awards": count("kind = 'contest'"),
        "=brands_recognised_in_period": count(),
    }},
    "title": {"unit": {
        "demonstration_city_titles": count("kind = 'demonstration_city'"),
        "other_area_titles": count("kind = 'area' and level in ('national', 'provincial')"),
        "national_model_cases": count("kind = 'model_case' and level = 'national'"),
        "=high_level_titles": count("level in ('national', 'provincial') and kind <> 'model_case'"),
        "=model_cases": count("level in ('national', 'provincial') and kind = 'model_case'"),
    }},
    "product_standard": {"": {"standard_coverage": share("covered = 'yes'")}},
}


def query(table, groups, to_date):
    month = "case when day < date '2018-01-01' then 0 else month(day) end" if to_date else "month(day)"
    first = "" if to_date else "day >= date '2018-01-01' and "
    keys = [key for key in groups if key]
    sets = ", ".join(f"({key}, m)" if key else "(m)" for key in groups)
    aggregates, layout = [], []
    for place, (key, indicators) in enumerate(groups.items()):
        for name, (above, below) in indicators.items():
            layout.append((place, name, len(aggregates), below))
            aggregates.append(above)
            if below != "1":
                aggregates.append(below)
    columns = ", ".join(keys + ["m"] + [f"{a} as a{i}" for i, a in enumerate(aggregates)])
    if len(groups) > 1:
        columns = f"grouping({', '.join(keys + ['m'])}) as g, {columns}"
        by = f"grouping sets ({sets})"
    else:
        columns, by = f"0 as g, {columns}", ", ".join(keys + ["m"])
    inner = f"select *, {month} as m from {table} where {first}day <= date '2018-12-31'"
    return f"select {columns} from ({inner}) group by {by}", keys, layout


QUERIES = [(table, groups, to_date, *query(table, groups, to_date)) for all_, to_date in ((IN_PERIOD, False), (TO_DATE, True)) for table, groups in all_.items() if table in tables and tables[table]]


def run():
    start = time.perf_counter()
    for _, _, _, sql, _, _ in QUERIES:
        db.execute(sql).to_arrow_table()
    return time.perf_counter() - start


def cells():
    found = []
    for table, groups, to_date, sql, keys, layout in QUERIES:
        rows = db.execute(sql).fetchall()
        # grouping() has a bit for each key that is not in the set; the last is the month's.
        sets = {}
        for place, key in enumerate(groups):
            bits = sum(1 << (len(keys) - i) for i, k in enumerate(keys) if k != key)
            sets[bits if len(groups) > 1 else 0] = (place, key)
        cumulated = {}
        for row in rows:
            place, key = sets[row[0]]
            unit = row[1 + keys.index(key)] if key else None
            m, values = row[1 + len(keys)], row[2 + len(keys):]
            for of, name, first, below in layout:
                if of != place or not name or (key and unit is None):
                    continue
                pair = [values[first], 1 if below == "1" else values[first + 1]]
                cumulated.setdefault((name, unit, below), {})[m] = pair
        for (name, unit, below), by_month in cumulated.items():
            a = b = 0
            for m in range(13):
                pair = by_month.get(m)
                if name.startswith("=") or not to_date:
                    if pair and m:
                        found.append([name.lstrip("="), unit, m, *map(int, pair)])
                    continue
                if pair:
                    a, b = a + pair[0], (1 if below == "1" else b + pair[1])
                if m and (a or b):
                    found.append([name, unit, m, int(a), int(b)])
    return found


used = db.execute("select sum(memory_usage_bytes) from duckdb_memory()").fetchone()[0]
print(json.dumps({"bytes": int(used), "version": duckdb.__version__}), flush=True)
for line in sys.stdin:
    what = line.strip()
    if what == "run":
        print(json.dumps({"seconds": run()}), flush=True)
    elif what == "cells":
        print(json.dumps({"cells": cells()}), flush=True)
