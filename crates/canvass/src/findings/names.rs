//! Questions that are answered with a list of names: who is named, by how many.

use serde::Serialize;

/// The names that the answers to a question give.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Names {
    /// The respondents of the question's base who give a name.
    pub n_respondents: u64,
    /// Their share of the base, 0 to 1, to four decimals.
    pub share: f64,
    /// The names, by respondents, then by name.
    pub names: Vec<NameCount>,
    /// The groups that the settings make of names, in their order.
    pub groups: Vec<NameGroup>,
    /// Names that the settings put into a group and no answer gives.
    pub unused: Vec<String>,
    /// The responses of the base that give no name.
    pub without: Vec<String>,
}

/// A name.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NameCount {
    /// Its most frequent form.
    pub name: String,
    /// The respondents who give it.
    pub n_respondents: u64,
    /// `n_respondents` / the question's base, 0 to 1, to four decimals.
    pub share: f64,
    /// All forms that count as it, the most frequent first.
    pub variants: Vec<super::FormCount>,
    /// The responses that give it, in the order of the file.
    pub response_ids: Vec<String>,
    /// The group that the settings put it into.
    pub group: Option<String>,
}

/// A group of names.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NameGroup {
    /// Its label.
    pub label: String,
    /// The respondents who give a name of it.
    pub n_respondents: u64,
    /// `n_respondents` / the question's base, 0 to 1, to four decimals.
    pub share: f64,
    /// Its names that answers give, by respondents, then by name.
    pub names: Vec<String>,
}
