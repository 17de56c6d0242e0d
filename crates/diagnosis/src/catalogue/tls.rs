//! Causes in TLS.

use super::{Entry, advice, command, look, of};
use crate::{Cause, Runtime};

pub(super) const X509_UNKNOWN_AUTHORITY: Entry = Entry {
    told_apart: "\"certificate signed by unknown authority\": the chain does not end in a root that the runtime trusts: a \
                 private CA, a missing intermediate, or a proxy that intercepts.",
    look_alikes: &[Cause::ProxyMisconfig, Cause::X509NameMismatch],
    remedies: &[
        of(
            Runtime::Containerd,
            advice(
                "Install the CA on the nodes: /etc/containerd/certs.d/HOST/hosts.toml with `ca`, or the system's store and a restart of the runtime.",
            ),
        ),
        of(
            Runtime::CriO,
            advice(
                "Install the CA on the nodes: /etc/containers/certs.d/HOST/ca.crt, or the system's store and a restart of the runtime.",
            ),
        ),
        of(
            Runtime::Docker,
            advice(
                "Install the CA on the nodes: /etc/docker/certs.d/HOST/ca.crt, or the system's store and a restart of the runtime.",
            ),
        ),
        look(
            "See who issued it, as the node is shown it:",
            "openssl s_client -connect HOST:PORT -servername HOST -showcerts </dev/null",
        ),
        of(
            Runtime::Containerd,
            command(
                "Install the CA on the nodes for containerd:",
                "sudo mkdir -p /etc/containerd/certs.d/HOST && sudo cp ca.crt /etc/containerd/certs.d/HOST/ && printf '[host.\"https://HOST\"]\\n  ca = \"/etc/containerd/certs.d/HOST/ca.crt\"\\n' | sudo tee /etc/containerd/certs.d/HOST/hosts.toml",
            ),
        ),
        of(
            Runtime::Containerd,
            command(
                "Or in the system's store, and restart the runtime:",
                "sudo cp ca.crt /usr/local/share/ca-certificates/ && sudo update-ca-certificates && sudo systemctl restart containerd",
            ),
        ),
        of(
            Runtime::CriO,
            command(
                "Install the CA on the nodes for CRI-O:",
                "sudo mkdir -p /etc/containers/certs.d/HOST && sudo cp ca.crt /etc/containers/certs.d/HOST/",
            ),
        ),
        of(
            Runtime::CriO,
            command(
                "Or in the system's store, and restart the runtime:",
                "sudo cp ca.crt /usr/local/share/ca-certificates/ && sudo update-ca-certificates && sudo systemctl restart crio",
            ),
        ),
        of(
            Runtime::Docker,
            command(
                "Install the CA on the nodes for Docker:",
                "sudo mkdir -p /etc/docker/certs.d/HOST && sudo cp ca.crt /etc/docker/certs.d/HOST/",
            ),
        ),
        of(
            Runtime::Docker,
            command(
                "Or in the system's store, and restart the runtime:",
                "sudo cp ca.crt /usr/local/share/ca-certificates/ && sudo update-ca-certificates && sudo systemctl restart docker",
            ),
        ),
        look("Prove it:", "pullsim check IMAGE --ca ca.crt"),
    ],
};

pub(super) const X509_EXPIRED: Entry = Entry {
    told_apart: "\"certificate has expired or is not yet valid\", with the node's own time in the message: compare it with a \
                 clock.",
    look_alikes: &[Cause::ProxyMisconfig, Cause::X509UnknownAuthority],
    remedies: &[
        advice("Renew the registry's certificate, or correct the node's clock."),
        look(
            "See its dates:",
            "openssl s_client -connect HOST:PORT -servername HOST </dev/null | openssl x509 -noout -dates",
        ),
        look("Check the node's clock:", "timedatectl; date -u"),
    ],
};

