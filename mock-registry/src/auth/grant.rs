use serde_json::{Value, json};

use crate::Who;
use crate::auth::{Access, Accounts, Action};

/// What a token opens.
#[derive(Clone, Debug, Default)]
pub(crate) struct Grant {
    repositories: Vec<(String, Vec<Action>)>,
    catalog: bool,
}

impl Grant {
    /// Those of the scopes that the accounts allow, and whether that is all of them.
    pub(crate) fn of<'a>(
        scopes: impl Iterator<Item = &'a str>,
        who: &Who,
        accounts: &Accounts,
    ) -> (Self, bool) {
        let (mut grant, mut all) = (Self::default(), true);
        for (kind, name, actions) in scopes.filter_map(parse) {
            match kind {
                "registry" => {
                    let may = name == "catalog" && matches!(who, Who::Account(_));
                    grant.catalog |= may;
                    all &= may;
                }
                "repository" => {
                    let allowed: Vec<Action> =
                        actions.iter().copied().filter(|action| accounts.may(who, name, *action)).collect();
                    all &= allowed.len() == actions.len();
                    grant.repositories.push((name.to_owned(), allowed));
                }
                _ => all = false,
            }
        }
        (grant, all)
    }

    pub(crate) fn opens(&self, access: Access<'_>) -> bool {
        match access {
            Access::Base => true,
            Access::Catalog => self.catalog,
            Access::Repository { name, action } => {
                self.repositories.iter().any(|(n, actions)| n == name && actions.contains(&action))
            }
        }
    }

    /// The scopes that were granted, as a token service states them.
    pub(crate) fn scope(&self) -> String {
        let texts = |actions: &[Action]| actions.iter().map(|a| a.text()).collect::<Vec<_>>().join(",");
        let granted = self.repositories.iter().filter(|(_, actions)| !actions.is_empty());
        let mut scopes: Vec<String> =
            granted.map(|(name, actions)| format!("repository:{name}:{}", texts(actions))).collect();
        if self.catalog {
            scopes.push("registry:catalog:*".to_owned());
        }
        scopes.join(" ")
    }

    /// The `access` claim of a token ("Docker Registry v2 Bearer token specification").
    pub(crate) fn claim(&self) -> Value {
        let mut claim: Vec<Value> = self
            .repositories
            .iter()
            .map(|(name, actions)| {
                let actions: Vec<&str> = actions.iter().map(|action| action.text()).collect();
                json!({"type": "repository", "name": name, "actions": actions})
            })
            .collect();
        if self.catalog {
            claim.push(json!({"type": "registry", "name": "catalog", "actions": ["*"]}));
        }
        Value::Array(claim)
    }
}

/// A scope `TYPE:NAME:ACTION[,ACTION…]`; the type may name a class, as in `repository(plugin)`. `*` is all actions.
fn parse(scope: &str) -> Option<(&str, &str, Vec<Action>)> {
    let (kind, rest) = scope.split_once(':')?;
    let (name, actions) = rest.rsplit_once(':')?;
    let kind = kind.split('(').next().unwrap_or(kind);
    let mut wanted = Vec::new();
    for action in actions.split(',') {
        match action {
            "*" => wanted.extend([Action::Pull, Action::Push, Action::Delete]),
            action => wanted.extend(Action::parse(action)),
        }
    }
    wanted.dedup();
    Some((kind, name, wanted))
}
