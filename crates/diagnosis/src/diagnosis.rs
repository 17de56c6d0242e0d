use std::borrow::Cow;

use distribution::{Grammar, Reference};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;

use crate::finding::Finding;
use crate::names::Names;
use crate::scene::Scene;
use crate::{
    Alternative, Attempt, Cause, Cloud, Facts, Outcome, Persistence, Stage, access, advice, background,
    configured, content, status, transport,
};

/// Why the pull fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// The cause.
    pub cause: Cause,
    /// What happened here, in a sentence or two.
    pub sentence: String,
    /// What proves it, a line each.
    pub evidence: Vec<String>,
    /// What heals it, likeliest first.
    pub remedies: Vec<String>,
    /// What else it may be, where the evidence leaves a doubt; likeliest first.
    pub alternatives: Vec<Cause>,
    /// What tells the alternatives apart, in the same order.
    pub tell_apart: Vec<Alternative>,
}

impl Diagnosis {
    /// Puts the pod's name into the commands that wait for one.
    pub fn name_pod(&mut self, pod: &str) {
        let names = Names::new().with("POD", pod);
        self.commands().for_each(|command| *command = names.fill(command));
    }

    /// Makes the commands those for a pod in another namespace, of which all else is the same.
    pub fn move_to_namespace(&mut self, from: &str, to: &str) {
        for command in self.commands().filter(|command| command.contains("kubectl ")) {
            let words = command.split(' ');
            let mut before = "";
            let moved = words.map(|word| {
                let is_it = std::mem::replace(&mut before, word) == "-n" && word == from;
                if is_it { to } else { word }
            });
            *command = moved.collect::<Vec<_>>().join(" ");
        }
    }

    fn commands(&mut self) -> impl Iterator<Item = &mut String> {
        let remedies = self.remedies.iter_mut().filter(|line| line.starts_with("  "));
        remedies.chain(self.tell_apart.iter_mut().filter_map(|other| other.command.as_mut()))
    }
}

/// Why the pull fails, as it is written: with what the catalogue says of the cause.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Diagnosis")]
struct Written<'a> {
    /// The cause's name.
    cause: Cause,
    /// Its stable code, `PS-TLS-03`.
    code: &'static str,
    /// Where the pull breaks.
    stage: Stage,
    /// Whether waiting alone can help.
    persistence: Persistence,
    /// What the cause means, in half a sentence.
    meaning: &'static str,
    /// What happened here, in a sentence or two.
    sentence: &'a str,
    /// What proves it, a line each.
    evidence: &'a [String],
    /// What heals it, likeliest first.
    remedies: &'a [String],
    /// What else it may be, where the evidence leaves a doubt; likeliest first.
    alternatives: &'a [Cause],
    /// What tells the alternatives apart, in the same order.
    tell_apart: &'a [Alternative],
}

impl Serialize for Diagnosis {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let cause = self.cause;
        Written {
            cause,
            code: cause.code(),
            stage: cause.stage(),
            persistence: cause.persistence(),
            meaning: cause.meaning(),
            sentence: &self.sentence,
            evidence: &self.evidence,
            remedies: &self.remedies,
            alternatives: &self.alternatives,
            tell_apart: &self.tell_apart,
        }
        .serialize(serializer)
    }
}

impl JsonSchema for Diagnosis {
    fn schema_name() -> Cow<'static, str> {
        Written::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Written::json_schema(generator)
    }
}

/// The cause of a failed pull, from facts. `None` when the image was pulled.
pub fn diagnose(facts: &Facts<'_>) -> Option<Diagnosis> {
    let (finding, names) = match &facts.outcome {
        Outcome::Pulled => return None,
        Outcome::InvalidName(reason) => (invalid_name(facts, reason), Names::new()),
        Outcome::NeverPull { denied: None } => (never_pull(facts), Names::new()),
        Outcome::NeverPull { denied: Some(reason) } => (never_given(facts, reason), Names::new()),
        Outcome::QpsExceeded => (too_many_pulls(facts), Names::new()),
        Outcome::SecretMalformed { source, reason } => (malformed_secret(source, reason), of_secret(source)),
        Outcome::Refused(_) => refused(facts),
    };
    let names = names.or(advice::of_facts(facts));
    let cloud = facts.reference.and_then(|reference| Cloud::of(reference.domain));
    let remedies = advice::remedies(&finding, &names, cloud, facts.runtime);
    let tell_apart = advice::alternatives(&finding, &names, cloud);
    let Finding { cause, sentence, evidence, alternatives, .. } = finding;
    Some(Diagnosis { cause, sentence, evidence, remedies, alternatives, tell_apart })
}

/// The names of a secret, where it is one of a cluster.
fn of_secret(source: &str) -> Names {
    match advice::in_cluster(source) {
        Some((namespace, name)) => Names::new().with("NAMESPACE", namespace).with("NAME", name),
        None => Names::new(),
    }
}

