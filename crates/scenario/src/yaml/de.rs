//! From a tree to the file's types.

use std::fmt;

use serde::de::value::{StrDeserializer, UsizeDeserializer};
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, EnumAccess, Error, Expected, IntoDeserializer, MapAccess,
    SeqAccess, Unexpected, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::spanned::MARKER;
use super::{Location, Member, Node, Tree};
use crate::Mistake;

/// The name of a newtype that is written as itself, or as a mapping from patterns to it.
pub(crate) const PER_RUN: &str = "$pullsim::PerRun";

/// What is wrong with a tree, and where.
#[derive(Debug)]
pub(crate) struct Trouble {
    pub(crate) mistake: Box<Mistake>,
    pub(crate) at: Option<Location>,
}

/// The value that a tree describes.
pub(crate) fn from_tree<'de, T: Deserialize<'de>>(tree: &'de Tree) -> Result<T, Trouble> {
    T::deserialize(tree).map_err(|trouble| trouble.at(tree.at))
}

impl Trouble {
    fn new(mistake: Mistake) -> Self {
        Self { mistake: Box::new(mistake), at: None }
    }

    /// The innermost place counts.
    fn at(mut self, at: Location) -> Self {
        self.at.get_or_insert(at);
        self
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.mistake.fmt(f)
    }
}

impl std::error::Error for Trouble {}

impl Error for Trouble {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(Mistake::Value(message.to_string()))
    }

    /// What was found is not told: it could be a secret.
    fn invalid_type(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(Mistake::Value(format!("expected {expected}")))
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(Mistake::Value(format!("expected {expected}")))
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Self::new(Mistake::UnknownKey { key: field.to_owned(), known: expected.to_vec() })
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        Self::new(Mistake::UnknownWord { word: variant.to_owned(), known: expected.to_vec() })
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(Mistake::MissingKey(field))
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::new(Mistake::DuplicateKey(field.to_owned()))
    }
}

/// Numbers are parsed from what is written, so that a type too small for one says so.
macro_rules! numbers {
    ($($method:ident $visit:ident $type:ty,)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
            let Node::Plain(text) = &self.node else { return Err(self.unfit(&visitor)) };
            match text.parse::<$type>() {
                Ok(number) => visitor.$visit(number).map_err(|trouble: Trouble| trouble.at(self.at)),
                Err(_) => Err(self.unfit(&visitor)),
            }
        })*
    };
}

impl Tree {
    fn unfit(&self, expected: &dyn Expected) -> Trouble {
        Trouble::invalid_type(Unexpected::Other("another value"), expected).at(self.at)
    }

