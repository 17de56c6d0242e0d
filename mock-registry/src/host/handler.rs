use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use http::header::{AUTHORIZATION, CONTENT_LENGTH, DATE, HOST, RANGE};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, Uri};
use hyper::body::Incoming;

use crate::Who;
use crate::fault::{Action, Change, End, Fault, Plan, Target};
use crate::host::body::ReplyBody;
use crate::host::connection::Fate;
use crate::host::play::{Shape, apply};
use crate::host::registry::answer_blob_host;
use crate::host::{Body, Host, Reply, RequestHead};
use crate::log::Came;

/// The connection ends without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection ends without an answer")]
pub(super) struct NoAnswer;

/// What becomes of a request.
pub(super) enum Outcome {
    Answer(Box<Reply>, Shape),
    End(End),
}

impl Host {
    /// Answers one request, or decides that the connection ends.
    pub(super) async fn handle(
        self: Arc<Self>,
        request: http::Request<Incoming>,
        peer: IpAddr,
        fate: Arc<Fate>,
    ) -> Result<Response<ReplyBody>, NoAnswer> {
        let (parts, body) = request.into_parts();
        let head = head(&parts.method, &parts.uri, &parts.headers, peer);
        let number = self.log.start(&self.came(&head));
        let base = self.base_url(text(parts.headers.get(HOST)));
        let mut fired = Vec::new();
        let outcome = match self.by_reference(&head, Body::Coming(body), &base).await {
            Ok(magic) => magic.respond(&base, &mut fired).await,
            Err(body) => self.respond(&head, body, &base, &mut fired).await,
        };
        self.log.note_faults(number, &fired);
        let (mut reply, shape) = match outcome {
            Outcome::Answer(reply, shape) => (*reply, shape),
            Outcome::End(end) => {
                self.log.finish(number, None, Who::Anonymous);
                return fate.end_now(end).await;
            }
        };
        self.log.finish(number, Some(reply.status.as_u16()), std::mem::take(&mut reply.who));
        Ok(self.finish(reply, shape, head.method, &fate))
    }

    /// The answer to those who read what is there, where no rule and no fault is for them: it waits for nothing.
    pub(super) fn answer_at_once(
        &self,
        request: &http::Request<Incoming>,
        peer: IpAddr,
        fate: &Arc<Fate>,
    ) -> Option<Response<ReplyBody>> {
        if self.magic.is_some() || !reads(request.method()) {
            return None;
        }
        let head = head(request.method(), request.uri(), request.headers(), peer);
        if self.rules.concern(head.method, head.path) || self.may_fail(&head) {
            return None;
        }
        let registry = self.registry.as_ref().filter(|_| head.path.starts_with("/v2"))?;
        let mut reply = self.known_or_spoilt(&head, registry.read(&head)?);
        self.log.note(&self.came(&head), reply.status.as_u16(), std::mem::take(&mut reply.who));
        Some(self.finish(reply, Shape::default(), head.method, fate))
    }

    /// Whether a fault could be for this request.
    fn may_fail(&self, head: &RequestHead<'_>) -> bool {
        self.tokens.iter().any(|(path, _)| path == head.path)
            || (!self.faults.spares_requests()
                && self.faults.concerns(&self.facts(head), self.clock.elapsed()))
    }

    fn finish(
        &self,
        mut reply: Reply,
        shape: Shape,
        method: &Method,
        fate: &Arc<Fate>,
    ) -> Response<ReplyBody> {
        reply.headers.insert(DATE, self.date.at(&self.clock));
        let mut response = if *method == Method::HEAD {
            let reply = if shape.no_length { reply.without_length() } else { reply.without_body() };
            to_response(reply, ReplyBody::unstated_if(shape.no_length))
        } else {
            with_body(reply, shape, fate.clone())
        };
        response.body_mut().ends(fate.clone());
        response
    }

    /// What the first rule says that fits; where none does, what the faults make of the host's answer.
    pub(super) async fn respond(
        &self,
        head: &RequestHead<'_>,
        body: Body,
        base: &str,
        fired: &mut Vec<Fault>,
    ) -> Outcome {
        match self.rules.action(head.method, head.path) {
            Some(action) => self.by_rule(action, head, body).await,
            None => self.by_faults(head, body, base, fired).await,
        }
    }

    async fn by_rule(&self, action: &Action, head: &RequestHead<'_>, body: Body) -> Outcome {
        pause(action.delay).await;
        if let Some(end) = action.end {
            return Outcome::End(end);
        }
        let mut reply = match action.status {
            Some(status) => Reply::empty(status),
            None => self.answer(head, body).await,
        };
        apply(action, &mut reply);
        Outcome::Answer(Box::new(reply), Shape { cut: action.cut, ..Shape::default() })
    }

