//! `report.docx`: the report for a word processor, with its styles, tables, contents and page numbers.
//!
//! The parts are written one by one: no clock reaches them, and the archive's times are all the same. Texts are escaped by [`crate::xml`].

mod body;
mod picture;
mod styles;

use super::paper::{Chapter, Paper, Picture, one_line};
use crate::house::{Logo, LogoKind};
use crate::settings::ReportLanguage;
use crate::xml::Xml;
use body::{Body, HeadingLine};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

const MAIN: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const LINKS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
const DRAWING: &str = "http://schemas.openxmlformats.org/drawingml/2006";
const TYPE: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml";
/// The largest logo, in English metric units: 7 by 2.2 cm.
const LOGO: (u64, u64) = (2_520_000, 792_000);
/// The number of the logo among pictures; those of chapters begin behind it.
const LOGO_NUMBER: u32 = 1;
/// The name of what stands for an SVG logo where SVG is not known.
const NO_LOGO: &str = "logo-none.png";

/// The report; `sampled`: the annex holds a sample of the responses.
pub(super) fn render(paper: &Paper<'_>, sampled: bool) -> Vec<u8> {
    let settings = &paper.run.settings.report;
    let chapters: Vec<(u32, Chapter)> = (1..).zip(paper.chapters()).collect();
    let write = |(number, chapter): &(u32, Chapter)| body::write(&paper.blocks(*chapter, sampled), *number);
    let bodies: Vec<Body> = chapters.par_iter().map(write).collect();
    let logo = paper.run.house.logo.as_ref();
    let language = match settings.language {
        ReportLanguage::English => "en-GB",
        ReportLanguage::French => "fr-FR",
    };
    let accent = picture::colour(&settings.colour);
    let pictures: BTreeSet<Picture> = bodies.iter().flat_map(|body| body.pictures.iter().cloned()).collect();
    let mut media: Vec<(String, Vec<u8>)> =
        pictures.iter().map(|picture| (picture::name(picture), picture::draw(picture, accent))).collect();
    if let Some(logo) = logo {
        media.push((logo_name(logo).to_owned(), logo.bytes.clone()));
        if logo.kind == LogoKind::Svg {
            media.push((NO_LOGO.to_owned(), picture::draw(&Picture::Stack(Vec::new()), accent)));
        }
    }
    let mut parts: Vec<(String, Vec<u8>)> = vec![
        ("[Content_Types].xml".to_owned(), content_types().into_bytes()),
        ("_rels/.rels".to_owned(), package_links().into_bytes()),
        ("docProps/core.xml".to_owned(), core(paper, language).into_bytes()),
        ("word/document.xml".to_owned(), document(paper, &bodies, logo).into_bytes()),
        ("word/_rels/document.xml.rels".to_owned(), document_links(&media).into_bytes()),
        ("word/styles.xml".to_owned(), styles::styles(&settings.colour, language).into_bytes()),
        ("word/numbering.xml".to_owned(), styles::numbering().into_bytes()),
        ("word/settings.xml".to_owned(), document_settings(language).into_bytes()),
        ("word/footer1.xml".to_owned(), footer(paper).into_bytes()),
    ];
    parts.extend(media.into_iter().map(|(name, bytes)| (format!("word/media/{name}"), bytes)));
    archive(&parts)
}

/// # Panics
/// Never: memory takes every byte, and no name stands twice.
fn archive(parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        // Pictures are packed already.
        let is_packed = [".png", ".jpeg"].iter().any(|end| name.ends_with(end));
        let method = if is_packed { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        let options = SimpleFileOptions::default()
            .compression_method(method)
            .last_modified_time(DateTime::default())
            .unix_permissions(0o644);
        writer.start_file(name.as_str(), options).expect("memory takes every part");
        writer.write_all(bytes).expect("memory takes every byte");
    }
    writer.finish().expect("memory takes every byte").into_inner()
}

fn logo_name(logo: &Logo) -> &'static str {
    match logo.kind {
        LogoKind::Png => "logo.png",
        LogoKind::Jpeg => "logo.jpeg",
        LogoKind::Svg => "logo.svg",
    }
}

