"""What the example packages must measure on the real files: python3 expected.py SAMPLES [--check].

Computed here from the files themselves with csv and fractions, without Zhicheng, and written to expected.json beside
this script (with --check only compared). Nothing is taken from the packages but the names of units and codes and the
classing of facility spellings, which is a decision and no calculation. A figure is one `zhicheng measure` with all
its cells; numerator and denominator are compared as text, written as the command writes them (see `text`).
"""

import csv
import gzip
import json
import sys
import tomllib
from collections import Counter
from datetime import date, timedelta
from fractions import Fraction
from io import StringIO
from pathlib import Path

HERE = Path(__file__).resolve().parent
EXAMPLES = HERE.parent.parent / "programmes" / "examples"


# --- Reading the files ------------------------------------------------------------------------------------------------

def table(samples: Path, name: str) -> list[dict[str, str]]:
    """The rows of a file, every cell as it stands."""
    data = (samples / name).read_bytes()
    data = gzip.decompress(data) if name.endswith(".gz") else data
    return list(csv.DictReader(StringIO(data.decode("utf-8"), newline="")))


def package(name: str) -> dict[str, list[dict]]:
    """The tables of an example package, for the names of its units and codes."""
    tables: dict[str, list[dict]] = {}
    for path in sorted((EXAMPLES / name).glob("*.toml")):
        for key, rows in tomllib.loads(path.read_text(encoding="utf-8")).items():
            tables.setdefault(key, []).extend(rows if isinstance(rows, list) else [rows])
    return tables


def codes(tables: dict[str, list[dict]], vocabulary: str) -> dict[str, str]:
    """Spelling (in lower case) to code."""
    found = {}
    for row in tables["code"]:
        if row["vocabulary"] == vocabulary:
            for spelling in [row["id"], row["name"]["en"], *row.get("aliases", [])]:
                found[spelling.lower()] = row["id"]
    return found


def day_of(text: str) -> date | None:
    """2011-09-02 or 20110902; nothing for an empty cell or what is no day."""
    try:
        return date.fromisoformat(text) if len(text) in (8, 10) else None
    except ValueError:
        return None


# --- Writing figures --------------------------------------------------------------------------------------------------

