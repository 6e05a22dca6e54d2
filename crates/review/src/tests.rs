//! The work on a code frame without a server: what is decided is what stands in the file, whatever happens to it.

use crate::{RefusalKind, Review, ReviewError, ReviewSettings, Sent, Work};
use canvass::codeframe::Action;
use canvass::run_folder::{self, CodedRun};
use canvass::{CodeFrame, Companions, Config, Silent, report};
use serde_json::{Value, json};
use std::cell::Cell;
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;

const ANSWERS: &str = "id,What should change about the ferry?
1,We need a later evening ferry.
2,A later evening ferry and cheaper tickets.
3,The tickets cost far too much. Nobody can pay that.
4,Family tickets are too expensive for us.
5,More seats on deck please.
6,The crew is friendly.
7,Nothing comes to mind just now.
8,An evening ferry would meet the last train.
";

const FRAME: &str = "# Kept as it is.
schema = \"canvass-codeframe-1\"

[[theme]]
question = \"q1\"
language = \"en\"
id = \"evening\"
name = \"A later evening ferry\"
include = [\"evening ferry\"]

[[theme]]
question = \"q1\"
language = \"en\"
id = \"tickets\"
name = \"Cheaper tickets\"
include = [\"ticket\"]   # by hand

[decisions]
";

/// A run of the answers, and a place for a code frame.
struct Place {
    home: TempDir,
    settings: ReviewSettings,
}

impl Place {
    fn new(frame: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        let config = Config::default();
        let intake = canvass::ingest::read_bytes(&[("answers.csv", ANSWERS.as_bytes())], &config).unwrap();
        let run = canvass::analyse(intake, &config, &Companions::default(), &Silent).unwrap();
        let folder = home.path().join("out");
        run_folder::write(&folder, &run, false, &|| ()).unwrap();
        let settings = ReviewSettings { folder, author: "A. Lind".to_owned(), ..ReviewSettings::default() };
        let place = Self { home, settings };
        place.write(frame);
        place
    }

    fn path(&self) -> PathBuf {
        self.home.path().join("codeframe.toml")
    }

    fn write(&self, text: impl AsRef<[u8]>) {
        fs::write(self.path(), text).unwrap();
    }

    fn text(&self) -> String {
        fs::read_to_string(self.path()).unwrap()
    }

    fn open(&self) -> Result<Review, ReviewError> {
        let minutes = Cell::new(0);
        let clock = move || {
            minutes.set(minutes.get() + 1);
            format!("2026-03-31T14:{:02}:00Z", minutes.get())
        };
        Review::open(&self.settings, Box::new(clock))
    }

    fn work<T>(&self, with: impl FnOnce(&mut Work<'_>) -> T) -> T {
        self.open().unwrap().work(with).unwrap()
    }

    /// What stands beside the run folder.
    fn beside(&self) -> Vec<String> {
        let entries = fs::read_dir(self.home.path()).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name != "out")
            .collect();
        names.sort();
        names
    }
}

fn sent(id: &str, action: Value) -> Sent {
    let action: Action = serde_json::from_value(action).unwrap();
    Sent {
        id: id.to_owned(),
        question: "q1".to_owned(),
        action,
        reason: String::new(),
        seen: crate::Version::default(),
    }
}

fn term(theme: &str, term: &str) -> Value {
    json!({ "action": "add-term", "theme": theme, "term": term })
}

/// Respondents by theme.
fn counts(work: &mut Work<'_>) -> Vec<(String, u64)> {
    let view = work.question("q1").unwrap();
    view.themes.into_iter().map(|row| (row.id, row.n_respondents)).collect()
}

#[test]
fn decisions_made_in_the_page_are_those_written_by_hand_byte_for_byte() {
    let lines = r#"d01 = { question = "q1", action = "add-term", term = "train", theme = "tickets", author = "A. Lind", time = "2026-03-31T14:01:00Z", reason = "\"said\" so" }
d02 = { question = "q1", action = "add-term", exclude = true, term = "family", theme = "tickets", author = "A. Lind", time = "2026-03-31T14:02:00Z" }
d03 = { question = "q1", action = "rename", name = "Prices", theme = "tickets", author = "A. Lind", time = "2026-03-31T14:03:00Z" }
d04 = { question = "q1", action = "define", definition = "What it costs", theme = "tickets", author = "A. Lind", time = "2026-03-31T14:04:00Z" }
d05 = { question = "q1", action = "add", include = ["seat"], language = "en", name = "On deck!", theme = "on-deck", author = "A. Lind", time = "2026-03-31T14:05:00Z" }
d06 = { question = "q1", action = "split", name = "On deck", new = "on-deck-2", terms = ["train"], theme = "tickets", author = "A. Lind", time = "2026-03-31T14:06:00Z" }
d07 = { question = "q1", action = "code-response", response = "6", theme = "on-deck", author = "A. Lind", time = "2026-03-31T14:07:00Z" }
d08 = { question = "q1", action = "drop-point", end = 30, response = "1", start = 0, theme = "evening", author = "A. Lind", time = "2026-03-31T14:08:00Z" }
d09 = { question = "q1", action = "set-parent", parent = "evening", theme = "on-deck-2", author = "A. Lind", time = "2026-03-31T14:09:00Z" }
d10 = { question = "q1", action = "sign-off", theme = "evening", author = "A. Lind", time = "2026-03-31T14:10:00Z" }
d11 = { question = "q1", action = "reject", theme = "on-deck", author = "A. Lind", time = "2026-03-31T14:11:00Z" }
d12 = { action = "undo", decision = "d11", author = "A. Lind", time = "2026-03-31T14:12:00Z" }
d13 = { question = "q1", action = "merge", into = "tickets", theme = "on-deck", author = "A. Lind", time = "2026-03-31T14:13:00Z" }
"#;
    let by_hand = Place::new(&format!("{FRAME}{lines}"));
    let in_page = Place::new(FRAME);
    let made = in_page.work(|work| {
        let steps = [
            term("tickets", " train "),
            json!({ "action": "add-term", "theme": "tickets", "term": "family", "exclude": true }),
            json!({ "action": "rename", "theme": "tickets", "name": "Prices" }),
            json!({ "action": "define", "theme": "tickets", "definition": "What it costs" }),
            json!({ "action": "add", "theme": "", "name": "On deck!", "language": "en", "include": ["seat"] }),
            json!({ "action": "split", "theme": "tickets", "new": "", "name": "On deck", "terms": ["train"] }),
            json!({ "action": "code-response", "theme": "on-deck", "response": "6" }),
            json!({ "action": "drop-point", "theme": "evening", "response": "1", "start": 0, "end": 30 }),
            json!({ "action": "set-parent", "theme": "on-deck-2", "parent": "evening" }),
            json!({ "action": "sign-off", "theme": "evening" }),
            json!({ "action": "reject", "theme": "on-deck" }),
            json!({ "action": "undo", "decision": "d11" }),
            json!({ "action": "merge", "theme": "on-deck", "into": "tickets" }),
        ];
        for (number, action) in (1..).zip(steps) {
            let reason = if number == 1 { " \"said\" so ".to_owned() } else { String::new() };
            work.decide(&Sent { reason, ..sent(&format!("d{number:02}"), action) }).unwrap();
        }
        work.question("q1").unwrap()
    });
    // A term is trimmed where it is used; in the file it stands as it was sent.
    assert_eq!(in_page.text().replace("\" train \"", "\"train\""), by_hand.text());
    let read = by_hand.work(|work| work.question("q1").unwrap());
    assert_eq!(json!(made.themes), json!(read.themes));
    assert_eq!(made.n_uncoded, read.n_uncoded);
    let counts: Vec<(&str, u64)> = read.themes.iter().map(|row| (row.id.as_str(), row.n_respondents)).collect();
    assert_eq!(counts, [("evening", 2), ("tickets", 4), ("on-deck-2", 1)]);
}

#[test]
fn a_preview_is_what_then_happens() {
    let place = Place::new(FRAME);
    let steps = [
        (term("tickets", "train"), 1),
        (json!({ "action": "add-term", "theme": "tickets", "term": "family", "exclude": true }), 1),
        (json!({ "action": "add", "theme": "", "name": "Deck", "include": ["seat", "crew"] }), 1),
        (json!({ "action": "split", "theme": "tickets", "new": "", "name": "Trains", "terms": ["train"] }), 2),
        (json!({ "action": "code-response", "theme": "deck", "response": "7" }), 1),
        (json!({ "action": "merge", "theme": "trains", "into": "evening" }), 1),
        (json!({ "action": "reject", "theme": "deck" }), 1),
        (json!({ "action": "rename", "theme": "tickets", "name": "Prices" }), 0),
        (json!({ "action": "undo", "decision": "d6" }), 1),
    ];
    place.work(|work| {
        for (number, (action, n_changed)) in (0..).zip(steps) {
            let sent = sent(&format!("d{number}"), action);
            let before = work.question("q1").unwrap();
            let preview = work.preview(&sent).unwrap();
            assert_eq!(work.version(), before.version, "a preview decides nothing");
            work.decide(&sent).unwrap();
            let after = work.question("q1").unwrap();
            assert_eq!(preview.n_uncoded, [before.n_uncoded, after.n_uncoded], "{sent:?}");
            assert!(preview.themes.len() >= n_changed, "{sent:?}: {preview:?}");
            for change in &preview.themes {
                let live = |row: &&crate::views::ThemeRow| row.id == change.theme && row.status != "rejected";
                let shown = |rows: &[crate::views::ThemeRow]| rows.iter().find(live).map_or(0, |row| row.n_respondents);
                assert_eq!(change.n_respondents, [shown(&before.themes), shown(&after.themes)], "{sent:?}");
                assert!(change.come_in.n + change.go_out.n > 0, "{change:?}");
            }
        }
    });
}

#[test]
fn a_tab_that_has_not_seen_the_latest_loses_nothing_and_overwrites_nothing() {
    let place = Place::new(FRAME);
    place.work(|work| {
        let seen = work.version();
        work.decide(&sent("a1", term("tickets", "train"))).unwrap();
        // It still applies: both stand.
        let second = Sent { seen: seen.clone(), ..sent("b1", term("evening", "crew")) };
        let done = work.decide(&second).unwrap();
        assert_eq!(done.since.iter().map(|noted| noted.id.as_str()).collect::<Vec<_>>(), ["a1"]);
        assert_eq!(counts(work), [("evening".to_owned(), 4), ("tickets".to_owned(), 4)]);
        work.decide(&sent("a2", json!({ "action": "delete", "theme": "tickets" }))).unwrap();
        // It contradicts: it is not made, and what happened is told.
        let late = Sent { seen: done.version, ..sent("b2", term("tickets", "fare")) };
        let refusal = work.decide(&late).unwrap_err();
        assert_eq!(refusal.kind, RefusalKind::Conflict);
        assert!(refusal.message.contains("is gone: deleted"), "{}", refusal.message);
        assert_eq!(refusal.since[0].told, "\u{201c}Cheaper tickets\u{201d} is deleted");
    });
    assert_eq!(place.text().lines().filter(|line| line.contains("action =")).count(), 3);
}

#[test]
fn what_is_sent_twice_is_applied_once_even_after_a_restart() {
    let place = Place::new(FRAME);
    let step = sent("d1", term("tickets", "train"));
    place.work(|work| {
        assert!(!work.decide(&step).unwrap().again);
        assert!(work.decide(&step).unwrap().again);
    });
    let text = place.text();
    place.work(|work| {
        assert!(work.decide(&step).unwrap().again);
        let other = work.decide(&sent("d1", json!({ "action": "reject", "theme": "tickets" }))).unwrap_err();
        assert_eq!(other.kind, RefusalKind::Invalid);
    });
    assert_eq!(place.text(), text);
}

#[test]
fn what_is_written_by_hand_meanwhile_is_taken_in_and_kept() {
    let place = Place::new(FRAME);
    place.work(|work| {
        work.decide(&sent("d1", term("tickets", "train"))).unwrap();
        // Another program: a comment, another name, a decision without the end of its line.
        let by_hand = "d2 = { question = \"q1\", action = \"reject\", theme = \"evening\", author = \"B. Moor\", time = 2026-03-31 } # no";
        let edited = format!("{}{by_hand}", place.text().replace("Cheaper tickets", "Dear tickets"));
        place.write(&edited);
        let step = work.decide(&sent("d3", json!({ "action": "reopen", "theme": "evening" }))).unwrap();
        assert_eq!(step.version.n_decisions, 3);
        assert!(place.text().starts_with(&format!("{edited}\nd3 = ")));
        assert_eq!(work.question("q1").unwrap().themes[1].name, "Dear tickets");
        // A file that cannot be followed stays as it is; so does what is shown.
        let broken = place.text().replace("[decisions]", "[decisions");
        place.write(&broken);
        let refusal = work.decide(&sent("d4", term("tickets", "fare"))).unwrap_err();
        assert_eq!(refusal.kind, RefusalKind::File);
        assert!(work.refresh(true).is_err() && work.refresh(true).is_err(), "told as long as it lasts");
        assert_eq!((place.text(), work.question("q1").unwrap().themes.len()), (broken.clone(), 2));
        place.write(broken.replace("[decisions", "[decisions]"));
        work.refresh(true).unwrap();
        work.decide(&sent("d4", term("tickets", "fare"))).unwrap();
        // So does one that is gone.
        fs::remove_file(place.path()).unwrap();
        assert_eq!(work.decide(&sent("d5", term("tickets", "dear"))).unwrap_err().kind, RefusalKind::File);
        assert!(!place.path().exists());
    });
}

#[test]
fn a_last_line_that_was_cut_off_anywhere_is_set_aside_and_nothing_else_is_lost() {
    let place = Place::new(FRAME);
    place.work(|work| {
        work.decide(&sent("d1", term("tickets", "train"))).unwrap();
        work.decide(&sent("d2", json!({ "action": "rename", "theme": "tickets", "name": "Cher café" }))).unwrap();
    });
    let whole = fs::read(place.path()).unwrap();
    let last = whole.iter().rposition(|byte| byte == &b'd').unwrap();
    let last = whole[..last].windows(3).rposition(|bytes| bytes == b"\nd2").unwrap() + 1;
    for length in last..=whole.len() {
        for fill in [&b""[..], &[0; 7]] {
            let cut = [&whole[..length], fill].concat();
            place.write(&cut);
            let review = place.open().unwrap();
            let recovered = review.recovered().cloned();
            let n_decisions = review.work(|work| work.version().n_decisions).unwrap();
            let tail = &cut[last..];
            // Complete but for the break at its end, it is a decision.
            let is_whole = fill.is_empty() && length >= whole.len() - 1;
            assert_eq!(
                n_decisions,
                if is_whole || tail.starts_with(&whole[last..]) { 2 } else { 1 },
                "cut at {length}"
            );
            match recovered {
                None => assert!(is_whole || tail.is_empty(), "cut at {length}"),
                Some(recovered) => {
                    let at = cut.iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
                    assert_eq!(fs::read(&recovered.aside).unwrap(), cut[at..]);
                    assert_eq!(fs::read(place.path()).unwrap(), cut[..at]);
                    assert_eq!(recovered.line as usize, cut[..at].iter().filter(|byte| **byte == b'\n').count() + 1);
                    fs::remove_file(recovered.aside).unwrap();
                }
            }
        }
    }
    assert_eq!(place.beside(), ["codeframe.toml"]);
    // A fault elsewhere is no crash: it is told, and the file is left alone.
    let faulty = place.text().replace("include", "inclde");
    place.write(&faulty);
    assert!(matches!(place.open().err(), Some(ReviewError::Canvass(_))));
    assert_eq!(place.text(), faulty);
}

#[test]
fn a_line_finds_its_place_wherever_the_decisions_stand() {
    let (head, themes) = FRAME.trim_end().trim_end_matches("[decisions]").split_once("\n\n").unwrap();
    let decided =
        "d0 = { question = \"q1\", action = \"reject\", theme = \"evening\", author = \"B. Moor\", time = 2026-03-31 }";
    let files = [
        format!("{head}\n\n{themes}"),
        format!("{head}\n\n{}", themes.trim_end()),
        format!("{head}\n\n[decisions] \n\n{themes}"),
        format!("{head}\n\n[decisions]\n{decided} # why\n# then\n\n{themes}"),
        format!("\u{feff}{head}\r\n\n{themes}\r\n[decisions]\r\n{decided}"),
    ];
    for before in files {
        let place = Place::new(&before);
        place.work(|work| {
            work.decide(&sent("d1", term("tickets", "train"))).unwrap();
            work.decide(&sent("d2", term("tickets", "crew"))).unwrap();
            assert_eq!(counts(work)[1].1, 5);
        });
        let after = place.text();
        let kept: String = after.lines().filter(|line| !line.starts_with("d1") && !line.starts_with("d2")).collect();
        assert_eq!(
            kept.replace("[decisions]", ""),
            before.replace(['\n', '\r'], "").replace("[decisions]", ""),
            "{after}"
        );
        let frame = CodeFrame::read(&place.path()).unwrap();
        let ids: Vec<&str> = frame.decisions.iter().rev().take(2).map(|decision| decision.id.as_str()).collect();
        assert_eq!(ids, ["d2", "d1"]);
        assert_eq!(place.beside(), ["codeframe.toml"]);
    }
    let inline = Place::new(&FRAME.replace("\n[decisions]\n", "").replacen("\n\n[[", "\ndecisions = {}\n\n[[", 1));
    let refused = inline.work(|work| work.decide(&sent("d1", term("tickets", "train"))).unwrap_err());
    assert_eq!(refused.kind, RefusalKind::File);
}

#[test]
fn any_step_is_undone_or_it_is_said_what_needs_it() {
    let place = Place::new(FRAME);
    place.work(|work| {
        let at_first = json!(work.question("q1").unwrap().themes);
        work.decide(&sent("d1", json!({ "action": "add", "theme": "", "name": "Deck", "include": ["seat"] }))).unwrap();
        work.decide(&sent("d2", term("deck", "crew"))).unwrap();
        let undo = |of: &str| json!({ "action": "undo", "decision": of });
        let refusal = work.decide(&sent("d3", undo("d1"))).unwrap_err();
        assert_eq!(refusal.kind, RefusalKind::Conflict);
        assert_eq!(refusal.blocking.unwrap().id, "d2");
        work.decide(&sent("d4", undo("d2"))).unwrap();
        let done = work.decide(&sent("d5", undo("d1"))).unwrap();
        assert_eq!(done.decision.question, "q1");
        assert_eq!(json!(work.question("q1").unwrap().themes), at_first);
        // And an undo, too.
        work.decide(&sent("d6", undo("d5"))).unwrap();
        assert_eq!(counts(work)[2], ("deck".to_owned(), 1));
        let log = work.log(Some("q1"));
        let undone: Vec<&str> =
            log.iter().filter(|noted| noted.undone_by.is_some()).map(|noted| noted.id.as_str()).collect();
        assert_eq!(undone, ["d5", "d2"]);
    });
}

#[test]
fn what_is_no_decision_is_refused_and_nothing_is_written() {
    let place = Place::new(FRAME);
    let before = place.text();
    let cases = [
        (sent("", term("tickets", "train")), RefusalKind::Invalid),
        (sent("d1 = {}", term("tickets", "train")), RefusalKind::Invalid),
        (sent(&"d".repeat(41), term("tickets", "train")), RefusalKind::Invalid),
        (Sent { question: "q9".to_owned(), ..sent("d1", term("tickets", "train")) }, RefusalKind::Invalid),
        (sent("d1", term("tickets", "the")), RefusalKind::Conflict),
        (sent("d1", term("tickets", "Ticket")), RefusalKind::Conflict),
        (sent("d1", term("nowhere", "train")), RefusalKind::Conflict),
        (sent("d1", json!({ "action": "code-response", "theme": "tickets", "response": "99" })), RefusalKind::Invalid),
        (
            sent("d1", json!({ "action": "pin-point", "theme": "tickets", "response": "1", "start": 0, "end": 4 })),
            RefusalKind::Invalid,
        ),
        (sent("d1", json!({ "action": "undo", "decision": "d0" })), RefusalKind::Conflict),
    ];
    place.work(|work| {
        for (sent, kind) in cases {
            assert_eq!(work.decide(&sent).unwrap_err().kind, kind, "{sent:?}");
        }
        // What ends a line or a text in TOML stays within its own.
        let name = "x\" }\nd9 = { action = \"undo\" } # \u{7f}\u{2028}'''";
        work.decide(&sent("d1", json!({ "action": "rename", "theme": "tickets", "name": name }))).unwrap();
        assert_eq!(work.question("q1").unwrap().themes[1].name, name);
    });
    assert_eq!(place.text().lines().count(), before.lines().count() + 1);
}

#[test]
fn a_code_frame_that_is_not_there_is_made_and_never_within_the_run_folder() {
    let mut place = Place::new("");
    fs::remove_file(place.path()).unwrap();
    let names = || -> Vec<String> {
        let entries = fs::read_dir(&place.settings.folder).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    let before = names();
    let review = place.open().unwrap();
    assert!(review.is_new() && review.recovered().is_none());
    drop(review);
    let run = CodedRun::read(&place.settings.folder).unwrap();
    let reader = canvass::codeframe::Reader::new(&run.config).unwrap();
    assert_eq!(place.text(), run.code_frame(&reader.analyser()).to_toml());
    assert!(!place.open().unwrap().is_new());
    assert_eq!(names(), before);
    let within = [place.settings.folder.join("frame.toml"), place.settings.folder.join("../out/frame.toml")];
    for path in within {
        place.settings.codeframe = Some(path);
        assert!(matches!(place.open().err(), Some(ReviewError::Inside { .. })));
    }
    place.settings.codeframe = None;
    place.settings.author = " ".to_owned();
    assert!(matches!(place.open().err(), Some(ReviewError::NoAuthor)));
    place.settings.author = "A".to_owned();
    place.settings.question = Some("q7".to_owned());
    assert!(matches!(place.open().err(), Some(ReviewError::NoQuestion { .. })));
}

#[test]
fn every_answer_is_drawn_whole_with_its_words_and_what_put_it_there() {
    let place = Place::new(FRAME);
    place.work(|work| {
        work.decide(&sent("d1", json!({ "action": "code-response", "theme": "tickets", "response": "7" }))).unwrap();
        let point = json!({ "action": "pin-point", "theme": "tickets", "response": "3", "start": 31, "end": 51 });
        work.decide(&sent("d2", point)).unwrap();
        let view = work.theme("q1", "tickets", 0, None, false).unwrap();
        assert_eq!((view.row.n_points, view.row.n_by_hand, view.answers.n), (5, 2, 4));
        for answer in &view.answers.answers {
            let text: String = answer.pieces.iter().map(|piece| piece.text.as_str()).collect();
            assert!(ANSWERS.contains(&format!("{},{text}\n", answer.response)), "{text}");
        }
        let third = view.answers.answers.iter().find(|answer| answer.response == "3").unwrap();
        let marked: Vec<&str> =
            third.pieces.iter().filter(|piece| piece.word.is_some()).map(|piece| piece.text.as_str()).collect();
        assert_eq!(marked, ["tickets"]);
        let by: Vec<&str> = third.points.iter().map(|point| point.themes[0].by).collect();
        assert_eq!(by, ["words", "point"]);
        assert_eq!(third.points[0].themes[0].words, ["ticket"]);
        assert_eq!(third.points[1].themes[0].decision.as_ref().unwrap().id, "d2");
        assert_eq!(work.theme("q1", "tickets", 0, None, true).unwrap().answers.n, 2);
        assert_eq!(work.theme("q1", "tickets", 0, Some("family"), false).unwrap().answers.n, 1);
        assert_eq!(work.theme("q1", "tickets", 3, None, false).unwrap().answers.answers.len(), 1);
        let both = work.compare("q1", "evening", "tickets", 0).unwrap();
        assert_eq!(both.n_respondents, [2, 1, 3]);
        assert_eq!(work.uncoded("q1", 0, true, None).unwrap().answers[0].response, "5");
        assert_eq!(work.search("q1", "trains", 0).unwrap().n, 1);
        assert_eq!(work.search("q1", "6", 0).unwrap().answers[0].response, "6");
    });
}
