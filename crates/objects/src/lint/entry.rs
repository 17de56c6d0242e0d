use keyring::{AuthFieldError, EntryKey, decode_auth_field};
use secret::Secret;

use crate::Place;
use crate::excerpt::Reveal;
use crate::lint::LintCode;
use crate::lint::document::{Document, folded};
use crate::lint::finding::Findings;
use crate::lint::key::lint_key;
use crate::lint::token::lint_token;
use crate::near::nearest;
use crate::tree::{Member, Tree};

/// One login, as written.
pub(super) struct Entry<'t> {
    pub member: &'t Member,
    auth: Option<&'t Member>,
    username: Option<&'t Member>,
    password: Option<&'t Member>,
}

impl<'t> Entry<'t> {
    pub fn read(member: &'t Member) -> Self {
        let field = |name| folded(&member.value, name).filter(|member| !member.value.is_null());
        Self { member, auth: field("auth"), username: field("username"), password: field("password") }
    }

    /// Whether there is nothing in it that the kubelet reads.
    pub fn is_empty(&self) -> bool {
        [self.auth, self.username, self.password]
            .into_iter()
            .flatten()
            .all(|member| member.value.text().is_some_and(|text| text.expose().is_empty()))
            && self.member.value.text().is_none()
    }

    pub fn location(&self) -> &str {
        self.member.key.expose()
    }
}

/// Looks at the entries of a document, one by one and together.
pub(super) fn lint_entries(document: &Document<'_>, entries: &[Entry<'_>], findings: &mut Findings<'_>) {
    for (index, entry) in entries.iter().enumerate() {
        let place = document.key(entry.member);
        let key = lint_key(entry.location(), &place, findings);
        if let Some(first) = key.and_then(|key| same_key(&entries[..index], &key)) {
            let exact = first.location() == entry.location();
            let (message, help) = if exact {
                ("the same key again: the last one wins, the others are lost", "leave one of them")
            } else {
                (
                    "another entry is for the same registry: which of the two is tried first is chance",
                    "leave one of them",
                )
            };
            findings.add(LintCode::Duplicate, place.clone(), message, help);
        }
        lint_login(document, entry, &place, findings);
    }
    nothing_matches(document, entries, findings);
}

fn same_key<'e, 't>(before: &'e [Entry<'t>], key: &EntryKey) -> Option<&'e Entry<'t>> {
    before.iter().find(|entry| EntryKey::from_location(entry.location()).as_ref() == Ok(key))
}

fn nothing_matches(document: &Document<'_>, entries: &[Entry<'_>], findings: &mut Findings<'_>) {
    let Some(repository) = findings.options.repository.clone() else { return };
    let hub = keyring::is_default_registry(&repository);
    let matches = |entry: &Entry<'_>| {
        EntryKey::from_location(entry.location()).is_ok_and(|EntryKey(key)| {
            keyring::urls_match(&key, &repository).is_ok() || (hub && key == "index.docker.io")
        })
    };
    if entries.iter().any(matches) {
        return;
    }
    let Some(first) = entries.first() else { return };
    let host = repository.split('/').next().unwrap_or_default();
    let wanted = if hub { "https://index.docker.io/v1/" } else { host };
    let place = document.key(first.member);
    let message = format!("no entry is for {repository}: the node asks as anonymous");
    let help =
        format!("write an entry with the key {wanted:?}; pullsim secret match says why each does not match");
    findings.add(LintCode::NothingMatches, place, message, help);
}

fn lint_login(document: &Document<'_>, entry: &Entry<'_>, key: &Place, findings: &mut Findings<'_>) {
    let value = &entry.member.value;
    let masked = |tree: &Tree| tree.span.place(document.source, Reveal::Masked);
    if !value.is_map() && !value.is_null() {
        let message = format!("the entry is {}, and must be an object", value.kind());
        let help = "write {\"username\": …, \"password\": …}; one bad entry spoils the whole document";
        findings.add(LintCode::WrongShape, masked(value), message, help);
        return;
    }
    let fields = [entry.username, entry.password, entry.auth, folded(value, "email")];
    for member in fields.into_iter().flatten() {
        if member.value.text().is_none() && !member.value.is_null() {
            let name = member.key.expose();
            let message = format!("{name} is {}, and must be a text", member.value.kind());
            let help = "put it in quotation marks; one bad entry spoils the whole document";
            findings.add(LintCode::WrongShape, masked(&member.value), message, help);
            return;
        }
    }
    misspelt(document, value, findings);
    if entry.is_empty() {
        let token = folded(value, "identitytoken").or_else(|| folded(value, "registrytoken"));
        match token {
            Some(token) => {
                let message =
                    format!("{} is ignored by the kubelet, and there is nothing else", token.key.expose());
                let help = "use a user name with a password or an access token";
                let place = document.key(token);
                findings.add(LintCode::IdentityTokenOnly, place, message, help);
            }
            None => {
                let message = "the entry has neither user name nor password: it is used all the same, empty";
                let help = "add a login, or leave the entry away";
                findings.add(LintCode::EmptyEntry, key.clone(), message, help);
            }
        }
        return;
    }
    if let Some((username, password, place)) = login(document, entry, findings) {
        new_line(&username, &password, &place, findings);
        lint_token(&username, &password, &place, findings);
    }
}