fn content_types() -> String {
    let mut xml = Xml::part();
    xml.open("Types", &[("xmlns", &format!("{PACKAGE}/content-types"))]);
    for (extension, kind) in [
        ("rels", "application/vnd.openxmlformats-package.relationships+xml"),
        ("xml", "application/xml"),
        ("png", "image/png"),
        ("jpeg", "image/jpeg"),
        ("svg", "image/svg+xml"),
    ] {
        xml.empty("Default", &[("Extension", extension), ("ContentType", kind)]);
    }
    for (part, kind) in [
        ("/word/document.xml", format!("{TYPE}.document.main+xml")),
        ("/word/styles.xml", format!("{TYPE}.styles+xml")),
        ("/word/numbering.xml", format!("{TYPE}.numbering+xml")),
        ("/word/settings.xml", format!("{TYPE}.settings+xml")),
        ("/word/footer1.xml", format!("{TYPE}.footer+xml")),
        ("/docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml".to_owned()),
    ] {
        xml.empty("Override", &[("PartName", part), ("ContentType", &kind)]);
    }
    xml.done()
}

fn links(links: &[(String, String, String)]) -> String {
    let mut xml = Xml::part();
    xml.open("Relationships", &[("xmlns", &format!("{PACKAGE}/relationships"))]);
    for (id, kind, target) in links {
        xml.empty("Relationship", &[("Id", id), ("Type", kind), ("Target", target)]);
    }
    xml.done()
}

fn package_links() -> String {
    links(&[
        ("r1".to_owned(), format!("{LINKS}/officeDocument"), "word/document.xml".to_owned()),
        ("r2".to_owned(), format!("{PACKAGE}/relationships/metadata/core-properties"), "docProps/core.xml".to_owned()),
    ])
}

fn document_links(media: &[(String, Vec<u8>)]) -> String {
    let own = [
        ("styles", "styles.xml"),
        ("numbering", "numbering.xml"),
        ("settings", "settings.xml"),
        ("footer", "footer1.xml"),
    ];
    let own = own.map(|(kind, target)| (format!("r-{kind}"), format!("{LINKS}/{kind}"), target.to_owned()));
    let pictures =
        media.iter().map(|(name, _)| (body::link_of(name), format!("{LINKS}/image"), format!("media/{name}")));
    links(&own.into_iter().chain(pictures).collect::<Vec<_>>())
}

/// Title, author and language; no time.
fn core(paper: &Paper<'_>, language: &str) -> String {
    let mut xml = Xml::part();
    let spaces = [
        ("xmlns:cp", format!("{PACKAGE}/metadata/core-properties")),
        ("xmlns:dc", "http://purl.org/dc/elements/1.1/".to_owned()),
    ];
    let spaces: Vec<(&str, &str)> = spaces.iter().map(|(key, value)| (*key, value.as_str())).collect();
    let organisation = &paper.run.settings.report.organisation;
    let author = if organisation.is_empty() { "canvass" } else { organisation };
    xml.open("cp:coreProperties", &spaces);
    xml.open("dc:title", &[]).text(&paper.title()).close();
    xml.open("dc:creator", &[]).text(author).close();
    xml.open("dc:language", &[]).text(language).close();
    xml.done()
}

fn document_settings(language: &str) -> String {
    let mut xml = Xml::part();
    xml.open("w:settings", &[("xmlns:w", MAIN)]);
    xml.empty("w:zoom", &[("w:percent", "100")]).empty("w:defaultTabStop", &[("w:val", "708")]);
    xml.empty("w:characterSpacingControl", &[("w:val", "doNotCompress")]).open("w:compat", &[]);
    let word = "http://schemas.microsoft.com/office/word";
    xml.empty("w:compatSetting", &[("w:name", "compatibilityMode"), ("w:uri", word), ("w:val", "15")]).close();
    xml.empty("w:themeFontLang", &[("w:val", language)]);
    xml.done()
}

fn document(paper: &Paper<'_>, bodies: &[Body], logo: Option<&Logo>) -> String {
    let mut xml = Xml::part();
    let spaces = [
        ("xmlns:w", MAIN.to_owned()),
        ("xmlns:r", LINKS.to_owned()),
        ("xmlns:wp", format!("{DRAWING}/wordprocessingDrawing")),
        ("xmlns:a", format!("{DRAWING}/main")),
        ("xmlns:pic", format!("{DRAWING}/picture")),
    ];
    let spaces: Vec<(&str, &str)> = spaces.iter().map(|(key, value)| (*key, value.as_str())).collect();
    xml.open("w:document", &spaces).open("w:body", &[]);
    if let Some(logo) = logo {
        let organisation = &paper.run.settings.report.organisation;
        let told = match organisation.as_str() {
            "" => paper.wording.text("logo.plain"),
            name => paper.wording.say("logo.alt", &[("organisation", name.into())]),
        };
        let (name, svg) = match logo.kind {
            LogoKind::Svg => (NO_LOGO, Some(logo_name(logo))),
            LogoKind::Png | LogoKind::Jpeg => (logo_name(logo), None),
        };
        xml.open("w:p", &[]);
        body::inline(&mut xml, name, svg, &told, LOGO_NUMBER, fitted(logo.size));
        xml.close();
    }
    styled(&mut xml, "Title", &paper.title());
    for line in paper.below_title() {
        styled(&mut xml, "Subtitle", &one_line(&line));
    }
    let headings: Vec<&HeadingLine> =
        bodies.iter().flat_map(|body| &body.headings).filter(|heading| heading.level == 1).collect();
    contents(&mut xml, &paper.wording.text("paper.contents"), &headings);
    for body in bodies {
        xml.raw(&body.xml);
    }
    xml.open("w:sectPr", &[]).empty("w:footerReference", &[("w:type", "default"), ("r:id", "r-footer")]);
    xml.empty("w:pgSz", &[("w:w", "11906"), ("w:h", "16838")]);
    let margin = "1134";
    xml.empty(
        "w:pgMar",
        &[
            ("w:top", margin),
            ("w:right", margin),
            ("w:bottom", margin),
            ("w:left", margin),
            ("w:header", "567"),
            ("w:footer", "567"),
            ("w:gutter", "0"),
        ],
    );
    xml.done()
}

