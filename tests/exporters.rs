//! One consultation as six form tools export it: each is read to the same questions, counts and answers.
//!
//! The layouts follow what the tools document: Microsoft, "Check and share your form results"; Google, "View & manage form
//! responses"; SurveyMonkey, "Exporting Results" (XLS and CSV, condensed and expanded columns); Qualtrics, "Understanding Your
//! Dataset"; LimeSurvey manual, "Export responses"; Delib, "Analysis and reporting in Citizen Space". The last documents a column for
//! each option but shows no file, so the headers of that one are as a spreadsheet of it would name them.

use crate::support::{Outputs, Run, count, list, text, workbook};
use insta::assert_snapshot;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write as _;

const REGION: &str = "In which region do you live?";
const SUPPORT: &str = "Do you support the harbour plan?";
const SERVICES: &str = "Which services do you use?";
const RATING: &str = "How satisfied are you with the following?";
const CHANGE: &str = "What should the harbour office change first?";
const OPTIONS: [&str; 3] = ["Ferry", "Night bus", "Library, archive"];
const STATEMENTS: [&str; 2] = ["Timetable", "Prices"];
const WISHES: [&str; 7] = [
    "The evening ferry must run later",
    "Later evening ferries, and cheaper tickets for families",
    "Tickets are too expensive for families",
    "Open the archive on Saturdays",
    "An evening ferry after the last train, please",
    "Cheaper family tickets",
    "The archive should open on Saturdays too; \"closed\" is all we ever see",
];
const REASONS: [&str; 3] =
    ["we live on the far shore.", "our shifts end late.", "the children come along,\nas do their bicycles."];

/// What one respondent answered.
struct Respondent {
    region: &'static str,
    support: &'static str,
    /// Which of the options.
    services: Vec<usize>,
    other: &'static str,
    ratings: [&'static str; 2],
    change: String,
}

fn respondents() -> Vec<Respondent> {
    const GRADES: [&str; 5] = ["Very dissatisfied", "Dissatisfied", "Neutral", "Satisfied", "Very satisfied"];
    (0..24)
        .map(|n| Respondent {
            region: ["North", "South", "East"][n % 3],
            support: if n % 4 == 1 { "No" } else { "Yes" },
            services: (0..3).filter(|option| n % (option + 2) == 0).collect(),
            other: if n == 7 { "Rowing boat" } else { "" },
            ratings: [GRADES[n % 5], GRADES[(n / 3) % 5]],
            change: if n % 8 == 7 { String::new() } else { format!("{}: {}", WISHES[n % 8], REASONS[n / 8]) },
        })
        .collect()
}

impl Respondent {
    /// The options in one cell.
    fn listed(&self, separator: &str, ending: &str) -> String {
        let options = self.services.iter().map(|option| OPTIONS[*option]);
        let all: Vec<&str> = options.chain(Some(self.other).filter(|other| !other.is_empty())).collect();
        if all.is_empty() { String::new() } else { format!("{}{ending}", all.join(separator)) }
    }

    /// A cell for each option: `chosen` of its name, or `not`.
    fn spread(&self, chosen: impl Fn(&str) -> String, not: &str) -> Vec<String> {
        let cell =
            |option: usize| if self.services.contains(&option) { chosen(OPTIONS[option]) } else { not.to_owned() };
        (0..OPTIONS.len()).map(cell).collect()
    }
}

impl Respondent {
    /// A row with a column for each option, whose cells are `services`, behind those that run the survey.
    fn row(&self, run: &[String], services: Vec<String>) -> Vec<Vec<String>> {
        vec![
            run.to_vec(),
            owned(&[self.region, self.support]),
            services,
            owned(&[self.other]),
            owned(&self.ratings),
            owned(&[self.change.as_str()]),
        ]
    }
}

/// Rows as CSV, everything in quotation marks.
fn csv(rows: &[Vec<String>]) -> String {
    let mut file = String::new();
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
        writeln!(file, "{}", cells.join(",")).unwrap();
    }
    file
}

