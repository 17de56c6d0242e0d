//! The scanner: bytes to values, and Go's complaint at the first byte that does not fit.

use super::text::unquote;
use super::{Context, Error, Value};

/// How many arrays and objects may lie in one another (`go1.25 encoding/json/scanner.go maxNestingDepth`).
pub const MAX_DEPTH: usize = 10_000;

/// Reads `data` as `json.Unmarshal` does: the whole of it must be one value.
///
/// # Errors
/// The syntax error that Go reports.
pub fn parse(data: &[u8]) -> Result<Value, Error> {
    let mut scanner = Scanner { data, position: 0, streaming: false };
    let value = scanner.value()?;
    match scanner.peek_past_space() {
        None => Ok(value),
        Some(_) => Err(scanner.fail(Context::AfterTop)),
    }
}

/// Reads the first value in `data` as `json.NewDecoder(r).Decode` does, and says how many bytes it took up; what
/// follows is not looked at.
///
/// # Errors
/// [`Error::Eof`] when there is nothing but white space, [`Error::UnexpectedEof`] when the value is cut off,
/// otherwise the syntax error that Go reports.
pub fn parse_first(data: &[u8]) -> Result<(Value, usize), Error> {
    let mut scanner = Scanner { data, position: 0, streaming: true };
    let value = scanner.value()?;
    Ok((value, scanner.position))
}

struct Scanner<'a> {
    data: &'a [u8],
    /// How many bytes were taken.
    position: usize,
    /// Whether the end of the data is reported as a `json.Decoder` does.
    streaming: bool,
}

/// An array or an object that is not closed yet. Depth costs heap, not stack, so that no input can exhaust it.
enum Open {
    Array(Vec<Value>),
    Object(Vec<(String, Value)>, String),
}

