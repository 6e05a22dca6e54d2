//! Why a file cannot be taken in, and the way out.

use super::layout::fold;
use crate::settings::Layout;
use std::path::PathBuf;

/// What follows the use of a column that another file has.
pub(super) const IN_ANOTHER: &str = "; another file has it";

/// Why a file cannot be taken in. The message names the place, [`IngestError::hint`] the way out.
///
/// Rows and columns are given as a spreadsheet shows them: rows from 1, columns by letter. Lines are lines of a text
/// file, from 1; they run ahead of the rows where a cell holds line breaks. `file` is a base name, except where the file
/// could not be read at all. `sheet` is empty in a text file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are named as the message words them; the units are given above")]
pub enum IngestError {
    /// No file was given.
    #[error("no file of answers was given")]
    NoFile,
    /// The file does not exist.
    #[error("there is no file {}", file.display())]
    Missing { file: PathBuf },
    /// The path leads to a folder.
    #[error("{} is a folder, not a file", file.display())]
    Folder { file: PathBuf },
    /// The system refuses to read the file.
    #[error("cannot read {}: {source}", file.display())]
    Unreadable { file: PathBuf, source: std::io::Error },
    /// The file has no bytes.
    #[error("{} is empty (0 bytes)", file.display())]
    EmptyFile { file: PathBuf },
    /// Two of the files have the same bytes.
    #[error("{} and {} are the same file: every answer would count twice", first.display(), second.display())]
    SameFile { first: PathBuf, second: PathBuf },
    /// The file is something else altogether.
    #[error("{file} is no spreadsheet: it is {found}")]
    NoSpreadsheet { file: String, found: String },
    /// A Word document that is no list of answers.
    #[error("{file} is a Word document without a heading such as \"Q5. What ...?\" above its answers")]
    NoHeadings { file: String },
    /// The file is a spreadsheet of a kind that is not read.
    #[error("{file} is {found}, which is not read")]
    OtherWorkbook { file: String, found: &'static str },
    /// The file is a workbook with parts missing.
    #[error("{file}{} is damaged or cut off: {detail}", in_sheet(sheet))]
    Damaged { file: String, sheet: String, detail: String },
    /// The file would not fit into memory.
    #[error("{file}{} is too large: {found}, the limit is {limit}", in_sheet(sheet))]
    TooLarge { file: String, sheet: String, found: String, limit: String },
    /// The bytes are no text in the encoding they should be in, or could be in several.
    #[error("{file} {why}: row {row} (line {line}), column {column}, byte offset {offset} holds {bytes}")]
    Encoding {
        file: String,
        why: String,
        probably: &'static str,
        row: u32,
        line: u32,
        column: String,
        offset: u64,
        bytes: String,
    },
    /// Most of the text is UTF-8, or some of it.
    #[error(
        "{file} mixes encodings: {} in UTF-8, {} not, the first of these in row {row} (line {line}), column {column}, where byte offset {offset} holds {bytes}",
        counted(*n_utf8, "character beyond ASCII is", "characters beyond ASCII are"),
        counted(*n_other, "place is", "places are")
    )]
    MixedEncodings {
        file: String,
        n_utf8: u64,
        n_other: u64,
        row: u32,
        line: u32,
        column: String,
        offset: u64,
        bytes: String,
        other: &'static str,
    },
    /// The configuration names an encoding that there is not.
    #[error("the configuration says that the encoding of text files is {found:?}, which is not known")]
    NoSuchEncoding { found: String },
    /// The configuration names something as a separator that cannot be one.
    #[error("the configuration says that {found:?} separates the cells of text files")]
    NoDelimiter { found: String },
    /// A JSON file that is something else than objects.
    #[error("{file}, line {line}, byte column {column}: {why}")]
    Json { file: String, line: u32, column: usize, why: String },
    /// A quotation mark opens a cell that never ends, or ends in the middle of a later one.
    #[error(
        "{file}, row {row} (line {line}), column {column}: a quotation mark opens a cell and is not closed before {until}"
    )]
    OpenQuote { file: String, row: u32, line: u32, column: String, until: String },
    /// Some quotation marks inside cells have a backslash before them, others do not.
    #[error(
        "{file}, row {row} (line {line}), column {column}: text follows a quotation mark behind a backslash (\\\"), and the file does not write all quotation marks inside cells that way"
    )]
    BackslashQuote { file: String, row: u32, line: u32, column: String },
    /// A row has more cells than the header.
    #[error("{file}, row {row} (line {line}) has {found} cells, but the header has {expected}")]
    ExtraCells { file: String, row: u32, line: u32, expected: usize, found: usize },
    /// A table without a single filled cell.
    #[error("{file}{} is empty: it has no header and no rows", in_sheet(sheet))]
    EmptySheet { file: String, sheet: String },
    /// A header with nothing below it.
    #[error("{file}{} has a header in row {row}, but no rows below it", in_sheet(sheet))]
    NoRows { file: String, sheet: String, row: u32 },
    /// The workbook has no such sheet.
    #[error("{file} has no sheet {wanted:?}; its sheets are {}", listed(available))]
    NoSuchSheet { file: String, wanted: String, available: Vec<String> },
    /// Only hidden sheets hold rows.
    #[error("{file} has rows on hidden sheets only: {}", listed(hidden))]
    HiddenRows { file: String, hidden: Vec<String> },
    /// A formula that no program has worked out.
    #[error("{file}{}, cell {cell}: the formula has no value", in_sheet(sheet))]
    BlankFormula { file: String, sheet: String, cell: String },
    /// A column of a data file whose values are no single values.
    #[error("{file}: the column {column:?} holds {found}, which do not fit into a cell")]
    NestedColumn { file: String, column: String, found: String },
    /// A Parquet file, in a program that was built without their reader.
    #[error("{file} is a Parquet file, which this canvass was built without")]
    NoParquet { file: String },
    /// What stands where the header should be is something else.
    #[error("{file}{}, row {row} is no header: {found}", in_sheet(sheet))]
    NoHeader { file: String, sheet: String, row: u32, found: String },
    /// A list of codes that cannot be taken.
    #[error("{file}{}, row {row}{}: {why}", in_sheet(sheet), if column.is_empty() { String::new() } else { format!(", column {column}") })]
    BadCodes { file: String, sheet: String, row: u32, column: String, why: String },
    /// Two columns have one name.
    #[error("{file}{}, row {row}: columns {first} and {second} are both named {name:?}", in_sheet(sheet))]
    DoubleColumn { file: String, sheet: String, row: u32, name: String, first: String, second: String },
    /// A cell is longer than `input.max_cell_bytes`.
    #[error(
        "{file}{}, row {row}, column {column} ({header:?}): the cell holds {size} bytes, the limit is {limit}",
        in_sheet(sheet)
    )]
    LongCell { file: String, sheet: String, row: u32, column: String, header: String, size: u64, limit: u64 },
    /// The settings, or another of the files, name a column that this file does not have.
    #[error("{file}{} has no column {wanted:?} ({setting}); its columns are {}", in_sheet(sheet), listed(available))]
    NoSuchColumn { file: String, sheet: String, setting: String, wanted: String, available: Vec<String> },
    /// The settings give a column two uses.
    #[error("the configuration uses the column {column:?} twice: as {first} and as {second}")]
    ColumnTwice { column: String, first: String, second: String },
    /// Two questions have one id.
    #[error("two questions have the id {id:?}: {first:?} and {second:?}")]
    DoubleQuestion { id: String, first: String, second: String },
    /// A `[[question]]` names neither an id nor a column.
    #[error("the configuration's {position}. [[question]] names neither an id nor a column")]
    NamelessQuestion { position: usize },
    /// A question whose kind has one column is given several.
    #[error("the question {question:?} is {kind}, which has one column, but the configuration gives it {found}")]
    SeveralColumns { question: String, kind: &'static str, found: usize },
    /// A question is tied to one that is not there.
    #[error("the question {question} has {setting} = {wanted:?}, but there is no such question; {closed}")]
    BadLink { question: String, setting: &'static str, wanted: String, closed: String },
    /// The column with the translations is named where the layout has none.
    #[error(
        "the configuration names {column:?} as translation_column {}, but {file}{} has {}",
        if *layout == Layout::Wide { "of the whole input" } else { "of one question" },
        in_sheet(sheet),
        if *layout == Layout::Wide { "a column for each question" } else { "a row for each answer" }
    )]
    MisplacedTranslation { file: String, sheet: String, layout: Layout, column: String },
    /// A long file in which the column with the question or the text is not to be found.
    #[error(
        "{file}{}: no column is recognised as the one with {what}; its columns are {}",
        in_sheet(sheet),
        listed(available)
    )]
    NoLongColumn { file: String, sheet: String, what: &'static str, setting: &'static str, available: Vec<String> },
    /// A cell that must say something is blank.
    #[error(
        "{file}{}, row {row}, column {column} ({header:?}): the cell is blank, but it must hold {what}",
        in_sheet(sheet)
    )]
    BlankCell { file: String, sheet: String, row: u32, column: String, header: String, what: &'static str },
    /// A column of names or e-mail addresses is to be the identity of responses or respondents.
    #[error("{file}{}: the column {column:?} cannot be {setting}, because it holds {found}", in_sheet(sheet))]
    PersonalIds { file: String, sheet: String, setting: &'static str, column: String, found: &'static str },
    /// Nothing to analyse.
    #[error("{file}{} has no open question; the columns were taken for: {}", in_sheet(sheet), taken_for.join("; "))]
    NoOpenQuestion { file: String, sheet: String, taken_for: Vec<String> },
}

