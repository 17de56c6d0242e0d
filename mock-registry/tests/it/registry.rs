use mock_registry::{Guard, Host, Registry, Who};

use crate::support::{accounts, ask, content, open_host, start};

#[tokio::test]
async fn manifests_are_served_by_tag_and_digest() {
    let (_, added) = content();
    let host = open_host().build();
    let server = start(&host).await;
    for reference in ["v1", added.digest.as_str()] {
        let got = ask(&server, &format!("GET /v2/team/app/manifests/{reference}"), &[]).await;
        assert_eq!(got.status(), 200);
        assert_eq!(got.header("Content-Type").unwrap(), "application/vnd.oci.image.index.v1+json");
        assert_eq!(got.header("Docker-Content-Digest").unwrap(), added.digest.as_str());
        assert_eq!(got.header("Content-Length").unwrap(), got.body().len().to_string());
        assert_eq!(got.json()["manifests"][1]["platform"]["architecture"], "arm64");
        let head = ask(&server, &format!("HEAD /v2/team/app/manifests/{reference}"), &[]).await;
        assert_eq!(head.header("Content-Length"), got.header("Content-Length"));
        assert!(head.body().is_empty());
    }
    let requests = host.requests();
    assert_eq!(requests.len(), 4);
    assert_eq!((requests[3].method.as_str(), requests[3].status), ("HEAD", Some(200)));
}

#[tokio::test]
async fn what_is_not_there_has_its_code() {
    let host = open_host().build();
    let server = start(&host).await;
    let missing = "sha256:0000000000000000000000000000000000000000000000000000000000000000";
    let table = [
        ("GET /v2/".to_owned(), 200, ""),
        ("GET /v2".to_owned(), 200, ""),
        ("GET /v2/team/app/manifests/nope".to_owned(), 404, "MANIFEST_UNKNOWN"),
        (format!("GET /v2/team/app/manifests/{missing}"), 404, "MANIFEST_UNKNOWN"),
        ("GET /v2/team/other/manifests/v1".to_owned(), 404, "NAME_UNKNOWN"),
        ("GET /v2/Team/app/manifests/v1".to_owned(), 404, "NAME_INVALID"),
        (format!("GET /v2/team/app/blobs/{missing}"), 404, "BLOB_UNKNOWN"),
        ("GET /v2/team/app/blobs/sha256:x".to_owned(), 400, "DIGEST_INVALID"),
        ("PUT /v2/team/app/manifests/v1".to_owned(), 405, "UNSUPPORTED"),
    ];
    for (line, status, code) in table {
        let got = ask(&server, &line, &[]).await;
        assert_eq!(got.status(), status, "{line}");
        assert_eq!(got.json()["errors"][0]["code"].as_str().unwrap_or(""), code, "{line}");
    }
    assert_eq!(ask(&server, "GET /nothing", &[]).await.status(), 404);
}

#[tokio::test]
async fn ranges_of_blobs_are_served() {
    let (_, added) = content();
    let server = start(&open_host().build()).await;
    let line = format!("GET /v2/team/app/blobs/{}", added.layers[0]);
    let whole = ask(&server, &line, &[]).await;
    assert_eq!((whole.status(), whole.body().len() > 200_000), (200, true));
    let total = whole.body().len();
    let part = ask(&server, &line, &["Range: bytes=100000-"]).await;
    assert_eq!(part.status(), 206);
    assert_eq!(part.header("Content-Range").unwrap(), format!("bytes 100000-{}/{total}", total - 1));
    assert_eq!(part.body(), &whole.body()[100_000..]);
    let outside = ask(&server, &line, &["Range: bytes=9000000-"]).await;
    assert_eq!(outside.status(), 416);
    assert_eq!(outside.header("Content-Range").unwrap(), format!("bytes */{total}"));
}

#[tokio::test]
async fn tags_come_in_pages() {
    let server = start(&open_host().build()).await;
    let got = ask(&server, "GET /v2/team/app/tags/list?n=1", &[]).await;
    assert_eq!(got.json(), serde_json::json!({"name": "team/app", "tags": ["v1"]}));
    let got = ask(&server, "GET /v2/team/app/tags/list?n=5&last=v1", &[]).await;
    assert_eq!(got.json()["tags"], serde_json::json!([]));
}

#[tokio::test]
async fn blobs_can_live_on_another_host() {
    let (store, added) = content();
    let cdn = Host::builder("cdn.test").blobs_of(store.clone()).build();
    let cdn_server = start(&cdn).await;
    let base = format!("http://{}", cdn_server.address());
    let host = Host::builder("registry.test").registry(Registry::new(store).redirect_blobs(&base)).build();
    let server = start(&host).await;
    let got = ask(&server, &format!("GET /v2/team/app/blobs/{}", added.configs[0]), &[]).await;
    assert_eq!(got.status(), 307);
    let location = got.header("Location").unwrap();
    let path = location.strip_prefix(&base).unwrap();
    let blob = ask(&cdn_server, &format!("GET {path}"), &[]).await;
    assert_eq!((blob.status(), &blob.json()["os"]), (200, &serde_json::json!("linux")));
    let unsigned = ask(&cdn_server, &format!("GET {}", path.split('?').next().unwrap()), &[]).await;
    assert_eq!(unsigned.status(), 403);
    assert_eq!(cdn.requests()[0].query, "signature=[redacted]");
}

#[tokio::test]
async fn basic_demands_an_account_that_may_pull() {
    let registry = Registry::new(content().0).guard(Guard::basic("registry.test", accounts()));
    let host = Host::builder("registry.test").registry(registry).build();
    let server = start(&host).await;
    let line = "GET /v2/team/app/manifests/v1";
    let nobody = ask(&server, line, &[]).await;
    assert_eq!(nobody.status(), 401);
    assert_eq!(nobody.header("Www-Authenticate").unwrap(), "Basic realm=\"registry.test\"");
    assert_eq!(nobody.json()["errors"][0]["code"], "UNAUTHORIZED");
    // alice:wrong, alice:s3cret, bob:b0b
    assert_eq!(ask(&server, line, &["Authorization: Basic YWxpY2U6d3Jvbmc="]).await.status(), 401);
    assert_eq!(ask(&server, line, &["Authorization: Basic YWxpY2U6czNjcmV0"]).await.status(), 200);
    let bob = ask(&server, line, &["Authorization: Basic Ym9iOmIwYg=="]).await;
    assert_eq!((bob.status(), bob.json()["errors"][0]["code"].as_str()), (403, Some("DENIED")));
    let who: Vec<Who> = host.requests().into_iter().map(|request| request.who).collect();
    let account = |name: &str| Who::Account(name.to_owned());
    assert_eq!(who, [Who::Anonymous, Who::Anonymous, account("alice"), account("bob")]);
}
