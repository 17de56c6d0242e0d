//! What is made of a registry's refusal (docker/distribution v2.8.3 registry/client/errors.go).

use distribution::errcode::{Code, Entry, Errors};
use distribution::{Scheme, parse_challenges};
use gostd::json::{self, Place, Reader};
use gostd::mime;
use net::Response;

use super::error::Error;
use super::profile::RegistryRules;
use super::shape::misfit;
use super::shapes;

/// More of an error's body is not read; registries say what they have to say in less.
const MAX_BODY: usize = 4 << 20;

/// `SuccessStatus`
pub(super) const fn is_success(status: u16) -> bool {
    status >= 200 && status <= 399
}

/// `HandleErrorResponse`: what the challenge says, and what the body says.
pub(super) async fn handle_error_response(answer: &mut Response, rules: &RegistryRules, go: u8) -> Error {
    if !(400..500).contains(&answer.status) {
        return Error::Status(answer.status_line.clone());
    }
    let challenged = challenge_error(answer);
    let said = parse_error_response(answer, rules, go).await;
    match (challenged, said) {
        (Some(first), said) => {
            let others = match said {
                Error::Errors(Errors(entries)) => entries,
                Error::Entry(entry) => vec![entry],
                // Kept as an entry, since only its words can be seen any more.
                other => vec![Entry::with_message(Code::Unknown, other.to_string())],
            };
            Error::Errors(Errors([vec![first], others].concat()))
        }
        (None, Error::Response { .. }) if answer.status == 401 => {
            Error::Entry(Entry::with_message(Code::Unauthorized, Code::Unauthorized.message()))
        }
        (None, said) => said,
    }
}

/// `error` of a Bearer challenge (RFC 6750 section 3.1).
fn challenge_error(answer: &Response) -> Option<Entry> {
    let values = answer.header.get_all_bytes("WWW-Authenticate").filter(|_| answer.status == 401);
    let challenges = parse_challenges(values);
    challenges.iter().filter(|challenge| challenge.scheme == Scheme::Bearer).find_map(|challenge| {
        let code = match challenge.parameter("error")? {
            b"invalid_token" => Code::Unauthorized,
            b"insufficient_scope" => Code::Denied,
            _ => return None,
        };
        let description = challenge.parameter("error_description").filter(|text| !text.is_empty());
        let description = description.map(String::from_utf8_lossy);
        Some(Entry::with_message(code, description.unwrap_or(code.message().into())))
    })
}

/// `parseHTTPErrorResponse`
async fn parse_error_response(answer: &mut Response, rules: &RegistryRules, go: u8) -> Error {
    let body = match answer.body.read_up_to(MAX_BODY).await {
        Ok(body) => body,
        Err(fault) => return Error::transport(fault, go),
    };
    let status = answer.status;
    let kind = answer.header.get("Content-Type").unwrap_or_default();
    if rules.honours_content_type {
        let text = || String::from_utf8_lossy(&body).into_owned();
        if kind.is_empty() {
            return of_status(status, text());
        }
        match mime::parse_media_type(kind) {
            Err(problem) => return Error::Plain(format!("failed parsing content-type: {problem}")),
            Ok(kind) if kind == "application/json" || kind == "application/vnd.api+json" => {}
            Ok(_) => return of_status(status, text()),
        }
    }
    if let Some(details) = details(&body) {
        return of_status(status, details);
    }
    let wrong = json::parse(&body).ok().and_then(|document| told_misfit(&document, go));
    let problem = match Errors::decode(&body) {
        _ if wrong.is_some() => wrong.unwrap_or_default(),
        Ok(errors) if !errors.0.is_empty() => return Error::Errors(errors),
        Ok(_) => "no error details found in HTTP response body".to_owned(),
        Err(problem) => problem.words(go),
    };
    Error::Response { status, problem, body }
}

/// What Go says of values of the wrong type within an envelope of errors; of an envelope that is none, another says it.
fn told_misfit(document: &json::Value, go: u8) -> Option<String> {
    if matches!(document, json::Value::Object(_)) { misfit(document, &shapes::ERRORS, go) } else { None }
}

/// `{"details": "…"}`, which Docker Hub's token service and some others write.
fn details(body: &[u8]) -> Option<String> {
    let document = json::parse(body).ok()?;
    let mut reader = Reader::new();
    let place = Place { go_struct: "", field: "", go_type: "string" };
    let details = reader.string(document.field("details"), place);
    reader.finish().ok()?;
    Some(details).filter(|details| !details.is_empty())
}

/// `makeError`
fn of_status(status: u16, said: String) -> Error {
    let code = match status {
        401 => Code::Unauthorized,
        403 => Code::Denied,
        429 => Code::TooManyRequests,
        _ => Code::Unknown,
    };
    Error::Entry(Entry::with_message(code, said))
}
