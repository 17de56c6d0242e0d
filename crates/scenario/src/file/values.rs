//! Values that are written as a word: sizes, durations, addresses.

use std::fmt;
use std::marker::PhantomData;
use std::net::IpAddr;
use std::str::FromStr;
use std::time::Duration;

use mock_registry::Answer;
use serde::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};

/// A value that is parsed from text.
#[derive(Clone, Debug)]
pub(crate) struct Parsed<T>(pub T);

impl<'de, T> Deserialize<'de> for Parsed<T>
where
    T: FromStr,
    T::Err: fmt::Display,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor(PhantomData)).map(Self)
    }
}

struct TextVisitor<T>(PhantomData<T>);

impl<T> Visitor<'_> for TextVisitor<T>
where
    T: FromStr,
    T::Err: fmt::Display,
{
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}

/// A number of bytes: `300`, `64KiB`, `1MiB`, `1GiB`, or with `kB`, `MB`, `GB`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size(pub u64);

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let units = [("", 1), ("B", 1), ("kB", 1000), ("MB", 1_000_000), ("GB", 1_000_000_000)];
        let binary = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)];
        number_with_unit(text, units.iter().chain(&binary))
            .map(Self)
            .ok_or_else(|| format!("`{text}` is no size: write 300, 64KiB, 1MiB or 1GiB"))
    }
}

/// A time: `250ms`, `30s`, `5m`, `1h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span(pub Duration);

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let units = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)];
        number_with_unit(text, units.iter())
            .map(|ms| Self(Duration::from_millis(ms)))
            .ok_or_else(|| format!("`{text}` is no time: write 250ms, 30s, 5m or 1h"))
    }
}

fn number_with_unit<'a>(text: &str, mut units: impl Iterator<Item = &'a (&'a str, u64)>) -> Option<u64> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = text[digits.len()..].trim();
    let number: u64 = digits.trim().parse().ok()?;
    let (_, factor) = units.find(|(name, _)| *name == unit)?;
    number.checked_mul(*factor)
}

/// Files to include. They were read and merged before; here they only may stand.
#[derive(Debug)]
pub(crate) struct Paths;

impl<'de> Deserialize<'de> for Paths {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        de::IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

/// What the name server says: an address, a list of addresses, or one of the words for its failures.
#[derive(Clone, Debug)]
pub(crate) struct Names(pub Answer);

const NAME_WORDS: &[&str] = &["nxdomain", "nodata", "servfail", "refused", "silence"];

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NamesVisitor).map(Self)
    }
}

struct NamesVisitor;

impl<'de> Visitor<'de> for NamesVisitor {
    type Value = Answer;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an address, a list of addresses, or one of {}", NAME_WORDS.join(", "))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Answer, E> {
        match text {
            "nxdomain" => Ok(Answer::NoSuchName),
            "nodata" => Ok(Answer::Addresses(Vec::new())),
            "servfail" => Ok(Answer::ServerFailure),
            "refused" => Ok(Answer::Refused),
            "silence" => Ok(Answer::Silence),
            other => match other.parse::<IpAddr>() {
                Ok(address) => Ok(Answer::Addresses(vec![address])),
                Err(_) => Err(E::unknown_variant(other, NAME_WORDS)),
            },
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Answer, A::Error> {
        let mut addresses = Vec::new();
        while let Some(Parsed(address)) = access.next_element::<Parsed<IpAddr>>()? {
            addresses.push(address);
        }
        Ok(Answer::Addresses(addresses))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_times_have_units() {
        for (text, size) in [("0", 0), ("300", 300), ("64KiB", 65_536), ("2 MiB", 2 << 20), ("1kB", 1000)] {
            assert_eq!(text.parse(), Ok(Size(size)), "{text}");
        }
        for (text, ms) in [("250ms", 250), ("30s", 30_000), ("5m", 300_000), ("1h", 3_600_000)] {
            assert_eq!(text.parse(), Ok(Span(Duration::from_millis(ms))), "{text}");
        }
        for bad in ["", "MiB", "1 XB", "-1s", "30", "99999999999999999999", "99999999999GiB"] {
            assert!(bad.parse::<Span>().is_err() && (bad == "30" || bad.parse::<Size>().is_err()), "{bad}");
        }
    }
}
