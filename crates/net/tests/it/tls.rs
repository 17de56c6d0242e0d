//! TLS over hosts in memory: Go's verdicts on certificates made on the spot, in Go's words.

use std::sync::Arc;

use net::Roots;
use node::{Environment, Node};
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DnType, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa,
    Issuer, KeyPair, NameConstraints, date_time_ymd,
};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, SupportedProtocolVersion};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::AsyncReadExt;
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;
use trace::{Stage, What};

use crate::memory::Memory;
use crate::support::{Act, Setup, act, fault, get, read_head, send, words};

const VERDICT: &str = "tls: failed to verify certificate: x509: ";
const UNKNOWN: &str = "certificate signed by unknown authority";
const EMPTY: &str = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

/// An authority: its certificate, and what it issues with.
struct Authority {
    der: CertificateDer<'static>,
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

/// A server's chain and key.
struct Served {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

type Change = fn(&mut CertificateParams);
type Variables = &'static [(&'static str, &'static str)];

fn unchanged(_: &mut CertificateParams) {}

fn params(name: &str, sans: &[&str]) -> CertificateParams {
    let sans: Vec<String> = sans.iter().map(ToString::to_string).collect();
    let mut params = CertificateParams::new(sans).unwrap();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

fn authority(name: &str, above: Option<&Authority>, change: Change) -> Authority {
    let mut params = params(name, &[]);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    change(&mut params);
    let key = KeyPair::generate().unwrap();
    let certificate = match above {
        Some(above) => params.signed_by(&key, &above.issuer),
        None => params.self_signed(&key),
    };
    let certificate = certificate.unwrap();
    Authority { der: certificate.der().clone(), pem: certificate.pem(), issuer: Issuer::new(params, key) }
}

impl Authority {
    fn issue(&self, name: &str, sans: &[&str], change: Change) -> Served {
        let mut params = params(name, sans);
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Served { chain: vec![certificate.der().clone()], key: key.into() }
    }
}

fn self_signed(change: Change) -> (Served, String) {
    let mut params = params("r.test", &["r.test"]);
    change(&mut params);
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    (Served { chain: vec![certificate.der().clone()], key: key.into() }, certificate.pem())
}

/// What serves TLS; `clients` is whose certificates it demands.
fn acceptor(
    served: Served,
    clients: Option<&Authority>,
    versions: &[&'static SupportedProtocolVersion],
) -> TlsAcceptor {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        ServerConfig::builder_with_provider(provider.clone()).with_protocol_versions(versions).unwrap();
    let builder = match clients {
        None => builder.with_no_client_auth(),
        Some(authority) => {
            let mut roots = RootCertStore::empty();
            roots.add(authority.der.clone()).unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            builder.with_client_cert_verifier(verifier.build().unwrap())
        }
    };
    TlsAcceptor::from(Arc::new(builder.with_single_cert(served.chain, served.key).unwrap()))
}

/// A server that answers one request.
fn server(
    served: Served,
    clients: Option<&Authority>,
    versions: &[&'static SupportedProtocolVersion],
) -> Memory {
    let acceptor = acceptor(served, clients, versions);
    Memory::default().host("10.1.0.1:443", move |stream| {
        let acceptor = acceptor.clone();
        async move {
            if let Ok(mut stream) = acceptor.accept(stream).await {
                act(&mut stream, vec![Act::Read, send(EMPTY), Act::Hold]).await;
            }
        }
    })
}

fn trusting(roots: Vec<String>) -> Setup {
    Setup { files: vec![("/etc/hosts", "10.1.0.1 r.test\n".to_owned())], roots, ..Setup::default() }
}

/// The verdict on what is served at `host`, without its beginning.
async fn verdict(served: Served, root: &str, host: &str) -> String {
    let (client, _) = trusting(vec![root.to_owned()]).over(server(served, None, rustls::ALL_VERSIONS));
    let text = words(&client, &get(&format!("https://{host}/"))).await;
    text.strip_prefix(VERDICT).unwrap_or(&text).to_owned()
}

#[tokio::test(start_paused = true)]
async fn verdicts_on_a_leaf() {
    let root = authority("Test Root", None, unchanged);
    let expired: Change = |params| params.not_after = date_time_ymd(2026, 11, 1);
    let early: Change = |params| params.not_before = date_time_ymd(2026, 12, 1);
    let client: Change = |params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let time = "certificate has expired or is not yet valid: current time 2026-11-22T12:00:00Z is";
    let after = format!("{time} after 2026-11-01T00:00:00Z");
    let before = format!("{time} before 2026-12-01T00:00:00Z");
    let cases: [(&[&str], &str, Change, &str); 12] = [
        (&["r.test"], "r.test", unchanged, "answered 200"),
        (&["*.test"], "r.test", unchanged, "answered 200"),
        (&["10.1.0.1"], "10.1.0.1", unchanged, "answered 200"),
        (&["r.test"], "r.test", expired, &after),
        (&["r.test"], "r.test", early, &before),
        // Time is judged before the name.
        (&["a.test"], "r.test", expired, &after),
        (&["a.test", "b.test"], "r.test", unchanged, "certificate is valid for a.test, b.test, not r.test"),
        (
            &["10.9.9.9"],
            "r.test",
            unchanged,
            "certificate is not valid for any names, but wanted to match r.test",
        ),
        (&[], "r.test", unchanged, "certificate relies on legacy Common Name field, use SANs instead"),
        (
            &["r.test"],
            "10.1.0.1",
            unchanged,
            "cannot validate certificate for 10.1.0.1 because it doesn't contain any IP SANs",
        ),
        (&["10.9.9.9"], "10.1.0.1", unchanged, "certificate is valid for 10.9.9.9, not 10.1.0.1"),
        (&["r.test"], "r.test", client, "certificate specifies an incompatible key usage"),
    ];
    for (sans, host, change, expected) in cases {
        let served = root.issue("r.test", sans, change);
        assert_eq!(verdict(served, &root.pem, host).await, expected, "{sans:?} {host}");
    }
}

#[tokio::test(start_paused = true)]
async fn verdicts_on_authorities() {
    let root = authority("Test Root", None, unchanged);
    let other = authority("Other Root", None, unchanged);
    let leaf = |authority: &Authority| authority.issue("r.test", &["r.test"], unchanged);
    assert_eq!(verdict(leaf(&other), &root.pem, "r.test").await, UNKNOWN);
    assert_eq!(verdict(self_signed(unchanged).0, &root.pem, "r.test").await, UNKNOWN);

    let namesake = authority("Test Root", None, unchanged);
    let hint = |why: &str, name: &str| {
        format!(
            "{UNKNOWN} (possibly because of {why:?} while trying to verify candidate authority certificate {name:?})"
        )
    };
    let ecdsa = hint("x509: ECDSA verification failure", "Test Root");
    assert_eq!(verdict(leaf(&namesake), &root.pem, "r.test").await, ecdsa);

    let middle = authority("Middle", Some(&root), unchanged);
    assert_eq!(verdict(leaf(&middle), &root.pem, "r.test").await, UNKNOWN);
    let mut whole = leaf(&middle);
    whole.chain.push(middle.der.clone());
    assert_eq!(verdict(whole, &root.pem, "r.test").await, "answered 200");

    let constrained = authority("Limited", None, |params| {
        let permitted = vec![GeneralSubtree::DnsName("other.test".into())];
        params.name_constraints =
            Some(NameConstraints { permitted_subtrees: permitted, excluded_subtrees: Vec::new() });
    });
    let why = "x509: a root or intermediate certificate is not authorized to sign for this name: \
               DNS name \"r.test\" is not permitted by any constraint";
    assert_eq!(verdict(leaf(&constrained), &constrained.pem, "r.test").await, hint(why, "Limited"));

    let excluding = authority("Excluding", None, |params| {
        let excluded = vec![GeneralSubtree::DnsName("test".into())];
        // Excluded is said even where nothing is permitted either.
        let permitted = vec![GeneralSubtree::DnsName("other.test".into())];
        params.name_constraints =
            Some(NameConstraints { permitted_subtrees: permitted, excluded_subtrees: excluded });
    });
    let why = "x509: a root or intermediate certificate is not authorized to sign for this name: \
               DNS name \"r.test\" is excluded by constraint \"test\"";
    assert_eq!(verdict(leaf(&excluding), &excluding.pem, "r.test").await, hint(why, "Excluding"));

    let inside = authority("Inside", None, |params| {
        let permitted = vec![GeneralSubtree::IpAddress(CidrSubnet::V4([192, 0, 2, 0], [255, 255, 255, 0]))];
        params.name_constraints =
            Some(NameConstraints { permitted_subtrees: permitted, excluded_subtrees: Vec::new() });
    });
    let why = "x509: a root or intermediate certificate is not authorized to sign for this name: \
               IP address \"127.0.0.1\" is not permitted by any constraint";
    let leaf_with_address = inside.issue("leaf", &["r.test", "127.0.0.1"], unchanged);
    assert_eq!(verdict(leaf_with_address, &inside.pem, "r.test").await, hint(why, "Inside"));
    // Constraints of one kind say nothing about names of the other.
    assert_eq!(verdict(leaf(&inside), &inside.pem, "r.test").await, "answered 200");

    let old = authority("Old", None, |params| params.not_after = date_time_ymd(2026, 11, 1));
    let why = "x509: certificate has expired or is not yet valid: current time 2026-11-22T12:00:00Z is after 2026-11-01T00:00:00Z";
    assert_eq!(verdict(leaf(&old), &old.pem, "r.test").await, hint(why, "Old"));
}

#[tokio::test(start_paused = true)]
async fn a_trusted_certificate_may_serve_itself() {
    // Go accepts both; webpki refuses an authority as a server's certificate.
    for change in [unchanged as Change, |params| params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained)] {
        let (served, pem) = self_signed(change);
        assert_eq!(verdict(served, &pem, "r.test").await, "answered 200");
    }
}

#[tokio::test(start_paused = true)]
async fn skipped_verification_is_told_in_the_trace() {
    let setup = Setup { skip_verify: true, ..trusting(Vec::new()) };
    let (client, trace) = setup.over(server(self_signed(unchanged).0, None, rustls::ALL_VERSIONS));
    assert_eq!(words(&client, &get("https://r.test/")).await, "answered 200");
    let handshake = trace.steps().into_iter().find_map(|step| match step.what {
        What::Handshake(handshake) => Some((handshake.verified, handshake.chain.len(), handshake.version)),
        _ => None,
    });
    assert_eq!(handshake, Some((false, 1, Some("TLS 1.3".into()))));
}

#[tokio::test(start_paused = true)]
async fn client_certificates() {
    let root = authority("Test Root", None, unchanged);
    let tls12: &[&SupportedProtocolVersion] = &[&rustls::version::TLS12];
    for versions in [rustls::ALL_VERSIONS, tls12] {
        let leaf = || root.issue("r.test", &["r.test"], unchanged);
        let (client, _) = trusting(vec![root.pem.clone()]).over(server(leaf(), Some(&root), versions));
        assert_eq!(words(&client, &get("https://r.test/")).await, "remote error: tls: certificate required");

        let key = KeyPair::generate().unwrap();
        let certificate = params("me", &[]).signed_by(&key, &root.issuer).unwrap().pem();
        let identity = Some((certificate, key.serialize_pem()));
        let setup = Setup { identity, ..trusting(vec![root.pem.clone()]) };
        let (client, _) = setup.over(server(leaf(), Some(&root), versions));
        assert_eq!(words(&client, &get("https://r.test/")).await, "answered 200");
    }
}

#[test]
fn what_is_no_client_certificate() {
    let root = authority("Test Root", None, unchanged);
    let (key, other) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let of_another_kind = KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap().serialize_pem();
    let certificate = params("me", &[]).signed_by(&key, &root.issuer).unwrap().pem();
    let (key, other) = (key.serialize_pem(), other.serialize_pem());
    let cases = [
        (&certificate, &key, ""),
        (&certificate, &other, "tls: private key does not match public key"),
        (&certificate, &of_another_kind, "tls: private key type does not match public key type"),
        (
            &certificate,
            &certificate,
            "tls: found a certificate rather than a key in the PEM for the private key",
        ),
        (
            &key,
            &key,
            "tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs \
             may have been switched",
        ),
    ];
    let roots = Arc::new(Roots::only(Vec::new()));
    let clock = net::Clock::new("2026-03-01T12:00:00Z".parse().unwrap());
    for (certificate, key, said) in cases {
        let tls = net::Tls::new(roots.clone(), clock);
        let read = tls.with_identity(certificate.as_bytes(), key.as_bytes());
        assert_eq!(read.err().map(|error| error.to_string()).unwrap_or_default(), said);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_no_tls() {
    let cases = [
        ("HTTP/1.1 400 Bad Request\r\n\r\n", "http: server gave HTTP response to HTTPS client"),
        ("SSH-2.0-OpenSSH_9.6\r\n", "tls: first record does not look like a TLS handshake"),
        ("\x15\x03\x01\0\x02\x02F", "remote error: tls: protocol version not supported"),
        ("\x15\x03\x03\0\x02\x02\x28", "remote error: tls: handshake failure"),
        ("\x16\x03", "unexpected EOF"),
        ("", "EOF"),
    ];
    for (answer, expected) in cases {
        let memory = Memory::default().host("10.1.0.1:443", move |mut stream| async move {
            stream.read_u8().await.unwrap();
            act(&mut stream, vec![send(answer)]).await;
        });
        let (client, _) = trusting(Vec::new()).over(memory);
        let fault = fault(&client, &get("https://r.test/")).await;
        assert_eq!((fault.stage, fault.to_string().as_str()), (Stage::Handshake, expected), "{answer:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_handshake_has_ten_seconds() {
    let memory = Memory::default().host("10.1.0.1:443", |mut stream| async move {
        act(&mut stream, vec![Act::Hold]).await;
    });
    let (client, _) = trusting(Vec::new()).over(memory);
    let start = Instant::now();
    assert_eq!(words(&client, &get("https://r.test/")).await, "net/http: TLS handshake timeout");
    assert_eq!(start.elapsed().as_secs(), 10);
}

/// A proxy at 10.0.0.3:3128 that speaks TLS, and behind it a server of the same authority.
fn tls_proxy(root: &Authority) -> Memory {
    let outer = acceptor(root.issue("proxy.test", &["proxy.test"], unchanged), None, rustls::ALL_VERSIONS);
    let inner = acceptor(root.issue("r.test", &["r.test"], unchanged), None, rustls::ALL_VERSIONS);
    Memory::default().host("10.0.0.3:3128", move |stream| {
        let (outer, inner) = (outer.clone(), inner.clone());
        async move {
            let Ok(mut stream) = outer.accept(stream).await else { return };
            let head = read_head(&mut stream).await;
            if head.starts_with("CONNECT r.test:443 HTTP/1.1\r\nHost: r.test:443\r\n") {
                act(&mut stream, vec![send("HTTP/1.1 200 Connection established\r\n\r\n")]).await;
                let mut stream = inner.accept(stream).await.unwrap();
                act(&mut stream, vec![Act::Read, send(EMPTY), Act::Hold]).await;
            } else {
                act(
                    &mut stream,
                    vec![send("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"), Act::Hold],
                )
                .await;
            }
        }
    })
}

#[tokio::test(start_paused = true)]
async fn a_tunnel_through_a_proxy_that_speaks_tls() {
    let root = authority("Test Root", None, unchanged);
    let behind = |roots: Vec<String>| {
        let proxy = "https://proxy.test:3128".to_owned();
        let environment = vec![("HTTPS_PROXY", proxy.clone()), ("HTTP_PROXY", proxy)];
        let files = vec![("/etc/hosts", "10.0.0.3 proxy.test\n".to_owned())];
        Setup { files, environment, ..trusting(roots) }.over(tls_proxy(&root))
    };
    let (client, trace) = behind(vec![root.pem.clone()]);
    assert_eq!(words(&client, &get("https://r.test/v2/")).await, "answered 200");
    let names: Vec<String> = trace
        .steps()
        .into_iter()
        .filter_map(|step| match step.what {
            What::Handshake(handshake) => Some(handshake.server_name),
            _ => None,
        })
        .collect();
    assert_eq!(names, ["proxy.test", "r.test"]);
    assert_eq!(words(&client, &get("https://other.test/")).await, "Forbidden");
    // A plain request is handed over within the proxy's TLS.
    assert_eq!(words(&client, &get("http://r.test/")).await, "answered 403");
    let (client, _) = behind(Vec::new());
    let text = format!("proxyconnect tcp: {VERDICT}{UNKNOWN}");
    assert_eq!(words(&client, &get("https://r.test/")).await, text);
}

#[tokio::test(start_paused = true)]
async fn the_places_of_system_roots() {
    let root = authority("Test Root", None, unchanged);
    let bundle = "/etc/ssl/certs/ca-certificates.crt";
    let cases: [(&str, Variables, bool); 9] = [
        (bundle, &[], true),
        ("/etc/ssl/certs/own.pem", &[], true),
        ("/etc/own/root.crt", &[], false),
        ("/etc/own/root.crt", &[("SSL_CERT_DIR", "/etc/nothing:/etc/own")], true),
        ("/etc/own/root.crt", &[("SSL_CERT_FILE", "/etc/own/root.crt")], true),
        ("/etc/own/root.crt", &[("SSL_CERT_FILE", "/etc/nothing"), ("SSL_CERT_DIR", "/etc/own")], true),
        // A named file takes the bundle's place, a named directory those of the directories alone.
        (bundle, &[("SSL_CERT_FILE", "/etc/nothing"), ("SSL_CERT_DIR", "/etc/own")], false),
        (bundle, &[("SSL_CERT_DIR", "/etc/own")], true),
        ("/etc/ssl/certs/own.pem", &[("SSL_CERT_DIR", "/etc/own")], false),
    ];
    for (path, variables, trusted) in cases {
        let node = Node::memory([(path.into(), root.pem.clone().into_bytes())]);
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let roots = Roots::system(node, Environment::new(variables), Vec::new());
        let served = root.issue("r.test", &["r.test"], unchanged);
        let (client, _) = trusting(Vec::new()).with_roots(server(served, None, rustls::ALL_VERSIONS), roots);
        let text = words(&client, &get("https://r.test/")).await;
        assert_eq!(text == "answered 200", trusted, "{path}: {text}");
    }
}
