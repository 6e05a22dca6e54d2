//! The findings: what the run has to say, as data. Every report is made from this model and from nothing else.
//!
//! Counts are of respondents, on the question's own base.

mod beyond;
mod blocs;
mod breakdown;
mod build;
mod clauses;
mod coded;
mod dissent;
mod label;
mod names;
mod ranking;
mod sentence;
mod shared;
mod telling;
mod verbatim;

use crate::statistics::{ClosedQuestion, CrossTable, Profile};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::sync::Arc;

pub use beyond::{Beyond, SmallGroup, ThemeBelow};
pub(crate) use blocs::{CopiedText, CopiedTexts, blocs};
pub use breakdown::{Breakdown, BreakdownGroup, Representation};
pub(crate) use build::{add_breakdowns, build_question};
pub(crate) use coded::{Coded, units};
pub use dissent::{Against, Dissent, OpposingVerbatim, Stance, StanceCount, Stances};
pub(crate) use label::labels as theme_labels;
pub use names::{NameCount, NameGroup, Names};
pub(crate) use names::{check as check_names, settle as settle_lists};
pub use sentence::{SentencePart, SentenceSource};
pub use shared::Shared;
pub(crate) use telling::Teller;

/// The built-in lists that findings are told by, for the manifest.
pub(crate) fn resource_files() -> impl Iterator<Item = canvass_text::Resource> {
    clauses::resource_files().chain(names::resource_files())
}

/// Everything a report says. `findings.json` is this, serialised.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Findings {
    /// The format of this data: the name of its JSON Schema.
    pub schema: &'static str,
    /// What made it.
    pub run: RunIdentity,
    /// The files it was made from.
    pub inputs: Vec<InputIdentity>,
    /// Whether a respondent's answers to different questions are known to be one respondent's. If not, as in a long file
    /// without a column for the respondent, each answer is a submission of its own.
    pub respondents_linked: bool,
    /// How many submissions were received.
    pub n_submissions: u64,
    /// How many of them are in no open question's base: blank or without content throughout, double, or tests.
    pub n_submissions_set_aside: u64,
    /// Which of the two counts of each theme leads, as the settings say.
    pub count_by: crate::settings::CountBy,
    /// The scale that puts shares into words, as the settings have it: the first step that a share reaches says it.
    pub quantifiers: Vec<crate::settings::Quantifier>,
    /// Respondents who share copied text in several questions, the largest bloc first.
    pub blocs: Vec<Bloc>,
    /// The open questions in the order of the form.
    pub questions: Vec<QuestionFindings>,
    /// Who answered.
    pub profile: Profile,
    /// The closed questions in the order of the form.
    pub closed_questions: Vec<ClosedQuestion>,
    /// Cells of cross-tables with fewer respondents than this, but some, are suppressed, and others for their sake; 0: none is.
    pub smallest_cell: u32,
    /// Themes and closed answers by attribute and by closed answer, in the order of the form.
    pub crosstabs: Vec<CrossTable>,
}

/// Respondents who share copied text in at least two questions.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Bloc {
    /// Unique within the consultation: `b01`, ...
    pub bloc_id: String,
    /// Its members.
    pub n_respondents: u64,
    /// Who they are, in the order of the file.
    pub respondents: Vec<String>,
    /// What they share, in the order of the form: two questions at least.
    pub questions: Vec<BlocQuestion>,
}

/// What a bloc shares in a question.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BlocQuestion {
    /// The question's id.
    pub question: String,
    /// The groups of near-duplicates that at least two of its members are in.
    pub groups: Vec<String>,
    /// The members who are in them.
    pub n_respondents: u64,
    /// `n_respondents` / the question's base, 0 to 1, to four decimals.
    pub share: f64,
}

/// What made a run, and with which settings.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct RunIdentity {
    /// The version of canvass.
    pub version: String,
    /// BLAKE3 of `canvass.toml`, in hexadecimal.
    pub settings_blake3: String,
    /// The seed of every random step.
    pub seed: u64,
}

/// A file that was read.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct InputIdentity {
    /// Its base name.
    pub file: String,
    /// `answers`, `questions` or `reference`.
    pub role: crate::ingest::SourceRole,
    /// In bytes.
    pub size: u64,
    /// BLAKE3 of its bytes, in hexadecimal.
    pub blake3: String,
}

