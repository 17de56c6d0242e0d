//! Kinds of hosts: well-known registries, and where a name can be seen from.

use std::net::IpAddr;

/// What kind of host a name or address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HostKind {
    /// Docker Hub's registry or token service.
    DockerHub,
    /// GitHub's container registry.
    Ghcr,
    /// Quay.
    Quay,
    /// Amazon ECR, private.
    Ecr,
    /// Amazon's service that hands out logins for ECR.
    EcrApi,
    /// Google's Container or Artifact Registry.
    Google,
    /// The registry of Kubernetes' own images.
    Kubernetes,
    /// Azure Container Registry.
    Acr,
    /// A public registry that needs no login: Microsoft's, Amazon's public gallery.
    Public,
    /// A GitLab registry.
    GitLab,
    /// A web site for people, beside which the registry has a name of its own.
    Site,
    /// A store or CDN that serves content for a registry.
    Storage,
    /// A mirror, by its name.
    Mirror,
    /// The machine itself.
    Loopback,
    /// A name that exists only in cluster DNS.
    Cluster,
    /// A private address, or a name without a public domain.
    Private,
    /// Any other.
    Other,
}

/// Ends of names, and what they are. Longer ends come first.
const ENDS: &[(&str, HostKind)] = &[
    ("registry.hub.docker.com", HostKind::DockerHub),
    ("ipv6.docker.com", HostKind::DockerHub),
    ("docker.pkg.github.com", HostKind::Ghcr),
    ("mirror.gcr.io", HostKind::Mirror),
    ("pkg-containers.githubusercontent.com", HostKind::Storage),
    ("production.cloudflare.docker.com", HostKind::Storage),
    ("cloudflare.docker.com", HostKind::Storage),
    ("r2.cloudflarestorage.com", HostKind::Storage),
    ("storage.googleapis.com", HostKind::Storage),
    ("blob.core.windows.net", HostKind::Storage),
    ("data.azurecr.io", HostKind::Storage),
    ("data.mcr.microsoft.com", HostKind::Storage),
    ("cdn.mscr.io", HostKind::Storage),
    ("cloudfront.net", HostKind::Storage),
    ("cdn.quay.io", HostKind::Storage),
    ("r2.dev", HostKind::Storage),
    ("oraclecloud.com", HostKind::Storage),
    ("myqcloud.com", HostKind::Storage),
    ("digitaloceanspaces.com", HostKind::Storage),
    ("azureedge.net", HostKind::Storage),
    ("azurefd.net", HostKind::Storage),
    ("akamaized.net", HostKind::Storage),
    ("fastly.net", HostKind::Storage),
    ("hub.docker.com", HostKind::Site),
    ("store.docker.com", HostKind::Site),
    ("www.docker.com", HostKind::Site),
    ("github.com", HostKind::Site),
    ("console.aws.amazon.com", HostKind::Site),
    ("console.cloud.google.com", HostKind::Site),
    ("portal.azure.com", HostKind::Site),
    ("registry.k8s.io", HostKind::Kubernetes),
    ("k8s.gcr.io", HostKind::Kubernetes),
    ("mcr.microsoft.com", HostKind::Public),
    ("public.ecr.aws", HostKind::Public),
    ("docker.io", HostKind::DockerHub),
    ("ghcr.io", HostKind::Ghcr),
    ("quay.io", HostKind::Quay),
    ("-docker.pkg.dev", HostKind::Google),
    ("gcr.io", HostKind::Google),
    ("azurecr.io", HostKind::Acr),
    ("azurecr.cn", HostKind::Acr),
    ("registry.gitlab.com", HostKind::GitLab),
];

/// Ends of names that no public name server knows.
const PRIVATE_ENDS: [&str; 8] =
    [".local", ".internal", ".lan", ".corp", ".intranet", ".home", ".localdomain", ".intra"];

impl HostKind {
    /// The kind of a host as written, with or without port.
    pub fn of(host: &str) -> Self {
        let host = without_port(host).trim_end_matches('.').to_ascii_lowercase();
        if let Ok(address) = host.trim_matches(['[', ']']).parse::<IpAddr>() {
            return of_address(address);
        }
        if host == "localhost" || host.ends_with(".localhost") {
            return Self::Loopback;
        }
        if is_of_cluster(&host) {
            return Self::Cluster;
        }
        if let Some((_, kind)) = ENDS.iter().find(|(end, _)| is_end(&host, end)) {
            return *kind;
        }
        of_words(&host)
    }

    /// Whether requests to it should not leave the network.
    pub const fn is_internal(self) -> bool {
        matches!(self, Self::Private | Self::Cluster | Self::Loopback)
    }
}

/// Whether `host` is `end` or lies below it.
fn is_end(host: &str, end: &str) -> bool {
    host.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.') || end.starts_with('-'))
}

