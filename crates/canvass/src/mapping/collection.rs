//! Collections as items, whatever they are read from.

use super::{MapError, MapInput, MapRequest, Told};
use crate::error::Error;
use crate::ingest::{ItemUnit, NoColumn, NotTaken, RawItem, Source, SourceRole, TableColumns, files_of, read_items};
use crate::report::{MANIFEST, RESPONSES};
use crate::run_folder::CodedRun;
use crate::settings::Config;
use canvass_text::Language;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What was read.
pub(super) struct Read {
    pub(super) names: Vec<String>,
    pub(super) inputs: Vec<Vec<MapInput>>,
    /// The items of all collections, one collection after the other.
    pub(super) items: Vec<ReadItem>,
    pub(super) decisions: Vec<Told>,
}

/// An item as it was read.
pub(super) struct ReadItem {
    pub(super) collection: u32,
    pub(super) id: String,
    pub(super) title: String,
    pub(super) text: String,
    pub(super) file: String,
    pub(super) place: String,
    pub(super) start: Option<u64>,
    pub(super) language: Option<Language>,
}

/// Reads the collections.
pub(super) fn read(request: &MapRequest) -> Result<Read, Error> {
    let n = request.collections.len();
    if n < 2 {
        return Err(MapError::TooFew { n }.into());
    }
    let names = names(request)?;
    let mut read = Read { names, inputs: Vec::new(), items: Vec::new(), decisions: Vec::new() };
    let mut known: BTreeMap<String, std::path::PathBuf> = BTreeMap::new();
    for (number, path) in (0_u32..).zip(&request.collections) {
        let first = read.items.len();
        let inputs = if path.join(MANIFEST).is_file() {
            answers_of(path, number, request, &mut read)?
        } else {
            items_of(path, number, request, &mut read, &mut known)?
        };
        read.inputs.push(inputs);
        if read.items.len() == first {
            let why = match request.unit {
                ItemUnit::Auto | ItemUnit::Files => "it has no line or row that says anything".to_owned(),
                unit => format!("it has no {} as they are told from its numbers and headings", unit.name()),
            };
            return Err(MapError::NoItems { path: path.clone(), why }.into());
        }
    }
    Ok(read)
}

/// What the collections are called.
fn names(request: &MapRequest) -> Result<Vec<String>, MapError> {
    let expected = request.collections.len();
    if !request.names.is_empty() {
        let found = request.names.len();
        if found != expected {
            return Err(MapError::Names { found, expected });
        }
        let names: Vec<String> = request.names.iter().map(|name| name.trim().to_owned()).collect();
        let mut seen = BTreeSet::new();
        return match names.iter().find(|name| name.is_empty() || !seen.insert(name.as_str())) {
            Some(name) => Err(MapError::Name { name: name.clone() }),
            None => Ok(names),
        };
    }
    let mut names: Vec<String> = Vec::new();
    for path in &request.collections {
        let name = if path.is_dir() { path.file_name() } else { path.file_stem() };
        let name = name.map_or_else(|| "collection".to_owned(), |name| name.to_string_lossy().into_owned());
        let twice = (2..names.len() + 3).map(|n| format!("{name} ({n})")).find(|other| !names.contains(other));
        names.push(if names.contains(&name) { twice.unwrap_or_default() } else { name });
    }
    Ok(names)
}

/// The items of a file or of the files of a folder.
fn items_of(
    path: &Path,
    collection: u32,
    request: &MapRequest,
    read: &mut Read,
    known: &mut BTreeMap<String, std::path::PathBuf>,
) -> Result<Vec<MapInput>, Error> {
    let (files, n_others) = files_of(path)?;
    if files.is_empty() {
        return Err(MapError::EmptyFolder { folder: path.to_path_buf() }.into());
    }
    if n_others > 0 {
        let about = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let decided = format!("{n_others} files are not read");
        read.decisions.push(Told { about, decided, reason: "they are neither documents nor tables".to_owned() });
    }
    let mut config = Config::default();
    config.input.sheet.clone_from(&request.sheet);
    config.input.encoding.clone_from(&request.encoding);
    let columns = TableColumns {
        id: request.id_column.clone(),
        text: request.text_column.clone(),
        title: request.title_column.clone(),
        language: request.language_column.clone(),
    };
    let (mut inputs, mut taken) = (Vec::new(), Vec::new());
    for file in &files {
        let source = Source::identify(file, SourceRole::Answers)?;
        if let Some(first) = known.insert(source.blake3.clone(), file.clone()) {
            return Err(MapError::SameFile { first, second: file.clone() }.into());
        }
        let of = read_items(file, &config, &columns, request.unit).map_err(refused)?;
        let told = of.decisions.into_iter();
        read.decisions.extend(told.map(|of| Told { about: of.about, decided: of.decided, reason: of.reason }));
        inputs.push(MapInput { file: of.source.file.to_string(), size: of.source.size, blake3: of.source.blake3 });
        taken.push((of.source.file.to_string(), of.items));
    }
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for item in taken.iter().flat_map(|(_, items)| items) {
        *counts.entry(item.id.clone()).or_default() += 1;
    }
    for (file, items) in taken {
        let stem = Path::new(&file).file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
        for RawItem { id, title, text, place, start, language } in items {
            let id = if counts[&id] > 1 { format!("{stem}: {id}") } else { id };
            read.items.push(ReadItem { collection, id, title, text, file: file.clone(), place, start, language });
        }
    }
    Ok(inputs)
}

fn refused(error: NotTaken) -> Error {
    match error {
        NotTaken::Input(error) => error.into(),
        NotTaken::Column(NoColumn { file, wanted, available }) if wanted.is_empty() => {
            MapError::NoTextColumn { file, available }.into()
        }
        NotTaken::Column(NoColumn { file, wanted, available }) => MapError::NoColumn { file, wanted, available }.into(),
    }
}

/// The answers of a run.
fn answers_of(folder: &Path, collection: u32, request: &MapRequest, read: &mut Read) -> Result<Vec<MapInput>, Error> {
    let run = CodedRun::read(folder)?;
    let wanted = match &request.question {
        None => None,
        Some(id) => Some(run.question(id).ok_or_else(|| MapError::NoSuchQuestion {
            folder: folder.to_path_buf(),
            wanted: id.clone(),
            available: run.questions.iter().map(|question| question.id.clone()).collect(),
        })?),
    };
    let questions: Vec<_> = wanted.map_or_else(|| run.questions.iter().collect(), |question| vec![question]);
    let is_one = questions.len() == 1;
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for question in questions {
        for response in &question.responses {
            let id = &response.response_id;
            let id = if is_one { id.clone() } else { format!("{}:{id}", question.id) };
            // A response that was set aside as a double is not among these, so that ids stand once.
            let id = if seen.insert(id.clone()) { id } else { format!("{id} ({})", response.place) };
            read.items.push(ReadItem {
                collection,
                id,
                title: question.text.split_whitespace().collect::<Vec<_>>().join(" "),
                text: response.analysed.clone(),
                file: RESPONSES.to_owned(),
                place: response.place.clone(),
                start: None,
                language: Some(response.language),
            });
        }
    }
    let manifest = Source::identify(&folder.join(MANIFEST), SourceRole::Answers)?;
    Ok(vec![MapInput { file: manifest.file.to_string(), size: manifest.size, blake3: manifest.blake3 }])
}
