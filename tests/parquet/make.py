"""Writes the Parquet files beside it, with pyarrow: python3 tests/parquet/make.py"""

import pathlib

import pyarrow
import pyarrow.parquet

HERE = pathlib.Path(__file__).parent
ANSWERS = ["The evening ferry must run later", "Cheaper tickets for families", None, "A later evening ferry"]


def write(name, columns, **options):
    pyarrow.parquet.write_table(pyarrow.table(columns), HERE / name, **options)


write("answers.parquet", {"id": [1, 2, 3, 4], "What should the ferry change?": ANSWERS, "uses": [["Web", "Post"], [], None, ["Web"]]})
write("records.parquet", {"id": [1], "place": [{"town": "Oslo", "zip": 150}]})
write("lists_of_lists.parquet", {"id": [1], "places": [[[1, 2], [3]]]})
write("brotli.parquet", {"id": [1], "comment": ["The evening ferry"]}, compression="brotli")
write("no_rows.parquet", {"id": pyarrow.array([], pyarrow.int64()), "comment": pyarrow.array([], pyarrow.string())})
