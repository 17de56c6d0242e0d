//! Where a redirect leads, and what goes along (Go 1.25 `net/http/client.go` `Client.do`).

use std::net::IpAddr;

use gostd::http;
use gostd::net::Error;
use gostd::url::Url;
use trace::{Fault, Stage};

use crate::client::{Client, Response};
use crate::http1::{Header, Request};

/// After so many redirects Go stops (`defaultCheckRedirect`).
const MAX_REDIRECTS: usize = 10;
/// Fields that do not go to another host (`shouldCopyHeaderOnRedirect`).
const SENSITIVE: [&str; 6] =
    ["Authorization", "Www-Authenticate", "Cookie", "Cookie2", "Proxy-Authorization", "Proxy-Authenticate"];

/// The redirects of one request.
pub struct Redirects {
    first: Url,
    header: Header,
    followed: usize,
    stripped: bool,
    /// Whether the fields that describe a body go once the body is gone.
    strips_body_fields: bool,
    bodiless: bool,
}

/// Whether a redirect that turns a request into a GET takes the fields about its body away (`stripBodyHeaders`).
const STRIPS_BODY_FIELDS_SINCE: u8 = 26;
/// Those fields.
const ABOUT_THE_BODY: [&str; 4] =
    ["Content-Encoding", "Content-Language", "Content-Location", "Content-Type"];

impl Redirects {
    /// No redirect followed yet; `go` is the minor version of Go 1 whose rules hold.
    pub fn new(request: &Request, go: u8) -> Self {
        Self {
            first: request.url.clone(),
            header: request.header.clone(),
            followed: 0,
            stripped: false,
            strips_body_fields: go >= STRIPS_BODY_FIELDS_SINCE,
            bodiless: false,
        }
    }

    /// The request that follows an answer; `None` where the answer is the last.
    ///
    /// # Errors
    /// Too many redirects, or a `Location` that is no URL. The fault belongs to the `Location` as it was sent in the
    /// first case, to the URL of the last request in the second.
    pub fn next(&mut self, last: &Request, answer: &Response) -> Result<Option<Request>, (String, Fault)> {
        let keeps_method = match answer.status {
            301..=303 => false,
            307 | 308 => true,
            _ => return Ok(None),
        };
        // A body that cannot be sent again keeps the request where it is (`redirectBehavior`).
        if keeps_method && last.body.is_some() && last.is_chunked() {
            return Ok(None);
        }
        // Answers of this kind without a Location are seen in the wild, and are taken as they are.
        let Some(location) = answer.location().filter(|location| !location.is_empty()) else {
            return Ok(None);
        };
        let head = |error| Fault::new(Stage::Head, Error::Http(error));
        let target = Url::parse(&location).map_err(|error| {
            let invalid =
                http::Error::InvalidLocation { location: location.clone(), reason: error.to_string() };
            (last.url.to_string(), head(invalid))
        })?;
        let target = last.url.resolve_reference(&target);
        self.followed += 1;
        if self.followed >= MAX_REDIRECTS {
            return Err((location, head(http::Error::TooManyRedirects)));
        }
        Ok(Some(self.request(last, target, keeps_method)))
    }

    fn request(&mut self, last: &Request, target: Url, keeps_method: bool) -> Request {
        let method = if keeps_method || last.method == "HEAD" { last.method } else { "GET" };
        self.stripped |= !goes_along(&self.first, &target);
        self.bodiless |= !keeps_method;
        let among = |names: &[&str], name: &str| names.iter().any(|other| other.eq_ignore_ascii_case(name));
        let mut header = Header::new();
        for (name, value) in self.header.iter() {
            let is_stripped = self.stripped && among(&SENSITIVE, name)
                || self.bodiless && self.strips_body_fields && among(&ABOUT_THE_BODY, name);
            if !is_stripped {
                header.add(name, value);
            }
        }
        if let Some(referer) = referer(&last.url, &target) {
            header.set("Referer", referer);
        }
        let body = last.body.clone().filter(|_| !self.bodiless);
        Request { purpose: last.purpose, method, url: target, header, body }
    }
}

/// `shouldCopyHeaderOnRedirect`: to the same host or one below it.
fn goes_along(first: &Url, target: &Url) -> bool {
    let (from, to) = (first.hostname().to_ascii_lowercase(), target.hostname().to_ascii_lowercase());
    to == from || (from.parse::<IpAddr>().is_err() && to.ends_with(&format!(".{from}")))
}

/// `refererForURL`: not from https to http, never with user info.
fn referer(last: &Url, target: &Url) -> Option<String> {
    if last.scheme == "https" && target.scheme == "http" {
        return None;
    }
    Some(Url { user: None, ..last.clone() }.to_string())
}

impl Response {
    /// `Location` as text. What is no UTF-8 in it would be escaped when it is written (`EscapedPath`), and is here.
    pub fn location(&self) -> Option<String> {
        let bytes = self.header.get_all_bytes("Location").next()?;
        Some(http::escape_invalid(bytes))
    }
}

impl Client {
    /// `Client.Do`: sends a request and follows redirects as Go does by itself.
    ///
    /// # Errors
    /// The URL at which it ended, and the fault.
    pub async fn send(&self, mut request: Request) -> Result<Response, (String, Fault)> {
        let mut redirects = Redirects::new(&request, STRIPS_BODY_FIELDS_SINCE);
        loop {
            let answer = self.round_trip(&request).await.map_err(|fault| (request.url.to_string(), fault))?;
            match redirects.next(&request, &answer)? {
                Some(next) => request = next,
                None => return Ok(answer),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_along() {
        let url = |text| Url::parse(text).unwrap();
        let cases = [
            ("https://r.test/a", "https://r.test/b", true),
            ("https://r.test/a", "https://r.test:5000/b", true),
            ("https://r.test/a", "http://cdn.r.test/b", true),
            ("https://r.test/a", "https://cdn.test/b", false),
            ("https://127.0.0.1/a", "https://x.127.0.0.1/b", false),
        ];
        for (from, to, along) in cases {
            assert_eq!(goes_along(&url(from), &url(to)), along, "{from} {to}");
        }
        assert_eq!(
            referer(&url("https://u:p@r.test/a"), &url("https://b/")).as_deref(),
            Some("https://r.test/a")
        );
        assert_eq!(referer(&url("https://r.test/a"), &url("http://b/")), None);
    }
}
