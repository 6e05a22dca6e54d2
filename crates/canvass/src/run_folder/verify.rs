//! Proving that a run folder is what its manifest says, and that its inputs give it again, byte for byte.

use super::{names_in, read_manifest};
use crate::codeframe::CODE_FRAME;
use crate::error::Error;
use crate::findings::InputIdentity;
use crate::ingest::{Source, SourceRole};
use crate::pipeline::{self, Request};
use crate::progress::Observer;
use crate::report::{self, MANIFEST, Manifest, SETTINGS};
use crate::settings::Config;
use std::fs;
use std::path::{Path, PathBuf};

/// What a verification found.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Verdict {
    /// Everything looked at, in order.
    pub findings: Vec<Finding>,
}

/// One thing looked at.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Finding {
    /// What it is about: a file, or the run.
    pub about: String,
    /// Whether it agrees.
    pub agrees: bool,
    /// What was found.
    pub message: String,
}

impl Verdict {
    /// Whether everything agrees.
    pub fn agrees(&self) -> bool {
        self.findings.iter().all(|finding| finding.agrees)
    }

    fn add(&mut self, about: impl Into<String>, agrees: bool, message: impl Into<String>) {
        self.findings.push(Finding { about: about.into(), agrees, message: message.into() });
    }
}

/// Verifies a run folder.
///
/// The outputs are compared with the manifest. With `files`, those are compared with the inputs of the manifest, the run
/// is made again with the folder's own settings, and every output is compared byte for byte. An input that is not among `files`
/// is looked for by name and hash in their folders.
///
/// # Errors
/// [`Error::NotARunFolder`], or whatever stops the second run.
pub fn verify(folder: &Path, files: &[PathBuf], observer: &dyn Observer) -> Result<Verdict, Error> {
    let manifest = read_manifest(folder)?;
    let mut verdict = Verdict::default();
    check_outputs(folder, &manifest, &mut verdict)?;
    if files.is_empty() {
        return Ok(verdict);
    }
    let Some(inputs) = match_inputs(folder, &manifest, files, &mut verdict)? else { return Ok(verdict) };
    if manifest.version != env!("CARGO_PKG_VERSION") {
        let message =
            format!("made by canvass {}, this is {}: results may differ", manifest.version, env!("CARGO_PKG_VERSION"));
        verdict.add("version", false, message);
    }
    let with_role =
        |role: SourceRole| inputs.iter().filter(move |(input, _)| input.role == role).map(|(_, path)| path.clone());
    let config = match Config::read(&folder.join(SETTINGS)) {
        Ok(config) => config,
        Err(error) => {
            verdict.add(SETTINGS, false, format!("cannot be used, so the run cannot be made again: {error}"));
            return Ok(verdict);
        }
    };
    let request = Request {
        files: with_role(SourceRole::Answers).collect(),
        config,
        config_folder: None,
        questions_file: with_role(SourceRole::Questions).next(),
        references: with_role(SourceRole::Reference).collect(),
        tokenizers: with_role(SourceRole::Tokenizer).collect(),
        house: with_role(SourceRole::Logo).chain(with_role(SourceRole::Template)).collect(),
        code_frame: with_role(SourceRole::Codeframe).next(),
        model: with_role(SourceRole::Model).next(),
    };
    let run = pipeline::run(&request, observer)?;
    for output in report::files(&run)? {
        let path = folder.join(output.name.as_ref());
        match fs::read(&path) {
            Ok(bytes) if bytes == output.bytes => verdict.add(output.name, true, "the same bytes when run again"),
            Ok(bytes) => {
                let (line, byte) = first_difference(&bytes, &output.bytes);
                verdict.add(output.name, false, format!("differs when run again, first at line {line}, byte {byte}"));
            }
            Err(error) => verdict.add(output.name, false, format!("cannot be read: {error}")),
        }
    }
    Ok(verdict)
}

