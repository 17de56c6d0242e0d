//! Faults by image reference: `HOST/faults/<fault>[/<argument>]` is an image with which this fault goes along.
//!
//! The argument is a further part of the repository's name (`faults/blob-truncated/4096`), since a name has no colon,
//! and in lower case (`64kib`), since it has no capitals. Any tag will do. A fault that does not sit in an answer
//! cannot be chosen so: the answer that refuses it lists those that can.
//!
//! Some clients ask `/v2/` for a challenge, and no other answer will do. So where the host demands no login of its
//! own, `/v2/` demands a token of a service that gives one to everybody, unless the image asked for says otherwise.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use http::StatusCode;
use serde_json::json;

use crate::auth::Form;
use crate::fault::{Effect, Fault, FaultLayer};
use crate::host::handler::Outcome;
use crate::host::play::Shape;
use crate::host::{Body, Host, Reply, RequestHead};
use crate::{Accounts, Glob, Guard, Image, Layer, Registry, Selector, Store, TokenService};

/// Where the tokens for these images are issued.
const TOKENS: &str = "/faults/token";
/// The repository of the image that goes along with no fault.
const PLAIN: &str = "faults";
/// Hosts that are held at once; beyond, they are made anew.
const HELD: usize = 256;
/// Bytes of the image's layer.
const LAYER: u64 = 256 * 1024;

/// The hosts behind a magic repository: one for each fault that was asked for.
#[derive(Debug, Default)]
pub(super) struct Magic(Mutex<BTreeMap<String, Arc<Host>>>);

/// A request for an image that goes along with a fault.
pub(super) struct Asked<'a> {
    host: Result<Arc<Host>, Box<Reply>>,
    head: RequestHead<'a>,
    /// The path, where the tag is another.
    path: Option<String>,
    body: Body,
}

impl Host {
    /// The request, if it is for a fault by reference; otherwise its body.
    pub(super) async fn by_reference<'a>(
        &self,
        head: &RequestHead<'a>,
        body: Body,
        base: &str,
    ) -> Result<Asked<'a>, Body> {
        let Some(magic) = &self.magic else { return Err(body) };
        let head = RequestHead { ..*head };
        if head.path == TOKENS {
            let body = body.read().await;
            let repository = scoped_repository(&head, body.as_deref()).filter(|name| is_magic(name));
            let host = self.magic_host(magic, repository.as_deref().unwrap_or(PLAIN), base);
            return Ok(Asked { host, head, path: None, body: body.into() });
        }
        let open = self.registry.as_ref().is_none_or(Registry::is_open);
        if open && head.authorization.is_none() && head.path.trim_end_matches('/') == "/v2" {
            let host = self.magic_host(magic, PLAIN, base);
            return Ok(Asked { host, head, path: None, body });
        }
        let facts = self.facts(&head);
        match facts.repository.filter(|name| is_magic(name)) {
            None => Err(body),
            Some(repository) => {
                let host = self.magic_host(magic, repository, base);
                let tag = facts.reference.is_some_and(|reference| !reference.contains(':'));
                let path = tag.then(|| format!("/v2/{repository}/manifests/latest"));
                Ok(Asked { host, head, path, body })
            }
        }
    }

    fn magic_host(&self, magic: &Magic, repository: &str, base: &str) -> Result<Arc<Self>, Box<Reply>> {
        let mut hosts = magic.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(host) = hosts.get(repository) {
            return Ok(host.clone());
        }
        let host = self.make_magic(repository, base).ok_or_else(|| Box::new(listing(repository)))?;
        if hosts.len() >= HELD {
            hosts.clear();
        }
        hosts.insert(repository.to_owned(), host.clone());
        Ok(host)
    }

    /// The host behind an image: its tokens, its content and its fault. `None`: there is no such fault.
    fn make_magic(&self, repository: &str, base: &str) -> Option<Arc<Self>> {
        let chosen =
            repository.strip_prefix("faults/").map(|rest| rest.replacen('/', ":", 1).parse::<Fault>());
        let fault = match chosen {
            None if repository == PLAIN => None,
            Some(Ok(fault)) if can_be_chosen(&fault) => Some(fault),
            _ => return None,
        };
        let mut store = Store::default();
        store.add(&Image::new(repository).tag("latest").layer(Layer::seeded(1, LAYER))).ok()?;
        let open = Arc::new(Accounts::new().anonymous(Glob::new("**")));
        let tokens = Arc::new(TokenService::new("faults", open));
        let mut registry = Registry::new(Arc::new(store));
        let layer = fault.map(|fault| fault.layer());
        if matches!(layer, None | Some(FaultLayer::Challenge | FaultLayer::Token)) {
            registry = registry.guard(Guard::bearer(format!("{base}{TOKENS}"), tokens.clone()));
        }
        let builder =
            Self::builder(&self.name).clock(self.clock).registry(registry).token_service(TOKENS, tokens);
        let armed =
            fault.into_iter().fold(builder, |builder, fault| builder.fault(fault, Selector::default()));
        Some(armed.build())
    }
}

