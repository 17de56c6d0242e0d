//! `policy.json`: whose images may come in (cri-o@f954a17:vendor/go.podman.io/image/v5/signature/policy_config.go,
//! policy_eval.go, docker/policyconfiguration/naming.go).

use std::path::Path;

use distribution::Reference;
use gostd::strconv;
use node::Node;

use super::error::{Error, Result};

mod read;

const SYSTEM: &str = "/etc/containers/policy.json";
/// Where the distribution's defaults lie, if they are among the node's files.
const PACKAGED: &str = "/etc/containers";

/// What a scope demands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Requirement {
    /// `insecureAcceptAnything`
    AcceptAnything,
    /// `reject`
    Reject,
    /// `signedBy`: a signature in a lookaside, of a kind of keys (`GPGKeys` is the only one that upstream knows to check).
    SignedBy { key_type: String, keys: Keys },
    /// `signedBaseLayer`, which is not implemented upstream.
    SignedBaseLayer,
    /// `sigstoreSigned`: a signature beside the image, or in a lookaside.
    SigstoreSigned(Box<Sigstore>),
}

impl Requirement {
    /// Whether it looks at signatures.
    pub(super) const fn is_about_signatures(&self) -> bool {
        matches!(self, Self::SignedBy { .. } | Self::SigstoreSigned(_))
    }
}

/// Where public keys are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Keys {
    /// Files of the node, each with one key.
    pub(super) paths: Vec<String>,
    /// The keys themselves.
    pub(super) data: Vec<Vec<u8>>,
    /// In how many ways they are named: `keyPath`, `keyPaths`, `keyData`, `keyDatas`.
    sources: usize,
}

impl Keys {
    /// Whether there are any.
    pub(super) const fn is_given(&self) -> bool {
        self.sources > 0
    }
}

/// What `sigstoreSigned` demands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sigstore {
    /// Whose signatures do; none with an authority.
    pub(super) keys: Keys,
    /// Keys of the log in which a signature must be.
    pub(super) rekor: Keys,
    /// Whether the signer's certificate must be of a Fulcio authority.
    pub(super) fulcio: bool,
    /// Or of another one.
    pub(super) pki: bool,
}

/// The policy of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Policy {
    default: Vec<Requirement>,
    /// The scopes of the transport `docker`.
    scopes: Vec<(String, Vec<Requirement>)>,
    /// The file; none where the node has no file that says anything about containers.
    pub(super) path: Option<String>,
}

impl Policy {
    /// `DefaultPolicy`. Of a node of whose files none is about containers it is taken that it has what distributions
    /// install: a policy that accepts anything.
    pub(super) fn load(node: &Node, home: &Path, named: &str) -> Result<Self> {
        let own = home.join(".config/containers/policy.json").to_string_lossy().into_owned();
        let (path, bytes) = if !named.is_empty() {
            (named.to_owned(), node.read(named))
        } else if let Ok(bytes) = node.read_own(&own) {
            (own, Ok(bytes))
        } else if let Ok(bytes) = node.read_own(SYSTEM) {
            (SYSTEM.to_owned(), Ok(bytes))
        } else if node.list_own(PACKAGED).is_empty() {
            return Ok(Self { default: vec![Requirement::AcceptAnything], scopes: Vec::new(), path: None });
        } else {
            let said = format!("no policy.json file found at any of the following: {own:?}, {SYSTEM:?}");
            return Err(Error::plain(said));
        };
        let bytes = bytes.map_err(|_| Error::plain(format!("open {path}: no such file or directory")))?;
        let (default, scopes) = read::policy(&bytes).map_err(|said| {
            Error::plain(said).context(format!("invalid policy in {}", strconv::quote(&path)))
        })?;
        Ok(Self { default, scopes, path: Some(path) })
    }

