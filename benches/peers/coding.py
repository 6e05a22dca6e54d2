#!/usr/bin/env python3
"""How good coded samples make the coding of the rest, and what names and definitions alone give.

usage: coding.py curve CANVASS SET.jsonl WORK [--sizes 50,100,200,500] [--seeds 1,2,3] [--plot curve.svg]
       coding.py gold  CANVASS GOLD_DIR AGREEMENT_DIR WORK [--reference FILE] [--seeds 1,2,3,4,5]

curve  {id, text, label} a line, one label a text. A run of canvass with the labels' names as its code frame; samples drawn by `canvass sample`,
       filled in with the labels, given to `canvass agree --propose`. Beside it, learnt from the same texts: scikit-learn's TfidfVectorizer and
       LogisticRegression, as they are (one label a text, the likeliest), and one against the rest with the threshold that keeps the share, as
       canvass has it. F1 on the texts that are not in the sample, over all pairs of a text and a label, and the mean over the labels.
gold   a consultation whose questions people have coded with several codes an answer (answers.csv, questions.csv, codeframe.json, coding.csv,
       split_answers.csv, second_coder.json); AGREEMENT_DIR holds theme_agreement.py, which says how far a run's themes are those of the
       coding. A scripted session that sees names and definitions alone; deductive coding; samples of a tenth, a fifth and a half.

Needs numpy, scipy and scikit-learn.
"""
import argparse, collections, csv, json, os, re, subprocess, sys, tomllib
import numpy as np


def canvass(program, *arguments):
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"canvass {' '.join(map(str, arguments))}: {done.stderr}")
    return done.stdout


def rows(path):
    return list(csv.DictReader(open(path, encoding="utf-8-sig")))


def unguarded(text):
    return text[1:] if text.startswith("'") and text[1:2] in "=+-@" else text


def fill(path, out, said):
    """Ticks in a sample what `said` has for each response."""
    table = list(csv.reader(open(path, encoding="utf-8")))
    header = table[0]
    response, none = header.index("response"), header.index("no code")
    codes = {at: header[at].split()[0] for at in range(header.index("answer") + 1, none)}
    drawn = []
    for row in table[1:]:
        id = unguarded(row[response])
        drawn.append(id)
        for at, code in codes.items():
            row[at] = "x" if code in said.get(id, ()) else ""
        row[none] = "" if said.get(id) else "x"
    write_rows(out, table)
    return drawn


def write_rows(path, table):
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(table)


