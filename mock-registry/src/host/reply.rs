use std::net::IpAddr;
use std::ops::Range;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HOST};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use serde_json::{Value, json};

use crate::Who;
use crate::content::Blob;

/// A request without its body.
#[derive(Clone, Copy)]
pub(crate) struct RequestHead<'a> {
    pub(crate) method: &'a Method,
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    pub(crate) authorization: Option<&'a str>,
    pub(crate) range: Option<&'a str>,
    /// All of its headers.
    pub(crate) headers: &'a HeaderMap,
    /// Where it comes from.
    pub(crate) peer: IpAddr,
}

impl<'a> RequestHead<'a> {
    /// The name under which the host is asked, without a port.
    pub(crate) fn host(&self) -> &'a str {
        let host = self.headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        host.rsplit_once(':').map_or(host, |(name, _)| name)
    }
}

/// What a host answers: a value, until the connection sends it.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) content: Blob,
    pub(crate) range: Range<u64>,
    pub(crate) who: Who,
}

/// The error codes of the distribution specification ("Error Codes") that this registry uses.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ErrorCode {
    NameUnknown,
    ManifestUnknown,
    ManifestInvalid,
    ManifestBlobUnknown,
    BlobUploadUnknown,
    BlobUploadInvalid,
    DigestInvalid,
    SizeInvalid,
    TagInvalid,
    Unsupported,
    NameInvalid,
    PaginationNumberInvalid,
}

impl ErrorCode {
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::NameUnknown => "NAME_UNKNOWN",
            Self::ManifestUnknown => "MANIFEST_UNKNOWN",
            Self::ManifestInvalid => "MANIFEST_INVALID",
            Self::ManifestBlobUnknown => "MANIFEST_BLOB_UNKNOWN",
            Self::BlobUploadUnknown => "BLOB_UPLOAD_UNKNOWN",
            Self::BlobUploadInvalid => "BLOB_UPLOAD_INVALID",
            Self::DigestInvalid => "DIGEST_INVALID",
            Self::SizeInvalid => "SIZE_INVALID",
            Self::TagInvalid => "TAG_INVALID",
            Self::PaginationNumberInvalid => "PAGINATION_NUMBER_INVALID",
            Self::Unsupported => "UNSUPPORTED",
            Self::NameInvalid => "NAME_INVALID",
        }
    }
}

impl Reply {
    pub(crate) fn new(status: StatusCode, content: Blob) -> Self {
        let range = 0..content.len();
        Self { status, headers: HeaderMap::new(), content, range, who: Who::Anonymous }
    }

    pub(crate) fn empty(status: StatusCode) -> Self {
        Self::new(status, Blob::Held(Bytes::new()))
    }

    pub(crate) fn text(status: StatusCode, text: &'static str) -> Self {
        Self::new(status, Blob::Held(Bytes::from_static(text.as_bytes())))
            .header(CONTENT_TYPE, "text/plain; charset=utf-8")
    }

    pub(crate) fn json(status: StatusCode, document: &Value) -> Self {
        let bytes = Bytes::from(format!("{document}\n"));
        Self::new(status, Blob::Held(bytes)).header(CONTENT_TYPE, "application/json; charset=utf-8")
    }

    /// The error envelope of the distribution specification.
    pub(crate) fn error(status: StatusCode, code: ErrorCode, message: &str, detail: Value) -> Self {
        let mut error = json!({"code": code.text(), "message": message});
        if !detail.is_null() {
            error["detail"] = detail;
        }
        Self::json(status, &json!({"errors": [error]}))
    }

    /// Sets a header; a value that no header can hold is left away.
    pub(crate) fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }

    pub(crate) fn who(mut self, who: Who) -> Self {
        self.who = who;
        self
    }

    /// Puts another body in place.
    pub(crate) fn replace_content(&mut self, bytes: Bytes) {
        self.content = Blob::Held(bytes);
        self.range = 0..self.content.len();
    }

    /// Takes the body away, and what the headers say of its length.
    pub(crate) fn without_length(mut self) -> Self {
        self.headers.remove(CONTENT_LENGTH);
        self.replace_content(Bytes::new());
        self
    }

    /// Takes the body away but not what the headers say of it, as HEAD wants it.
    pub(crate) fn without_body(mut self) -> Self {
        self.headers.entry(CONTENT_LENGTH).or_insert(HeaderValue::from(self.range.end - self.range.start));
        self.replace_content(Bytes::new());
        self
    }
}
