use super::super::DEFAULT_MAX_CELL_BYTES;
use super::*;
use ::parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, DoubleType, FixedLenByteArray, FixedLenByteArrayType, FloatType, Int32Type,
    Int64Type,
};
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use ::parquet::schema::parser::parse_message_type;
use std::sync::Arc;

type Writer<'w> = SerializedRowGroupWriter<'w, Vec<u8>>;

/// A file of this schema; `fill` writes its columns, from left to right.
fn file(schema: &str, fill: impl Fn(&mut Writer<'_>)) -> Vec<u8> {
    let schema = Arc::new(parse_message_type(&format!("message m {{ {schema} }}")).unwrap());
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(WriterProperties::default())).unwrap();
    for _ in 0..2 {
        let mut group = writer.next_row_group().unwrap();
        fill(&mut group);
        group.close().unwrap();
    }
    writer.into_inner().unwrap()
}

fn write<T: DataType>(group: &mut Writer<'_>, values: &[T::T], filled: Option<&[i16]>, levels: Option<&[i16]>) {
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<T>().write_batch(values, filled, levels).unwrap();
    column.close().unwrap();
}

fn texts(texts: &[&str]) -> Vec<ByteArray> {
    texts.iter().map(|text| ByteArray::from(*text)).collect()
}

fn read_all(bytes: Vec<u8>) -> Result<Table, IngestError> {
    let builder = TableBuilder::new(0, &Arc::from("a.parquet"), "", DEFAULT_MAX_CELL_BYTES);
    super::super::sound("a.parquet", || read("a.parquet", bytes, builder))
}

/// The first three rows: those of the first group.
fn rows(bytes: Vec<u8>) -> Vec<Vec<String>> {
    let table = read_all(bytes).unwrap();
    table.rows.iter().map(|row| row.cells().into_iter().map(str::to_owned).collect()).collect()
}

#[test]
fn values_of_every_type_become_the_text_of_a_csv() {
    let bytes = file(
        "required int64 id (INTEGER(64, false)); required binary q (STRING); optional double d; optional float f; \
         required boolean b; required int32 day (DATE); required int64 ms (TIMESTAMP(MILLIS, true)); \
         required int64 ns (TIMESTAMP(NANOS, false)); required int32 t (TIME(MILLIS, false)); \
         required int32 n (DECIMAL(9, 2)); required fixed_len_byte_array(16) u (UUID); \
         required fixed_len_byte_array(2) h (FLOAT16); required fixed_len_byte_array(3) w (DECIMAL(6, 3)); optional binary raw;",
        |group| {
            write::<Int64Type>(group, &[1, -1], None, None);
            write::<ByteArrayType>(group, &texts(&["Later, é", "two\nlines"]), None, None);
            write::<DoubleType>(group, &[3.0], Some(&[1, 0]), None);
            write::<FloatType>(group, &[0.1, f32::NAN], Some(&[1, 1]), None);
            write::<BoolType>(group, &[true, false], None, None);
            write::<Int32Type>(group, &[20_516, -1], None, None);
            write::<Int64Type>(group, &[1_772_615_722_500, 1_772_582_400_000], None, None);
            write::<Int64Type>(group, &[1_772_615_722_000_000_001, -1], None, None);
            write::<Int32Type>(group, &[33_322_000, 33_322_050], None, None);
            write::<Int32Type>(group, &[150, -5], None, None);
            let uuid = FixedLenByteArray::from((0..16).collect::<Vec<u8>>());
            write::<FixedLenByteArrayType>(group, &[uuid.clone(), uuid], None, None);
            let half = |bytes: [u8; 2]| FixedLenByteArray::from(bytes.to_vec());
            write::<FixedLenByteArrayType>(group, &[half([0x00, 0x3E]), half([0x01, 0x80])], None, None);
            let whole = |bytes: [u8; 3]| FixedLenByteArray::from(bytes.to_vec());
            write::<FixedLenByteArrayType>(group, &[whole([0, 4, 0xD2]), whole([0xFF, 0xFF, 0xFF])], None, None);
            write::<ByteArrayType>(group, &texts(&["x"]), Some(&[0, 1]), None);
        },
    );
    let found = rows(bytes);
    let uuid = "00010203-0405-0607-0809-0a0b0c0d0e0f";
    assert_eq!(
        found[0],
        [
            "1",
            "Later, é",
            "3",
            "0.1",
            "true",
            "2026-03-04",
            "2026-03-04 09:15:22.5Z",
            "2026-03-04 09:15:22.000000001",
            "09:15:22",
            "1.50",
            uuid,
            "1.5",
            "1.234"
        ]
    );
    assert_eq!(
        found[1],
        [
            "18446744073709551615",
            "two\nlines",
            "",
            "",
            "false",
            "1969-12-31",
            "2026-03-04",
            "1969-12-31 23:59:59.999999999",
            "09:15:22.05",
            "-0.05",
            uuid,
            "-5.960464477539063e-8",
            "-0.001",
            "x"
        ]
    );
    assert_eq!(found.len(), 4, "both groups of rows");
}

