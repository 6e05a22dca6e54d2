//! A value of a Parquet file as text.

use super::super::value::{shown_number, shown_span};
use crate::ingest::Day;
use ::parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type as Physical};
use ::parquet::data_type::Int96;
use ::parquet::schema::types::ColumnDescriptor;

const SECONDS_A_DAY: i64 = 86_400;
const NANOSECONDS: i64 = 1_000_000_000;

/// What the values of a column are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    /// Numbers, true and false, and text, by their type alone.
    Plain,
    /// Numbers without a sign.
    Unsigned,
    /// Bytes that are text if they are UTF-8: some writers do not say.
    PerhapsText,
    Text,
    Day,
    /// A time of day, in this many parts of a second.
    Time(i64),
    /// A day and a time; whether by universal time.
    Moment(i64, bool),
    /// A number with this many digits behind the point.
    Decimal(usize),
    Uuid,
    /// A float of two bytes.
    Half,
}

impl Kind {
    /// # Errors
    /// What the column holds that has no text.
    pub(super) fn of(column: &ColumnDescriptor) -> Result<Self, &'static str> {
        let parts = |unit: &TimeUnit| match unit {
            TimeUnit::MILLIS => 1000,
            TimeUnit::MICROS => 1_000_000,
            TimeUnit::NANOS => NANOSECONDS,
        };
        let decimal = |scale: i32| usize::try_from(scale).ok().filter(|scale| *scale <= 38).map(Self::Decimal);
        let physical = column.physical_type();
        let is_bytes = matches!(physical, Physical::BYTE_ARRAY | Physical::FIXED_LEN_BYTE_ARRAY);
        let is_int = matches!(physical, Physical::INT32 | Physical::INT64);
        match column.logical_type_ref() {
            Some(LogicalType::String | LogicalType::Enum | LogicalType::Json) if is_bytes => Ok(Self::Text),
            Some(LogicalType::Decimal(stated)) => decimal(stated.scale).ok_or("decimal numbers of more than 38 digits"),
            Some(LogicalType::Date) if is_int => Ok(Self::Day),
            Some(LogicalType::Time(stated)) if is_int => Ok(Self::Time(parts(&stated.unit))),
            Some(LogicalType::Timestamp(stated)) if is_int => {
                Ok(Self::Moment(parts(&stated.unit), stated.is_adjusted_to_u_t_c))
            }
            Some(LogicalType::Integer(stated)) if is_int && !stated.is_signed => Ok(Self::Unsigned),
            Some(LogicalType::Uuid) if is_bytes => Ok(Self::Uuid),
            Some(LogicalType::Float16) if is_bytes => Ok(Self::Half),
            Some(LogicalType::Integer(_) | LogicalType::Unknown) if !is_bytes => Ok(Self::Plain),
            Some(LogicalType::Bson) => Err("BSON"),
            Some(LogicalType::Variant(_)) => Err("variants"),
            Some(LogicalType::Geometry(_) | LogicalType::Geography(_)) => Err("shapes on a map"),
            Some(LogicalType::File) => Err("files"),
            _ => match (column.converted_type(), physical) {
                (ConvertedType::UTF8 | ConvertedType::ENUM | ConvertedType::JSON, _) if is_bytes => Ok(Self::Text),
                (ConvertedType::DECIMAL, _) => {
                    decimal(column.type_scale()).ok_or("decimal numbers of more than 38 digits")
                }
                (ConvertedType::DATE, _) if is_int => Ok(Self::Day),
                (ConvertedType::TIME_MILLIS, _) if is_int => Ok(Self::Time(1000)),
                (ConvertedType::TIME_MICROS, _) if is_int => Ok(Self::Time(1_000_000)),
                (ConvertedType::TIMESTAMP_MILLIS, _) if is_int => Ok(Self::Moment(1000, true)),
                (ConvertedType::TIMESTAMP_MICROS, _) if is_int => Ok(Self::Moment(1_000_000, true)),
                (
                    ConvertedType::UINT_8 | ConvertedType::UINT_16 | ConvertedType::UINT_32 | ConvertedType::UINT_64,
                    _,
                ) if is_int => Ok(Self::Unsigned),
                (ConvertedType::INTERVAL, _) => Err("intervals"),
                (ConvertedType::BSON, _) => Err("BSON"),
                (_, Physical::BYTE_ARRAY) => Ok(Self::PerhapsText),
                (_, Physical::FIXED_LEN_BYTE_ARRAY) => Err("bytes"),
                (_, Physical::INT96) => Ok(Self::Moment(NANOSECONDS, false)),
                _ => Ok(Self::Plain),
            },
        }
    }

    pub(super) fn short(self, value: i32) -> Result<String, String> {
        match self {
            Self::Unsigned => Ok(value.cast_unsigned().to_string()),
            _ => self.long(i64::from(value)),
        }
    }

    pub(super) fn long(self, value: i64) -> Result<String, String> {
        match self {
            Self::Unsigned => Ok(value.cast_unsigned().to_string()),
            Self::Day => day(value),
            Self::Time(parts) => Ok(format!("{}{}", shown_span(value.div_euclid(parts)), fraction(value, parts))),
            Self::Moment(parts, is_utc) => moment(value, parts, is_utc),
            Self::Decimal(scale) => Ok(decimal(i128::from(value), scale)),
            _ => Ok(value.to_string()),
        }
    }

    /// The times that Spark and Impala wrote once.
    pub(super) fn old_moment(value: &Int96) -> String {
        let seconds = value.to_seconds();
        moment(seconds, 1, false).unwrap_or_else(|_| seconds.to_string())
    }

    pub(super) fn single(value: f32) -> String {
        // By its own shortest digits: 0.1, not 0.10000000149.
        value.to_string().parse().map_or_else(|_| value.to_string(), Self::double)
    }

    /// Nothing for what is no number, which stands for a null in most files.
    pub(super) fn double(value: f64) -> String {
        match (value.is_nan(), value.is_infinite()) {
            (true, _) => String::new(),
            (_, true) => value.to_string(),
            _ => shown_number(value),
        }
    }

    pub(super) fn bytes(self, value: &[u8]) -> Result<String, String> {
        match self {
            Self::Decimal(scale) => {
                if value.len() > 16 {
                    return Err("a decimal number of more than 16 bytes".into());
                }
                let sign = value.first().is_some_and(|first| first & 0x80 != 0);
                let start = if sign { -1_i128 } else { 0 };
                let number = value.iter().fold(start, |number, byte| number << 8 | i128::from(*byte));
                Ok(decimal(number, scale))
            }
            Self::Uuid => {
                let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or('0');
                let hex: String = value.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect();
                match (hex.get(..8), hex.get(8..12), hex.get(12..16), hex.get(16..20), hex.get(20..32)) {
                    (Some(a), Some(b), Some(c), Some(d), Some(e)) if hex.len() == 32 => {
                        Ok(format!("{a}-{b}-{c}-{d}-{e}"))
                    }
                    _ => Err("a UUID of another length than 16 bytes".into()),
                }
            }
            Self::Half => match value {
                [low, high] => Ok(Self::double(half(u16::from_le_bytes([*low, *high])))),
                _ => Err("a float of another length than 2 bytes".into()),
            },
            Self::Text => String::from_utf8(value.to_vec()).map_err(|_| "a text that is no UTF-8".into()),
            _ => String::from_utf8(value.to_vec()).map_err(|_| "bytes that are no text".into()),
        }
    }
}

