//! Certificates signed with SHA-1, as authorities made them until 2016 and some companies' own still do.
//!
//! ring makes no such signatures, so it is done by hand (RFC 8017, 8.2 and 9.2), with a key that anybody can read here: it is
//! vouched for by the authority of a world alone, which is made anew each time.

use num_bigint::BigUint;
use rcgen::{Error, PublicKeyData, SignatureAlgorithm, SigningKey};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

/// Bytes of the modulus, and of a signature.
const SIZE: usize = 256;
const MODULUS: &str = "a7490a4a2187c99442a4c80da811e58a79dbf31260fbc5d4c3b868ef7a26998c8c0756b79fb6e7203cc85635706a015f\
     e2fb716334b1d39926cf9f3f62b62ec032ac2bfae69a0c4094441a98bca2fa0d46f76b3e2b443ca131fcec4b963c9ff6\
     1b517e9d8ad0c8f9bc4916c8d74b66f4c5366df82394e55bd632c97b5ccc41a0bac80ee109fc50af7fb43c3ff501156f\
     75cc496b99c2a367b1ef613797103e2fac874b972f374c14eb4b69f5e5758d2d832e72e050a5ca6828ed702c9cdb0120\
     91a451975dea4f9f48a855e97d4ceaa6abeae016cb9f7847c9eaa02297407026debde2f8383f16d19c7e7e7a8e8517dc\
     b60dcdb65e02f4da9556da8034fce183";
const PRIVATE_EXPONENT: &str = "096a3e7682a19a524a57ecdc7be799f42bbc99d720773b20a8ed51969cd8dc4e81390e83e22cd0a04b5b7922a3d38b85\
     4288a54e90922b97148c9de95adc67103129e885c401ca8bbdec8154b45535de966e696e43d020db6fad4cfd4a14da69\
     e70ab4a618407cf7354625cea2f35ef58abdeffd85bf251380a0361fc7cec528b7d6af175c828985dd9b95e00f764cea\
     476a8eb28649ae3a8db94eed67789df556fc5b9b55e44eba36d9759638104c73f662a8557c5672f7f92dc91120dadcf7\
     659697087d8aeb1fc2f2e2531af0c799551616190617d82e3b7bd9e9fec73b8e556909c85f8436d75a445ec3ce7524b2\
     d24d33fab66bb3da5ebb01777acd5495";
/// `SEQUENCE { INTEGER modulus, INTEGER 65537 }` (RFC 8017, A.1.1), around the modulus.
const BEFORE_MODULUS: &str = "3082010a0282010100";
const BEHIND_MODULUS: &str = "0203010001";
/// `DigestInfo` of a SHA-1 (RFC 8017, 9.2, note 1), before the hash.
const DIGEST_INFO: &str = "3021300906052b0e03021a05000414";
/// The object identifiers of both algorithms (RFC 8017, A.2.4), which differ in the last byte.
const SHA256_WITH_RSA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b";
const SHA1_WITH_RSA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05";

/// The key. rcgen knows no algorithm with SHA-1: it believes that this one signs with SHA-256, and what it makes has to be
/// mended by [`said`].
pub(super) struct Sha1Key {
    public: Vec<u8>,
}

impl Sha1Key {
    pub(super) fn new() -> Self {
        Self { public: bytes(&[BEFORE_MODULUS, MODULUS, BEHIND_MODULUS].concat()) }
    }
}

impl PublicKeyData for Sha1Key {
    fn der_bytes(&self) -> &[u8] {
        &self.public
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &rcgen::PKCS_RSA_SHA256
    }
}

impl SigningKey for Sha1Key {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        Ok(sign(&said(message)))
    }
}

/// The certificate, or the part of it that is signed, as it is with SHA-1: it says so, of the same length.
pub(super) fn said(der: &[u8]) -> Vec<u8> {
    let mut der = der.to_vec();
    let length = SHA256_WITH_RSA.len();
    let places: Vec<usize> = (0..der.len()).filter(|at| der[*at..].starts_with(SHA256_WITH_RSA)).collect();
    for at in places {
        der[at..at + length].copy_from_slice(SHA1_WITH_RSA);
    }
    der
}

/// RSASSA-PKCS1-v1_5.
fn sign(message: &[u8]) -> Vec<u8> {
    let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, message);
    let info = [&bytes(DIGEST_INFO)[..], hash.as_ref()].concat();
    let filling = vec![0xff; SIZE - info.len() - 3];
    let encoded = BigUint::from_bytes_be(&[&[0, 1][..], &filling, &[0], &info].concat());
    let signature = encoded.modpow(&number(PRIVATE_EXPONENT), &number(MODULUS)).to_bytes_be();
    [vec![0; SIZE - signature.len()], signature].concat()
}

fn number(digits: &str) -> BigUint {
    BigUint::from_bytes_be(&bytes(digits))
}

/// The constants above are hexadecimal, which a test sees to.
fn bytes(digits: &str) -> Vec<u8> {
    hex::decode(digits).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use ring::signature::{RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY, UnparsedPublicKey};

    use super::*;

    #[test]
    fn signatures_are_right() {
        let key = Sha1Key::new();
        let signature = key.sign(b"message").unwrap();
        let public = UnparsedPublicKey::new(&RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY, key.der_bytes());
        assert_eq!(public.verify(b"message", &signature), Ok(()));
        assert!(public.verify(b"another", &signature).is_err());
    }
}
