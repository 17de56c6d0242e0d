//! `time.Duration`: how Go reads and writes spans of time.
//!
//! ```
//! use gostd::duration::Duration;
//! assert_eq!("1h30m".parse::<Duration>()?.to_string(), "1h30m0s");
//! assert_eq!(Duration::from_nanoseconds(1_234_567_890).truncate_to_milliseconds().to_string(), "1.234s");
//! assert_eq!("5x".parse::<Duration>().unwrap_err().to_string(), r#"time: unknown unit "x" in duration "5x""#);
//! # Ok::<(), gostd::duration::Error>(())
//! ```

use std::fmt;
use std::str::FromStr;

const MICROSECOND: u64 = 1_000;
const MILLISECOND: u64 = 1_000_000;
const SECOND: u64 = 1_000_000_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;

/// A span of time in nanoseconds, about 292 years either way; may be negative.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration(i64);

/// What `time.ParseDuration` says of text that is no duration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No number, or one too large.
    #[error("time: invalid duration {}", quote(.text))]
    Invalid {
        /// The whole text.
        text: String,
    },
    /// A number without a unit.
    #[error("time: missing unit in duration {}", quote(.text))]
    MissingUnit {
        /// The whole text.
        text: String,
    },
    /// A unit that Go does not know.
    #[error("time: unknown unit {} in duration {}", quote(.unit), quote(.text))]
    UnknownUnit {
        /// The unit.
        unit: String,
        /// The whole text.
        text: String,
    },
}

impl Duration {
    /// So many nanoseconds.
    pub const fn from_nanoseconds(nanoseconds: i64) -> Self {
        Self(nanoseconds)
    }

    /// The length in nanoseconds.
    pub const fn nanoseconds(self) -> i64 {
        self.0
    }

    /// Rounded towards zero to a multiple of `unit` (`Duration.Truncate`); unchanged when the unit is not positive.
    #[must_use]
    pub const fn truncate(self, unit: Self) -> Self {
        if unit.0 <= 0 { self } else { Self(self.0 - self.0 % unit.0) }
    }

    /// Rounded towards zero to whole milliseconds, as the kubelet does in the event `Pulled`.
    #[must_use]
    pub const fn truncate_to_milliseconds(self) -> Self {
        self.truncate(Self(1_000_000))
    }

    /// The same span for Rust's library; None when it is negative.
    pub fn to_std(self) -> Option<std::time::Duration> {
        u64::try_from(self.0).ok().map(std::time::Duration::from_nanos)
    }
}

/// A span longer than Go can hold becomes the longest that it can.
impl From<std::time::Duration> for Duration {
    fn from(span: std::time::Duration) -> Self {
        Self(i64::try_from(span.as_nanos()).unwrap_or(i64::MAX))
    }
}

/// `Duration.String`: `0s`, `1.5µs`, `626ms`, `1m2.003s`, `1h0m0s`.
impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < 0 {
            f.write_str("-")?;
        }
        let total = self.0.unsigned_abs();
        match total {
            0 => f.write_str("0s"),
            1..MICROSECOND => write!(f, "{total}ns"),
            MICROSECOND..MILLISECOND => write!(f, "{}µs", Decimal(total, MICROSECOND)),
            MILLISECOND..SECOND => write!(f, "{}ms", Decimal(total, MILLISECOND)),
            SECOND..MINUTE => write!(f, "{}s", Decimal(total, SECOND)),
            MINUTE..HOUR => write!(f, "{}m{}s", total / MINUTE, Decimal(total % MINUTE, SECOND)),
            _ => {
                let (hours, rest) = (total / HOUR, total % HOUR);
                write!(f, "{hours}h{}m{}s", rest / MINUTE, Decimal(rest % MINUTE, SECOND))
            }
        }
    }
}

