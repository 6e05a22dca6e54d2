//! Code frame and coding out and in: what is written has the structure of the standard, comes back without loss, and takes with it what
//! people did to it elsewhere.

use crate::support::{FERRY, Outputs, Ran, Run, Said, check_refi, parts, workbook};
use canvass::CodeFrame;
use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Write};

/// A frame of the ferry's answers in which people had a hand in everything.
const FRAME: &str = r#"schema = "canvass-codeframe-1"

[[theme]]
question = "q1"
language = "en"
id = "ferry"
name = "The ferry"
definition = "All that is about the ferry itself,\nits times & <its> crew."
include = []

[[theme]]
question = "q1"
language = "en"
id = "evening"
name = "A later evening ferry"
include = ["evening ferry"]
exclude = ["cabin", "slow train"]
parent = "ferry"

[[theme]]
question = "q1"
language = "en"
id = "tickets"
name = "Cheaper tickets"
include = ["ticket", "[famili]"]
status = "signed-off"

[[theme]]
question = "q1"
language = "en"
id = "other"
name = "=Other \"things\" 🚢"
include = ["important"]

[decisions]
d1 = { question = "q1", action = "rename", theme = "tickets", name = "Cheaper tickets, for families too", author = "A. Lind", time = "2026-03-31" }
d2 = { question = "q1", action = "code-response", theme = "evening", response = "3", author = "B. Moor", time = "2026-03-31T14:05:00Z" }
d3 = { question = "q1", action = "drop-response", theme = "tickets", response = "4", author = "B. Moor", time = "2026-03-31T14:06:00Z" }
d4 = { question = "q1", action = "pin-point", theme = "ferry", response = "2", start = 0, end = 30, author = "A. Lind", time = "2026-03-31T14:07:00Z" }
d5 = { question = "q1", action = "add", theme = "prices", name = "Prices", include = ["expensive"], author = "A. Lind", time = "2026-03-31" }
d6 = { question = "q1", action = "merge", theme = "prices", into = "tickets", author = "A. Lind", time = "2026-03-31" }
d7 = { question = "q1", action = "reject", theme = "other", author = "A. Lind", time = "2026-03-31" }
d8 = { question = "q1", action = "add-term", theme = "evening", term = "bac du soir", language = "fr", author = "A. Lind", time = "2026-03-31" }
"#;

/// The ferry's answers, coded with the frame.
fn ferry() -> Ran {
    Run::new().csv(FERRY).holding("frame.toml", FRAME).args(["--codeframe", "frame.toml"]).done()
}

fn export(ran: &Ran, file: &str) -> Vec<u8> {
    let said = ran.canvass(&["codeframe", "export", "out", "--out", file, "--force"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    fs::read(ran.folder.join(file)).unwrap()
}

fn try_import(ran: &Ran, files: &[&str]) -> Said {
    let mut arguments = vec!["codeframe", "import"];
    arguments.extend(files);
    arguments.extend(["--run", "out", "--out", "got.toml", "--force", "--author", "C. Roe", "--time", "2026-04-01"]);
    ran.canvass(&arguments)
}

/// What an import says, and the lines it added.
fn import(ran: &Ran, files: &[&str]) -> (String, Vec<String>) {
    let said = try_import(ran, files);
    assert_eq!(said.code, 0, "{}", said.stderr);
    let before = CodeFrame::from_bytes("frame.toml", &fs::read(ran.out.join("codeframe.toml")).unwrap()).unwrap();
    let got = CodeFrame::read(&ran.folder.join("got.toml")).unwrap();
    got.replay().unwrap();
    assert_eq!(got.themes.len(), before.themes.len());
    let added = &got.decisions[before.decisions.len()..];
    let line = |decision: &canvass::codeframe::Decision| {
        let line = decision.to_line();
        // The id says nothing.
        line.split_once(" = ").map(|(_, rest)| rest.trim().to_owned()).unwrap_or_default()
    };
    (said.stdout, added.iter().map(line).collect())
}

/// A project with its parts changed.
fn edited(bytes: &[u8], edit: impl Fn(&mut BTreeMap<String, Vec<u8>>)) -> Vec<u8> {
    let mut parts = parts(bytes);
    edit(&mut parts);
    packed(parts.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())))
}

