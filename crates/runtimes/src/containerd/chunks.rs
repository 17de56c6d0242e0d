//! A body that is fetched in pieces of a fixed size, each by a request of its own (`concurrent_layer_fetch_buffer`;
//! containerd v2.1.9 core/remotes/docker/fetcher.go:440-560).
//!
//! The node has several of them under way at once; here one follows the other. The requests are the same, in the same
//! order, only not beside each other.

use std::sync::Arc;

use bytes::Bytes;
use gostd::net::Error as Cause;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::error::{Error, Result};
use super::fetcher::check_status;
use super::http::Answer;
use super::request::HostRequest;

/// What is smaller counts as not set (`minChunkSize`).
const MIN_CHUNK_SIZE: u64 = 512;

/// How content is split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chunking {
    /// The size of a piece.
    size: u64,
}

impl Chunking {
    /// The setting, where it has an effect: with `max_concurrent_downloads` of two and more.
    pub(super) fn new(size: u64, parallelism: usize) -> Option<Self> {
        (size >= MIN_CHUNK_SIZE && parallelism > 1).then_some(Self { size })
    }
}

/// The body of an answer, or of several that follow each other.
pub(super) struct Body {
    pub(super) answer: Answer,
    permit: Option<OwnedSemaphorePermit>,
    chunks: Option<Chunks>,
}

/// Why a body broke off.
pub(super) enum Broken {
    /// While it was read.
    Read(Cause),
    /// While the next piece was asked for.
    Asked(Error),
}

struct Chunks {
    request: HostRequest,
    limiter: Arc<Semaphore>,
    last_host: bool,
    size: u64,
    /// What is still to come of this piece.
    left: u64,
    /// Where the next one begins, and where all ends.
    next: u64,
    end: u64,
}

impl Body {
    pub(super) const fn new(answer: Answer, permit: Option<OwnedSemaphorePermit>) -> Self {
        Self { answer, permit, chunks: None }
    }

    /// Splits what is left from `offset` on, if it is more than one piece.
    pub(super) fn split(
        &mut self,
        chunking: Chunking,
        request: HostRequest,
        limiter: Arc<Semaphore>,
        last_host: bool,
        offset: u64,
    ) {
        let remaining = self.answer.header.get("Content-Length").and_then(|length| length.parse().ok());
        let Some(remaining) = remaining.filter(|remaining| *remaining > chunking.size) else { return };
        self.chunks = Some(Chunks {
            request,
            limiter,
            last_host,
            size: chunking.size,
            left: chunking.size,
            next: offset.saturating_add(chunking.size),
            end: offset.saturating_add(remaining),
        });
    }

    /// The next piece of bytes; `None` at the end.
    pub(super) async fn chunk(&mut self) -> std::result::Result<Option<Bytes>, Broken> {
        loop {
            if self.chunks.as_ref().is_none_or(|chunks| chunks.left > 0) {
                let read = self.answer.chunk().await.map_err(|fault| Broken::Read(fault.error))?;
                match (read, &mut self.chunks) {
                    (Some(bytes), None) => return Ok(Some(bytes)),
                    (Some(mut bytes), Some(chunks)) => {
                        let kept =
                            usize::try_from(chunks.left).map_or(bytes.len(), |left| left.min(bytes.len()));
                        bytes.truncate(kept);
                        chunks.left -= kept as u64;
                        return Ok(Some(bytes));
                    }
                    (None, None) => return Ok(None),
                    (None, Some(chunks)) => chunks.left = 0,
                }
            }
            let Some(chunks) = self.chunks.as_mut().filter(|chunks| chunks.next < chunks.end) else {
                return Ok(None);
            };
            self.permit = None;
            (self.answer, self.permit) = chunks.ask().await.map_err(Broken::Asked)?;
        }
    }
}

impl Chunks {
    async fn ask(&mut self) -> Result<(Answer, Option<OwnedSemaphorePermit>)> {
        let permit = self.limiter.clone().acquire_owned().await.ok();
        self.request.header.set("Range", format!("bytes={}-", self.next));
        let mut answer = self.request.do_with_retries(self.last_host).await?;
        check_status(&self.request, &mut answer).await?;
        self.left = self.size;
        self.next = self.next.saturating_add(self.size);
        Ok((answer, permit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_buffers_count_as_none() {
        assert_eq!(Chunking::new(511, 3), None);
        assert_eq!(Chunking::new(512, 1), None);
        assert_eq!(Chunking::new(512, 2), Some(Chunking { size: 512 }));
    }
}
