//! The manual pages and the completions of shells, made of the same definition as the command line itself.

use crate::arguments::{Arguments, Completions, Man};
use crate::console::Console;
use canvass::report::OutputFile;
use canvass::{Error, run_folder};
use clap::{Command, CommandFactory};
use std::process::ExitCode;

pub(crate) fn man(arguments: &Man, console: Console) -> Result<ExitCode, Error> {
    let root = built();
    if let Some(folder) = &arguments.out {
        let mut pages = Vec::new();
        add_pages(&root, &mut pages);
        run_folder::write_into(folder, &pages, true)?;
        console.say(&format!("{} pages are in {}", pages.len(), folder.display()));
        return Ok(ExitCode::SUCCESS);
    }
    let mut command = &root;
    for name in &arguments.command {
        let Some(found) = command.find_subcommand(name) else {
            let known: Vec<&str> = shown(command).map(Command::get_name).collect();
            console.error(
                &format!("there is no page for {name:?} below {}", title(command)),
                &format!("name one of {}", known.join(", ")),
            );
            return Ok(ExitCode::from(2));
        };
        command = found;
    }
    console.raw(&page(command));
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn completions(arguments: &Completions, console: Console) -> ExitCode {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "canvass", &mut script);
    console.raw(&script);
    ExitCode::SUCCESS
}

/// The commands with their full names.
fn built() -> Command {
    let mut root = Arguments::command().disable_help_subcommand(true);
    root.build();
    root
}

/// The commands below one that users are told of.
fn shown(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|command| !command.is_hide_set())
}

/// "canvass-codeframe-check".
fn title(command: &Command) -> &str {
    command.get_display_name().unwrap_or_else(|| command.get_name())
}

fn page(command: &Command) -> Vec<u8> {
    let mut page = Vec::new();
    // In the place of a date the version: the same program gives the same pages.
    let man = clap_mangen::Man::new(command.clone()).date(concat!("version ", env!("CARGO_PKG_VERSION")));
    let man = man.source("canvass").manual("canvass");
    man.render(&mut page).expect("memory takes what is written to it");
    page
}

fn add_pages(command: &Command, pages: &mut Vec<OutputFile>) {
    pages.push(OutputFile { name: format!("{}.1", title(command)).into(), bytes: page(command) });
    for below in shown(command) {
        add_pages(below, pages);
    }
}
