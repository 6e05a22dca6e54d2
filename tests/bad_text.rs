//! Text files that cannot be used: what is said of each, and the way out.
//!
//! One table and one snapshot, so that the messages can be read beside each other. Nothing panics, nothing is written.

use crate::support::Run;
use insta::assert_snapshot;
use std::fmt::Write;

/// A name, the file's name and bytes, and further arguments.
type Case = (&'static str, &'static str, Vec<u8>, &'static [&'static str]);

fn case(name: &'static str, file: &'static str, bytes: impl AsRef<[u8]>) -> Case {
    (name, file, bytes.as_ref().to_vec(), &[])
}

fn with(case: Case, arguments: &'static [&'static str]) -> Case {
    (case.0, case.1, case.2, arguments)
}

fn utf_16(text: &str) -> Vec<u8> {
    [b"\xFF\xFE".to_vec(), text.encode_utf16().flat_map(u16::to_le_bytes).collect()].concat()
}

fn encodings() -> Vec<Case> {
    let mostly_utf_8 = [
        "id,comment\n1,Le bac est trop fréquenté à la fin de l'été\n2,\"Où est-il passé ?\"\n3,Tr".as_bytes(),
        b"\xE8s bien\n",
    ]
    .concat();
    let mac = b"id,comment\n1,Le bac est trop fr\x8Equent\x8E et d\x8Ej\x88 plein\n";
    vec![
        case("UTF-8 with a few bytes of windows-1252", "a.csv", &mostly_utf_8),
        with(case("the same, stated to be windows-1252", "a.csv", &mostly_utf_8), &["--encoding", "windows-1252"]),
        case("Mac Roman", "a.csv", mac),
        case("two Cyrillic letters of windows-1251", "a.csv", b"id,comment\n1,\xC4\xE0\n"),
        with(case("windows-1252 stated to be UTF-8", "a.csv", b"id,comment\n1,caf\xE9\n"), &["--encoding", "utf-8"]),
        with(
            case("windows-1252 stated to be Shift-JIS", "a.csv", b"id,comment\n1,\xFF caf\xE9\n"),
            &["--encoding", "shift_jis"],
        ),
        with(case("an encoding that there is not", "a.csv", b"id,comment\n1,a\n"), &["--encoding", "latin-99"]),
        case("windows-1252 behind the mark of UTF-8", "a.csv", b"\xEF\xBB\xBFid,comment\n1,caf\xE9\n"),
        case("UTF-16 cut off within a character", "a.csv", &utf_16("id,comment\n1,The evening ferry\n")[..41]),
        case("UTF-16 with half a character", "a.csv", [utf_16("id,comment\n1,"), vec![0x3D, 0xD8, b'a', 0]].concat()),
        case("UTF-16 with a NUL", "a.csv", utf_16("id,comment\n1,The evening\0ferry\n")),
        case("UTF-32", "a.csv", b"\xFF\xFE\0\0i\0\0\0d\0\0\0\n\0\0\0"),
        case("a NUL far into the file", "a.csv", format!("id,comment\n{}999,a\0b\n", "1,ferry\n".repeat(100_000))),
        case("bytes of no encoding", "a.csv", b"id,comment\n1,\xFF\xFE\x81\x8D\x90 \x9D\n"),
        case("a mark and nothing else", "a.csv", b"\xEF\xBB\xBF"),
    ]
}

fn marks_and_separators() -> Vec<Case> {
    vec![
        case("a mark that is not closed", "a.csv", "id,comment\n1,\"two\nlines\"\n2,\"The ferry\n3,Tickets\n"),
        case("a mark that is closed by the next cell's", "a.csv", "id,comment\n1,\"The ferry\n2,\"Tickets\"\n"),
        case("a mark that swallows a separator", "a.csv", "id;a;b\n9;\"Ines;more trains;\"An app\n"),
        case("a mark in the header that is not closed", "a.csv", "id,\"comment\n1,The ferry\n"),
        case(
            "a mark that is not closed before two megabytes",
            "a.csv",
            format!("id,comment\n1,\"{}\n", "ferry ".repeat(350_000)),
        ),
        case("lines that end in carriage returns, and an open mark", "a.csv", "id,comment\r1,a\r2,\"b\r"),
        case(
            "backslashes before some marks only",
            "a.csv",
            "id,comment\n1,\"She said \\\"no\\\"\"\n2,\"\"\"Yes\"\", C:\\\"\n3,\"x\"\n",
        ),
        case("more cells than the header", "a.csv", "id,comment\n1,\"two\nlines\"\n2,Later, and cheaper\n"),
        with(
            case("a separator that is not the file's", "a.csv", "id;comment\n1;Later, and cheaper\n"),
            &["--delimiter", ","],
        ),
        with(case("two characters as separator", "a.csv", "id||comment\n1||a\n"), &["--delimiter", "||"]),
        with(case("a letter as separator", "a.csv", "idxcomment\n1xa\n"), &["--delimiter", "x"]),
        case("separators that must be stated", "a.csv", "id^q\n1^a\n2^b\n"),
    ]
}

