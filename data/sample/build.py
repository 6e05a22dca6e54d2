#!/usr/bin/env python3
"""Write consultation.xlsx from consultation.csv (the master, edited by hand).

Run it in this folder after every change of the CSV:  python3 build.py
Needs Python 3.9 or later and openpyxl (pip install openpyxl).

The same CSV always gives the same bytes (with the same openpyxl): the dates in
the document properties and in the zip archive are fixed.
"""

import csv
import datetime
import io
import re
import zipfile
from pathlib import Path

import openpyxl

HERE = Path(__file__).resolve().parent
FIXED = datetime.datetime(2026, 3, 25, 8, 0, 0)
TIMES = {"Start time", "Completion time"}
SCALE = "Overall, how satisfied are you"


def main():
    with open(HERE / "consultation.csv", encoding="utf-8", newline="") as f:
        header, *rows = csv.reader(f)

    book = openpyxl.Workbook()
    book.properties.creator = "Union of Mountain Municipalities (fictional)"
    book.properties.created = FIXED
    sheet = book.active
    sheet.title = "Sheet1"
    for r, row in enumerate([header, *rows], start=1):
        if len(row) != len(header):
            raise SystemExit(f"line {r} has {len(row)} cells, not {len(header)}")
        for c, (name, text) in enumerate(zip(header, row), start=1):
            if text == "":
                continue
            cell = sheet.cell(row=r, column=c)
            if r > 1 and name in TIMES:
                cell.value = datetime.datetime.strptime(text, "%Y-%m-%d %H:%M:%S")
                cell.number_format = "m/d/yy hh:mm:ss"
            elif r > 1 and (name == "ID" or name.startswith(SCALE)):
                cell.value = int(text)
            else:
                cell.value = text
                cell.data_type = "s"  # also when the text begins with "="

    raw = io.BytesIO()
    book.save(raw)
    with zipfile.ZipFile(raw) as old, zipfile.ZipFile(
        HERE / "consultation.xlsx", "w", zipfile.ZIP_DEFLATED
    ) as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "docProps/core.xml":  # openpyxl puts the present time here
                data = re.sub(
                    rb"(<dcterms:modified[^>]*>)[^<]*",
                    rb"\g<1>" + FIXED.strftime("%Y-%m-%dT%H:%M:%SZ").encode(),
                    data,
                )
            entry = zipfile.ZipInfo(name, (2026, 3, 25, 8, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, data)


if __name__ == "__main__":
    main()
