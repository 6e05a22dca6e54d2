//! A run that is cut off, wherever that is, loses nothing: the next one gives the bytes of an undisturbed run.
//!
//! Cut off by a signal that no program can catch (SIGKILL) at every boundary of stages and at random instants, by a full disk, and as a power
//! cut leaves files. What a power cut does to bytes that were never brought down to the disk is simulated by changing the files.

mod disk;

use crate::support::{Outputs, canvass, repository};
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// So few answers that a run takes a second, and all that a large run does: copies, languages, clusters, resamples.
const ANSWERS: &str = "160";
const SETTINGS: &str = "[themes]\nclusters_from = 40\nresamples = 3\nmax_themes = 5\n[text]\nmin_language_group = 10\n";
/// How often a run is cut off at a random instant.
const INSTANTS: u32 = 50;
/// How often while the run folder is being written.
const WRITES: u32 = 16;

/// What an undisturbed run gives, and one of another seed.
struct Undisturbed {
    csv: Vec<u8>,
    new: Outputs,
    old: Outputs,
    /// Holds the folder of the other seed.
    home: TempDir,
    /// What a run with checkpoints takes.
    took: Duration,
    /// The boundaries that it passes.
    boundaries: Vec<String>,
}

fn undisturbed() -> &'static Undisturbed {
    static UNDISTURBED: OnceLock<Undisturbed> = OnceLock::new();
    UNDISTURBED.get_or_init(|| {
        let home = tempfile::tempdir().unwrap();
        let made = canvass(home.path(), ["bench", "generate", "--responses", ANSWERS, "--out", "answers.csv"]);
        assert_eq!(made.code, 0, "{}", made.stderr);
        fs::write(home.path().join("settings.toml"), SETTINGS).unwrap();
        let run = |out: &str, further: &[&str]| {
            let made = canvass(home.path(), arguments(out).iter().map(String::as_str).chain(further.iter().copied()));
            assert_eq!(made.code, 0, "{}", made.stderr);
            (Outputs::read(&home.path().join(out)), made)
        };
        let (new, _) = run("new", &["--checkpoints", "never"]);
        let (old, _) = run("old", &["--checkpoints", "never", "--seed", "9"]);
        assert!(old != new, "another seed gives other bytes");
        let began = Instant::now();
        let (kept, made) = run("kept", &["--checkpoints", "always"]);
        let took = began.elapsed();
        new.assert_same(&kept, "with checkpoints");
        let boundaries: Vec<String> = events(&made.stderr).iter().filter_map(boundary).collect();
        let csv = fs::read(home.path().join("answers.csv")).unwrap();
        Undisturbed { csv, new, old, home, took, boundaries }
    })
}

fn arguments(out: &str) -> Vec<String> {
    ["run", "answers.csv", "--config", "settings.toml", "--log-format", "json", "--force", "--out", out]
        .map(str::to_owned)
        .to_vec()
}

fn events(stderr: &str) -> Vec<Value> {
    stderr.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The boundary that an event marks.
fn boundary(event: &Value) -> Option<String> {
    let name = event["event"].as_str()?;
    let of = event["checkpoint"].as_str().or(event["stage"].as_str())?;
    ["begin", "end", "checkpoint"].contains(&name).then(|| format!("{name} {of}"))
}

/// A folder of its own with the answers, and an earlier run folder if asked for.
fn place(with_old: bool) -> TempDir {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("answers.csv"), &undisturbed().csv).unwrap();
    fs::write(home.path().join("settings.toml"), SETTINGS).unwrap();
    if with_old {
        copy(&undisturbed().home.path().join("old"), &home.path().join("out"));
    }
    home
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let path = to.join(entry.file_name());
        if entry.path().is_dir() { copy(&entry.path(), &path) } else { fs::copy(entry.path(), path).map(drop).unwrap() }
    }
}

/// Starts a run with checkpoints.
fn start(home: &Path) -> Child {
    start_with(home, &arguments("out"))
}

