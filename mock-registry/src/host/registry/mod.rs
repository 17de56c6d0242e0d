//! The registry API: the paths under `/v2/`, and the hosts of blobs to which they lead.

mod blob_host;
mod lists;
mod negotiate;
mod path;
mod pull;
mod push;
mod uploads;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderName, HeaderValue, Method, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::auth::{Guard, Limiter, Refusal, Standing, Why};
use crate::content::{Blob, Store, is_repository};
use crate::host::registry::path::Resource;
use crate::host::registry::uploads::Uploads;
use crate::host::{Body, ErrorCode, Reply, RequestHead};
use crate::personality::{Said, Values};
use crate::{Clock, Digest, Personality, RateLimit, Who};

pub(super) use blob_host::answer_blob_host;

const DOCKER_CONTENT_DIGEST: HeaderName = HeaderName::from_static("docker-content-digest");
const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const RATE_REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
const RATE_SOURCE: HeaderName = HeaderName::from_static("docker-ratelimit-source");

/// A registry: content, and a guard in front of it. It answers as the distribution specification 1.1 demands, in
/// the words of its personality.
#[derive(Clone, Debug)]
pub struct Registry {
    store: Arc<Store>,
    /// What it holds in place of that from a time on, the earliest first.
    later: Vec<(Duration, Arc<Store>)>,
    clock: Clock,
    guard: Guard,
    blobs_at: Option<String>,
    personality: &'static Personality,
    /// Those of every answer.
    headers: Vec<(HeaderName, HeaderValue)>,
    takes_pushes: bool,
    uploads: Arc<Uploads>,
    limiter: Option<Arc<Limiter>>,
}

impl Registry {
    /// A registry of this content that all may pull and nobody may push to.
    pub fn new(store: Arc<Store>) -> Self {
        Self {
            store,
            later: Vec::new(),
            clock: Clock::standing_at(Timestamp::UNIX_EPOCH),
            guard: Guard::Open,
            blobs_at: None,
            personality: Personality::plain(),
            headers: Personality::plain().header_values(),
            takes_pushes: false,
            uploads: Arc::default(),
            limiter: None,
        }
    }

    /// Puts a guard in front of it.
    pub fn guard(mut self, guard: Guard) -> Self {
        self.guard = guard;
        self
    }

    /// Answers as a product does.
    pub fn personality(mut self, personality: &'static Personality) -> Self {
        self.personality = personality;
        self.headers = personality.header_values();
        self
    }

    /// Lets clients push and delete. What is pushed stays in memory, as far as the store has room for it.
    pub fn accept_pushes(mut self) -> Self {
        self.takes_pushes = true;
        self
    }

    /// Lets it hold this content from `at` on, in place of that before: somebody has pushed, or moved a tag. Times are
    /// given in their order. What clients push goes to the content of the beginning.
    pub fn later(mut self, clock: Clock, at: Duration, store: Arc<Store>) -> Self {
        self.clock = clock;
        self.later.push((at, store));
        self
    }

    /// Limits how many manifests may be pulled.
    pub fn rate_limit(mut self, limit: RateLimit) -> Self {
        self.limiter = Some(Arc::new(Limiter::new(limit)));
        self
    }

    /// Sends those who ask for blobs elsewhere: to `base`, followed by a path with the blob's digest and a query with
    /// a signature, as the personality has them.
    pub fn redirect_blobs(mut self, base: impl Into<String>) -> Self {
        self.blobs_at = Some(base.into());
        self
    }

    /// What it holds now.
    fn content(&self) -> &Store {
        if self.later.is_empty() {
            return &self.store;
        }
        let now = self.clock.elapsed();
        self.later.iter().rev().find(|(at, _)| *at <= now).map_or(&self.store, |(_, store)| store)
    }

    /// Whether all may pull without a login.
    pub(super) const fn is_open(&self) -> bool {
        matches!(self.guard, Guard::Open)
    }

    /// The blob of this digest, whoever may have it.
    pub(super) fn find_blob(&self, digest: &Digest) -> Option<Blob> {
        self.content().find_blob(digest)
    }

    /// The manifest of this digest with its media type, whoever may have it.
    pub(super) fn find_manifest(&self, repository: &str, digest: &str) -> Option<(String, Bytes)> {
        let repository = self.content().repository(repository)?;
        let (_, manifest) = repository.manifest(digest)?;
        Some((manifest.media_type.clone(), manifest.bytes.clone()))
    }

    /// The answer to those who read; `None`: they want to change something, or to see how far that went.
    pub(super) fn read(&self, request: &RequestHead<'_>) -> Option<Reply> {
        let Some(resource) = Resource::of(request.path) else { return Some(no_page()) };
        let is_upload = matches!(resource, Resource::Uploads { .. } | Resource::Upload { .. });
        if !reads(request.method) || is_upload {
            return None;
        }
        let reply = match self.admit(request, resource) {
            Err(refusal) => self.refuse(request, resource, refusal),
            Ok(who) => self.limited(request, resource, &who).who(who),
        };
        Some(self.dressed(reply))
    }

