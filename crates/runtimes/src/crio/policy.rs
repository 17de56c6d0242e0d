//! `policy.json`: whose images may come in (cri-o@f954a17:vendor/go.podman.io/image/v5/signature/policy_config.go,
//! policy_eval.go, docker/policyconfiguration/naming.go).

use std::path::Path;

use distribution::Reference;
use gostd::json::{self, Value};
use gostd::strconv;
use node::Node;

use super::error::{Error, Result};

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
    /// `signedBy`: a signature in a lookaside.
    SignedBy,
    /// `signedBaseLayer`, which is not implemented upstream.
    SignedBaseLayer,
    /// `sigstoreSigned`: a signature beside the image, or in a lookaside.
    SigstoreSigned,
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
        let policy = Self::parse(&bytes).map_err(|said| {
            Error::plain(said).context(format!("invalid policy in {}", strconv::quote(&path)))
        })?;
        Ok(Self { path: Some(path), ..policy })
    }

    /// `NewPolicyFromBytes`
    fn parse(bytes: &[u8]) -> std::result::Result<Self, String> {
        let document = json::parse(bytes).map_err(|error| error.to_string())?;
        let (mut default, mut scopes) = (None, Vec::new());
        for (key, value) in members(&document)? {
            match key.as_str() {
                "default" => default = Some(requirements(value)?),
                "transports" => scopes = transports(value)?,
                other => return Err(unknown(other)),
            }
        }
        let default = default.ok_or("Default policy is missing")?;
        Ok(Self { default, scopes, path: None })
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

/// The members of an object, each once (`ParanoidUnmarshalJSONObject`).
fn members(value: &Value) -> std::result::Result<&[(String, Value)], String> {
    let Value::Object(members) = value else {
        return Err(format!("JSON object expected, got {}", value.kind()));
    };
    for (index, (key, _)) in members.iter().enumerate() {
        if members[..index].iter().any(|(earlier, _)| earlier == key) {
            return Err(format!("Duplicate key {}", strconv::quote(key)));
        }
    }
    Ok(members)
}

fn unknown(key: &str) -> String {
    format!("Unknown key {}", strconv::quote(key))
}

/// The scopes of `docker`; those of other transports are read, and not kept.
fn transports(value: &Value) -> std::result::Result<Vec<(String, Vec<Requirement>)>, String> {
    let mut of_docker = Vec::new();
    for (transport, scopes) in members(value)? {
        for (scope, list) in members(scopes)? {
            let requirements = requirements(list)?;
            if transport == "docker" {
                of_docker.push((scope.clone(), requirements));
            }
        }
    }
    Ok(of_docker)
}

fn requirements(value: &Value) -> std::result::Result<Vec<Requirement>, String> {
    let Value::Array(list) = value else {
        return Err(format!(
            "json: cannot unmarshal {} into Go value of type []json.RawMessage",
            value.kind()
        ));
    };
    if list.is_empty() {
        return Err("List of verification policy requirements must not be empty".to_owned());
    }
    list.iter().map(requirement).collect()
}

/// `newPolicyRequirementFromJSON`
fn requirement(value: &Value) -> std::result::Result<Requirement, String> {
    const SIGNED_BY: [&str; 6] = ["type", "keyType", "keyPath", "keyPaths", "keyData", "signedIdentity"];
    const SIGSTORE: [&str; 12] = [
        "type",
        "keyPath",
        "keyPaths",
        "keyData",
        "keyDatas",
        "fulcio",
        "rekorPublicKeyPath",
        "rekorPublicKeyPaths",
        "rekorPublicKeyData",
        "rekorPublicKeyDatas",
        "pki",
        "signedIdentity",
    ];
    let members = members(value)?;
    let kind = value.field("type").and_then(Value::as_str).unwrap_or_default();
    let (requirement, known): (Requirement, &[&str]) = match kind {
        "insecureAcceptAnything" => (Requirement::AcceptAnything, &["type"]),
        "reject" => (Requirement::Reject, &["type"]),
        "signedBy" => (Requirement::SignedBy, &SIGNED_BY),
        "signedBaseLayer" => (Requirement::SignedBaseLayer, &["type", "baseLayerIdentity"]),
        "sigstoreSigned" => (Requirement::SigstoreSigned, &SIGSTORE),
        other => return Err(format!("Unknown policy requirement type {}", strconv::quote(other))),
    };
    if let Some((key, _)) = members.iter().find(|(key, _)| !known.contains(&key.as_str())) {
        return Err(unknown(key));
    }
    let keys =
        ["keyPath", "keyPaths", "keyData"].iter().filter(|key| members.iter().any(|(name, _)| name == *key));
    match (requirement, keys.count()) {
        (Requirement::SignedBy, 0) => {
            Err("Exactly one of keyPath, keyPaths and keyData must be specified, none of them present"
                .to_owned())
        }
        (Requirement::SignedBy, 2..) => {
            Err("Exactly one of keyPath, keyPaths and keyData must be specified, more than one present"
                .to_owned())
        }
        (requirement, _) => Ok(requirement),
    }
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
        let cases = [
            ("r.test/team/app:v1", Requirement::SignedBy, Some("r.test/team/app:v1")),
            ("r.test/team/app:v2", Requirement::AcceptAnything, Some("r.test/team")),
            ("x.test:5000/a:1", Requirement::SigstoreSigned, Some("*.test")),
            ("quay.io/a:1", Requirement::Reject, None),
        ];
        for (name, expected, scope) in cases {
            let reference = Reference::parse_normalized(name, GRAMMAR).unwrap();
            assert_eq!(policy.requirements(&reference), (&[expected][..], scope), "{name}");
        }
    }

    #[test]
    fn files_that_are_no_policy() {
        let invalid = |said: &str| Err(format!("invalid policy in \"/etc/containers/policy.json\": {said}"));
        let cases = [
            ("{", invalid("unexpected end of JSON input")),
            ("{}", invalid("Default policy is missing")),
            (r#"{"default":[]}"#, invalid("List of verification policy requirements must not be empty")),
            (r#"{"default":[{"type":"accept"}]}"#, invalid("Unknown policy requirement type \"accept\"")),
            (r#"{"default":[{"type":"reject","x":1}]}"#, invalid("Unknown key \"x\"")),
            (r#"{"defaults":[]}"#, invalid("Unknown key \"defaults\"")),
        ];
        for (text, expected) in cases {
            assert_eq!(load(Some(text), "").map(drop), expected, "{text}");
        }
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
