//! The kubelet's credential plugins, as a scenario writes them.

use keyring::TokenSource;
use plugins::{KubeletFlags, read_config};
use scenario::{LoadError, Mistake, Scenario};

use crate::support::HEAD;

const OWN: &str = "  files:\n    /etc/default/kubelet: KUBELET_EXTRA_ARGS=--image-credential-provider-config=/etc/cp.yaml\n    /etc/cp.yaml: |\n      apiVersion: kubelet.config.k8s.io/v1\n      kind: CredentialProviderConfig\n      providers: [{name: cloud, matchImages: [r.test], defaultCacheDuration: 1m, apiVersion: credentialprovider.kubelet.k8s.io/v1}]\n";

fn parse(node: &str) -> Result<Scenario, LoadError> {
    Scenario::parse("s.yaml", &format!("{HEAD}node:\n{node}"))
}

#[test]
fn mistakes_are_shown_where_they_are() {
    for (answers, wrong, place) in [
        ("[]", "the plugin `cloud` has no answer", "s.yaml:8:7"),
        ("[{username: u}]", "a plugin gives `username` and `password` together", "s.yaml:8:54"),
        (
            "[{stdout: x, auth: {r: {username: u, password: p}}}]",
            "a plugin writes either a login or `stdout`",
            "s.yaml:8:54",
        ),
        ("[{from: 1m, exit: 1}]", "the first answer of a plugin is there from the beginning", "s.yaml:8:54"),
        (
            "[{}, {from: 2m}, {from: 1m}]",
            "a plugin's answers are not in the order of their `from`",
            "s.yaml:8:70",
        ),
        (
            "[{password: p, echoToken: true}]",
            "a plugin gives `username` and `password` together",
            "s.yaml:8:54",
        ),
        ("[{exitt: 1}]", "unknown key `exitt`", "s.yaml:8:55"),
        ("[{cacheKeyType: Host}]", "unknown word `Host`", "s.yaml:8:69"),
        ("[{delay: soon}]", "`soon` is no time: write 250ms, 30s, 5m or 1h", "s.yaml:8:62"),
    ] {
        let text = format!("  plugins:\n    - {{name: cloud, matchImages: [r.test], answers: {answers}}}\n");
        let error = parse(&text).unwrap_err().render();
        assert!(error.contains(wrong) && error.contains(place), "{answers}: {error}");
    }
}

#[test]
fn a_plugin_is_one_that_the_kubelet_knows() {
    let mistake = |node: &str| match parse(node).unwrap_err() {
        LoadError::Mistake { mistake, .. } => *mistake,
        other => panic!("{other}"),
    };
    let nobody = "  plugins: [{name: cloud, answers: [{exit: 1}]}]\n";
    assert_eq!(mistake(nobody), Mistake::PluginNotConfigured("cloud".to_owned()));
    assert!(parse(&format!("{OWN}{nobody}")).is_ok());
    let other = "  plugins: [{name: other, answers: [{exit: 1}]}]\n";
    assert_eq!(mistake(&format!("{OWN}{other}")), Mistake::PluginNotConfigured("other".to_owned()));
    for (plugin, reason) in [
        ("name: a/b, matchImages: [r.test]", "provider name cannot contain '/'"),
        ("name: a, matchImages: [r.test], apiVersion: v1", "providers.apiVersion: Unsupported value"),
        ("name: a, matchImages: [r.test], defaultCacheDuration: -1s", "must be greater than or equal to 0"),
        (
            "name: a, matchImages: [r.test], tokenAttributes: {serviceAccountTokenAudience: r, requireServiceAccount: true}",
            "providers.tokenAttributes.cacheType: Required value",
        ),
    ] {
        let found = mistake(&format!("  plugins: [{{{plugin}, answers: [{{exit: 1}}]}}]\n"));
        assert!(matches!(&found, Mistake::Plugin { reason: said, .. } if said.contains(reason)), "{found:?}");
    }
}

#[test]
fn the_node_knows_its_plugins_in_their_order() {
    let text = "  plugins:\n    - {name: zeta, matchImages: [r.test], answers: [{username: u, password: c4n4ry, cacheDuration: 1h}]}\n    - {name: alpha, matchImages: [\"*.test\"], defaultCacheDuration: 5m, answers: [{stdout: x}, {from: 1m, exit: 2, stderr: no}]}\n";
    let scenario = parse(text).unwrap();
    let node = scenario.node();
    let config = read_config(&node, &KubeletFlags::of(&node).config.unwrap(), Default::default()).unwrap();
    let names: Vec<&str> = config.providers.iter().map(|provider| provider.name.as_str()).collect();
    assert_eq!(names, ["zeta", "alpha"]);
    let answers = scenario.plugin_answers();
    let written: serde_json::Value = serde_json::from_slice(answers[0].1[0].stdout.expose()).unwrap();
    assert_eq!(written["auth"]["r.test"]["password"], "c4n4ry");
    assert_eq!(written["cacheKeyType"], "Registry");
    assert_eq!(written["cacheDuration"], "1h");
    assert_eq!((answers[1].1[1].status, answers[1].1[1].stderr.as_str()), (2, "no"));
    assert!(!format!("{answers:?}").contains("c4n4ry"));
}

/// What the node's kubelet takes depends on its version, and on its configuration.
#[test]
fn every_kubelet_of_the_scenario_must_start_with_the_plugins() {
    let plugin = "  plugins: [{name: a, matchImages: [r.test], tokenAttributes: {serviceAccountTokenAudience: r, requireServiceAccount: true}, answers: [{exit: 1}]}]\n";
    let by = |kubelet: &str, files: &str| {
        let text = format!("{HEAD}kubelet: [\"{kubelet}\"]\nnode:\n{files}{plugin}");
        Scenario::parse("s.yaml", &text).map_or_else(|error| error.to_string(), |_| String::new())
    };
    assert!(by("1.32", "").contains("unknown field \"providers[0].tokenAttributes\""), "{}", by("1.32", ""));
    assert!(by("1.33", "").contains("feature gate is disabled"), "{}", by("1.33", ""));
    let gate = "  files:\n    /var/lib/kubelet/config.yaml: \"apiVersion: kubelet.config.k8s.io/v1beta1\\nkind: KubeletConfiguration\\nfeatureGates: {KubeletServiceAccountTokenForCredentialProviders: true}\"\n";
    assert_eq!(by("1.33", gate), "");
    assert!(by("1.34", gate).contains("cacheType is required"), "{}", by("1.34", gate));
}

#[test]
fn the_pods_service_account() {
    let pod = |text: &str| Scenario::parse("s.yaml", &format!("{HEAD}{text}")).unwrap().pod();
    let plain = pod("");
    assert_eq!((plain.namespace.as_str(), plain.service_account_name.as_str()), ("default", "default"));
    assert_eq!(plain.account.unwrap().tokens, TokenSource::MadeUp { epoch: 1_935_662_400 });
    let account =
        pod("serviceAccount: {name: p, annotations: {a/b: c}, tokenRefused: no}\n").account.unwrap();
    assert_eq!(account.annotations, [("a/b".to_owned(), "c".to_owned())]);
    assert_eq!(account.tokens, TokenSource::Refuses("no".to_owned()));
    assert_eq!(pod("serviceAccount: {name: gone, missing: true}\n").account, None);
    assert_eq!(pod("serviceAccount: {name: \"\"}\n").account, None);
}
