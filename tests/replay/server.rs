//! A scripted server: registry, token server, CDN or proxy.
//!
//! It writes HTTP/1.1 by hand, since much of what it is for is to write it wrong.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, DuplexStream};
use tokio::time::sleep;
use tokio_rustls::TlsAcceptor;

use crate::answers::Answers;
use crate::certificates::{ServerTls, server_tls};
use crate::log::Log;
use crate::pipe::Reset;
use crate::recording::{Connection, Request, TlsFile};
use crate::reply::{Action, End, Message, Sending};
use crate::world::World;

pub(crate) trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

/// A server.
pub(crate) struct Server {
    /// The name under which its requests are noted.
    key: String,
    pub(crate) connection: Connection,
    tls: Option<ServerTls>,
    answers: Answers,
    log: Arc<Log>,
}

/// One connection, as what happens on it needs it.
struct Conversation {
    wire: Box<dyn Wire>,
    reset: Reset,
    world: Arc<World>,
}

impl Server {
    pub(crate) fn new(
        key: &str,
        connection: Connection,
        tls: Option<&TlsFile>,
        answers: Answers,
        log: Arc<Log>,
    ) -> Self {
        Self { key: key.to_owned(), connection, tls: tls.map(server_tls), answers, log }
    }

    /// Serves one connection to its end. Whatever fails on it ends it.
    pub(crate) async fn serve(self: Arc<Self>, world: Arc<World>, mut wire: DuplexStream, reset: Reset) {
        if self.connection != Connection::Normal {
            return misbehave(self.connection, wire, &reset).await;
        }
        let wire: Box<dyn Wire> = match &self.tls {
            None => Box::new(wire),
            Some(tls) => {
                // The first byte says whether the client speaks TLS at all.
                let Ok(first) = wire.read_u8().await else { return };
                let again = io::Cursor::new(vec![first]);
                if first != 0x16 && !self.answers.explains_tls() {
                    // OpenSSL has read no more than the head of a record; what is left unread makes the end a reset.
                    return reset.set();
                }
                if first != 0x16 {
                    let _ = wire.read(&mut [0; 65_536]).await;
                    let text =
                        b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n";
                    let _ = wire.write_all(text).await;
                    return;
                }
                match tls {
                    ServerTls::Old => {
                        let _ = wire.read(&mut [0; 65_536]).await;
                        // A fatal alert: protocol_version.
                        let _ = wire.write_all(&[0x15, 3, 1, 0, 2, 2, 70]).await;
                        return;
                    }
                    ServerTls::Modern(config) => {
                        let (read, write) = tokio::io::split(wire);
                        let joined = tokio::io::join(again.chain(read), write);
                        match TlsAcceptor::from(config.clone()).accept(joined).await {
                            Ok(stream) => Box::new(stream),
                            Err(_) => return,
                        }
                    }
                }
            }
        };
        let _ = self.converse(Conversation { wire, reset, world }).await;
    }

