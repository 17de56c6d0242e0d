//! What Go is known to do, in tables.

mod base64;
mod duration;
mod filepath;
mod flate;
mod json;
mod tabwriter;
mod url;
