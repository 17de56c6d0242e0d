//! The scenario in which it is healed: with what somebody sets right, and everything else as it was.

use mock_registry::Glob;
use objects::nearest;

use crate::LoadError;
use crate::expect::{Grant, Heals, Mend, Mended, WORLD, WORLD_KEYS};
use crate::file::{
    AuthFile, CertificateWord, FaultItem, HostFile, ImageFile, LayerFile, Parsed, RuleFile, ScenarioFile,
    Size,
};
use crate::mistake::Mistake;
use crate::sources::Sources;
use crate::yaml::{Member, Node, Spanned, Tree, merge};

/// What makes the healed scenario.
#[derive(Debug)]
pub(crate) struct Healing {
    /// What the file says.
    tree: Tree,
    /// What is set right in it; nothing, where a whole world is laid over.
    mends: Vec<Mend>,
}

impl Healing {
    /// Reads what the file says of how it is healed, if it is healed in the world. A mistake in it is found here.
    pub(crate) fn read(
        sources: &Sources,
        tree: Tree,
        heals: Option<&Heals>,
    ) -> Result<Option<Self>, LoadError> {
        let healing = match heals {
            Some(Heals::World) => Self { tree: in_world(sources, tree)?, mends: Vec::new() },
            Some(Heals::Mends(mends)) => Self { tree, mends: mends.clone() },
            _ => return Ok(None),
        };
        healing.file(sources, None)?;
        Ok(Some(healing))
    }

    /// What is set right, in order.
    pub(crate) fn mends(&self) -> &[Mend] {
        &self.mends
    }

    /// The healed file; of what is set right one thing may be left out.
    pub(crate) fn file(&self, sources: &Sources, without: Option<usize>) -> Result<ScenarioFile, LoadError> {
        let mends = || self.mends.iter().enumerate().filter(|(number, _)| Some(*number) != without);
        let own: Vec<&str> = mends().filter_map(|(_, mend)| mend.own_key()).collect();
        let tree = if own.is_empty() { self.tree.clone() } else { self.with_own(&own) };
        let mut file = ScenarioFile::read(sources, &tree)?;
        for (_, mend) in mends() {
            apply(&mut file, mend).map_err(|mistake| LoadError::at(sources, mend.at, mistake))?;
        }
        Ok(file)
    }

    /// With these keys of what is set right laid over the scenario.
    fn with_own(&self, keys: &[&str]) -> Tree {
        let heals = self.tree.get("expect").and_then(|expect| expect.get("heals"));
        let Some(Tree { at, node: Node::Map(members) }) = heals else { return self.tree.clone() };
        let own: Vec<Member> =
            members.iter().filter(|member| keys.contains(&member.key.as_str())).cloned().collect();
        merge(self.tree.clone(), Tree { at: *at, node: Node::Map(own) })
    }
}

/// What the file says with what it says of the world in which it is healed laid over it.
fn in_world(sources: &Sources, tree: Tree) -> Result<Tree, LoadError> {
    let heals = tree.get("expect").and_then(|expect| expect.get("heals"));
    let Some(world) = heals.and_then(|heals| heals.get(WORLD)).cloned() else { return Ok(tree) };
    let Node::Map(members) = &world.node else {
        let mistake = Mistake::Value("expected what is otherwise in the world: `hosts: …`".to_owned());
        return Err(LoadError::at(sources, world.at, mistake));
    };
    if let Some(other) = members.iter().find(|member| !WORLD_KEYS.contains(&member.key.as_str())) {
        let mistake = Mistake::UnknownKey { key: other.key.clone(), known: WORLD_KEYS.to_vec() };
        return Err(LoadError::at(sources, other.key_at, mistake));
    }
    Ok(merge(tree, world))
}

fn apply(file: &mut ScenarioFile, mend: &Mend) -> Result<(), Mistake> {
    match &mend.what {
        Mended::Fault(name) => remove_fault(file, name),
        Mended::Rule(does) => remove_rule(file, does),
        Mended::Firewall(to) => {
            let before = file.firewall.len();
            file.firewall.retain(|line| line.to.value != *to);
            changed(file.firewall.len() < before, || format!("the firewall has nothing for `{to}`"))
        }
        Mended::Certificate(name) => {
            let host = host(file, name)?;
            let before = std::mem::replace(&mut host.tls, CertificateWord::Good);
            let is_bad = !matches!(before, CertificateWord::Good | CertificateWord::None);
            changed(is_bad, || format!("`{name}` has no bad certificate"))
        }
        Mended::Start(name) => {
            let listened = std::mem::replace(&mut host(file, name)?.listens, true);
            changed(!listened, || format!("`{name}` listens already"))
        }
        Mended::Record(name) => {
            host(file, name)?;
            let removed = file.dns.remove(name);
            changed(removed.is_some(), || format!("the name server gives the address of `{name}` already"))
        }
        Mended::Push(image) => push(file, image, mend),
        Mended::Grant(grant) => give(file, grant),
        // It was laid over the file before it was read.
        Mended::Own { .. } => Ok(()),
    }
}

