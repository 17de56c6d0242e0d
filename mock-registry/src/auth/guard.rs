use std::sync::Arc;

use http::StatusCode;
use http::header::WWW_AUTHENTICATE;
use serde_json::{Value, json};

use crate::Who;
use crate::auth::tokens::Verdict;
use crate::auth::{Accounts, TokenService, basic_credentials};
use crate::host::{ErrorCode, Reply};

/// What a registry demands of those who ask.
#[derive(Clone, Debug)]
pub enum Guard {
    /// Nothing: all may pull all.
    Open,
    /// Name and password in each request.
    Basic {
        /// The realm that the challenge states.
        realm: String,
        /// Who may pull what.
        accounts: Arc<Accounts>,
    },
    /// A token of a token service.
    Bearer {
        /// The address of the token service, as the challenge states it.
        realm: String,
        /// The service that issued the tokens.
        tokens: Arc<TokenService>,
        /// Whether a valid token that does not suffice is answered 403; otherwise 401 with `insufficient_scope`.
        forbids: bool,
    },
}

impl Guard {
    /// Demands name and password.
    pub fn basic(realm: impl Into<String>, accounts: Arc<Accounts>) -> Self {
        Self::Basic { realm: realm.into(), accounts }
    }

    /// Demands a token from the service at `realm`; one that does not suffice is answered as Docker Hub does.
    pub fn bearer(realm: impl Into<String>, tokens: Arc<TokenService>) -> Self {
        Self::Bearer { realm: realm.into(), tokens, forbids: false }
    }

    /// Who asks, if they may pull from the repository (or, without one, may talk to the registry at all); otherwise
    /// the answer that refuses them.
    pub(crate) fn admit(&self, header: Option<&str>, repository: Option<&str>) -> Result<Who, Box<Reply>> {
        match self {
            Self::Open => Ok(Who::Anonymous),
            Self::Basic { realm, accounts } => admit_basic(realm, accounts, header, repository),
            Self::Bearer { realm, tokens, forbids } => {
                let challenge = |error: &str| bearer_challenge(realm, tokens.service(), repository, error);
                let Some(token) = header.and_then(bearer_token) else {
                    return Err(unauthorized(&challenge(""), repository));
                };
                match tokens.judge(token, repository) {
                    Verdict::Granted(who) => Ok(who),
                    Verdict::Invalid => Err(unauthorized(&challenge("invalid_token"), repository)),
                    Verdict::Insufficient(who) if *forbids => Err(denied(repository, who)),
                    Verdict::Insufficient(who) => {
                        let mut refusal = unauthorized(&challenge("insufficient_scope"), repository);
                        refusal.who = who;
                        Err(refusal)
                    }
                }
            }
        }
    }
}

fn admit_basic(
    realm: &str,
    accounts: &Accounts,
    header: Option<&str>,
    repository: Option<&str>,
) -> Result<Who, Box<Reply>> {
    let who = match header {
        None => Some(Who::Anonymous),
        Some(header) => {
            basic_credentials(header).and_then(|(name, password)| accounts.authenticate(&name, &password))
        }
    };
    let challenge = format!("Basic realm=\"{realm}\"");
    match (who, repository) {
        (Some(who), Some(name)) if accounts.may_pull(&who, name) => Ok(who),
        (Some(who @ Who::Account(_)), None) => Ok(who),
        (Some(who @ Who::Account(_)), Some(_)) => Err(denied(repository, who)),
        _ => Err(unauthorized(&challenge, repository)),
    }
}

fn bearer_token(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The challenge of the reference registry (distribution v3 `registry/auth/token/accesscontroller.go`, `challengeParams`).
fn bearer_challenge(realm: &str, service: &str, repository: Option<&str>, error: &str) -> String {
    let mut challenge = format!("Bearer realm=\"{realm}\",service=\"{service}\"");
    if let Some(name) = repository {
        challenge += &format!(",scope=\"repository:{name}:pull\"");
    }
    if !error.is_empty() {
        challenge += &format!(",error=\"{error}\"");
    }
    challenge
}

fn unauthorized(challenge: &str, repository: Option<&str>) -> Box<Reply> {
    let reply = Reply::error(
        StatusCode::UNAUTHORIZED,
        ErrorCode::Unauthorized,
        "authentication required",
        access_detail(repository),
    );
    Box::new(reply.header(WWW_AUTHENTICATE, challenge))
}

fn denied(repository: Option<&str>, who: Who) -> Box<Reply> {
    let message = "requested access to the resource is denied";
    let detail = access_detail(repository);
    Box::new(Reply::error(StatusCode::FORBIDDEN, ErrorCode::Denied, message, detail).who(who))
}

fn access_detail(repository: Option<&str>) -> Value {
    repository.map_or(
        Value::Null,
        |name| json!([{"Type": "repository", "Class": "", "Name": name, "Action": "pull"}]),
    )
}
