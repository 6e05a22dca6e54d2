//! The page on which a code frame is worked on: the only place where canvass reads a clock, for the time of a decision.

use crate::arguments::Review as Command;
use crate::console::Console;
use canvass_review::{Review, ReviewError, ReviewSettings, interrupted};
use serde_json::json;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

pub(crate) fn execute(command: &Command, console: Console) -> ExitCode {
    match review(command, console) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            console.error(&error.to_string(), &error.hint());
            ExitCode::from(if error.is_usage() { 2 } else { 1 })
        }
    }
}

fn review(command: &Command, console: Console) -> Result<(), ReviewError> {
    let settings = ReviewSettings {
        folder: command.folder.clone(),
        codeframe: command.codeframe.clone(),
        author: command.author.clone(),
        question: command.question.clone(),
        port: command.port,
    };
    let review = Review::open(&settings, Box::new(now))?;
    let path = review.path().display().to_string();
    console.say(&format!("code frame: {path}{}", if review.is_new() { " (new, as the run has it)" } else { "" }));
    if let Some(recovered) = review.recovered() {
        let (line, aside) = (recovered.line, recovered.aside.display());
        console.say(&format!("its line {line} was cut off, as a crash leaves it; what was there of it is in {aside}"));
    }
    let ready = |address: &str| {
        console.event(&json!({ "event": "ready", "address": address, "codeframe": path }));
        console.result(&format!("open {address}"));
        console.say("the address works once, in the browser that opens it first; Ctrl-C ends the review");
    };
    review.serve(ready, interrupted())
}

/// The time now, of RFC 3339, in UTC, to the second.
fn now() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    time(seconds)
}

/// Seconds since 1970 as a date and time.
fn time(seconds: u64) -> String {
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = date(days);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// Days since 1970 as year, month and day of the Gregorian calendar.
fn date(days: u64) -> (u64, u64, u64) {
    // Counted from 1 March of the year 0, so that a leap day is the last of its year; 400 years have 146,097 days.
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + next, month, day)
}

#[cfg(test)]
mod tests {
    use super::time;

    #[test]
    fn a_time_is_that_of_the_calendar() {
        let cases = [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_774_965_900, "2026-03-31T14:05:00Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ];
        for (seconds, expected) in cases {
            assert_eq!(time(seconds), expected);
        }
    }
}
