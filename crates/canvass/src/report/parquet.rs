//! `coding.parquet`: the rows of `coding.csv` for programs that read many of them.

use super::tables::{CODING, CodingRow, each_coding};
use crate::findings::four_decimals;
use crate::pipeline::Run;
use ::parquet::basic::{Compression, ZstdLevel};
use ::parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int32Type};
use ::parquet::errors::ParquetError;
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use ::parquet::schema::parser::parse_message_type;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// Rows of a group: what is in memory at a time.
const GROUP_ROWS: usize = 1 << 18;

/// Rows of a group, by column.
#[derive(Default)]
struct Group {
    /// Question, response, respondent, theme and label.
    texts: [Vec<ByteArray>; 5],
    strengths: Vec<f64>,
    n_points: Vec<i32>,
    coded_by: Vec<ByteArray>,
}

/// Writes it. Cells are as they are, not guarded against spreadsheets, which do not open such files; the strength has four decimals.
pub(super) fn coding(run: &Run, out: &mut dyn Write) -> io::Result<()> {
    let kinds = ["string"; 5].into_iter().chain(["double", "int32", "string"]);
    let field = |(name, kind)| match kind {
        "string" => format!("required binary {name} (utf8);"),
        kind => format!("required {kind} {name};"),
    };
    let fields: String = CODING.into_iter().zip(kinds).map(field).collect();
    let schema = parse_message_type(&format!("message coding {{ {fields} }}")).map_err(io_error)?;
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_created_by(concat!("canvass ", env!("CARGO_PKG_VERSION")).to_owned());
    let made = Made::default();
    let mut writer =
        SerializedFileWriter::new(made.clone(), Arc::new(schema), Arc::new(properties.build())).map_err(io_error)?;
    let mut group = Group::default();
    let mut write = |group: &Group| {
        let mut next = writer.next_row_group().map_err(io_error)?;
        group.write(&mut next).map_err(io_error)?;
        next.close().map_err(io_error)?;
        made.hand_on(out)
    };
    each_coding(run, |row| {
        group.push(&row);
        if group.strengths.len() == GROUP_ROWS {
            write(&std::mem::take(&mut group))?;
        }
        Ok(())
    })?;
    if !group.strengths.is_empty() {
        write(&group)?;
    }
    writer.close().map_err(io_error)?;
    made.hand_on(out)
}

impl Group {
    fn push(&mut self, row: &CodingRow<'_>) {
        let texts = [row.question, row.response_id, row.respondent_id, row.theme_id, row.theme_label];
        for (column, text) in self.texts.iter_mut().zip(texts) {
            column.push(text.into());
        }
        self.strengths.push(four_decimals(row.strength));
        self.n_points.push(i32::try_from(row.n_points).unwrap_or(i32::MAX));
        self.coded_by.push(row.coded_by.into());
    }

    fn write(&self, out: &mut SerializedRowGroupWriter<'_, Made>) -> Result<(), ParquetError> {
        for column in &self.texts {
            put::<ByteArrayType>(out, column)?;
        }
        put::<DoubleType>(out, &self.strengths)?;
        put::<Int32Type>(out, &self.n_points)?;
        put::<ByteArrayType>(out, &self.coded_by)
    }
}

/// Writes the next column.
fn put<T: DataType>(out: &mut SerializedRowGroupWriter<'_, Made>, values: &[T::T]) -> Result<(), ParquetError> {
    let column = out.next_column()?;
    let mut column = column.ok_or_else(|| ParquetError::General("a column too many".to_owned()))?;
    column.typed::<T>().write_batch(values, None, None)?;
    column.close()
}

/// Bytes that are made and not yet handed on: the writer wants to own what it writes to.
#[derive(Clone, Default)]
struct Made(Arc<Mutex<Vec<u8>>>);

impl Made {
    fn hand_on(&self, out: &mut dyn Write) -> io::Result<()> {
        let bytes = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        out.write_all(&bytes)
    }
}

impl Write for Made {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn io_error(error: ParquetError) -> io::Error {
    io::Error::other(error)
}

#[cfg(test)]
mod tests {
    use crate::settings::{Config, ReportFormat};
    use crate::{Companions, Silent, analyse, ingest, report};
    use ::parquet::file::reader::FileReader;
    use ::parquet::file::serialized_reader::SerializedFileReader;
    use ::parquet::record::RowAccessor;
    use bytes::Bytes;

    #[test]
    fn the_rows_are_those_of_the_csv() {
        let subjects = ["The night ferry", "=A library", "More buses", "The park, \"all\" of it", "Our school"];
        let wishes =
            ["runs late in winter", "needs money", "is too far away for us", "costs too much", "should open early"];
        let answer = |at: usize| format!("{} {}", subjects[at % 5], wishes[at / 5 % 5]).replace('"', "\"\"");
        let rows: Vec<String> = (0..50).map(|at| format!("r{at},\"{}, as {at} of us say\"\n", answer(at))).collect();
        let mut config = Config::default();
        config.report.formats = vec![ReportFormat::Parquet];
        let intake = ingest::read_bytes(
            &[("answers.csv", format!("id,What is missing?\n{}", rows.concat()).as_bytes())],
            &config,
        );
        let run = analyse(intake.unwrap(), &config, &Companions::default(), &Silent).unwrap();
        let files = report::files(&run).unwrap();
        let bytes = |name: &str| files.iter().find(|file| file.name == name).unwrap().bytes.clone();
        let csv = bytes("coding.csv");
        let mut table = csv::Reader::from_reader(csv.as_slice());
        let expected: Vec<Vec<String>> =
            table.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
        assert!(expected.len() > 30, "{expected:?}");
        let reader = SerializedFileReader::new(Bytes::from(bytes("coding.parquet"))).unwrap();
        let found = reader.get_row_iter(None).unwrap().map(|row| {
            let row = row.unwrap();
            let text = |at: usize| row.get_string(at).unwrap().clone();
            let mut cells: Vec<String> = (0..5).map(text).collect();
            cells.push(report::decimal(row.get_double(5).unwrap()));
            cells.push(row.get_int(6).unwrap().to_string());
            cells.push(text(7));
            cells
        });
        assert_eq!(found.collect::<Vec<_>>(), expected);
    }
}
