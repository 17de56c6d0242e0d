//! Who may do what: accounts, the token service, the guard in front of a registry, and how often.

mod access;
mod accounts;
mod form;
mod grant;
mod guard;
mod jwt;
mod limit;
mod tokens;

pub use accounts::{Account, Accounts};
pub use guard::Guard;
pub use limit::RateLimit;
pub use tokens::TokenService;

pub(crate) use access::{Access, Action};
pub(crate) use accounts::{BadLogin, basic_credentials};
pub(crate) use form::Form;
pub(crate) use guard::{Refusal, Why};
pub(crate) use limit::{Limiter, Standing};
