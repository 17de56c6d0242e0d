//! Who may pull: 401 and 403, and the words around them.

use diagnosis::Cause;

use super::network::{is_storage, is_token};
use super::{Verdict, missing};
use crate::grammar::{Dissection, HostKind, Purpose, Word};

/// The registry does not serve this address, network or country.
pub(super) fn blocked(d: &Dissection) -> Option<Verdict> {
    let by_law = d.statuses.iter().any(|status| matches!(status, 402 | 451));
    let verdict = Verdict::certain(Cause::ClientBlocked).because(&[Word::ClientBlocked]);
    if by_law { Some(verdict) } else { verdict.if_said(d) }
}

/// The words name a token that was good once.
pub(super) fn expired(d: &Dissection) -> Option<Verdict> {
    Verdict::certain(Cause::ExpiredToken)
        .or(&[Cause::BadCredentials])
        .because(&[Word::TokenExpired])
        .if_said(d)
}

/// A role, a service account or a managed identity may not pull.
pub(super) fn cloud_identity(d: &Dissection) -> Option<Verdict> {
    // Google's registries say so to whoever shows no login; a kubelet would show that of its node.
    let anonymous = d.says("unauthenticated request") || d.says("unauthenticated requests");
    let verdict = if anonymous && !d.has(Word::KubeletPull) {
        Verdict::likely(Cause::CredentialsMissing).or(&[Cause::NodeIdentityDenied])
    } else {
        Verdict::likely(Cause::NodeIdentityDenied).or(&[Cause::CredentialsMissing])
    };
    let others = [Cause::UserNotPermitted, Cause::RepoNotFound];
    verdict.or(&others).because(&[Word::CloudDenied]).if_said(d)
}

/// The words blame the login itself.
pub(super) fn wrong_login(d: &Dissection) -> Option<Verdict> {
    // CRI-O speaks of a wrong login where none was sent, too.
    if d.has(Word::NoCredentials) && !shows_login(d) {
        return None;
    }
    let verdict = Verdict::likely(Cause::BadCredentials)
        .or(&[Cause::ExpiredToken, Cause::CredentialsMissing, Cause::UserNotPermitted])
        .because(&[Word::WrongLogin]);
    verdict.if_said(d)
}

/// Whether the command that failed is shown, and hands over a login (`cri-tools@ba03eabc:cmd/crictl/image.go:41`,
/// `containerd@v2.1.9:cmd/ctr/commands/commands.go:66`).
fn shows_login(d: &Dissection) -> bool {
    ["--creds", "ctr … --user "].iter().any(|option| d.says(option))
}

/// GitHub's token service says `denied: denied`, and nothing else, to a login that it does not know (`docker pull` without a
/// login gets a token there, and hears `unauthorized` from the registry), and a single `denied` to who may not see the package,
/// most often without a login.
pub(super) fn ghcr(d: &Dissection) -> Option<Verdict> {
    if d.registry_kind() == HostKind::Ghcr && d.says("\": denied") && !d.says("denied: denied") {
        let others =
            [Cause::UserNotPermitted, Cause::RepoNotFound, Cause::BadCredentials, Cause::ExpiredToken];
        let verdict = Verdict::possible(Cause::CredentialsMissing).or(&others);
        return Some(verdict.because(&[Word::Forbidden]));
    }
    let others =
        [Cause::ExpiredToken, Cause::UserNotPermitted, Cause::CredentialsMissing, Cause::RepoNotFound];
    // Whoever logged out before sent none.
    let first = if d.says("logout") { Cause::CredentialsMissing } else { Cause::BadCredentials };
    let verdict = Verdict::likely(first).or(&[Cause::BadCredentials]).or(&others).because(&[Word::Forbidden]);
    // With a login, the token service refuses nothing else.
    let refused = d.has(Word::LoginToken) && d.statuses.contains(&403);
    let asked = d.registry_kind() == HostKind::Ghcr || d.host_kind() == HostKind::Ghcr;
    verdict.some_if(asked && (d.says("denied: denied") || refused))
}