fn packed<'p>(parts: impl IntoIterator<Item = (&'p str, &'p [u8])>) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn xml_of(parts: &BTreeMap<String, Vec<u8>>) -> String {
    String::from_utf8(parts["project.qde"].clone()).unwrap()
}

/// Writes a file with a project whose XML was changed.
fn change(ran: &Ran, bytes: &[u8], file: &str, edit: impl Fn(String) -> String) {
    let changed = edited(bytes, |parts| {
        let xml = edit(xml_of(parts));
        parts.insert("project.qde".into(), xml.into_bytes());
    });
    fs::write(ran.folder.join(file), changed).unwrap();
}

const ALL: [&[&str]; 4] = [&["a.qdc"], &["a.qdpx"], &["a.csv", "a-coding.csv"], &["a.xlsx"]];

#[test]
fn what_is_exported_and_imported_again_is_the_same_frame() {
    let ran = ferry();
    let frame = fs::read(ran.out.join("codeframe.toml")).unwrap();
    let before = CodeFrame::from_bytes("frame.toml", &frame).unwrap().to_toml();
    for files in ALL {
        export(&ran, files[0]);
        let (said, added) = import(&ran, files);
        assert!(added.is_empty() && !said.contains("not taken over"), "{said}\n{added:#?}");
        assert_eq!(fs::read_to_string(ran.folder.join("got.toml")).unwrap(), before, "{files:?}");
    }
}

#[test]
fn a_project_alone_gives_the_same_coding() {
    let ran = ferry();
    fs::write(ran.folder.join("empty.toml"), "schema = \"canvass-codeframe-1\"\n").unwrap();
    let coded = |outputs: &Outputs| {
        let rows = outputs.rows("coding.csv").into_iter();
        rows.map(|row| (row["response_id"].clone(), row["theme_id"].clone(), row["coded_by"].clone()))
            .collect::<Vec<_>>()
    };
    let expected = coded(&ran.outputs());
    assert!(expected.iter().any(|(.., by)| by == "hand"));
    for files in [ALL[1], ALL[2], ALL[3]] {
        export(&ran, files[0]);
        let mut arguments = vec!["codeframe", "import"];
        arguments.extend(files);
        arguments.extend(["--run", "out", "--codeframe", "empty.toml", "--out", "new.toml", "--force"]);
        arguments.extend(["--author", "C. Roe", "--time", "2026-04-01"]);
        let said = ran.canvass(&arguments);
        assert_eq!(said.code, 0, "{}", said.stderr);
        let state = CodeFrame::read(&ran.folder.join("new.toml")).unwrap().replay().unwrap();
        let told: Vec<_> = state
            .themes
            .iter()
            .map(|theme| (theme.id.as_str(), theme.parent.as_deref(), theme.status.name()))
            .collect();
        assert_eq!(
            told,
            [
                ("ferry", None, "proposed"),
                ("evening", Some("ferry"), "proposed"),
                ("tickets", None, "signed-off"),
                ("other", None, "rejected")
            ]
        );
        let again = ran.canvass(&["run", "answers.csv", "--codeframe", "new.toml", "--out", "again", "--force"]);
        assert_eq!(again.code, 0, "{}", again.stderr);
        let found = coded(&Outputs::read(&ran.folder.join("again")));
        assert_eq!(found, expected, "{files:?}");
    }
}

