//! Who may pull: 401 and 403, from the registry or its token server.

use trace::{Decision, Exchange, Purpose};

use crate::finding::Finding;
use crate::scene::{
    Failure, Scene, authority, challenge_parameter, challenges, exchange_line, host_name, succeeded,
};
use crate::{Cause, Cloud, Login, Origin, status, tokens};

/// What decisions are about that tell of plugins which failed (crate `plugins`, `FAILED`).
pub(crate) const PLUGIN_FAILED: &str = "credential provider failed";

/// Makes a pull secret anew.
pub(crate) const CREATE_SECRET: &str = "kubectl create secret docker-registry NAME -n NAMESPACE --docker-server=REGISTRY \
                             --docker-username=USER --docker-password=…";

/// Makes a pull secret anew that is there already.
const REPLACE_SECRET: &str = "kubectl create secret docker-registry NAME -n NAMESPACE --docker-server=REGISTRY \
                              --docker-username=USER --docker-password=… --dry-run=client -o yaml | kubectl apply -f -";

/// The same for one that may be of another type, which cannot be changed.
const REMAKE_SECRET: &str = "kubectl create secret docker-registry NAME -n NAMESPACE --docker-server=REGISTRY \
                             --docker-username=USER --docker-password=… --dry-run=client -o yaml | kubectl replace \
                             --force -f -";

/// The command that copies the secret `NAME` from the namespace `OTHER` to `NAMESPACE`, words for [`Names`](crate::Names) to
/// fill in. An owner is not copied: in another namespace there is none of its name, and the copy would be collected.
pub const COPY_SECRET: &str = "kubectl get secret NAME -n OTHER -o json | jq \
                               'del(.metadata.namespace,.metadata.uid,.metadata.resourceVersion,.metadata.ownerReferences)' \
                               | kubectl apply -n NAMESPACE -f -";

/// User names under which clouds hand out tokens that live for hours.
const SHORT_LIVED: [(&str, &str, &str); 3] = [
    ("AWS", "12 hours", "aws ecr get-login-password"),
    ("00000000-0000-0000-0000-000000000000", "3 hours", "az acr login --expose-token"),
    ("oauth2accesstoken", "1 hour", "gcloud auth print-access-token"),
];

/// Registries that answer alike for what is missing and for what is private.
const SECRETIVE: [&str; 3] = ["docker.io", "quay.io", "ghcr.io"];

/// Whether a cause says no more than that a login did not do.
pub(crate) const fn is_about_login(cause: Cause) -> bool {
    matches!(
        cause,
        Cause::CredentialsMissing
            | Cause::SecretWrongRegistry
            | Cause::SecretMalformed
            | Cause::BadCredentials
            | Cause::ExpiredToken
            | Cause::UserNotPermitted
            | Cause::RepoMissingOrPrivate
    )
}

/// 401 or 403.
pub(crate) fn finding(scene: &Scene<'_>, failure: &Failure<'_>, exchange: &Exchange) -> Finding {
    let finding = tokens::finding(scene, exchange)
        .or_else(|| content_refused(scene, exchange))
        .unwrap_or_else(|| match scene.login() {
            Some(login) => with_login(scene, exchange, &login),
            None => anonymous(scene, exchange),
        });
    let finding = finding.evidence(failure.line());
    challenges(exchange).fold(finding, |finding, text| finding.evidence(format!("challenge: {text}")))
}

/// The registry let the node read the image's name, and forbids a part of the image. Not for who asks: that was settled.
fn content_refused(scene: &Scene<'_>, exchange: &Exchange) -> Option<Finding> {
    let part = match exchange.purpose {
        Purpose::Manifest => "a manifest",
        Purpose::Config => "the config",
        Purpose::Layer => "a layer",
        Purpose::Ping | Purpose::Resolve | Purpose::Token => return None,
    };
    let known = scene.exchanges().find(|e| e.purpose == Purpose::Resolve && succeeded(e))?;
    if exchange.status != Some(403) {
        return None;
    }
    let who = host_name(authority(&exchange.url));
    let of_storage = exchange.response_header("Content-Type").is_some_and(|kind| kind.contains("xml"));
    let finding = if of_storage {
        let sentence = format!(
            "{who} answers for the image, but its storage forbids {part} of it: the answer is that of a bucket (XML)."
        );
        Finding::new(Cause::RedirectHostBlocked, sentence)
            .or(&[Cause::Registry5xx, Cause::ClientBlocked])
            .remedy(format!("Have whoever runs {who} look at the rights and the clock of its storage."))
    } else {
        let sentence = format!(
            "{who} lets this client read the image's name, and forbids {part} of it: a rule about content or addresses, \
             not the login."
        );
        Finding::new(Cause::ClientBlocked, sentence)
            .or(&[Cause::PolicyRejected, Cause::RedirectHostBlocked, Cause::UserNotPermitted])
            .remedy(format!(
                "Look for a firewall, a scanner or a country block before {who}, and for a quarantine of the image in it."
            ))
    };
    Some(finding.evidence(exchange_line(known)))
}

