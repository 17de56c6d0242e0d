//! The hosts that a pull may ask, in order (containerd v2.1.9 core/remotes/docker/config/hosts.go).

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use gostd::url::Url;
use net::{Client, Dialer, IdentityError, ProxyRules, Recorder, Roots, Tls, Transport};
use node::{Environment, Node};

use super::authorizer::Authorizer;
use super::config::TlsConfig;
use super::credentials::Credentials;
use super::error::{Error, Result};
use super::hosts_toml::{self, Capabilities, HostConfig};
use super::http::HttpClient;
use super::progress::Requests;
use crate::containerd::profile::Profile;

/// `net.Dialer.Timeout` of containerd's transports (registry.go:254-269).
pub(super) const DIAL_TIMEOUT: Duration = Duration::from_secs(30);

/// A host and how it is asked (`docker.RegistryHost`).
pub(super) struct RegistryHost {
    pub(super) client: Arc<HttpClient>,
    pub(super) authorizer: Option<Arc<Authorizer>>,
    pub(super) host: String,
    pub(super) scheme: String,
    pub(super) path: String,
    pub(super) capabilities: Capabilities,
    pub(super) header: Vec<(String, String)>,
}

impl RegistryHost {
    /// `isProxy`: whether the host is told which registry is meant (registry.go:85-92).
    pub(super) fn is_proxy(&self, namespace: &str) -> bool {
        self.host != namespace && !(self.host == "registry-1.docker.io" && namespace == "docker.io")
    }
}

/// What hosts are made from.
pub(super) struct HostFactory {
    pub(super) node: Node,
    pub(super) environment: Environment,
    pub(super) dialer: Arc<Dialer>,
    pub(super) extra_roots: Vec<Vec<u8>>,
    pub(super) tls: Tls,
    pub(super) recorder: Recorder,
    pub(super) clock: net::Clock,
    pub(super) profile: &'static Profile,
    /// Where requests are counted, if a silent one ends the pull.
    pub(super) requests: Option<Arc<Requests>>,
    /// `registry.configs.HOST.tls`
    pub(super) tls_configs: BTreeMap<String, TlsConfig>,
    /// `registry.headers`, for the token service as well.
    pub(super) headers: Vec<(String, String)>,
}

impl HostFactory {
    /// `ConfigureHosts`: the hosts for a registry, from its directory below `roots`, or by default.
    pub(super) fn configure_hosts(
        &self,
        registry: &str,
        repository: &str,
        roots: &[PathBuf],
        credentials: &Credentials,
    ) -> Result<Vec<RegistryHost>> {
        let directory = host_directory(&self.node, roots, registry)?;
        let mut configs = match &directory {
            Some(directory) => {
                hosts_toml::load_host_dir(&self.node, directory, &self.profile.hosts, &self.recorder)?
            }
            None => vec![HostConfig::default()],
        };
        if let Some(last) = configs.last_mut().filter(|last| last.host.is_empty()) {
            default_host(last, registry, self.profile.hosts.tries_https_first);
        }
        let shared = self.client(&self.tls, DIAL_TIMEOUT, false);
        let shared_authorizer = self.authorizer(&shared, repository, credentials, &[]);
        let host = |config: HostConfig| {
            self.registry_host(config, repository, credentials, (&shared, &shared_authorizer))
        };
        configs.into_iter().map(host).collect()
    }

    fn registry_host(
        &self,
        mut config: HostConfig,
        repository: &str,
        credentials: &Credentials,
        (shared, shared_authorizer): (&Arc<HttpClient>, &Arc<Authorizer>),
    ) -> Result<RegistryHost> {
        let explicit_tls =
            config.ca_certs.is_some() || config.client_pairs.is_some() || config.skip_verify.is_some();
        let own_header = self.profile.authorization.sends_headers && !config.header.is_empty();
        let own = explicit_tls || config.dial_timeout.is_some() || own_header;
        let port = Url::parse(&format!("http://{}", config.host)).map(|url| url.port().to_owned());
        let falls_back = self.profile.hosts.tries_https_first
            && config.scheme == "http"
            && explicit_tls
            && port.as_deref() != Ok("80");
        if falls_back {
            config.scheme = "https".into();
        }
        let (client, authorizer) = if own {
            let tls = self.tls_of(&config)?;
            let timeout = config.dial_timeout.unwrap_or(DIAL_TIMEOUT);
            let client = self.client(&tls, timeout, falls_back);
            let authorizer = self.authorizer(&client, repository, credentials, &config.header);
            (client, authorizer)
        } else {
            (shared.clone(), shared_authorizer.clone())
        };
        Ok(RegistryHost {
            client,
            authorizer: Some(authorizer),
            host: config.host,
            scheme: config.scheme,
            path: config.path,
            capabilities: config.capabilities,
            header: config.header,
        })
    }

