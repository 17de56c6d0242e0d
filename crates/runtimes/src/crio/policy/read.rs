//! `policy.json` as it is read: each member once, no unknown one
//! (cri-o@f954a17:vendor/go.podman.io/image/v5/signature/policy_config.go, policy_config_sigstore.go,
//! internal/json.go `ParanoidUnmarshalJSONObject`).

use distribution::Reference;
use gostd::json::{self, Value};
use gostd::{base64, strconv};

use super::super::registries::GRAMMAR;
use super::{Keys, Requirement, Sigstore};

/// A member of the wrong sort, or none where there must be one, in Go's words.
type Read<T> = Result<T, String>;

/// What the default demands, and each scope of the transport `docker`.
pub(super) type Demands = (Vec<Requirement>, Vec<(String, Vec<Requirement>)>);

/// `NewPolicyFromBytes`
pub(super) fn policy(bytes: &[u8]) -> Read<Demands> {
    let document = json::parse(bytes).map_err(|error| error.to_string())?;
    let (mut default, mut scopes) = (None, Vec::new());
    each(&document, &mut |key, value| {
        match key {
            "default" => default = Some(requirements(value)?),
            "transports" => scopes = transports(value)?,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok((default.ok_or("Default policy is missing")?, scopes))
}

/// The scopes of `docker`; those of other transports are read, and not kept.
fn transports(value: &Value) -> Read<Vec<(String, Vec<Requirement>)>> {
    let mut of_docker = Vec::new();
    each(value, &mut |transport, scopes| {
        each(scopes, &mut |scope, list| {
            let requirements = requirements(list)?;
            if transport == "docker" {
                of_docker.push((scope.to_owned(), requirements));
            }
            Ok(true)
        })?;
        Ok(true)
    })?;
    Ok(of_docker)
}

fn requirements(value: &Value) -> Read<Vec<Requirement>> {
    let list = match value {
        Value::Array(list) => list.as_slice(),
        Value::Null => &[],
        other => return Err(mismatch(other, "[]json.RawMessage")),
    };
    if list.is_empty() {
        return Err("List of verification policy requirements must not be empty".to_owned());
    }
    list.iter().map(requirement).collect()
}

/// `newPolicyRequirementFromJSON`
fn requirement(value: &Value) -> Read<Requirement> {
    match kind(value, "prCommon", "prTypeIdentifier")? {
        "insecureAcceptAnything" => only_a_type(value).map(|()| Requirement::AcceptAnything),
        "reject" => only_a_type(value).map(|()| Requirement::Reject),
        "signedBy" => signed_by(value),
        "signedBaseLayer" => {
            exactly(value, &["type", "baseLayerIdentity"])?;
            identity(value.field("baseLayerIdentity").unwrap_or(&Value::Null))?;
            Ok(Requirement::SignedBaseLayer)
        }
        "sigstoreSigned" => sigstore(value),
        other => Err(format!("Unknown policy requirement type {}", strconv::quote(other))),
    }
}

/// `prSignedBy.UnmarshalJSON`
fn signed_by(value: &Value) -> Read<Requirement> {
    const KINDS: [&str; 4] = ["GPGKeys", "SignedByGPGKeys", "X509Certificates", "SignedByX509CAs"];
    let (mut keys, mut key_type, mut named) = (Keys::default(), String::new(), 0);
    each(value, &mut |key, value| {
        match key {
            "type" => {}
            "keyType" => {
                key_type = text(value)?;
                if !KINDS.contains(&key_type.as_str()) {
                    return Err(format!("Unrecognized keyType value {}", strconv::quote(&key_type)));
                }
            }
            "keyPath" | "keyPaths" | "keyData" => {
                keys.read(key, value)?;
                named += 1;
            }
            "signedIdentity" => {}
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    value.field("signedIdentity").map_or(Ok(()), identity)?;
    let exactly_one = "Exactly one of keyPath, keyPaths and keyData must be specified";
    match named {
        0 => Err(format!("{exactly_one}, none of them present")),
        1 if key_type.is_empty() => Err("invalid keyType \"\"".to_owned()),
        1 if keys.sources != 1 => {
            Err("exactly one of keyPath, keyPaths and keyData must be specified".to_owned())
        }
        1 => Ok(Requirement::SignedBy { key_type, keys }),
        _ => Err(format!("{exactly_one}, more than one present")),
    }
}

/// `prSigstoreSigned.UnmarshalJSON`
fn sigstore(value: &Value) -> Read<Requirement> {
    let (mut keys, mut rekor) = (Keys::default(), Keys::default());
    let (mut fulcio, mut pki) = (false, false);
    each(value, &mut |key, value| {
        match key {
            "type" | "signedIdentity" => {}
            "keyPath" | "keyPaths" | "keyData" | "keyDatas" => keys.read(key, value)?,
            "rekorPublicKeyPath" | "rekorPublicKeyPaths" | "rekorPublicKeyData" | "rekorPublicKeyDatas" => {
                rekor.read(key, value)?;
            }
            "fulcio" => {
                authority(value, &FULCIO)?;
                fulcio = true;
            }
            "pki" => {
                authority(value, &PKI)?;
                pki = true;
            }
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    value.field("signedIdentity").map_or(Ok(()), identity)?;
    let is_empty_list =
        |name: &&&str| matches!(value.field(name), Some(Value::Array(list)) if list.is_empty());
    let lists = ["keyPaths", "keyDatas", "rekorPublicKeyPaths", "rekorPublicKeyDatas"];
    if let Some(name) = lists.iter().find(is_empty_list) {
        // Upstream's own spelling.
        let name = name.replace("rekorPublicKey", "rekorPublickey");
        return Err(format!("\"{name}\" contains no entries"));
    }
    const ANY: &str = "rekorPublickeyPath, rekorPublicKeyPaths, rekorPublickeyData and rekorPublicKeyDatas";
    match (keys.sources + usize::from(fulcio) + usize::from(pki), rekor.sources) {
        (1, 0) if fulcio => Err(format!("At least one of {ANY} must be specified if fulcio is used")),
        (1, 1) if pki => Err(format!("{ANY} are not supported for pki")),
        (1, 0 | 1) => Ok(Requirement::SigstoreSigned(Box::new(Sigstore { keys, rekor, fulcio, pki }))),
        (1, _) => Err(format!("at most one of {ANY} can be used simultaneously")),
        _ => Err("exactly one of keyPath, keyPaths, keyData, keyDatas, fulcio, and pki must be specified"
            .to_owned()),
    }
}

/// Names of the members of an authority's object, and of those that go together.
struct Authority {
    texts: &'static [&'static str],
    datas: &'static [&'static str],
    /// A path and the same as data: not both.
    pairs: &'static [(&'static str, &'static str)],
}

const FULCIO: Authority = Authority {
    texts: &["caPath", "oidcIssuer", "subjectEmail"],
    datas: &["caData"],
    pairs: &[("caPath", "caData")],
};
const PKI: Authority = Authority {
    texts: &["caRootsPath", "caIntermediatesPath", "subjectEmail", "subjectHostname"],
    datas: &["caRootsData", "caIntermediatesData"],
    pairs: &[("caRootsPath", "caRootsData"), ("caIntermediatesPath", "caIntermediatesData")],
};

/// `prSigstoreSignedFulcio.UnmarshalJSON`, `prSigstoreSignedPKI.UnmarshalJSON`
fn authority(value: &Value, of: &Authority) -> Read<()> {
    let mut given = Vec::new();
    each(value, &mut |key, value| {
        let is_given = match () {
            () if of.texts.contains(&key) => !text(value)?.is_empty(),
            () if of.datas.contains(&key) => data(value)?.is_some(),
            () => return Ok(false),
        };
        if is_given {
            given.push(key.to_owned());
        }
        Ok(true)
    })?;
    let has = |name: &str| given.iter().any(|given| given == name);
    for (index, (path, data)) in of.pairs.iter().enumerate() {
        if has(path) && has(data) {
            return Err(format!("{path} and {data} cannot be used simultaneously"));
        }
        if index == 0 && !has(path) && !has(data) {
            return Err(format!("At least one of {path} and {data} must be specified"));
        }
    }
    let is_fulcio = of.texts.contains(&"oidcIssuer");
    match () {
        () if is_fulcio && !has("oidcIssuer") => Err("oidcIssuer not specified".to_owned()),
        () if is_fulcio && !has("subjectEmail") => Err("subjectEmail not specified".to_owned()),
        () if !is_fulcio && !has("subjectEmail") && !has("subjectHostname") => {
            Err("At least one of subjectEmail, subjectHostname must be specified".to_owned())
        }
        () => Ok(()),
    }
}

/// `newPolicyReferenceMatchFromJSON`
fn identity(value: &Value) -> Read<()> {
    let member = |name: &str| value.field(name).map_or(Ok(String::new()), text);
    let parse = |text: &str| Reference::parse_normalized(text, GRAMMAR).map_err(|error| error.to_string());
    match kind(value, "prmCommon", "prmTypeIdentifier")? {
        "matchExact" | "matchRepoDigestOrExact" | "matchRepository" => only_a_type(value),
        "exactReference" => {
            exactly(value, &["type", "dockerReference"])?;
            let written = member("dockerReference")?;
            let quoted = strconv::quote(&written);
            let parsed = parse(&written)
                .map_err(|error| format!("Invalid format of dockerReference {quoted}: {error}"))?;
            match parsed.object() {
                Some(_) => Ok(()),
                None => Err(format!("dockerReference {quoted} contains neither a tag nor digest")),
            }
        }
        "exactRepository" => {
            exactly(value, &["type", "dockerRepository"])?;
            let written = member("dockerRepository")?;
            parse(&written).map(drop).map_err(|error| {
                format!("Invalid format of dockerRepository {}: {error}", strconv::quote(&written))
            })
        }
        "remapIdentity" => {
            exactly(value, &["type", "prefix", "signedPrefix"])?;
            for name in ["prefix", "signedPrefix"] {
                let prefix = member(name)?;
                if !is_prefix(&prefix) {
                    return Err(format!("prefix {} is not valid", strconv::quote(&prefix)));
                }
            }
            Ok(())
        }
        other => Err(format!("Unknown policy reference match type {}", strconv::quote(other))),
    }
}

/// `validateIdentityRemappingPrefix`: a host, or a name that begins with one.
fn is_prefix(text: &str) -> bool {
    let is_host = |host: &str| {
        Reference::parse(&format!("{host}/x"), GRAMMAR).is_ok_and(|reference| reference.domain == host)
    };
    match text.split_once('/') {
        None => is_host(text),
        Some((host, _)) => {
            is_host(host)
                && Reference::parse(text, GRAMMAR)
                    .is_ok_and(|name| name.tag.is_none() && name.digest.is_none())
        }
    }
}

impl Keys {
    /// One of the ways in which keys are named: paths or what they hold, one or several.
    fn read(&mut self, name: &str, value: &Value) -> Read<()> {
        let is_given = match () {
            () if name.ends_with("Path") => {
                self.paths = vec![text(value)?];
                self.paths.retain(|path| !path.is_empty());
                !self.paths.is_empty()
            }
            () if name.ends_with("Paths") => {
                let Some(list) = list(value, "[]string")? else { return Ok(()) };
                self.paths = list.iter().map(text).collect::<Read<_>>()?;
                true
            }
            () if name.ends_with("Data") => {
                self.data = data(value)?.into_iter().collect();
                !self.data.is_empty()
            }
            () => {
                let Some(list) = list(value, "[][]uint8")? else { return Ok(()) };
                let all = list.iter().map(|value| Ok(data(value)?.unwrap_or_default()));
                self.data = all.collect::<Read<_>>()?;
                true
            }
        };
        self.sources += usize::from(is_given);
        Ok(())
    }
}

/// The members of an object in their order, each once, each of which `read` must know.
fn each(value: &Value, read: &mut dyn FnMut(&str, &Value) -> Read<bool>) -> Read<()> {
    let Value::Object(members) = value else {
        return Err(format!("JSON object expected, got {}", token(value)));
    };
    for (index, (key, value)) in members.iter().enumerate() {
        let quoted = strconv::quote(key);
        if members[..index].iter().any(|(earlier, _)| earlier == key) {
            return Err(format!("Duplicate key {quoted}"));
        }
        if !read(key, value)? {
            return Err(format!("Unknown key {quoted}"));
        }
    }
    Ok(())
}

/// The first token of a value, as Go's `%#v` has it.
fn token(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::Bool(truth) => truth.to_string(),
        Value::Number(number) => number.clone(),
        Value::String(text) => strconv::quote(text),
        Value::Array(_) => u32::from('[').to_string(),
        Value::Object(_) => u32::from('{').to_string(),
    }
}

/// `ParanoidUnmarshalJSONObjectExactFields`; which of several that are missing is told is left to chance upstream.
fn exactly(value: &Value, names: &[&str]) -> Read<()> {
    each(value, &mut |key, _| Ok(names.contains(&key)))?;
    match names.iter().find(|name| value.field(name).is_none()) {
        Some(name) => Err(format!("Key {} missing in a JSON object", strconv::quote(name))),
        None => Ok(()),
    }
}

fn only_a_type(value: &Value) -> Read<()> {
    exactly(value, &["type"])
}

/// The member `type`, of an object of that type of Go's.
fn kind<'v>(value: &'v Value, of: &str, go_type: &str) -> Read<&'v str> {
    match value {
        Value::Object(_) | Value::Null => match value.field("type") {
            None | Some(Value::Null) => Ok(""),
            Some(Value::String(kind)) => Ok(kind),
            Some(other) => Err(format!(
                "json: cannot unmarshal {} into Go struct field {of}.type of type signature.{go_type}",
                other.kind()
            )),
        },
        other => Err(mismatch(other, &format!("signature.{of}"))),
    }
}

fn text(value: &Value) -> Read<String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Null => Ok(String::new()),
        other => Err(mismatch(other, "string")),
    }
}

fn list<'v>(value: &'v Value, go_type: &str) -> Read<Option<&'v [Value]>> {
    match value {
        Value::Array(list) => Ok(Some(list)),
        Value::Null => Ok(None),
        other => Err(mismatch(other, go_type)),
    }
}

/// Bytes in base64.
fn data(value: &Value) -> Read<Option<Vec<u8>>> {
    match value {
        Value::String(text) => base64::decode_std(text).map(Some).map_err(|error| error.to_string()),
        Value::Null => Ok(None),
        other => Err(mismatch(other, "[]uint8")),
    }
}

fn mismatch(value: &Value, go_type: &str) -> String {
    format!("json: cannot unmarshal {} into Go value of type {go_type}", value.kind())
}
