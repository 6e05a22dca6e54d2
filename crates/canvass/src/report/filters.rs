//! Lengths and parts of texts as the page has them.

use minijinja::Environment;

/// Gives the template its filters.
pub(super) fn add(environment: &mut Environment<'_>) {
    environment.add_filter("bar_width", bar_width);
    environment.add_filter("truncated", truncated);
    environment.add_filter("one_line", one_line);
}

/// 0.3256 as "32.6%", a length in SVG.
fn bar_width(share: f64) -> String {
    format!("{:.1}%", share.clamp(0.0, 1.0) * 100.0)
}

/// The first `length` characters.
fn truncated(text: &str, length: usize) -> String {
    text.chars().take(length).collect()
}

/// White space evened out.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_wide_as_its_share() {
        assert_eq!([0.3256, 1.2].map(bar_width), ["32.6%", "100.0%"]);
    }
}
