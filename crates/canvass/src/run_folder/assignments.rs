//! Tables of clusters, in a folder that may hold other things: each written beside its place and renamed.

use super::{beside, write_synced};
use crate::error::Error;
use crate::quality::{ASSIGNMENTS_HEADER, LabelledSet, QualityError, assignments_name};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Checks that the tables of clusters of these sets may be written into `folder`, before any work is done.
///
/// The folder need not exist. What stands in the place of a table is replaced only if it is such a table itself.
///
/// # Errors
/// [`QualityError::SameName`], [`QualityError::NoFolder`], [`QualityError::OtherFile`].
pub fn check_assignments(folder: &Path, sets: &[LabelledSet]) -> Result<(), Error> {
    for (at, set) in sets.iter().enumerate() {
        let name = assignments_name(set);
        // Some file systems do not tell capitals from small letters.
        let is_same = |other: &&LabelledSet| assignments_name(other).to_lowercase() == name.to_lowercase();
        if let Some(other) = sets[..at].iter().find(is_same) {
            let (first, second) = (other.path.clone(), set.path.clone());
            return Err(QualityError::SameName { name, first, second }.into());
        }
    }
    if let Some(file) = folder.ancestors().find(|ancestor| ancestor.is_file()) {
        return Err(QualityError::NoFolder { path: file.to_path_buf() }.into());
    }
    let names = sets.iter().map(assignments_name);
    check_tables(folder, names)
}

fn check_tables(folder: &Path, mut names: impl Iterator<Item = String>) -> Result<(), Error> {
    let is_other = |path: &PathBuf| path.exists() && !is_table(path);
    match names.find_map(|name| Some(folder.join(name)).filter(is_other)) {
        Some(path) => Err(QualityError::OtherFile { path }.into()),
        None => Ok(()),
    }
}

/// Whether a file begins as a table of clusters does.
fn is_table(path: &Path) -> bool {
    let mut start = [0; ASSIGNMENTS_HEADER.len()];
    let read = fs::File::open(path).and_then(|mut file| file.read_exact(&mut start));
    read.is_ok() && start == ASSIGNMENTS_HEADER
}

/// Writes tables of clusters, each a name and its bytes, into `folder`: all to temporary files beside their places, which are
/// renamed when everything is written.
///
/// # Errors
/// [`QualityError::OtherFile`]; [`Error::Io`], after which no temporary file is left.
pub fn write_assignments(folder: &Path, tables: &[(String, Vec<u8>)]) -> Result<(), Error> {
    check_tables(folder, tables.iter().map(|(name, _)| name.clone()))?;
    fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
    let places: Vec<(PathBuf, PathBuf, &[u8])> = tables
        .iter()
        .map(|(name, bytes)| {
            let path = folder.join(name);
            (beside(&path, "new"), path, bytes.as_slice())
        })
        .collect();
    let write_all = || {
        for (temporary, _, bytes) in &places {
            write_synced(temporary, |file| file.write_all(bytes))?;
        }
        for (temporary, path, _) in &places {
            fs::rename(temporary, path).map_err(Error::io("rename", temporary))?;
        }
        Ok(())
    };
    let written = write_all();
    if written.is_err() {
        for (temporary, ..) in &places {
            // Ours alone; one that was never written or is renamed already is not there.
            let _ = fs::remove_file(temporary);
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Silent;
    use crate::quality::read;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort_unstable();
        names
    }

    fn table(clusters: &str) -> (String, Vec<u8>) {
        ("set.csv".to_owned(), format!("id,cluster\n{clusters}").into_bytes())
    }

    #[test]
    fn tables_are_replaced_and_other_files_are_kept() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("new/folder");
        write_assignments(&folder, &[table("1,0\n")]).unwrap();
        fs::write(folder.join("notes.txt"), "mine").unwrap();
        write_assignments(&folder, &[table("1,7\n")]).unwrap();
        assert_eq!(fs::read_to_string(folder.join("set.csv")).unwrap(), "id,cluster\n1,7\n");
        assert_eq!(names(&folder), ["notes.txt", "set.csv"]);
    }

    #[test]
    fn what_is_no_table_of_clusters_is_not_replaced() {
        let home = tempfile::tempdir().unwrap();
        for other in ["id,theme\n1,transport\n", ""] {
            fs::write(home.path().join("set.csv"), other).unwrap();
            let error = write_assignments(home.path(), &[table("1,0\n")]).unwrap_err();
            assert!(matches!(error, Error::Quality(QualityError::OtherFile { .. })), "{error}");
            assert_eq!(fs::read_to_string(home.path().join("set.csv")).unwrap(), other);
        }
        assert_eq!(names(home.path()), ["set.csv"]);
    }

    #[test]
    fn two_sets_of_one_name_and_a_file_for_a_folder_are_refused_beforehand() {
        let home = tempfile::tempdir().unwrap();
        let files: Vec<PathBuf> = ["a/set.jsonl", "b/Set.json"].map(|name| home.path().join(name)).into();
        for (id, path) in files.iter().enumerate() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, format!(r#"{{"id": {id}, "text": "a", "label": 3}}"#)).unwrap();
        }
        let sets = read(&files, &Silent).unwrap();
        let error = check_assignments(&home.path().join("out"), &sets).unwrap_err();
        assert!(matches!(error, Error::Quality(QualityError::SameName { .. })), "{error}");
        check_assignments(&home.path().join("out"), &sets[..1]).unwrap();
        let error = check_assignments(&files[0].join("out"), &sets[..1]).unwrap_err();
        assert!(matches!(error, Error::Quality(QualityError::NoFolder { .. })), "{error}");
    }
}
