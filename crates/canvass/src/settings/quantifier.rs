//! Words for shares: "most", "some".

use super::SettingsError;
use serde::{Deserialize, Serialize};

/// A step of the scale that puts shares into words.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Quantifier {
    /// The least share it is said of, 0 to 1.
    pub at_least: f64,
    /// `nearly_all`, `most`, `about_half`, `many`, `some` or `a_few`, which reports put into their language; any other word is printed
    /// as it stands.
    pub word: String,
}

/// What is said of one respondent, whatever the share.
pub const ONE: &str = "one";

/// The scale of the defaults.
pub(super) fn scale() -> Vec<Quantifier> {
    let steps = [(0.9, "nearly_all"), (0.6, "most"), (0.4, "about_half"), (0.2, "many"), (0.1, "some"), (0.0, "a_few")];
    steps.map(|(at_least, word)| Quantifier { at_least, word: word.to_owned() }).to_vec()
}

/// The word for a share of `n` respondents, 0 to 1. A share reaches a step as it is printed, in whole per cent: 19.7 % is "20 %" and so
/// what is said from 20 % on; only a step of 1 asks for all.
pub fn quantifier(scale: &[Quantifier], share: f64, n: u64) -> &str {
    if n == 1 {
        return ONE;
    }
    // Beyond what the product of a share and 100 is off by.
    let printed = (share * 100.0).round() + 1e-9;
    let reaches = |step: &&Quantifier| {
        share >= step.at_least || (step.at_least < 1.0 && share > 0.0 && printed >= step.at_least * 100.0)
    };
    scale.iter().find(reaches).or(scale.last()).map_or("", |step| step.word.as_str())
}

/// Checks a scale: from the highest step to one of 0, each lower than the one before, no word blank or twice.
///
/// # Errors
/// [`SettingsError::OutOfRange`], naming the step.
pub(crate) fn check(scale: &[Quantifier]) -> Result<(), SettingsError> {
    const SETTING: &str = "findings.quantifiers";
    let refuse = |expected: &str, found: String| {
        Err(SettingsError::OutOfRange { setting: SETTING, expected: expected.to_owned(), found })
    };
    for (at, step) in scale.iter().enumerate() {
        if !(0.0..=1.0).contains(&step.at_least) {
            return refuse("steps with at_least from 0 to 1", format!("{} for {:?}", step.at_least, step.word));
        }
        if step.word.trim().is_empty() || step.word == ONE || scale[..at].iter().any(|other| other.word == step.word) {
            return refuse("steps with a word each, none twice and none \"one\"", format!("{:?}", step.word));
        }
        if at > 0 && scale[at - 1].at_least <= step.at_least {
            return refuse(
                "steps from the highest at_least to the lowest",
                format!("{} after {}", step.at_least, scale[at - 1].at_least),
            );
        }
    }
    match scale.last() {
        Some(last) if last.at_least == 0.0 => Ok(()),
        Some(last) => refuse("a scale whose last step has at_least = 0", format!("a last step of {}", last.at_least)),
        None => refuse("a scale of one step or more", "empty".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_put_into_words_by_the_first_step_they_reach() {
        let scale = scale();
        let word = |share| quantifier(&scale, share, 10);
        let shares = [1.0, 0.9, 0.894, 0.6, 0.5, 0.4, 0.39, 0.197, 0.1, 0.094, 0.001];
        let words = [
            "nearly_all",
            "nearly_all",
            "most",
            "most",
            "about_half",
            "about_half",
            "many",
            "many",
            "some",
            "a_few",
            "a_few",
        ];
        assert_eq!(shares.map(word), words);
        assert_eq!(quantifier(&scale, 0.5, 1), "one", "one of two respondents is one");
        let step = |at_least, word: &str| Quantifier { at_least, word: word.to_owned() };
        let all = [step(1.0, "all"), step(0.0, "a_few")];
        assert_eq!([1.0, 0.999].map(|share| quantifier(&all, share, 999)), ["all", "a_few"]);
    }

    #[test]
    fn a_scale_that_says_nothing_of_some_shares_is_refused() {
        let step = |at_least, word: &str| Quantifier { at_least, word: word.to_owned() };
        let told = |scale: &[Quantifier]| check(scale).map_err(|error| error.to_string());
        assert_eq!(told(&scale()), Ok(()));
        assert_eq!(told(&[step(0.5, "half of them"), step(0.0, "a_few")]), Ok(()));
        let broken = [
            (vec![], "findings.quantifiers is empty, but must be a scale of one step or more"),
            (
                vec![step(0.5, "most")],
                "findings.quantifiers is a last step of 0.5, but must be a scale whose last step has at_least = 0",
            ),
            (
                vec![step(1.5, "all"), step(0.0, "few")],
                "findings.quantifiers is 1.5 for \"all\", but must be steps with at_least from 0 to 1",
            ),
            (
                vec![step(0.0, "few"), step(0.5, "most")],
                "findings.quantifiers is 0.5 after 0, but must be steps from the highest at_least to the lowest",
            ),
            (
                vec![step(0.5, "few"), step(0.0, "few")],
                "findings.quantifiers is \"few\", but must be steps with a word each, none twice and none \"one\"",
            ),
            (
                vec![step(0.0, " ")],
                "findings.quantifiers is \" \", but must be steps with a word each, none twice and none \"one\"",
            ),
            (
                vec![step(f64::NAN, "few")],
                "findings.quantifiers is NaN for \"few\", but must be steps with at_least from 0 to 1",
            ),
        ];
        for (scale, message) in broken {
            assert_eq!(told(&scale), Err(message.to_owned()));
        }
    }
}
