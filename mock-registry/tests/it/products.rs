//! What each product says, as far as it differs: one row a situation.

use std::sync::Arc;
use std::time::Duration;

use mock_registry::{
    Account, Accounts, Glob, Guard, Host, Personality, RateLimit, Registry, Server, TokenService,
};

use crate::support::{Heard, ask, content, listener, start};

fn accounts() -> Arc<Accounts> {
    let account = |name: &str| Account::new(name, "pw").may_pull(Glob::new("team/**"));
    let accounts = Accounts::new()
        .account(account("alice"))
        .account(Account::new("bob", "pw"))
        .account(account("old").expired());
    Arc::new(accounts)
}

fn basic(name: &str) -> String {
    // alice:pw, bob:pw, old:pw, alice:wrong
    let encoded = match name {
        "alice" => "YWxpY2U6cHc=",
        "bob" => "Ym9iOnB3",
        "old" => "b2xkOnB3",
        _ => "YWxpY2U6d3Jvbmc=",
    };
    format!("Authorization: Basic {encoded}")
}

/// A registry with that personality which demands tokens, or else logins.
async fn product(name: &str, bearer: bool) -> Server {
    let personality = Personality::named(name).unwrap();
    let listener = listener().await;
    let registry = Registry::new(content().0).personality(personality);
    let builder = Host::builder("registry.test");
    let host = if bearer {
        let realm = format!("http://{}{}", listener.local_addr().unwrap(), personality.token_path());
        let service = personality.token_service("registry.test");
        let tokens = Arc::new(TokenService::new(service, accounts()).personality(personality));
        let registry = registry.guard(Guard::bearer(realm, tokens.clone()));
        builder.registry(registry).token_service(personality.token_path(), tokens)
    } else {
        builder.registry(registry.guard(Guard::basic(personality.basic_realm("registry.test"), accounts())))
    };
    host.build().serve_on(listener).unwrap()
}

async fn open(name: &str) -> Server {
    let registry = Registry::new(content().0).personality(Personality::named(name).unwrap());
    start(&Host::builder("registry.test").registry(registry).build()).await
}

fn check(what: &str, got: &Heard, status: u16, words: &str) {
    assert_eq!(got.status(), status, "{what}: {}", got.text());
    assert!(got.text().contains(words), "{what}: {}", got.text());
}

