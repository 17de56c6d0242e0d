//! What a token is asked for.

/// `repository:<path>:pull`: what containerd always asks for.
pub fn repository_pull_scope(path: &str) -> String {
    format!("repository:{path}:pull")
}

/// The scopes of a token request: those of the challenge, split at spaces, and the repository's, sorted and each
/// once (`containerd v2.1.9 core/remotes/docker/scope.go GetTokenScopes`). They are compared as text, so
/// `pull,push` does not swallow `pull`. A scope that is there but empty counts as one empty scope.
///
/// ```
/// let scopes = distribution::token_scopes(Some(b"repository:b:pull repository:a:pull"), "a");
/// assert_eq!(scopes, [b"repository:a:pull", b"repository:b:pull"]);
/// ```
pub fn token_scopes(challenge_scope: Option<&[u8]>, path: &str) -> Vec<Vec<u8>> {
    let asked = challenge_scope.into_iter().flat_map(|scope| scope.split(|byte| *byte == b' '));
    let mut scopes: Vec<Vec<u8>> = asked.map(<[u8]>::to_vec).collect();
    scopes.push(repository_pull_scope(path).into());
    scopes.sort();
    scopes.dedup();
    scopes
}
