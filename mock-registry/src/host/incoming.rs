use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Frame, Incoming};
use tokio::time::timeout;

use crate::host::connection::PATIENCE;

/// Bytes of a body that are read at once: a token request is far smaller.
const LIMIT: usize = 64 * 1024;

/// A request's body.
#[derive(Debug)]
pub(crate) enum Body {
    /// It is still coming.
    Coming(Incoming),
    /// It was read.
    Read(Full<Bytes>),
    /// It was read as far as is permitted, and goes on.
    TooLarge,
}

impl Body {
    /// The whole, unless it is too large or does not come.
    pub(crate) async fn read(self) -> Option<Bytes> {
        if matches!(self, Self::TooLarge) {
            return None;
        }
        Some(timeout(PATIENCE, Limited::new(self, LIMIT).collect()).await.ok()?.ok()?.to_bytes())
    }
}

impl From<Option<Bytes>> for Body {
    fn from(read: Option<Bytes>) -> Self {
        read.map_or(Self::TooLarge, |bytes| Self::Read(Full::new(bytes)))
    }
}

impl hyper::body::Body for Body {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        match self.get_mut() {
            Self::Coming(body) => Pin::new(body).poll_frame(cx),
            Self::Read(body) => Pin::new(body).poll_frame(cx).map_err(|never| match never {}),
            Self::TooLarge => Poll::Ready(None),
        }
    }
}
