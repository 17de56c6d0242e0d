//! The kubelet's credential plugins: from how they are written to files of the node, and to what they answer.

use std::path::PathBuf;

use ::plugins::{KubeletFlags, Script, read_config};
use keyring::{CredentialProviderConfig, PluginRules, ProviderConfig};
use node::Node;
use secret::Secret;
use serde_json::{Map, Value, json};

use crate::file::{CacheKeyWord, PluginAnswerFile, PluginFile};
use crate::sources::Sources;
use crate::yaml::Spanned;
use crate::{LoadError, Mistake};

/// Where the kubelet finds the configuration of plugins, the plugins, and that it should.
const CONFIG: &str = "/etc/kubernetes/credential-providers.json";
const BIN_DIR: &str = "/opt/credential-providers";
const FLAGS: &str = "/var/lib/kubelet/kubeadm-flags.env";

const API_VERSION: &str = "credentialprovider.kubelet.k8s.io/v1";

/// The files that make a kubelet know the plugins whose images the scenario tells.
pub(crate) fn node_files(written: &[Spanned<PluginFile>]) -> Vec<(PathBuf, String)> {
    let told = |plugin: &&Spanned<PluginFile>| !plugin.value.match_images.is_empty();
    let providers: Vec<Value> = written
        .iter()
        .filter(told)
        .map(|plugin| {
            let PluginFile { name, match_images, default_cache_duration, .. } = &plugin.value;
            let mut provider = json!({
                "name": name,
                "matchImages": match_images,
                "apiVersion": api_version(&plugin.value),
                "defaultCacheDuration": default_cache_duration.as_deref().unwrap_or("0s"),
            });
            if let Some(attributes) = &plugin.value.token_attributes {
                provider["tokenAttributes"] = json!(attributes);
            }
            provider
        })
        .collect();
    if providers.is_empty() {
        return Vec::new();
    }
    let config = json!({
        "apiVersion": "kubelet.config.k8s.io/v1",
        "kind": "CredentialProviderConfig",
        "providers": providers,
    });
    let flags = format!(
        "KUBELET_KUBEADM_ARGS=\"--image-credential-provider-config={CONFIG} --image-credential-provider-bin-dir={BIN_DIR}\"\n"
    );
    vec![(PathBuf::from(CONFIG), config.to_string()), (PathBuf::from(FLAGS), flags)]
}

/// What the plugins answer, by their names.
pub(crate) fn answers(written: &[Spanned<PluginFile>], image: &str) -> Vec<(String, Vec<Script>)> {
    let scripts = |plugin: &PluginFile| -> Vec<Script> {
        plugin.answers.iter().map(|answer| script(plugin, &answer.value, image)).collect()
    };
    written.iter().map(|plugin| (plugin.value.name.clone(), scripts(&plugin.value))).collect()
}

fn api_version(plugin: &PluginFile) -> &str {
    plugin.api_version.as_deref().unwrap_or(API_VERSION)
}

fn script(plugin: &PluginFile, answer: &PluginAnswerFile, image: &str) -> Script {
    let PluginAnswerFile { from, stderr, exit, delay, .. } = answer;
    let stdout = match &answer.stdout {
        Some(text) => Secret::new(text.expose().clone().into_bytes()),
        None if is_login(answer) => Secret::new(response(plugin, answer, image).to_string().into_bytes()),
        None => Secret::default(),
    };
    Script {
        stdout,
        stderr: stderr.clone(),
        status: *exit,
        echoes_token: answer.echo_token,
        delay: delay.as_ref().map(|delay| delay.0.0).unwrap_or_default(),
        from: from.as_ref().map(|from| from.0.0),
    }
}

fn is_login(answer: &PluginAnswerFile) -> bool {
    answer.username.is_some() || !answer.auth.is_empty()
}