fn with_login(scene: &Scene<'_>, exchange: &Exchange, login: &Login<'_>) -> Finding {
    let Login { username, key, source, .. } = *login;
    let who = host_name(authority(&exchange.url));
    let sent = format!("sent: user {username:?} of {source}, key {key:?}");
    if let Some(expired) = login.expired.filter(|_| !insufficient(exchange)) {
        let sentence = format!(
            "{who} refuses the login of {source}: its password is a token that expired at {expired}."
        );
        let command = SHORT_LIVED.iter().find(|(name, ..)| *name == username);
        let command = command.map_or("kubectl create secret docker-registry …", |(.., command)| command);
        let finding =
            Finding::new(Cause::ExpiredToken, sentence).evidence(sent).remedy(renew(login, command));
        return if login.origin == Origin::Secret { finding } else { finding.beside_secrets() };
    }
    let repository = scene.reference().map_or("the repository", |reference| reference.path);
    let accepted = is_accepted(scene, exchange);
    if login.origin == Origin::Plugin && accepted {
        return node_identity(who, login, repository).evidence(sent);
    }
    if let Some((_, life, command)) = SHORT_LIVED.iter().find(|(name, ..)| *name == username) {
        let sentence = format!(
            "{who} refuses the login of {source}. {username:?} is the user name of a token that lives {life}: it has \
             probably expired."
        );
        let finding = Finding::new(Cause::ExpiredToken, sentence)
            .or(&[Cause::BadCredentials, Cause::NodeIdentityDenied, Cause::UserNotPermitted])
            .evidence(sent)
            .remedy(renew(login, command));
        let finding = match login.origin {
            Origin::NodeFile | Origin::Plugin => finding.remedy(format!(
                "Or, if the token is new, give the node's identity the right to pull {repository}: the registry does not say which of \
                 the two it is."
            )),
            Origin::Secret | Origin::Given => finding,
        };
        return if login.origin == Origin::Secret { finding } else { finding.beside_secrets() };
    }
    if accepted {
        let sentence = format!(
            "{who} knows the user {username:?} of {source}, but does not let it pull {repository}, or the repository \
             does not exist."
        );
        return Finding::new(Cause::UserNotPermitted, sentence)
            .or(&[Cause::RepoNotFound, Cause::BadCredentials, Cause::ClientBlocked])
            .evidence(sent)
            .remedy(format!("Grant {username:?} pull permission on {repository}, or use another login."));
    }
    let sentence = format!("{who} refuses the login of {source}: user name or password is wrong or revoked.");
    Finding::new(Cause::BadCredentials, sentence)
        .or(&[Cause::ExpiredToken, Cause::UserNotPermitted])
        .evidence(sent)
        .evidence("a login that matches is sent for public images as well, and the kubelet does not fall back to none")
        .remedy(format!("Make {source} anew with the right password."))
        .remedy(format!("If {repository} is public, take {source} away from the pod:"))
        .command("pullsim check IMAGE")
}

/// Whether the registry knows who asks, and refuses what is asked for.
fn is_accepted(scene: &Scene<'_>, exchange: &Exchange) -> bool {
    // A token service that says 403 rather than 401 knows who asks, and refuses what is asked for.
    let forbidden =
        exchange.status == Some(403) && (exchange.purpose != Purpose::Token || !is_html(exchange));
    let lacks = || {
        let suffices = scene.claims().and_then(|claims| tokens::allows_pull(scene, claims));
        insufficient(exchange) || suffices == Some(false)
    };
    forbidden || (exchange.purpose != Purpose::Token && lacks())
}

