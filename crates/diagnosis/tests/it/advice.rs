//! What is advised: the pull's own names in the commands, and how to tell the alternatives apart.

use cri::Code;
use diagnosis::{Attempt, Cause, Cloud, Diagnosis, Facts, Outcome, diagnose};
use gostd::net::{Errno, Error};
use gostd::{tls, x509};
use trace::{Exchange, Fault, Purpose, Stage, Step, What};

use crate::support::*;

#[test]
fn commands_have_the_names_of_the_pull() {
    let steps = [challenged(), token(401)];
    let diagnosis =
        diagnose(&facts(vec![Attempt { login: Some(login("ci")), steps: &steps }], Code::Unknown));
    let diagnosis = diagnosis.unwrap();
    let command = "  kubectl create secret docker-registry pull-secret -n shop --docker-server=r.test \
                   --docker-username=ci --docker-password=… --dry-run=client -o yaml | kubectl apply -f -";
    assert!(diagnosis.remedies.iter().any(|line| line == command), "{:#?}", diagnosis.remedies);
    for words in ["NAMESPACE", "REGISTRY", "IMAGE", "HOST"] {
        assert!(!diagnosis.remedies.iter().any(|line| line.contains(words)), "{:#?}", diagnosis.remedies);
    }
}

#[test]
fn the_first_advice_fits_what_was_seen() {
    let (now, then) = ("2024-01-01T00:00:00Z".parse().unwrap(), "2024-01-02T03:04:05Z".parse().unwrap());
    let sha1 = x509::Hint {
        problem: x509::HintProblem::InsecureAlgorithm(x509::InsecureAlgorithm::Sha1Rsa),
        authority: "CA".into(),
    };
    let handshake = |error| broken(Purpose::Resolve, REGISTRY, Stage::Handshake, error);
    let dialled =
        |errno| broken(Purpose::Resolve, REGISTRY, Stage::Dial, dial(Error::Syscall("connect", errno)));
    let limited = |purpose| answer(purpose, "GET", REGISTRY, 429, &[]);
    for (step, advice) in [
        (
            handshake(verification(x509::Error::Expired { now, not_after: then })),
            "Renew the certificate of r.test",
        ),
        (
            handshake(verification(x509::Error::NotYetValid { now, not_before: then })),
            "Correct the node's clock",
        ),
        (
            handshake(verification(x509::Error::UnknownAuthority { hint: Some(sha1) })),
            "Have the certificate of r.test issued anew",
        ),
        (handshake(Error::Tls(tls::Error::RecordHeader)), "Correct host and port"),
        (handshake(Error::Tls(tls::Error::UnsupportedVersion(0x301))), "Let r.test offer TLS 1.2"),
        (dialled(Errno::HOST_UNREACHABLE), "Start the machine of r.test"),
        (dialled(Errno::NET_UNREACHABLE), "Give the node a route to r.test"),
        (limited(Purpose::Manifest), "Wait until r.test counts anew"),
        (limited(Purpose::Token), "Wait until r.test counts anew, and find who asks it so often"),
    ] {
        let diagnosis = anonymous(&[step], Code::Unknown);
        let first = diagnosis.remedies.first().map_or("", String::as_str);
        assert!(first.starts_with(advice), "{advice}: {:#?}", diagnosis.remedies);
    }
}

#[test]
fn what_does_not_help_is_not_advised() {
    let garbage = broken(Purpose::Resolve, REGISTRY, Stage::Handshake, Error::Tls(tls::Error::RecordHeader));
    let commands = anonymous(&[garbage], Code::Unknown).remedies;
    assert!(!commands.iter().any(|line| line.contains("sudo")), "{commands:#?}");
    let limited = answer(Purpose::Manifest, "GET", REGISTRY, 429, &[]);
    let limited = anonymous(&[limited], Code::Unknown).remedies;
    assert!(!limited.iter().any(|line| line.contains("docker.io")), "{limited:#?}");
}

#[test]
fn each_alternative_says_how_it_is_told_apart() {
    let diagnosis = anonymous(&[challenged(), token(401)], Code::Unknown);
    let others: Vec<Cause> = diagnosis.tell_apart.iter().map(|other| other.cause).collect();
    assert_eq!(others, diagnosis.alternatives);
    for other in &diagnosis.tell_apart {
        assert!(other.command.is_some() && !other.told_apart.is_empty(), "{other:?}");
    }
}

