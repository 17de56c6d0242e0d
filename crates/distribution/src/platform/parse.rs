//! The specifier: `os`, `arch`, `os/arch` or `os/arch/variant`, where the system may carry a version in
//! parentheses (`containerd/platforms v1.0.0-rc.1 platforms.go`, `database.go`).

use std::str::FromStr;

use gostd::strconv::quote;

use super::Platform;

const OS_PATTERN: &str = r"^([A-Za-z0-9_-]+)(?:\(([A-Za-z0-9_.-]*)\))?$";
const PART_PATTERN: &str = "^[A-Za-z0-9_.-]+$";

/// Why text is no platform, in containerd's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlatformError {
    /// It has a star.
    #[error("{}: wildcards not yet supported: invalid argument", quote(.specifier))]
    Wildcard {
        /// The whole text.
        specifier: String,
    },
    /// Its first part is malformed.
    #[error("{} is an invalid OS component of {}: OSAndVersion specifier component must match {}: invalid argument", quote(.part), quote(.specifier), quote(OS_PATTERN))]
    Os {
        /// The part.
        part: String,
        /// The whole text.
        specifier: String,
    },
    /// Another part is malformed.
    #[error("{} is an invalid component of {}: platform specifier component must match {}: invalid argument", quote(.part), quote(.specifier), quote(PART_PATTERN))]
    Part {
        /// The part.
        part: String,
        /// The whole text.
        specifier: String,
    },
    /// It has one part, which is neither a known system nor a known architecture.
    #[error("{}: unknown operating system or architecture: invalid argument", quote(.specifier))]
    Unknown {
        /// The whole text.
        specifier: String,
    },
    /// It has more than three parts.
    #[error("{}: cannot parse platform specifier: invalid argument", quote(.specifier))]
    TooManyParts {
        /// The whole text.
        specifier: String,
    },
}

/// `platforms.Parse`; what is missing is taken from [`Platform::host`].
impl FromStr for Platform {
    type Err = PlatformError;

    fn from_str(text: &str) -> Result<Self, PlatformError> {
        let specifier = || text.to_owned();
        if text.contains('*') {
            return Err(PlatformError::Wildcard { specifier: specifier() });
        }
        let parts: Vec<&str> = text.splitn(4, '/').collect();
        let first = parts.first().copied().unwrap_or_default();
        let (os, version) = split_os(first)
            .ok_or_else(|| PlatformError::Os { part: first.to_owned(), specifier: specifier() })?;
        if let Some(part) = parts.iter().skip(1).find(|part| !is_part(part)) {
            return Err(PlatformError::Part { part: (*part).to_owned(), specifier: specifier() });
        }
        let mut platform = Self { os: normalize_os(os), os_version: version.to_owned(), ..Self::default() };
        match parts[..] {
            [_] => return platform.complete(text),
            [_, architecture] => platform.set_architecture(architecture),
            [_, architecture, variant] => {
                (platform.architecture, platform.variant) = normalize_arch(architecture, variant);
                if platform.architecture == "arm64" && platform.variant.is_empty() {
                    "v8".clone_into(&mut platform.variant);
                }
            }
            _ => return Err(PlatformError::TooManyParts { specifier: specifier() }),
        }
        Ok(platform)
    }
}

impl Platform {
    /// A specifier of one part: a system on the host's architecture, or an architecture under the host's system.
    fn complete(mut self, text: &str) -> Result<Self, PlatformError> {
        if is_known_os(&self.os) {
            self.architecture = Self::host().architecture;
            return Ok(self);
        }
        self.set_architecture(text);
        if !is_known_arch(&self.architecture) {
            return Err(PlatformError::Unknown { specifier: text.to_owned() });
        }
        self.os = Self::host().os;
        Ok(self)
    }

    /// An architecture without a variant; `arm` then means v7 without saying so.
    fn set_architecture(&mut self, architecture: &str) {
        (self.architecture, self.variant) = normalize_arch(architecture, "");
        if self.architecture == "arm" && self.variant == "v7" {
            self.variant.clear();
        }
    }
}

fn split_os(part: &str) -> Option<(&str, &str)> {
    let (os, version) = match part.split_once('(') {
        Some((os, version)) => (os, version.strip_suffix(')')?),
        None => (part, ""),
    };
    let is_os = !os.is_empty() && os.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    (is_os && (version.is_empty() || is_part(version))).then_some((os, version))
}

fn is_part(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'))
}

pub(super) fn normalize_os(os: &str) -> String {
    match os.to_ascii_lowercase().as_str() {
        "" => "linux".to_owned(),
        "macos" => "darwin".to_owned(),
        lower => lower.to_owned(),
    }
}

pub(super) fn normalize_arch(architecture: &str, variant: &str) -> (String, String) {
    let (architecture, variant) = (architecture.to_ascii_lowercase(), variant.to_ascii_lowercase());
    let (architecture, variant) = match (architecture.as_str(), variant.as_str()) {
        ("i386", _) => ("386", ""),
        ("x86_64" | "x86-64" | "amd64", "v1") => ("amd64", ""),
        ("x86_64" | "x86-64" | "amd64", other) => ("amd64", other),
        ("aarch64" | "arm64", "8" | "v8") => ("arm64", ""),
        ("aarch64" | "arm64", other) => ("arm64", other),
        ("armhf", _) => ("arm", "v7"),
        ("armel", _) => ("arm", "v6"),
        ("arm", "" | "7") => ("arm", "v7"),
        ("arm", "5") => ("arm", "v5"),
        ("arm", "6") => ("arm", "v6"),
        ("arm", "8") => ("arm", "v8"),
        other => other,
    };
    (architecture.to_owned(), variant.to_owned())
}

fn is_known_os(os: &str) -> bool {
    const KNOWN: &str = "aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 \
                         solaris windows zos";
    KNOWN.split(' ').any(|known| known == os)
}

fn is_known_arch(architecture: &str) -> bool {
    const KNOWN: &str = "386 amd64 amd64p32 arm armbe arm64 arm64be ppc64 ppc64le loong64 mips mipsle mips64 \
                         mips64le mips64p32 mips64p32le ppc riscv riscv64 s390 s390x sparc sparc64 wasm";
    KNOWN.split(' ').any(|known| known == architecture)
}
