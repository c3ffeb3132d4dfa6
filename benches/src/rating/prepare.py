#!/usr/bin/env python3
"""Makes the rating workload with its own gen.py and writes its columns as plain little-endian arrays.

usage: prepare.py GEN_PY ENTERPRISES FOLDER     (needs numpy and pyarrow)
"""
import os, subprocess, sys
import numpy as np, pyarrow.parquet as pq

gen, enterprises, folder = sys.argv[1:4]
if not os.path.exists(f"{folder}/shuf.parquet"):
    subprocess.run([sys.executable, gen, enterprises, folder], check=True, stdout=sys.stderr)
KINDS = ["inspection", "complaint", "penalty", "award", "commitment", "rectification", "certification", "test"]
RESULTS = ["pass", "fail", "na"]


def codes(column, names):
    """Numbers of a text column in the order of `names`, whatever the file's dictionaries say."""
    chunks = []
    for chunk in column.chunks:
        place = np.array([names.index(name) for name in chunk.dictionary.to_pylist()], dtype=np.uint8)
        chunks.append(place[chunk.indices.to_numpy()])
    return np.concatenate(chunks)


table = pq.read_table(f"{folder}/shuf.parquet")
amount = table["amount"].to_numpy() * 100
assert (amount == np.floor(amount)).all()  # quarters of a unit, so hundredths are whole
arrays = dict(
    enterprise=table["enterprise_id"].to_numpy().astype("<u4"), kind=codes(table["record_type"], KINDS),
    day=table["occurred_on"].cast("int32").to_numpy().astype("<i4"), result=codes(table["result"], RESULTS),
    severity=table["severity"].to_numpy().astype("u1"), amount=amount.astype("<i8"), unit=table["unit"].to_numpy().astype("<u2"))
for name, array in arrays.items():
    array.tofile(f"{folder}/{name}.part")
    os.replace(f"{folder}/{name}.part", f"{folder}/{name}.bin")
