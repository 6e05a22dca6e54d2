//! Lists of options in one cell, as multiple choice gives them: separated by ";" (Microsoft Forms) or ", " (Google Forms).

use std::collections::BTreeMap;

/// The options in each cell.
///
/// The separator is ";" if any cell has one, else ", ". An option that holds the separator itself is not cut where it is known:
/// stated by the user, or seen to be one. The longest known options go first.
pub(super) fn split<'c>(cells: impl Iterator<Item = &'c str>, stated: &[String]) -> BTreeMap<&'c str, Vec<String>> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for cell in cells {
        *counts.entry(cell).or_default() += 1;
    }
    let separator = if counts.keys().any(|cell| cell.contains(';')) { ";" } else { ", " };
    let mut known: Vec<String> = stated.iter().filter(|option| option.contains(separator.trim())).cloned().collect();
    if stated.is_empty() && separator == ", " {
        known = whole(&counts);
    }
    known.sort_by(|a, b| b.len().cmp(&a.len()).then(a.cmp(b)));
    counts.into_keys().map(|cell| (cell, cut(cell, separator, &known))).collect()
}

fn cut(cell: &str, separator: &str, known: &[String]) -> Vec<String> {
    let (mut parts, mut rest) = (Vec::new(), cell.trim());
    while !rest.is_empty() {
        let is_next = |option: &&String| {
            let start = rest.get(..option.len()).is_some_and(|start| start.to_lowercase() == option.to_lowercase());
            start
                && rest.get(option.len()..).is_some_and(|after| after.is_empty() || after.starts_with(separator.trim()))
        };
        let end = match known.iter().find(is_next) {
            Some(option) => option.len(),
            None => rest.find(separator).unwrap_or(rest.len()),
        };
        let (part, after) = rest.split_at(end);
        let part = part.trim();
        if !part.is_empty() {
            parts.push(part.to_owned());
        }
        rest = after.strip_prefix(separator.trim()).unwrap_or(after).trim_start();
    }
    parts
}

/// Options that hold a comma: neighbouring parts that stand together only, in at least two cells, the later ones in small
/// letters while options begin with capitals.
fn whole(counts: &BTreeMap<&str, u64>) -> Vec<String> {
    let mut n_parts: BTreeMap<&str, u64> = BTreeMap::new();
    let mut n_pairs: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for (cell, n) in counts {
        let parts: Vec<&str> = cell.trim().split(", ").collect();
        for part in &parts {
            *n_parts.entry(part).or_default() += n;
        }
        for pair in parts.windows(2) {
            *n_pairs.entry((pair[0], pair[1])).or_default() += n;
        }
    }
    let begins_small = |part: &str| part.chars().next().is_some_and(char::is_lowercase);
    let joined = |first: &str, second: &str| {
        let n = n_pairs.get(&(first, second)).copied().unwrap_or_default();
        n > 1 && begins_small(second) && n_parts.get(first) == Some(&n) && n_parts.get(second) == Some(&n)
    };
    let mut found: Vec<String> = Vec::new();
    for cell in counts.keys() {
        let parts: Vec<&str> = cell.trim().split(", ").collect();
        let mut from = 0;
        for at in 1..=parts.len() {
            if at < parts.len() && joined(parts[at - 1], parts[at]) {
                continue;
            }
            let option = parts[from..at].join(", ");
            if at - from > 1 && !begins_small(parts[from]) && !found.contains(&option) {
                found.push(option);
            }
            from = at;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(cells: &[&str], stated: &[&str]) -> Vec<Vec<String>> {
        let stated: Vec<String> = stated.iter().map(|option| (*option).to_owned()).collect();
        let split = split(cells.iter().copied(), &stated);
        cells.iter().map(|cell| split[cell].clone()).collect()
    }

    #[test]
    fn lists_are_cut_at_their_separator() {
        assert_eq!(
            parts(&["Web;Post;", "Post", "Web, by phone;"], &[]),
            [vec!["Web", "Post"], vec!["Post"], vec!["Web, by phone"]]
        );
        assert_eq!(parts(&["Web, Post", "Post"], &[]), [vec!["Web", "Post"], vec!["Post"]]);
    }

    #[test]
    fn an_option_with_a_comma_is_not_cut_where_it_is_known() {
        let cells = ["Fees, dues and levies, Web", "Web", "Fees, dues and levies"];
        let expected = [vec!["Fees, dues and levies", "Web"], vec!["Web"], vec!["Fees, dues and levies"]];
        assert_eq!(parts(&cells, &[]), expected);
        assert_eq!(parts(&cells, &["Web", "Fees, dues and levies"]), expected);
        assert_eq!(
            parts(&["Fees, Fees, dues", "Fees"], &["Fees", "Fees, dues"]),
            [vec!["Fees", "Fees, dues"], vec!["Fees"]]
        );
        // Two options that happen to be chosen together are two.
        assert_eq!(parts(&["Web, Post", "Web, Post"], &[]), [vec!["Web", "Post"], vec!["Web", "Post"]]);
    }
}
