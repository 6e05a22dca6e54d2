//! Charts as inline SVG, written by hand: bars, stacked bars, days.
//!
//! A chart is as wide as its place: what is wide is in per cent, what is high and how large letters are in pixels, so that it reads the
//! same on a narrow page. It has a title and a description, and stands beside a table that says the same. Shades go from dark to light,
//! so that they can be told in grey. Texts are cut to what fits a narrow page; the table has them whole.

use super::wording::Wording;
use crate::statistics::Percent;
use std::fmt::Write as _;

/// A line of text and a bar under it, in pixels.
const LINE: usize = 40;
const BAR_TOP: usize = 18;
const BAR: usize = 14;
/// Characters of a label: what fits beside a number on a page of 400 pixels.
const LONGEST_LABEL: usize = 38;
/// Characters of a label on a line of its own, on a page of 1000 pixels.
const LONGEST_WIDE: usize = 110;
/// More columns than this are put together.
const MOST_COLUMNS: usize = 400;
/// The height of a column of days, in pixels.
const TALLEST: u64 = 96;
/// The darkest and the lightest shade: red, green, blue.
const DARK: [u32; 3] = [11, 60, 80];
const LIGHT: [u32; 3] = [214, 230, 238];

/// Text as it stands in SVG and HTML.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // Not allowed in XML, and of no use.
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// What fits beside a number.
fn label(text: &str) -> String {
    cut(text, LONGEST_LABEL)
}

/// The text with white space evened out, and of a long one the beginning.
fn cut(text: &str, longest: usize) -> String {
    let even = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if even.chars().count() <= longest {
        return escaped(&even);
    }
    let start: String = even.chars().take(longest - 1).collect();
    format!("{}…", escaped(start.trim_end()))
}

/// A length in SVG: thousandths of the width, 0 to 1000, as "26.7%".
fn length(tenths: u64) -> String {
    format!("{}.{}%", tenths / 10, tenths % 10)
}

fn open(title: &str, description: &str, height: usize) -> String {
    format!(
        "<svg class=\"chart\" role=\"img\" width=\"100%\" height=\"{height}\"><title>{}</title><desc>{}</desc>",
        escaped(title),
        escaped(description)
    )
}

/// A bar for each label: `counts` of `base`, the whole width being all of it.
pub(super) fn bars(wording: &Wording, title: &str, labels: &[String], counts: &[u64], base: u64) -> String {
    let rows: Vec<(&String, u64)> = labels.iter().zip(counts.iter().copied()).collect();
    let percent = |n: u64| wording.percent(Percent::new(n, base));
    let told: Vec<String> = rows.iter().map(|(label, n)| format!("{label} {}", percent(*n))).collect();
    let mut svg = open(title, &told.join(", "), rows.len() * LINE);
    for (at, (text, n)) in rows.iter().enumerate() {
        let (top, share) = (at * LINE, Percent::new(*n, base).map_or(0, Percent::tenths));
        // Writing to a string does not fail.
        let _ = write!(
            svg,
            "<text x=\"0\" y=\"{y}\">{}</text><text class=\"value\" x=\"100%\" y=\"{y}\" text-anchor=\"end\">{}</text>\
             <rect class=\"bar-base\" x=\"0\" y=\"{bar}\" width=\"100%\" height=\"{BAR}\"/>\
             <rect class=\"bar-share\" x=\"0\" y=\"{bar}\" width=\"{}\" height=\"{BAR}\"/>",
            label(text),
            percent(*n),
            length(u64::from(share)),
            y = top + 13,
            bar = top + BAR_TOP,
        );
    }
    svg + "</svg>"
}

/// The shade of one of several parts, dark to light, and whether a text in it must be light.
pub(super) fn shade(at: usize, of: usize) -> (String, bool) {
    let steps = of.saturating_sub(1).max(1) as u32;
    let at = (at as u32).min(steps);
    let mix = |dark: u32, light: u32| (dark * (steps - at) + light * at) / steps;
    let [red, green, blue] = [0, 1, 2].map(|c| mix(DARK[c], LIGHT[c]));
    (format!("#{red:02x}{green:02x}{blue:02x}"), 2 * at < steps)
}

