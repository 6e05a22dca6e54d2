//! A project as an archive: `project.qde`, and the texts of its sources in the folder `sources`.

use super::read::decode;
use super::refi::{INTERNAL, Located, project, read_project, text_path};
use super::{ExchangeError, ExchangeFault, Other, Project};
use crate::ingest::IngestError;
use crate::ingest::archive::{Archive, Part, bound, list, read_part};
use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// What the texts and the XML of a project may take together when unpacked, in bytes.
const MAX_UNPACKED_BYTES: u64 = 2 << 30;
/// What a project may hold: a source takes a part.
const MAX_PARTS: usize = 1 << 21;
/// What is in the project.
const PROJECT: &str = "project.qde";
/// The folder of the texts.
const SOURCES: &str = "sources/";

/// The bytes of the archive: the same for the same project.
///
/// # Panics
/// Never: memory takes every byte, and no GUID stands twice.
pub(super) fn write(of: &Project) -> Vec<u8> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let mut add = |name: &str, text: &str| {
        writer.start_file(name, options).expect("memory takes every part");
        writer.write_all(text.as_bytes()).expect("memory takes every byte");
    };
    add(PROJECT, &project(of));
    for source in &of.sources {
        add(&format!("{SOURCES}{}", text_path(source)), &source.text);
    }
    writer.finish().expect("memory takes every byte").into_inner()
}

/// Reads an archive; hands back which part of it the project is. Its project is the one file ending in .qde at its top: ATLAS.ti names it after the project.
///
/// # Errors
/// [`ExchangeError`], with the part and the line.
pub(super) fn read(file: &str, bytes: &[u8]) -> Result<(Project, String), ExchangeError> {
    let refuse = |fault: ExchangeFault| ExchangeError::of(file, "", fault);
    let (mut archive, parts) = list(file, bytes, MAX_PARTS).map_err(|error| refuse(error.into()))?;
    let is_project =
        |part: &Part| part.name.rsplit_once('.').is_some_and(|(_, end)| end == "qde") && !part.name.contains('/');
    let projects: Vec<usize> = (0..parts.len()).filter(|at| is_project(&parts[*at])).collect();
    let [at] = projects[..] else { return Err(refuse(ExchangeFault::NoProject { found: projects.len() })) };
    // Pictures, sound and the like are not unpacked, but count: an archive that states too much is none.
    bound(file, &parts, MAX_UNPACKED_BYTES).map_err(|error| refuse(error.into()))?;
    let part = parts[at].name.clone();
    let bytes = read_part(file, &mut archive, at, &parts[at]).map_err(|error| refuse(error.into()))?;
    let text = decode(file, &part, &bytes)?;
    let (mut project, located) = read_project(file, &part, &text)?;
    let mut texts = Texts { file, part: &part, archive, places: places(&parts), parts: &parts, n_bytes: 0 };
    let sources = std::mem::take(&mut project.sources);
    // For each source its place among those that are read.
    let mut kept: Vec<Option<usize>> = Vec::with_capacity(sources.len());
    for (mut source, located) in sources.into_iter().zip(located) {
        match texts.of(&located)? {
            Ok(text) => {
                source.text = text;
                kept.push(Some(project.sources.len()));
                project.sources.push(source);
            }
            Err(why) => {
                let codings = source.selections.iter().map(|selection| selection.codings.len()).sum::<usize>();
                let n_codings = (codings + source.codings.len()) as u64;
                kept.push(None);
                project.others.push(Other { name: source.name, why, n_codings });
            }
        }
    }
    let place = |at: &usize| kept[*at];
    project.cases.iter_mut().for_each(|case| case.sources = case.sources.iter().filter_map(place).collect());
    project.sets.iter_mut().for_each(|set| set.sources = set.sources.iter().filter_map(place).collect());
    Ok((project, part))
}

fn places(parts: &[Part]) -> BTreeMap<&str, usize> {
    parts.iter().zip(0..).map(|(part, at)| (part.name.as_str(), at)).collect()
}

/// The texts of sources.
struct Texts<'a, 'b> {
    file: &'a str,
    part: &'a str,
    archive: Archive<'b>,
    parts: &'a [Part],
    places: BTreeMap<&'a str, usize>,
    /// What the texts take together: sources may share a part.
    n_bytes: u64,
}

impl Texts<'_, '_> {
    /// The text of a source, or why it is not in the project.
    fn of(&mut self, located: &Located) -> Result<Result<String, String>, ExchangeError> {
        let place = format!("{}, line {}", self.part, located.line);
        let refuse = |fault: ExchangeFault| ExchangeError::of(self.file, place.clone(), fault);
        let Some(path) = &located.path else {
            return Ok(located.content.clone().ok_or_else(|| "it has no plain text".to_owned()));
        };
        let (what, shown) = (located.told.clone(), path.chars().take(200).collect::<String>());
        let Some(name) = path.strip_prefix(INTERNAL) else {
            return Ok(Err(format!("its text is not in the project but at {shown:?}")));
        };
        let name = name.to_lowercase().replace('\\', "/");
        let name = name.trim_start_matches("sources/");
        if name.starts_with('/') || name.contains(':') || name.split('/').any(|step| step == "..") {
            return Err(refuse(ExchangeFault::Outside { what, path: shown }));
        }
        let at = self.places.get(format!("{SOURCES}{name}").as_str()).or_else(|| self.places.get(name)).copied();
        let Some(at) = at else { return Err(refuse(ExchangeFault::NoText { what, path: shown })) };
        let bytes = read_part(self.file, &mut self.archive, at, &self.parts[at]);
        let bytes = bytes.map_err(|error| refuse(error.into()))?;
        self.n_bytes += bytes.len() as u64;
        if self.n_bytes > MAX_UNPACKED_BYTES {
            let (file, found) = (self.file.to_owned(), format!("the texts of its sources take {} bytes", self.n_bytes));
            let limit = format!("{MAX_UNPACKED_BYTES} bytes");
            return Err(refuse(IngestError::TooLarge { file, sheet: String::new(), found, limit }.into()));
        }
        decode(self.file, &self.parts[at].name, &bytes).map(Ok)
    }
}
