//! What the kubelet's decoder makes of a document: what it refuses, and what it passes over.

use kubelet::Version;

use super::fields::{FIELDS, Field};
use super::refusal::ConfigRefusal;
use super::shape::Shape;
use super::{KubeletConfigNote, Refused};
use crate::Source;
use crate::excerpt::Reveal;
use crate::tree::{Member, Tree};

const API_VERSION: &str = "kubelet.config.k8s.io/v1beta1";
const KIND: &str = "KubeletConfiguration";

/// Checks kind and version, which the decoder asks for first.
pub(super) fn kind(tree: &Tree) -> Result<(), Refused> {
    let text = |field| tree.plain(field).unwrap_or_default();
    let (kind, version) = (text("kind"), text("apiVersion"));
    let at = |field| tree.member(field).map_or(tree.span, |member| member.value.span);
    match (kind, version) {
        ("", _) => Err(Refused { span: at("kind"), why: ConfigRefusal::NoKind }),
        (_, "") => Err(Refused { span: at("apiVersion"), why: ConfigRefusal::NoApiVersion }),
        (KIND, API_VERSION) => Ok(()),
        (kind, version) => {
            let wrong = if kind == KIND { "apiVersion" } else { "kind" };
            let why = ConfigRefusal::WrongKind { kind: kind.to_owned(), version: version.to_owned() };
            Err(Refused { span: at(wrong), why })
        }
    }
}

/// Reads through all fields. Unknown and doubled ones are told: the strict decoder refuses them, and the lenient one,
/// which is tried then, takes the last of doubled ones (`codec.go DecodeKubeletConfiguration`). Values of a wrong type are
/// refused by both.
pub(super) fn fields(
    tree: &Tree,
    source: &Source,
    version: Version,
) -> Result<Vec<KubeletConfigNote>, Refused> {
    let mut walk = Walk { source, version, notes: Vec::new() };
    walk.mapping(tree, "")?;
    Ok(walk.notes)
}

struct Walk<'a> {
    source: &'a Source,
    version: Version,
    notes: Vec<KubeletConfigNote>,
}

impl Walk<'_> {
    fn mapping(&mut self, tree: &Tree, above: &str) -> Result<(), Refused> {
        let members = tree.members();
        for (index, member) in members.iter().enumerate() {
            let key = member.key.expose();
            if members[..index].iter().any(|before| before.key.expose() == key) {
                self.doubled(member);
            }
            let path = format!("{above}{key}");
            match FIELDS.iter().find(|field| field.path == path) {
                Some(field) if field.since <= self.version.minor() => self.value(&member.value, field)?,
                other => self.unknown(member, &path, other),
            }
        }
        Ok(())
    }

    fn value(&mut self, tree: &Tree, field: &Field) -> Result<(), Refused> {
        if let Some(misfit) = field.shape.misfit(tree, self.source) {
            let why = ConfigRefusal::WrongType {
                field: field.path.replace("[]", ""),
                got: misfit.got,
                wanted: misfit.wanted,
                remedy: misfit.remedy,
            };
            return Err(Refused { span: misfit.tree.span, why });
        }
        match field.shape {
            Shape::Object => self.mapping(tree, &format!("{}.", field.path)),
            Shape::Objects => {
                tree.list().iter().try_for_each(|tree| self.mapping(tree, &format!("{}[].", field.path)))
            }
            _ => Ok(()),
        }
    }

    fn unknown(&mut self, member: &Member, path: &str, later: Option<&Field>) {
        let near = FIELDS.iter().find(|field| field.path.eq_ignore_ascii_case(path) && field.path != path);
        self.notes.push(KubeletConfigNote {
            place: member.key_span.place(self.source, Reveal::Shown),
            field: path.replace("[]", ""),
            doubled: false,
            since: later.map(|field| field.since),
            near: near.map(|field| field.path),
        });
    }

    fn doubled(&mut self, member: &Member) {
        self.notes.push(KubeletConfigNote {
            place: member.key_span.place(self.source, Reveal::Shown),
            field: member.key.expose().clone(),
            doubled: true,
            since: None,
            near: None,
        });
    }
}
