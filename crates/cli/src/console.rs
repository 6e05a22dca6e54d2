//! Where messages go: results to standard output, everything else to standard error.

use crate::arguments::LogFormat;
use crate::clock::now_in_milliseconds;
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

    /// What is made for another program, byte for byte.
    #[allow(clippy::unused_self, reason = "all speaking goes through the console")]
    pub(crate) fn raw(self, bytes: &[u8]) {
        let _ = stdout().write_all(bytes);
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
            tell(event);
        }
    }

    /// The last line of a run: an event for machines, elsewhere a line that a scheduler can look for. On a terminal, where someone has seen it all, and
    /// where nothing but errors is wanted, only a failure is told.
    pub(crate) fn last(self, has_failed: bool, line: &str, event: &Value) {
        if self.quiet && !has_failed {
            return;
        }
        if self.is_json() {
            tell(event);
        } else if has_failed || !stderr().is_terminal() {
            let _ = writeln!(stderr(), "{}", printable(line));
        }
    }

    /// An error and the way out; never suppressed.
    pub(crate) fn error(self, message: &str, hint: &str) {
        if self.is_json() {
            tell(&json!({"event": "error", "message": message, "hint": hint}));
        } else {
            let _ = writeln!(stderr(), "error: {}\n  way out: {}", printable(message), printable(hint));
        }
    }
}

/// Writes an event, with the time.
fn tell(event: &Value) {
    let mut event = event.clone();
    event["time"] = now_in_milliseconds().into();
    let _ = writeln!(stderr(), "{event}");
}

/// Control characters that an input put there are shown as such: no file steers the terminal.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}
