//! Layers, one after the other tried again and again (moby@v28.5.2 distribution/pull_v2.go:140 `layerDescriptor.Download`,
//! distribution/xfer/download.go:252 `makeDownloadFunc`).

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use distribution::{Algorithm, Descriptor, Digest, Digester};
use gostd::net::Errno;
use net::Recorder;
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use trace::{Flaw, Purpose};

use super::blob::BlobReader;
use super::error::{Error, Result, is_cut_off};
use super::profile::PullRules;
use super::progress::Progress;
use super::repository::Repository;
use super::store::Store;
use crate::archive::{Applied, Archive};
use crate::options::Layers;

/// A failed try is followed by a pause of so much longer than the one before.
const PAUSE: Duration = Duration::from_secs(5);
/// A layer is taken to be without end from here on.
const ENDLESS: u64 = 64 << 30;
/// A request that is on its way is not called back; whoever gives a pull up waits so long for its answer.
const ON_THE_WAY: Duration = Duration::from_millis(50);
/// Where the engine keeps what it downloads.
const TEMPORARY: &str = "/var/lib/docker/tmp/GetImageBlob";

/// What layers are fetched with.
pub(super) struct Downloader {
    pub(super) repository: Arc<Repository>,
    pub(super) store: Arc<Store>,
    pub(super) progress: Arc<Progress>,
    pub(super) recorder: Recorder,
    pub(super) rules: &'static PullRules,
    pub(super) layers: Layers,
    /// `max-concurrent-downloads`
    pub(super) at_once: usize,
    /// `max-download-attempts`
    pub(super) attempts: u32,
    pub(super) first: FirstAnswers,
}

/// How many layers have been asked for, and how many of them have begun to come, or failed at the first try.
#[derive(Default)]
pub(super) struct FirstAnswers {
    asked: AtomicUsize,
    answered: AtomicUsize,
    came: Notify,
}

impl FirstAnswers {
    fn came(&self) {
        self.answered.fetch_add(1, Ordering::Relaxed);
        self.came.notify_one();
    }

    async fn all(&self) {
        while self.answered.load(Ordering::Relaxed) < self.asked.load(Ordering::Relaxed) {
            self.came.notified().await;
        }
    }
}

/// A layer that came.
#[derive(Clone, Debug)]
pub(super) struct Downloaded {
    /// What it unpacks to; `None` where only its head was asked for.
    pub(super) applied: Option<Applied>,
}

/// How far each layer has come, for those that wait for their turn behind it.
type Outcomes = Arc<Mutex<Vec<Option<Result<Downloaded>>>>>;

/// Layers that are on their way. Dropped, none of them goes on.
pub(super) struct Downloading {
    downloader: Arc<Downloader>,
    /// For each layer the first one of the same content.
    first: Vec<usize>,
    outcomes: Outcomes,
    done: Arc<Notify>,
    /// Ended with it.
    tasks: JoinSet<()>,
}

impl Downloader {
    /// `LayerDownloadManager.Download`: all layers, so many at once.
    pub(super) fn start(self: &Arc<Self>, layers: &[Descriptor]) -> Downloading {
        let same = |layer: &Descriptor| layers.iter().position(|other| other.digest == layer.digest);
        let first: Vec<usize> = layers.iter().filter_map(same).collect();
        let limiter = Arc::new(Semaphore::new(self.at_once));
        let mut downloading = Downloading {
            downloader: self.clone(),
            first,
            outcomes: Arc::new(Mutex::new(vec![None; layers.len()])),
            done: Arc::new(Notify::new()),
            tasks: JoinSet::new(),
        };
        for (index, layer) in layers.iter().enumerate() {
            // The same content is fetched once.
            if downloading.first[index] == index {
                let (own, limiter, digest) = (self.clone(), limiter.clone(), layer.digest.clone());
                let (outcomes, done) = (downloading.outcomes.clone(), downloading.done.clone());
                downloading.tasks.spawn(Box::pin(async move {
                    own.in_turn(limiter, &outcomes, index, &digest).await;
                    done.notify_one();
                }));
            }
        }
        downloading
    }

