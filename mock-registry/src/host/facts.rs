//! What a request is for, as faults see it.

use crate::fault::{Facts, Target};
use crate::host::{Host, RequestHead};

/// Digits of a digest, by which it is found in the address of a blob.
const DIGITS: usize = 64;

impl Host {
    pub(super) fn facts<'a>(&self, head: &RequestHead<'a>) -> Facts<'a> {
        let (target, repository, reference) = self.what(head.path);
        // Who asks for a token may log in by the request's body.
        let anonymous = head.authorization.is_none() && target != Target::Token;
        Facts {
            method: head.method,
            path: head.path,
            target,
            repository,
            reference,
            anonymous,
            admitted: None,
        }
    }

    fn what<'a>(&self, path: &'a str) -> (Target, Option<&'a str>, Option<&'a str>) {
        if self.tokens.iter().any(|(at, _)| at == path) {
            return (Target::Token, None, None);
        }
        match path.strip_prefix("/v2/") {
            Some(rest) => registry_resource(rest),
            None if !self.blobs.is_empty() && !path.starts_with("/v2") => {
                (Target::Blob, None, path.split(['/', ':']).find(|part| part.len() == DIGITS))
            }
            None => (Target::Any, None, None),
        }
    }
}

/// What stands before the last slash, and behind it. The search of `str` prepares itself for longer texts than paths are.
pub(super) fn cut_last(path: &str) -> Option<(&str, &str)> {
    let at = path.as_bytes().iter().rposition(|byte| *byte == b'/')?;
    Some((&path[..at], &path[at + 1..]))
}

/// `NAME/manifests/REFERENCE` and `NAME/blobs/DIGEST`; a name may hold these words as well: the last one counts.
fn registry_resource(rest: &str) -> (Target, Option<&str>, Option<&str>) {
    let parts = cut_last(rest).and_then(|(head, last)| Some((cut_last(head)?, last)));
    match parts {
        Some(((repository, "manifests"), reference)) => (Target::Manifest, Some(repository), Some(reference)),
        Some(((repository, "blobs"), digest)) => (Target::Blob, Some(repository), Some(digest)),
        _ => (Target::Registry, None, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_tell_what_is_asked_for() {
        let table = [
            ("team/app/manifests/v1", (Target::Manifest, Some("team/app"), Some("v1"))),
            ("a/blobs/manifests/blobs/sha256:0", (Target::Blob, Some("a/blobs/manifests"), Some("sha256:0"))),
            ("team/app/tags/list", (Target::Registry, None, None)),
            ("", (Target::Registry, None, None)),
        ];
        for (rest, expected) in table {
            assert_eq!(registry_resource(rest), expected, "{rest}");
        }
    }
}