/// What is found in the answers to one question.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct QuestionFindings {
    /// The question's id.
    pub id: String,
    /// Its wording.
    pub text: String,
    /// The respondents whose answer counts: neither blank, "n/a"-like, double nor a test entry.
    pub base: u64,
    /// Their number with each group of near-duplicates counted once.
    pub base_once: u64,
    /// The main language: that of `findings` and `themes`.
    pub language: canvass_text::Language,
    /// The respondents of the base who answered in it: those whom `findings` and `themes` can count.
    pub language_base: u64,
    /// How the themes were found, and the points that are in none of them.
    pub theme_basis: ThemeBasis,
    /// The respondents who are in at least one of `themes`.
    pub n_in_themes: u64,
    /// The respondents who are in at least one of `findings`.
    pub n_in_findings: u64,
    /// What became of the responses received; the counts sum to all of them.
    pub ledger: Vec<StateCount>,
    /// How many of the analysed responses quote a reference text; what they quote carries no theme.
    pub n_quoting: u64,
    /// How many of the analysed responses were analysed in a translation that the file has.
    pub n_translated: u64,
    /// What else carries no theme.
    pub left_out: LeftOutWords,
    /// Forms that were counted as one term.
    pub merges: Vec<MergedForms>,
    /// How many of the analysed responses were read in which language, the most frequent first.
    pub language_counts: Vec<LanguageCount>,
    /// The first themes in rank order.
    pub findings: Vec<Finding>,
    /// All themes in rank order: those of the answers in the main language.
    pub themes: Vec<Finding>,
    /// The responses in no theme, but for those that stand under `languages`; answers in a language that has no themes of
    /// its own are here, whole.
    pub no_theme: Shared<NoTheme>,
    /// The answers in each further language that has themes of its own, the largest group first.
    pub languages: Vec<LanguageFindings>,
    /// What the findings leave out, and whom.
    pub beyond: Beyond,
    /// The code frame that settles the themes, if one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_frame: Option<QuestionFrame>,
    /// What changed since the consultation that a theme model was made of, if the run has one that has the question.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drift: Option<crate::waves::Drift>,
    /// Who is named, where the question is answered with lists of names.
    pub names: Option<Names>,
    /// The responses that are not in the base, and why.
    pub set_aside: Shared<SetAside>,
    /// The groups of duplicates: exact, near, filled-in and partial copies.
    pub duplicates: Shared<DuplicateGroup>,
    /// Related pairs of different texts in different groups that `duplicate_pairs.csv` leaves out: beyond the five of either text that are most alike.
    #[serde(skip_serializing_if = "is_none_left_out")]
    pub duplicate_pairs_left_out: u64,
    /// The responses that quote the same passage of a reference text or of the question, and those that quote alone.
    pub quotations: Shared<DuplicateGroup>,
}

/// What is found in the answers to a question in one language other than the main one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LanguageFindings {
    /// The language.
    pub language: canvass_text::Language,
    /// The respondents of the question's base who answered in it: what `share` is a share of here.
    pub base: u64,
    /// Their number with each group of near-duplicates counted once.
    pub base_once: u64,
    /// How the themes were found, and the points that are in none of them.
    pub theme_basis: ThemeBasis,
    /// The respondents who are in at least one of `themes`.
    pub n_in_themes: u64,
    /// The respondents who are in at least one of `findings`.
    pub n_in_findings: u64,
    /// The first themes in rank order.
    pub findings: Vec<Finding>,
    /// All themes in rank order.
    pub themes: Vec<Finding>,
    /// The responses in no theme.
    pub no_theme: Shared<NoTheme>,
}

/// How the themes of some answers were found.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct ThemeBasis {
    /// The algorithm, by name; `codeframe` where a code frame settles the themes.
    pub algorithm: &'static str,
    /// The points of the answers.
    pub n_points: u64,
    /// Those among them that themes were found in; fewer than `n_points` where there are too many to read, and then a seeded
    /// sample. Every point is coded.
    pub n_points_sampled: u64,
    /// The points that are in none of `themes`.
    pub n_points_other: u64,
    /// How many clusters there were before they were defined by terms; 0 where themes are no clusters.
    pub n_clusters: u32,
}

