"""Writes the two mapping files of the example nyc-mmr: python3 mapping_mmr.py SAMPLES EXAMPLES.

A decimal field has at most nine places; the report's actuals of 2023 have up to fifteen. A mapping can say what a
cell means, so each longer value is named with the nine places that stand for it (half up). SAMPLES is the folder
with scorecard_nyc_mmr_fy23, EXAMPLES is programmes/examples.
"""

import csv
import sys
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

PLACES = 9

HEAD_RESULTS = """\
# indicators.csv as records `result`: the fiscal year 2023 with its target. "NA" is declared empty in the package.
# Written by tests/examples/mapping_mmr.py.
ignore = [
    "2016", # the years before: mapping-nyc-mmr-yearly.toml
    "2017",
    "2018",
    "2019",
    "2020",
    "2021",
    "2022",
    "Agency.Number", # stands for two departments in three cases; the name is exact
    "UAAgyConcat",
    "Unit.of.Appropriation",
    "U.A.Name",
]

[columns]
"2023" = ["actual", "actual_as_published"]

[constants]
day = "2023-06-30"
"""

HEAD_YEARLY = """\
# indicators.csv as records `yearly`: each year's column is a record of its own, dated by the end of its fiscal year.
# Written by tests/examples/mapping_mmr.py.
ignore_unknown = true

[wide]
field = "actual"

[wide.columns]
"""

VALUES = """
# Values with more than nine places, and the nine places that stand for them (half up).
[values.actual]
"""


def rounded(text: str) -> str:
    """The value with nine places, half up, without trailing zeros."""
    value = Decimal(text).quantize(Decimal(1).scaleb(-PLACES), ROUND_HALF_UP)
    return format(value, "f").rstrip("0")


def main(samples: Path, examples: Path) -> None:
    with open(samples / "scorecard_nyc_mmr_fy23" / "indicators.csv", encoding="utf-8", newline="") as file:
        texts = [row["2023"] for row in csv.DictReader(file)]
    long = sorted({text for text in texts if len(text.partition(".")[2]) > PLACES}, key=Decimal)
    values = VALUES + "".join(f'"{text}" = "{rounded(text)}"\n' for text in long)
    years = "".join(f'"{year}" = {{ day = "{year}-06-30" }}\n' for year in range(2016, 2024))
    (examples / "mapping-nyc-mmr-results.toml").write_text(HEAD_RESULTS + values, encoding="utf-8", newline="\n")
    (examples / "mapping-nyc-mmr-yearly.toml").write_text(HEAD_YEARLY + years + values, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