#[test]
fn files_have_the_structure_of_the_standard_and_the_same_bytes_at_any_thread_count() {
    let ran = ferry();
    let book = export(&ran, "a.qdc");
    let root = check_refi(std::str::from_utf8(&book).unwrap());
    let names: Vec<&str> = root.all("Code").iter().map(|code| code.get("name")).collect();
    assert_eq!(names.len(), 5);
    assert!(names.contains(&"=Other \"things\" 🚢") && names.contains(&"q1 What should the ferry change?"));
    let project = export(&ran, "a.qdpx");
    let inside = parts(&project);
    let root = check_refi(&xml_of(&inside));
    let users: Vec<&str> = root.all("User").iter().map(|user| user.get("name")).collect();
    assert_eq!(users, ["canvass", "A. Lind", "B. Moor"]);
    for source in root.all("TextSource") {
        let path = source.get("plainTextPath").strip_prefix("internal://").unwrap();
        let text = std::str::from_utf8(&inside[&format!("sources/{path}")]).unwrap();
        for selection in source.all("PlainTextSelection") {
            let (start, end): (usize, usize) =
                (selection.get("startPosition").parse().unwrap(), selection.get("endPosition").parse().unwrap());
            assert!(start < end && end <= text.chars().count());
        }
    }
    let evening = root.all("TextSource").into_iter().find(|source| source.get("name") == "q1 3").unwrap();
    let coding = evening.all("Coding").into_iter().find(|coding| !coding.get("creationDateTime").is_empty()).unwrap();
    assert_eq!(coding.get("creationDateTime"), "2026-03-31T14:05:00Z");
    for files in ALL {
        let bytes: Vec<Vec<u8>> = {
            export(&ran, files[0]);
            files.iter().map(|file| fs::read(ran.folder.join(file)).unwrap()).collect()
        };
        let name = format!("b{}", &files[0][1..]);
        let said = ran.canvass(&["--threads", "8", "codeframe", "export", "out", "--out", &name]);
        assert_eq!(said.code, 0, "{}", said.stderr);
        for (file, bytes) in files.iter().zip(bytes) {
            assert!(fs::read(ran.folder.join(format!("b{}", &file[1..]))).unwrap() == bytes, "{file}");
        }
    }
}

#[test]
fn what_people_did_to_a_project_becomes_decisions_of_theirs() {
    let ran = ferry();
    let bytes = export(&ran, "a.qdpx");
    let root = check_refi(&xml_of(&parts(&bytes)));
    let source =
        |name: &str| root.all("TextSource").into_iter().find(|source| source.get("name") == name).unwrap().clone();
    let guid =
        |name: &str| root.all("Code").into_iter().find(|code| code.get("name") == name).unwrap().get("guid").to_owned();
    let (evening, tickets) = (guid("A later evening ferry"), guid("Cheaper tickets, for families too"));
    change(&ran, &bytes, "b.qdpx", |xml| {
        // A coder comes, renames a code, makes one and codes with both.
        let xml =
            xml.replace("</Users>", "<User guid=\"{AAAAAAAA-0000-0000-0000-000000000001}\" name=\"D. Vale\"/></Users>");
        let xml = xml.replace("name=\"A later evening ferry\"", "name=\"Evenings\"");
        let xml = xml.replace(
            "</Codes>",
            "<Code guid=\"BBBBBBBB-0000-0000-0000-000000000001\" name=\"Trains &amp; buses\" isCodable=\"true\"><Description>Other ways.</Description></Code></Codes>",
        );
        let coding = |n: u8, start: u32, end: u32, code: &str| {
            format!(
                "<PlainTextSelection guid=\"CCCCCCCC-0000-0000-0000-00000000000{n}\" startPosition=\"{start}\" endPosition=\"{end}\">\
                 <Coding guid=\"DDDDDDDD-0000-0000-0000-00000000000{n}\" creatingUser=\"aaaaaaaa-0000-0000-0000-000000000001\" creationDateTime=\"2026-04-02T08:00:00Z\">\
                 <CodeRef targetGUID=\"{code}\"/></Coding></PlainTextSelection>"
            )
        };
        let open =
            |name: &str| format!("name=\"{name}\" plainTextPath=\"internal://{}.txt\">", source(name).get("guid"));
        // "last train" in the eighth answer; a word of the first point of the second.
        let eighth = format!("{}{}", open("q1 8"), coding(1, 39, 49, "bbbbbbbb-0000-0000-0000-000000000001"));
        let second = format!("{}{}", open("q1 2"), coding(2, 2, 7, &tickets));
        let xml = xml.replace(&open("q1 8"), &eighth).replace(&open("q1 2"), &second);
        // The machine's coding of the first answer is deleted.
        let first = source("q1 1");
        let selection = format!("<PlainTextSelection guid=\"{}\"", first.all("PlainTextSelection")[0].get("guid"));
        let at = xml.find(&selection).unwrap();
        let end = at + xml[at..].find("</PlainTextSelection>").unwrap() + "</PlainTextSelection>".len();
        assert!(xml[at..end].contains(&evening));
        format!("{}{}", &xml[..at], &xml[end..])
    });
    let (said, added) = import(&ran, &["b.qdpx"]);
    let expected = [
        "{ question = \"q1\", action = \"rename\", name = \"Evenings\", theme = \"evening\", author = \"C. Roe\", time = \"2026-04-01\", reason = \"imported from b.qdpx\" }",
        "{ question = \"q1\", action = \"add\", definition = \"Other ways.\", guid = \"bbbbbbbb-0000-0000-0000-000000000001\", language = \"en\", name = \"Trains & buses\", theme = \"trains-buses\", author = \"C. Roe\", time = \"2026-04-01\", reason = \"imported from b.qdpx\" }",
        "{ question = \"q1\", action = \"pin-point\", end = 30, response = \"2\", start = 0, theme = \"tickets\", author = \"D. Vale\", time = \"2026-04-02T08:00:00Z\", reason = \"imported from b.qdpx\" }",
        "{ question = \"q1\", action = \"pin-point\", end = 50, response = \"8\", start = 0, theme = \"trains-buses\", author = \"D. Vale\", time = \"2026-04-02T08:00:00Z\", reason = \"imported from b.qdpx\" }",
        "{ question = \"q1\", action = \"drop-response\", response = \"1\", theme = \"evening\", author = \"C. Roe\", time = \"2026-04-01\", reason = \"imported from b.qdpx\" }",
    ];
    assert_eq!(added, expected, "{said}");
    // The code that came keeps its identity.
    let again = ran.canvass(&["codeframe", "export", "out", "--codeframe", "got.toml", "--out", "c.qdc"]);
    assert_eq!(again.code, 0, "{}", again.stderr);
    let root = check_refi(&fs::read_to_string(ran.folder.join("c.qdc")).unwrap());
    let trains = root.all("Code").into_iter().find(|code| code.get("name") == "Trains & buses").unwrap();
    assert_eq!(trains.get("guid"), "bbbbbbbb-0000-0000-0000-000000000001");
}

