use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Request, Response};
use hyper::body::Incoming;

use crate::host::Host;
use crate::host::body::ReplyBody;
use crate::host::connection::Fate;
use crate::host::handler::NoAnswer;

type Answered = Result<Response<ReplyBody>, NoAnswer>;

/// An answer: there at once, as to most who read, or later, when a body has come or a fault was played.
#[expect(
    clippy::large_enum_variant,
    reason = "most answers are there at once, and a box would cost each of them memory"
)]
pub(super) enum Answering {
    Now(Option<Answered>),
    Later(Pin<Box<dyn Future<Output = Answered> + Send>>),
}

impl Answering {
    pub(super) fn of(host: &Arc<Host>, request: Request<Incoming>, peer: IpAddr, fate: &Arc<Fate>) -> Self {
        fate.idle.asked();
        match host.answer_at_once(&request, peer, fate) {
            Some(response) => Self::Now(Some(Ok(response))),
            None => Self::Later(Box::pin(host.clone().handle(request, peer, fate.clone()))),
        }
    }
}

impl Future for Answering {
    type Output = Answered;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Answered> {
        match self.get_mut() {
            Self::Now(answered) => answered.take().map_or(Poll::Pending, Poll::Ready),
            Self::Later(answering) => answering.as_mut().poll(cx),
        }
    }
}
