//! Pushes, byte by byte; `interop` does them with clients of others.

use std::sync::Arc;

use mock_registry::{Account, Accounts, Digest, Glob, Guard, Host, Registry, Server, Store, TokenService};

use crate::support::{Heard, ask, content, listener, say, start};

const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

fn writable(store: Arc<Store>) -> Arc<Host> {
    Host::builder("registry.test").registry(Registry::new(store).accept_pushes()).build()
}

async fn empty() -> Server {
    start(&writable(Arc::default())).await
}

/// A request with a body and these further header lines.
async fn send(server: &Server, line: &str, headers: &[&str], body: &[u8]) -> Heard {
    let mut request = format!(
        "{line} HTTP/1.1\r\nHost: registry.test\r\nConnection: close\r\nContent-Length: {}\r\n",
        body.len()
    );
    headers.iter().for_each(|header| request += &format!("{header}\r\n"));
    say(server, &[format!("{request}\r\n").as_bytes(), body].concat()).await
}

/// Where an upload goes on.
async fn begin(server: &Server) -> String {
    let begun = send(server, "POST /v2/team/app/blobs/uploads/", &[], b"").await;
    assert_eq!((begun.status(), begun.header("Range").as_deref()), (202, Some("0-0")));
    let location = begun.header("Location").unwrap();
    assert!(location.ends_with(&begun.header("Docker-Upload-Uuid").unwrap()));
    location
}

async fn push_blob(server: &Server, bytes: &[u8]) -> Digest {
    let digest = Digest::of(bytes);
    let line = format!("POST /v2/team/app/blobs/uploads/?digest={digest}");
    assert_eq!(send(server, &line, &[], bytes).await.status(), 201);
    digest
}

/// A manifest of a config and a layer that both are `{}`.
fn manifest(config: &Digest, more: &str) -> String {
    format!(
        r#"{{"schemaVersion":2,"mediaType":"{OCI_MANIFEST}","config":{{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{config}","size":2}},"layers":[]{more}}}"#
    )
}

#[tokio::test]
async fn a_blob_comes_at_once_in_two_steps_or_in_chunks() {
    let server = empty().await;
    let digest = push_blob(&server, b"at once").await;
    let got = ask(&server, &format!("GET /v2/team/app/blobs/{digest}"), &[]).await;
    assert_eq!((got.status(), got.body()), (200, &b"at once"[..]));

    let (upload, digest) = (begin(&server).await, Digest::of(b"two steps"));
    let done = send(&server, &format!("PUT {upload}?digest={digest}"), &[], b"two steps").await;
    assert_eq!((done.status(), done.header("Docker-Content-Digest").unwrap()), (201, digest.to_string()));
    assert_eq!(done.header("Location").unwrap(), format!("/v2/team/app/blobs/{digest}"));

    let upload = begin(&server).await;
    let chunk = send(&server, &format!("PATCH {upload}"), &["Content-Range: 0-3"], b"in c").await;
    assert_eq!((chunk.status(), chunk.header("Range").as_deref()), (202, Some("0-3")));
    let early = send(&server, &format!("PATCH {upload}"), &["Content-Range: 9-10"], b"xx").await;
    assert_eq!((early.status(), early.header("Range").as_deref()), (416, Some("0-3")));
    let status = ask(&server, &format!("GET {upload}"), &[]).await;
    assert_eq!((status.status(), status.header("Range").as_deref()), (204, Some("0-3")));
    let chunk = send(&server, &format!("PATCH {upload}"), &["Content-Range: 4-7"], b"hunk").await;
    assert_eq!(chunk.header("Range").as_deref(), Some("0-7"));
    let digest = Digest::of(b"in chunks");
    assert_eq!(send(&server, &format!("PUT {upload}?digest={digest}"), &[], b"s").await.status(), 201);
    assert_eq!(ask(&server, &format!("HEAD /v2/team/app/blobs/{digest}"), &[]).await.status(), 200);
    assert_eq!(ask(&server, &format!("GET {upload}"), &[]).await.status(), 404);
}

#[tokio::test]
async fn an_upload_can_be_given_up() {
    let server = empty().await;
    let upload = begin(&server).await;
    assert_eq!(ask(&server, &format!("DELETE {upload}"), &[]).await.status(), 204);
    let gone = send(&server, &format!("PATCH {upload}"), &[], b"x").await;
    assert_eq!(
        (gone.status(), gone.json()["errors"][0]["code"].as_str()),
        (404, Some("BLOB_UPLOAD_UNKNOWN"))
    );
}

