//! Package `time`: reading the one form of a date that JSON has.

use std::fmt;

use crate::strconv;

/// Go's name for the form of RFC 3339.
const LAYOUT: &str = "2006-01-02T15:04:05Z07:00";

/// `*time.ParseError`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    value: String,
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
                let (layout, rest, element) =
                    (strconv::quote(LAYOUT), strconv::quote(rest), strconv::quote(element));
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
    let failed = |problem| ParseError { value: text.to_owned(), problem };
    let mut rest = text;
    let parts: [(&'static str, usize, u32, &'static str); 6] = [
        ("2006", 4, 9999, "year"),
        ("01", 2, 12, "month"),
        ("02", 2, 31, "day"),
        ("15", 2, 23, "hour"),
        ("04", 2, 59, "minute"),
        ("05", 2, 59, "second"),
    ];
    for ((element, digits, most, name), separator) in parts.into_iter().zip(["-", "-", "T", ":", ":", ""]) {
        let wrong = |rest: &str, element| failed(Problem::Element { rest: rest.to_owned(), element });
        let number = rest.get(..digits).filter(|number| number.bytes().all(|b| b.is_ascii_digit()));
        let number: u32 =
            number.and_then(|number| number.parse().ok()).ok_or_else(|| wrong(rest, element))?;
        let least = u32::from(["month", "day"].contains(&name));
        if number > most || number < least {
            return Err(failed(Problem::OutOfRange(name)));
        }
        rest = &rest[digits..];
        rest = rest.strip_prefix(separator).ok_or_else(|| wrong(rest, separator))?;
    }
    if let Some(fraction) = rest.strip_prefix(['.', ',']) {
        let after = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
        rest = if after.len() < fraction.len() { after } else { rest };
    }
    let zone = rest.strip_prefix('Z').or_else(|| offset(rest));
    let after = zone.ok_or_else(|| failed(Problem::Element { rest: rest.to_owned(), element: "Z07:00" }))?;
    if after.is_empty() { Ok(()) } else { Err(failed(Problem::ExtraText(after.to_owned()))) }
}

/// What follows `+01:00`.
fn offset(text: &str) -> Option<&str> {
    let (zone, after) = text.split_at_checked(6)?;
    let [sign, h1, h2, b':', m1, m2] = zone.as_bytes() else { return None };
    let digits = [h1, h2, m1, m2].iter().all(|digit| digit.is_ascii_digit());
    (matches!(sign, b'+' | b'-') && digits).then_some(after)
}

#[cfg(test)]
mod tests {
    use super::check_rfc3339;

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
}
