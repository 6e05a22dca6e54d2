//! Samples that people code: drawn, read back, compared, learnt from; and codes from names alone.

use crate::support::{FERRY, FERRY_FRAME, Outputs, Ran, Run, Said, count, list, shared, text};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;

/// The frame of the ferry's answers, with the definition of a theme.
fn frame() -> String {
    FERRY_FRAME.replacen("include", "definition = \"Later departures; not earlier ones\"\ninclude", 1)
}

/// A run of the ferry's answers with that frame.
fn ferry() -> Ran {
    Run::new().csv(FERRY).holding("frame.toml", frame()).args(["--codeframe", "frame.toml"]).done()
}

fn done(ran: &Ran, arguments: &str) -> Said {
    let said = ran.canvass(&arguments.split(' ').collect::<Vec<_>>());
    assert_eq!(said.code, 0, "{arguments}: {}", said.stderr);
    said
}

/// Ticks in a text table what is said of each response; "none" is no code, and nothing leaves the row uncoded.
fn fill(ran: &Ran, blank: &str, filled: &str, said: &BTreeMap<&str, &[&str]>) {
    let mut reader = csv::Reader::from_path(ran.folder.join(blank)).unwrap();
    let header = reader.headers().unwrap().clone();
    let mut writer = csv::Writer::from_path(ran.folder.join(filled)).unwrap();
    writer.write_record(&header).unwrap();
    for row in reader.records() {
        let row = row.unwrap();
        let codes = said.get(&row[2]).copied().unwrap_or_default();
        let cells = header.iter().zip(&row).map(|(name, cell)| {
            let code = name.split(' ').next().unwrap();
            let is_ticked = codes.contains(&code) || name == "no code" && codes.contains(&"none");
            if is_ticked { "x" } else { cell }
        });
        writer.write_record(cells).unwrap();
    }
    writer.flush().unwrap();
}

/// The ferry's answers, coded by Lind, who differs from the machine.
fn lind() -> BTreeMap<&'static str, &'static [&'static str]> {
    let both: &[&str] = &["evening", "tickets"];
    [("1", &["evening"][..]), ("2", both), ("3", &["tickets"]), ("4", &["none"]), ("7", &["evening"]), ("8", &["none"])]
        .into()
}

/// A comparison by who is compared.
fn comparison<'v>(agreement: &'v Value, a: &str, b: &str) -> &'v Value {
    let found = list(agreement, "comparisons").iter().find(|of| text(of, "a") == a && text(of, "b") == b);
    found.unwrap_or_else(|| panic!("no {a} against {b}"))
}

fn figures(comparison: &Value, code: &str) -> [String; 3] {
    let code = list(comparison, "codes").iter().find(|of| text(of, "code") == code).unwrap();
    ["f1", "kappa", "alpha"].map(|figure| format!("{:.3}", code[figure]["value"].as_f64().unwrap()))
}

#[test]
fn a_sample_is_the_same_at_any_thread_count_and_its_strata_add_up() {
    let ran = Run::sample().done();
    let files = ["1", "2", "8"].map(|threads| {
        for name in ["s.xlsx", "s.csv"] {
            let one = if name.ends_with("csv") { "--question q5" } else { "--n 20" };
            done(&ran, &format!("sample out {one} --out {name} --force --threads {threads}"));
        }
        ["s.xlsx", "s.csv"].map(|name| fs::read(ran.folder.join(name)).unwrap())
    });
    assert!(files[0] == files[1] && files[0] == files[2]);
    done(&ran, "sample out --n 20 --out s.xlsx --force --seed 2");
    assert!(files[0][0] != fs::read(ran.folder.join("s.xlsx")).unwrap());
    let book = fs::read(ran.folder.join("s.xlsx")).unwrap();
    let strata = sheet(&book, "Strata");
    let mut sums: BTreeMap<(String, bool), (f64, f64)> = BTreeMap::new();
    for row in &strata[1..] {
        let sum = sums.entry((row[0].clone(), row[1] == "theme")).or_default();
        sum.0 += row[4].parse::<f64>().unwrap();
        sum.1 += row[5].parse::<f64>().unwrap();
    }
    assert!(sums.len() > 4, "{sums:?}");
    for ((question, _), (all, drawn)) in &sums {
        // By theme and by attribute: of all the same.
        assert_eq!((all, drawn), (&sums[&(question.clone(), true)].0, &20_f64.min(*all)), "{question}");
    }
    let drawn = sheet(&book, "Drawn");
    let mut weights: BTreeMap<&str, f64> = BTreeMap::new();
    for row in &drawn[1..] {
        *weights.entry(&row[1]).or_default() += row[4].parse::<f64>().unwrap();
    }
    for (question, weight) in weights {
        let all = sums[&(question.to_owned(), true)].0;
        assert!((weight - all).abs() < 1e-6, "{question}: {weight} for {all}");
    }
}

