//! Faults of the catalogue seen by clients that are not ours: the `oci-client` crate, and bytes.

use std::sync::Arc;
use std::time::Duration;

use mock_registry::{Account, Accounts, Fault, FaultLayer, Glob, Host, Proxy, Routes, Selector};
use oci_client::client::{ClientConfig, ClientProtocol};
use oci_client::manifest::IMAGE_LAYER_GZIP_MEDIA_TYPE;
use oci_client::secrets::RegistryAuth;
use oci_client::{Client, Reference};
use tokio::time::timeout;

use crate::support::{ask, content, open_host, say, start};

fn client() -> Client {
    // One provider for the whole process; a second test finds it there.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let first = |platform: &[oci_client::manifest::ImageIndexEntry]| Some(platform.first()?.digest.clone());
    let protocol = ClientProtocol::Http;
    Client::new(ClientConfig {
        protocol,
        platform_resolver: Some(Box::new(first)),
        ..ClientConfig::default()
    })
}

/// Pulls, and tells what the client says.
async fn pull(image: &str) -> Result<(), String> {
    let image: Reference = image.parse().unwrap();
    let client = client();
    let pulling = client.pull(&image, &RegistryAuth::Anonymous, vec![IMAGE_LAYER_GZIP_MEDIA_TYPE]);
    match timeout(Duration::from_secs(5), pulling).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(format!("{error:?}")),
        Err(_) => Err("waits for ever".to_owned()),
    }
}

#[tokio::test]
async fn an_image_reference_chooses_a_fault() {
    let host = open_host().magic_repository().build();
    let server = start(&host).await;
    let table = [
        ("manifest-404", "ManifestUnknown"),
        ("manifest-404/ecr", "Requested image not found"),
        ("manifest-403", "Denied"),
        ("manifest-503", "503"),
        ("manifest-html", "expected value at line 1 column 1"),
        ("manifest-invalid-json", "Parsing"),
        ("manifest-truncated/10", "IncompleteBody"),
        ("rate-limit-anonymous", "Toomanyrequests"),
        ("blob-404", "BlobUnknown"),
        ("blob-corrupt", "Digest"),
        ("blob-truncated/4kib", "IncompleteBody"),
        ("blob-redirect-loop", "redirect"),
        ("token-401", "UnauthorizedError"),
        ("token-html", "UnauthorizedError"),
        ("outage", "Service Unavailable"),
        ("no-such-fault", "the faults that an image can go along with"),
        ("tls-expired", "the faults that an image can go along with"),
    ];
    let mut other = Vec::new();
    for (fault, words) in table {
        let said = pull(&format!("{}/faults/{fault}:any", server.address())).await;
        match said {
            Err(error) if error.contains(words) => {}
            said => other.push((fault, said)),
        }
    }
    assert!(other.is_empty(), "{other:#?}");
    for harmless in ["manifest-405-head", "challenge-several", "blob-range-refused", "token-slow/1ms"] {
        let said = pull(&format!("{}/faults/{harmless}:v7", server.address())).await;
        assert_eq!(said, Ok(()), "{harmless}");
    }
    assert!(host.requests().iter().any(|request| request.faults == ["blob-corrupt"]));
}

#[tokio::test]
async fn other_images_of_a_magic_host_are_as_ever() {
    let server = start(&open_host().magic_repository().build()).await;
    assert_eq!(pull(&format!("{}/team/app:v1", server.address())).await, Ok(()));
    assert_eq!(pull(&format!("{}/faults:v1", server.address())).await, Ok(()));
    // A host without has no such images.
    let server = start(&open_host().build()).await;
    let got = ask(&server, "GET /v2/faults/manifest-503/manifests/v1", &[]).await;
    assert_eq!(got.status(), 404);
}

fn armed(faults: &[&str]) -> Arc<Host> {
    let faults = faults.iter().map(|fault| fault.parse::<Fault>().unwrap());
    faults.fold(open_host(), |host, fault| host.fault(fault, Selector::default())).build()
}

#[tokio::test]
async fn a_spoilt_image_is_consistent() {
    for fault in ["blob-not-gzip", "blob-wrong-diff-id", "manifest-no-platform", "manifest-invalid-json"] {
        let server = start(&armed(&[fault])).await;
        let line = "/v2/team/app/manifests/v1";
        let head = ask(&server, &format!("HEAD {line}"), &[]).await;
        let digest = head.header("Docker-Content-Digest").unwrap();
        let by_digest = ask(&server, &format!("GET /v2/team/app/manifests/{digest}"), &[]).await;
        let by_tag = ask(&server, &format!("GET {line}"), &[]).await;
        assert_eq!((by_digest.status(), by_digest.body()), (200, by_tag.body()), "{fault}");
        assert_ne!(digest, content().1.digest.as_str(), "{fault}");
    }
}

#[tokio::test]
async fn faults_of_one_answer_add_up() {
    let server =
        start(&armed(&["manifest-no-digest", "manifest-wrong-media-type", "manifest-truncated:5"])).await;
    let got = ask(&server, "GET /v2/team/app/manifests/v1", &[]).await;
    assert_eq!((got.status(), got.body().len()), (200, 5));
    assert_eq!(got.header("Docker-Content-Digest"), None);
    assert_eq!(got.header("Content-Type").unwrap(), "text/plain; charset=utf-8");
}

