//! The manifest: what a run was made from and what it made, by hash.

use super::SETTINGS;
use crate::findings::InputIdentity;
use crate::ledger::resource_files;
use crate::pipeline::Run;
use canvass_text::Resources;
use serde::{Deserialize, Serialize};
use std::io::{self, Write};

/// `manifest.json`. It names no path and no time.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Manifest {
    /// The version of canvass.
    pub version: String,
    /// BLAKE3 of `canvass.toml`, in hexadecimal.
    pub settings_blake3: String,
    /// The seed of every random step.
    pub seed: u64,
    /// The files read, in the order given.
    pub inputs: Vec<InputIdentity>,
    /// The built-in resources.
    pub resources: Vec<ResourceIdentity>,
    /// The libraries that take texts apart.
    #[serde(default)]
    pub libraries: Vec<LibraryIdentity>,
    /// Every other file of the run folder.
    pub outputs: Vec<OutputIdentity>,
}

/// A built-in resource.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct ResourceIdentity {
    /// Its path below `models/`.
    pub name: String,
    /// BLAKE3 of its bytes, in hexadecimal.
    pub blake3: String,
}

/// A library whose version can change a result.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct LibraryIdentity {
    /// What it does: "stemmer en: Snowball English", "words".
    pub purpose: String,
    /// Its name and version.
    pub library: String,
}

/// A file of the run folder.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct OutputIdentity {
    /// Its name.
    pub file: String,
    /// In bytes.
    pub size: u64,
    /// BLAKE3 of its bytes, in hexadecimal.
    pub blake3: String,
}

/// The built-in resources, in a fixed order.
pub(crate) fn resources() -> Vec<ResourceIdentity> {
    let files = Resources::files().chain(resource_files()).chain(crate::findings::resource_files());
    files.map(|file| ResourceIdentity { name: file.name.to_owned(), blake3: hash(file.text.as_bytes()) }).collect()
}

pub(super) fn manifest(run: &Run, resources: Vec<ResourceIdentity>, outputs: Vec<OutputIdentity>) -> Manifest {
    let settings = outputs.iter().find(|output| output.file == SETTINGS);
    Manifest {
        version: run.findings.run.version.clone(),
        settings_blake3: settings.map(|output| output.blake3.clone()).unwrap_or_default(),
        seed: run.settings.seed,
        inputs: run.findings.inputs.clone(),
        resources,
        libraries: run
            .libraries
            .iter()
            .map(|(purpose, library)| LibraryIdentity { purpose: purpose.clone(), library: library.clone() })
            .collect(),
        outputs,
    }
}

/// BLAKE3 in hexadecimal.
pub(crate) fn hash(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

/// A writer that takes down the length and the BLAKE3 of what goes through it.
pub(crate) struct Hashing<W> {
    inner: W,
    size: u64,
    hasher: blake3::Hasher,
}

impl<W> Hashing<W> {
    pub(crate) fn new(inner: W) -> Self {
        Self { inner, size: 0, hasher: blake3::Hasher::new() }
    }

    /// The bytes written so far.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// The BLAKE3 of them.
    pub(crate) fn hash(&self) -> blake3::Hash {
        self.hasher.finalize()
    }

    /// What it writes to.
    pub(crate) fn into_inner(self) -> W {
        self.inner
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.inner.write(bytes)?;
        self.hasher.update(&bytes[..n]);
        self.size += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
