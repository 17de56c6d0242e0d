//! Go's URLs.

use gostd::url::{
    Cause, Url, Userinfo, Values, parse_query, path_escape, path_unescape, query_escape, query_unescape,
};

#[test]
fn parts() {
    let url = Url::parse("HTTPS://us%65r:p%40ss@[fe80::1%25en0]:5000/a%2Fb/c%20d?x=1&y=2#fr%20ag").unwrap();
    assert_eq!(
        url,
        Url {
            scheme: "https".into(),
            user: Some(Userinfo { username: "user".into(), password: Some("p@ss".into()) }),
            host: "[fe80::1%en0]:5000".into(),
            path: "/a/b/c d".into(),
            raw_path: "/a%2Fb/c%20d".into(),
            raw_query: "x=1&y=2".into(),
            fragment: "fr ag".into(),
            ..Url::default()
        }
    );
    assert_eq!(url.hostname(), "fe80::1%en0");
    assert_eq!(url.port(), "5000");
    assert_eq!(url.request_uri(), "/a%2Fb/c%20d?x=1&y=2");
    assert_eq!(url.redacted(), "https://user:xxxxx@[fe80::1%25en0]:5000/a%2Fb/c%20d?x=1&y=2#fr%20ag");
    assert!(!format!("{url:?}").contains("p@ss"));
}

#[test]
fn hosts_and_ports() {
    for (text, host, hostname, port) in [
        ("https://registry.test", "registry.test", "registry.test", ""),
        ("https://registry.test:", "registry.test:", "registry.test", ""),
        ("https://registry.test:5000/v2/", "registry.test:5000", "registry.test", "5000"),
        ("http://[::1]:5000", "[::1]:5000", "::1", "5000"),
        ("http://[::1]", "[::1]", "::1", ""),
        ("//cdn.test/x", "cdn.test", "cdn.test", ""),
        ("registry.test", "", "", ""),
        ("localhost:5000", "", "", ""),
        ("/only/path", "", "", ""),
        ("http://a_b.test", "a_b.test", "a_b.test", ""),
        ("http://gr%C3%BCn.test", "grün.test", "grün.test", ""),
    ] {
        let url = Url::parse(text).unwrap();
        assert_eq!((url.host.as_str(), url.hostname(), url.port()), (host, hostname, port), "{text}");
    }
}

#[test]
fn written_again() {
    for (text, wanted) in [
        ("http://www.google.com", "http://www.google.com"),
        ("http://www.google.com/", "http://www.google.com/"),
        ("http://www.google.com/file%20one%26two", "http://www.google.com/file%20one%26two"),
        ("http://www.google.com/#file%20one%26two", "http://www.google.com/#file%20one%26two"),
        ("http://user@host/", "http://user@host/"),
        ("http://a/b?", "http://a/b?"),
        ("http://a/b??", "http://a/b??"),
        ("http:www.google.com/?q=go", "http:www.google.com/?q=go"),
        ("mailto:/webmaster@golang.org", "mailto:/webmaster@golang.org"),
        ("mailto:webmaster@golang.org", "mailto:webmaster@golang.org"),
        ("//foo", "//foo"),
        ("///threeslashes", "///threeslashes"),
        ("http://host/a%2fb", "http://host/a%2fb"),
        ("http://host/a b", "http://host/a%20b"),
        ("http://host/é", "http://host/%C3%A9"),
        ("HTTP://Host/A", "http://Host/A"),
        ("localhost:5000", "localhost:5000"),
        ("*", "*"),
        ("", ""),
        ("a/b:c", "a/b:c"),
        ("file:///etc", "file:///etc"),
        ("https://cdn.test/x?sig=a%2Bb&e=1;2", "https://cdn.test/x?sig=a%2Bb&e=1;2"),
        ("http://h/%ff%C3", "http://h/%ff%C3"),
    ] {
        assert_eq!(Url::parse(text).unwrap().to_string(), wanted, "{text}");
    }
}