fn check_outputs(folder: &Path, manifest: &Manifest, verdict: &mut Verdict) -> Result<(), Error> {
    for output in &manifest.outputs {
        match fs::read(folder.join(&output.file)) {
            Ok(bytes) if bytes.len() as u64 != output.size => {
                let message = format!("has {} bytes, the manifest says {}", bytes.len(), output.size);
                verdict.add(&output.file, false, message);
            }
            Ok(bytes) if report::hash(&bytes) != output.blake3 => {
                verdict.add(&output.file, false, "has another BLAKE3 than the manifest says");
            }
            Ok(_) => verdict.add(&output.file, true, "as the manifest says"),
            Err(error) => verdict.add(&output.file, false, format!("cannot be read: {error}")),
        }
    }
    if let Ok(config) = Config::read(&folder.join(SETTINGS))
        && config.seed != Some(manifest.seed)
    {
        verdict.add(MANIFEST, false, "gives another seed than canvass.toml");
    }
    let settings = manifest.outputs.iter().find(|output| output.file == SETTINGS);
    if settings.map(|output| &output.blake3) != Some(&manifest.settings_blake3) {
        verdict.add(MANIFEST, false, "gives two different hashes for canvass.toml");
    }
    for name in names_in(folder)? {
        if name != MANIFEST && !manifest.outputs.iter().any(|output| output.file == name) {
            verdict.add(name, false, "is in the folder, but not in the manifest");
        }
    }
    Ok(())
}

/// For each input of the manifest a file of its hash; nothing if one is missing or other than the manifest says.
fn match_inputs(
    folder: &Path,
    manifest: &Manifest,
    files: &[PathBuf],
    verdict: &mut Verdict,
) -> Result<Option<Vec<(InputIdentity, PathBuf)>>, Error> {
    let mut given: Vec<(PathBuf, String, bool)> = Vec::new();
    for path in files {
        let source = Source::identify(path, SourceRole::Answers)?;
        given.push((path.clone(), source.blake3, false));
    }
    let mut matched = Vec::new();
    let mut complete = true;
    for input in &manifest.inputs {
        if input.role == SourceRole::Codeframe {
            // The run folder has it.
            let path = folder.join(CODE_FRAME);
            if Source::identify(&path, SourceRole::Codeframe).is_ok_and(|source| source.blake3 == input.blake3) {
                matched.push((input.clone(), path));
                continue;
            }
        }
        let named = |path: &Path| path.file_name().is_some_and(|name| name.to_string_lossy() == input.file);
        let fits = |(path, hash, used): &(PathBuf, String, bool)| !used && *hash == input.blake3 && named(path);
        let renamed = |(_, hash, used): &(PathBuf, String, bool)| !used && *hash == input.blake3;
        if let Some(at) = given.iter().position(fits) {
            given[at].2 = true;
            verdict.add(&input.file, true, "the input the run was made from");
            matched.push((input.clone(), given[at].0.clone()));
        } else if let Some(at) = given.iter().position(renamed) {
            given[at].2 = true;
            complete = false;
            let message = format!(
                "has the bytes of the input, but is now called {}: give it its name back",
                given[at].0.display()
            );
            verdict.add(&input.file, false, message);
        } else if let Some(path) =
            beside(files, input).filter(|_| !given.iter().any(|(path, _, used)| !used && named(path)))
        {
            verdict.add(&input.file, true, "the input the run was made from, found beside the others");
            matched.push((input.clone(), path));
        } else {
            complete = false;
            let other = given.iter_mut().find(|(path, _, used)| !used && named(path));
            let message = match other {
                Some((_, hash, used)) => {
                    *used = true;
                    format!("is another file: BLAKE3 {hash}, the manifest says {}", input.blake3)
                }
                None => "is an input of the run and was not given: name it too".into(),
            };
            verdict.add(&input.file, false, message);
        }
    }
    for (path, _, used) in &given {
        if !used {
            complete = false;
            verdict.add(path.display().to_string(), false, "is no input of this run");
        }
    }
    Ok(complete.then_some(matched))
}

/// A file of this input's name and hash in one of the folders of the files given.
fn beside(files: &[PathBuf], input: &InputIdentity) -> Option<PathBuf> {
    let candidates = files.iter().map(|path| path.with_file_name(&input.file));
    candidates.into_iter().find(|path| fs::read(path).is_ok_and(|bytes| report::hash(&bytes) == input.blake3))
}

/// The line and the byte, both 1-based, at which two contents first differ.
fn first_difference(a: &[u8], b: &[u8]) -> (usize, usize) {
    let at = a.iter().zip(b).position(|(x, y)| x != y).unwrap_or(a.len().min(b.len()));
    (a[..at].iter().filter(|byte| **byte == b'\n').count() + 1, at + 1)
}

#[cfg(test)]
mod tests {
    use super::first_difference;

    #[test]
    fn the_first_difference_is_named_by_line_and_byte() {
        assert_eq!(first_difference(b"one\ntwo\n", b"one\ntwx\n"), (2, 7));
        assert_eq!(first_difference(b"one\n", b"one\ntwo\n"), (2, 5));
    }
}
