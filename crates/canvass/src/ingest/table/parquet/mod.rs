//! Parquet files: columns of values, in groups of rows.
//!
//! A cell is the text that a CSV of the same data would have, in the form that workbooks share: days and times as ISO writes them, numbers
//! with the fewest digits that give them back, `true` and `false`, nothing for a null. A list is the cell of a multiple choice,
//! its parts joined by `;`. Other values within values are refused with the column's name.
//!
//! What the file states of its sizes is looked at before anything is read: it can ask for thousands of millions of values in a few bytes.

#[cfg(test)]
mod tests;
mod value;

use self::value::Kind;
use super::rows::Record;
use super::text::At;
use super::{Table, TableBuilder};
use crate::ingest::IngestError;
use ::parquet::basic::{ConvertedType, LogicalType, Repetition};
use ::parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use ::parquet::data_type::DataType;
use ::parquet::errors::ParquetError;
use ::parquet::file::reader::{FileReader, RowGroupReader};
use ::parquet::file::serialized_reader::SerializedFileReader;
use ::parquet::schema::types::{ColumnDescPtr, Type};
use bytes::Bytes;

/// Rows that are read of a column before the next column's turn.
const BATCH_ROWS: usize = 1024;
/// Values of a page of lists: a single row may hold all of them.
const MAX_PAGE_VALUES: usize = 1 << 22;
/// Cells and bytes together that may be read of a small file.
const SMALL_BYTES: u64 = 1 << 30;
/// And of a larger one for each of its bytes.
const DENSE_RATIO: u64 = 200;

/// Reads all rows; the first is row 1, as there is no header among them.
///
/// # Errors
/// [`IngestError::Damaged`], [`IngestError::NestedColumn`], [`IngestError::TooLarge`], and those of [`TableBuilder`]
pub(super) fn read(file: &str, bytes: Vec<u8>, builder: TableBuilder) -> Result<Table, IngestError> {
    let limit = SMALL_BYTES.max((bytes.len() as u64).saturating_mul(DENSE_RATIO));
    let cannot = |error: ParquetError| damaged(file, phrase(&error));
    let reader = SerializedFileReader::new(Bytes::from(bytes)).map_err(cannot)?;
    let columns = columns(file, reader.metadata().file_metadata().schema_descr())?;
    let mut builder = builder.with_keys();
    for column in &columns {
        builder.push_column(&column.name);
    }
    let (mut row, mut n_read) = (0_u32, 0_u64);
    for group_idx in 0..reader.num_row_groups() {
        let group = reader.get_row_group(group_idx).map_err(cannot)?;
        let n_rows = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
        let mut open = Vec::new();
        for column in &columns {
            check_pages(&*group, column).map_err(|detail| damaged(file, detail))?;
            open.push(group.get_column_reader(column.leaf).map_err(cannot)?);
        }
        let mut left = n_rows;
        while left > 0 {
            let n = left.min(BATCH_ROWS);
            let mut batch = Vec::with_capacity(columns.len());
            for (column, reader) in columns.iter().zip(&mut open) {
                let cells = column.cells(reader, n).map_err(|detail| {
                    damaged(file, format!("column {:?}, from row {}: {detail}", column.name, u64::from(row) + 1))
                })?;
                n_read += cells.iter().map(|cell| cell.len() as u64 + 4).sum::<u64>();
                batch.push(cells);
            }
            if n_read > limit {
                let found = format!("its rows up to row {row} take {n_read} bytes unpacked");
                let (file, sheet, limit) = (file.to_owned(), String::new(), format!("{limit} bytes"));
                return Err(IngestError::TooLarge { file, sheet, found, limit });
            }
            for position in 0..n {
                row = row.checked_add(1).ok_or_else(|| damaged(file, "it has too many rows".into()))?;
                let mut record: Record = builder.record();
                for cells in &batch {
                    record.push_str(&cells[position]);
                    record.end_cell();
                }
                builder.push_record(At { row, line: row, column: 0 }, &mut record)?;
            }
            left -= n;
        }
    }
    builder.finish()
}

/// A column of the table.
struct Column {
    name: String,
    /// Its number among the columns of values.
    leaf: usize,
    kind: Kind,
    is_list: bool,
    /// The definition level of a value that is no null.
    full: i16,
    /// The definition level from which on a list has a part.
    part: i16,
}

/// # Errors
/// [`IngestError::NestedColumn`]
fn columns(file: &str, schema: &::parquet::schema::types::SchemaDescriptor) -> Result<Vec<Column>, IngestError> {
    let fields = schema.root_schema().get_fields();
    let mut columns = Vec::with_capacity(fields.len());
    for (number, field) in fields.iter().enumerate() {
        let refuse = |found: &str| IngestError::NestedColumn {
            file: file.to_owned(),
            column: field.name().to_owned(),
            found: found.to_owned(),
        };
        let leaves: Vec<usize> =
            (0..schema.num_columns()).filter(|leaf| schema.get_column_root_idx(*leaf) == number).collect();
        let [leaf] = leaves.as_slice() else { return Err(refuse(structure(field))) };
        let column: ColumnDescPtr = schema.column(*leaf);
        let is_list = column.max_rep_level() == 1 && (field.is_primitive() || structure(field) == "lists");
        if !is_list && (column.max_rep_level() > 0 || !field.is_primitive()) {
            return Err(refuse(structure(field)));
        }
        let kind = Kind::of(&column).map_err(refuse)?;
        let full = column.max_def_level();
        let is_optional = column.self_type().get_basic_info().repetition() == Repetition::OPTIONAL;
        let part = full - i16::from(is_optional);
        columns.push(Column { name: field.name().to_owned(), leaf: *leaf, kind, is_list, full, part });
    }
    Ok(columns)
}

