#!/usr/bin/env python3
"""What findings and the report cost beside the other stages of `canvass run`.

    cargo build --release --locked --package canvass-cli --bin canvass
    python3 benches/peers/report.py

Each answer is one to three of the points of bertopic.py, its respondent of one of six types and one of seven regions. The stages are
timed by the clock, as the log names them when they begin and end; so nothing else should run. CPU seconds and the peak (RSS) are the
process's.
"""

import argparse
import csv
import json
import os
import pathlib
import random
import subprocess
import tempfile
import time

import harness

BINARY = harness.ROOT / "target/release/canvass"


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--answers", type=int, nargs="+", default=[5_000, 50_000, 100_000])
    arguments.add_argument("--formats", default="html,docx,md,xlsx")
    arguments.add_argument("--keep", type=pathlib.Path, help="a folder for the run folders, to open the pages")
    harness.add_text_arguments(arguments)
    arguments.add_argument("--binary", type=pathlib.Path, default=BINARY)
    options = arguments.parse_args()
    harness.require(options.binary)

    with tempfile.TemporaryDirectory() as folder:
        for n_answers in options.answers:
            answers = pathlib.Path(folder, f"{n_answers}.csv")
            write_answers(answers, options, n_answers)
            out = (options.keep or pathlib.Path(folder)) / f"run-{n_answers}"
            stages, cpu, peak = timed([options.binary, "run", answers, "--formats", options.formats, "--out", out, "--force", "--log-format", "json"])
            told = ", ".join(f"{stage} {seconds:.1f}" for stage, seconds in stages.items())
            last = stages.get("findings", 0) + stages.get("report", 0)
            size = sum(file.stat().st_size for file in out.rglob("*") if file.is_file())
            print(f"{n_answers:,} answers: {told} s; findings and report {last / sum(stages.values()):.0%}; {cpu:.1f} CPU s, peak {peak:,.0f} MiB, {size / 1e6:.0f} MB written", flush=True)


def write_answers(path, options, n_answers):
    draw = random.Random(options.seed)
    points = iter(harness.points(options, draw, 2 * n_answers + n_answers // 10))
    with open(path, "w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "Which of these are you?", "Region", "What should be done better?"])
        for number in range(n_answers):
            texts = [next(points) for _ in range(draw.choice([1, 2, 3]))]
            rows.writerow([number + 1, f"type {draw.randrange(6)}", f"region {draw.randrange(7)}", " ".join(texts)])


def timed(command):
    """Seconds of each stage by the clock, CPU seconds, and the peak in MiB."""
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    began, stages = {}, {}
    for line in process.stderr:
        now, event = time.monotonic(), json.loads(line)
        if event["event"] == "begin":
            began[event["stage"]] = now
        elif event["event"] == "end":
            stages[event["stage"]] = now - began[event["stage"]]
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        raise SystemExit(f"{command[0]} ended with {status}")
    return stages, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


if __name__ == "__main__":
    main()