/// A size in the proportions of a picture, as large as a logo may be.
fn fitted(size: (u32, u32)) -> (u32, u32) {
    let (width, height) = (u64::from(size.0), u64::from(size.1));
    // As wide as may be, unless that is too high.
    let by_width = (LOGO.0, (LOGO.0 * height / width).max(1));
    let (width, height) = if by_width.1 <= LOGO.1 { by_width } else { ((LOGO.1 * width / height).max(1), LOGO.1) };
    (width as u32, height as u32)
}

fn styled(xml: &mut Xml, style: &str, text: &str) {
    xml.open("w:p", &[]).open("w:pPr", &[]).empty("w:pStyle", &[("w:val", style)]).close();
    run(xml, text);
    xml.close();
}

fn run(xml: &mut Xml, text: &str) {
    xml.open("w:r", &[]).open("w:t", &[("xml:space", "preserve")]).text(text).close().close();
}

/// A field's mark.
fn mark(xml: &mut Xml, kind: &str) {
    xml.open("w:r", &[]).empty("w:fldChar", &[("w:fldCharType", kind)]).close();
}

fn instruction(xml: &mut Xml, text: &str) {
    xml.open("w:r", &[]).open("w:instrText", &[("xml:space", "preserve")]).text(text).close().close();
}

/// A field with what it shows until it is worked out.
fn field(xml: &mut Xml, text: &str, shown: &str) {
    mark(xml, "begin");
    instruction(xml, text);
    mark(xml, "separate");
    run(xml, shown);
    mark(xml, "end");
}

/// The table of contents: a field that holds its lines already. A word processor adds the pages when it brings the field up to date.
fn contents(xml: &mut Xml, title: &str, headings: &[&HeadingLine]) {
    styled(xml, "TOCHeading", title);
    for (at, heading) in headings.iter().enumerate() {
        let style = format!("TOC{}", heading.level);
        xml.open("w:p", &[]).open("w:pPr", &[]).empty("w:pStyle", &[("w:val", &style)]).close();
        if at == 0 {
            xml.open("w:r", &[]);
            xml.empty("w:fldChar", &[("w:fldCharType", "begin"), ("w:dirty", "true")]).close();
            instruction(xml, " TOC \\o \"1-1\" \\h \\z \\u ");
            mark(xml, "separate");
        }
        xml.open("w:hyperlink", &[("w:anchor", &heading.bookmark), ("w:history", "1")]);
        run(xml, &heading.text);
        xml.close();
        if at + 1 == headings.len() {
            mark(xml, "end");
        }
        xml.close();
    }
}

fn footer(paper: &Paper<'_>) -> String {
    let mut xml = Xml::part();
    xml.open("w:ftr", &[("xmlns:w", MAIN)]).open("w:p", &[]);
    xml.open("w:pPr", &[]).empty("w:pStyle", &[("w:val", "Footer")]).close();
    run(&mut xml, &paper.title());
    xml.open("w:r", &[]).empty("w:tab", &[]).close();
    run(&mut xml, &format!("{} ", paper.wording.text("paper.page")));
    field(&mut xml, " PAGE ", "1");
    run(&mut xml, &format!(" {} ", paper.wording.text("paper.of")));
    field(&mut xml, " NUMPAGES ", "1");
    xml.done()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logo_keeps_its_proportions() {
        assert_eq!(fitted((400, 100)), (2_520_000, 630_000));
        assert_eq!(fitted((100, 100)), (792_000, 792_000));
        assert_eq!(fitted((100_000, 1)), (2_520_000, 25));
        assert_eq!(fitted((1, 100_000)), (7, 792_000));
    }
}