impl Scanner<'_> {
    fn peek(&self) -> Option<u8> {
        self.data.get(self.position).copied()
    }

    fn peek_past_space(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.peek() {
            self.position += 1;
        }
        self.peek()
    }

    /// The error for the byte at hand, or for the end of the data.
    fn fail(&self, context: Context) -> Error {
        let offset = self.position + 1;
        let near = self.near(context);
        match self.peek() {
            Some(character) => Error::InvalidCharacter { character, context, offset, near },
            None if self.streaming && self.data.iter().all(|b| b" \t\r\n".contains(b)) => Error::Eof,
            None if self.streaming => Error::UnexpectedEof,
            None if context.takes_space() => Error::UnexpectedEnd { offset: self.position },
            None => {
                let near = Box::from(*b" ");
                Error::InvalidCharacter { character: b' ', context, offset: self.position, near }
            }
        }
    }

    /// What is looked at of the data from here on; of an escape from its backslash on, two bytes or six.
    fn near(&self, context: Context) -> Box<[u8]> {
        const CHARACTER: usize = 4;
        let (from, most) = match context {
            Context::InEscape => (self.position.saturating_sub(1), 2),
            Context::InUnicodeEscape => {
                let before = self.data.get(..self.position).unwrap_or_default();
                (before.iter().rposition(|byte| *byte == b'\\').unwrap_or(self.position), 6)
            }
            _ => (self.position, CHARACTER),
        };
        let rest = self.data.get(from..).unwrap_or_default();
        Box::from(&rest[..rest.len().min(most)])
    }

    fn value(&mut self) -> Result<Value, Error> {
        let mut open = Vec::new();
        loop {
            if let Some(mut value) = self.begin(&mut open)? {
                // A finished value may finish what it lies in, and so on outwards.
                loop {
                    match open.pop() {
                        None => return Ok(value),
                        Some(around) => match self.after(around, value)? {
                            Around::Open(around) => {
                                open.push(around);
                                break;
                            }
                            Around::Closed(closed) => value = closed,
                        },
                    }
                }
            }
        }
    }

    /// Takes a scalar or an empty container; or opens a container, giving none.
    fn begin(&mut self, open: &mut Vec<Open>) -> Result<Option<Value>, Error> {
        match self.peek_past_space() {
            Some(b'{') => {
                self.descend(open.len())?;
                if self.peek_past_space() == Some(b'}') {
                    self.position += 1;
                    return Ok(Some(Value::Object(Vec::new())));
                }
                let key = self.key()?;
                open.push(Open::Object(Vec::new(), key));
                Ok(None)
            }
            Some(b'[') => {
                self.descend(open.len())?;
                if self.peek_past_space() == Some(b']') {
                    self.position += 1;
                    return Ok(Some(Value::Array(Vec::new())));
                }
                open.push(Open::Array(Vec::new()));
                Ok(None)
            }
            Some(b'"') => self.string().map(|text| Some(Value::String(text))),
            Some(b't') => self.literal("true", Value::Bool(true)),
            Some(b'f') => self.literal("false", Value::Bool(false)),
            Some(b'n') => self.literal("null", Value::Null),
            Some(b'-' | b'0'..=b'9') => self.number().map(Some),
            _ => Err(self.fail(Context::BeginValue)),
        }
    }

    fn descend(&mut self, depth: usize) -> Result<(), Error> {
        if depth >= MAX_DEPTH {
            return Err(self.fail(Context::TooDeep));
        }
        self.position += 1;
        Ok(())
    }

    /// Puts a finished value into what lies around it, and takes the comma or the closing bracket.
    fn after(&mut self, around: Open, value: Value) -> Result<Around, Error> {
        let next = self.peek_past_space();
        match around {
            Open::Array(mut elements) => {
                elements.push(value);
                match next {
                    Some(b',') => {
                        self.position += 1;
                        Ok(Around::Open(Open::Array(elements)))
                    }
                    Some(b']') => {
                        self.position += 1;
                        Ok(Around::Closed(Value::Array(elements)))
                    }
                    _ => Err(self.fail(Context::AfterElement)),
                }
            }
            Open::Object(mut members, key) => {
                members.push((key, value));
                match next {
                    Some(b',') => {
                        self.position += 1;
                        self.peek_past_space();
                        let key = self.key()?;
                        Ok(Around::Open(Open::Object(members, key)))
                    }
                    Some(b'}') => {
                        self.position += 1;
                        Ok(Around::Closed(Value::Object(members)))
                    }
                    _ => Err(self.fail(Context::AfterPair)),
                }
            }
        }
    }

    /// A key and its colon.
    fn key(&mut self) -> Result<String, Error> {
        if self.peek() != Some(b'"') {
            return Err(self.fail(Context::BeginKey));
        }
        let key = self.string()?;
        if self.peek_past_space() != Some(b':') {
            return Err(self.fail(Context::AfterKey));
        }
        self.position += 1;
        Ok(key)
    }

    fn string(&mut self) -> Result<String, Error> {
        self.position += 1;
        let start = self.position;
        loop {
            match self.peek() {
                Some(b'"') => {
                    let text = unquote(&self.data[start..self.position]);
                    self.position += 1;
                    return Ok(text);
                }
                Some(b'\\') => {
                    self.position += 1;
                    self.escape()?;
                }
                Some(0x20..) => self.position += 1,
                _ => return Err(self.fail(Context::InString)),
            }
        }
    }

    fn escape(&mut self) -> Result<(), Error> {
        match self.peek() {
            Some(b'b' | b'f' | b'n' | b'r' | b't' | b'\\' | b'/' | b'"') => self.position += 1,
            Some(b'u') => {
                self.position += 1;
                for _ in 0..4 {
                    if !self.peek().is_some_and(|b| b.is_ascii_hexdigit()) {
                        return Err(self.fail(Context::InUnicodeEscape));
                    }
                    self.position += 1;
                }
            }
            _ => return Err(self.fail(Context::InEscape)),
        }
        Ok(())
    }

    fn literal(&mut self, literal: &'static str, value: Value) -> Result<Option<Value>, Error> {
        for expecting in literal.chars() {
            if self.peek().map(char::from) != Some(expecting) {
                return Err(self.fail(Context::InLiteral { literal, expecting }));
            }
            self.position += 1;
        }
        Ok(Some(value))
    }

    fn number(&mut self) -> Result<Value, Error> {
        let start = self.position;
        if self.peek() == Some(b'-') {
            self.position += 1;
        }
        match self.peek() {
            Some(b'0') => self.position += 1,
            Some(b'1'..=b'9') => self.digits(Context::InNumber)?,
            _ => return Err(self.fail(Context::InNumber)),
        }
        if self.peek() == Some(b'.') {
            self.position += 1;
            self.digits(Context::AfterPoint)?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.position += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.position += 1;
            }
            self.digits(Context::InExponent)?;
        }
        let text = self.data[start..self.position].iter().copied().map(char::from).collect();
        Ok(Value::Number(text))
    }

    /// One digit or more.
    fn digits(&mut self, context: Context) -> Result<(), Error> {
        if !self.peek().is_some_and(|b| b.is_ascii_digit()) {
            return Err(self.fail(context));
        }
        while self.peek().is_some_and(|b| b.is_ascii_digit()) {
            self.position += 1;
        }
        Ok(())
    }
}

/// What has become of the container around a finished value.
enum Around {
    Open(Open),
    Closed(Value),
}
