//! Which runtime speaks, and which versions of it say it so.

use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::Serialize;

use crate::grammar::{Dissection, Phrases, Word};

/// Who wrote an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Runtime {
    /// containerd.
    Containerd,
    /// CRI-O, or another client with the library containers/image.
    CriO,
    /// Docker Engine.
    Docker,
    /// The text does not tell.
    Unknown,
}

impl Runtime {
    /// The name as people write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Containerd => "containerd",
            Self::CriO => "CRI-O",
            Self::Docker => "Docker",
            Self::Unknown => "unknown runtime",
        }
    }

    /// Whose files remedies name: containerd's where the text does not tell, since most nodes have it.
    pub(crate) const fn on_nodes(self) -> diagnosis::Runtime {
        match self {
            Self::Containerd | Self::Unknown => diagnosis::Runtime::Containerd,
            Self::CriO => diagnosis::Runtime::CriO,
            Self::Docker => diagnosis::Runtime::Docker,
        }
    }
}

/// Words that only one runtime says, and the versions that do; more telling words first. Sources: the recordings of
/// containerd 1.6.20, 1.7.24 and 2.1.9, CRI-O 1.37.0, Docker 20.10.24 and 28.5.2; and since and until when, the tags of
/// `containerd@v1.6.20:remotes/docker/resolver.go:306`, `containerd@v1.6.20:remotes/docker/fetcher.go:185`,
/// `containerd@v2.1.9:core/remotes/errors/errors.go:43`, `cri-o@v1.34.0:internal/storage/image.go:890`,
/// `moby@v20.10.24:distribution/pull_v2.go:975`, `moby@v28.5.2:daemon/containerd/registry_errors.go:93`.
const SAYINGS: &[(&str, Runtime, Option<&str>)] = &[
    ("unable to pull image or oci artifact", Runtime::CriO, Some("1.33.4 or newer")),
    ("registryunavailable: unable to pull image", Runtime::CriO, Some("1.33.4 or newer")),
    ("error from registry:", Runtime::Docker, Some("28.1 or newer, with the containerd image store")),
    (
        "error response from daemon: failed to resolve reference",
        Runtime::Docker,
        Some("with the containerd image store"),
    ),
    ("no available registry endpoint", Runtime::Containerd, Some("1.2 or older")),
    ("failed to resolve image: ", Runtime::Containerd, Some("2.1 or newer, transfer service")),
    ("get image config descriptor", Runtime::Containerd, Some("2.1 or newer, transfer service")),
    ("pulling from host", Runtime::Containerd, Some("1.4.12 to 1.6.24")),
    ("unexpected status code http", Runtime::Containerd, Some("2.0 or older")),
    ("unexpected status from", Runtime::Containerd, Some("1.6.25 or newer")),
    ("failed to pull and unpack image", Runtime::Containerd, None),
    ("failed to resolve reference", Runtime::Containerd, None),
    ("failed to resolve image", Runtime::Containerd, None),
    ("failed to resolve ref", Runtime::Containerd, None),
    ("httpreadseeker", Runtime::Containerd, None),
    ("failed commit on ref", Runtime::Containerd, None),
    ("failed to fetch anonymous token", Runtime::Containerd, None),
    ("failed to fetch oauth token", Runtime::Containerd, None),
    ("no match for platform in manifest", Runtime::Containerd, None),
    ("containerd.sock", Runtime::Containerd, None),
    ("io.containerd.", Runtime::Containerd, None),
    ("ctr:", Runtime::Containerd, None),
    ("crio.sock", Runtime::CriO, None),
    ("crio.conf", Runtime::CriO, None),
    ("initializing source docker://", Runtime::CriO, None),
    ("pinging container registry", Runtime::CriO, None),
    ("pinging docker registry", Runtime::CriO, Some("1.21 or older")),
    ("source image rejected", Runtime::CriO, None),
    ("no image found in manifest list", Runtime::CriO, None),
    ("no image found in image index", Runtime::CriO, None),
    ("unqualified-search", Runtime::CriO, None),
    ("short-name", Runtime::CriO, None),
    ("reading manifest", Runtime::CriO, None),
    ("parsing image configuration", Runtime::CriO, None),
    ("requesting bearer token", Runtime::CriO, None),
    ("policy.json", Runtime::CriO, None),
    (
        "error pulling image configuration: download failed after attempts",
        Runtime::Docker,
        Some("20.10.13 or newer"),
    ),
    ("error response from daemon", Runtime::Docker, None),
    ("error pulling image configuration", Runtime::Docker, None),
    ("filesystem layer verification failed", Runtime::Docker, None),
    ("failed to register layer", Runtime::Docker, None),
    ("repository does not exist or may require 'docker login'", Runtime::Docker, None),
    ("no matching manifest for", Runtime::Docker, None),
    ("dockershim", Runtime::Docker, None),
    ("docker daemon", Runtime::Docker, None),
];

/// The words of [`SAYINGS`].
static WORDS: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(SAYINGS.iter().map(|(words, ..)| *words)));

/// The runtime that speaks, and its versions where the words tell them.
pub(crate) fn of(dissection: &Dissection) -> (Runtime, Option<&'static str>) {
    let said = WORDS.first_of(dissection).and_then(|index| SAYINGS.get(index));
    said.map_or((Runtime::Unknown, None), |(_, runtime, version)| (*runtime, *version))
}

/// What the words tell of the kubelet or kubectl (`spec/KUBELET`: the status of a container in back-off carries the last
/// error since 1.32; kubectl names the container in its events since 1.35).
pub(crate) fn kubelet(dissection: &Dissection) -> Option<&'static str> {
    if dissection.has(Word::KubeletPull) && dissection.says("back-off pulling image \"…\": errimagepull:") {
        return Some("1.32 or newer");
    }
    (dissection.code.is_some() && dissection.says("code = 4 desc")).then_some("1.7 or older")
}