fn tables() -> Vec<Case> {
    let wide = |n: usize| (0..n).map(|column| format!("c{column}")).collect::<Vec<_>>().join(",");
    vec![
        case("two columns of one name", "a.csv", "id,comment,comment\n1,a,b\n"),
        case("two names that differ in white space only", "a.csv", "id,my  comment, my comment \n1,a,b\n"),
        with(
            case("a title above what may be a header", "a.csv", "Survey 2026\n\nid,place,comment\n1,Oslo,a,b\n"),
            &["--delimiter", ","],
        ),
        case(
            "a respondent in the place of the header",
            "a.csv",
            "1,ann@example.org,More ferries\n2,ben@example.org,None\n",
        ),
        case("a header alone", "a.csv", "id,comment\n\n , \n"),
        case("separators alone", "a.csv", ",,,\n,,\n"),
        case("a cell of two megabytes", "a.csv", format!("id,comment\n1,{}\n", "ferry ".repeat(350_000))),
        case("a header of two megabytes", "a.csv", format!("id,{}\n1,a\n", "ferry ".repeat(350_000))),
        case("70,000 columns", "a.csv", format!("{}\n1\n", wide(70_000))),
        case("70,000 cells in a row", "a.csv", format!("id,comment\n1{}x\n", ",".repeat(70_000))),
        with(case("a blank id", "a.csv", "id,comment\n1,The ferry\n,Tickets\n"), &["--id-column", "id"]),
        case("numbers only", "a.csv", "id\n1\n2\n3\n"),
    ]
}

fn objects() -> Vec<Case> {
    let deep = format!("{}1{}\n", "{\"a\":".repeat(20), "}".repeat(20));
    vec![
        case("a line that is no object", "a.jsonl", "{\"id\": 1}\n[\"id\", 2]\n"),
        case("a line that is no JSON", "a.jsonl", "{\"id\": 1}\n{\"id\": 2, comment: \"a\"}\n"),
        case("two objects in a line", "a.jsonl", "{\"id\": 1}{\"id\": 2}\n"),
        case("an object over two lines", "a.jsonl", "{\"id\": 1,\n\"comment\": \"a\"}\n"),
        case("a last line cut off", "a.jsonl", "{\"id\": 1, \"comment\": \"a\"}\n{\"id\": 2, \"comm"),
        case("a key that stands twice", "a.jsonl", "{\"id\": 1, \"comment\": \"a\", \"comment\": \"b\"}\n"),
        case("a key that stands twice, once within another", "a.jsonl", "{\"a\": {\"b\": 1}, \"a.b\": 2}\n"),
        case("keys that differ in white space only", "a.jsonl", "{\"my comment\": \"a\", \"my  comment\": \"b\"}\n"),
        case("objects too deep", "a.jsonl", deep),
        case("a list of lists", "a.jsonl", "{\"id\": 1, \"places\": [[1, 2], [3, 4]]}\n"),
        case("a NUL in a text", "a.jsonl", "{\"id\": 1, \"comment\": \"The\\u0000ferry\"}\n"),
        case("half a character", "a.jsonl", "{\"id\": 1, \"comment\": \"\\ud83d\"}\n"),
        case("a line break within a text", "a.jsonl", "{\"id\": 1, \"comment\": \"The\nferry\"}\n"),
        case("bytes that are no text", "a.jsonl", b"{\"id\": 1, \"comment\": \"caf\x8E\"}\n"),
        case(
            "a text of two megabytes",
            "a.jsonl",
            format!("{{\"id\": 1, \"comment\": \"{}\"}}\n", "ferry ".repeat(350_000)),
        ),
        case("a list that does not end", "a.json", "[{\"id\": 1, \"comment\": \"a\"},\n"),
        case("a list without a comma", "a.json", "[{\"id\": 1}\n{\"id\": 2}]"),
        case("text behind a list", "a.json", "[{\"id\": 1}]\n[{\"id\": 2}]"),
        case("a list of numbers", "a.json", "[1, 2, 3]"),
        case("an empty list", "a.json", "[]"),
        case("an object that holds the list", "a.json", "{\n  \"answers\": [{\"id\": 1}]\n}\n"),
        case("a word", "a.json", "null\n"),
    ]
}

fn other_files() -> Vec<Case> {
    vec![
        case("a web page", "a.csv", "<!DOCTYPE html>\n<html><body>Sign in</body></html>\n"),
        case("an XML file", "a.jsonl", "<?xml version=\"1.0\"?><answers/>\n"),
        case("a compressed file", "a.csv", b"\x1F\x8B\x08\0\0\0\0\0"),
        case("a text document", "a.txt", "{\\rtf1 The ferry}"),
        case("a database", "a.csv", b"SQLite format 3\0"),
        case("a file of an unknown kind", "a.dat", "id,comment\n1,a\n"),
        case("a program", "a.csv", b"\x7FELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0"),
    ]
}

#[test]
fn every_faulty_text_file_is_refused_with_its_place_and_a_way_out() {
    let cases = [encodings(), marks_and_separators(), tables(), objects(), other_files()].concat();
    let mut said = format!("{} cases\n", cases.len());
    for (name, file, bytes, arguments) in cases {
        let ran = Run::new().answers(file, bytes).args(arguments.iter().copied()).arg("--quiet").output();
        assert_eq!(ran.said.code, 2, "{name}: {}{}", ran.said.stdout, ran.said.stderr);
        assert_eq!(ran.said.stdout, "", "{name}");
        assert!(!ran.out.is_dir(), "{name}: a run folder was written");
        assert!(ran.said.stderr.contains("way out: "), "{name}: {}", ran.said.stderr);
        let (file, arguments) = (format!("\n## {name}\n"), arguments.join(" "));
        write!(
            said,
            "{file}{}{}",
            if arguments.is_empty() { String::new() } else { format!("{arguments}\n") },
            ran.said.stderr
        )
        .unwrap();
    }
    assert_snapshot!(said);
}
