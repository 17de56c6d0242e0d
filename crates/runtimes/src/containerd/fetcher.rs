//! Content by digest (containerd v2.1.9 core/remotes/docker/fetcher.go, httpreadseeker.go).

use std::io::Write as _;
use std::sync::Arc;

use bytes::Bytes;
use distribution::{Descriptor, media_type};
use gostd::flate::Seen;
use gostd::net::Error as Cause;
use gostd::url::Url;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use trace::Purpose;

use super::chunks::{Body, Broken, Chunking};
use super::error::{Class, Error, Result};
use super::hosts::RegistryHost;
use super::http::Answer;
use super::request::{Base, HostRequest};
use super::schema1::is_schema1;
use super::status;
use crate::archive::is_gzip;

/// So many times a body is opened anew without getting a byte further (httpreadseeker.go:28).
const MAX_RETRY: u32 = 3;
/// The fixed part of a gzip header.
const GZIP_HEADER: usize = 10;

/// Fetches content of one repository.
pub(super) struct Fetcher {
    pub(super) base: Base,
    /// For the URLs of foreign layers.
    pub(super) foreign: RegistryHost,
    /// `max_concurrent_downloads`
    pub(super) limiter: Arc<Semaphore>,
    /// `concurrent_layer_fetch_buffer`
    pub(super) chunking: Option<Chunking>,
}

/// Content that is read on, across connections (`httpReadSeeker`).
pub(super) struct Reader<'a> {
    fetcher: &'a Fetcher,
    descriptor: &'a Descriptor,
    offset: u64,
    opened: Option<Opened>,
    without_progress: u32,
}

/// How reading content may end before its time.
pub(super) enum ReadError {
    /// The connection ended, and opening anew did not help: what came is what there is.
    UnexpectedEof,
    /// Anything else.
    Other(Error),
}

struct Opened {
    body: Body,
    decoder: Decoder,
}

impl Fetcher {
    pub(super) fn fetch<'a>(&'a self, descriptor: &'a Descriptor, offset: u64) -> Reader<'a> {
        Reader { fetcher: self, descriptor, offset, opened: None, without_progress: 0 }
    }

    /// Asks for the head of a blob in place of its content; what the node would say where that fails.
    pub(super) async fn probe(&self, descriptor: &Descriptor) -> Result<()> {
        for (index, host) in self.base.hosts.iter().enumerate() {
            let last_host = index + 1 == self.base.hosts.len();
            let mut request =
                self.base.request(host, Purpose::Layer, "HEAD", ["blobs", &descriptor.digest])?;
            request.header.set("Accept", self.accept(&descriptor.media_type));
            let permit = self.permit().await;
            let answer = request.do_with_retries(last_host).await;
            drop(permit);
            if answer.is_ok_and(|answer| answer.status < 300) {
                return Ok(());
            }
        }
        // Signed URLs are often valid for GET alone; and the words of a failure are those of a GET.
        self.open(descriptor, 0).await.map(drop)
    }

    /// The function that `httpReadSeeker` opens with (fetcher.go:245-330): foreign URLs first, then every host.
    async fn open(&self, descriptor: &Descriptor, offset: u64) -> Result<Opened> {
        for url in &descriptor.urls {
            match Url::parse(url) {
                Ok(parsed) if parsed.scheme == "http" || parsed.scheme == "https" => {}
                _ => continue,
            }
            let request = self.base.to(url, &self.foreign, Purpose::Layer, "GET")?;
            match self.open_request(request, descriptor, offset, false).await {
                Err(error) if error.is_not_found() => {}
                other => return other,
            }
        }
        let is_manifest =
            media_type::is_manifest(&descriptor.media_type) || media_type::is_index(&descriptor.media_type);
        let is_manifest = is_manifest || is_schema1(descriptor);
        let endpoint = if is_manifest { "manifests" } else { "blobs" };
        let mut first = None;
        for (index, host) in self.base.hosts.iter().enumerate() {
            let last_host = index + 1 == self.base.hosts.len();
            let request =
                self.base.request(host, purpose(descriptor), "GET", [endpoint, &descriptor.digest])?;
            match self.open_request(request, descriptor, offset, last_host).await {
                Ok(opened) => return Ok(opened),
                Err(error) => first = first.or(Some(error)),
            }
        }
        match first {
            Some(error) if !is_manifest && error.is_not_found() => {
                let Descriptor { digest, media_type, .. } = descriptor;
                let text = format!("could not fetch content descriptor {digest} ({media_type}) from remote");
                Err(Error::Class(Class::NotFound, text))
            }
            Some(error) => Err(error),
            None => Err(Error::Class(Class::NotFound, "no pull hosts".into())),
        }
    }

