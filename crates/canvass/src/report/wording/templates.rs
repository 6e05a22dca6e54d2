//! The words as templates have them.

use super::{Arg, Target, Wording};
use crate::settings::ReportLanguage;
use canvass_text::Language;
use minijinja::value::{Kwargs, Serde, Value, ValueKind};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, State};

/// Gives templates the words.
///
/// - `t("key", n=3, name="…")`: a text, its placeholders filled. Where HTML is written and something given is markup (what a macro made, or
///   `bold=true`, by which numbers stand out), so is the text, with all else escaped.
/// - Filters for numbers: `number`, `share` (0.26), `percent` (26.7; none: a dash), `points` (+4.2), `two_decimals`, `mean`, `written` (any).
/// - `day`: 2026-03-04 as the language writes it.
/// - Filters for text: `quoted` (in quotation marks), `capitalised`, `enumerated` (a list: "a, b and c"), `language` (the name of a code),
///   `reason`, `told("section")` (the text of that key in the section, else the key itself).
/// - `colon` and `semicolon`, with the spaces around them; `quotation_marks`, the opening and the closing one.
pub(crate) fn install(environment: &mut Environment<'_>, wording: &Wording) {
    let own = wording.clone();
    environment.add_function("t", move |state: &State<'_, '_>, key: String, given: Kwargs| {
        say(&own, *state.auto_escape() == AutoEscape::Html, &key, &given)
    });
    numbers(environment, wording);
    texts(environment, wording);
    let marks = match wording.language() {
        ReportLanguage::English => ["“", "”"],
        ReportLanguage::French => ["«\u{202f}", "\u{202f}»"],
    };
    environment.add_global("colon", wording.colon());
    environment.add_global("semicolon", wording.semicolon());
    environment.add_global("quotation_marks", Value::from(Serde(marks)));
}

