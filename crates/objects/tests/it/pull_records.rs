//! What a kubelet remembers of its pulls: the files below `image_manager`.

use kubelet::{AccessReason, Coordinates, RecordedCredentials, RecordedSecret, VerificationPolicy, Version};
use objects::{NodeKubelet, read_pull_record};

const INTENT: &str =
    r#"{"kind":"ImagePullIntent","apiVersion":"kubelet.config.k8s.io/VERSION","image":"r.test/app:v1"}"#;
const PULLED: &str = r#"{"kind":"ImagePulledRecord","apiVersion":"kubelet.config.k8s.io/VERSION","lastUpdatedTime":"2026-11-02T09:15:07Z","imageRef":"sha256:1f","credentialMapping":{"r.test/app":{"kubernetesSecrets":[{"uid":"u1","namespace":"shop","name":"login","credentialHash":"h1"}]},"r.test/open":{"nodePodsAccessible":true}}}"#;

fn text(record: &str, version: &str) -> String {
    record.replace("VERSION", version)
}

/// Names follow from what is in them; a version that a kubelet does not know cannot be decoded by it.
fn decodes(text: &str, kind: &'static str, kubelet: &str) -> Result<(), String> {
    let read = read_pull_record(text.as_bytes(), kind, kubelet.parse().unwrap());
    read.map(|_| ()).map_err(|error| error.to_string())
}

