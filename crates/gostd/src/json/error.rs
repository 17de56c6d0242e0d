//! What can be wrong with a JSON document, in the words of Go's scanner and decoder.

use std::fmt;

use crate::base64::CorruptInput;

/// An error of `json.Unmarshal` or `json.Decoder`; `Display` gives Go's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A byte that cannot stand where it stands (`*json.SyntaxError`).
    #[error("invalid character {} {context}", quote_character(*.character))]
    InvalidCharacter {
        /// The byte; Go prints it as if it were the code point of that number.
        character: u8,
        /// What was being read.
        context: Context,
        /// How many bytes were read up to and with the offending one (`SyntaxError.Offset`).
        offset: usize,
        /// The bytes from the offending one on, or from the backslash before it, as far as Go looks at them.
        near: Box<[u8]>,
    },
    /// The input ended inside a value (`json.Unmarshal` only).
    #[error("unexpected end of JSON input")]
    UnexpectedEnd {
        /// The length of the input in bytes.
        offset: usize,
    },
    /// A value of the wrong type for the Go variable (`*json.UnmarshalTypeError`).
    #[error("json: cannot unmarshal {value} into Go {} of type {go_type}", target(.go_struct, .field))]
    WrongType {
        /// What stood in the document: `bool`, `string`, `number`, `number 1.5`, `array` or `object`.
        value: String,
        /// The Go struct's name; empty when the value was no field of a struct.
        go_struct: String,
        /// The field's path as Go prints it.
        field: String,
        /// The Go type that was wanted.
        go_type: String,
    },
    /// A string stored into bytes is no base64 (`base64.CorruptInputError`, passed on as it is).
    #[error(transparent)]
    Base64(#[from] CorruptInput),
    /// Nothing but white space was left (`io.EOF`, `json.Decoder` only).
    #[error("EOF")]
    Eof,
    /// The input ended inside a value (`io.ErrUnexpectedEOF`, `json.Decoder` only).
    #[error("unexpected EOF")]
    UnexpectedEof,
}

/// Since this version of Go 1 `encoding/json` stands on `encoding/json/v2`, and says some things in its words.
const SAYS_SO_SINCE: u8 = 27;

impl Error {
    /// The words of a minor version of Go 1 (`go1.27 encoding/json/v2_scanner.go transformSyntacticError`). `Display` gives
    /// those of the versions before 1.27.
    ///
    /// ```
    /// let error = gostd::json::parse(br#""\x""#).unwrap_err();
    /// assert_eq!(error.words(25), "invalid character 'x' in string escape code");
    /// assert_eq!(error.words(27), r"invalid escape sequence `\x` in string");
    /// ```
    pub fn words(&self, go: u8) -> String {
        let Self::InvalidCharacter { context, near, .. } = self else { return self.to_string() };
        if go < SAYS_SO_SINCE {
            return self.to_string();
        }
        let context = match context {
            Context::InEscape | Context::InUnicodeEscape => {
                return format!("invalid escape sequence {} in string", quote_sequence(near));
            }
            Context::TooDeep => return "exceeded max depth".to_owned(),
            Context::InString => "in string".to_owned(),
            Context::AfterPoint | Context::InExponent => Context::InNumber.to_string(),
            other => other.to_string(),
        };
        format!("invalid character {} {context}", quote_first(near))
    }
}

/// `jsonwire.QuoteRune`: the first character, or the first byte where it is none.
fn quote_first(near: &[u8]) -> String {
    let chunk = near.utf8_chunks().next();
    match chunk.and_then(|chunk| chunk.valid().chars().next()) {
        Some(character) => crate::strconv::quote_rune(character),
        None => format!("'\\x{:02x}'", near.first().copied().unwrap_or_default()),
    }
}

/// `InvalidTextError.Error`, of more than one character: as it is between backquotes, where that can be read.
fn quote_sequence(near: &[u8]) -> String {
    let plain = |c: char| c != '`' && !c.is_whitespace() && crate::strconv::is_print(c);
    match std::str::from_utf8(near) {
        Ok(text) if text.chars().all(plain) => format!("`{text}`"),
        _ => crate::strconv::quote(near),
    }
}

/// What Go's scanner was reading when it met a character that it could not take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Context {
    /// Where a value should begin.
    BeginValue,
    /// Where the key of an object should begin.
    BeginKey,
    /// After the key of an object, where a colon belongs.
    AfterKey,
    /// After a pair in an object.
    AfterPair,
    /// After an element of an array.
    AfterElement,
    /// After the whole value.
    AfterTop,
    /// Inside a string.
    InString,
    /// After a backslash.
    InEscape,
    /// In the four digits after `\u`.
    InUnicodeEscape,
    /// After a minus sign.
    InNumber,
    /// After the decimal point.
    AfterPoint,
    /// After `e` or `E`.
    InExponent,
    /// In `true`, `false` or `null`.
    InLiteral {
        /// The word.
        literal: &'static str,
        /// The letter that should have come.
        expecting: char,
    },
    /// More than 10000 arrays and objects in one another.
    TooDeep,
}

impl Context {
    /// Whether Go's scanner takes a space here. At the end of the input it feeds itself one
    /// (`go1.25 encoding/json/scanner.go eof`), so elsewhere the space is what it complains of.
    pub(super) const fn takes_space(self) -> bool {
        matches!(
            self,
            Self::BeginValue
                | Self::BeginKey
                | Self::AfterKey
                | Self::AfterPair
                | Self::AfterElement
                | Self::AfterTop
                | Self::InString
        )
    }
}

// go1.25 encoding/json/scanner.go: the second argument of each call of `s.error`.
impl fmt::Display for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BeginValue => "looking for beginning of value",
            Self::BeginKey => "looking for beginning of object key string",
            Self::AfterKey => "after object key",
            Self::AfterPair => "after object key:value pair",
            Self::AfterElement => "after array element",
            Self::AfterTop => "after top-level value",
            Self::InString => "in string literal",
            Self::InEscape => "in string escape code",
            Self::InUnicodeEscape => "in \\u hexadecimal character escape",
            Self::InNumber => "in numeric literal",
            Self::AfterPoint => "after decimal point in numeric literal",
            Self::InExponent => "in exponent of numeric literal",
            Self::InLiteral { literal, expecting } => {
                return write!(f, "in literal {literal} (expecting '{expecting}')");
            }
            Self::TooDeep => "exceeded max depth",
        })
    }
}

/// A byte in single quotes (`go1.25 encoding/json/scanner.go quoteChar`).
fn quote_character(character: u8) -> String {
    crate::strconv::quote_rune(char::from(character))
}

fn target(go_struct: &str, field: &str) -> String {
    if go_struct.is_empty() && field.is_empty() {
        "value".to_owned()
    } else {
        format!("struct field {go_struct}.{field}")
    }
}