/// A plugin got a login for the node (or for the pod's service account), and that identity may not pull.
fn node_identity(who: &str, login: &Login<'_>, repository: &str) -> Finding {
    let sentence = format!(
        "{who} knows the login that {} got, and does not let it pull {repository}: the cloud identity behind it lacks the \
         right.",
        login.source
    );
    Finding::new(Cause::NodeIdentityDenied, sentence)
        .or(&[Cause::ExpiredToken, Cause::UserNotPermitted, Cause::RepoNotFound])
        .remedy(format!(
            "Give the identity for which {} asks (the node's, or the service account's) the right to pull {repository}. A \
             pod's own role does not count for pulls.",
            login.source
        ))
}

/// What is to be done about a token that has expired: whose business it is depends on where it came from.
fn renew(login: &Login<'_>, command: &str) -> String {
    let source = login.source;
    match login.origin {
        Origin::Plugin => format!(
            "Have {} tell the kubelet a cacheDuration that is shorter than the token's life; until then the kubelet \
             must be restarted to forget it.",
            source.split(" for ").next().unwrap_or(source)
        ),
        Origin::NodeFile => format!(
            "Renew the token in {source} ({command}) on every node, or better: use the cloud's credential provider on the \
             nodes, which renews it."
        ),
        Origin::Secret | Origin::Given => {
            format!("Renew the secret ({command}), or use the cloud's credential provider on the nodes.")
        }
    }
}

/// RFC 6750 section 3.1: the token is good, but not for this.
fn insufficient(exchange: &Exchange) -> bool {
    challenge_parameter(exchange, "error").is_some_and(|error| error == "insufficient_scope")
}

/// What a registry that turned an anonymous client away (or showed it nothing) may mean.
pub(crate) fn anonymous(scene: &Scene<'_>, exchange: &Exchange) -> Finding {
    let who = host_name(authority(&exchange.url));
    let blocked = exchange.status == Some(403) && !was_challenged(scene);
    if blocked && is_html(exchange) {
        let sentence = format!("{who} forbids the request with a web page and asks for no login.");
        return Finding::new(Cause::ClientBlocked, sentence)
            .or(&[Cause::ProxyMisconfig, Cause::CredentialsMissing])
            .remedy("Look for a firewall, proxy or country block between the nodes and the registry.");
    }
    provider_that_failed(scene, who)
        .or_else(|| provider_passed_over(scene, who))
        .or_else(|| secret_that_is_not_there(scene, who))
        .or_else(|| secret_that_did_not_count(scene))
        .or_else(|| secret_that_is_hollow(scene))
        .or_else(|| provider_that_was_not_run(scene))
        .unwrap_or_else(|| no_secret(scene, exchange, who))
}

/// A credential provider plugin was asked and gave nothing, of which the pod learns nothing.
fn provider_that_failed(scene: &Scene<'_>, who: &str) -> Option<Finding> {
    let log = scene.decision(PLUGIN_FAILED)?;
    let plugin = log.split(':').next().unwrap_or_default();
    let sentence = format!(
        "The node's credential provider plugin {plugin} gave no login, so {who} was asked as anonymous."
    );
    let finding = Finding::new(Cause::CredentialProviderFailure, sentence)
        .or(&[Cause::NodeIdentityDenied, Cause::CredentialsMissing])
        .evidence(log)
        .remedy("Run the plugin by hand on the node, and give the node's identity the right to pull.");
    Some(finding)
}

/// A credential provider plugin is for the image, and the kubelet did not ask it: the pod's service account is not what
/// the plugin wants.
fn provider_passed_over(scene: &Scene<'_>, who: &str) -> Option<Finding> {
    let Decision { text, remedy, .. } = scene.decided("credential provider passed over")?;
    let plugin = text.split(':').next().unwrap_or_default();
    let sentence = format!(
        "The node's credential provider plugin {plugin} was passed over for this pod's service account, so {who} was \
         asked as anonymous."
    );
    let finding = Finding::new(Cause::CredentialProviderFailure, sentence)
        .or(&[Cause::CredentialsMissing])
        .evidence(text.as_str());
    Some(remedy.iter().fold(finding, |finding, remedy| finding.remedy(remedy.as_str())))
}

