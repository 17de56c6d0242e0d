//! Lengths of time as people type them.

use std::time::Duration;

/// A text that is no length of time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a length of time, such as 90s, 10m, 24h or 1h30m")]
pub(crate) struct NoSpan;

/// Reads `90s`, `10m`, `24h`, `1h30m`; at most a year.
pub(crate) fn span(text: &str) -> Result<Duration, NoSpan> {
    const YEAR: u64 = 366 * 24 * 3600;
    let mut seconds: u64 = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or(NoSpan)?;
        let number: u64 = rest[..digits].parse().map_err(|_| NoSpan)?;
        let unit = match rest.as_bytes().get(digits) {
            Some(b's') => 1,
            Some(b'm') => 60,
            Some(b'h') => 3600,
            Some(b'd') => 24 * 3600,
            _ => return Err(NoSpan),
        };
        seconds = number.checked_mul(unit).and_then(|more| seconds.checked_add(more)).ok_or(NoSpan)?;
        rest = &rest[digits + 1..];
    }
    if seconds == 0 || seconds > YEAR { Err(NoSpan) } else { Ok(Duration::from_secs(seconds)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time() {
        for (text, seconds) in [("90s", 90), ("10m", 600), ("24h", 86_400), ("1h30m", 5400), ("2d", 172_800)]
        {
            assert_eq!(span(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "10", "m", "10x", "-5m", "0s", "1.5h", "99999999999999999999s", "400d", "5é"] {
            assert_eq!(span(text), Err(NoSpan), "{text}");
        }
    }
}
