//! Which values fit a Go type, and what Go says of one that does not (go1.19 and go1.27 encoding/json).
//!
//! Go walks through a document in its order, goes on after a value that does not fit, and tells the first of them at the end.

use gostd::json::Value;
use gostd::time;

/// Since this version of Go 1 a field is told by its whole path, and a time without its quotes.
const TELLS_PATH_SINCE: u8 = 27;
/// Since this version of Go 1 a time is read without its quotes.
const UNQUOTES_SINCE: u8 = 20;

/// A Go type, as far as values are stored into it.
#[derive(Debug)]
pub(super) enum Shape {
    /// `json.RawMessage`: any value.
    Any,
    /// `string`, or a type made of it, by its name.
    Text(&'static str),
    /// `bool`
    Flag,
    /// `int`, `int64`, or a type made of one, by its name.
    Whole(&'static str),
    /// A slice: the name of the type of what it holds, and that type.
    List(&'static str, &'static Shape),
    /// A map with keys of text: its own name, and the type of what it holds.
    Map(&'static str, &'static Shape),
    /// A struct, with its package and its members.
    Struct { package: &'static str, name: &'static str, members: &'static [(&'static str, Shape)] },
    /// `time.Time`
    Time,
    /// `struct {}`
    Nothing,
    /// A type that reads itself from text (`encoding.TextUnmarshaler`), by its name.
    Word(&'static str),
    /// `strslice.StrSlice`: a list of texts, or one text.
    Words,
}

/// The first value of a document that does not fit, in the words of a minor version of Go 1.
pub(super) fn misfit(document: &Value, shape: &Shape, go: u8) -> Option<String> {
    let root = if let Shape::Struct { name, .. } = shape { name } else { "" };
    let mut walk = Walk { go, root, inner: "", path: Vec::new(), first: None };
    walk.value(document, shape);
    walk.first
}

/// Where the walk is.
struct Walk<'a> {
    go: u8,
    /// The name of the outermost struct; empty where the document is none.
    root: &'static str,
    /// The name of the innermost struct.
    inner: &'static str,
    path: Vec<Step<'a>>,
    first: Option<String>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    /// A member of a struct: its name, and how it is written in the document.
    Member(&'static str, &'a str),
    Key(&'a str),
    Index(usize),
}

impl<'a> Walk<'a> {
    fn value(&mut self, value: &'a Value, shape: &Shape) {
        match (shape, value) {
            (Shape::Any, _)
            | (Shape::Text(_), Value::String(_))
            | (Shape::Word(_), Value::String(_))
            | (Shape::Nothing, Value::Object(_))
            | (Shape::Flag, Value::Bool(_))
            | (Shape::Words, Value::String(_)) => {}
            (Shape::Time, _) if !value.is_null() => self.time(value),
            (_, Value::Null) => {}
            (Shape::Whole(name), Value::Number(digits)) => {
                if digits.parse::<i64>().is_err() {
                    self.refuse(&format!("number {digits}"), name);
                }
            }
            (Shape::List(_, element), Value::Array(elements)) => {
                for (index, value) in elements.iter().enumerate() {
                    self.step(Step::Index(index), value, element);
                }
            }
            (Shape::Map(_, element), Value::Object(members)) => {
                for (key, value) in members {
                    self.step(Step::Key(key), value, element);
                }
            }
            (Shape::Struct { name, members, .. }, Value::Object(given)) => {
                let outer = std::mem::replace(&mut self.inner, name);
                for (key, value) in given {
                    let exact = members.iter().find(|(member, _)| member == key);
                    let member = exact.or_else(|| members.iter().find(|(m, _)| m.eq_ignore_ascii_case(key)));
                    if let Some((member, shape)) = member {
                        self.step(Step::Member(member, key), value, shape);
                    }
                }
                self.inner = outer;
            }
            (Shape::Words, Value::Array(elements)) => {
                if elements.iter().any(|value| !matches!(value, Value::String(_) | Value::Null)) {
                    self.refuse_by_itself("array", "string");
                }
            }
            (Shape::Words, other) => self.refuse_by_itself(other.kind(), "string"),
            (Shape::Word(name), other) if self.go >= TELLS_PATH_SINCE => {
                self.refuse(other.kind(), &format!("{name}: JSON value must be string type"));
            }
            (shape, other) => self.refuse(other.kind(), &shape.name()),
        }
    }

    fn step(&mut self, step: Step<'a>, value: &'a Value, shape: &Shape) {
        self.path.push(step);
        self.value(value, shape);
        self.path.pop();
    }

    /// `Time.UnmarshalJSON`
    fn time(&mut self, value: &Value) {
        let said = match value {
            Value::String(text) if self.go >= UNQUOTES_SINCE => time::check_rfc3339(text),
            Value::String(text) => time::check_quoted_rfc3339(&gostd::json::encode_string(text)),
            Value::Number(digits) if self.go < UNQUOTES_SINCE => time::check_quoted_rfc3339(digits),
            other => return self.refuse(other.kind(), "time.Time"),
        };
        if let Err(problem) = said {
            self.first.get_or_insert(problem.to_string());
        }
    }