/// The pod names a secret that is not in its namespace, of which only an event tells: the pull goes on without it.
fn secret_that_is_not_there(scene: &Scene<'_>, who: &str) -> Option<Finding> {
    let facts = scene.facts;
    let first = facts.missing.first()?;
    let namespace = facts.namespace.unwrap_or("default");
    let names: Vec<String> = facts.missing.iter().map(|secret| format!("{:?}", secret.name)).collect();
    let sentence = format!(
        "The pod names the pull secret {}, which is not in its namespace {namespace}: the kubelet goes on without, so {who} \
         was asked as anonymous.",
        names.join(" and ")
    );
    let finding = Finding::new(Cause::SecretMissing, sentence)
        .or(&[Cause::CredentialsMissing, Cause::SecretWrongRegistry, Cause::RepoMissingOrPrivate])
        .evidence(format!("imagePullSecrets: {} is not in namespace {namespace}", names.join(", ")));
    Some(match first.elsewhere.first() {
        Some(_) => finding
            .evidence(format!("a secret {:?} is in namespace {}", first.name, first.elsewhere.join(", ")))
            .remedy("Copy it from there; a pod can only use secrets of its own namespace:")
            .command(COPY_SECRET),
        None => finding
            .remedy(format!("Make the secret {:?}, or correct the name in imagePullSecrets:", first.name))
            .command(CREATE_SECRET),
    })
}

/// A secret was given, yet the node asked as anonymous.
fn secret_that_did_not_count(scene: &Scene<'_>) -> Option<Finding> {
    let domain = scene.reference()?.domain;
    let facts = scene.facts;
    if let Some(first) = facts.unmatched.first() {
        let keys: Vec<String> = facts.unmatched.iter().map(|entry| format!("{:?}", entry.key)).collect();
        let sentence = format!(
            "{} holds a login, but for {}; the image is on {domain:?}. So the node asked as anonymous.",
            first.source,
            keys.join(", "),
        );
        let hub = domain == "docker.io";
        let key = if hub { "https://index.docker.io/v1/" } else { domain };
        let finding = Finding::new(Cause::SecretWrongRegistry, sentence).or(&[Cause::WrongRegistryHost]);
        let finding = facts.unmatched.iter().fold(finding, |finding, entry| {
            finding.evidence(format!("{} key {:?}: {}", entry.source, entry.key, entry.reason))
        });
        return Some(finding.remedy(format!("Write the key as {key:?}:")).command(REPLACE_SECRET));
    }
    let skipped = facts.skipped.first()?;
    let sentence = format!(
        "The kubelet ignores {}: {}. So the node asked as anonymous.",
        skipped.source, skipped.reason
    );
    Some(
        Finding::new(Cause::SecretMalformed, sentence)
            .evidence(format!("{}: {}", skipped.source, skipped.reason))
            .or(&[Cause::CredentialsMissing])
            .remedy("Make a secret of type kubernetes.io/dockerconfigjson:")
            .command(REMAKE_SECRET),
    )
}

/// A login without user and password: what a Docker client with a credential store leaves in its file.
fn secret_that_is_hollow(scene: &Scene<'_>) -> Option<Finding> {
    let login = scene.attempt.login.filter(|login| login.empty && login.origin == Origin::Secret)?;
    let sentence = format!(
        "{} has an entry for {:?} without user name and password: it was made from the file of a Docker client that keeps \
         its logins elsewhere (credsStore, credHelpers). So the node asked as anonymous.",
        login.source, login.key
    );
    Some(
        Finding::new(Cause::SecretMalformed, sentence)
            .or(&[Cause::CredentialsMissing])
            .evidence(format!("{} holds an empty login for {:?}", login.source, login.key))
            .remedy("Make the secret from user name and password, not from the client's file:")
            .command(REMAKE_SECRET),
    )
}