    /// `registryHosts` without `config_path`: the deprecated mirrors (image_pull.go:505-567).
    pub(super) fn endpoints(
        &self,
        endpoints: &[String],
        registry: &str,
        repository: &str,
        credentials: &Credentials,
    ) -> Result<Vec<RegistryHost>> {
        let host = |endpoint: &String| {
            let url = Url::parse(endpoint).map_err(|error| {
                let endpoint = gostd::strconv::quote(endpoint);
                Error::Plain(error.to_string())
                    .context(format!("parse registry endpoint {endpoint} from mirrors"))
            })?;
            let tls = self.endpoint_tls(endpoint, &url, registry)?;
            let client = self.client(&tls, DIAL_TIMEOUT, false);
            let credentials = credentials.for_endpoint(&url.host);
            let authorizer = self.authorizer(&client, repository, &credentials, &[]);
            Ok(RegistryHost {
                client,
                authorizer: Some(authorizer),
                host: url.host.clone(),
                scheme: url.scheme.clone(),
                path: if url.path.is_empty() { "/v2".into() } else { url.path.clone() },
                capabilities: Capabilities { pull: true, resolve: true },
                header: Vec::new(),
            })
        };
        endpoints.iter().map(host).collect()
    }

    /// How TLS is spoken to an endpoint: as `registry.configs` says where that counts.
    fn endpoint_tls(&self, endpoint: &str, url: &Url, registry: &str) -> Result<Tls> {
        let configured = self.tls_configs.get(&url.host);
        if let Some(config) = configured.filter(|_| self.profile.hosts.honours_config_tls) {
            let endpoint = gostd::strconv::quote(endpoint);
            let tls = self.tls_of_config(config);
            return tls.map_err(|error| error.context(format!("get TLSConfig for registry {endpoint}")));
        }
        let skip = is_localhost(registry) && url.scheme == "http";
        Ok(if skip { self.tls.clone().skip_verify() } else { self.tls.clone() })
    }

    /// `getTLSConfig` (containerd v1.7.24 pkg/cri/sbserver/image_pull.go:364)
    fn tls_of_config(&self, config: &TlsConfig) -> Result<Tls> {
        let mut tls = self.tls.clone();
        if !config.ca_file.is_empty() {
            let content = self.open(Path::new(&config.ca_file), "failed to load CA file")?;
            tls = self.trusting(vec![content]);
        }
        let lonely = |kind: &str, file: &str, other: &str| {
            let file = gostd::strconv::quote(file);
            Err(Error::Plain(format!(
                "{kind} file {file} was specified, but no corresponding {other} file was specified"
            )))
        };
        match (config.cert_file.as_str(), config.key_file.as_str()) {
            ("", "") => {}
            (file, "") => return lonely("cert", file, "key"),
            ("", file) => return lonely("key", file, "cert"),
            (certificate, key) => {
                const FAILED: &str = "failed to load cert file";
                let certificate = self.open(Path::new(certificate), FAILED)?;
                let key = self.open(Path::new(key), FAILED)?;
                tls = tls
                    .with_identity(&certificate, &key)
                    .map_err(|error: IdentityError| Error::Plain(error.to_string()).context(FAILED))?;
            }
        }
        Ok(if config.insecure_skip_verify { tls.skip_verify() } else { tls })
    }

    /// `http.DefaultClient`, for the URLs of foreign layers: no credentials, Go's own limits.
    pub(super) fn foreign_host(&self) -> RegistryHost {
        RegistryHost {
            client: self.client(&self.tls, DIAL_TIMEOUT, false),
            authorizer: None,
            host: String::new(),
            scheme: String::new(),
            path: String::new(),
            capabilities: Capabilities { pull: true, resolve: false },
            header: Vec::new(),
        }
    }

