use std::cell::Cell;
use std::future::{Future, ready};
use std::sync::Mutex;
use std::time::Duration;

use cri::{AuthConfig, Code, CriError, ImageService, PullImageRequest, PulledImage, StoredImage};
use kubelet::{Event, ImageManager, PullInputs, Surroundings, SyncResult, Version, ensure_image_exists};

/// A runtime that answers as it is told, and remembers what it was asked.
#[derive(Default)]
pub struct Fake {
    pub inspect_error: Option<CriError>,
    /// One a call, the last for all further calls; none: success.
    pub pull_errors: Vec<CriError>,
    pub present: Mutex<Vec<String>>,
    pub calls: Mutex<Vec<&'static str>>,
    pub requests: Mutex<Vec<PullImageRequest>>,
    pub size: u64,
}

impl Fake {
    pub fn new() -> Self {
        Self { size: 12345, ..Self::default() }
    }

    pub fn auths(&self) -> Vec<Option<AuthConfig>> {
        self.requests.lock().unwrap().iter().map(|request| request.auth.clone()).collect()
    }

    fn pull(&self, request: PullImageRequest) -> Result<PulledImage, CriError> {
        self.calls.lock().unwrap().push("PullImage");
        let image = request.image.clone();
        let mut requests = self.requests.lock().unwrap();
        requests.push(request);
        match self.pull_errors.get(requests.len() - 1).or(self.pull_errors.last()) {
            Some(error) => Err(error.clone()),
            None => {
                self.present.lock().unwrap().push(image);
                Ok(PulledImage { image_ref: "sha256:1".to_owned() })
            }
        }
    }

    fn status(&self, image: &str) -> Result<Option<StoredImage>, CriError> {
        self.calls.lock().unwrap().push("ImageStatus");
        match &self.inspect_error {
            Some(error) => Err(error.clone()),
            None if self.present.lock().unwrap().iter().any(|known| known == image) => {
                Ok(Some(StoredImage { id: "sha256:1".to_owned(), size: self.size }))
            }
            None => Ok(None),
        }
    }
}

impl ImageService for Fake {
    fn pull_image(
        &self,
        request: PullImageRequest,
    ) -> impl Future<Output = Result<PulledImage, CriError>> + Send {
        ready(self.pull(request))
    }

    fn image_status(
        &self,
        image: &str,
    ) -> impl Future<Output = Result<Option<StoredImage>, CriError>> + Send {
        ready(self.status(image))
    }
}

/// A status whose kubelet text is `text`: `rpc error: code = C desc = M`, or the bare message of an unknown code.
pub fn status(text: &str) -> CriError {
    let parts = text.strip_prefix("rpc error: code = ").and_then(|rest| rest.split_once(" desc = "));
    match parts {
        Some(("NotFound", message)) => CriError::new(Code::NotFound, message),
        Some((code, _)) => panic!("code {code}"),
        None => CriError::new(Code::Unknown, text),
    }
}

/// Runs one sync; the clock says these milliseconds one after the other, and then stays.
pub fn sync_with_clock(fake: &Fake, inputs: &PullInputs, version: Version, clock: &[u64]) -> SyncResult {
    let next = Cell::new(0);
    let clock = || {
        let now = clock.get(next.get()).or(clock.last()).copied().unwrap_or_default();
        next.set(next.get() + 1);
        Duration::from_millis(now)
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(ensure_image_exists(fake, inputs, version, clock))
}

pub fn sync(fake: &Fake, inputs: &PullInputs, version: Version) -> SyncResult {
    sync_with_clock(fake, inputs, version, &[])
}

/// A node whose time is set by hand, and whose every pull may run at once.
#[derive(Default)]
pub struct TestNode {
    pub now: Cell<Duration>,
}

impl TestNode {
    pub fn advance(&self, seconds: u64) {
        self.now.set(self.now.get() + Duration::from_secs(seconds));
    }
}

impl Surroundings for TestNode {
    type Turn = ();

    fn now(&self) -> Duration {
        self.now.get()
    }

    fn turn(&self) -> impl Future<Output = ()> {
        ready(())
    }

    fn record(&self, _: &Event) {}
}

/// Runs one sync of a kubelet that lasts.
pub fn sync_by(manager: &ImageManager, fake: &Fake, inputs: &PullInputs, node: &TestNode) -> SyncResult {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(manager.ensure_image_exists(fake, inputs, node))
}
