//! Which proxy a request goes through (`golang.org/x/net/http/httpproxy`, as vendored in Go 1.25).

use std::net::IpAddr;

use gostd::url::Url;
use node::Environment;

/// The proxy settings of a service, read once from its environment.
#[derive(Clone, Debug, Default)]
pub struct ProxyRules {
    http: Option<Chosen>,
    https: Option<Chosen>,
    /// Whether the process is one of a CGI server, which sets HTTP_PROXY from a request's header.
    is_cgi: bool,
    bypass: Bypass,
}

/// A proxy, and the variable that names it.
#[derive(Clone, Debug)]
struct Chosen {
    url: Url,
    variable: &'static str,
}

/// A decision and its reason, for the trace.
#[derive(Clone, Debug)]
pub enum Route {
    /// Straight to the host; the reason where a proxy is configured all the same.
    Direct(Option<String>),
    /// Through this proxy, for this reason.
    Proxy(Box<Url>, String),
    /// Not at all: HTTP_PROXY is not believed where `REQUEST_METHOD` is set.
    Refused,
}

#[derive(Clone, Debug, Default)]
struct Bypass {
    all: bool,
    /// Each entry as written, and what it matches.
    matchers: Vec<(String, Matcher)>,
    variable: &'static str,
}

#[derive(Clone, Debug)]
enum Matcher {
    Network(IpAddr, u8),
    Address(IpAddr, Option<String>),
    Domain { suffix: String, itself: bool, port: Option<String> },
}

impl ProxyRules {
    /// Reads `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`; upper case first, then lower case. `go` is the minor version of
    /// Go 1 whose rules hold.
    pub fn from_environment(environment: &Environment, go: u8) -> Self {
        let chosen = |found| chosen(found, go);
        let http = first(environment, ["HTTP_PROXY", "http_proxy"]);
        let (variable, list) = first(environment, ["NO_PROXY", "no_proxy"]).unwrap_or(("NO_PROXY", ""));
        Self {
            http: http.and_then(chosen),
            https: first(environment, ["HTTPS_PROXY", "https_proxy"]).and_then(chosen),
            is_cgi: environment.get("REQUEST_METHOD").is_some_and(|method| !method.is_empty()),
            bypass: Bypass { variable, ..Bypass::parse(list) },
        }
    }

    /// `Config.ProxyFunc`: the route to a URL.
    pub fn route(&self, url: &Url) -> Route {
        let (proxy, default_port) = match url.scheme.as_str() {
            "https" => (&self.https, "443"),
            "http" => (&self.http, "80"),
            _ => return Route::Direct(None),
        };
        let Some(proxy) = proxy else { return Route::Direct(None) };
        if self.is_cgi && url.scheme == "http" {
            return Route::Refused;
        }
        let (host, port) = (url.hostname(), url.port());
        let port = if port.is_empty() { default_port } else { port };
        match self.bypass.reason(host, port) {
            Some(reason) => Route::Direct(Some(reason)),
            None => {
                let reason = format!("{}, and {}", proxy.variable, self.bypass.miss());
                Route::Proxy(Box::new(proxy.url.clone()), reason)
            }
        }
    }
}

/// The first of these variables that is set to something, and its value.
fn first<'a>(environment: &'a Environment, names: [&'static str; 2]) -> Option<(&'static str, &'a str)> {
    names.into_iter().find_map(|name| Some((name, environment.first(&[name])?)))
}

fn chosen((variable, value): (&'static str, &str), go: u8) -> Option<Chosen> {
    Some(Chosen { url: parse_proxy(value, go)?, variable })
}

/// `parseProxy`: a value without a usable scheme is tried again with `http://` before it. Up to Go 1.19 a scheme was
/// usable if it was known; later any is, and what is no SOCKS is spoken to as an HTTP proxy.
fn parse_proxy(value: &str, go: u8) -> Option<Url> {
    const SCHEMES: [&str; 3] = ["http", "https", "socks5"];
    let is_usable = |url: &Url| match go {
        ..20 => SCHEMES.contains(&url.scheme.as_str()),
        _ => !url.scheme.is_empty() && !url.host.is_empty(),
    };
    match Url::parse(value) {
        Ok(url) if is_usable(&url) => Some(url),
        first => Url::parse(&format!("http://{value}")).ok().or(first.ok()),
    }
}

impl Bypass {
    fn parse(list: &str) -> Self {
        let mut bypass = Self::default();
        for entry in list.split(',').map(|entry| entry.trim().to_lowercase()) {
            match entry.as_str() {
                "" => {}
                "*" => return Self { all: true, ..Self::default() },
                entry => bypass.matchers.extend(matcher(entry).map(|matcher| (entry.to_owned(), matcher))),
            }
        }
        bypass
    }

    /// That nothing of it is meant.
    fn miss(&self) -> String {
        let entries: Vec<&str> = self.matchers.iter().map(|(entry, _)| entry.as_str()).collect();
        match entries.as_slice() {
            [] => "NO_PROXY is empty".to_owned(),
            some => format!("{} ({}) does not name it", self.variable, some.join(",")),
        }
    }

    fn reason(&self, host: &str, port: &str) -> Option<String> {
        // Letters and a dot at the end count here, and only here.
        let is_localhost = host == "localhost";
        let host = host.to_lowercase();
        let address = host.parse::<IpAddr>().ok();
        if is_localhost || address.is_some_and(|address| address.is_loopback()) {
            Some("localhost never goes through a proxy".to_owned())
        } else if self.all {
            Some(format!("{} is *", self.variable))
        } else {
            let hit = self.matchers.iter().find(|(_, matcher)| matcher.matches(&host, port, address));
            hit.map(|(entry, _)| format!("{} names it with {entry:?}", self.variable))
        }
    }
}

fn matcher(entry: &str) -> Option<Matcher> {
    if let Some((address, bits)) = entry.split_once('/')
        && let (Ok(address), Ok(bits)) = (address.parse::<IpAddr>(), bits.parse())
        && bits <= (if address.is_ipv4() { 32 } else { 128 })
        && !entry.contains("/+")
    {
        return Some(Matcher::Network(address, bits));
    }
    let (host, port) = split_port(entry);
    if host.is_empty() {
        return None;
    }
    if let Ok(address) = host.trim_start_matches('[').trim_end_matches(']').parse() {
        return Some(Matcher::Address(address, port));
    }
    let host = host.strip_prefix('*').filter(|rest| rest.starts_with('.')).unwrap_or(&host);
    let itself = !host.starts_with('.');
    let suffix = if itself { format!(".{host}") } else { host.to_owned() };
    Some(Matcher::Domain { suffix, itself, port })
}

fn split_port(entry: &str) -> (String, Option<String>) {
    if entry.parse::<IpAddr>().is_ok() {
        return (entry.to_owned(), None);
    }
    match entry.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => {
            (host.to_owned(), Some(port.to_owned()).filter(|port| !port.is_empty()))
        }
        _ => (entry.to_owned(), None),
    }
}