/// A quotient without trailing zeros; the divisor is a power of ten.
struct Decimal(u64, u64);

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(value, unit) = *self;
        let width = unit.ilog10() as usize;
        let fraction = format!("{:0width$}", value % unit);
        match fraction.trim_end_matches('0') {
            "" => write!(f, "{}", value / unit),
            digits => write!(f, "{}.{digits}", value / unit),
        }
    }
}

/// `time.ParseDuration`.
impl FromStr for Duration {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let invalid = || Error::Invalid { text: text.to_owned() };
        let (negative, mut rest) = match text.as_bytes().first() {
            Some(b'-') => (true, &text[1..]),
            Some(b'+') => (false, &text[1..]),
            _ => (false, text),
        };
        if rest == "0" {
            return Ok(Self(0));
        }
        if rest.is_empty() {
            return Err(invalid());
        }
        let mut total = 0_u64;
        while !rest.is_empty() {
            let (part, after) = component(rest, text)?;
            total = total.checked_add(part).filter(|&t| t <= 1 << 63).ok_or_else(invalid)?;
            rest = after;
        }
        if negative {
            return Ok(Self(0_i64.wrapping_sub_unsigned(total)));
        }
        i64::try_from(total).map(Self).map_err(|_| invalid())
    }
}

/// One number with its unit, in nanoseconds, and what follows it (`go1.25 time/format.go ParseDuration`).
fn component<'a>(rest: &'a str, text: &str) -> Result<(u64, &'a str), Error> {
    let invalid = || Error::Invalid { text: text.to_owned() };
    let (whole, after) = digits(rest);
    let (fraction, after) = match after.strip_prefix('.') {
        Some(after) => digits(after),
        None => ("", after),
    };
    if whole.is_empty() && fraction.is_empty() {
        return Err(invalid());
    }
    let end = after.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(after.len());
    let (name, after) = after.split_at(end);
    // An overflow of the number is reported before a missing or unknown unit.
    let number = match whole {
        "" => 0,
        _ => whole.parse::<u64>().ok().filter(|&n| n <= 1 << 63).ok_or_else(invalid)?,
    };
    if name.is_empty() {
        return Err(Error::MissingUnit { text: text.to_owned() });
    }
    let unit =
        unit(name).ok_or_else(|| Error::UnknownUnit { unit: name.to_owned(), text: text.to_owned() })?;
    let value = number.checked_mul(unit).filter(|&v| v <= 1 << 63).ok_or_else(invalid)?;
    let value = value + part_of(fraction, unit);
    if value > 1 << 63 { Err(invalid()) } else { Ok((value, after)) }
}

fn digits(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()))
}

fn unit(name: &str) -> Option<u64> {
    Some(match name {
        "ns" => 1,
        // The micro sign and the Greek letter.
        "us" | "\u{b5}s" | "\u{3bc}s" => MICROSECOND,
        "ms" => MILLISECOND,
        "s" => SECOND,
        "m" => MINUTE,
        "h" => HOUR,
        _ => return None,
    })
}

/// The digits after the point times the unit, by way of a float as in Go, so that both round alike.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "Go computes the fraction in float64 and truncates"
)]
fn part_of(fraction: &str, unit: u64) -> u64 {
    let (mut value, mut scale) = (0_u64, 1.0_f64);
    for digit in fraction.bytes() {
        if value > i64::MAX as u64 / 10 {
            break;
        }
        let next = value * 10 + u64::from(digit - b'0');
        if next > 1 << 63 {
            break;
        }
        value = next;
        scale *= 10.0;
    }
    (value as f64 * (unit as f64 / scale)) as u64
}

/// Package time's own quoting: what is not printable ASCII shows as bytes (`go1.25 time/format.go quote`).
fn quote(text: &str) -> String {
    let mut out = String::from('"');
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => out.extend(['\\', char::from(byte)]),
            b' '..0x80 => out.push(char::from(byte)),
            _ => out.push_str(&format!("\\x{byte:02x}")),
        }
    }
    out.push('"');
    out
}