def write_text(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def words_of(coding):
    """(question, response) -> codes."""
    found = collections.defaultdict(set)
    for row in rows(coding):
        found[row["question"], unguarded(row["response_id"])].add(row["theme_id"])
    return found


def with_proposals(words, folder):
    """What words and proposals give: a classifier stands in the place of a code's words where it was taken."""
    coded = collections.defaultdict(set, {key: set(codes) for key, codes in words.items()})
    for row in rows(os.path.join(folder, "proposals.csv")):
        if row["taken"] == "classifier":
            key = row["question"], unguarded(row["response_id"])
            (coded[key].add if row["proposed"] == "yes" else coded[key].discard)(row["code"])
    return coded


def f1(found, truth, keys, codes):
    """F1 over all pairs, and the mean over the codes."""
    both = {code: 0 for code in codes}
    some = {code: 0 for code in codes}
    for key in keys:
        for code in codes:
            a, b = code in found.get(key, ()), code in truth.get(key, ())
            both[code] += a and b
            some[code] += a + b
    each = [2 * both[code] / some[code] if some[code] else 0.0 for code in codes]
    return 2 * sum(both.values()) / max(1, sum(some.values())), float(np.mean(each))


# ---------------------------------------------------------------- the learning curve

def scikit(texts, labels, coded, rest, codes):
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import KFold
    vectors = TfidfVectorizer()
    train = vectors.fit_transform([texts[id] for id in coded])
    test = vectors.transform([texts[id] for id in rest])
    said = np.array([labels[id] for id in coded])
    likeliest = LogisticRegression(max_iter=1000).fit(train, said).predict(test)
    one = {("q1", id): {label} for id, label in zip(rest, likeliest)}
    several = collections.defaultdict(set)
    for code in codes:
        is_in = said == code
        if is_in.sum() < 5 or (~is_in).sum() < 5:
            continue
        held_out = np.zeros(len(coded))
        for learn, test_part in KFold(5, shuffle=True, random_state=0).split(coded):
            if is_in[learn].all() or not is_in[learn].any():
                held_out[test_part] = is_in[learn].mean()
                continue
            model = LogisticRegression(max_iter=1000).fit(train[learn], is_in[learn])
            held_out[test_part] = model.predict_proba(train[test_part])[:, 1]
        threshold = np.quantile(held_out, 1 - is_in.mean())
        scores = LogisticRegression(max_iter=1000).fit(train, is_in).predict_proba(test)[:, 1]
        for id, score in zip(rest, scores):
            if score > threshold:
                several["q1", id].add(code)
    return one, several


def curve(program, path, work, sizes, seeds, plot):
    os.makedirs(work, exist_ok=True)
    data = [json.loads(line) for line in open(path, encoding="utf-8")]
    texts = {str(row["id"]): row["text"] for row in data}
    names = sorted({row["label"] for row in data})
    code = {name: f"t{at:02}" for at, name in enumerate(names, 1)}
    labels = {str(row["id"]): code[row["label"]] for row in data}
    answers, config = os.path.join(work, "answers.csv"), os.path.join(work, "config.toml")
    write_rows(answers, [["id", "Comment"]] + [[row["id"], row["text"]] for row in data])
    write_rows(os.path.join(work, "names.csv"), [["id", "name"]] + [[id, name] for name, id in code.items()])
    write_text(config, "[themes]\nresamples = 0\n[ledger]\nno_content = []\n[[question]]\nid = \"q1\"\nkind = \"open\"\ncolumn = \"Comment\"\n")
    first, frame, run = (os.path.join(work, name) for name in ("first", "frame.toml", "run"))
    common = [answers, "--id-column", "id", "--config", config, "--formats", "md", "--force", "--quiet"]
    if not os.path.exists(os.path.join(run, "manifest.json")):
        canvass(program, "run", *common, "--out", first)
        canvass(program, "codeframe", "init", first, "--names", os.path.join(work, "names.csv"), "--out", frame, "--force")
        canvass(program, "run", *common, "--codeframe", frame, "--out", run)
    words = words_of(os.path.join(run, "coding.csv"))
    ids = [row["response_id"] for row in map(json.loads, open(os.path.join(run, "responses.jsonl"), encoding="utf-8")) if row["language"]]
    codes = sorted(code.values())
    truth = {("q1", id): {labels[id]} for id in ids}
    print(f"{len(ids)} of {len(data)} texts are analysed, {len(codes)} labels; names alone: F1 %.3f, mean of labels %.3f" % f1(words, truth, truth, codes))
    result = collections.defaultdict(list)
    for n in sizes:
        for seed in seeds:
            blank, filled, out = (os.path.join(work, f"{name}-{n}-{seed}") for name in ("blank.csv", "filled.csv", "out"))
            blank, filled = blank + ".csv", filled + ".csv"
            canvass(program, "sample", run, "--n", n, "--seed", seed, "--out", blank, "--force")
            drawn = fill(blank, filled, {id: {labels[id]} for id in ids})
            canvass(program, "agree", run, filled, "--propose", "--seed", seed, "--out", out, "--force")
            rest = [id for id in ids if id not in set(drawn)]
            keys = [("q1", id) for id in rest]
            one, several = scikit(texts, labels, drawn, rest, codes)
            learnt = json.load(open(os.path.join(out, "agreement.json")))["proposals"]
            # What canvass says of itself beside what is true, of each code that was learnt.
            proposed = with_proposals(words, out)
            for name, found in (("canvass", proposed), ("scikit-learn, likeliest", one), ("scikit-learn, same thresholds", several)):
                result[name, n].append(f1(found, truth, keys, codes))
            told = [row["classifier"] for row in learnt if row["taken"] == "classifier"]
            true = [f1(proposed, truth, keys, [row["code"]])[0] for row in learnt if row["taken"] == "classifier"]
            inside = [row["low"] <= value <= row["high"] for row, value in zip(told, true) if row["low"] is not None]
            result["own", n].append((np.mean([row["value"] or 0 for row in told] or [0]), np.mean(true or [0]), np.mean(inside or [0])))
    print(f"{'':32}" + "".join(f"{n:>16}" for n in sizes))
    for name in ("canvass", "scikit-learn, likeliest", "scikit-learn, same thresholds"):
        print(f"{name:32}" + "".join("%9.3f %6.3f" % tuple(np.mean(result[name, n], axis=0)) for n in sizes))
    print("canvass of itself: F1 by cross-validation, F1 on the rest, share of the intervals that hold that")
    print(f"{'':32}" + "".join("  %.2f %.2f %.2f" % tuple(np.mean(result["own", n], axis=0)) for n in sizes))
    if plot:
        draw(plot, sizes, result)


def draw(path, sizes, result):
    """F1 against the number of coded texts, as SVG."""
    width, height, left, top = 640, 320, 56, 24
    names = [("canvass", "#0b3c50"), ("scikit-learn, likeliest", "#b3541e"), ("scikit-learn, same thresholds", "#7a8b99")]
    x = lambda n: left + (width - left - 20) * (np.log(n) - np.log(sizes[0])) / (np.log(sizes[-1]) - np.log(sizes[0]))
    y = lambda f: top + (height - top - 60) * (0.7 - f) / 0.7
    text = lambda px, py, what, anchor="middle", fill="#222": f'<text x="{px:.1f}" y="{py:.1f}" text-anchor="{anchor}" fill="{fill}">{what}</text>'
    svg = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">',
           f'<rect width="{width}" height="{height}" fill="#fff"/>']
    for tick in (0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7):
        svg += [f'<path d="M{left} {y(tick):.1f}H{width - 20}" stroke="#ddd"/>', text(left - 8, y(tick) + 4, f"{tick:.1f}", "end")]
    for n in sizes:
        svg.append(text(x(n), y(0) + 18, n))
    svg += [text((left + width) / 2, y(0) + 36, "coded texts"), text(left, 14, "F1 on the rest: over all (solid), mean of labels (dashed)", "start")]
    for at, (name, colour) in enumerate(names):
        for figure, dash in ((0, ""), (1, ' stroke-dasharray="5 4"')):
            points = " ".join(f"{x(n):.1f},{y(np.mean(result[name, n], axis=0)[figure]):.1f}" for n in sizes)
            svg.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>')
        svg.append(text(left + 8 + 190 * at, height - 6, name, "start", colour))
    write_text(path, "\n".join(svg + ["</svg>", ""]))


