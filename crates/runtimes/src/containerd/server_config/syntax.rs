//! A text that is no TOML, as go-toml says it: version 1 in containerd 1, version 2 in containerd 2. They stop at
//! different characters, and call the same things by other names.

use gostd::strconv;

use super::error::Generation;

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Syntax {
    /// A key begins with this.
    KeyStart(char),
    /// `=` is missing.
    NoEquals,
    /// Nothing follows `=`; this is the line's end or that of the file.
    NoValue { at_end: bool },
    /// A value begins with this.
    ValueStart(char),
    /// A text has no end.
    UnclosedText { basic: bool, at_end: bool },
    /// A backslash and this.
    Escape(char),
    /// `[` of a table has no `]`.
    UnclosedTable,
    /// Something stands behind a value.
    Behind(char),
    /// The same key twice in a table, or the same table twice.
    Twice { key: String, is_table: bool },
    /// Bytes that are no UTF-8, in this.
    Utf8(&'static str),
    /// Something that go-toml 1 reads, or may: the reader here does not.
    Unread(String),
    /// Something else, for which the words are not known.
    Other(String),
}

impl Syntax {
    pub(super) fn words(&self, generation: Generation) -> String {
        match generation {
            Generation::One => self.old_words(),
            Generation::Two => self.new_words(),
        }
    }

    /// go-toml v1.9.5 lexer.go, parser.go
    fn old_words(&self) -> String {
        match self {
            Self::KeyStart(character) => format!("parsing error: keys cannot contain {character} character"),
            Self::NoValue { .. } => "expecting a value".to_owned(),
            Self::ValueStart(character) => format!("no value can start with {character}"),
            Self::UnclosedText { .. } => "unclosed string".to_owned(),
            Self::Escape(character) => format!("invalid escape sequence: \\{character}"),
            Self::UnclosedTable => {
                "unexpected token unclosed table key, was expecting a table key".to_owned()
            }
            Self::Behind(',') => "unexpected token ,".to_owned(),
            Self::Behind(character) => format!("parsing error: no value can start with {character}"),
            Self::Twice { is_table: true, .. } => "duplicated tables".to_owned(),
            Self::Twice { key, .. } => format!("The following key was defined twice: {key}"),
            Self::NoEquals => "was expecting token =, …".to_owned(),
            Self::Utf8(_) => "…".to_owned(),
            Self::Unread(words) => words.clone(),
            Self::Other(words) => format!("{words} …"),
        }
    }

    /// go-toml v2.2.4 unstable/parser.go, unstable/scanner.go, internal/tracker/seen.go
    fn new_words(&self) -> String {
        let code =
            |character: char| format!("U+{:04X} {}", u32::from(character), strconv::quote_rune(character));
        match self {
            Self::KeyStart(character) => format!("invalid character at start of key: {}", code(*character)),
            Self::NoEquals => "expected '=' after key".to_owned(),
            Self::NoValue { at_end: true } => "expected value, not eof".to_owned(),
            Self::NoValue { .. } => "unexpected character U+000A at start of value".to_owned(),
            Self::ValueStart(character) => {
                format!("unexpected character {} at start of value", code(*character))
            }
            Self::UnclosedText { basic: true, at_end: false } => {
                "basic strings cannot have new lines".to_owned()
            }
            Self::UnclosedText { basic: false, at_end: false } => {
                "literal strings cannot have new lines".to_owned()
            }
            Self::UnclosedText { basic: true, .. } => "basic string not terminated by \"".to_owned(),
            Self::UnclosedText { .. } => "unterminated literal string".to_owned(),
            Self::Escape(character) => format!("invalid escape character {}", code(*character)),
            Self::UnclosedTable => "expected ']' to close table name".to_owned(),
            Self::Behind(character) => format!("expected newline but got {}", code(*character)),
            Self::Twice { key, is_table: true } => format!("table {key} already exists"),
            Self::Twice { key, .. } => format!("key {key} is already defined"),
            Self::Utf8(place) => format!("invalid UTF-8 character in {place}"),
            Self::Unread(words) => words.clone(),
            Self::Other(words) => format!("{words} …"),
        }
    }
}

/// What is wrong with a text, and the offset at which go-toml says so.
pub(super) fn find(text: &str, error: &toml::de::Error, generation: Generation) -> (Syntax, usize) {
    let at = error.span().map_or(0, |span| span.start).min(text.len());
    let begin = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1);
    let line = text[begin..].split('\n').next().unwrap_or_default();
    let at_end = begin + line.len() >= text.len();
    let mut scanner = Scanner { line, at: 0, at_end };
    if error.message().contains("recurse") {
        return (Syntax::Unread("lists within lists, deeper than any setting has them".to_owned()), at);
    }
    if let Err((found, column)) = scanner.line() {
        if generation == Generation::One && found == Syntax::Behind('[') && line.trim_start().starts_with('[')
        {
            return (Syntax::Unread("two headers on one line".to_owned()), begin + column.old);
        }
        return (found, begin + column.of(generation));
    }
    let message = error.message();
    if message.contains("duplicate key") {
        let is_table = line.trim_start().starts_with('[');
        // Of tables that came about otherwise than by their own header go-toml 1 makes one.
        let is_merged = if is_table { !has_header(&text[..begin], line) } else { line.contains('{') };
        if generation == Generation::One && is_merged {
            return (Syntax::Unread("one table, said in two ways".to_owned()), at);
        }
        let name = line.trim_start().trim_start_matches('[');
        let key: String = name.chars().take_while(|c| is_bare(*c) || matches!(c, '.' | '"' | '\'')).collect();
        let last = key.rsplit('.').next().unwrap_or_default().trim_matches(['"', '\'']).to_owned();
        return (Syntax::Twice { key: last, is_table }, begin + (line.len() - name.len()));
    }
    // go-toml 1 is no strict reader: a new line in a text of one line, a table twice by other ways than its header.
    match generation {
        Generation::One => (Syntax::Unread(message.lines().next().unwrap_or_default().to_owned()), at),
        Generation::Two => (Syntax::Other(message.to_owned()), at),
    }
}

