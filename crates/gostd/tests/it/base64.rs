//! Go's base64 verdicts.

use gostd::base64::{decode_raw_std, decode_std, encode_std};

/// Input, and what `StdEncoding.DecodeString` gives: the text, or the offset of its error.
const STANDARD: &[(&str, Result<&str, usize>)] = &[
    ("", Ok("")),
    ("YWxpY2U6cGFzcw==", Ok("alice:pass")),
    ("Zm9vYmFy", Ok("foobar")),
    ("Zm9vYg==", Ok("foob")),
    ("Zm9v\nYg==", Ok("foob")),
    ("Zm9v\r\nYg=\n=\n", Ok("foob")),
    ("\n\n", Ok("")),
    // Bits left over are not looked at.
    ("YWJjZB==", Ok("abcd")),
    ("!!!!", Err(0)),
    ("====", Err(0)),
    ("x===", Err(1)),
    ("=AAA", Err(0)),
    ("A=AA", Err(1)),
    ("AA=A", Err(2)),
    ("AA==A", Err(4)),
    ("AAA=AAAA", Err(4)),
    ("AAAAA", Err(4)),
    ("AAAAAA", Err(4)),
    ("A=", Err(1)),
    ("A==", Err(1)),
    ("AA=", Err(3)),
    ("AA==", Ok("\0")),
    ("AAA=", Ok("\0\0")),
    ("AAAA", Ok("\0\0\0")),
    ("AAAAA=", Err(5)),
    ("AAAAA==", Err(5)),
    ("AAAAAA=", Err(7)),
    ("AAAAAA==", Ok("\0\0\0\0")),
    ("AAAAAAA=", Ok("\0\0\0\0\0")),
    ("A!\n", Err(1)),
    ("A=\n", Err(1)),
    ("YWJj ZA==", Err(4)),
    ("YWJjZA==\n\nx", Err(10)),
    ("alice:pass", Err(5)),
    ("YWJj\nZ", Err(5)),
    ("YWJjZ\n", Err(5)),
    ("YWJj-_==", Err(4)),
];

#[test]
fn standard_encoding() {
    for (input, wanted) in STANDARD {
        let got = decode_std(input).map_err(|e| e.offset);
        assert_eq!(got, wanted.map(|text| text.as_bytes().to_vec()), "{input:?}");
    }
}

#[test]
fn raw_encoding() {
    for (input, wanted) in [
        ("Zm9vYg", Ok(&b"foob"[..])),
        ("Zm9vYmE", Ok(b"fooba")),
        ("Zm9v\nYmE", Ok(b"fooba")),
        ("Zm9vYg==", Err(6)),
        ("Zm9vY", Err(4)),
        ("", Ok(b"")),
    ] {
        assert_eq!(decode_raw_std(input).map_err(|e| e.offset), wanted.map(<[u8]>::to_vec), "{input:?}");
    }
}

#[test]
fn encoding() {
    for (data, wanted) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")] {
        assert_eq!(encode_std(data), wanted, "{data:?}");
        assert_eq!(decode_std(wanted).unwrap(), data.as_bytes(), "{data:?}");
    }
    assert_eq!(encode_std([0xfb, 0xff, 0xfe]), "+//+");
}
