//! How a language writes numbers.

use super::Wording;
use crate::settings::ReportLanguage;
use crate::statistics::Percent;

impl Wording {
    /// What stands between groups of digits and before a sign: a space that does not break.
    fn space(&self) -> char {
        match self.language() {
            ReportLanguage::English => '\u{a0}',
            ReportLanguage::French => '\u{202f}',
        }
    }

    /// A decimal number as the language writes it; `text` has a point.
    fn decimal_mark(&self, text: &str) -> String {
        match self.language() {
            ReportLanguage::English => text.to_owned(),
            ReportLanguage::French => text.replace('.', ","),
        }
    }

    /// 12345 as "12 345".
    pub(crate) fn number(&self, n: u64) -> String {
        let digits = n.to_string();
        let mut grouped = String::with_capacity(digits.len() * 2);
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                grouped.push(self.space());
            }
            grouped.push(digit);
        }
        grouped
    }

    /// 0.3256 as "33 %". What is more than none is never 0 %, nor less than all 100 %.
    pub(crate) fn share(&self, share: f64) -> String {
        let (space, whole) = (self.space(), (share * 100.0).round());
        if whole < 1.0 && share > 0.0 {
            format!("<1{space}%")
        } else if whole >= 100.0 && share < 1.0 {
            format!(">99{space}%")
        } else {
            format!("{whole}{space}%")
        }
    }

    /// 26.7 as "26.7 %"; a dash of nothing.
    pub(crate) fn percent(&self, percent: Option<Percent>) -> String {
        let told = |percent: Percent| format!("{}{}%", self.decimal_mark(&percent.to_string()), self.space());
        percent.map_or_else(|| "–".to_owned(), told)
    }

    /// As [`Self::percent`], of a number of one decimal.
    pub(crate) fn tenths(&self, percent: Option<f64>) -> String {
        let told = |percent: f64| format!("{}{}%", self.decimal_mark(&format!("{percent:.1}")), self.space());
        percent.map_or_else(|| "–".to_owned(), told)
    }

    /// A difference of shares in percentage points: 0.042 as "+4.2", -0.042 with a minus sign, what rounds to nothing as "0.0".
    pub(crate) fn points(&self, difference: f64) -> String {
        let tenths = (difference * 1000.0).round();
        let sign = match tenths {
            tenths if tenths > 0.0 => "+",
            tenths if tenths < 0.0 => "−",
            _ => "",
        };
        self.decimal_mark(&format!("{sign}{:.1}", tenths.abs() / 10.0))
    }

    /// 0.8732 as "0.87"; what is not quite 1 is never 1.00.
    pub(crate) fn two_decimals(&self, x: f64) -> String {
        self.decimal_mark(&if x < 1.0 { format!("{:.2}", x.min(0.99)) } else { "1.00".to_owned() })
    }

    /// Any number that is written with a point.
    pub(crate) fn written(&self, text: &str) -> String {
        self.decimal_mark(text)
    }

    /// 2026-03-04 as "4 March 2026"; what is no day stands as it is.
    pub(crate) fn day(&self, day: &str) -> String {
        let parts: Vec<&str> = day.split('-').collect();
        let [year, month, of_month] = parts[..] else { return day.to_owned() };
        let (Some(month), Ok(number)) = (self.find(&format!("day.month_{month}"), &[]), of_month.parse::<u8>()) else {
            return day.to_owned();
        };
        let of_month = if number == 1 { self.text("day.first") } else { number.to_string() };
        self.say("day.date", &[("day", of_month.into()), ("month", month.into()), ("year", year.into())])
    }

    /// What stands before what a text announces.
    pub(crate) fn colon(&self) -> &'static str {
        match self.language() {
            ReportLanguage::English => ": ",
            ReportLanguage::French => "\u{202f}: ",
        }
    }

    /// What stands between the parts of a list whose parts have commas.
    pub(crate) fn semicolon(&self) -> &'static str {
        match self.language() {
            ReportLanguage::English => "; ",
            ReportLanguage::French => "\u{202f}; ",
        }
    }

    /// Text in the language's quotation marks.
    pub(crate) fn quoted(&self, text: &str) -> String {
        match self.language() {
            ReportLanguage::English => format!("“{text}”"),
            ReportLanguage::French => format!("«\u{202f}{text}\u{202f}»"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_writes_numbers_in_its_own_way() {
        let [english, french] = ReportLanguage::ALL.map(Wording::of);
        assert_eq!(english.number(1_234_567), "1\u{a0}234\u{a0}567");
        assert_eq!(french.number(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(
            [0.0, 0.0004, 0.3256, 0.9999, 1.0].map(|x| french.share(x).replace('\u{202f}', " ")),
            ["0 %", "<1 %", "33 %", ">99 %", "100 %"]
        );
        assert_eq!(french.percent(Percent::new(4, 15)), "26,7\u{202f}%");
        assert_eq!(english.percent(Percent::new(4, 15)), "26.7\u{a0}%");
        assert_eq!(english.percent(None), "–");
        assert_eq!([0.0421, -0.0421, 0.0004, -0.0004].map(|x| french.points(x)), ["+4,2", "−4,2", "0,0", "0,0"]);
        assert_eq!((french.two_decimals(0.8732), english.two_decimals(0.9999)), ("0,87".into(), "0.99".into()));
        assert_eq!(
            ["2026-03-04", "2026-08-01", "week 3"].map(|day| french.day(day)),
            ["4 mars 2026", "1er août 2026", "week 3"]
        );
        assert_eq!(
            ["2026-12-31", "2026-08-01", "2026-13-01"].map(|day| english.day(day)),
            ["31 December 2026", "1 August 2026", "2026-13-01"]
        );
        assert_eq!((english.quoted("a"), french.quoted("a")), ("“a”".into(), "«\u{202f}a\u{202f}»".into()));
    }
}
