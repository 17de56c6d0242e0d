//! The words of a header, as docker/distribution cuts them out and all that took its reader over
//! (`docker/distribution v2.8.3 registry/client/auth/challenge/authchallenge.go`).

/// What is left behind white space.
pub fn skip_space(text: &[u8]) -> &[u8] {
    let space = text.iter().take_while(|byte| b" \t\r\n".contains(byte)).count();
    &text[space..]
}

/// Cuts off the longest beginning without control characters, separators and what is not ASCII.
pub fn token(text: &[u8]) -> (&str, &[u8]) {
    let fits = |byte: &&u8| byte.is_ascii_graphic() && !b"\"(),/:;<=>?@[]\\{}".contains(byte);
    let (token, rest) = text.split_at(text.iter().take_while(fits).count());
    // All of it is ASCII.
    (std::str::from_utf8(token).unwrap_or_default(), rest)
}

/// A token, or what stands between quotes with its backslashes taken out. Without a closing quote the value is
/// empty and nothing is left.
pub fn token_or_quoted(text: &[u8]) -> (Vec<u8>, &[u8]) {
    let Some(mut rest) = text.strip_prefix(b"\"") else {
        let (value, rest) = token(text);
        return (value.into(), rest);
    };
    let mut value = Vec::new();
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'"' => return (value, rest),
            b'\\' => value.extend(rest.split_off_first()),
            _ => value.push(*byte),
        }
    }
    (Vec::new(), &[])
}
