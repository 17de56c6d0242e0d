//! Answers that say no.

use trace::{Exchange, Purpose};

use crate::access::{self, is_html};
use crate::content;
use crate::finding::Finding;
use crate::scene::{Failure, Scene, authority, host_name};
use crate::transport::is_plain_at_tls_port;
use crate::{Cause, Reference};

/// What a status says, given what was asked of whom.
pub(crate) fn finding(scene: &Scene<'_>, failure: &Failure<'_>) -> Finding {
    let Some((exchange, status)) = failure.exchange().zip(failure.status()) else {
        return proxy(scene, failure);
    };
    if let Some(page) = content::web_page(scene) {
        return page.evidence(failure.line());
    }
    let token = exchange.purpose == Purpose::Token;
    let redirected = scene.is_redirected(Some(exchange.purpose), &exchange.url);
    let finding = match status {
        401 | 403 if scene.is_mirror(&exchange.url) && scene.login().is_none() => mirror(scene, exchange),
        403 | 401 if redirected => storage(exchange),
        401 | 403 => return access::finding(scene, failure, exchange),
        407 => return proxy(scene, failure),
        429 => rate_limit(scene, exchange),
        408 | 500.. if !token => outage(exchange),
        _ if token => token_service(exchange, status),
        _ if scene.is_mirror(&exchange.url) => mirror(scene, exchange),
        404 | 410 => missing(scene, exchange),
        416 => resume_refused(exchange),
        402 => unpaid(exchange),
        412 => policy(exchange),
        451 => blocked(exchange),
        400 if is_plain_at_tls_port(&exchange.url) => plain_http(exchange),
        _ if exchange.purpose != Purpose::Resolve => outage(exchange),
        _ => not_a_registry(exchange),
    };
    finding.evidence(failure.line())
}

fn host(exchange: &Exchange) -> &str {
    host_name(authority(&exchange.url))
}

fn proxy(scene: &Scene<'_>, failure: &Failure<'_>) -> Finding {
    let status = failure.status().unwrap_or_default();
    let proxy = scene.proxy(failure).unwrap_or("the proxy");
    let sentence = format!("{proxy} refuses to open the way to {} (status {status}).", failure.host());
    let finding =
        Finding::new(Cause::ProxyMisconfig, sentence).or(&[Cause::NoProxyMissing]).evidence(failure.line());
    if status == 407 {
        return finding.remedy("Give the proxy's user and password in HTTPS_PROXY of the runtime's service.");
    }
    finding
        .remedy(format!("Let the proxy allow {}:443.", failure.host()))
        .remedy(format!("If {} is internal, add it to NO_PROXY of the runtime's service.", failure.host()))
}

fn mirror(scene: &Scene<'_>, exchange: &Exchange) -> Finding {
    let host = host(exchange);
    let sentence = format!(
        "The mirror {host} that the node's configuration names answered in the registry's place, with status {}.",
        exchange.status.unwrap_or_default()
    );
    let finding = Finding::new(Cause::MirrorMisconfig, sentence);
    let file = scene.runtime().mirror_file();
    // Pull secrets are for the registry, and go to no mirror of another name.
    let finding = match exchange.status {
        Some(401) if file == "hosts.toml" => finding.remedy(format!(
            "Let {host} serve without a login, or give the nodes one for it: `header` with Authorization in hosts.toml. No pull \
             secret goes to a mirror."
        )),
        _ => finding,
    };
    finding.remedy(format!("Correct or remove the mirror in {file} (registry configuration of the runtime)."))
}

fn storage(exchange: &Exchange) -> Finding {
    let host = host(exchange);
    let of_bucket = exchange.response_header("Content-Type").is_some_and(|kind| kind.contains("xml"));
    let sentence = format!(
        "The registry sends the node to {host}, which refuses it: the signature in the address is not good there (any more), \
         or the host lets this client not in."
    );
    let finding = Finding::new(Cause::RedirectHostBlocked, sentence).or(&[
        Cause::ClientBlocked,
        Cause::Registry5xx,
        Cause::ProxyMisconfig,
    ]);
    let sign = format!(
        "Have whoever runs the registry look at how it signs addresses for {host}: its key, its rights there, its clock. They are \
         good for minutes only."
    );
    let finding = if of_bucket {
        finding.remedy(sign)
    } else {
        finding
            .remedy(format!("Have {host} let the nodes in, if it knows clients by their address."))
            .remedy(sign)
    };
    finding.remedy("Look for a proxy that changes or caches signed addresses.")
}