fn start_with(home: &Path, arguments: &[String]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_canvass"))
        .args(arguments)
        .args(["--checkpoints", "always"])
        .current_dir(home)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Kills a run when it tells this boundary; whether it came to that.
fn kill_at(home: &Path, at: &str) -> bool {
    kill_when_told(start(home), at)
}

fn kill_when_told(mut child: Child, at: &str) -> bool {
    let lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let mut events = lines.map(|line| serde_json::from_str::<Value>(&line).unwrap());
    let is_there = events.any(|event| boundary(&event).as_deref() == Some(at));
    child.kill().unwrap();
    child.wait().unwrap();
    is_there
}

/// Kills a run so long after it began; whether it was still at work.
fn kill_after(mut child: Child, delay: Duration) -> bool {
    std::thread::sleep(delay);
    child.kill().unwrap();
    child.wait().unwrap().code().is_none()
}

/// What lies beside the run folder, hidden or not.
fn beside(home: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(home).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// After a cut the run folder is the old one or the new one; or it is aside, whole, to be put back.
#[track_caller]
fn assert_nothing_lost(home: &Path, with_old: bool, what: &str) {
    let Undisturbed { new, old, .. } = undisturbed();
    let is_whole = |path: &Path| {
        let found = Outputs::read(path);
        found == *new || with_old && found == *old
    };
    let out = home.join("out");
    if out.exists() {
        assert!(is_whole(&out), "{what}: the run folder is neither the old nor the new one");
    } else if with_old {
        let aside = beside(home).into_iter().find(|name| name.starts_with(".out.old-"));
        let aside = aside.unwrap_or_else(|| panic!("{what}: the old run folder is lost: {:?}", beside(home)));
        assert!(is_whole(&home.join(aside)), "{what}: what is aside is not the old run folder");
    }
}

/// A run after the cut gives the same bytes and leaves nothing beside. Handed back is what it said.
#[track_caller]
fn assert_resumes(home: &Path, what: &str) -> Vec<Value> {
    let all = arguments("out");
    let made = canvass(home, all.iter().map(String::as_str).chain(["--checkpoints", "always"]));
    assert_eq!(made.code, 0, "{what}: {}", made.stderr);
    undisturbed().new.assert_same(&Outputs::read(&home.join("out")), what);
    assert_eq!(beside(home), ["answers.csv", "out", "settings.toml"], "{what}");
    events(&made.stderr)
}

fn names_of(events: &[Value], name: &str) -> Vec<String> {
    let of = events.iter().filter(|event| event["event"] == name);
    of.map(|event| event["checkpoint"].as_str().unwrap().to_owned()).collect()
}

/// A generator of numbers by a seed: the instants are others in every folder and the same in every test run.
struct Numbers(u64);

impl Numbers {
    /// From 0 to 1.
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f64::from((self.0 >> 40) as u32) / f64::from(1_u32 << 24)
    }
}

#[test]
fn a_run_killed_at_any_boundary_goes_on_from_what_was_done() {
    let boundaries = &undisturbed().boundaries;
    for stage in ["languages", "duplicates", "text", "themes", "resample", "stability"] {
        let is_of = |boundary: &&String| boundary.starts_with(&format!("checkpoint {stage}"));
        assert!(boundaries.iter().any(|boundary| is_of(&boundary)), "no checkpoint of {stage} in {boundaries:?}");
    }
    for (number, at) in boundaries.iter().enumerate() {
        let with_old = number % 2 == 0;
        let home = place(with_old);
        assert!(kill_at(home.path(), at), "the run never told {at:?}");
        assert_nothing_lost(home.path(), with_old, at);
        let events = assert_resumes(home.path(), at);
        // Everything that was kept until then is taken, and not made again; resamples that are summed up are not asked for.
        let summed = |name: &&str| name.starts_with("resample");
        let kept = boundaries[..=number].iter().filter_map(|at| at.strip_prefix("checkpoint "));
        let (taken, made) = (names_of(&events, "resumed"), names_of(&events, "checkpoint"));
        let n_stages = boundaries[..=number].iter().filter(|at| *at == "begin report").count();
        for name in kept.filter(|name| n_stages == 0 && !summed(name)) {
            assert!(taken.iter().any(|taken| taken == name), "{at}: {name} is not among {taken:?}");
            assert!(!made.iter().any(|made| made == name), "{at}: {name} is made again");
        }
    }
}

/// Several questions, reference texts, a code frame, a theme model: each keeps something of its own.
#[test]
fn whatever_a_run_is_made_with_it_goes_on_to_the_same_bytes() {
    let home = place(false);
    let said = |arguments: &[&str]| {
        let said = canvass(home.path(), arguments);
        assert_eq!(said.code, 0, "{}", said.stderr);
    };
    copy(&undisturbed().home.path().join("new"), &home.path().join("earlier"));
    said(&["codeframe", "init", "earlier", "--out", "frame.toml"]);
    said(&["fit", "earlier", "--out", "model.json"]);
    let other = ["bench", "generate", "--responses", "200", "--seed", "3", "--out", "later.csv"];
    said(&other);
    let sample = repository("data/sample/consultation.xlsx").display().to_string();
    let reference = repository("data/sample/reference.md").display().to_string();
    let runs: [(&str, &[&str]); 3] = [
        ("checkpoint text-", &[sample.as_str(), "--reference", reference.as_str()]),
        ("checkpoint stability-", &["answers.csv", "--codeframe", "frame.toml", "--config", "settings.toml"]),
        ("checkpoint wave-", &["later.csv", "--themes", "model.json", "--config", "settings.toml"]),
    ];
    for (of, files) in runs {
        let out = |out: &str| -> Vec<String> {
            let further = ["--force", "--log-format", "json", "--out", out];
            ["run"].iter().chain(files).chain(&further).map(|argument| (*argument).to_owned()).collect()
        };
        said(&out("plain").iter().map(String::as_str).collect::<Vec<_>>());
        let plain = Outputs::read(&home.path().join("plain"));
        let whole = canvass(home.path(), out("whole").iter().map(String::as_str).chain(["--checkpoints", "always"]));
        let boundaries: Vec<String> = events(&whole.stderr).iter().filter_map(boundary).collect();
        let kept: Vec<&String> = boundaries.iter().filter(|at| at.starts_with(of)).collect();
        assert!(!kept.is_empty(), "no {of} in {boundaries:?}");
        for at in kept {
            assert!(kill_when_told(start_with(home.path(), &out("cut")), at), "{at}");
            let made = canvass(home.path(), out("cut").iter().map(String::as_str));
            assert_eq!(made.code, 0, "{}", made.stderr);
            assert!(names_of(&events(&made.stderr), "resumed").iter().any(|name| at.ends_with(name)), "{at}");
            plain.assert_same(&Outputs::read(&home.path().join("cut")), at);
        }
    }
}

#[test]
fn a_run_killed_at_any_instant_goes_on_to_the_same_bytes() {
    let mut numbers = Numbers(20_261_123);
    let mut n_cut = 0;
    for number in 0..INSTANTS {
        let with_old = number % 2 == 0;
        let home = place(with_old);
        // Beyond what it takes, too, as no run takes the same.
        let delay = undisturbed().took.mul_f64(1.1 * numbers.next());
        n_cut += u32::from(kill_after(start(home.path()), delay));
        let what = format!("instant {number}, after {delay:?}");
        assert_nothing_lost(home.path(), with_old, &what);
        assert_resumes(home.path(), &what);
    }
    assert!(n_cut > INSTANTS / 2, "only {n_cut} of {INSTANTS} runs were still at work");
}

#[test]
fn a_run_killed_again_and_again_comes_to_its_end() {
    let home = place(true);
    let mut numbers = Numbers(7);
    for number in 0..6 {
        let delay = undisturbed().took.mul_f64(0.7 * numbers.next());
        kill_after(start(home.path()), delay);
        assert_nothing_lost(home.path(), true, &format!("cut {number}"));
    }
    assert_resumes(home.path(), "after six cuts");
}

#[test]
fn a_run_killed_while_it_writes_leaves_the_old_folder_or_the_new_one() {
    let mut numbers = Numbers(11);
    let mut found = [0; 2];
    for number in 0..WRITES {
        let home = place(true);
        let mut child = start(home.path());
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let mut lines = stderr.lines().map(Result::unwrap);
        assert!(lines.any(|line| line.contains("\"begin\"") && line.contains("\"report\"")));
        kill_after(child, Duration::from_millis(80).mul_f64(numbers.next()));
        let what = format!("write {number}");
        assert_nothing_lost(home.path(), true, &what);
        let is_new = home.path().join("out").exists() && Outputs::read(&home.path().join("out")) == undisturbed().new;
        found[usize::from(is_new)] += 1;
        assert_resumes(home.path(), &what);
    }
    eprintln!("of {WRITES} runs killed while they wrote {} left the old folder, {} the new one", found[0], found[1]);
}

/// The four states between the renames, as a kill or a power cut leaves them; the last with a folder of which not everything came down to the disk.
#[test]
fn a_replacement_that_was_cut_off_is_finished_or_taken_back() {
    let cut = |has_out: bool, has_old: bool, has_new: bool, is_torn: bool| {
        let home = place(false);
        let folders = &undisturbed().home;
        let put = |from: &str, to: &str| copy(&folders.path().join(from), &home.path().join(to));
        let made = [(has_out, "old", "out"), (has_old, "old", ".out.old-4711"), (has_new, "new", ".out.new-4711")];
        made.into_iter().filter(|(is_there, ..)| *is_there).for_each(|(_, from, to)| put(from, to));
        if is_torn {
            let path = home.path().join(".out.new-4711/findings.json");
            let bytes = fs::read(&path).unwrap();
            fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
        }
        // A claim that nobody holds any longer.
        fs::write(home.path().join(".out.lock"), "4711 0\n").unwrap();
        let said = canvass(home.path(), ["run", "answers.csv", "--config", "settings.toml", "--out", "out"]);
        let out = home.path().join("out");
        (said, Outputs::read(&out), beside(home.path()))
    };
    let Undisturbed { new, old, .. } = undisturbed();
    let rest = ["answers.csv", "out", "settings.toml"];
    // Between the renames: what is put back is a run folder again, which is not replaced unasked.
    let (said, found, left) = cut(false, true, true, false);
    assert_eq!((said.code, left), (2, rest.map(str::to_owned).to_vec()), "{}", said.stderr);
    new.assert_same(&found, "the new folder takes its place");
    let (said, found, left) = cut(false, true, true, true);
    assert_eq!((said.code, left), (2, rest.map(str::to_owned).to_vec()), "{}", said.stderr);
    old.assert_same(&found, "a new folder that is not whole does not");
    let (said, found, _) = cut(false, true, false, false);
    assert_eq!(said.code, 2, "{}", said.stderr);
    old.assert_same(&found, "the old folder is put back");
    // Before the first of them, where there was no folder.
    let (said, found, left) = cut(false, false, true, true);
    assert_eq!((said.code, left), (0, rest.map(str::to_owned).to_vec()), "{}", said.stderr);
    assert!(said.stderr.contains("half written is removed"), "{}", said.stderr);
    new.assert_same(&found, "half a folder is none");
}

#[test]
fn a_checkpoint_that_is_damaged_is_made_again() {
    let last = undisturbed().boundaries.iter().rfind(|at| at.starts_with("checkpoint")).unwrap();
    for damage in ["cut", "flipped", "emptied", "exchanged"] {
        let home = place(false);
        assert!(kill_at(home.path(), last));
        let work = home.path().join(".out.work");
        let files: Vec<PathBuf> = beside(&work).iter().map(|name| work.join(name)).collect();
        assert!(files.len() > 5, "{files:?}");
        let first = fs::read(&files[0]).unwrap();
        for file in &files {
            let mut bytes = fs::read(file).unwrap();
            let n = bytes.len();
            match damage {
                "cut" => bytes.truncate(n - 7),
                "flipped" => bytes[n - 60] ^= 0x10,
                "emptied" => bytes.clear(),
                _ => bytes.clone_from(&first),
            }
            fs::write(file, bytes).unwrap();
        }
        let events = assert_resumes(home.path(), damage);
        let taken = names_of(&events, "resumed");
        assert!(taken.len() <= usize::from(damage == "exchanged"), "{damage}: {taken:?}");
        let noted = events.iter().filter_map(|event| event["message"].as_str());
        let is_told = |message: &str| message.contains("is not used: ") || message.contains("are removed");
        assert!(noted.filter(|message| is_told(message)).count() > 0, "{damage}: nothing is said of it");
    }
}

#[test]
fn checkpoints_of_other_settings_or_inputs_are_not_used_and_fresh_uses_none() {
    let last = undisturbed().boundaries.iter().rfind(|at| at.starts_with("checkpoint")).unwrap();
    let cut = || {
        let home = place(false);
        assert!(kill_at(home.path(), last));
        home
    };
    let run = |home: &Path, further: &[&str]| {
        let all = arguments("out");
        let made = canvass(home, all.iter().map(String::as_str).chain(further.iter().copied()));
        assert_eq!(made.code, 0, "{}", made.stderr);
        let events = events(&made.stderr);
        (Outputs::read(&home.join("out")), names_of(&events, "resumed"), made.stderr)
    };
    let home = cut();
    let (found, resumed, stderr) = run(home.path(), &["--seed", "9", "--checkpoints", "always"]);
    undisturbed().old.assert_same(&found, "another seed");
    assert!(resumed.is_empty() && stderr.contains("are of other inputs, settings or another program"), "{stderr}");
    let home = cut();
    let (found, resumed, _) = run(home.path(), &["--fresh", "--checkpoints", "always"]);
    undisturbed().new.assert_same(&found, "--fresh");
    assert!(resumed.is_empty(), "{resumed:?}");
    // What is there is used, although so few answers would keep none.
    let home = cut();
    let (found, resumed, _) = run(home.path(), &[]);
    undisturbed().new.assert_same(&found, "without --checkpoints");
    assert!(resumed.len() > 5, "{resumed:?}");
    let home = cut();
    fs::write(home.path().join("answers.csv"), String::from_utf8_lossy(&undisturbed().csv).replacen('e', "a", 1))
        .unwrap();
    let all = arguments("out");
    let made = canvass(home.path(), all.iter().map(String::as_str));
    assert!(names_of(&events(&made.stderr), "resumed").is_empty(), "{}", made.stderr);
}

#[test]
fn a_second_run_on_the_same_folder_is_refused_at_once() {
    let home = place(true);
    let mut child = start(home.path());
    let stderr = BufReader::new(child.stderr.take().unwrap());
    assert!(stderr.lines().map(Result::unwrap).any(|line| line.contains("\"begin\"")));
    let pid = child.id().to_string();
    // Held where it is, so that it has the lock however long this takes.
    let held = Command::new("sh").args(["-c", &format!("kill -STOP {pid}")]).status().unwrap();
    assert!(held.success());
    let refused = canvass(home.path(), ["run", "answers.csv", "--out", "out", "--force"]);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(refused.code, 3, "{}", refused.stderr);
    let told = format!("error: another run is writing to out (process {pid})\n");
    assert!(refused.stderr.starts_with(&told), "{}", refused.stderr);
    assert_eq!(refused.last.as_deref().map(|line| line.starts_with("canvass: failed exit=3 ")), Some(true));
    assert_nothing_lost(home.path(), true, "while it was locked");
    assert_resumes(home.path(), "after the process that had the lock was killed");
}
