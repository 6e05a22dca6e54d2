#!/usr/bin/env python3
"""What `canvass audit` says of claims about many answers of which it is known what they are about, and how long it takes.

    cargo build --release --locked --package canvass-cli --bin canvass
    python3 benches/peers/audit.py target/release/canvass --answers 20000 100000

The answers are sentences, each the first half of one text with a label and the second half of another with the same label, of the first
labels of a labelled set. Claims are the names of those labels, each true of its share of the answers; names of the set's other labels, which nobody
speaks of but whose words some use; and names of labels of another set. A claim whose count is off by little, and a claim of the latter kinds
that is not supported, are right. Needs Linux for the peak.
"""

import argparse
import csv
import json
import pathlib
import random
import resource
import subprocess
import tempfile
import time

import harness


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("canvass", type=pathlib.Path)
    arguments.add_argument("--answers", type=int, nargs="+", default=[2_000, 20_000, 100_000])
    arguments.add_argument("--labels", type=int, default=15, help="labels that the answers have")
    arguments.add_argument("--set", default="banking77.jsonl", help="the labelled set of the answers")
    arguments.add_argument("--other", default="clinc150.jsonl", help="the labelled set of claims from elsewhere")
    arguments.add_argument("--claims", type=int, help="audit only so many claims of each kind, for the time")
    harness.add_text_arguments(arguments)
    options = arguments.parse_args()
    harness.require(options.canvass)
    by_label = labelled(options.labelled / options.set)
    draw = random.Random(options.seed)
    labels = sorted(by_label)
    draw.shuffle(labels)
    own, near = labels[: options.labels], labels[options.labels :]
    far = [name for name in sorted(labelled(options.labelled / options.other)) if not set(words(name)) & {word for label in own for word in words(label)}]
    kinds = {"true": own, "of the same field": near, "of another field": far}
    kinds = {kind: names[: options.claims] for kind, names in kinds.items()}
    print(f"{options.set}: {options.labels} labels, each of {1 / options.labels:.1%} of the answers; seed {options.seed}\n")
    print("| answers | claims | n | supported | weak | not found | off by, of the base |")
    print("|---|---|---|---|---|---|---|")
    times = []
    for n_answers in options.answers:
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            truth = write_answers(folder / "answers.csv", by_label, own, n_answers, draw)
            (folder / "settings.toml").write_text("[themes]\nresamples = 0\n[report]\nformats = [\"html\"]\n", encoding="utf-8")
            run(folder, [options.canvass.resolve(), "run", "answers.csv", "--config", "settings.toml", "--out", "out"])
            claims = [{"heading": " ".join(words(name)).capitalize(), "text": "", "kind": kind, "label": name} for kind, names in kinds.items() for name in names]
            (folder / "claims.json").write_text(json.dumps(claims), encoding="utf-8")
            begin, cpu = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
            run(folder, [options.canvass.resolve(), "audit", "claims.json", "out", "--out", "audit"])
            now = resource.getrusage(resource.RUSAGE_CHILDREN)
            size = sum(file.stat().st_size for file in (folder / "audit").iterdir()) / 1e6
            spent = now.ru_utime + now.ru_stime - cpu.ru_utime - cpu.ru_stime
            times.append(f"| {n_answers:,} | {len(claims)} | {time.perf_counter() - begin:.1f} | {spent:.1f} | {size:.1f} |")
            found = json.loads((folder / "audit" / "audit.json").read_text(encoding="utf-8"))["claims"]
        for kind in kinds:
            of_kind = [(made, claim) for made, claim in zip(claims, found) if made["kind"] == kind]
            verdicts = [claim["verdict"] for _, claim in of_kind]
            off = sum(abs(claim["n_respondents"] - truth.get(made["label"], 0)) / claim["base"] for made, claim in of_kind) / len(of_kind)
            counts = " | ".join(str(verdicts.count(verdict)) for verdict in ["supported", "weak", "not_found"])
            print(f"| {n_answers:,} | {kind} | {len(of_kind)} | {counts} | {off:.1%} |", flush=True)
    print("\n| answers | claims | wall s | CPU s | written MB |\n|---|---|---|---|---|")
    print("\n".join(times))


def labelled(file):
    """The texts of each label that has twenty or more."""
    by_label = {}
    for text, label in harness.labelled(file):
        by_label.setdefault(label, []).append(text)
    return {label: texts for label, texts in by_label.items() if len(texts) >= 20}


def words(name):
    return name.replace("_", " ").lower().split()


def write_answers(path, by_label, labels, n_answers, draw):
    """Writes the answers; gives how many each label has."""
    truth = {}
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "What do you need help with?"])
        for number in range(n_answers):
            label = labels[number % len(labels)]
            first, second = (draw.choice(by_label[label]).split() for _ in range(2))
            rows.writerow([number + 1, " ".join(first[: len(first) // 2 + 1] + second[len(second) // 2 :])])
            truth[label] = truth.get(label, 0) + 1
    return truth


def run(folder, command):
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
