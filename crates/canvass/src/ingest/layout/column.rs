//! What a single column is, judged by its header and its values.

use super::profile::Profile;
use super::words::{Words, fold};
use crate::settings::QuestionKind;

/// What a column is taken for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Use {
    Id,
    Respondent,
    Email,
    Language,
    Time,
    Attribute,
    Translation,
    Ignored,
    Question(QuestionKind),
}

impl Use {
    /// As a decision words it.
    pub(super) fn describe(self) -> &'static str {
        match self {
            Self::Id => "the id of the response",
            Self::Respondent => "the id of the respondent",
            Self::Email => "the e-mail address, never written out",
            Self::Language => "the language of the answers",
            Self::Time => "the time of the submission",
            Self::Attribute => "an attribute of the respondent",
            Self::Translation => "the translation of answers",
            Self::Ignored => "not read",
            Self::Question(kind) => kind_name(kind),
        }
    }
}

/// The kind of a question, as a decision or a message words it.
pub(super) fn kind_name(kind: QuestionKind) -> &'static str {
    match kind {
        QuestionKind::Open => "an open question",
        QuestionKind::Single => "a single-choice question",
        QuestionKind::Multiple => "a multiple-choice question",
        QuestionKind::Scale => "a scale",
        QuestionKind::Matrix => "a statement of a matrix",
    }
}

/// A use and what speaks for it.
pub(super) struct Verdict {
    pub(super) used_as: Use,
    pub(super) reason: String,
}

impl Verdict {
    pub(super) fn new(used_as: Use, reason: impl Into<String>) -> Self {
        Self { used_as, reason: reason.into() }
    }
}

/// A header, and what it says about its column.
pub(super) struct Header<'w> {
    words: &'w Words,
    folded: String,
    n_words: usize,
    has_question_mark: bool,
}

impl<'w> Header<'w> {
    pub(super) fn new(name: &str, words: &'w Words) -> Self {
        let folded = fold(name);
        let n_words = folded.split_whitespace().count();
        Self { words, folded, n_words, has_question_mark: name.contains(['?', '¿', '？', '؟']) }
    }

    pub(super) fn names_response_id(&self) -> bool {
        let ends_in_id = self.folded.ends_with(" id") && !self.names_respondent_id() && !self.is_technical();
        self.words.response_id.is(&self.folded) || ends_in_id
    }

    pub(super) fn names_respondent_id(&self) -> bool {
        self.words.respondent_id.is(&self.folded)
    }

    pub(super) fn names_email(&self) -> bool {
        self.words.email.is(&self.folded)
    }

    pub(super) fn names_person(&self) -> bool {
        self.words.name.is(&self.folded)
    }

    fn names_time(&self) -> bool {
        self.words.time.is(&self.folded)
    }

    /// How well a header that names a time tells when the submission was made: when it was completed, rather than begun.
    pub(super) fn time_rank(&self) -> u8 {
        if self.words.completion.is(&self.folded) {
            0
        } else if self.words.start.is(&self.folded) {
            2
        } else {
            1
        }
    }

    fn is_technical(&self) -> bool {
        self.words.technical.is(&self.folded)
    }

    /// Whether it is what a column of free text is called, no more.
    fn names_text(&self) -> bool {
        self.words.text.is(&self.folded)
    }

    /// Whether it is a short label and no question.
    fn is_label(&self) -> bool {
        const LONGEST: usize = 4;
        self.n_words <= LONGEST && !self.has_question_mark && !self.is_question_code()
    }

    /// Whether it speaks of the respondent.
    fn speaks_of_respondent(&self) -> bool {
        let addresses = self.words.address.within(&self.folded);
        self.words.attribute.within(&self.folded)
            && !self.words.opinion.within(&self.folded)
            && (self.is_label() || addresses)
    }

    /// Whether the values of such a column would name the respondent, not group it with others.
    fn names_organisation(&self) -> bool {
        self.words.naming.within(&self.folded) && !self.words.grouping.within(&self.folded)
    }

    /// `Q1`, `question_2`, `2.3`.
    fn is_question_code(&self) -> bool {
        let rest = ["question", "q", "qu"].iter().find_map(|start| self.folded.strip_prefix(start));
        let rest = rest.unwrap_or(&self.folded);
        rest.contains(|c: char| c.is_ascii_digit()) && rest.chars().all(|c| c.is_ascii_digit() || c == ' ')
    }

    /// Whether it asks for an answer in words.
    fn asks_for_text(&self) -> bool {
        // French "Comment ...?" asks how.
        let asks_how = self.has_question_mark && self.folded.starts_with("comment ");
        self.names_text() || (self.words.asks_for_text.within(&self.folded) && !asks_how)
    }

