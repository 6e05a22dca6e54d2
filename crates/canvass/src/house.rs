//! The files of the house that publishes the report: its logo and its templates.

use crate::error::Error;
use crate::ingest::{Source, SourceRole};
use crate::references::{check_hash, locate};
use crate::settings::{HouseFile, HouseFileConfig, ReportConfig, SettingsError};
use quick_xml::Reader;
use quick_xml::events::Event;
use std::path::{Path, PathBuf};

/// The most bytes of a logo: it stands in every paper.
const MOST_LOGO_BYTES: usize = 4 << 20;

/// What is read for the look of the papers.
#[derive(Clone, Debug, Default)]
pub struct House {
    /// The logo.
    pub logo: Option<Logo>,
    /// The template of `report.md`.
    pub template: Option<Template>,
    /// The template of `report.html`.
    pub page_template: Option<Template>,
}

/// A picture.
#[derive(Clone, Debug)]
pub struct Logo {
    /// Which file it is.
    pub source: Source,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What they are.
    pub kind: LogoKind,
    /// Width and height, in pixels.
    pub size: (u32, u32),
}

/// The format of a logo.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LogoKind {
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// SVG.
    Svg,
}

/// A template in the language of minijinja.
#[derive(Clone, Debug)]
pub struct Template {
    /// Which file it is.
    pub source: Source,
    /// Its text.
    pub text: String,
}

impl House {
    /// The identities of the files, in a fixed order.
    pub(crate) fn sources(&self) -> impl Iterator<Item = &Source> {
        let logo = self.logo.iter().map(|logo| &logo.source);
        logo.chain(self.template.iter().chain(&self.page_template).map(|template| &template.source))
    }

    /// The settings that name them: logo, template, template of the page.
    pub(crate) fn settings(&self) -> [Option<HouseFile>; 3] {
        let named = |source: &Source| HouseFile { file: source.file.to_string(), blake3: source.blake3.clone() };
        let template = |template: &Option<Template>| template.as_ref().map(|template| named(&template.source));
        [self.logo.as_ref().map(|logo| named(&logo.source)), template(&self.template), template(&self.page_template)]
    }
}

/// Reads the files that the configuration names, each from among those `given` or from the configuration's folder.
///
/// # Errors
/// [`SettingsError::MissingHouseFile`], [`SettingsError::HouseFile`], [`SettingsError::OtherFile`], or what reading them says.
pub(crate) fn read(config: &ReportConfig, folder: Option<&Path>, given: &[PathBuf]) -> Result<House, Error> {
    let mut used = vec![false; given.len()];
    let mut open = |named: &HouseFileConfig, setting: &'static str, role: SourceRole| -> Result<_, Error> {
        let path = locate(named.path(), named.blake3(), folder, given, &mut used)
            .map_err(|file| SettingsError::MissingHouseFile { setting, file })?;
        let (source, bytes) = Source::read(&path, role)?;
        check_hash(&source, named.blake3())?;
        Ok((source, bytes))
    };
    let mut house = House::default();
    if let Some(named) = &config.logo {
        let (source, bytes) = open(named, "report.logo", SourceRole::Logo)?;
        let refuse =
            |why: String| SettingsError::HouseFile { setting: "report.logo", file: source.file.to_string(), why };
        let (kind, size) = look(&bytes).map_err(refuse)?;
        house.logo = Some(Logo { source, bytes, kind, size });
    }
    for (named, setting, place) in [
        (&config.template, "report.template", &mut house.template),
        (&config.page_template, "report.page_template", &mut house.page_template),
    ] {
        let Some(named) = named else { continue };
        let (source, bytes) = open(named, setting, SourceRole::Template)?;
        let text = String::from_utf8(bytes).map_err(|error| SettingsError::HouseFile {
            setting,
            file: source.file.to_string(),
            why: format!("it is not UTF-8 at byte {}", error.utf8_error().valid_up_to()),
        })?;
        *place = Some(Template { source, text });
    }
    Ok(house)
}