#[test]
fn a_cloud_has_its_own_commands_and_not_those_of_others() {
    for (domain, cloud) in [
        ("123456789012.dkr.ecr.eu-central-1.amazonaws.com", Some(Cloud::Amazon)),
        ("team.azurecr.io", Some(Cloud::Azure)),
        ("europe-west1-docker.pkg.dev", Some(Cloud::Google)),
        ("eu.gcr.io", Some(Cloud::Google)),
        ("registry.example.com:5000", None),
        ("gcr.io.example.com", None),
    ] {
        assert_eq!(Cloud::of(domain), cloud, "{domain}");
    }
}

#[test]
fn an_alert_of_the_server_says_what_to_do() {
    let alert = |number| {
        let error = Error::Tls(tls::Error::RemoteAlert(tls::Alert(number)));
        vec![broken(Purpose::Resolve, REGISTRY, Stage::Handshake, error)]
    };
    for (number, words) in [
        (40, "agree on no TLS version"),
        (70, "agree on no TLS version"),
        (48, "wants a certificate from the node"),
        (116, "wants a certificate from the node"),
        (112, "knows no host of that name"),
        (80, "fails in the handshake"),
        (50, "with an alert"),
    ] {
        let diagnosis = anonymous(&alert(number), Code::Unknown);
        assert_eq!(diagnosis.cause, Cause::TlsIncompatible, "{number}");
        assert!(diagnosis.sentence.contains(words), "{number}: {}", diagnosis.sentence);
    }
}

#[test]
fn no_tls_behind_an_open_tunnel_is_the_proxys_doing() {
    let no_tls = |proxy: Option<&str>| {
        let fault = Some(Fault::new(Stage::Handshake, Error::Tls(tls::Error::RecordHeader)));
        let exchange = exchange(Purpose::Resolve, "HEAD", REGISTRY);
        [step(What::Exchange(Exchange { fault, proxy: proxy.map(str::to_owned), ..exchange }))]
    };
    let through: [Step; 1] = no_tls(Some("http://proxy.test:3128"));
    let diagnosis = anonymous(&through, Code::Unknown);
    assert_eq!(diagnosis.cause, Cause::ProxyMisconfig);
    assert!(
        diagnosis.remedies.iter().any(|line| line.contains("-x http://proxy.test:3128 https://r.test/v2/"))
    );
    assert_eq!(anonymous(&no_tls(None), Code::Unknown).cause, Cause::HttpOnHttps);
}

#[test]
fn plain_text_is_not_schema_1() {
    let kind = [("Content-Type", "text/plain; charset=utf-8")];
    let diagnosis =
        anonymous(&[answer(Purpose::Resolve, "HEAD", REGISTRY, 200, &kind)], Code::InvalidArgument);
    assert_eq!(diagnosis.cause, Cause::ManifestUnsupported);
    assert!(diagnosis.alternatives.contains(&Cause::Schema1Unsupported));
}

#[test]
fn the_rate_limit_is_read_from_answers_that_came_anyway() {
    let told = [
        ("RateLimit-Limit", "100;w=21600"),
        ("RateLimit-Remaining", "76;w=21600"),
        ("docker-ratelimit-source", "192.0.2.1"),
    ];
    let steps = [answer(Purpose::Resolve, "HEAD", REGISTRY, 200, &told), manifest(200)];
    let limit = diagnosis::rate_limit(&steps, |_| None).unwrap();
    let words = "76 of 100 pulls in 6 h left at r.test for all that ask from 192.0.2.1 without a login";
    assert_eq!((limit.words().as_str(), limit.is_low()), (words, false));
    assert_eq!((limit.limit, limit.remaining), (Some(100), Some(76)));
    assert_eq!(diagnosis::rate_limit(&[head(200)], |_| None), None);
    let odd = [answer(Purpose::Resolve, "HEAD", REGISTRY, 200, &[("RateLimit-Limit", "many")])];
    assert_eq!(diagnosis::rate_limit(&odd, |_| None), None);
}