/// Words and passages that carry no theme, beside function words and quotations.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct LeftOutWords {
    /// Words of the question, as the answers write them, in alphabetical order.
    pub question_words: Vec<String>,
    /// How many of the analysed responses have a point that only restates the question.
    pub n_restating: u64,
    /// Passages that most answers share, the most frequent first.
    pub boilerplate: Vec<FormCount>,
}

/// Forms that were counted as one term.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct MergedForms {
    /// `abbreviation`: the answers define it; `synonym`: the user says so.
    pub kind: &'static str,
    /// What the term is called.
    pub term: String,
    /// The forms, the most frequent first.
    pub forms: Vec<FormCount>,
}

/// Something written, and how often.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct FormCount {
    /// As it is written.
    pub form: String,
    /// The analysed responses that have it.
    pub n_responses: u64,
}

/// How many responses ended in a state.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct StateCount {
    /// The state, as in `ledger.csv`.
    pub state: crate::ledger::State,
    /// How many responses.
    pub n_responses: u64,
}

/// How many responses were read in a language.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct LanguageCount {
    /// ISO 639-1 code.
    pub language: canvass_text::Language,
    /// How many responses.
    pub n_responses: u64,
    /// How many of them are in no theme.
    pub n_no_theme: u64,
}

/// A theme with its count, base and evidence.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// 1 for the first: `rank_once`, or `rank_raw` where the settings say so.
    pub rank: u32,
    /// 1 for the first by `n_respondents_once`, then `n_respondents`, then `theme_id`.
    pub rank_once: u32,
    /// 1 for the first by `n_respondents`, then `n_respondents_once`, then `theme_id`.
    pub rank_raw: u32,
    /// Whether the two differ: the place of the theme then hangs on how copies are counted.
    pub rank_differs: bool,
    /// The theme, unique within the question.
    pub theme_id: String,
    /// A short phrase in respondents' words.
    pub label: String,
    /// A sentence in respondents' words: the first verbatim, white space evened out; of a long one whole clauses, with "[…]" where
    /// some are left out.
    pub sentence: String,
    /// Where it stands.
    pub sentence_source: Option<SentenceSource>,
    /// The word for its share, by `Findings::quantifiers`: of `share`, or of `share_once` where that count leads; `one` of one
    /// respondent.
    pub quantifier: String,
    /// The respondents with a point in the theme.
    pub n_respondents: u64,
    /// The same, each group of near-duplicates counted once.
    pub n_respondents_once: u64,
    /// `n_respondents` / base, 0 to 1, to four decimals.
    pub share: f64,
    /// `n_respondents_once` / base counted once, 0 to 1, to four decimals.
    pub share_once: f64,
    /// `n_respondents` / the respondents of the base who answered in the theme's language, 0 to 1, to four decimals.
    pub language_share: f64,
    /// How sure the theme is; `None` where that was not measured.
    pub stability: Option<ThemeStability>,
    /// What puts a point into the theme: it holds one of these terms.
    pub terms: Vec<ThemeTerm>,
    /// Words that stand beside them more often than chance would have it, general words left out; they describe the theme only.
    pub companions: Vec<String>,
    /// All its respondents, in the order of the file.
    pub respondents: Shared<Arc<str>>,
    /// Quotations that show it, each from another respondent and none a near-duplicate of another; as far as there are, from
    /// different groups.
    pub verbatims: Vec<Verbatim>,
    /// Who says it, by each attribute and by the closed question that the question explains, as far as `crosstabs.by` names them.
    pub breakdown: Vec<Breakdown>,
    /// Who disagrees.
    pub dissent: Dissent,
    /// What the code frame says of it; none where the theme was found by this very run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frame: Option<ThemeFrame>,
}