/// A bar for each label, made of parts in the order of `parts`: for each label the counts of its parts, and its base.
pub(super) fn stacked(
    wording: &Wording,
    title: &str,
    parts: &[String],
    labels: &[String],
    counts: &[Vec<u64>],
    bases: &[u64],
) -> String {
    let told = labels.iter().zip(counts).zip(bases).map(|((label, counts), base)| {
        let share = |n: &u64| wording.percent(Percent::new(*n, *base));
        let shares = parts.iter().zip(counts).map(|(part, n)| format!("{part} {}", share(n)));
        let shares = shares.collect::<Vec<_>>().join(", ");
        wording.say("chart.told", &[("name", label.into()), ("shares", shares.into())])
    });
    let mut svg = open(title, &told.collect::<Vec<_>>().join(". "), labels.len() * (LINE + 8));
    for (at, ((text, counts), base)) in labels.iter().zip(counts).zip(bases).enumerate() {
        let top = at * (LINE + 8);
        // On a wide page there is room for all of it.
        for (class, longest) in [("whole", LONGEST_WIDE), ("short", LONGEST_LABEL + 8)] {
            let _ = write!(svg, "<text class=\"{class}\" x=\"0\" y=\"{}\">{}</text>", top + 13, cut(text, longest));
        }
        let mut before = 0;
        for (part, n) in counts.iter().enumerate() {
            // From edge to edge, so that the parts fill the bar whatever is rounded.
            let edge = |n: u64| if *base == 0 { 0 } else { n * 1000 / base };
            let (start, end) = (edge(before), edge(before + n));
            before += n;
            if end == start {
                continue;
            }
            let (fill, is_dark) = shade(part, parts.len());
            let _ = write!(
                svg,
                "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"20\" fill=\"{fill}\" stroke=\"#fff\"/>",
                length(start),
                top + BAR_TOP,
                length(end - start)
            );
            // A number needs some 40 of the 350 pixels of a narrow page.
            if end - start >= 90 {
                let _ = write!(
                    svg,
                    "<text class=\"{}\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
                    if is_dark { "on-dark" } else { "on-light" },
                    length(u64::midpoint(start, end)),
                    top + BAR_TOP + 14,
                    Percent::new(*n, *base)
                        .map_or_else(String::new, |percent| ((percent.tenths() + 5) / 10).to_string())
                );
            }
        }
    }
    svg + "</svg>"
}