#[test]
fn a_project_of_another_program_is_read_as_it_writes() {
    let ran = ferry();
    // Attributes in the order of the alphabet, GUIDs in capitals and braces, a byte order mark, lines that end in CR LF, a project file named after
    // the project, a source named after a file: as NVivo and ATLAS.ti write. A bell in the answers stands for what only texts can hold.
    let xml = "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<Project basePath=\"\" name=\"Ferry\" origin=\"Other 1.0\" xmlns=\"urn:QDA-XML:project:1.0\" \
        xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:schemaLocation=\"urn:QDA-XML:project:1.0 Project.xsd\">\r\n\
        <Users><User guid=\"{11111111-AAAA-0000-0000-000000000001}\" id=\"EV\" name=\"E. Vose\"/></Users>\r\n\
        <CodeBook><Codes><Code guid=\"22222222-AAAA-0000-0000-000000000001\" isCodable=\"true\" name=\"cheaper tickets, for families too\"/>\
        <Code guid=\"22222222-AAAA-0000-0000-000000000002\" isCodable=\"true\" name=\"Crew\"><Code guid=\"22222222-AAAA-0000-0000-000000000003\" isCodable=\"true\" name=\"Pay\"/></Code></Codes></CodeBook>\r\n\
        <Sources><TextSource guid=\"33333333-AAAA-0000-0000-000000000001\" name=\"answer 4.docx\" plainTextPath=\"internal://33333333-AAAA-0000-0000-000000000001.txt\" richTextPath=\"internal://33333333-AAAA-0000-0000-000000000001.docx\">\
        <PlainTextSelection endPosition=\"11\" guid=\"44444444-AAAA-0000-0000-000000000001\" startPosition=\"0\" creatingUser=\"{11111111-AAAA-0000-0000-000000000001}\">\
        <Coding guid=\"55555555-AAAA-0000-0000-000000000001\"><CodeRef targetGUID=\"{22222222-aaaa-0000-0000-000000000003}\"/></Coding></PlainTextSelection></TextSource>\
        <TextSource guid=\"33333333-AAAA-0000-0000-000000000002\" name=\"Notes\"><PlainTextContent>Something else</PlainTextContent>\
        <Coding guid=\"55555555-AAAA-0000-0000-000000000002\"><CodeRef targetGUID=\"22222222-AAAA-0000-0000-000000000002\"/></Coding></TextSource>\
        <TextSource guid=\"33333333-AAAA-0000-0000-000000000003\" name=\"7\"><PlainTextContent>Very important&#13;\r\n</PlainTextContent>\
        <PlainTextSelection endPosition=\"400\" guid=\"44444444-AAAA-0000-0000-000000000003\" startPosition=\"0\"><Coding guid=\"55555555-AAAA-0000-0000-000000000003\"><CodeRef targetGUID=\"22222222-AAAA-0000-0000-000000000002\"/></Coding></PlainTextSelection>\
        <PlainTextSelection endPosition=\"4\" guid=\"44444444-AAAA-0000-0000-000000000004\" startPosition=\"4\"><Coding guid=\"55555555-AAAA-0000-0000-000000000004\"><CodeRef targetGUID=\"22222222-AAAA-0000-0000-000000000002\"/></Coding></PlainTextSelection></TextSource>\
        <TextSource guid=\"33333333-AAAA-0000-0000-000000000004\" name=\"far\" plainTextPath=\"relative:///far.txt\"><Coding guid=\"55555555-AAAA-0000-0000-000000000005\"><CodeRef targetGUID=\"22222222-AAAA-0000-0000-000000000002\"/></Coding></TextSource>\
        <PDFSource guid=\"33333333-AAAA-0000-0000-000000000005\" name=\"A.pdf\" path=\"internal://a.pdf\"><PDFSelection guid=\"44444444-AAAA-0000-0000-000000000005\" page=\"0\"><Coding guid=\"55555555-AAAA-0000-0000-000000000006\"><CodeRef targetGUID=\"22222222-AAAA-0000-0000-000000000002\"/></Coding></PDFSelection></PDFSource></Sources></Project>";
    let text = "\u{feff}Tickets are too expensive for families.\r\n";
    let project = packed([
        ("sources/.root", &b""[..]),
        ("Sources/33333333-aaaa-0000-0000-000000000001.txt", text.as_bytes()),
        ("Ferry.qde", xml.as_bytes()),
    ]);
    fs::write(ran.folder.join("other.qdpx"), project).unwrap();
    let (said, added) = import(&ran, &["other.qdpx"]);
    let actions: Vec<&str> = added.iter().map(|line| line.split('"').nth(3).unwrap()).collect();
    assert_eq!(actions, ["add", "add", "pin-point"], "{said}");
    assert!(added[1].contains("name = \"Pay\", parent = \"crew\", theme = \"pay\""), "{added:#?}");
    assert!(
        added[2].contains("response = \"4\"") && added[2].contains("author = \"E. Vose\", time = \"2026-04-01\""),
        "{added:#?}"
    );
    insta::assert_snapshot!(said);
}

