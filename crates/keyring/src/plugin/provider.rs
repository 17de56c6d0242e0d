use std::fmt;
use std::time::Duration;

use secret::Secret;
use sha2::{Digest as _, Sha256};

use crate::plugin::cache::{CacheKey, CredentialCache, GLOBAL};
use crate::plugin::config::{ProviderConfig, TokenAttributes};
use crate::plugin::request::encode_request;
use crate::plugin::response::{CacheKeyType, PluginError, Response, decode_response};
use crate::{DockerConfig, Entry, urls_match};

/// A plugin as the kubelet runs it: its configuration, and what it remembers of its answers.
#[derive(Clone, Debug)]
pub struct Provider {
    config: ProviderConfig,
    cache: CredentialCache,
}

/// The pod for which a plugin is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PodOfPull {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its UID.
    pub uid: String,
    /// The name of its service account; empty: none, as with a static pod.
    pub service_account_name: String,
    /// The account, where it is known.
    pub account: Option<Account>,
}

/// A service account, as far as plugins get to see it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Its UID.
    pub uid: String,
    /// Its annotations.
    pub annotations: Vec<(String, String)>,
    /// The token that the API server would issue; none where nobody can.
    pub token: Option<Secret>,
}

/// What is to be done for an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prepared {
    /// Nothing: none of `matchImages` matches.
    NotForImage,
    /// Nothing, though the image matches.
    Skipped(Skipped),
    /// Nothing: an earlier answer still counts.
    Cached(DockerConfig),
    /// The plugin is to be run.
    Call(Box<PluginCall>),
}

/// Why a plugin is passed over. `Display` gives the kubelet's log text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Skipped {
    /// The pod has no service account, and the plugin requires one.
    NoServiceAccount {
        /// The pod's namespace and name.
        pod: String,
    },
    /// A required annotation is missing.
    NoAnnotation {
        /// The account's namespace and name.
        account: String,
        /// The annotation's key.
        key: String,
    },
    /// The account is not there.
    AccountMissing {
        /// The account's namespace.
        namespace: String,
        /// The account's name.
        name: String,
    },
    /// There is no API server that would issue a token. No text of the kubelet's.
    NoToken {
        /// The account's namespace and name.
        account: String,
    },
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoServiceAccount { pod } => write!(f, "Service account name is empty for pod {pod}"),
            Self::NoAnnotation { account, key } => {
                write!(f, "Failed to get service account data {account}: required annotation {key} not found")
            }
            Self::AccountMissing { namespace, name } => {
                write!(
                    f,
                    "Failed to get service account {namespace}/{name}: serviceaccount \"{name}\" not found"
                )
            }
            Self::NoToken { account } => {
                write!(f, "it wants a token of service account {account}, which only an API server can issue")
            }
        }
    }
}

/// A run of a plugin that is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginCall {
    /// The plugin's name, which is that of its executable.
    pub plugin: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// The variables that come after the kubelet's own; of two with one name the later counts.
    pub env: Vec<(String, Secret)>,
    /// What it reads from standard input.
    pub stdin: Secret<Vec<u8>>,
    /// The repository.
    pub image: String,
    /// The token in the request, where there is one.
    pub token: Option<Secret>,
    /// What tells service accounts apart in the cache.
    account_key: String,
}

impl PluginCall {
    /// Two calls of one key that are made at the same time are made once (`plugin.go provide`, singleflight): of the
    /// same image, and in token mode with the same token and annotations.
    pub fn flight_key(&self) -> Vec<u8> {
        [self.image.as_bytes(), b"\0", self.stdin.expose().as_slice()].concat()
    }
}

/// How a run of a plugin ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginRun {
    /// What it wrote to standard output.
    pub stdout: Secret<Vec<u8>>,
    /// What it wrote to standard error.
    pub stderr: String,
    /// How it ended.
    pub end: RunEnd,
}

