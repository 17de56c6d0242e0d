//! Causes on the way: names, connections, mirrors, proxies.

use super::{Entry, advice, command, look, of};
use crate::{Cause, Runtime};

pub(super) const DNS_NO_SUCH_HOST: Entry = Entry {
    told_apart: "\"no such host\": a name server answered, and the answer is that there is no such name. When it does not \
                 answer, the words are \"i/o timeout\" or \"server misbehaving\".",
    look_alikes: &[Cause::WrongRegistryHost, Cause::ClusterDnsOnNode, Cause::DnsResolverFailure],
    remedies: &[
        advice("Check the spelling; else let the node's resolver know the name."),
        look("Ask the name server that the error names, from the node:", "dig +short HOST @SERVER"),
        look("See which servers the node uses:", "cat /etc/resolv.conf; resolvectl status"),
    ],
};

pub(super) const DNS_RESOLVER_FAILURE: Entry = Entry {
    told_apart: "The lookup fails without an answer about the name: SERVFAIL (\"server misbehaving\"), a timeout, or a refused \
                 connection to port 53.",
    look_alikes: &[Cause::DnsNoSuchHost, Cause::ClusterDnsOnNode, Cause::ConnTimeout],
    remedies: &[
        advice("Check the name servers in the node's /etc/resolv.conf."),
        look("Ask the name server that the error names, from the node:", "dig HOST @SERVER"),
        of(
            Runtime::Containerd,
            command(
                "Restart the runtime after /etc/resolv.conf has changed:",
                "sudo systemctl restart containerd",
            ),
        ),
        of(
            Runtime::CriO,
            command("Restart the runtime after /etc/resolv.conf has changed:", "sudo systemctl restart crio"),
        ),
        of(
            Runtime::Docker,
            command(
                "Restart the runtime after /etc/resolv.conf has changed:",
                "sudo systemctl restart docker",
            ),
        ),
    ],
};

pub(super) const CLUSTER_DNS_ON_NODE: Entry = Entry {
    told_apart: "The name ends in .svc or .cluster.local, or resolves in pods and not on nodes: the runtime asks the node's \
                 resolver, never CoreDNS.",
    look_alikes: &[Cause::DnsNoSuchHost],
    remedies: &[
        advice("Use a name or address that the nodes themselves can resolve."),
        advice(
            "Use a name that the node's resolver knows (an ingress or load balancer), or an entry in the node's /etc/hosts.",
        ),
        look("Compare a pod and the node:", "kubectl run -it --rm dig --image=busybox -- nslookup HOST"),
    ],
};

pub(super) const CONN_REFUSED: Entry = Entry {
    told_apart: "\"connection refused\": the host answered with a reset, at once. Dropped packets time out instead.",
    look_alikes: &[
        Cause::LocalhostRegistry,
        Cause::ProxyMisconfig,
        Cause::MirrorMisconfig,
        Cause::ConnTimeout,
    ],
    remedies: &[
        advice("Start the registry, or correct host and port of the image."),
        advice("Or open the firewall, if it is that which rejects connections in the registry's place."),
        look("Try the port from the node:", "curl -vsS https://HOST:PORT/v2/ -o /dev/null"),
        look("See who listens, on the registry's machine:", "sudo ss -ltnp"),
    ],
};

pub(super) const CONN_TIMEOUT: Entry = Entry {
    told_apart: "\"i/o timeout\" on dial, or \"Client.Timeout exceeded while awaiting headers\": no answer at all. A refusal \
                 comes at once; a stalled handshake says TLS.",
    look_alikes: &[Cause::ProxyMisconfig, Cause::NoProxyMissing, Cause::Mtu, Cause::RedirectHostBlocked],
    remedies: &[
        advice("Open the firewall, security group or NAT between the nodes and the registry."),
        look("Try from the node:", "curl -vsS --connect-timeout 5 https://HOST/v2/ -o /dev/null"),
        advice("Or correct the record in DNS, if the address is not (any more) that of the registry."),
        advice("Behind a proxy, give the runtime's service HTTPS_PROXY."),
    ],
};

