use objects::{InputError, MAX_INPUT_BYTES, Source, read_secrets};

use crate::{CANARY, base64, read};

fn rendered(name: &str, text: &str) -> String {
    let error = read(name, text).err().unwrap_or_else(|| panic!("accepted: {text}"));
    let shown = error.render();
    for form in [CANARY.to_owned(), base64(CANARY), base64(&format!("u:{CANARY}"))] {
        assert!(
            !shown.contains(&form) && !format!("{error:?}").contains(&form),
            "{form} in {shown} {error:?}"
        );
    }
    shown
}

/// The message without its last line, the help, which is long.
fn check(name: &str, text: &str, wanted: &str) {
    let shown = rendered(name, text);
    let body = shown.split("help: ").next().unwrap();
    assert_eq!(body, wanted, "{text}");
}

const HEAD: &str = "kind: Secret\nmetadata: {name: s}\ntype: kubernetes.io/dockerconfigjson\n";

#[test]
fn secrets_of_another_type() {
    check(
        "s.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ntype: Opaque\nstringData: {password: canary-5ecret}\n",
        "error: s.yaml is a Secret of type Opaque; the kubelet ignores it
  s.yaml:4:7
   4 | type: Opaque
     |       ^^^^^^ must be kubernetes.io/dockerconfigjson
",
    );
    check(
        "s.yaml",
        "kind: Secret\nmetadata: {name: s}\n",
        "error: s.yaml is a Secret of type Opaque; the kubelet ignores it
  s.yaml:1:7
   1 | kind: Secret
     |       ^^^^^^ has no type: must have kubernetes.io/dockerconfigjson
",
    );
    let line = r#"{"kind":"Secret","data":{"a":"canary-5ecret"},"type":"kubernetes.io/tls"}"#;
    check(
        "s.json",
        line,
        r#"error: s.json is a Secret of type kubernetes.io/tls; the kubelet ignores it
  s.json:1:54
   1 | {"kind":"Secret","data":{"***":"***"},"type":"kubernetes.io/tls"}
     |                                              ^^^^^^^^^^^^^^^^^^^ must be kubernetes.io/dockerconfigjson
"#,
    );
}

