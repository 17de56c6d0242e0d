//! Who may pull: secrets that are not there, tokens that are not taken, identities that lack a right.

use cri::Code;
use diagnosis::{Attempt, Cause, Diagnosis, Facts, Login, MissingSecret, Origin, Reference, diagnose};
use trace::{Claims, Decision, Purpose, Step, What};

use crate::support::*;

const INVALID: &str = "Bearer realm=\"https://auth.test/token\",service=\"r.test\",error=\"invalid_token\"";

fn with_login(login: Login<'_>, steps: &[Step]) -> Diagnosis {
    diagnose(&facts(vec![Attempt { login: Some(login), steps }], Code::Unknown)).unwrap()
}

/// What a token says of itself: until when, and what it allows.
fn claims(expires: &str, access: &[&str]) -> Step {
    let claims = Claims {
        audience: vec!["r.test".into()],
        issued: None,
        expires: Some(expires.parse().unwrap()),
        access: Some(access.iter().map(|right| (*right).to_owned()).collect()),
    };
    step(What::Decision(Decision::token("a token", claims)))
}

#[test]
fn a_token_that_is_not_taken_is_the_services_fault_and_one_that_lacks_a_right_the_accounts() {
    let (later, pull) = ("2026-03-01T09:05:00Z", ["repository:team/app:pull"]);
    let cases = [
        (vec![challenged(), token(200), challenge(INVALID)], Cause::TokenEndpointFailure, "invalid_token"),
        (
            vec![challenged(), token(200), claims("2019-01-01T00:00:00Z", &pull), challenge(INVALID)],
            Cause::TokenEndpointFailure,
            "expired already",
        ),
        (
            vec![challenged(), token(200), claims(later, &pull), challenged()],
            Cause::TokenEndpointFailure,
            "allows the pull",
        ),
        // Harbor issues a token all the same, and says no more than 401 when it is used.
        (vec![challenged(), token(200), claims(later, &[]), challenged()], Cause::UserNotPermitted, "\"ci\""),
    ];
    for (steps, cause, words) in cases {
        let diagnosis = with_login(login("ci"), &steps);
        assert_eq!(diagnosis.cause, cause, "{steps:#?}");
        assert!(diagnosis.sentence.contains(words), "{}", diagnosis.sentence);
    }
    // Without a login the token allows what strangers may.
    let strangers = [challenged(), token(200), claims(later, &[]), challenged()];
    assert_eq!(anonymous(&strangers, Code::Unknown).cause, Cause::CredentialsMissing);
    assert_eq!(
        anonymous(&[challenged(), token(200), challenge(INVALID)], Code::Unknown).cause,
        Cause::TokenEndpointFailure
    );
}

#[test]
fn a_secret_that_is_not_there_explains_a_denial_and_nothing_else() {
    let denied = [challenged(), token(401)];
    let gone = [head(404)];
    let facts = |steps| Facts {
        missing: vec![MissingSecret { name: "regcred".into(), elsewhere: vec!["build".into()] }],
        ..facts(vec![Attempt { login: None, steps }], Code::Unknown)
    };
    let diagnosis = diagnose(&facts(&denied)).unwrap();
    assert_eq!(diagnosis.cause, Cause::SecretMissing);
    assert!(diagnosis.sentence.contains("\"regcred\"") && diagnosis.sentence.contains("namespace shop"));
    let copies = "kubectl get secret regcred -n build -o json";
    assert!(diagnosis.remedies.iter().any(|line| line.contains(copies)), "{:#?}", diagnosis.remedies);
    assert_eq!(diagnose(&facts(&gone)).unwrap().cause, Cause::TagNotFound);
}

#[test]
fn the_same_refusal_is_the_users_or_the_nodes_by_where_the_login_comes_from() {
    let of = |origin, source| Login { origin, source, ..login("AWS") };
    let refused = [head(401), head(403)];
    let cases = [
        (Origin::Plugin, "plugin ecr", Cause::NodeIdentityDenied),
        (Origin::Secret, "default/ecr", Cause::ExpiredToken),
        (Origin::NodeFile, "node file /var/lib/kubelet/config.json", Cause::ExpiredToken),
    ];
    for (origin, source, cause) in cases {
        let diagnosis = with_login(of(origin, source), &refused);
        assert_eq!(diagnosis.cause, cause, "{origin:?}");
        let of_secret = diagnosis.remedies.iter().any(|line| line.contains("kubectl create secret"));
        assert!(!of_secret || origin == Origin::Secret, "{:#?}", diagnosis.remedies);
    }
    // A login that is not taken at all says nothing of rights.
    let diagnosis = with_login(of(Origin::Plugin, "plugin ecr"), &[head(401), head(401)]);
    assert_eq!(diagnosis.cause, Cause::ExpiredToken);
}

#[test]
fn content_that_is_forbidden_after_the_name_was_read_is_no_matter_of_logins() {
    let xml = [("Content-Type", "application/xml")];
    let bucket = answer(Purpose::Layer, "GET", LAYER, 403, &xml);
    for (forbidden, cause) in
        [(layer(LAYER, 403), Cause::ClientBlocked), (bucket, Cause::RedirectHostBlocked)]
    {
        let steps = [head(200), manifest(200), forbidden];
        assert_eq!(anonymous(&steps, Code::Unknown).cause, cause);
        assert_eq!(with_login(login("ci"), &steps).cause, cause);
    }
    assert_eq!(anonymous(&[layer(LAYER, 403)], Code::Unknown).cause, Cause::CredentialsMissing);
}

#[test]
fn an_official_image_that_is_denied_does_not_exist() {
    let steps = [challenged(), token(200), challenged()];
    let of = |path| Facts {
        image: "my-app",
        reference: Some(Reference { domain: "docker.io", path, tag: Some("latest"), digest: None }),
        ..facts(vec![Attempt { login: None, steps: &steps }], Code::Unknown)
    };
    assert_eq!(diagnose(&of("library/my-app")).unwrap().cause, Cause::LocalImageNotOnNode);
    assert_eq!(diagnose(&of("acme/my-app")).unwrap().cause, Cause::RepoMissingOrPrivate);
    assert_eq!(diagnose(&of("library/registry.example.com")).unwrap().cause, Cause::WrongRegistryHost);
}