# ---------------------------------------------------------------- the coded consultation

def gold(program, folder, agreement, work, reference, seeds):
    sys.path.insert(0, agreement)
    from theme_agreement import read_gold, score
    from scipy.optimize import linear_sum_assignment
    os.makedirs(work, exist_ok=True)
    truth, split = read_gold(folder)
    frame = json.load(open(os.path.join(folder, "codeframe.json"), encoding="utf-8"))
    names = os.path.join(work, "names.csv")
    write_rows(names, [["question", "id", "name", "definition"]]
               + [[q, of["code"], of["name"], of["definition"]] for q, codes in frame.items() for of in codes])
    config = os.path.join(work, "config.toml")
    write_text(config, "[themes]\nresamples = 0\n")
    common = [os.path.join(folder, "answers.csv"), "--layout", "long", "--question-column", "question", "--id-column", "answer",
              "--text-column", "text", "--questions", os.path.join(folder, "questions.csv"), "--config", config,
              "--formats", "md", "--force", "--quiet"] + (["--reference", reference] if reference else [])

    def run(name, *arguments):
        out = os.path.join(work, name)
        canvass(program, "run", *common, "--out", out, *arguments)
        return out

    def told(name, out):
        from theme_agreement import read_system
        found = score(truth, split, read_system(out))
        mean = {k: np.mean([v[k] for v in found.values()]) for k in ("top5", "top7in10", "frame", "chance5")}
        print(f"{name:44} " + "  ".join(f"{k} {x:.3f}" for k, x in mean.items()))

    base = run("base")
    told("as the machine found them", base)
    machine, deductive = os.path.join(work, "machine.toml"), os.path.join(work, "deductive.toml")
    canvass(program, "codeframe", "init", base, "--out", machine, "--force")
    canvass(program, "codeframe", "init", base, "--names", names, "--out", deductive, "--force")
    wanted = tomllib.loads(open(deductive, encoding="utf-8").read())["theme"]
    for name, merging in (("words", False), ("words, merges, rejections", True)):
        out = os.path.join(work, f"session-{merging}.toml")
        added = session(machine, wanted, out, base, merging)
        told(f"+ session: {added} {name}", run(f"session-{merging}", "--codeframe", out))
    by_names = run("deductive", "--codeframe", deductive)
    told("deductive, from names and definitions", by_names)
    added = further(deductive, base, names, os.path.join(work, "further.toml"))
    told(f"+ session: {added} words", run("further", "--codeframe", os.path.join(work, "further.toml")))

    # Several codes an answer: F1 of each code of four answers or more, on the answers that are not in the sample.
    words = words_of(os.path.join(by_names, "coding.csv"))
    answers = {q: sorted({row["answer"] for row in rows(os.path.join(folder, "answers.csv")) if row["question"] == q}, key=int) for q in truth}
    first = lambda q, id: str(split.get((q, int(id)), int(id)))
    said = {(q, id): {code for code, of in truth[q].items() if int(first(q, id)) in of} for q in truth for id in answers[q]}
    second = json.load(open(os.path.join(folder, "second_coder.json"), encoding="utf-8"))
    other = collections.defaultdict(set)
    for q in truth:
        codes = sorted(truth[q])
        match = np.array([[2 * len(truth[q][code] & set(of["answers"])) / max(1, len(truth[q][code]) + len(of["answers"])) for of in second[q]] for code in codes])
        for at, of in zip(*linear_sum_assignment(-match)):
            for i in second[q][of]["answers"]:
                other[q, str(i)].add(codes[at])
    print(f"\n{'the rest of the answers, F1 (mean of codes)':44} {'canvass':>8} {'names':>8} {'chance':>8} {'second':>8}  learnt")
    for share in (0.1, 0.2, 0.5):
        figures, learnt = [], []
        for seed in seeds:
            result = []
            for q in truth:
                n = max(1, round(share * len(answers[q])))
                blank, filled, out = (os.path.join(work, f"{name}-{q}-{share}-{seed}") for name in ("blank", "filled", "out"))
                canvass(program, "sample", by_names, "--n", n, "--question", q, "--seed", seed, "--out", blank + ".csv", "--force")
                drawn = set(fill(blank + ".csv", filled + ".csv", {id: codes for (of, id), codes in said.items() if of == q}))
                canvass(program, "agree", by_names, filled + ".csv", "--propose", "--seed", seed, "--out", out, "--force")
                keys = [(q, id) for id in answers[q] if id not in drawn]
                codes = [code for code, of in truth[q].items() if len(of) >= 4]
                found = with_proposals(words, out)
                rng = np.random.default_rng(seed)
                chance = []
                for _ in range(50):
                    random = collections.defaultdict(set)
                    for code in codes:
                        size = sum(code in found.get(key, ()) for key in keys)
                        for at in rng.choice(len(keys), size, replace=False):
                            random[keys[at]].add(code)
                    chance.append(f1(random, said, keys, codes)[1])
                result.append([f1(of, said, keys, codes)[1] for of in (found, words)] + [np.mean(chance), f1(other, said, keys, codes)[1]])
                learnt.append(sum(row["taken"] == "classifier" for row in json.load(open(os.path.join(out, "agreement.json")))["proposals"]))
            figures.append(np.mean(result, axis=0))
        mean, spread = np.mean(figures, axis=0), np.std(figures, axis=0)
        print(f"{share:>6.0%} coded {'':31} " + " ".join(f"{x:8.3f}" for x in mean) + f"  {np.mean(learnt):.1f} codes a question; standard deviation over draws {spread[0]:.3f}")


