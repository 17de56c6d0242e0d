//! Nothing secret goes out: what is shown of a text has lost its passwords, tokens and signatures.

const PLACEHOLDER: &str = "[redacted]";
/// Names of fields and parameters whose values are secret.
const NAMES: [&str; 12] = [
    "authorization",
    "password",
    "passwd",
    "token",
    "access_token",
    "refresh_token",
    "identitytoken",
    "auth",
    "secret",
    "registrytoken",
    "client_secret",
    "x-registry-auth",
];
/// Schemes of `Authorization`, in lower case.
const SCHEMES: [&str; 2] = ["bearer ", "basic "];
/// What ends a value without quotes around it.
const ENDS: [char; 9] = [' ', '"', '\'', '\\', ',', '&', ';', '}', ')'];
/// No scheme's words are followed by a word as long as this.
const MIN_TOKEN: usize = 16;

/// The text as it may be shown.
pub(crate) fn text(text: &str) -> String {
    let words = text.split(' ').map(urls).collect::<Vec<_>>().join(" ");
    tokens(&fields(&words))
}

/// Passwords and signatures of URLs.
fn urls(word: &str) -> String {
    let Some(scheme) = word.find("://") else { return word.to_owned() };
    let start = word[..scheme].rfind(|c: char| !c.is_ascii_alphanumeric()).map_or(0, |at| at + 1);
    let end = word[start..].find(['"', '\'', '`', '>']).map_or(word.len(), |end| start + end);
    let (url, rest) = word[start..].split_at(end - start);
    format!(
        "{}{}{}",
        &word[..start],
        trace::redact::url(url),
        if rest.contains("://") { urls(rest) } else { rest.to_owned() }
    )
}

/// `password=…`, `"auth":"…"`, `Authorization: Bearer …`.
fn fields(text: &str) -> String {
    let mut out = text.to_owned();
    let mut from = 0;
    while let Some((start, end)) = next_field(&out, from) {
        out.replace_range(start..end, PLACEHOLDER);
        from = start + PLACEHOLDER.len();
    }
    out
}

/// Where the next secret value stands.
fn next_field(text: &str, from: usize) -> Option<(usize, usize)> {
    let lower = text.to_ascii_lowercase();
    let candidates = NAMES
        .iter()
        .flat_map(|name| lower[from..].match_indices(name).map(|(at, name)| (from + at, name.len())));
    candidates.filter_map(|(at, length)| value(text, &lower, at, length)).min()
}

fn value(text: &str, lower: &str, at: usize, length: usize) -> Option<(usize, usize)> {
    let alone = !lower[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric());
    let behind = &text[at + length..];
    let after_quote = behind.trim_start_matches(['\\', '"', '\'']);
    let quoted_name = after_quote.len() < behind.len();
    let rest = after_quote.trim_start();
    let sign = rest.chars().next()?;
    let is_header = lower[at..].starts_with("authorization") || lower[at..].starts_with("x-registry-auth");
    if !alone || !(sign == '=' || (sign == ':' && (quoted_name || is_header))) {
        return None;
    }
    let rest = if sign == ':' { rest[1..].trim_start() } else { &rest[1..] };
    let inner = rest.trim_start_matches(['\\', '"', '\'']);
    let ends: &[char] = if inner.len() < rest.len() { &['"', '\'', '\\'] } else { &ENDS };
    let start = text.len() - inner.len();
    let scheme =
        SCHEMES.iter().find(|scheme| lower[start..].starts_with(*scheme)).map_or(0, |scheme| scheme.len());
    let length = inner[scheme..].find(ends).unwrap_or(inner.len() - scheme);
    let shown = inner[scheme..].starts_with(PLACEHOLDER);
    (length > 0 && !shown).then_some((start + scheme, start + scheme + length))
}

/// Tokens that stand in the open: JSON web tokens, those of well-known services, and what follows a scheme.
fn tokens(text: &str) -> String {
    let mut after_scheme = false;
    let words = text.split(' ').map(|word| {
        let bare = word.trim_matches(['"', '\'', ',', ';', '\\']);
        let long = bare.len() >= MIN_TOKEN
            && bare.chars().all(|c| c.is_ascii_alphanumeric() || "-_.=+/~".contains(c));
        let known = ["eyJ", "ghp_", "gho_", "ghs_", "github_pat_", "dckr_pat_", "glpat-", "ya29."]
            .iter()
            .any(|begin| bare.starts_with(begin) && long);
        let secret = known || (after_scheme && long);
        after_scheme = matches!(bare.to_ascii_lowercase().as_str(), "bearer" | "basic");
        if secret { word.replace(bare, PLACEHOLDER) } else { word.to_owned() }
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn secrets_go_and_words_stay() {
        let cases = [
            ("Get \"https://ci:hunter2@r.test/v2/\": EOF", "Get \"https://[redacted]@r.test/v2/\": EOF"),
            (
                "https://s.test/a?X-Amz-Signature=abc&x=1: 403",
                "https://s.test/a?X-Amz-Signature=[redacted]&x=1: 403",
            ),
            ("Authorization: Bearer abc.def, x", "Authorization: Bearer [redacted], x"),
            ("{\"auth\":\"dTpw\",\"x\":1}", "{\"auth\":\"[redacted]\",\"x\":1}"),
            ("{\\\"password\\\":\\\"p w\\\"}", "{\\\"password\\\":\\\"[redacted]\\\"}"),
            ("password=hunter2 username=ci", "password=[redacted] username=ci"),
            ("password= username=", "password= username="),
            ("got eyJhbGciOiJIUzI1NiJ9.e30.x", "got [redacted]"),
            (
                "failed to fetch oauth token: unexpected status: 401",
                "failed to fetch oauth token: unexpected status: 401",
            ),
            ("requesting bearer token: invalid", "requesting bearer token: invalid"),
            ("no basic auth credentials", "no basic auth credentials"),
        ];
        for (given, shown) in cases {
            assert_eq!(text(given), shown);
        }
    }
}
