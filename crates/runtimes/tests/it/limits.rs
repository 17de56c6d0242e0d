//! What has no end ends here, and what cannot begin says so.

use std::collections::HashMap;

use cri::Code;
use distribution::{Digest, media_type};

use crate::registry::{Content, Registry};

#[tokio::test]
async fn endless_content_is_not_read_for_ever() {
    let piece = vec![b' '; 1 << 20];
    let digest = Digest::sha256_of(&piece);
    let manifest = Content { endless: true, ..Content::new(media_type::OCI_MANIFEST, &piece) };
    let registry = Registry::serve(HashMap::from([
        ("manifests/v1".to_owned(), manifest.clone()),
        (format!("manifests/{digest}"), manifest),
    ]))
    .await;
    let error = registry.pull(&registry.containerd("containerd-1.7.24", "")).await.unwrap_err();
    assert_eq!(error.code, Code::FailedPrecondition);
    assert!(error.message.contains("failed size validation: "), "{}", error.message);
}

#[tokio::test]
async fn a_plugin_that_does_not_load_answers_nothing() {
    let registry = Registry::serve(HashMap::new()).await;
    let settings = "[plugins.'io.containerd.cri.v1.images'.registry]\nconfig_path = '/etc/containerd/certs.d'\n\
                    mirrors.'docker.io'.endpoint = ['https://m.test']\n";
    let error = registry.pull(&registry.containerd("containerd-2.3.4", settings)).await.unwrap_err();
    assert_eq!(
        error.rpc_text(),
        "rpc error: code = Unimplemented desc = unknown service runtime.v1.ImageService"
    );
    assert!(registry.asked().is_empty());
}

/// What the kubelet hears of a daemon that does not start, and of one that panics.
#[tokio::test]
async fn a_daemon_that_is_not_there() {
    let registry = Registry::serve(HashMap::new()).await;
    let words = async |settings: &str| {
        registry.pull(&registry.containerd("containerd-2.1.9", settings)).await.unwrap_err().rpc_text()
    };
    assert_eq!(
        words("root = 5\n").await,
        "rpc error: code = Unavailable desc = connection error: desc = \"transport: Error while dialing: dial unix \
         /run/containerd/containerd.sock: connect: no such file or directory\""
    );
    let negative = "[plugins.'io.containerd.cri.v1.images']\nimage_pull_progress_timeout = '-5s'\n";
    assert_eq!(words(negative).await, "rpc error: code = Unavailable desc = error reading from server: EOF");
    assert!(registry.asked().is_empty());
}
