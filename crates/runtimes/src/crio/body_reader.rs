//! A blob as it comes, resumed where its connection ends too early
//! (cri-o@f954a17:vendor/go.podman.io/image/v5/docker/body_reader.go).

use bytes::Bytes;
use net::Response;
use tokio::time::{Instant, sleep};
use trace::Purpose;

use super::client::{Client, Wanted, refusal};
use super::error::{Error, Result};

/// A blob that is being read.
pub(super) struct BodyReader<'a> {
    client: &'a Client,
    purpose: Purpose,
    /// Where the rest may be had; none of what lies outside the registry, which is not resumed
    /// (docker_client.go:985-1024 `getExternalBlob`).
    path: Option<String>,
    response: Response,
    began: Instant,
    /// Where and when it was resumed last.
    resumed: Option<(u64, Instant)>,
    offset: u64,
    /// When something came last.
    progressed: Option<Instant>,
}

/// `bytes FIRST-LAST/LENGTH`; no length: `*`.
#[derive(Debug, PartialEq, Eq)]
struct ContentRange {
    first: u64,
    last: u64,
    length: Option<u64>,
}

impl<'a> BodyReader<'a> {
    pub(super) fn new(
        client: &'a Client,
        purpose: Purpose,
        path: Option<String>,
        response: Response,
    ) -> Self {
        let began = Instant::now();
        Self { client, purpose, path, response, began, resumed: None, offset: 0, progressed: None }
    }

    /// How long the head of the answer was, in bytes.
    pub(super) fn head_length(&self) -> usize {
        let fields =
            self.response.header.iter().map(|(name, value)| name.len() + value.len() + ": \r\n".len());
        "HTTP/1.1 \r\n\r\n".len() + self.response.status_line.len() + fields.sum::<usize>()
    }

    /// The next piece; none at the end.
    pub(super) async fn chunk(&mut self) -> Result<Option<Bytes>> {
        loop {
            match self.response.body.chunk().await {
                Ok(piece) => {
                    self.offset += piece.as_ref().map_or(0, |piece| piece.len() as u64);
                    self.progressed = Some(Instant::now());
                    return Ok(piece);
                }
                Err(fault) => self.resume(Error::read(fault)).await?,
            }
        }
    }

    /// All of it, up to a limit (`iolimits.ReadAtMost`).
    pub(super) async fn read_at_most(&mut self, most: usize) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        while let Some(piece) = self.chunk().await? {
            bytes.extend_from_slice(&piece);
            if bytes.len() > most {
                return Err(Error::plain(format!("exceeded maximum allowed size of {most} bytes")));
            }
        }
        Ok(bytes)
    }

    /// Goes on behind what came so far, on another connection, if there is reason to (`Read`).
    async fn resume(&mut self, cause: Error) -> Result<()> {
        let Some(path) = self.path.as_deref().filter(|_| cause.is_interruption()) else {
            return Err(cause);
        };
        if !self.is_worth_it() {
            return Err(cause.context(self.tuning_data()));
        }
        sleep(self.client.system.profile.content.resume_delay).await;
        let range = format!("bytes={}-", self.offset);
        let header = [("Range", range.as_str())];
        let wanted = Wanted { purpose: self.purpose, method: "GET", path, header: &header };
        let response = match self.client.request(&wanted).await {
            Ok(response) => response,
            Err(error) => return Err(cause.noted(format!("while reconnecting: {error}"))),
        };
        match response.status {
            206 => self.check_range(&response).map_err(|note| cause.noted(note))?,
            200 => {
                let note = "after reconnecting, server did not process a Range: header, status 200";
                return Err(cause.noted(note));
            }
            _ => {
                let error = refusal(response).await;
                return Err(cause.noted(format!("after reconnecting, fetching blob: {error}")));
            }
        }
        self.response = response;
        self.resumed = Some((self.offset, Instant::now()));
        Ok(())
    }

    /// `errorIfNotReconnecting`: the first time, after much has come, or long after the last time.
    fn is_worth_it(&self) -> bool {
        let rules = &self.client.system.profile.content;
        self.resumed.is_none_or(|(offset, at)| {
            self.offset - offset >= rules.progress_to_resume || at.elapsed() >= rules.time_to_resume
        })
    }

    fn tuning_data(&self) -> String {
        let since = |at: Option<Instant>| {
            at.map_or_else(|| "NaN".to_owned(), |at| format!("{:.3}", milliseconds(at)))
        };
        let last = self.resumed.map_or(-1, |(offset, _)| i64::try_from(offset).unwrap_or(i64::MAX));
        format!(
            "(heuristic tuning data: total {} @{} ms, last retry {last} @{} ms, last progress @ {} ms)",
            self.offset,
            since(Some(self.began)),
            since(self.resumed.map(|(_, at)| at)),
            since(self.progressed)
        )
    }

    /// The answer must hold what is missing, to the end.
    fn check_range(&self, response: &Response) -> std::result::Result<(), String> {
        let values: Vec<&str> = response.header.get_all("Content-Range").collect();
        let range = ContentRange::parse(&values)
            .map_err(|why| format!("after reconnecting, invalid Content-Range header: {why}"))?;
        let ContentRange { first, last, length } = range;
        if first == self.offset && length.is_none_or(|length| last + 1 == length) {
            return Ok(());
        }
        let (offset, length) =
            (self.offset, length.map_or(-1, |length| i64::try_from(length).unwrap_or(i64::MAX)));
        Err(format!(
            "after reconnecting at offset {offset}, got unexpected Content-Range {first}-{last}/{length}"
        ))
    }
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}