/// The cells of a sheet.
fn sheet(book: &[u8], name: &str) -> Vec<Vec<String>> {
    use calamine::{Data, Reader, Xlsx};
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(std::io::Cursor::new(book)).unwrap();
    let range = book.worksheet_range(name).unwrap();
    let cell = |cell: &Data| if let Data::Float(x) = cell { x.to_string() } else { cell.to_string() };
    range.rows().map(|row| row.iter().map(cell).collect()).collect()
}

#[test]
fn agreement_is_as_worked_out_by_hand() {
    let ran = ferry();
    done(&ran, "sample out --n 9 --out blank.csv");
    fill(&ran, "blank.csv", "lind.csv", &lind());
    let moor: &[&str] = &["evening"];
    let mut said = lind();
    said.insert("8", moor);
    said.insert("3", &["none"]);
    fill(&ran, "blank.csv", "moor.csv", &said);
    done(&ran, "agree out lind.csv moor.csv --out agreed");
    let outputs = Outputs::read(&ran.folder.join("agreed"));
    let agreement = outputs.json("agreement.json");
    // Words: evening 1 2 8, tickets 2 3 4. Lind: evening 1 2 7, tickets 2 3.
    let found = comparison(&agreement, "machine", "lind");
    assert_eq!(count(found, "n_responses"), 6);
    // 2·2/6; (4/6 - 1/2)/(1/2); 1 - 11·2/(6·6)
    assert_eq!(figures(found, "evening"), ["0.667", "0.333", "0.389"]);
    // 2·2/5; (5/6 - 1/2)/(1/2); 1 - 11/(5·7)
    assert_eq!(figures(found, "tickets"), ["0.800", "0.667", "0.686"]);
    // Pairs: both 4, one only 3. Alike in 1, 2 and 3.
    assert_eq!(format!("{:.3}", found["all"]["f1"]["value"].as_f64().unwrap()), "0.727");
    assert_eq!(format!("{:.3}", found["all"]["same"]["value"].as_f64().unwrap()), "0.500");
    // Lind: evening 1 2 7, tickets 2 3. Moor: evening 1 2 7 8, tickets 2.
    let found = comparison(&agreement, "lind", "moor");
    assert_eq!(figures(found, "evening"), ["0.857", "0.667", "0.686"]);
    for code in list(found, "codes") {
        let [low, value, high] = ["low", "value", "high"].map(|key| code["f1"][key].as_f64().unwrap());
        assert!(low <= value && value <= high && low < high, "{code}");
    }
    // Where the coders differ stands first.
    let rows = outputs.rows("disagreements.csv");
    let told: Vec<String> = rows
        .iter()
        .map(|row| format!("{} {}: {} not {}", row["response_id"], row["code"], row["yes"], row["no"]))
        .collect();
    assert_eq!(
        told,
        [
            "3 tickets: lind; machine not moor",
            "8 evening: moor; machine not lind",
            "4 tickets: machine not lind; moor",
            "7 evening: lind; moor not machine",
        ]
    );
    let again = done(&ran, "agree out lind.csv moor.csv --out again --threads 1");
    Outputs::read(&ran.folder.join("again")).assert_same(&outputs, "one thread");
    assert!(again.stdout.contains("lind: 6 of 6 responses coded"), "{}", again.stdout);
}