#[test]
fn lists_are_the_cells_of_multiple_choices() {
    let bytes = file(
        "required int32 id; optional group uses (LIST) { repeated group list { optional binary element (STRING); } } \
         repeated int32 old;",
        |group| {
            write::<Int32Type>(group, &[1, 2, 3, 4], None, None);
            // ["Web", "Post"], [null, "Bus"], [], null
            let (filled, levels) = ([3, 3, 2, 3, 1, 0], [0, 1, 0, 1, 0, 0]);
            write::<ByteArrayType>(group, &texts(&["Web", "Post", "Bus"]), Some(&filled), Some(&levels));
            write::<Int32Type>(group, &[7, 8, 9], Some(&[1, 1, 0, 1, 0]), Some(&[0, 1, 0, 0, 0]));
        },
    );
    let found = rows(bytes);
    assert_eq!(found[..4], [vec!["1", "Web;Post", "7;8"], vec!["2", ";Bus"], vec!["3", "", "9"], vec!["4"]]);
}

#[test]
fn more_rows_than_a_batch_keep_their_order_and_their_numbers() {
    let n = 2 * BATCH_ROWS as u32 + 7;
    let bytes = file("required int32 id; optional binary q (STRING);", |group| {
        write::<Int32Type>(group, &(0..n).map(u32::cast_signed).collect::<Vec<_>>(), None, None);
        let answers: Vec<String> = (0..n).filter(|n| !n.is_multiple_of(3)).map(|n| format!("answer {n}")).collect();
        let filled: Vec<i16> = (0..n).map(|n| i16::from(!n.is_multiple_of(3))).collect();
        let answers: Vec<&str> = answers.iter().map(String::as_str).collect();
        write::<ByteArrayType>(group, &texts(&answers), Some(&filled), None);
    });
    let table = read_all(bytes).unwrap();
    assert_eq!(table.rows.len(), 2 * n as usize);
    for (row, number) in table.rows.iter().zip(0..) {
        let id = number % n;
        let answer = if id.is_multiple_of(3) { String::new() } else { format!("answer {id}") };
        assert_eq!((row.row, row.cell(0), row.cell(1)), (number + 1, id.to_string().as_str(), answer.as_str()));
    }
}

#[test]
fn columns_of_values_within_values_are_named() {
    let message = |schema: &str| read_all(file_without_rows(schema)).unwrap_err().to_string();
    let said = |found: &str| format!("a.parquet: the column \"x\" holds {found}, which do not fit into a cell");
    assert_eq!(message("required int32 id; optional group x { required int32 a; required int32 b; }"), said("records"));
    assert_eq!(message("optional group x { required int32 a; }"), said("records"));
    assert_eq!(
        message(
            "optional group x (MAP) { repeated group key_value { required binary key (STRING); optional int32 value; } }"
        ),
        said("maps")
    );
    let inner = "optional group element (LIST) { repeated group list { optional int32 element; } }";
    assert_eq!(
        message(&format!("optional group x (LIST) {{ repeated group list {{ {inner} }} }}")),
        said("lists of lists or records")
    );
    assert_eq!(message("optional fixed_len_byte_array(12) x (INTERVAL);"), said("intervals"));
    assert_eq!(message("optional int32 id;"), "a.parquet is empty: it has no header and no rows");
}

fn file_without_rows(schema: &str) -> Vec<u8> {
    let schema = Arc::new(parse_message_type(&format!("message m {{ {schema} }}")).unwrap());
    let writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(WriterProperties::default())).unwrap();
    writer.into_inner().unwrap()
}

#[test]
fn bytes_that_are_no_text_are_named_with_column_and_rows() {
    let bytes = file("required binary q;", |group| {
        write::<ByteArrayType>(group, &[ByteArray::from(vec![0xFF, 0xD8])], None, None);
    });
    let error = read_all(bytes).unwrap_err().to_string();
    assert_eq!(error, "a.parquet is damaged or cut off: column \"q\", from row 1: bytes that are no text");
}

#[test]
fn a_file_cut_off_or_with_wrong_bytes_is_refused_or_read_but_does_not_panic() {
    let bytes = file(
        "required int32 id; optional group uses (LIST) { repeated group list { optional binary element (STRING); } }",
        |group| {
            write::<Int32Type>(group, &[1, 2], None, None);
            write::<ByteArrayType>(group, &texts(&["Web", "Post", "Bus"]), Some(&[3, 3, 3]), Some(&[0, 1, 0]));
        },
    );
    for len in 4..bytes.len() {
        assert!(matches!(read_all(bytes[..len].to_vec()), Err(IngestError::Damaged { .. })), "{len}");
    }
    for at in 0..bytes.len() {
        for flip in [0x01, 0x55, 0x80, 0xFF] {
            let mut wrong = bytes.clone();
            wrong[at] ^= flip;
            let _ = read_all(wrong);
        }
    }
}

#[test]
fn values_that_point_into_a_list_that_is_not_there_are_damage() {
    let mut bytes = include_bytes!("../../../../../../tests/parquet/answers.parquet").to_vec();
    // Found by fuzzing: the reader panics, as the column's values are to be looked up and nothing says in what.
    for (at, byte) in [(9, 57), (555, 166), (1143, 81)] {
        bytes[at] = byte;
    }
    let error = read_all(bytes).unwrap_err();
    assert!(matches!(error, IngestError::Damaged { .. }), "{error}");
}
