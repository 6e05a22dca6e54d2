//! Checkpoints on disk, in a hidden folder beside the run folder.
//!
//! A checkpoint is a file: a head that says which run and which part of it, what is kept, and at the end the length of that and the BLAKE3 of all before.
//! It is written under another name, brought down to the disk and renamed, so that it is there whole or not at all.

use super::durable::{is_full, sync_folder};
use super::parent_of;
use crate::pipeline::{Loaded, Saved};
use crate::report::Hashing;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// What every checkpoint begins with.
const KIND: &str = "canvass-checkpoint-1";
/// How the file of a checkpoint ends, and one that is being written.
const ENDING: &str = "checkpoint";
const UNFINISHED: &str = "unfinished";
/// The length and the hash at the end.
const TRAILER: u64 = 8 + 32;
/// Bytes read or written at a time.
const WINDOW: usize = 1 << 18;

/// The checkpoints of one run.
#[derive(Debug)]
pub(super) struct Checkpoints {
    folder: PathBuf,
    /// Which run they are of, in hexadecimal.
    identity: String,
    /// Whether more are kept.
    is_on: AtomicBool,
}

impl Checkpoints {
    /// Those of this run in a folder, and how many of other runs, or half written, were removed from it.
    pub(super) fn open(folder: &Path, identity: String) -> (Self, u32) {
        let this = Self { folder: folder.to_path_buf(), identity, is_on: AtomicBool::new(true) };
        let mut n_removed = 0;
        for entry in folder.read_dir().into_iter().flatten().flatten() {
            let path = entry.path();
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let is_own = path.extension().is_some_and(|ending| ending == ENDING) && this.is_own(&path, &name);
            // What cannot be removed is not used either.
            if !is_own && fs::remove_file(&path).is_ok() {
                n_removed += 1;
            }
        }
        (this, n_removed)
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.folder.read_dir().into_iter().flatten().next().is_none()
    }

    fn path(&self, name: &str, ending: &str) -> PathBuf {
        self.folder.join(format!("{name}.{ending}"))
    }

    fn head(&self, name: &str) -> Vec<u8> {
        format!("{KIND}\n{}\n{name}\n", self.identity).into_bytes()
    }

    fn is_own(&self, path: &Path, name: &str) -> bool {
        let head = self.head(name);
        let mut found = vec![0; head.len()];
        File::open(path).and_then(|mut file| file.read_exact(&mut found)).is_ok() && found == head
    }

    /// Hands a checkpoint to `read`, if it is there and whole. One that is not is removed.
    pub(super) fn load(&self, name: &str, read: &mut dyn FnMut(&mut dyn Read) -> io::Result<()>) -> Loaded {
        let path = self.path(name, ENDING);
        let loaded = File::open(&path).and_then(|file| self.read(file, name, read));
        match loaded {
            Ok(()) => Loaded::Taken,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Loaded::Absent,
            Err(error) => {
                let _ = fs::remove_file(&path);
                Loaded::SetAside(error.to_string())
            }
        }
    }

    fn read(
        &self,
        mut file: File,
        name: &str,
        read: &mut dyn FnMut(&mut dyn Read) -> io::Result<()>,
    ) -> io::Result<()> {
        let refuse = |why: &str| Err(io::Error::new(io::ErrorKind::InvalidData, why));
        let head = self.head(name);
        let size = file.metadata()?.len();
        let Some(length) = size.checked_sub(head.len() as u64 + TRAILER) else { return refuse("it is cut off") };
        let mut hasher = blake3::Hasher::new();
        let mut window = vec![0; WINDOW];
        let mut left = size - 32;
        while left > 0 {
            let part = &mut window[..WINDOW.min(left as usize)];
            file.read_exact(part)?;
            hasher.update(part);
            left -= part.len() as u64;
        }
        let mut expected = [0; 32];
        file.read_exact(&mut expected)?;
        if hasher.finalize() != expected {
            return refuse("it is damaged or cut off");
        }
        let mut found = vec![0; head.len()];
        file.seek(SeekFrom::Start(0))?;
        file.read_exact(&mut found)?;
        if found != head {
            return refuse("it is of another run");
        }
        read(&mut BufReader::with_capacity(WINDOW, file).take(length))
    }

    /// Keeps what `write` writes. After the first that cannot be kept no more are.
    pub(super) fn save(&self, name: &str, write: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>) -> Saved {
        if !self.is_on.load(Ordering::Relaxed) {
            return Saved::Off;
        }
        let unfinished = self.path(name, UNFINISHED);
        let saved = self.write(name, &unfinished, write).and_then(|size| {
            fs::rename(&unfinished, self.path(name, ENDING))?;
            sync_folder(&self.folder)?;
            Ok(size)
        });
        match saved {
            Ok(size) => Saved::Kept(size),
            Err(error) => {
                let _ = fs::remove_file(&unfinished);
                self.is_on.store(false, Ordering::Relaxed);
                let why = if is_full(&error) { "the disk is full".to_owned() } else { error.to_string() };
                Saved::Failed(format!("cannot write {}: {why}", unfinished.display()))
            }
        }
    }