/// The words say that the user is known and may not.
pub(super) fn not_permitted(d: &Dissection) -> Option<Verdict> {
    let verdict = Verdict::likely(Cause::UserNotPermitted)
        .or(&[Cause::CredentialsMissing, Cause::BadCredentials, Cause::RepoNotFound])
        .because(&[Word::NotPermitted]);
    verdict.if_said(d)
}

/// The large public registries hand out tokens and never ask for a name and password themselves (who says the words:
/// `distribution@v2.8.3:registry/client/auth/session.go:21`, `containerd@v2.1.9:core/remotes/docker/authorizer.go:202`): somebody
/// else answered.
pub(super) fn basic_in_a_public_place(d: &Dissection) -> Option<Verdict> {
    let asked = d.last_link().map_or_else(|| d.registry_kind(), |link| link.kind);
    let public =
        matches!(asked, HostKind::DockerHub | HostKind::Quay | HostKind::Kubernetes | HostKind::Public);
    let others = [Cause::CredentialsMissing, Cause::ProxyMisconfig, Cause::RepoMissingOrPrivate];
    let verdict = Verdict::likely(Cause::MirrorMisconfig).or(&others).because(&[Word::NoCredentials]);
    verdict.some_if(public && d.says("no basic auth credentials"))
}

/// No login was sent to a cloud's registry, where nodes log in by themselves.
pub(super) fn no_login_at_a_cloud(d: &Dissection) -> Option<Verdict> {
    // Kubelets up to 1.5 say so of whatever failed (`kubernetes@60e967f4:pkg/kubelet/dockertools/docker.go:260`).
    let supposed = d.says("may be because there are no credentials on this request");
    let answered =
        d.any(&[Word::NameUnknown, Word::OldDenied, Word::NotFound, Word::Unauthorized, Word::Forbidden]);
    let told = d.has(Word::NoCredentials) || (supposed && answered);
    if !told {
        return None;
    }
    let others =
        [Cause::CredentialsMissing, Cause::ExpiredToken, Cause::SecretWrongRegistry, Cause::UserNotPermitted];
    let verdict = match d.registry_kind() {
        HostKind::Ecr => Verdict::likely(Cause::CredentialProviderFailure).or(&[Cause::NodeIdentityDenied]),
        HostKind::Google if supposed => Verdict::likely(Cause::NodeIdentityDenied),
        _ => return None,
    };
    Some(verdict.or(&others).because(&[Word::NoCredentials]))
}

/// What Docker up to 1.10 said of private and of missing images alike: eight of twelve times, the login was missing.
pub(super) fn old_denied(d: &Dissection) -> Option<Verdict> {
    let first = match d.registry_kind() {
        HostKind::Google => Cause::NodeIdentityDenied,
        // All of `library/` is public.
        _ if d.says("image library/*") => Cause::RepoNotFound,
        _ => Cause::CredentialsMissing,
    };
    let others = [
        Cause::CredentialsMissing,
        Cause::RepoMissingOrPrivate,
        Cause::RepoNotFound,
        Cause::TagNotFound,
        Cause::UserNotPermitted,
        Cause::WrongRegistryHost,
        Cause::LocalImageNotOnNode,
    ];
    let verdict = Verdict::possible(first).or(&others).because(&[Word::OldDenied]);
    // Docker writes no quotes there.
    verdict.some_if(d.has(Word::OldDenied) && !d.has(Word::ManifestUnknown))
}