    pub(super) async fn answer(&self, request: &RequestHead<'_>, body: Body) -> Reply {
        if let Some(reply) = self.read(request) {
            return reply;
        }
        let Some(resource) = Resource::of(request.path) else { return no_page() };
        let reply = match self.admit(request, resource) {
            Err(refusal) => self.refuse(request, resource, refusal),
            Ok(who) => self.write(request, resource, body).await.who(who),
        };
        self.dressed(reply)
    }

    fn admit(&self, request: &RequestHead<'_>, resource: Resource<'_>) -> Result<Who, Refusal> {
        self.guard.admit(request.authorization, resource.access(request.method), self.personality)
    }

    /// With the headers that the product gives every answer.
    fn dressed(&self, mut reply: Reply) -> Reply {
        for (name, value) in self.headers.iter() {
            reply.headers.insert(name, value.clone());
        }
        reply
    }

    fn refuse(&self, request: &RequestHead<'_>, resource: Resource<'_>, refusal: Refusal) -> Reply {
        let says = &self.personality.says;
        let said = match refusal.why {
            Why::Anonymous => &says.anonymous,
            Why::Wrong => &says.wrong,
            Why::Expired => &says.expired,
            Why::Insufficient => &says.insufficient,
            Why::Denied => &says.denied,
        };
        // Where no repository is asked for there is none to name.
        let reply = if resource.repository().is_none() && refusal.why == Why::Anonymous {
            said.reply_without_detail(&values(request, resource))
        } else {
            said.reply(&values(request, resource))
        };
        let reply = reply.who(refusal.who);
        match refusal.challenge {
            Some(challenge) if reply.status == StatusCode::UNAUTHORIZED => {
                reply.header(WWW_AUTHENTICATE, &challenge)
            }
            _ => reply,
        }
    }

    /// Serves those who read within the limit, and tells where that stands.
    fn limited(&self, request: &RequestHead<'_>, resource: Resource<'_>, who: &Who) -> Reply {
        let limiter = self.limiter.as_ref().filter(|_| matches!(resource, Resource::Manifest { .. }));
        let Some(standing) = limiter.and_then(|l| l.count(who, request.peer, request.method)) else {
            return self.serve(request, resource);
        };
        let reply = match standing.exceeded {
            None => self.serve(request, resource),
            Some(wait) => {
                let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
                self.say(&self.personality.says.limited, request, resource)
                    .header(RETRY_AFTER, &seconds.to_string())
            }
        };
        with_standing(reply, &standing)
    }

    fn serve(&self, request: &RequestHead<'_>, resource: Resource<'_>) -> Reply {
        match resource.repository() {
            Some(name) => self.pull(request, resource, name),
            None if resource == Resource::Catalog => lists::catalog(&self.content().names(), request.query),
            None => Reply::json(StatusCode::OK, &json!({})),
        }
    }

    async fn write(&self, request: &RequestHead<'_>, resource: Resource<'_>, body: Body) -> Reply {
        match resource.repository() {
            Some(name) if !is_repository(name) => name_invalid(),
            Some(_) if self.takes_pushes => self.push(request, resource, body).await,
            _ => unsupported(),
        }
    }

    fn say(&self, said: &Said, request: &RequestHead<'_>, resource: Resource<'_>) -> Reply {
        said.reply(&values(request, resource))
    }
}

/// What was asked for, for the words of an answer.
fn values<'a>(request: &RequestHead<'a>, resource: Resource<'a>) -> Values<'a> {
    let reference = match resource {
        Resource::Manifest { reference, .. } => reference,
        Resource::Blob { digest, .. } | Resource::Referrers { digest, .. } => digest,
        _ => "",
    };
    let action = match resource.access(request.method) {
        crate::auth::Access::Repository { action, .. } => action.text(),
        _ => "",
    };
    Values { host: request.host(), repository: resource.repository().unwrap_or_default(), reference, action }
}

fn with_standing(reply: Reply, standing: &Standing) -> Reply {
    let seconds = standing.window.as_secs();
    reply
        .header(RATE_LIMIT, &format!("{};w={seconds}", standing.limit))
        .header(RATE_REMAINING, &format!("{};w={seconds}", standing.remaining))
        .header(RATE_SOURCE, &standing.source)
}

fn reads(method: &Method) -> bool {
    *method == Method::GET || *method == Method::HEAD
}

fn no_page() -> Reply {
    Reply::text(StatusCode::NOT_FOUND, "404 page not found\n")
}

fn name_invalid() -> Reply {
    Reply::error(StatusCode::NOT_FOUND, ErrorCode::NameInvalid, "invalid repository name", Value::Null)
}

fn unsupported() -> Reply {
    let message = "The operation is unsupported.";
    Reply::error(StatusCode::METHOD_NOT_ALLOWED, ErrorCode::Unsupported, message, Value::Null)
}
