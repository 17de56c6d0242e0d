use gostd::duration::Duration;
use gostd::json::{self, Value};
use gostd::strconv::quote;
use secret::Secret;

const KIND: &str = "CredentialProviderResponse";

/// What a plugin answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// For what the answer is kept, as written.
    pub cache_key_type: String,
    /// For how long; none: the plugin's default counts.
    pub cache_duration: Option<Duration>,
    /// Pattern, user name and password.
    pub auth: Vec<(String, String, Secret)>,
}

/// For what an answer is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CacheKeyType {
    /// The repository.
    Image,
    /// The registry: what stands before the first slash.
    Registry,
    /// Everything.
    Global,
}

impl CacheKeyType {
    /// The type of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "Image" => Some(Self::Image),
            "Registry" => Some(Self::Registry),
            "Global" => Some(Self::Global),
            _ => None,
        }
    }
}

/// Why a plugin gave nothing. `Display` is what the kubelet writes into its log; the pod learns nothing of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PluginError {
    /// It ended with an error, was ended, or could not be started.
    #[error(
        "Failed getting credential from external registry credential provider: error execing credential provider \
         plugin {plugin} for image {image}: {end}: {stderr}"
    )]
    Exec {
        /// The plugin's name.
        plugin: String,
        /// The repository.
        image: String,
        /// Go's words for how it ended.
        end: String,
        /// What it wrote to standard error.
        stderr: String,
    },
    /// Its answer has no version or kind that could be read.
    #[error(
        "Failed getting credential from external registry credential provider: error reading GVK from response: \
         couldn't get version/kind; json parse error: {error}"
    )]
    Gvk {
        /// Go's words.
        error: json::Error,
    },
    /// Its answer is of another version than is configured.
    #[error(
        "Failed getting credential from external registry credential provider: apiVersion from credential plugin \
         response did not match expected apiVersion:{expected}, actual apiVersion:{actual}"
    )]
    ApiVersion {
        /// The version in the configuration.
        expected: String,
        /// The version in the answer.
        actual: String,
    },
    /// Its answer cannot be decoded; the kubelet keeps to itself why, since the answer holds secrets.
    #[error(
        "Failed getting credential from external registry credential provider: error decoding credential provider \
         plugin response from stdout"
    )]
    Decode,
    /// Its answer says of no known thing for what it is to be kept.
    #[error("credential provider plugin did not return a valid cacheKeyType: {}", quote(.written))]
    CacheKeyType {
        /// What it says.
        written: String,
    },
    /// It returned the service account's token as the password, which only the cache type `Token` allows.
    #[error(
        "Credential provider plugin returned the service account token as the password for image {}, which is not \
         allowed when service account cache type is not set to 'Token'", quote(.image)
    )]
    EchoedToken {
        /// The repository.
        image: String,
    },
}

/// Reads what a plugin wrote to standard output: first the version, then everything, strictly: unknown and doubled
/// fields are errors, and names are compared letter by letter (`plugin.go ExecPlugin, decodeResponse`).
///
/// # Errors
/// [`PluginError`], in the kubelet's words.
pub fn decode_response(stdout: &[u8], expected: &str) -> Result<Response, PluginError> {
    let document = json::parse(stdout).map_err(|error| PluginError::Gvk { error })?;
    let mut reader = json::Reader::new();
    let place = |field| json::Place { go_struct: "", field, go_type: "string" };
    let top = json::Place {
        go_struct: "",
        field: "",
        go_type: "struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }",
    };
    reader.object(Some(&document), top);
    // The first look folds the case of names, as Go does; the second does not.
    let version = reader.string(document.field("apiVersion"), place("apiVersion"));
    reader.string(document.field("kind"), place("kind"));
    reader.finish().map_err(|error| PluginError::Gvk { error })?;
    if version != expected {
        return Err(PluginError::ApiVersion { expected: expected.to_owned(), actual: version });
    }
    decode(&document).ok_or(PluginError::Decode)
}

fn decode(document: &Value) -> Option<Response> {
    let fields = strict(document, &["kind", "apiVersion", "cacheKeyType", "cacheDuration", "auth"])?;
    let get = |name: &str| fields.iter().find(|(key, _)| key == name).map(|(_, value)| value);
    if text(get("kind"))? != KIND {
        return None;
    }
    let cache_duration = match get("cacheDuration") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text.parse().ok()?),
        Some(_) => return None,
    };
    let mut auth = Vec::new();
    match get("auth") {
        None | Some(Value::Null) => {}
        Some(Value::Object(patterns)) => {
            for (index, (pattern, login)) in patterns.iter().enumerate() {
                if patterns[..index].iter().any(|(known, _)| known == pattern) {
                    return None;
                }
                let fields = match login {
                    Value::Null => &[][..],
                    login => strict(login, &["username", "password"])?,
                };
                let get = |name: &str| fields.iter().find(|(key, _)| key == name).map(|(_, value)| value);
                auth.push((pattern.clone(), text(get("username"))?, Secret::new(text(get("password"))?)));
            }
        }
        Some(_) => return None,
    }
    Some(Response { cache_key_type: text(get("cacheKeyType"))?, cache_duration, auth })
}

/// The members of an object, when all of them are known and none is there twice.
fn strict<'v>(value: &'v Value, known: &[&str]) -> Option<&'v [(String, Value)]> {
    let Value::Object(members) = value else { return None };
    let legal = |(index, (key, _)): (usize, &(String, Value))| {
        known.contains(&key.as_str()) && !members[..index].iter().any(|(before, _)| before == key)
    };
    members.iter().enumerate().all(legal).then_some(members)
}

/// A text; absent or `null` is the empty one.
fn text(value: Option<&Value>) -> Option<String> {
    match value {
        None | Some(Value::Null) => Some(String::new()),
        Some(Value::String(text)) => Some(text.clone()),
        Some(_) => None,
    }
}
