//! Disks that are full or cannot be written to: file systems in memory, mounted in a name space of the test's own.

use super::{Undisturbed, arguments, beside, events, names_of, place, undisturbed};
use crate::support::Outputs;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// Runs a script as the superuser of a name space of its own, where file systems can be mounted; what it left in its folder. Where that is not
/// permitted a reason is printed.
fn mounted(home: &Path, script: &str) -> bool {
    let able = "mkdir -p disk && mount -t tmpfs -o size=64k tmpfs disk";
    let run = |script: &str| {
        let mut command = Command::new("unshare");
        command.args(["-rm", "sh", "-c", script]).current_dir(home).stdin(Stdio::null());
        command.output().map(|output| (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned()))
    };
    match run(able) {
        Ok((true, _)) => {}
        Ok((false, why)) => {
            eprintln!("skipped: file systems cannot be mounted here: {}", why.trim());
            return false;
        }
        Err(why) => {
            eprintln!("skipped: unshare cannot be started: {why}");
            return false;
        }
    }
    let (done, said) = run(&format!("set -e\n{script}")).unwrap();
    assert!(done, "{said}");
    true
}

#[test]
fn a_full_disk_fails_with_a_clear_error_and_the_next_run_goes_on() {
    // As a file system in memory has it: in pages.
    let pages = |outputs: &Outputs| outputs.sizes().iter().map(|size| size.div_ceil(4096) * 4).sum::<u64>();
    let (held, needed) = (pages(&undisturbed().old), pages(&undisturbed().new));
    let program = env!("CARGO_BIN_EXE_canvass");
    let run = format!("{program} {} --checkpoints always", arguments("disk/out").join(" "));
    let (mut full, mut unkept) = (0, 0);
    // The old folder is there; what is left is too little for a checkpoint, for all of them, for the outputs, or enough.
    let left = [4, 16, 60, 100, needed / 2, needed, needed + 200, 3 * needed];
    for (number, left) in left.into_iter().enumerate() {
        let home = place(true);
        let size = held + left;
        let script = format!(
            "mount -t tmpfs -o size={size}k tmpfs disk
            cp -a out disk/out
            code=0; {run} 2> first.log || code=$?; echo $code > first.code
            mkdir first second; cp -a disk/. first
            mount -o remount,size=64m disk
            code=0; {run} 2> second.log || code=$?; echo $code > second.code
            cp -a disk/. second"
        );
        if !mounted(home.path(), &script) {
            return;
        }
        let what = format!("disk {number}, of {size} KiB");
        let said = |name: &str| fs::read_to_string(home.path().join(name)).unwrap();
        let Undisturbed { new, old, .. } = undisturbed();
        if said("first.code").trim() == "0" {
            new.assert_same(&Outputs::read(&home.path().join("first/out")), &what);
        } else {
            full += 1;
            unkept += u32::from(said("first.log").contains("no more checkpoints are kept"));
            assert_eq!(said("first.code").trim(), "1", "{what}");
            let events = events(&said("first.log"));
            let error = events.iter().find(|event| event["event"] == "error").unwrap();
            let message = error["message"].as_str().unwrap();
            assert!(
                message.starts_with("the disk is full: disk/out needs ") || message.contains("No space left"),
                "{message}"
            );
            assert!(error["hint"].as_str().unwrap().contains("free space on that disk"), "{error}");
            old.assert_same(&Outputs::read(&home.path().join("first/out")), &what);
            let left = beside(&home.path().join("first"));
            assert!(left.iter().all(|name| ["out", ".out.work"].contains(&name.as_str())), "{what}: {left:?}");
        }
        assert_eq!(said("second.code").trim(), "0", "{what}: {}", said("second.log"));
        if said("first.code").trim() != "0" {
            let kept = names_of(&events(&said("first.log")), "checkpoint");
            let taken = names_of(&events(&said("second.log")), "resumed");
            let is_asked = |name: &&String| !name.starts_with("resample");
            assert!(kept.iter().filter(is_asked).all(|name| taken.contains(name)), "{what}: {kept:?}, {taken:?}");
        }
        new.assert_same(&Outputs::read(&home.path().join("second/out")), &what);
        assert_eq!(beside(&home.path().join("second")), ["out"], "{what}");
    }
    assert!(full > 4 && full < 8 && unkept > 1, "{full} of 8 disks were full, {unkept} for checkpoints");
    eprintln!("{full} of 8 disks were too small for the outputs, {unkept} of these for the checkpoints, too");
}

#[test]
fn where_checkpoints_alone_have_no_space_the_run_is_made_all_the_same() {
    let home = place(true);
    let program = env!("CARGO_BIN_EXE_canvass");
    let script = format!(
        "mkdir .out.work
        mount -t tmpfs -o size=16k tmpfs .out.work
        code=0; {program} {} --checkpoints always 2> log || code=$?; echo $code > code",
        arguments("out").join(" ")
    );
    if !mounted(home.path(), &script) {
        return;
    }
    let log = fs::read_to_string(home.path().join("log")).unwrap();
    assert_eq!(fs::read_to_string(home.path().join("code")).unwrap().trim(), "0", "{log}");
    undisturbed().new.assert_same(&Outputs::read(&home.path().join("out")), "without space for checkpoints");
    let notes: Vec<Value> = events(&log).into_iter().filter(|event| event["event"] == "note").collect();
    let full = |note: &&Value| note["message"].as_str().unwrap().ends_with("text-002.unfinished: the disk is full");
    assert_eq!(notes.iter().filter(full).count(), 1, "{log}");
    assert!(!names_of(&events(&log), "checkpoint").is_empty(), "what had space was kept");
}

#[test]
fn a_folder_that_cannot_be_written_to_is_refused_before_any_work() {
    let home = place(true);
    let program = env!("CARGO_BIN_EXE_canvass");
    let script = format!(
        "mount -t tmpfs -o size=8m tmpfs disk
        cp -a out disk/out
        mount -o remount,ro disk
        code=0; {program} {} 2> log || code=$?; echo $code > code
        mkdir found; cp -a disk/. found",
        arguments("disk/out").join(" ")
    );
    if !mounted(home.path(), &script) {
        return;
    }
    let events = events(&fs::read_to_string(home.path().join("log")).unwrap());
    assert_eq!(fs::read_to_string(home.path().join("code")).unwrap().trim(), "1");
    assert_eq!(events.iter().map(|event| event["event"].as_str().unwrap()).collect::<Vec<_>>(), ["error", "summary"]);
    assert!(events[0]["message"].as_str().unwrap().contains("Read-only file system"), "{}", events[0]);
    undisturbed().old.assert_same(&Outputs::read(&home.path().join("found/out")), "on a disk that is read only");
}
