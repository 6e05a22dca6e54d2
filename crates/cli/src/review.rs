//! The page on which a code frame is worked on. A decision has the time of the clock.

use crate::arguments::Review as Command;
use crate::clock::now;
use crate::console::Console;
use canvass_review::{Review, ReviewError, ReviewSettings, interrupted};
use serde_json::json;
use std::process::ExitCode;

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
