//! Requests and the heads of answers, as Go writes and reads them.

use std::fmt::Write as _;

use gostd::http::{Error, Malformed};
use gostd::url::Url;
use secret::Secret;
use trace::Purpose;

use super::header::Header;
use crate::connector::authorization;

/// A request. Written in Go's order: `Host`, `User-Agent`, length, the other fields by name
/// (Go `net/http/request.go` `Request.write`, `header.go` `writeSubset`).
#[derive(Clone, Debug)]
pub struct Request {
    /// What it is for.
    pub purpose: Purpose,
    /// `GET`, `HEAD` or `POST`.
    pub method: &'static str,
    /// The URL.
    pub url: Url,
    /// The fields, without `Host` and `Content-Length`.
    pub header: Header,
    /// The body; a form with a password, for example.
    pub body: Option<Secret<Vec<u8>>>,
}

/// Fields that do not come from the map (`reqWriteExcludeHeader`).
const NOT_WRITTEN: [&str; 5] = ["Host", "User-Agent", "Content-Length", "Transfer-Encoding", "Trailer"];

impl Request {
    /// A request without fields and body.
    pub const fn new(purpose: Purpose, method: &'static str, url: Url) -> Self {
        Self { purpose, method, url, header: Header::new(), body: None }
    }

    /// `Transport.roundTrip`: Go asks for gzip, and undoes it, unless the caller decides otherwise.
    pub(crate) fn asks_for_gzip(&self) -> bool {
        self.method != "HEAD" && !self.header.has_key("Accept-Encoding") && !self.header.has_key("Range")
    }

    /// `validateHeaders`: names are tokens, values have no control characters but spaces and tabs.
    pub(crate) fn check_fields(&self) -> Result<(), Error> {
        let is_control = |b: u8| (b < b' ' && b != b'\t') || b == 0x7f;
        for (name, value) in self.header.iter() {
            if name.is_empty() || !name.bytes().all(is_token) {
                return Err(Error::InvalidFieldName(name.to_owned()));
            }
            if value.bytes().any(is_control) {
                return Err(Error::InvalidFieldValue { name: name.to_owned() });
            }
        }
        Ok(())
    }

    /// The fields in wire order. `proxy_authorization` is for a plain request through a proxy.
    pub(crate) fn wire_header(&self, proxy_authorization: Option<&str>) -> Header {
        let mut wire = Header::new();
        // A Host among the fields counts for nothing (`reqWriteExcludeHeader`).
        wire.add("Host", host(&self.url));
        match self.header.iter().find(|(name, _)| *name == "User-Agent").map(|(_, value)| value) {
            Some("") => {}
            agent => wire.add("User-Agent", agent.unwrap_or("Go-http-client/1.1")),
        }
        match &self.body {
            Some(_) if self.is_chunked() => wire.add("Transfer-Encoding", CHUNKED),
            Some(body) => wire.add("Content-Length", body.expose().len().to_string()),
            None => {}
        }
        // `Client.send`: what stands before the @ of a URL, where there is no other Authorization.
        let of_url = authorization(&self.url).filter(|_| !self.header.has_key("Authorization"));
        let own = self.header.iter().filter(|(name, _)| !NOT_WRITTEN.contains(name));
        let of_url = of_url.as_deref().map(|value| ("Authorization", value));
        let of_proxy = proxy_authorization.map(|value| ("Proxy-Authorization", value));
        let mut others: Vec<_> = own.chain(of_url).chain(of_proxy).collect();
        others.sort_by_key(|(name, _)| *name);
        others.into_iter().for_each(|(name, value)| wire.add(name, value));
        if self.asks_for_gzip() {
            wire.add("Accept-Encoding", "gzip");
        }
        wire
    }