/// A column for each day, gaps shown; over a long time for each week, or for as many days as it takes.
pub(super) fn days(wording: &Wording, title: &str, days: &[String], counts: &[u64]) -> String {
    let step = days.len().div_ceil(MOST_COLUMNS).max(1);
    // A long time is shown by weeks or longer.
    let step = if step == 1 { 1 } else { step.div_ceil(7) * 7 };
    let columns: Vec<u64> = counts.chunks(step).map(|chunk| chunk.iter().sum()).collect();
    let most = columns.iter().max().copied().unwrap_or_default().max(1);
    let key = if step == 1 { "chart.most_day" } else { "chart.most_days" };
    let told = |day: Option<&String>| day.map_or_else(String::new, |day| wording.day(day));
    let (first, last) = (told(days.first()), told(days.last()));
    let at_most = wording.say(key, &[("n", most.into()), ("step", step.into())]);
    let description = wording
        .say("chart.from_to", &[("first", (&first).into()), ("last", (&last).into()), ("at_most", (&at_most).into())]);
    let (top, n) = (20, columns.len().max(1) as u64);
    let bottom = top + TALLEST;
    let mut svg = open(title, &description, bottom as usize + 20);
    let _ = write!(svg, "<text x=\"0\" y=\"13\">{}</text>", escaped(&at_most));
    for (at, count) in (0..).zip(&columns).filter(|(_, count)| **count > 0) {
        // Hundredths of a per cent, as days may be many; a fifth of each is left for the gap.
        let (start, width) = (at * 10_000 / n, (8_000 / n).max(10));
        let height = (count * TALLEST / most).max(1);
        let hundredths = |x: u64| format!("{}.{:02}%", x / 100, x % 100);
        let _ = write!(
            svg,
            "<rect class=\"bar-share\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{height}\"/>",
            hundredths(start),
            bottom - height,
            hundredths(width)
        );
    }
    let _ = write!(
        svg,
        "<rect class=\"axis\" x=\"0\" y=\"{bottom}\" width=\"100%\" height=\"1\"/><text x=\"0\" y=\"{y}\">{}</text>",
        label(&first),
        y = bottom + 15
    );
    if first != last {
        let _ = write!(svg, "<text x=\"100%\" y=\"{}\" text-anchor=\"end\">{}</text>", bottom + 15, label(&last));
    }
    svg + "</svg>"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn english() -> Wording {
        Wording::of(crate::settings::ReportLanguage::English)
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn what_respondents_wrote_is_text_in_a_chart() {
        let hostile = names(&["</title><script>alert(1)</script>", "a & \"b\"\u{0}"]);
        for svg in [
            bars(&english(), "<b>", &hostile, &[1, 2], 3),
            stacked(&english(), "<b>", &hostile, &hostile, &[vec![1, 2], vec![2, 1]], &[3, 3]),
            days(&english(), "<b>", &hostile, &[1, 2]),
        ] {
            assert!(!svg.contains("<script") && !svg.contains("<b>") && !svg.contains('\0'), "{svg}");
            assert!(svg.starts_with("<svg class=\"chart\" role=\"img\"") && svg.ends_with("</svg>"));
            assert_eq!((svg.matches("<title>").count(), svg.matches("<desc>").count()), (1, 1));
        }
    }

    #[test]
    fn a_bar_is_as_long_as_its_share() {
        let svg = bars(&english(), "Regions", &names(&["Alps", "Andes", "Tatra"]), &[2, 1, 0], 3);
        for part in [
            "width=\"66.7%\"",
            "width=\"33.3%\"",
            "width=\"0.0%\"",
            "66.7\u{a0}%",
            "height=\"120\"",
            "Alps 66.7\u{a0}%, Andes",
        ] {
            assert!(svg.contains(part), "{part} in {svg}");
        }
        assert!(bars(&english(), "None", &names(&["Alps"]), &[0], 0).contains('–'));
    }

    #[test]
    fn the_parts_of_a_stacked_bar_fill_it() {
        let svg =
            stacked(&english(), "Aims", &names(&["yes", "so so", "no"]), &names(&["Aims"]), &[vec![1, 1, 1]], &[3]);
        for part in [
            "x=\"0.0%\" y=\"18\" width=\"33.3%\"",
            "x=\"33.3%\" y=\"18\" width=\"33.3%\"",
            "x=\"66.6%\" y=\"18\" width=\"33.4%\"",
        ] {
            assert!(svg.contains(part), "{part} in {svg}");
        }
    }

    #[test]
    fn shades_go_from_dark_to_light() {
        let shades: Vec<String> = (0..5).map(|at| shade(at, 5).0).collect();
        assert_eq!((shades[0].as_str(), shades[4].as_str()), ("#0b3c50", "#d6e6ee"));
        assert!(shades.is_sorted());
        assert!(shade(0, 1).1 && !shade(4, 5).1);
    }

    #[test]
    fn long_times_are_shown_by_weeks() {
        let all: Vec<String> = (0..1000).map(|n| format!("day {n}")).collect();
        let svg = days(&english(), "Days", &all, &vec![1; 1000]);
        assert!(svg.contains("at most 7 in 7 days"), "{svg}");
        assert_eq!(svg.matches("bar-share").count(), 143);
        let few = days(&english(), "Days", &names(&["2026-03-04", "2026-03-05", "2026-03-06"]), &[2, 0, 4]);
        assert_eq!(few.matches("bar-share").count(), 2);
    }
}