    /// `dockerFetcher.open`: a permit, the request, the checks of the answer.
    async fn open_request(
        &self,
        mut request: HostRequest,
        descriptor: &Descriptor,
        offset: u64,
        last_host: bool,
    ) -> Result<Opened> {
        request.header.set("Accept", self.accept(&descriptor.media_type));
        let rules = &self.base.profile.content;
        if let Some(encodings) = rules.accept_encoding {
            request.header.set("Accept-Encoding", encodings);
        }
        let splits = self.chunking.is_some();
        if offset > 0 || splits || rules.always_asks_for_range {
            request.header.set("Range", format!("bytes={offset}-"));
        }
        let permit = self.permit().await;
        let mut answer = request.do_with_retries(last_host).await?;
        check_status(&request, &mut answer).await?;
        // Where no encoding was asked for, Go has undone what it asked for itself.
        let encoding = rules.accept_encoding.and_then(|_| answer.header.get("Content-Encoding"));
        let decoder = Decoder::new(encoding.unwrap_or_default())?;
        let mut opened = Opened { body: Body::new(answer, permit), decoder };
        opened.check_gzip_header().await?;
        let counts = opened.check_offset(offset, splits, rules.trusts_partial).await?;
        if let Some(chunking) = self.chunking.filter(|_| counts) {
            opened.body.split(chunking, request, self.limiter.clone(), last_host, offset);
        }
        Ok(opened)
    }

    /// `setMediaType`
    fn accept(&self, media_type: &str) -> String {
        if media_type.is_empty() && !self.base.profile.content.names_empty_type {
            "*/*".to_owned()
        } else {
            format!("{media_type}, */*")
        }
    }

    async fn permit(&self) -> Option<OwnedSemaphorePermit> {
        // The semaphore is never closed.
        self.limiter.clone().acquire_owned().await.ok()
    }
}

impl Opened {
    /// `withOffsetCheck`: a server that sends all in place of a range is read past. Whether it knows ranges at all.
    async fn check_offset(&mut self, offset: u64, splits: bool, trusts_partial: bool) -> Result<bool> {
        let answer = &mut self.body.answer;
        if (offset == 0 && !splits) || (trusts_partial && answer.status == 206) {
            return Ok(true);
        }
        if let Some(range) = answer.header.get("Content-Range").filter(|range| !range.is_empty()) {
            if range.starts_with(&format!("bytes {offset}-")) {
                return Ok(true);
            }
            return Err(Error::Plain(format!("unhandled content range in response: {range}")));
        }
        let mut left = offset;
        while left > 0 {
            let piece = answer.chunk().await;
            let piece = piece.map_err(|fault| Error::body(&fault).context("failed to discard to offset"))?;
            let Some(mut piece) = piece else {
                return Err(Error::Plain("unable to discard to offset".into()));
            };
            let taken = left.min(piece.len() as u64);
            left -= taken;
            let rest = piece.split_off(usize::try_from(taken).unwrap_or(piece.len()));
            self.decoder.push_back(rest);
        }
        Ok(false)
    }
}

