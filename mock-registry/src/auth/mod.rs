//! Who may pull what: accounts, the token service, and the guard in front of a registry.

mod accounts;
mod form;
mod guard;
mod tokens;

pub use accounts::{Account, Accounts};
pub use guard::Guard;
pub use tokens::TokenService;

pub(crate) use accounts::basic_credentials;
pub(crate) use form::Form;
