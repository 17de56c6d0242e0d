//! Linux's error numbers, from which the words follow that Go gives an error (`errno(3)`, asm-generic).

use std::io;

pub(super) const EPIPE: i32 = 32;
pub(super) const ENETUNREACH: i32 = 101;
pub(super) const ECONNRESET: i32 = 104;
pub(super) const ETIMEDOUT: i32 = 110;
pub(super) const ECONNREFUSED: i32 = 111;
pub(super) const EHOSTUNREACH: i32 = 113;

pub(super) fn error(number: i32) -> io::Error {
    io::Error::from_raw_os_error(number)
}
