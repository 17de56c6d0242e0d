//! `serve`: real sockets, a readable log, files that lead there, an end in order.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};

use crate::{command, directory, pullsim, pullsim_with};

fn shipped(name: &str) -> String {
    format!("{}/../../scenarios/{name}.yaml", env!("CARGO_MANIFEST_DIR"))
}

struct Serving {
    child: Child,
    welcome: String,
    log: BufReader<std::process::ChildStdout>,
}

/// Starts to serve, and waits until it says so.
fn serve(arguments: &[&str]) -> Serving {
    let mut command = command(&[&["serve"], arguments].concat());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut log = BufReader::new(child.stdout.take().unwrap());
    let mut welcome = String::new();
    while !welcome.ends_with("Ctrl-C ends it.\n\n") {
        assert!(log.read_line(&mut welcome).unwrap() > 0, "{welcome}");
    }
    Serving { child, welcome, log }
}

impl Serving {
    /// Sends a signal, and tells how it ended: the exit status, the rest of the log, what it said at last.
    fn end(mut self, signal: &str) -> (Option<i32>, String, String) {
        let sent = Command::new("kill").args(["-s", signal, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        let (mut log, mut last) = (String::new(), String::new());
        self.log.read_to_string(&mut log).unwrap();
        self.child.stderr.take().unwrap().read_to_string(&mut last).unwrap();
        (self.child.wait().unwrap().code(), log, last)
    }
}

#[test]
fn a_node_directory_leads_to_the_hosts() {
    let out = directory("serve-node");
    let serving =
        serve(&[&shipped("manifest/tag-missing"), "--listen", "127.0.0.1", "--out", out.to_str().unwrap()]);
    assert!(serving.welcome.starts_with("The repository is there, the tag is not\n"), "{}", serving.welcome);
    let place =
        serving.welcome.lines().find_map(|line| line.split("https").nth(1)).unwrap().trim().to_owned();
    let port = place.rsplit(':').next().unwrap();

    // The hosts file leads to the address, the image to the port: what any client needs that cannot be told a resolver.
    let read = |name: &str| std::fs::read_to_string(out.join(name)).unwrap();
    let node = out.join("node");
    std::fs::write(node.join("etc/hosts"), read("hosts")).unwrap();
    let suffix = if port == "443" { String::new() } else { format!(":{port}") };
    let image = format!("registry.example.com{suffix}/team/app:v1.2.0");
    let auth = r#"{"username": "ci", "password": "made-up"}"#;
    let arguments = ["check", &image, "--node", node.to_str().unwrap(), "--cri-auth", "-", "-o", "json"];
    let run = pullsim_with(&arguments, auth);
    assert_eq!(run.json()["outcome"], "pulled", "{}{}", run.out, run.err);

    let (status, log, last) = serving.end("TERM");
    assert_eq!(status, Some(0));
    let first: Vec<&str> = log.lines().next().unwrap().split("  ").collect();
    assert_eq!(
        first[1..],
        ["registry.example.com", "HEAD /v2/team/app/manifests/v1.2.0", "401", "anonymous"]
    );
    assert!(log.contains("  200  ci\n") && !log.contains("made-up"), "{log}");
    assert!(last.ends_with(" requests; ended\n"), "{last}");
}

#[test]
fn the_files_are_those_of_each_runtime() {
    let out = directory("serve-files");
    let serving = serve(&[&shipped("success/private-multi-arch"), "--out", out.to_str().unwrap()]);
    assert_eq!(serving.end("INT").0, Some(0));
    let names = ["README.txt", "ca.crt", "hosts", "resolv.conf", "registries.conf", "daemon.json"];
    for name in names.iter().chain(&["secret-pull-secret.yaml", "containerd-1.toml", "node/etc/resolv.conf"])
    {
        assert!(out.join(name).is_file(), "{name}");
    }
    let folders = std::fs::read_dir(out.join("certs.d")).unwrap().count();
    assert_eq!(folders, 3);
    for entry in std::fs::read_dir(out.join("certs.d")).unwrap() {
        let toml = std::fs::read_to_string(entry.unwrap().path().join("hosts.toml")).unwrap();
        assert!(toml.starts_with("server = \"https://") && toml.contains("ca.crt"), "{toml}");
    }
    let secret = out.join("secret-pull-secret.yaml");
    let run = pullsim(&[
        "check",
        "registry.example.com/team/app:v1",
        "--secret",
        secret.to_str().unwrap(),
        "--plan",
    ]);
    assert_eq!(run.status, 0, "{}", run.all());
    assert!(run.out.contains("default/pull-secret"), "{}", run.out);
}

#[test]
fn a_place_that_is_none_is_refused() {
    let run = pullsim(&["serve", &shipped("manifest/tag-missing"), "--listen", "everywhere"]);
    assert_eq!(run.status, 2);
    assert!(run.err.starts_with("error: unknown place to listen \"everywhere\"\n"), "{}", run.err);
    let run = pullsim(&["serve", &shipped("manifest/tag-missing"), "--listen", "declared"]);
    assert_eq!(run.status, 3, "{}", run.err);
}
