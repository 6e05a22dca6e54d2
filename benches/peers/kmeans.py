#!/usr/bin/env python3
"""k-means of canvass beside scikit-learn's KMeans and linfa's: same start, same number of iterations, and what each costs.

    cargo build --release --locked --package canvass-analysis --example kmeans
    python3 benches/peers/kmeans.py

The vectors are 200,000 rows of 100 dimensions and length 1, single precision, generated with a seed about 120 directions, some
frequent and some rare; the start is the first 50 of them. All programs read both from the same files, and make ten iterations
(tolerance 0). What is timed within a process starts when the vectors are in memory (and modules imported, threads started) and ends with centroids
and the cluster of each row. A second table is k-means++ and one iteration. Runs take turns; the order is another in every
round. The results are compared in a run of their own: nearly all rows in the same clusters, the objective the same within
1e-4; narrow and wide registers, one thread and two, the same bytes. linfa counts the old centroid among the rows of its
cluster, so that its result is near and not the same. Needs scikit-learn and Linux.
"""

import argparse
import json
import pathlib
import random
import sys
import tempfile
import time

import harness

BINARY = harness.EXAMPLES / "kmeans"
TOLERANCE = 1e-4
COLUMNS = {title: harness.COLUMNS[title] for title in ["wall s", "CPU s", "peak MiB"]} | {"objective": ("objective", 1, 1)}


def generate(numpy, options):
    """Rows of length 1 about directions of uneven frequency."""
    draw = numpy.random.default_rng(options.seed)
    directions = draw.standard_normal((120, options.dimensions), dtype=numpy.float32)
    shares = 1 / numpy.arange(1, 121)
    of = draw.choice(120, options.rows, p=shares / shares.sum())
    rows = directions[of] + 1.5 * draw.standard_normal((options.rows, options.dimensions), dtype=numpy.float32)
    return rows / numpy.linalg.norm(rows, axis=1, keepdims=True)


def peer(kind, rows, centroids, n_dimensions, n_iterations, folder=None):
    """One run of scikit-learn in this process; its numbers of threads come from the environment."""
    import numpy
    from sklearn.cluster import KMeans

    read = lambda file: numpy.fromfile(file, dtype="<f4").reshape(-1, int(n_dimensions))
    rows, start = read(rows), read(centroids)
    init = start if kind == "given" else "k-means++"
    model = KMeans(len(start), init=init, n_init=1, max_iter=int(n_iterations), tol=0, algorithm="lloyd", random_state=0)
    # Threads start outside the time, as an import does.
    KMeans(2, n_init=1, max_iter=1, random_state=0).fit(rows[:1000])
    wall, cpu = time.perf_counter(), time.process_time()
    model.fit(rows)
    figures = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    figures |= {"peak_kib": harness.peak_kib(), "n_iterations": int(model.n_iter_)}
    figures["objective"] = float(((rows - model.cluster_centers_[model.labels_]).astype("f8") ** 2).sum())
    if folder:
        model.cluster_centers_.astype("<f4").tofile(pathlib.Path(folder, "centroids"))
        model.labels_.astype("<u4").tofile(pathlib.Path(folder, "clusters"))
    return figures


