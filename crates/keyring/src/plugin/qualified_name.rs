//! What Kubernetes calls a qualified name: the keys of labels and annotations.

const ALPHANUMERIC: &str = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an \
                            alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for \
                            validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const SUBDOMAIN: &str = "prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, \
                         '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex \
                         used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

/// What is wrong with a name (`k8s.io/apimachinery v0.34.0 pkg/util/validation/validation.go IsQualifiedName`).
pub(super) fn faults_of_name(name: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let (prefix, name) = match name.split_once('/') {
        None => (None, name),
        Some((_, rest)) if rest.contains('/') => {
            return vec![format!(
                "a qualified name {ALPHANUMERIC} with an optional DNS subdomain prefix and '/' (e.g. \
                 'example.com/MyName')"
            )];
        }
        Some((prefix, name)) => (Some(prefix), name),
    };
    match prefix {
        Some("") => faults.push("prefix part must be non-empty".to_owned()),
        Some(prefix) => {
            if prefix.len() > 253 {
                faults.push("prefix part must be no more than 253 characters".to_owned());
            }
            if !prefix.split('.').all(is_label) {
                faults.push(SUBDOMAIN.to_owned());
            }
        }
        None => {}
    }
    if name.is_empty() {
        faults.push("name part must be non-empty".to_owned());
    } else if name.len() > 63 {
        faults.push("name part must be no more than 63 characters".to_owned());
    }
    if !is_name(name) {
        faults.push(format!("name part {ALPHANUMERIC}"));
    }
    faults
}

/// `[a-z0-9]([-a-z0-9]*[a-z0-9])?`
fn is_label(label: &str) -> bool {
    let legal = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit();
    label.bytes().all(|c| legal(c) || c == b'-') && has_ends(label, legal)
}

/// `([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]`
fn is_name(name: &str) -> bool {
    let legal = |c: u8| c.is_ascii_alphanumeric();
    name.bytes().all(|c| legal(c) || b"-_.".contains(&c)) && has_ends(name, legal)
}

fn has_ends(text: &str, legal: impl Fn(u8) -> bool) -> bool {
    let ends = (text.bytes().next(), text.bytes().next_back());
    matches!(ends, (Some(first), Some(last)) if legal(first) && legal(last))
}