/// What a column that is no column of single values holds.
fn structure(field: &Type) -> &'static str {
    let info = field.get_basic_info();
    let logical = if info.has_repetition() { info.logical_type_ref() } else { None };
    match (logical, info.converted_type()) {
        (Some(LogicalType::Map), _) | (_, ConvertedType::MAP | ConvertedType::MAP_KEY_VALUE) => "maps",
        (Some(LogicalType::List), _) | (_, ConvertedType::LIST) => {
            let inner = field.get_fields().first();
            let has_group = |inner: &Type| inner.is_group() && inner.get_fields().iter().any(|part| part.is_group());
            let is_record = |inner: &Type| inner.is_group() && inner.get_fields().len() > 1;
            if inner.is_some_and(|inner| has_group(inner) || is_record(inner)) {
                "lists of lists or records"
            } else {
                "lists"
            }
        }
        _ => "records",
    }
}

/// Holds the pages of a list column against what memory they would take.
fn check_pages(group: &dyn RowGroupReader, column: &Column) -> Result<(), String> {
    let mut pages = group.get_column_page_reader(column.leaf).map_err(|error| phrase(&error))?;
    if !column.is_list {
        return Ok(());
    }
    while let Some(page) = pages.peek_next_page().map_err(|error| phrase(&error))? {
        if page.num_levels.unwrap_or(0) > MAX_PAGE_VALUES {
            return Err(format!("column {:?} states more than {MAX_PAGE_VALUES} values in a page", column.name));
        }
        pages.skip_next_page().map_err(|error| phrase(&error))?;
    }
    Ok(())
}

impl Column {
    /// The next `n` cells.
    fn cells(&self, reader: &mut ColumnReader, n: usize) -> Result<Vec<String>, String> {
        let kind = &self.kind;
        match reader {
            ColumnReader::BoolColumnReader(reader) => self.take(reader, n, |value| Ok(value.to_string())),
            ColumnReader::Int32ColumnReader(reader) => self.take(reader, n, |value| kind.short(*value)),
            ColumnReader::Int64ColumnReader(reader) => self.take(reader, n, |value| kind.long(*value)),
            ColumnReader::Int96ColumnReader(reader) => self.take(reader, n, |value| Ok(Kind::old_moment(value))),
            ColumnReader::FloatColumnReader(reader) => self.take(reader, n, |value| Ok(Kind::single(*value))),
            ColumnReader::DoubleColumnReader(reader) => self.take(reader, n, |value| Ok(Kind::double(*value))),
            ColumnReader::ByteArrayColumnReader(reader) => self.take(reader, n, |value| kind.bytes(value.data())),
            ColumnReader::FixedLenByteArrayColumnReader(reader) => {
                self.take(reader, n, |value| kind.bytes(value.data()))
            }
        }
    }

    fn take<T: DataType>(
        &self,
        reader: &mut ColumnReaderImpl<T>,
        n: usize,
        show: impl Fn(&T::T) -> Result<String, String>,
    ) -> Result<Vec<String>, String> {
        let (mut values, mut filled, mut levels) = (Vec::new(), Vec::new(), Vec::new());
        let (n_records, ..) = reader
            .read_records(n, Some(&mut filled), Some(&mut levels), &mut values)
            .map_err(|error| phrase(&error))?;
        let fewer = || "it holds fewer values than stated".to_owned();
        let mut values = values.iter();
        let mut next = || values.next().ok_or_else(fewer).and_then(&show);
        let mut cells: Vec<String> = Vec::with_capacity(n_records);
        if self.is_list {
            let mut n_parts = 0;
            for (&level, &filled) in levels.iter().zip(&filled) {
                if level == 0 {
                    cells.push(String::new());
                    n_parts = 0;
                }
                let cell = cells.last_mut().ok_or_else(fewer)?;
                if filled >= self.part {
                    if n_parts > 0 {
                        cell.push(';');
                    }
                    n_parts += 1;
                }
                if filled == self.full {
                    cell.push_str(&next()?);
                }
            }
        } else if self.full == 0 {
            for _ in 0..n_records {
                cells.push(next()?);
            }
        } else {
            for &filled in &filled {
                cells.push(if filled == self.full { next()? } else { String::new() });
            }
        }
        if cells.len() == n { Ok(cells) } else { Err(fewer()) }
    }
}

/// What is wrong, in a phrase.
fn phrase(error: &ParquetError) -> String {
    match error {
        ParquetError::General(text) if text.contains("Disabled feature") => {
            "it is compressed in a way that is not read (read are Snappy, Zstandard, gzip and LZ4)".into()
        }
        ParquetError::General(text) | ParquetError::EOF(text) | ParquetError::NYI(text) => text.clone(),
        error => error.to_string(),
    }
}

fn damaged(file: &str, detail: String) -> IngestError {
    IngestError::Damaged { file: file.to_owned(), sheet: String::new(), detail }
}
