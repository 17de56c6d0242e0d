//! One question to one name server (Go `net/dnsclient_unix.go` `exchange`, `checkHeader`, `skipToAnswer`).

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use gostd::net::{Ends, Errno, Error, Op};
use hickory_proto::op::{Edns, Message, MessageType, OpCode, Query, ResponseCode};
use hickory_proto::rr::{Name, RData, RecordType};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, timeout_at};

use super::config::Config;
use crate::network::{Datagram, Network};

/// The payload size that Go offers (`maxDNSPacketSize`).
const MAX_PACKET: u16 = 1232;

/// A name server's answer, judged.
pub(super) enum Answer {
    Addresses(Vec<IpAddr>),
    NoSuchHost,
    Misbehaving,
    Unreadable,
}

pub(super) async fn exchange(
    network: &dyn Network,
    config: &Config,
    server: SocketAddr,
    name: &str,
    record: RecordType,
) -> Result<Answer, Error> {
    let Some((id, packet)) = question(name, record) else { return Ok(Answer::NoSuchHost) };
    let deadline = Instant::now() + config.timeout;
    if !config.use_tcp {
        let reply = over_udp(network, server, &packet, deadline, |reply| fits(reply, id, name)).await?;
        if !reply.metadata.truncation {
            return Ok(judge(&reply, record));
        }
    }
    let reply = over_tcp(network, server, &packet, Instant::now() + config.timeout).await?;
    Ok(reply.filter(|reply| fits(reply, id, name)).map_or(Answer::Unreadable, |reply| judge(&reply, record)))
}

fn question(name: &str, record: RecordType) -> Option<(u16, Vec<u8>)> {
    let mut query = Query::query(Name::from_str(name).ok()?, record);
    query.set_query_class(hickory_proto::rr::DNSClass::IN);
    let mut message = Message::query();
    message.metadata.recursion_desired = true;
    message.metadata.op_code = OpCode::Query;
    message.add_query(query);
    let mut edns = Edns::new();
    edns.set_max_payload(MAX_PACKET);
    message.set_edns(edns);
    Some((message.metadata.id, message.to_vec().ok()?))
}

/// `checkResponse`: whether a packet answers the question; others are waited past, since they may be forged.
fn fits(reply: &Message, id: u16, name: &str) -> bool {
    reply.metadata.message_type == MessageType::Response
        && reply.metadata.id == id
        && reply.queries.first().is_some_and(|q| q.name().to_ascii().eq_ignore_ascii_case(name))
}

fn judge(reply: &Message, record: RecordType) -> Answer {
    let code = reply.metadata.response_code;
    if code == ResponseCode::NXDomain {
        return Answer::NoSuchHost;
    }
    if code != ResponseCode::NoError {
        return Answer::Misbehaving;
    }
    let addresses: Vec<IpAddr> = reply
        .answers
        .iter()
        .filter(|answer| answer.record_type() == record)
        .filter_map(|answer| match &answer.data {
            RData::A(a) => Some(IpAddr::V4(a.0)),
            RData::AAAA(aaaa) => Some(IpAddr::V6(aaaa.0)),
            _ => None,
        })
        .collect();
    if addresses.is_empty() { Answer::NoSuchHost } else { Answer::Addresses(addresses) }
}

async fn over_udp(
    network: &dyn Network,
    server: SocketAddr,
    packet: &[u8],
    deadline: Instant,
    fits: impl Fn(&Message) -> bool,
) -> Result<Message, Error> {
    let dialled = network.datagram(server).await;
    let socket =
        dialled.map_err(|e| Error::op(Op::Dial, "udp", Ends::to(server), os_error("connect", &e)))?;
    let ends = Ends::both(socket.local_addr(), server);
    let sent = socket.send(packet).await;
    sent.map_err(|e| Error::op(Op::Write, "udp", ends, os_error("write", &e)))?;
    receive(&*socket, ends, deadline, fits).await
}

async fn receive(
    socket: &dyn Datagram,
    ends: Ends,
    deadline: Instant,
    fits: impl Fn(&Message) -> bool,
) -> Result<Message, Error> {
    let mut buffer = [0; MAX_PACKET as usize];
    loop {
        let length = match timeout_at(deadline, socket.receive(&mut buffer)).await {
            Ok(Ok(length)) => length,
            Ok(Err(error)) => return Err(Error::op(Op::Read, "udp", ends, os_error("read", &error))),
            Err(_) => return Err(Error::op(Op::Read, "udp", ends, Error::ReadTimeout)),
        };
        if let Ok(reply) = Message::from_vec(&buffer[..length])
            && fits(&reply)
        {
            return Ok(reply);
        }
    }
}

async fn over_tcp(
    network: &dyn Network,
    server: SocketAddr,
    packet: &[u8],
    deadline: Instant,
) -> Result<Option<Message>, Error> {
    let dial = |cause| Error::op(Op::Dial, "tcp", Ends::to(server), cause);
    let mut stream = match timeout_at(deadline, network.dial(server)).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return Err(dial(os_error("connect", &error))),
        Err(_) => return Err(dial(Error::DialTimeout)),
    };
    let ends = Ends::both(stream.local_addr(), server);
    let conversation = async {
        let length = u16::try_from(packet.len()).unwrap_or(u16::MAX).to_be_bytes();
        stream.write_all(&[&length, packet].concat()).await?;
        let mut reply = vec![0; usize::from(stream.read_u16().await?)];
        stream.read_exact(&mut reply).await?;
        Ok(Message::from_vec(&reply).ok())
    };
    match timeout_at(deadline, conversation).await {
        Ok(Ok(reply)) => Ok(reply),
        Ok(Err(error)) => Err(Error::op(Op::Read, "tcp", ends, os_error("read", &error))),
        Err(_) => Err(Error::op(Op::Read, "tcp", ends, Error::ReadTimeout)),
    }
}

fn os_error(call: &'static str, error: &io::Error) -> Error {
    match error.raw_os_error() {
        Some(number) => Error::Syscall(call, Errno(number)),
        None => Error::Eof,
    }
}