    /// One layer, when it is its turn.
    async fn in_turn(&self, limiter: Arc<Semaphore>, outcomes: &Outcomes, index: usize, digest: &str) {
        let permit = limiter.acquire_owned().await;
        // Whoever begins late looks whether a layer below has failed by then.
        let outcome = match failure_below(outcomes, index) {
            Some(error) => Err(error),
            None => self.with_attempts(digest).await,
        };
        drop(permit);
        lock(outcomes)[index] = Some(outcome);
    }

    /// The loop of `makeDownloadFunc`.
    async fn with_attempts(&self, digest: &str) -> Result<Downloaded> {
        self.first.asked.fetch_add(1, Ordering::Relaxed);
        let mut layer = Layer::new(self, digest);
        let most = self.attempts + self.rules.further_attempts;
        let mut attempt = 1;
        loop {
            let downloaded = layer.download().await;
            layer.answered();
            let error = match downloaded {
                Ok(downloaded) => return Ok(downloaded),
                Err(error) => error,
            };
            if error.is_final() || attempt >= most {
                return Err(error);
            }
            let pause = PAUSE * attempt;
            let text = format!(
                "{digest} is tried again in {} seconds, {attempt} of {most} tries failed",
                pause.as_secs()
            );
            self.recorder.decide("retry", text);
            attempt += 1;
            // A line a second says how long it will still be.
            for _ in 0..pause.as_secs() {
                self.progress.came();
                sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

impl Downloading {
    /// What is on its way to a registry gets there, though nobody waits for it any more.
    pub(super) async fn given_up(self) {
        let _ = timeout(ON_THE_WAY, self.downloader.first.all()).await;
    }

    /// The layers, where each of them has come by now.
    pub(super) fn all_came(&self) -> Option<Vec<Downloaded>> {
        let outcomes = lock(&self.outcomes);
        self.first.iter().map(|index| outcomes[*index].as_ref()?.as_ref().ok().cloned()).collect()
    }

    /// The outcome of the uppermost layer, which is that of the one below it where it has come itself.
    pub(super) async fn finished(self) -> Result<Vec<Downloaded>> {
        for index in self.first.iter().rev() {
            loop {
                match &lock(&self.outcomes)[*index] {
                    Some(Ok(_)) => break,
                    Some(Err(error)) => return Err(error.clone()),
                    None => {}
                }
                self.done.notified().await;
            }
        }
        let found = |index: &usize| lock(&self.outcomes)[*index].clone();
        self.first.iter().map(|index| found(index).unwrap_or(Ok(Downloaded { applied: None }))).collect()
    }
}

fn lock(outcomes: &Outcomes) -> std::sync::MutexGuard<'_, Vec<Option<Result<Downloaded>>>> {
    outcomes.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The failure of the nearest layer below, if those between have come.
fn failure_below(outcomes: &Outcomes, index: usize) -> Option<Error> {
    let outcomes = lock(outcomes);
    let nearest = outcomes[..index].iter().rev().find(|outcome| !matches!(outcome, Some(Ok(_))))?;
    nearest.as_ref()?.as_ref().err().cloned()
}

/// `layerDescriptor`: one layer, and what has come of it.
struct Layer<'a> {
    downloader: &'a Downloader,
    digest: &'a str,
    offset: u64,
    digester: Digester,
    archive: Archive,
    has_answer: bool,
}

impl<'a> Layer<'a> {
    fn new(downloader: &'a Downloader, digest: &'a str) -> Self {
        Self {
            downloader,
            digest,
            offset: 0,
            digester: digester(digest),
            archive: Archive::new(),
            has_answer: false,
        }
    }

    /// It has begun to come, or the first try has failed.
    fn answered(&mut self) {
        if !std::mem::replace(&mut self.has_answer, true) {
            self.downloader.first.came();
        }
    }

    /// `truncateDownloadFile`
    fn truncate(&mut self) {
        self.downloader.store.space.give_back(self.offset);
        self.offset = 0;
        self.digester = digester(self.digest);
        self.archive = Archive::new();
    }

    async fn download(&mut self) -> Result<Downloaded> {
        let repository = self.downloader.repository.clone();
        let mut reader = BlobReader::new(&repository, self.digest, Purpose::Layer)?;
        if self.downloader.layers == Layers::Head {
            return self.probe(&mut reader).await;
        }
        let resumed_at = self.offset;
        if resumed_at != 0
            && let Err(error) = reader.seek(resumed_at).await
        {
            self.truncate();
            return Err(error);
        }
        // Without a size there is no progress bar; reading asks once more, and its error is the one that counts.
        let size = reader.size().await;
        if size.is_ok() {
            self.answered();
        }
        let size = size.ok().flatten().unwrap_or(0);
        if size != 0 && self.offset > size {
            self.truncate();
            reader.rewind();
        }
        self.copy(&mut reader).await?;
        self.verify(resumed_at)
    }

    async fn copy(&mut self, reader: &mut BlobReader<'_>) -> Result<()> {
        while self.offset < ENDLESS {
            let piece = match reader.read().await {
                Ok(Some(piece)) => piece,
                Ok(None) => break,
                Err(Error::WrongCodeForByteRange) => {
                    self.truncate();
                    return Err(Error::WrongCodeForByteRange);
                }
                Err(error) => return Err(self.ended(error)),
            };
            let length = piece.len() as u64;
            self.downloader.store.space.take(length).map_err(|error| self.unwritten(error.raw_os_error()))?;
            self.offset += length;
            self.digester.update(&piece);
            self.archive.push(&piece);
            self.downloader.progress.came();
        }
        Ok(())
    }

    /// The end of a try, told where a body was cut off.
    fn ended(&self, error: Error) -> Error {
        if is_cut_off(&error) {
            let text = format!("{} ended after {} bytes; what came is kept", self.digest, self.offset);
            self.downloader.recorder.decide("layer", text);
        }
        error.retried()
    }

    fn unwritten(&self, errno: Option<i32>) -> Error {
        let flaw = Flaw::Storage { errno };
        self.downloader.recorder.unusable(format!("{} is not kept", self.digest), flaw);
        let hex = Digest::sha256_of(self.digest);
        let number: String = hex.hex().bytes().take(10).map(|b| char::from(b'0' + b % 10)).collect();
        Error::Storage { what: format!("write {TEMPORARY}{number}"), errno }.retried()
    }

    /// What came is compared with its digest. After a resumption there is another try.
    fn verify(&mut self, resumed_at: u64) -> Result<Downloaded> {
        let got = self.digester.clone().finish().to_string();
        if got == self.digest {
            let archive = std::mem::replace(&mut self.archive, Archive::new());
            return Ok(Downloaded { applied: Some(archive.finish()) });
        }
        self.downloader.recorder.unusable(format!("{} is not kept", self.digest), Flaw::Digest { got });
        let text = format!("filesystem layer verification failed for digest {}", self.digest);
        self.truncate();
        let error = Error::Plain(text);
        Err(if resumed_at == 0 { Error::DoNotRetry(Box::new(error)) } else { error })
    }

    /// Only the head; what the engine would say where it is not to be had.
    async fn probe(&self, reader: &mut BlobReader<'_>) -> Result<Downloaded> {
        // Signed URLs are often valid for GET alone; and the words of a failure are those of a GET.
        if !reader.probe().await && reader.size().await.is_err() {
            reader.read().await.map_err(Error::retried)?;
        }
        Ok(Downloaded { applied: None })
    }
}

fn digester(digest: &str) -> Digester {
    let algorithm = digest.parse::<Digest>().map_or(Algorithm::Sha256, |digest| digest.algorithm());
    Digester::new(algorithm)
}

/// How a layer that cannot be unpacked is told (moby@v28.5.2 distribution/xfer/download.go:396; v20.10.24
/// pkg/chrootarchive/diff_unix.go).
pub(super) fn unregistered(words: &str, rules: &PullRules) -> Error {
    if rules.tells_unpacking_process {
        let said = format!("ApplyLayer exit status 1 stdout:  stderr: {words}");
        return Error::Plain(format!("failed to register layer: {said}"));
    }
    Error::Plain(format!("failed to register layer: {words}"))
}

/// That there is no room for what a layer unpacks to.
pub(super) fn no_room(rules: &PullRules) -> Error {
    unregistered(&format!("write /: {}", Errno::NO_SPACE), rules)
}