#[tokio::test]
async fn what_is_not_what_it_says_is_refused() {
    let server = empty().await;
    let (upload, other) = (begin(&server).await, Digest::of(b"other"));
    let wrong = send(&server, &format!("PUT {upload}?digest={other}"), &[], b"this").await;
    assert_eq!((wrong.status(), wrong.json()["errors"][0]["code"].as_str()), (400, Some("DIGEST_INVALID")));
    let upload = begin(&server).await;
    assert_eq!(send(&server, &format!("PUT {upload}"), &[], b"").await.status(), 400);

    let config = push_blob(&server, b"{}").await;
    let good = manifest(&config, "");
    let typed = format!("Content-Type: {OCI_MANIFEST}");
    let missing = manifest(&other, "");
    let list = "application/vnd.docker.distribution.manifest.list.v2+json";
    let table: [(&str, &str, &str, &str); 6] = [
        ("v1", &typed, "{", "MANIFEST_INVALID"),
        ("v1", "Content-Type: text/plain", &good, "MANIFEST_INVALID"),
        ("v1", &format!("Content-Type: {list}"), &good, "MANIFEST_INVALID"),
        ("v1", &typed, &missing, "MANIFEST_BLOB_UNKNOWN"),
        (other.as_str(), &typed, &good, "DIGEST_INVALID"),
        ("-v1", &typed, &good, "TAG_INVALID"),
    ];
    for (reference, typed, body, code) in table {
        let line = format!("PUT /v2/team/app/manifests/{reference}");
        let got = send(&server, &line, &[typed], body.as_bytes()).await;
        assert_eq!(
            (got.status(), got.json()["errors"][0]["code"].as_str()),
            (400, Some(code)),
            "{reference} {body}"
        );
    }
    let large = send(&server, "PUT /v2/team/app/manifests/v1", &[&typed], &vec![b' '; (4 << 20) + 1]).await;
    assert!(large.error.is_some() || large.status() == 413, "{}", large.text());
}

#[tokio::test]
async fn manifests_are_put_found_referred_to_and_deleted() {
    let server = empty().await;
    let config = push_blob(&server, b"{}").await;
    let typed = format!("Content-Type: {OCI_MANIFEST}");
    let body = manifest(&config, "");
    let put = send(&server, "PUT /v2/team/app/manifests/v1", &[&typed], body.as_bytes()).await;
    let digest = Digest::of(body.as_bytes());
    assert_eq!((put.status(), put.header("Docker-Content-Digest").unwrap()), (201, digest.to_string()));
    assert_eq!(put.header("Location").unwrap(), format!("/v2/team/app/manifests/{digest}"));
    let got = ask(&server, "GET /v2/team/app/manifests/v1", &[]).await;
    assert_eq!((got.body(), got.header("Content-Type").unwrap().as_str()), (body.as_bytes(), OCI_MANIFEST));

    let more = format!(
        r#","artifactType":"text/x","annotations":{{"a":"b"}},"subject":{{"mediaType":"{OCI_MANIFEST}","digest":"{digest}","size":{}}}"#,
        body.len()
    );
    let referrer = manifest(&config, &more);
    let by_digest = format!("PUT /v2/team/app/manifests/{}", Digest::of(referrer.as_bytes()));
    let put = send(&server, &by_digest, &[&typed], referrer.as_bytes()).await;
    assert_eq!((put.status(), put.header("Oci-Subject").unwrap()), (201, digest.to_string()));
    let list = ask(&server, &format!("GET /v2/team/app/referrers/{digest}"), &[]).await;
    assert_eq!(list.json()["manifests"][0]["artifactType"], "text/x");
    assert_eq!(list.json()["manifests"][0]["annotations"]["a"], "b");
    let none = ask(&server, &format!("GET /v2/team/app/referrers/{digest}?artifactType=text%2Fy"), &[]).await;
    assert_eq!(
        (none.json()["manifests"].as_array().unwrap().len(), none.header("Oci-Filters-Applied")),
        (0, Some("artifactType".into()))
    );

    assert_eq!(ask(&server, "DELETE /v2/team/app/manifests/v1", &[]).await.status(), 202);
    assert_eq!(ask(&server, "GET /v2/team/app/manifests/v1", &[]).await.status(), 404);
    assert_eq!(ask(&server, &format!("GET /v2/team/app/manifests/{digest}"), &[]).await.status(), 200);
    assert_eq!(ask(&server, &format!("DELETE /v2/team/app/manifests/{digest}"), &[]).await.status(), 202);
    assert_eq!(ask(&server, &format!("DELETE /v2/team/app/manifests/{digest}"), &[]).await.status(), 404);
    assert_eq!(ask(&server, &format!("DELETE /v2/team/app/blobs/{config}"), &[]).await.status(), 202);
    assert_eq!(ask(&server, &format!("GET /v2/team/app/blobs/{config}"), &[]).await.status(), 404);
}