impl IngestError {
    /// The way out, as a sentence.
    #[allow(clippy::too_many_lines, reason = "a table: one entry for each error, which the compiler holds complete")]
    pub fn hint(&self) -> String {
        match self {
            Self::NoFile => "name at least one .xlsx, .csv or .jsonl file with the answers".into(),
            Self::Missing { .. } => "check the path and the spelling, and that the file is on this computer".into(),
            Self::BadCodes { .. } => {
                "give a table with the columns name and, if you like, definition, id, question and words (separated by semicolons)".into()
            }
            Self::Folder { .. } => "name the files in it, one by one".into(),
            Self::Unreadable { .. } => "close the file in other programs and check that you may read it".into(),
            Self::EmptyFile { .. } => "export or download the file again".into(),
            Self::SameFile { .. } => "name each file once".into(),
            Self::NoSpreadsheet { .. } => {
                "export the answers as an Excel workbook (.xlsx) or as CSV UTF-8 (.csv) and give that file".into()
            }
            Self::NoHeadings { .. } => {
                "number the questions in it so (Q1. ..., Q2. ...), each a paragraph of its own with the answers below; or give the answers as a spreadsheet".into()
            }
            Self::OtherWorkbook { .. } => {
                "open it in Microsoft Office or LibreOffice, remove the password if it has one, and save it as Excel workbook (.xlsx) or Word document (.docx)"
                    .into()
            }
            Self::Damaged { .. } => {
                "download or export the file again; if the program it is made for still opens it, save it there as a new file".into()
            }
            Self::TooLarge { .. } => "remove what is not needed (sheets, columns), or split the file and give the parts".into(),
            Self::Encoding { probably: "", .. } => {
                "part of it may be damaged or come from another file: save or export it again as UTF-8 (in Excel as \"CSV UTF-8 (Comma delimited)\"); an encoding that is stated (--encoding) must be the right one"
                    .into()
            }
            Self::Encoding { file, probably, .. } => format!(
                "state its encoding if you know it (--encoding {probably}, or `encoding = \"{probably}\"` under [input] in the configuration), or save it as UTF-8: \
                 in Excel as \"CSV UTF-8 (Comma delimited)\", on a command line by iconv -f {probably} -t UTF-8 {file} > utf8-{file}"
            ),
            Self::MixedEncodings { other, .. } => format!(
                "correct these places, or convert the parts that were put together one by one before joining them (iconv -f {other} -t UTF-8)"
            ),
            Self::NoSuchEncoding { .. } => {
                "name it as web pages do: utf-8, utf-16le, windows-1252, windows-1251, macintosh, shift_jis, gb18030, ...; or leave it out".into()
            }
            Self::NoDelimiter { .. } => {
                "state one character that is no letter, digit, quotation mark or line break, or \"tab\" (--delimiter, or `delimiter` under [input])".into()
            }
            Self::Json { .. } => {
                "a .jsonl file has a JSON object in each line, a .json file may also be one list of objects, [{...}, {...}]; correct the place, or export the answers as .csv or .xlsx".into()
            }
            Self::BackslashQuote { .. } => {
                "write quotation marks inside a cell twice (\"\") throughout; exporting the file again as .xlsx avoids it".into()
            }
            Self::OpenQuote { .. } => {
                "close the cell with a quotation mark, and write quotation marks inside a cell twice (\"\"); exporting the file again as .xlsx avoids both"
                    .into()
            }
            Self::ExtraCells { .. } => {
                "put cells that hold the separator into quotation marks, or export the file again as .xlsx".into()
            }
            Self::EmptySheet { sheet, .. } if sheet.is_empty() => "export or download the file again".into(),
            Self::EmptySheet { .. } => "if the answers are on another sheet, name it with --sheet; else export the file again".into(),
            Self::NoSuchSheet { .. } => {
                "name one of these sheets with --sheet, or as `sheet = \"...\"` under [input] in the configuration".into()
            }
            Self::HiddenRows { .. } => {
                "show the sheet in the spreadsheet program, or name it with --sheet, or as `sheet = \"...\"` under [input] in the configuration"
                    .into()
            }
            Self::BlankFormula { .. } => {
                "open the workbook in Excel or LibreOffice, which work out its formulas, and save it; or put the values in their place"
                    .into()
            }
            Self::NestedColumn { .. } => {
                "leave the column out of the file, or write each of its values to a column of its own, as text".into()
            }
            Self::NoParquet { file } => format!(
                "build canvass with it (cargo build --release --features canvass-cli/parquet), or write the answers as CSV: \
                 in Python pandas.read_parquet({file:?}).to_csv(\"answers.csv\", index=False)"
            ),
            Self::NoRows { .. } => {
                "check that the export holds the answers, and that the first filled row is the header".into()
            }
            Self::NoHeader { .. } => {
                "make the first filled row name the columns, one cell each: add it, or delete the rows above it".into()
            }
            Self::DoubleColumn { second, .. } => format!("give the column {second} another name in the header row"),
            Self::LongCell { size, .. } => format!(
                "shorten the cell, or raise the limit: `max_cell_bytes = {size}` under [input] in the configuration"
            ),
            Self::NoSuchColumn { setting, .. } if setting.contains("questions file") => {
                "the first row of the questions file must be: question,text".into()
            }
            Self::NoSuchColumn { file, setting, wanted, available, .. } => match near(wanted, available) {
                Some(near) if setting.ends_with(IN_ANOTHER) => {
                    let same = format!("if {near:?} is the same column, rename it {wanted:?} in {file}");
                    if fold(near) != fold(wanted) {
                        return same;
                    }
                    format!("{same}; if it is another column, give it a header that differs in more than case, spaces and marks")
                }
                Some(near) => format!("did you mean {near:?}?"),
                None => "use the column's name exactly as it stands in the header row of every file".into(),
            },
            Self::ColumnTwice { .. } => "name the column in one place only".into(),
            Self::DoubleQuestion { .. } => "give one of them another id, or remove it".into(),
            Self::NamelessQuestion { .. } => "add `column = \"...\"` (wide files) or `id = \"...\"` (long files)".into(),
            Self::SeveralColumns { .. } => {
                "set `kind = \"matrix\"` for statements, `kind = \"multiple\"` for options, or give each column a [[question]] of its own".into()
            },
            Self::BadLink { setting, .. } => {
                format!("name a closed question (single, multiple, scale, matrix) by its id, or write `{setting} = \"\"` for none")
            }
            Self::MisplacedTranslation { layout: Layout::Wide, .. } => {
                "name it with the question it translates, in the configuration: `[[question]]`, `column = \"...\"`, `translation_column = \"...\"`"
                    .into()
            }
            Self::MisplacedTranslation { layout: Layout::Long, .. } => {
                "name it once for all questions, `translation_column = \"...\"` under [input] in the configuration".into()
            }
            Self::NoLongColumn { setting, .. } => format!(
                "name it: `{setting} = \"...\"` under [input] in the configuration; if the file has a column for each question, set `layout = \"wide\"`"
            ),
            Self::BlankCell { header, what: "the id of the response", .. } => format!(
                "fill the cell, or use row numbers as ids: `id_column = \"\"` and {header:?} among the ignored_columns, under [input] in the configuration"
            ),
            Self::BlankCell { .. } => "fill the cell or delete the row".into(),
            Self::PersonalIds { .. } => {
                "ids appear in every output: name a column of numbers or codes, or leave the setting out".into()
            }
            Self::NoOpenQuestion { taken_for, .. } if taken_for.len() == 1 => {
                "if this one column holds free text, say so in the configuration: `[[question]]`, `column = \"...\"`, `kind = \"open\"`; if it is several, state what separates the cells (--delimiter)".into()
            }
            Self::NoOpenQuestion { .. } => {
                "say which column holds free text, in the configuration: `[[question]]`, `column = \"...\"`, `kind = \"open\"`".into()
            }
        }
    }
}

