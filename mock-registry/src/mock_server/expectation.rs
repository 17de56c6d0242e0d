use std::fmt;

use http::Method;

use crate::{Glob, Request, Who};

/// How often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Times {
    /// So often, neither more nor less.
    Exactly(usize),
    /// So often or more.
    AtLeast(usize),
    /// So often or less.
    AtMost(usize),
    /// Not at all.
    Never,
}

impl Times {
    const fn allows(self, count: usize) -> bool {
        match self {
            Self::Exactly(n) => count == n,
            Self::AtLeast(n) => count >= n,
            Self::AtMost(n) => count <= n,
            Self::Never => count == 0,
        }
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(n) => write!(f, "{n} times"),
            Self::AtLeast(n) => write!(f, "at least {n} times"),
            Self::AtMost(n) => write!(f, "at most {n} times"),
            Self::Never => f.write_str("never"),
        }
    }
}

/// Requests that are expected to come, at least once unless it says otherwise.
#[derive(Clone, Debug)]
pub struct Expectation {
    method: Option<Method>,
    path: Option<Glob>,
    status: Option<u16>,
    account: Option<String>,
    times: Times,
}

impl Expectation {
    /// Any request.
    pub const fn any() -> Self {
        Self { method: None, path: None, status: None, account: None, times: Times::AtLeast(1) }
    }

    /// A GET of a path that fits.
    pub fn get(path: &str) -> Self {
        Self::any().method(Method::GET).path(path)
    }

    /// A HEAD of a path that fits.
    pub fn head(path: &str) -> Self {
        Self::any().method(Method::HEAD).path(path)
    }

    /// With this method.
    pub fn method(mut self, method: Method) -> Self {
        self.method = Some(method);
        self
    }

    /// With a path that fits: `*` stands for a part of it, `**` for several.
    pub fn path(mut self, path: &str) -> Self {
        self.path = Some(Glob::new(path));
        self
    }

    /// Answered with this status.
    pub const fn status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// Sent by this account.
    pub fn account(mut self, name: impl Into<String>) -> Self {
        self.account = Some(name.into());
        self
    }

    /// So often.
    pub const fn times(mut self, times: Times) -> Self {
        self.times = times;
        self
    }

    fn fits(&self, request: &Request) -> bool {
        let account = |wanted: &String| matches!(&request.who, Who::Account(name) if name == wanted);
        self.method.as_ref().is_none_or(|method| method.as_str() == request.method)
            && self.path.as_ref().is_none_or(|path| path.matches(&request.path))
            && self.status.is_none_or(|status| request.status == Some(status))
            && self.account.as_ref().is_none_or(account)
    }
}

impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.method.as_ref().map_or("any method", Method::as_str))?;
        match &self.path {
            Some(path) => write!(f, " {}", path.as_str())?,
            None => f.write_str(" any path")?,
        }
        if let Some(status) = self.status {
            write!(f, " → {status}")?;
        }
        if let Some(account) = &self.account {
            write!(f, " by {account}")?;
        }
        write!(f, ", {}", self.times)
    }
}

/// Expectations that are not met, and what came.
#[derive(Clone, Debug)]
pub struct Unmet {
    expectations: Vec<(Expectation, usize)>,
    requests: Vec<Request>,
}

impl std::error::Error for Unmet {}

impl fmt::Display for Unmet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (expectation, count) in &self.expectations {
            writeln!(f, "expected {expectation}; came {count} times")?;
        }
        f.write_str("what came:")?;
        if self.requests.is_empty() {
            f.write_str(" nothing")?;
        }
        for request in &self.requests {
            let status = request.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
            write!(f, "\n  {} {} → {status}", request.method, request.path)?;
        }
        Ok(())
    }
}

pub(super) fn verify(expectations: &[Expectation], requests: &[Request]) -> Result<(), Unmet> {
    let counted = expectations.iter().map(|expectation| {
        let count = requests.iter().filter(|request| expectation.fits(request)).count();
        (expectation.clone(), count)
    });
    let unmet: Vec<_> = counted.filter(|(expectation, count)| !expectation.times.allows(*count)).collect();
    if unmet.is_empty() {
        return Ok(());
    }
    Err(Unmet { expectations: unmet, requests: requests.to_vec() })
}
