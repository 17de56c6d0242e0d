//! What clients of Docker's API write around the daemon's answer: the status of the API is none of the registry's.

use super::pattern;

/// What they write, in lower case (`docker-py@afc6d1ee:docker/errors.py:58`, `requests@1f6589ec:src/requests/models.py:1162`,
/// `docker-modem@5dc5674:lib/modem.js:390`,
/// `docker-java@002b6eb7:docker-java-api/src/main/java/com/github/dockerjava/api/exception/DockerException.java:16`).
const WRAPPERS: [&str; 13] = [
    "server error for http*: internal server error",
    "server error: internal server error",
    "client error for http*: not found",
    "client error for http*: forbidden",
    "client error for http*: unauthorized",
    "client error for http*: bad request",
    "client error for http*: conflict",
    "client error: not found",
    "(http code 500) server error",
    "(http code 500) unexpected",
    "(http code 404) no such image",
    "internalservererrorexception: status 500",
    "notfoundexception: status 404",
];

/// What they mean, no longer than any of them.
const ANSWER: &str = "client error";

/// The text with what clients of Docker's API wrote around its answers replaced, as long as before.
pub(super) fn unwrapped(lower: String) -> String {
    // Quickly told.
    if !["docker", "http code", "server error:"].iter().any(|word| lower.contains(word)) {
        return lower;
    }
    let mut lower = lower;
    for wrapper in WRAPPERS {
        let mut from = 0;
        while let Some(span) = pattern::find(&lower, wrapper, from) {
            // The status stands before it: `500 Server Error …`.
            let number = lower[..span.start].ends_with(' ') && span.start >= 4;
            let digits =
                number && lower.as_bytes()[span.start - 4..span.start - 1].iter().all(u8::is_ascii_digit);
            let start = if digits { span.start - 4 } else { span.start };
            let meant = format!("{ANSWER:<width$}", width = span.end - start);
            lower.replace_range(start..span.end, &meant);
            from = span.end;
        }
    }
    lower
}

#[cfg(test)]
mod tests {
    use super::unwrapped;

    #[test]
    fn the_status_of_the_api_is_none_of_the_registry() {
        let cases = [
            "500 server error for http+docker://localhost/v1.41/images/create?tag=v1: internal server error (\"x\")",
            "apierror: 500 server error: internal server error (\"{\"message\":\"x\"}\")",
            "(http code 500) server error - x",
            "com.github.dockerjava.api.exception.internalservererrorexception: status 500: {\"message\":\"x\"}",
        ];
        for case in cases {
            let told = unwrapped(case.to_owned());
            assert_eq!(told.len(), case.len(), "{told}");
            assert!(!told.contains("500") && !told.contains("internal server error"), "{told}");
        }
        let registry = "received unexpected http status: 500 internal server error; docker";
        assert_eq!(unwrapped(registry.to_owned()), registry);
    }
}
