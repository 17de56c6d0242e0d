//! Status codes of HTTP in a text.

/// Words that stand before a status code.
const BEFORE: [&str; 18] = [
    "status: ",
    "status ",
    "statuscode: ",
    "status code ",
    "status code: ",
    "status=",
    "response: ",
    "status_code=",
    "http/1.1 ",
    "http ",
    "error ",
    "http status ",
    "registry ",
    "code=",
    "http code: ",
    "http code ",
    "response code ",
    "returned ",
];
/// Words that stand behind one: the reason phrases of Go (`go@b4712ab0:src/net/http/status.go:180`), and those of proxies.
const BEHIND: [&str; 25] = [
    "bad request",
    "unauthorized",
    "payment required",
    "forbidden",
    "not found",
    "method not allowed",
    "not acceptable",
    "proxy authentication",
    "request timeout",
    "request time-out",
    "gone",
    "precondition failed",
    "unsupported media",
    "requested range",
    "i'm a teapot",
    "too many requests",
    "unavailable for legal",
    "internal server",
    "not implemented",
    "bad gateway",
    "service unavailable",
    "gateway time",
    "temporary redirect",
    "moved permanently",
    "client error",
];

/// The status codes that `text` (in lower case) names as such, in order.
pub(crate) fn statuses(text: &str) -> Vec<u16> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices(['3', '4', '5']) {
        let Some(number) = text.get(at..at + 3).and_then(|digits| digits.parse::<u16>().ok()) else {
            continue;
        };
        if digit(text[..at].chars().next_back()) || digit(text[at + 3..].chars().next()) {
            continue;
        }
        let (before, behind) = (&text[..at], text[at + 3..].trim_start_matches([' ', ':', '(', ')', '-']));
        let named = BEFORE.iter().any(|word| before.ends_with(word)) && !before.ends_with("api error ");
        if named || follows_url(before) || BEHIND.iter().any(|word| behind.starts_with(word)) {
            found.push(number);
        }
    }
    found
}

/// Whether `before` ends with the URL whose answer is told: `status from GET request to URL: 401`. Not every server sends a
/// reason phrase along.
fn follows_url(before: &str) -> bool {
    let Some((words, url)) = before.strip_suffix(": ").and_then(|told| told.rsplit_once(' ')) else {
        return false;
    };
    let asked = ["status code", "status", "request to"].iter().any(|word| words.ends_with(word));
    asked && url.starts_with("http")
}

fn digit(c: Option<char>) -> bool {
    c.is_some_and(|c| c.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::statuses;

    #[test]
    fn only_what_is_named_as_a_status_counts() {
        let cases: [(&str, &[u16]); 11] = [
            ("to https://r/v2/a: 401 unauthorized", &[401]),
            ("statuscode: 404, \"x\"", &[404]),
            ("error: status 429 trying to pull", &[429]),
            ("remote response: 429: too many requests", &[429]),
            ("api error (500): get https://r", &[]),
            ("invalid status code from registry 403 (forbidden)", &[403]),
            ("10.0.0.1:500 read 404 bytes of 5000", &[]),
            ("(status=401 body=", &[401]),
            ("run: unexpected http code: 500, url", &[500]),
            ("status from get request to https://r/token?scope=a: 401 ", &[401]),
            ("get https://r/v2/: 500 of 800 bytes", &[]),
        ];
        for (text, wanted) in cases {
            assert_eq!(statuses(text), wanted, "{text}");
        }
    }
}