/// What a code frame says of a theme, and what analysts' decisions did to it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ThemeFrame {
    /// `proposed` by the machine and unchanged, `edited` by people, or `written` by them.
    pub origin: &'static str,
    /// `proposed`, `signed-off` or `rejected`.
    pub status: &'static str,
    /// What belongs to it and what does not, for people; may be empty.
    pub definition: String,
    /// The theme above it, whose respondents include its own.
    pub parent: Option<String>,
    /// The decisions about it.
    pub n_decisions: u64,
    /// The responses that decisions brought in.
    pub n_in: u64,
    /// Those that decisions took out.
    pub n_out: u64,
    /// The responses that people put there, whatever their words.
    pub n_by_hand: u64,
    /// The responses that a classifier put there, if one did, and how good it is.
    pub classifier: Option<ThemeClassifier>,
}

/// What a classifier learnt from coded responses put into a theme, and how good it is by cross-validation on them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ThemeClassifier {
    /// The responses that are in the theme because of it alone.
    pub n_responses: u64,
    /// The responses that people had coded.
    pub n_coded: u32,
    /// Those of them in the theme.
    pub n_in_theme: u32,
    /// F1, 0 to 1 ...
    pub f1: f64,
    /// ... and from where ...
    pub f1_low: f64,
    /// ... to where it goes in 95 of 100 resamples.
    pub f1_high: f64,
}

impl ThemeFrame {
    fn new(framed: &crate::pipeline::FramedTheme) -> Self {
        Self::of(&framed.told, &framed.definition, framed.parent.as_ref())
    }

    fn of(moved: &crate::pipeline::Moved, definition: &str, parent: Option<&String>) -> Self {
        Self {
            origin: moved.origin.name(),
            status: moved.status.name(),
            definition: definition.to_owned(),
            parent: parent.cloned(),
            n_decisions: moved.n_decisions,
            n_in: moved.n_in,
            n_out: moved.n_out,
            n_by_hand: moved.n_by_hand,
            classifier: moved.learnt.map(|learnt| {
                let [f1, f1_low, f1_high] = learnt.f1.map(f64::from);
                let (n_coded, n_in_theme) = (learnt.n_coded, learnt.n_in_theme);
                ThemeClassifier { n_responses: moved.n_by_classifier, n_coded, n_in_theme, f1, f1_low, f1_high }
            }),
        }
    }
}

/// The code frame of a question.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct QuestionFrame {
    /// Its themes that are there, in the order of the file.
    pub themes: Vec<FrameThemeRow>,
    /// The decisions about the question that apply.
    pub n_decisions: u64,
    /// Those among them that touch nothing in these answers.
    pub idle: Vec<IdleDecision>,
}

/// A theme of a code frame.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FrameThemeRow {
    /// Its id.
    pub theme_id: String,
    /// Its name.
    pub label: String,
    /// Its respondents; of a rejected theme those whom it would have.
    pub n_respondents: u64,
    /// What was done with it.
    #[serde(flatten)]
    pub frame: ThemeFrame,
}

/// A decision that touches nothing.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct IdleDecision {
    /// The decision.
    pub decision: String,
    /// Where it stands in `codeframe.toml`, 1-based.
    pub line: u32,
    /// What it does, as the file calls it.
    pub action: String,
    /// Why it touches nothing.
    pub reason: String,
}

impl IdleDecision {
    pub(crate) fn of(decision: &crate::codeframe::Decision, reason: &str) -> Self {
        Self {
            decision: decision.id.clone(),
            line: decision.line,
            action: decision.action.name().to_owned(),
            reason: reason.to_owned(),
        }
    }
}

/// How often a theme comes back when a fifth of the respondents, drawn by the seed, is left out and themes are found anew.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ThemeStability {
    /// In a word.
    pub verdict: StabilityVerdict,
    /// The Jaccard similarity of its answers with those of the most similar theme, mean over the resamples, 0 to 1, to four
    /// decimals.
    pub similarity: f64,
    /// Resamples that had an answer of the theme.
    pub n_resamples: u32,
    /// Those in which a theme shared at least half of the answers of both.
    pub n_returned: u32,
    /// The first and the last rank it had in nine tenths of those.
    pub rank: Option<(u32, u32)>,
}

/// How sure a theme is, in a word.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum StabilityVerdict {
    /// A similarity of at least 0.75.
    Stable,
    /// At least 0.6.
    Fair,
    /// Less: whether this is a theme hangs on a few answers.
    Weak,
}