    /// The head's bytes. `absolute` is the form for a proxy.
    pub(crate) fn encode(&self, wire: &Header, absolute: bool) -> Vec<u8> {
        let target = if absolute {
            format!("{}://{}{}", self.url.scheme, host(&self.url), self.url.request_uri())
        } else {
            self.url.request_uri()
        };
        let mut text = format!("{} {target} HTTP/1.1\r\n", self.method);
        for (name, value) in wire.iter() {
            // A line break in a value would be a second field: Go replaces it (headerNewlineToSpace).
            let value = value.replace(['\r', '\n'], " ");
            let _ = write!(text, "{name}: {}\r\n", value.trim());
        }
        text.push_str("\r\n");
        let mut bytes = text.into_bytes();
        let Some(body) = &self.body else { return bytes };
        let body = body.expose();
        if !self.is_chunked() {
            bytes.extend_from_slice(body);
            return bytes;
        }
        if !body.is_empty() {
            bytes.extend_from_slice(format!("{:x}\r\n", body.len()).as_bytes());
            bytes.extend_from_slice(body);
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(b"0\r\n\r\n");
        bytes
    }

    /// The body is one of which the length is not told beforehand, and which cannot be sent twice: a `Request.Body` that
    /// was put there by hand (Go `net/http/transfer.go` `shouldSendChunkedRequestBody`).
    #[must_use]
    pub fn with_unknown_length(mut self) -> Self {
        self.header.set("Transfer-Encoding", CHUNKED);
        self
    }

    pub(crate) fn is_chunked(&self) -> bool {
        self.header.get("Transfer-Encoding") == Some(CHUNKED)
    }
}

const CHUNKED: &str = "chunked";

/// `Host` as Go writes it: as in the URL, without an empty port.
fn host(url: &Url) -> String {
    url.host.strip_suffix(':').unwrap_or(&url.host).to_owned()
}

/// The head of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) status: u16,
    pub(crate) status_line: String,
    pub(crate) http_1_1: bool,
    pub(crate) header: Header,
}

/// How a body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    Length(u64),
    Chunked,
    UntilClose,
}

impl Head {
    /// `ReadResponse` over a whole head, up to and with the empty line, in this minor version of Go 1.
    pub(crate) fn parse(bytes: &[u8], go: u8) -> Result<Self, Malformed> {
        let mut lines = bytes.split(|b| *b == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        let first = lines.next().unwrap_or_default();
        let (protocol, status) = cut(first).ok_or_else(|| Malformed::Response(first.to_vec()))?;
        let status = status.trim_ascii_start();
        let code = cut(status).map_or(status, |(code, _)| code);
        let number = std::str::from_utf8(code).ok().filter(|code| code.len() == 3);
        let number = number.and_then(|code| code.parse().ok());
        let number = number.ok_or_else(|| Malformed::StatusCode(code.to_vec()))?;
        let version = match protocol {
            [b'H', b'T', b'T', b'P', b'/', major, b'.', minor]
                if major.is_ascii_digit() && minor.is_ascii_digit() =>
            {
                (*major, *minor)
            }
            _ => return Err(Malformed::Version(protocol.to_vec())),
        };
        Ok(Self {
            status: number,
            status_line: String::from_utf8_lossy(status).into_owned(),
            http_1_1: version >= (b'1', b'1'),
            header: parse_fields(lines, go)?,
        })
    }

    /// Whether the connection ends with this answer (`shouldClose`).
    pub(crate) fn closes(&self) -> bool {
        let has = |word: &str| {
            let mut words = self.header.get_all("Connection").flat_map(|value| value.split(','));
            words.any(|value| value.trim().eq_ignore_ascii_case(word))
        };
        if self.http_1_1 { has("close") } else { has("close") || !has("keep-alive") }
    }

    /// `readTransfer`: the length that Go reports (`None` is -1), and how the body ends.
    pub(crate) fn transfer(&self, method: &str) -> Result<(Option<u64>, Framing), Malformed> {
        let chunked = self.is_chunked()?;
        let length = self.content_length()?;
        let no_body = method == "HEAD" || matches!(self.status, 100..=199 | 204 | 304);
        Ok(match (no_body, chunked, length) {
            (true, ..) => (if method == "HEAD" { length } else { Some(0) }, Framing::Length(0)),
            (_, true, _) => (None, Framing::Chunked),
            (_, _, Some(length)) => (Some(length), Framing::Length(length)),
            _ => (None, Framing::UntilClose),
        })
    }

    /// `parseTransferEncoding`: HTTP/1.0 knows none.
    fn is_chunked(&self) -> Result<bool, Malformed> {
        let mut encodings = self.header.get_all("Transfer-Encoding").filter(|_| self.http_1_1);
        match (encodings.next(), encodings.next()) {
            (None, _) => Ok(false),
            (Some(one), None) if one.eq_ignore_ascii_case("chunked") => Ok(true),
            (Some(one), _) => Err(Malformed::TransferEncoding(one.to_owned())),
        }
    }

    fn content_length(&self) -> Result<Option<u64>, Malformed> {
        let values: Vec<&str> = self.header.get_all("Content-Length").map(str::trim).collect();
        let Some(first) = values.first() else { return Ok(None) };
        if values.iter().any(|value| value != first) {
            return Err(Malformed::ManyContentLengths(values.iter().map(ToString::to_string).collect()));
        }
        let digits = !first.is_empty() && first.bytes().all(|b| b.is_ascii_digit());
        let length = if digits { first.parse().ok() } else { None };
        length.map(Some).ok_or_else(|| Malformed::ContentLength(first.as_bytes().to_vec()))
    }
}

fn cut(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = line.iter().position(|b| *b == b' ')?;
    Some((&line[..at], &line[at + 1..]))
}

/// Since this version of Go what a field holds must be printable.
const LOOKS_AT_VALUES_SINCE: u8 = 20;

/// `textproto.Reader.ReadMIMEHeader`
fn parse_fields<'a>(lines: impl Iterator<Item = &'a [u8]>, go: u8) -> Result<Header, Malformed> {
    let mut header = Header::new();
    let mut pending: Option<Vec<u8>> = None;
    for (index, line) in lines.enumerate() {
        let continues = matches!(line.first(), Some(b' ' | b'\t'));
        if continues && index == 0 {
            return Err(Malformed::InitialLine(line.to_vec()));
        }
        if let (true, Some(field)) = (continues, pending.as_mut()) {
            field.push(b' ');
            field.extend_from_slice(line.trim_ascii());
            continue;
        }
        if let Some(field) = pending.take() {
            add_field(&mut header, &field, go)?;
        }
        if line.is_empty() {
            break;
        }
        if !line.contains(&b':') {
            return Err(Malformed::MissingColon(line.to_vec()));
        }
        pending = Some(line.trim_ascii_end().to_vec());
    }
    Ok(header)
}

