use keyring::TokenClaims;
use secret::Secret;

use crate::Place;
use crate::lint::LintCode;
use crate::lint::finding::Findings;

/// Looks whether a password is a token that expires: a JWT, or one of a cloud's.
pub(super) fn lint_token(username: &str, password: &Secret, place: &Place, findings: &mut Findings<'_>) {
    let help = "a token in a Secret must be renewed by something: a credential provider plugin on the nodes, \
                or a job that writes the Secret anew";
    match TokenClaims::of(password).and_then(|claims| claims.expires) {
        Some(at) if at <= findings.options.now => {
            let message = format!("the password is a token that expired at {at}: the registry refuses it");
            findings.add(LintCode::TokenExpired, place.clone(), message, help);
        }
        Some(at) => {
            let message = format!("the password is a token that expires at {at}");
            findings.add(LintCode::TokenExpires, place.clone(), message, help);
        }
        None => {
            if let Some(kind) = short_lived(username, password.expose()) {
                let message = format!("the password is {kind}");
                findings.add(LintCode::ShortLived, place.clone(), message, help);
            }
        }
    }
}

/// Tokens that do not tell when they expire.
fn short_lived(username: &str, password: &str) -> Option<&'static str> {
    match username {
        "AWS" => Some("a token of Amazon ECR, which lives for 12 hours"),
        "oauth2accesstoken" => Some("an access token of Google Cloud, which lives for about an hour"),
        "00000000-0000-0000-0000-000000000000" => Some("a token of Azure, which lives for about three hours"),
        _ if password.starts_with("ghs_") => {
            Some("a token of a GitHub workflow or app, which lives for an hour at most")
        }
        "gitlab-ci-token" => Some("a token of a GitLab job, which lives as long as the job"),
        _ => None,
    }
}
