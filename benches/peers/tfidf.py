#!/usr/bin/env python3
"""TF-IDF of canvass beside scikit-learn's TfidfVectorizer: same words, same matrix, and what each costs.

    cargo build --release --locked --package canvass-cli --example tfidf
    python3 benches/peers/tfidf.py

The corpus is 200,000 responses of one to six texts each, drawn with a seed from the labelled answers in ../shared/eval/labelled
where that folder is, else written by a generator; which of the two is printed. Both programs read it from one
file. What is timed within a process starts when the responses are in memory (and modules imported, threads started) and ends
with the weighted matrix; what the whole process takes stands beside it. The peak is the process's (VmHWM) when the matrix is
done. Runs take turns. The matrices are compared in a run of their own: same vocabulary, same entries, values within 1e-5. So
are those of short texts of any characters that Python and canvass both know. Needs scikit-learn and Linux.
"""

import argparse
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time
import unicodedata

import harness

BINARY = harness.EXAMPLES / "tfidf"
TOLERANCE = 1e-5


def nasty_texts(draw, n_texts):
    """Short texts of any characters, above all those on which lower case and word rules turn."""
    known = [chr(c) for c in range(0x110000) if unicodedata.category(chr(c)) not in ("Cn", "Cs", "Cc", "Co")]
    turning = list("aAzZ019_'.:;,-@ \t") + list(
        "éÉßẞİIıiΣσςΑα·\u0300\u0307\u0345\u00ad\u200d\u2019ǅΰﬀⅣⅳⒶⓐ²½٣੩〇四中あカﾞ\u0903אب\u064b")
    for _ in range(n_texts):
        pool = draw.choice([known, turning, turning])
        yield " ".join("".join(draw.choices(pool, k=draw.randint(1, 8))) for _ in range(draw.randint(0, 4)))


def peer(file):
    """One run of scikit-learn in this process."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = harness.read_lines(file)
    wall, cpu = time.perf_counter(), time.process_time()
    vectorizer = TfidfVectorizer()
    matrix = vectorizer.fit_transform(texts)
    figures = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    figures |= {"peak_kib": harness.peak_kib(), "n_threads": 1}
    figures |= {"n_responses": matrix.shape[0], "n_terms": matrix.shape[1], "n_entries": int(matrix.nnz)}
    return figures, vectorizer, matrix


def compare(file, binary):
    """Whether both make the same matrix of a file; prints the first difference."""
    import numpy

    _, vectorizer, theirs = peer(file)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([binary, file, folder], check=True, stdout=subprocess.DEVNULL)
        part = lambda name, kind: numpy.fromfile(pathlib.Path(folder, name), dtype=kind)
        words = pathlib.Path(folder, "vocabulary.txt").read_bytes().decode().split("\n")
        row_starts, columns, values = part("row_starts", "<u8"), part("columns", "<u4"), part("values", "<f4")
    theirs.sort_indices()
    expected = list(vectorizer.get_feature_names_out())
    if words != expected:
        only_ours, only_theirs = set(words) - set(expected), set(expected) - set(words)
        print(f"vocabulary differs: only ours {sorted(only_ours)[:5]!a}, only theirs {sorted(only_theirs)[:5]!a}")
        return False
    if not (numpy.array_equal(row_starts, theirs.indptr) and numpy.array_equal(columns, theirs.indices)):
        print("entries differ")
        return False
    worst = float(numpy.abs(values - theirs.data).max(initial=0))
    print(f"same {len(words):,} terms, same {len(columns):,} entries, values within {worst:.1e}")
    return worst <= TOLERANCE


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--responses", type=int, default=200_000)
    arguments.add_argument("--texts-each", type=int, default=6, help="texts of a response, at most")
    arguments.add_argument("--runs", type=int, default=5)
    harness.add_text_arguments(arguments)
    arguments.add_argument("--binary", type=pathlib.Path, default=BINARY)
    arguments.add_argument("--peer", help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.peer:
        print(json.dumps(peer(options.peer)[0]))
        return
    harness.require(options.binary)

    draw = random.Random(options.seed)
    texts = harness.texts_of(options, draw)
    with tempfile.TemporaryDirectory() as folder:
        corpus, nasty = str(pathlib.Path(folder, "corpus.txt")), str(pathlib.Path(folder, "nasty.txt"))
        join = lambda: " ".join(draw.choices(texts, k=draw.randint(1, options.texts_each)))
        harness.write_lines(pathlib.Path(corpus), (join() for _ in range(options.responses)))
        harness.write_lines(pathlib.Path(nasty), nasty_texts(draw, 50_000))
        size = os.path.getsize(corpus) / 1e6
        of_texts = f"of {len(texts):,} texts from {harness.source(options)}; seed {options.seed}"
        print(f"{options.responses:,} responses, {size:.1f} MB, {of_texts}", flush=True)

        same = [compare(nasty, options.binary), compare(corpus, options.binary)]
        contestants = {
            "scikit-learn": ([sys.executable, __file__, "--peer", corpus], None),
            "canvass, 2 threads": ([str(options.binary), corpus], 2),
            "canvass, 1 thread": ([str(options.binary), corpus], 1),
        }
        rows = {name: [] for name in contestants}
        for _ in range(options.runs):
            for name, (command, threads) in contestants.items():
                rows[name].append(harness.measured(command, threads))
        harness.table(f"median (least to greatest) of {options.runs} runs in turn", rows, harness.COLUMNS)
        harness.shares_of_first(rows, harness.COLUMNS)
    if not all(same):
        sys.exit("the results differ")


if __name__ == "__main__":
    main()