pub(super) const NO_ROUTE: Entry = Entry {
    told_apart: "\"no route to host\" or \"network is unreachable\": the node itself or its gateway knows no way; often an \
                 address of IPv6 without connectivity.",
    look_alikes: &[Cause::ConnTimeout, Cause::DnsNoSuchHost],
    remedies: &[
        advice("Give the node a route, or take the unreachable address (IPv6?) out of DNS."),
        look("See the way:", "ip route get ADDRESS"),
        look("See which addresses the name has:", "dig +short A HOST; dig +short AAAA HOST"),
    ],
};

pub(super) const MTU: Entry = Entry {
    told_apart: "Small requests work, and handshakes or content stall: packets above a size vanish on the way.",
    look_alikes: &[Cause::TlsHandshakeTimeout, Cause::ConnTimeout, Cause::PullDeadline],
    remedies: &[
        advice("Lower the MTU of the node's interface."),
        look("Find the size that still passes:", "ping -M do -s 1372 HOST"),
        command(
            "Lower the MTU of the node's interface (or of the overlay):",
            "sudo ip link set dev INTERFACE mtu 1400",
        ),
    ],
};

pub(super) const MIRROR_MISCONFIG: Entry = Entry {
    told_apart: "The URL in the error is of another host than the image's, often with ?ns=: a mirror answered or failed in the \
                 registry's place.",
    look_alikes: &[Cause::TagNotFound, Cause::ConnRefused, Cause::UserNotPermitted],
    remedies: &[
        look(
            "See the mirrors of the node:",
            "cat /etc/containerd/certs.d/*/hosts.toml /etc/containers/registries.conf /etc/docker/daemon.json",
        ),
        look("Ask the mirror yourself:", "curl -si 'https://MIRROR/v2/REPOSITORY/manifests/TAG?ns=REGISTRY'"),
        look(
            "Try without it, with a copy of the node's configuration:",
            "pullsim check IMAGE --node DIRECTORY",
        ),
    ],
};

pub(super) const CONN_RESET: Entry = Entry {
    told_apart: "The connection came about and was torn down: \"connection reset by peer\", \"EOF\", \"broken pipe\".",
    look_alikes: &[Cause::ProxyMisconfig, Cause::RedirectHostBlocked, Cause::BlobTruncated, Cause::Mtu],
    remedies: &[
        advice("Look at the registry's log, and for a firewall or proxy between."),
        look("Try from the node:", "curl -vsS https://HOST/v2/ -o /dev/null"),
    ],
};

pub(super) const PROXY_MISCONFIG: Entry = Entry {
    told_apart: "\"proxyconnect\", 407, or a reason phrase alone behind the URL (what the proxy said to CONNECT).",
    look_alikes: &[Cause::NoProxyMissing, Cause::ConnTimeout, Cause::X509UnknownAuthority],
    remedies: &[
        look(
            "See what the runtime's service has:",
            "systemctl show containerd crio docker --property=Environment",
        ),
        look("Try the proxy from the node:", "curl -vsS -x PROXY https://HOST/v2/ -o /dev/null"),
        advice(
            "A proxy that speaks HTTP is written http://… also in HTTPS_PROXY; restart the runtime after a change.",
        ),
    ],
};

pub(super) const NO_PROXY_MISSING: Entry = Entry {
    told_apart: "An internal registry is asked through the proxy, which cannot reach it or refuses.",
    look_alikes: &[Cause::ProxyMisconfig, Cause::ConnTimeout],
    remedies: &[
        advice(
            "Add the registry (host, .domain or CIDR) to NO_PROXY of the runtime's service, and restart the runtime.",
        ),
        look("Prove that it works without:", "curl -vsS --noproxy '*' https://HOST/v2/ -o /dev/null"),
    ],
};
