//! What help shows as an example is what a user types: a shell runs each, in a directory that has the files it names.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::{directory, pullsim};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data");
const SCENARIOS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scenarios");

/// An authority of a made-up corporation.
const CA: &str = "\
-----BEGIN CERTIFICATE-----
MIIBhDCCASugAwIBAgIUfypZ5yhM3dYt36jntdd/1xiJLHwwCgYIKoZIzj0EAwIw
FzEVMBMGA1UEAwwMQ29ycG9yYXRlIENBMCAXDTI2MTEyODIxMDEyNVoYDzIxMjYx
MTA0MjEwMTI1WjAXMRUwEwYDVQQDDAxDb3Jwb3JhdGUgQ0EwWTATBgcqhkjOPQIB
BggqhkjOPQMBBwNCAAQ6DYY9rdglbPM20E81y6e056PcRWqkegnPYy85glOSD+uy
Jrtoxyl+YeMYPQCIrK20EnhxMNfBEkDX2zyvzWfvo1MwUTAdBgNVHQ4EFgQUxz5R
VnfYf2wULIdXTT49KeSN/HUwHwYDVR0jBBgwFoAUxz5RVnfYf2wULIdXTT49KeSN
/HUwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNHADBEAiB5RJzWkrU+h5bA
0vOCRPEtssMLvrnk/G7KNX6lhHeMAQIgQv9CiYk8PklryedWVsi8i0CDxK2Brb1m
pzexshUgn5o=
-----END CERTIFICATE-----
";

/// Commands that only hold others.
const GROUPS: [&str; 2] = ["secret", "store"];

#[test]
fn each_command_has_examples_and_all_of_them_work() {
    let place = Place::new();
    let (mut commands, mut tried) = (0, 0);
    for command in commands_below(&[]) {
        let words: Vec<&str> = command.iter().map(String::as_str).collect();
        let help = pullsim(&[&words[..], &["--help"]].concat()).out;
        let examples = examples(&help);
        let group = words.last().is_none_or(|word| GROUPS.contains(word));
        assert!(group || !examples.is_empty(), "{words:?} has no example");
        for example in &examples {
            if !words.is_empty() {
                assert_flags_are_told(example, &words, &help);
            }
            // A world that is served does not end by itself; tests of its own start it.
            if words != ["serve"] {
                place.run(example);
                tried += 1;
            }
        }
        commands += 1;
    }
    assert!(commands > 12 && tried > 40, "{commands} commands, {tried} examples");
}

/// The commands below one, and it.
fn commands_below(above: &[String]) -> Vec<Vec<String>> {
    let words: Vec<&str> = above.iter().map(String::as_str).chain(["--help"]).collect();
    let help = pullsim(&words).out;
    let listed =
        help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let names = listed.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names = names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help");
    let mut all = vec![above.to_vec()];
    for name in names {
        all.extend(commands_below(&[above, &[name.to_owned()]].concat()));
    }
    all
}

fn examples(help: &str) -> Vec<&str> {
    let from = help.lines().skip_while(|line| *line != "Examples:").skip(1);
    from.take_while(|line| line.starts_with("  ")).map(str::trim).collect()
}

/// Each flag of an example is one that the command's help tells of.
fn assert_flags_are_told(example: &str, command: &[&str], help: &str) {
    let start = format!("pullsim {}", command.join(" "));
    let own = example.split(" | ").filter(|part| part.contains(start.trim_end()));
    for part in own.map(|part| part.split(" -- ").next().unwrap_or(part)) {
        for flag in part.split_whitespace().filter(|word| word.starts_with('-') && word.len() > 1) {
            assert!(help.contains(flag), "{example}: help does not tell of {flag}");
        }
    }
}

/// A directory with the files that examples name, a cluster of files, and no network: the hosts are simulated.
struct Place {
    path: PathBuf,
}

