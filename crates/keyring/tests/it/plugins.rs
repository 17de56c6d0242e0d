use std::time::Duration;

use gostd::duration::Duration as GoDuration;
use keyring::{
    Account, CacheKey, CredentialCache, DockerConfig, Entry, PluginRun, PodOfPull, Prepared, Provider,
    ProviderConfig, RunEnd, TokenAttributes, TokenClaims, TokenSource, decode_response, encode_request,
};
use secret::Secret;
use serde_json::{Value, json};

use crate::{cases, table, text};

const MATCH: &str = include_str!("../data/plugin_match.json");
const CACHE: &str = include_str!("../data/plugin_cache.json");
const V1: &str = "credentialprovider.kubelet.k8s.io/v1";

fn config(case: &Value) -> ProviderConfig {
    let patterns = case["match_images"].as_array().into_iter().flatten();
    ProviderConfig {
        name: "plugin".to_owned(),
        match_images: patterns.map(|pattern| pattern.as_str().unwrap().to_owned()).collect(),
        default_cache_duration: Some(GoDuration::default()),
        api_version: V1.to_owned(),
        ..ProviderConfig::default()
    }
}

fn ran(response: &Value) -> PluginRun {
    let mut response = response.clone();
    response["kind"] = json!("CredentialProviderResponse");
    response["apiVersion"] = json!(V1);
    PluginRun {
        stdout: Secret::new(response.to_string().into_bytes()),
        stderr: String::new(),
        end: RunEnd::Exited(0),
    }
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn shown(config: &DockerConfig) -> Value {
    let entry =
        |e: &Entry| (e.location.clone(), json!({"username": e.username, "password": e.password.expose()}));
    Value::Object(config.entries.iter().map(entry).collect())
}

#[test]
fn plugins_are_asked_for_the_images_that_match() {
    let table = table(MATCH);
    for case in cases(&table, "provide").iter().chain(cases(&table, "provide_derived")) {
        let mut provider = Provider::new(config(case));
        let image = text(case, "image");
        let prepared = provider.prepare(image, &PodOfPull::default(), Duration::ZERO);
        let Prepared::Call(call) = prepared else {
            assert_eq!(prepared, Prepared::NotForImage, "{}", case["name"]);
            assert_eq!(case["plugin_called"], false, "{}", case["name"]);
            continue;
        };
        assert_eq!(case["plugin_called"], true, "{}", case["name"]);
        if let Some(key_type) = case["plugin_cache_key_type"].as_str() {
            let response = json!({"cacheKeyType": key_type, "auth": case["plugin_auth"]});
            let concluded = provider.conclude(&call, &ran(&response), Duration::ZERO).unwrap();
            assert_eq!(shown(&concluded.credentials), case["docker_config"], "{}", case["name"]);
        }
    }
}

#[test]
fn requests_are_written_as_go_writes_them() {
    for case in cases(&table(MATCH), "encode_request") {
        let token = case["service_account_token"].as_str().map(Secret::from);
        let annotations = case["service_account_annotations"].as_object().into_iter().flatten();
        let annotations: Vec<(String, String)> =
            annotations.map(|(key, value)| (key.clone(), value.as_str().unwrap().to_owned())).collect();
        let line =
            encode_request(text(case, "api_version"), text(case, "image"), token.as_ref(), &annotations);
        assert_eq!(String::from_utf8_lossy(line.expose()), text(case, "stdin"), "{}", case["name"]);
    }
}

#[test]
fn responses_are_read_strictly() {
    for case in cases(&table(MATCH), "decode_response") {
        let stdout = text(case, "stdout");
        let written: Value = serde_json::from_str(stdout).unwrap();
        let version = written["apiVersion"].as_str().unwrap();
        // The version that is configured is one of the protocol's; a foreign group cannot be.
        let expected = if version.starts_with("credentialprovider.") { version } else { V1 };
        let response = decode_response(stdout.as_bytes(), expected);
        assert_eq!(response.is_err(), case["fail"] == true, "{}: {response:?}", case["name"]);
        let Ok(response) = response else { continue };
        assert_eq!(response.cache_key_type, text(&case["expect"], "cacheKeyType"));
        let seconds = response.cache_duration.unwrap().nanoseconds() / 1_000_000_000;
        assert_eq!(json!(seconds), case["expect"]["cacheDurationSeconds"], "{}", case["name"]);
        let auth = response.auth.iter().map(|(pattern, username, password)| {
            (pattern.clone(), json!({"username": username, "password": password.expose()}))
        });
        assert_eq!(Value::Object(auth.collect()), case["expect"]["auth"], "{}", case["name"]);
    }
    for (stdout, wanted) in [
        (
            "",
            "error reading GVK from response: couldn't get version/kind; json parse error: unexpected end of JSON input",
        ),
        (
            "{}",
            "apiVersion from credential plugin response did not match expected apiVersion:credentialprovider.kubelet.k8s.io/v1, actual apiVersion:",
        ),
        (
            r#"{"apiVersion": "credentialprovider.kubelet.k8s.io/v1", "kind": "CredentialProviderResponse", "auths": {}}"#,
            "error decoding credential provider plugin response from stdout",
        ),
    ] {
        let error = decode_response(stdout.as_bytes(), V1).unwrap_err().to_string();
        let prefix = "Failed getting credential from external registry credential provider: ";
        assert_eq!(error, format!("{prefix}{wanted}"), "{stdout}");
    }
}

#[test]
fn answers_are_kept_by_key_and_duration() {
    let table = table(CACHE);
    for case in cases(&table, "provide") {
        let (mut provider, image) = (Provider::new(config(case)), text(case, "image"));
        let Prepared::Call(call) = provider.prepare(image, &PodOfPull::default(), Duration::ZERO) else {
            panic!("{}", case["name"]);
        };
        provider.conclude(&call, &ran(&case["response"]), Duration::ZERO).unwrap();
        let keys: Vec<&str> = provider.cache().keys().map(|key| key.base.as_str()).collect();
        assert_eq!(json!(keys), case["cache_keys"], "{}", case["name"]);
        let again = provider.prepare(image, &PodOfPull::default(), Duration::from_secs(1));
        let execs = matches!(again, Prepared::Call(_));
        assert_eq!(json!(execs), case["second_call_execs_plugin"], "{}", case["name"]);
    }
    for case in cases(&table, "duration_derived") {
        let Some(default) = case.get("default_s").and_then(Value::as_i64) else { continue };
        let mut config = config(&json!({"match_images": ["r.example.com"]}));
        config.default_cache_duration = Some(GoDuration::from_nanoseconds(default * 1_000_000_000));
        let mut provider = Provider::new(config);
        let Prepared::Call(call) = provider.prepare("r.example.com/a", &PodOfPull::default(), Duration::ZERO)
        else {
            panic!("{}", case["name"]);
        };
        let response = json!({"cacheKeyType": "Image", "cacheDuration": case["response_duration"]});
        let kept = provider.conclude(&call, &ran(&response), Duration::ZERO).unwrap().kept;
        assert_eq!(json!(kept.map(|(_, until)| until.as_secs())), case["cached_s"], "{}", case["name"]);
    }
}

#[test]
fn one_cache_through_time() {
    let (mut cache, mut now) = (CredentialCache::default(), Duration::ZERO);
    for case in cases(&table(CACHE), "cached_credentials") {
        let add = &case["add"];
        let seconds = |value: &Value| Duration::from_secs(value.as_u64().unwrap());
        let document = add["creds"].to_string();
        let credentials = DockerConfig::from_dockercfg(document.as_bytes()).unwrap();
        let key = CacheKey { base: text(add, "key").to_owned(), account: String::new() };
        cache.add(key, credentials, now + seconds(&add["expires_in_s"]));
        now += seconds(&case["then_advance_s"]);
        let got = cache.get(text(case, "get"), "", now).map_or(Value::Null, |config| shown(&config));
        assert_eq!(got, case["result"], "{}", case["name"]);
        assert_eq!(json!(cache.keys().count()), case["keys_left"], "{}", case["name"]);
    }
}

#[test]
fn an_unknown_cache_key_type_spoils_the_answer() {
    let mut provider = Provider::new(config(&json!({"match_images": ["r.example.com"]})));
    let Prepared::Call(call) = provider.prepare("r.example.com/a", &PodOfPull::default(), Duration::ZERO)
    else {
        panic!("not asked");
    };
    let error =
        provider.conclude(&call, &ran(&json!({"cacheKeyType": "Other"})), Duration::ZERO).unwrap_err();
    let wanted = "credential provider plugin did not return a valid cacheKeyType: \"Other\"";
    assert_eq!(error.to_string(), wanted);
    assert_eq!(provider.cache().keys().count(), 0);
}

#[test]
fn how_a_run_failed_is_told_in_gos_words_without_secrets() {
    let mut config = config(&json!({"match_images": ["r.example.com"]}));
    config.env.push(("KEY".to_owned(), Secret::from("c4n4ry")));
    let mut provider = Provider::new(config);
    let Prepared::Call(call) = provider.prepare("r.example.com/a", &PodOfPull::default(), Duration::ZERO)
    else {
        panic!("not asked");
    };
    for (end, wanted) in [
        (RunEnd::Exited(1), "exit status 1: no c[redacted]"),
        (RunEnd::Signaled("killed"), "signal: killed: no c[redacted]"),
        (RunEnd::TimedOut, "context deadline exceeded: no c[redacted]"),
        (
            RunEnd::NotStarted { path: "/b/p".to_owned(), error: "no such file or directory".to_owned() },
            "fork/exec /b/p: no such file or directory: no c[redacted]",
        ),
    ] {
        let run = PluginRun { stdout: Secret::default(), stderr: "no cc4n4ry".to_owned(), end };
        let error = provider.conclude(&call, &run, Duration::ZERO).unwrap_err();
        let prefix = "Failed getting credential from external registry credential provider: error execing \
                      credential provider plugin plugin for image r.example.com/a: ";
        assert_eq!(error.to_string(), format!("{prefix}{wanted}"));
    }
}

#[test]
fn token_mode() {
    let mut config = config(&json!({"match_images": ["r.example.com"]}));
    config.default_cache_duration = Some(GoDuration::from_nanoseconds(3_600_000_000_000));
    config.token_attributes = Some(TokenAttributes {
        audience: "r".to_owned(),
        cache_type: "ServiceAccount".to_owned(),
        require_service_account: Some(true),
        required_annotations: vec!["example.com/role".to_owned()],
        optional_annotations: vec!["example.com/more".to_owned()],
    });
    let mut provider = Provider::new(config.clone());
    let mut pod = PodOfPull { namespace: "shop".to_owned(), name: "web".to_owned(), ..PodOfPull::default() };
    let skipped = |provider: &mut Provider, pod: &PodOfPull| match provider.prepare(
        "r.example.com/a",
        pod,
        Duration::ZERO,
    ) {
        Prepared::Skipped(skipped) => skipped.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(skipped(&mut provider, &pod), "Service account name is empty for pod shop/web");
    pod.service_account_name = "puller".to_owned();
    let wanted = "Failed to get service account shop/puller: serviceaccount \"puller\" not found";
    assert_eq!(skipped(&mut provider, &pod), wanted);
    let given = |token: &str| TokenSource::Given(Secret::from(token));
    pod.account = Some(Account { tokens: given("tok"), ..Account::default() });
    let wanted =
        "Failed to get service account data shop/puller: required annotation example.com/role not found";
    assert_eq!(skipped(&mut provider, &pod), wanted);
    let role = ("example.com/role".to_owned(), "reader".to_owned());
    pod.account.as_mut().unwrap().annotations = vec![("other".to_owned(), "x".to_owned()), role];
    let Prepared::Call(call) = provider.prepare("r.example.com/a", &pod, Duration::ZERO) else {
        panic!("skipped")
    };
    let line = String::from_utf8_lossy(call.stdin.expose()).into_owned();
    let end =
        "\"serviceAccountToken\":\"tok\",\"serviceAccountAnnotations\":{\"example.com/role\":\"reader\"}}\n";
    assert!(line.ends_with(end), "{line}");

    let echo =
        json!({"cacheKeyType": "Image", "auth": {"r.example.com": {"username": "u", "password": "tok"}}});
    let error = provider.conclude(&call, &ran(&echo), Duration::ZERO).unwrap_err();
    assert!(error.to_string().contains("\"r.example.com/a\", which is not allowed"), "{error}");
    config.token_attributes.as_mut().unwrap().cache_type = "Token".to_owned();
    let mut provider = Provider::new(config);
    let Prepared::Call(call) = provider.prepare("r.example.com/a", &pod, Duration::ZERO) else {
        panic!("skipped")
    };
    assert!(provider.conclude(&call, &ran(&echo), Duration::ZERO).is_ok());
    assert!(matches!(provider.prepare("r.example.com/a", &pod, Duration::ZERO), Prepared::Cached { .. }));
    // Another token is another key.
    pod.account.as_mut().unwrap().tokens = given("tok2");
    assert!(matches!(provider.prepare("r.example.com/a", &pod, Duration::ZERO), Prepared::Call(_)));
}

#[test]
fn tokens_that_are_made_up_and_tokens_that_are_refused() {
    let mut config = config(&json!({"match_images": ["r.example.com"]}));
    config.token_attributes = Some(TokenAttributes {
        audience: "registry".to_owned(),
        cache_type: "Token".to_owned(),
        require_service_account: Some(true),
        ..TokenAttributes::default()
    });
    let mut provider = Provider::new(config);
    let mut pod = PodOfPull {
        namespace: "shop".to_owned(),
        name: "web".to_owned(),
        uid: "pod-uid".to_owned(),
        service_account_name: "puller".to_owned(),
        account: Some(Account { tokens: TokenSource::MadeUp { epoch: 1_700_000_000 }, ..Account::default() }),
    };
    let mut token = |pod: &PodOfPull, second: u64| match provider.prepare(
        "r.example.com/a",
        pod,
        Duration::from_secs(second),
    ) {
        Prepared::Call(call) => {
            let account = call.account.unwrap();
            assert_eq!(account.to_string(), "service account shop/puller, audience \"registry\"");
            Ok(call.token.unwrap())
        }
        Prepared::Skipped(skipped) => Err((skipped.to_string(), skipped.remedy())),
        other => panic!("{other:?}"),
    };
    let first = token(&pod, 0).unwrap();
    let claims = TokenClaims::of(&first).unwrap();
    assert_eq!(claims.audiences, ["registry"]);
    assert_eq!(claims.subject, "system:serviceaccount:shop:puller");
    assert_eq!(claims.expires.unwrap().as_second(), 1_700_003_600);
    // The kubelet keeps a token for four fifths of its hour.
    assert_eq!(token(&pod, 2879).unwrap(), first);
    assert_ne!(token(&pod, 2880).unwrap(), first);
    pod.account.as_mut().unwrap().tokens = TokenSource::Refuses("no such audience".to_owned());
    let (said, remedy) = token(&pod, 0).unwrap_err();
    assert_eq!(said, "Error getting service account token shop/puller: no such audience");
    assert!(remedy.unwrap().contains("request-serviceaccounts-token-audience on \"registry\""));
    pod.account.as_mut().unwrap().tokens = TokenSource::Nobody;
    assert_eq!(token(&pod, 0).unwrap_err().1, None);
}

#[test]
fn what_a_token_tells_of_itself() {
    let claims = |payload: &str| {
        let part = |text: &str| gostd::base64::encode_std(text).trim_end_matches('=').to_owned();
        TokenClaims::of(&Secret::new(format!("{}.{}.x", part("{\"alg\":\"RS256\"}"), part(payload))))
    };
    for (payload, expires, audiences, subject) in [
        ("{\"exp\": 1.5, \"aud\": [\"a\", \"b\"]}", Some(1), &["a", "b"][..], ""),
        ("{\"aud\": \"a\", \"sub\": \"s\"}", None, &["a"][..], "s"),
        ("{}", None, &[][..], ""),
    ] {
        let claims = claims(payload).unwrap();
        assert_eq!(claims.expires.map(|at| at.as_second()), expires, "{payload}");
        assert_eq!(
            (claims.audiences.as_slice(), claims.subject.as_str()),
            (strings(audiences).as_slice(), subject)
        );
    }
    assert_eq!(claims("[]"), None);
    for text in ["", "a.b", "a.b.c.d", "hunter2", "eyJhbGciOiJub25lIn0..x"] {
        assert_eq!(TokenClaims::of(&Secret::from(text)), None, "{text}");
    }
}
