//! What a scheduler needs: a run by its configuration alone, nothing done where nothing has changed, a log for machines, a line at the end,
//! manual pages and completions.

use crate::support::{FERRY, Outputs, Ran, Run, Said, canvass, list, repository, text};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

/// What the published schema says of each line of a log.
#[track_caller]
fn assert_log(said: &Said) -> Vec<Value> {
    let path = repository("crates/canvass/schema/log.schema.json");
    let schema: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let events: Vec<Value> = said.stderr.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for event in &events {
        assert!(validator.is_valid(event), "{event}");
    }
    let summaries: Vec<usize> = (0..events.len()).filter(|at| events[*at]["event"] == "summary").collect();
    assert_eq!(summaries, [events.len() - 1], "one summary, and it is the last");
    assert_eq!(events[events.len() - 1]["exit"], said.code);
    events
}

#[test]
fn every_line_of_a_log_is_as_the_schema_says() {
    let ran = Run::new().csv(FERRY).args(["--log-format", "json", "--checkpoints", "always"]).done();
    let events = assert_log(&ran.said);
    let summary = events.last().unwrap();
    assert_eq!(text(summary, "outcome"), "done");
    assert_eq!((&summary["questions"], &summary["submissions"]), (&1.into(), &8.into()));
    assert_eq!((&summary["respondents"], &summary["responses"]), (&8.into(), &8.into()));
    let stages: Vec<&str> = list(summary, "stages").iter().map(|stage| text(stage, "stage")).collect();
    assert_eq!(stages, ["intake", "ledger", "languages", "duplicates", "text", "themes", "findings", "report"]);
    let kept: u64 = list(summary, "stages").iter().map(|stage| stage["checkpoints_kept"].as_u64().unwrap()).sum();
    assert_eq!(kept, events.iter().filter(|event| event["event"] == "checkpoint").count() as u64);
    assert!(kept > 3);
    if cfg!(target_os = "linux") {
        assert!(summary["peak_bytes"].as_u64().unwrap() > 1 << 20, "{summary}");
    }
    let again = |arguments: &[&str]| {
        let mut all = vec!["run", "answers.csv", "--out", "out", "--log-format", "json"];
        all.extend(arguments);
        assert_log(&ran.canvass(&all)).pop().unwrap()
    };
    let refused = again(&[]);
    assert_eq!((text(&refused, "outcome"), &refused["exit"]), ("failed", &2.into()));
    assert!(refused["questions"].is_null());
    assert_eq!(text(&again(&["--if-changed"]), "outcome"), "unchanged");
    assert_eq!(text(&again(&["--force", "--seed", "3"]), "outcome"), "done");
}

#[test]
fn without_a_terminal_the_last_line_says_what_came_of_it() {
    let ran = Run::new().csv(FERRY).done();
    let last = ran.said.last.as_deref().unwrap();
    let expected = "canvass: done exit=0 questions=1 submissions=8 respondents=8 responses=8 seconds=";
    assert!(last.starts_with(expected) && last.ends_with(" resumed=no out=out"), "{last}");
    let refused = ran.canvass(&["run", "answers.csv", "--out", "out"]);
    let last = refused.last.as_deref().unwrap();
    assert!(last.starts_with("canvass: failed exit=2 seconds=") && last.ends_with(" out=out"), "{last}");
    let unchanged = ran.canvass(&["run", "answers.csv", "--out", "out", "--if-changed"]);
    assert!(unchanged.last.as_deref().unwrap().starts_with("canvass: unchanged exit=0 "), "{unchanged:?}");
    // Where nothing but errors is wanted: a line of cron's mail only if there is one.
    let quiet =
        |arguments: &[&str]| ran.canvass(&[&["run", "answers.csv", "--out", "out", "--quiet"], arguments].concat());
    assert_eq!(quiet(&["--force"]).last, None);
    assert!(quiet(&[]).last.unwrap().starts_with("canvass: failed exit=2 "));
}