fn owned(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|cell| (*cell).to_owned()).collect()
}

/// A table of the given header rows and, for each respondent, what `row` makes of the number and the answers.
fn table(header: Vec<Vec<String>>, row: impl Fn(usize, &Respondent) -> Vec<Vec<String>>) -> Vec<Vec<String>> {
    let rows = respondents();
    header.into_iter().chain(rows.iter().enumerate().map(|(n, answers)| row(n, answers).concat())).collect()
}

/// Several options in one cell, each ended by ";"; statements in columns of their own name; a carriage return, written `_x000D_`, before
/// each line feed.
fn microsoft_forms() -> Vec<u8> {
    let header = owned(&["ID", "Start time", "Completion time", "Email", "Name", REGION, SUPPORT, SERVICES]);
    let header = [header, owned(&STATEMENTS), owned(&[CHANGE])].concat();
    let rows = table(vec![header], |n, answers| {
        let change = answers.change.replace('\n', "\r\n");
        let run = [
            (n + 1).to_string(),
            format!("3/{}/26 9:15:22", n + 1),
            format!("3/{}/26 9:20:10", n + 1),
            "anonymous".into(),
            String::new(),
        ];
        let closed = [answers.region.into(), answers.support.into(), answers.listed(";", ";")];
        vec![run.to_vec(), closed.to_vec(), owned(&answers.ratings), owned(&[&change])]
    });
    workbook([("Sheet1", rows.iter().map(|row| row.iter().map(String::as_str).collect()).collect())])
}

/// Several options in one cell, parted by ", "; the statements of a grid in brackets.
fn google_forms() -> String {
    let statements = STATEMENTS.map(|statement| format!("{RATING} [{statement}]"));
    let header = [owned(&["Timestamp", REGION, SUPPORT, SERVICES]), statements.to_vec(), owned(&[CHANGE])].concat();
    csv(&table(vec![header], |n, answers| {
        let time = format!("2026/03/{:02} 9:15:22 AM GMT+1", n + 1);
        let closed = [time, answers.region.into(), answers.support.into(), answers.listed(", ", "")];
        vec![closed.to_vec(), owned(&answers.ratings), owned(&[answers.change.as_str()])]
    }))
}

/// Two header rows: questions, and below them options, statements or that an answer stands there.
fn survey_monkey() -> String {
    let run = ["Respondent ID", "Collector ID", "Start Date", "End Date", "IP Address", "Email Address", "First Name"];
    let first = [owned(&run), owned(&[REGION, SUPPORT, SERVICES, "", "", "", RATING, "", CHANGE])].concat();
    let below = ["Response", "Response", OPTIONS[0], OPTIONS[1], OPTIONS[2], "Other (please specify)"];
    let second =
        [vec![String::new(); run.len()], owned(&below), owned(&STATEMENTS), owned(&["Open-Ended Response"])].concat();
    csv(&table(vec![first, second], |n, answers| {
        let day = n + 1;
        let run = [
            format!("1180000{:04}", n * 7),
            "420000001".into(),
            format!("03/{day:02}/2026 09:15:22 AM"),
            format!("03/{day:02}/2026 09:20:10 AM"),
            "192.0.2.1".into(),
            String::new(),
            String::new(),
        ];
        answers.row(&run, answers.spread(str::to_owned, ""))
    }))
}

