use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;

use super::checklist::ROWS;

/// A row of the checklist of things that a guide to `ImagePullBackOff` tells, or (`M`) tells wrongly: a section and a
/// number, as `C2` or `S4b`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(into = "String")]
pub struct Row {
    section: usize,
    number: u8,
    part: Option<char>,
}

/// A section of the checklist.
#[derive(Clone, Copy, Debug)]
pub struct Section {
    /// Its letter.
    pub letter: char,
    /// What it is about.
    pub about: &'static str,
    /// How many rows it has.
    pub rows: u8,
    /// The rows that are split.
    parts: &'static [(u8, &'static [char])],
}

/// The sections in their order.
pub const SECTIONS: [Section; 8] = [
    Section { letter: 'D', about: "what ImagePullBackOff is", rows: 3, parts: &[] },
    Section { letter: 'C', about: "common causes", rows: 16, parts: &[] },
    Section {
        letter: 'S',
        about: "diagnostic steps",
        rows: 6,
        parts: &[(3, &['b']), (4, &['b']), (5, &['a', 'b', 'c'])],
    },
    Section { letter: 'E', about: "error texts", rows: 12, parts: &[] },
    Section { letter: 'X', about: "code examples", rows: 3, parts: &[] },
    Section { letter: 'N', about: "environments", rows: 8, parts: &[] },
    Section { letter: 'Q', about: "questions", rows: 5, parts: &[] },
    Section { letter: 'M', about: "myths", rows: 13, parts: &[] },
];

impl Row {
    /// All rows, in order.
    pub fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for (section, Section { rows, parts, .. }) in SECTIONS.iter().enumerate() {
            for number in 1..=*rows {
                let parts =
                    parts.iter().find(|(split, _)| *split == number).map_or(&[][..], |(_, parts)| parts);
                // S5 is its parts only; the others that are split have a first part without a letter.
                if parts.first() != Some(&'a') {
                    all.push(Self { section, number, part: None });
                }
                all.extend(parts.iter().map(|part| Self { section, number, part: Some(*part) }));
            }
        }
        all
    }

    /// What it is about.
    pub fn about(&self) -> &'static str {
        let name = self.to_string();
        ROWS.iter().find(|(row, _)| *row == name).map_or("", |(_, about)| about)
    }

    /// The section that it is in.
    pub fn section(&self) -> &'static Section {
        &SECTIONS[self.section]
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.section().letter, self.number)?;
        self.part.iter().try_for_each(|part| write!(f, "{part}"))
    }
}

impl From<Row> for String {
    fn from(row: Row) -> Self {
        row.to_string()
    }
}

impl FromStr for Row {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::all().into_iter().find(|row| row.to_string() == text);
        known.ok_or_else(|| {
            let sections = SECTIONS.map(|section| format!("{0}1–{0}{1}", section.letter, section.rows));
            format!("`{text}` is no row of the checklist: {}", sections.join(", "))
        })
    }
}

impl JsonSchema for Row {
    fn schema_name() -> Cow<'static, str> {
        "Row".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let rows: Vec<String> = Self::all().iter().map(Self::to_string).collect();
        json_schema!({"enum": rows})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_is_about_something() {
        let told: Vec<&str> = ROWS.iter().map(|(row, _)| *row).collect();
        assert_eq!(Row::all().iter().map(Row::to_string).collect::<Vec<_>>(), told);
        assert!(Row::all().iter().all(|row| row.about().len() > 8));
    }

    #[test]
    fn rows_are_parsed_and_printed() {
        for good in ["D1", "C16", "S3", "S3b", "S5a", "E12", "M13"] {
            assert_eq!(good.parse::<Row>().unwrap().to_string(), good);
        }
        for bad in ["", "C17", "S5", "S6b", "Z1", "c2", "C02"] {
            assert!(bad.parse::<Row>().is_err(), "{bad}");
        }
    }
}