/// What a login has that the kubelet reads, and what some write in its place.
const FIELDS: [&str; 3] = ["auth", "username", "password"];
const SYNONYMS: [(&str, &str); 6] = [
    ("user", "username"),
    ("login", "username"),
    ("pass", "password"),
    ("pwd", "password"),
    ("token", "password"),
    ("secret", "password"),
];

/// Fields that are near to those which the kubelet reads; it passes over what it does not know
/// (`kubernetes v1.28.7 pkg/credentialprovider/config.go dockerConfigEntryWithAuth`).
fn misspelt(document: &Document<'_>, login: &Tree, findings: &mut Findings<'_>) {
    for member in login.members() {
        let name = member.key.expose().to_ascii_lowercase();
        let known = FIELDS.iter().chain(&["email"]).any(|field| *field == name);
        let synonym = SYNONYMS.iter().find(|(written, _)| *written == name).map(|(_, meant)| *meant);
        let meant = synonym.or_else(|| nearest(&name, FIELDS)).filter(|_| !known);
        if let Some(meant) = meant.filter(|meant| folded(login, meant).is_none()) {
            let message = format!("the kubelet reads no {name:?} of a login: it is passed over");
            let help = format!("write {meant:?}");
            findings.add(LintCode::Misspelt, document.key(member), message, help);
        }
    }
}

/// User name and password as the kubelet understands them, and the place of the password.
fn login(
    document: &Document<'_>,
    entry: &Entry<'_>,
    findings: &mut Findings<'_>,
) -> Option<(String, Secret, Place)> {
    let text =
        |member: Option<&Member>| member.and_then(|member| member.value.text()).cloned().unwrap_or_default();
    let (username, password) = (text(entry.username), text(entry.password));
    let masked = |member: &Member| member.value.span.place(document.source, Reveal::Masked);
    let auth = entry.auth.filter(|member| member.value.text().is_some_and(|text| !text.expose().is_empty()));
    let Some(auth) = auth else {
        let place = entry.password.or(entry.username).map(masked)?;
        return Some((username.expose().clone(), password, place));
    };
    let field = text(Some(auth));
    let place = masked(auth);
    let decoded = match decode_auth_field(field.expose()) {
        Ok(decoded) => decoded,
        Err(error) => {
            bad_auth(field.expose(), &error, place, findings);
            return None;
        }
    };
    if field.expose().contains(['\n', '\r']) {
        let message = "auth is broken into lines: the kubelet skips the line ends, other programs do not";
        findings.add(LintCode::LineBreak, place.clone(), message, "encode with base64 -w0");
    }
    let differs =
        |written: &Secret, decoded: &str| !written.expose().is_empty() && written.expose() != decoded;
    if differs(&username, &decoded.0) || differs(&password, decoded.1.expose()) {
        let message = "auth holds another login than username and password: auth is what counts";
        findings.add(LintCode::Contradiction, place.clone(), message, "leave auth away, or make it anew");
    }
    Some((decoded.0, decoded.1, place))
}

fn bad_auth(field: &str, error: &AuthFieldError, place: Place, findings: &mut Findings<'_>) {
    let spoils = "one bad entry spoils the whole document, and with it all pull secrets of a pod";
    let standard: String = field.replace('-', "+").replace('_', "/");
    match error {
        AuthFieldError::NoColon => {
            let message = format!("auth holds no colon: {error}");
            let help = format!("auth is base64 of USER:PASSWORD; {spoils}");
            findings.add(LintCode::NoColon, place, message, help);
        }
        AuthFieldError::Base64(_) if field.contains(['-', '_']) && decode_auth_field(&standard).is_ok() => {
            let message =
                format!("auth is in the URL-safe alphabet, with - and _ in place of + and /: {error}");
            let help = format!("encode it in the standard alphabet; {spoils}");
            findings.add(LintCode::UrlSafe, place, message, help);
        }
        AuthFieldError::Base64(_) => {
            let message = format!("auth is not base64: {error}");
            let help = format!("auth is base64 of USER:PASSWORD; {spoils}");
            findings.add(LintCode::BadBase64, place, message, help);
        }
    }
}

fn new_line(username: &str, password: &Secret, place: &Place, findings: &mut Findings<'_>) {
    let of = if password.expose().contains(['\n', '\r']) {
        "password"
    } else if username.contains(['\n', '\r']) {
        "user name"
    } else {
        return;
    };
    let message = format!("the {of} holds a new line, which is sent with it: the registry refuses the login");
    let help = "encode without one: printf '%s' \"USER:PASSWORD\" | base64 -w0 (echo adds a new line)";
    findings.add(LintCode::NewLine, place.clone(), message, help);
}