    fn write(
        &self,
        name: &str,
        path: &Path,
        write: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<u64> {
        self.make_folder()?;
        let file = Hashing::new(File::create(path)?);
        let mut file = BufWriter::with_capacity(WINDOW, file);
        let head = self.head(name);
        file.write_all(&head)?;
        write(&mut file)?;
        file.flush()?;
        let length = file.get_ref().size() - head.len() as u64;
        file.write_all(&length.to_le_bytes())?;
        file.flush()?;
        let hash = file.get_ref().hash();
        file.write_all(hash.as_bytes())?;
        file.flush()?;
        let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        let size = file.size();
        file.into_inner().sync_all()?;
        Ok(size)
    }

    /// The folder, for its owner alone: in it stand words of answers.
    fn make_folder(&self) -> io::Result<()> {
        if self.folder.is_dir() {
            return Ok(());
        }
        let mut maker = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut maker, 0o700);
        match maker.create(&self.folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            _ => sync_folder(parent_of(&self.folder)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn save(checkpoints: &Checkpoints, name: &str, bytes: &[u8]) -> Saved {
        checkpoints.save(name, &mut |writer| writer.write_all(bytes))
    }

    /// What is read, and what became of it.
    fn load(checkpoints: &Checkpoints, name: &str) -> (Vec<u8>, Loaded) {
        let mut bytes = Vec::new();
        let loaded = checkpoints.load(name, &mut |reader| reader.read_to_end(&mut bytes).map(drop));
        (bytes, loaded)
    }

    #[test]
    fn what_is_kept_comes_back() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join(".out.work");
        let (checkpoints, n_removed) = Checkpoints::open(&folder, "one".into());
        assert_eq!((n_removed, checkpoints.is_empty(), load(&checkpoints, "text").1), (0, true, Loaded::Absent));
        let large: Vec<u8> = (0..700_000_u32).map(|at| (at % 251) as u8).collect();
        for bytes in [&b""[..], b"some words", &large] {
            assert!(matches!(save(&checkpoints, "text", bytes), Saved::Kept(size) if size > bytes.len() as u64));
            assert_eq!(load(&checkpoints, "text"), (bytes.to_vec(), Loaded::Taken));
        }
        assert_eq!(load(&checkpoints, "themes").1, Loaded::Absent);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "one file a checkpoint");
        // A later run of the same identity has them, one of another has none.
        let (again, n_removed) = Checkpoints::open(&folder, "one".into());
        assert_eq!((n_removed, load(&again, "text").1), (0, Loaded::Taken));
        let (other, n_removed) = Checkpoints::open(&folder, "two".into());
        assert_eq!((n_removed, other.is_empty(), load(&other, "text").1), (1, true, Loaded::Absent));
    }

    /// A power cut leaves a file short, long, or with bytes that were never written.
    #[test]
    fn a_checkpoint_that_is_cut_off_changed_or_renamed_is_not_used() {
        let home = tempfile::tempdir().unwrap();
        let (checkpoints, _) = Checkpoints::open(home.path(), "one".into());
        save(&checkpoints, "text", b"some words of an answer");
        let path = home.path().join("text.checkpoint");
        let whole = fs::read(&path).unwrap();
        let mut broken: Vec<Vec<u8>> = (0..whole.len()).map(|length| whole[..length].to_vec()).collect();
        for at in 0..whole.len() {
            let mut zeroed = whole.clone();
            zeroed[at..].fill(0);
            let mut flipped = whole.clone();
            flipped[at] ^= 1;
            broken.extend([zeroed, flipped]);
        }
        broken.push([&whole[..], b"\0"].concat());
        for bytes in broken.iter().filter(|bytes| **bytes != whole) {
            fs::write(&path, bytes).unwrap();
            let (read, loaded) = load(&checkpoints, "text");
            assert!(matches!(loaded, Loaded::SetAside(_)), "{loaded:?} of {} bytes", bytes.len());
            assert!(read.is_empty() && !path.exists());
        }
        fs::write(home.path().join("themes.checkpoint"), &whole).unwrap();
        assert!(matches!(load(&checkpoints, "themes").1, Loaded::SetAside(_)), "it is that of another stage");
    }

    #[test]
    fn what_cannot_be_kept_leaves_nothing_and_ends_the_keeping() {
        let home = tempfile::tempdir().unwrap();
        let (checkpoints, _) = Checkpoints::open(home.path(), "one".into());
        save(&checkpoints, "text", b"kept before");
        let failed = checkpoints.save("themes", &mut |writer| {
            writer.write_all(b"half of it")?;
            Err(io::ErrorKind::StorageFull.into())
        });
        let Saved::Failed(why) = failed else { panic!("{failed:?}") };
        assert!(why.ends_with("the disk is full"), "{why}");
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1, "no half of a file");
        assert_eq!(save(&checkpoints, "themes", b"again"), Saved::Off);
        assert_eq!(load(&checkpoints, "text").1, Loaded::Taken, "what was kept is still of use");
    }

    #[test]
    fn what_was_half_written_is_removed() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("text.unfinished"), "half").unwrap();
        assert_eq!(Checkpoints::open(home.path(), "one".into()).1, 1);
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
    }
}
