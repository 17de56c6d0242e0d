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
        (&["--node", "/nowhere/node"], "cannot read /nowhere/node: no such file or directory", "help: "),
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

/// Whatever command and flag names a file: which, why, and what to do, in the same words.
#[test]
fn every_file_that_is_not_there_is_told_alike() {
    let directory = crate::directory("bad-files");
    std::fs::write(directory.join("there.yaml"), "kind: Pod\n").unwrap();
    let misspelt = directory.join("thre.yaml").display().to_string();
    let near = directory.join("there.yaml").display().to_string();
    let cases: &[&[&str]] = &[
        &["run", &misspelt],
        &["run", "--list", &misspelt],
        &["serve", &misspelt],
        &["explain", &misspelt],
        &["check", "nginx", "--in", &misspelt],
        &["check", "nginx", "--secret", &misspelt],
        &["check", "nginx", "--ca", &misspelt],
        &["check", "nginx", "--node", &misspelt],
        &["check", "nginx", "--cri-auth", &misspelt],
        &["check", "nginx", "--compare-login", &misspelt],
        &["check", "nginx", "--service-account-token", &misspelt],
        &["check", "-f", &misspelt],
        &["secret", "lint", &misspelt],
        &["secret", "lint", "--node", &misspelt],
        &["secret", "match", "nginx", &misspelt],
        &["secret", "match", "nginx", "--node", &misspelt],
    ];
    for arguments in cases {
        // What is asked for before the file is looked at is nobody's: there is no network here.
        let run = pullsim(arguments);
        let said =
            format!("error: cannot read {misspelt}: no such file or directory\nhelp: did you mean {near}?\n");
        assert_eq!((run.status, run.out.as_str(), run.err.as_str()), (2, "", said.as_str()), "{arguments:?}");
    }
    let above = format!("{near}/below/out");
    for arguments in [&["man", "--dir", &above][..], &["check", "nginx", "--store", &above]] {
        let run = pullsim(arguments);
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{arguments:?}");
        assert!(run.err.contains(&above) && run.err.contains("help: "), "{arguments:?}: {}", run.err);
        assert!(!run.err.contains("os error"), "{arguments:?}: {}", run.err);
    }
}

/// Standard input is one text, whoever wants it.
#[test]
fn standard_input_is_read_once() {
    let cases: &[(&[&str], &str)] = &[
        (&["check", "nginx", "--secret", "-", "--secret", "-"], "--secret and --secret both name -"),
        (&["check", "-f", "-", "--secret", "-"], "-f and --secret both name -"),
        (&["check", "nginx", "--cri-auth", "-", "--service-account-token", "-"], "cannot be used with"),
        (&["secret", "lint", "-", "-"], "FILE and FILE both name -"),
        (&["secret", "match", "nginx", "-", "-"], "FILE and FILE both name -"),
    ];
    for (arguments, message) in cases {
        let run = pullsim_with(arguments, "kind: Pod\n");
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{arguments:?}");
        assert!(run.err.contains(message), "{arguments:?}: {}", run.err);
    }
}

/// What is no scenario is told for what it is, before any of its keys is found wanting.
#[test]
fn what_is_no_scenario() {
    let cases = [
        (
            "kind: Secret\nmetadata: {name: s}\n",
            "this is no scenario: kind is `Secret`",
            ":1:7\n",
            "--secret",
        ),
        ("{\"kind\": \"Pod\"}", "this is no scenario: kind is `Pod`", ":1:10\n", "-f"),
        ("", "this is no scenario: it is empty", ":1:1\n", "pullsim schema scenario"),
        ("# nothing\n", "this is no scenario: it is empty", "", "pullsim schema scenario"),
    ];
    for (text, message, place, help) in cases {
        let path = file("bad-scenario", "s.yaml", text);
        let run = pullsim(&["check", "nginx", "--in", &path]);
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{text}");
        let help = run.err.lines().any(|line| line.starts_with("help: ") && line.contains(help));
        assert!(run.err.contains(message) && run.err.contains(place) && help, "{text}: {}", run.err);
    }
}

