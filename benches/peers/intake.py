"""Reads 1,000,000 rows of CSV with canvass and with pandas, in turn, and compares what it took.

    cargo build --release --locked --package canvass-cli --example intake
    python3 benches/peers/intake.py             # needs pandas and Linux
    python3 benches/peers/intake.py --workbook --rows 200000 --runs 3   # needs also polars, fastexcel, openpyxl, python-calamine, xlsxwriter

The rows have six columns: an id, an e-mail address, a time, a region, a choice, and an answer of 40 words; one in twenty words has
a letter beyond ASCII, and half of the answers stand in quotation marks, with commas, marks and line breaks within. canvass
does more than pandas: it hashes the file, works out what each column is, and makes a submission and a response of each row. It is
checked that both found as many rows, and answers of as many bytes.

With --workbook the same rows are the sheet of an Excel workbook with shared strings, and are read by pandas with openpyxl and
with calamine, and by polars with calamine. canvass also unpacks every part once before it reads, to hold it against its checksum.
"""

import argparse
import csv
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

# Of a workbook: how the frame is read, and how its last column is listed.
WORKBOOK = """
import json, resource, sys, time
import {module}
wall, cpu = time.perf_counter(), time.process_time()
frame = {read}
cost = {{"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}}
cost["peak_kib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
answers = {answers}
print(json.dumps(cost | {{"n_rows": len(frame), "n_bytes": sum(len(answer.encode()) for answer in answers)}}))
"""
OF_PANDAS = "frame.iloc[:, -1]"
WORKBOOK_READERS = {
    "pandas (openpyxl)": ("pandas", 'pandas.read_excel(sys.argv[1], dtype=str, keep_default_na=False, engine="openpyxl")', OF_PANDAS),
    "pandas (calamine)": ("pandas", 'pandas.read_excel(sys.argv[1], dtype=str, keep_default_na=False, engine="calamine")', OF_PANDAS),
    "polars (calamine)": ("polars", 'polars.read_excel(sys.argv[1], engine="calamine", infer_schema_length=0)', "frame.to_series(-1)"),
}


def readers(options):
    """For each reader the command before the file and the arguments behind it."""
    if not options.workbook:
        return {f"pandas ({options.engine})": ([sys.executable, "-c", PANDAS], [options.engine])}
    script = lambda module, read, answers: WORKBOOK.format(module=module, read=read, answers=answers)
    return {name: ([sys.executable, "-c", script(*parts)], []) for name, parts in WORKBOOK_READERS.items()}


def write_workbook(file, lines):
    """The lines of the CSV file as a sheet: whole numbers as numbers, all else as text."""
    import xlsxwriter

    book = xlsxwriter.Workbook(file, {"strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet()
    for row, cells in enumerate(csv.reader(lines)):
        for column, cell in enumerate(cells):
            if cell.isdigit():
                sheet.write_number(row, column, int(cell))
            else:
                sheet.write_string(row, column, cell)
    book.close()


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
    arguments.add_argument("--workbook", action="store_true", help="an Excel workbook, not a CSV file")
    options = arguments.parse_args()
    binary = harness.EXAMPLES / "intake"
    harness.require(binary)
    with tempfile.TemporaryDirectory() as folder:
        lines = rows(random.Random(options.seed), options.rows)
        if options.workbook:
            file = pathlib.Path(folder) / "answers.xlsx"
            write_workbook(file, lines)
        else:
            file = pathlib.Path(folder) / "answers.csv"
            with file.open("w", encoding="utf-8", newline="") as out:
                out.writelines(lines)
        print(f"{options.rows:,} rows, {file.stat().st_size:,} bytes, {options.runs} runs in turn")
        peers = readers(options)
        found = {name: [] for name in peers} | {"canvass": []}
        for _ in range(options.runs):
            found["canvass"].append(harness.measured([str(binary), str(file)]))
            ours = found["canvass"][-1]
            for name, (command, behind) in peers.items():
                found[name].append(harness.measured([*command, str(file), *behind]))
                theirs = found[name][-1]
                if (theirs["n_rows"], theirs["n_bytes"]) != (ours["n_responses"], ours["n_bytes"]):
                    sys.exit(f"{name} found {theirs['n_rows']} answers of {theirs['n_bytes']} bytes, canvass {json.dumps(ours)}")
        columns = {title: harness.COLUMNS[title] for title in ["wall s", "CPU s", "peak MiB"]}
        harness.table("Reading", found, columns)
        harness.shares_of_first(found, columns)


if __name__ == "__main__":
    main()