#[test]
fn what_people_coded_wins_and_what_they_differ_on_stays_open() {
    let ran = ferry();
    done(&ran, "sample out --n 9 --out blank.csv");
    fill(&ran, "blank.csv", "lind.csv", &lind());
    let mut said = lind();
    said.insert("3", &["none"]);
    fill(&ran, "blank.csv", "moor.csv", &said);
    let write = "agree out lind.csv moor.csv --codeframe frame.toml --write --time 2026-03-31";
    let told = done(&ran, write);
    assert!(told.stdout.contains("frame.toml: 6 decisions added"), "{}", told.stdout);
    let frame = fs::read_to_string(ran.folder.join("frame.toml")).unwrap();
    assert!(frame.starts_with(&self::frame()) && frame.contains("open = [\"tickets\"]"), "{frame}");
    // What stands there is not written again.
    assert!(done(&ran, write).stdout.contains("0 decisions added"));
    let coded =
        Run::new().csv(FERRY).args(["--codeframe", "frame.toml", "--out", "coded"]).in_folder(&ran.folder).done();
    let rows = Outputs::read(&coded.folder.join("coded")).rows("coding.csv");
    let rows: Vec<String> =
        rows.iter().map(|row| format!("{} {} {}", row["response_id"], row["theme_id"], row["coded_by"])).collect();
    // Tickets of 3 are open: its words decide. 4 and 8 are in nothing, whatever their words.
    assert_eq!(rows, ["1 evening hand", "2 evening hand", "2 tickets hand", "3 tickets words", "7 evening hand"]);
    let log = done(&ran, "codeframe log frame.toml").stdout;
    assert!(log.contains("lind and moor  q1: response 4 is in no theme (coded in a sample)"), "{log}");
    // The machine is measured by its words, not by what it was told.
    let agreement = done(&ran, "agree coded lind.csv --format json");
    let agreement: Value = serde_json::from_str(&agreement.stdout).unwrap();
    assert_eq!(figures(comparison(&agreement, "machine", "lind"), "evening")[0], "0.667");
    // Someone else says otherwise: what was there stands.
    let mut said = lind();
    said.insert("1", &["tickets"]);
    fill(&ran, "blank.csv", "ny.csv", &said);
    let told = done(&ran, "agree out ny.csv --codeframe frame.toml --write --time 2026-04-01");
    assert!(
        told.stderr.contains("response 1 is coded otherwise in the code frame already; that stands"),
        "{}",
        told.stderr
    );
    let told = done(&ran, "codeframe check frame.toml out");
    assert!(told.stdout.contains("evening       3  A later evening ferry"), "{}", told.stdout);
}

/// A hundred and twenty answers about three things, of which one is not told by the words of its name.
fn harbour() -> (String, BTreeMap<String, Vec<&'static str>>) {
    let buses = ["The bus never comes", "More buses at night", "Our bus stop needs roofs"];
    let noise =
        ["Engines roar all night", "Loud engines near the school", "They sound horns before dawn", "Horns and engines"];
    let trees = ["Plant trees along the quay", "Trees for shade please", "More trees"];
    let (mut csv, mut truth) = (String::from("id,What should the harbour change?\n"), BTreeMap::new());
    for at in 0..120 {
        let (said, codes): (&str, Vec<&'static str>) = match at % 4 {
            0 => (buses[at / 4 % 3], vec!["t01"]),
            1 => (noise[at / 4 % 4], vec!["t02"]),
            2 => (trees[at / 4 % 3], vec!["t03"]),
            _ => ("Keep the lighthouse open", Vec::new()),
        };
        writeln!(csv, "{at},\"{said}, pier {}.\"", (at * 7) % 53).unwrap();
        truth.insert(at.to_string(), codes);
    }
    (csv, truth)
}

