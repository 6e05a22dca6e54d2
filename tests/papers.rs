//! The report for other programs: `report.md`, `report.docx`, `findings.xlsx`; in which forms, in which language, with which look.

use crate::support::{FERRY, NAMES, Outputs, Run, cells, count, list, parts, repository, sample, table, text};
use calamine::Data;
use quick_xml::Reader;
use quick_xml::events::Event;
use std::collections::BTreeSet;
use std::fs;

/// A picture of 7 by 5 pixels, as far as its size goes.
const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x07\0\0\0\x05\x08\0\0\0\0";

/// The paragraphs of a document: runs, line breaks and tabs put together. Every part must be well-formed XML.
fn paragraphs(docx: &[u8]) -> Vec<String> {
    let mut paragraphs = Vec::new();
    for (name, bytes) in parts(docx).into_iter().filter(|(name, _)| !name.starts_with("word/media/")) {
        let xml = String::from_utf8(bytes).unwrap();
        let mut reader = Reader::from_str(&xml);
        reader.config_mut().check_end_names = true;
        let (mut in_text, is_body) = (false, name == "word/document.xml");
        loop {
            let event = reader.read_event().unwrap_or_else(|error| panic!("{name}: {error}"));
            let last = paragraphs.last_mut().filter(|_| is_body);
            match event {
                Event::Start(element) if element.name().as_ref() == "w:p" && is_body => paragraphs.push(String::new()),
                Event::Start(element) => in_text = element.name().as_ref() == "w:t",
                Event::End(_) => in_text = false,
                Event::Empty(element) => match (element.name().as_ref(), last) {
                    ("w:br", Some(last)) => last.push('\n'),
                    ("w:tab", Some(last)) => last.push('\t'),
                    _ => {}
                },
                Event::Text(written) if in_text => {
                    if let Some(last) = last {
                        last.push_str(&written);
                    }
                }
                Event::GeneralRef(named) if in_text => {
                    let named: &str = &named;
                    let c = match named {
                        "lt" => '<',
                        "gt" => '>',
                        "amp" => '&',
                        "quot" => '"',
                        other => panic!("&{other}; in {name}"),
                    };
                    if let Some(last) = last {
                        last.push(c);
                    }
                }
                Event::Eof => break,
                _ => {}
            }
        }
    }
    paragraphs
}

/// White space evened out.
fn even(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a reader of markdown sees of a text: escapes taken away.
fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut letters = text.chars();
    while let Some(c) = letters.next() {
        out.extend(if c == '\\' { letters.next() } else { Some(c) });
    }
    out
}

#[test]
fn the_report_tells_the_same_findings_in_every_form() {
    let outputs = sample();
    let (md, document) = (unescaped(outputs.text("report.md")), paragraphs(outputs.bytes("report.docx")));
    let sheet = cells(outputs.bytes("findings.xlsx"), "Findings");
    let findings = outputs.findings();
    let mut n_findings = 0;
    for question in list(&findings, "questions") {
        for finding in list(question, "findings") {
            let title = format!("{}. {}", finding["rank"], text(finding, "label"));
            assert!(md.contains(&format!("#### **{title}**")), "{title} in report.md");
            assert!(document.contains(&title), "{title} in report.docx");
            let told = format!("{} of {} respondents", count(finding, "n_respondents"), count(question, "base"));
            assert!(md.contains(&told) && document.iter().any(|line| line.contains(&told)), "{told}");
            let row = sheet.iter().find(|row| {
                row["Question"] == Data::String(text(question, "id").into())
                    && row["Theme"] == Data::String(text(finding, "theme_id").into())
            });
            let row = row.unwrap_or_else(|| panic!("no row for {title}"));
            assert_eq!(row["Label"], Data::String(text(finding, "label").into()));
            assert_eq!(row["Respondents"], Data::Float(count(finding, "n_respondents") as f64));
            assert_eq!(row["Share"], Data::Float(finding["share"].as_f64().unwrap()));
            assert_eq!(row["Among the findings"], Data::String("yes".into()));
            for verbatim in list(finding, "verbatims") {
                let quoted = even(text(verbatim, "text"));
                assert!(even(&md.replace("\n> ", " ")).contains(&quoted), "{quoted} in report.md");
                let is_quoted = |line: &str| line == quoted || line.starts_with(&format!("“{quoted}” (response "));
                assert!(document.iter().any(|line| is_quoted(&even(line))), "{quoted} in report.docx");
            }
            // The sentence is the first verbatim, and not quoted a second time.
            let of_finding = md.split_once(&format!("#### **{title}**")).unwrap().1.split("####").next().unwrap();
            let sentence = text(finding, "sentence");
            assert_eq!(even(of_finding).matches(&even(sentence)).count(), 1, "{sentence} in {of_finding}");
            n_findings += 1;
        }
    }
    assert!(n_findings >= 15, "{n_findings}");
}

