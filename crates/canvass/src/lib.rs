//! Reproducible, traceable top 5 findings from the free-text answers of a consultation.
//!
//! The story in reading order: [`settings`] says what a run is to do; [`ingest`] reads the files; [`ledger`] accounts for
//! every response; [`pipeline`] takes the texts apart, finds near-duplicates and themes, and puts together the [`findings`];
//! [`statistics`] counts closed answers, respondents and cross-tables;
//! [`report`] turns them into files; [`run_folder`] writes those, verifies them later, and explains what happened to one
//! response; [`audit`] checks a published summary against it; [`waves`] keeps its themes for later consultations. Apart from these, [`mapping`] holds collections of texts against each other; [`sample`] draws responses for people to code, compares what
//! they say and learns from it; [`quality`] measures how well clusters agree with labels that people gave; [`duplicates`] finds copies in
//! files of any length; [`generate`] makes answers with copies whose edits are known, and whole consultations whose themes are.
//!
//! ```no_run
//! use canvass::{Request, Silent, report, run};
//!
//! let request = Request { files: vec!["answers.csv".into()], ..Request::default() };
//! let run = run(&request, &Silent)?;
//! for finding in &run.findings.questions[0].findings {
//!     println!("{}: {} of {}", finding.label, finding.n_respondents, run.findings.questions[0].base);
//! }
//! let files = report::files(&run)?;
//! # Ok::<(), canvass::Error>(())
//! ```
//!
//! Nothing here knows a command line, a clock or an environment; the file system is touched by `ingest` and `run_folder`
//! only. The thread count is that of rayon's current pool, and no result depends on it.

pub mod audit;
pub mod codeframe;
pub mod diff;
mod docx;
pub mod duplicates;
mod error;
pub mod exchange;
pub mod findings;
pub mod generate;
mod house;
pub mod ingest;
mod inspect;
pub mod ledger;
pub mod mapping;
pub mod pipeline;
mod privacy;
pub mod progress;
pub mod quality;
mod references;
pub mod report;
pub mod run_folder;
pub mod sample;
pub mod settings;
pub mod statistics;
mod tokenizers;
pub mod waves;
mod xml;

pub use canvass_analysis::DuplicateSettings;
pub use canvass_text::Language;
pub use codeframe::CodeFrame;
pub use error::Error;
pub use findings::Findings;
pub use house::{House, Logo, LogoKind, Template};
pub use inspect::{InspectedColumn, InspectedQuestion, Inspection, inspect};
pub use pipeline::{
    Companions, Keeper, LanguageGroup, LanguageSource, QuestionRun, ReadIn, Request, Run, analyse, run, run_kept,
};
pub use privacy::Masked;
pub use progress::{Observer, Silent, Stage};
pub use settings::{Config, Settings};
pub use tokenizers::OwnTokenizer;