#[test]
fn what_is_learnt_is_written_down_and_replays_to_the_same_bytes() {
    let (answers, truth) = harbour();
    let names = "name,definition\nBuses,\nNoise,\nTrees,\nParking,\n";
    let ran = Run::new().csv(&answers).holding("names.csv", names).done();
    let told = done(&ran, "codeframe init out --names names.csv --out frame.toml");
    assert!(told.stderr.contains("no answer holds a word of t02") && told.stderr.contains("t04"), "{}", told.stderr);
    done(&ran, "sample out --codeframe frame.toml --n 48 --out blank.csv");
    let said: BTreeMap<&str, Vec<&str>> = truth
        .iter()
        .map(|(id, codes)| (id.as_str(), if codes.is_empty() { vec!["none"] } else { codes.clone() }))
        .collect();
    let said = said.iter().map(|(id, codes)| (*id, codes.as_slice())).collect();
    fill(&ran, "blank.csv", "lind.csv", &said);
    let frame = fs::read(ran.folder.join("frame.toml")).unwrap();
    let written = [1, 2, 8].map(|threads| {
        fs::write(ran.folder.join("frame.toml"), &frame).unwrap();
        let told = done(
            &ran,
            &format!(
                "agree out lind.csv --codeframe frame.toml --propose --write --time 2026-03-31 --out agreed --force --threads {threads}"
            ),
        );
        (told.stdout, fs::read_to_string(ran.folder.join("frame.toml")).unwrap(), Outputs::read(&ran.folder.join("agreed")))
    });
    for other in &written[1..] {
        assert_eq!((&written[0].0, &written[0].1), (&other.0, &other.1));
        other.2.assert_same(&written[0].2, "threads");
    }
    let (said, frame, agreed) = &written[0];
    // Noise is learnt, buses and trees are known by their words, of parking nothing is known.
    let proposals = agreed.json("agreement.json")["proposals"].clone();
    let of = |code: &str| proposals.as_array().unwrap().iter().find(|of| text(of, "code") == code).unwrap().clone();
    assert_eq!(
        ["t01", "t02", "t04"].map(|code| text(&of(code), "taken").to_owned()),
        ["words-better", "classifier", "words-too-few-examples"]
    );
    assert!(of("t02")["classifier"]["value"].as_f64().unwrap() > 0.8, "{proposals}");
    assert!(said.contains("F1 on responses that were left out"), "{said}");
    assert_eq!(frame.matches("action = \"code-exactly\"").count(), 48);
    assert_eq!(frame.matches("action = \"propose-coding\"").count(), 1);
    for row in agreed.rows("proposals.csv") {
        assert!(!row["f1"].is_empty() && !row["f1_low"].is_empty(), "a proposal without its quality: {row:?}");
    }
    // Runs with the frame give the same bytes, and the coding is right where nobody looked.
    let runs = [1, 8].map(|threads| {
        let out = format!("coded{threads}");
        let coded = Run::new().csv(&answers).args(["--codeframe", "frame.toml", "--out", &out]).threads(threads);
        Outputs::read(&coded.in_folder(&ran.folder).done().folder.join(&out))
    });
    runs[0].assert_same(&runs[1], "threads");
    let mut coded: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut by: BTreeMap<String, usize> = BTreeMap::new();
    for row in runs[0].rows("coding.csv") {
        coded.entry(row["response_id"].clone()).or_default().insert(row["theme_id"].clone());
        *by.entry(row["coded_by"].clone()).or_default() += 1;
    }
    let right = truth.iter().filter(|(id, codes)| {
        let found = coded.get(*id).cloned().unwrap_or_default();
        found == codes.iter().map(|code| (*code).to_owned()).collect()
    });
    assert!(right.count() >= 114, "{coded:?}");
    assert!(by["hand"] > 20 && by["classifier"] > 10, "{by:?}");
    // The report says what a classifier did, and how good it is.
    let noise =
        list(&runs[0].question("q1"), "themes").iter().find(|of| text(of, "theme_id") == "t02").unwrap().clone();
    let classifier = &noise["frame"]["classifier"];
    assert_eq!((count(classifier, "n_coded"), count(classifier, "n_responses")), (48, by["classifier"] as u64));
    for report in ["report.md", "report.html"] {
        let told = "proposed by a classifier learnt from 48 coded by hand";
        assert!(runs[0].everything(report).contains(told), "{report}");
    }
    // People win over the classifier, whenever they decide.
    let proposed =
        runs[0].rows("coding.csv").into_iter().find(|row| row["coded_by"] == "classifier").unwrap()["response_id"]
            .clone();
    let drop = format!(
        "late = {{ question = \"q1\", action = \"drop-response\", theme = \"t02\", response = \"{proposed}\", author = \"A. Lind\", time = \"2026-04-01\" }}\n"
    );
    for (name, frame) in [
        ("after", format!("{frame}{drop}")),
        ("before", frame.replace("[decisions]\n", &format!("[decisions]\n{drop}"))),
    ] {
        fs::write(ran.folder.join("frame.toml"), frame).unwrap();
        let again =
            Run::new().csv(&answers).args(["--codeframe", "frame.toml", "--out", name]).in_folder(&ran.folder).done();
        let rows = Outputs::read(&again.folder.join(name)).rows("coding.csv");
        assert!(rows.iter().all(|row| row["response_id"] != proposed || row["theme_id"] != "t02"), "{name}");
    }
}