fn day(days: i64) -> Result<String, String> {
    /// Of 0001-01-01 and of 9999-12-31.
    const FIRST: i64 = -719_162;
    const LAST: i64 = 2_932_896;
    let first = Day::new(1, 1, 1).filter(|_| (FIRST..=LAST).contains(&days));
    let day = first.and_then(|first| u32::try_from(days - FIRST).ok().map(|n| first.plus(n)));
    day.map(|day| day.to_string()).ok_or_else(|| "a day before the year 1 or after 9999".into())
}

/// `2026-03-04 09:15:22.5`, with Z behind it where it is by universal time; without the time at midnight.
fn moment(value: i64, parts: i64, is_utc: bool) -> Result<String, String> {
    let (seconds, fraction) = (value.div_euclid(parts), fraction(value, parts));
    let date = day(seconds.div_euclid(SECONDS_A_DAY))?;
    let time = seconds.rem_euclid(SECONDS_A_DAY);
    if time == 0 && fraction.is_empty() {
        return Ok(date);
    }
    Ok(format!("{date} {}{fraction}{}", shown_span(time), if is_utc { "Z" } else { "" }))
}

/// `.5`; nothing for a full second.
fn fraction(value: i64, parts: i64) -> String {
    let part = value.rem_euclid(parts);
    if part == 0 {
        return String::new();
    }
    let nanoseconds = format!("{:09}", part * (NANOSECONDS / parts));
    format!(".{}", nanoseconds.trim_end_matches('0'))
}

fn decimal(number: i128, scale: usize) -> String {
    let sign = if number < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", number.unsigned_abs(), width = scale + 1);
    let (whole, behind) = digits.split_at(digits.len() - scale);
    if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{behind}") }
}

/// A float of 16 bits (IEEE 754).
fn half(bits: u16) -> f64 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1F), f64::from(bits & 0x3FF));
    match exponent {
        0 => sign * fraction / 16_777_216.0,
        31 if fraction == 0.0 => sign * f64::INFINITY,
        31 => f64::NAN,
        _ => sign * (1.0 + fraction / 1024.0) * power_of_two(exponent - 15),
    }
}

/// 2 to a power from -15 to 16: exact.
fn power_of_two(power: i32) -> f64 {
    if power < 0 { 1.0 / f64::from(1_u32 << power.unsigned_abs()) } else { f64::from(1_u32 << power) }
}