impl Reader<'_> {
    /// The next piece; `None` at the end (`httpReadSeeker.Read`).
    pub(super) async fn read(&mut self) -> std::result::Result<Option<Bytes>, ReadError> {
        loop {
            // Of schema 1 the size of a layer is not known: -1.
            let size = u64::try_from(self.descriptor.size);
            if self.opened.is_none() && size.is_ok_and(|size| self.offset >= size) {
                return Ok(None);
            }
            self.open().await.map_err(ReadError::Other)?;
            let Some(opened) = &mut self.opened else { return Ok(None) };
            match opened.next().await {
                Ok(Some(piece)) => {
                    self.offset += piece.len() as u64;
                    self.without_progress = 0;
                    return Ok(Some(piece));
                }
                Ok(None) => {
                    self.opened = None;
                    return Ok(None);
                }
                Err(Broken::Read(Cause::UnexpectedEof)) => {
                    self.opened = None;
                    self.without_progress += 1;
                    if self.without_progress > MAX_RETRY {
                        return Err(ReadError::UnexpectedEof);
                    }
                    // All that was announced is there: nothing is opened for the rest (`reader`).
                    let is_complete = size.is_ok_and(|size| self.offset >= size);
                    // An error while opening anew is swallowed; the end that was there is told.
                    if !is_complete && self.open().await.is_err() {
                        return Err(ReadError::UnexpectedEof);
                    }
                }
                Err(Broken::Read(Cause::Canceled)) => return Err(ReadError::Other(Error::Canceled)),
                Err(Broken::Read(cause)) => return Err(ReadError::Other(Error::Plain(cause.to_string()))),
                Err(Broken::Asked(error)) => return Err(ReadError::Other(error)),
            }
        }
    }

    async fn open(&mut self) -> Result<()> {
        if self.opened.is_none() {
            let opened = self.fetcher.open(self.descriptor, self.offset).await;
            self.opened = Some(opened.map_err(|error| error.context("httpReadSeeker: failed open"))?);
        }
        Ok(())
    }
}

impl Opened {
    /// `gzip.NewReader` reads the header at once, so that what is none fails while it is opened.
    async fn check_gzip_header(&mut self) -> Result<()> {
        if !matches!(self.decoder, Decoder::Gzip(..)) {
            return Ok(());
        }
        let mut first = Vec::new();
        while first.len() < GZIP_HEADER {
            let piece = self.body.answer.chunk().await.map_err(|fault| Error::body(&fault))?;
            let Some(piece) = piece else { break };
            first.extend_from_slice(&piece);
        }
        if first.len() >= GZIP_HEADER && !is_gzip(&first) {
            return Err(Error::Plain("gzip: invalid header".into()));
        }
        if first.len() < GZIP_HEADER {
            return Err(Error::Plain(if first.is_empty() { "EOF" } else { "unexpected EOF" }.into()));
        }
        self.decoder.push(&first.into())
    }

    async fn next(&mut self) -> std::result::Result<Option<Bytes>, Broken> {
        loop {
            if let Some(piece) = self.decoder.take() {
                return Ok(Some(piece));
            }
            match self.body.chunk().await? {
                Some(piece) => self.decoder.push(&piece).map_err(Broken::Asked)?,
                None => return self.decoder.finish().map_err(Broken::Read),
            }
        }
    }
}

/// `withErrorCheck`
pub(super) async fn check_status(request: &HostRequest, answer: &mut Answer) -> Result<()> {
    let words = &request.profile.words;
    if answer.status == 404 {
        let url = words.missing_url(&request.url);
        return Err(Error::Class(Class::NotFound, format!("content at {url} not found")));
    }
    if answer.status > 299 {
        return Err(status::unexpected_response(request, answer, words.fetch_status).await);
    }
    Ok(())
}

