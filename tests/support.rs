//! The program in a folder of its own, and readers of what it wrote.

mod book;
mod package;
pub(crate) mod planted;
mod refi;
mod workbook;

use serde_json::Value;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use tempfile::TempDir;

pub(crate) use book::{Book, ROWS};
pub(crate) use package::{cells, parts};
pub(crate) use refi::check_refi;
pub(crate) use workbook::{raw_workbook, word_document, workbook};

/// The names every run folder has.
pub(crate) const NAMES: [&str; 16] = [
    "canvass.toml",
    "closed.csv",
    "coding.csv",
    "crosstabs.csv",
    "duplicate_pairs.csv",
    "duplicates.csv",
    "findings.json",
    "findings.xlsx",
    "ledger.csv",
    "manifest.json",
    "profile.csv",
    "report.docx",
    "report.html",
    "report.md",
    "responses.jsonl",
    "vocabulary.jsonl",
];

/// A consultation of eight rows: two themes at least, a blank, an "n/a", an answer that names no subject.
pub(crate) const FERRY: &str = "\
id,What should the ferry change?
1,The evening ferry must run later.
2,\"A later evening ferry, please. And cheaper tickets.\"
3,Cheaper tickets for families.
4,Tickets are too expensive for families.
5,
6,n/a
7,Very important
8,The evening ferry is too early for the last train.
";

/// A code frame of two themes of [`FERRY`]'s answers, without decisions.
pub(crate) const FERRY_FRAME: &str = "schema = \"canvass-codeframe-1\"

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
include = [\"ticket\"]
";

/// A file of the repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    fs::canonicalize(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")).unwrap().join(path)
}

/// A file beside the repository; where it is absent a reason to skip is printed.
pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    let path = repository("..").join("shared").join(path);
    if !path.exists() {
        eprintln!("skipped: {} is not there", path.display());
        return None;
    }
    Some(path)
}

/// What the program said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// The last line of a run that is not watched on a terminal, which tells what came of it; it is no part of `stderr` here.
    pub(crate) last: Option<String>,
}

/// Starts the program in a folder.
pub(crate) fn canvass<A: AsRef<OsStr>>(folder: &Path, arguments: impl IntoIterator<Item = A>) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_canvass"));
    let output = command.args(arguments).current_dir(folder).stdin(Stdio::null()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let mut stderr = text(output.stderr);
    let at = stderr.trim_end().rfind('\n').map_or(0, |at| at + 1);
    let last = stderr[at..].starts_with("canvass: ").then(|| stderr.split_off(at).trim_end().to_owned());
    // A signal is no exit code.
    let said = Said { code: output.status.code().unwrap_or(-1), stdout: text(output.stdout), stderr, last };
    assert!(!said.stderr.contains("panicked"), "{}", said.stderr);
    said
}

/// A run in the making: `Run::new().csv("id,comment\n...").arg("--seed").arg("7").output()`.
#[derive(Debug)]
pub(crate) struct Run {
    home: TempDir,
    folder: PathBuf,
    files: Vec<OsString>,
    arguments: Vec<OsString>,
}

