//! Go's JSON verdicts.

use gostd::json::{Error, MAX_DEPTH, Value, parse, parse_first};

/// Documents and what `json.Unmarshal` says of them.
const UNMARSHAL: &[(&str, &str)] = &[
    ("", "unexpected end of JSON input"),
    ("   \n", "unexpected end of JSON input"),
    ("{", "unexpected end of JSON input"),
    ("[", "unexpected end of JSON input"),
    ("[1", "unexpected end of JSON input"),
    ("[1,", "unexpected end of JSON input"),
    ("{\"a\"", "unexpected end of JSON input"),
    ("{\"a\":", "unexpected end of JSON input"),
    ("{\"a\":1", "unexpected end of JSON input"),
    ("{\"a\":1,", "unexpected end of JSON input"),
    ("\"abc", "unexpected end of JSON input"),
    ("not json", "invalid character 'o' in literal null (expecting 'u')"),
    ("it", "invalid character 'i' looking for beginning of value"),
    ("<html>", "invalid character '<' looking for beginning of value"),
    ("\u{feff}{}", "invalid character 'ï' looking for beginning of value"),
    ("{a: 1}", "invalid character 'a' looking for beginning of object key string"),
    ("{'a': 1}", "invalid character '\\'' looking for beginning of object key string"),
    ("{\"a\" 1}", "invalid character '1' after object key"),
    ("{\"a\":1 \"b\"}", "invalid character '\"' after object key:value pair"),
    ("{\"a\":1]", "invalid character ']' after object key:value pair"),
    ("{\"a\":1,}", "invalid character '}' looking for beginning of object key string"),
    ("{,}", "invalid character ',' looking for beginning of object key string"),
    ("[1 2]", "invalid character '2' after array element"),
    ("[1}", "invalid character '}' after array element"),
    ("[1,]", "invalid character ']' looking for beginning of value"),
    ("[,1]", "invalid character ',' looking for beginning of value"),
    ("{} x", "invalid character 'x' after top-level value"),
    ("{}{}", "invalid character '{' after top-level value"),
    ("1 2", "invalid character '2' after top-level value"),
    ("01", "invalid character '1' after top-level value"),
    ("1a", "invalid character 'a' after top-level value"),
    ("-", "invalid character ' ' in numeric literal"),
    ("-a", "invalid character 'a' in numeric literal"),
    ("1.", "invalid character ' ' after decimal point in numeric literal"),
    ("1.x", "invalid character 'x' after decimal point in numeric literal"),
    ("1e", "invalid character ' ' in exponent of numeric literal"),
    ("1e+", "invalid character ' ' in exponent of numeric literal"),
    ("tru", "invalid character ' ' in literal true (expecting 'e')"),
    ("trux", "invalid character 'x' in literal true (expecting 'e')"),
    ("fals3", "invalid character '3' in literal false (expecting 'e')"),
    ("nil", "invalid character 'i' in literal null (expecting 'u')"),
    ("True", "invalid character 'T' looking for beginning of value"),
    ("\"a\nb\"", "invalid character '\\n' in string literal"),
    ("\"a\0b\"", "invalid character '\\x00' in string literal"),
    ("\"\\x\"", "invalid character 'x' in string escape code"),
    ("\"\\u12g4\"", "invalid character 'g' in \\u hexadecimal character escape"),
    ("\"\\", "invalid character ' ' in string escape code"),
    ("\"\\u12", "invalid character ' ' in \\u hexadecimal character escape"),
    ("{\"auths\":{}}\u{0}", "invalid character '\\x00' after top-level value"),
    ("é", "invalid character 'Ã' looking for beginning of value"),
];

#[test]
fn unmarshal_complains_in_gos_words() {
    for (document, wanted) in UNMARSHAL {
        let said = parse(document.as_bytes()).expect_err(document).to_string();
        assert_eq!(said, *wanted, "{document:?}");
    }
}

#[test]
fn values_keep_order_duplicates_and_digits() {
    let value =
        parse(b" {\"b\" : [1.50, -0, 1E+9 ,true,false , null], \"a\":{}, \"b\":[] , \"c\":\"\xff\"}\n")
            .unwrap();
    let numbers = ["1.50", "-0", "1E+9"].map(|n| Value::Number(n.to_owned()));
    let mut list = numbers.to_vec();
    list.extend([Value::Bool(true), Value::Bool(false), Value::Null]);
    assert_eq!(
        value,
        Value::Object(vec![
            ("b".to_owned(), Value::Array(list)),
            ("a".to_owned(), Value::Object(vec![])),
            ("b".to_owned(), Value::Array(vec![])),
            ("c".to_owned(), Value::String("\u{fffd}".to_owned())),
        ])
    );
}