#[test]
fn refused_in_gos_words() {
    for (text, wanted) in [
        (":", r#"parse ":": missing protocol scheme"#),
        ("://x", r#"parse "://x": missing protocol scheme"#),
        ("1.2.3.4:5000", r#"parse "1.2.3.4:5000": first path segment in URL cannot contain colon"#),
        ("a_b:80/x#f", r#"parse "a_b:80/x": first path segment in URL cannot contain colon"#),
        ("http://a b/", r#"parse "http://a b/": invalid character " " in host name"#),
        ("http://a{b/", r#"parse "http://a{b/": invalid character "{" in host name"#),
        ("http://h:port/", r#"parse "http://h:port/": invalid port ":port" after host"#),
        ("http://[::1:3128", r#"parse "http://[::1:3128": missing ']' in host"#),
        ("http://[::1]x", r#"parse "http://[::1]x": invalid port "x" after host"#),
        ("http://[1.2.3.4]/", r#"parse "http://[1.2.3.4]/": invalid IP-literal"#),
        ("http://a[::1]/", r#"parse "http://a[::1]/": invalid IP-literal"#),
        ("http://[test]/", r#"parse "http://[test]/": invalid host: ParseAddr("test"): unable to parse IP"#),
        ("http://h/%zz", r#"parse "http://h/%zz": invalid URL escape "%zz""#),
        ("http://h/%a", r#"parse "http://h/%a": invalid URL escape "%a""#),
        ("http://h/%", r#"parse "http://h/%": invalid URL escape "%""#),
        ("http://h/%é", r#"parse "http://h/%é": invalid URL escape "%é""#),
        ("http://h%41/", r#"parse "http://h%41/": invalid URL escape "%41""#),
        ("http://h/#%zz", r#"parse "http://h/#%zz": invalid URL escape "%zz""#),
        ("http://h/\n", r#"parse "http://h/\n": net/url: invalid control character in URL"#),
        ("http://h/\u{7f}", r#"parse "http://h/\x7f": net/url: invalid control character in URL"#),
        ("http://u ser@h/", r#"parse "http://u ser@h/": net/url: invalid userinfo"#),
        ("http://${HOST}/v2", r#"parse "http://${HOST}/v2": invalid character "{" in host name"#),
    ] {
        assert_eq!(Url::parse(text).unwrap_err().to_string(), wanted, "{text:?}");
    }
}

/// The examples of RFC 3986 section 5.4, and what Go's own tables add.
#[test]
fn references() {
    for (base, reference, wanted) in [
        ("http://a/b/c/d;p?q", "g", "http://a/b/c/g"),
        ("http://a/b/c/d;p?q", "./g", "http://a/b/c/g"),
        ("http://a/b/c/d;p?q", "g/", "http://a/b/c/g/"),
        ("http://a/b/c/d;p?q", "/g", "http://a/g"),
        ("http://a/b/c/d;p?q", "//g", "http://g"),
        ("http://a/b/c/d;p?q", "?y", "http://a/b/c/d;p?y"),
        ("http://a/b/c/d;p?q", "g?y", "http://a/b/c/g?y"),
        ("http://a/b/c/d;p?q", "#s", "http://a/b/c/d;p?q#s"),
        ("http://a/b/c/d;p?q", "", "http://a/b/c/d;p?q"),
        ("http://a/b/c/d;p?q", ".", "http://a/b/c/"),
        ("http://a/b/c/d;p?q", "..", "http://a/b/"),
        ("http://a/b/c/d;p?q", "../g", "http://a/b/g"),
        ("http://a/b/c/d;p?q", "../../../g", "http://a/g"),
        ("http://a/b/c/d;p?q", "/../g", "http://a/g"),
        ("http://a/b/c/d;p?q", "g.", "http://a/b/c/g."),
        ("http://a/b/c/d;p?q", "./g/.", "http://a/b/c/g/"),
        ("http://a/b/c/d;p?q", "g;x=1/../y", "http://a/b/c/y"),
        ("http://a/b/c/d;p?q", "g?y/../x", "http://a/b/c/g?y/../x"),
        ("http://foo.com/bar?a=b", "https://bar.com/x", "https://bar.com/x"),
        ("http://user:pw@foo.com/", "/x", "http://user:pw@foo.com/x"),
        ("http://foo.com", "x", "http://foo.com/x"),
        ("http://foo.com/", "/%2f/x", "http://foo.com/%2f/x"),
        ("http://foo.com/dot/./dotdot/../foo", "x", "http://foo.com/dot/x"),
        ("https://r.test/v2/a/blobs/x", "mailto:x", "mailto:x"),
        ("https://r.test/v2/a//b", "../c", "https://r.test/v2/a/c"),
    ] {
        let resolved = Url::parse(base).unwrap().resolve_reference(&Url::parse(reference).unwrap());
        assert_eq!(resolved.to_string(), wanted, "{base} {reference}");
    }
}

#[test]
fn escaping() {
    assert_eq!(
        query_escape("repository:library/nginx:pull a+b"),
        "repository%3Alibrary%2Fnginx%3Apull+a%2Bb"
    );
    assert_eq!(path_escape("a/b c~d?"), "a%2Fb%20c~d%3F");
    assert_eq!(query_escape("[REDACTED]"), "%5BREDACTED%5D");
    assert_eq!(query_unescape("a+b%2Bc").unwrap(), "a b+c");
    assert_eq!(path_unescape("a+b%2Bc").unwrap(), "a+b+c");
    assert_eq!(query_unescape("100%").unwrap_err().to_string(), r#"invalid URL escape "%""#);
}

#[test]
fn queries() {
    let (values, error) = parse_query("b=2&a=1&b=1&&c&d=%zz&e=x;y&=v&f=a%20b+c");
    let text = |bytes| std::str::from_utf8(bytes).unwrap();
    let pairs: Vec<_> = values.iter().map(|(key, value)| (text(key), text(value))).collect();
    assert_eq!(pairs, [("b", "2"), ("a", "1"), ("b", "1"), ("c", ""), ("", "v"), ("f", "a b c")]);
    assert_eq!(error, Some(Cause::Semicolon));
    assert_eq!(values.encode(), "=v&a=1&b=2&b=1&c=&f=a+b+c");
    assert_eq!(values.get("b"), Some(&b"2"[..]));
    let mut form: Values = [("scope", "b"), ("service", "s"), ("scope", "a")].into_iter().collect();
    form.add("grant_type", "password");
    form.set("service", "registry");
    assert_eq!(form.encode(), "grant_type=password&scope=b&scope=a&service=registry");
    // What is no UTF-8 stays as it is.
    form.set("service", b"\xe9".as_slice());
    assert_eq!(form.encode(), "grant_type=password&scope=b&scope=a&service=%E9");
    assert_eq!(parse_query("a=%e9&b=%C3%A9").0.encode(), "a=%E9&b=%C3%A9");
    assert_eq!(parse_query("a=%1&b").1.unwrap().to_string(), r#"invalid URL escape "%1""#);
}