impl Run {
    pub(crate) fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().to_path_buf();
        Self { home, folder, files: Vec::new(), arguments: Vec::new() }
    }

    /// The sample consultation, as a workbook with its reference text.
    pub(crate) fn sample() -> Self {
        Self::new().file(repository("data/sample/consultation.xlsx")).reference(repository("data/sample/reference.md"))
    }

    /// Answers, written to `answers.csv` in the run's own folder.
    pub(crate) fn csv(self, text: &str) -> Self {
        self.answers("answers.csv", text)
    }

    /// Answers in a file of this name in the run's own folder.
    pub(crate) fn answers(self, name: &str, bytes: impl AsRef<[u8]>) -> Self {
        self.holding(name, bytes).file(name)
    }

    /// A file of this name in the run's own folder, not named on the command line.
    pub(crate) fn holding(self, name: &str, bytes: impl AsRef<[u8]>) -> Self {
        fs::write(self.home.path().join(name), bytes).unwrap();
        self
    }

    /// A file of answers.
    pub(crate) fn file(mut self, path: impl Into<OsString>) -> Self {
        self.files.push(path.into());
        self
    }

    pub(crate) fn arg(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    pub(crate) fn args<'a>(self, arguments: impl IntoIterator<Item = &'a str>) -> Self {
        arguments.into_iter().fold(self, Self::arg)
    }

    pub(crate) fn reference(self, path: impl Into<OsString>) -> Self {
        self.arg("--reference").arg(path)
    }

    pub(crate) fn config(self, path: impl Into<OsString>) -> Self {
        self.arg("--config").arg(path)
    }

    /// A configuration in the run's own folder.
    pub(crate) fn settings(self, toml: &str) -> Self {
        self.holding("settings.toml", toml).config("settings.toml")
    }

    pub(crate) fn long(self) -> Self {
        self.args([
            "--layout",
            "long",
            "--question-column",
            "question",
            "--id-column",
            "answer",
            "--text-column",
            "text",
        ])
    }

    pub(crate) fn threads(self, n: u16) -> Self {
        self.arg("--threads").arg(n.to_string())
    }

    /// Works in this folder instead of one of its own.
    pub(crate) fn in_folder(mut self, folder: &Path) -> Self {
        self.folder = folder.to_path_buf();
        self
    }

    /// Runs. The run folder is `out` in the folder it works in, unless an argument says otherwise.
    pub(crate) fn output(self) -> Ran {
        let out = OsString::from("--out");
        let default = if self.arguments.contains(&out) { Vec::new() } else { vec![out, "out".into()] };
        let said = canvass(
            &self.folder,
            [OsString::from("run")].iter().chain(&self.files).chain(&self.arguments).chain(&default),
        );
        Ran { said, out: self.folder.join("out"), folder: self.folder, home: self.home }
    }

    /// Runs, and the run is expected to succeed.
    pub(crate) fn done(self) -> Ran {
        let ran = self.output();
        assert_eq!(ran.said.code, 0, "{}", ran.said.stderr);
        ran
    }
}

/// A run that has ended. Its folder is removed with it.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) said: Said,
    /// The folder it worked in.
    pub(crate) folder: PathBuf,
    /// The run folder.
    pub(crate) out: PathBuf,
    #[allow(dead_code, reason = "holds the folder until the run is no longer looked at")]
    home: TempDir,
}

impl Ran {
    pub(crate) fn outputs(&self) -> Outputs {
        Outputs::read(&self.out)
    }

    /// Starts the program again where the run was.
    pub(crate) fn canvass(&self, arguments: &[&str]) -> Said {
        canvass(&self.folder, arguments)
    }
}

/// The files of a run folder, in memory.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Outputs(BTreeMap<String, Vec<u8>>);

/// A row of a table, by column.
pub(crate) type Row = BTreeMap<String, String>;

