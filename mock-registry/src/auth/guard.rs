use std::sync::Arc;

use crate::auth::tokens::Verdict;
use crate::auth::{Access, Accounts, Action, BadLogin, TokenService};
use crate::{Personality, Who};

/// What a registry demands of those who ask.
#[derive(Clone, Debug)]
pub enum Guard {
    /// Nothing: all may do all.
    Open,
    /// Name and password in each request.
    Basic {
        /// The realm that the challenge states.
        realm: String,
        /// Who may do what.
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

/// Why somebody is not admitted.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) why: Why,
    /// What they are asked for.
    pub(crate) challenge: Option<String>,
    pub(crate) who: Who,
}

/// The reasons of a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// No credentials of the kind that is asked for.
    Anonymous,
    /// The login or the token is not right.
    Wrong,
    /// The login was right once.
    Expired,
    /// The token is valid, for something else.
    Insufficient,
    /// They are known, and may not do this.
    Denied,
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

    /// Who asks, if they may do that; otherwise why not.
    pub(crate) fn admit(
        &self,
        header: Option<&str>,
        access: Access<'_>,
        personality: &Personality,
    ) -> Result<Who, Refusal> {
        match self {
            Self::Open => Ok(Who::Anonymous),
            Self::Basic { realm, accounts } => {
                let challenge = || personality.basic_challenge(realm);
                admit_basic(accounts, header, access)
                    .map_err(|(why, who)| refusal(why, who, (why != Why::Denied).then(challenge)))
            }
            Self::Bearer { realm, tokens, forbids } => {
                let challenge =
                    |error| Some(personality.bearer_challenge(realm, tokens.service(), access, error));
                let Some(token) = header.and_then(bearer_token) else {
                    return Err(refusal(Why::Anonymous, Who::Anonymous, challenge("")));
                };
                match tokens.judge(token, access) {
                    Verdict::Granted(who) => Ok(who),
                    Verdict::Invalid => Err(refusal(Why::Wrong, Who::Anonymous, challenge("invalid_token"))),
                    Verdict::Insufficient(who) if *forbids || personality.forbids => {
                        Err(refusal(Why::Denied, who, None))
                    }
                    Verdict::Insufficient(who) => {
                        Err(refusal(Why::Insufficient, who, challenge("insufficient_scope")))
                    }
                }
            }
        }
    }

    /// Whether somebody who was admitted may also do this: to mount a blob of another repository.
    pub(crate) fn also_allows(&self, header: Option<&str>, name: &str) -> bool {
        let access = Access::Repository { name, action: Action::Pull };
        self.admit(header, access, Personality::plain()).is_ok()
    }
}

const fn refusal(why: Why, who: Who, challenge: Option<String>) -> Refusal {
    Refusal { why, challenge, who }
}

fn admit_basic(accounts: &Accounts, header: Option<&str>, access: Access<'_>) -> Result<Who, (Why, Who)> {
    let who = match header.map(|header| accounts.authenticate_basic(header)) {
        None => Who::Anonymous,
        Some(Ok(who)) => who,
        Some(Err(BadLogin::Wrong)) => return Err((Why::Wrong, Who::Anonymous)),
        Some(Err(BadLogin::Expired)) => return Err((Why::Expired, Who::Anonymous)),
    };
    let may = match access {
        Access::Base | Access::Catalog => matches!(who, Who::Account(_)),
        Access::Repository { name, action } => accounts.may(&who, name, action),
    };
    match (may, &who) {
        (true, _) => Ok(who),
        (false, Who::Anonymous) => Err((Why::Anonymous, who)),
        (false, Who::Account(_)) => Err((Why::Denied, who)),
    }
}

fn bearer_token(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