#[test]
fn a_project_from_an_earlier_state_takes_nothing_away() {
    let ran = ferry();
    let bytes = export(&ran, "a.qdpx");
    change(&ran, &bytes, "b.qdpx", |xml| {
        let at = xml.find("frame: ").unwrap() + "frame: ".len();
        let digest = xml[at..at + 20].to_owned();
        let xml = xml.replace(&digest, "00000000000000000000");
        let at = xml.find("<PlainTextSelection").unwrap();
        let end = at + xml[at..].find("</PlainTextSelection>").unwrap() + "</PlainTextSelection>".len();
        format!("{}{}", &xml[..at], &xml[end..])
    });
    let (said, added) = import(&ran, &["b.qdpx"]);
    assert!(added.is_empty(), "{added:#?}");
    assert!(said.contains("note: it was exported from another state of the code frame"), "{said}");
}

#[test]
fn tables_take_what_was_written_into_them_and_nothing_that_is_missing() {
    let ran = ferry();
    export(&ran, "a.csv");
    let read = |file: &str| fs::read_to_string(ran.folder.join(file)).unwrap();
    let (book, coding) = (read("a.csv"), read("a-coding.csv"));
    assert!(book.contains("'=Other"), "{book}");
    let theme = "q1,,Crew,\"Who works, and how\",ferry,signed-off,en,crew; captain,,\n";
    let book = book.replace("Cheaper tickets, for families too", "Fares") + theme;
    fs::write(ran.folder.join("book.csv"), format!("\u{feff}{book}")).unwrap();
    let mut rows: Vec<String> = coding.lines().map(str::to_owned).collect();
    let second = rows.iter().position(|row| row.starts_with("q1,2,evening")).unwrap();
    rows[second] = rows[second].replace(",yes,words,", ",no,,");
    let first = rows.iter().position(|row| row.starts_with("q1,1,evening")).unwrap();
    rows.remove(first);
    rows.push("q1,4,,Crew,,F. Ost,".into());
    rows.push("q1,99,ferry,,,,".into());
    fs::write(ran.folder.join("coding.csv"), rows.join("\r\n")).unwrap();
    let (said, added) = import(&ran, &["book.csv", "coding.csv"]);
    let told: Vec<String> = added.iter().map(|line| line.split(", reason").next().unwrap().to_owned()).collect();
    insta::assert_snapshot!(format!("{said}\n{}", told.join("\n")));
    // The same in a workbook.
    let cells = |text: &str| -> Vec<Vec<String>> {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        let cell = |cell: &str| cell.strip_prefix("'=").map_or_else(|| cell.to_owned(), |rest| format!("={rest}"));
        reader.records().map(|row| row.unwrap().iter().map(cell).collect()).collect()
    };
    let (book, coding) = (cells(&book), cells(&rows.join("\n")));
    let rows = |table: &'static str, cells: &[Vec<String>]| (table, cells.to_vec());
    let sheets = [rows("Code book", &book), rows("Coding", &coding)];
    let sheets = sheets
        .iter()
        .map(|(name, rows)| (*name, rows.iter().map(|row| row.iter().map(String::as_str).collect()).collect()));
    fs::write(ran.folder.join("b.xlsx"), workbook(sheets)).unwrap();
    let (_, same) = import(&ran, &["b.xlsx"]);
    let same: Vec<String> = same.iter().map(|line| line.split(", reason").next().unwrap().to_owned()).collect();
    assert_eq!(same, told);
}