/// What can be said of a line of the head before the next has come.
pub(crate) fn check_field_line(line: &[u8], is_first: bool) -> Result<(), Malformed> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    match line.first() {
        None => Ok(()),
        Some(b' ' | b'\t') if is_first => Err(Malformed::InitialLine(line.to_vec())),
        Some(b' ' | b'\t') => Ok(()),
        Some(_) if line.contains(&b':') => Ok(()),
        Some(_) => Err(Malformed::MissingColon(line.to_vec())),
    }
}

/// The fields after a chunked body, up to and with the empty line.
pub(crate) fn parse_trailer(bytes: &[u8], go: u8) -> Result<(), Malformed> {
    let lines = bytes.split(|b| *b == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    parse_fields(lines, go).map(drop)
}

/// `isTokenByte`
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

fn add_field(header: &mut Header, field: &[u8], go: u8) -> Result<(), Malformed> {
    let at = field.iter().position(|b| *b == b':').unwrap_or(field.len());
    let (name, value) = (&field[..at], field.get(at + 1..).unwrap_or_default().trim_ascii());
    let printable = |b: &u8| *b >= b' ' && *b != 0x7f || *b == b'\t';
    if name.is_empty() {
        return Ok(());
    }
    let looks_at_value = go >= LOOKS_AT_VALUES_SINCE;
    if !name.iter().copied().all(is_token) || (looks_at_value && !value.iter().all(printable)) {
        return Err(Malformed::HeaderLine(field.to_vec()));
    }
    header.add_bytes(String::from_utf8_lossy(name), value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Head, String> {
        Head::parse(text.as_bytes(), 25).map_err(|malformed| malformed.to_string())
    }

    #[test]
    fn malformed_heads_in_go_words() {
        let cases = [
            ("SSH-2.0-OpenSSH\r\n\r\n", "malformed HTTP response \"SSH-2.0-OpenSSH\""),
            ("HTTP/1.1 abc\r\n\r\n", "malformed HTTP status code \"abc\""),
            ("HTTP/1.1 2000 OK\r\n\r\n", "malformed HTTP status code \"2000\""),
            ("HTTX/1.1 200 OK\r\n\r\n", "malformed HTTP version \"HTTX/1.1\""),
            ("HTTP/1.1 200 OK\r\nContent-\r\n\r\n", "malformed MIME header: missing colon: \"Content-\""),
            ("HTTP/1.1 200 OK\r\nA b: c\r\n\r\n", "malformed MIME header line: A b: c"),
            ("HTTP/1.1 200 OK\r\n x: y\r\n\r\n", "malformed MIME header initial line:  x: y"),
            (
                "\x15\x03\x01\x00\x02\x02F\r\n\r\n",
                "malformed HTTP response \"\\x15\\x03\\x01\\x00\\x02\\x02F\"",
            ),
        ];
        for (text, words) in cases {
            assert_eq!(parse(text).unwrap_err(), words, "{text:?}");
        }
    }

    #[test]
    fn bodies_of_a_known_length_and_of_an_unknown_one() {
        let written = |body: &str, is_known: bool| {
            let url = Url::parse("https://a.test/token").unwrap();
            let body = Some(Secret::new(body.as_bytes().to_vec()));
            let request = Request { body, ..Request::new(Purpose::Token, "POST", url) };
            let request = if is_known { request } else { request.with_unknown_length() };
            String::from_utf8(request.encode(&request.wire_header(None), false)).unwrap()
        };
        let head = "POST /token HTTP/1.1\r\nHost: a.test\r\nUser-Agent: Go-http-client/1.1\r\n";
        let gzip = "Accept-Encoding: gzip\r\n\r\n";
        assert_eq!(written("a=b", true), format!("{head}Content-Length: 3\r\n{gzip}a=b"));
        let chunked = format!("{head}Transfer-Encoding: chunked\r\n{gzip}");
        assert_eq!(
            written("a=b&c=d&e=f&g=h&i=j", false),
            format!("{chunked}13\r\na=b&c=d&e=f&g=h&i=j\r\n0\r\n\r\n")
        );
        assert_eq!(written("", false), format!("{chunked}0\r\n\r\n"));
    }

    /// As containerd 1.6.20, built with Go 1.19, took them (`loc-ctl-head`).
    #[test]
    fn values_were_not_looked_at() {
        let head = b"HTTP/1.1 307 x\r\nLocation: https://a/\x01\r\n\r\n";
        assert_eq!(Head::parse(head, 19).unwrap().header.get("Location"), Some("https://a/\u{1}"));
        assert!(Head::parse(head, 20).is_err());
    }

    #[test]
    fn values_that_are_no_text() {
        let head = Head::parse(b"HTTP/1.1 401 No\r\nX: a\xe9b\r\nX: c\r\n\r\n", 25).unwrap();
        assert_eq!(head.header.get("x"), Some("a\u{fffd}b"));
        assert_eq!(head.header.get_all_bytes("X").collect::<Vec<_>>(), [&b"a\xe9b"[..], b"c"]);
    }

    #[test]
    fn heads_and_framing() {
        let head = parse("HTTP/1.1 404 Not Found\r\nX: a\r\n b\r\nContent-Length: 7\r\n\r\n").unwrap();
        assert_eq!((head.status, head.status_line.as_str()), (404, "404 Not Found"));
        assert_eq!(head.header.get("x"), Some("a b"));
        assert_eq!(head.transfer("GET").unwrap(), (Some(7), Framing::Length(7)));
        assert_eq!(head.transfer("HEAD").unwrap(), (Some(7), Framing::Length(0)));
        let until_close = parse("HTTP/1.0 200 OK\r\n\r\n").unwrap();
        assert_eq!(until_close.transfer("GET").unwrap(), (None, Framing::UntilClose));
        assert!(until_close.closes());
        let bad = parse("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n").unwrap();
        assert_eq!(bad.transfer("GET").unwrap_err().to_string(), "bad Content-Length \"x\"");
    }
}