/// `pull access denied …`: missing or private.
pub(super) fn denied(d: &Dissection) -> Option<Verdict> {
    let refused = || d.has(Word::Forbidden) && d.says("requested access to the resource is denied");
    if !d.has(Word::AccessDenied) && !refused() {
        return None;
    }
    let because = [Word::AccessDenied, Word::NoCredentials, Word::Forbidden];
    if let Some(verdict) = official_image(d).or_else(|| at_a_cloud(d)) {
        return Some(verdict.because(&because));
    }
    // Controllers list the tags of what already runs.
    let runs = d.says("tags from registry") || d.says("requesting tags") || d.says("/tags/list");
    let own = is_own_registry(d) || runs;
    let verdict = if own && d.says("login succeeded") {
        Verdict::possible(Cause::UserNotPermitted).or(&[Cause::RepoNotFound, Cause::CredentialsMissing])
    } else if d.has(Word::NoCredentials) || own {
        Verdict::likely(Cause::CredentialsMissing).or(&[Cause::RepoMissingOrPrivate])
    } else {
        Verdict::possible(Cause::RepoMissingOrPrivate).or(&[Cause::CredentialsMissing])
    };
    let others = [
        Cause::RepoNotFound,
        Cause::LocalImageNotOnNode,
        Cause::UserNotPermitted,
        Cause::SecretWrongRegistry,
        Cause::BadCredentials,
        Cause::SecretMalformed,
        Cause::WrongRegistryHost,
        Cause::TokenEndpointFailure,
        Cause::CredentialProviderFailure,
    ];
    Some(verdict.or(&others).because(&because))
}

/// Whether the image is in somebody's own registry: what is there is seldom public, and who asks knows its names. Where a
/// token was given without the scope, the service knew who asked, or did not care.
fn is_own_registry(d: &Dissection) -> bool {
    if d.says("insufficient_scope") {
        return false;
    }
    const OWN: [HostKind; 5] =
        [HostKind::Other, HostKind::Private, HostKind::GitLab, HostKind::Loopback, HostKind::Cluster];
    d.registry().is_some_and(|registry| OWN.contains(&HostKind::of(&registry)))
}

/// All of Docker Hub's `library/` is public: what is denied there does not exist. Most often its name is that of an
/// image that was only built, or lacks the registry.
fn official_image(d: &Dissection) -> Option<Verdict> {
    if missing::host_alone(d) {
        let others = [Cause::RepoMissingOrPrivate, Cause::LocalImageNotOnNode, Cause::RepoNotFound];
        return Some(Verdict::likely(Cause::WrongRegistryHost).or(&others));
    }
    let others = [Cause::RepoMissingOrPrivate, Cause::WrongRegistryHost];
    // BuildKit knows the stages of the build, and one of them has nearly that name
    // (`buildkit@73ed6825c:frontend/dockerfile/dockerfile2llb/convert.go:704`).
    if missing::is_too_deep(d) || (d.is_official() && d.says("did you mean")) {
        return Some(Verdict::likely(Cause::RepoNotFound).or(&others).or(&[Cause::LocalImageNotOnNode]));
    }
    let others = [Cause::RepoNotFound, Cause::RepoMissingOrPrivate, Cause::WrongRegistryHost];
    Verdict::likely(Cause::LocalImageNotOnNode).or(&others).some_if(d.is_official())
}

/// The clouds' registries name what is missing. What they deny is there, and the node's login does not do.
fn at_a_cloud(d: &Dissection) -> Option<Verdict> {
    let others = [
        Cause::CredentialsMissing,
        Cause::RepoNotFound,
        Cause::UserNotPermitted,
        Cause::RepoMissingOrPrivate,
    ];
    let verdict = match d.registry_kind() {
        HostKind::Ecr if d.says("api error (404)") => {
            Verdict::possible(Cause::RepoNotFound).or(&[Cause::ExpiredToken, Cause::NodeIdentityDenied])
        }
        HostKind::Ecr => Verdict::possible(Cause::ExpiredToken).or(&[Cause::NodeIdentityDenied]),
        HostKind::Google => Verdict::likely(Cause::NodeIdentityDenied).or(&[Cause::ExpiredToken]),
        _ => return None,
    };
    Some(verdict.or(&others))
}