/// What an import of a file that cannot be read says.
fn refused(ran: &Ran, name: &str, bytes: impl AsRef<[u8]>) -> String {
    fs::write(ran.folder.join(name), bytes).unwrap();
    let said = try_import(ran, &[name]);
    assert_eq!(said.code, 2, "{name}: {}", said.stdout);
    assert!(!ran.folder.join("got.toml").exists());
    said.stderr
}

#[test]
fn what_is_hostile_or_broken_is_refused_with_its_place() {
    let ran = ferry();
    let book =
        |inner: &str| format!("<CodeBook xmlns=\"urn:QDA-XML:codebook:1.0\"><Codes>\n{inner}</Codes></CodeBook>");
    let code = |guid: &str, name: &str| format!("<Code guid=\"{guid}\" name=\"{name}\" isCodable=\"true\"/>\n");
    let (a, b) = ("22222222-0000-0000-0000-000000000001", "22222222-0000-0000-0000-000000000002");
    let mut told = String::new();
    let mut add = |name: &str, bytes: &[u8]| {
        let said = refused(&ran, name, bytes);
        told.push_str(&said);
        told.push('\n');
    };
    let laughs = "<!DOCTYPE l [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\">]><CodeBook xmlns=\"urn:QDA-XML:codebook:1.0\"><Codes/></CodeBook>";
    add("laughs.qdc", laughs.as_bytes());
    add("entity.qdc", laughs.replace("<!ENTITY a \"ha\">", "<!ENTITY a SYSTEM \"file:///etc/passwd\">").as_bytes());
    add("unknown.qdc", book(&code(a, "&x;")).as_bytes());
    add("other.qdc", b"<html xmlns=\"http://www.w3.org/1999/xhtml\"/>");
    add("plain.qdc", b"<CodeBook><Codes/></CodeBook>");
    add("empty.qdc", book("").as_bytes());
    add("cut.qdc", &book(&code(a, "A")).as_bytes()[..90]);
    add("no_guid.qdc", book("<Code name=\"Boats\" isCodable=\"true\"/>").as_bytes());
    add("bad_guid.qdc", book(&code("1234", "Boats")).as_bytes());
    add("no_name.qdc", book(&code(a, " ")).as_bytes());
    add("same_guid.qdc", book(&(code(a, "Boats") + &code(b, "Trains") + &code(&a.to_uppercase(), "Buses"))).as_bytes());
    add("long.qdc", book(&code(a, &"x".repeat(10_001))).as_bytes());
    let nested: Vec<String> = (0..300)
        .map(|n| format!("<Code guid=\"22222222-0000-0000-0000-{n:012}\" name=\"a\" isCodable=\"true\">"))
        .collect();
    add("nested.qdc", book(&(nested.concat() + &"</Code>".repeat(300))).as_bytes());
    add("bytes.qdc", &[book(&code(a, "Caf\u{e9}")).replace('\u{e9}', "\u{1}").as_bytes(), &[0xe9, b'<']].concat());
    add("declared.qdc", format!("<?xml version=\"1.0\" encoding=\"windows-1252\"?>{}", book(&code(a, "A"))).as_bytes());
    add("a.txt", b"codes");
    add("no.qdpx", b"no archive");
    let project = |inner: &str| {
        format!(
            "<Project name=\"a\" xmlns=\"urn:QDA-XML:project:1.0\"><CodeBook><Codes>{}</Codes></CodeBook><Sources>\n{inner}</Sources></Project>",
            code(a, "A")
        )
    };
    let source = |attributes: &str, inner: &str| {
        project(&format!("<TextSource guid=\"{b}\" name=\"q1 1\" {attributes}>{inner}</TextSource>"))
    };
    let archive = |xml: &str| packed([("project.qde", xml.as_bytes())]);
    add("two.qdpx", &packed([("a.qde", &b""[..]), ("b.qde", &b""[..])]));
    add("none.qdpx", &packed([("sources/a.qde", &b""[..])]));
    add("up.qdpx", &archive(&source("plainTextPath=\"internal://../../etc/passwd\"", "")));
    add("away.qdpx", &archive(&source("plainTextPath=\"internal:///etc/passwd\"", "")));
    add("missing.qdpx", &archive(&source("plainTextPath=\"internal://x.txt\"", "")));
    add(
        "position.qdpx",
        &archive(&source(
            "",
            &format!(
                "<PlainTextSelection guid=\"{}\" startPosition=\"-1\" endPosition=\"3\"/>",
                a.replace("0001", "0003")
            ),
        )),
    );
    let mut bomb = zip::ZipWriter::new(Cursor::new(Vec::new()));
    bomb.start_file("project.qde", zip::write::SimpleFileOptions::default()).unwrap();
    for _ in 0..80 {
        bomb.write_all(&vec![b' '; 1 << 20]).unwrap();
    }
    add("bomb.qdpx", &bomb.finish().unwrap().into_inner());
    add("no_column.csv", b"question,theme_id\nq1,t01\n");
    add("no_question.csv", b"question,name\nq7,Boats\n");
    add("no_name.csv", b"question,name\nq1,Boats\nq1,\n");
    add("status.csv", b"question;name;status\nq1;Boats;maybe\n");
    add("circle.csv", b"question,theme_id,name,parent\nq1,x,Boats,y\nq1,y,Trains,x\n");
    add("twice.csv", b"question,theme_id,name\nq1,ferry,Boats\nq1,ferry,Trains\n");
    add("parent.csv", b"question,name,parent\nq1,Boats,nobody\n");
    add("in.csv", b"question,response_id,theme_id,in\nq1,1,ferry,perhaps\n");
    add("theme.csv", b"question,response_id,theme_id\nq1,1,boats\n");
    add("cells.csv", b"question,name\nq1,Boats,and,more\n");
    add("word.csv", b"question,name,include\nq1,Boats,the\n");
    add("no_sheet.xlsx", &workbook([("Sheet", vec![vec!["a"], vec!["b"]])]));
    add(
        "status.xlsx",
        &workbook([("Code book", vec![vec!["question", "name", "status"], vec!["q1", "Boats", "maybe"]])]),
    );
    insta::assert_snapshot!(told);
    let utf_16: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(book(&code(a, "Caf\u{e9}")).encode_utf16().flat_map(u16::to_le_bytes)).collect();
    fs::write(ran.folder.join("utf16.qdc"), utf_16).unwrap();
    assert!(import(&ran, &["utf16.qdc"]).1[0].contains("Caf\u{e9}"));
}

