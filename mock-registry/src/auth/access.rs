/// What somebody wants to do with a repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Pull,
    Push,
    Delete,
}

impl Action {
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Pull => "pull",
            Self::Push => "push",
            Self::Delete => "delete",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Pull, Self::Push, Self::Delete].into_iter().find(|action| action.text() == text)
    }

    /// The actions of a challenge's scope: who pushes must be able to see what is there (distribution v2.8
    /// `registry/handlers/app.go`, `appendAccessRecords`).
    pub(crate) const fn scope(self) -> &'static str {
        match self {
            Self::Pull => "pull",
            Self::Push => "pull,push",
            Self::Delete => "delete",
        }
    }
}

/// What a request needs.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Access<'a> {
    /// To be known at all.
    Base,
    /// To see the names of all repositories.
    Catalog,
    /// To do something with a repository.
    Repository { name: &'a str, action: Action },
}

impl Access<'_> {
    /// What a challenge demands, without the quotes.
    pub(crate) fn scope(self) -> Option<String> {
        match self {
            Self::Base => None,
            Self::Catalog => Some("registry:catalog:*".to_owned()),
            Self::Repository { name, action } => Some(format!("repository:{name}:{}", action.scope())),
        }
    }
}
