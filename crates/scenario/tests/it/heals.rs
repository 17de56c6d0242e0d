//! What heals: read, laid over the world, and refused where it is wrong.

use scenario::{Heals, Scenario, What};

const HEAD: &str = "apiVersion: pullsim/v1\nkind: Scenario\ntitle: t\nnow: 2026-03-01T09:00:00Z\nimage: r.test/app:v1\n\
                    hosts: {r.test: {address: 10.0.0.1, tls: expired}}\n";

fn read(expect: &str) -> Scenario {
    Scenario::parse("s.yaml", &format!("{HEAD}expect: {expect}\n")).map_err(|error| error.render()).unwrap()
}

#[test]
fn changes_worlds_and_reasons() {
    let changes = |scenario: &Scenario| match scenario.heals() {
        Some(Heals::Changes(changes)) => changes.iter().map(ToString::to_string).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(changes(&read("{heals: trust-ca}")), ["trust-ca"]);
    assert_eq!(changes(&read("{heals: [name r.test/app, tag v1]}")), ["name r.test/app", "tag v1"]);
    let reason = read("{heals: {none: ask who runs it}}");
    assert_eq!(reason.heals(), Some(&Heals::None("ask who runs it".to_owned())));
    assert!(reason.healed().unwrap().is_none());
}

#[test]
fn the_world_is_laid_over_the_scenario() {
    let scenario = read("{heals: {world: {image: 's.test/app:v1', hosts: {s.test: {address: 10.0.0.2}}}}}");
    let healed = scenario.healed().unwrap().unwrap();
    assert_eq!((scenario.image(), healed.image()), ("r.test/app:v1", "s.test/app:v1"));
    let hosts: Vec<String> = healed.hosts().into_iter().map(|host| host.name).collect();
    assert_eq!((scenario.hosts().len(), hosts), (1, vec!["r.test".to_owned(), "s.test".to_owned()]));
}

#[test]
fn only_what_fails_has_to_be_healed() {
    let heals = |expect: &str, before: &str| {
        let scenario = Scenario::parse("s.yaml", &format!("{HEAD}{before}expect: {expect}\n")).unwrap();
        let runs = scenario.runs();
        let heals =
            |run| scenario.expected(run).iter().any(|expected| matches!(expected.what, What::Heals(_)));
        runs.iter().filter(|run| heals(run)).count()
    };
    assert_eq!(heals("{heals: trust-ca}", ""), 3);
    assert_eq!(heals("{heals: trust-ca, outcome: {containerd-1.*: pulled, else: failed}}", ""), 1);
    assert_eq!(heals("{heals: again, outcome: pulled}", ""), 0);
    assert_eq!(heals("{heals: again, outcome: pulled}", "for: 5m\n"), 3);
}

#[test]
fn mistakes_are_shown_where_they_are() {
    let refused = |heals: &str| {
        let error = Scenario::parse("s.yaml", &format!("{HEAD}expect:\n  heals: {heals}\n")).unwrap_err();
        error.render()
    };
    for (heals, shown) in [
        (
            "tga v1",
            "error: there is no change `tga`: did you mean `tag`?\n  s.yaml:8:10\n   8 |   heals: tga v1\n     |          ^^^^^^\n",
        ),
        (
            "no-verify",
            "error: `no-verify` shows what is wrong, and is no remedy\n  s.yaml:8:10\n   8 |   heals: no-verify\n     |          ^^^^^^^^^\n",
        ),
        (
            "{world: {hots: {}}}",
            "error: unknown key `hots`\n  s.yaml:8:19\n   8 |   heals: {world: {hots: {}}}\n     |                   ^^^^\nhelp: did you mean `hosts`?\n",
        ),
        (
            "{world: {hosts: {r.test: {tls: goo}}}}",
            "error: unknown word `goo`\n  s.yaml:8:41\n   8 |   heals: {world: {hosts: {r.test: {tls: goo}}}}\n     |                                         ^^^\nhelp: did you mean `good`?\n",
        ),
        ("{wrld: {}}", "error: nothing heals by `wrld`: did you mean `world`?\n  s.yaml:8:"),
        ("[]", "error: name a change, or say why there is none"),
        (
            "{none: x, world: {}}",
            "error: it heals by `world`, by `none`, or by what is set right: by one of the three\n",
        ),
        ("{world: expired}", "error: expected what is otherwise in the world: `hosts: …`\n"),
    ] {
        let got = refused(heals);
        assert!(got.starts_with(shown), "{heals}\n{got}");
    }
}

#[test]
fn the_schema_knows_the_same() {
    let schema = jsonschema::validator_for(&scenario::json_schema()).unwrap();
    let valid = |heals: serde_json::Value| {
        schema.is_valid(&serde_json::json!({"include": "a", "expect": {"heals": heals}}))
    };
    for good in [
        serde_json::json!("tag v1"),
        serde_json::json!("docker.io"),
        serde_json::json!(["name a", "tag b"]),
        serde_json::json!({"world": {"hosts": {"a": {"faults": []}}, "faults": null}}),
        serde_json::json!({"none": "ask"}),
        serde_json::json!({"removeFault": "tls-expired"}),
        serde_json::json!({"removeRule": 503, "push": "r.test/app:v1"}),
        serde_json::json!({"grant": {"host": "r.test", "user": "ci", "pull": "**"}}),
        serde_json::json!({"image": "r.test/app:v2", "node": {"files": {"/a": "b"}}}),
    ] {
        assert!(valid(good.clone()), "{good}");
    }
    for bad in [
        serde_json::json!("tga v1"),
        serde_json::json!("no-verify"),
        serde_json::json!([]),
        serde_json::json!({"world": {"hots": {}}}),
        serde_json::json!({"none": 1}),
        serde_json::json!({"removeFalt": "tls-expired"}),
        serde_json::json!({"grant": {"user": "ci"}}),
        serde_json::json!({"removeFault": "x", "world": {}}),
        serde_json::json!({}),
    ] {
        assert!(!valid(bad.clone()), "{bad}");
    }
}

const WORLD: &str = "apiVersion: pullsim/v1
kind: Scenario
title: t
now: 2026-03-01T09:00:00Z
image: r.test/app:v1
hosts:
  r.test:
    address: 10.0.0.1
    tls: expired
    faults: [manifest-503, {fault: 'blob-slow:1KiB', count: first 2}]
    rules: [{status: 404}, {end: close}]
    auth: {basic: {accounts: {ci: {password: made-up}}}}
  down.test: {address: 10.0.0.2, listens: false}
dns: {r.test: nxdomain}
firewall: [{to: r.test, action: drop}, {to: down.test, action: drop}]
";

#[test]
fn what_is_set_right_is_all_that_changes() {
    let read = |heals: &str| {
        let scenario = Scenario::parse("s.yaml", &format!("{WORLD}expect: {{heals: {heals}}}\n"));
        scenario.map_err(|error| error.render()).unwrap()
    };
    for (heals, named) in [
        ("{removeFault: manifest-503}", vec!["removeFault manifest-503"]),
        ("{removeFault: 'blob-slow:1KiB'}", vec!["removeFault blob-slow:1KiB"]),
        ("{removeRule: 404, removeRule: close}", vec![]),
        ("{removeRule: 404}", vec!["removeRule 404"]),
        ("{openFirewall: r.test, start: down.test}", vec!["openFirewall r.test", "start down.test"]),
        ("{renewCertificate: r.test}", vec!["renewCertificate r.test"]),
        ("{correctRecord: r.test}", vec!["correctRecord r.test"]),
        ("{push: 'r.test/team/app:v2'}", vec!["push r.test/team/app:v2"]),
        ("{grant: {host: r.test, user: ci, pull: '**'}}", vec!["grant ci r.test/**"]),
        ("{node: {ndots: 1, files: {/a: b}}, image: x.test/a}", vec!["node ndots files./a", "image"]),
    ] {
        if named.is_empty() {
            assert!(Scenario::parse("s.yaml", &format!("{WORLD}expect: {{heals: {heals}}}\n")).is_err());
            continue;
        }
        let scenario = read(heals);
        let Some(Heals::Mends(mends)) = scenario.heals() else { panic!("{heals}: {:?}", scenario.heals()) };
        assert_eq!(mends.iter().map(ToString::to_string).collect::<Vec<_>>(), named, "{heals}");
        assert!(scenario.healed().unwrap().is_some(), "{heals}");
        let parts = if named.len() > 1 { named.len() } else { 0 };
        assert_eq!(scenario.healed_in_part().unwrap().len(), parts, "{heals}");
    }
}

#[test]
fn what_cannot_be_set_right_is_said() {
    for (heals, shown) in [
        ("{removeFault: manifest-530}", "there is no fault `manifest-530`: did you mean `manifest-503`?"),
        ("{removeRule: 500}", "no rule does `500`, but 404, close"),
        ("{openFirewall: cdn.test}", "the firewall has nothing for `cdn.test`"),
        ("{renewCertificate: down.test}", "`down.test` has no bad certificate"),
        ("{start: r.test}", "`r.test` listens already"),
        ("{start: s.test}", "there is no host `s.test`"),
        ("{correctRecord: down.test}", "the name server gives the address of `down.test` already"),
        ("{push: app}", "`app` is pushed nowhere: write HOST/REPOSITORY:TAG"),
        ("{grant: {host: down.test, user: ci, pull: '**'}}", "`down.test` has no accounts"),
        ("{grant: {host: r.test, user: me, pull: '**'}}", "`r.test` has no account `me`, but ci"),
        ("{removeFault: manifest-503, none: no}", "it heals by `world`, by `none`, or by what is set right"),
        ("{removeFalt: manifest-503}", "nothing heals by `removeFalt`: did you mean `removeFault`?"),
    ] {
        let error =
            Scenario::parse("s.yaml", &format!("{WORLD}expect:\n  heals: {heals}\n")).unwrap_err().render();
        assert!(error.starts_with(&format!("error: {shown}")), "{heals}\n{error}");
        assert!(error.contains("heals: "), "{heals}\n{error}");
    }
}
