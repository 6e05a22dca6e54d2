//! Settings then and now, name by name.

use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use toml::Value;

/// A setting that differs.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct SettingChange {
    /// Its name, as `section.name`; of a list of tables with what names the table: `question[q1].text`.
    pub setting: String,
    /// As TOML writes it in the earlier run; none: it was not there.
    pub before: Option<String>,
    /// As TOML writes it in the later run; none: it is not there.
    pub after: Option<String>,
}

/// The settings that differ, in order of their names.
pub(super) fn compare(before: &toml::Table, after: &toml::Table) -> Vec<SettingChange> {
    let (then, now) = (flat(before), flat(after));
    let names: BTreeSet<&String> = then.keys().chain(now.keys()).collect();
    let changes = names.into_iter().filter(|name| then.get(*name) != now.get(*name)).map(|name| SettingChange {
        setting: name.clone(),
        before: then.get(name).cloned(),
        after: now.get(name).cloned(),
    });
    changes.collect()
}

fn flat(table: &toml::Table) -> BTreeMap<String, String> {
    let mut settings = BTreeMap::new();
    for (name, value) in table {
        flatten(&mut settings, name, value);
    }
    settings
}

fn flatten(settings: &mut BTreeMap<String, String>, name: &str, value: &Value) {
    match value {
        Value::Table(table) => {
            for (key, value) in table {
                flatten(settings, &format!("{name}.{key}"), value);
            }
        }
        Value::Array(items) if !items.is_empty() && items.iter().all(Value::is_table) => {
            let mut seen: BTreeMap<String, u32> = BTreeMap::new();
            for (at, item) in items.iter().enumerate() {
                let naming = ["id", "file", "term", "language", "word"].iter().find_map(|key| item.get(key)?.as_str());
                let naming = naming.map_or_else(|| at.to_string(), str::to_owned);
                let n = seen.entry(naming.clone()).or_default();
                *n += 1;
                // Two tables may have one name.
                let place = if *n > 1 { format!("{name}[{naming}, {n}]") } else { format!("{name}[{naming}]") };
                flatten(settings, &place, item);
            }
        }
        other => {
            settings.insert(name.to_owned(), other.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_compared_name_by_name() {
        let parse = |text: &str| text.parse::<toml::Table>().unwrap();
        let before = parse(
            "seed = 1\n[text]\npoints = true\n[[question]]\nid = \"q1\"\ntext = \"A?\"\n[[synonym]]\nterm = \"a\"\n",
        );
        let after = parse(
            "seed = 2\n[text]\npoints = true\n[[question]]\nid = \"q2\"\ntext = \"B?\"\n[[question]]\nid = \"q1\"\ntext = \"A!\"\n",
        );
        let told: Vec<_> = compare(&before, &after)
            .into_iter()
            .map(|c| {
                format!("{}: {} -> {}", c.setting, c.before.unwrap_or("none".into()), c.after.unwrap_or("none".into()))
            })
            .collect();
        assert_eq!(
            told,
            [
                "question[q1].text: \"A?\" -> \"A!\"",
                "question[q2].id: none -> \"q2\"",
                "question[q2].text: none -> \"B?\"",
                "seed: 1 -> 2",
                "synonym[a].term: \"a\" -> none",
            ]
        );
        assert!(compare(&before, &before).is_empty());
    }
}
