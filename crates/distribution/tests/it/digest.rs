//! go-digest's verdicts.

use distribution::{Algorithm, Digest, DigestError, Digester, Verifier};

const EMPTY: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

#[test]
fn verdicts() {
    use DigestError::{InvalidFormat, InvalidLength, Unsupported};
    let hex = |digit: &str, n: usize| digit.repeat(n);
    for (text, wanted) in [
        (EMPTY.to_owned(), Ok(Algorithm::Sha256)),
        (format!("sha384:{}", hex("a", 96)), Ok(Algorithm::Sha384)),
        (format!("sha512:{}", hex("0", 128)), Ok(Algorithm::Sha512)),
        (String::new(), Err(InvalidFormat)),
        (":".to_owned(), Err(InvalidFormat)),
        ("sha256".to_owned(), Err(InvalidFormat)),
        ("sha256:".to_owned(), Err(InvalidFormat)),
        (format!(":{}", hex("a", 64)), Err(InvalidFormat)),
        ("bogus".to_owned(), Err(InvalidFormat)),
        ("sha256:abc".to_owned(), Err(InvalidLength)),
        (format!("sha256:{}", hex("a", 65)), Err(InvalidLength)),
        (format!("sha256:{}", hex("A", 64)), Err(InvalidFormat)),
        (format!("sha256:{}", hex("g", 64)), Err(InvalidFormat)),
        (format!("sha512:{}", hex("a", 64)), Err(InvalidLength)),
        (format!("foo:{}", hex("a", 64)), Err(Unsupported)),
        ("md5:d41d8cd98f00b204e9800998ecf8427e".to_owned(), Err(Unsupported)),
        ("sha256+b64:LCa0a2j_xo==".to_owned(), Err(Unsupported)),
        (format!("SHA256:{}", hex("a", 64)), Err(InvalidFormat)),
        ("foo--bar:abc".to_owned(), Err(InvalidFormat)),
        ("foo:a b".to_owned(), Err(InvalidFormat)),
    ] {
        assert_eq!(text.parse::<Digest>().map(|d| d.algorithm()), wanted, "{text:?}");
    }
    assert_eq!(InvalidFormat.to_string(), "invalid checksum digest format");
    assert_eq!(InvalidLength.to_string(), "invalid checksum digest length");
    assert_eq!(Unsupported.to_string(), "unsupported digest algorithm");
}

#[test]
fn computing() {
    assert_eq!(Digest::sha256_of(b"").to_string(), EMPTY);
    let mut digester = Digester::new(Algorithm::Sha512);
    digester.update(b"a");
    digester.update(b"bc");
    assert!(digester.finish().hex().starts_with("ddaf35a193617abacc417349ae204131"));
    let mut digester = Digester::new(Algorithm::Sha384);
    digester.update(b"abc");
    assert!(digester.finish().hex().starts_with("cb00753f45a35e8bb5a03d699ac65007"));
}

#[test]
fn verifying() {
    let expected = Digest::sha256_of(b"hello");
    let mut verifier = Verifier::new(expected.clone());
    verifier.update(b"hel");
    verifier.update(b"lo");
    assert_eq!(verifier.finish(), Ok(expected.clone()));
    let mut verifier = Verifier::new(expected);
    verifier.update(b"hell");
    assert_eq!(verifier.finish(), Err(Digest::sha256_of(b"hell")));
}