/// A name short enough for a message.
pub(crate) fn brief(name: &str) -> String {
    const LONGEST: usize = 60;
    match name.char_indices().nth(LONGEST) {
        Some((cut, _)) => format!("{}…", name.get(..cut).unwrap_or_default().trim_end()),
        None => name.to_owned(),
    }
}

/// The one name that differs from the wanted one in case, spaces and marks only, or that holds it.
fn near<'n>(wanted: &str, names: &'n [String]) -> Option<&'n String> {
    let wanted = fold(wanted);
    names.iter().find(|name| fold(name) == wanted).or_else(|| {
        let mut longer = names.iter().filter(|name| !wanted.is_empty() && fold(name).contains(&wanted));
        longer.next().filter(|_| longer.next().is_none())
    })
}

/// "1 place is", "3 places are".
fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// `, sheet "..."`, or nothing.
fn in_sheet(sheet: &str) -> String {
    if sheet.is_empty() { String::new() } else { format!(", sheet {sheet:?}") }
}

/// The names, cut to what can be read at a glance.
fn listed(names: &[String]) -> String {
    const MOST: usize = 15;
    let mut list: Vec<String> = names.iter().take(MOST).map(|name| format!("{:?}", brief(name))).collect();
    if names.len() > MOST {
        list.push(format!("and {} more", names.len() - MOST));
    }
    if list.is_empty() { "none".into() } else { list.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_of_long_names_is_cut_in_the_message() {
        let available = (0..40).map(|n| format!("{n} {}", "é".repeat(100))).collect();
        let error = IngestError::NoSuchSheet { file: "a.xlsx".into(), wanted: "x".into(), available };
        let message = error.to_string();
        assert!(message.ends_with("…\", and 25 more"), "{message}");
        assert!(message.chars().count() < 15 * 70);
    }

    #[test]
    fn a_message_names_the_sheet_only_where_there_is_one() {
        let error = |sheet: &str| IngestError::NoRows { file: "a".into(), sheet: sheet.into(), row: 1 }.to_string();
        assert_eq!(error(""), "a has a header in row 1, but no rows below it");
        assert_eq!(error("Form1"), "a, sheet \"Form1\" has a header in row 1, but no rows below it");
    }
}
