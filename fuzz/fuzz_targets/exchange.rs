//! Reads any code book, project and table as what people did to a code frame.
#![no_main]

#[allow(dead_code, reason = "archives only")]
mod archive;

use canvass::exchange::{ExchangeFile, ImportSettings, export, import};
use canvass::run_folder::{CodedRun, write};
use canvass::{CodeFrame, Request, Silent, report};
use libfuzzer_sys::fuzz_target;
use std::sync::OnceLock;

const ANSWERS: &str = "id,What should change?\n1,The evening ferry must run later.\n2,A later evening ferry. And cheaper tickets.\n\
    3,Cheaper tickets for families.\n4,Tickets are too expensive.\n";
const FRAME: &str = "schema = \"canvass-codeframe-1\"\n[[theme]]\nquestion = \"q1\"\nlanguage = \"en\"\nid = \"t01\"\nname = \"Tickets\"\ninclude = [\"ticket\"]\n";

/// A small run with a frame, and its files.
fn run() -> &'static (CodedRun, CodeFrame, Vec<ExchangeFile>) {
    static RUN: OnceLock<(CodedRun, CodeFrame, Vec<ExchangeFile>)> = OnceLock::new();
    RUN.get_or_init(|| {
        let home = std::env::temp_dir().join(format!("canvass-fuzz-{}", std::process::id()));
        std::fs::create_dir_all(&home).expect("a folder");
        let answers = home.join("answers.csv");
        std::fs::write(&answers, ANSWERS).expect("a file");
        let request = Request { files: vec![answers], ..Request::default() };
        let made = canvass::run(&request, &Silent).expect("a run");
        let files = report::files(&made).expect("its files");
        write(&home.join("run"), &files, true, &|| {}).expect("a run folder");
        let run = CodedRun::read(&home.join("run")).expect("it was written");
        let _ = std::fs::remove_dir_all(&home);
        let frame = CodeFrame::from_bytes("f.toml", FRAME.as_bytes()).expect("a frame of ours");
        let nothing = canvass::exchange::Attributes::default();
        let written = |name: &str| export(&run, &frame, &nothing, name).expect("it can be written");
        let files = ["a.qdc", "a.qdpx", "a.csv", "a.xlsx"].into_iter().flat_map(written).collect();
        (run, frame, files)
    })
}

fuzz_target!(|data: &[u8]| {
    let Some((kind, data)) = data.split_first() else { return };
    let (run, frame, whole) = run();
    let file = |name: &str, bytes: Vec<u8>| ExchangeFile { name: name.to_owned(), bytes };
    let altered = |at: usize| file(&whole[at].name, archive::altered(&whole[at].bytes, data));
    let file = match kind % 9 {
        0 => file("a.qdc", data.to_vec()),
        1 => file("a.qdpx", data.to_vec()),
        2 => file("a.qdpx", archive::archive(&[("project.qde", data), ("sources/a.txt", b"The evening ferry must run later.")])),
        3 => file("a.csv", data.to_vec()),
        at => altered(usize::from(at) - 4),
    };
    let settings = ImportSettings { author: "A", time: "2026-01-01", question: None, is_utf_16: data.len() % 2 == 1 };
    match import(run, frame, &[file], &settings) {
        Ok(imported) => {
            // What was made can be written, read and followed.
            let again = CodeFrame::from_bytes("f.toml", imported.frame.to_toml().as_bytes()).expect("it was written by us");
            again.replay().expect("it was followed before");
            assert!(!imported.told().is_empty());
        }
        Err(error) => assert!(!error.to_string().is_empty() && !error.hint().is_empty()),
    }
});
