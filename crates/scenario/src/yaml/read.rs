//! The one place of this crate that knows the YAML library.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Location as Found;

use super::{Location, Member, Node, Tree};

/// Reads a text, which is the file of this number.
pub(crate) fn read(text: &str, file: usize) -> Result<Tree, serde_saphyr::Error> {
    let options = serde_saphyr::options! { with_snippet: false, strict_booleans: true };
    let raw: RawTree = serde_saphyr::from_str_with_options(text, options)?;
    Ok(raw.finish(text, file))
}

/// The library's location as ours.
pub(crate) fn location(found: Found, file: usize) -> Location {
    let as_usize = |number: u64| usize::try_from(number).unwrap_or(0);
    Location {
        file,
        line: as_usize(found.line()),
        column: as_usize(found.column()),
        length: as_usize(found.span().len()),
    }
}

/// A node before it is known which text it is of.
struct RawTree {
    used: Found,
    defined: Found,
    node: RawNode,
}

enum RawNode {
    Null,
    /// A number or a boolean as the library understood it.
    Plain(String),
    Text(String),
    List(Vec<RawTree>),
    Map(Vec<(String, Found, RawTree)>),
}

impl RawTree {
    fn finish(self, text: &str, file: usize) -> Tree {
        let node = match self.node {
            RawNode::Null => Node::Null,
            RawNode::Plain(understood) => Node::Plain(as_written(text, self.defined).unwrap_or(understood)),
            RawNode::Text(text) => Node::Text(text),
            RawNode::List(list) => Node::List(list.into_iter().map(|tree| tree.finish(text, file)).collect()),
            RawNode::Map(members) => {
                let finish = |(key, at, value): (String, Found, Self)| Member {
                    key,
                    key_at: location(at, file),
                    value: value.finish(text, file),
                };
                Node::Map(members.into_iter().map(finish).collect())
            }
        };
        Tree { at: location(self.used, file), node }
    }
}

/// The text of a number: `1.30` is a version here, and 1.3 another.
fn as_written(text: &str, at: Found) -> Option<String> {
    let start = usize::try_from(at.span().byte_offset()?).ok()?;
    let length = usize::try_from(at.span().byte_len()?).ok()?;
    let written = text.get(start..start.checked_add(length)?)?.trim();
    (!written.is_empty()).then(|| written.to_owned())
}

impl<'de> Deserialize<'de> for RawTree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = serde_saphyr::Spanned::<RawNode>::deserialize(deserializer)?;
        Ok(Self { used: spanned.referenced, defined: spanned.defined, node: spanned.value })
    }
}

impl<'de> Deserialize<'de> for RawNode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = RawNode;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<RawNode, E> {
        Ok(RawNode::Null)
    }

    fn visit_none<E>(self) -> Result<RawNode, E> {
        Ok(RawNode::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<RawNode, D::Error> {
        deserializer.deserialize_any(Self)
    }

    fn visit_bool<E>(self, value: bool) -> Result<RawNode, E> {
        Ok(RawNode::Plain(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<RawNode, E> {
        Ok(RawNode::Plain(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<RawNode, E> {
        Ok(RawNode::Plain(value.to_string()))
    }

    fn visit_i128<E>(self, value: i128) -> Result<RawNode, E> {
        Ok(RawNode::Plain(value.to_string()))
    }

    fn visit_u128<E>(self, value: u128) -> Result<RawNode, E> {
        Ok(RawNode::Plain(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<RawNode, E> {
        Ok(RawNode::Plain(value.to_string()))
    }

    fn visit_str<E>(self, text: &str) -> Result<RawNode, E> {
        Ok(RawNode::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<RawNode, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = access.next_element()? {
            list.push(element);
        }
        Ok(RawNode::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<RawNode, A::Error> {
        let mut members = Vec::new();
        while let Some((key, value)) = access.next_entry::<serde_saphyr::Spanned<String>, RawTree>()? {
            members.push((key.value, key.referenced, value));
        }
        Ok(RawNode::Map(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_as_written_and_aliases_are_followed() {
        let tree = read("a: &v [1.30, 0x10, yes, 'x']\nb: *v\nc: {<<: {d: 1.20}, e: ~}\n", 0).unwrap();
        let Node::List(list) = &tree.get("b").unwrap().node else { panic!("{tree:?}") };
        assert!(matches!(&list[0].node, Node::Plain(text) if text == "1.30"), "{list:?}");
        assert!(matches!(&list[1].node, Node::Plain(text) if text == "0x10"), "{list:?}");
        assert!(matches!(&list[2].node, Node::Text(text) if text == "yes"), "{list:?}");
        let inner = tree.get("c").unwrap();
        assert!(matches!(&inner.get("d").unwrap().node, Node::Plain(text) if text == "1.20"));
        assert!(matches!(&inner.get("e").unwrap().node, Node::Null));
    }
}
