//! `report.html`: the findings as one page that loads nothing, for the screen and for paper.
//!
//! The page is `template.html` filled with [`Findings`], the responses in no theme by language ([`Uncoded`]), varied copies
//! beside the text of their group ([`BesideGroups`]), the text of
//! `canvass.toml` and the hashes of the resources.
//! What respondents wrote is text everywhere: the engine escapes it, and a policy in the page's head forbids the
//! browser to run or load anything should that ever fail.

use super::beside::BesideGroups;
use super::filters;
use super::uncoded::Uncoded;
use crate::findings::Findings;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, context};
use serde::Serialize;

/// The ending makes the engine escape for HTML.
const NAME: &str = "report.html";

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

/// Writes the page.
///
/// `uncoded` are the responses in no theme of each question, `beside` its copies to show; `resources` the names of the language resources and their hashes,
/// in the order to show them; `own` is a template of the user's in the place of the built-in one.
///
/// # Guarantees
/// The same arguments give the same bytes. Nothing in the page is fetched or executed.
///
/// # Errors
/// [`TemplateError`] if the template and the findings do not fit; never for the template as released.
pub(super) fn render(
    findings: &Findings,
    uncoded: &[Uncoded<'_>],
    beside: &[BesideGroups<'_>],
    settings_toml: &str,
    resources: &[(String, String)],
    own: Option<&str>,
) -> Result<String, TemplateError> {
    fill(findings, &uncoded, &beside, settings_toml, resources, own)
}

/// Fills the template with anything that has the serialised form of the findings and of the responses in no theme.
fn fill(
    findings: &impl Serialize,
    uncoded: &impl Serialize,
    beside: &impl Serialize,
    settings_toml: &str,
    resources: &[(String, String)],
    own: Option<&str>,
) -> Result<String, TemplateError> {
    let environment = environment(own)?;
    let page = environment.get_template(NAME)?.render(context! {
        settings_toml,
        uncoded => Serde(uncoded),
        beside => Serde(beside),
        resources => Serde(resources),
        ..Serde(findings)
    })?;
    Ok(page)
}

fn environment(own: Option<&str>) -> Result<Environment<'static>, TemplateError> {
    let mut environment = Environment::new();
    // A field the model no longer has must fail, not print as nothing.
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    filters::add(&mut environment);
    super::statistics::install(&mut environment)?;
    environment.add_template_owned(NAME, own.unwrap_or(include_str!("template.html")).to_owned())?;
    Ok(environment)
}

#[cfg(test)]
mod tests;
