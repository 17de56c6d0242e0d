//! Fields that there are not, and fields that are there twice.

use keyring::PluginRules;

use super::flaw::ConfigFlaw;
use crate::Source;
use crate::excerpt::Reveal;
use crate::tree::{Member, Tree};

const TOP: &[&str] = &["apiVersion", "kind", "providers"];
const PROVIDER: &[&str] =
    &["name", "matchImages", "defaultCacheDuration", "apiVersion", "args", "env", "tokenAttributes"];
const ENV: &[&str] = &["name", "value"];
const TOKEN: &[&str] = &[
    "serviceAccountTokenAudience",
    "requireServiceAccount",
    "requiredServiceAccountAnnotationKeys",
    "optionalServiceAccountAnnotationKeys",
    "cacheType",
];
/// The most errors that are told (`sigs.k8s.io/json internal/golang/encoding/json/kubernetes_patch.go saveStrictError`).
const MOST: usize = 100;

/// The version of the configuration that has tokens.
pub(super) const V1: &str = "kubelet.config.k8s.io/v1";

/// Looks for what strict decoding refuses (`k8s.io/apimachinery pkg/runtime/serializer/json/json.go unmarshal`): a YAML
/// text is read for doubled keys first, and all of those are one error; then it is turned to JSON, whose keys are sorted.
pub(super) struct Strict<'a> {
    source: &'a Source,
    yaml: bool,
    provider_fields: Vec<&'static str>,
    token_fields: Vec<&'static str>,
    doubled: Vec<String>,
    words: Vec<String>,
    flaws: Vec<ConfigFlaw>,
}

impl<'a> Strict<'a> {
    pub fn new(source: &'a Source, version: &str, rules: PluginRules) -> Self {
        let tokens = version == V1 && rules.has_token_attributes();
        let provider_fields = PROVIDER.iter().copied().filter(|field| tokens || *field != "tokenAttributes");
        let token_fields =
            TOKEN.iter().copied().filter(|field| rules.has_cache_type() || *field != "cacheType");
        Self {
            source,
            yaml: !source.text().trim_start().starts_with('{'),
            provider_fields: provider_fields.collect(),
            token_fields: token_fields.collect(),
            doubled: Vec::new(),
            words: Vec::new(),
            flaws: Vec::new(),
        }
    }

    /// The kubelet's words and the faults; nothing where there is none.
    pub fn look(mut self, document: &Tree) -> Option<(String, Vec<ConfigFlaw>)> {
        if self.yaml {
            self.doubled_keys(document);
        }
        self.document(document);
        let mut words = Vec::new();
        if !self.doubled.is_empty() {
            words.push(format!("yaml: unmarshal errors:\n{}", self.doubled.join("\n")));
        }
        words.extend(self.words);
        if words.is_empty() {
            return None;
        }
        Some((format!("strict decoding error: {}", words.join(", ")), self.flaws))
    }

    /// Keys that are there twice, wherever: what is below a key comes before the key itself, and the line is that of the
    /// value (`go.yaml.in/yaml/v2 decode.go mapping, setMapIndex`).
    fn doubled_keys(&mut self, tree: &Tree) {
        tree.list().iter().for_each(|element| self.doubled_keys(element));
        let members = tree.members();
        for (index, member) in members.iter().enumerate() {
            self.doubled_keys(&member.value);
            if is_there(&members[..index], member) {
                let key = gostd::strconv::quote(shown(member));
                self.doubled.push(format!("  line {}: key {key} already set in map", member.value.span.line));
                self.flaw(member, "there already", Some("leave one of the two out".to_owned()));
            }
        }
    }

    fn document(&mut self, document: &Tree) {
        for (index, member) in self.members(document) {
            self.member(document, index, member, "", TOP);
            if member.key.expose() == "providers" {
                for (index, provider) in member.value.list().iter().enumerate() {
                    self.provider(provider, &format!("providers[{index}]."));
                }
            }
        }
    }

    /// The fields of a plugin; what is in them is looked at where they are met.
    fn provider(&mut self, provider: &Tree, path: &str) {
        let known = self.provider_fields.clone();
        for (index, member) in self.members(provider) {
            self.member(provider, index, member, path, &known);
            let below = format!("{path}{}", shown(member));
            match member.key.expose().as_str() {
                "env" => {
                    for (index, variable) in member.value.list().iter().enumerate() {
                        self.object(variable, &format!("{below}[{index}]."), ENV);
                    }
                }
                "tokenAttributes" if known.contains(&"tokenAttributes") => {
                    let known = self.token_fields.clone();
                    self.object(&member.value, &format!("{below}."), &known);
                }
                _ => {}
            }
        }
    }

    fn object(&mut self, tree: &Tree, path: &str, known: &[&'static str]) {
        for (index, member) in self.members(tree) {
            self.member(tree, index, member, path, known);
        }
    }

    fn member(&mut self, tree: &Tree, index: usize, member: &Member, path: &str, known: &[&'static str]) {
        let field = gostd::strconv::quote(format!("{path}{}", shown(member)));
        if !known.contains(&member.key.expose().as_str()) {
            self.tell(format!("unknown field {field}"));
            self.flaw(member, "no such field", Some(meant(member, known)));
        } else if !self.yaml && is_there(&tree.members()[..index], member) {
            self.tell(format!("duplicate field {field}"));
            self.flaw(member, "there already", Some("leave one of the two out".to_owned()));
        }
    }

    /// The members in the order in which they are decoded, each with its place in the text.
    fn members<'t>(&self, tree: &'t Tree) -> Vec<(usize, &'t Member)> {
        let mut members: Vec<(usize, &Member)> = tree.members().iter().enumerate().collect();
        if self.yaml {
            members.sort_by(|(_, one), (_, other)| one.key.expose().cmp(other.key.expose()));
            // In JSON the last one is left.
            members.dedup_by(|(index, later), (kept, member)| {
                let same = later.key.expose() == member.key.expose();
                if same {
                    (*kept, *member) = (*index, *later);
                }
                same
            });
        }
        members
    }

    fn tell(&mut self, words: String) {
        if self.words.len() < MOST && !self.words.contains(&words) {
            self.words.push(words);
        }
    }

    fn flaw(&mut self, member: &Member, label: &str, help: Option<String>) {
        let place = member.key_span.place(self.source, Reveal::Shown);
        self.flaws.push(ConfigFlaw { place, label: label.to_owned(), help });
    }
}

fn is_there(before: &[Member], member: &Member) -> bool {
    before.iter().any(|other| other.key.expose() == member.key.expose())
}

/// A key for people, cut to a sane length.
fn shown(member: &Member) -> String {
    member.key.expose().chars().take(100).collect()
}

/// What the writer may have meant.
fn meant(member: &Member, known: &[&str]) -> String {
    let key = member.key.expose();
    let later = [("tokenAttributes", "1.33 in kubelet.config.k8s.io/v1"), ("cacheType", "1.34")];
    if let Some((field, since)) = later.into_iter().find(|(field, _)| field == key) {
        return format!("{field} is there from Kubernetes {since}");
    }
    match known.iter().find(|field| field.eq_ignore_ascii_case(key)) {
        Some(field) => format!("case counts: {field}"),
        None => format!("there are {}", known.join(", ")),
    }
}