class Answers:
    """The answers of a run by the words they hold, as canvass reads them."""

    def __init__(self, run):
        self.stems, self.general, self.holding = collections.defaultdict(dict), set(), collections.defaultdict(set)
        for row in map(json.loads, open(os.path.join(run, "vocabulary.jsonl"), encoding="utf-8")):
            for form, _ in row["forms"]:
                self.stems[row["question"]].setdefault(form.lower(), row["stem"])
            if row.get("general"):
                self.general.add((row["question"], row["stem"]))
        for row in map(json.loads, open(os.path.join(run, "responses.jsonl"), encoding="utf-8")):
            for point in row["points"]:
                for token in point["tokens"] + point.get("phrases", []):
                    if token.get("left_out") in (None, "question"):
                        self.holding[row["question"], token["stem"]].add(row["response_id"])

    def of(self, question, word):
        return self.holding.get((question, self.stems[question].get(word.lower(), word.strip("[]"))), set())

    def of_all(self, question, words):
        return set().union(*(self.of(question, word) for word in words))


def overlap(a, b):
    return 2 * len(a & b) / (len(a) + len(b)) if a & b else 0.0


def decide(question, **fields):
    told = ", ".join(f"{key} = {json.dumps(value)}" for key, value in {"question": question, **fields}.items())
    return f'{{ {told}, author = "script", time = "2026-01-01" }}'


