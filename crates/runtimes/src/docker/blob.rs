//! A blob that is read on from where it broke off (docker/distribution v2.8.3 registry/client/transport/http_reader.go).

use bytes::Bytes;
use gostd::url::Url;
use net::{Request, Response};
use trace::Purpose;

use super::client_errors::is_success;
use super::error::{Error, Result};
use super::repository::{Repository, with_digest};

/// `httpReadSeeker`: asks when something is wanted of it, and once more when that fails.
pub(super) struct BlobReader<'a> {
    repository: &'a Repository,
    url: Url,
    purpose: Purpose,
    offset: u64,
    opened: Option<Opened>,
}

struct Opened {
    answer: Response,
    /// The size of the whole blob, where the answer tells.
    size: Option<u64>,
}

impl<'a> BlobReader<'a> {
    /// `blobs.Open`
    pub(super) fn new(repository: &'a Repository, digest: &str, purpose: Purpose) -> Result<Self> {
        with_digest(digest)?;
        let url = repository.url("blobs", digest)?;
        Ok(Self { repository, url, purpose, offset: 0, opened: None })
    }

    /// Asks for the head in place of the blob; whether it is there.
    pub(super) async fn probe(&mut self) -> bool {
        let request = Request::new(self.purpose, "HEAD", self.url.clone());
        self.repository.send(request).await.is_ok_and(|answer| is_success(answer.status))
    }

    /// `Seek(offset, io.SeekStart)`
    pub(super) async fn seek(&mut self, offset: u64) -> Result<()> {
        if self.opened.is_none() || self.offset != offset {
            self.opened = None;
            self.offset = offset;
            self.open().await?;
        }
        Ok(())
    }

    /// Starts over, without asking yet.
    pub(super) fn rewind(&mut self) {
        self.opened = None;
        self.offset = 0;
    }

    /// `Seek(0, io.SeekEnd)`: the size of the blob.
    pub(super) async fn size(&mut self) -> Result<Option<u64>> {
        Ok(self.open().await?.size)
    }

    /// The next piece; `None` at the end.
    pub(super) async fn read(&mut self) -> Result<Option<Bytes>> {
        let go = self.repository.sender.go;
        let opened = self.open().await?;
        let piece = opened.answer.body.chunk().await.map_err(|fault| Error::transport(fault, go))?;
        self.offset += piece.as_ref().map_or(0, |piece| piece.len() as u64);
        Ok(piece)
    }

    /// `reader`
    async fn open(&mut self) -> Result<&mut Opened> {
        let opened = match self.opened.take() {
            Some(opened) => opened,
            None => self.ask().await?,
        };
        Ok(self.opened.insert(opened))
    }

    async fn ask(&mut self) -> Result<Opened> {
        let mut request = Request::new(self.purpose, "GET", self.url.clone());
        if self.offset > 0 {
            request.header.set("Range", format!("bytes={}-", self.offset));
        }
        let mut answer = self.repository.send(request).await?;
        if answer.status == 404 {
            return Err(Error::UnknownBlob);
        }
        if !is_success(answer.status) {
            return Err(self.repository.refusal(&mut answer).await);
        }
        let size = match answer.status {
            _ if self.offset > 0 => check_range(&answer, self.offset)?,
            200 => answer.content_length,
            _ => None,
        };
        Ok(Opened { answer, size })
    }
}

/// Whether an answer is the rest that was asked for; the size of the whole.
fn check_range(answer: &Response, offset: u64) -> Result<Option<u64>> {
    if answer.status != 206 {
        return Err(Error::WrongCodeForByteRange);
    }
    let range = answer.header.get("Content-Range").unwrap_or_default();
    size_of_range(range, offset).map(Some).map_err(Error::Plain)
}

fn size_of_range(range: &str, offset: u64) -> std::result::Result<u64, String> {
    if range.is_empty() {
        return Err("no Content-Range header found in HTTP 206 response".to_owned());
    }
    let [start, end, total] =
        parts(range).ok_or_else(|| format!("could not parse Content-Range header: {range}"))?;
    let number = |digits: &str, what: &str| {
        digits.parse::<u64>().map_err(|_| format!("could not parse {what} in Content-Range header: {range}"))
    };
    let start = number(start, "start of range")?;
    if start != offset {
        return Err(format!(
            "received Content-Range starting at offset {start} instead of requested {offset}"
        ));
    }
    let end = number(end, "end of range")?;
    // The pattern upstream does not match the star that it means.
    let total = number(total, "total size")?;
    if end.checked_add(1) != Some(total) {
        return Err(format!("range in Content-Range stops before the end of the content: {range}"));
    }
    Ok(total)
}

/// `bytes ([0-9]+)-([0-9]+)/([0-9]+|\\*)`, wherever it stands.
fn parts(range: &str) -> Option<[&str; 3]> {
    fn digits(text: &str) -> (&str, &str) {
        text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()))
    }
    let (start, rest) = digits(range.split_once("bytes ")?.1);
    let (end, rest) = digits(rest.strip_prefix('-')?);
    let (total, _) = digits(rest.strip_prefix('/')?);
    (!start.is_empty() && !end.is_empty()).then_some([start, end, total])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_as_they_are_checked() {
        let cases = [
            ("bytes 5-9/10", Ok(10)),
            ("", Err("no Content-Range header found in HTTP 206 response")),
            ("5-9/10", Err("could not parse Content-Range header: 5-9/10")),
            ("bytes 6-9/10", Err("received Content-Range starting at offset 6 instead of requested 5")),
            ("bytes 5-8/10", Err("range in Content-Range stops before the end of the content: bytes 5-8/10")),
            ("bytes 5-9/*", Err("could not parse total size in Content-Range header: bytes 5-9/*")),
        ];
        for (range, expected) in cases {
            assert_eq!(size_of_range(range, 5), expected.map_err(str::to_owned), "{range}");
        }
    }
}
