#!/usr/bin/env python3
"""The SVD of canvass beside scikit-learn's TruncatedSVD: what each captures, and what it costs.

    cargo build --release --locked --package canvass-cli --example svd
    python3 benches/peers/svd.py

The matrix is the TF-IDF weights, in 32 bits, of 200,000 responses as benches/peers/tfidf.py makes them; terms in one response
only are left out. Both programs read it from one folder and keep 100 dimensions, scikit-learn by five rounds of its randomised
solver. What is timed within a process starts when the matrix is in memory (and modules imported, threads started) and ends with
the rows in the reduced space; what the whole process takes stands beside it. The peak is the process's (VmHWM) when that is
done. Runs take turns. In a run of their own it is checked that canvass captures no less of the matrix (the sum of the squares
of the rows), that the first ten singular values are the same within a thousandth, and that the first ten right vectors span the
same. Needs scikit-learn and Linux.
"""

import argparse
import json
import pathlib
import random
import sys
import tempfile
import time

import harness

BINARY = harness.EXAMPLES / "svd"
DIMENSIONS = 100
LEADING = 10


def write_matrix(folder, matrix):
    matrix.sort_indices()
    matrix.indptr.astype("<u8").tofile(folder / "row_starts")
    matrix.indices.astype("<u4").tofile(folder / "columns")
    matrix.data.astype("<f4").tofile(folder / "values")
    (folder / "n_columns").write_text(str(matrix.shape[1]))


def peer(folder, right=None):
    """One run of scikit-learn in this process."""
    import numpy
    import scipy.sparse
    from sklearn.decomposition import TruncatedSVD

    part = lambda name, kind: numpy.fromfile(pathlib.Path(folder, name), dtype=kind)
    row_starts, columns = part("row_starts", "<u8").astype("i4"), part("columns", "<u4").astype("i4")
    shape = (len(row_starts) - 1, int(pathlib.Path(folder, "n_columns").read_text()))
    matrix = scipy.sparse.csr_matrix((part("values", "<f4"), columns, row_starts), shape=shape)
    wall, cpu = time.perf_counter(), time.process_time()
    svd = TruncatedSVD(DIMENSIONS, n_iter=5, random_state=7)
    rows = svd.fit_transform(matrix)
    figures = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    lengths = numpy.linalg.norm(rows.astype("f8"), axis=0)
    figures |= {"peak_kib": harness.peak_kib(), "singular_values": sorted(lengths.tolist(), reverse=True)}
    if right:
        svd.components_.T.astype("<f4").tofile(right)
    return figures


def compare(folder, binary):
    """Whether both find the same; prints by how much they differ."""
    import numpy

    ours_file, theirs_file = str(pathlib.Path(folder, "ours")), str(pathlib.Path(folder, "theirs"))
    ours = numpy.array(harness.measured([binary, folder, ours_file])["singular_values"])
    theirs = numpy.array(harness.measured([sys.executable, __file__, "--peer", folder, "--right", theirs_file])["singular_values"])
    leading = lambda file: numpy.fromfile(file, "<f4").reshape(-1, DIMENSIONS)[:, :LEADING].astype("f8")
    cosine = numpy.linalg.svd(leading(ours_file).T @ leading(theirs_file))[1].min()
    captured = (ours**2).sum() / (theirs**2).sum()
    apart = numpy.abs(ours / theirs - 1)[:LEADING].max()
    print(f"captured {captured:.5f} of what scikit-learn does; first {LEADING} singular values within {apart:.1e},", end=" ")
    print(f"their vectors span the same by a cosine of {cosine:.6f} or more")
    return captured > 0.9999 and apart < 1e-3 and cosine > 0.999


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--responses", type=int, default=200_000)
    arguments.add_argument("--texts-each", type=int, default=6, help="texts of a response, at most")
    arguments.add_argument("--runs", type=int, default=5)
    harness.add_text_arguments(arguments)
    arguments.add_argument("--binary", type=pathlib.Path, default=BINARY)
    arguments.add_argument("--peer", help=argparse.SUPPRESS)
    arguments.add_argument("--right", help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.peer:
        print(json.dumps(peer(options.peer, options.right)))
        return
    harness.require(options.binary)

    import numpy
    from sklearn.feature_extraction.text import TfidfVectorizer

    draw = random.Random(options.seed)
    texts = harness.texts_of(options, draw)
    with tempfile.TemporaryDirectory() as folder:
        responses = (" ".join(draw.choices(texts, k=draw.randint(1, options.texts_each))) for _ in range(options.responses))
        matrix = TfidfVectorizer(min_df=2, sublinear_tf=True, dtype=numpy.float32).fit_transform(responses)
        write_matrix(pathlib.Path(folder), matrix)
        n_rows, n_columns = matrix.shape
        of_texts = f"of {len(texts):,} texts from {harness.source(options)}; seed {options.seed}"
        print(f"{n_rows:,} responses × {n_columns:,} terms, {matrix.nnz:,} entries, {of_texts}", flush=True)
        del matrix

        same = compare(folder, str(options.binary))
        contestants = {
            "scikit-learn": ([sys.executable, __file__, "--peer", folder], None),
            "canvass, 2 threads": ([str(options.binary), folder], 2),
            "canvass, 1 thread": ([str(options.binary), folder], 1),
        }
        rows = {name: [] for name in contestants}
        for _ in range(options.runs):
            for name, (command, threads) in contestants.items():
                rows[name].append(harness.measured(command, threads))
        harness.table(f"median (least to greatest) of {options.runs} runs in turn", rows, harness.COLUMNS)
        harness.shares_of_first(rows, harness.COLUMNS)
    if not same:
        sys.exit("the results differ")


if __name__ == "__main__":
    main()
