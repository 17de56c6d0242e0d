//! `encoding/json` (v1) of Go 1.25: its scanner's messages and its way of storing values.
//!
//! ```text
//!   bytes ──▶ parse ────────▶ Value ──▶ field ──▶ Reader ──▶ strings, numbers, lists
//!             (Unmarshal)                           └──▶ finish: the first wrong type, as Go reports it
//!   bytes ──▶ parse_first ──▶ (Value, bytes consumed)
//!             (Decoder)
//! ```
//!
//! ```
//! use gostd::json::{Place, Reader, parse};
//!
//! let entry = parse(br#"{"Username": "ann", "email": true}"#)?;
//! let mut reader = Reader::new();
//! let place = |field| Place { go_struct: "dockerConfigEntryWithAuth", field, go_type: "string" };
//! assert_eq!(reader.string(entry.field("username"), place("username")), "ann");
//! assert_eq!(reader.string(entry.field("email"), place("email")), "");
//! assert_eq!(
//!     reader.finish().unwrap_err().to_string(),
//!     "json: cannot unmarshal bool into Go struct field dockerConfigEntryWithAuth.email of type string"
//! );
//! # Ok::<(), gostd::json::Error>(())
//! ```

mod encode;
mod error;
mod parse;
mod read;
mod text;
mod value;

pub use encode::{encode_indent, encode_string};
pub use error::{Context, Error};
pub use parse::{MAX_DEPTH, parse, parse_first};
pub use read::{Place, Reader};
pub use value::Value;
