use std::io;

use tokio::io::{AsyncRead, AsyncReadExt as _};

/// Bytes of a head that are read.
const LIMIT: usize = 64 * 1024;

/// The head of a request to a proxy.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) method: String,
    pub(super) target: String,
    lines: Vec<String>,
}

/// Where a request is to go.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Destination {
    pub(super) host: String,
    pub(super) port: u16,
}

impl Head {
    /// Reads a head byte by byte, so that nothing of what follows is taken. `None`: what came is no head.
    pub(super) async fn read(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<Self>> {
        let mut bytes = Vec::new();
        while !bytes.ends_with(b"\r\n\r\n") {
            if bytes.len() >= LIMIT {
                return Ok(None);
            }
            match stream.read_u8().await {
                Ok(byte) => bytes.push(byte),
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
                Err(error) => return Err(error),
            }
        }
        Ok(Self::parse(&String::from_utf8_lossy(&bytes)))
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.trim_end_matches("\r\n").split("\r\n");
        let mut words = lines.next()?.split(' ');
        let (method, target, version) = (words.next()?, words.next()?, words.next()?);
        if !version.starts_with("HTTP/1.") || words.next().is_some() {
            return None;
        }
        let lines = lines.map(str::to_owned).collect();
        Some(Self { method: method.to_owned(), target: target.to_owned(), lines })
    }

    pub(super) fn is_connect(&self) -> bool {
        self.method == "CONNECT"
    }

    pub(super) fn header(&self, wanted: &str) -> Option<&str> {
        let mut pairs = self.lines.iter().filter_map(|line| line.split_once(':'));
        pairs.find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.trim())
    }

    /// Where the request is to go: the target of `CONNECT`, or the host of an absolute address.
    pub(super) fn destination(&self) -> Option<Destination> {
        let (authority, default) = if self.is_connect() {
            (self.target.as_str(), 443)
        } else {
            (self.target.strip_prefix("http://")?.split('/').next()?, 80)
        };
        match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => {
                Some(Destination { host: bare(host), port: port.parse().ok()? })
            }
            _ => Some(Destination { host: bare(authority), port: default }),
        }
    }

    /// The request as the host gets it: in origin form, without what is for the proxy, and the last on its
    /// connection.
    pub(super) fn forwarded(&self) -> Vec<u8> {
        let rest = self.target.strip_prefix("http://").unwrap_or(&self.target);
        let path = rest.find('/').map_or("/", |at| &rest[at..]);
        let mut text = format!("{} {path} HTTP/1.1\r\n", self.method);
        for line in &self.lines {
            let name = line.split(':').next().unwrap_or_default().to_ascii_lowercase();
            if !name.starts_with("proxy-") && name != "connection" {
                text += &format!("{line}\r\n");
            }
        }
        (text + "Connection: close\r\n\r\n").into_bytes()
    }
}

fn bare(host: &str) -> String {
    host.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_tell_where_to_go() {
        let table = [
            ("CONNECT r.test:5000 HTTP/1.1\r\n\r\n", Some(("r.test", 5000))),
            ("CONNECT [fd00::1]:443 HTTP/1.1\r\n\r\n", Some(("fd00::1", 443))),
            ("GET http://R.test/v2/ HTTP/1.1\r\n\r\n", Some(("r.test", 80))),
            ("GET /v2/ HTTP/1.1\r\n\r\n", None),
            ("CONNECT r.test:x HTTP/1.1\r\n\r\n", None),
        ];
        for (text, expected) in table {
            let found = Head::parse(text).unwrap().destination();
            assert_eq!(found.as_ref().map(|d| (d.host.as_str(), d.port)), expected, "{text}");
        }
        assert!(Head::parse("\r\n\r\n").is_none() && Head::parse("GET / SPDY/1\r\n\r\n").is_none());
    }

    #[test]
    fn what_is_for_the_proxy_stays_there() {
        let text =
            "GET http://r.test/a?b HTTP/1.1\r\nHost: r.test\r\nProxy-Authorization: Basic eA==\r\n\r\n";
        let sent = String::from_utf8(Head::parse(text).unwrap().forwarded()).unwrap();
        assert_eq!(sent, "GET /a?b HTTP/1.1\r\nHost: r.test\r\nConnection: close\r\n\r\n");
    }
}
