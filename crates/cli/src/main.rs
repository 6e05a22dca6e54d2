//! The command `canvass`: arguments, progress, messages, exit codes. All work is done by the library.
//!
//! Exit codes: 0 done; 1 the run failed, or a verification found a difference; 2 the input or the usage is at fault.

mod arguments;
mod bench;
mod codeframe;
mod commands;
mod console;
mod diff;
mod inspect;
mod progress;

use arguments::Arguments;
use clap::Parser;
use console::Console;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let console = Console::new(arguments.quiet, arguments.log_format);
    let pool = match rayon::ThreadPoolBuilder::new()
        .num_threads(arguments.threads.map_or(0, |threads| usize::from(threads.get())))
        .build()
    {
        Ok(pool) => pool,
        Err(error) => {
            console.error(&format!("cannot start the threads: {error}"), "give a smaller number to --threads");
            return ExitCode::from(1);
        }
    };
    match pool.install(|| commands::execute(&arguments.command, console)) {
        Ok(done) => done,
        Err(error) => {
            console.error(&error.to_string(), &error.hint());
            ExitCode::from(if error.is_usage() { 2 } else { 1 })
        }
    }
}