/// How a process ended. `Display` gives Go's words (`go1.24 os/exec_posix.go ProcessState.String`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunEnd {
    /// It exited with this status.
    Exited(i32),
    /// A signal ended it; Go's name of it.
    Signaled(&'static str),
    /// The minute was over, and it was killed.
    TimedOut,
    /// It could not be started.
    NotStarted {
        /// The executable's path.
        path: String,
        /// The system's words, as Go prints them.
        error: String,
    },
}

impl fmt::Display for RunEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exited(status) => write!(f, "exit status {status}"),
            Self::Signaled(name) => write!(f, "signal: {name}"),
            Self::TimedOut => f.write_str("context deadline exceeded"),
            Self::NotStarted { path, error } => write!(f, "fork/exec {path}: {error}"),
        }
    }
}

/// What came of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conclusion {
    /// The logins, by pattern.
    pub credentials: DockerConfig,
    /// Until when the answer is kept, and under which base key; none: it is not kept.
    pub kept: Option<(String, Duration)>,
}

impl Provider {
    /// A plugin that has not been asked yet.
    pub fn new(config: ProviderConfig) -> Self {
        Self { config, cache: CredentialCache::default() }
    }

    /// The plugin's configuration.
    pub const fn config(&self) -> &ProviderConfig {
        &self.config
    }

    /// What the plugin remembers.
    pub const fn cache(&self) -> &CredentialCache {
        &self.cache
    }

    /// Whether the plugin is for an image at all (`plugin.go isImageAllowed`). `image` is `domain/path`.
    pub fn is_for(&self, image: &str) -> bool {
        self.config.match_images.iter().any(|pattern| urls_match(pattern, image).is_ok())
    }

    /// What is to be done for an image (`plugin.go provide`). `now` counts from the kubelet's start.
    pub fn prepare(&mut self, image: &str, pod: &PodOfPull, now: Duration) -> Prepared {
        if !self.is_for(image) {
            return Prepared::NotForImage;
        }
        let (token, annotations, account_key) = match self.token(pod) {
            Ok(parts) => parts,
            Err(skipped) => return Prepared::Skipped(skipped),
        };
        if let Some(credentials) = self.cache.get(image, &account_key, now) {
            return Prepared::Cached(credentials);
        }
        Prepared::Call(Box::new(PluginCall {
            plugin: self.config.name.clone(),
            args: self.config.args.clone(),
            env: self.config.env.clone(),
            stdin: encode_request(&self.config.api_version, image, token.as_ref(), &annotations),
            image: image.to_owned(),
            token,
            account_key,
        }))
    }

    /// Token, annotations and cache key of token mode; nothing of them outside it.
    #[expect(clippy::type_complexity, reason = "three parts of one answer, taken apart at once")]
    fn token(&self, pod: &PodOfPull) -> Result<(Option<Secret>, Vec<(String, String)>, String), Skipped> {
        let Some(attributes) = &self.config.token_attributes else {
            return Ok((None, Vec::new(), String::new()));
        };
        let (namespace, name) = (&pod.namespace, &pod.service_account_name);
        if name.is_empty() {
            if attributes.require_service_account == Some(true) {
                return Err(Skipped::NoServiceAccount { pod: format!("{namespace}/{}", pod.name) });
            }
            return Ok((None, Vec::new(), String::new()));
        }
        let Some(account) = &pod.account else {
            return Err(Skipped::AccountMissing { namespace: namespace.clone(), name: name.clone() });
        };
        let passed = passed_on(attributes, account)
            .map_err(|key| Skipped::NoAnnotation { account: format!("{namespace}/{name}"), key })?;
        let Some(token) = account.token.clone() else {
            return Err(Skipped::NoToken { account: format!("{namespace}/{name}") });
        };
        let mut key = format!("{namespace}\0{name}\0{}", account.uid);
        for (annotation, value) in &passed {
            key.push_str(&format!("\0{annotation}\0{value}"));
        }
        if attributes.cache_type == "Token" {
            // Only a hash is kept, as in the kubelet.
            key.push_str(&format!("\0{}", hex::encode(Sha256::digest(token.expose()))));
        }
        Ok((Some(token), passed, key))
    }