impl ContentRange {
    /// `parseContentRange`
    fn parse(values: &[&str]) -> std::result::Result<Self, String> {
        let value = match values {
            [] => return Err("missing Content-Range: header".to_owned()),
            [value] => *value,
            many => return Err(format!("ambiguous Content-Range:, {} header values", many.len())),
        };
        let invalid = |why: &str| format!("invalid Content-Range: {}, {why}", gostd::strconv::quote(value));
        let malformed = |why: &str| format!("invalid Content-Range: {}: {why}", gostd::strconv::quote(value));
        let rest = value.strip_prefix("bytes ").ok_or_else(|| invalid("missing prefix \"bytes \""))?;
        let (first, rest) = number(rest).map_err(|why| invalid(&format!("parsing first-pos: {why}")))?;
        let rest = rest.strip_prefix('-').ok_or_else(|| malformed("missing expected '-'"))?;
        let (last, rest) = number(rest).map_err(|why| invalid(&format!("parsing last-pos: {why}")))?;
        let rest = rest.strip_prefix('/').ok_or_else(|| malformed("missing expected '/'"))?;
        let (length, rest) = match rest.strip_prefix('*') {
            Some(rest) => (None, rest),
            None => {
                let parsed =
                    number(rest).map_err(|why| invalid(&format!("parsing complete-length: {why}")))?;
                (Some(parsed.0), parsed.1)
            }
        };
        if rest.is_empty() {
            Ok(Self { first, last, length })
        } else {
            Err(invalid("unexpected trailing content"))
        }
    }
}

fn number(text: &str) -> std::result::Result<(u64, &str), String> {
    let end = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    if digits.is_empty() {
        return Err("missing decimal number".to_owned());
    }
    digits.parse().map(|number| (number, rest)).map_err(|_| {
        format!(
            "parsing number: strconv.ParseInt: parsing {}: value out of range",
            gostd::strconv::quote(digits)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        let parsed = |value: &str| ContentRange::parse(&[value]);
        let whole = |first, last, length| Ok(ContentRange { first, last, length });
        let cases = [
            ("bytes 5-9/10", whole(5, 9, Some(10))),
            ("bytes 5-9/*", whole(5, 9, None)),
            (
                "items 5-9/10",
                Err("invalid Content-Range: \"items 5-9/10\", missing prefix \"bytes \"".to_owned()),
            ),
            (
                "bytes x",
                Err("invalid Content-Range: \"bytes x\", parsing first-pos: missing decimal number"
                    .to_owned()),
            ),
            ("bytes 5/9", Err("invalid Content-Range: \"bytes 5/9\": missing expected '-'".to_owned())),
        ];
        for (value, expected) in cases {
            assert_eq!(parsed(value), expected, "{value}");
        }
        assert_eq!(ContentRange::parse(&[]), Err("missing Content-Range: header".to_owned()));
    }
}
