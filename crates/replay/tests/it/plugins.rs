//! The kubelet's credential plugins over time.

use std::sync::Arc;

use keyring::ProviderConfig;
use plugins::{PluginRunner, Providers, Script, Scripted};
use replay::{NodePlugins, PodHistory, Simulation};
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
    let asked = Providers::new([config], Arc::clone(&runner) as Arc<dyn PluginRunner>);
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
