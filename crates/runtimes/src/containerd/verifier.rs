//! Programs of the node that may refuse an image once it is resolved (containerd v2.1.9 pkg/imageverifier/bindir/bindir.go,
//! core/transfer/local/pull.go). Only the transfer service asks them. They are not run here: what is theirs to say is told
//! as a decision that is open.

use std::path::{Path, PathBuf};

use distribution::Descriptor;
use net::Recorder;
use node::Node;
use toml::Value;

use super::error::{Error, Result};

/// Where they lie, unless the node says so (plugins/imageverifier/path_unix.go).
const BIN_DIR: &str = "/opt/containerd/image-verifier/bin";
/// `max_verifiers`
const MAX_VERIFIERS: i64 = 10;

/// The settings of the plugin `io.containerd.image-verifier.v1.bindir`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Verifiers {
    bin_dir: PathBuf,
    max_verifiers: i64,
}

impl Verifiers {
    pub(super) fn of(plugin: Option<&Value>) -> Self {
        let bin_dir = plugin.and_then(|plugin| plugin.get("bin_dir")?.as_str()).unwrap_or(BIN_DIR);
        let max = plugin.and_then(|plugin| plugin.get("max_verifiers")?.as_integer());
        Self { bin_dir: bin_dir.into(), max_verifiers: max.unwrap_or(MAX_VERIFIERS) }
    }

    /// None is asked: the plugin is disabled.
    pub(super) fn none() -> Self {
        Self { bin_dir: BIN_DIR.into(), max_verifiers: 0 }
    }

    /// `VerifyImage`, as far as it goes without running anything.
    pub(super) fn verify(
        &self,
        node: &Node,
        name: &str,
        image: &Descriptor,
        recorder: &Recorder,
    ) -> Result<()> {
        let (directory, digest) = (self.bin_dir.display(), &image.digest);
        if !node.is_directory(&self.bin_dir) {
            if node.read_own(&self.bin_dir).is_err() {
                return Ok(());
            }
            let said = format!("failed to list directory contents: open {directory}: not a directory");
            return Err(Error::Plain(said).context(format!(
                "blocking pull of {name} with digest {digest}: image verifier bindir returned error"
            )));
        }
        let names = node.list_own(&self.bin_dir);
        let most = usize::try_from(self.max_verifiers).unwrap_or(usize::MAX);
        let asked = &names[..names.len().min(most)];
        if !asked.is_empty() {
            let text = format!(
                "the node asks the image verifiers in {directory} before it fetches anything: {}. They are not run here, and \
                 taken to allow {name}; one that ends with another status than 0 makes the pull fail with \"image verifier \
                 bindir blocked pull of {name} with digest {digest} for reason: …\"",
                asked.join(", ")
            );
            recorder.decide("image verifier", text);
        }
        let unstartable =
            asked.iter().find_map(|name| Some((name, cannot_start(node, &self.bin_dir.join(name))?)));
        let Some((program, reason)) = unstartable else { return Ok(()) };
        // How long it took until that was found is told as well: next to nothing.
        let said = format!(
            "failed to call verifier {program} (runtime 0s): starting process: fork/exec {directory}/{program}: {reason}"
        );
        Err(Error::Plain(said).context(format!(
            "blocking pull of {name} with digest {digest}: image verifier bindir returned error"
        )))
    }
}

/// Why what lies among the verifiers is no program: then all pulls fail (recordings `vf-dir`, `vf-nofmt`, `vf-empty-file` of
/// containerd 2.1.9; pkg/imageverifier/bindir/processes_unix.go `startProcess`).
fn cannot_start(node: &Node, path: &Path) -> Option<&'static str> {
    if node.is_directory(path) {
        return Some("permission denied");
    }
    let bytes = node.read_own(path).ok()?;
    let is_program = bytes.starts_with(b"#!") || bytes.starts_with(b"\x7fELF");
    (!is_program).then_some("exec format error")
}

#[cfg(test)]
mod tests {
    use trace::Trace;

    use super::*;

    fn verify(settings: &str, files: &[&str]) -> std::result::Result<usize, String> {
        let settings: toml::Table = settings.parse().unwrap();
        let node = Node::memory(files.iter().map(|path| (PathBuf::from(path), b"#!/bin/sh\n".to_vec())));
        let trace = Trace::new();
        let image = Descriptor { digest: "sha256:1".into(), ..Descriptor::default() };
        let verifiers = Verifiers::of(Some(&Value::Table(settings)));
        let verified = verifiers.verify(&node, "r.test/a:v1", &image, &Recorder::new(trace.clone()));
        verified.map(|()| trace.steps().len()).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_no_program() {
        let bin = Path::new("/opt/containerd/image-verifier/bin");
        let files =
            [("a", "#!/bin/sh\n"), ("b", "\x7fELF…"), ("sub/x", ""), ("none", "hello\n"), ("empty", "")];
        let node = Node::memory(files.map(|(name, text)| (bin.join(name), text.as_bytes().to_vec())));
        let reasons = ["a", "b", "sub", "none", "empty"].map(|name| cannot_start(&node, &bin.join(name)));
        let format = Some("exec format error");
        assert_eq!(reasons, [None, None, Some("permission denied"), format, format]);
        let image = Descriptor { digest: "sha256:1".into(), ..Descriptor::default() };
        let recorder = Recorder::new(Trace::new());
        let refused =
            Verifiers::of(None).verify(&node, "r.test/a:v1", &image, &recorder).unwrap_err().to_string();
        assert_eq!(
            refused,
            "blocking pull of r.test/a:v1 with digest sha256:1: image verifier bindir returned error: failed to call verifier \
             empty (runtime 0s): starting process: fork/exec /opt/containerd/image-verifier/bin/empty: exec format error"
        );
    }

    /// As containerd 2.1.9 did with such directories.
    #[test]
    fn what_is_known_without_running_them() {
        let default = "/opt/containerd/image-verifier/bin";
        let (first, other) = (format!("{default}/a"), "/opt/x/a");
        assert_eq!(verify("", &[]), Ok(0));
        assert_eq!(verify("", &[&first]), Ok(1));
        assert_eq!(verify("max_verifiers = 0", &[&first]), Ok(0));
        assert_eq!(verify("max_verifiers = -1", &[&first]), Ok(1));
        assert_eq!(verify("bin_dir = '/opt/x'", &[&first]), Ok(0));
        assert_eq!(verify("bin_dir = '/opt/x'", &[other]), Ok(1));
        assert_eq!(
            verify("", &[default]).unwrap_err(),
            "blocking pull of r.test/a:v1 with digest sha256:1: image verifier bindir returned error: failed to list \
             directory contents: open /opt/containerd/image-verifier/bin: not a directory"
        );
    }
}