    /// What a run of the plugin means (`plugin.go ExecPlugin, provide`).
    ///
    /// # Errors
    /// [`PluginError`]: the plugin gives nothing, and the answer is not kept.
    pub fn conclude(
        &mut self,
        call: &PluginCall,
        run: &PluginRun,
        now: Duration,
    ) -> Result<Conclusion, PluginError> {
        if run.end != RunEnd::Exited(0) {
            return Err(PluginError::Exec {
                plugin: call.plugin.clone(),
                image: call.image.clone(),
                end: run.end.to_string(),
                stderr: self.redacted(&run.stderr, call),
            });
        }
        let response = decode_response(run.stdout.expose(), &self.config.api_version)?;
        let may_echo = self.config.token_attributes.as_ref().is_some_and(|a| a.cache_type == "Token");
        let echoes = |(_, _, password): &(String, String, Secret)| Some(password) == call.token.as_ref();
        if !may_echo && response.auth.iter().any(echoes) {
            return Err(PluginError::EchoedToken { image: call.image.clone() });
        }
        let base = match CacheKeyType::from_name(&response.cache_key_type) {
            Some(CacheKeyType::Image) => call.image.clone(),
            Some(CacheKeyType::Registry) => call.image.split('/').next().unwrap_or_default().to_owned(),
            Some(CacheKeyType::Global) => GLOBAL.to_owned(),
            None => return Err(PluginError::CacheKeyType { written: response.cache_key_type }),
        };
        let credentials = docker_config(&response);
        let kept = self.expiry(&response, now).map(|expires_at| (base, expires_at));
        if let Some((base, expires_at)) = kept.clone() {
            let key = CacheKey { base, account: call.account_key.clone() };
            self.cache.add(key, credentials.clone(), expires_at);
        }
        Ok(Conclusion { credentials, kept })
    }

    /// When an answer expires; none where it is not to be kept. A negative duration has expired at once.
    fn expiry(&self, response: &Response, now: Duration) -> Option<Duration> {
        let duration = match response.cache_duration {
            Some(duration) => duration,
            None => self.config.default_cache_duration?,
        };
        match duration.to_std() {
            Some(Duration::ZERO) | None => None,
            Some(duration) => Some(now + duration),
        }
    }

    /// What a plugin wrote to standard error, without the secrets that it was given.
    fn redacted(&self, stderr: &str, call: &PluginCall) -> String {
        let given = call.env.iter().map(|(_, value)| value).chain(&call.token);
        let secrets = given.map(|value| value.expose().as_str()).filter(|value| value.len() >= 4);
        secrets.fold(stderr.to_owned(), |text, value| text.replace(value, secret::PLACEHOLDER))
    }
}

/// The annotations that are handed on; the key of the first required one that is missing.
fn passed_on(attributes: &TokenAttributes, account: &Account) -> Result<Vec<(String, String)>, String> {
    let find = |key: &String| account.annotations.iter().find(|(known, _)| known == key).cloned();
    let required = attributes.required_annotations.iter().map(|key| find(key).ok_or_else(|| key.clone()));
    let mut passed: Vec<(String, String)> = required.collect::<Result<_, _>>()?;
    passed.extend(attributes.optional_annotations.iter().filter_map(find));
    Ok(passed)
}

fn docker_config(response: &Response) -> DockerConfig {
    let entry = |(pattern, username, password): &(String, String, Secret)| Entry {
        location: pattern.clone(),
        username: username.clone(),
        password: password.clone(),
        email: String::new(),
    };
    DockerConfig { entries: response.auth.iter().map(entry).collect() }
}
