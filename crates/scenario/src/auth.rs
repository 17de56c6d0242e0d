//! What a registry demands, read from the file and ready to be started.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use mock_registry::{Account, Accounts, Glob, Personality, TokenService};

use crate::LoadError;
use crate::file::{AccountFile, AuthFile, Parsed};
use crate::world::Origin;

/// What a registry demands.
#[derive(Debug)]
pub(crate) enum Auth {
    Open,
    Basic { realm: String, accounts: Arc<Accounts> },
    Bearer(Tokens),
}

/// A token service before it is started.
#[derive(Clone, Debug)]
pub(crate) struct Tokens {
    /// The host that issues tokens.
    pub(crate) host: String,
    pub(crate) path: String,
    /// What the challenge says in place of the host's address.
    pub(crate) realm: Option<String>,
    pub(crate) forbids: bool,
    service: String,
    lifetime: Option<Duration>,
    refuse_anonymous: bool,
    refuse_excess: bool,
    accounts: Arc<Accounts>,
    personality: &'static Personality,
}

impl Auth {
    pub(crate) fn read(
        origin: &Origin<'_>,
        host: &str,
        written: Option<&AuthFile>,
        personality: &'static Personality,
    ) -> Result<Self, LoadError> {
        Ok(match written {
            None => Self::Open,
            Some(AuthFile::Basic(basic)) => {
                let accounts = accounts(&basic.accounts, &basic.anonymous);
                let realm = basic.realm.clone().unwrap_or_else(|| personality.basic_realm(host));
                Self::Basic { realm, accounts }
            }
            Some(AuthFile::Bearer(bearer)) => {
                let issuer = bearer.token_host.as_ref().map(|issuer| origin.host(issuer)).transpose()?;
                Self::Bearer(Tokens {
                    host: issuer.unwrap_or_else(|| host.to_owned()),
                    path: bearer.path.clone().unwrap_or_else(|| personality.token_path().to_owned()),
                    realm: bearer.realm.clone(),
                    forbids: bearer.forbids,
                    service: bearer.service.clone().unwrap_or_else(|| personality.token_service(host)),
                    lifetime: bearer.expires_in.as_ref().map(|span| span.0.0),
                    refuse_anonymous: bearer.refuse_anonymous,
                    refuse_excess: bearer.refuse_excess,
                    accounts: accounts(&bearer.accounts, &bearer.anonymous),
                    personality,
                })
            }
        })
    }
}

impl Tokens {
    /// The service, which has not issued any token.
    pub(crate) fn start(&self) -> TokenService {
        let mut service =
            TokenService::new(&self.service, self.accounts.clone()).personality(self.personality);
        if let Some(lifetime) = self.lifetime {
            service = service.lifetime(lifetime);
        }
        if self.refuse_anonymous {
            service = service.refuse_anonymous();
        }
        if self.refuse_excess {
            service = service.refuse_excess();
        }
        service
    }
}

fn accounts(written: &BTreeMap<String, AccountFile>, anonymous: &[Parsed<Glob>]) -> Arc<Accounts> {
    let mut accounts = Accounts::new();
    for (name, account) in written {
        let known = Account::new(name, account.password.expose());
        let known = account.pull.iter().fold(known, |known, glob| known.may_pull(glob.0.clone()));
        let known = account.push.iter().fold(known, |known, glob| known.may_push(glob.0.clone()));
        let known = if account.expired { known.expired() } else { known };
        accounts = accounts.account(known);
    }
    Arc::new(anonymous.iter().fold(accounts, |accounts, glob| accounts.anonymous(glob.0.clone())))
}
