//! The few bytes of a handshake that no TLS library would say any more.

/// A fatal alert (RFC 5246, 7.2), in a record of TLS 1.2, which all versions accept.
pub(super) const fn alert(number: u8) -> [u8; 7] {
    [21, 3, 3, 0, 2, 2, number]
}

/// The hello of a server that speaks nothing newer than `version` (RFC 4346, 7.4.1.3): such a server does not know
/// the extension by which newer versions are offered, so it answers with the newest that it has.
pub(super) fn server_hello(version: u16) -> Vec<u8> {
    const RANDOM: [u8; 32] = [0x5a; 32];
    /// `TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA`, which both old and new peers know.
    const SUITE: [u8; 2] = [0xc0, 0x13];
    let version = version.to_be_bytes();
    // Version, random, an empty session, the suite, no compression.
    let body = [version.as_slice(), &RANDOM, &[0], &SUITE, &[0]].concat();
    let message = [&[2, 0, 0, body.len() as u8], body.as_slice()].concat();
    [&[22, version[0], version[1], 0, message.len() as u8], message.as_slice()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_those_of_what_follows() {
        let hello = server_hello(0x0302);
        assert_eq!(hello[..11], [22, 3, 2, 0, 42, 2, 0, 0, 38, 3, 2]);
        assert_eq!(hello.len(), 5 + 42);
    }
}
