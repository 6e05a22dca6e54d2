//! Which sheet of a workbook is read.

use crate::ingest::{Decision, IngestError};

/// A sheet of cells.
#[derive(Clone, Debug)]
pub(super) struct Sheet {
    pub(super) name: String,
    /// Hidden ones are read only where they are asked for by name.
    pub(super) is_visible: bool,
}

/// Rows that are looked at to know the extent of a sheet.
const LOOKED_AT: u32 = 200;
/// A sheet of answers has more columns than this where another sheet is told from it; notes and lists of settings have no more.
const NARROW: usize = 2;

/// How much a sheet holds, as far as it is looked at.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Extent {
    /// The rows that are not blank.
    n_rows: u32,
    /// The most cells of a row that are not blank.
    n_columns: usize,
}

impl Extent {
    /// Adds `n` rows of as many filled cells; whether more rows are wanted.
    pub(super) fn add(&mut self, n: u32, n_filled: usize) -> bool {
        self.n_rows = self.n_rows.saturating_add(if n_filled == 0 { 0 } else { n }).min(LOOKED_AT);
        self.n_columns = self.n_columns.max(n_filled);
        self.n_rows < LOOKED_AT
    }

    /// Whether there is a row below a header.
    pub(super) fn has_rows(self) -> bool {
        self.n_rows > 1
    }

    /// Whether these are notes before that sheet of answers: a column or two, and fewer rows.
    fn are_notes_before(self, other: Self) -> bool {
        self.n_columns <= NARROW && other.n_columns > NARROW && other.n_rows > self.n_rows
    }
}

/// The name of the `wanted` sheet, else of the first visible one with rows below its header that is no sheet of notes, else of the one
/// whose lack of them is to be told.
///
/// # Errors
/// [`IngestError::NoSuchSheet`], [`IngestError::NoSpreadsheet`] without any sheet, [`IngestError::HiddenRows`], and those of `extent`
pub(super) fn choose<'s>(
    file: &str,
    sheets: &'s [Sheet],
    wanted: Option<&str>,
    mut extent: impl FnMut(&str) -> Result<Extent, IngestError>,
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
        let extent = extent(&sheet.name)?;
        match extent.n_rows {
            0 => {}
            1 => with_header = with_header.or(Some(sheet.name.as_str())),
            _ => with_rows.push((sheet.name.as_str(), extent)),
        }
    }
    let Some(&(first, notes)) = with_rows.first() else {
        let mut hidden = Vec::new();
        for sheet in sheets.iter().filter(|sheet| !sheet.is_visible) {
            if extent(&sheet.name)?.has_rows() {
                hidden.push(sheet.name.clone());
            }
        }
        if hidden.is_empty() {
            return Ok(with_header.unwrap_or(&start.name));
        }
        return Err(IngestError::HiddenRows { file: file.to_owned(), hidden });
    };
    let behind = with_rows.iter().find(|(_, extent)| notes.are_notes_before(*extent));
    let (taken, reason) = match behind {
        Some((name, _)) => (*name, format!("it has more rows and columns than {first:?}, which stands before it")),
        None => (first, "it is the first that holds data".to_owned()),
    };
    let others: Vec<String> =
        with_rows.iter().filter(|(name, _)| *name != taken).map(|(name, _)| format!("{name:?}")).collect();
    if !others.is_empty() {
        decisions.push(Decision {
            about: file.to_owned(),
            decided: format!("the sheet {taken:?} is read"),
            reason: format!("{reason}; not read: {}", others.join(", ")),
        });
    }
    Ok(taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sheet chosen of those with so many rows and columns, and why.
    fn chosen(extents: &[(u32, usize)]) -> (String, String) {
        let sheet = |number: usize| Sheet { name: format!("S{}", number + 1), is_visible: true };
        let sheets: Vec<Sheet> = (0..extents.len()).map(sheet).collect();
        let extent = |name: &str| {
            let (n_rows, n_columns) = extents[sheets.iter().position(|sheet| sheet.name == name).unwrap()];
            let mut extent = Extent::default();
            extent.add(n_rows, n_columns);
            Ok(extent)
        };
        let mut decisions = Vec::new();
        let name = choose("a.xlsx", &sheets, None, extent, &mut decisions).unwrap().to_owned();
        (name, decisions.pop().map(|decision| decision.reason).unwrap_or_default())
    }

    #[test]
    fn a_sheet_of_notes_gives_way_to_the_answers_behind_it() {
        let (name, reason) = chosen(&[(6, 2), (1, 9), (61, 9), (400, 12)]);
        assert_eq!(name, "S3");
        assert_eq!(
            reason,
            "it has more rows and columns than \"S1\", which stands before it; not read: \"S1\", \"S4\""
        );
    }

    #[test]
    fn the_first_sheet_is_read_unless_it_is_narrower_and_shorter() {
        // Answers before a code book, answers in two columns, as many rows as are looked at.
        for extents in [&[(80, 3), (300, 9)], &[(80, 2), (30, 4)], &[(500, 2), (900, 4)], &[(6, 1), (60, 2)]] {
            let (name, reason) = chosen(extents);
            assert_eq!((name.as_str(), reason.as_str()), ("S1", "it is the first that holds data; not read: \"S2\""));
        }
        assert_eq!(chosen(&[(3, 1)]), ("S1".to_owned(), String::new()));
    }
}
