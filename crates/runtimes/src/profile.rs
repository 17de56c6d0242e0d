//! Versions: which upstream code is imitated, and the words and numbers that differ between them.

/// A version of a runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Profile {
    name: &'static str,
    /// What the version calls itself: `User-Agent: containerd/VERSION`.
    pub(crate) user_agent: &'static str,
    /// The most requests for one operation (`retryRequest`).
    pub(crate) max_requests: usize,
}

/// A runtime that pullsim does not know.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown runtime {name:?}")]
pub struct UnknownRuntime {
    /// The name as given.
    pub name: String,
}

/// The newest patch of containerd 2.1. The user agent is that of Debian's build, which was recorded
/// (`golden containerd-2.1.9 ok-tag-index`); upstream's own builds say `containerd/v2.1.9`.
const CONTAINERD_2_1_9: Profile = Profile {
    name: "containerd-2.1.9",
    user_agent: "containerd/2.1.9+unknown",
    // containerd v2.1.9 core/remotes/docker/resolver.go:732
    max_requests: 6,
};

const KNOWN: [Profile; 1] = [CONTAINERD_2_1_9];

impl Profile {
    /// The profile of a name: `containerd-2.1.9`, or `containerd` for the newest.
    ///
    /// # Errors
    /// When there is none of that name.
    pub fn named(name: &str) -> Result<&'static Self, UnknownRuntime> {
        let name = if name == "containerd" { CONTAINERD_2_1_9.name } else { name };
        KNOWN
            .iter()
            .find(|profile| profile.name == name)
            .ok_or_else(|| UnknownRuntime { name: name.to_owned() })
    }

    /// All profiles.
    pub const fn known() -> &'static [Self] {
        &KNOWN
    }

    /// The profile's name.
    pub const fn name(&self) -> &'static str {
        self.name
    }
}
