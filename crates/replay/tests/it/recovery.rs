//! A cause that heals.

use std::time::Duration;

use keyring::PullSecret;
use replay::{SecretsOverTime, Simulation};

use crate::fake::{app, count, run, simulation, statuses};

#[test]
fn it_heals_within_one_back_off() {
    let healed = Duration::from_secs(100);
    let mood = move |_: &cri::PullImageRequest, at| if at < healed { Err("no".to_owned()) } else { Ok(()) };
    let history = &run(simulation(vec![app("r.test/a:1")]), mood)[0];
    assert!(history.has_all_images());
    let last = history.attempts.last().unwrap();
    assert!(last.waiting.is_none() && last.at >= healed);
    // Five attempts fail in a hundred seconds at most; the window is then 160 s.
    assert!(last.at < healed + Duration::from_secs(160 + 17), "{:?}", last.at);
    assert_eq!(*statuses(history).last().unwrap(), "Running");
    assert_eq!(history.changes.last().unwrap().line.ready, "1/1");
    let reasons: Vec<&str> = history.events.iter().map(|event| event.reason.as_str()).collect();
    assert!(reasons.ends_with(&["Pulled", "Created", "Started"]), "{reasons:?}");
    assert_eq!(
        count(history, "Successfully pulled image \"r.test/a:1\" in 300ms (300ms including waiting)"),
        1
    );
}

fn login(name: &str) -> PullSecret {
    let document = r#"{"auths": {"r.test": {"username": "ci", "password": "x"}}}"#;
    PullSecret::docker_config_json("default", name, document)
}

/// A missing Secret does not stop the pull, is told at every sync, and counts when it is there.
#[test]
fn a_secret_that_is_made_later() {
    let mut pod = app("r.test/a:1");
    pod.image_pull_secrets = vec!["one".to_owned(), String::new(), "two".to_owned()];
    let mood = |request: &cri::PullImageRequest, _| match &request.auth {
        Some(auth) if auth.username == "ci" => Ok(()),
        _ => Err("denied".to_owned()),
    };
    let secrets = SecretsOverTime::fixed(vec![]).then(Duration::from_secs(60), vec![login("two")]);
    let history = &run(Simulation { secrets, ..simulation(vec![pod]) }, mood)[0];
    assert!(history.has_all_images());
    let both = "Unable to retrieve some image pull secrets (one, two); attempting to pull the image may not succeed.";
    let one =
        "Unable to retrieve some image pull secrets (one); attempting to pull the image may not succeed.";
    let before = history.events.iter().find(|event| event.message == both).unwrap();
    assert_eq!((before.reason.as_str(), &before.field_path), ("FailedToRetrieveImagePullSecret", &None));
    assert!(before.last_seen < Duration::from_secs(60) && before.count > 3, "{before:?}");
    // Also after the image is there, as long as a name leads nowhere.
    let after = history.events.iter().find(|event| event.message == one).unwrap();
    assert!(after.last_seen > history.attempts.last().unwrap().ended, "{after:?}");
}

/// A Secret that cannot be read: no pull and no back-off from 1.33 on, and no image until it is mended.
#[test]
fn a_secret_that_is_mended() {
    let mut pod = app("r.test/a:1");
    pod.image_pull_secrets = vec!["s".to_owned()];
    let broken = PullSecret::docker_config_json("default", "s", r#"{"auths": {"r.test": {"auth": "!"}}}"#);
    let secrets = SecretsOverTime::fixed(vec![broken]).then(Duration::from_secs(60), vec![login("s")]);
    let history = &run(Simulation { secrets, ..simulation(vec![pod]) }, |_, _| Ok(()))[0];
    assert_eq!(history.attempts.len(), 1);
    assert!((60..80).contains(&history.attempts[0].at.as_secs()), "{:?}", history.attempts[0].at);
    assert_eq!(statuses(history)[1], "illegal base64 data at input byte 0");
}
