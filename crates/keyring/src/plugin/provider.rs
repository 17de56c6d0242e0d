use std::fmt;
use std::time::Duration;

use secret::Secret;

use crate::plugin::account::{ForAccount, PodOfPull, TokenMode};
use crate::plugin::cache::{CacheKey, CredentialCache, GLOBAL};
use crate::plugin::config::ProviderConfig;
use crate::plugin::request::encode_request;
use crate::plugin::response::{CacheKeyType, PluginError, Response, decode_response};
use crate::plugin::skipped::Skipped;
use crate::{DockerConfig, Entry, urls_match};

/// A plugin as the kubelet runs it: its configuration, and what it remembers of its answers.
#[derive(Clone, Debug)]
pub struct Provider {
    config: ProviderConfig,
    cache: CredentialCache,
}

/// What is to be done for an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prepared {
    /// Nothing: none of `matchImages` matches.
    NotForImage,
    /// Nothing, though the image matches.
    Skipped(Skipped),
    /// Nothing: an earlier answer still counts.
    Cached {
        /// What it gave.
        credentials: DockerConfig,
        /// For which account, in token mode.
        account: Option<ForAccount>,
    },
    /// The plugin is to be run.
    Call(Box<PluginCall>),
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
    /// For which account it is, where there is a token.
    pub account: Option<ForAccount>,
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
        let attributes = self.config.token_attributes.as_ref();
        let TokenMode { token, annotations, account, key } = match TokenMode::of(attributes, pod, now) {
            Ok(mode) => mode,
            Err(skipped) => return Prepared::Skipped(skipped),
        };
        if let Some(credentials) = self.cache.get(image, &key, now) {
            return Prepared::Cached { credentials, account };
        }
        Prepared::Call(Box::new(PluginCall {
            plugin: self.config.name.clone(),
            args: self.config.args.clone(),
            env: self.config.env.clone(),
            stdin: encode_request(&self.config.api_version, image, token.as_ref(), &annotations),
            image: image.to_owned(),
            token,
            account,
            account_key: key,
        }))
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

fn docker_config(response: &Response) -> DockerConfig {
    let entry = |(pattern, username, password): &(String, String, Secret)| Entry {
        location: pattern.clone(),
        username: username.clone(),
        password: password.clone(),
        email: String::new(),
    };
    DockerConfig { entries: response.auth.iter().map(entry).collect() }
}
