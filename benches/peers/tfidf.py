#!/usr/bin/env python3
"""TF-IDF of canvass beside scikit-learn's TfidfVectorizer: same words, same matrix, and what each costs.

    cargo build --release --locked --package canvass-cli --example tfidf
    python3 benches/peers/tfidf.py

The corpus is 200,000 responses of one to six texts each, drawn with a seed from the labelled answers in ../shared/eval/labelled
where that folder is, else written by a generator in this file; which of the two is printed. Both programs read it from one
file. What is timed within a process starts when the responses are in memory (and modules imported, threads started) and ends
with the weighted matrix; what the whole process takes stands beside it. The peak is the process's (VmHWM) when the matrix is
done. Runs take turns. The matrices are compared in a run of their own: same vocabulary, same entries, values within 1e-5. So
are those of short texts of any characters that Python and canvass both know. Needs scikit-learn and Linux.
"""

import argparse
import collections
import json
import os
import pathlib
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
import unicodedata

ROOT = pathlib.Path(__file__).resolve().parents[2]
LABELLED = ROOT.parent / "shared" / "eval" / "labelled"
BINARY = ROOT / "target" / "release" / "examples" / "tfidf"
TOLERANCE = 1e-5


def labelled_texts(folder):
    """The texts of all files in the folder, white space as one space each."""
    for file in sorted(folder.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            text = " ".join(json.loads(line)["text"].split())
            if text:
                yield text


def generated_texts(draw, n_texts=50_000, n_words=60_000):
    """Sentences of words whose frequencies follow Zipf's law; one word in twenty has a letter beyond ASCII."""
    syllables = [c + v + e for c in "bcdfghklmnprstvwz" for v in "aeiou" for e in ["", "n", "r", "st", "l"]]
    words = {}
    while len(words) < n_words:
        word = "".join(draw.choices(syllables, k=draw.randint(1, 4)))
        if draw.random() < 0.05:
            word = word.replace("a", "ä").replace("e", "é").replace("o", "ô")
        words[word] = 1 / (len(words) + 2)
    chosen = iter(draw.choices(list(words), weights=words.values(), k=14 * n_texts))
    for _ in range(n_texts):
        text = [next(chosen) for _ in range(draw.randint(3, 14))]
        yield text[0].capitalize() + " " + " ".join(text[1:]) + draw.choice([".", ".", "?", "!"])


def nasty_texts(draw, n_texts):
    """Short texts of any characters, above all those on which lower case and word rules turn."""
    known = [chr(c) for c in range(0x110000) if unicodedata.category(chr(c)) not in ("Cn", "Cs", "Cc", "Co")]
    turning = list("aAzZ019_'.:;,-@ \t") + list(
        "éÉßẞİIıiΣσςΑα·\u0300\u0307\u0345\u00ad\u200d\u2019ǅΰﬀⅣⅳⒶⓐ²½٣੩〇四中あカﾞ\u0903אب\u064b")
    for _ in range(n_texts):
        pool = draw.choice([known, turning, turning])
        yield " ".join("".join(draw.choices(pool, k=draw.randint(1, 8))) for _ in range(draw.randint(0, 4)))


def write_lines(file, lines):
    lines = [re.sub(r"[\r\n]", " ", line) for line in lines]
    file.write_bytes("".join(line + "\n" for line in lines).encode())


def read_lines(file):
    return pathlib.Path(file).read_bytes().decode().split("\n")[:-1]


def peer(file):
    """One run of scikit-learn in this process."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = read_lines(file)
    wall, cpu = time.perf_counter(), time.process_time()
    vectorizer = TfidfVectorizer()
    matrix = vectorizer.fit_transform(texts)
    figures = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    peak = re.search(r"VmHWM:\s+(\d+)", pathlib.Path("/proc/self/status").read_text())
    figures |= {"peak_kib": int(peak[1]), "n_threads": 1}
    figures |= {"n_responses": matrix.shape[0], "n_terms": matrix.shape[1], "n_entries": int(matrix.nnz)}
    return figures, vectorizer, matrix


def measured(command, threads=None):
    """Runs a program; the figures it prints and those of its whole process."""
    environment = dict(os.environ)
    if threads:
        environment["RAYON_NUM_THREADS"] = str(threads)
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)
    out = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{command[0]} failed")
    whole = {"process_wall": time.perf_counter() - start, "process_cpu": usage.ru_utime + usage.ru_stime}
    return json.loads(out) | whole


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


def table(rows, runs):
    """Medians, with the least and the greatest."""
    titles = ["wall s", "CPU s", "process wall s", "process CPU s", "peak MiB"]
    keys = [("wall", 1), ("cpu", 1), ("process_wall", 1), ("process_cpu", 1), ("peak_kib", 1 / 1024)]
    print(f"\nmedian (least to greatest) of {runs} runs in turn\n\n| | " + " | ".join(titles) + " |")
    print("|---" * (1 + len(titles)) + "|")
    medians = collections.defaultdict(dict)
    for name, figures in rows.items():
        cells = []
        for key, unit in keys:
            found = [run[key] * unit for run in figures]
            medians[name][key] = statistics.median(found)
            digits = 0 if unit != 1 else 3
            cells.append(f"{medians[name][key]:.{digits}f} ({min(found):.{digits}f} to {max(found):.{digits}f})")
        print(f"| {name} | " + " | ".join(cells) + " |")
    first, *others = medians
    print()
    for name in others:
        ratios = []
        for title, (key, _) in zip(titles, keys):
            what = title.removesuffix(" s").removesuffix(" MiB")
            ratios.append(f"{what} 1/{medians[first][key] / medians[name][key]:.1f}")
        print(f"{name} against {first}: {', '.join(ratios)}")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--responses", type=int, default=200_000)
    arguments.add_argument("--texts-each", type=int, default=6, help="texts of a response, at most")
    arguments.add_argument("--runs", type=int, default=5)
    arguments.add_argument("--seed", type=int, default=7)
    arguments.add_argument("--labelled", type=pathlib.Path, default=LABELLED, help="folder of .jsonl files with a field `text`")
    arguments.add_argument("--generate", action="store_true", help="use the generator even where that folder is")
    arguments.add_argument("--binary", type=pathlib.Path, default=BINARY)
    arguments.add_argument("--peer", help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.peer:
        print(json.dumps(peer(options.peer)[0]))
        return
    if not options.binary.exists():
        sys.exit(f"no {options.binary}: build it first (see the top of this file)")

    draw = random.Random(options.seed)
    if options.generate or not options.labelled.is_dir():
        texts, source = list(generated_texts(draw)), "the generator of this file"
    else:
        texts, source = list(labelled_texts(options.labelled)), str(options.labelled)
    with tempfile.TemporaryDirectory() as folder:
        corpus, nasty = str(pathlib.Path(folder, "corpus.txt")), str(pathlib.Path(folder, "nasty.txt"))
        join = lambda: " ".join(draw.choices(texts, k=draw.randint(1, options.texts_each)))
        write_lines(pathlib.Path(corpus), (join() for _ in range(options.responses)))
        write_lines(pathlib.Path(nasty), nasty_texts(draw, 50_000))
        size = os.path.getsize(corpus) / 1e6
        of_texts = f"of {len(texts):,} texts from {source}; seed {options.seed}"
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
                rows[name].append(measured(command, threads))
        table(rows, options.runs)
    if not all(same):
        sys.exit("the results differ")


if __name__ == "__main__":
    main()