/// Quay's one sentence for all: at the first request only a login can have displeased it.
pub(super) fn quay(d: &Dissection) -> Option<Verdict> {
    let first = d.last_link().is_some_and(|link| link.purpose == Purpose::Ping) || d.has(Word::LoginToken);
    let verdict = if first {
        Verdict::likely(Cause::BadCredentials).or(&[Cause::RepoMissingOrPrivate])
    } else if d.text.contains("quay.io/openshift-release-dev/") {
        // OpenShift's own images are for who has its pull secret.
        Verdict::likely(Cause::CredentialsMissing).or(&[Cause::BadCredentials])
    } else {
        Verdict::possible(Cause::RepoMissingOrPrivate).or(&[Cause::BadCredentials])
    };
    let others = [Cause::CredentialsMissing, Cause::RepoNotFound, Cause::UserNotPermitted];
    verdict.or(&others).because(&[Word::QuayDenied]).if_said(d)
}

/// What is denied at the very first request, `/v2/`, is a login: Docker sends there what it has.
pub(super) fn first_request(d: &Dissection) -> Option<Verdict> {
    let first = d.last_link().is_some_and(|link| link.purpose == Purpose::Ping) && !d.has(Word::Pinging);
    // Clients that send a login only when asked for one call the question itself a failure.
    let first = first && !d.says("non-successful response");
    let refused = d.statuses.iter().any(|status| matches!(status, 401 | 403))
        || d.any(&[Word::Unauthorized, Word::Forbidden]);
    let others = [Cause::CredentialsMissing, Cause::ExpiredToken, Cause::UserNotPermitted];
    let verdict = Verdict::likely(Cause::BadCredentials).or(&others);
    let verdict = verdict.because(&[Word::Unauthorized, Word::Forbidden]);
    verdict.some_if(first && refused && !d.any(&[Word::NoCredentials, Word::AccessDenied]))
}

/// Whether the kubelet tells of one pull for each login that it has: it joins their errors
/// (`kubernetes@v1.28.7:pkg/kubelet/kuberuntime/kuberuntime_image.go:80`). The provider of Azure's nodes has two always: the node's identity, and none.
fn tried_several_logins(d: &Dissection) -> bool {
    d.text.split_once("[rpc error:").is_some_and(|(_, more)| more.contains(", rpc error:"))
}

/// 401, or its words.
pub(super) fn unauthorized(d: &Dissection) -> Option<Verdict> {
    let told = d.statuses.contains(&401) || d.any(&[Word::Unauthorized, Word::NoCredentials]);
    if !told {
        return None;
    }
    // Docker Hub and Google give everybody a token but for whom they do not know.
    let generous = matches!(d.registry_kind(), HostKind::DockerHub | HostKind::Google);
    let unknown = generous && is_token(d) && !d.has(Word::AnonymousToken);
    let with_login = d.has(Word::LoginToken) || d.says("login succeeded") || unknown || shows_login(d);
    // Docker Hub tells so of what is not there, too; all of `library/` that is there is public.
    if d.says("name:library/") && d.host_kind() == HostKind::DockerHub {
        let others = [Cause::RepoNotFound, Cause::WrongRegistryHost, Cause::BadCredentials];
        let verdict = Verdict::possible(Cause::LocalImageNotOnNode).or(&others);
        return Some(verdict.because(&[Word::Unauthorized]));
    }
    // Nodes of Azure pull by an identity of their own; without the right to pull they ask as anonymous.
    let azure = d.registry_kind() == HostKind::Acr && d.any(&[Word::AnonymousToken, Word::KubeletPull]);
    let azure = azure || (tried_several_logins(d) && d.registry_kind() == HostKind::Other);
    let verdict = if azure {
        Verdict::possible(Cause::NodeIdentityDenied).or(&[Cause::CredentialsMissing])
    } else if with_login {
        Verdict::likely(Cause::BadCredentials).or(&[Cause::ExpiredToken, Cause::CredentialsMissing])
    } else {
        Verdict::likely(Cause::CredentialsMissing).or(&[Cause::BadCredentials, Cause::SecretWrongRegistry])
    };
    let cloud = matches!(d.registry_kind(), HostKind::Ecr | HostKind::Acr | HostKind::Google);
    let identities = [Cause::NodeIdentityDenied, Cause::ExpiredToken, Cause::CredentialProviderFailure];
    let verdict = if cloud { verdict.or(&identities) } else { verdict };
    let others = [
        Cause::UserNotPermitted,
        Cause::RepoMissingOrPrivate,
        Cause::RepoNotFound,
        Cause::SecretMalformed,
        Cause::TokenEndpointFailure,
        Cause::CredentialProviderFailure,
    ];
    Some(verdict.or(&others).because(&[Word::Unauthorized, Word::NoCredentials]))
}

