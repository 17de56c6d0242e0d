//! Registries as files describe them: content, rights, limits, products.

use std::net::IpAddr;

use mock_registry::Personality;
use net::Network as _;
use scenario::{LoadError, Scenario};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::support::HEAD;

fn parse(rest: &str) -> Result<Scenario, LoadError> {
    Scenario::parse("s.yaml", &format!("{HEAD}{rest}"))
}

/// Asks hosts in turn, in one world: each request is `METHOD PATH`, then header lines.
fn ask(rest: &str, requests: &[&str]) -> Vec<String> {
    let scenario = parse(rest).map_err(|error| error.render()).unwrap();
    scenario::virtual_time().unwrap().block_on(async {
        let network = scenario.network();
        let mut answers = Vec::new();
        for request in requests {
            let (line, headers) = request.split_once('\n').unwrap_or((request, ""));
            let address: IpAddr = "10.0.0.1".parse().unwrap();
            let mut stream = network.dial((address, 80).into()).await.unwrap();
            let text = format!("{line} HTTP/1.1\r\nHost: r.test\r\nConnection: close\r\n{headers}\r\n");
            stream.write_all(text.as_bytes()).await.unwrap();
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).await.unwrap();
            answers.push(String::from_utf8_lossy(&answer).into_owned());
        }
        answers
    })
}

fn host(keys: &str) -> String {
    format!("hosts:\n  r.test: {{address: 10.0.0.1, tls: none, {keys}}}\n")
}

#[test]
fn every_kind_of_content_can_be_written() {
    let images = r#"images: [
      {name: app, tags: [v1], platforms: [linux/amd64, windows(10.0.1)/amd64], layers: [1KiB, {size: 2KiB, compression: zstd, seed: 9}], attestations: true, missing: [linux/amd64, config]},
      {name: old, tags: [v1], shape: schema-1, layers: [{size: 1, foreign: "https://x.test/l"}]},
      {name: chart, tags: ["1"], artifact: text/chart, config: text/config, layers: [{size: 1, mediaType: text/x}], annotations: {a: b}},
      {name: app, artifact: text/signature, subject: v1},
      {name: nested, tags: [v1], shape: nested-index, format: docker, seed: 4, layers: [{size: 5, missing: true, compression: none}]}]"#;
    let asked = ["app", "old", "chart", "nested"]
        .map(|name| format!("GET /v2/{name}/manifests/{}", if name == "chart" { "1" } else { "v1" }));
    let got = ask(&host(images), &asked.each_ref().map(String::as_str));
    let words = [r#""os.version":"10.0.1""#, "foreign", "text/config", "manifest.list.v2+json"];
    for (answer, words) in got.iter().zip(words) {
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(answer.contains(words) || words == "foreign", "{words}: {answer}");
    }
    let schema_1 = "Content-Type: application/vnd.docker.distribution.manifest.v1+prettyjws";
    assert!(got[1].contains(schema_1), "{}", got[1]);
}

#[test]
fn a_layout_lies_beside_the_file() {
    let directory = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("layout-beside");
    std::fs::create_dir_all(directory.join("content")).unwrap();
    std::fs::write(directory.join("content/index.json"), r#"{"manifests":[]}"#).unwrap();
    let image = |layout: &str, tags: &str| {
        format!("{HEAD}{}", host(&format!("images: [{{name: app, layout: {layout}, tags: [{tags}]}}]")))
    };
    let name = directory.join("s.yaml").display().to_string();
    assert!(Scenario::parse(&name, &image("content", "")).is_ok());
    let error = Scenario::parse(&name, &image("content", "v1")).unwrap_err().render();
    assert!(error.contains("index.json lists no manifest") && error.contains("s.yaml:7:"), "{error}");
    let error = Scenario::parse(&name, &image("nowhere", "")).unwrap_err().render();
    assert!(error.contains("cannot read ") && error.contains("^^^^^^^"), "{error}");
}

#[test]
fn mistakes_about_registries_are_explained() {
    let table = [
        ("personality: dockerhub", "unknown word `dockerhub`", "did you mean `docker-hub`?"),
        ("rateLimit: {anonimous: 1}", "unknown key `anonimous`", "did you mean `anonymous`?"),
        (
            "images: [{name: app, layers: [{size: 1, compresion: zstd}]}]",
            "unknown key `compresion`",
            "did you mean `compression`?",
        ),
        ("images: [{name: app, layers: [1XB]}]", "`1XB` is no size", ""),
        ("images: [{name: app, layers: [65GiB]}]", "a layer holds at most 64GiB", ""),
        ("images: [{name: app, missing: [conf]}]", "`conf` is neither `config` nor a platform", ""),
        ("images: [{name: app, missing: [linux/arm64]}]", "linux/arm64 cannot be missing", ""),
        (
            "images: [{name: app, artifact: a/b, subject: v1}]",
            "the subject \"v1\" is not in this repository",
            "",
        ),
        ("images: [{name: app, artifact: a/b, shape: schema-1}]", "it has neither `shape` nor `index`", ""),
        ("images: [{name: app, index: true, shape: index}]", "one of them is enough", ""),
        ("images: [{name: app, shape: nested}]", "unknown word `nested`", ""),
    ];
    for (keys, words, hint) in table {
        let error = parse(&host(keys)).unwrap_err();
        let shown = error.render();
        assert!(
            shown.contains(words) && shown.contains(hint) && shown.contains("s.yaml:7:"),
            "{keys}: {shown}"
        );
    }
}

#[test]
fn limits_and_rights_hold_within_one_world() {
    let keys = "images: [{name: app, tags: [v1]}], rateLimit: {window: 1h, anonymous: 1}, personality: docker-hub, push: true";
    let accept = "GET /v2/app/manifests/v1\nAccept: application/vnd.oci.image.manifest.v1+json\r\n";
    let got = ask(&host(keys), &[accept, accept, "POST /v2/app/blobs/uploads/"]);
    assert!(got[0].contains("Ratelimit-Remaining: 0;w=3600"), "{}", got[0]);
    assert!(got[1].starts_with("HTTP/1.1 429 ") && got[1].contains("Retry-After: 3600\r\n"), "{}", got[1]);
    assert!(got[2].starts_with("HTTP/1.1 202 "), "{}", got[2]);
    // Each network of a scenario begins afresh.
    assert!(ask(&host(keys), &[accept])[0].starts_with("HTTP/1.1 200 "));
}

#[test]
fn a_personality_has_its_own_realm_path_and_service() {
    let basic = "auth: {basic: {accounts: {a: {password: p, expired: true, push: [\"**\"]}}}}";
    let got = ask(
        &host(&format!("personality: ecr, {basic}")),
        &["GET /v2/", "GET /v2/app/manifests/v1\nAuthorization: Basic YTpw\r\n"],
    );
    assert!(
        got[0]
            .contains("Www-Authenticate: Basic realm=\"https://r.test/\",service=\"ecr.amazonaws.com\"\r\n"),
        "{}",
        got[0]
    );
    assert!(got[1].contains("Your authorization token has expired"), "{}", got[1]);
    let got = ask(
        &host("personality: gitlab, auth: {bearer: {}}"),
        &["GET /v2/", "GET /jwt/auth?scope=repository:app:pull"],
    );
    let challenge = "Bearer realm=\"http://r.test/jwt/auth\",service=\"container_registry\"\r\n";
    assert!(got[0].contains(challenge), "{}", got[0]);
    assert!(got[1].contains("access forbidden"), "{}", got[1]);
    for name in Personality::NAMES {
        assert!(parse(&host(&format!("personality: {name}"))).is_ok(), "{name}");
    }
}
