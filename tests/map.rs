//! Collections held against each other.

use crate::support::planted::{Kind, planted};
use crate::support::{FERRY, Run, Said, canvass, count, list, repository, shared, text, word_document};
use insta::assert_snapshot;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use tempfile::TempDir;

/// Files in a folder of their own, and what a map of them says.
struct Made {
    folder: TempDir,
    said: Said,
}

impl Made {
    fn json(&self) -> Value {
        assert_eq!(self.said.code, 0, "{}", self.said.stderr);
        serde_json::from_slice(&self.bytes("map.json")).unwrap()
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.folder.path().join("map").join(name)).unwrap()
    }

    fn rows(&self, name: &str) -> Vec<BTreeMap<String, String>> {
        let bytes = self.bytes(name);
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        reader.deserialize().map(Result::unwrap).collect()
    }
}

fn map_of<B: AsRef<[u8]>>(files: &[(&str, B)], arguments: &[&str]) -> Made {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    let said = canvass(folder.path(), [&["map", "--out", "map"], arguments].concat());
    Made { folder, said }
}

fn sample_file(name: &str) -> PathBuf {
    repository("data/map").join(name)
}

/// The map of the two sample collections.
fn sample() -> &'static (Made, Value) {
    static MADE: OnceLock<(Made, Value)> = OnceLock::new();
    MADE.get_or_init(|| {
        let (clubs, wardens) = (sample_file("clubs.md"), sample_file("wardens.csv"));
        let made = map_of::<&str>(&[], &[clubs.to_str().unwrap(), wardens.to_str().unwrap()]);
        let map = made.json();
        (made, map)
    })
}

fn pair_of(pair: &Value) -> (String, String) {
    (text(&pair["a"], "id").to_owned(), text(&pair["b"], "id").to_owned())
}

fn schema() -> Value {
    serde_json::from_slice(&fs::read(repository("crates/canvass/schema/map.schema.json")).unwrap()).unwrap()
}