/// The format of a picture and its size in pixels, by its first bytes.
fn look(bytes: &[u8]) -> Result<(LogoKind, (u32, u32)), String> {
    if bytes.len() > MOST_LOGO_BYTES {
        return Err(format!("it has {} bytes, more than {MOST_LOGO_BYTES}", bytes.len()));
    }
    let (kind, size) = if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        (LogoKind::Png, png_size(bytes))
    } else if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
        (LogoKind::Jpeg, jpeg_size(bytes))
    } else {
        (LogoKind::Svg, std::str::from_utf8(bytes).ok().and_then(svg_size))
    };
    match size {
        Some((width, height)) if width > 0 && height > 0 => Ok((kind, (width, height))),
        _ if kind == LogoKind::Svg => Err("it is no PNG, JPEG or SVG picture with a size".to_owned()),
        _ => Err("it is cut off before its size".to_owned()),
    }
}

fn png_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let number = |at: usize| bytes.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes);
    (bytes.get(12..16)? == b"IHDR").then_some(())?;
    Some((number(16)?, number(20)?))
}

/// The size stands in the first frame's header.
fn jpeg_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        let [0xff, marker] = *bytes.get(at..at + 2)? else { return None };
        let number = |at: usize| Some(u32::from(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?)));
        if matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc) {
            return Some((number(at + 7)?, number(at + 5)?));
        }
        at += if marker == 0xff { 1 } else { 2 + number(at + 2)? as usize };
    }
}

/// Width and height of the outermost element, or those of its view box.
fn svg_size(text: &str) -> Option<(u32, u32)> {
    let mut reader = Reader::from_str(text);
    loop {
        let element = match reader.read_event().ok()? {
            Event::Start(element) | Event::Empty(element) => element,
            Event::Eof => return None,
            _ => continue,
        };
        if element.local_name().as_ref() != "svg" {
            return None;
        }
        let attribute = |name: &str| {
            let found = element.attributes().flatten().find(|attribute| attribute.key.as_ref() == name)?;
            Some(found.value.to_string())
        };
        let length = |name: &str| {
            let text = attribute(name)?;
            let digits = text.trim().trim_end_matches("px");
            digits.parse::<f64>().ok().filter(|x| (1.0..=100_000.0).contains(x)).map(whole)
        };
        if let (Some(width), Some(height)) = (length("width"), length("height")) {
            return Some((width, height));
        }
        let view = attribute("viewBox")?;
        let numbers: Vec<f64> =
            view.split([' ', ',']).filter(|part| !part.is_empty()).map_while(|part| part.parse().ok()).collect();
        let [_, _, width, height] = numbers[..] else { return None };
        let sound = |x: f64| (0.001..=100_000.0).contains(&x);
        // Of a small view box only the proportions matter.
        return (sound(width) && sound(height)).then(|| (whole(width * 100.0).max(1), whole(height * 100.0).max(1)));
    }
}

/// The nearest whole number; none below 0 comes here.
fn whole(x: f64) -> u32 {
    u32::try_from(x.round() as i64).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_known_by_its_bytes() {
        let png = [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice(), &[0, 0, 0, 7, 0, 0, 0, 5]].concat();
        assert_eq!(look(&png), Ok((LogoKind::Png, (7, 5))));
        let jpeg = [0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xc0, 0, 11, 8, 0, 30, 0, 40];
        assert_eq!(look(&jpeg), Ok((LogoKind::Jpeg, (40, 30))));
        let svg = |attributes: &str| {
            look(format!("<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\" {attributes}/>").as_bytes())
        };
        assert_eq!(svg("width=\"120px\" height=\"40\""), Ok((LogoKind::Svg, (120, 40))));
        assert_eq!(svg("viewBox=\"0 0 3 1.5\""), Ok((LogoKind::Svg, (300, 150))));
        assert!(svg("").is_err() && look(b"GIF89a").is_err() && look(&jpeg[..9]).is_err() && look(&png[..20]).is_err());
    }
}
