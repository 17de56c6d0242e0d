//! What else a registry can be asked for: its lists of names. No runtime asks for them; a report that says "did you
//! mean" does.

use gostd::json::{self, Value};

/// A list that is longer than this is not read.
pub(crate) const MAX_LIST: usize = 4 << 20;
/// How many names are asked for; registries have limits of their own.
pub(crate) const ASKED_FOR: usize = 1000;

/// What there may be a list of (OCI distribution specification, "Listing Tags"; the catalogue is Docker's).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listing {
    /// The tags of the image's repository.
    Tags,
    /// The repositories of the image's registry, which few registries tell.
    Repositories,
}

impl Listing {
    const fn member(self) -> &'static str {
        match self {
            Self::Tags => "tags",
            Self::Repositories => "repositories",
        }
    }

    /// The names in an answer; `None` where it is no such list.
    pub(crate) fn names(self, body: &[u8]) -> Option<Vec<String>> {
        let document = json::parse(body).ok()?;
        let Value::Array(names) = document.field(self.member())? else { return None };
        Some(names.iter().filter_map(Value::as_str).map(ToOwned::to_owned).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_and_nothing_else() {
        let tags = |body: &str| Listing::Tags.names(body.as_bytes());
        assert_eq!(tags(r#"{"name": "a", "tags": ["v1", 2, "v2"]}"#), Some(vec!["v1".into(), "v2".into()]));
        for body in ["", "<html>", "{}", r#"{"tags": null}"#] {
            assert_eq!(tags(body), None, "{body}");
        }
    }
}
