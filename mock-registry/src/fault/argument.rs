use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use crate::Personality;

/// What stands behind the colon of a fault's name, and what is meant where nothing stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Argument {
    /// A number of bytes: `4096`, `64KiB`, `1MiB`. Case does not matter.
    Bytes(u64),
    /// A time: `250ms`, `30s`, `5m`, `6h`.
    Time(Duration),
    /// An address: `192.0.2.1`, `2001:db8::7`.
    Address(IpAddr),
    /// A small number, such as that of a TLS alert.
    Number(u8),
    /// Whose words a refusal is in.
    Dialect(Dialect),
}

/// Whose words say that something is not there: a word of [`Dialect::words`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect(&'static str);

/// What is said by none of the products: the whole repository is not there; a web server's page; a router's text;
/// nothing but the status.
const OTHERS: [&str; 4] = ["name", "html", "router", "empty"];

impl Dialect {
    /// The reference registry's.
    pub const REFERENCE: Self = Self("reference");

    /// All words: the personalities' names, and a few for what is no registry.
    pub fn words() -> impl Iterator<Item = &'static str> {
        Personality::NAMES.iter().copied().chain(OTHERS)
    }

    /// The word for it.
    pub const fn word(self) -> &'static str {
        self.0
    }
}

const SIZES: [(&str, u64); 8] = [
    ("", 1),
    ("b", 1),
    ("kb", 1000),
    ("mb", 1_000_000),
    ("gb", 1_000_000_000),
    ("kib", 1 << 10),
    ("mib", 1 << 20),
    ("gib", 1 << 30),
];
const TIMES: [(&str, u64); 4] = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)];

impl Argument {
    /// What can be written, in words.
    pub const fn form(&self) -> &'static str {
        match self {
            Self::Bytes(_) => "a size (4096, 64KiB, 1MiB)",
            Self::Time(_) => "a time (250ms, 30s, 5m, 6h)",
            Self::Address(IpAddr::V4(_)) => "an IPv4 address",
            Self::Address(IpAddr::V6(_)) => "an IPv6 address",
            Self::Number(_) => "a number from 0 to 255",
            Self::Dialect(_) => "the name of a personality (ecr, docker-hub, …), name, html, router or empty",
        }
    }

    /// Reads a text of the same form as this argument.
    pub(super) fn read(&self, text: &str) -> Option<Self> {
        match self {
            Self::Bytes(_) => with_unit(text, &SIZES).map(Self::Bytes),
            Self::Time(_) => with_unit(text, &TIMES).map(|ms| Self::Time(Duration::from_millis(ms))),
            Self::Address(default) => {
                let read: IpAddr = text.parse().ok()?;
                (read.is_ipv4() == default.is_ipv4()).then_some(Self::Address(read))
            }
            Self::Number(_) => text.parse().ok().map(Self::Number),
            Self::Dialect(_) => {
                let known = Dialect::words().find(|word| *word == text);
                known.map(|word| Self::Dialect(Dialect(word)))
            }
        }
    }

    /// The number of bytes; 0 for what is none.
    pub(super) const fn bytes(self) -> u64 {
        if let Self::Bytes(bytes) = self { bytes } else { 0 }
    }

    /// The time; none for what is none.
    pub(super) const fn time(self) -> Duration {
        if let Self::Time(time) = self { time } else { Duration::ZERO }
    }

    /// The address; the unspecified one for what is none.
    pub(super) const fn address(self) -> IpAddr {
        if let Self::Address(address) = self { address } else { IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED) }
    }
}

fn with_unit(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let lower = text.to_ascii_lowercase();
    let digits = lower.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let (_, factor) = units.iter().find(|(unit, _)| *unit == &lower[digits.len()..])?;
    digits.parse::<u64>().ok()?.checked_mul(*factor)
}

/// The shortest text that reads as the same.
fn shortest(f: &mut fmt::Formatter<'_>, number: u64, units: &[(&str, u64)]) -> fmt::Result {
    let fits = |(_, factor): &&(&str, u64)| number.is_multiple_of(*factor) && (number >= *factor);
    let (unit, factor) = units.iter().filter(fits).max_by_key(|(_, factor)| factor).unwrap_or(&units[0]);
    write!(f, "{}{unit}", number / factor)
}

impl fmt::Display for Argument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => {
                shortest(f, *bytes, &[("", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)])
            }
            Self::Time(time) => shortest(f, u64::try_from(time.as_millis()).unwrap_or(u64::MAX), &TIMES),
            Self::Address(address) => address.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Dialect(dialect) => f.write_str(dialect.word()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_read_in_their_form() {
        let (bytes, time) = (Argument::Bytes(0), Argument::Time(Duration::ZERO));
        let table = [
            (bytes, "4096", "4KiB"),
            (bytes, "1000", "1000"),
            (bytes, "64kib", "64KiB"),
            (bytes, "0", "0"),
            (time, "250ms", "250ms"),
            (time, "90s", "90s"),
            (time, "120m", "2h"),
            (Argument::Address([10, 0, 0, 1].into()), "192.0.2.1", "192.0.2.1"),
            (Argument::Number(0), "40", "40"),
            (Argument::Dialect(Dialect::REFERENCE), "ecr", "ecr"),
        ];
        for (form, text, shown) in table {
            let read = form.read(text).unwrap();
            assert_eq!((read.to_string(), form.read(shown)), (shown.to_owned(), Some(read)));
        }
        for (form, bad) in [(bytes, "-1"), (bytes, "1 XB"), (time, "30"), (Argument::Number(0), "256")] {
            assert_eq!(form.read(bad), None, "{bad}");
        }
        assert_eq!(Argument::Address([10, 0, 0, 1].into()).read("::1"), None);
    }
}
