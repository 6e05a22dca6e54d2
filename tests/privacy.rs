//! What no output shows: e-mail addresses and phone numbers that respondents wrote into their answers, once that is asked for.

use crate::support::{NAMES, Run, canvass};
use std::fs;

const ANSWERS: &str = "\
id,Region,How should we keep in touch?,What should the ferry change?
1,North,Letter,The evening ferry must run later; write to ana.lima@example.org or call +41 22 730 51 11.
2,North,bo@example.org,The evening ferry must run later please.
3,South,Letter,Cheaper tickets for families.
4,South,Letter,\"Tickets are too expensive for families, tel. 555 0143\"
";

const SECRETS: [&str; 4] = ["ana.lima", "@example.org", "730 51 11", "555 0143"];

#[test]
fn redaction_leaves_no_address_and_no_number_in_any_output() {
    let ran = Run::new().csv(ANSWERS).arg("--redact").done();
    let outputs = ran.outputs();
    for name in outputs.names() {
        let text = outputs.everything(name);
        for secret in SECRETS {
            assert!(!text.contains(secret), "{secret:?} in {name}");
        }
    }
    assert_eq!(outputs.names(), NAMES);
    let ledger = fs::read_to_string(ran.out.join("ledger.csv")).unwrap();
    assert!(ledger.lines().any(|line| line.ends_with("masked: 1 e-mail address, 1 phone number\"")), "{ledger}");
    assert!(ledger.lines().any(|line| line.ends_with("; masked: 1 phone number")), "{ledger}");
    let told = canvass(&ran.folder, ["explain", "out", "1"]);
    assert!(told.stdout.contains("write to ********************"), "{}", told.stdout);
    let verified = canvass(&ran.folder, ["verify", "out", "answers.csv"]);
    assert_eq!(verified.code, 0, "{}", verified.stdout);
}

#[test]
fn without_it_answers_are_quoted_as_they_are() {
    let ran = Run::new().csv(ANSWERS).done();
    let responses = fs::read_to_string(ran.out.join("responses.jsonl")).unwrap();
    assert!(SECRETS.iter().filter(|secret| responses.contains(**secret)).count() >= 3, "{responses}");
    assert!(fs::read_to_string(ran.out.join("canvass.toml")).unwrap().contains("redact = false"));
}
