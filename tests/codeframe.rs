//! Code frames: a proposal that codes as the run did, decisions that replay to the same bytes, and what a frame refuses.

use crate::support::{FERRY, FERRY_FRAME, Outputs, Ran, Run, count, list, sample, table, text, texts};
use canvass::codeframe::{Action, Decision, Desk, Reader};
use canvass::run_folder::CodedRun;
use canvass::{CodeFrame, Language};
use serde_json::Value;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

/// The sample run, and its frame as proposed.
fn proposed() -> (Ran, CodeFrame) {
    let ran = Run::sample().done();
    let said = ran.canvass(&["codeframe", "init", "out", "--out", "frame.toml"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    let frame = CodeFrame::read(&ran.folder.join("frame.toml")).unwrap();
    (ran, frame)
}

/// A run of the ferry's answers with a frame of these decisions, and what it found.
fn ferry(decisions: &str) -> (Ran, Value) {
    let ran =
        Run::new().csv(FERRY).holding("frame.toml", frame_of(decisions)).args(["--codeframe", "frame.toml"]).done();
    let question = ran.outputs().question("q1");
    (ran, question)
}

/// The ferry's answers with a frame whose decisions touch something and nothing.
pub(crate) fn framed_ferry() -> Outputs {
    let idle = decide("action = \"add-term\"\ntheme = \"tickets\"\nterm = \"helicopter\"");
    let rejected = decide("action = \"reject\"\ntheme = \"evening\"");
    ferry(&(idle + &rejected)).0.outputs()
}

/// A frame of two themes of the ferry's answers, with these decisions.
fn frame_of(decisions: &str) -> String {
    format!("{FERRY_FRAME}\n[decisions]\n{decisions}")
}

/// A decision about the ferry's answers: its fields, one a line. The id is made of them.
fn decide(fields: &str) -> String {
    let mut hasher = DefaultHasher::new();
    fields.hash(&mut hasher);
    let fields = fields.replace('\n', ", ");
    let fields = format!("question = \"q1\", author = \"A. Lind\", time = \"2026-03-31\", {fields}");
    format!("d{:016x} = {{ {fields} }}\n", hasher.finish())
}

/// A decision of this id that takes another back.
fn undo(id: &str, of: &str) -> String {
    format!("{id} = {{ action = \"undo\", decision = \"{of}\", author = \"A. Lind\", time = \"2026-04-01\" }}\n")
}

/// The respondents of each theme.
fn members(question: &Value) -> Vec<(String, Vec<String>)> {
    let mut themes: Vec<(String, Vec<String>)> = list(question, "themes")
        .iter()
        .map(|theme| (text(theme, "theme_id").to_owned(), texts(theme, "respondents")))
        .collect();
    themes.sort();
    themes
}

/// The respondents of these themes, in a line.
fn told(question: &Value) -> String {
    let themes = members(question).into_iter().map(|(id, respondents)| format!("{id}: {}", respondents.join(" ")));
    themes.collect::<Vec<_>>().join("; ")
}

#[test]
fn the_proposed_frame_gives_the_same_coding_and_verifies() {
    let (ran, frame) = proposed();
    assert!(frame.themes.len() > 20 && frame.decisions.is_empty());
    let framed = Run::sample().args(["--codeframe", "frame.toml", "--out", "framed"]).in_folder(&ran.folder).done();
    let (before, after) = (ran.outputs(), Outputs::read(&ran.folder.join("framed")));
    assert_eq!(before.text("coding.csv"), after.text("coding.csv"));
    for (a, b) in list(&before.findings(), "questions").iter().zip(list(&after.findings(), "questions")) {
        for (a, b) in list(a, "themes").iter().zip(list(b, "themes")) {
            for key in ["theme_id", "label", "rank", "stability", "verbatims", "sentence", "breakdown"] {
                assert_eq!(a[key], b[key], "{key} of {}", a["theme_id"]);
            }
            assert_eq!(b["frame"]["origin"], "proposed");
        }
    }
    assert_eq!(after.text("codeframe.toml"), fs::read_to_string(ran.folder.join("frame.toml")).unwrap());
    // The run folder alone has what it takes to make the run again.
    let again = Run::sample().config("framed/canvass.toml").args(["--out", "again"]).in_folder(&ran.folder).done();
    Outputs::read(&again.folder.join("again")).assert_same(&after, "from the settings of the run folder");
    let consultation = crate::support::repository("data/sample/consultation.xlsx");
    let verified = framed.canvass(&["verify", "framed", consultation.to_str().unwrap()]);
    assert_eq!(verified.code, 0, "{}", verified.stdout);
}

/// Numbers drawn by a seed.
struct Draw(u64);

impl Draw {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n
    }
}

/// A decision drawn at random, which may well be one that cannot be applied.
fn drawn(run: &CodedRun, frame: &CodeFrame, draw: &mut Draw) -> Decision {
    let question = &run.questions[draw.below(run.questions.len())];
    let ids: Vec<String> = (frame.replay().unwrap().themes.into_iter())
        .filter(|theme| theme.question == question.id)
        .map(|theme| theme.id)
        .collect();
    let mut theme = || ids[draw.below(ids.len())].clone();
    let (theme, other) = (theme(), theme());
    let response = draw.below(question.responses.len());
    let points = &question.analysis.texts.get(response).points;
    let span = points[draw.below(points.len())].span;
    let (response, start, end) = (question.responses[response].response_id.clone(), span.start, span.end);
    let terms = &question.analysis.vocabulary.terms;
    let word = &terms[draw.below(terms.len())];
    let (term, language) = (word.surface().to_owned(), word.language.code().to_owned());
    let number = frame.decisions.len();
    let exclude = draw.below(4) == 0;
    let action = match draw.below(17) {
        0 => Action::Rename { theme, name: format!("Theme {number}") },
        1 => Action::Merge { theme, into: other },
        2 => {
            let of = frame.themes.iter().find(|of| of.question == question.id && of.id == theme).unwrap();
            let terms = of.include.iter().take(1).cloned().collect();
            Action::Split { theme, new: format!("n{number}"), name: format!("New {number}"), terms }
        }
        3 => Action::Delete { theme },
        4 => Action::Add {
            theme: format!("n{number}"),
            name: format!("Added {number}"),
            language,
            definition: "What it says".to_owned(),
            include: vec![term],
            exclude: Vec::new(),
            parent: String::new(),
            search: String::new(),
            guid: String::new(),
        },
        5..=7 => Action::AddTerm { theme, term, language, exclude },
        8 => Action::SetParent { theme, parent: other },
        9 => Action::Reject { theme },
        10 => Action::PinPoint { theme, response, start, end },
        11 => Action::DropPoint { theme, response, start, end },
        12 => Action::CodeResponse { theme, response },
        13 => Action::DropResponse { theme, response },
        14 => Action::MarkExemplar { theme, response, start, end },
        15 => Action::ExcludeVerbatim { theme, response, start, end },
        _ if number > 0 => Action::Undo { decision: frame.decisions[draw.below(number)].id.clone() },
        _ => Action::SignOff { theme },
    };
    let is_undo = matches!(action, Action::Undo { .. });
    Decision {
        id: String::new(),
        question: if is_undo { String::new() } else { question.id.clone() },
        author: "A. Lind".to_owned(),
        time: format!("2026-03-31T10:{:02}:00Z", number % 60),
        reason: String::new(),
        action,
        line: 0,
    }
    .with_digest()
}

#[test]
fn fifty_random_decisions_replay_to_the_same_bytes_and_to_what_the_desk_shows() {
    let (ran, mut frame) = proposed();
    let run = CodedRun::read(&ran.out).unwrap();
    let reader = Reader::new(&run.config).unwrap();
    let analyser = reader.analyser();
    let mut draw = Draw(7);
    while frame.decisions.len() < 50 {
        let decision = drawn(&run, &frame, &mut draw);
        frame.decisions.push(decision);
        let terms = frame.replay().map(|state| canvass::codeframe::coding::check_terms(&[&state], &analyser).is_ok());
        if !terms.is_ok_and(|can_be_looked_for| can_be_looked_for) {
            frame.decisions.pop();
        }
    }
    fs::write(ran.folder.join("frame.toml"), frame.to_toml()).unwrap();
    let framed = |threads: u16| {
        let out = format!("framed-{threads}");
        let run = Run::sample().args(["--codeframe", "frame.toml", "--out", &out]).threads(threads);
        run.in_folder(&ran.folder).done();
        Outputs::read(&ran.folder.join(out))
    };
    let outputs = framed(1);
    outputs.assert_same(&framed(2), "at 2 threads");
    outputs.assert_same(&framed(8), "at 8 threads");
    // Laid out from the folder of the run without a frame, the same frame gives the same counts.
    let state = frame.replay().unwrap();
    let mut n_compared = 0;
    for question in &run.questions {
        let mut desk = Desk::new(question);
        desk.learn(&state, &analyser);
        let found = outputs.question(&question.id);
        for (coded, row) in desk.code(&state).iter().zip(list(&found["code_frame"], "themes")) {
            let theme = &state.themes[coded.theme];
            let (raw, once) = desk.count(coded.members.iter().map(|(point, _)| *point));
            assert_eq!((theme.id.as_str(), raw), (text(row, "theme_id"), count(row, "n_respondents")));
            let further = list(&found, "languages").iter().flat_map(|group| list(group, "themes"));
            let reported = list(&found, "themes").iter().chain(further).find(|of| of["theme_id"] == row["theme_id"]);
            assert_eq!(reported.is_some(), theme.is_live() && raw > 0, "{} {}", question.id, theme.id);
            if let Some(reported) = reported {
                assert_eq!((raw, once), (count(reported, "n_respondents"), count(reported, "n_respondents_once")));
                n_compared += 1;
            }
        }
    }
    assert!(n_compared > 15, "{n_compared}");
}

#[test]
fn a_run_without_a_frame_names_none() {
    assert!(!sample().names().contains(&"codeframe.toml"));
    assert!(!sample().text("canvass.toml").contains("codeframe"));
    assert!(!sample().text("findings.json").contains("code_frame"));
}

#[test]
fn words_put_points_in_and_keep_them_out() {
    let cases = [
        (String::new(), "evening: 1 2 8; tickets: 2 3 4"),
        (decide("action = \"add-term\"\ntheme = \"tickets\"\nterm = \"train\""), "evening: 1 2 8; tickets: 2 3 4 8"),
        (decide("action = \"add-term\"\ntheme = \"tickets\"\nterm = \"tra*\""), "evening: 1 2 8; tickets: 2 3 4 8"),
        (
            decide("action = \"add-term\"\ntheme = \"tickets\"\nterm = \"LAST trains\""),
            "evening: 1 2 8; tickets: 2 3 4 8",
        ),
        // A word of the question counts where someone asks for it.
        (
            decide("action = \"add-term\"\ntheme = \"tickets\"\nterm = \"ferries\""),
            "evening: 1 2 8; tickets: 1 2 3 4 8",
        ),
        (
            decide("action = \"add-term\"\ntheme = \"tickets\"\nterm = \"family\"\nexclude = true"),
            "evening: 1 2 8; tickets: 2",
        ),
        (decide("action = \"remove-term\"\ntheme = \"tickets\"\nterm = \"Ticket\""), "evening: 1 2 8"),
    ];
    for (decisions, expected) in cases {
        assert_eq!(told(&ferry(&decisions).1), expected, "{decisions}");
    }
}

#[test]
fn themes_are_merged_split_added_deleted_and_put_below_others() {
    let train = decide("action = \"add\"\ntheme = \"train\"\nname = \"The last train\"\ninclude = [\"last train\"]");
    let cases = [
        (decide("action = \"merge\"\ntheme = \"tickets\"\ninto = \"evening\""), "evening: 1 2 3 4 8"),
        (decide("action = \"delete\"\ntheme = \"tickets\""), "evening: 1 2 8"),
        (decide("action = \"reject\"\ntheme = \"tickets\""), "evening: 1 2 8"),
        (train.clone(), "evening: 1 2 8; tickets: 2 3 4; train: 8"),
        (
            train.clone() + &decide("action = \"set-parent\"\ntheme = \"train\"\nparent = \"tickets\""),
            "evening: 1 2 8; tickets: 2 3 4 8; train: 8",
        ),
        (
            decide("action = \"add-term\"\ntheme = \"tickets\"\nterm = \"train\"")
                + &decide(
                    "action = \"split\"\ntheme = \"tickets\"\nnew = \"train\"\nname = \"Train\"\nterms = [\"train\"]",
                ),
            "evening: 1 2 8; tickets: 2 3 4; train: 8",
        ),
        // What was kept out of one of two themes is in the other still.
        (
            decide("action = \"add-term\"\ntheme = \"tickets\"\nterm = \"family\"\nexclude = true")
                + &decide("action = \"add-term\"\ntheme = \"evening\"\nterm = \"expensive\"")
                + &decide("action = \"merge\"\ntheme = \"tickets\"\ninto = \"evening\""),
            "evening: 1 2 4 8",
        ),
    ];
    for (decisions, expected) in cases {
        assert_eq!(told(&ferry(&decisions).1), expected, "{decisions}");
    }
}

#[test]
fn what_people_code_by_hand_wins_and_is_marked() {
    let (ran, question) = ferry(
        &(decide("action = \"code-response\"\ntheme = \"evening\"\nresponse = \"7\"")
            + &decide("action = \"drop-response\"\ntheme = \"evening\"\nresponse = \"8\"")
            + &decide(
                "action = \"move-point\"\nfrom = \"tickets\"\nto = \"evening\"\nresponse = \"3\"\nstart = 0\nend = 29",
            )
            + &decide("action = \"mark-exemplar\"\ntheme = \"tickets\"\nresponse = \"4\"\nstart = 0\nend = 39")
            + &decide("action = \"exclude-verbatim\"\nresponse = \"1\"\nstart = 0\nend = 33")),
    );
    assert_eq!(told(&question), "evening: 1 2 3 7; tickets: 2 4");
    let outputs = ran.outputs();
    let by = |id: &str| -> Vec<String> {
        let rows = outputs.rows("coding.csv").into_iter().filter(|row| row["response_id"] == id);
        rows.map(|row| format!("{} {}", row["theme_id"], row["coded_by"])).collect()
    };
    assert_eq!(
        (by("7"), by("3"), by("1")),
        (vec!["evening hand".into()], vec!["evening hand".into()], vec!["evening words".into()])
    );
    assert_eq!(outputs.record("q1", "7")["points"][0]["themes"][0]["by_hand"], "response");
    assert_eq!(outputs.record("q1", "3")["points"][0]["themes"][0]["by_hand"], "point");
    let theme = |id: &str| list(&question, "themes").iter().find(|theme| theme["theme_id"] == id).unwrap().clone();
    assert_eq!(theme("tickets")["verbatims"][0]["response_id"], "4");
    assert!(list(&theme("evening"), "verbatims").iter().all(|verbatim| verbatim["response_id"] != "1"));
    let frame = &theme("evening")["frame"];
    let counts = ["n_decisions", "n_in", "n_out", "n_by_hand"].map(|key| count(frame, key));
    assert_eq!((counts, text(frame, "origin")), ([3, 2, 1, 2], "written"));
}

#[test]
fn an_undo_takes_a_decision_back_and_can_be_undone() {
    let first = decide("action = \"add-term\"\ntheme = \"tickets\"\nterm = \"train\"");
    let first = format!("first{}", &first[17..]);
    let without = ferry(&(first.clone() + &undo("second", "first"))).1;
    assert_eq!(told(&without), "evening: 1 2 8; tickets: 2 3 4");
    let again = ferry(&(first.clone() + &undo("second", "first") + &undo("third", "second"))).1;
    assert_eq!(told(&again), "evening: 1 2 8; tickets: 2 3 4 8");
    let ran = Run::new().holding("frame.toml", frame_of(&(first + &undo("second", "first")))).csv(FERRY).done();
    let log = ran.canvass(&["codeframe", "log", "frame.toml"]).stdout;
    assert!(log.contains("q1: tickets includes \"train\" [undone by second]"), "{log}");
}

#[test]
fn decisions_that_touch_nothing_are_told() {
    let (ran, question) = ferry(
        &(decide("action = \"add-term\"\ntheme = \"tickets\"\nterm = \"helicopter\"")
            + &decide("action = \"pin-point\"\ntheme = \"tickets\"\nresponse = \"1\"\nstart = 0\nend = 3")
            + &decide("action = \"code-response\"\ntheme = \"tickets\"\nresponse = \"99\"")),
    );
    let idle = list(&question["code_frame"], "idle");
    let idle: Vec<(&str, &str)> = idle.iter().map(|idle| (text(idle, "action"), text(idle, "reason"))).collect();
    let expected = [
        ("add-term", "no answer holds it"),
        ("pin-point", "there is no such point"),
        ("code-response", "there is no such response"),
    ];
    assert_eq!(idle, expected);
    let said = ran.canvass(&["codeframe", "check", "frame.toml", "out"]);
    assert!(said.stdout.contains("line 18: add-term touches nothing here: no answer holds it"), "{}", said.stdout);
    assert!(said.stdout.ends_with("frame.toml: 2 themes, 3 decisions applied\n"), "{}", said.stdout);
}

#[test]
fn contradictions_and_unknown_decisions_are_refused_with_their_line() {
    let twice = decide("action = \"sign-off\"\ntheme = \"tickets\"");
    let cases: Vec<(&str, String)> = vec![
        ("an unknown theme", decide("action = \"delete\"\ntheme = \"t99\"")),
        (
            "a theme that is gone",
            decide("action = \"delete\"\ntheme = \"tickets\"")
                + &decide("action = \"rename\"\ntheme = \"tickets\"\nname = \"x\""),
        ),
        (
            "a rejected theme",
            decide("action = \"reject\"\ntheme = \"tickets\"")
                + &decide("action = \"rename\"\ntheme = \"tickets\"\nname = \"x\""),
        ),
        ("the same status", twice.clone() + &decide("reason = \"again\"\naction = \"sign-off\"\ntheme = \"tickets\"")),
        ("the same decision", twice.clone() + &twice),
        ("a word that is there", decide("action = \"add-term\"\ntheme = \"tickets\"\nterm = \"Ticket\"")),
        ("a word that is not there", decide("action = \"remove-term\"\ntheme = \"tickets\"\nterm = \"bus\"")),
        ("a word that is none", decide("action = \"add-term\"\ntheme = \"tickets\"\nterm = \"the\"")),
        ("a short beginning", decide("action = \"add-term\"\ntheme = \"tickets\"\nterm = \"ti*\"")),
        ("a theme in itself", decide("action = \"merge\"\ntheme = \"tickets\"\ninto = \"tickets\"")),
        (
            "a circle",
            decide("action = \"set-parent\"\ntheme = \"tickets\"\nparent = \"evening\"")
                + &decide("action = \"set-parent\"\ntheme = \"evening\"\nparent = \"tickets\""),
        ),
        ("an id that is taken", decide("action = \"add\"\ntheme = \"tickets\"\nname = \"x\"")),
        ("an id that is none", decide("action = \"add\"\ntheme = \"a b\"\nname = \"x\"")),
        (
            "in and out",
            decide("action = \"code-response\"\ntheme = \"tickets\"\nresponse = \"1\"")
                + &decide("action = \"drop-response\"\ntheme = \"tickets\"\nresponse = \"1\""),
        ),
        ("an unknown action", decide("action = \"shuffle\"\ntheme = \"tickets\"")),
        ("a field too many", decide("action = \"delete\"\ntheme = \"tickets\"\nname = \"x\"")),
        ("an undo of nothing", undo("last", "first")),
        ("an unknown question", decide("action = \"delete\"\ntheme = \"tickets\"").replace("\"q1\"", "\"q7\"")),
        ("an unfinished merge", "<<<<<<< HEAD\n".to_owned()),
        ("no author", decide("action = \"delete\"\ntheme = \"tickets\"").replace("A. Lind", "")),
    ];
    let told = cases.iter().map(|(name, tables)| {
        let run = Run::new().csv(FERRY).holding("frame.toml", frame_of(tables)).args(["--codeframe", "frame.toml"]);
        let said = run.output().said;
        assert_eq!(said.code, 2, "{name}: {}", said.stderr);
        [(*name).to_owned(), said.stderr]
    });
    insta::assert_snapshot!("codeframe_messages", table(told));
}

#[test]
fn an_existing_frame_is_not_replaced_unawares() {
    let (ran, _) = proposed();
    let before = fs::read(ran.folder.join("frame.toml")).unwrap();
    let said = ran.canvass(&["codeframe", "init", "out", "--out", "frame.toml"]);
    assert_eq!(said.code, 2);
    assert!(said.stderr.contains("the file frame.toml exists"), "{}", said.stderr);
    assert_eq!(fs::read(ran.folder.join("frame.toml")).unwrap(), before);
    assert_eq!(ran.canvass(&["codeframe", "init", "out", "--out", "frame.toml", "--force"]).code, 0);
}

#[test]
fn two_frames_are_compared() {
    let ran = Run::new().csv(FERRY).holding("a.toml", frame_of("")).done();
    let changed = frame_of(&decide("action = \"rename\"\ntheme = \"tickets\"\nname = \"Fares\"\nreason = \"shorter\""));
    fs::write(ran.folder.join("b.toml"), changed).unwrap();
    let said = ran.canvass(&["codeframe", "diff", "a.toml", "b.toml"]).stdout;
    assert!(
        said.contains("q1 tickets: changed\n    name: \"Cheaper tickets\" -> \"Fares\"\nonly in the second:\n"),
        "{said}"
    );
    assert_eq!(ran.canvass(&["codeframe", "diff", "a.toml", "a.toml"]).stdout, "no difference\n");
    let json = ran.canvass(&["codeframe", "diff", "a.toml", "b.toml", "--format", "json"]).stdout;
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["only_in_b"][0]["action"], "rename");
}

