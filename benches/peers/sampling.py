#!/usr/bin/env python3
"""How well themes found in a sample of the points agree with those found in all of them.

    cargo build --release --locked --package canvass-cli --example themes
    python3 benches/peers/sampling.py

Each labelled set that is named is run with several seeds: all points in the fit, then a half, a quarter and a tenth of them in the
sample that themes are found in. Every run codes all points. Compared are runs of different seeds, each sampled one with each
whole one; whole ones with each other say what the seed alone makes of it. For two runs: of each theme the Jaccard similarity of
its points with those of the theme of the other run that is most like it, mean weighted by the theme's points, and mean of both
directions; the normalised mutual information of the first theme of each point, and of the one that it fits best (no theme is
one more). Printed are means over the pairs, the least to the greatest in brackets. Needs Linux.
"""

import argparse
import array
import collections
import math
import pathlib
import random
import statistics
import sys
import tempfile

import harness

BINARY = harness.EXAMPLES / "themes"
NONE = -1


class Themes:
    """The themes of a run: for each its points, and for each point its first theme and the one that it fits best."""

    def __init__(self, file, n_points):
        cells = array.array("I", file.read_bytes())
        strengths = array.array("f", cells.tobytes())
        self.points = collections.defaultdict(set)
        self.first, self.best = [NONE] * n_points, [NONE] * n_points
        best = [-1.0] * n_points
        for at in range(0, len(cells), 3):
            theme, point, strength = cells[at], cells[at + 1], strengths[at + 2]
            self.points[theme].add(point)
            if self.first[point] == NONE:
                self.first[point] = theme
            if strength > best[point]:
                best[point], self.best[point] = strength, theme


def found_again(themes, others):
    """How much of the themes is among others."""
    jaccard = lambda a, b: len(a & b) / len(a | b)
    sizes = [len(points) for points in themes.points.values()]
    best = [max((jaccard(points, other) for other in others.points.values()), default=0) for points in themes.points.values()]
    return sum(size * similarity for size, similarity in zip(sizes, best)) / sum(sizes) if sizes else 0


def mutual_information(a, b):
    """Normalised by the mean of the entropies."""
    n = len(a)
    of_a, of_b, of_both = collections.Counter(a), collections.Counter(b), collections.Counter(zip(a, b))
    entropy = lambda counts: -sum(count / n * math.log(count / n) for count in counts.values())
    mean = (entropy(of_a) + entropy(of_b)) / 2
    return (2 * mean - entropy(of_both)) / mean if mean else 1


def compare(a, b):
    return (
        (found_again(a, b) + found_again(b, a)) / 2,
        mutual_information(a.first, b.first),
        mutual_information(a.best, b.best),
    )


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--sets", nargs="+", default=["banking77", "clinc150"], help="files of the folder, without their ending")
    arguments.add_argument("--parts", type=int, nargs="+", default=[2, 4, 10], help="one in so many points is in a sample")
    arguments.add_argument("--seeds", type=int, default=5)
    arguments.add_argument("--generated-points", type=int, default=20_000)
    harness.add_text_arguments(arguments)
    arguments.add_argument("--binary", type=pathlib.Path, default=BINARY)
    options = arguments.parse_args()
    harness.require(options.binary)

    if harness.is_generated(options):
        sets = {"generated": harness.points(options, random.Random(options.seed), options.generated_points)}
    else:
        files = {name: options.labelled / f"{name}.jsonl" for name in options.sets}
        sets = {name: [text for text, _ in harness.labelled(file)] for name, file in files.items()}
    print(f"texts from {harness.source(options)}; {options.seeds} seeds")
    titles = ["in the fit", "clusters", "themes", "in no theme", "Jaccard of themes", "NMI, first theme", "NMI, best theme"]
    print("\n| set | " + " | ".join(titles) + " |\n|---" + "|---" * len(titles) + "|")
    for name, texts in sets.items():
        with tempfile.TemporaryDirectory() as folder:
            corpus, memberships = pathlib.Path(folder, "texts"), pathlib.Path(folder, "memberships")
            harness.write_lines(corpus, texts)

            def run(max_points, seed):
                settings = [f"--max-points={max_points}", f"--seed={seed}", "--resamples=0", f"--memberships={memberships}"]
                figures = harness.measured([str(options.binary), str(corpus), *settings])
                return figures, Themes(memberships, figures["n_points"])

            seeds = range(1, options.seeds + 1)
            whole = [run(10**9, seed) for seed in seeds]
            n_points = whole[0][0]["n_points"]
            runs = {n_points: whole}
            for part in options.parts:
                if n_points // part < 1000:
                    sys.exit(f"{name}: a sample of {n_points // part} points is below the least")
                runs[n_points // part] = [run(n_points // part, seed) for seed in seeds]
        for n_fitted, some in runs.items():
            pairs = [compare(a[1], b[1]) for i, a in enumerate(some) for j, b in enumerate(whole) if i != j]
            mean = lambda key: f"{statistics.mean(key(figures) for figures, _ in some):.1f}"
            none = statistics.mean(figures["n_in_no_theme"] / n_points for figures, _ in some)
            counts = [f"{n_fitted:,}", mean(lambda found: found["n_clusters"]), mean(lambda found: found["n_themes"]), f"{none:.1%}"]
            scores = [f"{statistics.mean(found):.3f} ({min(found):.3f} to {max(found):.3f})" for found in zip(*pairs)]
            print(f"| {name} | " + " | ".join(counts + scores) + " |", flush=True)


if __name__ == "__main__":
    main()