/// Undoes `Content-Encoding` as pieces come.
enum Decoder {
    Identity(Option<Bytes>),
    Gzip(Box<flate2::write::MultiGzDecoder<Vec<u8>>>, bool, Seen),
    Deflate(Box<flate2::write::DeflateDecoder<Vec<u8>>>, bool, Seen),
    Zstd(Box<zstd::stream::write::Decoder<'static, Vec<u8>>>, bool),
}

impl Decoder {
    fn new(encoding: &str) -> Result<Self> {
        let names: Vec<&str> = encoding.split([' ', '\t', ',']).filter(|name| !name.is_empty()).collect();
        let name = names.last().map(|name| name.to_lowercase());
        Ok(match name.as_deref() {
            None | Some("identity") => Self::Identity(None),
            Some("gzip") => {
                Self::Gzip(Box::new(flate2::write::MultiGzDecoder::new(Vec::new())), false, Seen::default())
            }
            Some("deflate") => Self::Deflate(
                Box::new(flate2::write::DeflateDecoder::new(Vec::new())),
                false,
                Seen::default(),
            ),
            Some("zstd") => {
                let decoder = zstd::stream::write::Decoder::new(Vec::new());
                Self::Zstd(Box::new(decoder.map_err(|error| Error::Plain(error.to_string()))?), false)
            }
            Some(other) => {
                return Err(Error::Plain(format!("unsupported Content-Encoding algorithm: {other}")));
            }
        })
    }

    fn push_back(&mut self, piece: Bytes) {
        if let Self::Identity(waiting) = self {
            *waiting = Some(piece).filter(|piece| !piece.is_empty());
        }
    }

    /// Decodes a piece. What is decoded comes out at once: how far a body came decides where it is resumed.
    fn push(&mut self, piece: &Bytes) -> Result<()> {
        fn all(decoder: &mut impl std::io::Write, piece: &[u8]) -> std::io::Result<()> {
            decoder.write_all(piece)?;
            decoder.flush()
        }
        let decoded = match self {
            Self::Identity(waiting) => {
                *waiting = Some(piece.clone());
                return Ok(());
            }
            Self::Gzip(decoder, _, seen) => {
                seen.push(piece);
                all(decoder, piece).map_err(|_| seen.gunzip().to_string())
            }
            Self::Deflate(decoder, _, seen) => {
                seen.push(piece);
                all(decoder, piece).map_err(|_| seen.inflate().to_string())
            }
            Self::Zstd(decoder, _) => {
                all(decoder, piece).map_err(|_| "invalid input: magic number mismatch".to_owned())
            }
        };
        decoded.map_err(Error::Plain)
    }

    fn take(&mut self) -> Option<Bytes> {
        let plain = match self {
            Self::Identity(waiting) => return waiting.take(),
            Self::Gzip(decoder, ..) => std::mem::take(decoder.get_mut()),
            Self::Deflate(decoder, ..) => std::mem::take(decoder.get_mut()),
            Self::Zstd(decoder, _) => std::mem::take(decoder.get_mut()),
        };
        Some(plain).filter(|plain| !plain.is_empty()).map(Bytes::from)
    }

    /// What is left when the body is at its end; an encoded stream that is not at its own end is cut off.
    fn finish(&mut self) -> std::result::Result<Option<Bytes>, Cause> {
        let finished = match self {
            Self::Identity(_) => return Ok(None),
            Self::Gzip(_, true, _) | Self::Deflate(_, true, _) | Self::Zstd(_, true) => return Ok(None),
            Self::Gzip(decoder, done, _) => {
                *done = true;
                decoder.try_finish()
            }
            Self::Deflate(decoder, done, _) => {
                *done = true;
                decoder.try_finish()
            }
            Self::Zstd(decoder, done) => {
                *done = true;
                decoder.flush()
            }
        };
        finished.map_err(|_| Cause::UnexpectedEof)?;
        Ok(self.take())
    }
}

fn purpose(descriptor: &Descriptor) -> Purpose {
    let media_type = &descriptor.media_type;
    if media_type::is_manifest(media_type) || media_type::is_index(media_type) {
        Purpose::Manifest
    } else if media_type::is_known_config(media_type) {
        Purpose::Config
    } else {
        Purpose::Layer
    }
}
