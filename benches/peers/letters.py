#!/usr/bin/env python3
"""How often letters of one form, and letters that their senders edited, are told to fill in a template.

    cargo build --release --locked --package canvass-cli
    python3 benches/peers/letters.py            # --binary may be given several times, to compare versions

A form has slots for name, town and date, filled from short lists, so that many fillings begin or end alike. The campaign letter has no
slots; words of it are mistyped, replaced by one of five, or left out. Each figure is the share of pairs called `template`.
"""

import argparse
import collections
import csv
import pathlib
import random
import subprocess
import tempfile

BINARY = pathlib.Path(__file__).resolve().parents[2] / "target" / "release" / "canvass"
FIRST = "Anna Ben Carla Anna David Eva Frank Anna Georg".split()
LAST = "Smith Jones Miller Smith Brown Taylor Wood".split()
TOWNS = ["Bad Ems", "Bad Tölz", "Ulm", "Hof", "Bonn", "Upper Kiel", "Jena"]
DATES = ["12 March", "14 March", "3 April", "12 April"]
BEGINNING, SLOTS, REST = (
    "Dear Minister, ",
    "my name is {} {} and I live in {} with my family. On {} ",
    "I read about the plan to build a new road through our valley. I ask you to stop the plan, because the noise would be unbearable "
    "and the forest is where our children play. Please answer my letter soon.",
)


def letter(draw):
    slots = SLOTS.format(draw.choice(FIRST), draw.choice(LAST), draw.choice(TOWNS), draw.choice(DATES))
    return BEGINNING + slots + REST


def edited(draw, text, n_words):
    words = text.split()
    for _ in range(n_words):
        at, how = draw.randrange(len(words)), draw.random()
        if how < 0.5:
            words[at] = words[at][:-1] + "x"
        elif how < 0.8:
            words[at] = draw.choice(["really", "truly", "strongly", "kindly", "much"])
        else:
            del words[at]
    return " ".join(words)


KINDS = {
    "form": (lambda draw: letter(draw), (3, 4, 6, 12, 60)),
    "form, a word of half of them edited": (lambda draw: edited(draw, letter(draw), draw.randrange(2)), (4, 6, 12, 60)),
    "no slots, 2 words edited": (lambda draw: edited(draw, BEGINNING + REST, 2), (3, 4, 6, 12, 60)),
    "no slots, 5 words edited": (lambda draw: edited(draw, BEGINNING + REST, 5), (3, 4, 6, 12, 60)),
}


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--groups", type=int, default=25, help="of each kind and size")
    arguments.add_argument("--seed", type=int, default=5)
    arguments.add_argument("--binary", type=pathlib.Path, action="append")
    options = arguments.parse_args()
    binaries, draw = options.binary or [BINARY], random.Random(options.seed)
    print("| letters | in a group | " + " | ".join(str(binary) for binary in binaries) + " |\n|---|---" + "|---" * len(binaries) + "|")
    for kind, (make, sizes) in KINDS.items():
        for size in sizes:
            found = [collections.Counter() for _ in binaries]
            for _ in range(options.groups):
                with tempfile.TemporaryDirectory() as folder:
                    file = f"{folder}/letters.csv"
                    with open(file, "w", newline="", encoding="utf-8") as out:
                        csv.writer(out).writerows([["id", "text"], *((at, make(draw)) for at in range(size))])
                    for binary, kinds in zip(binaries, found):
                        search = [binary, "duplicates", file, "--quiet"]
                        pairs = subprocess.run(search, check=True, capture_output=True, text=True).stdout
                        kinds.update(row["kind"] for row in csv.DictReader(pairs.splitlines()))
            shares = [kinds["template"] / max(1, kinds.total()) for kinds in found]
            print(f"| {kind} | {size} | " + " | ".join(f"{share:.1%}" for share in shares) + " |")


if __name__ == "__main__":
    main()
