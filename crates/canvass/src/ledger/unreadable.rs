//! Cells that hold no text a person wrote.

/// What spreadsheets show in the place of a value they cannot work out: an answer that begins with "=" or "-" becomes one.
const ERRORS: [&str; 16] = [
    "#NULL!",
    "#DIV/0!",
    "#VALUE!",
    "#REF!",
    "#NAME?",
    "#NUM!",
    "#SPILL!",
    "#CALC!",
    "#FIELD!",
    "#GETTING_DATA",
    "#NOM?",
    "#VALEUR!",
    "#NOMBRE!",
    "#¿NOMBRE?",
    "#¡VALOR!",
    "#¡REF!",
];

/// Why the cell cannot be read, if it cannot: a spreadsheet's error, or text of which a third or more was lost on its way.
pub(super) fn unreadable(cell: &str) -> Option<String> {
    let text = cell.trim();
    if let Some(error) = ERRORS.iter().find(|error| text.eq_ignore_ascii_case(error)) {
        return Some(format!("the cell holds the spreadsheet's error {error}, not an answer"));
    }
    if is_numbered_error(text) {
        return Some(format!("the cell holds the spreadsheet's error {text}, not an answer"));
    }
    let (mut n_chars, mut n_lost) = (0_usize, 0_usize);
    for c in text.chars().filter(|c| !c.is_whitespace()) {
        n_chars += 1;
        n_lost += usize::from(is_lost(c));
    }
    if n_lost > 0 && n_lost * 3 >= n_chars {
        return Some(format!("{n_lost} of {n_chars} characters were lost before the file was made"));
    }
    are_question_marks(text).then(|| "question marks stand where letters were before the file was made".into())
}

/// `Err:502`, as LibreOffice shows most of its errors.
fn is_numbered_error(text: &str) -> bool {
    let number = text.strip_prefix("Err:");
    number.is_some_and(|number| number.len() == 3 && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Replacement characters, controls and characters that no script has.
fn is_lost(c: char) -> bool {
    matches!(c, '\u{fffd}' | '\u{e000}'..='\u{f8ff}' | '\u{fff0}'..='\u{fff8}')
        || (c.is_control() && !c.is_whitespace())
}

/// "????? ?? ????": what is left of letters in an encoding that lacks them; "???" may well be an answer.
fn are_question_marks(text: &str) -> bool {
    const FEWEST: usize = 6;
    let n_marks = text.chars().filter(|c| *c == '?').count();
    let n_words = text.split_whitespace().filter(|word| word.contains("??")).count();
    n_marks >= FEWEST && n_words >= 2 && !text.chars().any(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::unreadable;

    #[test]
    fn errors_of_a_spreadsheet_and_lost_letters_are_told_from_answers() {
        for cell in [
            "#NAME?",
            " #ref! ",
            "Err:502",
            "\u{fffd}\u{fffd}t\u{fffd}",
            "????? ?? ???????",
            "\u{1}\u{2}\u{3}",
            "\u{e001}\u{e002}x",
        ] {
            assert!(unreadable(cell).is_some(), "{cell:?}");
        }
        for cell in [
            "",
            "???",
            "#N/A",
            "Why??? What??? Who?",
            "caf\u{fffd} au lait",
            "# 1",
            "Err: 502",
            "Err:502 is shown",
            "We object to #REF! in the annex",
            "a\tb\nc",
        ] {
            assert!(unreadable(cell).is_none(), "{cell:?}");
        }
    }
}