/// Three header rows: codes, wordings, import ids; options in columns of their own.
fn qualtrics() -> String {
    let run = [
        "StartDate",
        "EndDate",
        "Status",
        "IPAddress",
        "Progress",
        "Duration (in seconds)",
        "Finished",
        "RecordedDate",
        "ResponseId",
    ];
    let wording = [
        "Start Date",
        "End Date",
        "Response Type",
        "IP Address",
        "Progress",
        "Duration (in seconds)",
        "Finished",
        "Recorded Date",
        "Response ID",
    ];
    let codes = ["Q1", "Q2", "Q3_1", "Q3_2", "Q3_3", "Q3_4_TEXT", "Q4_1", "Q4_2", "Q5"];
    let options = OPTIONS.map(|option| format!("{SERVICES} - Selected Choice - {option}"));
    let statements = STATEMENTS.map(|statement| format!("{RATING} - {statement}"));
    let other = format!("{SERVICES} - Other (please specify) - Text");
    let wordings = [
        owned(&wording),
        owned(&[REGION, SUPPORT]),
        options.to_vec(),
        vec![other],
        statements.to_vec(),
        owned(&[CHANGE]),
    ];
    let codes = [owned(&run), owned(&codes)].concat();
    let ids = codes.iter().map(|code| format!("{{\"ImportId\":\"{code}\"}}")).collect();
    csv(&table(vec![codes, wordings.concat(), ids], |n, answers| {
        let time = format!("2026-03-{:02} 09:15:22", n + 1);
        let run = [
            time.clone(),
            time.clone(),
            "IP Address".into(),
            "192.0.2.1".into(),
            "100".into(),
            format!("{}", 200 + n),
            "True".into(),
            time,
            format!("R_{:015}", n * 31 + 5),
        ];
        answers.row(&run, answers.spread(str::to_owned, ""))
    }))
}

/// Options and statements in brackets; "Yes" and "No" for each option.
fn lime_survey() -> String {
    let run =
        ["Response ID", "Date submitted", "Last page", "Start language", "Seed", "Date started", "Date last action"];
    let bracketed = |wording: &str, parts: &[&str]| -> Vec<String> {
        parts.iter().map(|part| format!("{wording} [{part}]")).collect()
    };
    let options = bracketed(SERVICES, &[OPTIONS[0], OPTIONS[1], OPTIONS[2], "Other"]);
    let header = [owned(&run), owned(&[REGION, SUPPORT]), options, bracketed(RATING, &STATEMENTS), owned(&[CHANGE])];
    csv(&table(vec![header.concat()], |n, answers| {
        let time = format!("2026-03-{:02} 09:15:22", n + 1);
        let run = [
            (n + 1).to_string(),
            time.clone(),
            "3".into(),
            "en".into(),
            format!("{}", 90210 + n * 17),
            time.clone(),
            time,
        ];
        answers.row(&run, answers.spread(|_| "Yes".into(), "No"))
    }))
}

/// A column for each option, which names it.
fn citizen_space() -> String {
    let options = OPTIONS.map(|option| format!("{SERVICES} - {option}"));
    let statements = STATEMENTS.map(|statement| format!("{RATING} - {statement}"));
    let other = format!("{SERVICES} - Other (please specify)");
    let header = [
        owned(&["Response ID", "Date Submitted", REGION, SUPPORT]),
        options.to_vec(),
        vec![other],
        statements.to_vec(),
        owned(&[CHANGE]),
    ];
    csv(&table(vec![header.concat()], |n, answers| {
        let run = [format!("ANON-{:04}-{}", n * 13 % 97, n), format!("{} March 2026 09:15", n + 1)];
        answers.row(&run, answers.spread(str::to_owned, ""))
    }))
}

fn exports() -> [(&'static str, &'static str, Vec<u8>); 6] {
    [
        ("Microsoft Forms", "answers.xlsx", microsoft_forms()),
        ("Google Forms", "answers.csv", google_forms().into_bytes()),
        ("SurveyMonkey", "answers.csv", survey_monkey().into_bytes()),
        ("Qualtrics", "answers.csv", qualtrics().into_bytes()),
        ("LimeSurvey", "answers.csv", lime_survey().into_bytes()),
        ("Citizen Space", "answers.csv", citizen_space().into_bytes()),
    ]
}

/// The options of an item with their counts, whatever their order.
fn counted(item: &Value) -> BTreeSet<(String, u64)> {
    let options = list(item, "options").iter();
    options.map(|option| (text(option, "option").to_owned(), count(option, "n"))).filter(|(_, n)| *n > 0).collect()
}

