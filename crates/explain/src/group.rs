//! Statements about the same container and image belong together.

use crate::grammar::{Dissection, Word, may_be_about_a_pull};
use crate::input::{About, Statement};
use crate::pods_table::is_name;

/// All that an input says about one container of one pod.
#[derive(Debug)]
pub(crate) struct Group {
    pub about: About,
    pub dissections: Vec<Dissection>,
    /// Whether it tells of a secret that is not there.
    secret: bool,
    /// Whether it begins with a record of a log.
    of_log: bool,
}

/// Groups statements, in the order in which their subjects first appear.
pub(crate) fn group(statements: Vec<Statement>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let whole_log = statements.iter().filter(|statement| statement.of_log).count() > 1;
    for Statement { text, joined, about, of_log } in statements {
        if whole_log && of_log && !may_be_about_a_pull(&text) {
            continue;
        }
        let dissection = Dissection::of(&text);
        let dissection = match joined {
            Some(joined) => better(dissection, Dissection::of(&joined)),
            None => dissection,
        };
        if whole_log && of_log && !dissection.is_about_a_pull() {
            continue;
        }
        let named = dissection.image.clone().filter(|_| dissection.has(Word::KubeletPull));
        let image = about.image.clone().or(named).or_else(|| dissection.image.clone());
        let about = About { image, ..about };
        let place = place(&groups, &about, &dissection);
        match place {
            Some(at) => groups[at].add(about, dissection),
            None => {
                let secret = dissection.has(Word::SecretNotFound);
                groups.push(Group { about, dissections: vec![dissection], secret, of_log });
            }
        }
    }
    groups
}

impl Group {
    /// Whether any of it speaks of a pull.
    pub fn is_about_a_pull(&self) -> bool {
        self.dissections.iter().any(Dissection::is_about_a_pull)
    }

    /// Whether any of it speaks of images at all.
    pub fn is_about_images(&self) -> bool {
        self.dissections.iter().any(Dissection::is_about_images)
    }

    /// The pull secret that is said not to be there; of several the first.
    pub fn secret(&self) -> Option<String> {
        let telling = self.dissections.iter().filter(|dissection| dissection.has(Word::SecretNotFound));
        telling.filter_map(|dissection| missing_secret(&dissection.text)).next()
    }

    fn add(&mut self, about: About, dissection: Dissection) {
        self.about.namespace = self.about.namespace.take().or(about.namespace);
        self.about.pod = self.about.pod.take().or(about.pod);
        self.about.container = self.about.container.take().or(about.container);
        self.about.image = self.about.image.take().or(about.image);
        self.secret |= dissection.has(Word::SecretNotFound);
        self.dissections.push(dissection);
    }
}

/// The name in `image pull secrets (one, two)`, as an event has it, or in `secret "one" not found`, as the API server says it.
fn missing_secret(text: &str) -> Option<String> {
    let listed = text.split_once("image pull secrets (").and_then(|(_, rest)| rest.split([',', ')']).next());
    let quoted = ["secrets \"", "secret \""].into_iter().find_map(|begin| {
        let (name, behind) = text.split_once(begin)?.1.split_once('"')?;
        behind.starts_with(" not found").then_some(name)
    });
    listed.or(quoted).filter(|name| is_name(name)).map(str::to_owned)
}

/// The one of two readings of a text of which more is understood: nothing tells for sure whether a terminal broke the
/// lines, and a clause is cut where one did.
fn better(broken: Dissection, joined: Dissection) -> Dissection {
    let says = |d: &Dissection| {
        let whole = !d.image.as_deref().is_some_and(|image| image.contains(' '));
        (whole, d.clauses.iter().map(|clause| clause.span.len()).sum::<usize>())
    };
    if says(&joined) >= says(&broken) { joined } else { broken }
}

/// The group that a statement belongs to. One that names nothing belongs to what was spoken of last.
fn place(groups: &[Group], about: &About, dissection: &Dissection) -> Option<usize> {
    if dissection.has(Word::SecretNotFound) {
        return None;
    }
    groups.iter().rposition(|group| {
        let known = &group.about;
        let same_pod =
            (known.pod == about.pod && may_be_one(&known.namespace, &about.namespace)) || about.pod.is_none();
        // A log tells of one failure in several lines, and only the last of them names the pod.
        let same_image = known.pod.is_none() && known.image.is_some() && about.image.is_some();
        let same_pod = same_pod || (same_image && group.of_log);
        let container = agree(known.container.as_deref(), about.container.as_deref());
        let image = agree(known.image.as_deref(), about.image.as_deref());
        !group.secret && same_pod && container && image
    })
}

/// Whether both may be in one namespace: not every line tells in which.
pub(crate) fn may_be_one(one: &Option<String>, other: &Option<String>) -> bool {
    one.is_none() || other.is_none() || one == other
}

fn agree(one: Option<&str>, other: Option<&str>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one == other || with_latest(one) == with_latest(other),
        _ => true,
    }
}

/// A name without a tag means `latest`, and runtimes write it out.
fn with_latest(image: &str) -> String {
    let full = image.strip_prefix("docker.io/").unwrap_or(image);
    let full = full.strip_prefix("library/").unwrap_or(full);
    let name = full.rsplit('/').next().unwrap_or(full);
    if name.contains([':', '@']) { full.to_owned() } else { format!("{full}:latest") }
}
