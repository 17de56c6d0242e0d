use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_LENGTH, DATE, RANGE};
use http::{HeaderName, HeaderValue, Method, Response, StatusCode};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use tokio::time::timeout;

use crate::fault::{Action, End};
use crate::host::body::ReplyBody;
use crate::host::connection::{Fate, PATIENCE};
use crate::host::registry::answer_blob_host;
use crate::host::{Host, Reply, RequestHead};
use crate::log::redact_query;
use crate::{Request, Who};

/// Bytes of a request's body that are read: a token request is far smaller.
const BODY_LIMIT: usize = 64 * 1024;

/// The connection ends without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection ends without an answer")]
pub(super) struct NoAnswer;

impl Host {
    /// Answers one request, or decides that the connection ends.
    pub(super) async fn handle(
        self: Arc<Self>,
        request: http::Request<Incoming>,
        peer: IpAddr,
        fate: Arc<Fate>,
    ) -> Result<Response<ReplyBody>, NoAnswer> {
        let (parts, body) = request.into_parts();
        let head = RequestHead {
            method: &parts.method,
            path: parts.uri.path(),
            query: parts.uri.query().unwrap_or_default(),
            authorization: text(parts.headers.get(AUTHORIZATION)),
            range: text(parts.headers.get(RANGE)),
            headers: &parts.headers,
            peer,
        };
        let number = self.log.start(self.note(&head));
        let action = self.rules.action(head.method, head.path);
        if let Some(action) = action {
            tokio::time::sleep(action.delay).await;
            if let Some(end) = action.end {
                return fate.end_now(end).await;
            }
        }
        let mut reply = match action.and_then(|action| action.status) {
            Some(status) => Reply::empty(status),
            None => self.answer(&head, body).await,
        };
        let mut cut = None;
        if let Some(action) = action {
            apply(action, &mut reply);
            cut = action.cut;
        }
        self.log.finish(number, Some(reply.status.as_u16()), std::mem::take(&mut reply.who));
        let reply = reply.header(DATE, &self.clock.http_date());
        if parts.method == Method::HEAD {
            return Ok(to_response(reply.without_body(), |body| body));
        }
        Ok(with_body(reply, cut, fate))
    }

    async fn answer(&self, head: &RequestHead<'_>, body: Incoming) -> Reply {
        if let Some((_, tokens)) = self.tokens.iter().find(|(path, _)| path == head.path) {
            return match read_body(body).await {
                Some(body) => tokens.answer(head, &body, &self.clock),
                None => Reply::text(StatusCode::PAYLOAD_TOO_LARGE, "Payload Too Large\n"),
            };
        }
        match (&self.registry, &self.blobs) {
            (Some(registry), _) if head.path.starts_with("/v2") => {
                registry.answer(head, body, &self.clock).await
            }
            (_, Some(store)) => answer_blob_host(store, head),
            _ => Reply::text(StatusCode::NOT_FOUND, "404 page not found\n"),
        }
    }

    fn note(&self, head: &RequestHead<'_>) -> Request {
        Request {
            host: self.name.clone(),
            method: head.method.to_string(),
            path: head.path.to_owned(),
            query: redact_query(head.query),
            status: None,
            who: Who::Anonymous,
        }
    }
}

async fn read_body(body: Incoming) -> Option<Bytes> {
    let reading = Limited::new(body, BODY_LIMIT).collect();
    Some(timeout(PATIENCE, reading).await.ok()?.ok()?.to_bytes())
}

fn apply(action: &Action, reply: &mut Reply) {
    if let Some(body) = &action.body {
        reply.replace_content(body.clone());
    }
    let mut fresh: Vec<&HeaderName> = Vec::new();
    for (name, value) in &action.headers {
        // A rule may set a header several times (challenges come so); what the host would say of it goes away.
        if !fresh.contains(&name) {
            reply.headers.remove(name);
            fresh.push(name);
        }
        if let Some(value) = value {
            reply.headers.append(name, value.clone());
        }
    }
}

/// The whole answer, or as much of it as a cut or a wrong length leaves.
fn with_body(mut reply: Reply, mut cut: Option<(u64, End)>, fate: Arc<Fate>) -> Response<ReplyBody> {
    let actual = reply.range.end.saturating_sub(reply.range.start);
    let stated = text(reply.headers.get(CONTENT_LENGTH)).and_then(|length| length.parse::<u64>().ok());
    // A length that a rule states may lie: of too short a body all is sent, and of too long a one what was stated.
    match stated {
        Some(stated) if stated > actual => cut = cut.or(Some((actual, End::Close))),
        Some(stated) => reply.range.end = reply.range.start + stated,
        None => {}
    }
    to_response(reply, |body| {
        let body = if stated.is_some() { body.unstated_length() } else { body };
        match cut {
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
