//! What Go's standard library *says*: the words of its errors, and the values it reads and writes.
//!
//! The kubelet and the runtimes are Go programmes, so much of what a node says about a failed pull was written by
//! Go's standard library. Here stand those words, and the rules by which Go reads JSON, base64 or a URL where
//! they differ from what other libraries do. Everything is a pure value: no input, no output, no clock.
//!
//! ```text
//!   bytes ──▶ json, base64, url, duration ──▶ values
//!                       └──▶ errors whose Display is what Go prints
//!   values ──▶ strconv (%q), tabwriter, duration ──▶ text as Go prints it
//! ```
//!
//! ```
//! let error = gostd::json::parse(b"{\"auths\": it}").unwrap_err();
//! assert_eq!(error.to_string(), "invalid character 'i' looking for beginning of value");
//! ```

pub mod base64;
pub mod duration;
pub mod filepath;
pub mod flate;
pub mod http;
pub mod json;
pub mod mime;
pub mod net;
pub mod socks;
pub mod strconv;
pub mod tabwriter;
pub mod time;
pub mod tls;
pub mod url;
pub mod x509;
