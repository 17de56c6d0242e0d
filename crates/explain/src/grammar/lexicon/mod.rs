//! What runtimes, kubelets, registries and Go say when a pull fails: each clause, with the words that say it.
//!
//! Words are in lower case; `…` stands for anything, `*` for anything without white space. A clause that lies within a longer
//! one is not counted: in `unexpected EOF` nobody says `EOF`. There is one table a layer, which names its sources.

mod access;
mod content;
mod kubelet;
mod layers;
mod network;
mod registry;
mod store;
mod tls;

/// The words of one clause.
pub(crate) type Entry = (Word, &'static [&'static str]);

/// The words of a layer: `Clause: ["words that say it", …];`.
macro_rules! words {
    ($($variant:ident: [$($pattern:literal),+ $(,)?];)*) => {
        pub(super) const WORDS: &[super::Entry] = &[$((super::Word::$variant, &[$($pattern),+]),)*];
    };
}
use words;

/// All clauses, each with the words that say it.
pub(crate) fn entries() -> impl Iterator<Item = Entry> {
    let layers = [
        kubelet::WORDS,
        layers::WORDS,
        network::WORDS,
        tls::WORDS,
        access::WORDS,
        registry::WORDS,
        content::WORDS,
        store::WORDS,
    ];
    layers.into_iter().flatten().copied()
}

macro_rules! clauses {
    ($($variant:ident: $meaning:literal;)*) => {
        /// A clause of the grammar: one thing that an error can say.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Word {
            $(#[doc = concat!($meaning, ".")] $variant,)*
        }

        impl Word {
            /// All clauses.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// What the clause means.
            pub const fn meaning(self) -> &'static str {
                match self {
                    $(Self::$variant => $meaning,)*
                }
            }
        }
    };
}

clauses! {
    // The kubelet.
    KubeletPull: "the kubelet reports a failed pull";
    NeverPull: "the pull policy forbids to pull";
    PullQps: "the kubelet's own limit of pulls";
    InvalidName: "the image name does not parse";
    SecretNotFound: "a pull secret that the pod names is not there";
    SecretMalformed: "a login file does not parse";
    ProviderFailed: "a credential provider on the node fails";
    RuntimeDown: "the runtime itself does not answer";
    Deadline: "a limit of time for the whole pull";
    // Wrapping layers.
    Sandbox: "the image of the pod's sandbox";
    Unpacking: "pulling and unpacking (containerd)";
    Resolving: "resolving the reference";
    Requesting: "a request that was not answered";
    Pinging: "asking whether there is a registry";
    NoEndpoint: "no endpoint of the registry answered (containerd before 1.3)";
    DaemonAnswer: "an answer of the Docker daemon";
    EcsAgent: "the agent of Amazon ECS";
    BuildKit: "a build, not a node";
    AnonymousToken: "asking for a token without login";
    LoginToken: "asking for a token with a login";
    BearerToken: "asking for a token";
    BadToken: "a token service that does not give a usable token";
    Copying: "fetching content";
    Unpack: "unpacking a layer";
    Mirrors: "mirrors";
    MirrorConfig: "the configuration of mirrors does not load";
    ShortName: "an unqualified name";
    // Names, connections, proxies.
    NoSuchHost: "the name does not exist";
    ResolverFailed: "the name server does not answer rightly";
    Lookup: "looking a name up";
    Refused: "the connection is refused";
    DialTimeout: "no answer to the connection";
    NoRoute: "no way to the address";
    ResolverNoRoute: "no way to the name server";
    Reset: "the connection is torn down";
    Eof: "the connection ends";
    BodyTimeout: "content stops to come";
    Canceled: "whoever asked for it gave up";
    RequestCut: "the server did not get the whole request";
    TooLong: "packets are too long";
    BadPort: "the port is not one";
    ProxyConnect: "the proxy cannot be used";
    Filtered: "a filter on the way refuses";
    ConnectRefused: "a reason phrase alone: what a proxy said to CONNECT";
    GatewayPhrase: "the reason phrase Internal Server Error alone";
    // TLS.
    UnknownAuthority: "the authority is unknown";
    Expired: "the certificate is outside of its validity";
    NameMismatch: "the certificate is for other names";
    PlainHttp: "HTTP where TLS is expected, or the reverse";
    InsecureHint: "the advice of old Docker to call a registry insecure";
    HandshakeTimeout: "the TLS handshake stalls";
    TlsAlert: "no TLS in common";
    // Who may pull.
    Unauthorized: "a login is wanted, or was refused";
    NoCredentials: "no login was given";
    WrongLogin: "the login is wrong";
    QuayDenied: "Quay tells neither missing nor private, nor a wrong login";
    TokenExpired: "a token has expired";
    Forbidden: "access is denied";
    NotPermitted: "the user may not pull this";
    CloudDenied: "a cloud identity may not pull";
    ClientBlocked: "the registry refuses this client";
    PolicyDenied: "a policy refuses the image";
    AccessDenied: "the registry tells neither missing nor private";
    OldDenied: "Docker up to 1.10 tells neither missing nor private";
    // What else a registry answers.
    TooMany: "the registry refuses further requests";
    ServerError: "the registry fails";
    NameUnknown: "the repository does not exist";
    ManifestUnknown: "the tag or digest does not exist";
    NotFound: "404, or containerd's not found";
    Unpinned: "Swarm could not ask the registry for a digest";
    BlobUnknown: "content is missing";
    HtmlManifest: "a page for people in a manifest's place";
    Page: "a page for people";
    NotARegistry: "something else than a registry answers";
    // Content.
    Schema1: "a schema 1 manifest";
    MediaType: "a manifest that cannot be used";
    NoPlatform: "no variant for the platform";
    WrongFormat: "a program for another architecture was started";
    VariantUnknown: "a platform that the runtime itself mistook";
    DigestMismatch: "content does not match its digest";
    EmptyDigest: "the digest of nothing at all";
    Truncated: "content ends early";
    // The node's disk and store.
    NoSpace: "the disk is full";
    IoError: "a disk does not work";
    StoreFault: "the runtime's own store is broken";
    ImageLacking: "an image that is nowhere on the node";
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::{Word, entries};

    #[test]
    fn each_clause_has_words_and_no_words_say_two_things() {
        let mut said: HashMap<&str, Word> = HashMap::new();
        for (word, patterns) in entries() {
            for pattern in patterns {
                assert_eq!(pattern.to_lowercase(), *pattern, "words are in lower case");
                assert!(!pattern.starts_with(['…', '*']), "{pattern} begins with a hole");
                let other = said.insert(pattern, word);
                assert!(other.is_none(), "{pattern:?} says {word:?} and {other:?}");
            }
        }
        let without: Vec<_> =
            Word::ALL.iter().filter(|word| !said.values().any(|said| said == *word)).collect();
        assert!(without.is_empty(), "no words say {without:?}");
    }
}
