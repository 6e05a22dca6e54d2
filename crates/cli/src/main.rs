//! The command `canvass`: arguments, progress, messages, exit codes. All work is done by the library.
//!
//! Exit codes: 0 done; 1 the run failed, or a verification found a difference; 2 the input or the usage is at fault; 3 another run is being
//! made for the same folder.

mod arguments;
mod audit;
mod batch;
mod bench;
mod clock;
mod codeframe;
mod commands;
mod console;
mod diff;
mod fit;
mod inspect;
mod manual;
mod map;
mod progress;
mod review;
mod sample;

use arguments::Arguments;
use clap::Parser;
use console::Console;
use std::num::NonZeroU16;
use std::process::ExitCode;

/// Runs make many small things that last beside large ones that do not: the allocator of the system leaves holes between them. See
/// ARCHITECTURE.md.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    hush_guarded_panics();
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
    let threads = arguments.threads.map(NonZeroU16::get);
    match pool.install(|| commands::execute(&arguments.command, threads, console)) {
        Ok(done) => done,
        Err(error) => ExitCode::from(batch::tell_error(&error, console)),
    }
}

/// Leaves untold a panic that becomes an error: that of a reader of files that is not ours. All others are told as ever.
fn hush_guarded_panics() {
    let tell = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !canvass::ingest::is_guarded() {
            tell(panic);
        }
    }));
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    static TOLD: AtomicUsize = AtomicUsize::new(0);

    /// That a guarded one is not told shows in `tests/bad_books.rs`, with a file that makes its reader panic.
    #[test]
    fn a_panic_of_our_own_is_told() {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if panic.payload().downcast_ref() == Some(&"a panic of our own") {
                TOLD.fetch_add(1, Ordering::SeqCst);
            } else {
                before(panic);
            }
        }));
        super::hush_guarded_panics();
        let panicked = std::panic::catch_unwind(|| panic!("a panic of our own"));
        assert!(panicked.is_err());
        assert_eq!(TOLD.load(Ordering::SeqCst), 1);
    }
}
