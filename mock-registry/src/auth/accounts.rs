use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::auth::Action;
use crate::{Glob, Who};

/// A user of a registry.
#[derive(Clone)]
pub struct Account {
    name: String,
    password: String,
    pull: Vec<Glob>,
    push: Vec<Glob>,
    expired: bool,
}

/// The users of a registry, and what is open to everybody.
#[derive(Clone, Debug, Default)]
pub struct Accounts {
    accounts: Vec<Account>,
    anonymous: Vec<Glob>,
}

/// Why a login is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BadLogin {
    /// There is no such account, or its password is another.
    Wrong,
    /// It was right once.
    Expired,
}

impl Account {
    /// An account that may not do anything as yet.
    pub fn new(name: impl Into<String>, password: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            password: password.into(),
            pull: Vec::new(),
            push: Vec::new(),
            expired: false,
        }
    }

    /// May also pull the repositories that fit this pattern.
    pub fn may_pull(mut self, repositories: Glob) -> Self {
        self.pull.push(repositories);
        self
    }

    /// May also pull, push to and delete from the repositories that fit this pattern.
    pub fn may_push(mut self, repositories: Glob) -> Self {
        self.push.push(repositories);
        self
    }

    /// Its login was right once and is not accepted any more, as those that clouds issue for some hours.
    pub fn expired(mut self) -> Self {
        self.expired = true;
        self
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("name", &self.name)
            .field("pull", &self.pull)
            .field("push", &self.push)
            .field("expired", &self.expired)
            .finish_non_exhaustive()
    }
}

impl Accounts {
    /// No account, and nothing open to everybody.
    pub fn new() -> Self {
        Self::default()
    }

    /// Also knows this account.
    pub fn account(mut self, account: Account) -> Self {
        self.accounts.push(account);
        self
    }

    /// Opens the repositories that fit this pattern to everybody, for pulls.
    pub fn anonymous(mut self, repositories: Glob) -> Self {
        self.anonymous.push(repositories);
        self
    }

    /// The account whose name and password these are.
    pub(crate) fn authenticate(&self, name: &str, password: &str) -> Result<Who, BadLogin> {
        let known = self.accounts.iter().find(|a| a.name == name && a.password == password);
        match known {
            None => Err(BadLogin::Wrong),
            Some(account) if account.expired => Err(BadLogin::Expired),
            Some(_) => Ok(Who::Account(name.to_owned())),
        }
    }

    /// The account whose login an `Authorization: Basic` header holds.
    pub(crate) fn authenticate_basic(&self, header: &str) -> Result<Who, BadLogin> {
        let (name, password) = basic_credentials(header).ok_or(BadLogin::Wrong)?;
        self.authenticate(&name, &password)
    }

    pub(crate) fn may(&self, who: &Who, repository: &str, action: Action) -> bool {
        let own = self.accounts.iter().filter(|a| matches!(who, Who::Account(name) if *name == a.name));
        let pushes = own.clone().flat_map(|a| &a.push);
        match action {
            Action::Push | Action::Delete => pushes.into_iter().any(|glob| glob.matches(repository)),
            Action::Pull => pushes
                .chain(own.flat_map(|a| &a.pull))
                .chain(&self.anonymous)
                .any(|glob| glob.matches(repository)),
        }
    }
}

/// Name and password of an `Authorization: Basic` header.
pub(crate) fn basic_credentials(header: &str) -> Option<(String, String)> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (name, password) = decoded.split_once(':')?;
    Some((name.to_owned(), password.to_owned()))
}