fn is_magic(repository: &str) -> bool {
    repository == PLAIN || repository.starts_with("faults/")
}

impl Asked<'_> {
    pub(super) async fn respond(self, base: &str, fired: &mut Vec<Fault>) -> Outcome {
        let head = RequestHead { path: self.path.as_deref().unwrap_or(self.head.path), ..self.head };
        match self.host {
            Ok(host) => host.respond(&head, self.body, base, fired).await,
            Err(listing) => Outcome::Answer(listing, Shape::default()),
        }
    }
}

/// Whether a fault can be chosen by the reference of an image: it sits in an answer about one, to anybody.
fn can_be_chosen(fault: &Fault) -> bool {
    matches!(fault.entry().effect, Effect::Http(..)) && fault.name() != "rate-limit-account"
}

/// The repository that a token is asked for.
fn scoped_repository(head: &RequestHead<'_>, body: Option<&[u8]>) -> Option<String> {
    let body = String::from_utf8_lossy(body.unwrap_or_default());
    let (query, body) = (Form::parse(head.query), Form::parse(&body));
    let scope = query.get("scope").or(body.get("scope"))?;
    let (name, _) = scope.strip_prefix("repository:")?.rsplit_once(':')?;
    Some(name.to_owned())
}

/// What there is, for who asks for something else.
fn listing(repository: &str) -> Reply {
    let known: Vec<String> = Fault::all().filter_map(|entry| Fault::from(entry).reference()).collect();
    let message =
        format!("there is no {repository}; the faults that an image can go along with: {}", known.join(" "));
    Reply::json(
        StatusCode::NOT_FOUND,
        &json!({"errors": [{"code": "MANIFEST_UNKNOWN", "message": message, "detail": {"faults": known}}]}),
    )
}

impl Fault {
    /// The repository by which this fault can be chosen on a host with a
    /// [`magic_repository`](crate::HostBuilder::magic_repository); `None`: it cannot be.
    pub fn reference(&self) -> Option<String> {
        let argument = self.argument().map(|argument| format!("/{argument}").to_ascii_lowercase());
        can_be_chosen(self).then(|| format!("faults/{}{}", self.name(), argument.unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_that_can_be_chosen_has_a_reference() {
        let all = Fault::all().map(Fault::from);
        let chosen: Vec<_> = all.filter_map(|fault| Some((fault, fault.reference()?))).collect();
        assert!(chosen.len() > 60, "{}", chosen.len());
        for (fault, reference) in chosen {
            // A repository's name: lower case, and single separators inside its parts.
            let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
            let words = reference.split(['/', '.', '-']);
            assert!(
                words.into_iter().all(|word| !word.is_empty() && word.chars().all(letter)),
                "{reference}"
            );
            let read: Fault = reference["faults/".len()..].replacen('/', ":", 1).parse().unwrap();
            assert_eq!(read, fault);
        }
    }
}
