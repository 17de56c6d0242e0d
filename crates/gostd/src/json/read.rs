//! Values stored into variables, by the rules of `json.Unmarshal`.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::{Error, Value};
use crate::base64::decode_std;

/// Which Go variable a value is stored into; only the words of [`Error::WrongType`] depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// The name of the Go struct; empty when the value is no field of one (`into Go value of type T`).
    pub go_struct: &'a str,
    /// The field's path, its JSON names joined by dots.
    pub field: &'a str,
    /// The Go type of the variable, as `reflect.Type.String` prints it: `string`, `[]string`, `map[string]string`.
    pub go_type: &'a str,
}

/// Reads values as Go stores them: `null` and absent leave the zero value; a wrong type leaves the zero value too,
/// Go goes on, and reports the first of them at the end.
#[derive(Debug, Default)]
pub struct Reader {
    first: Option<Error>,
}

impl Reader {
    /// A reader that has met no wrong type yet.
    pub const fn new() -> Self {
        Self { first: None }
    }

    /// A `string`; a wrong type or none gives the empty one.
    pub fn string(&mut self, value: Option<&Value>, place: Place<'_>) -> String {
        match value {
            Some(Value::String(text)) => text.clone(),
            other => self.refuse(other, place),
        }
    }

    /// An `int`, `int32` or `int64`, by `place.go_type`; a fraction, an exponent or an overflow is a wrong type,
    /// reported with the number.
    pub fn int(&mut self, value: Option<&Value>, place: Place<'_>) -> i64 {
        match value {
            Some(Value::Number(digits)) => match digits.parse::<i64>() {
                Ok(number) if fits(number, place.go_type) => number,
                _ => self.remember(format!("number {digits}"), place),
            },
            other => self.refuse(other, place),
        }
    }

    /// A `bool`; a wrong type or none gives false.
    pub fn bool(&mut self, value: Option<&Value>, place: Place<'_>) -> bool {
        match value {
            Some(Value::Bool(value)) => *value,
            other => self.refuse(other, place),
        }
    }

    /// A `[]byte`: a string of base64. What is no base64 is remembered, in base64's own words.
    pub fn bytes(&mut self, value: Option<&Value>, place: Place<'_>) -> Vec<u8> {
        match value {
            Some(Value::String(text)) => decode_std(text).unwrap_or_else(|error| {
                self.first.get_or_insert(Error::Base64(error));
                Vec::new()
            }),
            other => self.refuse(other, place),
        }
    }

    /// A `[]string`. An element of a wrong type is reported as such (`of type string`) and stays empty.
    pub fn strings(&mut self, value: Option<&Value>, place: Place<'_>) -> Vec<String> {
        let element = Place { go_type: place.go_type.strip_prefix("[]").unwrap_or("string"), ..place };
        self.array(value, place).iter().map(|value| self.string(Some(value), element)).collect()
    }

    /// A `map[string]string`, in the order in which the keys first came; of duplicates the last value wins.
    pub fn string_map(&mut self, value: Option<&Value>, place: Place<'_>) -> Vec<(String, String)> {
        let element =
            Place { go_type: place.go_type.strip_prefix("map[string]").unwrap_or("string"), ..place };
        let Some(object) = self.object(value, place) else { return Vec::new() };
        let mut map: Vec<(String, String)> = Vec::new();
        // Where each key stands, so that an object with very many keys costs no more than its length.
        let mut places: HashMap<&str, usize> = HashMap::new();
        for (key, value) in object.members() {
            let text = self.string(Some(value), element);
            match places.entry(key.as_str()) {
                Entry::Occupied(place) => map[*place.get()].1 = text,
                Entry::Vacant(place) => {
                    place.insert(map.len());
                    map.push((key.clone(), text));
                }
            }
        }
        map
    }

    /// A struct or a map: the value itself when it is an object, none when it is absent, `null` or of a wrong type.
    pub fn object<'v>(&mut self, value: Option<&'v Value>, place: Place<'_>) -> Option<&'v Value> {
        match value {
            Some(Value::Object(_)) => value,
            other => self.refuse(other, place),
        }
    }

    /// A slice: the elements, none when the value is absent, `null` or of a wrong type.
    pub fn array<'v>(&mut self, value: Option<&'v Value>, place: Place<'_>) -> &'v [Value] {
        match value {
            Some(Value::Array(elements)) => elements,
            other => self.refuse(other, place),
        }
    }

    /// Remembers a wrong type that the caller found by itself; `value` is Go's word for what stood there.
    pub fn wrong_type(&mut self, value: &str, place: Place<'_>) {
        self.remember::<()>(value.to_owned(), place);
    }

    /// The verdict after everything was read.
    ///
    /// # Errors
    /// The first value of a wrong type.
    pub fn finish(self) -> Result<(), Error> {
        self.first.map_or(Ok(()), Err)
    }

