//! Where messages go: results to standard output, everything else to standard error.

use crate::arguments::LogFormat;
use serde_json::{Value, json};
use std::io::{IsTerminal, Write, stderr, stdout};

/// How the program speaks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Console {
    quiet: bool,
    format: LogFormat,
}

impl Console {
    pub(crate) fn new(quiet: bool, format: LogFormat) -> Self {
        Self { quiet, format }
    }

    pub(crate) fn is_quiet(self) -> bool {
        self.quiet
    }

    pub(crate) fn is_json(self) -> bool {
        self.format == LogFormat::Json
    }

    /// Whether progress bars can be shown.
    pub(crate) fn has_bars(self) -> bool {
        !self.quiet && !self.is_json() && stderr().is_terminal()
    }

    /// A result. A reader that has gone away (`| head`) is no error.
    #[allow(clippy::unused_self, reason = "all speaking goes through the console")]
    pub(crate) fn result(self, text: &str) {
        let _ = writeln!(stdout(), "{}", printable(text));
    }

    /// A message about the work.
    pub(crate) fn say(self, text: &str) {
        if !self.quiet && !self.is_json() {
            let _ = writeln!(stderr(), "{}", printable(text));
        }
    }

    /// An event of the work, for machines.
    pub(crate) fn event(self, event: &Value) {
        if !self.quiet && self.is_json() {
            let _ = writeln!(stderr(), "{event}");
        }
    }

    /// An error and the way out; never suppressed.
    pub(crate) fn error(self, message: &str, hint: &str) {
        if self.is_json() {
            let _ = writeln!(stderr(), "{}", json!({"event": "error", "message": message, "hint": hint}));
        } else {
            let _ = writeln!(stderr(), "error: {}\n  way out: {}", printable(message), printable(hint));
        }
    }
}

/// Control characters that an input put there are shown as such: no file steers the terminal.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}
