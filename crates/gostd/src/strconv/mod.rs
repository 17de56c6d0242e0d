//! `strconv`: quoting, as `%q` and most of Go's error messages have it.
//!
//! ```
//! assert_eq!(gostd::strconv::quote("été\n"), r#""été\n""#);
//! assert_eq!(gostd::strconv::quote(b"\xff\0"), r#""\xff\x00""#);
//! assert_eq!(gostd::strconv::quote_rune('\''), r"'\''");
//! ```

mod printable;
mod quote;

pub use printable::is_print;
pub use quote::{quote, quote_rune};
