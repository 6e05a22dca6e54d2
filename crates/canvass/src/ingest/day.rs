//! The day a submission was made, from the cell of the time column.
//!
//! A civil calendar of our own: days since 1970-01-01 and back (Hinnant, "chrono-Compatible Low-Level Date Algorithms"). Nothing
//! here knows a clock or a time zone: a time with a zone gives the day as it is written.

use crate::settings::DateOrder;
use std::fmt;

/// A day of the Gregorian calendar.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Day(i32);

/// Days from 0000-03-01 to 1970-01-01.
const EPOCH: i32 = 719_468;
/// Days of 400 years.
const ERA: i32 = 146_097;

impl Day {
    /// The day of a year, month and day of the month; none if there is no such day.
    pub fn new(year: i32, month: u32, day: u32) -> Option<Self> {
        let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let longest = match month {
            4 | 6 | 9 | 11 => 30,
            2 => 28 + u32::from(is_leap),
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            _ => return None,
        };
        if !(1..=longest).contains(&day) || !(1..=9999).contains(&year) {
            return None;
        }
        // Years begin in March, so that a leap day ends one.
        let year = if month <= 2 { year - 1 } else { year };
        let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let month = (month.cast_signed() + 9) % 12;
        let of_year = (153 * month + 2) / 5 + day.cast_signed() - 1;
        Some(Self(era * ERA + of_era * 365 + of_era / 4 - of_era / 100 + of_year - EPOCH))
    }

    /// Year, month, day of the month.
    pub fn civil(self) -> (i32, u32, u32) {
        let days = self.0 + EPOCH;
        let (era, of_era) = (days.div_euclid(ERA), days.rem_euclid(ERA));
        let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        (era * 400 + year + i32::from(month <= 2), month.cast_unsigned(), day.cast_unsigned())
    }

    /// The day `n` days later.
    #[must_use]
    pub fn plus(self, n: u32) -> Self {
        Self(self.0 + n.cast_signed())
    }

    /// Days from `earlier` to this one; 0 if it is not later.
    pub fn since(self, earlier: Self) -> u32 {
        u32::try_from(self.0 - earlier.0).unwrap_or(0)
    }
}

impl fmt::Display for Day {
    /// `2026-03-04`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.civil();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// What a cell says of a day before it is known in which order it is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Written {
    /// A day whatever the order.
    Day(Day),
    /// Two numbers of one or two digits and a year behind them.
    YearLast(u32, u32, i32),
    /// Three numbers of one or two digits.
    Short(u32, u32, u32),
}

impl Written {
    /// Reads a trimmed cell: `2026-03-04 09:15:22`, `3/4/26 9:15`, `4.3.2026`, `2026-03-04T09:15:22+01:00`,
    /// `4 March 2026`, or the number by which a spreadsheet counts days.
    pub(super) fn read(cell: &str) -> Option<Self> {
        if let Some(day) = serial(cell).or_else(|| named(cell)) {
            return Some(Self::Day(day));
        }
        let date = cell.split(['T', ' ', '\t', '\u{a0}']).next()?.trim_end_matches([',', '.']);
        let mut numbers = [(0_u32, 0_usize); 3];
        let mut parts = date.split(['-', '/', '.', '年', '月', '日']).filter(|part| !part.is_empty());
        for number in &mut numbers {
            let part = parts.next()?;
            if part.len() > 4 || !part.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            *number = (part.parse().ok()?, part.len());
        }
        if parts.next().is_some() {
            return None;
        }
        let [(a, len_a), (b, len_b), (c, len_c)] = numbers;
        match (len_a, len_b, len_c) {
            (4, 1..=2, 1..=2) => Day::new(a.cast_signed(), b, c).map(Self::Day),
            (1..=2, 1..=2, 4) => Some(Self::YearLast(a, b, c.cast_signed())),
            (1..=2, 1..=2, 1..=2) => Some(Self::Short(a, b, c)),
            _ => None,
        }
    }

    /// The day, read in this order.
    pub(super) fn day(self, order: DateOrder) -> Option<Day> {
        let year = |short: u32| 2000 + short.cast_signed();
        match (self, order) {
            (Self::Day(day), _) => Some(day),
            (Self::YearLast(..), DateOrder::Ymd) => None,
            (Self::YearLast(day, month, year), DateOrder::Dmy) | (Self::YearLast(month, day, year), DateOrder::Mdy) => {
                Day::new(year, month, day)
            }
            (Self::Short(short, month, day), DateOrder::Ymd)
            | (Self::Short(day, month, short), DateOrder::Dmy)
            | (Self::Short(month, day, short), DateOrder::Mdy) => Day::new(year(short), month, day),
        }
    }
}