impl Outputs {
    pub(crate) fn read(folder: &Path) -> Self {
        let mut files = BTreeMap::new();
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let name = entry.file_name().into_string().unwrap();
            if entry.path().is_dir() {
                files.extend(
                    Self::read(&entry.path()).0.into_iter().map(|(inner, bytes)| (format!("{name}/{inner}"), bytes)),
                );
            } else {
                files.insert(name, fs::read(entry.path()).unwrap());
            }
        }
        Self(files)
    }

    pub(crate) fn names(&self) -> Vec<&str> {
        self.0.keys().map(String::as_str).collect()
    }

    /// The sizes of all files, in bytes.
    pub(crate) fn sizes(&self) -> Vec<u64> {
        self.0.values().map(|bytes| bytes.len() as u64).collect()
    }

    pub(crate) fn bytes(&self, name: &str) -> &[u8] {
        self.0.get(name).unwrap_or_else(|| panic!("there is no {name}"))
    }

    pub(crate) fn text(&self, name: &str) -> &str {
        std::str::from_utf8(self.bytes(name)).unwrap()
    }

    /// Everything that a file says, of an archive what its parts say; what is no text stands as unknown letters.
    pub(crate) fn everything(&self, name: &str) -> String {
        let bytes = self.bytes(name);
        if !["report.docx", "findings.xlsx"].contains(&name) {
            return String::from_utf8_lossy(bytes).into_owned();
        }
        let parts = parts(bytes);
        let texts: Vec<_> =
            parts.iter().map(|(name, bytes)| format!("{name} {}", String::from_utf8_lossy(bytes))).collect();
        texts.join("\n")
    }

    pub(crate) fn json(&self, name: &str) -> Value {
        serde_json::from_slice(self.bytes(name)).unwrap()
    }

    pub(crate) fn findings(&self) -> Value {
        self.json("findings.json")
    }

    /// One question of the findings.
    pub(crate) fn question(&self, id: &str) -> Value {
        let findings = self.findings();
        let found = list(&findings, "questions").iter().find(|question| question["id"] == id);
        found.unwrap_or_else(|| panic!("there is no question {id}")).clone()
    }

    pub(crate) fn settings(&self) -> toml::Table {
        self.text("canvass.toml").parse().unwrap()
    }

    /// The rows of a table.
    pub(crate) fn rows(&self, name: &str) -> Vec<Row> {
        csv::Reader::from_reader(self.bytes(name)).deserialize().map(|row| row.unwrap()).collect()
    }

    /// The rows of a table that belong to a question.
    pub(crate) fn rows_of(&self, name: &str, question: &str) -> Vec<Row> {
        self.rows(name).into_iter().filter(|row| row["question"] == question).collect()
    }

    /// The lines of `responses.jsonl`.
    pub(crate) fn records(&self) -> Vec<Value> {
        self.text("responses.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The line of `responses.jsonl` about one response.
    pub(crate) fn record(&self, question: &str, response_id: &str) -> Value {
        let mut records = self.records().into_iter();
        let found = records.find(|record| record["question"] == question && record["response_id"] == response_id);
        found.unwrap_or_else(|| panic!("there is no response {response_id} to {question}"))
    }

    /// Compares byte for byte, and names the first file and line that differ.
    #[track_caller]
    pub(crate) fn assert_same(&self, other: &Self, what: &str) {
        assert_eq!(self.names(), other.names(), "{what}: not the same files");
        for (name, bytes) in &self.0 {
            let theirs = &other.0[name];
            if bytes != theirs {
                let (ours, theirs) = (String::from_utf8_lossy(bytes), String::from_utf8_lossy(theirs));
                let line = ours.lines().zip(theirs.lines()).position(|(a, b)| a != b);
                panic!("{what}: {name} differs, first in line {:?}", line.map(|at| at + 1));
            }
        }
    }
}

/// The sample consultation run once, for tests that only look.
pub(crate) fn sample() -> &'static Outputs {
    static SAMPLE: OnceLock<Outputs> = OnceLock::new();
    SAMPLE.get_or_init(|| Run::sample().done().outputs())
}

/// A list in a JSON object.
#[track_caller]
pub(crate) fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key].as_array().unwrap_or_else(|| panic!("no list {key:?} in {value}"))
}

/// A text in a JSON object.
#[track_caller]
pub(crate) fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_else(|| panic!("no text {key:?} in {value}"))
}

/// A count in a JSON object.
#[track_caller]
pub(crate) fn count(value: &Value, key: &str) -> u64 {
    value[key].as_u64().unwrap_or_else(|| panic!("no count {key:?} in {value}"))
}

/// The texts of a list.
pub(crate) fn texts(value: &Value, key: &str) -> Vec<String> {
    list(value, key).iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

/// A table as text.
pub(crate) fn table<R: AsRef<[C]>, C: AsRef<str>>(rows: impl IntoIterator<Item = R>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.write_record(row.as_ref().iter().map(AsRef::as_ref)).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}
