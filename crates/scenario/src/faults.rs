//! Faults and proxies, read from the file.

use std::sync::Arc;

use mock_registry::{
    Account, Accounts, Authority, CertificateError, Clock, Fault, FaultLayer, Glob, HostBuilder, Proxy,
    Routes, Selector, TlsIdentity, Zone,
};
use rustls::ServerConfig;

use crate::LoadError;
use crate::file::{FaultItem, HostFile, ProxyFile, ScenarioFile};
use crate::mistake::Mistake;
use crate::world::Origin;
use crate::yaml::Spanned;

/// The faults of a host, in the order in which they are looked at: its own, then those of the whole world.
#[derive(Clone, Debug, Default)]
pub(crate) struct Faults {
    armed: Vec<(Fault, Selector)>,
    identities: Vec<(TlsIdentity, Arc<ServerConfig>)>,
}

impl Faults {
    /// Reads the faults of the host called `name`, and makes the certificates that they show.
    pub(crate) fn read(
        origin: &Origin<'_>,
        name: &str,
        host: &HostFile,
        file: &ScenarioFile,
        authority: &Authority,
        clock: Clock,
    ) -> Result<Self, LoadError> {
        let mut armed = Vec::new();
        for written in &host.faults {
            let (fault, when) = read_one(origin, written)?;
            played_by(name, host, file, fault).map_err(|mistake| origin.mistake(written, mistake))?;
            armed.push((fault, when));
        }
        for written in &file.faults {
            let (fault, when) = read_one(origin, written)?;
            if when.fits_host(name) && played_by(name, host, file, fault).is_ok() {
                armed.push((fault, when));
            }
        }
        let unmade = |source: CertificateError| LoadError::Certificate { host: name.to_owned(), source };
        let mut identities: Vec<(TlsIdentity, Arc<ServerConfig>)> = Vec::new();
        for identity in armed.iter().filter_map(|(fault, _)| fault.identity()) {
            if !identities.iter().any(|(made, _)| *made == identity) {
                let config = make(authority, identity, name, clock).map_err(unmade)?;
                identities.push((identity, config));
            }
        }
        Ok(Self { armed, identities })
    }

    /// Arms a host with them.
    pub(crate) fn arm(&self, builder: HostBuilder) -> HostBuilder {
        let builder =
            self.armed.iter().fold(builder, |builder, (fault, when)| builder.fault(*fault, when.clone()));
        let identities = self.identities.iter();
        identities.fold(builder, |builder, (identity, config)| builder.identity(*identity, config.clone()))
    }
}

fn make(
    authority: &Authority,
    identity: TlsIdentity,
    name: &str,
    clock: Clock,
) -> Result<Arc<ServerConfig>, CertificateError> {
    let clients = identity.demands_client.then_some(authority);
    authority.server(identity.kind, &[name.to_owned()])?.server_config(clients, clock)
}

/// Arms the name server: with the faults at hosts for their names, then with those of the whole world.
pub(crate) fn arm_zone(origin: &Origin<'_>, file: &ScenarioFile, zone: &mut Zone) -> Result<(), LoadError> {
    for (name, host) in &file.hosts {
        for written in &host.value.faults {
            let (fault, when) = read_one(origin, written)?;
            zone.fault(fault, Selector { host: Some(Glob::new(name)), ..when });
        }
    }
    for written in &file.faults {
        let (fault, when) = read_one(origin, written)?;
        let plays = |(name, host): (&String, &Spanned<HostFile>)| {
            when.fits_host(name) && played_by(name, &host.value, file, fault).is_ok()
        };
        if fault.layer() != FaultLayer::Dns && !file.hosts.iter().any(plays) {
            return Err(origin.mistake(written, Mistake::Value(format!("no host can play `{fault}`"))));
        }
        zone.fault(fault, when);
    }
    Ok(())
}

fn read_one(origin: &Origin<'_>, written: &Spanned<FaultItem>) -> Result<(Fault, Selector), LoadError> {
    let item = &written.value.0;
    let (fault, when) = (item.fault.0, item.selector());
    let mistake = |text: String| Err(origin.mistake(written, Mistake::Value(text)));
    if let Some(key) = when.misplaced(&fault) {
        let (layer, key) = (fault.layer(), key.name());
        return mistake(format!(
            "`{key}` tells nothing apart for `{fault}`, which sits in the layer {layer}"
        ));
    }
    if item.probability.is_some_and(|share| !(0.0..=1.0).contains(&share)) {
        return mistake("a probability is a number from 0 to 1".to_owned());
    }
    if when.window.until.is_some_and(|until| until <= when.window.from) {
        return mistake("`until` comes before `from`".to_owned());
    }
    Ok((fault, when))
}

/// Whether a host can play a fault: one of the token service needs one, one of a proxy needs to be one.
fn played_by(name: &str, host: &HostFile, file: &ScenarioFile, fault: Fault) -> Result<(), Mistake> {
    let issuers = || file.hosts.iter().filter_map(|(registry, other)| other.value.issuer(registry));
    match fault.layer() {
        FaultLayer::Token if !issuers().any(|issuer| issuer == name) => {
            let issuers: Vec<&str> = issuers().collect();
            let who = if issuers.is_empty() { "no host".to_owned() } else { issuers.join(", ") };
            Err(Mistake::Value(format!(
                "`{fault}` is for a host that issues tokens: {who} does, {name} does not"
            )))
        }
        FaultLayer::Proxy if host.proxy.is_none() => {
            Err(Mistake::Value(format!("`{fault}` is for a forward proxy, and {name} has no `proxy:`")))
        }
        layer if layer.is_http() && host.proxy.is_some() => Err(Mistake::Value(format!(
            "`{fault}` is for a host that answers by itself, and {name} is a proxy"
        ))),
        FaultLayer::Tls if host.speaks_clear() => {
            Err(Mistake::Value(format!("`{fault}` is for a host that speaks TLS, and {name} does not")))
        }
        _ => Ok(()),
    }
}

/// A forward proxy as the file describes it.
#[derive(Clone, Debug)]
pub(crate) struct ProxyParts {
    accounts: Option<Arc<Accounts>>,
    intercepts: bool,
    pub(crate) trusted: bool,
}

impl ProxyParts {
    pub(crate) fn read(written: &ProxyFile) -> Self {
        let known = written.accounts.iter();
        let known = known.map(|(name, account)| Account::new(name, account.password.expose()));
        let accounts = known.fold(Accounts::new(), Accounts::account);
        Self {
            accounts: (!written.accounts.is_empty()).then(|| Arc::new(accounts)),
            intercepts: written.intercepts,
            trusted: written.trusted,
        }
    }

    /// The proxy, which leads to these hosts.
    pub(crate) fn start(&self, routes: Arc<Routes>, authority: Arc<Authority>) -> Proxy {
        let proxy = Proxy::new(routes);
        let proxy = match &self.accounts {
            Some(accounts) => proxy.accounts(accounts.clone()),
            None => proxy,
        };
        if self.intercepts { proxy.intercepting(authority) } else { proxy.authority(authority) }
    }
}