    fn text(&self) -> Option<&str> {
        match &self.node {
            Node::Plain(text) | Node::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl<'de> Deserializer<'de> for &'de Tree {
    type Error = Trouble;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
        let result = match &self.node {
            Node::Null => visitor.visit_unit(),
            Node::Plain(text) | Node::Text(text) => visitor.visit_borrowed_str(text),
            Node::List(list) => visitor.visit_seq(Elements(list.iter())),
            Node::Map(members) => visitor.visit_map(Members { rest: members.iter(), value: None }),
        };
        result.map_err(|trouble| trouble.at(self.at))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
        match self.node {
            Node::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
        match &self.node {
            Node::Plain(text) if text == "true" => visitor.visit_bool(true),
            Node::Plain(text) if text == "false" => visitor.visit_bool(false),
            _ => Err(self.unfit(&"true or false")),
        }
    }

    numbers! {
        deserialize_u8 visit_u8 u8,
        deserialize_u16 visit_u16 u16,
        deserialize_u32 visit_u32 u32,
        deserialize_u64 visit_u64 u64,
        deserialize_i8 visit_i8 i8,
        deserialize_i16 visit_i16 i16,
        deserialize_i32 visit_i32 i32,
        deserialize_i64 visit_i64 i64,
        deserialize_f32 visit_f32 f32,
        deserialize_f64 visit_f64 f64,
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Trouble> {
        if name == PER_RUN && matches!(self.node, Node::Map(_)) {
            return self.deserialize_any(visitor);
        }
        visitor.visit_newtype_struct(self).map_err(|trouble| trouble.at(self.at))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Trouble> {
        if name == MARKER {
            visitor.visit_seq(Placed { at: self.at, value: self, next: 0 })
        } else {
            self.deserialize_any(visitor)
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Trouble> {
        let result = match &self.node {
            Node::Map(members) => match members.as_slice() {
                [member] => visitor.visit_enum(Chosen {
                    key: &member.key,
                    at: member.key_at,
                    value: Some(&member.value),
                }),
                _ => Err(self.unfit(&"a mapping with a single key")),
            },
            _ => match self.text() {
                Some(key) => visitor.visit_enum(Chosen { key, at: self.at, value: None }),
                None => Err(self.unfit(&visitor)),
            },
        };
        result.map_err(|trouble| trouble.at(self.at))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        char str string bytes byte_buf unit unit_struct seq tuple map struct identifier i128 u128
    }
}

struct Elements<'de>(std::slice::Iter<'de, Tree>);

impl<'de> SeqAccess<'de> for Elements<'de> {
    type Error = Trouble;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Trouble> {
        let Some(tree) = self.0.next() else { return Ok(None) };
        seed.deserialize(tree).map(Some).map_err(|trouble| trouble.at(tree.at))
    }
}

struct Members<'de> {
    rest: std::slice::Iter<'de, Member>,
    value: Option<&'de Tree>,
}

impl<'de> MapAccess<'de> for Members<'de> {
    type Error = Trouble;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Trouble> {
        let Some(member) = self.rest.next() else { return Ok(None) };
        self.value = Some(&member.value);
        seed.deserialize(Key(member)).map(Some).map_err(|trouble| trouble.at(member.key_at))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Trouble> {
        let tree =
            self.value.take().ok_or_else(|| Trouble::custom("a value was asked for before its key"))?;
        seed.deserialize(tree).map_err(|trouble| trouble.at(tree.at))
    }
}

/// A key, which can be asked for with its place.
#[derive(Clone, Copy)]
struct Key<'de>(&'de Member);

impl<'de> Deserializer<'de> for Key<'de> {
    type Error = Trouble;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
        visitor.visit_borrowed_str(&self.0.key)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Trouble> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Trouble> {
        if name == MARKER {
            visitor.visit_seq(Placed { at: self.0.key_at, value: self, next: 0 })
        } else {
            self.deserialize_any(visitor)
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        seq tuple map struct enum identifier ignored_any
    }
}

/// A value or a key with the four numbers of its place before it.
struct Placed<D> {
    at: Location,
    value: D,
    next: usize,
}

impl<'de, D: Deserializer<'de, Error = Trouble> + Copy> SeqAccess<'de> for Placed<D> {
    type Error = Trouble;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Trouble> {
        let Location { file, line, column, length } = self.at;
        let number = [file, line, column, length].get(self.next).copied();
        self.next += 1;
        match number {
            Some(number) => seed.deserialize(UsizeDeserializer::new(number)).map(Some),
            None => seed.deserialize(self.value).map(Some).map_err(|trouble| trouble.at(self.at)),
        }
    }
}

/// A variant of an enum: a word, or the only key of a mapping.
struct Chosen<'de> {
    key: &'de str,
    at: Location,
    value: Option<&'de Tree>,
}

impl<'de> EnumAccess<'de> for Chosen<'de> {
    type Error = Trouble;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Trouble> {
        let key: StrDeserializer<'_, Trouble> = self.key.into_deserializer();
        let variant = seed.deserialize(key).map_err(|trouble| trouble.at(self.at))?;
        Ok((variant, self))
    }
}

impl<'de> VariantAccess<'de> for Chosen<'de> {
    type Error = Trouble;

    fn unit_variant(self) -> Result<(), Trouble> {
        match self.value.map(|tree| (&tree.node, tree.at)) {
            None | Some((Node::Null, _)) => Ok(()),
            Some((_, at)) => Err(Trouble::custom(format!("`{}` takes no value", self.key)).at(at)),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Trouble> {
        let needed = || Trouble::custom(format!("`{}` needs a value", self.key)).at(self.at);
        seed.deserialize(self.value.ok_or_else(needed)?)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Trouble> {
        Err(Trouble::invalid_type(Unexpected::TupleVariant, &visitor).at(self.at))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Trouble> {
        let needed = || Trouble::custom(format!("`{}` needs a value", self.key)).at(self.at);
        self.value.ok_or_else(needed)?.deserialize_any(visitor)
    }
}
