//! The body of an answer, as a stream of pieces.

use std::io::Write as _;
use std::sync::Arc;

use bytes::Bytes;
use flate2::write::MultiGzDecoder;
use gostd::flate::{Problem, Seen};
use gostd::http;
use gostd::net::Error;
use tokio::time::Instant;
use trace::{Fault, Purpose, Stage, What, redact};

use crate::http1::{BodyState, Connection};
use crate::pool::{Key, Pool};
use crate::recorder::Recorder;

/// A body. Read to its end, its connection can serve another request; dropped before, the connection is closed.
pub struct Body {
    connection: Option<Connection>,
    state: BodyState,
    home: Option<(Arc<Pool>, Key)>,
    gunzip: Option<(MultiGzDecoder<Vec<u8>>, Seen)>,
    report: Report,
}

/// What Go says of a body that cannot be decompressed.
fn compressed(seen: &Seen) -> Error {
    match seen.gunzip() {
        Problem::UnexpectedEof => Error::UnexpectedEof,
        problem => Error::Http(http::Error::Compressed(problem)),
    }
}

/// What is told of a body in the trace.
pub(crate) struct Report {
    pub(crate) recorder: Recorder,
    pub(crate) purpose: Purpose,
    pub(crate) url: String,
    pub(crate) since: Instant,
    pub(crate) bytes: u64,
}

impl Body {
    pub(crate) fn new(
        connection: Connection,
        state: BodyState,
        home: Option<(Arc<Pool>, Key)>,
        gunzip: bool,
        report: Report,
    ) -> Self {
        let gunzip = gunzip.then(|| (MultiGzDecoder::new(Vec::new()), Seen::default()));
        let mut body = Self { connection: Some(connection), state, home, gunzip, report };
        if matches!(body.state, BodyState::Length(0)) {
            body.release();
        }
        body
    }

    /// The next piece; `None` at the end.
    ///
    /// # Errors
    /// A fault of stage `Body`: `UnexpectedEof` when the connection ended early.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Fault> {
        loop {
            let Some(connection) = &mut self.connection else { return Ok(None) };
            let piece = match connection.read_body(&mut self.state).await {
                Ok(piece) => piece,
                Err(error) => return Err(self.fail(error)),
            };
            let Some(piece) = piece else {
                self.record(None);
                self.release();
                let Some((decoder, seen)) = self.gunzip.take() else { return Ok(None) };
                let rest = decoder.finish().map_err(|_| Fault::new(Stage::Body, compressed(&seen)))?;
                return Ok(Some(rest).filter(|rest| !rest.is_empty()).map(Bytes::from));
            };
            self.report.bytes += piece.len() as u64;
            match &mut self.gunzip {
                None => return Ok(Some(piece)),
                Some((decoder, seen)) => {
                    seen.push(&piece);
                    // All that can be decoded comes out at once: how far a body came decides where it is resumed.
                    if decoder.write_all(&piece).and_then(|()| decoder.flush()).is_err() {
                        let error = compressed(seen);
                        return Err(self.fail(error));
                    }
                    let plain = std::mem::take(decoder.get_mut());
                    if !plain.is_empty() {
                        return Ok(Some(plain.into()));
                    }
                }
            }
        }
    }

    /// Reads at most `limit` bytes (`io.LimitReader`); what comes after them is left.
    ///
    /// # Errors
    /// As [`Body::chunk`].
    pub async fn read_up_to(&mut self, limit: usize) -> Result<Vec<u8>, Fault> {
        let mut bytes = Vec::new();
        while bytes.len() < limit {
            let Some(piece) = self.chunk().await? else { break };
            bytes.extend_from_slice(&piece[..piece.len().min(limit - bytes.len())]);
        }
        // A body that ends just here is at its end, and its connection free.
        if bytes.len() < limit || matches!(self.state, BodyState::Length(0)) {
            while self.chunk().await?.is_some() {}
        }
        Ok(bytes)
    }

    fn fail(&mut self, error: Error) -> Fault {
        let fault = Fault::new(Stage::Body, error);
        self.record(Some(fault.clone()));
        self.connection = None;
        fault
    }

    fn record(&self, fault: Option<Fault>) {
        let Some(connection) = &self.connection else { return };
        let step = trace::Body {
            connection: connection.number,
            purpose: self.report.purpose,
            url: redact::url(&self.report.url),
            bytes: self.report.bytes,
            fault,
        };
        self.report.recorder.record(self.report.since, What::Body(step));
    }

    /// Gives the connection back, where it may be used again.
    fn release(&mut self) {
        if let (Some(connection), Some((pool, key))) = (self.connection.take(), self.home.take()) {
            pool.put(key, connection);
        }
    }
}
