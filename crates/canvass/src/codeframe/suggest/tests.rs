//! Suggestions for answers whose subjects are known.

use super::*;
use crate::codeframe::{CodeFrame, Reader};
use crate::run_folder::{self, CodedRun};
use crate::{Companions, Config, Silent};

/// Answers of three subjects; the first speaks of harbours in two ways that never meet.
fn answers() -> String {
    let mut rows = vec!["id,What should change in the town?".to_owned()];
    let mut add = |text: String| rows.push(format!("{},{text}", rows.len()));
    for n in 0..8 {
        add(format!("The harbour needs dredging because the silt blocks fishing boats at pier {n}"));
        add(format!("The marina berths cost yachts visiting in summer too much at quay {n}"));
    }
    for n in 0..10 {
        add(format!("The library opens late and students want reading rooms number {n}"));
    }
    for n in 0..4 {
        add(format!("Students want reading rooms in the evenings on floor {n}"));
    }
    for n in 0..3 {
        add(format!("Potholes damage bicycles in street {n}"));
    }
    add("Archery".to_owned());
    rows.join("\n")
}

const FRAME: &str = "schema = \"canvass-codeframe-1\"

[[theme]]
question = \"q1\"
language = \"en\"
id = \"water\"
name = \"The waterfront\"
include = [\"harbour\", \"marina\"]

[[theme]]
question = \"q1\"
language = \"en\"
id = \"library\"
name = \"The library\"
include = [\"library\"]

[[theme]]
question = \"q1\"
language = \"en\"
id = \"late\"
name = \"Opening hours\"
include = [\"opens\"]

[decisions]
";

fn with(check: impl Fn(&Suggester<'_, '_>)) {
    let config = Config::default();
    let intake = crate::ingest::read_bytes(&[("answers.csv", answers().as_bytes())], &config).unwrap();
    let run = crate::analyse(intake, &config, &Companions::default(), &Silent).unwrap();
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("out");
    run_folder::write(&folder, &run, false, &|| ()).unwrap();
    let run = CodedRun::read(&folder).unwrap();
    let reader = Reader::new(&run.config).unwrap();
    let analyser = reader.analyser();
    let state = CodeFrame::from_bytes("frame.toml", FRAME.as_bytes()).unwrap().replay().unwrap();
    let mut desk = Desk::new(&run.questions[0]);
    desk.learn(&state, &analyser);
    let coded = desk.code(&state);
    check(&Suggester::new(&desk, &state, &coded, &analyser));
}

#[test]
fn words_are_suggested_that_stand_with_a_theme_and_bring_others_in() {
    with(|suggester| {
        let words = suggester.words(1, 20);
        let told: Vec<(&str, u64, u64)> =
            words.iter().map(|word| (word.term.as_str(), word.n_within, word.n_points)).collect();
        assert_eq!(told, [("rooms", 10, 4)], "of words that stand in the same points, one is told");
        assert!(words.iter().all(|word| word.association >= MIN_ASSOCIATION && word.n_respondents == word.n_points));
        assert_eq!(suggester.words(1, 1), words[..1]);
    });
}

#[test]
fn themes_of_the_same_answers_are_a_pair_and_sides_that_never_meet_a_split() {
    with(|suggester| {
        let pairs = suggester.pairs(10);
        let told: Vec<(&str, &str, u64)> =
            pairs.iter().map(|pair| (pair.theme.as_str(), pair.other.as_str(), pair.n_shared)).collect();
        assert_eq!(told, [("library", "late", 10)]);
        let splits = suggester.splits(10);
        let of_water = splits.iter().find(|split| split.theme == "water").unwrap();
        let counts = (of_water.n_stay, of_water.n_leave, of_water.n_both, of_water.is_own);
        assert_eq!(counts, (8, 8, 0, true));
        assert_eq!((&of_water.stay, &of_water.leave), (&vec!["harbour".to_owned()], &vec!["marina".to_owned()]));
        assert!(splits.iter().all(|split| split.theme == "water"), "{splits:?}");
    });
}

#[test]
fn answers_to_read_are_those_that_share_words_or_are_near_a_theme() {
    with(|suggester| {
        assert_eq!(suggester.uncoded().len(), 8);
        let next = suggester.read_next(3);
        let mut ids: Vec<&str> = next.iter().map(|answer| answer.response_id.as_str()).collect();
        ids.sort_unstable();
        let n = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), n, "an answer is suggested once: {next:?}");
        let shared = next.iter().filter_map(|answer| match &answer.reason {
            ReadReason::Shared { term, n } => Some((term.to_lowercase(), *n)),
            _ => None,
        });
        let shared: Vec<(String, u64)> = shared.collect();
        assert!(shared.iter().any(|(_, n)| *n == 4) && shared.iter().any(|(_, n)| *n == 3), "{next:?}");
        let near = next.iter().any(|answer| {
            matches!(&answer.reason, ReadReason::Near { theme, words } if theme == "library" && words.len() >= MIN_NEAR)
        });
        assert!(near, "{next:?}");
        assert!(next.iter().any(|answer| matches!(answer.reason, ReadReason::Longest { n } if n > 6)), "{next:?}");
    });
}