#[test]
fn versions_and_strictness() {
    let (intent, pulled) = ("ImagePullIntent", "ImagePulledRecord");
    let accounts =
        text(PULLED, "v1alpha1").replace(r#""nodePodsAccessible":true"#, r#""kubernetesServiceAccounts":[]"#);
    let case = |what: &str| text(PULLED, "v1alpha1").replace("imageRef", what);
    for (content, kind, kubelet, wanted) in [
        (text(INTENT, "v1alpha1"), intent, "1.33", Ok(())),
        (text(INTENT, "v1beta1"), intent, "1.35", Ok(())),
        (text(PULLED, "v1alpha1"), pulled, "1.35", Ok(())),
        (
            text(PULLED, "v1beta1"),
            pulled,
            "1.34",
            Err("no kind \"ImagePulledRecord\" is registered for version"),
        ),
        (
            text(PULLED, "v2"),
            pulled,
            "1.35",
            Err("kind \"ImagePulledRecord\" of \"kubelet.config.k8s.io/v2\" in place"),
        ),
        (text(INTENT, "v1alpha1"), pulled, "1.35", Err("kind \"ImagePullIntent\" of ")),
        (accounts.clone(), pulled, "1.34", Ok(())),
        (accounts, pulled, "1.33", Err("unknown field `kubernetesServiceAccounts`")),
        (case("imageref"), pulled, "1.35", Err("unknown field `imageref`")),
        (
            text(PULLED, "v1alpha1").replace("2026-11-02T", "T"),
            pulled,
            "1.35",
            Err("lastUpdatedTime is no date"),
        ),
        (text(PULLED, "v1alpha1").replace(":true", ":1"), pulled, "1.35", Err("invalid type")),
        (String::new(), pulled, "1.35", Err("EOF")),
    ] {
        let got = decodes(&content, kind, kubelet);
        match wanted {
            Ok(()) => assert_eq!(got, Ok(()), "{content}"),
            Err(words) => {
                assert!(got.as_ref().is_err_and(|error| error.contains(words)), "{content}: {got:?}")
            }
        }
    }
}

fn secret(name: &str, uid: &str, hash: &str) -> RecordedCredentials {
    let coordinates = Coordinates::new("shop", name, uid);
    RecordedCredentials {
        secrets: vec![RecordedSecret { coordinates, hash: hash.to_owned() }],
        ..Default::default()
    }
}

/// Which record decides of an image that is on the node, and how.
#[test]
fn who_may_have_an_image() {
    let directory = "/data/image_manager";
    let name = |text: &str| kubelet::PullRecords::file_name(text);
    // What `printf sha256:1f | sha256sum` says.
    assert_eq!(name("sha256:1f"), "sha256-6f462d99b8f64a3136503e7e00f8f3d40db28cc74a308a6e2532da3cb9547a4a");
    let files = [
        ("/etc/default/kubelet".to_owned(), "KUBELET_EXTRA_ARGS=\"--root-dir=/data\"\n".to_owned()),
        (format!("{directory}/pulled/{}", name("sha256:1f")), text(PULLED, "v1beta1")),
        (format!("{directory}/pulled/{}", name("sha256:bad")), "{".to_owned()),
        // Another image's record under a name that is not its own is none.
        (format!("{directory}/pulled/{}", name("sha256:other")), text(PULLED, "v1beta1")),
        (format!("{directory}/pulled/{}.tmp", name("sha256:half")), "{".to_owned()),
        (format!("{directory}/pulling/{}", name("r.test/app:v1")), text(INTENT, "v1alpha1")),
        (format!("{directory}/pulling/{}", name("r.test/broken:v1")), "[]".to_owned()),
    ];
    let node = node::Node::memory(files.into_iter().map(|(path, text)| (path.into(), text.into_bytes())));
    let read = NodeKubelet::read(&node, None, Version::NEWEST).unwrap();
    assert_eq!(read.notes.len(), 2, "{:?}", read.notes);
    assert!(
        read.notes.iter().all(|note| note.contains("the kubelet cannot decode this record")),
        "{:?}",
        read.notes
    );
    let preloaded = VerificationPolicy::NeverVerifyPreloadedImages;
    let never = VerificationPolicy::NeverVerify;
    let nobody = RecordedCredentials::default();
    let login =
        |same_login| AccessReason::Secret { secret: Coordinates::new("shop", "login", "u1"), same_login };
    for (policy, image, image_ref, pod, record, reason) in [
        (&preloaded, "r.test/app:v1", "sha256:1f", secret("login", "u1", "h1"), "pulled", login(true)),
        (&preloaded, "r.test/app:v1", "sha256:1f", secret("login", "u1", "new"), "pulled", login(false)),
        (
            &preloaded,
            "r.test/app:v1",
            "sha256:1f",
            secret("login", "", "h2"),
            "pulled",
            AccessReason::Others { unknown_uid: Some(Coordinates::new("shop", "login", "")) },
        ),
        (
            &preloaded,
            "r.test/app:v1",
            "sha256:1f",
            secret("login", "u2", "h2"),
            "pulled",
            AccessReason::Others { unknown_uid: None },
        ),
        (&preloaded, "r.test/open:v9", "sha256:1f", nobody.clone(), "pulled", AccessReason::Everybody),
        (
            &preloaded,
            "r.test/copy:v1",
            "sha256:1f",
            nobody.clone(),
            "pulled",
            AccessReason::OtherRepository { repository: "r.test/copy".to_owned() },
        ),
        // No policy overrules what cannot be read.
        (&never, "r.test/app:v1", "sha256:bad", nobody.clone(), "pulled", AccessReason::UnreadableRecord),
        (&never, "r.test/broken:v1", "sha256:new", nobody.clone(), "pulling", AccessReason::UnreadableRecord),
        (
            &never,
            "r.test/app:v1",
            "sha256:1f",
            nobody.clone(),
            "pulled",
            AccessReason::NotAsked { pulled_by_kubelet: true },
        ),
        (
            &preloaded,
            "r.test/app:v1",
            "sha256:new",
            nobody.clone(),
            "pulling",
            AccessReason::NoRecord { pulling: true },
        ),
        (
            &preloaded,
            "r.test/pre:v1",
            "sha256:other",
            nobody.clone(),
            "",
            AccessReason::NotAsked { pulled_by_kubelet: false },
        ),
    ] {
        let access = read.records.clone().must_attempt_pull(policy, image, image_ref, &pod);
        assert_eq!(access.reason, reason, "{image}");
        let file = match record {
            "" => None,
            "pulled" => Some(format!("pulled/{}", name(image_ref))),
            other => Some(format!("{other}/{}", name(image))),
        };
        assert_eq!(access.record, file, "{image}");
    }
    // A version without the feature looks at nothing.
    let older = NodeKubelet::read(&node, None, "1.34".parse().unwrap()).unwrap();
    assert!(older.notes.is_empty() && older.records.get("sha256:1f").is_none());
}