/// A `CredentialProviderResponse` that a plugin would write.
fn response(plugin: &PluginFile, answer: &PluginAnswerFile, image: &str) -> Value {
    let mut auth = Map::new();
    let password = match answer.echo_token {
        true => Some(Script::TOKEN),
        false => answer.password.as_ref().map(|password| password.expose().as_str()),
    };
    if let (Some(username), Some(password)) = (&answer.username, password) {
        let registry = image.split('/').next().unwrap_or_default().to_owned();
        let patterns = if plugin.match_images.is_empty() { &vec![registry] } else { &plugin.match_images };
        for pattern in patterns {
            auth.insert(pattern.clone(), json!({"username": username, "password": password}));
        }
    }
    for (pattern, login) in &answer.auth {
        let login = json!({"username": login.username, "password": login.password.expose()});
        auth.insert(pattern.clone(), login);
    }
    let mut response = json!({
        "kind": "CredentialProviderResponse",
        "apiVersion": api_version(plugin),
        "cacheKeyType": match answer.cache_key_type {
            Some(CacheKeyWord::Image) => "Image",
            Some(CacheKeyWord::Global) => "Global",
            Some(CacheKeyWord::Registry) | None => "Registry",
        },
        "auth": auth,
    });
    if let (Some(duration), Some(response)) = (&answer.cache_duration, response.as_object_mut()) {
        response.insert("cacheDuration".to_owned(), json!(duration));
    }
    response
}

/// What cannot be: a plugin that nobody would ask, answers that contradict themselves or their order, a configuration
/// with which a kubelet would not start.
pub(crate) fn validate(
    sources: &Sources,
    written: &[Spanned<PluginFile>],
    node: &Node,
    rules: &[PluginRules],
) -> Result<(), LoadError> {
    let Some(first) = written.first() else { return Ok(()) };
    for plugin in written {
        if plugin.value.answers.is_empty() {
            let mistake = Mistake::PluginWithoutAnswer(plugin.value.name.clone());
            return Err(LoadError::at(sources, plugin.referenced, mistake));
        }
        validate_answers(sources, &plugin.value)?;
    }
    let refused = |plugin: &Spanned<PluginFile>, reason: String| {
        LoadError::at(sources, plugin.referenced, Mistake::Plugin { name: plugin.value.name.clone(), reason })
    };
    let mut config = CredentialProviderConfig::default();
    if let Some(path) = KubeletFlags::of(node).config {
        for rules in rules {
            config = read_config(node, &path, *rules).map_err(|error| refused(first, error.to_string()))?;
        }
    }
    for plugin in written {
        let known = |provider: &&ProviderConfig| provider.name == plugin.value.name;
        let Some(provider) = config.providers.iter().find(known) else {
            return Err(LoadError::at(
                sources,
                plugin.referenced,
                Mistake::PluginNotConfigured(plugin.value.name.clone()),
            ));
        };
        if !plugin.value.match_images.is_empty() && provider.match_images != plugin.value.match_images {
            let mistake = Mistake::PluginConfiguredTwice(plugin.value.name.clone());
            return Err(LoadError::at(sources, plugin.referenced, mistake));
        }
    }
    Ok(())
}

fn validate_answers(sources: &Sources, plugin: &PluginFile) -> Result<(), LoadError> {
    let mut latest = None;
    for (number, answer) in plugin.answers.iter().enumerate() {
        let wrong = |mistake| Err(LoadError::at(sources, answer.referenced, mistake));
        let PluginAnswerFile { from, username, password, echo_token, auth, stdout, .. } = &answer.value;
        if username.is_some() != (password.is_some() || *echo_token) {
            return wrong(Mistake::PluginHalfLogin);
        }
        if stdout.is_some() && (is_login(&answer.value) || !auth.is_empty()) {
            return wrong(Mistake::PluginSaysTwice);
        }
        let from = from.as_ref().map(|from| from.0.0);
        if number == 0 && from.is_some_and(|from| !from.is_zero()) {
            return wrong(Mistake::PluginFirstAnswerLate);
        }
        if from.is_some() && from < latest {
            return wrong(Mistake::PluginAnswersOutOfOrder);
        }
        latest = from.or(latest);
    }
    Ok(())
}
