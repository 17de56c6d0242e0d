use gostd::json;

use crate::detect;
use crate::excerpt::{Reveal, place_of_byte};
use crate::lint::LintCode;
use crate::lint::entry::{Entry, lint_entries};
use crate::lint::finding::Findings;
use crate::tree::{Member, Span, Tree};
use crate::{Place, Source};

/// A login document, and the text in which its spans lie.
pub(super) struct Document<'a> {
    pub source: &'a Source,
    /// Whether it is a `.dockercfg`.
    older: bool,
}

impl<'a> Document<'a> {
    pub const fn new(source: &'a Source, older: bool) -> Self {
        Self { source, older }
    }

    /// Looks at a document that is still text.
    pub fn lint_text(&self, findings: &mut Findings<'_>) {
        if let Err(error) = json::parse(self.source.text().as_bytes()) {
            return self.malformed(&error, findings);
        }
        // What Go reads and this reader does not is nothing that could be pointed at.
        if let Ok(tree) = detect::json(self.source) {
            self.lint(&tree, findings);
        }
    }

    fn malformed(&self, error: &json::Error, findings: &mut Findings<'_>) {
        let text = self.source.text();
        let offset = match error {
            json::Error::InvalidCharacter { offset, .. } => offset.saturating_sub(1),
            _ => text.trim_end().len().saturating_sub(1),
        };
        let (line, column) = place_of_byte(text, offset);
        let place = Span { line, column, length: 1 }.place(self.source, Reveal::Masked);
        let message = format!("the document is malformed JSON: {error}");
        let help = "one Secret that cannot be read disables all pull secrets of a pod; \
                    pullsim secret make prints a right one";
        findings.add(LintCode::NotJson, place, message, help);
    }

    /// Looks at a document that is JSON.
    pub fn lint(&self, tree: &Tree, findings: &mut Findings<'_>) {
        if !tree.is_map() {
            let message = format!("the document is {}, and must be a JSON object", tree.kind());
            let place = tree.span.place(self.source, Reveal::Masked);
            findings.add(LintCode::WrongShape, place, message, "pullsim secret make prints a right one");
            return;
        }
        let auths = folded(tree, "auths");
        let table = match auths {
            Some(auths) if self.older => {
                let message = "auths in a .dockercfg is taken for a registry of that name";
                let help = "use the type kubernetes.io/dockerconfigjson and the key .dockerconfigjson, or leave auths away";
                findings.add(LintCode::ConfigJsonInCfg, self.key(auths), message, help);
                &auths.value
            }
            Some(auths) => &auths.value,
            None if self.older => tree,
            None if self.is_table(tree) => {
                let message =
                    "registries stand at the top: the kubelet looks for them below auths, and finds none";
                let help =
                    "put them below auths, or use the type kubernetes.io/dockercfg and the key .dockercfg";
                let whole = || tree.span.place(self.source, Reveal::Masked);
                let place = tree.members().first().map_or_else(whole, |member| self.key(member));
                findings.add(LintCode::CfgInConfigJson, place, message, help);
                tree
            }
            None => return self.no_login(tree, None, findings),
        };
        if table.is_null() {
            return self.no_login(tree, auths, findings);
        }
        if !table.is_map() {
            let message = format!("auths is {}, and must be an object", table.kind());
            let place = table.span.place(self.source, Reveal::Masked);
            findings.add(
                LintCode::WrongShape,
                place,
                message,
                "write registries and their logins below auths",
            );
            return;
        }
        let entries: Vec<Entry<'_>> = table.members().iter().map(Entry::read).collect();
        if entries.iter().all(Entry::is_empty) && (entries.is_empty() || helper(tree).is_some()) {
            return self.no_login(tree, auths, findings);
        }
        lint_entries(self, &entries, findings);
    }

    /// Whether the members look like registries with their logins.
    fn is_table(&self, tree: &Tree) -> bool {
        let known = ["credsStore", "credHelpers", "HttpHeaders"];
        !tree.members().is_empty()
            && tree.members().iter().all(|member| {
                member.value.is_map() && !known.iter().any(|k| member.key.expose().eq_ignore_ascii_case(k))
            })
    }

    fn no_login(&self, tree: &Tree, auths: Option<&Member>, findings: &mut Findings<'_>) {
        if let Some(helper) = helper(tree) {
            let name = helper.key.expose();
            let message =
                format!("{name} keeps the logins on the machine on which docker login ran: here is none");
            let help = "kubectl create secret docker-registry, or pullsim secret make, takes user and password themselves";
            findings.add(LintCode::HelperOnly, self.key(helper), message, help);
            return;
        }
        let place = match auths {
            Some(auths) => self.key(auths),
            None => tree.span.place(self.source, Reveal::Masked),
        };
        let message = "there is no login in the document: the node asks as anonymous";
        findings.add(LintCode::EmptyAuths, place, message, "pullsim secret make prints a right one");
    }

    /// The place of a key. Some write a login into a registry's, as in `https://user:password@host`.
    pub fn key(&self, member: &Member) -> Place {
        let reveal = if member.key.expose().contains('@') { Reveal::Masked } else { Reveal::Shown };
        member.key_span.place(self.source, reveal)
    }
}

/// The member that leaves the logins to a helper.
fn helper(tree: &Tree) -> Option<&Member> {
    folded(tree, "credsStore").or_else(|| folded(tree, "credHelpers"))
}

/// The member that Go stores into the field of this name: case does not matter, the last one wins.
pub(super) fn folded<'t>(tree: &'t Tree, name: &str) -> Option<&'t Member> {
    tree.members().iter().rev().find(|member| member.key.expose().eq_ignore_ascii_case(name))
}

/// The text that is in base64, when that is JSON, or base64 once more.
pub(super) fn from_base64(text: &str) -> Option<String> {
    let compact: String = text.split_whitespace().collect();
    let bytes =
        gostd::base64::decode_std(&compact).or_else(|_| gostd::base64::decode_raw_std(&compact)).ok()?;
    let inner = String::from_utf8(bytes).ok()?;
    (json::parse(inner.as_bytes()).is_ok() || from_base64(&inner).is_some()).then_some(inner)
}