    /// `requirementsForImageRef`: of the scopes that cover an image, the narrowest; and its name, if it has one.
    pub(super) fn requirements(&self, reference: &Reference) -> (&[Requirement], Option<&str>) {
        let scope = |name: &str| self.scopes.iter().find(|(scope, _)| scope == name);
        let identity = reference.to_string();
        let found = [identity].into_iter().chain(namespaces(reference)).chain([String::new()]);
        match found.into_iter().find_map(|name| scope(&name)) {
            Some((name, requirements)) => (requirements, Some(name)),
            None => (&self.default, None),
        }
    }
}

/// `DockerReferenceNamespaces`: the repository, what is above it, and hosts by wildcards.
pub(super) fn namespaces(reference: &Reference) -> Vec<String> {
    let mut all = Vec::new();
    let full = reference.name();
    let mut name = full.as_str();
    loop {
        all.push(name.to_owned());
        match name.rsplit_once('/') {
            Some((above, _)) => name = above,
            None => break,
        }
    }
    let mut host = name.split(':').next().unwrap_or(name);
    while let Some((_, rest)) = host.split_once('.') {
        all.push(format!("*.{rest}"));
        host = rest;
    }
    all
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::crio::registries::GRAMMAR;

    fn load(policy: Option<&str>, named: &str) -> std::result::Result<Policy, String> {
        let file = |text: &str| (PathBuf::from(SYSTEM), text.as_bytes().to_vec());
        Policy::load(&Node::memory(policy.map(file)), Path::new("/root"), named)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn the_narrowest_scope_counts() {
        let text = r#"{"default":[{"type":"reject"}],"transports":{"docker":{
            "r.test/team/app:v1":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/k"}],
            "r.test/team":[{"type":"insecureAcceptAnything"}],
            "*.test":[{"type":"sigstoreSigned","keyPath":"/k"}]},"atomic":{"":[{"type":"reject"}]}}}"#;
        let policy = load(Some(text), "").unwrap();
        let keys = || Keys { paths: vec!["/k".to_owned()], data: Vec::new(), sources: 1 };
        let sigstore = Box::new(Sigstore { keys: keys(), ..Sigstore::default() });
        let signed_by = Requirement::SignedBy { key_type: "GPGKeys".to_owned(), keys: keys() };
        let cases = [
            ("r.test/team/app:v1", signed_by, Some("r.test/team/app:v1")),
            ("r.test/team/app:v2", Requirement::AcceptAnything, Some("r.test/team")),
            ("x.test:5000/a:1", Requirement::SigstoreSigned(sigstore), Some("*.test")),
            ("quay.io/a:1", Requirement::Reject, None),
        ];
        for (name, expected, scope) in cases {
            let reference = Reference::parse_normalized(name, GRAMMAR).unwrap();
            assert_eq!(policy.requirements(&reference), (&[expected][..], scope), "{name}");
        }
    }

    /// As skopeo 1.22.0 says of them, which has the same library.
    #[test]
    fn files_that_are_no_policy() {
        let of_one = |requirement: &str| format!("{{\"default\":[{requirement}]}}");
        let signed = |more: &str| of_one(&format!(r#"{{"type":"signedBy","keyType":"GPGKeys"{more}}}"#));
        let by_key = |more: &str| signed(&format!(r#","keyPath":"/k","signedIdentity":{more}"#));
        let sigstore = |more: &str| of_one(&format!(r#"{{"type":"sigstoreSigned"{more}}}"#));
        let cases = [
            ("{".into(), "unexpected end of JSON input"),
            ("{}".into(), "Default policy is missing"),
            ("[]".into(), "JSON object expected, got 91"),
            ("null".into(), "JSON object expected, got <nil>"),
            (r#"{"defaults":[]}"#.into(), "Unknown key \"defaults\""),
            (r#"{"default":[]}"#.into(), "List of verification policy requirements must not be empty"),
            (r#"{"default":null}"#.into(), "List of verification policy requirements must not be empty"),
            (
                r#"{"default":"reject"}"#.into(),
                "json: cannot unmarshal string into Go value of type []json.RawMessage",
            ),
            (r#"{"default":[{"type":"reject"}],"default":[]}"#.into(), "Duplicate key \"default\""),
            (r#"{"default":[{"type":"reject"}],"transports":[]}"#.into(), "JSON object expected, got 91"),
            (of_one("{}"), "Unknown policy requirement type \"\""),
            (of_one(r#"{"type":"accept"}"#), "Unknown policy requirement type \"accept\""),
            (of_one(r#"{"type":"reject","x":1}"#), "Unknown key \"x\""),
            (of_one("\"reject\""), "json: cannot unmarshal string into Go value of type signature.prCommon"),
            (
                of_one(r#"{"type":5}"#),
                "json: cannot unmarshal number into Go struct field prCommon.type of type signature.prTypeIdentifier",
            ),
            (of_one(r#"{"type":"signedBaseLayer"}"#), "Key \"baseLayerIdentity\" missing in a JSON object"),
            (
                signed(""),
                "Exactly one of keyPath, keyPaths and keyData must be specified, none of them present",
            ),
            (
                signed(r#","keyPath":"/k","keyData":"YQ==""#),
                "Exactly one of keyPath, keyPaths and keyData must be specified, more than one present",
            ),
            (signed(r#","keyPath":"""#), "exactly one of keyPath, keyPaths and keyData must be specified"),
            (signed(r#","keyPath":5"#), "json: cannot unmarshal number into Go value of type string"),
            (of_one(r#"{"type":"signedBy","keyPath":"/k"}"#), "invalid keyType \"\""),
            (
                of_one(r#"{"type":"signedBy","keyType":"x","keyPath":"/k"}"#),
                "Unrecognized keyType value \"x\"",
            ),
            (by_key(r#"{"type":"x"}"#), "Unknown policy reference match type \"x\""),
            (by_key(r#"{"type":"matchExact","a":1}"#), "Unknown key \"a\""),
            (
                by_key(r#"{"type":"exactReference","dockerReference":"x"}"#),
                "dockerReference \"x\" contains neither a tag nor digest",
            ),
            (
                by_key(r#"{"type":"remapIdentity","prefix":"x/","signedPrefix":"b"}"#),
                "prefix \"x/\" is not valid",
            ),
            (
                by_key(r#"{"type":"remapIdentity","prefix":"a.b"}"#),
                "Key \"signedPrefix\" missing in a JSON object",
            ),
            (
                sigstore(""),
                "exactly one of keyPath, keyPaths, keyData, keyDatas, fulcio, and pki must be specified",
            ),
            (
                sigstore(r#","keyPath":"/a","keyData":"YQ==""#),
                "exactly one of keyPath, keyPaths, keyData, keyDatas, fulcio, and pki must be specified",
            ),
            (sigstore(r#","keyData":"!""#), "illegal base64 data at input byte 0"),
            (sigstore(r#","keyPaths":[]"#), "\"keyPaths\" contains no entries"),
            (
                sigstore(r#","fulcio":{"caPath":"/a","oidcIssuer":"x","subjectEmail":"y"}"#),
                "At least one of rekorPublickeyPath, rekorPublicKeyPaths, rekorPublickeyData and rekorPublicKeyDatas must \
                 be specified if fulcio is used",
            ),
        ];
        for (text, expected) in cases {
            let invalid = format!("invalid policy in \"/etc/containers/policy.json\": {expected}");
            assert_eq!(load(Some(&text), "").map(drop), Err(invalid), "{text}");
        }
        assert!(load(Some(&signed(r#","keyPaths":[]"#)), "").is_ok());
        assert_eq!(load(None, "").unwrap().path, None);
        assert_eq!(load(None, "/p.json"), Err("open /p.json: no such file or directory".into()));
        let registries = (PathBuf::from("/etc/containers/registries.conf"), Vec::new());
        let missing = Policy::load(&Node::memory([registries]), Path::new("/root"), "");
        assert_eq!(
            missing.unwrap_err().to_string(),
            "no policy.json file found at any of the following: \"/root/.config/containers/policy.json\", \
             \"/etc/containers/policy.json\""
        );
    }
}