    /// Whether it reads like a question.
    fn is_question(&self) -> bool {
        self.has_question_mark
            || self.words.question_start.begins(&self.folded) && self.n_words > 1
            || self.is_question_code()
    }
}

/// Judges a column of a wide file. `after_question`: whether a column to its left holds answers.
///
/// The rules in their order; the first that fits decides. Two of them are left to the caller, who sees more than one
/// column: which is the id, and which neighbours form a matrix.
pub(super) fn judge(header: &Header<'_>, profile: &Profile<'_>, after_question: bool) -> Verdict {
    let is = |used_as, reason: &str| Verdict::new(used_as, reason);
    administration(header, profile)
        .or_else(|| blank(header, profile))
        .or_else(|| certain_options(header, profile))
        .or_else(|| attribute(header, profile, after_question))
        .or_else(|| options(header, profile))
        .or_else(|| {
            let reason = match (header.asks_for_text(), header.is_question()) {
                (true, _) => "the header asks for an answer in words",
                (_, true) => "the header reads like a question, and the answers do not look like options",
                _ if profile.mean_words > 3.0 => "the answers are free text",
                _ => return None,
            };
            Some(is(Use::Question(QuestionKind::Open), reason))
        })
        .unwrap_or_else(|| is(Use::Ignored, "short values that hardly repeat, under a header that is no question"))
}

/// Judges the answers to one question of a long file. A few of them prove nothing: short answers in words come again, too.
pub(super) fn judge_answers(header: &Header<'_>, profile: &Profile<'_>) -> (QuestionKind, String) {
    const FEWEST: usize = 20;
    let verdict = (profile.n_filled >= FEWEST)
        .then(|| certain_options(header, profile).or_else(|| options(header, profile)))
        .flatten();
    match verdict {
        Some(Verdict { used_as: Use::Question(kind), reason }) => (kind, reason),
        _ if profile.n_filled == 0 => {
            (QuestionKind::Open, "nothing says that it is closed; all answers are blank".into())
        }
        _ => (QuestionKind::Open, "the answers do not look like options".into()),
    }
}

/// Judges a column of a long file that is neither id, question nor text: its rows are answers, so that it holds no
/// answers of its own.
pub(super) fn judge_beside_text(header: &Header<'_>, profile: &Profile<'_>) -> Verdict {
    administration(header, profile)
        .or_else(|| (profile.n_filled == 0).then(|| Verdict::new(Use::Ignored, "all cells are blank")))
        .or_else(|| attribute(header, profile, false))
        .or_else(|| profile.few_values().then(|| Verdict::new(Use::Attribute, "few values that come again")))
        .unwrap_or_else(|| Verdict::new(Use::Ignored, "the values are too many to group by"))
}

/// What is there to run the consultation, not to answer it.
fn administration(header: &Header<'_>, profile: &Profile<'_>) -> Option<Verdict> {
    let ignored = |reason: &str| Some(Verdict::new(Use::Ignored, reason));
    if header.names_email() || profile.mostly_emails() {
        return if header.names_email() && profile.n_filled > 0 && !profile.has_email() {
            ignored("the header names an e-mail address, but the column holds none")
        } else if header.names_email() {
            Some(Verdict::new(Use::Email, "the header names an e-mail address"))
        } else {
            Some(Verdict::new(Use::Email, "most values are e-mail addresses"))
        };
    }
    if header.names_person() {
        return ignored("the header names a person's name");
    }
    if header.names_time() {
        return if profile.n_filled > 0 && profile.mostly_times() {
            Some(Verdict::new(Use::Time, "the header names a time, and the values are dates"))
        } else {
            ignored("the header names a time")
        };
    }
    if header.is_technical() {
        return ignored("the header names something that is no answer");
    }
    if header.names_response_id() || header.names_respondent_id() {
        return ignored(if profile.has_email() {
            "the header names an id, but there are e-mail addresses among the values"
        } else {
            "the header names an id, but it is not needed, or its values are no codes or come again; it can be stated as id_column or respondent_column"
        });
    }
    if profile.n_filled > 0 && profile.are_times() {
        return ignored("the values are dates");
    }
    if profile.n_filled > 0 && profile.are_links() {
        return ignored("the values are links");
    }
    None
}

fn blank(header: &Header<'_>, profile: &Profile<'_>) -> Option<Verdict> {
    if profile.n_filled > 0 {
        return None;
    }
    Some(if header.asks_for_text() || (header.is_question() && !header.speaks_of_respondent()) {
        Verdict::new(Use::Question(QuestionKind::Open), "the header reads like a question; all answers are blank")
    } else {
        Verdict::new(Use::Ignored, "all cells are blank")
    })
}