/// Names of files are the file system's, and steer no terminal; nor do those in Secrets.
#[test]
fn nothing_steers_the_terminal() {
    let run = pullsim(&["run", "no\u{1b}[31m"]);
    assert!(run.err.contains("cannot read no\u{fffd}[31m"), "{}", run.err);
    let secret = r#"{"auths": {"r.test": {"username": "u\u001b[31m", "password": "p"}}}"#;
    let run = pullsim_with(&["secret", "match", "r.test/a", "-"], secret);
    assert!(run.out.contains("1. u\u{fffd}[31m"), "{}", run.out);
}

#[test]
fn a_namespace_without_pods_and_a_directory_that_is_no_node() {
    let pod = file(
        "bad-namespace",
        "pod.yaml",
        "kind: Pod\nmetadata: {name: a, namespace: shop}\nspec: {containers: [{name: a, image: Bad}]}\n",
    );
    let run = pullsim(&["check", "-f", &pod, "-n", "shp"]);
    assert!(
        run.err.ends_with("holds no pod in namespace shp\nhelp: there are pods in shop\n"),
        "{}",
        run.err
    );
    let directory = crate::directory("bad-node");
    let run = pullsim(&["check", "Bad", "--node", directory.to_str().unwrap(), "-o", "json"]);
    let notes = run.json()["notes"].to_string();
    assert!(notes.contains("holds neither etc nor var/lib/kubelet"), "{notes}");
    std::fs::create_dir(directory.join("etc")).unwrap();
    let run = pullsim(&["check", "Bad", "--node", directory.to_str().unwrap(), "-o", "json"]);
    assert!(!run.json()["notes"].to_string().contains("neither"), "{}", run.out);
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

#[test]
fn a_configuration_with_which_cri_o_does_not_start() {
    let cases = [
        (
            "etc/crio/crio.conf",
            "[crio.image]\nshort_name_mode = 5\n",
            "It says: update config from file: update config from drop-in file: unable to decode configuration \
             /etc/crio/crio.conf: toml: line 2 (last key \"crio.image.short_name_mode\"): incompatible types: TOML value has \
             type integer; destination has type string",
            "etc/crio/crio.conf:2:1\n   2 | short_name_mode = 5\n     | ^ here\nhelp: ",
        ),
        (
            "etc/crio/crio.conf.d/01.conf",
            "[crio.image]\nshort_name_mode = \"enforced\"\n",
            "validating image config: invalid short name mode \"enforced\"",
            "etc/crio/crio.conf.d/01.conf:2:1\n",
        ),
        (
            "etc/containers/registries.conf",
            "unqualified-search-registries = docker.io\n",
            "validating runtime config: invalid registries: loading registries configuration \
             \"/etc/containers/registries.conf\": toml: line 1: ",
            "etc/containers/registries.conf:1:33\n",
        ),
    ];
    for (number, (file, text, said, place)) in cases.into_iter().enumerate() {
        let root = crate::directory(&format!("bad-cri-o-config-{number}"));
        let path = root.join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        let run =
            pullsim(&["check", "r.test/a", "--node", root.to_str().unwrap(), "--runtime", "cri-o-1.37.0"]);
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

/// Kinds and fields that are almost right: what was most likely meant is told, where the report would be of something else.
#[test]
fn what_is_almost_a_pod() {
    let run = pullsim_with(&["check", "-f", "-"], "kind: deployment\nmetadata: {name: a}\n");
    assert_eq!(run.status, 2, "{}", run.all());
    assert!(run.err.contains("help: the kind deployment is written Deployment; "), "{}", run.err);
    let pod = "kind: Pod\nmetadata: {name: a}\nspec:\n  imagePullSecret: [{name: s}]\n  containers: [{name: a, image: Bad}]\n";
    let run = pullsim_with(&["check", "-f", "-"], pod);
    let words = run.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        words.contains("standard input:4:3: spec.imagePullSecret is no field that there is")
            && words.contains("did you mean imagePullSecrets?"),
        "{}",
        run.out
    );
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
    let run = pullsim(&["check"]);
    assert_eq!((run.status, run.out.as_str()), (2, ""));
    assert!(run.err.contains("pullsim check [OPTIONS] -f <FILE>\n"), "{}", run.err);
    // Nothing is here that could be played.
    let here = crate::directory("bad-here");
    let output = crate::command(&["run"]).current_dir(here).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.starts_with("error: there is no directory scenarios here") && said.contains("help: "),
        "{said}"
    );
}
