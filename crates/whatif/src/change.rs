use std::time::Duration;

use report::{Change, NamedChange};

use crate::Setup;

/// A change that can be tried.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub change: Change,
    /// To what: the tag, the host, the file … Empty where the change says it all.
    pub argument: String,
    /// What is to be done, in a sentence.
    pub text: String,
    /// The command for it, where there is one to copy.
    pub command: Option<String>,
    /// The pull with the change.
    pub setup: Setup,
    /// Whether the login was left out of it.
    pub without_login: bool,
    /// How long to wait after a pull without the change; `None`: nothing comes before it.
    pub wait: Option<Duration>,
}

impl Candidate {
    pub fn new(change: Change, text: impl Into<String>, setup: Setup) -> Self {
        let (argument, text) = (String::new(), text.into());
        Self { change, argument, text, command: None, setup, without_login: false, wait: None }
    }

    /// The same, to this.
    pub fn to(self, argument: impl Into<String>) -> Self {
        Self { argument: argument.into(), ..self }
    }

    /// The same, by this command; an empty one is none.
    pub fn by(self, command: String) -> Self {
        Self { command: Some(command).filter(|command| !command.is_empty()), ..self }
    }

    /// Its name, and to what.
    pub fn named(&self) -> NamedChange {
        let argument = Some(self.argument.clone()).filter(|argument| !argument.is_empty());
        NamedChange { change: self.change, argument }
    }

    /// The same without anything to log in with.
    pub fn without_login(self) -> Self {
        let without_login = self.setup.has_login();
        Self { setup: self.setup.anonymous(), without_login, ..self }
    }
}