/// Answers that were chosen from options, whatever the header says.
fn certain_options(header: &Header<'_>, profile: &Profile<'_>) -> Option<Verdict> {
    if header.names_text() {
        return None;
    }
    let closed = |kind, reason: &str| Some(Verdict::new(Use::Question(kind), reason));
    let separator = profile.list_separator();
    if let Some(separator) = separator.filter(|separator| *separator == ";" || !header.asks_for_text()) {
        let reason = if separator == ";" {
            "the values list options, separated by semicolons"
        } else {
            "the values list options, separated by commas"
        };
        return closed(QuestionKind::Multiple, reason);
    }
    // A few answers in words may all hold "good", and under a question "don't know" may be one.
    let is_rating = profile.rating(header.words).is_some() && (!header.asks_for_text() || profile.n_filled >= 20);
    if is_rating || (profile.are_neutral(header.words) && !header.is_question() && !header.asks_for_text()) {
        return closed(QuestionKind::Single, "the values are grades of one rating");
    }
    // "Any other comments?" answered by "No" alone is still a question for words.
    if profile.are_yes_no(header.words) && (profile.n_distinct() > 1 || !header.asks_for_text()) {
        return closed(QuestionKind::Single, "the values say yes or no");
    }
    None
}

fn attribute(header: &Header<'_>, profile: &Profile<'_>, after_question: bool) -> Option<Verdict> {
    const LONGEST: f64 = 8.0;
    if header.asks_for_text() || profile.mean_words > LONGEST {
        return None;
    }
    if header.speaks_of_respondent() {
        let few = profile.n_distinct() <= profile.few();
        if few && (!header.names_organisation() || profile.repeated() >= 0.5) {
            return Some(Verdict::new(Use::Attribute, "the header speaks of the respondent and the values are few"));
        }
        // Above this the header was misread: it is a question answered in sentences.
        if profile.mean_words <= 4.0 {
            let reason = "the header speaks of the respondent, but the values are too many to group by";
            return Some(Verdict::new(Use::Ignored, reason));
        }
    }
    if !after_question && header.is_label() && profile.few_values() && !profile.are_numbers() {
        let reason = "a short header before the first question, with few values that come again";
        return Some(Verdict::new(Use::Attribute, reason));
    }
    None
}

