use std::fmt;

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It works, but not for long, or for more than is meant.
    Warning,
    /// The kubelet does not use the login, or the registry refuses it.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// Declares the codes: variant, number, name, severity, and what is wrong in general.
macro_rules! codes {
    ($($variant:ident = $number:literal, $name:literal, $severity:ident, $about:literal;)*) => {
        /// What can be wrong with a pull secret. The codes are part of the interface: none is ever renumbered.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum LintCode {
            $(#[doc = $about] $variant,)*
        }

        impl LintCode {
            /// All codes, in their order.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The code, `PS-LINT-01`.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => concat!("PS-LINT-", $number),)* }
            }

            /// The name, `wrong-type`.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// How much it matters.
            pub const fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)* }
            }

            /// What is wrong, in general.
            pub const fn about(self) -> &'static str {
                match self { $(Self::$variant => $about,)* }
            }
        }
    };
}

codes! {
    WrongType = "01", "wrong-type", Error, "The Secret has a type that the kubelet ignores.";
    WrongKey = "02", "wrong-key", Error, "The data has not the key that the Secret's type demands.";
    CfgInConfigJson = "03", "dockercfg-in-dockerconfigjson", Error,
        "Registries stand at the top of a config.json, where `auths` belongs.";
    ConfigJsonInCfg = "04", "dockerconfigjson-in-dockercfg", Error,
        "`auths` stands in a .dockercfg, where registries belong.";
    EncodedTwice = "05", "base64-of-base64", Error, "The document is in base64 once too often.";
    EmptyAuths = "06", "empty-auths", Error, "There is no login in the document.";
    HelperOnly = "07", "credentials-store-only", Error,
        "The logins are in a credential store of the machine on which `docker login` ran.";
    UrlSafe = "08", "url-safe-base64", Error, "An `auth` is in the URL-safe alphabet of base64.";
    NewLine = "09", "new-line", Error, "A user name or a password holds a new line.";
    NoColon = "10", "no-colon", Error, "An `auth` holds no colon between user name and password.";
    Contradiction = "11", "auth-contradicts", Warning,
        "An `auth` says something else than `username` and `password`.";
    IdentityTokenOnly = "12", "identity-token-only", Error,
        "A login is only an identity token, which the kubelet ignores.";
    Port = "13", "key-port", Error, "A key has another port than the image.";
    UpperCase = "14", "key-upper-case", Error, "A key has upper-case letters in its host.";
    HubHost = "15", "docker-hub-host", Error, "A key names Docker Hub by a host that the kubelet does not look for.";
    HubGlob = "16", "docker-hub-glob", Error, "A pattern is meant for Docker Hub and does not match it.";
    LabelCount = "17", "label-count", Error, "A pattern has another number of labels than the image's host.";
    PathPrefix = "18", "path-prefix", Warning, "A key's path matches more repositories than it names.";
    Duplicate = "19", "duplicate-key", Warning, "Two entries are for the same registry.";
    TokenExpired = "20", "token-expired", Error, "A password is a token that has expired.";
    TokenExpires = "21", "token-expires", Warning, "A password is a token that will expire.";
    NotJson = "22", "malformed-document", Error, "The document cannot be read, which disables all pull secrets of a pod.";
    BadBase64 = "23", "malformed-base64", Error, "A value is not base64.";
    WrongShape = "24", "wrong-json-type", Error, "A value in the document has the wrong JSON type.";
    EmptyEntry = "25", "empty-entry", Error, "An entry has neither user name nor password.";
    UnreadableKey = "26", "unreadable-key", Error, "A key cannot be read as a registry.";
    NothingMatches = "27", "nothing-matches", Error, "No entry is for the image.";
    ShortLived = "28", "short-lived-token", Warning, "A password is a token of a kind that lives only for hours.";
    LineBreak = "29", "line-break-in-base64", Warning, "An `auth` is broken into lines.";
    ApiPath = "30", "api-path", Error, "A key ends in the path of the registry's API.";
    GlobInPath = "31", "glob-outside-host", Error, "A pattern stands where the kubelet knows none.";
    Misspelt = "32", "misspelt-field", Error, "A field has a name that nobody reads.";
}

impl fmt::Display for LintCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.code(), self.name())
    }
}

impl Serialize for LintCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}