    fn refuse(&mut self, kind: &str, wanted: &str) {
        if self.first.is_none() {
            self.first =
                Some(format!("json: cannot unmarshal {kind} into {} of type {wanted}", self.target()));
        }
    }

    /// What a type says that reads itself: it does not know where it stands, and only older versions add that.
    fn refuse_by_itself(&mut self, kind: &str, wanted: &str) {
        if self.go >= TELLS_PATH_SINCE {
            self.first.get_or_insert(format!("json: cannot unmarshal {kind} into Go value of type {wanted}"));
        }
        self.refuse(kind, wanted);
    }

    fn target(&self) -> String {
        let whole = self.go >= TELLS_PATH_SINCE;
        let told = |step: &Step<'_>| match step {
            Step::Member(_, written) if whole => Some(pointed(written)),
            Step::Member(name, _) => Some((*name).to_owned()),
            Step::Key(key) => Some(pointed(key)).filter(|_| whole),
            Step::Index(index) => Some(index.to_string()).filter(|_| whole),
        };
        let path: Vec<String> = self.path.iter().filter_map(told).collect();
        let of = if whole { self.root } else { self.inner };
        let place = format!("{of}.{}", path.join("."));
        match self.path.last() {
            None => "Go value".to_owned(),
            // No field of a struct, by the last step.
            Some(Step::Index(_)) if whole => place,
            _ if path.is_empty() => "Go value".to_owned(),
            _ => format!("Go struct field {place}"),
        }
    }
}

/// As a step of a JSON pointer (RFC 6901).
fn pointed(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

impl Shape {
    /// `reflect.Type.String`
    fn name(&self) -> String {
        match self {
            Self::Any => "json.RawMessage".to_owned(),
            Self::Text(name) | Self::Whole(name) | Self::Word(name) | Self::Map(name, _) => {
                (*name).to_owned()
            }
            Self::Nothing => "struct {}".to_owned(),
            Self::Flag => "bool".to_owned(),
            Self::List(element, _) => format!("[]{element}"),
            Self::Struct { package, name, .. } => format!("{package}.{name}"),
            Self::Time => "time.Time".to_owned(),
            Self::Words => "strslice.StrSlice".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use gostd::json::parse;

    use super::*;

    const ELEMENT: Shape = Shape::Struct {
        package: "p",
        name: "Element",
        members: &[("size", Shape::Whole("int64")), ("made", Shape::Time)],
    };
    const ROOT: Shape = Shape::Struct {
        package: "p",
        name: "Root",
        members: &[
            ("of", Shape::List("p.Element", &ELEMENT)),
            ("notes", Shape::Map("map[string]string", &Shape::Text("string"))),
            ("words", Shape::Words),
        ],
    };

    #[test]
    fn the_first_misfit_in_the_words_of_its_time() {
        let cases = [
            (r#"{"of":[{},{"size":"x"}]}"#, "Root.of.1.size of type int64", "Element.of.size of type int64"),
            (r#"{"notes":{"a":"b","c":1}}"#, "Root.notes.c of type string", "Root.notes of type string"),
            (r#"{"of":{}}"#, "Root.of of type []p.Element", "Root.of of type []p.Element"),
            (r#"{"notes":{"a/b":1}}"#, "Root.notes.a~1b of type string", "Root.notes of type string"),
        ];
        for (document, newer, older) in cases {
            let value = parse(document.as_bytes()).unwrap();
            let said = |go| misfit(&value, &ROOT, go).unwrap();
            assert!(said(27).ends_with(&format!("into Go struct field {newer}")), "{}", said(27));
            assert!(said(19).ends_with(&format!("into Go struct field {older}")), "{}", said(19));
        }
        for document in [r#"{"words":"a b","of":null,"OF":[{"made":null}],"other":5}"#, "null"] {
            assert_eq!(misfit(&parse(document.as_bytes()).unwrap(), &ROOT, 27), None);
        }
        let value = parse(br#"{"of":["x"],"words":5}"#).unwrap();
        let element = "json: cannot unmarshal string into Root.of.0 of type p.Element";
        assert_eq!(misfit(&value, &ROOT, 27).as_deref(), Some(element));
        let told = misfit(&parse(b"[]").unwrap(), &ROOT, 27);
        assert_eq!(told.as_deref(), Some("json: cannot unmarshal array into Go value of type p.Root"));
    }

    #[test]
    fn times_with_and_without_their_quotes() {
        let value = parse(br#"{"of":[{"made":"x"}]}"#).unwrap();
        let newer = r#"parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006""#;
        assert_eq!(misfit(&value, &ROOT, 27).as_deref(), Some(newer));
        assert!(misfit(&value, &ROOT, 19).unwrap().starts_with(r#"parsing time "\"x\"" as "\"2006"#));
        let number = parse(br#"{"of":[{"made":5}]}"#).unwrap();
        let wrong = "json: cannot unmarshal number into Go struct field Root.of.0.made of type time.Time";
        assert_eq!(misfit(&number, &ROOT, 27).as_deref(), Some(wrong));
    }
}
