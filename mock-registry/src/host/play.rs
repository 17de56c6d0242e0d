//! Faults, played: what they change of a request before the host sees it, and of its answer.

use http::header::{CONTENT_RANGE, LOCATION, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde_json::json;

use crate::Personality;
use crate::fault::{Action, Challenge, Change, Elsewhere, End, Facts, Plan, expired_signature};
use crate::host::{Host, Reply, RequestHead};
use crate::personality::Values;

/// What is asked for with this in the query is forbidden.
const FORBIDDEN: &str = "forbidden=mock";

/// How the body is sent.
#[derive(Debug, Default)]
pub(super) struct Shape {
    pub(super) cut: Option<(u64, End)>,
    pub(super) flipped: bool,
    pub(super) pace: Option<u64>,
    pub(super) no_length: bool,
}

impl Plan<'_> {
    /// How long the answer is held back.
    pub(super) fn delay(&self) -> std::time::Duration {
        let delays = self.changes.iter().filter_map(|change| match change {
            Change::Delay(time) => Some(*time),
            _ => None,
        });
        delays.sum::<std::time::Duration>() + self.says.map(|action| action.delay).unwrap_or_default()
    }

    pub(super) fn has(&self, wanted: impl Fn(&Change) -> bool) -> bool {
        self.changes.iter().any(|change| wanted(change))
    }

    /// Whether the host must answer another request than the one that came.
    pub(super) fn changes_request(&self) -> bool {
        self.has(|change| {
            let wrong_service = matches!(change, Change::Challenge(Challenge::WrongService));
            wrong_service || matches!(change, Change::IgnoreLogin | Change::NoRights)
        })
    }

    pub(super) fn shape(&self, reply: &Reply) -> Shape {
        let mut shape = Shape::default();
        for change in self.changes.iter().filter(|_| reply.status.is_success()) {
            match change {
                // A part of the content breaks off where the whole does.
                Change::Cut(bytes, end) => shape.cut = Some((bytes.saturating_sub(reply.range.start), *end)),
                Change::Flip => shape.flipped = true,
                Change::Pace(bytes) => shape.pace = Some(*bytes),
                Change::NoLength => shape.no_length = true,
                _ => {}
            }
        }
        shape
    }
}

impl Host {
    /// Changes the host's own answer.
    pub(super) fn change(&self, change: &Change, head: &RequestHead<'_>, base: &str, reply: &mut Reply) {
        match change {
            Change::Challenge(challenge) => challenge_with(*challenge, head, base, reply),
            Change::IgnoreLogin if reply.status != StatusCode::UNAUTHORIZED => {
                *reply = unauthorized().header(WWW_AUTHENTICATE, "Basic realm=\"registry\"");
            }
            Change::Redirect(to) if !reply.status.is_client_error() => redirect(*to, head, base, reply),
            _ if !reply.status.is_success() => {}
            Change::Header(name, value) => {
                reply.headers.remove(name);
                if let Some(value) = value {
                    reply.headers.insert(name, value.clone());
                }
            }
            Change::Missing(personality) => *reply = missing(personality, &self.facts(head), head, reply),
            Change::Rewrite(how) => self.spoil(*how, head, reply),
            Change::NoRanges if head.range.is_some() => {
                let who = std::mem::take(&mut reply.who);
                *reply = Reply::text(StatusCode::RANGE_NOT_SATISFIABLE, "invalid range\n")
                    .header(CONTENT_RANGE, "bytes */*")
                    .who(who);
            }
            _ => {}
        }
    }
}

/// What a product says of a manifest that is not there.
fn missing(personality: &Personality, facts: &Facts<'_>, head: &RequestHead<'_>, own: &mut Reply) -> Reply {
    let (repository, reference) = (facts.repository.unwrap_or_default(), facts.reference.unwrap_or_default());
    let says = &personality.says;
    let said = if reference.contains(':') { &says.no_manifest } else { &says.no_tag };
    let values = Values { host: head.host(), repository, reference, action: "pull" };
    said.reply(&values).who(std::mem::take(&mut own.who))
}

fn unauthorized() -> Reply {
    let error = json!({"code": "UNAUTHORIZED", "message": "authentication required"});
    Reply::json(StatusCode::UNAUTHORIZED, &json!({"errors": [error]}))
}

/// Demands a login in another way. Who brings one is let in as before, unless it is the token of a wrong service.
fn challenge_with(challenge: Challenge, head: &RequestHead<'_>, base: &str, reply: &mut Reply) {
    let refused = reply.status == StatusCode::UNAUTHORIZED;
    if head.authorization.is_some() && !refused && challenge != Challenge::WrongService {
        return;
    }
    let own: Vec<HeaderValue> = reply.headers.get_all(WWW_AUTHENTICATE).iter().cloned().collect();
    if !refused {
        *reply = unauthorized();
    }
    reply.headers.remove(WWW_AUTHENTICATE);
    let mut says = |text: &str| {
        if let Ok(value) = HeaderValue::from_str(text) {
            reply.headers.append(WWW_AUTHENTICATE, value);
        }
    };
    match challenge {
        Challenge::None => {}
        Challenge::Malformed => says("Bearer realm"),
        Challenge::UnknownScheme => says("Negotiate"),
        Challenge::WrongRealm => {
            says(&format!("Bearer realm=\"{base}/no-tokens-here\",service=\"registry\""))
        }
        Challenge::WrongService => {
            let own = own.first().and_then(|value| value.to_str().ok()).unwrap_or_default();
            says(&with_service(own, base));
        }
        Challenge::Several => {
            says("Negotiate");
            says("NTLM");
            if own.is_empty() {
                says("Basic realm=\"registry\"");
            }
            own.iter().filter_map(|value| value.to_str().ok()).for_each(says);
        }
    }
}

/// The challenge with another service in it.
fn with_service(own: &str, base: &str) -> String {
    const WRONG: &str = "service=\"another.example\"";
    let Some((before, rest)) = own.split_once("service=\"") else {
        return format!("Bearer realm=\"{base}/token\",{WRONG}");
    };
    let after = rest.split_once('"').map_or("", |(_, after)| after);
    format!("{before}{WRONG}{after},error=\"invalid_token\"")
}

fn redirect(to: Elsewhere, head: &RequestHead<'_>, base: &str, reply: &mut Reply) {
    let name = head.path.rsplit('/').next().unwrap_or_default();
    let location = match to {
        Elsewhere::Forbidden if head.query.split('&').any(|pair| pair == FORBIDDEN) => {
            apply(&expired_signature().action, reply);
            return;
        }
        Elsewhere::Dead => format!("https://blobs.invalid/{name}"),
        // An address for documentation (RFC 5737), at which nobody answers.
        Elsewhere::Blocked => format!("https://192.0.2.1/{name}"),
        Elsewhere::Forbidden => format!("{base}{}?{FORBIDDEN}", head.path),
        Elsewhere::Loop => match head.query {
            "" => format!("{base}{}", head.path),
            query => format!("{base}{}?{query}", head.path),
        },
    };
    let who = std::mem::take(&mut reply.who);
    *reply = Reply::empty(StatusCode::TEMPORARY_REDIRECT).header(LOCATION, &location).who(who);
}

/// Lays what a rule says over an answer.
pub(super) fn apply(action: &Action, reply: &mut Reply) {
    if let Some(status) = action.status {
        let who = std::mem::take(&mut reply.who);
        *reply = Reply::empty(status).who(who);
    }
    if let Some(body) = &action.body {
        reply.replace_content(body.clone());
    }
    let mut fresh = Vec::new();
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