/// What changes nothing heals nothing.
fn changed(is: bool, why: impl Fn() -> String) -> Result<(), Mistake> {
    if is { Ok(()) } else { Err(Mistake::Value(why())) }
}

fn host<'a>(file: &'a mut ScenarioFile, name: &str) -> Result<&'a mut HostFile, Mistake> {
    let known = file.hosts.keys().cloned().collect();
    let host = file.hosts.get_mut(name).map(|host| &mut host.value);
    host.ok_or_else(|| Mistake::UnknownHost { name: name.to_owned(), known })
}

fn remove_fault(file: &mut ScenarioFile, name: &str) -> Result<(), Mistake> {
    let called = |item: &Spanned<FaultItem>| item.value.0.fault.0.to_string();
    let lists = || file.hosts.values().map(|host| &host.value.faults).chain([&file.faults]);
    let known: Vec<String> = lists().flatten().map(called).collect();
    match known.iter().filter(|known| *known == name).count() {
        0 => Err(Mistake::Value(match nearest(name, known.iter().map(String::as_str)) {
            Some(meant) => format!("there is no fault `{name}`: did you mean `{meant}`?"),
            None => format!("there is no fault `{name}` in this world: {}", known.join(", ")),
        })),
        1 => {
            let lists = file.hosts.values_mut().map(|host| &mut host.value.faults);
            lists.chain([&mut file.faults]).for_each(|list| list.retain(|item| called(item) != name));
            Ok(())
        }
        _ => Err(Mistake::Value(format!("several faults are called `{name}`"))),
    }
}

fn remove_rule(file: &mut ScenarioFile, does: &str) -> Result<(), Mistake> {
    let hosts = || file.hosts.values().map(|host| &host.value);
    let rules = hosts().flat_map(|host| &host.rules).map(|rule| what_it_does(&rule.value));
    let known: Vec<String> = rules
        .chain(hosts().flat_map(|host| &host.connections).map(|rule| rule.fault.name().to_owned()))
        .collect();
    match known.iter().filter(|known| *known == does).count() {
        0 => Err(Mistake::Value(format!("no rule does `{does}`, but {}", known.join(", ")))),
        1 => {
            for host in file.hosts.values_mut() {
                host.value.rules.retain(|rule| what_it_does(&rule.value) != does);
                host.value.connections.retain(|rule| rule.fault.name() != does);
            }
            Ok(())
        }
        _ => Err(Mistake::Value(format!("several rules do `{does}`"))),
    }
}

/// What a rule does, in a word.
fn what_it_does(rule: &RuleFile) -> String {
    match (rule.status, rule.end, rule.remove_headers.first()) {
        (Some(status), ..) => status.to_string(),
        (_, Some(end), _) => end.name().to_owned(),
        (_, _, Some(header)) => header.clone(),
        _ if rule.body.is_some() => "body".to_owned(),
        _ => "delay".to_owned(),
    }
}

/// Pushes an image of the usual kind, for the node's platform. What was under the tag is there no more.
fn push(file: &mut ScenarioFile, image: &str, mend: &Mend) -> Result<(), Mistake> {
    let parts = image.split_once('/').and_then(|(host, rest)| Some((host, rest.rsplit_once(':')?)));
    let Some((name, (repository, tag))) = parts else {
        return Err(Mistake::Value(format!("`{image}` is pushed nowhere: write HOST/REPOSITORY:TAG")));
    };
    let platforms = file.node.platform.iter().map(|platform| platform.value.clone()).collect();
    let host = host(file, name)?;
    for known in host.images.iter_mut().filter(|known| known.name.value == repository) {
        known.tags.retain(|known| known != tag);
    }
    host.images.push(ImageFile {
        tags: vec![tag.to_owned()],
        platforms,
        layers: vec![LayerFile::of_size(Size(4096))],
        ..ImageFile::named(Spanned { value: repository.to_owned(), referenced: mend.at })
    });
    Ok(())
}

fn give(file: &mut ScenarioFile, grant: &Grant) -> Result<(), Mistake> {
    let Grant { host: name, user, pull } = grant;
    let accounts = match host(file, name)?.auth.as_mut().map(|auth| &mut auth.value) {
        Some(AuthFile::Basic(basic)) => &mut basic.accounts,
        Some(AuthFile::Bearer(bearer)) => &mut bearer.accounts,
        None => return Err(Mistake::Value(format!("`{name}` has no accounts"))),
    };
    let known: Vec<String> = accounts.keys().cloned().collect();
    let Some(account) = accounts.get_mut(user) else {
        let known = known.join(", ");
        return Err(Mistake::Value(format!("`{name}` has no account `{user}`, but {known}")));
    };
    account.pull.push(Parsed(Glob::new(pull.0.as_str())));
    Ok(())
}
