//! Acceptance tests: the program as it is used, one module a behaviour.
//!
//! Every test starts the binary in a folder of its own; nothing is downloaded and no clock is read. Messages are kept as
//! snapshots in `snapshots/`; `INSTA_UPDATE=always cargo test -p canvass-cli --test acceptance` writes them anew.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test stops where it fails and says what it skips")]

mod accounting;
mod audit;
mod audit_calibration;
mod bad_books;
mod bad_input;
mod bad_text;
mod batch;
mod bench;
mod campaigns;
mod channels;
mod coded_sample;
mod codeframe;
mod columns;
mod copies;
mod diff;
mod documents;
mod doubles;
mod evidence;
mod exchange;
mod explain;
mod exporters;
mod faults;
mod gold;
mod hostile;
mod inspect;
mod interface;
mod languages;
mod long_layout;
mod map;
mod papers;
mod privacy;
mod quality;
mod report;
mod reproducible;
mod review;
mod run_folder;
mod sample;
mod schema;
mod statistics;
mod support;
mod terms;
mod text_files;
mod verify;
mod waves;
