//! From the operating system's and rustls's errors to Go's.

use std::io;

use gostd::net::{Ends, Errno, Error, Op};

use crate::tls;

/// The system call that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Read,
    Write,
}

/// What Go says when reading from or writing to a connection fails.
pub(crate) fn from_io(error: &io::Error, call: Call, ends: Ends) -> Error {
    let broken_pipe =
        error.raw_os_error() == Some(Errno::BROKEN_PIPE.0) || error.kind() == io::ErrorKind::BrokenPipe;
    let (op, name) = match call {
        // Only writing breaks a pipe: a handshake, which does both, may be waiting for either.
        Call::Read if !broken_pipe => (Op::Read, "read"),
        Call::Read | Call::Write => (Op::Write, "write"),
    };
    let syscall = |number| Error::op(op, "tcp", ends, Error::Syscall(name, Errno(number)));
    if let Some(number) = error.raw_os_error() {
        return syscall(number);
    }
    if let Some(error) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        return tls::rustls_error(error);
    }
    if error.get_ref().is_some_and(|inner| inner.is::<tls::CutOff>()) {
        return Error::UnexpectedEof;
    }
    match error.kind() {
        io::ErrorKind::ConnectionReset => syscall(Errno::CONN_RESET.0),
        io::ErrorKind::BrokenPipe => syscall(Errno::BROKEN_PIPE.0),
        // A connection that ends without close_notify is simply at its end, for Go.
        _ => Error::Eof,
    }
}
