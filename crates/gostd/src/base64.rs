//! `encoding/base64`: the standard alphabet, with Go's error offsets.
//!
//! Go ignores `\r` and `\n` anywhere, and does not mind bits left over in the last character. Which offset it
//! reports for cut input depends on how far its last group of four got, hence a decoder of our own.
//!
//! ```
//! use gostd::base64;
//! assert_eq!(base64::decode_std("YWxpY2U6\ncGFzcw==")?, b"alice:pass");
//! assert_eq!(base64::decode_std("alice:pass").unwrap_err().to_string(), "illegal base64 data at input byte 5");
//! # Ok::<(), base64::CorruptInput>(())
//! ```

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The input is no base64 (`base64.CorruptInputError`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("illegal base64 data at input byte {offset}")]
pub struct CorruptInput {
    /// The offset that Go reports, in bytes.
    pub offset: usize,
}

/// `base64.StdEncoding.DecodeString`: padding is required.
///
/// # Errors
/// [`CorruptInput`] with Go's offset.
pub fn decode_std(text: impl AsRef<[u8]>) -> Result<Vec<u8>, CorruptInput> {
    decode(text.as_ref(), true)
}

/// `base64.RawStdEncoding.DecodeString`: padding is forbidden.
///
/// # Errors
/// [`CorruptInput`] with Go's offset.
pub fn decode_raw_std(text: impl AsRef<[u8]>) -> Result<Vec<u8>, CorruptInput> {
    decode(text.as_ref(), false)
}

/// `base64.URLEncoding.DecodeString`: `-` and `_` in place of `+` and `/`; padding is required.
///
/// # Errors
/// [`CorruptInput`] with Go's offset.
pub fn decode_url(text: impl AsRef<[u8]>) -> Result<Vec<u8>, CorruptInput> {
    let standard = |byte: &u8| match byte {
        b'-' => b'+',
        b'_' => b'/',
        // What is of the other alphabet only is of no alphabet here.
        b'+' | b'/' => b'-',
        byte => *byte,
    };
    let text: Vec<u8> = text.as_ref().iter().map(standard).collect();
    decode(&text, true)
}

/// `base64.StdEncoding.EncodeToString`.
pub fn encode_std(data: impl AsRef<[u8]>) -> String {
    let data = data.as_ref();
    let mut out = String::with_capacity(data.len().div_ceil(3) * 4);
    for group in data.chunks(3) {
        let bits = (0..3).fold(0, |bits, i| bits << 8 | u32::from(group.get(i).copied().unwrap_or(0)));
        for i in 0..4 {
            let index = bits >> (18 - 6 * i) & 63;
            out.push(if i <= group.len() { char::from(ALPHABET[index as usize]) } else { '=' });
        }
    }
    out
}

fn decode(input: &[u8], padded: bool) -> Result<Vec<u8>, CorruptInput> {
    let mut out = Vec::with_capacity(input.len() / 4 * 3 + 2);
    let mut position = 0;
    while position < input.len() {
        position = quantum(input, position, padded, &mut out)?;
    }
    Ok(out)
}

/// Decodes up to four characters from `position` on, and gives the position behind them
/// (`go1.25 encoding/base64/base64.go decodeQuantum`).
fn quantum(
    input: &[u8],
    mut position: usize,
    padded: bool,
    out: &mut Vec<u8>,
) -> Result<usize, CorruptInput> {
    let mut group = [0_u8; 4];
    let mut filled = 0;
    while filled < group.len() {
        let Some(&byte) = input.get(position) else {
            return match filled {
                0 => Ok(position),
                // Go subtracts the characters of the group, not counting line breaks between them.
                1 => Err(CorruptInput { offset: position - filled }),
                _ if padded => Err(CorruptInput { offset: position - filled }),
                _ => {
                    push(&group, filled, out);
                    Ok(position)
                }
            };
        };
        position += 1;
        match value(byte) {
            Some(bits) => {
                group[filled] = bits;
                filled += 1;
            }
            None if matches!(byte, b'\r' | b'\n') => {}
            None if padded && byte == b'=' && filled >= 2 => {
                position = padding(input, position, filled)?;
                push(&group, filled, out);
                return Ok(position);
            }
            None => return Err(CorruptInput { offset: position - 1 }),
        }
    }
    push(&group, filled, out);
    Ok(position)
}

/// Takes what must follow the first `=`: another one after two characters, and then only line breaks.
fn padding(input: &[u8], mut position: usize, filled: usize) -> Result<usize, CorruptInput> {
    if filled == 2 {
        position = past_breaks(input, position);
        match input.get(position) {
            None => return Err(CorruptInput { offset: input.len() }),
            Some(b'=') => position += 1,
            Some(_) => return Err(CorruptInput { offset: position - 1 }),
        }
    }
    position = past_breaks(input, position);
    if position < input.len() { Err(CorruptInput { offset: position }) } else { Ok(position) }
}

fn past_breaks(input: &[u8], position: usize) -> usize {
    let breaks = input[position..].iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
    position + breaks
}

fn push(group: &[u8; 4], filled: usize, out: &mut Vec<u8>) {
    let bits = group.iter().fold(0, |bits, &six| bits << 6 | u32::from(six));
    out.extend(bits.to_be_bytes().iter().skip(1).take(filled - 1));
}

const fn value(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}
