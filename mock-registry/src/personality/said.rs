use bytes::Bytes;
use http::StatusCode;
use http::header::CONTENT_TYPE;

use crate::content::Blob;
use crate::host::Reply;

const JSON: &str = "application/json; charset=utf-8";

/// An answer as a product gives it. In the body `{host}`, `{label}` (the host's first part), `{repository}`,
/// `{project}` and `{second}` (the repository's first and second part), `{reference}` and `{action}` stand for what
/// was asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Said {
    status: u16,
    content_type: &'static str,
    body: &'static str,
}

/// What was asked for.
pub(crate) struct Values<'a> {
    pub(crate) host: &'a str,
    pub(crate) repository: &'a str,
    /// A tag or a digest.
    pub(crate) reference: &'a str,
    pub(crate) action: &'a str,
}

impl Said {
    pub(crate) const fn json(status: u16, body: &'static str) -> Self {
        Self { status, content_type: JSON, body }
    }

    pub(crate) const fn of_type(status: u16, content_type: &'static str, body: &'static str) -> Self {
        Self { status, content_type, body }
    }

    pub(crate) fn reply(&self, values: &Values<'_>) -> Reply {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Reply::new(status, Blob::Held(Bytes::from(self.text(values)))).header(CONTENT_TYPE, self.content_type)
    }

    /// The same where no repository is asked for: there is nothing to detail.
    pub(crate) fn reply_without_detail(&self, values: &Values<'_>) -> Reply {
        let mut reply = self.reply(values);
        if let Ok(mut document) = serde_json::from_str::<serde_json::Value>(&self.text(values))
            && let Some(error) = document.pointer_mut("/errors/0").and_then(|error| error.as_object_mut())
            && error.remove("detail").is_some()
        {
            reply.replace_content(Bytes::from(format!("{document}\n")));
        }
        reply
    }

    fn text(&self, values: &Values<'_>) -> String {
        let mut parts = values.repository.split('/');
        let (project, second) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let label = values.host.split('.').next().unwrap_or_default();
        let named = [
            ("{host}", values.host),
            ("{label}", label),
            ("{repository}", values.repository),
            ("{project}", project),
            ("{second}", second),
            ("{reference}", values.reference),
            ("{action}", values.action),
        ];
        let is_json = self.content_type.contains("json");
        named.into_iter().fold(self.body.to_owned(), |text, (name, value)| match is_json {
            true => text.replace(name, &escaped(value)),
            false => text.replace(name, value),
        })
    }

    #[cfg(test)]
    pub(super) fn check(&self, personality: &str) {
        let values = Values { host: "r.test", repository: "a/b", reference: "x\"y", action: "pull" };
        let text = self.text(&values);
        assert!((400..600).contains(&self.status), "{personality}: {}", self.status);
        if self.content_type.contains("json") {
            assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok(), "{personality}: {text}");
        }
        for name in ["{host", "{label", "{repo", "{proj", "{sec", "{ref", "{act"] {
            assert!(!text.contains(name), "{personality}: {text}");
        }
    }
}

/// The value as it stands within a JSON string.
fn escaped(value: &str) -> String {
    let quoted = serde_json::Value::from(value).to_string();
    quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default().to_owned()
}
