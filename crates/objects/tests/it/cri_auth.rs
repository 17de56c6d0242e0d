use objects::{Source, read_cri_auth};

#[test]
fn all_fields() {
    let text = r#"{"username": "u", "password": "p", "auth": "a", "server_address": "s",
        "identity_token": "i", "registry_token": null}"#;
    let auth = read_cri_auth(&Source::from_text("a.json", text)).unwrap();
    let got = [
        auth.username.as_str(),
        auth.password.expose(),
        auth.auth.expose(),
        auth.server_address.as_str(),
        auth.identity_token.expose(),
        auth.registry_token.expose(),
    ];
    assert_eq!(got, ["u", "p", "a", "s", "i", ""]);
    assert_eq!(read_cri_auth(&Source::from_text("a.json", "{}")).unwrap(), cri::AuthConfig::default());
}

#[test]
fn what_is_refused() {
    for (text, wanted) in [
        (
            r#"{"identityToken": "canary"}"#,
            "error: a.json: unknown field\n  a.json:1:2\n   1 | {\"identityToken\": \"***\"}\n     |  ^^^^^^^^^^^^^^^ no such field\nhelp: there are username, password, auth, server_address, identity_token, registry_token\n",
        ),
        (
            "{\"username\": \"canary\",\n \"password\": 12345}",
            "error: a.json: password is a number, and must be a text\n  a.json:2:14\n   2 |  \"password\": ***}\n     |              ^^^ must be a text\nhelp: write the value in quotation marks\n",
        ),
        (
            "[]",
            "error: a.json: the document is a list, and must be a JSON object\n  a.json:1:1\n   1 | []\n     | ^ must be a JSON object\n",
        ),
        (
            "{",
            "error: a.json is malformed JSON: EOF while parsing an object\n  a.json:1:1\n   1 | {\n     | ^ EOF while parsing an object\nhelp: near this place a comma, a brace or a quotation mark is missing or too many; or the text breaks off\n",
        ),
    ] {
        let error = read_cri_auth(&Source::from_text("a.json", text)).unwrap_err();
        assert_eq!(error.render(), wanted, "{text}");
    }
}