fn closed<'f>(findings: &'f Value, wording: &str) -> &'f Value {
    let questions = list(findings, "closed_questions").iter();
    questions.clone().find(|question| text(question, "text").contains(wording)).unwrap_or_else(|| {
        panic!("no closed question {wording:?} among {:?}", questions.map(|q| text(q, "text")).collect::<Vec<_>>())
    })
}

fn expected(answer: impl Fn(&Respondent) -> Vec<String>) -> BTreeSet<(String, u64)> {
    let mut counts = std::collections::BTreeMap::new();
    for option in respondents().iter().flat_map(answer).filter(|option| !option.is_empty()) {
        *counts.entry(option).or_insert(0) += 1;
    }
    counts.into_iter().collect()
}

fn one(answer: &str) -> Vec<String> {
    vec![answer.to_owned()]
}

/// What the exports must all give.
fn check(tool: &str, outputs: &Outputs) {
    let findings = outputs.findings();
    let items = |wording: &str| list(closed(&findings, wording), "items");
    assert_eq!(counted(&items(SUPPORT)[0]), expected(|r| one(r.support)), "{tool}");
    // What was written beside the options is one of them in tools that list all in a cell, and gathered in others.
    let services: BTreeSet<(String, u64)> = counted(&items("services")[0])
        .into_iter()
        .map(|(option, n)| (if option == "Rowing boat" { "Other".into() } else { option }, n))
        .collect();
    let chosen = |r: &Respondent| {
        let other = if r.other.is_empty() { String::new() } else { "Other".to_owned() };
        r.services.iter().map(|option| OPTIONS[*option].to_owned()).chain([other]).collect::<Vec<_>>()
    };
    assert_eq!(services, expected(chosen), "{tool}");
    let base = respondents().iter().filter(|r| !chosen(r).concat().is_empty()).count() as u64;
    assert_eq!(count(&items("services")[0], "base"), base, "{tool}");
    let questions = list(&findings, "closed_questions").iter();
    let matrix: Vec<&Value> = questions.filter(|question| text(question, "kind") == "matrix").collect();
    assert_eq!(matrix.len(), 1, "{tool}");
    for (at, statement) in STATEMENTS.iter().enumerate() {
        let item = list(matrix[0], "items").iter().find(|item| text(item, "statement") == *statement).unwrap();
        assert_eq!(counted(item), expected(|r| one(r.ratings[at])), "{tool}: {statement}");
    }
    let open: Vec<&Value> =
        list(&findings, "questions").iter().filter(|question| text(question, "text") == CHANGE).collect();
    assert_eq!(open.len(), 1, "{tool}");
    assert_eq!(count(open[0], "base"), 21, "{tool}");
    let answers: Vec<String> =
        respondents().into_iter().map(|r| r.change).filter(|change| !change.is_empty()).collect();
    let id = text(open[0], "id");
    let records = outputs.records().into_iter().filter(|record| text(record, "question") == id);
    let read: Vec<String> =
        records.map(|record| text(&record, "text").to_owned()).filter(|answer| !answer.is_empty()).collect();
    assert_eq!(read, answers, "{tool}");
    let profile = list(&findings["profile"], "attributes");
    let regions = profile.iter().find(|attribute| text(attribute, "attribute") == REGION).unwrap();
    let regions: BTreeSet<(String, u64)> =
        list(regions, "values").iter().map(|group| (text(group, "value").to_owned(), count(group, "n"))).collect();
    assert_eq!(regions, expected(|r| one(r.region)), "{tool}");
    // 24 days in March, read whatever the order of day and month.
    assert_eq!(list(&findings["profile"], "days").len(), 24, "{tool}");
}

#[test]
fn every_export_gives_the_same_questions_and_counts() {
    for (tool, name, bytes) in exports() {
        let run = Run::new().answers(name, &bytes).done();
        check(tool, &run.outputs());
    }
}

