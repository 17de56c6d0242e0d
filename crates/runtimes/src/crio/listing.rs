//! What else a registry tells, asked as the pull asks: the same host, proxy, TLS and login.

use cri::PullImageRequest;
use net::{BoxFuture, Recorder, Response};
use trace::Purpose;

use super::auth::Login;
use super::client::{Client, Wanted};
use super::config::{self, Config};
use super::error::Result;
use super::registries::PullSource;
use super::{CriO, shortnames};
use crate::listing::{ASKED_FOR, Listing, MAX_LIST};

impl CriO {
    /// As `Runtime::list`.
    pub(crate) async fn list(&self, request: &PullImageRequest, listing: Listing) -> Option<Vec<String>> {
        let asked: BoxFuture<'_, _> = Box::pin(async {
            let (client, source) = self.own_client(request)?;
            let path = match listing {
                Listing::Tags => format!("/v2/{}/tags/list?n={ASKED_FOR}", source.reference.path),
                Listing::Repositories => format!("/v2/_catalog?n={ASKED_FOR}"),
            };
            let mut response =
                get(&client, "GET", &path).await.ok().filter(|response| response.status == 200)?;
            listing.names(&response.body.read_up_to(MAX_LIST).await.unwrap_or_default())
        });
        asked.await
    }

    /// As `Runtime::ask_for_manifest`.
    pub(crate) async fn ask_for_manifest(&self, request: &PullImageRequest) -> bool {
        let asked: BoxFuture<'_, _> = Box::pin(async {
            let (client, source) = self.own_client(request)?;
            let object = source.reference.object()?;
            let path = format!("/v2/{}/manifests/{object}", source.reference.path);
            get(&client, "HEAD", &path).await.ok()
        });
        asked.await.is_some_and(|response| response.status == 200)
    }

    /// A client of the image's own registry, where a pull would come to ask it.
    fn own_client(&self, request: &PullImageRequest) -> Option<(Client, PullSource)> {
        let recorder = Recorder::new(self.options.trace.clone());
        let config = Config::read(&self.options.node, self.profile).ok()?;
        let registries = config::load_registries(&self.options.node).ok()?;
        let login = Login::of_request(request.auth.as_ref()).ok()?;
        let system = std::sync::Arc::new(self.system(config, registries, login.clone(), recorder));
        let mode = system.config.short_names;
        let (node, registries) = (&system.node, &system.registries);
        let named = shortnames::candidates(node, registries, mode, &request.image, &system.recorder).ok()?;
        let source = registries.pull_sources(named.first()?).ok()?.pop()?;
        let login = login.filter(|_| source.reference.domain == named[0].domain);
        Some((Client::new(&system, &source, login).ok()?, source))
    }
}

async fn get(client: &Client, method: &'static str, path: &str) -> Result<Response> {
    let header = super::manifest::ACCEPTED.map(|media_type| ("Accept", media_type));
    client.request(&Wanted { purpose: Purpose::Resolve, method, path, header: &header }).await
}