/// Answers that look as if they were chosen from options.
fn options(header: &Header<'_>, profile: &Profile<'_>) -> Option<Verdict> {
    if profile.are_grades() && !header.names_text() {
        let reason = "the values are whole numbers from 0 to 10";
        return Some(Verdict::new(Use::Question(QuestionKind::Scale), reason));
    }
    // A few comments may be numbers; many are the numbers of the responses.
    if profile.are_numbers() && (!header.names_text() || profile.n_filled >= 20) {
        return Some(Verdict::new(Use::Ignored, "the values are numbers"));
    }
    let (longest, least_repeated) = match (header.names_text(), header.asks_for_text(), header.is_question()) {
        (true, ..) => return None,
        // One value throughout is "no" or "n/a" rather than an option.
        (_, _, true) | (_, true, _) if profile.n_distinct() < 2 => return None,
        (_, true, _) if profile.n_filled < 20 || profile.n_distinct() > 8 => return None,
        (_, true, _) => (3.0, 0.95),
        (_, _, true) if profile.repeated() < 0.9 => (4.0, 0.5),
        // The labels of options may be long where each was chosen again and again.
        _ if profile.n_distinct() <= 8 && profile.n_filled >= 20 && profile.repeated() >= 0.95 => (20.0, 0.95),
        _ => (6.0, 0.5),
    };
    let chosen = profile.n_distinct() <= profile.few() && profile.repeated() >= least_repeated;
    (chosen && profile.mean_words <= longest).then(|| {
        let reason = format!("{} short values that come again", profile.n_distinct());
        Verdict::new(Use::Question(QuestionKind::Single), reason)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used(name: &str, cells: &[&str]) -> Use {
        let words = Words::load();
        judge(&Header::new(name, &words), &Profile::of(cells.iter().copied()), false).used_as
    }

    const OPEN: Use = Use::Question(QuestionKind::Open);
    const SINGLE: Use = Use::Question(QuestionKind::Single);

    #[test]
    fn what_runs_the_consultation_is_not_read() {
        assert_eq!(used("Start time", &["x"]), Use::Ignored);
        assert_eq!(used("Start time", &["3/4/26 9:15:22", "46085.4", "soon"]), Use::Time);
        assert_eq!(used("Filled in", &["3/4/26 9:15:22", "2026-03-04"]), Use::Ignored);
        assert_eq!(used("Votre nom", &["Ana"]), Use::Ignored);
        assert_eq!(used("E-mail address", &["a@b.org", ""]), Use::Email);
        assert_eq!(used("How can we reach you?", &["a@b.org", "by phone", "c@d.org"]), Use::Email);
        assert_eq!(used("Email", &["anonymous", "anonymous"]), Use::Ignored);
        assert_eq!(used("Upload a document", &["https://example.org/1"]), Use::Ignored);
    }

    #[test]
    fn a_blank_column_is_a_question_only_if_its_header_reads_like_one() {
        assert_eq!(used("What should change?", &["", " "]), OPEN);
        assert_eq!(used("Comments", &["", ""]), OPEN);
        assert_eq!(used("Internal", &["", ""]), Use::Ignored);
        assert_eq!(used("Email", &["", ""]), Use::Email);
    }

    #[test]
    fn an_attribute_speaks_of_the_respondent_and_groups_it_with_others() {
        assert_eq!(used("Which of these best describes you?", &["NGO", "Member State"]), Use::Attribute);
        assert_eq!(used("Région", &["Asie", "Afrique", "Asie"]), Use::Attribute);
        assert_eq!(used("¿En qué región se encuentra su organización?", &["Asia", "Asia"]), Use::Attribute);
        assert_eq!(used("Channel", &["web", "post", "web", "post"]), Use::Attribute);
        assert_eq!(used("About you [Branch]", &["North", "South", "North"]), Use::Attribute);
        assert_eq!(used("Name of your organisation", &["Harbour Trust", "Reef Watch", "Blue Coast"]), Use::Ignored);
        assert_eq!(used("Type of organisation", &["NGO", "Company", "University"]), Use::Attribute);
        let reply = "It should coordinate the work of the regional offices and report on it each year";
        assert_eq!(used("What role should the Office play in your region?", &[reply, "None at all", reply]), OPEN);
        assert_eq!(used("Which region should come first?", &["Asia", "Asia", "Africa", "Africa"]), SINGLE);
    }

    #[test]
    fn numbers_of_responses_are_no_answers_whatever_they_are_called() {
        let numbers: Vec<String> = (1..=60).map(|number| number.to_string()).collect();
        let cells: Vec<&str> = numbers.iter().map(String::as_str).chain(["Total"]).collect();
        assert_eq!(used("Response", &cells), Use::Ignored);
        assert_eq!(used("Comments", &cells[..3]), OPEN);
    }

    #[test]
    fn what_exporters_write_in_german_is_recognised() {
        assert_eq!(used("Fertigstellungszeit", &["04.03.2026 09:15", "05.03.2026 10:00"]), Use::Time);
        assert_eq!(used("Vorname", &["Ana", "Ana", "Bo", "Bo"]), Use::Ignored);
        let words = Words::load();
        assert!(
            Header::new("Lfd. Nr.", &words).names_response_id() && Header::new("E-Mail-Adresse", &words).names_email()
        );
        let ranks = ["Fertigstellungszeit", "Datum", "Startzeit"].map(|name| Header::new(name, &words).time_rank());
        assert_eq!(ranks, [0, 1, 2]);
    }

    #[test]
    fn few_short_values_that_come_again_are_options() {
        assert_eq!(used("Have you read the draft?", &["Yes", "No"]), SINGLE);
        assert_eq!(used("Which part matters most to you?", &["Access", "Cost", "Access", "Cost"]), SINGLE);
        assert_eq!(used("How clear is it?", &["3", "5", "10"]), Use::Question(QuestionKind::Scale));
        assert_eq!(used("How many staff do you employ?", &["12", "250", "3000"]), Use::Ignored);
        assert_eq!(used("Which do you use?", &["Web;", "Web;Post;"]), Use::Question(QuestionKind::Multiple));
        assert_eq!(used("The timeline is realistic", &["Agree", "Strongly agree"]), SINGLE);
    }

    #[test]
    fn text_is_open_even_where_there_are_few_rows_or_many_copies() {
        assert_eq!(used("comment", &["No", "No", "Too slow"]), OPEN);
        assert_eq!(used("Any other comments?", &["No", "No", "None", "Too slow for us"]), OPEN);
        assert_eq!(used("Any other comments?", &["No", "No"]), OPEN);
        assert_eq!(used("What should change?", &["Shorter forms", "Fewer meetings"]), OPEN);
        assert_eq!(used("Clause 4", &["We would keep it as it stands", "Delete this clause please"]), OPEN);
        let letter = "We ask the Office to keep the regional programme and to fund it in full for the coming years so that \
                      no community is left behind";
        assert_eq!(used("Which parts of the draft would you change?", &[letter; 30]), OPEN);
        assert_eq!(used("Project", &["Harbour", "Reef", "Coast"]), Use::Ignored);
        assert_eq!(used("Anything else?", &[["Thanks", "No"], ["No", "No"]].concat()), OPEN);
    }
}
