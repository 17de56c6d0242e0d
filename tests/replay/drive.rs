//! Replays a recording on a simulated runtime, in virtual time.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use cri::{AuthConfig, ImageService as _, PullImageRequest};
use runtimes::{Layers, Options, Profile, Runtime};

use crate::compare;
use crate::names::Names;
use crate::node_files;
use crate::recording::{Answer, Auth, Definition, Recording, StepFile};
use crate::world::{Door, World};

/// The date of all simulated nodes: within the life of the good certificates.
const DATE: &str = "2026-03-01T12:00:00Z";

/// The differences from what was recorded.
pub(crate) fn replay(recording: &Recording) -> Vec<String> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    runtime.block_on(run(recording))
}

async fn run(recording: &Recording) -> Vec<String> {
    let definition = &recording.definition;
    let names = Arc::new(Names::new(recording.family, definition));
    let clock = net::Clock::new(DATE.parse().unwrap());
    let world = Arc::new(World::new(recording, &names, clock));
    // Several calls share a store on disk, and nothing else, as calls of the program do.
    let store = (!definition.steps.is_empty()).then(|| store(recording));
    let profile =
        ["-local", "-graph", "-containerd"].iter().find_map(|way| recording.runtime.strip_suffix(way));
    let profile = profile.unwrap_or(&recording.runtime);
    let options = Options {
        network: Arc::new(Door(world.clone())),
        node: node_files::node(recording, &names),
        profile: Profile::named(profile).unwrap(),
        platform: distribution::Platform::linux("amd64", ""),
        layers: Layers::Get,
        store: store.clone(),
        extra_roots: Vec::new(),
        trace: trace::Trace::new(),
        clock,
    };
    let single = [StepFile {
        pull: Some(definition.image.clone()),
        auth: definition.auth.clone(),
        ..StepFile::default()
    }];
    let steps = if definition.steps.is_empty() { &single } else { definition.steps.as_slice() };
    let mut answers = Vec::new();
    for (number, step) in steps.iter().enumerate() {
        world.log.begin_step(number);
        if let (Some(image), Some(store)) = (&step.remove, &store) {
            assert!(runtimes::remove_image(store, &names.substitute(image)).unwrap(), "the image was there");
        }
        answers.push(match &step.pull {
            Some(image) => {
                pull(&runtime(&options, definition), &names, image, step.auth.as_ref(), definition.deadline)
                    .await
            }
            None => Answer::default(),
        });
    }
    // What was sent before the answer still arrives.
    tokio::time::sleep(Duration::from_millis(100)).await;
    if let Some(store) = &store {
        std::fs::remove_dir_all(store).unwrap();
    }
    let requests: Vec<_> =
        world.log.requests().iter().map(|request| names.normalise_request(request)).collect();
    compare::differences(recording, &answers, &requests)
}

/// The runtime, with a disk as large as the recorded one.
fn runtime(options: &Options, definition: &Definition) -> Runtime {
    let runtime = Runtime::new(options.clone()).unwrap();
    match &definition.opts.root_tmpfs {
        None => runtime,
        Some(size) => {
            let mebibytes: u64 = size.strip_suffix('m').unwrap().parse().unwrap();
            runtime.with_space(mebibytes << 20)
        }
    }
}

/// An empty directory of this recording's own.
fn store(recording: &Recording) -> PathBuf {
    let name = format!("{}-{}-{}", recording.runtime, recording.case, std::process::id());
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name)
}

async fn pull(runtime: &Runtime, names: &Names, image: &str, auth: Option<&Auth>, deadline: u64) -> Answer {
    let text = |text: &String| names.substitute(text);
    let auth = auth.map(|auth| AuthConfig {
        username: text(&auth.username),
        password: text(&auth.password).as_str().into(),
        auth: text(&auth.auth).as_str().into(),
        server_address: text(&auth.server_address),
        identity_token: text(&auth.identity_token).as_str().into(),
        registry_token: text(&auth.registry_token).as_str().into(),
    });
    let request = PullImageRequest { image: names.substitute(image), auth };
    let (outcome, code, message) =
        match tokio::time::timeout(Duration::from_secs(deadline), runtime.pull_image(request)).await {
            Err(_) => ("none", None, None),
            Ok(Ok(_)) => ("pulled", Some("OK".to_owned()), None),
            Ok(Err(error)) => ("failed", Some(error.code.to_string()), Some(names.normalise(&error.message))),
        };
    Answer { outcome: Some(outcome.to_owned()), code, message }
}
