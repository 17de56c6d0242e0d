//! `certs.d`: certificates for a registry (cri-o@f954a17:vendor/go.podman.io/image/v5/docker/docker_client.go:142-184
//! `dockerCertDir`, pkg/tlsclientconfig/tlsclientconfig.go `SetupCertificates`).

use std::io;
use std::path::{Path, PathBuf};

use net::Recorder;
use node::Node;

use super::error::{Error, Result};

/// Certificates that are trusted besides the system's, and pairs of the client's own.
#[derive(Default)]
pub(super) struct Certificates {
    pub(super) trusted: Vec<Vec<u8>>,
    pub(super) own: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Certificates {
    /// Those for a host: of the first directory that there is, and of no other.
    pub(super) fn read(node: &Node, home: &Path, host: &str, recorder: &Recorder) -> Result<Self> {
        let below = [
            home.join(".config/containers/certs.d"),
            PathBuf::from("/etc/containers/certs.d"),
            PathBuf::from("/etc/docker/certs.d"),
        ];
        // One that is there counts, even if it is empty (docker_client.go:165-184).
        let is_there = |directory: &&PathBuf| node.list_own(directory).iter().any(|name| name == host);
        let Some(directory) = below.iter().find(is_there).map(|directory| directory.join(host)) else {
            return Ok(Self::default());
        };
        let names = node.list_own(&directory);
        let mut found = Self::default();
        for name in &names {
            let path = directory.join(name);
            if name.ends_with(".crt") {
                match node.read_own(&path) {
                    Ok(bytes) => found.trusted.push(bytes),
                    Err(error) if error.kind() == io::ErrorKind::IsADirectory => {
                        return Err(Error::plain(format!("read {}: is a directory", path.display())));
                    }
                    Err(_) => {}
                }
            } else if let Some(base) = name.strip_suffix(".cert") {
                let key = format!("{base}.key");
                if !names.contains(&key) {
                    return Err(Error::plain(format!(
                        "missing key {key} for client certificate {name}. Note that CA certificates should use the extension \
                         .crt"
                    )));
                }
                let read = |path: &Path| node.read_own(path).unwrap_or_default();
                found.own.push((read(&path), read(&directory.join(key))));
            } else if let Some(base) = name.strip_suffix(".key")
                && !names.contains(&format!("{base}.cert"))
            {
                return Err(Error::plain(format!("missing client certificate {base}.cert for key {name}")));
            }
        }
        let text = format!(
            "for {host} {} has certificates to trust: {}, and pairs of its own: {}",
            directory.display(),
            found.trusted.len(),
            found.own.len()
        );
        recorder.decide("certs.d", text);
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_is_empty_counts_too() {
        let root = std::env::temp_dir().join(format!("pullsim-certs-d-{}", std::process::id()));
        let other = root.join("etc/docker/certs.d/r.test");
        std::fs::create_dir_all(root.join("etc/containers/certs.d/r.test")).unwrap();
        std::fs::create_dir_all(&other).unwrap();
        std::fs::write(other.join("ca.crt"), "x").unwrap();
        let read = || {
            let recorder = Recorder::new(trace::Trace::new());
            let found = Certificates::read(&Node::directory(&root), Path::new("/root"), "r.test", &recorder);
            found.map(|found| found.trusted.len()).map_err(|error| error.to_string())
        };
        assert_eq!(read(), Ok(0));
        std::fs::create_dir_all(root.join("etc/containers/certs.d/r.test/x.crt")).unwrap();
        assert_eq!(read(), Err("read /etc/containers/certs.d/r.test/x.crt: is a directory".to_owned()));
        std::fs::remove_dir_all(&root).unwrap();
    }

    #[test]
    fn the_first_directory_counts() {
        let read = |files: &[&str]| {
            let files = files.iter().map(|path| (PathBuf::from(path), b"x".to_vec()));
            let recorder = Recorder::new(trace::Trace::new());
            let found =
                Certificates::read(&Node::memory(files), Path::new("/root"), "r.test:5000", &recorder);
            found.map(|found| (found.trusted.len(), found.own.len())).map_err(|error| error.to_string())
        };
        let (own, other) = ("/etc/containers/certs.d/r.test:5000", "/etc/docker/certs.d/r.test:5000");
        let file = |directory: &str, name: &str| format!("{directory}/{name}");
        let counted = read(&[&file(own, "ca.crt"), &file(other, "b.crt"), &file(other, "c.crt")]);
        assert_eq!(counted, Ok((1, 0)));
        assert_eq!(
            read(&[&file(other, "a.cert"), &file(other, "a.key"), &file(other, "ca.crt")]),
            Ok((1, 1))
        );
        assert_eq!(
            read(&[&file(own, "a.cert")]),
            Err("missing key a.key for client certificate a.cert. Note that CA certificates should use the extension .crt"
                .into())
        );
        assert_eq!(
            read(&[&file(own, "a.key")]),
            Err("missing client certificate a.cert for key a.key".into())
        );
        assert_eq!(read(&[]), Ok((0, 0)));
    }
}