#[test]
fn a_workbook_is_read_back_with_its_ticks_and_holds_no_formula() {
    let answers = "id,What should the ferry change?\n=1+1,\"=HYPERLINK(\"\"http://x\"\") the evening ferry, later\"\n-2,Cheaper tickets for families\n3,\"Tickets, evening ferry\nand <b>more</b>\"\n";
    let ran = Run::new().csv(answers).holding("frame.toml", frame()).args(["--codeframe", "frame.toml"]).done();
    done(&ran, "sample out --n 9 --prefill machine --coders 2 --out s.xlsx");
    let book = fs::read(ran.folder.join("s-2.xlsx")).unwrap();
    let rows = sheet(&book, "1. q1");
    assert_eq!(
        rows[0],
        ["response", "answer", "evening\nA later evening ferry", "tickets\nCheaper tickets", "no code", "remark"]
    );
    assert_eq!(rows.len(), 4);
    let parts = crate::support::parts(&book);
    assert!(parts.iter().all(|(name, xml)| !String::from_utf8_lossy(xml).contains("<f>") || !name.contains("sheet")));
    let said = done(&ran, "agree out s-1.xlsx s-2.xlsx");
    assert!(
        said.stdout.contains("coder 1 against coder 2, 3 responses") && said.stdout.contains("F1 1.00"),
        "{}",
        said.stdout
    );
    // The same from a text table.
    done(&ran, "sample out --n 9 --prefill machine --out s.csv");
    let said = done(&ran, "agree out s.csv");
    assert!(said.stdout.contains("s: 3 of 3 responses coded"), "{}", said.stdout);
}

