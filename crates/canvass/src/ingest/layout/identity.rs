//! Wide files: which columns say who answered, and in which language.

use super::column::{Use, Verdict};
use super::profile::Profile;
use super::{IngestError, Job, ROWS_LOOKED_AT, Table, is_blank, language, trimmed};
use std::collections::{BTreeMap, HashSet};

/// Finds the id columns and the one with the language, unless the configuration says which they are.
///
/// # Errors
/// [`IngestError::NoSuchColumn`] if a column that could be the id of the responses has in another file a name that differs in case, spaces
/// and marks only.
pub(super) fn identities(
    job: &Job<'_>,
    profiles: &[Profile<'_>],
    settled: &[bool],
    verdicts: &mut BTreeMap<usize, Verdict>,
) -> Result<(), IngestError> {
    let names = &job.columns.names;
    let free = || (0..names.len()).filter(|&column_idx| !settled[column_idx]);
    if job.stated.id.is_none() {
        let identifies = |column_idx: &usize| {
            let name = names[*column_idx];
            let mut profiles = job.columns.tables.iter().filter_map(|table| profile_in(table, name));
            profiles.all(|profile| profile.identifies())
                && !job.columns.cells(name).any(is_blank)
                && !job.columns.has_email(name)
        };
        let is_everywhere =
            |column_idx: &usize| job.columns.tables.iter().all(|table| table.column_idx(names[*column_idx]).is_some());
        let of_responses = || free().filter(|&column_idx| job.header(names[column_idx]).names_response_id());
        let of_respondents = || free().filter(|&column_idx| job.header(names[column_idx]).names_respondent_id());
        let mut all = of_responses().chain(of_respondents()).filter(identifies);
        let id = all.clone().find(is_everywhere);
        if id.is_none() {
            all.try_for_each(|column_idx| job.columns.optional(names[column_idx], Use::Id.describe()).map(drop))?;
        }
        if let Some(column_idx) = id {
            let verdict = match shared_id(job, names[column_idx]) {
                None => Verdict::new(Use::Id, "the header names an id and hardly any value comes again"),
                Some(id) => {
                    let reason = format!(
                        "the files number their rows alike ({id:?} is in more than one): row numbers over all files are the ids"
                    );
                    Verdict::new(Use::Ignored, reason)
                }
            };
            verdicts.insert(column_idx, verdict);
        }
    }
    if job.stated.respondent.is_none() {
        let respondent = free().find(|column_idx| {
            job.header(names[*column_idx]).names_respondent_id()
                && !verdicts.contains_key(column_idx)
                && profiles[*column_idx].looks_like_codes()
                && profiles[*column_idx].holds_digits()
                && !job.columns.has_email(names[*column_idx])
        });
        if let Some(column_idx) = respondent {
            let lacks = |table: &&Table| table.column_idx(names[column_idx]).is_none();
            let verdict = match job.columns.tables.iter().find(lacks) {
                None => Verdict::new(Use::Respondent, "the header names a respondent and the values are codes"),
                // A code of one file may be a row number of another.
                Some(table) => {
                    Verdict::new(Use::Ignored, format!("the id of the respondent, but {} lacks it", table.file))
                }
            };
            verdicts.insert(column_idx, verdict);
        }
    }
    if job.stated.language.is_none() {
        let is_free = |name: &str| free().any(|idx| names[idx] == name && !verdicts.contains_key(&idx));
        if let Some((name, reason)) = language::find(job.columns, job.words, is_free) {
            let column_idx = names.iter().position(|known| *known == name);
            verdicts.extend(column_idx.map(|column_idx| (column_idx, Verdict::new(Use::Language, reason))));
        }
    }
    Ok(())
}

fn profile_in<'t>(table: &'t Table, name: &str) -> Option<Profile<'t>> {
    let column_idx = table.column_idx(name)?;
    Some(Profile::of(table.rows.iter().take(ROWS_LOOKED_AT).map(move |row| row.cell(column_idx))))
}

/// A value of the column that stands in more than one file.
fn shared_id<'t>(job: &Job<'t>, name: &str) -> Option<&'t str> {
    let mut earlier: HashSet<&str> = HashSet::new();
    for (position, table) in (1..).zip(job.columns.tables) {
        let column_idx = table.column_idx(name)?;
        let ids = || table.rows.iter().map(|row| trimmed(row.cell(column_idx)));
        if let Some(id) = ids().find(|id| earlier.contains(id)) {
            return Some(id);
        }
        // No file comes behind the last.
        if position < job.columns.tables.len() {
            earlier.extend(ids());
        }
    }
    None
}
