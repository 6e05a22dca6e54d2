"""What the scripts of this folder share: texts to work on, runs of programs that print their figures, and tables of those."""

import itertools
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "target" / "release" / "examples"
LABELLED = ROOT.parent / "shared" / "eval" / "labelled"

# Columns of a table: the key of a figure, what it is multiplied by, and digits.
COLUMNS = {
    "wall s": ("wall", 1, 3),
    "CPU s": ("cpu", 1, 3),
    "process wall s": ("process_wall", 1, 3),
    "process CPU s": ("process_cpu", 1, 3),
    "peak MiB": ("peak_kib", 1 / 1024, 0),
}
PROGRAM_COLUMNS = {title: COLUMNS[title] for title in ["process wall s", "process CPU s", "peak MiB"]}


def add_text_arguments(arguments):
    """Which texts a script works on."""
    arguments.add_argument("--seed", type=int, default=7)
    arguments.add_argument("--labelled", type=pathlib.Path, default=LABELLED, help="folder of .jsonl files with a field `text`")
    arguments.add_argument("--generate", action="store_true", help="use the generator even where that folder is")


def is_generated(options):
    return options.generate or not options.labelled.is_dir()


def source(options):
    return "the generator of harness.py" if is_generated(options) else str(options.labelled)


def texts_of(options, draw):
    """The texts that responses are drawn from."""
    return list(generated_texts(draw) if is_generated(options) else labelled_texts(options.labelled))


def labelled_texts(folder):
    """The texts of all files in the folder, white space as one space each."""
    for file in sorted(folder.glob("*.jsonl")):
        yield from (text for text, _ in labelled(file))


def labelled(file):
    """The texts of a file and their labels, white space as one space each."""
    for line in file.read_text(encoding="utf-8").splitlines():
        found = json.loads(line)
        text = " ".join(found["text"].split())
        if text:
            yield text, found.get("label")


SYLLABLES = [c + v + e for c in "bcdfghklmnprstvwz" for v in "aeiou" for e in ["", "n", "r", "st", "l"]]


def generated_texts(draw, n_texts=50_000, n_words=60_000):
    """Sentences of words whose frequencies follow Zipf's law; one word in twenty has a letter beyond ASCII."""
    words = {}
    while len(words) < n_words:
        word = "".join(draw.choices(SYLLABLES, k=draw.randint(1, 4)))
        if draw.random() < 0.05:
            word = word.replace("a", "ä").replace("e", "é").replace("o", "ô")
        words[word] = 1 / (len(words) + 2)
    chosen = iter(draw.choices(list(words), weights=words.values(), k=14 * n_texts))
    for _ in range(n_texts):
        text = [next(chosen) for _ in range(draw.randint(3, 14))]
        yield text[0].capitalize() + " " + " ".join(text[1:]) + draw.choice([".", ".", "?", "!"])


def points(options, draw, n_points):
    """So many different points of one sentence each: the first half of a sentence, and the second half of one with its label."""
    of_label = generated_sentences(draw) if is_generated(options) else labelled_sentences(options.labelled)
    sentences = [(sentence, label) for label, found in of_label.items() for sentence in found]
    drawn = {}
    for _ in range(50 * n_points):
        first, label = draw.choice(sentences)
        last = draw.choice(of_label[label])
        drawn[" ".join(first[: (len(first) + 1) // 2] + last[(len(last) + 1) // 2 :]) + "."] = None
        if len(drawn) == n_points:
            return list(drawn)
    sys.exit(f"these texts do not give {n_points:,} different points")


def labelled_sentences(folder):
    """For each label of each file its sentences of three words or more, as words."""
    of_label = {}
    for file in sorted(folder.glob("*.jsonl")):
        for text, label in labelled(file):
            for sentence in re.split(r"[.!?;]+(?:\s|$)", text):
                if len(sentence.split()) >= 3:
                    of_label.setdefault((file.name, label), []).append(sentence.split())
    return of_label


def generated_sentences(draw, n_subjects=100, n_sentences=300):
    """For each subject sentences of words of its own among words that all share, both by Zipf's law."""
    words = list({"".join(draw.choices(SYLLABLES, k=draw.randint(2, 4))) for _ in range(12_000)})
    words.sort()
    draw.shuffle(words)
    shares = list(itertools.accumulate(1 / (rank + 2) for rank in range(len(words))))
    choose = lambda words, k: draw.choices(words, cum_weights=shares[: len(words)], k=k)
    shared, of_label = words[:2000] + ["the", "and", "of", "to", "in"] * 200, {}
    draw.shuffle(shared)
    for subject in range(n_subjects):
        own = words[2000 + 60 * subject : 2060 + 60 * subject]
        for _ in range(n_sentences):
            sentence = choose(own, draw.randint(2, 6)) + choose(shared, draw.randint(2, 9))
            draw.shuffle(sentence)
            of_label.setdefault(subject, []).append(sentence)
    return of_label


def write_lines(file, lines):
    lines = [re.sub(r"[\r\n]", " ", line) for line in lines]
    file.write_bytes("".join(line + "\n" for line in lines).encode())


def read_lines(file):
    return pathlib.Path(file).read_bytes().decode().split("\n")[:-1]


def require(binary):
    """Ends the script where the program is not built."""
    if not binary.exists():
        sys.exit(f"no {binary}: build it first (see the top of this file)")


def peak_kib():
    """The highest resident memory of this process so far."""
    return int(re.search(r"VmHWM:\s+(\d+)", pathlib.Path("/proc/self/status").read_text())[1])


def measured(command, threads=None):
    """Runs a program; the figures that its last line holds, and those of its whole process with all it started."""
    out, whole = finished(command, threads)
    return whole | json.loads(out.splitlines()[-1])


def measured_program(command, threads=None):
    """Runs a program that prints no figures; those of its whole process."""
    return finished(command, threads)[1]


def finished(command, threads):
    """What a program prints, and what its whole process took."""
    environment = dict(os.environ)
    if threads:
        names = ["RAYON_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"]
        environment |= {name: str(threads) for name in names}
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)
    out = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{command[:2]} failed")
    cpu = usage.ru_utime + usage.ru_stime
    return out, {"process_wall": time.perf_counter() - start, "process_cpu": cpu, "peak_kib": usage.ru_maxrss}


def summary(found, digits):
    """The median, with the least and the greatest."""
    return f"{statistics.median(found):.{digits}f} ({min(found):.{digits}f} to {max(found):.{digits}f})"


def table(title, rows, columns):
    """For each name what its runs took."""
    print(f"\n{title}\n\n| | " + " | ".join(columns) + " |")
    print("|---" * (1 + len(columns)) + "|")
    for name, figures in rows.items():
        cells = [summary([run[key] * unit for run in figures], digits) for key, unit, digits in columns.values()]
        print(f"| {name} | " + " | ".join(cells) + " |")


def shares_of_first(rows, columns):
    """How the medians of all others stand to those of the first."""
    median = lambda name, key: statistics.median(run[key] for run in rows[name])
    first, *others = rows
    print()
    for name in others:
        shares = []
        for title, (key, *_) in columns.items():
            what = title.removesuffix(" s").removesuffix(" MiB")
            shares.append(f"{what} 1/{median(first, key) / median(name, key):.1f}")
        print(f"{name} against {first}: {', '.join(shares)}")