#[test]
fn the_annex_has_every_response_that_is_not_blank() {
    let outputs = sample();
    let document: BTreeSet<String> = paragraphs(outputs.bytes("report.docx")).iter().map(|line| even(line)).collect();
    let md = even(&unescaped(&outputs.text("report.md").replace("\n> ", " ")));
    let mut n_responses = 0;
    for record in outputs.records().iter().filter(|record| record["state"] != "blank") {
        let written = even(text(record, "text"));
        assert!(document.contains(&written), "{written} in report.docx");
        assert!(md.contains(&written), "{written} in report.md");
        n_responses += 1;
    }
    assert!(n_responses > 400, "{n_responses}");
}

#[test]
fn the_workbook_has_the_tables_cell_by_cell() {
    let outputs = sample();
    let book = outputs.bytes("findings.xlsx");
    let coding = cells(book, "Coding");
    let lines = outputs.rows("coding.csv");
    assert_eq!(coding.len(), lines.len());
    for (row, line) in coding.iter().zip(&lines) {
        for (title, column) in [
            ("Question", "question"),
            ("Response", "response_id"),
            ("Respondent", "respondent_id"),
            ("Theme", "theme_id"),
            ("Label", "theme_label"),
        ] {
            assert_eq!(row[title], Data::String(line[column].clone()));
        }
        assert_eq!(row["Points"], Data::Float(line["points"].parse().unwrap()));
        assert_eq!(row["Strength"], Data::Float(line["strength"].parse().unwrap()));
    }
    let (ledger, lines) = (cells(book, "Ledger"), outputs.rows("ledger.csv"));
    assert_eq!(ledger.len(), lines.len());
    assert_eq!(ledger[7]["Row"], Data::Float(lines[7]["row"].parse().unwrap()));
    assert_eq!(cells(book, "Cross-tables").len(), outputs.rows("crosstabs.csv").len());
    assert_eq!(cells(book, "Closed questions").len(), outputs.rows("closed.csv").len());
    assert_eq!(cells(book, "Responses").len(), outputs.records().len());
    assert!(!cells(book, "Duplicates").is_empty() && !cells(book, "Profile").is_empty());
    let about = cells(book, "About");
    assert!(about.iter().any(|row| row["Value"] == Data::String("All responses are in this workbook.".into())));
}

#[test]
fn the_forms_that_are_asked_for_are_written_and_no_others() {
    let papers = ["report.html", "report.docx", "report.md", "findings.xlsx"];
    let ran = Run::new().csv(FERRY).args(["--formats", "xlsx,md"]).done();
    let expected: Vec<&str> =
        NAMES.into_iter().filter(|name| !papers.contains(name) || papers[2..].contains(name)).collect();
    assert_eq!(ran.outputs().names(), expected);
    assert!(ran.said.stdout.ends_with("report: out/report.md\n"), "{}", ran.said.stdout);
    assert_eq!(ran.canvass(&["verify", "out", "answers.csv"]).code, 0);
    let by_settings = Run::new().csv(FERRY).settings("[report]\nformats = [\"md\", \"xlsx\"]\n").done();
    ran.outputs().assert_same(&by_settings.outputs(), "by option and by setting");
    let refused = Run::new().csv(FERRY).args(["--formats", "pdf"]).output().said;
    assert!(refused.code == 2 && refused.stderr.contains("html, docx, md, xlsx"), "{}", refused.stderr);
}