#[tokio::test]
async fn what_is_not_there() {
    let table = [
        ("docker-hub", "team/app", r#""detail":"unknown tag=nope""#),
        (
            "ecr",
            "team/no",
            "The repository with name 'team/no' does not exist in the registry with id 'registry'",
        ),
        ("ecr", "team/app", "Requested image not found"),
        ("gar", "team/app", r#"Failed to fetch \"nope\""#),
        ("gar", "proj/no/app", r#"Repository \"no\" not found"#),
        ("acr", "team/app", r#"manifest tagged by \"nope\" is not found"#),
        ("acr", "team/no", r#""NAME_UNKNOWN","message":"repository \"team/no\" is not found""#),
        ("ghcr", "team/app", r#"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}"#),
        ("quay", "team/app", r#""detail":{},"message":"manifest unknown""#),
        ("harbor", "team/app", r#""NOT_FOUND","message":"artifact team/app:nope not found""#),
        ("harbor", "team/no", r#""NOT_FOUND","message":"repository team/no not found""#),
        ("gitlab", "team/app", r#""detail":{"Tag":"nope"}"#),
        ("artifactory", "team/app", "The named manifest is not known to the registry."),
        ("nexus", "team/app", r#""detail":[{"Name":"team/app"},{"Revision":"nope"}]"#),
        (
            "reference",
            "team/no",
            r#""MANIFEST_UNKNOWN","message":"manifest unknown","detail":{"Tag":"nope"}"#,
        ),
        ("plain", "team/no", r#""NAME_UNKNOWN","message":"repository name not known to registry""#),
    ];
    for (name, repository, words) in table {
        let got = ask(&open(name).await, &format!("GET /v2/{repository}/manifests/nope"), &[]).await;
        check(name, &got, 404, words);
        assert_eq!(got.header("Docker-Distribution-Api-Version").as_deref(), Some("registry/2.0"), "{name}");
    }
}

#[tokio::test]
async fn blobs_that_are_not_there() {
    let digest = format!("sha256:{}", "0".repeat(64));
    let table = [
        ("artifactory", format!(r#""message":"blob unknown to registry","detail":{{"blobSum":"{digest}"}}"#)),
        ("harbor", format!(r#""BLOB_UNKNOWN","message":"blob unknown to registry","detail":"{digest}""#)),
        ("quay", r#""BLOB_UNKNOWN","detail":{},"message":"blob unknown to registry""#.to_owned()),
    ];
    for (name, words) in table {
        let got = ask(&open(name).await, &format!("GET /v2/team/app/blobs/{digest}"), &[]).await;
        check(name, &got, 404, &words);
    }
}

#[tokio::test]
async fn each_says_in_its_own_words_that_it_was_too_often() {
    let table = [
        ("ecr", "Rate exceeded"),
        ("acr", "Please visit https://aka.ms/acr/skus#sku-feature-matrix to view limits"),
        ("quay", "<center><h1>429 Too Many Requests</h1></center>"),
        ("plain", "too many requests"),
    ];
    for (name, words) in table {
        let limit = RateLimit::new(Duration::from_secs(60)).anonymous(0);
        let registry = Registry::new(content().0).personality(Personality::named(name).unwrap());
        let host = Host::builder("registry.test").registry(registry.rate_limit(limit)).build();
        check(name, &ask(&start(&host).await, "GET /v2/team/app/manifests/v1", &[]).await, 429, words);
    }
}

#[tokio::test]
async fn challenges_have_their_shape() {
    let table = [
        ("docker-hub", true, "", "/token\",service=\"registry.docker.io\""),
        ("docker-hub", true, "team/app/manifests/v1", ",scope=\"repository:team/app:pull\""),
        ("ecr", false, "", "Basic realm=\"https://registry.test/\",service=\"ecr.amazonaws.com\""),
        ("gar", true, "", "/v2/token\",service=\"registry.test\""),
        ("acr", true, "", "/oauth2/token\",service=\"registry.test\""),
        ("ghcr", true, "", ",scope=\"repository:user/image:pull\""),
        ("quay", true, "", "/v2/auth\",service=\"registry.test\""),
        ("harbor", true, "", "/service/token\",service=\"harbor-registry\""),
        ("gitlab", true, "", "/jwt/auth\",service=\"container_registry\""),
        ("artifactory", false, "", "Basic realm=\"Artifactory Realm\""),
        ("nexus", false, "", "BASIC realm=\"Sonatype Nexus Repository Manager\""),
    ];
    for (name, bearer, path, challenge) in table {
        let got = ask(&product(name, bearer).await, &format!("GET /v2/{path}"), &[]).await;
        assert_eq!(got.status(), 401, "{name}");
        let header = got.header("Www-Authenticate").unwrap();
        assert!(header.ends_with(challenge), "{name}: {header}");
    }
}

#[tokio::test]
async fn logins_that_do_not_do() {
    let table = [
        ("ecr", "", 401, "Not Authorized"),
        ("ecr", "wrong", 401, "Not Authorized"),
        ("ecr", "old", 403, "Your authorization token has expired. Reauthenticate and try again."),
        ("ecr", "bob", 403, "is not authorized to perform: ecr:BatchGetImage on resource"),
        ("nexus", "wrong", 401, "access to the requested resource is not authorized"),
        ("artifactory", "bob", 403, "The client does not have permission for manifest"),
        ("plain", "bob", 403, "requested access to the resource is denied"),
    ];
    for (name, who, status, words) in table {
        let server = product(name, false).await;
        let login = basic(who);
        let headers: &[&str] = if who.is_empty() { &[] } else { &[&login] };
        check(name, &ask(&server, "GET /v2/team/app/manifests/v1", headers).await, status, words);
    }
}

#[tokio::test]
async fn token_services_that_refuse() {
    let table = [
        ("docker-hub", "wrong", 401, "incorrect username or password"),
        ("docker-hub", "bob", 200, "token"),
        ("gar", "", 403, "artifactregistry.repositories.downloadArtifacts"),
        ("acr", "", 401, "https://aka.ms/acr/authorization"),
        ("acr", "bob", 401, r#""Name":"team/app","Action":"pull""#),
        ("ghcr", "wrong", 403, r#""message":"denied""#),
        ("ghcr", "", 403, "requested access to the resource is denied"),
        ("quay", "wrong", 401, "Invalid Username or Password"),
        ("harbor", "bob", 200, "token"),
        ("gitlab", "", 403, "access forbidden"),
        ("gitlab", "old", 401, "HTTP Basic: Access denied"),
        ("artifactory", "wrong", 401, "Bad Credentials"),
    ];
    for (name, who, status, words) in table {
        let path = Personality::named(name).unwrap().token_path();
        let login = basic(who);
        let headers: &[&str] = if who.is_empty() { &[] } else { &[&login] };
        let line = format!("GET {path}?service=s&scope=repository%3Ateam%2Fapp%3Apull");
        check(name, &ask(&product(name, true).await, &line, headers).await, status, words);
    }
}

#[tokio::test]
async fn tokens_that_do_not_suffice() {
    let table = [
        ("docker-hub", 401, "authentication required"),
        ("harbor", 401, "unauthorized to access repository: team/app, action: pull: unauthorized to access"),
        ("quay", 401, "access to the requested resource is not authorized"),
    ];
    for (name, status, words) in table {
        let server = product(name, true).await;
        let path = Personality::named(name).unwrap().token_path();
        let line = format!("GET {path}?service=s&scope=repository%3Ateam%2Fapp%3Apull");
        let token = ask(&server, &line, &[&basic("bob")]).await.json()["token"].as_str().unwrap().to_owned();
        let bearer = format!("Authorization: Bearer {token}");
        check(name, &ask(&server, "GET /v2/team/app/manifests/v1", &[&bearer]).await, status, words);
    }
}

#[tokio::test]
async fn some_give_manifests_only_to_those_who_accept_them() {
    let line = "GET /v2/team/app/manifests/v1";
    let index = "Accept: application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.index.v1+json;q=0.5";
    for (name, words) in [
        ("docker-hub", "OCI index found, but accept header does not support OCI indexes"),
        ("ghcr", "OCI index found, but Accept header does not support OCI indexes"),
    ] {
        let server = open(name).await;
        check(name, &ask(&server, line, &[]).await, 404, words);
        check(name, &ask(&server, line, &["Accept: */*"]).await, 404, words);
        assert_eq!(ask(&server, line, &[index]).await.status(), 200);
        assert_eq!(ask(&server, line, &["Accept: text/x", index]).await.status(), 200);
    }
    assert_eq!(ask(&open("quay").await, line, &[]).await.status(), 200);
}

#[tokio::test]
async fn blobs_are_where_the_product_has_them() {
    let (store, added) = content();
    let cdn = Host::builder("cdn.test").blobs_of(store.clone()).build();
    let cdn = start(&cdn).await;
    for &name in Personality::NAMES {
        let personality = Personality::named(name).unwrap();
        let base = format!("http://{}", cdn.address());
        let registry = Registry::new(store.clone()).personality(personality).redirect_blobs(&base);
        let server = start(&Host::builder("registry.test").registry(registry).build()).await;
        let got = ask(&server, &format!("GET /v2/team/app/blobs/{}", added.configs[0]), &[]).await;
        assert!([302, 307].contains(&got.status()), "{name}: {}", got.text());
        let location = got.header("Location").unwrap();
        let blob = ask(&cdn, &format!("GET {}", location.strip_prefix(&base).unwrap()), &[]).await;
        assert_eq!(blob.status(), 200, "{name}: {location}");
    }
}

#[tokio::test]
async fn limits_are_stated_and_kept() {
    let limit = RateLimit::new(Duration::from_secs(21_600)).anonymous(1).accounts(2);
    let personality = Personality::named("docker-hub").unwrap();
    let registry = Registry::new(content().0).personality(personality).rate_limit(limit);
    let server = start(&Host::builder("registry.test").registry(registry).build()).await;
    let accept = ["Accept: application/vnd.oci.image.index.v1+json"];
    let head = ask(&server, "HEAD /v2/team/app/manifests/v1", &accept).await;
    assert_eq!(head.header("Ratelimit-Limit").as_deref(), Some("1;w=21600"));
    assert_eq!(head.header("Ratelimit-Remaining").as_deref(), Some("1;w=21600"));
    assert_eq!(head.header("Docker-Ratelimit-Source").as_deref(), Some("127.0.0.1"));
    let first = ask(&server, "GET /v2/team/app/manifests/v1", &accept).await;
    assert_eq!((first.status(), first.header("Ratelimit-Remaining").as_deref()), (200, Some("0;w=21600")));
    let second = ask(&server, "GET /v2/team/app/manifests/v1", &accept).await;
    check("second", &second, 429, "You have reached your unauthenticated pull rate limit.");
    let wait: u64 = second.header("Retry-After").unwrap().parse().unwrap();
    assert!((21_500..=21_600).contains(&wait));
    let tags = ask(&server, "GET /v2/team/app/tags/list", &[]).await;
    assert_eq!((tags.status(), tags.header("Ratelimit-Limit")), (200, None));
}
