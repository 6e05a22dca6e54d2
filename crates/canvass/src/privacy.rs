//! What a published output must not show: e-mail addresses and phone numbers that respondents wrote into their answers.
//!
//! Each byte of such a pattern is overwritten with an asterisk before anything is analysed. So no output can hold one, whatever it is
//! made from, and every byte span stays what it is in the source.

use crate::ingest::Intake;
use std::sync::Arc;

/// How many patterns were overwritten in an answer.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Masked {
    /// E-mail addresses.
    pub n_emails: u32,
    /// Phone numbers.
    pub n_phones: u32,
}

impl Masked {
    /// As the ledger words it; empty if nothing was.
    pub fn describe(self) -> String {
        let count = |n: u32, what: &str| match n {
            0 => None,
            1 => Some(format!("1 {what}")),
            n => Some(format!("{n} {what}{}", if what.ends_with('s') { "es" } else { "s" })),
        };
        let parts = [count(self.n_emails, "e-mail address"), count(self.n_phones, "phone number")];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    fn add(&mut self, other: Self) {
        self.n_emails += other.n_emails;
        self.n_phones += other.n_phones;
    }
}

/// Masks every text that a respondent wrote or chose; says for each of `Intake::responses` what was masked in it.
pub(crate) fn redact(intake: &mut Intake) -> Vec<Masked> {
    for submission in &mut intake.submissions {
        // Submissions share what they say alike.
        let masked = |value: &Arc<str>| {
            let mut text = value.to_string();
            (mask(&mut text) != Masked::default()).then(|| Arc::from(text))
        };
        for at in 0..submission.attributes.len() {
            if let Some(masked) = masked(&submission.attributes[at]) {
                Arc::make_mut(&mut submission.attributes)[at] = masked;
            }
        }
        for at in 0..submission.closed.len() {
            if let Some(masked) = masked(&submission.closed[at].2) {
                Arc::make_mut(&mut submission.closed)[at].2 = masked;
            }
        }
    }
    let responses = intake.responses.iter_mut();
    responses
        .map(|received| {
            let mut masked = mask_in(&mut received.text);
            if let Some(translation) = &mut received.translation {
                masked.add(mask_in(&mut translation.text));
            }
            masked
        })
        .collect()
}

fn mask_in(text: &mut Box<str>) -> Masked {
    let mut whole = std::mem::take(text).into_string();
    let masked = mask(&mut whole);
    *text = whole.into_boxed_str();
    masked
}

/// Overwrites e-mail addresses and phone numbers.
///
/// # Guarantees
/// The text keeps its length in bytes, and everything outside the patterns its place.
fn mask(text: &mut String) -> Masked {
    let emails = emails(text);
    let phones: Vec<(usize, usize)> = phones(text)
        .into_iter()
        .filter(|phone| emails.iter().all(|email| phone.1 <= email.0 || email.1 <= phone.0))
        .collect();
    let masked = Masked { n_emails: emails.len() as u32, n_phones: phones.len() as u32 };
    let mut spans = [emails, phones].concat();
    spans.sort_unstable();
    for (start, end) in spans {
        text.replace_range(start..end, &"*".repeat(end - start));
    }
    masked
}

/// Byte spans of e-mail addresses: `ana.lima@example.org`, and with the sign written out, `ana (at) example.org`.
fn emails(text: &str) -> Vec<(usize, usize)> {
    const SIGNS: [&str; 5] = ["@", "(at)", "[at]", " at ", "＠"];
    let is_local = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '-' | '\'');
    let is_domain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-');
    let mut spans: Vec<(usize, usize)> = Vec::new();
    for sign in SIGNS {
        for (at, _) in text.match_indices(sign) {
            let (before, after) = (&text[..at], &text[at + sign.len()..]);
            let (before, after) =
                if sign.len() > 3 { (before.trim_end(), after.trim_start()) } else { (before, after) };
            let local: usize = before.chars().rev().take_while(|c| is_local(*c)).map(char::len_utf8).sum();
            let domain: usize = after.chars().take_while(|c| is_domain(*c)).map(char::len_utf8).sum();
            let domain = after[..domain].trim_end_matches(['.', '-']);
            let last = domain.rsplit_once('.').map_or("", |(_, last)| last);
            let is_domain =
                last.chars().count() >= 2 && last.chars().all(char::is_alphabetic) && !domain.starts_with('.');
            // "at" is also a word: "open at work.Please".
            let is_word = sign == " at ";
            let is_address =
                local > 0 && is_domain && (!is_word || before[before.len() - local..].contains(['.', '_']));
            let start = before.len() - local;
            let end = text.len() - after.len() + domain.len();
            if is_address && spans.iter().all(|span| end <= span.0 || span.1 <= start) {
                spans.push((start, end));
            }
        }
    }
    spans.sort_unstable();
    spans
}

/// Words that announce a phone number.
const ANNOUNCED: [&str; 19] = [
    "tel",
    "phone",
    "telephone",
    "mobile",
    "cell",
    "cellphone",
    "fax",
    "whatsapp",
    "téléphone",
    "tél",
    "portable",
    "teléfono",
    "tel.",
    "móvil",
    "тел",
    "телефон",
    "هاتف",
    "电话",
    "手机",
];