#[test]
fn every_faulty_sample_is_refused_with_its_place_and_a_way_out() {
    let ran = ferry();
    done(&ran, "sample out --n 9 --out blank.csv");
    fill(&ran, "blank.csv", "good.csv", &lind());
    let good = fs::read_to_string(ran.folder.join("good.csv")).unwrap();
    let row = good.lines().find(|line| line.contains(",q1,3,")).unwrap();
    let other = Run::new().csv(&FERRY.replace("Very important", "Quite important")).done();
    fs::rename(other.folder.join("out"), ran.folder.join("other")).unwrap();
    done(&ran, "sample out --n 3 --out few.csv");
    fill(&ran, "few.csv", "few.csv.csv", &lind());
    let changed = [
        ("an unknown response", good.replace(row, &row.replace(",q1,3,", ",q1,33,")), "agree out case.csv"),
        ("a response that stands there twice", format!("{good}{row}\n"), "agree out case.csv"),
        ("a code that there is not", good.replace("tickets Cheaper", "fares Cheaper"), "agree out case.csv"),
        ("a tick that is none", good.replace(row, &row.replace(",x,", ",perhaps,")), "agree out case.csv"),
        ("a code and no code", good.replace(row, &row.replace(",x,,", ",x,x,")), "agree out case.csv"),
        ("a weight that is none", good.replace(row, &row.replace(",1,", ",much,")), "agree out case.csv"),
        ("a row of another sample", good.replace(row, &row.replace(":9:", ":8:")), "agree out case.csv"),
        ("nothing coded", fs::read_to_string(ran.folder.join("blank.csv")).unwrap(), "agree out case.csv"),
        ("another table", FERRY.to_owned(), "agree out case.csv"),
        ("other answers", good.clone(), "agree other case.csv"),
        ("two samples", good.clone(), "agree out case.csv few.csv.csv"),
        ("one coder twice", good.clone(), "agree out case.csv good.csv --coder Lind --coder Lind"),
        ("three coders", good.clone(), "agree out case.csv good.csv good.csv"),
        ("a question that there is not", String::new(), "sample out --question q7 --out case.csv --force"),
        ("an attribute that there is not", String::new(), "sample out --by type --out case.csv --force"),
        ("an output of another kind", String::new(), "sample out --out case.pdf"),
        ("an output that exists", String::new(), "sample out --out good.csv"),
        ("nobody", String::new(), "sample out --n 0 --out case.csv --force"),
        ("codes without names", "title\nBuses\n".into(), "codeframe init out --names case.csv --out f.toml"),
        (
            "a code without a name",
            "id,name\nt1,Buses\nt2,\n".into(),
            "codeframe init out --names case.csv --out f.toml",
        ),
        (
            "two codes of one id",
            "id,name\nt1,Buses\nt1,Trams\n".into(),
            "codeframe init out --names case.csv --out f.toml",
        ),
        (
            "a code of no question",
            "question,name\nq9,Buses\n".into(),
            "codeframe init out --names case.csv --out f.toml",
        ),
    ];
    let mut told = String::new();
    for (what, content, arguments) in changed {
        fs::write(ran.folder.join("case.csv"), content).unwrap();
        let said = ran.canvass(&arguments.split(' ').collect::<Vec<_>>());
        assert_eq!(said.code, 2, "{what}: {}{}", said.stdout, said.stderr);
        writeln!(told, "## {what}\n{}", said.stderr).unwrap();
    }
    // The digest of answers is no matter of a message's wording.
    insta::assert_snapshot!(told);
}

#[test]
fn names_and_definitions_alone_find_what_people_coded() {
    let Some(folder) = shared("gold/one-itu") else { return };
    let frame: Value = serde_json::from_slice(&fs::read(folder.join("codeframe.json")).unwrap()).unwrap();
    let mut names = csv::Writer::from_writer(Vec::new());
    names.write_record(["question", "id", "name", "definition"]).unwrap();
    for (question, codes) in frame.as_object().unwrap() {
        for code in codes.as_array().unwrap() {
            names.write_record([question, text(code, "code"), text(code, "name"), text(code, "definition")]).unwrap();
        }
    }
    let run = || {
        let run = Run::new().file(folder.join("answers.csv")).long().settings("[themes]\nresamples = 0\n");
        let questions = folder.join("questions.csv");
        run.args(["--questions", questions.to_str().unwrap(), "--formats", "md"])
    };
    let ran = run().holding("names.csv", names.into_inner().unwrap()).done();
    done(&ran, "codeframe init out --names names.csv --out frame.toml");
    let ran = run().args(["--codeframe", "frame.toml", "--out", "coded"]).in_folder(&ran.folder).done();
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in Outputs::read(&ran.folder.join("coded")).rows("coding.csv") {
        found.entry(row["theme_id"].clone()).or_default().insert(row["response_id"].clone());
    }
    let mut truth: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in csv::Reader::from_path(folder.join("coding.csv")).unwrap().records() {
        let row = row.unwrap();
        for code in row[2].split(';').filter(|code| *code != "none") {
            truth.entry(code.to_owned()).or_default().insert(row[1].to_owned());
        }
    }
    let of_four = truth.iter().filter(|(_, answers)| answers.len() >= 4);
    let f1: Vec<f64> = of_four
        .map(|(code, truth)| {
            let found = found.get(code).cloned().unwrap_or_default();
            2.0 * found.intersection(truth).count() as f64 / (found.len() + truth.len()) as f64
        })
        .collect();
    let mean = f1.iter().sum::<f64>() / f1.len() as f64;
    // Random answers of the same sizes have 0.23.
    assert!(mean > 0.68, "{mean}");
}