/// Nodes of Amazon's log in to ECR by a plugin; there is no other lasting way.
fn provider_that_was_not_run(scene: &Scene<'_>) -> Option<Finding> {
    let reference = scene.reference()?;
    if Cloud::of(reference.domain) != Some(Cloud::Amazon) {
        return None;
    }
    let domain = reference.domain;
    let sentence = format!(
        "No login for {domain} came from the node's credential provider (it is missing, or its matchImages does not match), \
         and the pod has no pull secret for it. So the node asked as anonymous."
    );
    Some(
        Finding::new(Cause::CredentialProviderFailure, sentence)
            .or(&[Cause::CredentialsMissing, Cause::NodeIdentityDenied])
            .evidence(format!("{domain} is a private registry of Amazon ECR"))
            .remedy(format!(
                "Have the kubelet run ecr-credential-provider for {domain}: flags --image-credential-provider-config and \
                 --image-credential-provider-bin-dir, and matchImages \"*.dkr.ecr.*.amazonaws.com\" in that file."
            ))
            .remedy("See what the kubelet runs with, on the node:")
            .command("ps -o args= -C kubelet | tr ' ' '\\n' | grep image-credential-provider"),
    )
}

/// That nothing was there to log in with.
fn what_the_pod_has(scene: &Scene<'_>) -> String {
    match scene.attempt.login {
        Some(login) => format!("{} holds an empty login for {:?}", login.source, login.key),
        None => "no pull secret of the pod and no login of the node's is for it".to_owned(),
    }
}

fn no_secret(scene: &Scene<'_>, exchange: &Exchange, who: &str) -> Finding {
    let (domain, path) = scene.reference().map_or((who, "the image"), |r| (r.domain, r.path));
    if domain == "docker.io" && status::looks_like_host(path) {
        return status::host_alone(scene.facts.image).or(&[Cause::RepoMissingOrPrivate]);
    }
    if domain == "docker.io" && path.starts_with("library/") {
        return built_locally(scene.facts.image, path);
    }
    let finding = if SECRETIVE.contains(&domain) {
        let sentence = format!(
            "{domain} does not say whether {path} is missing or private: it answers alike for both. The node asked \
             as anonymous."
        );
        Finding::new(Cause::RepoMissingOrPrivate, sentence)
            .or(&[Cause::CredentialsMissing, Cause::RepoNotFound])
            .remedy(format!("Check the spelling of {path}."))
            .remedy("If it is private, add a pull secret:")
    } else {
        let forbidden = exchange.status == Some(403) && !was_challenged(scene);
        let does = if forbidden { "forbids strangers" } else { "asks for a login" };
        let sentence = format!("{domain} {does} to pull {path}, and the node asked as anonymous.");
        let others: &[Cause] = match Cloud::of(domain) {
            _ if forbidden => &[Cause::ClientBlocked, Cause::PolicyRejected, Cause::RepoNotFound],
            Some(Cloud::Amazon | Cloud::Azure | Cloud::Google) => {
                &[Cause::NodeIdentityDenied, Cause::CredentialProviderFailure, Cause::RepoNotFound]
            }
            Some(Cloud::Docker) | None => &[Cause::RepoNotFound],
        };
        Finding::new(Cause::CredentialsMissing, sentence)
            .or(others)
            .evidence(what_the_pod_has(scene))
            .remedy("Add a pull secret and name it in imagePullSecrets:")
    };
    let finding = finding.command(CREATE_SECRET);
    match scene.login().is_none() && exchange.status == Some(403) && !was_challenged(scene) {
        true => finding.remedy(format!(
            "Or look at the rules of {who}, if it forbids this to those who log in as well: it did not ask for a login."
        )),
        false => finding,
    }
}

/// All of Docker Hub's `library/` is public, so what is denied there does not exist.
fn built_locally(image: &str, path: &str) -> Finding {
    let sentence = format!(
        "Docker Hub has no official image {path}, and all official ones are public. {image:?} is probably an image that was \
         only built on some machine, or lacks its registry."
    );
    Finding::new(Cause::LocalImageNotOnNode, sentence)
        .or(&[Cause::RepoNotFound, Cause::WrongRegistryHost, Cause::RepoMissingOrPrivate])
        .remedy("Push it to a registry that the nodes can reach, and write that registry into the image's name.")
        .remedy("Or load it onto every node, and set imagePullPolicy: IfNotPresent (never the tag latest, which is pulled).")
}

fn was_challenged(scene: &Scene<'_>) -> bool {
    scene.exchanges().any(|exchange| exchange.status == Some(401))
}

pub(crate) fn is_html(exchange: &Exchange) -> bool {
    exchange.response_header("Content-Type").is_some_and(|kind| kind.trim_start().starts_with("text/html"))
}