#[tokio::test]
async fn a_blob_of_another_repository_can_be_mounted() {
    let (store, added) = content();
    let server = start(&writable(Arc::new(Store::clone(&store)))).await;
    let layer = &added.layers[0];
    let line = format!("POST /v2/other/app/blobs/uploads/?mount={layer}&from=team%2Fapp");
    assert_eq!(send(&server, &line, &[], b"").await.status(), 201);
    assert_eq!(ask(&server, &format!("HEAD /v2/other/app/blobs/{layer}"), &[]).await.status(), 200);
    let nowhere = send(&server, &line.replace("team%2Fapp", "no%2Fapp"), &[], b"").await;
    assert_eq!(nowhere.status(), 202);
    let names = ask(&server, "GET /v2/_catalog", &[]).await;
    assert_eq!(names.json()["repositories"], serde_json::json!(["other/app", "team/app"]));
    // The store that this one began as is as it was.
    assert!(store.repository("other/app").is_none());
}

#[tokio::test]
async fn what_is_pushed_has_a_bound() {
    let server = start(&writable(Arc::new(Store::default().capacity(1000)))).await;
    let digest = Digest::of(&[7; 600]);
    for (status, name) in [(201, "a"), (413, "b")] {
        let line = format!("POST /v2/{name}/blobs/uploads/?digest={digest}");
        assert_eq!(send(&server, &line, &[], &[7; 600]).await.status(), status);
    }
    // What did not fit is given up with its upload; what is deleted makes room.
    assert_eq!(ask(&server, &format!("DELETE /v2/a/blobs/{digest}"), &[]).await.status(), 202);
    let line = format!("POST /v2/c/blobs/uploads/?digest={digest}");
    assert_eq!(send(&server, &line, &[], &[7; 600]).await.status(), 201);
}

#[tokio::test]
async fn pushing_is_a_right_of_its_own() {
    let accounts = Accounts::new()
        .account(Account::new("alice", "s3cret").may_push(Glob::new("team/**")))
        .account(Account::new("bob", "b0b").may_pull(Glob::new("team/**")));
    let listener = listener().await;
    let realm = format!("http://{}/token", listener.local_addr().unwrap());
    let tokens = Arc::new(TokenService::new("registry.test", Arc::new(accounts)));
    let registry = Registry::new(Arc::default()).guard(Guard::bearer(realm, tokens.clone())).accept_pushes();
    let host = Host::builder("registry.test").registry(registry).token_service("/token", tokens).build();
    let server = host.serve_on(listener).unwrap();
    let line = "POST /v2/team/app/blobs/uploads/";
    let refused = send(&server, line, &[], b"").await;
    assert_eq!(refused.status(), 401);
    let challenge = refused.header("Www-Authenticate").unwrap();
    assert!(challenge.ends_with("scope=\"repository:team/app:pull,push\""), "{challenge}");
    let ask_token = "GET /token?service=registry.test&scope=repository%3Ateam%2Fapp%3Apull%2Cpush&scope=repository%3Aother%3Apull";
    for (login, scope, status) in [
        ("YWxpY2U6czNjcmV0", "repository:team/app:pull,push", 202),
        ("Ym9iOmIwYg==", "repository:team/app:pull", 401),
    ] {
        let got = ask(&server, ask_token, &[&format!("Authorization: Basic {login}")]).await;
        assert_eq!(got.json()["scope"], scope);
        let token = format!("Authorization: Bearer {}", got.json()["token"].as_str().unwrap());
        assert_eq!(send(&server, line, &[&token], b"").await.status(), status);
    }
}

#[tokio::test]
async fn a_registry_without_pushes_has_no_uploads() {
    let server = start(&crate::support::open_host().build()).await;
    for line in [
        "POST /v2/team/app/blobs/uploads/",
        "PATCH /v2/team/app/blobs/uploads/x",
        "DELETE /v2/team/app/manifests/v1",
    ] {
        assert_eq!(ask(&server, line, &[]).await.status(), 405, "{line}");
    }
}