/// Of several attempts the one that got furthest tells the cause: a login that was refused says less than a tag that
/// another login found missing.
fn refused(facts: &Facts<'_>) -> (Finding, Names) {
    let findings = facts.attempts.iter().map(|attempt| {
        let attempt = Attempt { login: attempt.login, steps: trace::deciding(attempt.steps) };
        let scene = Scene::new(facts, &attempt);
        (attempt_failed(&scene), advice::of_scene(&scene))
    });
    findings.max_by_key(|(finding, _)| !access::is_about_login(finding.cause)).unwrap_or_else(|| {
        let sentence = "The runtime refused the request before it asked anybody.";
        (Finding::new(Cause::RuntimeFault, sentence), Names::new())
    })
}

fn attempt_failed(scene: &Scene<'_>) -> Finding {
    if let Some(finding) = configured::finding(scene) {
        return finding;
    }
    let finding = match scene.failure() {
        Some(failure) => match failure.fault() {
            Some(fault) => transport::finding(scene, &failure, fault),
            None => status::finding(scene, &failure),
        },
        None => content::finding(scene),
    };
    let finding = background::with_background(scene, finding);
    let mirrors = scene.mirrors_that_failed();
    let finding = if mirrors.is_empty() { finding } else { finding.or(&[Cause::MirrorMisconfig]) };
    mirrors.into_iter().fold(finding, Finding::evidence)
}

fn invalid_name(facts: &Facts<'_>, reason: &str) -> Finding {
    let image = facts.image;
    let finding = Finding::new(
        Cause::InvalidImageName,
        format!("The name {image:?} is not a valid image reference: {reason}."),
    )
    .evidence("no registry was asked; the kubelet repeats this at every sync, without back-off");
    if image.contains("://") {
        finding.remedy("Leave out the scheme: an image has no https://.")
    } else if image.contains("${") || image.contains("{{") {
        finding.remedy("A template was left unexpanded: fill in the variable before the manifest is applied.")
    } else if image.trim() != image {
        finding.remedy("Remove the white space around the name.")
    } else if let Some(lower) = in_lower_case(image) {
        finding.remedy(format!("Write the repository in lower case: {lower}"))
    } else {
        finding.remedy("Write it as [HOST[:PORT]/]PATH[:TAG][@DIGEST].")
    }
}

/// The same name with its repository in lower case, where that is all that is wrong with it. A tag may have any letters.
fn in_lower_case(image: &str) -> Option<String> {
    let last_slash = image.rfind('/').map_or(0, |at| at + 1);
    let end = image[last_slash..].find([':', '@']).map_or(image.len(), |at| last_slash + at);
    let lower = format!("{}{}", image[..end].to_ascii_lowercase(), &image[end..]);
    Reference::parse_normalized(&lower, Grammar::default()).is_ok().then_some(lower)
}

fn never_pull(facts: &Facts<'_>) -> Finding {
    let sentence = format!(
        "The pull policy is Never and {} is not on the node, so the kubelet does not pull it.",
        facts.image
    );
    Finding::new(Cause::NeverPull, sentence)
        .or(&[Cause::LocalImageNotOnNode])
        .evidence("imagePullPolicy: Never; no registry was asked")
        .remedy("Set imagePullPolicy: IfNotPresent, or load the image onto every node beforehand.")
}

/// The image is there, and its record says that it was pulled for others.
fn never_given(facts: &Facts<'_>, reason: &str) -> Finding {
    let sentence = format!(
        "The pull policy is Never, and {} is on the node, but not for this pod: {reason}. To prove that it may have it the pod \
         would have to pull, which its policy forbids.",
        facts.image
    );
    Finding::new(Cause::NeverPull, sentence)
        .or(&[Cause::CredentialsMissing])
        .evidence("imagePullPolicy: Never; no registry was asked")
        .evidence(format!("the kubelet's record of the image: {reason}"))
        .remedy("Give the pod the pull secret (or service account) with which the image was pulled.")
        .remedy("Or set imagePullPolicy: IfNotPresent, with a pull secret that may pull it.")
        .remedy(
            "Or let the kubelet ask for no proof: imagePullCredentialsVerificationPolicy: NeverVerify, or \
             NeverVerifyAllowlistedImages with this image, in its configuration.",
        )
}

fn too_many_pulls(facts: &Facts<'_>) -> Finding {
    let sentence = format!(
        "The kubelet pulls no more images for the moment: its own limit (registryPullQPS, registryBurst) is used up by other \
         pods. Nobody was asked for {}.",
        facts.image
    );
    Finding::new(Cause::PullQps, sentence).evidence("the kubelet: pull QPS exceeded; no registry was asked")
}

fn malformed_secret(source: &str, reason: &str) -> Finding {
    let sentence = format!(
        "{source} does not parse ({reason}). One bad secret stops the pull: no other secret is tried, and no \
         registry is asked."
    );
    Finding::new(Cause::SecretMalformed, sentence)
        .evidence(format!("the kubelet on {source}: {reason}"))
        .remedy("Make the secret anew, or take it out of the pod's imagePullSecrets.")
}