fn rate_limit(scene: &Scene<'_>, exchange: &Exchange) -> Finding {
    let what = if exchange.purpose == Purpose::Token { "logins" } else { "pulls" };
    let sentence = format!("{} refuses further {what} for now (HTTP 429).", host(exchange));
    let mut finding = Finding::new(Cause::RateLimit, sentence);
    for name in ["Retry-After", "RateLimit-Limit", "RateLimit-Remaining", "docker-ratelimit-source"] {
        if let Some(value) = exchange.response_header(name) {
            finding = finding.evidence(format!("{name}: {value}"));
        }
    }
    let finding = match scene.login() {
        None => finding.evidence("asked as anonymous: all nodes behind one address share one limit"),
        Some(login) => finding
            .evidence(format!("asked as user {:?} of {}", login.username, login.source))
            .beside_secrets(),
    };
    relief(scene, exchange, finding)
}

/// What is to be done about a limit, by whose it is and by who asked.
fn relief(scene: &Scene<'_>, exchange: &Exchange, finding: Finding) -> Finding {
    let (who, anonymous) = (host(exchange), scene.login().is_none());
    let of_hub = scene.reference().is_some_and(|reference| reference.domain == "docker.io");
    if exchange.purpose == Purpose::Token {
        return finding.beside_secrets().remedy(format!(
            "Wait until {who} counts anew, and find who asks it so often: a pod that fails again and again, a password that is \
             wrong."
        ));
    }
    match (of_hub, anonymous) {
        // The catalogue goes on with the command for it.
        (true, true) => finding
            .remedy("Log in: a pull secret has a limit of its own, anonymous pulls share one by address:")
            .command(access::CREATE_SECRET)
            .remedy("Or wait until the limit is over: Docker Hub counts the pulls of six hours.")
            .remedy("Or put a pull-through cache or mirror before it."),
        (_, false) => finding.remedy("Put a mirror or a cache before the registry, or wait until the limit is over."),
        (false, true) => finding
            .remedy(format!(
                "Wait until {who} counts anew, or have whoever runs it allow more; pull fewer images at once (maxParallelImagePulls \
                 of the kubelet)."
            ))
            .remedy("If it gives those who log in a limit of their own, log in:")
            .command(access::CREATE_SECRET),
    }
}

fn outage(exchange: &Exchange) -> Finding {
    let status = exchange.status.unwrap_or_default();
    let sentence = format!(
        "{} answers with status {status}: the registry or its backend does not work.",
        host(exchange)
    );
    Finding::new(Cause::Registry5xx, sentence)
        .or(&[Cause::ProxyMisconfig])
        .remedy("Wait for the registry or mend it; the kubelet tries again by itself.")
}

fn token_service(exchange: &Exchange, status: u16) -> Finding {
    let host = host(exchange);
    let fails = matches!(status, 408 | 500..);
    let (sentence, others): (_, &[Cause]) = if fails {
        (
            format!(
                "The token service {host} fails (status {status}): it, or what stands before it, is down."
            ),
            &[Cause::Registry5xx, Cause::ProxyMisconfig],
        )
    } else {
        (
            format!(
                "{host} does not give a token (status {status}): the challenge leads to a place that is no token service, \
                 or it does not like the question."
            ),
            &[Cause::WrongRegistryHost, Cause::RepoNotFound, Cause::BadCredentials],
        )
    };
    let finding = Finding::new(Cause::TokenEndpointFailure, sentence).or(others);
    if fails {
        finding.remedy(format!("Wait for {host}, or mend it; the kubelet tries again by itself."))
    } else {
        finding.remedy("Check the realm in the registry's challenge and the token service itself.")
    }
}

