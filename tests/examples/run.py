"""Runs the example packages on the real files and compares each figure: python3 run.py ZHICHENG SAMPLES [PACKAGE…].

ZHICHENG is the built binary. Makes data folders in a temporary place, imports the files as they are, asks for every
figure, rating and score of expected.json and compares numerators and denominators as text. Importing a file again must
add nothing. Exit code 1 when anything differs. How the figures were computed: expected.py.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
EXAMPLES = HERE.parent.parent / "programmes" / "examples"


class Run:
    """One data folder, and what differed."""

    def __init__(self, binary: str, samples: Path, data: Path):
        self.binary, self.samples, self.data, self.faults = binary, samples, data, []

    def ask(self, *words: str) -> list[dict]:
        """A command's result; a failure is a fault."""
        done = subprocess.run([self.binary, *words, "--format", "json"], capture_output=True, text=True)
        if done.returncode != 0:
            self.faults.append(f"{' '.join(words)}: exit code {done.returncode}\n{done.stderr[-2000:]}")
            return []
        return json.loads(done.stdout)

    def hold(self, what: str, found, expected) -> None:
        if found != expected:
            self.faults.append(f"{what}:\n    found    {found}\n    expected {expected}")

    def take(self, one: dict) -> None:
        words = ["import", "--data", str(self.data), one["type"], str(self.samples / one["file"]), "--mapping", str(EXAMPLES / one["mapping"])]
        for added in (one["added"], 0):
            for report in self.ask(*words):
                what = f"import {one['type']} of {one['file']}"
                told = {key: int(report[key]) for key in ("rows", "added", "revised", "unchanged", "rejected")}
                self.hold(what, told, {"rows": one["rows"], "added": added, "revised": 0, "unchanged": one["added"] - added, "rejected": 0})

    def measure(self, one: dict) -> None:
        found = self.ask("measure", "--data", str(self.data), *one["arguments"])
        what = f"measure {' '.join(one['arguments'])}"
        self.hold(f"{what}, number of cells", len(found), len(one["cells"]))
        for row, cell in zip(found, one["cells"]):
            self.hold(what, {key: row.get(key) for key in cell}, cell)

    def rate(self, one: dict) -> None:
        cards = self.ask("rate", "--data", str(self.data), *one["arguments"])
        self.hold(f"rate {' '.join(one['arguments'])}", dict(Counter(card["grade"] for card in cards)), one["grades"])

    def score(self, one: dict) -> None:
        rows = self.ask("score", "--data", str(self.data), *one["arguments"])
        cards = {row["unit"]: row for row in rows if row["item"] is None}
        self.hold(f"score {' '.join(one['arguments'])}, units", sorted(cards), sorted(card["unit"] for card in one["cards"]))
        for card in one["cards"]:
            found = cards.get(card["unit"], {})
            self.hold(f"score {' '.join(one['arguments'])}", {key: found.get(key) for key in card}, card)


def main(arguments: list[str]) -> int:
    binary, samples, only = arguments[0], Path(arguments[1]), arguments[2:]
    failed = False
    for found in json.loads((HERE / "expected.json").read_text(encoding="utf-8"))["packages"]:
        name, start = found["package"], time.monotonic()
        if only and name not in only:
            continue
        with tempfile.TemporaryDirectory() as folder:
            run = Run(binary, samples, Path(folder) / name)
            made = subprocess.run([binary, "init", "--data", str(run.data), "--programme", str(EXAMPLES / name)], capture_output=True, text=True)
            if made.returncode != 0:
                run.faults.append(made.stderr)
            for one in found["imports"]:
                run.take(one)
            for one in found["figures"]:
                run.measure(one)
            for one in found["ratings"]:
                run.rate(one)
            for one in found["scores"]:
                run.score(one)
        print(f"{name}: {len(found['figures'])} figures, {len(run.faults)} differ, {time.monotonic() - start:.0f} s")
        for fault in run.faults[:20]:
            print("  " + fault)
        failed |= bool(run.faults)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