/// Whether it is a service's name in cluster DNS: in full, or `SERVICE.NAMESPACE`. No public domain ends in `default` or
/// has a hyphen in its last label, but for those in other scripts.
fn is_of_cluster(host: &str) -> bool {
    let named = host.ends_with(".svc") || host.ends_with(".cluster.local") || host.contains(".svc.");
    let space = host.split_once('.').map_or("", |(_, space)| space);
    let is_namespace = space == "default" || (space.contains('-') && !space.contains('.'));
    named || (is_namespace && !space.starts_with("xn--"))
}

fn of_words(host: &str) -> HostKind {
    if host.contains(".dkr.ecr.") || host.starts_with("dkr.ecr.") {
        return HostKind::Ecr;
    }
    if host.starts_with("api.ecr.") {
        return HostKind::EcrApi;
    }
    let labels: Vec<&str> = host.split('.').collect();
    let stores = ["s3-", "oss-", "obs-"];
    let is_store =
        |label: &&str| matches!(*label, "s3" | "starport") || stores.iter().any(|s| label.starts_with(s));
    if labels.iter().any(is_store) {
        return HostKind::Storage;
    }
    if labels.contains(&"cdn") || labels.first().is_some_and(|l| *l == "minio" || l.starts_with("cdn")) {
        return HostKind::Storage;
    }
    if labels.iter().any(|label| label.split('-').any(|word| matches!(word, "mirror" | "mirrors"))) {
        return HostKind::Mirror;
    }
    if labels.first() == Some(&"www") {
        return HostKind::Site;
    }
    if host.starts_with("registry.gitlab.") || labels.iter().any(|label| label.starts_with("gitlab")) {
        return HostKind::GitLab;
    }
    if labels.len() == 1 || PRIVATE_ENDS.iter().any(|end| host.ends_with(end)) {
        return HostKind::Private;
    }
    HostKind::Other
}

fn of_address(address: IpAddr) -> HostKind {
    let private = match address {
        IpAddr::V4(v4) => v4.is_private() || v4.is_link_local(),
        IpAddr::V6(v6) => (v6.segments()[0] & 0xfe00) == 0xfc00 || (v6.segments()[0] & 0xffc0) == 0xfe80,
    };
    match (address.is_loopback(), private) {
        (true, _) => HostKind::Loopback,
        (_, true) => HostKind::Private,
        _ => HostKind::Other,
    }
}

/// The host of `HOST[:PORT]`.
pub(crate) fn without_port(authority: &str) -> &str {
    if let Some((address, _)) = authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        // Else it is what somebody put in place of a name: `[redacted].example.com`.
        if address.contains(':') {
            return address;
        }
    }
    match authority.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') && port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => authority,
    }
}

#[cfg(test)]
mod tests {
    use super::HostKind;

    #[test]
    fn kinds_are_told_by_ends_of_names_and_ranges_of_addresses() {
        let cases = [
            ("registry-1.docker.io", HostKind::DockerHub),
            ("notdocker.io", HostKind::Other),
            ("1.dkr.ecr.us-east-1.amazonaws.com", HostKind::Ecr),
            ("prod.s3.us-east-1.amazonaws.com", HostKind::Storage),
            ("europe-docker.pkg.dev", HostKind::Google),
            ("eu.gcr.io", HostKind::Google),
            ("k8s.gcr.io", HostKind::Kubernetes),
            ("x.azurecr.io:443", HostKind::Acr),
            ("x.westeurope.data.azurecr.io", HostKind::Storage),
            ("localhost:5000", HostKind::Loopback),
            ("[::1]:5000", HostKind::Loopback),
            ("127.0.0.1", HostKind::Loopback),
            ("10.1.2.3:5000", HostKind::Private),
            ("registry.kube-system.svc.cluster.local:5000", HostKind::Cluster),
            ("registry.tools.svc", HostKind::Cluster),
            ("registry.build-tools:5000", HostKind::Cluster),
            ("docker-registry.default", HostKind::Cluster),
            ("registry.xn--p1ai", HostKind::Other),
            ("[account].dkr.ecr.eu-west-1.amazonaws.com", HostKind::Ecr),
            ("harbor", HostKind::Private),
            ("hub-mirror.example.com", HostKind::Mirror),
            ("registry.example.com", HostKind::Other),
            ("www.example.com", HostKind::Site),
            ("hub.docker.com", HostKind::Site),
            ("registry.hub.docker.com", HostKind::DockerHub),
            ("ipv6.docker.com", HostKind::DockerHub),
            ("a.oss-cn-beijing.aliyuncs.com", HostKind::Storage),
            ("203.0.113.9", HostKind::Other),
        ];
        for (host, kind) in cases {
            assert_eq!(HostKind::of(host), kind, "{host}");
        }
    }
}
