//! `report.html`: the findings as one page that loads nothing, for the screen and for paper.
//!
//! The page is `page/report.html`, with a file for each chapter, filled with [`Findings`], the responses in no theme by language ([`Uncoded`]), varied copies
//! beside the text of their group ([`BesideGroups`]), all answers ([`Answers`]), the theme maps, the text of
//! `canvass.toml` and the hashes of the resources. Many answers stand in pages of their own.
//! What respondents wrote is text everywhere: the engine escapes it, and a policy in the page's head forbids the
//! browser to load anything, and to run anything but the page's own script, should that ever fail.

use super::answers::{Answers, PageOfAnswers};
use super::beside::BesideGroups;
use super::filters;
use super::map::{self, ThemeMap};
use super::paper::sentences;
use super::uncoded::Uncoded;
use super::wording::{self, Wording};
use crate::findings::{Finding, Findings, QuestionFindings};
use crate::house::LogoKind;
use crate::pipeline::Run;
use crate::settings::ReportSection;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, merge_maps};
use minijinja::{Environment, UndefinedBehavior, Value, context};
use rayon::prelude::*;
use serde::Serialize;

/// The parts of the page; the endings make the engine escape for HTML.
const PARTS: [(&str, &str); 22] = [
    ("annex.html", include_str!("page/annex.html")),
    ("answers.html", include_str!("page/answers.html")),
    ("blocs.html", include_str!("page/blocs.html")),
    ("closed.html", include_str!("page/closed.html")),
    ("copies.html", include_str!("page/copies.html")),
    ("crosstabs.html", include_str!("page/crosstabs.html")),
    ("drift.html", include_str!("page/drift.html")),
    ("finding.html", include_str!("page/finding.html")),
    ("ledger.html", include_str!("page/ledger.html")),
    ("making.html", include_str!("page/making.html")),
    ("names.html", include_str!("page/names.html")),
    (PAGE_OF_ANSWERS, include_str!("page/page_of_answers.html")),
    ("parts.html", include_str!("page/parts.html")),
    ("profile.html", include_str!("page/profile.html")),
    ("question.html", include_str!("page/question.html")),
    ("reading.html", include_str!("page/reading.html")),
    (BUILT_IN, include_str!("page/report.html")),
    ("settings.html", include_str!("page/settings.html")),
    ("statistics.css", include_str!("page/statistics.css")),
    ("style.css", include_str!("page/style.css")),
    ("summary.html", include_str!("page/summary.html")),
    ("theme.html", include_str!("page/theme.html")),
];
/// The page itself ...
const BUILT_IN: &str = "report.html";
/// ... and one of the user's in its place.
const OWN: &str = "page_template.html";
const PAGE_OF_ANSWERS: &str = "page_of_answers.html";

/// The template does not parse, or asks for what the findings do not hold.
#[derive(Debug, thiserror::Error)]
// The alternate form adds the template's line and the causes.
#[error("its template fails: {0:#}")]
pub(super) struct TemplateError(minijinja::Error);

impl TemplateError {
    /// What the engine said.
    pub(super) fn source(&self) -> &minijinja::Error {
        &self.0
    }
}

impl From<minijinja::Error> for TemplateError {
    fn from(error: minijinja::Error) -> Self {
        Self(error)
    }
}

/// The script of the page ...
pub(super) const SCRIPT: &str = include_str!("page/script.js");
/// ... and its hash, by which the policy lets it and nothing else run. A test compares the two.
pub(super) const SCRIPT_HASH: &str = "sha256-b9IdO0IWCznBGG2lENcSbBnafPE7fkiRB8IiOJsXA0I=";

/// What the page is made of.
pub(super) struct Page<'a> {
    pub(super) findings: &'a Findings,
    /// The responses in no theme of each question.
    pub(super) uncoded: &'a [Uncoded],
    /// The copies of each question to show.
    pub(super) beside: &'a [BesideGroups<'a>],
    pub(super) answers: &'a Answers<'a>,
    /// The map of each question; none where it has too few themes.
    pub(super) maps: &'a [Value],
    pub(super) house: &'a HouseView,
    /// The parts of the report, in their order.
    pub(super) sections: &'a [ReportSection],
    /// Which shares the words for shares stand for.
    pub(super) scale: String,
    /// How every number comes about: a title and a text for each step ...
    pub(super) steps: Vec<(String, String)>,
    /// ... and what there was of each question.
    pub(super) bases: Vec<String>,
    /// The text of `canvass.toml`.
    pub(super) settings_toml: &'a str,
    /// The names of the language resources and their hashes, in the order to show them.
    pub(super) resources: &'a [(String, String)],
}