    pub(super) fn client(&self, tls: &Tls, dial_timeout: Duration, falls_back: bool) -> Arc<HttpClient> {
        let transport = Transport {
            tls: tls.clone(),
            proxy: ProxyRules::from_environment(&self.environment, self.profile.go),
            dial_timeout,
            response_header_timeout: self.profile.hosts.response_header_timeout,
            go: self.profile.go,
        };
        let client = Client::new(self.dialer.clone(), transport);
        Arc::new(HttpClient::new(client, falls_back, self.requests.clone(), self.profile.go))
    }

    pub(super) fn authorizer(
        &self,
        client: &Arc<HttpClient>,
        repository: &str,
        credentials: &Credentials,
        header: &[(String, String)],
    ) -> Arc<Authorizer> {
        let header = self.headers.iter().chain(header).cloned();
        let header = header.filter(|_| self.profile.authorization.sends_headers).collect();
        let (credentials, recorder) = (credentials.clone(), self.recorder.clone());
        let repository = repository.to_owned();
        Arc::new(Authorizer::new(client.clone(), credentials, header, self.profile, repository, recorder))
    }

    /// `updateTLSConfigFromHost`
    fn tls_of(&self, config: &HostConfig) -> Result<Tls> {
        let mut tls = self.tls.clone();
        if let Some(files) = &config.ca_certs {
            let mut pem = Vec::new();
            for file in files {
                let content = self.read(file, "CA cert")?;
                if !Roots::is_usable(&content) {
                    return Err(Error::Plain(format!("unable to load CA cert {}", quoted(file))));
                }
                pem.push(content);
            }
            tls = self.trusting(pem);
        }
        if config.skip_verify == Some(true) {
            tls = tls.skip_verify();
        }
        for (certificate, key) in config.client_pairs.iter().flatten() {
            let certificate = self.read(certificate, "CERT file")?;
            let key = match key {
                Some(key) => self.read(key, "CERT file")?,
                None => certificate.clone(),
            };
            tls = tls.with_identity(&certificate, &key).map_err(|error: IdentityError| {
                Error::Plain(error.to_string()).context("failed to load X509 key pair")
            })?;
        }
        Ok(tls)
    }

    /// TLS with the node's roots and these.
    fn trusting(&self, more: Vec<Vec<u8>>) -> Tls {
        let pem = self.extra_roots.iter().cloned().chain(more).collect();
        let roots = Roots::system(self.node.clone(), self.environment.clone(), pem);
        Tls::new(Arc::new(roots), self.clock)
    }

    fn read(&self, file: &Path, what: &str) -> Result<Vec<u8>> {
        self.open(file, &format!("unable to read {what} {}", quoted(file)))
    }

    /// `os.ReadFile`
    fn open(&self, file: &Path, context: &str) -> Result<Vec<u8>> {
        self.node.read(file).map_err(|error| {
            let reason = match error.kind() {
                io::ErrorKind::NotFound => "no such file or directory",
                io::ErrorKind::PermissionDenied => "permission denied",
                _ => "input/output error",
            };
            let said = if self.node.is_directory(file) {
                format!("read {}: is a directory", file.display())
            } else {
                format!("open {}: {reason}", file.display())
            };
            Error::Plain(said).context(context)
        })
    }
}

fn quoted(file: &Path) -> String {
    gostd::strconv::quote(file.to_string_lossy().as_bytes())
}