/// Whether the answer is that of a store of objects, in XML, where registries speak JSON.
fn is_of_a_bucket(d: &Dissection) -> bool {
    d.says("<error><code>") || d.says("<code>accessdenied")
}

/// 403, or its words.
pub(super) fn forbidden(d: &Dissection) -> Option<Verdict> {
    // What is forbidden while a layer is unpacked is a file of the node.
    let file = d.has(Word::Unpack) && d.last_link().is_none() && !d.has(Word::AccessDenied);
    if !d.statuses.contains(&403) && (!d.has(Word::Forbidden) || file) {
        return None;
    }
    let others = [
        Cause::CredentialsMissing,
        Cause::UserNotPermitted,
        Cause::BadCredentials,
        Cause::NodeIdentityDenied,
        Cause::ClientBlocked,
        Cause::ExpiredToken,
        Cause::RepoNotFound,
    ];
    let told = d.has(Word::NotPermitted) || d.says("denied");
    let verdict = match d.registry_kind() {
        HostKind::Kubernetes | HostKind::Public => Verdict::likely(Cause::ClientBlocked),
        _ if is_storage(d) || is_of_a_bucket(d) => {
            Verdict::likely(Cause::RedirectHostBlocked).or(&[Cause::ClientBlocked, Cause::NodeIdentityDenied])
        }
        // Registries speak JSON: a page comes from what stands before one, which looks at who asks.
        _ if (d.says("error parsing http 403 response body") || d.says("error: status 403"))
            && d.any(&[Word::Page, Word::HtmlManifest]) =>
        {
            Verdict::likely(Cause::ClientBlocked).or(&[Cause::ProxyMisconfig, Cause::MirrorMisconfig])
        }
        _ if d.has(Word::Copying) && !told => {
            Verdict::possible(Cause::ClientBlocked).or(&[Cause::RedirectHostBlocked])
        }
        HostKind::Ecr => Verdict::likely(Cause::NodeIdentityDenied).or(&[Cause::ExpiredToken]),
        HostKind::Google | HostKind::Acr => Verdict::likely(Cause::NodeIdentityDenied),
        // Tasks of Amazon pull by their role, most often from Amazon's registry.
        HostKind::Other if d.has(Word::EcsAgent) => {
            Verdict::likely(Cause::NodeIdentityDenied).or(&[Cause::UserNotPermitted])
        }
        // GHCR gives no token for what it does not know.
        HostKind::Ghcr if d.says("requesting bearer token") => {
            Verdict::possible(Cause::RepoNotFound).or(&[Cause::RepoMissingOrPrivate])
        }
        // Quay of the old protocol, to who sent no login.
        HostKind::Quay if d.says("trying to pull repository") => Verdict::possible(Cause::CredentialsMissing),
        // GitLab, whose words these are, answers so to whomever it does not know, too.
        _ if !d.has(Word::LoginToken)
            && (d.registry_kind() == HostKind::GitLab || d.says("denied: access forbidden")) =>
        {
            Verdict::possible(Cause::CredentialsMissing)
        }
        // Of whom it knows, it speaks so where the project is none of theirs.
        HostKind::GitLab => Verdict::likely(Cause::UserNotPermitted).or(&[Cause::BadCredentials]),
        _ if d.has(Word::LoginToken) => Verdict::likely(Cause::TokenEndpointFailure),
        _ if is_token(d) => Verdict::likely(Cause::CredentialsMissing).or(&[Cause::TokenEndpointFailure]),
        _ => Verdict::likely(Cause::UserNotPermitted),
    };
    Some(verdict.or(&others).because(&[Word::Forbidden]))
}
