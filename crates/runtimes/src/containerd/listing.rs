//! What else a registry tells, asked as the pull asks: the same hosts, proxy, TLS and credentials. No containerd asks
//! for this; a report that says "did you mean" does, and one that says how many pulls are left.

use std::sync::Arc;

use cri::PullImageRequest;
use distribution::Reference;
use net::{BoxFuture, Recorder};
use trace::Purpose;

use super::config::Config;
use super::credentials::Credentials;
use super::error::Result;
use super::hosts::RegistryHost;
use super::request::Base;
use super::resolver;
use super::{Attempt, Containerd};
use crate::listing::{ASKED_FOR, Listing, MAX_LIST};

impl Listing {
    fn url(self, base: &Base, host: &RegistryHost) -> String {
        let root = format!("{}://{}{}", host.scheme, host.host, host.path);
        match self {
            Self::Tags => format!("{root}/{}/tags/list?n={ASKED_FOR}", base.repository),
            Self::Repositories => format!("{root}/_catalog?n={ASKED_FOR}"),
        }
    }
}

impl Containerd {
    /// The names in a list of the image's registry, as its first host that has it tells them; `None` where none does.
    /// Mirrors are not asked. What is sent is what a pull of the same image sends to the same hosts.
    pub async fn list(&self, request: &PullImageRequest, listing: Listing) -> Option<Vec<String>> {
        let list: BoxFuture<'_, _> = Box::pin(self.ask_for_list(request, listing));
        list.await.ok().flatten()
    }

    /// Asks the image's own registry for the head of its manifest, as a pull begins, and goes no further: registries that
    /// count pulls do not count this one. The answer stands in the trace. Whether the registry has it, and shows it.
    pub async fn ask_for_manifest(&self, request: &PullImageRequest) -> bool {
        let head: BoxFuture<'_, _> = Box::pin(self.ask_for_head(request));
        head.await.is_ok_and(|found| found)
    }

    async fn ask_for_head(&self, request: &PullImageRequest) -> Result<bool> {
        let Some((named, base)) = self.asking(request)? else { return Ok(false) };
        let object = named.object().unwrap_or_default();
        let mut found = false;
        for host in base.own_hosts() {
            let mut request = resolver::request(&base, host, "HEAD", ["manifests", &object])?;
            found = request.do_with_retries(false).await?.status == 200;
            if found {
                break;
            }
        }
        Ok(found)
    }

    async fn ask_for_list(
        &self,
        request: &PullImageRequest,
        listing: Listing,
    ) -> Result<Option<Vec<String>>> {
        let Some((_, base)) = self.asking(request)? else { return Ok(None) };
        for host in base.own_hosts() {
            let mut request = base.to(&listing.url(&base, host), host, Purpose::Resolve, "GET")?;
            let mut answer = request.do_with_retries(false).await?;
            if answer.status == 200 {
                let body = answer.read_up_to(MAX_LIST).await.unwrap_or_default();
                return Ok(listing.names(&body));
            }
        }
        Ok(None)
    }

    /// What a pull of the same image would ask with; none where it would not come to ask.
    fn asking(&self, request: &PullImageRequest) -> Result<Option<(Reference, Base)>> {
        let profile = self.profile;
        let Ok(named) = Reference::parse_docker_ref(&request.image, profile.grammar) else { return Ok(None) };
        let recorder = Recorder::new(self.options.trace.clone());
        let Ok(config) = Config::read(&self.options.node, profile, &recorder) else { return Ok(None) };
        let attempt = Attempt {
            options: &self.options,
            profile,
            store: &self.store,
            config,
            limit: None,
            requests: None,
            recorder,
            named,
            legacy: None,
            begun: Arc::default(),
        };
        let credentials = Credentials {
            request: request.auth.clone(),
            node: attempt.config.auths.clone(),
            transfer: !attempt.config.local_pull,
        };
        let base = attempt.base(&attempt.host_factory(), &credentials)?;
        Ok(Some((attempt.named, base)))
    }
}

impl Base {
    /// The hosts that are no mirrors.
    fn own_hosts(&self) -> impl Iterator<Item = &RegistryHost> {
        self.hosts.iter().filter(|host| !host.is_proxy(&self.namespace))
    }
}
