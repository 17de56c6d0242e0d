//! What Go is known to do, in tables.

mod json;