#[test]
fn the_language_of_the_report_changes_words_and_nothing_that_is_found() {
    let french = Run::sample().args(["--report-language", "fr"]).done().outputs();
    let english = sample();
    assert_eq!(french.findings()["questions"], english.findings()["questions"]);
    for name in ["coding.csv", "ledger.csv", "crosstabs.csv", "responses.jsonl"] {
        assert_eq!(french.text(name), english.text(name), "{name}");
    }
    let md = french.text("report.md");
    for told in [
        "Du 4 mars 2026 au 23 mars 2026, ",
        "# Constats de la consultation\n",
        "## Qui a répondu\n",
        "Base\u{a0}: 122\u{a0}répondants.",
        "52,8\u{202f}%",
    ] {
        assert!(md.contains(told), "{told}");
    }
    let page = french.text("report.html");
    for told in
        [">4 mars 2026</text>", "du 4 mars 2026 au 23 mars 2026", "90\u{202f}%\u{202f}; «", "37 (0,86), 44 (0,86)"]
    {
        assert!(
            page.contains(told) || page.replace("<span class=\"id\">", "").replace("</span>", "").contains(told),
            "{told}"
        );
    }
    assert!(!page.contains("2026-03-"));
    for english in ["Respondents", "Base: ", "Counted once", "Stable. Similarity"] {
        assert!(!md.contains(english), "{english}");
    }
    let xml = String::from_utf8(parts(french.bytes("report.docx"))["word/styles.xml"].clone()).unwrap();
    assert!(xml.contains("w:val=\"fr-FR\""), "{xml}");
    assert!(!cells(french.bytes("findings.xlsx"), "Constats").is_empty());
}

#[test]
fn a_report_in_french_has_no_english_sentence_about_a_closed_question() {
    let french = Run::sample().args(["--report-language", "fr"]).done().outputs();
    let closed = french.findings()["closed_questions"].clone();
    assert_eq!(closed, sample().findings()["closed_questions"], "the data are in English");
    // Up to the options, which stand in quotation marks in both languages.
    let sentences = closed.as_array().unwrap().iter().flat_map(|question| question["sentences"].as_array().unwrap());
    let begun: Vec<&str> = sentences.map(|said| said.as_str().unwrap().split(['“', '(']).next().unwrap()).collect();
    assert!(begun.len() >= 4 && begun.iter().all(|begun| begun.len() >= 10), "{begun:?}");
    let papers = |outputs: &Outputs| {
        let document = paragraphs(outputs.bytes("report.docx")).join("\n");
        [outputs.text("report.html").to_owned(), outputs.text("report.md").to_owned(), document]
    };
    for (english, french) in papers(sample()).iter().zip(&papers(&french)) {
        for begun in &begun {
            assert!(english.contains(begun), "no {begun:?} in English");
            assert!(!french.contains(begun), "{begun:?} in French");
        }
    }
}

/// Answers that a renderer, a spreadsheet or a parser of XML would act on.
const HOSTILE: [&str; 12] = [
    "<script>alert('ferry')</script> The evening ferry must run later",
    "# A heading about the evening ferry\n\n- and a *list*, `code` and a | table |\n---",
    "[The evening ferry](http://example.org) ![x](y) <http://example.org> www.example.org",
    "</w:t></w:r></w:p> The evening ferry ]]> &lt;b&gt; &amp;",
    "{{ 7 * 7 }} {% raw %} the evening ferry ${7}",
    "=HYPERLINK(\"http://example.org\",\"ferry\") evening ferry",
    "+1+cmd|' /C calc'!A0 evening ferry",
    "-2 evening ferries",
    "@SUM(1+1) evening ferry",
    "\u{202e}yrref gnineve eht\u{202c} the evening ferry, שלום evening",
    "\u{1b}[31mred evening ferry\u{7}\u{fffe} _x0041_",
    "1. The evening\tferry &#x41; \\* \\\\",
];

fn hostile() -> Outputs {
    let mut rows = vec![["id".to_owned(), "<b>What</b> =should= the *ferry* change?".to_owned()]];
    rows.extend(
        (0..)
            .zip(HOSTILE.iter().cycle().take(3 * HOSTILE.len()))
            .map(|(n, answer)| [format!("=r|{n}"), (*answer).to_owned()]),
    );
    let settings = "[report]\ntitle = \"<b>*Ferry* & =1+1\"\norganisation = \"_The_ </w:t> <b>port\"\n[duplicates]\nmin_words = 2\nshingle_words = 2\n";
    Run::new().csv(&table(&rows)).settings(settings).done().outputs()
}