pub(super) const X509_NAME_MISMATCH: Entry = Entry {
    told_apart: "\"certificate is valid for …, not …\", \"doesn't contain any IP SANs\" or \"relies on legacy Common Name\".",
    look_alikes: &[Cause::WrongRegistryHost, Cause::X509UnknownAuthority],
    remedies: &[
        advice(
            "Use a name of the certificate, or issue one that has this name as a subject alternative name.",
        ),
        look(
            "See its names:",
            "openssl s_client -connect HOST:PORT -servername HOST </dev/null | openssl x509 -noout -ext subjectAltName",
        ),
    ],
};

pub(super) const HTTP_ON_HTTPS: Entry = Entry {
    told_apart: "\"server gave HTTP response to HTTPS client\" or \"first record does not look like a TLS handshake\".",
    look_alikes: &[Cause::ProxyMisconfig, Cause::WrongRegistryHost],
    remedies: &[
        of(Runtime::Containerd, advice("Serve TLS, or name the registry as http://… in hosts.toml.")),
        of(Runtime::CriO, advice("Serve TLS, or let registries.conf say that the registry is insecure.")),
        of(
            Runtime::Docker,
            advice("Serve TLS, or name the registry among `insecure-registries` in daemon.json."),
        ),
        of(
            Runtime::Containerd,
            command(
                "Or tell containerd that it is plain HTTP:",
                "sudo mkdir -p /etc/containerd/certs.d/HOST:PORT && printf 'server = \"http://HOST:PORT\"\\n[host.\"http://HOST:PORT\"]\\n' | sudo tee /etc/containerd/certs.d/HOST:PORT/hosts.toml",
            ),
        ),
        of(
            Runtime::CriO,
            command(
                "Or tell CRI-O that it is plain HTTP:",
                "printf '[[registry]]\\nlocation = \"REGISTRY\"\\ninsecure = true\\n' | sudo tee /etc/containers/registries.conf.d/insecure.conf && sudo systemctl restart crio",
            ),
        ),
        of(
            Runtime::Docker,
            command(
                "Docker: add it to insecure-registries in /etc/docker/daemon.json, and restart:",
                "sudo systemctl restart docker",
            ),
        ),
        look("See what it speaks:", "curl -vsS http://HOST:PORT/v2/ -o /dev/null"),
    ],
};

pub(super) const TLS_HANDSHAKE_TIMEOUT: Entry = Entry {
    told_apart: "The connection is accepted and the handshake stalls: a device between, an overloaded server, or packets above \
                 the MTU.",
    look_alikes: &[Cause::Mtu, Cause::ProxyMisconfig, Cause::RedirectHostBlocked, Cause::ConnTimeout],
    remedies: &[
        advice("Look for a device between (proxy, firewall, MTU) that swallows the handshake."),
        look(
            "Watch the handshake from the node:",
            "openssl s_client -connect HOST:PORT -servername HOST </dev/null",
        ),
        look("Rule the MTU out:", "ping -M do -s 1372 HOST"),
    ],
};

pub(super) const TLS_INCOMPATIBLE: Entry = Entry {
    told_apart: "\"remote error: tls: …\": the server itself ends the handshake, and its alert says why: handshake failure, protocol \
                 version, certificate required, unrecognized name. A reset or an EOF comes without such a word.",
    look_alikes: &[Cause::X509NameMismatch, Cause::WrongRegistryHost, Cause::ConnReset, Cause::HttpOnHttps],
    remedies: &[
        look(
            "See what the server agrees to:",
            "openssl s_client -connect HOST:PORT -servername HOST -tls1_2 </dev/null",
        ),
        look(
            "See which names it knows without being told one:",
            "openssl s_client -connect HOST:PORT -noservername </dev/null | openssl x509 -noout -ext subjectAltName",
        ),
        of(
            Runtime::Containerd,
            advice(
                "Offer TLS 1.2 or later; where the server wants a client certificate, configure `client` in hosts.toml.",
            ),
        ),
        of(
            Runtime::CriO,
            advice(
                "Offer TLS 1.2 or later; where the server wants a client certificate, put client.cert and client.key into /etc/containers/certs.d/HOST.",
            ),
        ),
        of(
            Runtime::Docker,
            advice(
                "Offer TLS 1.2 or later; where the server wants a client certificate, put client.cert and client.key into /etc/docker/certs.d/HOST.",
            ),
        ),
    ],
};