fn missing(scene: &Scene<'_>, exchange: &Exchange) -> Finding {
    if exchange.purpose != Purpose::Resolve {
        let part = match exchange.purpose {
            Purpose::Manifest => "a manifest",
            Purpose::Config => "the config",
            _ => "a layer",
        };
        let sentence =
            format!("{} has lost {part} that the image needs: it is named, but not there.", host(exchange));
        return Finding::new(Cause::BlobMissing, sentence)
            .or(&[Cause::MirrorMisconfig])
            .remedy("Push the image again, or look at the registry's garbage collection.");
    }
    if is_html(exchange) {
        return not_a_registry(exchange).or(&[Cause::TagNotFound, Cause::RepoNotFound]);
    }
    let Some(reference) = scene.reference() else { return not_a_registry(exchange) };
    if scene.facts.image.split('/').count() == 1
        && reference.domain == "docker.io"
        && looks_like_host(reference.path)
    {
        return host_alone(scene.facts.image);
    }
    let what = match (reference.digest, reference.tag) {
        (Some(digest), _) => format!("digest {digest}"),
        (None, tag) => format!("tag {:?}", tag.unwrap_or("latest")),
    };
    let finding = not_there(scene, exchange, &reference, &what);
    let finding = if scene.login().is_none() { finding.or(&[Cause::RepoMissingOrPrivate]) } else { finding };
    finding.remedy(format!(
        "Check the spelling, and that {} was pushed to {}.",
        reference.path, reference.domain
    ))
}

/// What the registry says of it, as far as it says anything.
fn not_there(scene: &Scene<'_>, exchange: &Exchange, reference: &Reference<'_>, what: &str) -> Finding {
    let (domain, path) = (reference.domain, reference.path);
    let said = match scene.decision("error code").filter(|code| *code != "none") {
        Some("NAME_UNKNOWN") => {
            let sentence = format!("{domain} does not know the repository {path}: it says NAME_UNKNOWN.");
            return Finding::new(Cause::RepoNotFound, sentence).or(&[Cause::TagNotFound]);
        }
        Some(code) => format!("it says {code}"),
        None if exchange.method == "HEAD" => {
            "the answer to a HEAD request has no body that would tell".to_owned()
        }
        None => "its answer does not tell".to_owned(),
    };
    let sentence = format!("{domain} has no {what} of {path}, or no such repository: {said}.");
    Finding::new(Cause::TagNotFound, sentence).or(&[Cause::RepoNotFound])
}

pub(crate) fn looks_like_host(path: &str) -> bool {
    path.strip_prefix("library/").is_some_and(|name| name.contains('.') || name == "localhost")
}

pub(crate) fn host_alone(image: &str) -> Finding {
    let sentence =
        format!("{image:?} without a slash is a name on Docker Hub, though it looks like a registry's host.");
    Finding::new(Cause::WrongRegistryHost, sentence).remedy("Add the repository: HOST/PATH:TAG.")
}

fn policy(exchange: &Exchange) -> Finding {
    let sentence = format!("{} refuses the image by a policy of its own (status 412).", host(exchange));
    Finding::new(Cause::PolicyRejected, sentence)
        .remedy("Look at the registry's rules for the project: vulnerability or signature gate.")
}

fn blocked(exchange: &Exchange) -> Finding {
    let sentence = format!("{} refuses to serve this client for legal reasons (status 451).", host(exchange));
    Finding::new(Cause::ClientBlocked, sentence).remedy("Use a mirror that serves your country or network.")
}

fn unpaid(exchange: &Exchange) -> Finding {
    let sentence = format!("{} wants payment before it serves this client (status 402).", host(exchange));
    Finding::new(Cause::ClientBlocked, sentence)
        .remedy("Look at the account's plan and quota at the registry.")
}

fn resume_refused(exchange: &Exchange) -> Finding {
    let sentence =
        format!("{} ended content early and has nothing after that place (status 416).", host(exchange));
    Finding::new(Cause::BlobTruncated, sentence)
        .remedy("Push the image again: the registry's copy is too short.")
}

fn plain_http(exchange: &Exchange) -> Finding {
    let sentence = format!("{} expects TLS, and the runtime spoke plain HTTP.", host(exchange));
    Finding::new(Cause::HttpOnHttps, sentence).remedy("Name the registry as https://… in hosts.toml.")
}

fn not_a_registry(exchange: &Exchange) -> Finding {
    let status = exchange.status.unwrap_or_default();
    let sentence = format!("{} does not answer as a registry does (status {status}).", host(exchange));
    Finding::new(Cause::WrongRegistryHost, sentence)
        .or(&[Cause::ProxyMisconfig, Cause::RepoNotFound])
        .remedy("Check host and port of the image, and what stands before the registry.")
}
