#!/usr/bin/env python3
"""How well a run whose themes were found in a sample agrees with runs whose themes were found in all points.

    cargo build --release --locked --package canvass-cli --bin canvass
    python3 benches/peers/sampled_run.py --responses 60000

A consultation is generated and run with several seeds: as it comes, where themes are found in 50,000 points at most, and with all points in
the fit. Every run codes all answers. Compared are runs of different seeds, each sampled one with each whole one; whole ones with each other
say what the seed alone makes of it. Agreement is that of benches/peers/waves.py: for each theme of the one run the best Jaccard similarity of
its answers with those of a theme of the other, weighted by size, both ways, and the mean of the two. Beside it the share of the answers in no theme.
Stability is not measured. Needs nothing but canvass.
"""

import argparse
import itertools
import pathlib
import statistics
import subprocess
import tempfile

import harness
import waves

BINARY = harness.ROOT / "target" / "release" / "canvass"


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--responses", type=int, default=60_000)
    arguments.add_argument("--seeds", type=int, default=3)
    arguments.add_argument("--binary", type=pathlib.Path, default=BINARY)
    options = arguments.parse_args()
    harness.require(options.binary)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        answers = folder / "answers.csv"
        generate = [options.binary, "--quiet", "bench", "generate", "--responses", str(options.responses), "--seed", "1", "--out", answers]
        subprocess.run([str(part) for part in generate], check=True)

        def run(name, max_points, seed):
            config, out = folder / "fast.toml", folder / f"{name}-{seed}"
            config.write_text(waves.CONFIG + (f"max_points = {max_points}\n" if max_points else ""))
            command = [options.binary, "run", answers, "--out", out, "--formats", "md", "--quiet", "--config", config, "--seed", seed]
            subprocess.run([str(part) for part in command], check=True, stderr=subprocess.DEVNULL)
            print(f"  {name}, seed {seed}", flush=True)
            return waves.coding(out)

        seeds = range(1, options.seeds + 1)
        whole = [run("all points", 10**9, seed) for seed in seeds]
        sampled = [run("a sample", None, seed) for seed in seeds]
    print("\n| themes found in | themes | answers in none | agreement with all points, other seeds |\n|---|---|---|---|")
    for name, runs in [("all points", whole), ("a sample of 50,000", sampled)]:
        pairs = [(a, b) for a, b in itertools.product(range(len(runs)), range(len(whole))) if a != b]
        found = [waves.agreement(runs[a], whole[b]) for a, b in pairs]
        n_themes = statistics.mean(len(themes) for themes in runs)
        none = statistics.mean(1 - len(set().union(*themes.values())) / options.responses for themes in runs)
        print(f"| {name} | {n_themes:.1f} | {none:.1%} | {statistics.mean(found):.2f} ({min(found):.2f} to {max(found):.2f}) |")


if __name__ == "__main__":
    main()