/// The day that a spreadsheet means by a number: days since 1899-12-30, with a part of a day behind the point.
fn serial(cell: &str) -> Option<Day> {
    /// From 1954 to 2119: what is less or more is no time of a submission.
    const DAYS: std::ops::RangeInclusive<u32> = 20_000..=80_000;
    let (days, rest) = cell.split_once('.').unwrap_or((cell, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let days: u32 = (days.len() == 5 && is_number(days) && is_number(rest)).then(|| days.parse().ok())??;
    DAYS.contains(&days).then(|| Day::new(1899, 12, 30).map(|zero| zero.plus(days)))?
}

/// The names of the months and what they are cut to: English, French, Spanish, Russian.
const MONTHS: [&[&str]; 12] = [
    &["january", "jan", "janvier", "janv", "enero", "ene", "января", "янв"],
    &["february", "feb", "février", "fevrier", "févr", "fév", "febrero", "февраля", "фев"],
    &["march", "mar", "mars", "marzo", "марта", "мар"],
    &["april", "apr", "avril", "avr", "abril", "abr", "апреля", "апр"],
    &["may", "mai", "mayo", "мая"],
    &["june", "jun", "juin", "junio", "июня", "июн"],
    &["july", "jul", "juillet", "juil", "julio", "июля", "июл"],
    &["august", "aug", "août", "aout", "agosto", "ago", "августа", "авг"],
    &["september", "sep", "sept", "septembre", "septiembre", "setiembre", "сентября", "сен"],
    &["october", "oct", "octobre", "octubre", "октября", "окт"],
    &["november", "nov", "novembre", "noviembre", "ноября", "ноя"],
    &["december", "dec", "décembre", "déc", "diciembre", "dic", "декабря", "дек"],
];

/// A day whose month is named: `Monday, 4 March 2026 09:15`, `Mar 4, 2026`, `4-Mar-2026`, `1er mars 2026`, `4 de marzo de 2026`.
fn named(cell: &str) -> Option<Day> {
    // A weekday, two of "de", and the three that count.
    const WORDS: usize = 6;
    if cell.len() > 60 || !cell.chars().any(char::is_alphabetic) {
        return None;
    }
    let words = cell.split(|c: char| c.is_whitespace() || ",-/.".contains(c)).filter(|word| !word.is_empty());
    let words = words.map(str::to_lowercase).filter(|word| !matches!(word.as_str(), "de" | "of" | "del" | "the"));
    let words: Vec<String> = words.take(WORDS).collect();
    let month_of = |word: &String| MONTHS.iter().position(|names| names.contains(&word.as_str()));
    let (at, month) = words.iter().enumerate().take(3).find_map(|(at, word)| Some((at, month_of(word)?)))?;
    let day_of = |at: usize| {
        let word = words.get(at)?;
        let digits = word.trim_end_matches(|c: char| c.is_alphabetic() || c == 'º');
        let is_day = matches!(digits.len(), 1 | 2)
            && matches!(&word[digits.len()..], "" | "st" | "nd" | "rd" | "th" | "er" | "º");
        is_day.then(|| digits.parse::<u32>().ok())?
    };
    let year_of = |at: usize| words.get(at).filter(|word| word.len() == 4)?.parse::<i32>().ok();
    let before = at.checked_sub(1).and_then(day_of);
    // Only a weekday may stand before it all.
    let n_led = at - usize::from(before.is_some());
    let has_weekday = cell.split(char::is_whitespace).next().is_some_and(|word| word.ends_with([',', '.']));
    if n_led > usize::from(has_weekday) {
        return None;
    }
    let (day, year) = match before {
        Some(day) => (day, year_of(at + 1)?),
        None => (day_of(at + 1)?, year_of(at + 2)?),
    };
    Day::new(year, month as u32 + 1, day)
}

/// The order in which the cells of a column are written, and what speaks for it.
pub(super) fn order<'c>(cells: impl Iterator<Item = &'c str>) -> (DateOrder, String) {
    let written: Vec<(Written, &str)> = cells.filter_map(|cell| Some((Written::read(cell)?, cell))).collect();
    let open = || written.iter().filter(|(written, _)| !matches!(written, Written::Day(_)));
    let n_days = |order: DateOrder| written.iter().filter(|(written, _)| written.day(order).is_some()).count();
    if open().next().is_none() {
        return (DateOrder::Ymd, "the year stands first".to_owned());
    }
    let orders = [DateOrder::Dmy, DateOrder::Mdy, DateOrder::Ymd];
    let most = orders.into_iter().map(n_days).max().unwrap_or_default();
    let fits: Vec<DateOrder> = orders.into_iter().filter(|order| n_days(*order) == most).collect();
    if let [order] = fits.as_slice() {
        let is_no_other = |(written, _): &&(Written, &str)| {
            written.day(*order).is_some() && orders.iter().all(|other| other == order || written.day(*other).is_none())
        };
        let example = open().find(is_no_other).or(open().next()).map_or("", |(_, cell)| *cell);
        return (*order, format!("{example:?} can be read in no other order"));
    }
    // Both are possible: submissions come in weeks, not spread over years.
    let span = |order: DateOrder| {
        let days = || written.iter().filter_map(|(written, _)| written.day(order));
        days().max().zip(days().min()).map_or(0, |(last, first)| last.since(first))
    };
    let order = fits.into_iter().min_by_key(|order| span(*order)).unwrap_or(DateOrder::Dmy);
    let example = open().next().map_or("", |(_, cell)| *cell);
    let reason = format!(
        "no value decides ({example:?}); read so, they lie closest together: if that is wrong, say input.date_order"
    );
    (order, reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_may_be_named() {
        let read =
            |cell: &str| Written::read(cell).and_then(|written| written.day(DateOrder::Ymd)).map(|day| day.to_string());
        for cell in [
            "4 March 2026",
            "Wednesday, 4 March 2026 09:15",
            "Mar 4, 2026 9:15 AM",
            "4-Mar-2026",
            "4th of March 2026",
            "4 mars 2026 à 09:15",
            "4 de marzo de 2026",
            "4 марта 2026",
        ] {
            assert_eq!(read(cell).as_deref(), Some("2026-03-04"), "{cell}");
        }
        assert_eq!(read("1er août 2026").as_deref(), Some("2026-08-01"));
        for cell in
            ["March", "March 2026", "31 February 2026", "we may 4 2026 times", "4x March 2026", "in March we met"]
        {
            assert_eq!(read(cell), None, "{cell}");
        }
    }

    #[test]
    fn days_are_counted_as_the_calendar_has_them() {
        assert_eq!(Day::new(1970, 1, 1), Some(Day(0)));
        assert_eq!(Day::new(2000, 3, 1), Some(Day(11_017)));
        let mut day = Day::new(1899, 12, 28).unwrap();
        let mut expected = (1899, 12, 28);
        for _ in 0..100_000 {
            assert_eq!(day.civil(), expected);
            assert_eq!(Day::new(expected.0, expected.1, expected.2), Some(day));
            day = day.plus(1);
            let (year, month, of_month) = expected;
            expected = if Day::new(year, month, of_month + 1).is_some() {
                (year, month, of_month + 1)
            } else if month < 12 {
                (year, month + 1, 1)
            } else {
                (year + 1, 1, 1)
            };
        }
        for (year, month, of_month) in [(2026, 2, 29), (1900, 2, 29), (2026, 13, 1), (2026, 0, 1), (2026, 4, 31)] {
            assert_eq!(Day::new(year, month, of_month), None);
        }
        assert!(Day::new(2000, 2, 29).is_some() && Day::new(2028, 2, 29).is_some());
    }

    fn day(cell: &str, order: DateOrder) -> Option<String> {
        Written::read(cell).and_then(|written| written.day(order)).map(|day| day.to_string())
    }

    #[test]
    fn cells_are_read_as_exports_write_them() {
        for cell in [
            "2026-03-04",
            "2026-03-04 09:15:22",
            "2026/3/4 9:15:22 AM GMT+1",
            "2026-03-04T23:59:59-05:00",
            "2026年3月4日",
            "46085",
            "46085.395833",
            "4.3.2026",
            "04/03/2026 09:15",
            "4/3/26 9:15:22",
        ] {
            assert_eq!(day(cell, DateOrder::Dmy).as_deref(), Some("2026-03-04"), "{cell}");
        }
        assert_eq!(day("3/4/26", DateOrder::Mdy).as_deref(), Some("2026-03-04"));
        assert_eq!(day("26-03-04", DateOrder::Ymd).as_deref(), Some("2026-03-04"));
        for cell in ["", "soon", "31/02/2026", "2026-02-30", "12", "1.5", "9:15", "3/4", "1/2/3/4", "123456"] {
            assert_eq!(day(cell, DateOrder::Dmy), None, "{cell}");
        }
    }

    fn order_of(cells: &[&str]) -> (DateOrder, String) {
        order(cells.iter().copied())
    }

    #[test]
    fn a_day_above_twelve_decides_the_order() {
        assert_eq!(
            order_of(&["3/4/26 9:15", "3/13/26 9:15"]),
            (DateOrder::Mdy, "\"3/13/26 9:15\" can be read in no other order".into())
        );
        assert_eq!(order_of(&["3/4/2026", "13/3/2026"]).0, DateOrder::Dmy);
        assert_eq!(order_of(&["2026-03-04", "n/a"]).0, DateOrder::Ymd);
        assert_eq!(order_of(&[]).0, DateOrder::Ymd);
        // One slip of the pen does not turn the column round.
        assert_eq!(order_of(&["14/3/2026", "15/3/2026", "3/16/2026"]).0, DateOrder::Dmy);
    }

    #[test]
    fn where_no_value_decides_the_days_that_lie_closest_are_taken_and_that_is_said() {
        let (order, reason) = order_of(&["3/4/2026", "3/5/2026", "3/9/2026"]);
        assert_eq!(order, DateOrder::Mdy);
        assert!(reason.contains("no value decides (\"3/4/2026\")") && reason.contains("input.date_order"), "{reason}");
        assert_eq!(order_of(&["4/3/2026", "5/3/2026"]).0, DateOrder::Dmy);
        assert_eq!(order_of(&["3/3/2026"]).0, DateOrder::Dmy);
    }
}