#[test]
fn a_theme_may_take_in_answers_in_another_language() {
    let answers = "\
id,What should change?
1,The evening ferry must run later.
2,A later evening ferry is needed for the people who work in town.
3,The evening ferry leaves too early for the last train of the day.
4,Le bac du soir doit partir plus tard pour les gens qui travaillent en ville.
5,Il faut que le bac du soir parte plus tard chaque jour de la semaine.
";
    let tables = decide("action = \"add-term\"\ntheme = \"evening\"\nterm = \"bac du soir\"\nlanguage = \"fr\"");
    let run = Run::new().csv(answers).holding("frame.toml", frame_of(&tables)).args(["--codeframe", "frame.toml"]);
    let question = run.done().outputs().question("q1");
    assert_eq!(told(&question), "evening: 1 2 3 4 5");
    assert_eq!(list(&question, "no_theme").len(), 0);
    assert_eq!(Language::from_code(text(&question, "language")), Some(Language::English));
}

#[test]
fn frames_that_grew_apart_are_joined_by_git() {
    let git = |folder: &Path, arguments: &[&str]| {
        let output = std::process::Command::new("git")
            .args(["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"])
            .args(arguments)
            .current_dir(folder)
            .output();
        output.map(|output| output.status.success())
    };
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    if git(folder, &["init"]).is_err() {
        println!("skipped: git is not installed");
        return;
    }
    let file = folder.join("codeframe.toml");
    let base = CodeFrame::from_bytes("codeframe.toml", frame_of("").as_bytes()).unwrap();
    let with = |action: Action| {
        let decision = Decision {
            id: String::new(),
            question: "q1".to_owned(),
            author: "A".to_owned(),
            time: "2026-04-01".to_owned(),
            reason: String::new(),
            action,
            line: 0,
        };
        let mut frame = base.clone();
        frame.decisions.push(decision.with_digest());
        frame.to_toml()
    };
    let commit = |text: &str, message: &str| {
        fs::write(&file, text).unwrap();
        assert!(git(folder, &["add", "."]).unwrap() && git(folder, &["commit", "-m", message]).unwrap());
    };
    fs::write(folder.join(".gitattributes"), "codeframe.toml merge=union\n").unwrap();
    commit(&base.to_toml(), "base");
    assert!(git(folder, &["checkout", "-b", "other"]).unwrap());
    commit(&with(Action::SignOff { theme: "tickets".to_owned() }), "one");
    assert!(git(folder, &["checkout", "main"]).unwrap());
    commit(&with(Action::Rename { theme: "evening".to_owned(), name: "Evenings".to_owned() }), "two");
    assert!(git(folder, &["merge", "other"]).unwrap());
    let joined = CodeFrame::read(&file).unwrap();
    assert_eq!(joined.decisions.len(), 2);
    assert!(joined.replay().is_ok());
}
