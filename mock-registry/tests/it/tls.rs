use std::io;
use std::sync::Arc;

use jiff::Timestamp;
use mock_registry::{Authority, CertificateKind, Clock, ConnectionFault, Host};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::ServerName;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_rustls::TlsConnector;

use crate::support::open_host;

const NOW: &str = "2031-05-04T12:00:00Z";

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

fn host(authority: &Authority, kind: CertificateKind, clients: Option<&Authority>) -> Arc<Host> {
    let identity = authority.server(kind, &["registry.test".to_owned()]).unwrap();
    open_host().tls(identity.server_config(clients, Clock::standing_at(now())).unwrap()).build()
}

/// Asks over TLS, with a certificate if one is given, as an independent client that lives at the same date.
async fn ask(host: Arc<Host>, authority: &Authority, with_certificate: bool) -> io::Result<String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(authority.der().clone()).unwrap();
    let builder = ClientConfig::builder_with_details(provider, Arc::new(Clock::standing_at(now())))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    let config = if with_certificate {
        let identity = authority.client("node-1").unwrap();
        builder.with_client_auth_cert(identity.chain().to_vec(), identity.key()).unwrap()
    } else {
        builder.with_no_client_auth()
    };
    let (client, server) = tokio::io::duplex(1 << 16);
    tokio::spawn(host.serve(server, "10.0.0.1:1".parse().unwrap()));
    let name = ServerName::try_from("registry.test").unwrap();
    let mut stream = TlsConnector::from(Arc::new(config)).connect(name, client).await?;
    stream
        .write_all(b"HEAD /v2/team/app/manifests/v1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        .await?;
    let mut heard = String::new();
    stream.read_to_string(&mut heard).await?;
    Ok(heard)
}

#[tokio::test]
async fn each_certificate_is_judged_as_its_kind_says() {
    let authority = Authority::new("pullsim", now()).unwrap();
    let table = [
        (CertificateKind::Good, None),
        (CertificateKind::Expired, Some("certificate expired")),
        (CertificateKind::NotYetValid, Some("not valid yet")),
        (CertificateKind::WrongName, Some("not valid for name")),
        (CertificateKind::CommonNameOnly, Some("not valid for")),
        (CertificateKind::SelfSigned, Some("UnknownIssuer")),
        (CertificateKind::UnknownAuthority, Some("UnknownIssuer")),
        (CertificateKind::Sha1Signature, Some("UnsupportedSignatureAlgorithm")),
    ];
    for (kind, refusal) in table {
        match (ask(host(&authority, kind, None), &authority, false).await, refusal) {
            (Ok(answer), None) => assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}"),
            (Err(error), Some(words)) => assert!(error.to_string().contains(words), "{kind:?}: {error}"),
            (other, _) => panic!("{kind:?}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_client_certificate_can_be_demanded() {
    let authority = Authority::new("pullsim", now()).unwrap();
    let demanding = || host(&authority, CertificateKind::Good, Some(&authority));
    assert!(ask(demanding(), &authority, true).await.is_ok());
    let refused = ask(demanding(), &authority, false).await.unwrap_err();
    assert!(refused.to_string().contains("CertificateRequired"), "{refused}");
}

#[tokio::test]
async fn http_in_clear_answers_a_tls_hello() {
    let authority = Authority::new("pullsim", now()).unwrap();
    let identity = authority.server(CertificateKind::Good, &["registry.test".to_owned()]).unwrap();
    let config = identity.server_config(None, Clock::standing_at(now())).unwrap();
    let host = open_host().tls(config).connection_rule(ConnectionFault::PlainHttp).build();
    let (mut client, server) = tokio::io::duplex(1 << 16);
    tokio::spawn(host.serve(server, "10.0.0.1:1".parse().unwrap()));
    client.write_all(b"\x16\x03\x01\x00\x05hello").await.unwrap();
    let mut heard = String::new();
    client.read_to_string(&mut heard).await.unwrap();
    assert!(heard.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{heard}");
}
