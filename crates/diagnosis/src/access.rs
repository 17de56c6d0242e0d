//! Who may pull: 401 and 403, from the registry or its token server.

use trace::{Decision, Exchange, Purpose};

use crate::finding::Finding;
use crate::scene::{Failure, Scene, authority, host_name, succeeded};
use crate::{Cause, Login, content, status};

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
    if let Some(finding) = unanswerable(scene, exchange) {
        return finding.evidence(failure.line());
    }
    let finding = match scene.login() {
        Some(login) => with_login(scene, exchange, &login),
        None => anonymous(scene, exchange),
    };
    let finding = finding.evidence(failure.line());
    challenges(exchange).fold(finding, |finding, text| finding.evidence(format!("challenge: {text}")))
}

/// A 401 that no login would have got past: the runtime cannot answer the challenge, or its token server gave nothing.
fn unanswerable(scene: &Scene<'_>, exchange: &Exchange) -> Option<Finding> {
    if exchange.status != Some(401) || exchange.purpose == Purpose::Token {
        return None;
    }
    let who = host_name(authority(&exchange.url));
    let last = scene.last_exchange().filter(|last| last.purpose == Purpose::Token && succeeded(last));
    if let Some(last) = last {
        return Some(content::token(last));
    }
    let challenges: Vec<&str> = challenges(exchange).collect();
    let offers = |scheme: &str| challenges.iter().any(|challenge| offers(challenge, scheme));
    let asked_for_token = scene.exchanges().any(|exchange| exchange.purpose == Purpose::Token);
    let sentence = if challenges.is_empty() {
        format!("{who} wants a login but does not say how (no WWW-Authenticate), so the runtime sends none.")
    } else if offers("basic") || (offers("bearer") && asked_for_token) {
        return None;
    } else if offers("bearer") {
        format!("{who} asks for a token, but names no token service that the runtime could ask.")
    } else {
        format!("{who} asks for a kind of login that the runtime does not have; it knows Basic and Bearer.")
    };
    let finding = Finding::new(Cause::TokenEndpointFailure, sentence)
        .or(&[Cause::CredentialsMissing, Cause::WrongRegistryHost])
        .remedy("Correct the registry's WWW-Authenticate header, or what stands before the registry.");
    Some(challenges.into_iter().fold(finding, |finding, text| finding.evidence(format!("challenge: {text}"))))
}

fn challenges(exchange: &Exchange) -> impl Iterator<Item = &str> {
    let fields =
        exchange.response.iter().filter(|header| header.name.eq_ignore_ascii_case("WWW-Authenticate"));
    fields.map(|header| header.value.as_str())
}

fn offers(challenge: &str, scheme: &str) -> bool {
    challenge.split([' ', ',']).any(|word| word.eq_ignore_ascii_case(scheme))
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
        return Finding::new(Cause::ExpiredToken, sentence).evidence(sent).remedy(renew(source, command));
    }
    if let Some((_, life, command)) = SHORT_LIVED.iter().find(|(name, ..)| *name == username) {
        let sentence = format!(
            "{who} refuses the login of {source}. {username:?} is the user name of a token that lives {life}: it has \
             probably expired."
        );
        return Finding::new(Cause::ExpiredToken, sentence)
            .or(&[Cause::BadCredentials, Cause::NodeIdentityDenied, Cause::UserNotPermitted])
            .evidence(sent)
            .remedy(renew(source, command));
    }
    let repository = scene.reference().map_or("the repository", |reference| reference.path);
    // A token service that says 403 rather than 401 knows who asks, and refuses what is asked for.
    let forbidden =
        exchange.status == Some(403) && (exchange.purpose != Purpose::Token || !is_html(exchange));
    let accepted = forbidden || (exchange.purpose != Purpose::Token && insufficient(exchange));
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
        .remedy(format!(
            "Try it by hand (docker login {who}), then make the secret anew with the right password."
        ))
}

/// What is to be done about a token that has expired: whose business it is depends on where it came from.
fn renew(source: &str, command: &str) -> String {
    match source.strip_prefix("plugin ") {
        Some(plugin) => format!(
            "Have {} tell the kubelet a cacheDuration that is shorter than the token's life; until then the kubelet \
             must be restarted to forget it. If the token is new, give the node's identity the right to pull.",
            plugin.split(" for ").next().unwrap_or(plugin)
        ),
        None => format!("Renew the secret ({command}), or use the cloud's credential provider on the nodes."),
    }
}

/// RFC 6750 section 3.1: the token is good, but not for this.
fn insufficient(exchange: &Exchange) -> bool {
    exchange
        .response_header("WWW-Authenticate")
        .is_some_and(|challenge| challenge.contains("error=\"insufficient_scope\""))
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
        .or_else(|| secret_that_did_not_count(scene))
        .unwrap_or_else(|| no_secret(scene, who))
}

/// A credential provider plugin was asked and gave nothing, of which the pod learns nothing.
fn provider_that_failed(scene: &Scene<'_>, who: &str) -> Option<Finding> {
    let log = scene.decision("credential provider failed")?;
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
        return Some(finding.remedy(format!("Write the key as {key:?}:")).remedy(create_secret(key)));
    }
    let skipped = facts.skipped.first()?;
    let sentence = format!(
        "The kubelet ignores {}: {}. So the node asked as anonymous.",
        skipped.source, skipped.reason
    );
    Some(
        Finding::new(Cause::SecretMalformed, sentence)
            .remedy("Make a secret of type kubernetes.io/dockerconfigjson:")
            .remedy(create_secret(domain)),
    )
}

fn no_secret(scene: &Scene<'_>, who: &str) -> Finding {
    let (domain, path) = scene.reference().map_or((who, "the image"), |r| (r.domain, r.path));
    if domain == "docker.io" && status::looks_like_host(path) {
        return status::host_alone(scene.facts.image).or(&[Cause::RepoMissingOrPrivate]);
    }
    let empty =
        scene.attempt.login.map(|login| format!("{} holds an empty login for {:?}", login.source, login.key));
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
        let sentence = format!("{domain} asks for a login to pull {path}, and the node asked as anonymous.");
        Finding::new(Cause::CredentialsMissing, sentence)
            .or(&[Cause::RepoNotFound])
            .remedy("Add a pull secret and name it in imagePullSecrets:")
    };
    let key = if domain == "docker.io" { "https://index.docker.io/v1/" } else { domain };
    empty.into_iter().fold(finding, Finding::evidence).remedy(create_secret(key))
}

fn create_secret(server: &str) -> String {
    format!(
        "  kubectl create secret docker-registry NAME --docker-server={server} --docker-username=USER \
         --docker-password=…"
    )
}

fn was_challenged(scene: &Scene<'_>) -> bool {
    scene.exchanges().any(|exchange| exchange.status == Some(401))
}

pub(crate) fn is_html(exchange: &Exchange) -> bool {
    exchange.response_header("Content-Type").is_some_and(|kind| kind.trim_start().starts_with("text/html"))
}