fn faults(document: &Value) -> Vec<String> {
    let validator = jsonschema::draft202012::new(&schema()).unwrap();
    validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn the_sample_is_told_with_its_duplicated_work() {
    assert_snapshot!(sample().0.said.stdout);
}

#[test]
fn the_work_that_the_writer_meant_is_found_and_pairs_of_words_alone_are_not() {
    let key: Value = serde_json::from_slice(&fs::read(sample_file("key.json")).unwrap()).unwrap();
    let named = |name: &str| -> BTreeSet<(String, String)> {
        let pair = |of: &Value| (of[0].as_str().unwrap().to_owned(), of[1].as_str().unwrap().to_owned());
        list(&key, name).iter().map(pair).collect()
    };
    let found = |verdicts: &[&str]| -> BTreeSet<(String, String)> {
        let is = |pair: &&Value| verdicts.contains(&text(pair, "verdict"));
        list(&sample().1, "overlaps").iter().filter(is).map(pair_of).collect()
    };
    assert_eq!(found(&["copied"]), named("copied"));
    let meant: BTreeSet<(String, String)> =
        [named("copied"), named("reworded"), named("same_subject")].into_iter().flatten().collect();
    let overlapping = found(&["copied", "overlap"]);
    let missed: Vec<_> = meant.difference(&overlapping).collect();
    let wrong: Vec<_> = overlapping.difference(&meant).collect();
    // What is missed is about the same subject in other words; what is wrong are figures of helicopter flights, of rescues and of supplies.
    assert!(missed.len() <= 2 && wrong.len() <= 1, "missed {missed:?}, wrong {wrong:?}");
    assert!(missed.iter().all(|pair| named("same_subject").contains(pair)), "{missed:?}");
    assert!(wrong.iter().all(|pair| named("same_words_other_work").contains(pair)), "{wrong:?}");
}

#[test]
fn every_passage_is_a_span_of_its_item_and_every_item_of_a_document_one_of_that() {
    let map = &sample().1;
    let items: BTreeMap<(&str, &str), &Value> =
        list(map, "items").iter().map(|item| ((text(item, "collection"), text(item, "id")), item)).collect();
    let at = |of: &Value, name: &str| usize::try_from(count(of, name)).unwrap();
    for pair in list(map, "overlaps") {
        for found in list(pair, "passages") {
            for side in ["a", "b"] {
                let whole = text(items[&(text(&pair[side], "collection"), text(&pair[side], "id"))], "text");
                let passage = &found[side];
                assert_eq!(&whole[at(passage, "start")..at(passage, "end")], text(passage, "text"));
                for word in list(passage, "words") {
                    let (start, end) = (word[0].as_u64().unwrap() as usize, word[1].as_u64().unwrap() as usize);
                    assert!(text(passage, "text").get(start..end).is_some_and(|word| !word.is_empty()));
                }
            }
        }
    }
    let document = fs::read_to_string(sample_file("clubs.md")).unwrap();
    let of_document = list(map, "items").iter().filter(|item| text(item, "file") == "clubs.md");
    for item in of_document.clone() {
        let start = at(item, "start");
        assert_eq!(&document[start..start + text(item, "text").len()], text(item, "text"));
    }
    assert_eq!(of_document.count(), 16);
}

#[test]
fn the_data_is_as_its_schema_says() {
    jsonschema::draft202012::meta::validate(&schema()).unwrap();
    assert_eq!(faults(&sample().1), Vec::<String>::new());
    assert_eq!(sample().1["schema"], schema()["properties"]["schema"]["const"]);
    let mut broken = sample().1.clone();
    broken["overlaps"][0]["verdict"] = "same".into();
    broken["items"][0]["extra"] = 1.into();
    broken["rule"].as_object_mut().unwrap().remove("overlap_from");
    assert_eq!(faults(&broken).len(), 3);
}

#[test]
fn the_tables_say_what_the_data_says() {
    let (made, map) = sample();
    let pairs = made.rows("overlaps.csv");
    let in_data: Vec<(String, String)> = list(map, "overlaps").iter().map(pair_of).collect();
    let in_table: Vec<(String, String)> =
        pairs.iter().map(|row| (row["item_a"].clone(), row["item_b"].clone())).collect();
    assert_eq!(in_table, in_data);
    let groups: BTreeSet<String> =
        made.rows("duplicated-work.csv").into_iter().map(|row| row["group"].clone()).collect();
    assert_eq!(groups.len(), list(map, "duplicated_work").len());
    let cells = made.rows("matrix.csv");
    assert_eq!(cells.len(), 2 * (list(&map["matrix"], "themes").len() + 1));
    let themes = list(&map["matrix"], "themes");
    assert!(themes.iter().any(|theme| theme["only_in"].is_null()), "{themes:?}");
    // Each item is in a theme or in none.
    for (at, collection) in list(map, "collections").iter().enumerate() {
        let of = |item: &&Value| item["collection"] == collection["name"];
        let none = list(map, "items").iter().filter(of).filter(|item| list(item, "themes").is_empty()).count() as u64;
        assert_eq!(count(&list(&map["matrix"], "no_theme")[at], "n_items"), none);
    }
}

#[test]
fn the_bytes_are_the_same_at_any_thread_count() {
    let (clubs, wardens) = (sample_file("clubs.md"), sample_file("wardens.csv"));
    for threads in ["1", "2", "8"] {
        let made = map_of::<&str>(&[], &["--threads", threads, clubs.to_str().unwrap(), wardens.to_str().unwrap()]);
        for name in ["map.html", "map.json", "overlaps.csv", "matrix.csv", "duplicated-work.csv"] {
            assert_eq!(made.bytes(name), sample().0.bytes(name), "{name} with {threads} threads");
        }
    }
}

/// What a map found of what was planted.
struct Score {
    found: usize,
    listed: usize,
    planted: usize,
}

#[test]
fn planted_overlaps_are_found_and_little_else() {
    const EACH: usize = 25;
    let mut scores: BTreeMap<Kind, Score> = BTreeMap::new();
    let (mut n_right, mut n_overlaps, mut n_related) = (0, 0, 0);
    for seed in [1, 2, 3] {
        let made = planted(200, EACH, seed);
        let map = map_of(&[("a.csv", &made.a), ("b.csv", &made.b)], &["a.csv", "b.csv"]).json();
        let mut verdicts: BTreeMap<(String, String), String> = BTreeMap::new();
        for pair in list(&map, "overlaps") {
            verdicts.insert(pair_of(pair), text(pair, "verdict").to_owned());
        }
        for (a, b, kind) in &made.pairs {
            let score = scores.entry(*kind).or_insert(Score { found: 0, listed: 0, planted: 0 });
            let verdict = verdicts.remove(&(a.clone(), b.clone()));
            score.planted += 1;
            score.listed += usize::from(verdict.is_some());
            score.found += usize::from(verdict.is_some_and(|verdict| verdict != "related"));
        }
        let wrong = verdicts.values().filter(|verdict| *verdict != "related").count();
        n_related += verdicts.len() - wrong;
        n_overlaps += wrong;
    }
    for (kind, Score { found, listed, planted }) in &scores {
        eprintln!("{:28} found {found} of {planted}, listed {listed}", kind.name());
        n_right += found;
    }
    n_overlaps += n_right;
    eprintln!(
        "precision of copied and overlapping pairs: {n_right} of {n_overlaps}; {n_related} pairs related that were not planted"
    );
    let recall = |kind: Kind| scores[&kind].found as f64 / scores[&kind].planted as f64;
    assert!(recall(Kind::Copy) >= 1.0 && recall(Kind::Passage) >= 0.9, "copies are missed");
    assert!(recall(Kind::Reworded) >= 0.9 && recall(Kind::Subject) >= 0.9, "rewordings or subjects are missed");
    assert!(n_right as f64 >= 0.95 * n_overlaps as f64, "{n_right} of {n_overlaps} are right");
}

#[test]
fn items_of_different_languages_are_not_compared_and_that_is_said() {
    let english = "id,text\n1,The huts shall be open in winter for all members of the clubs and their guests\n2,Water shall be tested twice in each season by the wardens\n";
    let french = "id,text\n1,Les refuges doivent rester ouverts en hiver pour tous les membres des clubs et leurs invités\n2,L'eau doit être analysée deux fois par saison par les gardiens\n";
    let made = map_of(&[("one.csv", english), ("deux.csv", french)], &["one.csv", "deux.csv"]);
    let map = made.json();
    assert!(list(&map, "overlaps").is_empty());
    let alone: Vec<(&str, &str)> =
        list(&map, "alone").iter().map(|of| (text(of, "collection"), text(of, "language"))).collect();
    assert_eq!(alone, [("one", "en"), ("deux", "fr")]);
    assert!(made.said.stdout.contains("2 items in fr, which no other collection has"), "{}", made.said.stdout);
    assert!(String::from_utf8(made.bytes("map.html")).unwrap().contains("in French"));
}

#[test]
fn folders_word_documents_and_run_folders_are_collections() {
    let ran = Run::new().csv(FERRY).done();
    let out = ran.folder.join("out");
    let word = word_document([
        "1. The evening ferry must run later than the last train.",
        "2. Tickets for families are too expensive.",
    ]);
    let files: [(&str, &[u8]); 3] = [
        ("sector/one.docx", &word),
        ("sector/two.txt", b"1. Libraries open on Sundays.\n2. Story hours for small children.\n"),
        ("sector/notes.pdf", b"%PDF"),
    ];
    let made = map_of(&files, &["sector", out.to_str().unwrap(), "--names", "sector,answers"]);
    let map = made.json();
    let ids: Vec<(&str, &str)> =
        list(&map, "items").iter().map(|item| (text(item, "collection"), text(item, "id"))).collect();
    assert_eq!(ids[..4], [("sector", "one: 1"), ("sector", "one: 2"), ("sector", "two: 1"), ("sector", "two: 2")]);
    assert!(ids.contains(&("answers", "8")), "{ids:?}");
    let found: Vec<(String, String)> = list(&map, "overlaps").iter().map(pair_of).collect();
    assert!(found.contains(&("one: 1".into(), "8".into())), "{found:?}");
    assert_eq!(faults(&map), Vec::<String>::new());
}

#[test]
fn what_cannot_be_mapped_is_refused_with_the_way_out() {
    let csv = "id,text\n1,The huts shall be open in winter\n";
    let files = [
        ("a.csv", csv),
        ("same.csv", csv),
        ("b.csv", "id,what,why\n1,Water is tested in huts,Because of bacteria found\n"),
        ("blank.csv", "id,text\n1, \n"),
        ("nothing.csv", "id,text\n1,n/a\n"),
        ("c.txt", "Water is tested.\n"),
        ("empty/readme.pdf", "%PDF"),
    ];
    let mut told = String::new();
    for arguments in [
        &["a.csv"][..],
        &["a.csv", "same.csv"],
        &["a.csv", "b.csv"],
        &["a.csv", "b.csv", "--text-column", "text"],
        &["a.csv", "blank.csv"],
        &["a.csv", "nothing.csv"],
        &["a.csv", "c.txt", "--items", "sections"],
        &["a.csv", "empty"],
        &["a.csv", "none.csv"],
        &["a.csv", "c.txt", "--names", "one"],
        &["a.csv", "c.txt", "--names", "one,one"],
    ] {
        let made = map_of(&files, arguments);
        assert_eq!(made.said.code, 2, "{arguments:?}: {}", made.said.stderr);
        assert!(!made.folder.path().join("map").exists());
        let said: Vec<&str> =
            made.said.stderr.lines().filter(|line| line.starts_with("error") || line.starts_with("  way")).collect();
        told.extend([&arguments.join(" "), "\n", &said.join("\n"), "\n\n"]);
    }
    assert_snapshot!(told);
}

#[test]
fn an_earlier_map_is_replaced_with_force_only_and_foreign_files_never() {
    let files = [
        ("a.csv", "id,text\n1,The huts shall be open in winter\n"),
        ("b.txt", "1. Huts are open in winter.\n2. Keys are lent to members.\n"),
    ];
    let made = map_of(&files, &["a.csv", "b.txt"]);
    assert_eq!(made.said.code, 0, "{}", made.said.stderr);
    let again = |arguments: &[&str]| {
        canvass(made.folder.path(), [&["map", "a.csv", "b.txt", "--out", "map"], arguments].concat()).code
    };
    assert_eq!((again(&[]), again(&["--force"])), (2, 0));
    fs::write(made.folder.path().join("map/mine.txt"), "mine").unwrap();
    assert_eq!(again(&["--force"]), 2);
}

#[test]
fn what_collections_say_is_text_in_the_page_and_no_formula_in_the_tables() {
    let shape = "<script>alert(1)</script>\"><img src=x onerror=alert(1)>{{ 7 * 7 }}";
    let cell = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let table = |id: &str| {
        format!(
            "id,title,text\n{},{},{}\n2,=1+1,=cmd winter huts open for all members\n",
            cell(id),
            cell(shape),
            cell(&format!("{shape} winter huts open"))
        )
    };
    let made = map_of(
        &[("<b>a.csv", table(&format!("=a{shape}"))), ("b.csv", table(&format!("+b{shape}")))],
        &["<b>a.csv", "b.csv"],
    );
    let page = String::from_utf8(made.bytes("map.html")).unwrap();
    assert_eq!(made.said.code, 0, "{}", made.said.stderr);
    assert!(
        !page.contains("<script>")
            && !page.contains("<img")
            && !page.contains("<b>a")
            && page.contains("&lt;script&gt;")
    );
    for name in ["overlaps.csv", "matrix.csv", "duplicated-work.csv"] {
        for row in made.rows(name) {
            assert!(row.values().all(|cell| !cell.starts_with(['=', '+', '-', '@'])), "{name}: {row:?}");
        }
    }
}

#[test]
fn a_text_that_all_may_quote_makes_no_overlap() {
    let law = "Every hut shall keep a winter room that is open without a key from October to May for all mountaineers.";
    let one = format!(
        "id,text\n1,\"{law}\"\n2,Dogs may stay overnight in the stable behind the hut\n3,Maps are lent to guests of the library\n"
    );
    let two = format!(
        "id,text\n1,\"{law}\"\n2,Falcons breed in the cliffs above the lake in spring\n3,Glaciers are measured by volunteers in September\n"
    );
    let copied = |arguments: &[&str]| {
        let arguments = [&["one.csv", "two.csv"], arguments].concat();
        let map = map_of(&[("one.csv", one.as_str()), ("two.csv", &two), ("law.txt", law)], &arguments).json();
        list(&map, "overlaps").len()
    };
    assert_eq!((copied(&[]), copied(&["--reference", "law.txt"])), (1, 0));
}

/// The pairs of numbered clauses of two published papers that a reader would say overlap.
#[test]
fn two_published_papers_share_what_a_reader_finds() {
    let (Some(strategy), Some(report)) =
        (shared("seeds/inter-sectoral-coordination-strategy-2023.txt"), shared("seeds/resolution-191-report-2019.txt"))
    else {
        return;
    };
    let path = |path: &Path| path.to_str().unwrap().to_owned();
    let made = map_of::<&str>(&[], &[&path(&strategy), &path(&report), "--items", "clauses", "--names", "2023,2019"]);
    let map = made.json();
    let pairs: Vec<(String, String, &str)> = list(&map, "overlaps")
        .iter()
        .map(|pair| {
            let (a, b) = pair_of(pair);
            (a, b, text(pair, "verdict"))
        })
        .collect();
    eprintln!("{}", made.said.stdout);
    for (pair, value) in pairs.iter().zip(list(&map, "overlaps")).take(25) {
        eprintln!("{pair:?} {}", value["strength"]);
    }
    assert_eq!((pairs[0].0.as_str(), pairs[0].1.as_str(), pairs[0].2), ("1.1", "1.2", "copied"));
    let overlapping: BTreeSet<(&str, &str)> =
        pairs.iter().filter(|(.., verdict)| *verdict != "related").map(|(a, b, _)| (a.as_str(), b.as_str())).collect();
    for real in [("1.1", "1.2"), ("1.1", "1.5")] {
        assert!(overlapping.contains(&real), "{overlapping:?}");
    }
}