/// A text as XML can hold it.
fn shown(text: &str) -> String {
    let known = |c: char| if (c.is_control() && !c.is_whitespace()) || c == '\u{fffe}' { '\u{fffd}' } else { c };
    even(&text.chars().map(known).collect::<String>())
}

#[test]
fn what_respondents_wrote_is_whole_and_nothing_but_text_in_the_document() {
    let outputs = hostile();
    let told: BTreeSet<String> = paragraphs(outputs.bytes("report.docx")).iter().map(|line| even(line)).collect();
    for answer in HOSTILE {
        assert!(told.contains(&shown(answer)), "{answer}");
    }
    assert!(told.contains("<b>*Ferry* & =1+1") && told.contains("_The_ </w:t> <b>port"));
}

#[test]
fn what_respondents_wrote_takes_no_effect_in_markdown() {
    let outputs = hostile();
    let md = outputs.text("report.md");
    let prose = md.split("```").step_by(2).collect::<String>();
    for line in prose.lines() {
        let mut before = '\n';
        for c in line.trim_start_matches(['>', ' ']).chars() {
            let is_ours = matches!(c, '*' | '|');
            assert!(before == '\\' || is_ours || !"<>[]`_~&$@".contains(c), "{c} in {line:?}");
            assert!(before == '\\' || !c.is_control(), "{line:?}");
            before = if before == '\\' { '\n' } else { c };
        }
        assert!(!line.starts_with("> #") && !line.starts_with("> ---") && !line.starts_with("> - "), "{line:?}");
    }
    let plain = even(&unescaped(&prose.replace("\\\n> ", " ").replace("\n> ", " ")));
    for answer in HOSTILE {
        assert!(plain.contains(&shown(answer)), "{answer}");
    }
}

#[test]
fn what_respondents_wrote_is_never_a_formula() {
    let outputs = hostile();
    let rows = cells(outputs.bytes("findings.xlsx"), "Responses");
    assert_eq!(rows.len(), 3 * HOSTILE.len());
    for (n, row) in rows.iter().enumerate() {
        assert_eq!(row["Response"], Data::String(format!("=r|{n}")));
        let Data::String(written) = &row["Text"] else { panic!("{:?}", row["Text"]) };
        assert_eq!(even(written), shown(HOSTILE[n % HOSTILE.len()]));
    }
    let findings = cells(outputs.bytes("findings.xlsx"), "Findings");
    assert!(findings.iter().all(|row| matches!(row["Sentence"], Data::String(_))));
}

#[test]
fn an_answer_of_a_million_letters_is_in_every_paper() {
    let long = "The evening ferry must run later. ".repeat(30_000);
    let answers = table([
        ["id", "What should the ferry change?"],
        ["1", &long],
        ["2", "A later evening ferry"],
        ["3", "An evening ferry"],
    ]);
    let outputs = Run::new().csv(&answers).done().outputs();
    assert!(paragraphs(outputs.bytes("report.docx")).iter().any(|line| line.len() > 1_000_000));
    assert!(outputs.text("report.md").lines().any(|line| line.len() > 1_000_000));
    let rows = cells(outputs.bytes("findings.xlsx"), "Responses");
    let Data::String(cut) = &rows[0]["Text"] else { panic!("{:?}", rows[0]["Text"]) };
    assert!(cut.chars().count() <= 32_767 && cut.ends_with("the whole text is response 1 in responses.jsonl]"));
}

#[test]
fn above_the_limit_document_and_workbook_hold_a_sample_and_say_so() {
    let subjects = ["ferry", "ticket", "harbour", "bridge", "timetable"];
    let mut rows = vec![["id".to_owned(), "What should the port change?".to_owned()]];
    rows.extend((0..1_300).map(|n| [n.to_string(), format!("The {} number {n} should change", subjects[n % 5])]));
    let settings = "[report]\nmax_responses = 1200\n[themes]\nresamples = 0\n";
    let outputs = Run::new().csv(&table(&rows)).settings(settings).done().outputs();
    let document = paragraphs(outputs.bytes("report.docx"));
    let said = document.iter().find(|line| line.starts_with("A sample: 1\u{a0}000 of 1\u{a0}300 responses")).unwrap();
    assert!(said.contains("coding.csv"), "{said}");
    assert_eq!(document.iter().filter(|line| line.starts_with("The ") && line.contains(" number ")).count() / 1_000, 1);
    let book = outputs.bytes("findings.xlsx");
    assert_eq!(cells(book, "Responses").len(), 1_000);
    assert!(cells(book, "About").iter().any(|row| row["Value"].to_string().starts_with("Above 1\u{a0}200 responses")));
    assert!(cells(book, "Ledger").iter().any(|row| row["Responses"] == Data::Float(1_300.0)));
    assert_eq!(outputs.rows("ledger.csv").len(), 1_300, "the tables are complete");
    assert!(outputs.text("report.md").contains("number 1299 should change"));
}

