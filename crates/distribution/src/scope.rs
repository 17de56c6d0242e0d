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
/// let scopes = distribution::token_scopes(Some("repository:b:pull repository:a:pull"), "a");
/// assert_eq!(scopes, ["repository:a:pull", "repository:b:pull"]);
/// ```
pub fn token_scopes(challenge_scope: Option<&str>, path: &str) -> Vec<String> {
    let mut scopes: Vec<String> =
        challenge_scope.into_iter().flat_map(|scope| scope.split(' ')).map(str::to_owned).collect();
    scopes.push(repository_pull_scope(path));
    scopes.sort();
    scopes.dedup();
    scopes
}