    async fn by_faults(
        &self,
        head: &RequestHead<'_>,
        body: Body,
        base: &str,
        fired: &mut Vec<Fault>,
    ) -> Outcome {
        let mut facts = self.facts(head);
        if !self.faults.concerns(&facts, self.clock.elapsed()) {
            return Outcome::Answer(Box::new(self.answer(head, body).await), Shape::default());
        }
        // Who asks is known when the host has answered. What stores something is not tried.
        let tried = reads(head.method) || facts.target == Target::Token;
        let (body, own) = if tried {
            let read = body.read().await;
            (Body::from(read.clone()), Some(self.answer(head, read.into()).await))
        } else {
            (body, None)
        };
        let who = own.as_ref().map(|own| (own.who.clone(), own.status != StatusCode::UNAUTHORIZED));
        facts.admitted = who.as_ref().map(|(who, admitted)| (who, *admitted));
        let plan = self.faults.plan(&facts, self.clock.elapsed());
        fired.clone_from(&plan.fired);
        pause(plan.delay()).await;
        if let Some(end) = plan.says.and_then(|action| action.end) {
            return Outcome::End(end);
        }
        let mut reply = match own {
            Some(own) if plan.says.is_some() || !plan.changes_request() => own,
            None if plan.says.is_some() => Reply::empty(StatusCode::OK),
            _ => self.answer_changed(&plan, head, body).await,
        };
        if let Some(action) = plan.says {
            apply(action, &mut reply);
        }
        for change in plan.changes.iter().filter(|_| plan.says.is_none()) {
            self.change(change, head, base, &mut reply);
        }
        let mut shape = plan.shape(&reply);
        shape.cut = plan.says.and_then(|action| action.cut).or(shape.cut);
        Outcome::Answer(Box::new(reply), shape)
    }

    /// Answers as if something else had been asked.
    async fn answer_changed(&self, plan: &Plan<'_>, head: &RequestHead<'_>, body: Body) -> Reply {
        if plan.has(|change| matches!(change, Change::NoRights)) {
            let query = without_scope(head.query);
            return self.answer(&RequestHead { query: &query, ..*head }, without_rights(body).await).await;
        }
        let authorization = head.authorization.filter(|_| !plan.changes_request());
        self.answer(&RequestHead { authorization, ..*head }, body).await
    }

    async fn answer(&self, head: &RequestHead<'_>, body: Body) -> Reply {
        let reply = self.own_answer(head, body).await;
        self.known_or_spoilt(head, reply)
    }

    fn known_or_spoilt(&self, head: &RequestHead<'_>, reply: Reply) -> Reply {
        if reply.status == StatusCode::NOT_FOUND {
            // Of an image that was spoilt, the host's content does not know all.
            let digest = head.path.rsplit('/').next().unwrap_or_default();
            return self.spoilt.reply(digest).unwrap_or(reply);
        }
        reply
    }

    async fn own_answer(&self, head: &RequestHead<'_>, body: Body) -> Reply {
        if let Some((_, tokens)) = self.tokens.iter().find(|(path, _)| path == head.path) {
            return match body.read().await {
                Some(body) => tokens.answer(head, &body, &self.clock),
                None => Reply::text(StatusCode::PAYLOAD_TOO_LARGE, "Payload Too Large\n"),
            };
        }
        match &self.registry {
            Some(registry) if head.path.starts_with("/v2") => registry.answer(head, body).await,
            _ if !self.blobs.is_empty() => answer_blob_host(&self.blobs, head),
            _ => Reply::text(StatusCode::NOT_FOUND, "404 page not found\n"),
        }
    }

    /// `https://HOST`, as the client calls this host.
    fn base_url(&self, called: Option<&str>) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", called.unwrap_or(&self.name))
    }

    fn came<'a>(&'a self, head: &RequestHead<'a>) -> Came<'a> {
        Came { host: &self.name, method: head.method.as_str(), path: head.path, query: head.query }
    }
}

fn head<'a>(method: &'a Method, uri: &'a Uri, headers: &'a HeaderMap, peer: IpAddr) -> RequestHead<'a> {
    RequestHead {
        method,
        path: uri.path(),
        query: uri.query().unwrap_or_default(),
        authorization: text(headers.get(AUTHORIZATION)),
        range: text(headers.get(RANGE)),
        headers,
        peer,
    }
}

fn reads(method: &Method) -> bool {
    *method == Method::GET || *method == Method::HEAD
}

/// Waits, if there is anything to wait for: even a sleep of no time ends only with the timer's next tick.
async fn pause(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}

/// The form without its scopes.
fn without_scope(form: &str) -> String {
    let kept: Vec<&str> = form.split('&').filter(|pair| !pair.starts_with("scope=")).collect();
    kept.join("&")
}

async fn without_rights(form: Body) -> Body {
    let form = form.read().await;
    form.map(|form| without_scope(&String::from_utf8_lossy(&form)).into()).into()
}

/// The whole answer, or as much of it as a cut or a wrong length leaves.
fn with_body(mut reply: Reply, mut shape: Shape, fate: Arc<Fate>) -> Response<ReplyBody> {
    let actual = reply.range.end.saturating_sub(reply.range.start);
    let stated = text(reply.headers.get(CONTENT_LENGTH)).and_then(|length| length.parse::<u64>().ok());
    // A length that a rule states may lie: of too short a body all is sent, and of too long a one what was stated.
    match stated {
        Some(stated) if stated > actual => shape.cut = shape.cut.or(Some((actual, End::Close))),
        Some(stated) => reply.range.end = reply.range.start + stated,
        None => {}
    }
    to_response(reply, |body| {
        let body = if stated.is_some() || shape.no_length { body.unstated_length() } else { body };
        let body = if shape.flipped { body.flipped() } else { body };
        let body = if let Some(bytes) = shape.pace { body.paced(bytes) } else { body };
        match shape.cut {
            Some((bytes, end)) => body.cut(bytes, end, fate),
            None => body,
        }
    })
}

fn to_response(reply: Reply, shape: impl FnOnce(ReplyBody) -> ReplyBody) -> Response<ReplyBody> {
    let mut response = Response::new(shape(ReplyBody::new(reply.content, reply.range)));
    *response.status_mut() = reply.status;
    *response.headers_mut() = reply.headers;
    response
}

fn text(value: Option<&HeaderValue>) -> Option<&str> {
    value.and_then(|value| value.to_str().ok())
}
