//! Input that is wrong: where, why, what to do, exit status 2.

use crate::{file, pullsim, pullsim_with};

#[test]
fn unusable_files_and_flags() {
    let opaque =
        file("bad-opaque", "s.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ntype: Opaque\n");
    let no_pem = file("bad-pem", "ca.crt", "no certificate\n");
    let cases: &[(&[&str], &str, &str)] = &[
        (&["--secret", "/nowhere/s.yaml"], "error: cannot read /nowhere/s.yaml: no such file", "help: "),
        (
            &["--secret", &opaque],
            "s.yaml is a Secret of type Opaque; the kubelet ignores it",
            "^^^^^^ must be",
        ),
        (&["--platform", "linux/amd46"], "unknown platform \"linux/amd46\"", "did you mean linux/amd64?"),
        (
            &["--platform", "plan9/vax"],
            "unknown platform \"plan9/vax\"",
            "known are linux/amd64, linux/arm64",
        ),
        (&["--runtime", "containrd-2.1.9"], "unknown runtime", "did you mean containerd-2.1.9?"),
        (&["--policy", "always"], "unknown pull policy \"always\"", "did you mean Always?"),
        (&["--kubelet", "one"], "unknown kubelet version \"one\"", "known are"),
        (&["--node", "/nowhere/node"], "/nowhere/node is not a directory", "help: "),
        (&["--ca", &no_pem], "holds no certificate in PEM form", "BEGIN CERTIFICATE"),
        (&["--ca", "/nowhere/ca.crt"], "cannot read /nowhere/ca.crt", ""),
        (&["--cri-auth", "/nowhere/auth.json"], "cannot read /nowhere/auth.json", ""),
        (&["--secret", "-"], "error: standard input is empty", "help: give a file with something in it"),
        (&["--layers", "all"], "invalid value 'all'", "head, get"),
        (&["--no-such-flag"], "unexpected argument", ""),
    ];
    for (arguments, message, help) in cases {
        let run = pullsim(&[&["check", "nginx"], *arguments].concat());
        assert_eq!(run.status, 2, "{arguments:?}: {}", run.all());
        assert_eq!(run.out, "", "{arguments:?}: standard output carries only the report");
        assert!(run.err.contains(message) && run.err.contains(help), "{arguments:?}: {}", run.err);
    }
}

/// An image that begins with a dash is taken for a flag, unless it stands behind `--`.
#[test]
fn an_image_that_begins_with_a_dash() {
    let run = pullsim(&["check", "-name/x:1"]);
    assert_eq!(run.status, 2, "{}", run.all());
    assert!(
        run.err.contains("help: an image that begins with - stands behind --: pullsim check -- -name/x:1"),
        "{}",
        run.err
    );
    let run = pullsim(&["check", "--", "-name/x:1"]);
    assert_eq!(run.status, 1, "{}", run.all());
    assert!(run.out.contains("Error: InvalidImageName"), "{}", run.out);
}

/// A node whose containerd does not start with its configuration: what it would print, and where.
#[test]
fn a_configuration_with_which_containerd_does_not_start() {
    let cases = [
        (
            "version = 3\n[plugins.'io.containerd.cri.v1.images'.registry]\nconfig_path = 5\n",
            "containerd-2.1.9",
            "containerd: toml: cannot decode TOML integer into struct field config.Registry.ConfigPath of type string",
            "etc/containerd/config.toml:3:15\n   3 | config_path = 5\n     |               ^ here\nhelp: ",
        ),
        (
            "version = 2\nroot = /var/lib/containerd\n",
            "containerd-1.7.24",
            "containerd: failed to load TOML: /etc/containerd/config.toml: (2, 8): no value can start with /",
            "etc/containerd/config.toml:2:8\n   2 | root = /var/lib/containerd\n     |        ^ here\nhelp: ",
        ),
        (
            "version = 3\n",
            "containerd-1.7.24",
            "containerd: failed to load TOML from /etc/containerd/config.toml: unsupported config version `3`",
            "etc/containerd/config.toml\nhelp: ",
        ),
    ];
    for (number, (text, runtime, said, place)) in cases.into_iter().enumerate() {
        let root = crate::directory(&format!("bad-config-{number}"));
        std::fs::create_dir_all(root.join("etc/containerd")).unwrap();
        std::fs::write(root.join("etc/containerd/config.toml"), text).unwrap();
        let run = pullsim(&["check", "r.test/a", "--node", root.to_str().unwrap(), "--runtime", runtime]);
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{}", run.all());
        assert!(run.err.contains(said) && run.err.contains(place), "{}", run.err);
    }
}

/// What is there in place of pods is named; Secrets that are no pull secrets are mentioned.
#[test]
fn what_is_no_pod_and_no_pull_secret() {
    let other = "apiVersion: example.com/v1\nkind: Rollout\nmetadata: {name: a}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\ntype: Opaque\n";
    let run = pullsim_with(&["check", "-f", "-"], other);
    assert_eq!(run.status, 2, "{}", run.all());
    assert!(
        run.err.contains("holds no pod\nhelp: there is only Rollout, Secret; -f takes Pods"),
        "{}",
        run.err
    );
    let pod = "---\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: Bad, imagePullPolicy: Never}]}\n";
    let run = pullsim_with(&["check", "-f", "-", "-o", "json"], &format!("{other}{pod}"));
    let notes = run.json()["notes"].to_string();
    assert!(notes.contains("no pull secrets, and passed over: default/s (Opaque)"), "{notes}");
}

#[test]
fn an_unwritable_store_is_named() {
    let in_the_way = file("bad-store", "file", "");
    let store = format!("{in_the_way}/store");
    let run = pullsim(&["check", "nginx", "--store", &store]);
    assert_eq!(run.status, 2, "{}", run.all());
    assert!(run.err.starts_with("error: ") && run.err.contains(&store), "{}", run.err);
    assert_eq!(run.out, "");
}

#[test]
fn malformed_json_is_shown_with_its_place_and_not_its_content() {
    let run = pullsim_with(
        &["check", "nginx", "--secret", "-"],
        "{\"auths\": {\"r.test\": {\"password\": \"canary-p\" oops}}}",
    );
    assert_eq!(run.status, 2, "{}", run.all());
    assert!(run.err.contains("standard input is malformed JSON"), "{}", run.err);
    assert!(!run.err.contains("canary-p"), "{}", run.err);
}

#[test]
fn without_arguments_usage_is_shown() {
    let run = pullsim(&[]);
    assert_eq!((run.status, run.out.as_str()), (2, ""));
    assert!(run.err.contains("Usage: pullsim"), "{}", run.err);
}