#[test]
fn what_inspect_writes_gives_the_same_report_again() {
    for (tool, name, bytes) in exports() {
        let plain = Run::new().answers(name, &bytes).done();
        assert_eq!(plain.canvass(&["inspect", name]).code, 0, "{tool}");
        let settings = std::fs::read_to_string(plain.folder.join("canvass.toml")).unwrap();
        let again = Run::new().answers(name, &bytes).settings(&settings).done();
        plain.outputs().assert_same(&again.outputs(), tool);
    }
}

#[test]
fn inspect_says_what_it_made_of_the_headers() {
    let folder = tempfile::tempdir().unwrap();
    let mut told = String::new();
    for (tool, name, bytes) in exports() {
        std::fs::write(folder.path().join(name), &bytes).unwrap();
        let said = crate::support::canvass(folder.path(), ["inspect", name, "--force"]);
        assert_eq!(said.code, 0, "{tool}: {}", said.stderr);
        writeln!(told, "== {tool}\n{}", said.stdout).unwrap();
    }
    assert_snapshot!(told);
}

/// A title over all columns, and below it a header of two rows: what covers several columns is merged over them, what covers one is
/// merged with the cell below.
fn two_tiers() -> Vec<u8> {
    let plain = rust_xlsxwriter::Format::new();
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    sheet.merge_range(0, 0, 0, 8, "Harbour consultation 2026", &plain).unwrap();
    for (column, name) in [(0, "ID"), (1, "Date"), (2, REGION), (3, SUPPORT), (9, CHANGE)] {
        sheet.merge_range(2, column, 3, column, name, &plain).unwrap();
    }
    sheet.merge_range(2, 4, 2, 6, SERVICES, &plain).unwrap();
    sheet.merge_range(2, 7, 2, 8, RATING, &plain).unwrap();
    for (column, name) in (4..).zip(OPTIONS.iter().chain(&STATEMENTS)) {
        sheet.write_string(3, column, *name).unwrap();
    }
    for (n, answers) in respondents().iter().enumerate() {
        let services = answers.spread(|_| "x".into(), "");
        let row = [
            vec![(n + 1).to_string(), format!("2026-03-{:02}", n + 1)],
            owned(&[answers.region, answers.support]),
            services,
            owned(&answers.ratings),
            owned(&[answers.change.as_str()]),
        ];
        for (column, cell) in (0..).zip(row.concat()) {
            sheet.write_string(4 + n as u32, column, cell).unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}

#[test]
fn merged_cells_and_a_title_above_them_are_one_header() {
    let run = Run::new().answers("answers.xlsx", two_tiers()).done();
    let outputs = run.outputs();
    let findings = outputs.findings();
    let services = &list(closed(&findings, SERVICES), "items")[0];
    let chosen = |r: &Respondent| r.services.iter().map(|option| OPTIONS[*option].to_owned()).collect::<Vec<_>>();
    assert_eq!(counted(services), expected(chosen));
    let statements = list(closed(&findings, RATING), "items").iter();
    assert_eq!(statements.map(|item| text(item, "statement")).collect::<BTreeSet<_>>(), BTreeSet::from(STATEMENTS));
    assert_eq!(text(&list(&findings, "questions")[0], "text"), CHANGE);
    for said in ["row 1: left out as a title above the header", "rows 3 to 4: read together as the header"] {
        assert!(run.said.stderr.contains(said), "{}", run.said.stderr);
    }
}

#[test]
fn the_rows_of_a_header_can_be_stated() {
    let file = "Services,,Why?\nVan,Desk,in words\nx,,\"It is near, and late\"\n,x,The desk is close by\nx,x,Both are needed here\n";
    let said = Run::new().csv(file).args(["--header-rows", "2"]).done();
    let findings = said.outputs().findings();
    assert_eq!(text(closed(&findings, "Services"), "kind"), "multiple");
    assert_eq!(text(&list(&findings, "questions")[0], "text"), "Why?");
    assert_eq!(count(&list(&findings, "questions")[0], "base"), 3);
}
