//! YAML as a tree that knows where each node stands, so that files can be merged and mistakes still be shown.
//!
//! ```text
//! text ─▶ read ─▶ Tree ─┐
//! text ─▶ read ─▶ Tree ─┴─▶ merge ─▶ Tree ─▶ from_tree ─▶ the file's types, with Spanned
//! ```

mod de;
mod merge;
mod read;
mod spanned;

pub(crate) use de::{PER_RUN, Trouble, from_tree};
pub(crate) use merge::merge;
pub(crate) use read::{location, read};
pub(crate) use spanned::Spanned;

/// A place in one of the files of a scenario. Lines and columns count from 1, columns and lengths in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Location {
    /// The number of the file among those of the scenario.
    pub(crate) file: usize,
    pub(crate) line: usize,
    pub(crate) column: usize,
    /// 0: as far as the word goes.
    pub(crate) length: usize,
}

/// A node and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Tree {
    pub(crate) at: Location,
    pub(crate) node: Node,
}

/// What a node is.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    Null,
    /// A number or a boolean, as written.
    Plain(String),
    Text(String),
    List(Vec<Tree>),
    Map(Vec<Member>),
}

/// An entry of a mapping.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) key: String,
    pub(crate) key_at: Location,
    pub(crate) value: Tree,
}

impl Tree {
    /// The value of this key, where the node is a mapping that has it.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        let Node::Map(members) = &self.node else { return None };
        members.iter().find(|member| member.key == key).map(|member| &member.value)
    }
}
