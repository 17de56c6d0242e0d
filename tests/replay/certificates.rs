//! The certificates of the recordings, made anew for each run of the tests.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};

use crate::recording::TlsFile;

const HOSTS: &[&str] = &[
    "registry.test",
    "auth.test",
    "cdn.test",
    "mirror.test",
    "mirror2.test",
    "foreign.test",
    "other.test",
    "slow.test",
    "registry-1.docker.io",
    "auth.docker.io",
    "production.cloudflare.docker.com",
    "docker.io",
    "index.docker.io",
    "ghcr.io",
    "quay.io",
    "registry.k8s.io",
    "123456789012.dkr.ecr.us-east-1.amazonaws.com",
    "localhost",
    "mirror.gcr.io",
    "127.0.0.1",
    "127.0.1.1",
    "::1",
];

/// PEM files by name, such as `good.crt` and `good.key`.
pub(crate) static FILES: LazyLock<BTreeMap<String, String>> = LazyLock::new(make);

fn named(hosts: &[&str], name: &str) -> CertificateParams {
    let hosts: Vec<String> = hosts.iter().map(|&host| host.to_owned()).collect();
    let mut params = CertificateParams::new(hosts).unwrap();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2049, 12, 31);
    params
}

fn make() -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut put = |stem: &str, certificate: String, key: &KeyPair| {
        files.insert(format!("{stem}.crt"), certificate);
        files.insert(format!("{stem}.key"), key.serialize_pem());
    };
    let mut authorities = Vec::new();
    for (stem, name) in
        [("ca", "Judge Test CA"), ("otherca", "Some Other CA"), ("clientca", "Judge Client CA")]
    {
        let mut params = named(&[], name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().unwrap();
        put(stem, params.self_signed(&key).unwrap().pem(), &key);
        authorities.push(Issuer::new(params, key));
    }
    let server = |hosts: &[&str]| {
        let mut params = named(hosts, "registry.test");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params
    };
    let named_otherwise = |hosts: &[&str]| {
        let mut params = server(hosts);
        params.distinguished_name.push(DnType::CommonName, hosts[0]);
        params
    };
    let mut expired = server(HOSTS);
    expired.not_after = date_time_ymd(2023, 1, 2) + Duration::from_secs(3 * 3600 + 4 * 60 + 5);
    let mut early = server(HOSTS);
    (early.not_before, early.not_after) = (date_time_ymd(2040, 1, 1), date_time_ymd(2045, 1, 1));
    let mut client = named(&["node-1"], "node-1");
    client.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    for (stem, params, issuer) in [
        ("good", server(HOSTS), &authorities[0]),
        ("unknownca", server(HOSTS), &authorities[1]),
        ("expired", expired, &authorities[0]),
        ("notyet", early, &authorities[0]),
        ("nosan", server(&[]), &authorities[0]),
        ("wronghost", named_otherwise(&["wrong.example.com"]), &authorities[0]),
        ("wronghost2", named_otherwise(&["a.example.com", "b.example.com"]), &authorities[0]),
        ("client", client, &authorities[2]),
    ] {
        let key = KeyPair::generate().unwrap();
        put(stem, params.signed_by(&key, issuer).unwrap().pem(), &key);
    }
    let key = KeyPair::generate().unwrap();
    put("selfsigned", server(HOSTS).self_signed(&key).unwrap().pem(), &key);
    files.insert("cosign.pub".to_owned(), KeyPair::generate().unwrap().public_key_pem());
    files
}

/// How a server speaks TLS.
#[derive(Clone)]
pub(crate) enum ServerTls {
    Modern(Arc<ServerConfig>),
    /// Nothing newer than TLS 1.1, which nobody who calls speaks.
    Old,
}

pub(crate) fn server_tls(file: &TlsFile) -> ServerTls {
    let (stem, max, client_ca) = match file {
        TlsFile::Stem(stem) => (stem, None, None),
        TlsFile::Full { cert, max, client_ca } => (cert, max.as_deref(), client_ca.as_ref()),
    };
    let versions: &[&rustls::SupportedProtocolVersion] = match max {
        None => rustls::ALL_VERSIONS,
        Some("1.2") => &[&rustls::version::TLS12],
        Some(_) => return ServerTls::Old,
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        ServerConfig::builder_with_provider(provider.clone()).with_protocol_versions(versions).unwrap();
    let builder = match client_ca {
        None => builder.with_no_client_auth(),
        Some(stem) => {
            let mut roots = RootCertStore::empty();
            roots.add(certificate(stem)).unwrap();
            let verifier =
                WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
            builder.with_client_cert_verifier(verifier)
        }
    };
    let key = PrivateKeyDer::from_pem_slice(FILES[&format!("{stem}.key")].as_bytes()).unwrap();
    ServerTls::Modern(Arc::new(builder.with_single_cert(vec![certificate(stem)], key).unwrap()))
}

fn certificate(stem: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(FILES[&format!("{stem}.crt")].as_bytes()).unwrap()
}
