//! The authorities that a node trusts (Go `crypto/x509/root_unix.go`, `root_linux.go`).

use std::collections::HashMap;
use std::path::Path;
use std::sync::OnceLock;

use node::{Environment, Node};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

use super::certificate::{Certificate, raw_subject};

/// The first of these that can be read is the system's bundle (`certFiles`).
const FILES: [&str; 6] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/tls/cacert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
];
/// All of these are read as well (`certDirectories`), unless a bundle was found and none is named.
const DIRECTORIES: [&str; 2] = ["/etc/ssl/certs", "/etc/pki/tls/certs"];

/// A pool of trusted authorities. Read and parsed only when the first certificate must be judged.
pub struct Roots {
    source: Source,
    pool: OnceLock<Pool>,
}

struct Source {
    node: Node,
    environment: Environment,
    system: bool,
    extra: Vec<Vec<u8>>,
}

/// Certificates by their raw subject.
#[derive(Default)]
struct Pool {
    by_subject: HashMap<Vec<u8>, Vec<Vec<u8>>>,
}

impl Roots {
    /// The system's roots on `node` (`SSL_CERT_FILE` and `SSL_CERT_DIR` of `environment` replace the usual places),
    /// and the certificates of the PEM texts `extra` besides.
    pub fn system(node: Node, environment: Environment, extra: Vec<Vec<u8>>) -> Self {
        Self { source: Source { node, environment, system: true, extra }, pool: OnceLock::new() }
    }

    /// Only the certificates of these PEM texts.
    pub fn only(pem: Vec<Vec<u8>>) -> Self {
        let source =
            Source { node: Node::memory([]), environment: Environment::default(), system: false, extra: pem };
        Self { source, pool: OnceLock::new() }
    }

    /// Whether a PEM text holds a certificate (`CertPool.AppendCertsFromPEM`).
    pub fn is_usable(pem: &[u8]) -> bool {
        certificates(pem).next().is_some()
    }

    /// The roots whose subject is `issuer` (`CertPool.findPotentialParents`).
    pub(super) fn issuers(&self, issuer: &[u8]) -> Vec<Certificate> {
        let pool = self.pool.get_or_init(|| self.source.load());
        let found = pool.by_subject.get(issuer).into_iter().flatten();
        found.filter_map(|der| Certificate::parse(der).ok()).collect()
    }

    /// Whether the pool holds this very certificate (`CertPool.contains`).
    pub(super) fn contains(&self, certificate: &Certificate) -> bool {
        self.issuers(&certificate.subject).iter().any(|root| root.is(certificate))
    }
}

impl Source {
    fn load(&self) -> Pool {
        let mut pool = Pool::default();
        if self.system {
            self.load_system(&mut pool);
        }
        for pem in &self.extra {
            pool.add(pem);
        }
        pool
    }

    fn load_system(&self, pool: &mut Pool) {
        let named_file = self.environment.first(&["SSL_CERT_FILE"]);
        let named_directories = self.environment.first(&["SSL_CERT_DIR"]);
        let files = named_file.map_or(FILES.to_vec(), |file| vec![file]);
        let bundle = files.iter().find_map(|file| self.node.read(file).ok());
        let found = bundle.is_some();
        if let Some(pem) = bundle {
            pool.add(&pem);
        }
        // The usual directories hold the same certificates as the usual bundle, one in a file: reading them after
        // it would change nothing but the time it takes.
        let directories = match named_directories {
            Some(list) => list.split(':').collect(),
            None if found && named_file.is_none() => Vec::new(),
            None => DIRECTORIES.to_vec(),
        };
        for directory in directories {
            for name in self.node.list(directory) {
                if let Ok(pem) = self.node.read(Path::new(directory).join(name)) {
                    pool.add(&pem);
                }
            }
        }
        #[cfg(not(target_os = "linux"))]
        if !found {
            let native = rustls_native_certs::load_native_certs();
            native.certs.iter().for_each(|der| pool.add_der(der.as_ref()));
        }
    }
}

impl Pool {
    fn add(&mut self, pem: &[u8]) {
        for der in certificates(pem) {
            self.add_der(&der);
        }
    }

    fn add_der(&mut self, der: &[u8]) {
        if let Some(subject) = raw_subject(der) {
            let same = self.by_subject.entry(subject.to_vec()).or_default();
            if !same.iter().any(|known| known == der) {
                same.push(der.to_vec());
            }
        }
    }
}

/// The certificates of a PEM text; other blocks and broken ones are passed over, as Go does.
pub(super) fn certificates(pem: &[u8]) -> impl Iterator<Item = CertificateDer<'static>> + '_ {
    CertificateDer::pem_slice_iter(pem).filter_map(Result::ok)
}
