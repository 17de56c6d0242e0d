//! The name server over a stream (RFC 1035, 4.2.2): each message with its length before it.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;

use mock_registry::{Via, Zone};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

/// Answers the questions that come over a stream, until its end.
pub(crate) async fn answer_stream(
    zone: Arc<Zone>,
    server: IpAddr,
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
) -> io::Result<()> {
    loop {
        let mut query = vec![0; usize::from(stream.read_u16().await?)];
        stream.read_exact(&mut query).await?;
        let reply = zone.respond(&query, Via::Stream, Some(server));
        tokio::time::sleep(reply.delay).await;
        let Some(bytes) = reply.bytes else { continue };
        let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
        stream.write_all(&length.to_be_bytes()).await?;
        stream.write_all(&bytes[..usize::from(length)]).await?;
    }
}
