use gostd::json::{self, Place, Reader, Value};
use secret::Secret;

use crate::auth_field::{AuthFieldError, decode_auth_field};

/// The login table of a Docker client: `auths` of a `config.json`, or the whole of a `.dockercfg`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DockerConfig {
    /// The entries in the order of the document. (The kubelet goes through them in Go's random map order; that
    /// matters only when two locations give the same key.)
    pub entries: Vec<Entry>,
}

/// One login.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// The registry as written.
    pub location: String,
    /// The user name, from `auth` when that is set.
    pub username: String,
    /// The password, from `auth` when that is set.
    pub password: Secret,
    /// The e-mail address.
    pub email: String,
}

/// Why the kubelet cannot read a document; `Display` gives its words with Go 1.24 or later (Kubernetes 1.33).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// The document is not JSON, or a value outside the entries has a wrong type.
    #[error(transparent)]
    Json(#[from] json::Error),
    /// A value of a wrong type in an entry of `auths`. Before Go 1.24 the outer decoder overwrote the inner
    /// field's name (`encoding/json/decode.go addErrorContext`).
    #[error("{error}")]
    WrongTypeInAuths {
        /// As Go 1.24 and later report it.
        error: Box<json::Error>,
        /// As earlier Go reports it.
        before_go_1_24: Box<json::Error>,
    },
    /// An `auth` field cannot be taken apart.
    #[error(transparent)]
    Auth(#[from] AuthFieldError),
}

impl DocumentError {
    /// The words of a kubelet built with Go 1.23 or earlier (Kubernetes up to 1.32).
    pub fn text_before_go_1_24(&self) -> String {
        match self {
            Self::WrongTypeInAuths { before_go_1_24, .. } => before_go_1_24.to_string(),
            other => other.to_string(),
        }
    }
}

const OUTER: &str = "DockerConfigJSON";

impl DockerConfig {
    /// Reads a `config.json` (`.dockerconfigjson`), as `kubernetes v1.28.7 pkg/credentialprovider/config.go` does:
    /// `auths` counts, all else is ignored, one bad entry spoils the whole.
    ///
    /// # Errors
    /// [`DocumentError`], in the kubelet's words.
    pub fn from_docker_config_json(document: &[u8]) -> Result<Self, DocumentError> {
        let value = json::parse(document)?;
        let mut reader = Reader::new();
        let top = Place { go_struct: "", field: "", go_type: "credentialprovider.DockerConfigJSON" };
        let mut config = Self::default();
        for (key, value) in reader.object(Some(&value), top).map_or(&[][..], Value::members) {
            if is_field(key, "auths") {
                let go_type = "credentialprovider.DockerConfig";
                let place = Place { go_struct: OUTER, field: "auths", go_type };
                match reader.object(Some(value), place) {
                    Some(auths) => config.add(auths, true)?,
                    None if value.is_null() => config.entries.clear(),
                    None => {}
                }
            } else if is_field(key, "HttpHeaders") {
                let place = Place { go_struct: OUTER, field: "HttpHeaders", go_type: "map[string]string" };
                reader.string_map(Some(value), place);
            }
        }
        reader.finish()?;
        Ok(config)
    }

    /// Reads a `.dockercfg`: the table itself.
    ///
    /// # Errors
    /// [`DocumentError`], in the kubelet's words.
    pub fn from_dockercfg(document: &[u8]) -> Result<Self, DocumentError> {
        let value = json::parse(document)?;
        let mut reader = Reader::new();
        let top = Place { go_struct: "", field: "", go_type: "credentialprovider.DockerConfig" };
        let mut config = Self::default();
        if let Some(table) = reader.object(Some(&value), top) {
            config.add(table, false)?;
        }
        reader.finish()?;
        Ok(config)
    }

    /// Adds the entries of a table. An entry's error ends the reading at once, unlike a wrong type elsewhere,
    /// since it comes out of the entry's own `UnmarshalJSON`.
    fn add(&mut self, table: &Value, in_auths: bool) -> Result<(), DocumentError> {
        for (location, value) in table.members() {
            let entry = Entry::read(location, value).map_err(|error| error.within(in_auths))?;
            match self.entries.iter_mut().find(|known| known.location == *location) {
                Some(known) => *known = entry,
                None => self.entries.push(entry),
            }
        }
        Ok(())
    }
}

impl Entry {
    /// Reads one entry, an object or `null`. A non-empty `auth` replaces user name and password.
    fn read(location: &str, value: &Value) -> Result<Self, DocumentError> {
        let mut entry = Self { location: location.to_owned(), ..Self::default() };
        let mut auth = String::new();
        let mut reader = Reader::new();
        let go_type = "credentialprovider.dockerConfigEntryWithAuth";
        let object = reader.object(Some(value), Place { go_struct: "", field: "", go_type });
        for (key, value) in object.map_or(&[][..], Value::members) {
            let Some(field) =
                ["username", "password", "email", "auth"].into_iter().find(|f| is_field(key, f))
            else {
                continue;
            };
            let place = Place { go_struct: "dockerConfigEntryWithAuth", field, go_type: "string" };
            let text = reader.string(Some(value), place);
            if value.as_str().is_none() {
                continue;
            }
            match field {
                "username" => entry.username = text,
                "password" => entry.password = Secret::from(text),
                "email" => entry.email = text,
                _ => auth = text,
            }
        }
        reader.finish()?;
        if !auth.is_empty() {
            (entry.username, entry.password) = decode_auth_field(&auth)?;
        }
        Ok(entry)
    }
}

impl DocumentError {
    /// The same error as it leaves the decoder around the entry.
    fn within(self, in_auths: bool) -> Self {
        match self {
            Self::Json(json::Error::WrongType { value, field, go_type, .. }) if in_auths => {
                let wrong = |field: String| {
                    Box::new(json::Error::WrongType {
                        value: value.clone(),
                        go_struct: OUTER.to_owned(),
                        field,
                        go_type: go_type.clone(),
                    })
                };
                let path = if field.is_empty() { "auths".to_owned() } else { format!("auths.{field}") };
                Self::WrongTypeInAuths { error: wrong(path), before_go_1_24: wrong("auths".to_owned()) }
            }
            other => other,
        }
    }
}

/// Whether Go stores a member of this key into the field of this JSON name: case does not matter.
fn is_field(key: &str, name: &str) -> bool {
    Value::Object(vec![(key.to_owned(), Value::Null)]).field(name).is_some()
}