impl StabilityVerdict {
    /// By the bounds of Hennig (2007).
    fn new(similarity: f64) -> Self {
        match similarity {
            x if x >= 0.75 => Self::Stable,
            x if x >= 0.6 => Self::Fair,
            _ => Self::Weak,
        }
    }
}

/// A term that defines a theme.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ThemeTerm {
    /// The stem.
    pub stem: String,
    /// The forms that occur, the most frequent first.
    pub surface_forms: Vec<String>,
    /// The answers that hold it, near-duplicates counted once, beside those of the theme's other terms; a theme's weights sum
    /// to 1.
    pub weight: f64,
}

/// An exact quotation.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Verbatim {
    /// The response it is from.
    pub response_id: String,
    /// Its respondent.
    pub respondent_id: String,
    /// The base name of the file it stands in; empty where small cells are suppressed.
    pub file: String,
    /// Its cell there, as a spreadsheet names it: "P13"; empty where small cells are suppressed.
    pub cell: String,
    /// The passage, byte for byte.
    pub text: String,
    /// Its first byte in the response's cell.
    pub start: u32,
    /// One past its last byte.
    pub end: u32,
    /// The group its respondent is of; none where there is nothing to tell respondents apart by, and where small cells are
    /// suppressed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<VerbatimGroup>,
    /// What was analysed in its place, where the file has a translation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub translation: Option<TranslatedPassage>,
}

/// Which group a quotation is from.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct VerbatimGroup {
    /// What the groups are made by: the first name of `crosstabs.by`, else the first attribute.
    pub by_name: String,
    /// The value of the respondent; `did not say` where there is none.
    pub group: String,
}

/// A passage of a translation, byte for byte.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct TranslatedPassage {
    /// The passage.
    pub text: String,
    /// Its cell, as a spreadsheet names it; empty where small cells are suppressed.
    pub cell: String,
    /// Its first byte in the cell.
    pub start: u32,
    /// One past its last byte.
    pub end: u32,
}

/// A response in no theme.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct NoTheme {
    /// The response.
    pub response_id: Arc<str>,
    /// Its respondent.
    pub respondent_id: Arc<str>,
    /// Why, in a phrase.
    pub reason: Cow<'static, str>,
    /// The answer.
    pub text: String,
}

/// A response that is not in the base.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct SetAside {
    /// The response.
    pub response_id: Arc<str>,
    /// Its respondent.
    pub respondent_id: Arc<str>,
    /// Its cell, as a spreadsheet names it; empty where small cells are suppressed.
    pub cell: String,
    /// What became of it.
    pub state: crate::ledger::State,
    /// Why, in a phrase.
    pub reason: String,
}

/// A group of duplicates, or of responses that quote.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DuplicateGroup {
    /// Unique within the question.
    pub group_id: String,
    /// Whether the text is too short to be anyone's in particular: identical, but not counted once.
    pub is_short: bool,
    /// The response all members are alike to.
    pub representative: String,
    /// Its text.
    pub text: String,
    /// The respondents who sent it in, as it stands or varied; partial copies are none.
    pub n_respondents: u64,
    /// The members in the same words, the representative among them.
    pub n_exact: u64,
    /// The members that are near-duplicates in other words.
    pub n_varied: u64,
    /// What varied copies add to the text, in the order of the file; each a point of its own that counts for its respondent.
    pub additions: Vec<Verbatim>,
    /// All members, in the order of the file.
    pub members: Shared<DuplicateMember>,
}

/// A member of a group.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DuplicateMember {
    /// The response.
    pub response_id: Arc<str>,
    /// Its respondent.
    pub respondent_id: Arc<str>,
    /// To the representative.
    pub kind: canvass_analysis::DuplicateKind,
    /// To the representative: the words of both that stand in shared passages, by the words of both, 0 to 1, to four decimals.
    pub similarity: f64,
}

/// Whether nothing is left out, so that nothing need be said of it.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands it so")]
fn is_none_left_out(n: &u64) -> bool {
    *n == 0
}

/// `x` to four decimals.
pub(crate) fn four_decimals(x: f64) -> f64 {
    (x * 10_000.0).round() / 10_000.0
}
