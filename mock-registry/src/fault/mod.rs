//! Faults: which requests and connections they meet, and what they do to them.
//!
//! A [`Fault`] is a line of the closed catalogue ([`Fault::all`]) with its argument; a [`Selector`] says whom it is
//! for. A [`Rule`] is the free form of an answer.

mod argument;
mod catalogue;
mod connection;
mod count;
mod effect;
mod entries;
mod rule;
mod selector;
mod table;
mod trigger;

pub use argument::{Argument, Dialect};
pub use catalogue::{Fault, FaultEntry, FaultLayer, UnknownFault};
pub use connection::{ConnectionFault, ConnectionRule};
pub use count::{Count, InvalidCount};
pub use effect::{DialFault, TlsIdentity};
pub use rule::{End, Rule};
pub use selector::{Flapping, Probability, Selector, SelectorKey, Window};

pub(crate) use effect::{Challenge, Change, Effect, Elsewhere, NameFault, ProxyFault, Rewrite, Target};
pub(crate) use entries::expired_signature;
pub(crate) use rule::{Action, RuleTable};
pub(crate) use table::{Facts, FaultTable, Plan};
pub(crate) use trigger::Trigger;
