//! A published summary checked against a run.

use crate::arguments::Audit as Arguments;
use crate::commands::counted;
use crate::console::Console;
use canvass::Error;
use canvass::audit::{
    AUDIT_HTML, AUDIT_JSON, Audit, AuditRequest, ClaimAudit, ClaimVerdict, NumberVerdict, QuestionSource,
    QuotationVerdict, Summary, audit, files,
};
use canvass::run_folder::{CodedRun, check_set, write_set};
use serde_json::json;
use std::fmt::Write as _;
use std::process::ExitCode;

/// Audits; whatever is found, the audit was made.
pub(crate) fn execute(arguments: &Arguments, console: Console) -> Result<ExitCode, Error> {
    check_set(&arguments.out, &[AUDIT_HTML, AUDIT_JSON], arguments.force)?;
    let summary = Summary::read(&arguments.summary)?;
    let run = CodedRun::read(&arguments.folder)?;
    let request = AuditRequest {
        question: arguments.question.clone(),
        section: arguments.section.clone(),
        seed: arguments.seed.unwrap_or(run.config.seed.unwrap_or_default()),
    };
    let audit = audit(&summary, &run, &request)?;
    let language = arguments.report_language.unwrap_or(run.config.report.language);
    write_set(&arguments.out, &files(&audit, language)?, arguments.force)?;
    let page = arguments.out.join(AUDIT_HTML);
    let with = |verdict| audit.claims.iter().filter(|claim| claim.verdict == verdict).count();
    console.event(&json!({
        "event": "done",
        "report": page.display().to_string(),
        "claims": audit.claims.len(),
        "supported": with(ClaimVerdict::Supported),
        "weak": with(ClaimVerdict::Weak),
        "not_found": with(ClaimVerdict::NotFound),
    }));
    if !console.is_quiet() {
        console.result(&told(&audit));
        console.result(&format!("audit: {}", page.display()));
    }
    Ok(ExitCode::SUCCESS)
}

/// The audit on a terminal.
fn told(audit: &Audit) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    for omission in &audit.left_out {
        let _ =
            writeln!(text, "{}  {}", omission.question, omission.text.split_whitespace().collect::<Vec<_>>().join(" "));
        for claim in audit.claims.iter().filter(|claim| omission.claims.contains(&claim.id)) {
            let _ = writeln!(text, "    {}", line(claim));
        }
        let (base, mean) = (omission.base, omission.baseline.mean);
        let n_drawn = counted(omission.baseline.n_claims as u64, "passage");
        let _ = writeln!(
            text,
            "    behind any of them: {} of {}; behind {n_drawn} drawn from the answers: {mean} on average",
            omission.n_behind,
            counted(base, "respondent"),
        );
        let left: Vec<String> = omission
            .themes
            .iter()
            .filter(|theme| theme.is_left_out)
            .map(|theme| format!("{} ({})", theme.label, theme.n_respondents))
            .collect();
        if !left.is_empty() {
            const MOST: usize = 5;
            let more = if left.len() > MOST { format!(" and {} more", left.len() - MOST) } else { String::new() };
            let _ = writeln!(text, "    themes left out: {}{more}", left[..left.len().min(MOST)].join(", "));
        }
        text.push('\n');
    }
    text.trim_end().to_owned()
}

fn line(claim: &ClaimAudit) -> String {
    let verdict = match claim.verdict {
        ClaimVerdict::Supported => "supported",
        ClaimVerdict::Weak => "weak",
        ClaimVerdict::NotFound => "not found",
    };
    let name = if claim.heading.is_empty() { &claim.text } else { &claim.heading };
    let mut name: String = name.chars().take(70).collect();
    if claim.question_source == QuestionSource::Best {
        name.push_str(" (no question named: the one it fits best)");
    }
    let mut line = format!("{:4} {verdict:9}  {:>4} of {}  {name}", claim.id, claim.n_respondents, claim.base);
    let altered = claim.quotations.iter().filter(|of| of.verdict == QuotationVerdict::Altered).count() as u64;
    let unfound = claim.quotations.iter().filter(|of| of.verdict == QuotationVerdict::NotFound).count() as u64;
    let differing = claim.numbers.iter().filter(|of| of.verdict == NumberVerdict::Differs).count() as u64;
    for (n, what, said) in
        [(altered, "quotation", "altered"), (unfound, "quotation", "not found"), (differing, "number", "not as found")]
    {
        if n > 0 {
            let _ = write!(line, "; {} {said}", counted(n, what));
        }
    }
    if let Some(better) = &claim.fits_better {
        let _ = write!(line, "; fits {} better: {} of {}", better.question, better.n_respondents, better.base);
    }
    line
}