const REGIONS: &str = "\
id,Region,What should the ferry change?
1,North,The evening ferry must run later; write to ana.lima@example.org.
2,North,The evening ferry must run later please.
3,South,Cheaper tickets for families.
4,South,Tickets are too expensive for families.
";

#[test]
fn a_project_says_of_respondents_what_may_be_published() {
    let values = |ran: &Ran| {
        let said =
            ran.canvass(&["codeframe", "export", "out", "--out", "a.qdpx", "--answers", "answers.csv", "--force"]);
        assert_eq!(said.code, 0, "{}", said.stderr);
        let root = check_refi(&xml_of(&parts(&fs::read(ran.folder.join("a.qdpx")).unwrap())));
        let texts: Vec<String> = root.all("TextValue").iter().map(|value| value.text.clone()).collect();
        (root.all("Case").len(), texts)
    };
    let open = Run::new().csv(REGIONS).settings("[input]\nattribute_columns = [\"Region\"]\n").done();
    assert_eq!(
        values(&open),
        (4, ["North", "en", "North", "en", "South", "en", "South", "en"].map(str::to_owned).to_vec())
    );
    let closed = Run::new()
        .csv(REGIONS)
        .settings("[input]\nattribute_columns = [\"Region\"]\n[privacy]\nsmallest_cell = 5\nredact = true\n")
        .done();
    assert_eq!(values(&closed), (4, Vec::new()));
    let everything = parts(&fs::read(closed.folder.join("a.qdpx")).unwrap());
    assert!(everything.values().all(|bytes| !String::from_utf8_lossy(bytes).contains("ana.lima")));
    fs::write(open.folder.join("others.csv"), REGIONS.replace("North", "West")).unwrap();
    let said = open.canvass(&["codeframe", "export", "out", "--out", "b.qdpx", "--answers", "others.csv"]);
    assert_eq!(
        (said.code, said.stderr.lines().next().unwrap()),
        (2, "error: others.csv: it is none of the files that the run was made from")
    );
}

