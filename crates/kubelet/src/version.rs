use std::fmt;
use std::str::FromStr;

use distribution::Grammar;

/// The minor version of Kubernetes 1, and what differs from one to the next in a single pull.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    minor: u8,
}

impl Version {
    /// The oldest version that is known here.
    pub const OLDEST: Self = Self { minor: 28 };
    /// The newest version that is known here; the default.
    pub const NEWEST: Self = Self { minor: 35 };

    /// All versions that are known here, oldest first.
    pub const KNOWN: [&str; 8] = ["1.28", "1.29", "1.30", "1.31", "1.32", "1.33", "1.34", "1.35"];

    /// The minor version: 34 for 1.34.
    pub const fn minor(self) -> u8 {
        self.minor
    }

    /// The grammar of image names: `docker/distribution` 2.8.2 in 1.28, `distribution/reference` 0.6.0 in 1.32. Which
    /// version between the two changed is not known; the newer is taken.
    pub const fn grammar(self) -> Grammar {
        if self.minor <= 28 { Grammar::V2_8_2 } else { Grammar::V0_6_0 }
    }

    /// Whether the event of a success tells the image's size: 1.28 lacks it, 1.32 has it, 1.30 follows from the date of
    /// kubernetes/kubernetes#121719.
    pub(crate) const fn tells_image_size(self) -> bool {
        self.minor >= 30
    }

    /// Whether policy `Always` pulls without asking for the image's presence, and a failed look says `""` for the name
    /// (kubernetes/kubernetes#126550).
    pub(crate) const fn has_precheck(self) -> bool {
        self.minor >= 32
    }

    /// Whether Secrets are read by the image manager, before the pull begins, and no more inside of it.
    pub(crate) const fn reads_secrets_before_pull(self) -> bool {
        self.minor >= 33
    }

    /// Whether Secrets are read even when the image turns out to be present
    /// (`aramase/kubernetes@09ba2083 pkg/kubelet/images/image_manager.go`, the line of 1.33 and 1.34).
    pub(crate) const fn reads_secrets_eagerly(self) -> bool {
        matches!(self.minor, 33 | 34)
    }

    /// Whether a container in back-off tells what failed before (kubernetes/kubernetes#127918).
    pub(crate) const fn keeps_previous_error(self) -> bool {
        self.minor >= 32
    }

    /// Whether Normal and Warning events are limited apart (`k8s.io/client-go` v0.31.0 does not, v0.32.0 does).
    pub(crate) const fn filters_spam_by_type(self) -> bool {
        self.minor >= 32
    }

    /// Whether there is a feature gate `KubeletEnsureSecretPulledImages`.
    pub const fn can_ensure_secret_pulled_images(self) -> bool {
        self.minor >= 33
    }

    /// What the events of a container that was created and started say
    /// (`pkg/kubelet/kuberuntime/kuberuntime_container.go startContainer`). v1.28.7 has the first words; the others were
    /// seen in later trees without a tag, and the versions in which they begin are inferred.
    pub fn start_messages(self, container: &str) -> (String, String) {
        match self.minor {
            ..=31 => (format!("Created container {container}"), format!("Started container {container}")),
            32..=34 => (format!("Created container: {container}"), format!("Started container {container}")),
            _ => ("Container created".to_owned(), "Container started".to_owned()),
        }
    }

    /// Whether the feature gate `KubeletEnsureSecretPulledImages` is on unless configured.
    pub(crate) const fn ensures_secret_pulled_images(self) -> bool {
        self.minor >= 35
    }

    /// Whether the kubelet is built with Go 1.24 or later, which names nested fields in JSON errors.
    pub(crate) const fn has_go_1_24(self) -> bool {
        self.minor >= 33
    }

    /// Whether `kubectl describe` of this version prefixes an event with the container's field path
    /// (`kubernetes/kubectl` v0.34.0 does not, v0.35.0 does).
    pub(crate) const fn describes_field_path(self) -> bool {
        self.minor >= 35
    }
}

impl Default for Version {
    fn default() -> Self {
        Self::NEWEST
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1.{}", self.minor)
    }
}

/// A text that names no version known here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown Kubernetes version {text:?}: must be from {} to {}", Version::OLDEST, Version::NEWEST)]
pub struct ParseVersionError {
    /// The text.
    pub text: String,
}

impl FromStr for Version {
    type Err = ParseVersionError;

    /// Reads `1.34`, `v1.34` or `1.34.2`, also with what distributions append (`v1.34.2+k3s1`).
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let rest = text.strip_prefix('v').unwrap_or(text).strip_prefix("1.");
        let minor = rest.and_then(|rest| rest.split('.').next()).and_then(|minor| minor.parse().ok());
        let version = minor.map(|minor| Self { minor });
        let known = version.filter(|version| (Self::OLDEST..=Self::NEWEST).contains(version));
        known.ok_or_else(|| ParseVersionError { text: text.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_people_write_them() {
        for text in ["1.34", "v1.34", "1.34.2", "v1.34.2+k3s1"] {
            assert_eq!(text.parse::<Version>().unwrap().to_string(), "1.34", "{text}");
        }
        for text in ["", "1", "1.27", "1.36", "2.34", "34", "1.x"] {
            assert!(text.parse::<Version>().is_err(), "{text}");
        }
        for (text, minor) in Version::KNOWN.into_iter().zip(Version::OLDEST.minor()..) {
            assert_eq!(text.parse(), Ok(Version { minor }));
            assert!(minor <= Version::NEWEST.minor());
        }
        let error = "1.12".parse::<Version>().unwrap_err();
        assert_eq!(error.to_string(), "unknown Kubernetes version \"1.12\": must be from 1.28 to 1.35");
    }
}
