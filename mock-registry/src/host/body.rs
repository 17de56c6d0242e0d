use std::convert::Infallible;
use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

use crate::content::Blob;
use crate::fault::End;
use crate::host::connection::Fate;

/// Bytes sent at a time.
const CHUNK: usize = 64 * 1024;

/// An answer's body: a part of a blob, made while it is sent, which may end before its time.
pub(super) struct ReplyBody {
    content: Blob,
    range: Range<u64>,
    cut: Option<Cut>,
    /// Whether the length of the answer is this body's; otherwise a header states one that may lie.
    states_length: bool,
}

/// Where a body breaks off.
struct Cut {
    remaining: u64,
    end: End,
    fate: Arc<Fate>,
}

impl ReplyBody {
    pub(super) fn new(content: Blob, range: Range<u64>) -> Self {
        Self { content, range, cut: None, states_length: true }
    }

    /// Leaves it to the headers to state the length.
    pub(super) fn unstated_length(mut self) -> Self {
        self.states_length = false;
        self
    }

    /// Breaks off after so many bytes.
    pub(super) fn cut(mut self, bytes: u64, end: End, fate: Arc<Fate>) -> Self {
        self.cut = Some(Cut { remaining: bytes, end, fate });
        self
    }
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let this = self.get_mut();
        let mut limit = CHUNK;
        if let Some(cut) = &mut this.cut {
            if cut.remaining == 0 {
                // The connection ends when what was sent so far has left: `Gate` sees to it. Nothing wakes this
                // task for more.
                cut.fate.decide(cut.end);
                return Poll::Pending;
            }
            limit = limit.min(usize::try_from(cut.remaining).unwrap_or(CHUNK));
        }
        if this.range.is_empty() {
            return Poll::Ready(None);
        }
        let chunk = this.content.next_chunk(&mut this.range, limit);
        if let Some(cut) = &mut this.cut {
            cut.remaining -= chunk.len() as u64;
        }
        Poll::Ready(Some(Ok(Frame::data(chunk))))
    }

    fn is_end_stream(&self) -> bool {
        self.range.is_empty() && self.cut.as_ref().is_none_or(|cut| cut.remaining > 0)
    }

    fn size_hint(&self) -> SizeHint {
        if self.states_length {
            SizeHint::with_exact(self.range.end.saturating_sub(self.range.start))
        } else {
            SizeHint::default()
        }
    }
}
