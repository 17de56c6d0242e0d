//! A registry of a few lines on loopback, which is not the project's own mock.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;

/// The head of a request, as it came.
pub(crate) struct Request {
    pub line: String,
    pub host: String,
    pub authorization: Option<String>,
}

/// Serves `answer` for ever; returns `127.0.0.1:port`.
pub(crate) fn serve(answer: impl Fn(&Request) -> String + Clone + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let answer = answer.clone();
            thread::spawn(move || converse(stream, &answer));
        }
    });
    address
}

/// A port on which nothing listens.
pub(crate) fn closed() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

fn converse(stream: TcpStream, answer: &impl Fn(&Request) -> String) -> Option<()> {
    let mut writer = stream.try_clone().ok()?;
    let mut reader = BufReader::new(stream);
    // A client that begins with TLS gets what Go's HTTP server says, in plain HTTP.
    if reader.fill_buf().ok()?.first() == Some(&0x16) {
        let _ = reader.read(&mut [0; 4096]);
        writer
            .write_all(b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n")
            .ok()?;
        return None;
    }
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|count| *count > 0)?;
        let mut request =
            Request { line: line.trim_end().to_owned(), host: String::new(), authorization: None };
        loop {
            let mut field = String::new();
            reader.read_line(&mut field).ok()?;
            match field.trim_end().split_once(": ") {
                Some((name, value)) if name.eq_ignore_ascii_case("authorization") => {
                    request.authorization = Some(value.to_owned());
                }
                Some((name, value)) if name.eq_ignore_ascii_case("host") => {
                    value.clone_into(&mut request.host)
                }
                Some(_) => {}
                None => break,
            }
        }
        writer.write_all(answer(&request).as_bytes()).ok()?;
    }
}

/// An answer without a body.
pub(crate) fn empty(status: &str, fields: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{fields}Content-Length: 0\r\n\r\n")
}
