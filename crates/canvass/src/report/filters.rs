//! How numbers, states, languages and the like are put into the words of the page.

use canvass_text::Language;
use minijinja::Environment;

/// Keeps a number and its sign, or its groups of digits, on one line.
pub(super) const NO_BREAK_SPACE: char = '\u{a0}';

/// Gives the template its filters.
pub(super) fn add(environment: &mut Environment<'_>) {
    environment.add_filter("thousands", thousands);
    environment.add_filter("counted", counted);
    environment.add_filter("percent", percent);
    environment.add_filter("bar_width", bar_width);
    environment.add_filter("two_decimals", two_decimals);
    environment.add_filter("truncated", truncated);
    environment.add_filter("one_line", one_line);
    environment.add_filter("state_name", state_name);
    environment.add_filter("language_name", language_name);
    environment.add_filter("merge_reason", merge_reason);
}

/// 12345 as "12 345": neither comma nor point, since readers differ in what these mean.
fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut grouped = String::with_capacity(digits.len() * 2);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(NO_BREAK_SPACE);
        }
        grouped.push(digit);
    }
    grouped
}

/// "1 respondent", "14 respondents", "no respondents" as "0 respondents".
fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{}{NO_BREAK_SPACE}{}", thousands(n), if n == 1 { one } else { many })
}

/// 0.3256 as "33 %". What is more than none is never shown as 0 %, nor less than all as 100 %.
fn percent(share: f64) -> String {
    let whole = (share * 100.0).round();
    if whole < 1.0 && share > 0.0 {
        format!("<1{NO_BREAK_SPACE}%")
    } else if whole >= 100.0 && share < 1.0 {
        format!(">99{NO_BREAK_SPACE}%")
    } else {
        format!("{whole}{NO_BREAK_SPACE}%")
    }
}

/// 0.3256 as "32.6%", a length in SVG.
fn bar_width(share: f64) -> String {
    format!("{:.1}%", share.clamp(0.0, 1.0) * 100.0)
}

/// 0.8732 as "0.87"; what is not quite equal is never shown as 1.00.
fn two_decimals(x: f64) -> String {
    if x < 1.0 { format!("{:.2}", x.min(0.99)) } else { "1.00".to_owned() }
}

/// The first `length` characters.
fn truncated(text: &str, length: usize) -> String {
    text.chars().take(length).collect()
}

/// White space evened out.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a state of the ledger is called in a sentence. A state unknown here keeps its own name.
fn state_name(state: &str) -> String {
    match state {
        "no_content" => "without content".to_owned(),
        other => other.replace('_', " "),
    }
}

/// The English name of a language; a code unknown here keeps its own.
fn language_name(code: &str) -> String {
    Language::from_code(code).map_or_else(|| code.to_owned(), |language| language.name().to_owned())
}

/// Why forms count as one term. A kind unknown here keeps its own name.
fn merge_reason(kind: &str) -> String {
    match kind {
        "abbreviation" => "the answers define the abbreviation".to_owned(),
        "synonym" => "synonyms by the settings".to_owned(),
        other => other.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_an_analyst_writes_them() {
        let plain = |text: String| text.replace(NO_BREAK_SPACE, " ");
        assert_eq!([0, 999, 1000, 1_234_567].map(thousands).map(plain), ["0", "999", "1 000", "1 234 567"]);
        assert_eq!(plain(counted(1, "theme", "themes")), "1 theme");
        assert_eq!(plain(counted(0, "theme", "themes")), "0 themes");
        let shares = [0.0, 0.0004, 0.3256, 0.325, 0.9999, 1.0];
        assert_eq!(shares.map(percent).map(plain), ["0 %", "<1 %", "33 %", "33 %", ">99 %", "100 %"]);
        assert_eq!([0.8732, 0.9999, 1.0].map(two_decimals), ["0.87", "0.99", "1.00"]);
        assert_eq!(bar_width(0.3256), "32.6%");
    }
}