#[test]
fn what_the_api_server_refuses() {
    check(
        "s.yaml",
        &format!("{HEAD}data:\n  .dockerconfigjson: canary-5ecret\n"),
        "error: s.yaml: data[.dockerconfigjson] is not base64: illegal base64 data at input byte 6
  s.yaml:5:22
   5 |   .dockerconfigjson: ***
     |                      ^^^ illegal base64 data at input byte 6
",
    );
    check(
        "s.yaml",
        &format!("{HEAD}stringData:\n  .dockerconfigjson: canary-5ecret\n"),
        "error: s.yaml is refused by the API server: data[.dockerconfigjson]: Invalid value: \"<secret contents redacted>\": invalid character 'c' looking for beginning of value
  s.yaml:5:22
   5 |   .dockerconfigjson: ***
     |                      ^^^ must be a JSON object
",
    );
    check(
        "s.yaml",
        &format!("{HEAD}stringData:\n  .dockerconfigjson: {}\n", base64(r#"{"auths": {}}"#)),
        "error: s.yaml is refused by the API server: data[.dockerconfigjson]: Invalid value: \"<secret contents redacted>\": invalid character 'e' looking for beginning of value
  s.yaml:5:22
   5 |   .dockerconfigjson: ***
     |                      ^^^ base64 of base64
",
    );
    let shown = rendered("s.yaml", &format!("{HEAD}data:\n  .dockercfg: e30=\n"));
    assert_eq!(
        shown,
        "error: s.yaml is refused by the API server: data[.dockerconfigjson]: Required value
  s.yaml:3:7
   3 | type: kubernetes.io/dockerconfigjson
     |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ demands the key .dockerconfigjson
help: the data has only .dockercfg; rename the key to .dockerconfigjson
"
    );
}

#[test]
fn malformed_texts() {
    check(
        "c.json",
        "{\"auths\": {\n  \"r\": {\"auth\": \"canary-5ecret\"\n}",
        "error: c.json is malformed JSON: EOF while parsing an object
  c.json:3:1
   3 | }
     | ^ EOF while parsing an object
",
    );
    check(
        "c.json",
        "{\"auths\": {\"r\": {\"auth\": canary-5ecret}}}",
        "error: c.json is malformed JSON: expected value
  c.json:1:26
   1 | {\"auths\": {\"***\": {\"auth\": ***}}}
     |                            ^^^ expected value
",
    );
    check(
        "s.yaml",
        "kind: Secret\nstringData:\n  password: 'canary-5ecret\n",
        "error: s.yaml is malformed YAML: unclosed quote
  s.yaml:3:13
   3 |   password: '***
     |             ^^^^ unclosed quote
",
    );
    check(
        "s.yaml",
        "kind: Secret\ncanary-5ecret: canary-5ecret: x\n",
        "error: s.yaml is malformed YAML: mapping values are not allowed in this context
  s.yaml:2:29
   2 | ***: ***: ***
     |         ^ mapping values are not allowed in this context
",
    );
    check(
        "s.yaml",
        &format!("{HEAD}data: [canary-5ecret]\n"),
        "error: s.yaml: data is a list, and must be a mapping
  s.yaml:4:7
   4 | data: [***]
     |       ^ must be a mapping
",
    );
    check(
        "s.yaml",
        &format!("{HEAD}stringData:\n  .dockerconfigjson: 12345678\n"),
        "error: s.yaml: stringData[.dockerconfigjson] is a number, and must be a text
  s.yaml:5:22
   5 |   .dockerconfigjson: ***
     |                      ^^^ must be a text
",
    );
}

#[test]
fn what_is_none_of_the_forms() {
    for text in ["canary-5ecret", "canary-5ecret: x\n", "[]", "- a\n", r#"{"a": "canary-5ecret"}"#, "nginx"] {
        let shown = rendered("x", text);
        let first = shown.lines().next().unwrap();
        let wanted = "error: x is neither a Secret nor a config.json, a .dockercfg or base64 of one of them";
        assert_eq!(first, wanted, "{text}");
    }
    for text in ["", " \n", "---\n", "# only a comment\n"] {
        check("x", text, "error: x is empty\n");
    }
    let steering = rendered("x", "kind: Secret\ntype: \"a\\e[2J\"\n");
    assert!(steering.starts_with("error: x is a Secret of type a\u{fffd}[2J;"), "{steering:?}");
    check("x", "kind: List\nitems: []\n", "error: x holds no pull secret, only nothing\n");
    let pods = "kind: Pod\n---\nkind: Pod\n---\nkind: Secret\ntype: Opaque\n";
    check("x", pods, "error: x holds no pull secret, only Pod, a Secret of type Opaque\n");
}

#[test]
fn unreadable_files() {
    let error = Source::open("no/such/file.json").unwrap_err();
    assert_eq!(
        error.render(),
        "error: cannot read no/such/file.json: no such file or directory\nhelp: name a file that exists\n"
    );
    let error = Source::open(env!("CARGO_MANIFEST_DIR")).unwrap_err();
    assert!(error.to_string().ends_with(": is a directory"), "{error}");
    let misspelt = format!("{}/Crago.toml", env!("CARGO_MANIFEST_DIR"));
    let error = Source::open(&misspelt).unwrap_err();
    assert!(error.help().is_some_and(|help| help.ends_with("/Cargo.toml?")), "{}", error.render());
    let error = Source::from_reader("x", std::io::repeat(b' ')).unwrap_err();
    assert_eq!(error.to_string(), "x is larger than 8 MiB");
    let fits = std::io::Read::take(std::io::repeat(b' '), MAX_INPUT_BYTES);
    assert!(matches!(read_secrets(&Source::from_reader("x", fits).unwrap()), Err(InputError::Empty { .. })));
    let error = Source::from_reader("-", &b"a: \xc3\xa9\n b\xff"[..]).unwrap_err();
    assert_eq!(error.to_string(), "standard input is no text: not UTF-8 at line 2, column 3");
}

/// Depth, aliases and length must end in an answer, not in a crash or in minutes.
#[test]
fn hostile_texts_end_in_an_answer() {
    let deep_json = format!("{{\"auths\":{}", "[".repeat(1 << 20));
    let deep_yaml = format!("kind: {}", "[".repeat(100_000));
    let mut bomb = "kind: Secret\na0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned();
    for n in 1..12 {
        let before = format!("*a{}", n - 1);
        bomb.push_str(&format!("a{n}: &a{n} [{}]\n", vec![before; 10].join(",")));
    }
    let wide = format!("kind: Secret\ndata: {}\n", "x".repeat(1 << 22));
    for text in [deep_json, deep_yaml, bomb, wide] {
        let shown = rendered("x", &text);
        assert!(shown.len() < 2000, "{} bytes: {}", shown.len(), &shown[..200]);
    }
    for cut in 0..HEAD.len() {
        assert!(read("x", &HEAD[..cut]).is_err());
    }
}

/// What PowerShell's `>` writes is told as what it is; where any text will do, it is read.
#[test]
fn utf_16() {
    let text = "\u{feff}kind: Pod\r\n";
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for bytes in [&little, &big] {
        let error = Source::from_reader("s.yaml", bytes.as_slice()).unwrap_err();
        assert!(error.help().is_some_and(|help| help.contains("it is UTF-16")), "{error}");
    }
    let error = Source::from_reader("s.yaml", &b"caf\xe9"[..]).unwrap_err();
    assert!(error.help().is_some_and(|help| !help.contains("UTF-16")), "{error}");

    let directory = std::env::temp_dir().join(format!("pullsim-utf-16-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let lossy = |bytes: &[u8]| {
        let path = directory.join("text");
        std::fs::write(&path, bytes).unwrap();
        Source::open_lossy_up_to(path.to_str().unwrap(), 1024).map(|source| source.text().to_owned())
    };
    assert_eq!(lossy(&little).unwrap(), "kind: Pod\r\n");
    assert_eq!(lossy(&big).unwrap(), "kind: Pod\r\n");
    // A unit that is cut in two is none.
    assert_eq!(lossy(&little[..little.len() - 1]).unwrap(), "kind: Pod\r");
    assert_eq!(lossy(b"caf\xe9 au lait").unwrap(), "caf\u{fffd} au lait");
    assert_eq!(lossy("\u{feff}a".as_bytes()).unwrap(), "a");
    assert!(matches!(lossy(&[b'a'; 1025]), Err(InputError::TooLarge { limit: 1024, .. })));
    std::fs::remove_dir_all(&directory).unwrap();
}

/// All the pods of a large cluster are no attack; what goes on for ever is told as that, not as a mistake of indentation.
#[test]
fn many_values() {
    let pods = |count: usize| {
        let env = "{name: A, value: b}, ".repeat(40);
        let pod = |n| {
            format!(
                "---\nkind: Pod\napiVersion: v1\nmetadata: {{name: p{n}, namespace: a}}\nspec: {{containers: [{{name: c, image: \
                 nginx, env: [{env}]}}]}}\n"
            )
        };
        Source::from_text("pods.yaml", (0..count).map(pod).collect::<String>())
    };
    let read = objects::read_manifests(&[pods(3000)], None).unwrap();
    assert_eq!(read.workloads.len(), 3000);
    let error =
        objects::read_manifests(&[Source::from_text("docs.yaml", "---\na: b\n".repeat(30_000))], None)
            .unwrap_err();
    assert!(error.to_string().contains("more values or documents than are accepted"), "{error}");
    assert!(error.help().is_some_and(|help| help.contains("of one namespace")), "{error}");
    let error =
        objects::read_manifests(&[Source::from_text("deep.yaml", "[".repeat(500))], None).unwrap_err();
    assert!(!error.help().unwrap_or_default().contains("of one namespace"), "{error}");
}
