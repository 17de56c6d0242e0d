//! What else a registry tells, asked as the pull asks. The engine asks for none of this; a report that says "did you mean"
//! does, and one that says how many pulls are left.

use cri::PullImageRequest;
use distribution::Reference;
use net::{BoxFuture, Recorder, Request};
use trace::Purpose;

use super::daemon_json::Config;
use super::progress::Progress;
use super::repository::Repository;
use super::{Docker, GRAMMAR};
use crate::listing::{ASKED_FOR, Listing, MAX_LIST};

impl Docker {
    /// The names in a list of the image's registry, as its first endpoint that has it tells them. Mirrors are not asked.
    pub(crate) async fn list(&self, request: &PullImageRequest, listing: Listing) -> Option<Vec<String>> {
        let list: BoxFuture<'_, _> = Box::pin(self.ask_for_list(request, listing));
        list.await
    }

    /// Asks the image's own registry for the head of its manifest. Whether the registry has it, and shows it.
    pub(crate) async fn ask_for_manifest(&self, request: &PullImageRequest) -> bool {
        let head: BoxFuture<'_, _> = Box::pin(self.ask_for_head(request));
        head.await.unwrap_or(false)
    }

    async fn ask_for_head(&self, request: &PullImageRequest) -> Option<bool> {
        let (reference, repository) = self.asking(request).await?;
        let url = repository.url("manifests", &reference.object()?).ok()?;
        let answer = repository.send(Request::new(Purpose::Resolve, "HEAD", url)).await.ok()?;
        Some(answer.status == 200)
    }

    async fn ask_for_list(&self, request: &PullImageRequest, listing: Listing) -> Option<Vec<String>> {
        let (_, repository) = self.asking(request).await?;
        let mut url = match listing {
            Listing::Tags => repository.url("tags", "list").ok()?,
            Listing::Repositories => repository.root("_catalog").ok()?,
        };
        url.raw_query = format!("n={ASKED_FOR}");
        let mut answer = repository.send(Request::new(Purpose::Resolve, "GET", url)).await.ok()?;
        if answer.status != 200 {
            return None;
        }
        listing.names(&answer.body.read_up_to(MAX_LIST).await.ok()?)
    }

    /// The registry itself, as far as a ping; none where a pull would not come to ask.
    async fn asking(&self, request: &PullImageRequest) -> Option<(Reference, Repository)> {
        let reference = Reference::parse_docker_ref(&request.image, GRAMMAR).ok()?;
        let config = Config::read(&self.options.node, self.profile).ok()?;
        let recorder = Recorder::new(self.options.trace.clone());
        let progress = Progress::new().into();
        let (puller, endpoints) =
            self.puller(config, reference.clone(), request.auth.clone(), &recorder, progress).await.ok()?;
        for endpoint in endpoints.into_iter().filter(|endpoint| !endpoint.mirror) {
            if let Ok(repository) = puller.new_repository(endpoint).await {
                return Some((reference, repository));
            }
        }
        None
    }
}
