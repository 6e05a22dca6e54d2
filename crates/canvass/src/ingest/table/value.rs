//! Values of workbooks and data files as the text a spreadsheet shows, in one form whatever the file.

use crate::ingest::Day;

const SECONDS_A_DAY: i64 = 86_400;

/// Integers as integers, others with the fewest digits that give the number back.
pub(super) fn shown_number(number: f64) -> String {
    /// Up to here every integer has an f64 of its own.
    const LARGEST: f64 = 9_007_199_254_740_992.0;
    let size = number.abs();
    if number == 0.0 {
        "0".into()
    } else if (1e-5..=LARGEST).contains(&size) {
        number.to_string()
    } else {
        format!("{number:e}")
    }
}

/// `TRUE`, `FALSE`
pub(super) fn shown_bool(is_true: bool) -> &'static str {
    if is_true { "TRUE" } else { "FALSE" }
}

/// `2026-03-04 09:15:22`; without the time at midnight.
pub(super) fn shown_moment(date: &str, seconds: i64) -> String {
    if seconds == 0 { date.to_owned() } else { format!("{date} {}", shown_span(seconds)) }
}

/// `09:15:22`, `36:00:00`, `-00:30:00`
pub(super) fn shown_span(seconds: i64) -> String {
    let sign = if seconds < 0 { "-" } else { "" };
    let size = seconds.unsigned_abs();
    format!("{sign}{:02}:{:02}:{:02}", size / 3600, size / 60 % 60, size % 60)
}

/// A date, or a date and a time of day, as ISO 8601 writes them, in the form of [`shown_moment`], to the second; anything else as
/// it is, such as a time with a zone.
pub(super) fn shown_iso_moment(text: &str) -> String {
    iso_moment(text).unwrap_or_else(|| text.to_owned())
}

fn iso_moment(text: &str) -> Option<String> {
    let (date, time) = text.split_once(['T', ' ']).map_or((text, None), |(date, time)| (date, Some(time)));
    let mut parts = date.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || (year.len(), month.len(), day.len()) != (4, 2, 2) {
        return None;
    }
    let day = Day::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)?;
    let Some(time) = time else { return Some(day.to_string()) };
    let mut parts = time.split(':');
    let (hours, minutes, seconds) = (parts.next()?, parts.next()?, parts.next().unwrap_or("0"));
    let (hours, minutes) = (whole(hours)?, whole(minutes)?);
    if parts.next().is_some() || hours > 24 || minutes > 59 {
        return None;
    }
    let seconds = hours * 3600 + minutes * 60 + rounded(seconds)?;
    let (days, seconds) = (seconds.div_euclid(SECONDS_A_DAY), seconds.rem_euclid(SECONDS_A_DAY));
    let day = if days == 0 { day } else { day.plus(u32::try_from(days).ok()?) };
    Some(shown_moment(&day.to_string(), seconds))
}

/// A span of time as ISO 8601 writes it (`PT09H05M00S`), in the form of [`shown_span`]; anything else as it is.
pub(super) fn shown_iso_span(text: &str) -> String {
    iso_span(text).map_or_else(|| text.to_owned(), shown_span)
}

fn iso_span(text: &str) -> Option<i64> {
    let (sign, span) = text.strip_prefix('-').map_or((1, text), |span| (-1, span));
    let span = span.strip_prefix('P')?;
    let (days, time) = span.split_once('T')?;
    let mut seconds = 0_i64;
    let mut add = |part: Option<i64>, size: i64| {
        seconds = seconds.checked_add(part?.checked_mul(size)?)?;
        Some(())
    };
    if !days.is_empty() {
        add(whole(days.strip_suffix('D')?), SECONDS_A_DAY)?;
    }
    let mut rest = time;
    for (unit, size) in [('H', 3600), ('M', 60), ('S', 1)] {
        if let Some((number, after)) = rest.split_once(unit) {
            add(if unit == 'S' { rounded(number) } else { whole(number) }, size)?;
            rest = after;
        }
    }
    (rest.is_empty() && !time.is_empty()).then(|| sign * seconds)
}

/// Up to nine digits.
fn whole(digits: &str) -> Option<i64> {
    let is_number = (1..=9).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| is_number)
}

/// Digits with a fraction, half up: spreadsheets write `21.999999999` for 22.
fn rounded(number: &str) -> Option<i64> {
    let (digits, fraction) = number.split_once(['.', ',']).unwrap_or((number, "0"));
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(whole(digits)? + i64::from(fraction.bytes().next().is_some_and(|first| first >= b'5')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_one_form() {
        assert_eq!(["0", "-3", "1e17", "1.5e-7"], [-0.0, -3.0, 1e17, 1.5e-7].map(shown_number));
    }

    #[test]
    fn moments_are_shown_to_the_second_and_midnight_as_a_day() {
        let shown = [
            ("2026-03-04", "2026-03-04"),
            ("2026-03-04T00:00:00", "2026-03-04"),
            ("2026-03-04T09:15:22", "2026-03-04 09:15:22"),
            ("2026-03-04T09:15:21.999999999", "2026-03-04 09:15:22"),
            ("2026-12-31T23:59:59.7", "2027-01-01"),
            ("2026-03-04 09:15", "2026-03-04 09:15:00"),
            ("2026-03-04T09:15:22Z", "2026-03-04T09:15:22Z"),
            ("2026-02-29", "2026-02-29"),
            ("-0044-03-15", "-0044-03-15"),
            ("9999-12-31T24:00:00", "10000-01-01"),
            ("noon", "noon"),
            ("2026-03-04T", "2026-03-04T"),
            ("2026-03-04T999999999:00", "2026-03-04T999999999:00"),
        ];
        for (text, expected) in shown {
            assert_eq!(shown_iso_moment(text), expected, "{text}");
        }
    }

    #[test]
    fn spans_are_hours_minutes_and_seconds() {
        let shown = [
            ("PT09H05M00S", "09:05:00"),
            ("PT36H", "36:00:00"),
            ("P1DT2H0M0.5S", "26:00:01"),
            ("-PT00H30M00S", "-00:30:00"),
            ("PT", "PT"),
            ("PT5X", "PT5X"),
            ("P1Y", "P1Y"),
            ("PT999999999999H", "PT999999999999H"),
        ];
        for (text, expected) in shown {
            assert_eq!(shown_iso_span(text), expected, "{text}");
        }
    }
}