def compare(numpy, ours, theirs, files, options):
    """Whether all make the same of the vectors."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, command, threads in [
            ("scikit-learn", theirs("given"), 2),
            ("canvass", ours("canvass"), 2),
            ("canvass, 1 thread", ours("canvass"), 1),
            ("canvass, narrow", ours("narrow"), 2),
            ("linfa", ours("linfa"), 2),
        ]:
            figures = harness.measured(command + files + [folder], threads)
            part = lambda file: pathlib.Path(folder, file).read_bytes()
            found[name] = (figures, part("centroids"), part("clusters"))
    good = True
    base = found["canvass"]
    for name in ["canvass, 1 thread", "canvass, narrow"]:
        same = found[name][1:] == base[1:]
        good &= same
        print(f"{name}: {'the same bytes' if same else 'OTHER BYTES'} as canvass")
    for name in ["scikit-learn", "linfa"]:
        figures, centroids, clusters = found[name]
        as_numbers = lambda bytes, kind: numpy.frombuffer(bytes, dtype=kind)
        same = float((as_numbers(clusters, "<u4") == as_numbers(base[2], "<u4")).mean())
        apart = float(numpy.abs(as_numbers(centroids, "<f4") - as_numbers(base[1], "<f4")).max())
        ratio = base[0]["objective"] / figures["objective"] - 1
        good &= abs(ratio) < TOLERANCE and same > 0.99
        print(f"canvass and {name}: {same:.4%} of the rows in the same clusters, centroids within {apart:.1e}, objective {ratio:+.1e}")
    return good


def ratios(rows):
    """Every other contestant against scikit-learn on as many threads, round by round."""
    print()
    for name, figures in rows.items():
        base_name = "scikit-learn, " + name.split(", ")[1]
        if name == base_name:
            continue
        parts = []
        for key in ["wall", "cpu"]:
            ratios = [run[key] / base[key] for run, base in zip(figures, rows[base_name])]
            parts.append(f"{key} {harness.summary(ratios, 2)}")
        print(f"{name} over {base_name}, same round: {', '.join(parts)}")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--rows", type=int, default=200_000)
    arguments.add_argument("--dimensions", type=int, default=100)
    arguments.add_argument("--clusters", type=int, default=50)
    arguments.add_argument("--iterations", type=int, default=10)
    arguments.add_argument("--runs", type=int, default=7)
    arguments.add_argument("--slow-runs", type=int, default=2, help="rounds that linfa and scikit-learn's k-means++ on two threads take part in")
    arguments.add_argument("--seed", type=int, default=7)
    arguments.add_argument("--binary", type=pathlib.Path, default=BINARY)
    arguments.add_argument("--peer", nargs="+", help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.peer:
        print(json.dumps(peer(*options.peer)))
        return
    harness.require(options.binary)
    import numpy
    import sklearn

    ours = lambda kind: [str(options.binary), kind]
    theirs = lambda kind: [sys.executable, __file__, "--peer", kind]
    with tempfile.TemporaryDirectory() as folder:
        vectors, start = str(pathlib.Path(folder, "rows")), str(pathlib.Path(folder, "start"))
        rows = generate(numpy, options)
        rows.astype("<f4").tofile(vectors)
        rows[: options.clusters].astype("<f4").tofile(start)
        of = f"{options.rows:,} x {options.dimensions} into {options.clusters}; seed {options.seed}"
        print(f"{of}; scikit-learn {sklearn.__version__}, numpy {numpy.__version__}", flush=True)
        files = lambda n_iterations: [vectors, start, str(options.dimensions), str(n_iterations)]
        same = compare(numpy, ours, theirs, files(options.iterations), options)

        order = random.Random(options.seed)
        titles = {f"{options.iterations} iterations": ("canvass", "given", options.iterations), "k-means++ and one iteration": ("start", "drawn", 1)}
        for title, (our_kind, their_kind, n_iterations) in titles.items():
            contestants = {}
            for threads, word in [(2, "2 threads"), (1, "1 thread")]:
                contestants[f"scikit-learn, {word}"] = (theirs(their_kind), threads)
                contestants[f"canvass, {word}"] = (ours(our_kind), threads)
            slow = {"linfa, 2 threads"} if our_kind == "canvass" else {"scikit-learn, 2 threads"}
            if our_kind == "canvass":
                contestants["canvass narrow, 2 threads"] = (ours("narrow"), 2)
                contestants["linfa, 2 threads"] = (ours("linfa"), 2)
            results = {name: [] for name in contestants}
            for number in range(options.runs):
                names = list(contestants)
                order.shuffle(names)
                for name in names:
                    if name not in slow or number < options.slow_runs:
                        command, threads = contestants[name]
                        results[name].append(harness.measured(command + files(n_iterations), threads))
            rows = {name: figures for name, figures in results.items() if figures}
            harness.table(f"{title}: median (least to greatest) of {options.runs} runs in turn", rows, COLUMNS)
            ratios(rows)
    if not same:
        sys.exit("the results differ")


if __name__ == "__main__":
    main()