/// Byte spans of phone numbers. A run of digits is one if it begins as one does (+, 00, 0), if it is grouped as in North America, or if a
/// word announces it; years, amounts and numbers of documents are none.
fn phones(text: &str) -> Vec<(usize, usize)> {
    let mut spans = Vec::new();
    let mut at = 0;
    while let Some(found) = text[at..].find(|c: char| is_digit(c) || matches!(c, '+' | '(')) {
        let start = at + found;
        let end = run_end(text, start);
        let run = &text[start..end];
        let is_inside_word = text[..start]
            .chars()
            .next_back()
            .is_some_and(|c| c.is_alphanumeric() || matches!(c, '.' | ',' | '/' | '-' | '_' | '*'));
        let is_cut = text[end..].chars().next().is_some_and(|c| c.is_alphanumeric() || c == '*');
        if !is_inside_word && !is_cut && is_phone(run, &text[..start]) {
            spans.push((start, end));
        }
        at = end.max(start + text[start..].chars().next().map_or(1, char::len_utf8));
    }
    spans
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, '\u{660}'..='\u{669}' | '\u{6f0}'..='\u{6f9}' | '\u{ff10}'..='\u{ff19}')
}

/// Where the run of digits, and of what separates them in a phone number, ends: behind its last digit.
fn run_end(text: &str, start: usize) -> usize {
    const MOST_SEPARATORS: usize = 2;
    let (mut end, mut n_separators) = (start, 0);
    for (offset, c) in text[start..].char_indices() {
        if is_digit(c) {
            (end, n_separators) = (start + offset + c.len_utf8(), 0);
        } else if offset == 0
            || (matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '-' | '.' | '/' | '(' | ')')
                && n_separators < MOST_SEPARATORS)
        {
            n_separators += usize::from(offset > 0);
        } else {
            break;
        }
    }
    end
}

fn is_phone(run: &str, before: &str) -> bool {
    let groups: Vec<usize> =
        run.split(|c| !is_digit(c)).map(|group| group.chars().count()).filter(|n| *n > 0).collect();
    let n_digits: usize = groups.iter().sum();
    let mut words = before.split(|c: char| !c.is_alphanumeric()).rev().filter(|word| !word.is_empty());
    let is_announced = words.by_ref().take(2).any(|word| ANNOUNCED.contains(&word.to_lowercase().as_str()));
    let starts = |with: &str| run.trim_start_matches('(').starts_with(with);
    let is_decimal = run.starts_with("0.") || run.starts_with("0,");
    let is_international = (starts("+") || starts("00")) && (8..=15).contains(&n_digits);
    let is_national = starts("0") && !is_decimal && (9..=12).contains(&n_digits);
    let is_american = matches!(groups.as_slice(), [3, 3, 4] | [1, 3, 3, 4]);
    is_international || is_national || is_american || (is_announced && (6..=15).contains(&n_digits))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn masked(text: &str) -> (String, u32, u32) {
        let mut text = text.to_owned();
        let Masked { n_emails, n_phones } = mask(&mut text);
        (text, n_emails, n_phones)
    }

    #[test]
    fn addresses_are_masked_however_the_sign_is_written() {
        assert_eq!(masked("Write to ana.lima@example.org."), ("Write to ********************.".into(), 1, 0));
        assert_eq!(
            masked("ana (at) example.org, bo[at]example.org"),
            (format!("{}, {}", "*".repeat(20), "*".repeat(17)), 2, 0)
        );
        assert_eq!(masked("josé@exámple.es"), ("*".repeat(17), 1, 0));
        for text in ["Meet @ noon", "the desk at work.Please open it", "a@b", "@example.org", "5 @ 3.50"] {
            assert_eq!(masked(text), (text.into(), 0, 0));
        }
    }

    #[test]
    fn phone_numbers_are_told_from_other_numbers() {
        for text in [
            "+41 22 730 51 11",
            "+41 (0)22 730-5111",
            "0041227305111",
            "022 730 51 11",
            "(022) 730 51 11",
            "06.12.34.56.78",
            "202-555-0143",
            "(202) 555-0143",
            "1-202-555-0143",
            "+٤١٢٢٧٣٠٥١١١",
        ] {
            assert_eq!(masked(text), ("*".repeat(text.len()), 0, 1), "{text}");
        }
        assert_eq!(masked("call me, tel. 730 5111"), ("call me, tel. ********".into(), 0, 1));
        for text in [
            "in 2024-2028, 1 000 000 francs or 12 345 678",
            "Resolution 71 (Rev. Bucharest, 2022)",
            "2026-11-23 09:15:22",
            "0.123456789",
            "20 20 20 20 20 per cent",
            "ISO 9001, ISBN 9780306406157",
            "item 3.2.1 of C24/45",
            "12.5, 13.5 and 14.75",
        ] {
            assert_eq!(masked(text), (text.into(), 0, 0), "{text}");
        }
    }

    #[test]
    fn the_ledger_says_what_was_masked() {
        assert_eq!(Masked { n_emails: 1, n_phones: 2 }.describe(), "1 e-mail address, 2 phone numbers");
        assert_eq!(Masked { n_emails: 3, n_phones: 0 }.describe(), "3 e-mail addresses");
        assert_eq!(Masked::default().describe(), "");
    }

    proptest! {
        #[test]
        fn masking_keeps_the_length_and_what_is_no_pattern(text in "[a-z0-9@+(). é/-]{0,60}|\\PC{0,40}") {
            let (after, ..) = masked(&text);
            prop_assert_eq!(after.len(), text.len());
            for (offset, c) in after.char_indices().filter(|(_, c)| *c != '*') {
                prop_assert_eq!(text[offset..].chars().next(), Some(c));
            }
            prop_assert_eq!(masked(&after).0, after);
        }
    }
}