#[tokio::test]
async fn old_versions_of_tls_are_spoken_as_bytes() {
    for (fault, expected) in [
        ("tls-1.0-only", &b"\x16\x03\x01\x00\x2a\x02\x00\x00\x26\x03\x01"[..]),
        ("tls-1.1-only", b"\x16\x03\x02\x00\x2a\x02\x00\x00\x26\x03\x02"),
        ("tls-alert:70", b"\x15\x03\x03\x00\x02\x02\x46"),
        ("tls-garbage", b"SSH-2.0-OpenSSH_9.6\r\n"),
    ] {
        let server = start(&armed(&[fault])).await;
        let heard = say(&server, b"\x16\x03\x01\x00\x05hello").await;
        assert!(heard.bytes.starts_with(expected), "{fault}: {:x?}", heard.bytes);
    }
}

#[tokio::test]
async fn a_proxy_leads_to_the_hosts_it_knows() {
    let mut routes = Routes::new();
    routes.add("registry.test", 80, open_host().build());
    let alice = Account::new("alice", "s3cret").may_pull(Glob::new("**"));
    let proxy = Proxy::new(Arc::new(routes)).accounts(Arc::new(Accounts::new().account(alice)));
    let host = Host::builder("proxy.test").proxy(proxy).build();
    let server = start(&host).await;
    let login = "Proxy-Authorization: Basic YWxpY2U6czNjcmV0";
    let get = "GET http://registry.test/v2/team/app/manifests/v1";
    assert_eq!(ask(&server, get, &[]).await.status(), 407);
    let got = ask(&server, get, &[login]).await;
    assert_eq!(
        (got.status(), got.header("Docker-Content-Digest").unwrap()),
        (200, content().1.digest.to_string())
    );
    let inner = "HEAD /v2/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    let tunnel =
        format!("CONNECT registry.test:80 HTTP/1.1\r\nHost: registry.test:80\r\n{login}\r\n\r\n{inner}");
    let got = say(&server, tunnel.as_bytes()).await.text();
    assert!(got.starts_with("HTTP/1.1 200 Connection established\r\n\r\nHTTP/1.1 200 OK\r\n"), "{got}");
    assert_eq!(ask(&server, "CONNECT other.test:443", &[login]).await.status(), 502);
    assert_eq!(ask(&server, "GET /v2/", &[login]).await.status(), 400);
    let seen: Vec<_> = host.requests().iter().map(|r| (r.method.clone(), r.status)).collect();
    assert_eq!(seen[0], ("GET".to_owned(), Some(407)));
    assert_eq!(seen[2], ("CONNECT".to_owned(), Some(200)));
}

#[tokio::test]
async fn an_armed_fault_that_does_not_fit_changes_nothing() {
    let fault: Fault = "manifest-503".parse().unwrap();
    let elsewhere = Selector { tag: Some(Glob::new("v9")), ..Selector::default() };
    let other_host = Selector { host: Some(Glob::new("other.test")), ..Selector::default() };
    let host = open_host().fault(fault, elsewhere).fault(fault, other_host).build();
    let server = start(&host).await;
    assert_eq!(ask(&server, "GET /v2/team/app/manifests/v1", &[]).await.status(), 200);
    assert!(host.requests()[0].faults.is_empty());
}

/// The catalogue as a page for people.
fn page() -> String {
    let mut page = String::from(
        "# The faults that can be played\n\nA fault is written by its name, and behind a colon its argument, as in `blob-truncated:4KiB`; without one, that of the\nexample is meant. In a scenario file it stands under `faults:`, at a host or for the whole world, alone or with what it is\nfor: `{fault: manifest-404, tag: v1, count: first 2}`. Those that are marked can also be chosen by the reference of an\nimage on a host with a `magicRepository`: `HOST/faults/blob-truncated/4kib`.\n",
    );
    for layer in FaultLayer::ALL {
        page += &format!(
            "\n## {layer}\n\n| fault | what happens | argument | by reference |\n| --- | --- | --- | --- |\n"
        );
        for entry in Fault::all().filter(|entry| entry.layer == layer) {
            let argument =
                entry.default.map_or(String::new(), |argument| argument.form().replace('|', "\\|"));
            let fault = Fault::from(entry);
            let reference = fault.reference().map_or(String::new(), |reference| format!("`{reference}`"));
            page += &format!("| `{}` | {} | {argument} | {reference} |\n", entry.example(), entry.meaning);
        }
    }
    page
}

#[test]
fn the_page_of_faults_is_true() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/FAULTS.md");
    let written = std::fs::read_to_string(path).unwrap_or_default();
    if written != page() {
        std::fs::write(concat!(env!("CARGO_TARGET_TMPDIR"), "/FAULTS.md"), page()).unwrap();
        panic!("FAULTS.md is not what the catalogue says: take {}/FAULTS.md", env!("CARGO_TARGET_TMPDIR"));
    }
}

#[tokio::test]
async fn what_a_socket_cannot_refuse_is_reset() {
    let server = start(&armed(&["tcp-refused"])).await;
    assert_eq!(say(&server, b"").await.error, Some(std::io::ErrorKind::ConnectionReset));
}