/// A folder with a configuration that names everything.
fn weekly(settings: &str) -> Ran {
    Run::new().csv(FERRY).holding("weekly.toml", settings).output()
}

#[test]
fn a_configuration_alone_starts_a_run_from_any_folder() {
    let ran = weekly("seed = 4\n[run]\nfiles = [\"answers.csv\"]\nout = \"weekly\"\nforce = true\n");
    let config = ran.folder.join("weekly.toml");
    let elsewhere = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        let said = canvass(elsewhere.path(), ["run".as_ref(), "--config".as_ref(), config.as_os_str()]);
        assert_eq!(said.code, 0, "{}", said.stderr);
    }
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
    let by_config = Outputs::read(&ran.folder.join("weekly"));
    // What the command line says goes first, and how a run is started is no part of it.
    let said = ran.canvass(&["run", "answers.csv", "--config", "weekly.toml", "--out", "named"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    by_config.assert_same(&Outputs::read(&ran.folder.join("named")), "files and folder by the command line");
    assert!(!by_config.text("canvass.toml").contains("[run]"));
    let verified = ran.canvass(&["verify", "weekly", "answers.csv"]);
    assert_eq!(verified.code, 0, "{}", verified.stdout);
}

#[test]
fn where_no_file_is_named_it_is_said_how() {
    let ran = weekly("[run]\nout = \"weekly\"\n");
    for command in ["run", "inspect"] {
        let said = ran.canvass(&[command, "--config", "weekly.toml"]);
        assert_eq!(said.code, 2);
        assert!(said.stderr.contains("no file of answers is named"), "{}", said.stderr);
        assert!(said.stderr.contains("[run] files = ["), "{}", said.stderr);
    }
    let said = ran.canvass(&["run"]);
    assert_eq!(said.code, 2);
    assert!(said.stderr.contains("<FILE>"), "{}", said.stderr);
    let said = weekly("[run]\nfile = \"answers.csv\"\n").canvass(&["run", "--config", "weekly.toml"]);
    assert!(said.stderr.contains("unknown field `file`"), "{}", said.stderr);
}

/// When the manifest was written.
fn written(folder: &Path) -> SystemTime {
    fs::metadata(folder.join("manifest.json")).unwrap().modified().unwrap()
}

#[test]
fn nothing_is_made_where_nothing_has_changed() {
    let ran = Run::new().csv(FERRY).arg("--if-changed").done();
    let first = written(&ran.out);
    let again = |arguments: &[&str]| {
        let all = [&["run", "answers.csv", "--out", "out", "--if-changed"], arguments].concat();
        let said = ran.canvass(&all);
        assert_eq!(said.code, 0, "{}", said.stderr);
        said
    };
    let said = again(&["--checkpoints", "always"]);
    assert!(said.stderr.contains("nothing has changed: out is of these inputs"), "{}", said.stderr);
    assert_eq!((said.stdout.as_str(), written(&ran.out)), ("", first));
    assert_eq!(fs::read_dir(&ran.folder).unwrap().count(), 2, "nothing is left beside the run folder");
    // Another setting, another input, another output.
    let is_made = |arguments: &[&str]| {
        let before = written(&ran.out);
        let said = again(arguments);
        let is_made = said.stdout.contains("report: ");
        assert_eq!(is_made, written(&ran.out) != before);
        is_made
    };
    assert!(is_made(&["--seed", "5"]));
    assert!(!is_made(&["--seed", "5"]));
    assert!(is_made(&[]));
    fs::write(ran.out.join("report.md"), "edited").unwrap();
    assert!(is_made(&[]));
    fs::write(ran.folder.join("answers.csv"), format!("{FERRY}9,More trains in the evening.\n")).unwrap();
    assert!(is_made(&[]));
    assert!(!is_made(&[]));
    // It replaces an earlier run folder, but nobody's own files.
    fs::write(ran.out.join("notes.txt"), "mine").unwrap();
    let refused = ran.canvass(&["run", "answers.csv", "--out", "out", "--if-changed"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("notes.txt"), "{}", refused.stderr);
}

#[test]
fn few_answers_keep_no_checkpoints_by_themselves() {
    let ran = Run::new().csv(FERRY).args(["--log-format", "json"]).done();
    assert!(!ran.said.stderr.contains("\"checkpoint\""), "{}", ran.said.stderr);
}

/// The commands that the program knows, by their way.
fn commands() -> Vec<String> {
    let below = |way: &[&str]| -> Vec<String> {
        let told = canvass(Path::new("."), way.iter().copied().chain(["--help"])).stdout;
        let lines = told.lines().skip_while(|line| *line != "Commands:").skip(1);
        let names = lines
            .take_while(|line| !line.trim().is_empty())
            .filter(|line| line.starts_with("  ") && !line.starts_with("   "));
        names.map(|line| line.split_whitespace().next().unwrap().to_owned()).filter(|name| name != "help").collect()
    };
    let mut all = below(&[]);
    for group in ["codeframe", "bench"] {
        all.extend(below(&[group]).into_iter().map(|name| format!("{group} {name}")));
    }
    all
}

#[test]
fn every_command_has_a_manual_page_that_names_its_options() {
    let commands = commands();
    assert!(commands.len() > 20 && commands.contains(&"codeframe check".to_owned()), "{commands:?}");
    let home = tempfile::tempdir().unwrap();
    let said = canvass(home.path(), ["man", "--out", "man1"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    let whole = fs::read_to_string(home.path().join("man1/canvass.1")).unwrap();
    for command in &commands {
        let page = home.path().join(format!("man1/canvass-{}.1", command.replace(' ', "-")));
        let page = fs::read_to_string(&page).unwrap_or_else(|error| panic!("{}: {error}", page.display()));
        assert!(page.contains(".TH canvass"), "{command}: {page}");
        if !command.contains(' ') {
            assert!(whole.contains(&format!("canvass\\-{command}(1)")), "{command} is not in canvass.1");
        }
        let printed = canvass(home.path(), ["man"].into_iter().chain(command.split(' ')));
        assert_eq!(printed.stdout, page, "{command}");
    }
    let page = fs::read_to_string(home.path().join("man1/canvass-run.1")).unwrap();
    for option in ["checkpoints", "if\\-changed", "fresh", "config", "out"] {
        assert!(page.contains(&format!("\\-\\-{option}")), "no --{option} in:\n{page}");
    }
    assert!(fs::read_dir(home.path().join("man1")).unwrap().count() > commands.len());
    let refused = canvass(home.path(), ["man", "runn"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("there is no page for \"runn\""), "{}", refused.stderr);
}

#[test]
fn shells_complete_commands_and_options() {
    let home = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let said = canvass(home.path(), ["completions", shell]);
        assert_eq!(said.code, 0, "{}", said.stderr);
        assert!(said.stdout.contains("if-changed") && said.stdout.contains("codeframe"), "{shell}");
    }
    fs::write(home.path().join("canvass.bash"), canvass(home.path(), ["completions", "bash"]).stdout).unwrap();
    let script = "source ./canvass.bash
        COMP_WORDS=(canvass run --check); COMP_CWORD=2
        _canvass canvass --check run; echo \"${COMPREPLY[@]}\"
        COMP_WORDS=(canvass ver); COMP_CWORD=1
        _canvass canvass ver canvass; echo \"${COMPREPLY[@]}\"";
    match Command::new("bash").args(["-c", script]).current_dir(home.path()).output() {
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stdout);
            assert_eq!(said, "--checkpoints\nverify\n", "{}", String::from_utf8_lossy(&output.stderr));
        }
        Err(error) => eprintln!("skipped: bash cannot be started: {error}"),
    }
}
