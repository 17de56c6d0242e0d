use std::convert::Infallible;
use std::future::Future as _;
use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::Sleep;

use crate::content::Blob;
use crate::fault::End;
use crate::host::connection::Fate;

/// Bytes made and sent at a time.
const CHUNK: usize = 64 * 1024;
/// Bytes sent at a time of what is in memory: a part of it is no copy.
const HELD_CHUNK: usize = 1024 * 1024;
/// How often a body that comes slowly comes on.
const BEAT: Duration = Duration::from_millis(250);

/// An answer's body: a part of a blob, made while it is sent, which may end before its time.
pub(super) struct ReplyBody {
    content: Blob,
    range: Range<u64>,
    cut: Option<Cut>,
    /// The place of the byte of which a bit is another.
    flipped: Option<u64>,
    pace: Option<Pace>,
    /// Whether the length of the answer is this body's; otherwise a header states one that may lie.
    states_length: bool,
    /// The connection, which is told when the answer has left.
    ends: Option<Arc<Fate>>,
}

impl Drop for ReplyBody {
    fn drop(&mut self) {
        if let Some(fate) = &self.ends {
            fate.idle.answered();
        }
    }
}

/// Where a body breaks off.
struct Cut {
    remaining: u64,
    end: End,
    fate: Arc<Fate>,
}

/// How slowly a body comes.
struct Pace {
    bytes_a_beat: usize,
    rest: Option<Pin<Box<Sleep>>>,
}

impl ReplyBody {
    pub(super) fn new(content: Blob, range: Range<u64>) -> Self {
        Self { content, range, cut: None, flipped: None, pace: None, states_length: true, ends: None }
    }

    /// A bit in the middle of the content is another.
    pub(super) fn flipped(mut self) -> Self {
        self.flipped = Some(self.content.len() / 2);
        self
    }

    /// Sends so many bytes a second, on tokio's clock.
    pub(super) fn paced(mut self, bytes: u64) -> Self {
        let beats = 1000 / BEAT.as_millis() as u64;
        let bytes_a_beat = usize::try_from((bytes / beats).max(1)).unwrap_or(CHUNK);
        self.pace = Some(Pace { bytes_a_beat, rest: None });
        self
    }

    /// Leaves it to the headers to state the length.
    pub(super) fn unstated_length(mut self) -> Self {
        self.states_length = false;
        self
    }

    /// Leaves the length unstated, if that is wanted.
    pub(super) fn unstated_if(wanted: bool) -> impl FnOnce(Self) -> Self {
        move |body| if wanted { body.unstated_length() } else { body }
    }

    /// The connection is told when this is over.
    pub(super) fn ends(&mut self, fate: Arc<Fate>) {
        self.ends = Some(fate);
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
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let this = self.get_mut();
        let mut limit = if this.content.is_held() { HELD_CHUNK } else { CHUNK };
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
        if let Some(pace) = &mut this.pace {
            if let Some(rest) = &mut pace.rest {
                ready!(rest.as_mut().poll(cx));
            }
            limit = limit.min(pace.bytes_a_beat);
            pace.rest = Some(Box::pin(tokio::time::sleep(BEAT)));
        }
        let start = this.range.start;
        let mut chunk = this.content.next_chunk(&mut this.range, limit);
        let place = this.flipped.and_then(|place| usize::try_from(place.checked_sub(start)?).ok());
        if let Some(place) = place.filter(|place| *place < chunk.len()) {
            let mut spoilt = chunk.to_vec();
            spoilt[place] ^= 1;
            chunk = spoilt.into();
        }
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