    fn refuse<T: Default>(&mut self, value: Option<&Value>, place: Place<'_>) -> T {
        match value {
            None | Some(Value::Null) => T::default(),
            Some(value) => self.remember(value.kind().to_owned(), place),
        }
    }

    fn remember<T: Default>(&mut self, value: String, place: Place<'_>) -> T {
        self.first.get_or_insert_with(|| Error::WrongType {
            value,
            go_struct: place.go_struct.to_owned(),
            field: place.field.to_owned(),
            go_type: place.go_type.to_owned(),
        });
        T::default()
    }
}

/// Whether a number fits the Go type (`reflect.Value.OverflowInt`); `int` has 64 bits on every node that runs pods.
fn fits(number: i64, go_type: &str) -> bool {
    match go_type {
        "int8" => i8::try_from(number).is_ok(),
        "int16" => i16::try_from(number).is_ok(),
        "int32" => i32::try_from(number).is_ok(),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    const fn place(go_type: &'static str) -> Place<'static> {
        Place { go_struct: "T", field: "f", go_type }
    }

    fn complaint(document: &str, read: impl FnOnce(&mut Reader, Option<&Value>)) -> String {
        let value = parse(document.as_bytes()).unwrap();
        let mut reader = Reader::new();
        read(&mut reader, Some(&value));
        reader.finish().map_or_else(|e| e.to_string(), |()| String::new())
    }

    #[test]
    fn wrong_types_are_told_in_gos_words() {
        for (document, wanted) in [
            ("7", "json: cannot unmarshal number into Go struct field T.f of type string"),
            ("[]", "json: cannot unmarshal array into Go struct field T.f of type string"),
            ("{}", "json: cannot unmarshal object into Go struct field T.f of type string"),
            ("false", "json: cannot unmarshal bool into Go struct field T.f of type string"),
            ("null", ""),
        ] {
            let said = complaint(document, |r, v| assert_eq!(r.string(v, place("string")), ""));
            assert_eq!(said, wanted, "{document}");
        }
    }

    #[test]
    fn integers_are_read_as_go_reads_them() {
        for (document, go_type, wanted, number) in [
            ("12", "int64", "", 12),
            ("-3", "int64", "", -3),
            ("1.5", "int64", "json: cannot unmarshal number 1.5 into Go struct field T.f of type int64", 0),
            ("1e3", "int", "json: cannot unmarshal number 1e3 into Go struct field T.f of type int", 0),
            (
                "3000000000",
                "int32",
                "json: cannot unmarshal number 3000000000 into Go struct field T.f of type int32",
                0,
            ),
            ("\"1\"", "int", "json: cannot unmarshal string into Go struct field T.f of type int", 0),
        ] {
            let said = complaint(document, |r, v| assert_eq!(r.int(v, place(go_type)), number));
            assert_eq!(said, wanted, "{document}");
        }
    }

    #[test]
    fn elements_of_a_wrong_type_stay_empty() {
        let said = complaint(r#"["a", 1, null, true]"#, |r, v| {
            assert_eq!(r.strings(v, place("[]string")), ["a", "", "", ""]);
        });
        assert_eq!(said, "json: cannot unmarshal number into Go struct field T.f of type string");
        let said = complaint(r#"{"a": "1", "b": [], "a": "2"}"#, |r, v| {
            let map = r.string_map(v, place("map[string]string"));
            assert_eq!(map, [("a".to_owned(), "2".to_owned()), ("b".to_owned(), String::new())]);
        });
        assert_eq!(said, "json: cannot unmarshal array into Go struct field T.f of type string");
    }

    #[test]
    fn bytes_are_base64() {
        let value = Value::String("aGk=".to_owned());
        let mut reader = Reader::new();
        assert_eq!(reader.bytes(Some(&value), place("[]uint8")), b"hi");
        assert_eq!(reader.bytes(Some(&Value::String("a:b".to_owned())), place("[]uint8")), b"");
        assert_eq!(reader.bytes(Some(&Value::Bool(true)), place("[]uint8")), b"");
        assert_eq!(reader.finish().unwrap_err().to_string(), "illegal base64 data at input byte 1");
    }

    #[test]
    fn without_a_struct_the_words_name_the_value() {
        let nowhere = Place { go_struct: "", field: "", go_type: "config.DockerConfig" };
        let said = complaint("[]", |r, v| assert_eq!(r.object(v, nowhere), None));
        assert_eq!(said, "json: cannot unmarshal array into Go value of type config.DockerConfig");
    }

    #[test]
    fn the_first_wrong_type_is_reported() {
        let mut reader = Reader::new();
        assert!(!reader.bool(Some(&Value::String("yes".to_owned())), place("bool")));
        assert_eq!(reader.string(Some(&Value::Bool(true)), place("string")), "");
        assert_eq!(
            reader.finish().unwrap_err().to_string(),
            "json: cannot unmarshal string into Go struct field T.f of type bool"
        );
    }
}
