//! The kubelet's credential plugins over time.

use std::sync::Arc;

use keyring::{Account, ProviderConfig, TokenAttributes, TokenSource};
use plugins::{PluginRunner, Providers, Script, Scripted};
use replay::{Accounts, NodePlugins, PodHistory, Simulation};
use secret::Secret;
use trace::What;

use crate::fake::{app, run, simulation};

fn answer(user: &str, cache: &str) -> Script {
    let text = format!(
        r#"{{"kind": "CredentialProviderResponse", "apiVersion": "credentialprovider.kubelet.k8s.io/v1", "cacheKeyType": "Registry", "cacheDuration": "{cache}", "auth": {{"r.test": {{"username": "{user}", "password": "p"}}}}}}"#
    );
    Script { stdout: Secret::new(text.into_bytes()), ..Script::default() }
}

/// What became of a pod whose image only the user `right` gets; and how often the plugin was run.
fn play(version: &str, scripts: Vec<Script>) -> (PodHistory, usize) {
    let config = ProviderConfig {
        name: "cloud".to_owned(),
        match_images: vec!["r.test".to_owned()],
        api_version: "credentialprovider.kubelet.k8s.io/v1".to_owned(),
        ..ProviderConfig::default()
    };
    let runner = Arc::new(Scripted::new([("cloud".to_owned(), scripts)]));
    let asked = Providers::new(
        [config],
        keyring::PluginRules::default(),
        Arc::clone(&runner) as Arc<dyn PluginRunner>,
    );
    let simulation = Simulation {
        version: version.parse().unwrap(),
        plugins: NodePlugins::Asked(Arc::new(asked)),
        ..simulation(vec![app("r.test/a:1")])
    };
    let only_right = |request: &cri::PullImageRequest, _| match &request.auth {
        Some(auth) if auth.username == "right" => Ok(()),
        _ => Err("401 Unauthorized".to_owned()),
    };
    let history = run(simulation, only_right).remove(0);
    (history, runner.runs("cloud"))
}

/// What the plugin's part was in an attempt, in the words of the trace.
fn told(history: &PodHistory, attempt: usize) -> Vec<String> {
    let steps = history.attempts[attempt].steps.iter();
    let texts = steps.filter_map(|step| match &step.what {
        What::Decision(decision) => Some(decision.text.clone()),
        _ => None,
    });
    texts.collect()
}

#[test]
fn a_plugin_that_fails_is_run_anew_at_each_attempt() {
    let fails = || Script { status: 1, ..Script::default() };
    for version in ["1.28", "1.32"] {
        let (history, runs) = play(version, vec![fails(), fails(), answer("right", "10m")]);
        assert!(history.has_all_images());
        // While it is in back-off nothing is looked up.
        assert_eq!((history.attempts.len(), runs), (3, 3), "{version}");
        assert!(told(&history, 0)[0].contains("exit status 1"), "{:?}", told(&history, 0));
        assert_eq!(told(&history, 2), ["cloud: answered with 1 entry"]);
    }
}

/// From 1.33 on credentials are looked up before the back-off is considered, at each sync.
#[test]
fn newer_kubelets_ask_at_each_sync() {
    let fails = || Script { status: 1, ..Script::default() };
    let (history, runs) = play("1.34", vec![fails(), fails(), fails(), answer("right", "10m")]);
    assert!(history.has_all_images() && history.backed_off > 0);
    assert!(runs > history.attempts.len(), "{runs} runs, {} attempts", history.attempts.len());
}

#[test]
fn what_a_plugin_gave_is_kept_for_as_long_as_it_said() {
    let (history, runs) = play("1.28", vec![answer("wrong", "3m"), answer("right", "3m")]);
    assert!(history.has_all_images());
    assert_eq!(runs, 2);
    let last = history.attempts.last().unwrap();
    assert!((180..480).contains(&last.at.as_secs()), "{:?}", last.at);
    for attempt in 1..history.attempts.len() - 1 {
        assert_eq!(told(&history, attempt), ["cloud: not asked: an earlier answer still counts"]);
    }
}

/// From 1.35 an image that one service account's login has brought is not given to another account that has none; a pod of
/// the same account has it at once.
#[test]
fn an_image_belongs_to_the_account_whose_login_pulled_it() {
    let config = ProviderConfig {
        name: "cloud".to_owned(),
        match_images: vec!["r.test".to_owned()],
        api_version: "credentialprovider.kubelet.k8s.io/v1".to_owned(),
        token_attributes: Some(TokenAttributes {
            audience: "r.test".to_owned(),
            cache_type: "ServiceAccount".to_owned(),
            require_service_account: Some(true),
            required_annotations: vec!["r.test/role".to_owned()],
            ..TokenAttributes::default()
        }),
        ..ProviderConfig::default()
    };
    let mut accounts = Accounts::default();
    let role = vec![("r.test/role".to_owned(), "reader".to_owned())];
    for (name, annotations) in [("puller", role), ("default", Vec::new())] {
        let tokens = TokenSource::MadeUp { epoch: 0 };
        accounts.add("default", name, Account { uid: name.to_owned(), annotations, tokens });
    }
    let of = |name: &str, account: &str| {
        let mut pod = app("r.test/a:1");
        pod.name = name.to_owned();
        pod.uid = name.to_owned();
        pod.service_account_name = account.to_owned();
        pod
    };
    let runner = Arc::new(Scripted::new([("cloud".to_owned(), vec![answer("right", "10m")])]));
    let version = "1.35".parse().unwrap();
    let asked = Providers::new([config], keyring::PluginRules::default(), runner as Arc<dyn PluginRunner>);
    let simulation = Simulation {
        version,
        config: kubelet::KubeletConfig::defaults(version),
        plugins: NodePlugins::Asked(Arc::new(asked)),
        accounts,
        ..simulation(vec![of("first", "puller"), of("same", "puller"), of("other", "default")])
    };
    let only_right = |request: &cri::PullImageRequest, _| match &request.auth {
        Some(auth) if auth.username == "right" => Ok(()),
        _ => Err("401 Unauthorized".to_owned()),
    };
    let histories = run(simulation, only_right);
    let has: Vec<bool> = histories.iter().map(PodHistory::has_all_images).collect();
    assert_eq!(has, [true, true, false]);
    assert_eq!(told(&histories[2], 0).len(), 1);
    assert!(told(&histories[2], 0)[0].contains("required annotation r.test/role not found"));
}
