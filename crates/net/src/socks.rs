//! A way through a SOCKS 5 proxy (RFC 1928, RFC 1929; Go 1.25 `net/http/socks_bundle.go`).

use std::net::{IpAddr, SocketAddr};

use gostd::net::{Ends, Error};
use gostd::socks::{ConnectError, Problem};
use gostd::url::Userinfo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::errors::{self, Call};
use crate::network::Stream;

const VERSION: u8 = 5;
const CONNECT: u8 = 1;
const NO_LOGIN: u8 = 0;
const LOGIN: u8 = 2;
const NO_METHOD: u8 = 0xff;
const LOGIN_VERSION: u8 = 1;
const IPV4: u8 = 1;
const NAME: u8 = 3;
const IPV6: u8 = 4;

/// Asks the proxy at the other end of `stream` for a connection to `host:port`. The proxy resolves the name, with
/// `socks5` as with `socks5h`.
pub(crate) async fn connect(
    stream: Box<dyn Stream>,
    (host, port): (&str, u16),
    user: Option<&Userinfo>,
) -> Result<Box<dyn Stream>, Error> {
    let proxy = stream.peer_addr();
    let ends = Ends::both(stream.local_addr(), proxy);
    let mut conversation = Conversation { stream, ends };
    match conversation.hold(host, port, user).await {
        Ok(()) => Ok(conversation.stream),
        Err(cause) => Err(Error::Socks(Box::new(ConnectError { proxy, target: joined(host, port), cause }))),
    }
}

fn joined(host: &str, port: u16) -> String {
    host.parse::<IpAddr>()
        .map_or_else(|_| format!("{host}:{port}"), |address| SocketAddr::new(address, port).to_string())
}

const fn problem(problem: Problem) -> Error {
    Error::SocksProblem(problem)
}

struct Conversation {
    stream: Box<dyn Stream>,
    ends: Ends,
}

impl Conversation {
    /// `socksDialer.connect`
    async fn hold(&mut self, host: &str, port: u16, user: Option<&Userinfo>) -> Result<(), Error> {
        let methods: &[u8] = if user.is_some() { &[NO_LOGIN, LOGIN] } else { &[NO_LOGIN] };
        let count = if user.is_some() { 2 } else { 1 };
        self.write(&[&[VERSION, count], methods].concat()).await?;
        let [version, method] = self.read().await?;
        match (version, method) {
            (VERSION, NO_METHOD) => return Err(problem(Problem::NoAcceptableMethod)),
            (VERSION, method) => self.log_in(method, user).await?,
            (other, _) => return Err(problem(Problem::Version(other))),
        }
        self.write(&request(host, port)?).await?;
        self.read_reply().await
    }

    /// `socksUsernamePassword.Authenticate`; without user name and password Go does not look at the method.
    async fn log_in(&mut self, method: u8, user: Option<&Userinfo>) -> Result<(), Error> {
        let Some(user) = user else { return Ok(()) };
        match method {
            NO_LOGIN => return Ok(()),
            LOGIN => {}
            other => return Err(problem(Problem::UnsupportedMethod(other))),
        }
        let (name, password) = (user.username.as_bytes(), user.password.as_deref().unwrap_or_default());
        let (Ok(name_length @ 1..), Ok(length)) = (u8::try_from(name.len()), u8::try_from(password.len()))
        else {
            return Err(problem(Problem::InvalidLogin));
        };
        let login = [&[LOGIN_VERSION, name_length], name, &[length], password.as_bytes()].concat();
        self.write(&login).await?;
        match self.read().await? {
            [LOGIN_VERSION, 0] => Ok(()),
            [LOGIN_VERSION, _] => Err(problem(Problem::LoginRefused)),
            _ => Err(problem(Problem::LoginVersion)),
        }
    }

    async fn read_reply(&mut self) -> Result<(), Error> {
        let [version, reply, reserved, kind] = self.read().await?;
        let wrong = match (version, reply, reserved) {
            (VERSION, 0, 0) => None,
            (VERSION, 0, _) => Some(Problem::Reserved),
            (VERSION, reply, _) => Some(Problem::Reply(reply)),
            (other, ..) => Some(Problem::Version(other)),
        };
        if let Some(wrong) = wrong {
            return Err(problem(wrong));
        }
        // The proxy's own address for the connection, and its port: of no interest, but in the way.
        let length = match kind {
            IPV4 => 4,
            IPV6 => 16,
            NAME => usize::from(self.read::<1>().await?[0]),
            other => return Err(problem(Problem::AddressType(other))),
        };
        self.fill(&mut vec![0; length + 2]).await
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let written = self.stream.write_all(bytes).await;
        written.map_err(|error| errors::from_io(&error, Call::Write, self.ends))
    }

    async fn read<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let mut bytes = [0; N];
        self.fill(&mut bytes).await?;
        Ok(bytes)
    }

    /// `io.ReadFull`
    async fn fill(&mut self, bytes: &mut [u8]) -> Result<(), Error> {
        let mut filled = 0;
        while filled < bytes.len() {
            match self.stream.read(&mut bytes[filled..]).await {
                Ok(0) if filled == 0 => return Err(Error::Eof),
                Ok(0) => return Err(Error::UnexpectedEof),
                Ok(count) => filled += count,
                Err(error) => return Err(errors::from_io(&error, Call::Read, self.ends)),
            }
        }
        Ok(())
    }
}

fn request(host: &str, port: u16) -> Result<Vec<u8>, Error> {
    let mut request = vec![VERSION, CONNECT, 0];
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => {
            request.push(IPV4);
            request.extend(address.octets());
        }
        Ok(IpAddr::V6(address)) => {
            request.push(IPV6);
            request.extend(address.octets());
        }
        Err(_) => {
            let length = u8::try_from(host.len()).map_err(|_| problem(Problem::NameTooLong))?;
            request.extend([NAME, length]);
            request.extend(host.bytes());
        }
    }
    request.extend(port.to_be_bytes());
    Ok(request)
}
