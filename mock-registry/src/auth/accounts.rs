use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::{Glob, Who};

/// A user of a registry.
#[derive(Clone)]
pub struct Account {
    name: String,
    password: String,
    repositories: Vec<Glob>,
}

/// The users of a registry, and what is open to everybody.
#[derive(Clone, Debug, Default)]
pub struct Accounts {
    accounts: Vec<Account>,
    anonymous: Vec<Glob>,
}

impl Account {
    /// An account that may not pull anything as yet.
    pub fn new(name: impl Into<String>, password: impl Into<String>) -> Self {
        Self { name: name.into(), password: password.into(), repositories: Vec::new() }
    }

    /// May also pull the repositories that fit this pattern.
    pub fn may_pull(mut self, repositories: Glob) -> Self {
        self.repositories.push(repositories);
        self
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("name", &self.name)
            .field("repositories", &self.repositories)
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

    /// Opens the repositories that fit this pattern to everybody.
    pub fn anonymous(mut self, repositories: Glob) -> Self {
        self.anonymous.push(repositories);
        self
    }

    /// The account whose name and password these are.
    pub(crate) fn authenticate(&self, name: &str, password: &str) -> Option<Who> {
        let known = self.accounts.iter().any(|a| a.name == name && a.password == password);
        known.then(|| Who::Account(name.to_owned()))
    }

    pub(crate) fn may_pull(&self, who: &Who, repository: &str) -> bool {
        let own = self.accounts.iter().filter(|a| matches!(who, Who::Account(name) if *name == a.name));
        own.flat_map(|a| &a.repositories).chain(&self.anonymous).any(|glob| glob.matches(repository))
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
