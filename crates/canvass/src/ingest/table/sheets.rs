//! Which sheet of a workbook is read.

use crate::ingest::{Decision, IngestError};

/// A sheet of cells.
#[derive(Clone, Debug)]
pub(super) struct Sheet {
    pub(super) name: String,
    /// Hidden ones are read only where they are asked for by name.
    pub(super) is_visible: bool,
}

/// The name of the `wanted` sheet, else of the first visible one with rows below its header, else of the one whose lack of them is to be
/// told. `n_filled` gives the number of a sheet's rows that are not blank, counted up to 2.
///
/// # Errors
/// [`IngestError::NoSuchSheet`], [`IngestError::NoSpreadsheet`] without any sheet, [`IngestError::HiddenRows`], and those of `n_filled`
pub(super) fn choose<'s>(
    file: &str,
    sheets: &'s [Sheet],
    wanted: Option<&str>,
    mut n_filled: impl FnMut(&str) -> Result<usize, IngestError>,
    decisions: &mut Vec<Decision>,
) -> Result<&'s str, IngestError> {
    if let Some(wanted) = wanted {
        let available = || sheets.iter().map(|sheet| sheet.name.clone()).collect();
        let found = sheets.iter().find(|sheet| sheet.name == wanted);
        let missing = || IngestError::NoSuchSheet { file: file.into(), wanted: wanted.into(), available: available() };
        return found.map(|sheet| sheet.name.as_str()).ok_or_else(missing);
    }
    let Some(start) = sheets.iter().find(|sheet| sheet.is_visible).or(sheets.first()) else {
        let found = "a workbook without a sheet of cells".to_owned();
        return Err(IngestError::NoSpreadsheet { file: file.to_owned(), found });
    };
    let (mut with_rows, mut with_header) = (Vec::new(), None);
    for sheet in sheets.iter().filter(|sheet| sheet.is_visible) {
        match n_filled(&sheet.name)? {
            0 => {}
            1 => with_header = with_header.or(Some(sheet.name.as_str())),
            _ => with_rows.push(sheet.name.as_str()),
        }
    }
    let Some((&first, others)) = with_rows.split_first() else {
        let mut hidden = Vec::new();
        for sheet in sheets.iter().filter(|sheet| !sheet.is_visible) {
            if n_filled(&sheet.name)? > 1 {
                hidden.push(sheet.name.clone());
            }
        }
        if hidden.is_empty() {
            return Ok(with_header.unwrap_or(&start.name));
        }
        return Err(IngestError::HiddenRows { file: file.to_owned(), hidden });
    };
    if !others.is_empty() {
        let others = others.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ");
        decisions.push(Decision {
            about: file.to_owned(),
            decided: format!("the sheet {first:?} is read"),
            reason: format!("it is the first that holds data; not read: {others}"),
        });
    }
    Ok(first)
}
