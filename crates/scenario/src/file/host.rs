use std::collections::BTreeMap;
use std::net::IpAddr;

use mock_registry::{Count, Glob};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::file::{
    AccountFile, FaultItem, ImageFile, Parsed, PersonalityWord, ProxyFile, RateLimitFile, Size, Span,
};
use crate::yaml::Spanned;

/// What stands behind a name.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct HostFile {
    /// Its address, which the name server gives for its name unless `dns` says otherwise.
    pub address: Parsed<IpAddr>,
    /// Its port; by default 443 with TLS and 80 without.
    pub port: Option<u16>,
    /// Whether anything listens there.
    #[serde(default = "yes")]
    pub listens: bool,
    /// Its certificate.
    #[serde(default)]
    pub tls: CertificateWord,
    /// Whether it demands a client's certificate.
    #[serde(default)]
    pub demands_client_certificate: bool,
    /// What its registry holds.
    #[serde(default)]
    pub images: Vec<ImageFile>,
    /// Whether its registry takes pushes, which stay in memory.
    #[serde(default)]
    pub push: bool,
    /// The product as which its registry and token service answer; by default none in particular.
    pub personality: Option<PersonalityWord>,
    /// What limits pulls from its registry.
    pub rate_limit: Option<RateLimitFile>,
    /// What its registry demands.
    pub auth: Option<Spanned<AuthFile>>,
    /// The host to which its registry sends those who ask for blobs.
    pub blobs_at: Option<Spanned<String>>,
    #[serde(default)]
    pub rules: Vec<Spanned<RuleFile>>,
    #[serde(default)]
    pub connections: Vec<ConnectionFile>,
    /// What it does wrong, by name: faults of the catalogue. They come behind the `rules`.
    #[serde(default)]
    pub faults: Vec<Spanned<FaultItem>>,
    /// Makes it a forward proxy, which leads to the other hosts.
    pub proxy: Option<ProxyFile>,
    /// Gives it images by whose reference a fault can be chosen: `HOST/faults/blob-truncated/4096`.
    #[serde(default)]
    pub magic_repository: bool,
}

impl HostFile {
    /// The host that issues the tokens that this one, called `name`, demands.
    pub(crate) fn issuer<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        match &self.auth.as_ref()?.value {
            AuthFile::Bearer(bearer) => {
                Some(bearer.token_host.as_ref().map_or(name, |host| host.value.as_str()))
            }
            AuthFile::Basic(_) => None,
        }
    }

    /// Whether it speaks HTTP in clear.
    pub(crate) fn speaks_clear(&self) -> bool {
        self.tls == CertificateWord::None
    }
}

const fn yes() -> bool {
    true
}

/// A host's certificate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum CertificateWord {
    #[default]
    Good,
    /// It speaks HTTP in clear.
    None,
    Expired,
    NotYetValid,
    WrongName,
    CommonNameOnly,
    SelfSigned,
    UnknownAuthority,
    MissingIntermediate,
    AuthorityAsLeaf,
    Intercepted,
    Sha1Signature,
}

/// What a registry demands of those who ask.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) enum AuthFile {
    /// Name and password.
    Basic(BasicFile),
    /// A token.
    Bearer(BearerFile),
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct BasicFile {
    /// The realm in the challenge; by default the host's name, or the personality's.
    pub realm: Option<String>,
    #[serde(default)]
    pub accounts: BTreeMap<String, AccountFile>,
    /// Patterns of the repositories that are open to everybody.
    #[serde(default)]
    pub anonymous: Vec<Parsed<Glob>>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct BearerFile {
    /// The host that issues tokens; by default this one.
    pub token_host: Option<Spanned<String>>,
    /// The path at which it does; by default `/token`, or the personality's.
    pub path: Option<String>,
    /// The service in the challenge; by default the registry's name, or the personality's.
    pub service: Option<String>,
    /// The realm in the challenge, where it is not the token host's address.
    pub realm: Option<String>,
    /// How long a token is good for; by default 5m.
    pub expires_in: Option<Parsed<Span>>,
    /// Answers 401 to those who ask for a token without a login.
    #[serde(default)]
    pub refuse_anonymous: bool,
    /// Answers 403 to those who ask for a token for more than they may.
    #[serde(default)]
    pub refuse_excess: bool,
    /// Answers 403 rather than 401 to a token that does not suffice.
    #[serde(default)]
    pub forbids: bool,
    #[serde(default)]
    pub accounts: BTreeMap<String, AccountFile>,
    /// Patterns of the repositories that are open to everybody.
    #[serde(default)]
    pub anonymous: Vec<Parsed<Glob>>,
}

/// What a host does otherwise than it should.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct RuleFile {
    #[serde(default)]
    pub methods: Vec<Parsed<http::Method>>,
    pub path: Option<Parsed<Glob>>,
    pub count: Option<Parsed<Count>>,
    pub delay: Option<Parsed<Span>>,
    pub status: Option<u16>,
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    #[serde(default)]
    pub remove_headers: Vec<String>,
    pub body: Option<String>,
    /// A body in the form of the distribution specification.
    pub error: Option<ErrorFile>,
    /// How the connection ends, in place of an answer or, with `after`, in the middle of its body.
    pub end: Option<EndWord>,
    /// Bytes of the body that come before the end.
    pub after: Option<Parsed<Size>>,
}

/// An error of the distribution specification.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ErrorFile {
    pub code: String,
    pub message: String,
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum EndWord {
    Close,
    Reset,
    Stall,
}

impl EndWord {
    /// The word.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Close => "close",
            Self::Reset => "reset",
            Self::Stall => "stall",
        }
    }
}

/// What a host does to connections.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct ConnectionFile {
    pub fault: FaultWord,
    pub count: Option<Parsed<Count>>,
    /// What `garbage` sends.
    #[serde(default)]
    pub bytes: String,
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FaultWord {
    Close,
    Reset,
    Stall,
    Garbage,
    PlainHttp,
    CloseAfterHello,
    ResetAfterHello,
}

impl FaultWord {
    /// The word.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Close => "close",
            Self::Reset => "reset",
            Self::Stall => "stall",
            Self::Garbage => "garbage",
            Self::PlainHttp => "plain-http",
            Self::CloseAfterHello => "close-after-hello",
            Self::ResetAfterHello => "reset-after-hello",
        }
    }
}
