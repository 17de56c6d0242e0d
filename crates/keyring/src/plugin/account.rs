use std::fmt;
use std::time::Duration;

use secret::Secret;
use sha2::{Digest as _, Sha256};

use crate::plugin::config::TokenAttributes;
use crate::plugin::skipped::Skipped;
use crate::plugin::tokens::{NoToken, TokenSource};

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
    /// Who issues its tokens.
    pub tokens: TokenSource,
}

/// For which service account a plugin is asked, and what it gets to see of it; never the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForAccount {
    /// The account's namespace.
    pub namespace: String,
    /// The account's name.
    pub name: String,
    /// The account's UID; empty when unknown.
    pub uid: String,
    /// For whom the token is.
    pub audience: String,
    /// The keys of the annotations that are handed on.
    pub annotations: Vec<String>,
}

impl fmt::Display for ForAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { namespace, name, audience, annotations, .. } = self;
        write!(f, "service account {namespace}/{name}, audience {audience:?}")?;
        if annotations.is_empty() { Ok(()) } else { write!(f, ", annotations {}", annotations.join(", ")) }
    }
}

/// What token mode adds to a request.
#[derive(Default)]
pub(super) struct TokenMode {
    pub token: Option<Secret>,
    pub annotations: Vec<(String, String)>,
    pub account: Option<ForAccount>,
    /// What tells accounts apart in the cache.
    pub key: String,
}

impl TokenMode {
    /// What token mode adds for a pod; nothing outside it, and nothing for a pod without a service account where that is
    /// allowed.
    pub fn of(attributes: Option<&TokenAttributes>, pod: &PodOfPull, now: Duration) -> Result<Self, Skipped> {
        let Some(attributes) = attributes else { return Ok(Self::default()) };
        let (namespace, name) = (&pod.namespace, &pod.service_account_name);
        if name.is_empty() {
            if attributes.require_service_account == Some(true) {
                return Err(Skipped::NoServiceAccount { pod: format!("{namespace}/{}", pod.name) });
            }
            return Ok(Self::default());
        }
        let of_account = || (namespace.clone(), name.clone());
        let Some(account) = &pod.account else {
            let (namespace, name) = of_account();
            return Err(Skipped::AccountMissing { namespace, name });
        };
        let annotations = passed_on(attributes, account).map_err(|key| {
            let (namespace, name) = of_account();
            Skipped::NoAnnotation { namespace, name, key }
        })?;
        let token = account.tokens.token(&attributes.audience, pod, &account.uid, now);
        let token = token.map_err(|why| {
            let (namespace, name) = of_account();
            match why {
                NoToken::Nobody => Skipped::NoToken { namespace, name },
                NoToken::Refused(words) => {
                    let (audience, words) = (attributes.audience.clone(), words.to_owned());
                    Skipped::TokenRefused { namespace, name, audience, words }
                }
            }
        })?;
        let key = account_key(attributes, pod, account, &annotations, &token);
        let account = ForAccount {
            namespace: namespace.clone(),
            name: name.clone(),
            uid: account.uid.clone(),
            audience: attributes.audience.clone(),
            annotations: annotations.iter().map(|(key, _)| key.clone()).collect(),
        };
        Ok(Self { token: Some(token), annotations, account: Some(account), key })
    }
}

/// What tells accounts apart in the cache (`plugin.go generateServiceAccountCacheKey`).
fn account_key(
    attributes: &TokenAttributes,
    pod: &PodOfPull,
    account: &Account,
    annotations: &[(String, String)],
    token: &Secret,
) -> String {
    let mut key = format!("{}\0{}\0{}", pod.namespace, pod.service_account_name, account.uid);
    for (annotation, value) in annotations {
        key.push_str(&format!("\0{annotation}\0{value}"));
    }
    if attributes.cache_type == "Token" {
        // Only a hash is kept, as in the kubelet.
        key.push_str(&format!("\0{}", hex::encode(Sha256::digest(token.expose()))));
    }
    key
}

/// The annotations that are handed on; the key of the first required one that is missing.
fn passed_on(attributes: &TokenAttributes, account: &Account) -> Result<Vec<(String, String)>, String> {
    let find = |key: &String| account.annotations.iter().find(|(known, _)| known == key).cloned();
    let required = attributes.required_annotations.iter().map(|key| find(key).ok_or_else(|| key.clone()));
    let mut passed: Vec<(String, String)> = required.collect::<Result<_, _>>()?;
    passed.extend(attributes.optional_annotations.iter().filter_map(find));
    Ok(passed)
}
