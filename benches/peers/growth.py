#!/usr/bin/env python3
"""How the cost of the theme stage grows with the number of points.

    cargo build --release --locked --package canvass-cli --example themes
    python3 benches/peers/growth.py

The points are those of bertopic.py, more and more of them. Each number is run with the settings of `canvass run`, which finds
themes in a sample of 50,000 points at most, and up to `--whole-points` also with all points in the fit. Texts to counts, themes
and stability are timed apart, from texts in memory. The peak is the process's (VmHWM) before stability and in the end. Needs Linux.
"""

import argparse
import pathlib
import random
import tempfile

import harness

BINARY = harness.EXAMPLES / "themes"
PARTS = {f"{part} {unit} s": (f"{key}_{part}", 1, 2) for part in ["text", "themes", "stability"] for unit, key in [("CPU", "cpu"), ("wall", "wall")]}
PEAKS = {"peak MiB": ("peak_kib_themes", 1 / 1024, 0), "with stability": ("peak_kib", 1 / 1024, 0)}


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--points", type=int, nargs="+", default=[10_000, 30_000, 100_000, 300_000, 1_000_000])
    arguments.add_argument("--whole-points", type=int, default=300_000, help="the most points that are all in the fit")
    arguments.add_argument("--sample", type=int, default=50_000, help="the sample where not all points are in the fit")
    arguments.add_argument("--runs", type=int, default=3)
    harness.add_text_arguments(arguments)
    arguments.add_argument("--binary", type=pathlib.Path, default=BINARY)
    options = arguments.parse_args()
    harness.require(options.binary)

    with tempfile.TemporaryDirectory() as folder:
        commands = {}
        for n_points in options.points:
            corpus = pathlib.Path(folder, str(n_points))
            harness.write_lines(corpus, harness.points(options, random.Random(options.seed), n_points))
            command = [str(options.binary), str(corpus), "--max-points"]
            if n_points > options.sample:
                commands[f"{n_points:,}, sample of {options.sample:,}"] = [*command, str(options.sample)]
            if n_points <= max(options.whole_points, options.sample):
                commands[f"{n_points:,}, all in the fit"] = [*command, str(max(n_points, 1000))]
        print(f"points of sentences from {harness.source(options)}; seed {options.seed}", flush=True)
        rows = {name: [] for name in commands}
        for _ in range(options.runs):
            for name, command in commands.items():
                rows[name].append(harness.measured(command))
    harness.table(f"median (least to greatest) of {options.runs} runs in turn", rows, PARTS | PEAKS)
    print()
    for name, figures in rows.items():
        found = figures[0]
        none = found["n_in_no_theme"] / found["n_points"]
        print(f"{name}: {found['n_terms']:,} terms, {found['n_clusters']} clusters, {found['n_themes']} themes, {none:.1%} of the points in none")


if __name__ == "__main__":
    main()