def text(number: Fraction) -> str | None:
    """A number in decimals, exactly; None where they do not end."""
    places, rest = 0, number.denominator
    for factor in (2, 5):
        power = 0
        while rest % factor == 0:
            rest, power = rest // factor, power + 1
        places = max(places, power)
    if rest != 1:
        return None
    whole, decimals = divmod(abs(number.numerator) * 10**places // number.denominator, 10**places)
    sign = "-" if number < 0 else ""
    return f"{sign}{whole}.{decimals:0{places}}" if places else f"{sign}{whole}"


def cell(numerator, denominator=1, state="value", **slice_) -> dict:
    """One cell of a figure; without numerator the state says why."""
    if numerator is None:
        return {**slice_, "numerator": None, "denominator": None, "state": state}
    above, below = Fraction(numerator), Fraction(denominator)
    shown = text(above), text(below)
    if None in shown:  # as a fraction of whole numbers, where one of the two has no end in decimals
        value = above / below
        shown = str(value.numerator), str(value.denominator)
    return {**slice_, "numerator": shown[0], "denominator": shown[1], "state": "value"}


def ratio(numerator, denominator, **slice_) -> dict:
    """A cell of a share or mean: not applicable over nothing."""
    return cell(numerator, denominator, **slice_) if denominator else cell(None, state="not_applicable", **slice_)


def share(rows, is_part, **slice_) -> dict:
    rows = list(rows)
    return ratio(sum(map(is_part, rows)), len(rows), **slice_)


def figure(indicator: str, cells: list[dict], by=None, period=None, day=None, subject=None) -> dict:
    asked = [("--by", by), ("--period", period), ("--day", day), ("--subject", subject)]
    arguments = [indicator] + [word for pair in asked if pair[1] for word in pair]
    return {"arguments": arguments, "cells": cells}


def ends(year: int, quarter: int) -> tuple[date, date]:
    """First and last day of a quarter."""
    after = date(year + quarter // 4, quarter % 4 * 3 + 1, 1)
    return date(year, quarter * 3 - 2, 1), after - timedelta(days=1)


def spans(years, by: str) -> list[tuple[str, date, date]]:
    """Name, first and last day of the years or quarters."""
    if by == "year":
        return [(str(year), date(year, 1, 1), date(year, 12, 31)) for year in years]
    return [(f"{year}Q{quarter}", *ends(year, quarter)) for year in years for quarter in range(1, 5)]


def by_value(rows, key, order, make, period, **more) -> list[dict]:
    """A cell for each value that occurs, in the order of the codes, rows without a value last."""
    groups: dict[str | None, list] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    names = [code for code in order if code in groups] + ([None] if None in groups else [])
    assert len(names) == len(groups), set(groups) - set(names)
    return [make(groups[name], value_of_field=name, period=period, **more) for name in names]


# --- Chicago, food inspections ----------------------------------------------------------------------------------------

def chicago_food(samples: Path) -> dict:
    folder = "chicago_inspections_2011_2013/"
    tables = package("chicago-food")
    kinds, risks, results = (codes(tables, name) for name in ("facility_kind", "risk", "result"))
    colours = codes(tables, "sanitarian")
    visits = {}
    for row in table(samples, folder + "food_inspections.csv.gz"):
        visits[row["Inspection_ID"]] = {
            "day": day_of(row["Inspection_Date"]),
            "result": results[row["Results"].lower()],
            "risk": risks[row["Risk"].lower()],
            "kind": kinds[row["Facility_Type"].lower()] if row["Facility_Type"] else None,
            "sanitarian": colours[row["sanitarian"]] if row["sanitarian"] else None,
            "licence": row["License"],
            "critical": int(row["criticalCount"]),
            "findings": int(row["criticalCount"]) + int(row["seriousCount"]) + int(row["minorCount"]),
        }
    lines = [(visits[row["Inspection_ID"]], row["Inspection_ID"], int(row["violation_no"])) for row in table(samples, folder + "violations_long.csv.gz")]
    all_visits, years = list(visits.values()), (2011, 2012, 2013)
    whole = "2011..2013"

    def within(first, last):
        return [visit for visit in all_visits if first <= visit["day"] <= last]

    def lines_within(first, last):
        return [line for line in lines if first <= line[0]["day"] <= last]

    def is_pass(visit):
        return visit["result"] == "pass"

    def is_open(visit):
        return visit["result"] != "fail"

    def over(by, make):
        return [make(first, last, period=name) for name, first, last in spans(years, by)]

    def rate(year):
        rows = within(date(year, 1, 1), date(year, 12, 31))
        return Fraction(sum(map(is_pass, rows)), len(rows))

    def class_of(number):
        return "critical" if number <= 14 else "serious" if number <= 29 else "minor" if number <= 44 else "other"

    def repeated(first, last, **slice_):
        listed = sum(class_of(number) != "other" for _, _, number in lines_within(first, last))
        return cell(sum(visit["findings"] for visit in within(first, last)) - listed, **slice_)

    numbers = Counter(number for _, _, number in lines)
    failed = [line for line in lines if line[0]["result"] == "fail"]
    june = within(date(2012, 6, 1), date(2012, 6, 30))
    return {
        "package": "chicago-food",
        "imports": [
            {"type": "inspection", "file": folder + "food_inspections.csv.gz", "mapping": "mapping-chicago-food-inspections.toml", "rows": len(visits), "added": len(visits)},
            {"type": "visit", "file": folder + "food_inspections.csv.gz", "mapping": "mapping-chicago-food-visits.toml", "rows": len(visits), "added": len(visits)},
            {"type": "violation", "file": folder + "violations_long.csv.gz", "mapping": "mapping-chicago-food-violations.toml", "rows": len(lines), "added": len(lines)},
        ],
        "figures": [
            figure("inspections", over("year", lambda a, b, **s: cell(len(within(a, b)), **s)), by="year"),
            figure("passes", over("year", lambda a, b, **s: cell(sum(map(is_pass, within(a, b))), **s)), by="year"),
            figure("conditional_passes", [cell(sum(visit["result"] == "pass_conditions" for visit in all_visits), period=whole)]),
            figure("pass_rate", over("year", lambda a, b, **s: share(within(a, b), is_pass, **s)), by="year"),
            figure("pass_rate", over("quarter", lambda a, b, **s: share(within(a, b), is_pass, **s)), by="quarter"),
            figure("pass_rate", [share(june, is_pass, period="2012-06")], period="2012-06"),
            figure("pass_rate", by_value(all_visits, lambda v: v["kind"], dict.fromkeys(kinds.values()), lambda r, **s: share(r, is_pass, **s), whole), by="facility_kind"),
            figure("pass_rate", by_value(all_visits, lambda v: v["risk"], ["high", "medium", "low"], lambda r, **s: share(r, is_pass, **s), whole), by="risk"),
            figure("pass_rate", by_value(all_visits, lambda v: v["sanitarian"], sorted(set(colours.values())), lambda r, **s: share(r, is_pass, **s), whole), by="sanitarian"),
            figure("open_rate", by_value(within(date(2013, 1, 1), date(2013, 12, 31)), lambda v: v["risk"], ["high", "medium", "low"], lambda r, **s: share(r, is_open, **s), "2013"), by="risk", period="2013"),
            figure("fail_rate", over("year", lambda a, b, **s: share(within(a, b), lambda v: not is_open(v), **s)), by="year"),
            figure("pass_rate_change", [cell(rate(2013) - rate(2012), period="2013")], period="2013"),
            figure("critical_rate", over("year", lambda a, b, **s: share(within(a, b), lambda v: v["critical"] > 0, **s)), by="year"),
            figure("licences", over("year", lambda a, b, **s: cell(len({v["licence"] for v in within(a, b)}), **s)), by="year"),
            figure("findings_per_inspection", over("year", lambda a, b, **s: ratio(sum(v["findings"] for v in within(a, b)), len(within(a, b)), **s)), by="year"),
            figure("violations", over("year", lambda a, b, **s: cell(len(lines_within(a, b)), **s)), by="year"),
            figure("violations", [cell(numbers[number], value_of_field=f"v{number:02}", period=whole) for number in sorted(numbers)], by="violation_no"),
            figure("critical_violation_share", over("year", lambda a, b, **s: share(lines_within(a, b), lambda line: line[2] <= 14, **s)), by="year"),
            figure("violations_on_failed_visits", by_value(failed, lambda line: line[0]["risk"], ["high", "medium", "low"], lambda r, **s: cell(len(r), **s), whole), by="subject.visit_risk"),
            figure("visits_with_violations", over("year", lambda a, b, **s: cell(len({number for _, number, _ in lines_within(a, b)}), **s)), by="year"),
            figure("repeated_findings", over("year", repeated), by="year"),
        ],
    }


# --- Chicago, 311 requests --------------------------------------------------------------------------------------------

def chicago_311(samples: Path) -> dict:
    name = "chicago_311_sanitation_2011_2012/sanitation_311.csv.gz"
    categories = codes(package("chicago-311"), "category")
    requests = []
    for row in table(samples, name):
        requests.append({
            "day": day_of(row["Creation_Date"]),
            "done": day_of(row["Completion_Date"]),
            "dup": row["Status"] != "Completed",
            "number": row["Service_Request_Number"],
            "category": categories[row["Nature"].lower()] if row["Nature"] else None,
            "ward": f"ward-{int(row['Ward']):02}" if row["Ward"] not in ("", "0") else None,
        })
    years, whole = (2011, 2012), "2011..2012"
    end = date(2012, 12, 31)
    wards = [f"ward-{number:02}" for number in range(1, 51)]

    def within(first, last):
        return [request for request in requests if first <= request["day"] <= last]

    def own(rows):
        return [request for request in rows if not request["dup"]]

    def closed(rows, as_of):
        return [request for request in own(rows) if request["done"] and request["done"] <= as_of]

    def closing(rows, as_of, **slice_):
        done = closed(rows, as_of)
        return ratio(sum((request["done"] - request["day"]).days for request in done), len(done), **slice_)

    def closed_share(rows, as_of, **slice_):
        return ratio(len(closed(rows, as_of)), len(own(rows)), **slice_)

    def in_week(rows, as_of, **slice_):
        old = [request for request in own(rows) if request["day"] + timedelta(days=7) <= as_of]
        return share(old, lambda request: request["done"] <= request["day"] + timedelta(days=7), **slice_)

    def over(by, make):
        return [make(first, last, period=period) for period, first, last in spans(years, by)]

    def by_ward(rows, make, period):
        """The city and each ward; the city without the rows that name no ward; the department has no ground."""
        at = {ward: [request for request in rows if request["ward"] == ward] for ward in wards}
        cells = [make([request for request in rows if request["ward"]], unit="chicago", period=period)]
        cells += [make([], unit="streets", period=period)]
        return cells + [make(at[ward], unit=ward, period=period) for ward in wards]

    def backlog(_, last, **slice_):
        return cell(sum(request["day"] <= last < request["done"] for request in own(requests)), **slice_)

    of_2011, of_2012 = within(date(2011, 1, 1), date(2011, 12, 31)), within(date(2012, 1, 1), end)
    half = within(date(2012, 1, 1), date(2012, 6, 30))
    order = list(dict.fromkeys(categories.values()))
    return {
        "package": "chicago-311",
        "imports": [{"type": "request", "file": name, "mapping": "mapping-chicago-311.toml", "rows": len(requests), "added": len(requests)}],
        "figures": [
            figure("requests", over("year", lambda a, b, **s: cell(len(within(a, b)), **s)), by="year"),
            figure("requests", over("quarter", lambda a, b, **s: cell(len(within(a, b)), **s)), by="quarter"),
            figure("requests", by_ward(of_2011, lambda r, **s: cell(len(r), **s), "2011"), by="unit", period="2011"),
            figure("duplicates", over("year", lambda a, b, **s: cell(sum(r["dup"] for r in within(a, b)), **s)), by="year"),
            figure("duplicate_share", by_value(requests, lambda r: r["category"], order, lambda r, **s: share(r, lambda one: one["dup"], **s), whole), by="category"),
            figure("closed", over("year", lambda a, b, **s: cell(len(closed(within(a, b), b)), **s)), by="year"),
            figure("closed_share", over("year", lambda a, b, **s: closed_share(within(a, b), b, **s)), by="year"),
            figure("closed_share", by_ward(of_2012, lambda r, **s: closed_share(r, end, **s), "2012"), by="unit", period="2012"),
            figure("closed_share", [closed_share(half, date(2012, 6, 30), period="2012")], period="2012", day="2012-06-30"),
            figure("closing_days", over("year", lambda a, b, **s: closing(within(a, b), b, **s)), by="year"),
            figure("closing_days", by_value(requests, lambda r: r["category"], order, lambda r, **s: closing(r, end, **s), whole), by="category"),
            figure("closing_days", by_ward(of_2011, lambda r, **s: closing(r, date(2011, 12, 31), **s), "2011"), by="unit", period="2011"),
            figure("longest_days", [cell(max((r["done"] - r["day"]).days for r in closed(requests, end)), period=whole)]),
            figure("closed_in_7_days", over("quarter", lambda a, b, **s: in_week(within(a, b), b, **s)), by="quarter"),
            figure("backlog", over("quarter", backlog), by="quarter"),
            figure("completed_in_period", over("year", lambda a, b, **s: cell(sum(bool(r["done"]) and a <= r["done"] <= b for r in own(requests)), **s)), by="year"),
            figure("numbers_listed_again", [cell(len(requests) - len({r["number"] for r in requests}), period=whole)]),
            figure("requests_growth", [ratio(len(of_2012) - len(of_2011), len(of_2011), period="2012")], period="2012"),
        ],
    }


# --- New York, lifts --------------------------------------------------------------------------------------------------

def nyc_lifts(samples: Path) -> dict:
    name = "nyc_elevators_2015/elevators.csv.gz"
    tables = package("nyc-lifts")
    types, statuses = codes(tables, "lift_type"), codes(tables, "status")
    boroughs = {row["name"]["en"]: row["id"] for row in tables["unit"]}
    rows = table(samples, name)
    lifts = []
    for row in rows:
        assert statuses[row["Device Status"].lower()] == statuses[row["DV_DEVICE_STATUS_DESCRIPTION"].lower()]
        assert bool(day_of(row["DV_LASTPER_INSP_DATE"])) == bool(row["DV_LASTPER_INSP_DATE"])
        lifts.append({
            "status": statuses[row["Device Status"].lower()],
            "type": types[row["Device Type"].lower()],
            "place": boroughs[row["Borough"]] if row["Borough"] else None,
            "last": day_of(row["DV_LASTPER_INSP_DATE"]),
            "building": row["BIN"],
            "zip": row["ZIP_CODE"] not in ("", "0"),
            "capacity": Fraction(row["DV_CAPACITY_LBS"]) if row["DV_CAPACITY_LBS"] else None,
        })
    today, period = date(2015, 10, 17), "2015"
    day = today.isoformat()
    used = [lift for lift in lifts if lift["status"] == "active"]
    order = list(dict.fromkeys(types.values()))
    places = ["manhattan", "bronx", "brooklyn", "queens", "staten_island"]

    def dated(lift, as_of=today):
        return lift["last"] is not None and lift["last"] < as_of - timedelta(days=365)

    def overdue(lift, as_of=today):
        return lift["last"] is None or dated(lift, as_of)

    def by_borough(rows, make):
        """The city has the lifts that name a borough."""
        cells = [make([lift for lift in rows if lift["place"]], unit="nyc", period=period)]
        return cells + [make([lift for lift in rows if lift["place"] == place], unit=place, period=period) for place in places]

    def count(rows, **slice_):
        return cell(len(rows), **slice_)

    with_date = [lift for lift in used if lift["last"]]
    late = [lift for lift in used if overdue(lift)]
    never = sum(lift["last"] is None for lift in used)
    return {
        "package": "nyc-lifts",
        "imports": [{"type": "lift", "file": name, "mapping": "mapping-nyc-lifts.toml", "rows": len(rows), "added": len(rows)}],
        "figures": [
            figure("lifts", by_borough(lifts, count), by="unit", day=day),
            figure("lifts", by_value(lifts, lambda lift: lift["place"], places, count, period), by="place", day=day),
            figure("lifts", by_value(lifts, lambda lift: lift["type"], order, count, period), by="lift_type", day=day),
            figure("lifts", by_value(lifts, lambda lift: lift["status"], list(dict.fromkeys(statuses.values())), count, period), by="status", day=day),
            figure("overdue", [cell(len(late), period=period)], day=day),
            figure("overdue", [cell(sum(overdue(lift, date(2015, 12, 31)) for lift in used), period=period)]),
            figure("overdue", by_value(late, lambda lift: lift["type"], order, count, period), by="lift_type", day=day),
            figure("never_inspected", by_borough([lift for lift in used if not lift["last"]], count), by="unit", day=day),
            figure("overdue_share", by_borough(used, lambda r, **s: share(r, overdue, **s)), by="unit", day=day),
            figure("overdue_share_dated", by_value(with_date, lambda lift: lift["type"], order, lambda r, **s: share(r, dated, **s), period), by="lift_type", day=day),
            figure("not_inspected_this_year", by_borough(used, lambda r, **s: share(r, lambda lift: not lift["last"] or lift["last"].year < 2015, **s)), by="unit", day=day),
            figure("days_since_inspection", [ratio(sum((today - lift["last"]).days for lift in with_date), len(with_date), period=period)], day=day),
            figure("buildings", [cell(len({lift["building"] for lift in used if lift["building"]}), period=period)], day=day),
            figure("without_zip", [cell(sum(not lift["zip"] for lift in lifts), period=period)], day=day),
            figure("capacity_in_use", [cell(sum(lift["capacity"] for lift in used if lift["capacity"] is not None), period=period)], day=day),
        ],
        "ratings": [{
            "arguments": ["inspection_class", "--day", day],
            "grades": {"in_time": len(used) - len(late), "overdue": len(late) - never, "never": never, "out_of_use": len(lifts) - len(used)},
        }],
    }


# --- New York, management report --------------------------------------------------------------------------------------

def nyc_mmr(samples: Path) -> dict:
    name = "scorecard_nyc_mmr_fy23/indicators.csv"
    agencies = {row["name"]["en"]: row["id"] for row in package("nyc-mmr")["unit"] if row["kind"] == "agency"}
    rows = table(samples, name)
    results = []
    for row in rows:
        target = None if row["Target.MMR"] == "NA" else Fraction(row["Target.MMR"])
        actual, up = Fraction(row["2023"]), row["Desired.Direction"] == "Up"
        met = None if target is None else actual >= target if up else actual <= target
        nine = round_half_up(actual, 9)
        # The nine places that the package keeps do not change a verdict.
        assert target is None or met == (nine >= target if up else nine <= target)
        results.append({
            "id": row["ID"],
            "unit": agencies[row["Agency.Full.Name.y"]] if row["Agency.Full.Name.y"] != "NA" else None,
            "direction": row["Desired.Direction"].lower(),
            "critical": row["Critical"] == "Yes",
            "met": met,
            "years": {year: None if row[str(year)] == "NA" else round_half_up(Fraction(row[str(year)]), 9) for year in range(2016, 2024)},
        })
    period, years = "2022A", range(2016, 2024)

    def set_(rows):
        return [result for result in rows if result["met"] is not None]

    def by_agency(rows, make):
        """The city has what names an agency."""
        cells = [make([result for result in rows if result["unit"]], unit="nyc", period=period)]
        return cells + [make([result for result in rows if result["unit"] == unit], unit=unit, period=period) for unit in agencies.values()]

    def met_share(rows, **slice_):
        return share(set_(rows), lambda result: result["met"], **slice_)

    def one(number):
        return next(result for result in results if result["id"] == number)

    critical = [result for result in results if result["critical"]]
    met, missed = sum(result["met"] is True for result in results), sum(result["met"] is False for result in results)
    grown = one("138")["years"]
    reported = [(year, sum(result["years"][year] is not None for result in results)) for year in years]
    return {
        "package": "nyc-mmr",
        "imports": [
            {"type": "result", "file": name, "mapping": "mapping-nyc-mmr-results.toml", "rows": len(rows), "added": len(rows)},
            {"type": "yearly", "file": name, "mapping": "mapping-nyc-mmr-yearly.toml", "rows": len(rows), "added": len(rows) * len(years)},
        ],
        "figures": [
            figure("listed", [cell(len(results), period=period)]),
            figure("listed", by_agency(results, lambda r, **s: cell(len(r), **s)), by="unit"),
            figure("with_target", [cell(len(set_(results)), period=period)]),
            figure("met", [cell(met, period=period)]),
            figure("met", by_agency(results, lambda r, **s: cell(sum(x["met"] is True for x in r), **s)), by="unit"),
            figure("not_met", [cell(missed, period=period)]),
            figure("not_met", by_agency(results, lambda r, **s: cell(sum(x["met"] is False for x in r), **s)), by="unit"),
            figure("no_target", [cell(len(results) - met - missed, period=period)]),
            figure("no_target", by_agency(results, lambda r, **s: cell(sum(x["met"] is None for x in r), **s)), by="unit"),
            figure("met_share", [met_share(results, period=period)]),
            figure("met_share", by_agency(results, met_share), by="unit"),
            figure("met_share", by_value(set_(results), lambda r: r["direction"], ["up", "down"], met_share, period), by="direction"),
            figure("critical_met_share", by_agency(critical, met_share), by="unit"),
            figure("no_target_share", by_value(results, lambda r: r["direction"], ["up", "down"], lambda r, **s: share(r, lambda x: x["met"] is None, **s), period), by="direction"),
            figure("reported", [cell(count, period=str(year)) for year, count in reported], by="year", period="2016..2023"),
            figure("unreported", [cell(len(results) - count, period=str(year)) for year, count in reported], by="year", period="2016..2023"),
            figure("actual", [cell(grown[2023], subject="138", period=period)], subject="138"),
            figure("actual", [cell(grown[2021], subject="138", period="2020A")], subject="138", period="2020A"),
            figure("actual", [cell(value, subject=number, period=period) for number, value in sorted((r["id"], r["years"][2023]) for r in results)], by="subject"),
            figure("actual_growth", [ratio(grown[2023] - grown[2022], grown[2022], subject="138", period=period)], subject="138"),
        ],
        "ratings": [{
            "arguments": ["target", "--day", "2023-06-30"],
            "grades": {"met": met, "not_met": missed, "no_target": len(results) - met - missed},
        }],
        "scores": [{"arguments": ["department"], "cards": cards(results, list(agencies.values()))}],
    }


def cards(results: list[dict], agencies: list[str]) -> list[dict]:
    """60 points for the targets met, 40 for the critical ones; what an agency has no target for is left out."""
    totals: dict[str, Fraction | None] = {}
    for unit in agencies:
        points = possible = Fraction(0)
        for worth, rows in ((60, results), (40, [result for result in results if result["critical"]])):
            met = [result["met"] for result in rows if result["unit"] == unit and result["met"] is not None]
            if met:
                points += Fraction(worth * sum(met), len(met))
                possible += worth
        totals[unit] = round_half_up(points / possible * 100, 2) if possible else None
    found = []
    for unit, total in totals.items():
        if total is None:
            found.append({"unit": unit, "total": None, "grade": None, "rank": None})
            continue
        grade = "all_met" if total >= 100 else "some_met" if total >= Fraction(1, 100) else "none_met"
        rank = 1 + sum(other is not None and other > total for other in totals.values())
        found.append({"unit": unit, "total": f"{float(total):.2f}", "grade": grade, "rank": rank})
    return found


def round_half_up(number: Fraction, places: int) -> Fraction:
    """Half away from zero."""
    scaled = abs(number) * 10**places
    units = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Fraction(units if number >= 0 else -units, 10**places)


# --- All --------------------------------------------------------------------------------------------------------------

def render(packages: list[dict]) -> str:
    """JSON with one cell a line, so that a change can be read."""
    about = "Written by expected.py. `arguments` follow `zhicheng measure|rate|score --data DIR`; add `--format json`. Paths of files are in the samples, of mappings in programmes/examples. A cell lists every field that tells it from its neighbours."
    lines = ["{", f' "about": {json.dumps(about)},', ' "packages": [']
    for at, found in enumerate(packages):
        lines.append(f'  {{"package": {json.dumps(found["package"])},')
        sections = []
        for section, inner in (("imports", None), ("figures", "cells"), ("ratings", None), ("scores", "cards")):
            entries = [entry(one, inner) for one in found.get(section, [])]
            sections.append(f'   "{section}": [' + ("\n" + ",\n".join(entries) + "\n   " if entries else "") + "]")
        lines.append(",\n".join(sections))
        lines.append("  }" + ("," if at + 1 < len(packages) else ""))
    return "\n".join([*lines, " ]", "}", ""])


def entry(one: dict, inner: str | None) -> str:
    if inner is None:
        return "    " + json.dumps(one)
    cells = ",\n".join("      " + json.dumps(row) for row in one[inner])
    return f'    {{"arguments": {json.dumps(one["arguments"])}, "{inner}": [\n{cells}\n    ]}}'


def main(arguments: list[str]) -> int:
    samples, path = Path(arguments[0]), HERE / "expected.json"
    packages = [chicago_food(samples), chicago_311(samples), nyc_lifts(samples), nyc_mmr(samples)]
    written = render(packages)
    figures = [one for found in packages for one in found["figures"]]
    print(f"{len(figures)} figures with {sum(len(one['cells']) for one in figures)} cells")
    if "--check" in arguments:
        same = path.read_text(encoding="utf-8") == written
        print("expected.json is up to date" if same else "expected.json differs: run without --check")
        return 0 if same else 1
    path.write_text(written, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