#[test]
fn whatever_a_file_says_is_read_or_refused() {
    let ran = ferry();
    let run = canvass::run_folder::CodedRun::read(&ran.out).unwrap();
    let frame = CodeFrame::from_bytes("frame.toml", FRAME.as_bytes()).unwrap();
    let settings =
        canvass::exchange::ImportSettings { author: "C. Roe", time: "2026-04-01", question: None, is_utf_16: false };
    let mut state = 7_u64;
    let mut below = |n: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % n
    };
    let (mut n_read, mut n_refused) = (0, 0);
    for name in ["a.qdc", "a.qdpx", "a.csv", "a-coding.csv", "a.xlsx"] {
        export(&ran, &name.replace("-coding", ""));
        let whole = fs::read(ran.folder.join(name)).unwrap();
        let inside = if name.ends_with('x') { parts(&whole) } else { BTreeMap::new() };
        for _ in 0..120 {
            let mut damage = |bytes: &[u8]| {
                let mut bytes = bytes.to_vec();
                for _ in 0..=below(3) {
                    let (at, len) = (below(bytes.len()), 1 + below(12));
                    let end = (at + len).min(bytes.len());
                    match below(4) {
                        0 => drop(bytes.drain(at..end)),
                        1 => bytes[at] = b"<>\"&;,'=0\xff\x00\n"[below(12)],
                        2 => bytes.truncate(bytes.len() - below(30).min(bytes.len() - 1)),
                        _ => {
                            let piece = bytes[at..end].to_vec();
                            let to = below(bytes.len());
                            bytes.splice(to..to, piece);
                        }
                    }
                }
                bytes
            };
            // Of an archive a part is damaged, so that the archive itself is whole.
            let bytes = match inside
                .iter()
                .find(|(name, _)| ["project.qde", "xl/sharedStrings.xml"].contains(&name.as_str()))
            {
                Some((part, bytes)) => {
                    let damaged = damage(bytes);
                    edited(&whole, |parts| drop(parts.insert(part.clone(), damaged.clone())))
                }
                None => damage(&whole),
            };
            let file = canvass::exchange::ExchangeFile { name: name.to_owned(), bytes };
            match canvass::exchange::import(&run, &frame, &[file], &settings) {
                Ok(imported) => {
                    n_read += 1;
                    let again = CodeFrame::from_bytes("again.toml", imported.frame.to_toml().as_bytes()).unwrap();
                    assert!(again.replay().is_ok() && !imported.told().is_empty());
                }
                Err(error) => {
                    n_refused += 1;
                    assert!(error.is_usage() && !error.to_string().is_empty() && !error.hint().is_empty(), "{error}");
                }
            }
        }
    }
    assert!(n_read > 50 && n_refused > 50, "{n_read} read, {n_refused} refused");
}
