#!/usr/bin/env python3
"""How well a theme model codes a later consultation, on labelled sets cut into two halves.

    benches/peers/waves.py CANVASS LABELLED.jsonl ... [--rows N] [--labels N] [--seeds N]

For each set and seed the texts are shuffled and halved, then and now. Three things are measured:

agreement  the second half coded with the themes of the first, beside the second half in a run on both: for each theme of the one the
           best Jaccard similarity with a theme of the other, weighted by size, both ways, and the mean of the two. Beside it the same for
           the second half in a run of its own.
no change  themes that rose or fell, and themes said to be new, where nothing changed.
injection  some labels stand in the second half only: of how many new themes at least half is of such labels (precision), and of how many such
           labels those hold a fifth (recall).

Needs nothing but canvass. Every random step is seeded.
"""

import argparse
import csv
import json
import random
import subprocess
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

CONFIG = "[themes]\nresamples = 0\n"
HELD_OUT = 3


def write(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["id", "What do you say?"])
        table.writerows((row["id"], row["text"]) for row in rows)


def run(canvass, folder, name, rows, model=None):
    source, out = folder / f"{name}.csv", folder / name
    write(source, rows)
    (folder / "fast.toml").write_text(CONFIG)
    command = [canvass, "run", source, "--out", out, "--force", "--formats", "md", "--quiet", "--config", folder / "fast.toml"]
    command += ["--id-column", "id"]
    subprocess.run([str(part) for part in command + (["--themes", model] if model else [])], check=True)
    return out


def fit(canvass, out, model):
    subprocess.run([canvass, "fit", str(out), "--out", str(model), "--force", "--quiet"], check=True)
    return model


def coding(out):
    themes = defaultdict(set)
    with open(out / "coding.csv", newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            themes[row["theme_id"]].add(row["response_id"])
    return themes


def among(themes, ids):
    kept = {theme: members & ids for theme, members in themes.items()}
    return {theme: members for theme, members in kept.items() if members}


def best(one, other):
    jaccard = lambda a, b: len(a & b) / len(a | b)
    total = sum(len(members) for members in one.values())
    return sum(len(members) * max((jaccard(members, of) for of in other.values()), default=0) for members in one.values()) / max(total, 1)


def agreement(one, other):
    return (best(one, other) + best(other, one)) / 2


def drift(out):
    findings = json.loads((out / "findings.json").read_text())
    return findings["questions"][0]["drift"]["groups"][0]


def measure(canvass, rows, seed):
    random.Random(seed).shuffle(rows)
    half = len(rows) // 2
    then, now = rows[:half], rows[half:]
    labels = {row["id"]: row["label"] for row in rows}
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        model = fit(canvass, run(canvass, folder, "then", then), folder / "model.json")
        with_model = run(canvass, folder, "now", now, model)
        ids = {row["id"] for row in now}
        full = among(coding(run(canvass, folder, "full", rows)), ids)
        alone = coding(run(canvass, folder, "alone", now))
        same = drift(with_model)
        told = {
            "agreement": agreement(coding(with_model), full),
            "alone": agreement(alone, full),
            "themes": len(same["themes"]),
            "changed": sum(theme["change"] in ("rose", "fell") for theme in same["themes"]),
            "new": sum(theme["is_new"] for theme in same["new_themes"]),
            "words": len(same["risen"]) + len(same["fallen"]),
            "unlike_then": same["tally_then"]["unlike"] / sum(same["tally_then"].values()),
            "unlike_now": same["tally_now"]["unlike"] / sum(same["tally_now"].values()),
        }
        frequent = [label for label, n in Counter(labels.values()).most_common() if n >= 20]
        held = set(random.Random(seed).sample(frequent, min(HELD_OUT, len(frequent) // 3 + 1)))
        before = [row for row in then if row["label"] not in held]
        model = fit(canvass, run(canvass, folder, "before", before), folder / "before.json")
        after = run(canvass, folder, "after", now, model)
        themes = coding(after)
        group = drift(after)
        new = [theme for theme in group["new_themes"] if theme["is_new"]]
        of_label = {label: {row["id"] for row in now if row["label"] == label} for label in held}
        hits, covered = 0, set()
        for theme in new:
            members = themes[theme["theme_id"]]
            if sum(labels[member] in held for member in members) >= len(members) / 2:
                hits += 1
                covered |= members
        found = {label for label, members in of_label.items() if len(members & covered) >= len(members) / 5}
        told |= {"held": len(held), "found": len(found), "new_themes": len(new), "hits": hits}
        told["risen"] = [word["word"] for word in group["risen"]][:6]
        told["names"] = [(theme["label"], theme["n_respondents"], theme["then_at_most"]) for theme in new][:8]
        told["held_out"] = sorted(held)
    return told


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("canvass")
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--rows", type=int, default=4000)
    parser.add_argument("--labels", type=int, default=15, help="keep so many labels, drawn by the seed, as a consultation has subjects")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--verbose", action="store_true")
    arguments = parser.parse_args()
    print("set seed agreement alone themes changed new words unlike_then unlike_now held found new_themes hits")
    for path in arguments.files:
        with open(path, encoding="utf-8") as file:
            rows = [json.loads(line) for line in file]
        rows = [{"id": f"r{number:05}", "text": row["text"], "label": str(row["label"])} for number, row in enumerate(rows)]
        for seed in range(1, arguments.seeds + 1):
            labels = sorted({row["label"] for row in rows})
            kept = set(random.Random(seed).sample(labels, min(arguments.labels, len(labels))))
            kept = [row for row in rows if row["label"] in kept]
            drawn = random.Random(seed).sample(kept, min(arguments.rows, len(kept)))
            told = measure(arguments.canvass, drawn, seed)
            figures = [f"{told[name]:.3f}" for name in ("agreement", "alone")]
            figures += [str(told[name]) for name in ("themes", "changed", "new", "words")]
            figures += [f"{told[name]:.3f}" for name in ("unlike_then", "unlike_now")]
            figures += [str(told[name]) for name in ("held", "found", "new_themes", "hits")]
            print(path.stem, seed, *figures, flush=True)
            if arguments.verbose:
                print("   ", told["held_out"], told["names"], told["risen"], flush=True)


if __name__ == "__main__":
    main()
