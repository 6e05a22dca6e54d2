//! Proving that a run folder is what its manifest says, and that its inputs give it again, byte for byte.

use super::{names_in, read_manifest};
use crate::codeframe::CODE_FRAME;
use crate::error::Error;
use crate::findings::InputIdentity;
use crate::ingest::{Source, SourceRole};
use crate::pipeline::{self, Request};
use crate::progress::Observer;
use crate::report::{self, MANIFEST, Manifest, SETTINGS, Sink};
use crate::settings::Config;
use std::fs;
use std::io::{self, BufRead, BufReader, Write};
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
    report::make(&run, &mut Comparison { folder, verdict: &mut verdict })?;
    Ok(verdict)
}

/// Compares outputs with those of a folder as they are made.
struct Comparison<'v> {
    folder: &'v Path,
    verdict: &'v mut Verdict,
}

impl Sink for Comparison<'_> {
    fn put(&mut self, name: &str, make: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
        let path = self.folder.join(name);
        let file = match fs::File::open(&path) {
            Ok(file) => Some(file),
            Err(error) => {
                self.verdict.add(name, false, format!("cannot be read: {error}"));
                None
            }
        };
        let mut beside = Beside { file: file.map(BufReader::new), same: 0, lines: 0, differs: false };
        make(&mut beside).and_then(|()| beside.end()).map_err(Error::io("read", &path))?;
        if beside.file.is_some() {
            let (line, byte) = (beside.lines + 1, beside.same + 1);
            let message = if beside.differs {
                format!("differs when run again, first at line {line}, byte {byte}")
            } else {
                "the same bytes when run again".to_owned()
            };
            self.verdict.add(name, !beside.differs, message);
        }
        Ok(())
    }
}

/// What is written, beside what a file holds.
struct Beside<R> {
    /// None where there is nothing to compare with.
    file: Option<R>,
    /// Bytes that are the same, up to the first that differs.
    same: u64,
    /// Line feeds among them.
    lines: u64,
    differs: bool,
}

impl<R: BufRead> Beside<R> {
    /// What the file has beyond what was written differs, too.
    fn end(&mut self) -> io::Result<()> {
        let rest = self.file.as_mut().map_or(Ok(false), |file| file.fill_buf().map(|rest| !rest.is_empty()))?;
        self.differs |= rest;
        Ok(())
    }
}

impl<R: BufRead> Write for Beside<R> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(file) = self.file.as_mut().filter(|_| !self.differs) else { return Ok(bytes.len()) };
        let there = file.fill_buf()?;
        let n = bytes.len().min(there.len());
        let same = bytes.iter().zip(there).take_while(|(a, b)| a == b).count();
        self.same += same as u64;
        self.lines += bytes[..same].iter().filter(|byte| **byte == b'\n').count() as u64;
        self.differs = same < n || (n == 0 && !bytes.is_empty());
        file.consume(same);
        Ok(if self.differs { bytes.len() } else { n })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Line and byte, 1-based, of the first difference between a file, read so many bytes at a time, and what is written in these pieces.
    fn first_difference(file: &[u8], at_a_time: usize, pieces: &[&[u8]]) -> Option<(u64, u64)> {
        let file = BufReader::with_capacity(at_a_time, file);
        let mut beside = Beside { file: Some(file), same: 0, lines: 0, differs: false };
        for piece in pieces {
            beside.write_all(piece).unwrap();
        }
        beside.end().unwrap();
        beside.differs.then_some((beside.lines + 1, beside.same + 1))
    }

    #[test]
    fn the_first_difference_is_named_by_line_and_byte() {
        for at_a_time in 1..9 {
            let differs = |file: &[u8], pieces: &[&[u8]]| first_difference(file, at_a_time, pieces);
            assert_eq!(differs(b"one\ntwo\n", &[b"one\ntwx\n"]), Some((2, 7)));
            assert_eq!(differs(b"one\ntwo\n", &[b"on", b"e\nt", b"wx\n"]), Some((2, 7)));
            assert_eq!(differs(b"one\n", &[b"one\ntwo\n"]), Some((2, 5)));
            assert_eq!(differs(b"one\ntwo\n", &[b"one\n"]), Some((2, 5)));
            assert_eq!(differs(b"", &[b"one"]), Some((1, 1)));
            assert_eq!(differs(b"one\ntwo\n", &[b"one\nt", b"", b"wo\n"]), None);
            assert_eq!(differs(b"", &[]), None);
        }
    }
}