#[test]
fn above_four_times_the_limit_the_text_holds_a_sample_too() {
    let mut rows = vec![["id".to_owned(), "What should the port change?".to_owned()]];
    rows.extend((0..1_300).map(|n| [n.to_string(), format!("Pier {n} should change")]));
    let text = |limit: u32| {
        let settings = format!("[report]\nmax_responses = {limit}\nformats = [\"md\"]\n[themes]\nresamples = 0\n");
        Run::new().csv(&table(&rows)).settings(&settings).done().outputs().text("report.md").to_owned()
    };
    let annex = |text: &str| text.split("## Annex").nth(1).unwrap().matches("should change").count();
    assert_eq!(annex(&text(325)), 1_300);
    let sampled = text(324);
    assert_eq!(annex(&sampled), 1_000);
    assert!(sampled.contains("A sample: 1\u{a0}000 of 1\u{a0}300 responses") && sampled.contains("responses.jsonl"));
}

#[test]
fn with_small_cells_suppressed_no_paper_says_who_has_which_attribute() {
    let ran = Run::sample().settings("[privacy]\nsmallest_cell = 5\n").done();
    let outputs = ran.outputs();
    let names = outputs.names();
    assert!(names.contains(&"internal/responses.jsonl") && !names.contains(&"responses.jsonl"), "{names:?}");
    let book = outputs.bytes("findings.xlsx");
    let rows = cells(book, "Responses");
    let titles: Vec<&String> = rows[0].keys().collect();
    assert_eq!(
        titles,
        ["Near-duplicates", "Question", "Respondent", "Response", "State", "Text", "Themes", "Translation"]
    );
    assert!(cells(book, "Ledger").iter().all(|row| !row.contains_key("Response") && row.contains_key("Responses")));
    assert!(cells(book, "Cross-tables").iter().any(|row| row["Respondents"] == Data::String("[c]".into())));
    let written: Vec<String> = ["internal/responses.jsonl"]
        .iter()
        .flat_map(|name| outputs.text(name).lines())
        .map(|line| text(&serde_json::from_str(line).unwrap(), "text").to_owned())
        .collect();
    let annex = outputs.text("report.md").split("## Annex").skip(1).collect::<String>();
    let document = paragraphs(outputs.bytes("report.docx"));
    for value in ["Member municipality", "Regional association", "Individual member", "Carpathians"] {
        let n_written = written.iter().filter(|text| text.contains(value)).count();
        assert_eq!(annex.matches(value).count(), n_written, "{value} in the annex");
        for line in document.iter().filter(|line| line.starts_with("— ")) {
            assert!(!line.contains(value), "{value} in {line}");
        }
    }
    let told = ran.canvass(&["explain", "out", "12"]);
    assert!(told.code == 0 && told.stdout.contains("Response 12 of respondent 12"), "{}", told.stderr);
    let book = repository("data/sample/consultation.xlsx");
    let verified = ran.canvass(&["verify", "out", book.to_str().unwrap()]);
    assert_eq!(verified.code, 0, "{}", verified.stdout);
}

