use std::time::Duration;

use mock_registry::{TokenService, Who};

use crate::support::{Heard, accounts, ask, bearer_host, say};

const MANIFEST: &str = "GET /v2/team/app/manifests/v1";
const SCOPE: &str = "service=registry.test&scope=repository%3Ateam%2Fapp%3Apull";
const ALICE: &str = "Authorization: Basic YWxpY2U6czNjcmV0";
const BOB: &str = "Authorization: Basic Ym9iOmIwYg==";

fn service() -> TokenService {
    TokenService::new("registry.test", accounts())
}

fn with_token(got: &Heard) -> String {
    format!("Authorization: Bearer {}", got.json()["token"].as_str().unwrap())
}

#[tokio::test]
async fn the_challenge_leads_to_a_token_that_opens_the_registry() {
    let (host, server) = bearer_host(service()).await;
    let refused = ask(&server, MANIFEST, &[]).await;
    assert_eq!(refused.status(), 401);
    let expected = format!(
        "Bearer realm=\"http://{}/token\",service=\"registry.test\",scope=\"repository:team/app:pull\"",
        server.address()
    );
    assert_eq!(refused.header("Www-Authenticate").unwrap(), expected);
    let got = ask(&server, &format!("GET /token?{SCOPE}"), &[ALICE]).await;
    assert_eq!((got.status(), got.json()["expires_in"].as_u64()), (200, Some(300)));
    assert_eq!(ask(&server, MANIFEST, &[&with_token(&got)]).await.status(), 200);
    let last = host.requests().pop().unwrap();
    assert_eq!(last.who, Who::Account("alice".to_owned()));
}

#[tokio::test]
async fn a_token_without_the_scope_does_not_suffice() {
    let (_, server) = bearer_host(service()).await;
    for authorization in [&[][..], &[BOB]] {
        let got = ask(&server, &format!("GET /token?{SCOPE}"), authorization).await;
        assert_eq!((got.status(), got.json()["scope"].as_str()), (200, Some("")));
        let refused = ask(&server, MANIFEST, &[&with_token(&got)]).await;
        assert_eq!(refused.status(), 401);
        assert!(refused.header("Www-Authenticate").unwrap().ends_with(",error=\"insufficient_scope\""));
    }
}

#[tokio::test]
async fn refusals_are_the_services_choice() {
    let (_, server) = bearer_host(service().refuse_anonymous().refuse_excess()).await;
    let line = format!("GET /token?{SCOPE}");
    assert_eq!(ask(&server, &line, &[]).await.status(), 401);
    assert_eq!(ask(&server, &line, &["Authorization: Basic YWxpY2U6d3Jvbmc="]).await.status(), 401);
    assert_eq!(ask(&server, &line, &["Authorization: Basic %%%"]).await.status(), 401);
    assert_eq!(ask(&server, &line, &[BOB]).await.status(), 403);
    assert_eq!(ask(&server, &line, &[ALICE]).await.status(), 200);
}

async fn post(server: &mock_registry::Server, body: &str) -> Heard {
    let length = body.len();
    let head = format!(
        "POST /token HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n"
    );
    say(server, format!("{head}{body}").as_bytes()).await
}

#[tokio::test]
async fn oauth2_grants_by_password_and_refresh_token() {
    let (_, server) = bearer_host(service()).await;
    let body = format!("grant_type=password&username=alice&password=s3cret&access_type=offline&{SCOPE}");
    let got = post(&server, &body).await;
    assert_eq!((got.status(), got.json()["scope"].as_str()), (200, Some("repository:team/app:pull")));
    let refresh = got.json()["refresh_token"].as_str().unwrap().to_owned();
    let got = post(&server, &format!("grant_type=refresh_token&refresh_token={refresh}&{SCOPE}")).await;
    assert_eq!(ask(&server, MANIFEST, &[&with_token(&got)]).await.status(), 200);
    let wrong = post(&server, &body.replace("s3cret", "wrong")).await;
    assert_eq!(
        (wrong.status(), wrong.json()["details"].as_str()),
        (401, Some("incorrect username or password"))
    );
    assert_eq!(post(&server, "grant_type=refresh_token&refresh_token=").await.status(), 401);
    assert_eq!(post(&server, "grant_type=magic").await.status(), 400);
    assert_eq!(post(&server, &"x".repeat(100_000)).await.status(), 413);
}

#[tokio::test]
async fn tokens_expire_on_tokios_clock() {
    let (_, server) = bearer_host(service().lifetime(Duration::from_secs(60))).await;
    let got = ask(&server, &format!("GET /token?{SCOPE}"), &[ALICE]).await;
    assert_eq!(ask(&server, MANIFEST, &[&with_token(&got)]).await.status(), 200);
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(61)).await;
    tokio::time::resume();
    let refused = ask(&server, MANIFEST, &[&with_token(&got)]).await;
    assert_eq!(refused.status(), 401);
    assert!(refused.header("Www-Authenticate").unwrap().ends_with(",error=\"invalid_token\""));
}
