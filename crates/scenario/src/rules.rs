//! Rules and connection faults as the file writes them.

use http::{HeaderName, HeaderValue, StatusCode};
use mock_registry::{ConnectionFault, ConnectionRule, End, Rule};

use crate::LoadError;
use crate::file::{ConnectionFile, EndWord, FaultWord, RuleFile};
use crate::mistake::Mistake;
use crate::world::Origin;
use crate::yaml::Spanned;

pub(crate) fn rule(origin: &Origin<'_>, written: &Spanned<RuleFile>) -> Result<Rule, LoadError> {
    read(&written.value).map_err(|message| origin.mistake(written, Mistake::Value(message)))
}

fn read(written: &RuleFile) -> Result<Rule, String> {
    let mut rule = written.methods.iter().fold(Rule::new(), |rule, method| rule.method(method.0.clone()));
    if let Some(path) = &written.path {
        rule = rule.path(path.0.clone());
    }
    if let Some(count) = &written.count {
        rule = rule.count(count.0);
    }
    if let Some(delay) = &written.delay {
        rule = rule.delay(delay.0.0);
    }
    if let Some(status) = written.status {
        // 1xx would not be an answer.
        let status = StatusCode::from_u16(status).ok().filter(|status| !status.is_informational());
        rule = rule.status(status.ok_or("a status is a number from 200 to 999")?);
    }
    for (name, value) in &written.headers {
        let value =
            HeaderValue::from_str(value).map_err(|_| format!("no header can hold `{name}`'s value"))?;
        rule = rule.header(header_name(name)?, value);
    }
    for name in &written.remove_headers {
        rule = rule.without_header(header_name(name)?);
    }
    rule = match (&written.body, &written.error) {
        (Some(_), Some(_)) => return Err("an answer has either a `body` or an `error`".to_owned()),
        (Some(body), None) => rule.body(body.clone()),
        (None, Some(error)) => rule.error(&error.code, &error.message),
        (None, None) => rule,
    };
    match (written.end.map(end), &written.after) {
        (Some(end), Some(after)) => Ok(rule.end_after(after.0.0, end)),
        (Some(end), None) => Ok(rule.end(end)),
        (None, Some(_)) => Err("`after` tells when the `end` comes, and there is none".to_owned()),
        (None, None) => Ok(rule),
    }
}

fn header_name(name: &str) -> Result<HeaderName, String> {
    name.parse().map_err(|_| format!("`{name}` is no name of a header"))
}

const fn end(word: EndWord) -> End {
    match word {
        EndWord::Close => End::Close,
        EndWord::Reset => End::Reset,
        EndWord::Stall => End::Stall,
    }
}

pub(crate) fn connection_rule(written: &ConnectionFile) -> ConnectionRule {
    let fault = match written.fault {
        FaultWord::Close => ConnectionFault::Close,
        FaultWord::Reset => ConnectionFault::Reset,
        FaultWord::Stall => ConnectionFault::Stall,
        FaultWord::Garbage => ConnectionFault::Garbage(written.bytes.clone().into()),
        FaultWord::PlainHttp => ConnectionFault::PlainHttp,
        FaultWord::CloseAfterHello => ConnectionFault::CloseAfterHello,
        FaultWord::ResetAfterHello => ConnectionFault::ResetAfterHello,
    };
    ConnectionRule { count: written.count.as_ref().map(|count| count.0).unwrap_or_default(), fault }
}