fn say(wording: &Wording, is_html: bool, key: &str, given: &Kwargs) -> Result<Value, Error> {
    let bold = given.get::<Option<bool>>("bold")?.unwrap_or_default();
    let mut arguments: Vec<(&str, Arg<'_>)> = Vec::new();
    let mut is_markup = bold;
    for name in given.args().filter(|name| *name != "bold") {
        let value: Value = given.get(name)?;
        if value.is_undefined() {
            return Err(Error::new(ErrorKind::UndefinedError, format!("nothing to put for {name:?} into {key:?}")));
        }
        let argument = match (value.kind(), u64::try_from(value.clone())) {
            (ValueKind::Number, Ok(n)) => Arg::Count(n),
            _ if is_html && value.is_safe() => {
                is_markup = true;
                Arg::Markup(value.to_string().into())
            }
            _ => Arg::Text(value.to_string().into()),
        };
        arguments.push((name, argument));
    }
    let is_markup = is_markup && is_html;
    let target = if is_markup { Target::Html { bold } } else { Target::Plain };
    let said = wording
        .find_for(target, key, &arguments)
        .ok_or_else(|| Error::new(ErrorKind::InvalidOperation, format!("there is no text {key:?}")))?;
    Ok(if is_markup { Value::from_safe_string(said) } else { Value::from(said) })
}

fn numbers(environment: &mut Environment<'_>, wording: &Wording) {
    let own = wording.clone();
    environment.add_filter("number", move |n: u64| own.number(n));
    let own = wording.clone();
    environment.add_filter("share", move |share: f64| own.share(share));
    let own = wording.clone();
    environment.add_filter("percent", move |percent: Option<f64>| own.tenths(percent));
    let own = wording.clone();
    environment.add_filter("points", move |difference: f64| own.points(difference));
    let own = wording.clone();
    environment.add_filter("two_decimals", move |x: f64| own.two_decimals(x));
    let own = wording.clone();
    environment.add_filter("mean", move |mean: f64| own.written(&format!("{mean:.2}")));
    let own = wording.clone();
    environment.add_filter("written", move |x: f64| own.written(&x.to_string()));
}

fn texts(environment: &mut Environment<'_>, wording: &Wording) {
    let own = wording.clone();
    environment.add_filter("quoted", move |text: Value| {
        let quoted = own.quoted(&text.to_string());
        if text.is_safe() { Value::from_safe_string(quoted) } else { Value::from(quoted) }
    });
    environment.add_filter("capitalised", |text: String| super::capitalised(&text));
    let own = wording.clone();
    environment.add_filter("enumerated", move |parts: Vec<String>| match parts.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} {} {last}", rest.join(", "), own.text("list.and")),
        _ => parts.concat(),
    });
    let own = wording.clone();
    environment.add_filter("language", move |code: String| {
        Language::from_code(&code).map_or_else(|| code.clone(), |language| own.language_name(language))
    });
    let own = wording.clone();
    environment.add_filter("day", move |day: String| own.day(&day));
    let own = wording.clone();
    environment.add_filter("reason", move |reason: String| own.reason(&reason));
    let own = wording.clone();
    environment.add_filter("told", move |name: String, section: &str| {
        own.find(&format!("{section}.{name}"), &[]).unwrap_or(name)
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(language: ReportLanguage) -> Environment<'static> {
        let mut environment = Environment::new();
        install(&mut environment, &Wording::of(language));
        environment
    }

    #[test]
    fn templates_have_the_words() {
        let [english, french] = ReportLanguage::ALL.map(environment);
        for (template, said) in [
            ("{{ t('count.respondents', n=1200) }}; {{ 0.256|share }}", "1\u{202f}200\u{a0}répondants; 26\u{202f}%"),
            ("{{ 26.7|percent }}, {{ none|percent }}, {{ 3.456|mean }}", "26,7\u{202f}%, –, 3,46"),
            ("{{ 'a'|quoted }}{{ colon }}{{ ['a', 'b', 'c']|enumerated }}", "«\u{202f}a\u{202f}»\u{202f}: a, b et c"),
            ("{{ 'de'|language }}, {{ 'q'|language }}, {{ 'pt-BR'|language }}", "allemand, q, portugais"),
            ("{{ 'many'|told('quantifier') }}, {{ 'oodles'|told('quantifier')|capitalised }}", "beaucoup, Oodles"),
        ] {
            assert_eq!(french.render_str(template, ()).unwrap(), said);
        }
        assert_eq!(
            english.render_str("{{ ['a', 'b']|enumerated }}, {{ ['a']|enumerated }}", ()).unwrap(),
            "a and b, a"
        );
        assert!(english.render_str("{{ t('count.nothing') }}", ()).is_err());
    }

    #[test]
    fn what_a_macro_made_is_markup_in_a_text_and_all_else_is_escaped() {
        let environment = environment(ReportLanguage::English);
        let id = "{%- macro id(text) %}<i>{{ text }}</i>{% endmacro -%}";
        let rendered = |template: &str| {
            let template = format!("{id}{template}");
            environment.render_named_str("page.html", &template, minijinja::context! { x => "<b>" }).unwrap()
        };
        assert_eq!(rendered("{{ t('page.response', response=id(x)) }}"), "Response <i>&lt;b&gt;</i>");
        assert_eq!(rendered("{{ t('page.response', response=x) }}"), "Response &lt;b&gt;");
        assert_eq!(
            rendered("{{ t('page.response_of', response=x, respondent=id(x)) }}"),
            "Response &lt;b&gt;, respondent <i>&lt;b&gt;</i>"
        );
        assert_eq!(rendered("{{ t('page_state.blank', n=3, bold=true) }}"), "<b>3</b>\u{a0}blank");
        assert_eq!(rendered("{{ id(x) | quoted }}"), "“<i>&lt;b&gt;</i>”");
        let missing = environment.render_named_str("page.html", "{{ t('page.response', response=nobody.id) }}", ());
        assert!(missing.is_err());
    }
}
