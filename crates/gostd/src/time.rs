//! Package `time`: reading the one form of a date that JSON has.

use std::fmt;

use crate::strconv;

/// Go's name for the form of RFC 3339.
const LAYOUT: &str = "2006-01-02T15:04:05Z07:00";

/// `*time.ParseError`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    value: String,
    /// Whether value and layout are told with their quotes.
    quoted: bool,
    problem: Problem,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Problem {
    /// What is left does not begin like this part of the layout.
    Element { rest: String, element: &'static str },
    /// A number that no date has.
    OutOfRange(&'static str),
    /// More than a date.
    ExtraText(String),
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "parsing time {}", strconv::quote(&self.value))?;
        match &self.problem {
            Problem::Element { rest, element } => {
                let layout = if self.quoted { format!("\"{LAYOUT}\"") } else { LAYOUT.to_owned() };
                let (layout, rest, element) =
                    (strconv::quote(layout), strconv::quote(rest), strconv::quote(element));
                write!(f, " as {layout}: cannot parse {rest} as {element}")
            }
            Problem::OutOfRange(what) => write!(f, ": {what} out of range"),
            Problem::ExtraText(text) => write!(f, ": extra text: {}", strconv::quote(text)),
        }
    }
}

/// Whether a text is a date as JSON has it (`time.Parse` with `RFC3339`).
///
/// ```
/// assert!(gostd::time::check_rfc3339("2026-01-01T00:00:00.5Z").is_ok());
/// let said = gostd::time::check_rfc3339("yesterday").unwrap_err().to_string();
/// assert_eq!(said, r#"parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot parse "yesterday" as "2006""#);
/// ```
///
/// # Errors
/// What Go says of another text.
pub fn check_rfc3339(text: &str) -> Result<(), ParseError> {
    check(text, false)
}

/// The same before Go 1.20, of the JSON value as it stands there, quotes and all; its offset from UTC may be any.
///
/// # Errors
/// As [`check_rfc3339`], and of what is no string of JSON.
pub fn check_quoted_rfc3339(json: &str) -> Result<(), ParseError> {
    check(json, true)
}

/// `Time.parse`
fn check(text: &str, quoted: bool) -> Result<(), ParseError> {
    const QUOTE: &str = "\"";
    let failed = |problem| ParseError { value: text.to_owned(), quoted, problem };
    let wrong = |rest: &str, element| failed(Problem::Element { rest: rest.to_owned(), element });
    let mut rest = text;
    if quoted {
        rest = rest.strip_prefix(QUOTE).ok_or_else(|| wrong(rest, QUOTE))?;
    }
    // The day is compared with its month once all is read. An hour may have one digit.
    let parts: [(&'static str, usize, u32, &'static str); 6] = [
        ("2006", 4, 9999, "year"),
        ("01", 2, 12, "month"),
        ("02", 2, 99, "day"),
        ("15", 2, 23, "hour"),
        ("04", 2, 59, "minute"),
        ("05", 2, 59, "second"),
    ];
    let mut numbers = [0; 6];
    for (index, ((element, most_digits, most, name), separator)) in
        parts.into_iter().zip(["-", "-", "T", ":", ":", ""]).enumerate()
    {
        let found = rest.bytes().take(most_digits).take_while(u8::is_ascii_digit).count();
        let is_enough = found == most_digits || (name == "hour" && found == 1);
        let number = rest.get(..found).filter(|_| is_enough).and_then(|digits| digits.parse().ok());
        let number: u32 = number.ok_or_else(|| wrong(rest, element))?;
        if number > most || (name == "month" && number == 0) {
            return Err(failed(Problem::OutOfRange(name)));
        }
        numbers[index] = number;
        rest = &rest[found..];
        rest = rest.strip_prefix(separator).ok_or_else(|| wrong(rest, separator))?;
    }
    if let Some(fraction) = rest.strip_prefix(['.', ',']) {
        let after = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
        rest = if after.len() < fraction.len() { after } else { rest };
    }
    let zone = rest.strip_prefix('Z').map(|after| (after, None)).or_else(|| offset(rest));
    let (mut after, out_of_range) = zone.ok_or_else(|| wrong(rest, "Z07:00"))?;
    if let Some(part) = out_of_range.filter(|_| !quoted) {
        return Err(failed(Problem::OutOfRange(part)));
    }
    if quoted {
        after = after.strip_prefix(QUOTE).ok_or_else(|| wrong(after, QUOTE))?;
    }
    if !after.is_empty() {
        return Err(failed(Problem::ExtraText(after.to_owned())));
    }
    let [year, month, day, ..] = numbers;
    if day == 0 || day > days_in(year, month) {
        return Err(failed(Problem::OutOfRange("day")));
    }
    Ok(())
}