impl Place {
    fn new() -> Self {
        let path = directory("examples");
        for folder in
            ["bin", "etc/bash_completion.d", ".config/fish/completions", ".docker", "man1", "cluster"]
        {
            fs::create_dir_all(path.join(folder)).unwrap();
        }
        for kind in ["pod", "serviceaccount", "secret", "events", "node"] {
            let name = format!("cluster/{kind}.json");
            fs::copy(format!("{DATA}/{name}"), path.join(name)).unwrap();
        }
        let place = Self { path };
        place.copy(format!("{DATA}/cluster/secret.json"), "pull-secret.yaml");
        place.copy(format!("{DATA}/shop/20-web.yaml"), "cluster/deploy,sa,secret.json");
        place.copy_all(Path::new(&format!("{DATA}/shop")), "deploy");
        for stage in ["_base", "dns", "manifest", "success", "tls"] {
            place.copy_all(&Path::new(SCENARIOS).join(stage), &format!("scenarios/{stage}"));
        }
        // A name server that nobody is.
        place.write("node-root/etc/resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n");
        let logins = r#"{"auths": {"https://index.docker.io/v1/": {"auth": "Y2k6bWFkZS11cA=="}}}"#;
        place.write(".docker/config.json", logins);
        place.write("corporate-ca.pem", CA);
        place.write("pw.txt", "made-up\n");
        place.write("error.txt", "toomanyrequests: slow down\n");
        place.write("scenario.yaml", "");
        place.programmes();
        place
    }

    fn copy(&self, from: String, to: &str) {
        fs::copy(from, self.path.join(to)).unwrap();
    }

    fn copy_all(&self, from: &Path, to: &str) {
        for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
            let to = format!("{to}/{}", entry.file_name().to_str().unwrap());
            if entry.file_type().unwrap().is_dir() {
                self.copy_all(&entry.path(), &to);
            } else {
                self.write(&to, &fs::read_to_string(entry.path()).unwrap());
            }
        }
    }

    fn write(&self, name: &str, content: &str) {
        let path = self.path.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// pullsim, which notes its exit status and asks no real host; kubectl that answers from files; and what else is piped.
    fn programmes(&self) {
        let real = env!("CARGO_BIN_EXE_pullsim");
        let world = format!("--in {DATA}/world.yaml");
        self.programme(
            "pullsim",
            &format!(
                "case \" $* \" in\n\
                 *' check '*' --in '* | *' check '*' --plan '* | *' check '*' --node '*) ;;\n\
                 ' check '*) set -- \"$@\" {world} ;;\nesac\n\
                 {real} \"$@\"\nstatus=$?\necho $status >>\"$HOME/statuses\"\nexit $status\n"
            ),
        );
        symlink(real, self.path.join("bin/kubectl-pullsim")).unwrap();
        self.programme(
            "kubectl",
            &format!(
                "if [ \"$*\" = 'get pods -A' ]; then\n\
                 \x20 echo 'shop  web-0  0/1  InvalidImageName  0  5m'\n  exit\nfi\n\
                 case \"$1\" in\n\
                 pullsim)\n  shift\n  case \" $* \" in\n  *' --node '*) ;;\n  *' -- '*) set -- \"$@\" {world} ;;\n\
                 \x20 *) set -- \"$@\" -- {world} ;;\n  esac\n\
                 \x20 kubectl-pullsim \"$@\"\n  echo $? >>\"$HOME/statuses\" ;;\n\
                 describe) echo 'Failed to pull image \"r.test/app:v1\": toomanyrequests: slow down' ;;\n\
                 apply) cat >/dev/null ;;\n\
                 *) exec {DATA}/cluster/bin/kubectl \"$@\" ;;\nesac\n"
            ),
        );
        self.programme("journalctl", "cat \"$HOME/error.txt\"\n");
        self.programme("man", "cat >/dev/null\n");
    }

    fn programme(&self, name: &str, text: &str) {
        use std::os::unix::fs::PermissionsExt as _;
        let path = self.path.join("bin").join(name);
        fs::write(&path, format!("#!/bin/sh\n{text}")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn run(&self, example: &str) {
        let home = self.path.to_str().unwrap();
        let _ = fs::remove_file(self.path.join("statuses"));
        // What examples write outside the directory goes into it.
        let command = example
            .replace("/etc/", &format!("{home}/etc/"))
            .replace("/usr/local/share/man/", &format!("{home}/"))
            .replace("${fpath[1]}", home);
        let mut shell = Command::new("sh");
        shell.args(["-c", &command]).current_dir(home).stdin(Stdio::null()).env_clear();
        shell.env("PATH", format!("{home}/bin:/usr/bin:/bin")).env("HOME", home);
        shell.env("CLUSTER", self.path.join("cluster")).env("PASSWORD", "made-up").env("LANG", "C.UTF-8");
        let output = shell.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let statuses = fs::read_to_string(self.path.join("statuses")).unwrap_or_default();
        let good = !statuses.is_empty() && statuses.lines().all(|status| status == "0" || status == "1");
        assert!(good, "{example}: exit {statuses:?}: {said}{}", String::from_utf8_lossy(&output.stdout));
        assert!(!said.contains("not found"), "{example}: {said}");
    }
}