/// Whether the same header stands above.
fn has_header(above: &str, line: &str) -> bool {
    let name = |line: &str| -> String {
        line.chars().take_while(|c| *c != '#').filter(|c| !c.is_whitespace()).collect()
    };
    above.lines().any(|other| name(other) == name(line))
}

const fn is_bare(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '_')
}

/// Where go-toml 1 and 2 stop.
struct Column {
    old: usize,
    new: usize,
}

impl Column {
    const fn same(at: usize) -> Self {
        Self { old: at, new: at }
    }

    const fn of(&self, generation: Generation) -> usize {
        match generation {
            Generation::One => self.old,
            Generation::Two => self.new,
        }
    }
}

/// Reads one line as far as it is right.
struct Scanner<'t> {
    line: &'t str,
    at: usize,
    /// Whether it is the last line, and has no newline.
    at_end: bool,
}

type Found = Result<(), (Syntax, Column)>;

impl Scanner<'_> {
    fn peek(&self) -> Option<char> {
        self.line.get(self.at..)?.trim_end_matches('\r').chars().next()
    }

    fn skip_spaces(&mut self) {
        while matches!(self.peek(), Some(' ' | '\t')) {
            self.at += 1;
        }
    }

    fn line(&mut self) -> Found {
        self.skip_spaces();
        match self.peek() {
            None | Some('#') => return Ok(()),
            Some('[') => return self.table(),
            Some(_) => {}
        }
        self.key()?;
        self.skip_spaces();
        if self.peek() != Some('=') {
            return Err((Syntax::NoEquals, Column::same(self.at)));
        }
        self.at += 1;
        self.value()
    }

    fn table(&mut self) -> Found {
        while self.peek() == Some('[') {
            self.at += 1;
        }
        let begin = self.at;
        self.skip_spaces();
        self.key()?;
        self.skip_spaces();
        if self.peek() != Some(']') {
            return Err((Syntax::UnclosedTable, Column { old: begin, new: self.at }));
        }
        while self.peek() == Some(']') {
            self.at += 1;
        }
        self.end()
    }

    /// A key of one or several parts.
    fn key(&mut self) -> Found {
        loop {
            self.skip_spaces();
            match self.peek() {
                Some(quote @ ('"' | '\'')) => self.text(quote)?,
                Some(character) if is_bare(character) => {
                    while self.peek().is_some_and(is_bare) {
                        self.at += 1;
                    }
                }
                Some(character) => return Err((Syntax::KeyStart(character), Column::same(self.at))),
                None => return Err((Syntax::NoEquals, Column::same(self.at))),
            }
            let before = self.at;
            self.skip_spaces();
            if self.peek() != Some('.') {
                self.at = before;
                return Ok(());
            }
            self.at += 1;
        }
    }

    /// A text on this line, quotes and all.
    fn text(&mut self, quote: char) -> Found {
        self.at += 1;
        let begin = self.at;
        loop {
            match self.peek() {
                None => {
                    let unclosed = Syntax::UnclosedText { basic: quote == '"', at_end: self.at_end };
                    return Err((unclosed, Column { old: begin, new: self.line.len() }));
                }
                Some('\\') if quote == '"' => {
                    let escaped = self.line[self.at + 1..].chars().next().unwrap_or('\n');
                    if !"btnfre\"\\uUx".contains(escaped) {
                        return Err((Syntax::Escape(escaped), Column { old: begin, new: self.at }));
                    }
                    self.at += 1 + escaped.len_utf8();
                }
                Some(character) => {
                    self.at += character.len_utf8();
                    if character == quote {
                        return Ok(());
                    }
                }
            }
        }
    }

    /// A value; lists and tables within a line are not followed.
    fn value(&mut self) -> Found {
        self.skip_spaces();
        let rest = &self.line[self.at..];
        match self.peek() {
            None => {
                let column = Column { old: self.line.len() + 1, new: self.at };
                return Err((Syntax::NoValue { at_end: self.at_end }, column));
            }
            Some('[' | '{') => return Ok(()),
            Some('"' | '\'') if rest.starts_with("\"\"\"") || rest.starts_with("'''") => return Ok(()),
            Some(quote @ ('"' | '\'')) => self.text(quote)?,
            Some(first) if first.is_ascii_digit() || "+-tfin".contains(first) => {
                let is_part = |c: char| is_bare(c) || matches!(c, '+' | '.' | ':');
                while self.peek().is_some_and(is_part) {
                    self.at += 1;
                }
            }
            Some(first) => return Err((Syntax::ValueStart(first), Column::same(self.at))),
        }
        self.end()
    }

    fn end(&mut self) -> Found {
        self.skip_spaces();
        match self.peek() {
            None | Some('#') => Ok(()),
            Some(character) => Err((Syntax::Behind(character), Column::same(self.at))),
        }
    }
}