#[test]
fn a_decoder_takes_the_first_value_only() {
    for (document, taken) in [
        ("{} x", 2),
        (" [1,[]]{", 7),
        ("1x", 1),
        ("\"a\"b", 3),
        ("null", 4),
        ("nullx", 4),
        ("12", 2),
        ("{\"token\":\"t\"}<html>", 13),
    ] {
        assert_eq!(parse_first(document.as_bytes()).unwrap().1, taken, "{document}");
    }
}

#[test]
fn a_decoder_tells_the_end_of_the_stream() {
    for (document, wanted) in [
        ("", Error::Eof),
        (" \n\t", Error::Eof),
        ("{", Error::UnexpectedEof),
        ("{\"a\":", Error::UnexpectedEof),
        ("nul", Error::UnexpectedEof),
        ("-", Error::UnexpectedEof),
        ("\"abc", Error::UnexpectedEof),
    ] {
        assert_eq!(parse_first(document.as_bytes()).unwrap_err(), wanted, "{document:?}");
    }
    assert_eq!(Error::Eof.to_string(), "EOF");
    assert_eq!(Error::UnexpectedEof.to_string(), "unexpected EOF");
    let said = parse_first(b"<!doctype html>").unwrap_err().to_string();
    assert_eq!(said, "invalid character '<' looking for beginning of value");
}

#[test]
fn nesting_has_gos_limit() {
    let nested = |n: usize| [vec![b'['; n], vec![b']'; n]].concat();
    assert!(parse(&nested(MAX_DEPTH)).is_ok());
    let said = parse(&nested(MAX_DEPTH + 1)).unwrap_err().to_string();
    assert_eq!(said, "invalid character '[' exceeded max depth");
    let objects = b"{\"a\":".repeat(MAX_DEPTH + 1);
    let said = parse(&objects).unwrap_err().to_string();
    assert_eq!(said, "invalid character '{' exceeded max depth");
}

/// What Go 1.27 says otherwise, as containerd 2.1.9 did of tokens.
#[test]
fn words_of_go_1_27() {
    let cases: [(&[u8], &str); 17] = [
        (b"{\"a\":\"x\ny\"}", "invalid character '\\n' in string"),
        (b"{\"a\":\"\\x\"}", "invalid escape sequence `\\x` in string"),
        (b"{\"a\":\"\\'\"}", "invalid escape sequence `\\'` in string"),
        (b"{\"a\":\"\\ \"}", "invalid escape sequence \"\\\\ \" in string"),
        (b"{\"a\":\"\\`\"}", "invalid escape sequence \"\\\\`\" in string"),
        ("{\"a\":\"\\é\"}".as_bytes(), "invalid escape sequence \"\\\\\\xc3\" in string"),
        (b"{\"a\":\"\\u12zz\"}", "invalid escape sequence `\\u12zz` in string"),
        (b"{\"a\":\"\\u12\"}", "invalid escape sequence `\\u12\"}` in string"),
        (b"{\"a\":1.}", "invalid character '}' in numeric literal"),
        (b"{\"a\":1e}", "invalid character '}' in numeric literal"),
        (b"{\"a\":-}", "invalid character '}' in numeric literal"),
        ("é".as_bytes(), "invalid character 'é' looking for beginning of value"),
        ("\u{feff}{}".as_bytes(), "invalid character '\\ufeff' looking for beginning of value"),
        (b"\xff", "invalid character '\\xff' looking for beginning of value"),
        (b"{\"a\":tru}", "invalid character '}' in literal true (expecting 'e')"),
        (b"{\"a\":1,}", "invalid character '}' looking for beginning of object key string"),
        (b"{\"a\" 1}", "invalid character '1' after object key"),
    ];
    for (document, words) in cases {
        let error = parse_first(document).unwrap_err();
        assert_eq!(error.words(27), words, "{}", String::from_utf8_lossy(document));
        assert_eq!(error.words(26), error.to_string());
    }
    let deep = "[".repeat(MAX_DEPTH + 1);
    assert_eq!(parse_first(deep.as_bytes()).unwrap_err().words(27), "exceeded max depth");
}