    async fn converse(&self, mut conversation: Conversation) -> io::Result<()> {
        let (mut buffer, mut first) = (Vec::new(), true);
        loop {
            let end = loop {
                if let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                    break end;
                }
                if conversation.wire.read_buf(&mut buffer).await? == 0 {
                    return Ok(());
                }
                if (first || self.answers.looks_for_tls()) && buffer[0] == 0x16 {
                    let text = b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n\
                                 Connection: close\r\n\r\n400 Bad Request";
                    return conversation.wire.write_all(text).await;
                }
            };
            first = false;
            let rest = buffer.split_off(end + 4);
            // What the recorded servers took for no request, such as a body in chunks, ended the connection.
            let Some(mut request) = self.request(&buffer[..end]) else { return Ok(()) };
            buffer = rest;
            let length = request.header("content-length").first().and_then(|n| n.parse().ok()).unwrap_or(0);
            while buffer.len() < length {
                if conversation.wire.read_buf(&mut buffer).await? == 0 {
                    return Ok(());
                }
            }
            let rest = buffer.split_off(length);
            request.body = (length > 0).then(|| String::from_utf8_lossy(&buffer).into_owned());
            buffer = rest;
            let place = self.log.add(self.answers.noted(&request));
            let reply = self.answers.reply(&request);
            sleep(reply.delay).await;
            if !self.act(&mut conversation, reply.action, place).await? {
                return Ok(());
            }
        }
    }

    /// `None` where the first line is none of a request.
    fn request(&self, head: &[u8]) -> Option<Request> {
        let head: String = head.iter().map(|&byte| char::from(byte)).collect();
        let mut lines = head.split("\r\n");
        let mut words = lines.next().unwrap_or_default().split(' ');
        let (method, target, _) = (words.next()?, words.next()?, words.next()?);
        let headers: Vec<(String, String)> = lines
            .map(|line| line.split_once(": ").unwrap_or((line.trim_end_matches(':'), "")))
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        let (path, query) = self.answers.target(method, target);
        let host = headers.iter().find(|(key, _)| key.eq_ignore_ascii_case("host"));
        Some(Request {
            server: self.key.clone(),
            host: host.map(|(_, value)| value.clone()),
            tls: self.tls.is_some(),
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers,
            body: None,
            status: Value::Null,
            step: None,
        })
    }

    /// Answers; false ends the connection.
    async fn act(&self, conversation: &mut Conversation, action: Action, place: usize) -> io::Result<bool> {
        match action {
            Action::Reset => {
                self.log.answered(place, "RST");
                self.reset(conversation);
                Ok(false)
            }
            Action::Close => {
                self.log.answered(place, "closed");
                Ok(false)
            }
            Action::Stall => {
                self.log.answered(place, "no answer");
                wait_for_end(&mut conversation.wire).await
            }
            Action::Tunnel(target) => {
                self.log.answered(place, 200);
                self.tunnel(conversation, target, place).await
            }
            Action::Send(message) => {
                self.log.answered(place, message.status);
                self.send(conversation, message).await
            }
        }
    }

    /// Sends an answer; false ends the connection.
    async fn send(&self, conversation: &mut Conversation, message: Message) -> io::Result<bool> {
        let (wire, body) = (&mut conversation.wire, message.body);
        wire.write_all(&message.head).await?;
        match message.sending {
            Sending::Whole => wire.write_all(&body).await?,
            Sending::Chunked => {
                if !body.is_empty() {
                    wire.write_all(format!("{:x}\r\n", body.len()).as_bytes()).await?;
                    wire.write_all(&body).await?;
                    wire.write_all(b"\r\n").await?;
                }
                wire.write_all(b"0\r\n\r\n").await?;
            }
            Sending::Trickle(size, pause) => {
                for piece in body.chunks(size) {
                    wire.write_all(piece).await?;
                    wire.flush().await?;
                    sleep(pause).await;
                }
            }
            Sending::Part(count, pause, end) => {
                wire.write_all(&body[..count.min(body.len())]).await?;
                wire.flush().await?;
                sleep(pause).await;
                return match end {
                    End::Close => Ok(false),
                    End::Reset => {
                        self.reset(conversation);
                        Ok(false)
                    }
                    End::Stall => wait_for_end(wire).await,
                };
            }
        }
        wire.flush().await?;
        Ok(message.keep)
    }

    /// Resets the connection, if the recorded server could: family B's ended one without TLS in order.
    fn reset(&self, conversation: &Conversation) {
        if self.tls.is_some() || self.answers.resets_plain() {
            conversation.reset.set();
        }
    }

    /// Joins the client with the host that it named (`CONNECT`).
    async fn tunnel(
        &self,
        conversation: &mut Conversation,
        target: Option<SocketAddr>,
        place: usize,
    ) -> io::Result<bool> {
        let upstream = match target {
            Some(address) => conversation.world.connect(address).await.ok(),
            None => None,
        };
        let Some(mut upstream) = upstream else {
            self.log.answered(place, 502);
            let text = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n";
            return conversation.wire.write_all(text).await.map(|()| false);
        };
        conversation.wire.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
        tokio::io::copy_bidirectional(&mut conversation.wire, &mut upstream).await?;
        Ok(false)
    }
}

/// What a server does that never speaks HTTP.
async fn misbehave(kind: Connection, mut wire: DuplexStream, reset: &Reset) {
    let mut hello = vec![0; 65_536];
    match kind {
        Connection::Rst => return reset.set(),
        Connection::Banner => {
            let _ = wire.write_all(b"SSH-2.0-OpenSSH_9.2\r\n").await;
        }
        _ => {}
    }
    let Ok(1..) = wire.read(&mut hello).await else { return };
    match kind {
        Connection::Stall => while let Ok(1..) = wire.read(&mut hello).await {},
        Connection::Garbage => {
            let _ = wire.write_all(b"\x00\x01garbage bytes, not TLS\r\n\r\n").await;
        }
        Connection::RstAfterHello => reset.set(),
        _ => {}
    }
}

async fn wait_for_end(wire: &mut Box<dyn Wire>) -> io::Result<bool> {
    wire.flush().await?;
    let _ = wire.read(&mut [0]).await;
    Ok(false)
}
