"""Reads 1,000,000 rows of CSV with canvass and with pandas, in turn, and compares what it took.

    cargo build --release --locked --package canvass-cli --example intake
    python3 benches/peers/intake.py             # needs pandas and Linux

The rows have six columns: an id, an e-mail address, a time, a region, a choice, and an answer of 40 words; one in twenty words has
a letter beyond ASCII, and half of the answers stand in quotation marks, with commas, marks and line breaks within. canvass
does more than pandas: it hashes the file, works out what each column is, and makes a submission and a response of each row. It is
checked that both found as many rows, and answers of as many bytes.
"""

import argparse
import json
import pathlib
import random
import sys
import tempfile

import harness

PANDAS = """
import json, resource, sys, time
import pandas
wall, cpu = time.perf_counter(), time.process_time()
frame = pandas.read_csv(sys.argv[1], dtype=str, keep_default_na=False, engine=sys.argv[2])
cost = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
cost["peak_kib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
answers = frame.iloc[:, -1]
print(json.dumps(cost | {"n_rows": len(frame), "n_bytes": sum(len(answer.encode()) for answer in answers)}))
"""


def rows(draw, n_rows):
    """The lines of the file."""
    words = ["".join(draw.choice("bcdfglmnprst") + draw.choice("aeiou") for _ in range(draw.randint(1, 4))) for _ in range(5000)]
    words = [word.replace("a", "é") if number % 20 == 0 else word for number, word in enumerate(words)]
    regions = ["Asia", "Africa", "Europe", "Americas", "Oceania"]
    yield "id,Email,Start time,Region,Do you agree?,What should change?\n"
    for number in range(1, n_rows + 1):
        answer = " ".join(draw.choices(words, k=40))
        if number % 10 < 4:
            answer = '"' + answer.replace(" ", ", ", 1) + '"'
        elif number % 10 == 4:
            answer = '"' + answer.replace(" ", ' ""', 1).replace(" ", '"" ', 2).replace(" ", "\n", 1) + '"'
        choice = "Yes" if number % 3 else "No"
        yield f"{number},r{number}@example.org,2026-03-{number % 28 + 1:02d} 09:15:22,{regions[number % 5]},{choice},{answer}\n"


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--rows", type=int, default=1_000_000)
    arguments.add_argument("--runs", type=int, default=5)
    arguments.add_argument("--seed", type=int, default=7)
    arguments.add_argument("--engine", default="c", help="of pandas: c, python or pyarrow")
    options = arguments.parse_args()
    binary = harness.EXAMPLES / "intake"
    harness.require(binary)
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "answers.csv"
        with file.open("w", encoding="utf-8", newline="") as out:
            out.writelines(rows(random.Random(options.seed), options.rows))
        print(f"{options.rows:,} rows, {file.stat().st_size:,} bytes, {options.runs} runs in turn")
        pandas = f"pandas ({options.engine})"
        found = {pandas: [], "canvass": []}
        for _ in range(options.runs):
            found[pandas].append(harness.measured([sys.executable, "-c", PANDAS, str(file), options.engine]))
            found["canvass"].append(harness.measured([str(binary), str(file)]))
            theirs, ours = found[pandas][-1], found["canvass"][-1]
            if (theirs["n_rows"], theirs["n_bytes"]) != (ours["n_responses"], ours["n_bytes"]):
                sys.exit(f"pandas found {theirs['n_rows']} answers of {theirs['n_bytes']} bytes, canvass {json.dumps(ours)}")
        columns = {title: harness.COLUMNS[title] for title in ["wall s", "CPU s", "peak MiB"]}
        harness.table("Reading", found, columns)
        harness.shares_of_first(found, columns)


if __name__ == "__main__":
    main()