/// `HostDirFromRoot`: the first path that there is, be it a directory or not.
fn host_directory(node: &Node, roots: &[PathBuf], host: &str) -> Result<Option<PathBuf>> {
    const LONGEST_NAME: usize = 255;
    let is_file = |path: &Path| !node.is_directory(path) && node.read(path).is_ok();
    for path in roots.iter().flat_map(|root| host_paths(&Path::new("/").join(root), host)) {
        let stat = |problem| Error::Plain(format!("stat {}: {problem}", path.display()));
        if path.ancestors().skip(1).any(is_file) {
            return Err(stat("not a directory"));
        }
        if path.file_name().is_some_and(|name| name.len() > LONGEST_NAME) {
            return Err(stat("file name too long"));
        }
        if node.is_directory(&path) || is_file(&path) {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

/// `hostPaths` (config_unix.go:25-37)
fn host_paths(root: &Path, host: &str) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    if let Some((name, port)) = host.rsplit_once(':').filter(|(name, _)| !name.is_empty()) {
        paths.push(root.join(format!("{name}_{port}_")));
    }
    paths.push(root.join(host));
    paths.push(root.join("_default"));
    paths
}

/// The registry itself (hosts.go:95-133). Without a fall-back localhost is plain http (containerd v1.6.20
/// remotes/docker/config/hosts.go:99).
fn default_host(config: &mut HostConfig, registry: &str, tries_https_first: bool) {
    let port = Url::parse(&format!("http://{registry}")).map(|url| url.port().to_owned()).unwrap_or_default();
    config.scheme = "https".into();
    config.host = registry.to_owned();
    if registry == "docker.io" {
        config.host = "registry-1.docker.io".into();
    } else if is_localhost(registry) {
        if !tries_https_first || (!port.is_empty() && port != "443") {
            // Whether it is http or https is found out when it is asked.
            config.scheme = "http".into();
        }
        if !tries_https_first || port != "80" {
            config.skip_verify = Some(true);
        }
    }
    config.path = "/v2".into();
    config.capabilities = Capabilities { pull: true, resolve: true };
}

/// `IsLocalhost`
pub(super) fn is_localhost(host: &str) -> bool {
    let name = Url::parse(&format!("http://{host}")).map(|url| url.hostname().to_owned());
    let name = name.unwrap_or_else(|_| host.to_owned());
    name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_hosts() {
        let cases = [
            ("docker.io", "https", "registry-1.docker.io", None),
            ("r.test", "https", "r.test", None),
            ("r.test:80", "https", "r.test:80", None),
            ("localhost", "https", "localhost", Some(true)),
            ("localhost:443", "https", "localhost:443", Some(true)),
            ("127.0.0.1:80", "http", "127.0.0.1:80", None),
            ("[::1]:5000", "http", "[::1]:5000", Some(true)),
        ];
        for (registry, scheme, host, skip) in cases {
            let mut config = HostConfig::default();
            default_host(&mut config, registry, true);
            assert_eq!(
                (config.scheme.as_str(), config.host.as_str(), config.skip_verify),
                (scheme, host, skip),
                "{registry}"
            );
        }
    }

    #[test]
    fn localhost_was_http() {
        let mut config = HostConfig::default();
        default_host(&mut config, "localhost", false);
        assert_eq!((config.scheme.as_str(), config.skip_verify), ("http", Some(true)));
    }

    /// As containerd 1.6.20, 1.7.24 and 2.1.9 said.
    #[test]
    fn paths_that_are_no_directories() {
        let file = |path: &str| (PathBuf::from(path), Vec::new());
        let node = Node::memory([file("/c/a.test/hosts.toml"), file("/c/b.test"), file("/etc/config.toml")]);
        let found = |root: &str, host: &str| {
            let found = host_directory(&node, &[PathBuf::from(root)], host);
            found.map(|path| path.map(|path| path.display().to_string())).map_err(|error| error.to_string())
        };
        let some = |path: &str| Ok(Some(path.to_owned()));
        assert_eq!(found("/c", "a.test"), some("/c/a.test"));
        assert_eq!(found("c", "a.test"), some("/c/a.test"));
        assert_eq!(found("/c", "b.test"), some("/c/b.test"));
        assert_eq!(found("/c", "d.test"), Ok(None));
        assert_eq!(found("/nowhere", "a.test"), Ok(None));
        let said = "stat /etc/config.toml/a.test: not a directory".to_owned();
        assert_eq!(found("/etc/config.toml", "a.test"), Err(said));
        let long = "a.".repeat(130);
        assert_eq!(found("/c", &long), Err(format!("stat /c/{long}: file name too long")));
    }

    #[test]
    fn directories() {
        let paths = host_paths(Path::new("/c"), "r.test:5000");
        assert_eq!(paths, ["/c/r.test_5000_", "/c/r.test:5000", "/c/_default"].map(PathBuf::from));
    }
}