#[test]
fn the_house_that_publishes_gives_title_colour_logo_and_sections() {
    let settings = "[report]\ntitle = \"Ferries\"\norganisation = \"The Port\"\ncolour = \"#AA3300\"\nlogo = \"logo.png\"\n\
                    sections = [\"questions\", \"summary\"]\n";
    let ran = Run::new().csv(FERRY).holding("logo.png", PICTURE).settings(settings).done();
    let outputs = ran.outputs();
    let document = parts(outputs.bytes("report.docx"));
    assert_eq!(document["word/media/logo.png"], PICTURE);
    let part = |name: &str| String::from_utf8(document[name].clone()).unwrap();
    assert!(part("word/document.xml").contains("descr=\"Logo of The Port\""));
    assert!(part("word/styles.xml").contains("aa3300"));
    assert!(part("docProps/core.xml").contains("<dc:title>Ferries</dc:title><dc:creator>The Port</dc:creator>"));
    assert!(!part("docProps/core.xml").contains("dcterms"), "no clock");
    let headings: Vec<&str> =
        outputs.text("report.md").lines().filter(|line| line.starts_with("## ") || line.starts_with("# ")).collect();
    assert_eq!(headings, ["# Ferries", "## q1: What should the ferry change?", "## Summary"]);
    let page = outputs.text("report.html");
    let sections: Vec<&str> = page
        .split("<section class=\"")
        .skip(1)
        .filter_map(|rest| rest.split("id=\"").nth(1)?.split('"').next())
        .collect();
    assert_eq!(sections, ["question-1", "summary"]);
    for without in ["id=\"tools\"", "id=\"settings\"", "class=\"response\""] {
        assert!(!page.contains(without), "{without}");
    }
    assert_links_lead_somewhere(page);
    let manifest = outputs.json("manifest.json");
    let logo = list(&manifest, "inputs").iter().find(|input| input["role"] == "logo").unwrap();
    assert_eq!((text(logo, "file"), count(logo, "size")), ("logo.png", PICTURE.len() as u64));
    assert_eq!(ran.canvass(&["verify", "out", "answers.csv", "logo.png"]).code, 0);
    let missing = ran.canvass(&["verify", "out", "answers.csv"]);
    assert!(missing.stdout.contains("logo.png: the input the run was made from, found beside"), "{}", missing.stdout);
    // The settings of the run folder name the logo by its hash.
    fs::copy(ran.folder.join("logo.png"), ran.out.with_file_name("logo2.png")).unwrap();
    fs::copy(ran.out.join("canvass.toml"), ran.folder.join("again.toml")).unwrap();
    let again = ran.canvass(&["run", "answers.csv", "--config", "again.toml", "--out", "again"]);
    assert_eq!(again.code, 0, "{}", again.stderr);
    outputs.assert_same(&Outputs::read(&ran.folder.join("again")), "run again with its own settings");
    fs::write(ran.folder.join("logo.png"), [PICTURE, b"\0"].concat()).unwrap();
    let other = ran.canvass(&["run", "answers.csv", "--config", "again.toml", "--out", "other"]);
    assert!(other.code == 2 && other.stderr.contains("logo.png has BLAKE3"), "{}", other.stderr);
}

/// Every link of a page leads to an element of it.
fn assert_links_lead_somewhere(page: &str) {
    let values = |name: &str| -> Vec<String> {
        page.split(&format!(" {name}=\"")).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    };
    let ids: BTreeSet<String> = values("id").into_iter().collect();
    for target in values("href") {
        let id = target.strip_prefix('#').unwrap_or_else(|| panic!("{target} leads out of the page"));
        assert!(ids.contains(id), "nothing has the id {id}");
    }
}

#[test]
fn a_page_of_any_parts_has_no_link_to_one_that_it_lacks() {
    let all = [
        "summary",
        "reading",
        "profile",
        "questions",
        "closed",
        "crosstabs",
        "blocs",
        "ledger",
        "method",
        "settings",
        "annex",
    ];
    let ids = [
        "summary",
        "reading",
        "who",
        "question-1",
        "closed",
        "crosstabs",
        "blocs",
        "ledger",
        "making",
        "settings",
        "annex",
    ];
    for (left_out, id) in all.iter().zip(ids) {
        let sections: Vec<&&str> = all.iter().filter(|section| *section != left_out).collect();
        let ran = Run::sample().settings(&format!("[report]\nformats = [\"html\"]\nsections = {sections:?}\n")).done();
        let outputs = ran.outputs();
        let page = outputs.text("report.html");
        assert!(!page.contains(&format!("id=\"{id}\"")), "{left_out}");
        assert_links_lead_somewhere(page);
    }
    assert_links_lead_somewhere(sample().text("report.html"));
}