def session(start, wanted, out, run, merging):
    """Five words a question at most, chosen by what names and definitions give: never by what people coded.

    What a code's deductive words find stands for the code. Each theme belongs to the code that it is most like (F1 of the answers). With `merging`,
    themes of one code are merged where that brings them nearer to it, and those like none (below 0.1) rejected. Then the word is added,
    five times, that brings its theme nearest to its code.
    """
    text, answers = open(start, encoding="utf-8").read(), Answers(run)
    themes, lines, added = tomllib.loads(text)["theme"], [], 0
    for question in sorted({theme["question"] for theme in themes}):
        codes = {code["id"]: (code["include"], answers.of_all(question, code["include"])) for code in wanted if code["question"] == question}
        mine = {theme["id"]: answers.of_all(question, theme["include"]) for theme in themes if theme["question"] == question}
        code_of = {id: max(codes, key=lambda code: overlap(of, codes[code][1])) for id, of in mine.items()}
        if merging:
            for id in sorted(mine, key=lambda id: -overlap(mine[id], codes[code_of[id]][1])):
                target = codes[code_of[id]][1]
                into = next((other for other in mine if other != id and code_of[other] == code_of[id]
                             and overlap(mine[other], target) >= overlap(mine[id], target)), None)
                if overlap(mine[id], target) < 0.1:
                    lines.append(decide(question, action="reject", theme=id))
                    del mine[id]
                elif into and overlap(mine[into] | mine[id], target) > overlap(mine[into], target):
                    lines.append(decide(question, action="merge", theme=id, into=into))
                    mine[into] |= mine.pop(id)
        best = {}
        for id in mine:
            code = code_of[id]
            if code not in best or overlap(mine[id], codes[code][1]) > overlap(mine[best[code]], codes[code][1]):
                best[code] = id
        for _ in range(5):
            gains = [(overlap(mine[id] | answers.of(question, word), codes[code][1]) - overlap(mine[id], codes[code][1]), id, word)
                     for code, id in best.items() for word in codes[code][0]]
            gain, id, word = max(gains, default=(0, "", ""))
            if gain <= 0:
                break
            lines.append(decide(question, action="add-term", theme=id, term=word))
            mine[id] |= answers.of(question, word)
            added += 1
    write_text(out, text.rstrip() + "\n" + "".join(f"s{at} = {line}\n" for at, line in enumerate(lines)))
    return added


def further(deductive, run, names, out):
    """To the deductive frame five words a question at most: of the words that definitions have and the frame left out, those that most answers hold,
    up to three tenths of them, each for the one code whose definition has it."""
    text, answers = open(deductive, encoding="utf-8").read(), Answers(run)
    themes, lines = tomllib.loads(text)["theme"], []
    quoted = {row["id"]: row for row in rows(names)}
    for question in sorted({theme["question"] for theme in themes}):
        ids = {id for (q, _), of in answers.holding.items() if q == question for id in of}
        found = collections.defaultdict(set)
        taken = {answers.stems[question].get(word) for theme in themes if theme["question"] == question for word in theme["include"]}
        for theme in themes:
            if theme["question"] == question:
                kept = re.split(r"(?i)exclud", quoted[theme["id"]]["definition"])[0]
                for word in re.findall(r"[a-z]{4,}", kept.lower()):
                    stem = answers.stems[question].get(word)
                    if stem and stem not in taken and (question, stem) not in answers.general:
                        found[stem].add((theme["id"], word))
        single = [(len(answers.of(question, word)), id, word) for of in found.values() if len({id for id, _ in of}) == 1 for id, word in list(of)[:1]]
        fitting = sorted((n, id, word) for n, id, word in single if n <= 0.3 * len(ids))[-5:]
        lines += [decide(question, action="add-term", theme=id, term=word) for _, id, word in fitting]
    write_text(out, text.rstrip() + "\n" + "".join(f"s{at} = {line}\n" for at, line in enumerate(lines)))
    return len(lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("curve", "gold"))
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--sizes", default="50,100,200,500")
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--plot")
    parser.add_argument("--reference")
    given = parser.parse_args()
    numbers = lambda text: [int(x) for x in text.split(",")]
    if given.what == "curve":
        curve(*given.paths, numbers(given.sizes), numbers(given.seeds), given.plot)
    else:
        gold(*given.paths, given.reference, numbers(given.seeds))