/// Whose limit it is: the registry's own word, else whether somebody logged in; and when it is time to do something.
#[test]
fn whose_pulls_are_counted() {
    const ID: &str = "0a1b2c3d-0000-4000-8000-0123456789ab";
    let cases = [
        (Some("192.0.2.1"), None, "9", "all that ask from 192.0.2.1 without a login", true),
        (Some("192.0.2.1"), Some("ci"), "11", "all that ask from 192.0.2.1 without a login", false),
        (Some(ID), Some("ci"), "10", "the account of user \"ci\"", true),
        (Some(ID), None, "50", "the account 0a1b2c3d-0000-4000-8000-0123456789ab", false),
        (None, Some("ci"), "0", "the account of user \"ci\"", true),
        (None, None, "100", "all that ask from this address without a login", false),
    ];
    for (source, login, remaining, whose, low) in cases {
        let mut told = vec![("RateLimit-Limit", "100;w=3600"), ("RateLimit-Remaining", remaining)];
        told.extend(source.map(|source| ("docker-ratelimit-source", source)));
        let steps = [answer(Purpose::Resolve, "HEAD", REGISTRY, 200, &told)];
        let limit = diagnosis::rate_limit(&steps, |_| login.map(str::to_owned)).unwrap();
        assert_eq!(limit.words(), format!("{remaining} of 100 pulls in 1 h left at r.test for {whose}"));
        assert_eq!(limit.is_low(), low, "{remaining}");
    }
}

/// Docker Hub's limit is not told where a mirror answered, and that is said; nobody asked, nothing to say.
#[test]
fn a_limit_that_is_not_told() {
    let mirror = "https://mirror.test/v2/library/nginx/manifests/1?ns=docker.io";
    let answered = |url, status| [answer(Purpose::Resolve, "HEAD", url, status, &[])];
    let untold = diagnosis::untold_limit(&answered(mirror, 200), "docker.io").unwrap();
    assert!(
        untold.contains("mirror.test answered in its place") && untold.contains("PS-RATE-01"),
        "{untold}"
    );
    let hub = "https://registry-1.docker.io/v2/library/nginx/manifests/1";
    let untold = diagnosis::untold_limit(&answered(hub, 200), "docker.io").unwrap();
    assert!(untold.contains("not told in its answers"), "{untold}");
    assert_eq!(diagnosis::untold_limit(&answered(hub, 404), "docker.io"), None);
    assert_eq!(diagnosis::untold_limit(&answered(hub, 200), "r.test"), None);
}

/// A name is only advised that the kubelet takes; a tag keeps its letters.
#[test]
fn the_name_that_is_advised_can_be_read() {
    let cases = [
        ("r.test/Team/App:V1", "Write the repository in lower case: r.test/team/app:V1"),
        ("Nginx", "Write the repository in lower case: nginx"),
        ("nginx:UPPER:x", "Write it as [HOST[:PORT]/]PATH[:TAG][@DIGEST]."),
        ("Team/App:", "Write it as [HOST[:PORT]/]PATH[:TAG][@DIGEST]."),
    ];
    for (image, advice) in cases {
        let facts = Facts { image, reference: None, ..facts(vec![], Code::Unknown) };
        let facts = Facts { outcome: Outcome::InvalidName("invalid reference format".into()), ..facts };
        let diagnosis = diagnose(&facts).unwrap();
        assert_eq!(
            (diagnosis.cause, diagnosis.remedies[0].as_str()),
            (Cause::InvalidImageName, advice),
            "{image}"
        );
    }
}

/// What is known later comes into the commands: the pod, and the namespace of another pod of which all else is the same.
#[test]
fn commands_of_another_pod() {
    let facts =
        Facts { namespace: Some("get"), image: "Bad", reference: None, ..facts(vec![], Code::Unknown) };
    let facts = Facts { outcome: Outcome::InvalidName("invalid reference format".into()), ..facts };
    let mut diagnosis = diagnose(&facts).unwrap();
    let has = |diagnosis: &Diagnosis, text: &str| diagnosis.remedies.iter().any(|line| line.contains(text));
    assert!(has(&diagnosis, "  kubectl get pod POD -n get -o jsonpath="), "{:#?}", diagnosis.remedies);
    diagnosis.name_pod("web-0");
    diagnosis.move_to_namespace("get", "shop");
    assert!(has(&diagnosis, "  kubectl get pod web-0 -n shop -o jsonpath="), "{:#?}", diagnosis.remedies);
}
