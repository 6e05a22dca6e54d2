//! What changed between two runs.

use crate::arguments::{Diff, DiffFormat};
use crate::console::Console;
use canvass::{Error, diff};
use std::process::ExitCode;

/// Compares; whatever is found, the comparison was made.
pub(crate) fn execute(arguments: &Diff, console: Console) -> Result<ExitCode, Error> {
    let found = diff::diff(&arguments.before, &arguments.after)?;
    match arguments.format {
        DiffFormat::Text => console.result(diff::text(&found).trim_end()),
        // A plain structure has a JSON form.
        DiffFormat::Json => console.result(&serde_json::to_string_pretty(&found).unwrap_or_default()),
    }
    Ok(ExitCode::SUCCESS)
}