impl Matcher {
    fn matches(&self, host: &str, port: &str, address: Option<IpAddr>) -> bool {
        let fits = |wanted: &Option<String>| wanted.as_deref().is_none_or(|wanted| wanted == port);
        match self {
            Self::Network(network, bits) => address.is_some_and(|address| within(address, *network, *bits)),
            Self::Address(wanted, wanted_port) => address == Some(*wanted) && fits(wanted_port),
            Self::Domain { suffix, itself, port: wanted } => {
                (host.ends_with(suffix) || (*itself && host == &suffix[1..])) && fits(wanted)
            }
        }
    }
}

fn within(address: IpAddr, network: IpAddr, bits: u8) -> bool {
    let prefix = |value: u128, width: u32| value.checked_shr(width.saturating_sub(bits.into())).unwrap_or(0);
    match (address, network) {
        (IpAddr::V4(a), IpAddr::V4(n)) => prefix(u32::from(a).into(), 32) == prefix(u32::from(n).into(), 32),
        (IpAddr::V6(a), IpAddr::V6(n)) => prefix(a.into(), 128) == prefix(n.into(), 128),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxied(no_proxy: &str, url: &str) -> bool {
        let variables = [
            ("HTTPS_PROXY", "proxy.test:3128"),
            ("http_proxy", "http://proxy.test:3128"),
            ("NO_PROXY", no_proxy),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let rules = ProxyRules::from_environment(&Environment::new(variables), 25);
        matches!(rules.route(&Url::parse(url).unwrap()), Route::Proxy(proxy, _) if proxy.hostname() == "proxy.test")
    }

    #[test]
    fn no_proxy() {
        let cases = [
            ("", "https://r.test/", true),
            ("r.test", "https://r.test/", false),
            ("r.test", "https://a.r.test/", false),
            (".r.test", "https://r.test/", true),
            ("*.r.test", "https://a.r.test/", false),
            ("r.test:5000", "https://r.test/", true),
            ("r.test:443", "https://r.test/", false),
            ("10.0.0.0/8", "https://10.1.2.3/", false),
            ("10.0.0.0/8", "https://r.test/", true),
            ("10.1.2.3", "http://10.1.2.3:80/", false),
            ("10.1.2.3/40", "http://10.1.2.3/", true),
            ("10.1.2.3/+8", "http://10.1.2.3/", true),
            ("10.1.2.3/032", "http://10.1.2.3/", false),
            ("fd00::/8", "https://[fd00::1]/", false),
            ("[fd00::1]:443", "https://[fd00::1]/", false),
            ("[fd00::1]:80", "https://[fd00::1]/", true),
            (":443", "https://r.test/", true),
            ("test", "https://r.test/", false),
            ("*", "http://x.test/", false),
            ("other, R.TEST ", "http://r.test/", false),
            ("", "http://localhost:5000/", true),
            ("", "http://127.0.0.1/", false),
        ];
        for (no_proxy, url, through) in cases {
            let through = through && !url.contains("localhost");
            assert_eq!(proxied(no_proxy, url), through, "{no_proxy} {url}");
        }
    }

    #[test]
    fn a_cgi_server_does_not_believe_its_proxy() {
        let variables = [
            ("HTTP_PROXY", "p.test"),
            ("HTTPS_PROXY", "p.test"),
            ("REQUEST_METHOD", "GET"),
            ("NO_PROXY", "*"),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let rules = ProxyRules::from_environment(&Environment::new(variables), 25);
        let route = |url| rules.route(&Url::parse(url).unwrap());
        assert!(matches!(route("http://r.test/"), Route::Refused));
        assert!(matches!(route("https://r.test/"), Route::Direct(Some(_))));
    }
}
