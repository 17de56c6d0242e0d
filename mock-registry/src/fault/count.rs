use std::fmt;
use std::str::FromStr;

/// Which of the requests that fit a rule it is for. They are counted from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Count {
    /// All of them.
    #[default]
    Always,
    /// `first N`: those up to the Nth.
    First(u64),
    /// `every Nth`: the Nth, the 2Nth, …
    Every(u64),
    /// `after N`: those from the one after the Nth.
    After(u64),
}

/// A text that is no count.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no count: write `always`, `first 2`, `every 3rd` or `after 5`")]
pub struct InvalidCount(String);

impl Count {
    /// Whether the `number`th request is meant.
    pub const fn includes(self, number: u64) -> bool {
        match self {
            Self::Always => true,
            Self::First(n) => number <= n,
            Self::Every(n) => n != 0 && number.is_multiple_of(n),
            Self::After(n) => number > n,
        }
    }
}

impl FromStr for Count {
    type Err = InvalidCount;

    fn from_str(text: &str) -> Result<Self, InvalidCount> {
        let invalid = || InvalidCount(text.to_owned());
        if text == "always" {
            return Ok(Self::Always);
        }
        let (word, number) = text.split_once(' ').ok_or_else(invalid)?;
        let digits = number.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let suffix = &number[digits.len()..];
        let n: u64 = digits.parse().map_err(|_| invalid())?;
        match (word, suffix) {
            ("first", "") => Ok(Self::First(n)),
            ("after", "") => Ok(Self::After(n)),
            ("every", "" | "st" | "nd" | "rd" | "th") if n > 0 => Ok(Self::Every(n)),
            _ => Err(invalid()),
        }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Always => f.write_str("always"),
            Self::First(n) => write!(f, "first {n}"),
            Self::Every(n) => write!(f, "every {n}{}", ordinal_suffix(*n)),
            Self::After(n) => write!(f, "after {n}"),
        }
    }
}

fn ordinal_suffix(n: u64) -> &'static str {
    match (n % 10, n % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_parsed_and_printed() {
        for good in ["always", "first 2", "every 3rd", "every 1st", "every 22nd", "every 12th", "after 5"] {
            assert_eq!(good.parse::<Count>().unwrap().to_string(), good);
        }
        for bad in ["", "first", "first two", "every 0th", "last 3", "first 2nd", "first -1", "every é"] {
            assert!(bad.parse::<Count>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn counts_pick_their_requests() {
        let picked = |count: &str| -> Vec<u64> {
            let count: Count = count.parse().unwrap();
            (1..=6).filter(|&n| count.includes(n)).collect()
        };
        assert_eq!(picked("first 2"), [1, 2]);
        assert_eq!(picked("every 3rd"), [3, 6]);
        assert_eq!(picked("after 4"), [5, 6]);
    }
}