/// A theme map as the page shows it: its drawing and the pairs; `number` is that of the question, 1-based.
pub(super) fn map_view(map: &ThemeMap, found: &QuestionFindings, number: usize, wording: &Wording) -> Value {
    let themes = &found.themes[..map.circles.len()];
    let names: Vec<String> = themes.iter().map(|theme| theme.label.clone()).collect();
    let n_findings = found.findings.len();
    let kind = |rank: u32| if rank as usize <= n_findings { "finding" } else { "theme" };
    let anchor = |theme: &Finding| format!("question-{number}-{}-{}", kind(theme.rank), theme.rank);
    let anchors: Vec<String> = themes.iter().map(anchor).collect();
    let svg = map::svg(map, &wording.text("page.map"), &names, &anchors, n_findings);
    context! { svg => Value::from_safe_string(svg), pairs => Serde(&map.pairs) }
}

/// How the page looks.
#[derive(Debug, Serialize)]
pub(super) struct HouseView {
    /// The code of the language of its fixed words.
    pub(super) language: &'static str,
    /// Empty: the language's own.
    pub(super) title: String,
    /// Empty: not said.
    pub(super) organisation: String,
    /// As `#rrggbb`.
    pub(super) colour: String,
    /// The logo as a `data:` address; empty: none.
    pub(super) logo: String,
}

impl HouseView {
    /// As the settings of the run have it.
    pub(super) fn new(run: &Run) -> Self {
        let report = &run.settings.report;
        let logo = run.house.logo.as_ref().map(|logo| {
            let kind = match logo.kind {
                LogoKind::Png => "png",
                LogoKind::Jpeg => "jpeg",
                LogoKind::Svg => "svg+xml",
            };
            format!("data:image/{kind};base64,{}", BASE64.encode(&logo.bytes))
        });
        Self {
            language: report.language.code(),
            title: report.title.clone(),
            organisation: report.organisation.clone(),
            colour: report.colour.clone(),
            logo: logo.unwrap_or_default(),
        }
    }
}

/// Writes the page; `own` is a template of the user's in the place of the built-in one.
///
/// # Guarantees
/// The same arguments give the same bytes. Nothing in the page is fetched, and nothing executed but its own script.
///
/// # Errors
/// [`TemplateError`] if the template and the findings do not fit; never for the template as released.
pub(super) fn render(page: &Page<'_>, wording: &Wording, own: Option<&str>) -> Result<String, TemplateError> {
    let parts = context! {
        settings_toml => page.settings_toml,
        uncoded => Serde(page.uncoded),
        beside => Serde(page.beside),
        answers => Serde(page.answers),
        maps => page.maps,
        house => Serde(page.house),
        sections => Serde(page.sections),
        scale => &page.scale,
        steps => Serde(&page.steps),
        bases => Serde(&page.bases),
        leads => page.findings.closed_questions.iter().map(|question| sentences(wording, question)).collect::<Vec<_>>(),
        resources => Serde(page.resources),
    };
    fill(page.findings, parts, wording, own)
}

/// Fills the template with anything that has the serialised form of the findings, and with the other parts.
fn fill(
    findings: &impl Serialize,
    parts: Value,
    wording: &Wording,
    own: Option<&str>,
) -> Result<String, TemplateError> {
    let environment = environment(wording, own)?;
    let script = context! { script => Value::from_safe_string(SCRIPT.to_owned()), script_hash => SCRIPT_HASH };
    let name = if own.is_some() { OWN } else { BUILT_IN };
    Ok(environment.get_template(name)?.render(merge_maps([script, parts, Value::from(Serde(findings))]))?)
}

/// Writes pages of answers, in their order.
///
/// # Errors
/// As [`render`].
pub(super) fn pages_of_answers(
    pages: &[PageOfAnswers<'_>],
    house: &HouseView,
    wording: &Wording,
) -> Result<Vec<String>, TemplateError> {
    let environment = environment(wording, None)?;
    let template = environment.get_template(PAGE_OF_ANSWERS)?;
    let render = |page: &PageOfAnswers<'_>| {
        Ok(template.render(context! {
            script => Value::from_safe_string(SCRIPT.to_owned()),
            script_hash => SCRIPT_HASH,
            house => Serde(house),
            ..Serde(page)
        })?)
    };
    pages.par_iter().map(render).collect()
}

fn environment(wording: &Wording, own: Option<&str>) -> Result<Environment<'static>, TemplateError> {
    let mut environment = Environment::new();
    // A field the model no longer has must fail, not print as nothing.
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    wording::install(&mut environment, wording);
    filters::add(&mut environment);
    super::statistics::install(&mut environment, wording);
    for (name, text) in PARTS {
        environment.add_template(name, text)?;
    }
    if let Some(own) = own {
        environment.add_template_owned(OWN, own.to_owned())?;
    }
    Ok(environment)
}

#[cfg(test)]
mod tests;
