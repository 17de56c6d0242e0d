use keyring::{DockerConfig, Entry, decode_auth_field};
use serde_json::{Value, json};

use crate::{cases, table, text};

const TABLE: &str = include_str!("../data/dockerconfig_parse.json");

fn shown(entry: &Entry) -> Value {
    json!({"username": entry.username, "password": entry.password.expose(), "email": entry.email})
}

#[test]
fn documents() {
    let table = table(TABLE);
    for case in cases(&table, "documents") {
        let (name, input) = (text(case, "name"), text(case, "input").as_bytes());
        let read = match text(case, "kind") {
            "dockercfg" => DockerConfig::from_dockercfg(input),
            _ => DockerConfig::from_docker_config_json(input),
        };
        assert_eq!(read.is_err(), case["fail"] == true, "{name}: {read:?}");
        if let Ok(config) = read {
            let got: Value =
                config.entries.iter().map(|entry| (entry.location.clone(), shown(entry))).collect();
            assert_eq!(got, case["expect"], "{name}");
        }
    }
}

#[test]
fn entries() {
    let table = table(TABLE);
    for case in cases(&table, "entries") {
        let document = format!("{{\"r\": {}}}", text(case, "input"));
        let read = DockerConfig::from_dockercfg(document.as_bytes());
        assert_eq!(read.is_err(), case["fail"] == true, "{}: {read:?}", case["name"]);
        if let Ok(config) = read {
            assert_eq!(shown(&config.entries[0]), case["expect"], "{}", case["name"]);
        }
    }
}

#[test]
fn auth_fields() {
    let table = table(TABLE);
    for case in cases(&table, "auth_field") {
        match decode_auth_field(text(case, "auth")) {
            Ok((username, password)) => {
                assert_eq!(case["fail"], false, "{}", case["name"]);
                assert_eq!(username, text(case, "username"), "{}", case["name"]);
                assert_eq!(password.expose(), text(case, "password"), "{}", case["name"]);
            }
            Err(error) => {
                assert_eq!(case["fail"], true, "{}: {error}", case["name"]);
                if let Some(wanted) = case["error"].as_str() {
                    assert_eq!(error.to_string(), wanted, "{}", case["name"]);
                }
            }
        }
    }
}

/// `kubectl create secret docker-registry` writes such an entry; what is written must be read back as it was.
#[test]
fn encoded_entries_are_read_back() {
    let table = table(TABLE);
    for case in cases(&table, "encode") {
        let document = format!("{{\"r\": {}}}", text(case, "json"));
        let config = DockerConfig::from_dockercfg(document.as_bytes()).unwrap();
        assert_eq!(shown(&config.entries[0]), case["entry"], "{}", case["name"]);
    }
}

/// The words follow from Go's decoder: an entry's error ends the reading, other wrong types wait for the end, and
/// from Go 1.24 the outer decoder keeps the inner field's name.
#[test]
fn errors_are_told_in_the_kubelets_words() {
    let in_auths =
        "json: cannot unmarshal bool into Go struct field DockerConfigJSON.auths.email of type string";
    let before = "json: cannot unmarshal bool into Go struct field DockerConfigJSON.auths of type string";
    for (document, words, older) in [
        ("invalid", "invalid character 'i' looking for beginning of value", None),
        ("", "unexpected end of JSON input", None),
        ("{} x", "invalid character 'x' after top-level value", None),
        (
            "[]",
            "json: cannot unmarshal array into Go value of type credentialprovider.DockerConfigJSON",
            None,
        ),
        (
            r#"{"auths": "x"}"#,
            "json: cannot unmarshal string into Go struct field DockerConfigJSON.auths of type credentialprovider.DockerConfig",
            None,
        ),
        (r#"{"auths": {"r": {"email": false}}}"#, in_auths, Some(before)),
        (
            r#"{"auths": {"r": "x"}}"#,
            "json: cannot unmarshal string into Go struct field DockerConfigJSON.auths of type credentialprovider.dockerConfigEntryWithAuth",
            None,
        ),
        (
            r#"{"HttpHeaders": 1, "auths": {"r": {"auth": "pants"}}}"#,
            "illegal base64 data at input byte 4",
            None,
        ),
        (
            r#"{"HttpHeaders": {"a": 1}, "auths": {}}"#,
            "json: cannot unmarshal number into Go struct field DockerConfigJSON.HttpHeaders of type string",
            None,
        ),
        (
            r#"{"auths": {"r": {"auth": "cGFudHM="}}}"#,
            "unable to parse auth field, must be formatted as base64(username:password)",
            None,
        ),
    ] {
        let error = DockerConfig::from_docker_config_json(document.as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), words, "{document}");
        assert_eq!(error.text_before_go_1_24(), older.unwrap_or(words), "{document}");
    }
    let error = DockerConfig::from_dockercfg(br#"{"r": {"email": false}}"#).unwrap_err();
    assert_eq!(
        error.to_string(),
        "json: cannot unmarshal bool into Go struct field dockerConfigEntryWithAuth.email of type string"
    );
}

#[test]
fn go_reads_leniently() {
    for (document, wanted) in [
        (r#"{"AUTHS": {"r": {"Username": "a", "PASSWORD": "b"}}}"#, vec![("r", "a", "b")]),
        (r#"{"auths": {"r": null, "q": {"identitytoken": "t"}}}"#, vec![("r", "", ""), ("q", "", "")]),
        (r#"{"auths": {"r": {"username": "a"}, "r": {"username": "b"}}}"#, vec![("r", "b", "")]),
        (r#"{"auths": {"r": {"username": "a", "username": null}}}"#, vec![("r", "a", "")]),
        (r#"{"auths": {"r": {}}, "Auths": {"q": {}}}"#, vec![("r", "", ""), ("q", "", "")]),
        (r#"{"auths": {"r": {}}, "auths": null}"#, vec![]),
        (r#"{"credsStore": "desktop", "credHelpers": {"r": "x"}}"#, vec![]),
        ("null", vec![]),
    ] {
        let config = DockerConfig::from_docker_config_json(document.as_bytes()).unwrap();
        let got: Vec<(&str, &str, &str)> = config
            .entries
            .iter()
            .map(|e| (e.location.as_str(), e.username.as_str(), e.password.expose().as_str()))
            .collect();
        assert_eq!(got, wanted, "{document}");
    }
}