const fn days_in(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// What follows `+01:00`, and what of it no offset has.
fn offset(text: &str) -> Option<(&str, Option<&'static str>)> {
    let (zone, after) = text.split_at_checked(6)?;
    let [sign, h1, h2, b':', m1, m2] = zone.as_bytes() else { return None };
    let digits = [h1, h2, m1, m2].iter().all(|digit| digit.is_ascii_digit());
    let number = |tens: &u8, ones: &u8| u32::from(tens - b'0') * 10 + u32::from(ones - b'0');
    (matches!(sign, b'+' | b'-') && digits).then(|| {
        let out_of_range = match (number(h1, h2), number(m1, m2)) {
            (25.., _) => Some("time zone offset hour"),
            (_, 61..) => Some("time zone offset minute"),
            _ => None,
        };
        (after, out_of_range)
    })
}

#[cfg(test)]
mod tests {
    use super::{check_quoted_rfc3339, check_rfc3339};

    #[test]
    fn dates_and_what_is_none() {
        let cases = [
            ("2026-01-01T00:00:00Z", ""),
            ("2026-01-01T00:00:00.123456789+01:00", ""),
            ("", r#"parsing time "" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "2006""#),
            (
                "2026-01-01 00:00:00Z",
                r#"parsing time "2026-01-01 00:00:00Z" as "2006-01-02T15:04:05Z07:00": cannot parse " 00:00:00Z" as "T""#,
            ),
            ("2026-13-01T00:00:00Z", r#"parsing time "2026-13-01T00:00:00Z": month out of range"#),
            ("2026-01-01T1:00:00,5Z", ""),
            ("2024-02-29T00:00:00Z", ""),
            ("2026-02-30T00:00:00Z", r#"parsing time "2026-02-30T00:00:00Z": day out of range"#),
            (
                "2026-01-01T00:00:00+25:00",
                r#"parsing time "2026-01-01T00:00:00+25:00": time zone offset hour out of range"#,
            ),
            ("2026-01-01T00:00:00Zx", r#"parsing time "2026-01-01T00:00:00Zx": extra text: "x""#),
            (
                "2026-01-01T00:00:00",
                r#"parsing time "2026-01-01T00:00:00" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "Z07:00""#,
            ),
        ];
        for (text, said) in cases {
            let got = check_rfc3339(text).err().map(|error| error.to_string()).unwrap_or_default();
            assert_eq!(got, said, "{text}");
        }
    }

    /// As containerd 1.6.20, built with Go 1.19, said of tokens.
    #[test]
    fn dates_in_their_quotes() {
        let layout = r#"as "\"2006-01-02T15:04:05Z07:00\"": cannot parse"#;
        let cases = [
            (r#""2026-01-01T00:00:00Z""#, String::new()),
            (r#""2026-01-01T00:00:00+25:00""#, String::new()),
            (r#""x""#, format!(r#"parsing time "\"x\"" {layout} "x\"" as "2006""#)),
            ("5", format!(r#"parsing time "5" {layout} "5" as "\"""#)),
            (
                r#""2026-02-30T00:00:00Z""#,
                r#"parsing time "\"2026-02-30T00:00:00Z\"": day out of range"#.into(),
            ),
        ];
        for (json, said) in cases {
            let got = check_quoted_rfc3339(json).err().map(|error| error.to_string()).unwrap_or_default();
            assert_eq!(got, said, "{json}");
        }
    }
}