#[test]
fn closed_questions_are_told_alike_in_the_page_and_in_the_document() {
    let (page, document) = (sample().text("report.html").to_owned(), paragraphs(sample().bytes("report.docx")));
    assert!(document.contains(&"q4: 5\u{a0}statements".to_owned()));
    assert!(document.contains(&"From Strongly agree (dark) to Strongly disagree".to_owned()));
    // The highest grade stands first.
    let from = |lines: &mut dyn Iterator<Item = String>| {
        lines.filter(|line| ["Very familiar", "Not familiar"].contains(&line.as_str())).take(2).collect::<Vec<_>>()
    };
    let rows = page.split("id=\"closed-1\"").nth(1).unwrap().split("<bdi lang=\"\">").skip(1);
    let in_page = from(&mut rows.map(|rest| rest.split('<').next().unwrap().to_owned()));
    let closed = document.iter().rposition(|line| line == "Closed questions").unwrap();
    let in_document = from(&mut document[closed..].iter().cloned());
    assert_eq!(in_page, ["Very familiar", "Not familiar"]);
    assert_eq!(in_document, in_page);
    // Nobody is not told.
    assert!(
        !document
            .iter()
            .any(|line| line.starts_with("0 chose") || line.starts_with("0 did") || line.contains(" 0 did not answer"))
    );
    assert!(document.iter().any(|line| line.contains("2 did not answer.")));
}

#[test]
fn a_logo_may_be_an_svg_and_nothing_unknown() {
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 30 10\"/>";
    let settings = "[report]\nlogo = \"logo.svg\"\n";
    let ran = Run::new().csv(FERRY).holding("logo.svg", svg).settings(settings).done();
    let document = parts(ran.outputs().bytes("report.docx"));
    assert_eq!(document["word/media/logo.svg"], svg.as_bytes());
    assert!(String::from_utf8_lossy(&document["word/document.xml"]).contains("asvg:svgBlip"));
    let refused = Run::new().csv(FERRY).holding("logo.svg", "GIF89a").settings(settings).output().said;
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("logo.svg, which report.logo names, cannot be used"), "{}", refused.stderr);
    let refused = Run::new().csv(FERRY).settings(settings).output().said;
    assert!(refused.code == 2 && refused.stderr.contains("report.logo names \"logo.svg\""), "{}", refused.stderr);
}

#[test]
fn a_template_of_the_house_takes_the_place_of_the_built_in_one() {
    let template = "{{ title }} / {{ t('count.respondents', n=questions[0].base) }} / {{ questions[0].text }}\n\n{{ chapters[0] }}";
    let settings = "[report]\ntemplate = \"house.md\"\ntitle = \"*Ferries*\"\nsections = [\"ledger\"]\n";
    let ran = Run::new().csv(FERRY).holding("house.md", template).settings(settings).done();
    let md = ran.outputs().text("report.md").to_owned();
    assert!(
        md.starts_with("\\*Ferries\\* / 6\u{a0}respondents / What should the ferry change?\n\n## Ledger: what became of every response\n"),
        "{md}"
    );
    assert_eq!(ran.canvass(&["verify", "out", "answers.csv", "house.md"]).code, 0);
    let page = "<h1>{{ questions[0].text }}</h1>";
    let settings = "[report]\npage_template = \"house.html\"\n";
    let ran = Run::new().csv(&FERRY.replace("What", "<b>What")).holding("house.html", page).settings(settings).done();
    assert_eq!(ran.outputs().text("report.html"), "<h1>&lt;b&gt;What should the ferry change?</h1>");
    for (template, said) in [("{{ nothing }}", "line 1: "), ("a\n{% if %}", "line 2: ")] {
        let settings = "[report]\ntemplate = \"house.md\"\n";
        let refused = Run::new().csv(FERRY).holding("house.md", template).settings(settings).output().said;
        assert_eq!(refused.code, 2, "{}", refused.stderr);
        let start = "house.md, which report.template names, cannot be used: ";
        assert!(refused.stderr.contains(start) && refused.stderr.contains(said), "{}", refused.stderr);
    }
}

#[test]
fn settings_of_the_report_that_cannot_be_are_refused() {
    for (settings, said) in [
        ("[report]\ncolour = \"red\"\n", "report.colour is \"red\", but must be a colour such as"),
        ("[report]\nformats = []\n", "report.formats is empty"),
        ("[report]\nsections = [\"preface\"]\n", "unknown variant `preface`"),
        ("[report]\nlanguage = \"de\"\n", "unknown variant `de`"),
    ] {
        let refused = Run::new().csv(FERRY).settings(settings).output().said;
        assert!(refused.code == 2 && refused.stderr.contains(said), "{}", refused.stderr);
    }
}
