//! What the API server does to a pod: defaults, admission, validation.

use kubelet::{
    Admission, Container, ImageVolume, Pod, PullPolicy, Rejection, ServiceAccount, Version, WrittenPolicy,
    admit, admit_always_pull_images, admit_service_account, default_pull_policies, validate,
};
use serde_json::Value;

use crate::{cases, table, text};

const TABLE: &str = include_str!("../data/sa_admission.json");

fn names(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
}

#[test]
fn service_accounts() {
    let table = table(TABLE);
    for case in cases(&table, "cases") {
        let name = text(case, "name");
        let mut pod = Pod::of_image("nginx:1");
        pod.service_account_name = text(&case["pod"], "serviceAccountName").to_owned();
        pod.image_pull_secrets = names(&case["pod"]["imagePullSecrets"]);
        if case["mirror_pod"] == true {
            pod.annotations.insert("kubernetes.io/config.mirror".to_owned(), "x".to_owned());
        }
        let account = case.get("service_account").filter(|account| account.is_object());
        let account = account.map(|account| ServiceAccount {
            name: text(account, "name").to_owned(),
            image_pull_secrets: names(&account["imagePullSecrets"]),
            ..ServiceAccount::default_of("default")
        });
        let limit = case["limit_secret_references"] == true;
        // The plugin handles CREATE alone: on an update the API server never asks it.
        let admitted = match case["operation"].as_str() {
            Some("UPDATE") => Ok(()),
            _ => admit_service_account(&mut pod, account.as_ref(), limit),
        };
        let expect = &case["expect"];
        assert_eq!(admitted.is_ok(), expect["admitted"] == true, "{name}: {admitted:?}");
        match admitted {
            Ok(()) => assert_eq!(pod.image_pull_secrets, names(&expect["imagePullSecrets"]), "{name}"),
            Err(error) => {
                let part = expect["error_contains"].as_str().unwrap_or_default();
                assert!(error.to_string().contains(part), "{name}: {error}");
            }
        }
        if let Some(account) = expect["serviceAccountName"].as_str() {
            assert_eq!(pod.service_account_name, account, "{name}");
        }
    }
}

#[test]
fn a_missing_account() {
    let mut pod = Pod::new("shop", "web");
    pod.service_account_name = "builder".to_owned();
    let error = admit_service_account(&mut pod, None, false).unwrap_err();
    assert_eq!(
        error.to_string(),
        "pods \"web\" is forbidden: error looking up service account shop/builder: serviceaccount \"builder\" not found"
    );
}

/// A pod with the same image in each place that has one.
fn everywhere(image: &str, policy: &str) -> Pod {
    let policy = WrittenPolicy::from_text(policy);
    let container = |name: &str| Container { policy: policy.clone(), ..Container::new(name, image) };
    let mut pod = Pod::new("shop", "web");
    pod.init_containers = vec![container("i")];
    pod.containers = vec![container("a"), container("b")];
    pod.ephemeral_containers = vec![container("e")];
    pod.image_volumes =
        vec![ImageVolume { name: "v".to_owned(), index: 3, reference: image.to_owned(), policy }];
    pod
}

fn policies(pod: &Pod) -> Vec<WrittenPolicy> {
    let volumes = pod.image_volumes.iter().map(|volume| volume.policy.clone());
    pod.all_containers().map(|(_, container)| container.policy.clone()).chain(volumes).collect()
}

#[test]
fn policies_are_defaulted_once_and_may_be_forced() {
    for (image, written, wanted) in [
        ("nginx", "", PullPolicy::Always),
        ("nginx:1", "", PullPolicy::IfNotPresent),
        ("nginx", "Never", PullPolicy::Never),
        ("Not A Name", "", PullPolicy::IfNotPresent),
    ] {
        let mut pod = everywhere(image, written);
        default_pull_policies(&mut pod, Version::NEWEST);
        assert_eq!(policies(&pod), vec![WrittenPolicy::Set(wanted); 5], "{image} {written}");
        admit_always_pull_images(&mut pod);
        assert_eq!(policies(&pod), vec![WrittenPolicy::Set(PullPolicy::Always); 5], "{image} {written}");
    }
}

#[test]
fn what_the_api_server_refuses() {
    for (image, policy, wanted) in [
        ("", "Always", "Required value"),
        (" nginx", "Always", "Invalid value: \" nginx\": must not have leading or trailing whitespace"),
        ("nginx\n", "Always", "Invalid value: \"nginx\\n\": must not have leading or trailing whitespace"),
    ] {
        let errors = validate(&everywhere(image, policy));
        let got = errors.iter().find(|error| error.path == "spec.containers[1].image").unwrap();
        assert_eq!(got.to_string(), format!("spec.containers[1].image: {wanted}"));
    }
    let errors = validate(&everywhere("nginx", "Sometimes"));
    let got: Vec<String> = errors.iter().map(ToString::to_string).collect();
    let wanted =
        "Unsupported value: \"Sometimes\": supported values: \"Always\", \"IfNotPresent\", \"Never\"";
    let paths = [
        "spec.volumes[3].image.pullPolicy",
        "spec.containers[0].imagePullPolicy",
        "spec.containers[1].imagePullPolicy",
        "spec.initContainers[0].imagePullPolicy",
        "spec.ephemeralContainers[0].imagePullPolicy",
    ];
    assert_eq!(got, paths.map(|path| format!("{path}: {wanted}")));
    // A reference is not looked at.
    assert_eq!(validate(&everywhere("https://Nginx", "Always")), []);
}

#[test]
fn admission_in_its_order() {
    let account = ServiceAccount {
        image_pull_secrets: vec!["one".to_owned(), "two".to_owned()],
        ..ServiceAccount::default_of("default")
    };
    let admission = Admission { always_pull_images: true, ..Admission::default() };
    let pod = admit(Pod::of_image("nginx:1"), Some(&account), admission, Version::NEWEST).unwrap();
    assert_eq!(pod.image_pull_secrets, ["one", "two"]);
    assert_eq!(pod.containers[0].policy, WrittenPolicy::Set(PullPolicy::Always));

    let refused = admit(everywhere("", "x"), Some(&account), Admission::default(), Version::NEWEST);
    let error @ Rejection::Invalid { .. } = refused.unwrap_err() else { panic!() };
    assert!(
        error
            .to_string()
            .starts_with("Pod \"web\" is invalid: [spec.volumes[3].image.reference: Required value, ")
    );
}
