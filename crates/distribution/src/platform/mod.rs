//! Platforms, by containerd/platforms v1.

mod matcher;
mod parse;

pub use matcher::Matcher;
pub use parse::PlatformError;

use std::fmt;

use gostd::json::{Place, Reader, Value};

/// What an image runs on (`ocispec.Platform`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Platform {
    /// `linux`.
    pub os: String,
    /// `amd64`.
    pub architecture: String,
    /// `v7`; mostly empty.
    pub variant: String,
    /// The version of Windows that is needed.
    pub os_version: String,
    /// Features of the operating system that are needed.
    pub os_features: Vec<String>,
}

impl Platform {
    /// Linux on that architecture, normalised.
    pub fn linux(architecture: &str, variant: &str) -> Self {
        let platform = Self {
            os: "linux".to_owned(),
            architecture: architecture.to_owned(),
            variant: variant.to_owned(),
            ..Self::default()
        };
        platform.normalize()
    }

    /// Linux on the architecture that this programme was built for: what a node here would be.
    pub fn host() -> Self {
        // Rust's names on the left, Go's on the right, where they differ.
        let architecture = match std::env::consts::ARCH {
            "x86" => "386",
            "powerpc64" if cfg!(target_endian = "little") => "ppc64le",
            "powerpc64" => "ppc64",
            "loongarch64" => "loong64",
            other => other,
        };
        Self::linux(architecture, "")
    }

    /// The canonical form: `x86_64` becomes `amd64`, `arm` gets its variant `v7`, `arm64` loses `v8`
    /// (`platforms.Normalize`). An empty operating system becomes Linux, the host's.
    #[must_use]
    pub fn normalize(&self) -> Self {
        let mut platform = self.clone();
        platform.os = parse::normalize_os(&self.os);
        (platform.architecture, platform.variant) = parse::normalize_arch(&self.architecture, &self.variant);
        platform.os_features.sort();
        platform.os_features.dedup();
        platform
    }

    /// Reads one, None when it is absent or `null`.
    pub(crate) fn read(reader: &mut Reader, value: Option<&Value>, outer: Place<'_>) -> Option<Self> {
        let value = value.filter(|value| !value.is_null())?;
        // A platform of a wrong type is an empty one for Go: the pointer was made before the value was read.
        let object = reader.object(Some(value), outer).unwrap_or(&Value::Null);
        Some(Self::read_fields(reader, object, "Platform", &format!("{}.", outer.field)))
    }

    /// Reads the members of an object; `go_struct` and `prefix` are for Go's words about wrong types.
    pub(crate) fn read_fields(reader: &mut Reader, object: &Value, go_struct: &str, prefix: &str) -> Self {
        let mut text = |name: &str| {
            let place = Place { go_struct, field: &format!("{prefix}{name}"), go_type: "string" };
            reader.string(object.field(name), place)
        };
        let mut platform = Self {
            architecture: text("architecture"),
            os: text("os"),
            os_version: text("os.version"),
            variant: text("variant"),
            os_features: Vec::new(),
        };
        let place = Place { go_struct, field: &format!("{prefix}os.features"), go_type: "[]string" };
        platform.os_features = reader.strings(object.field("os.features"), place);
        platform
    }
}

/// `platforms.Format`: `linux/arm64/v8`, without a version; `unknown` when there is no operating system.
impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.os.is_empty() {
            return f.write_str("unknown");
        }
        f.write_str(&self.os)?;
        for part in [&self.architecture, &self.variant] {
            if !part.is_empty() {
                write!(f, "/{part}")?;
            }
        }
        Ok(())
    }
}
