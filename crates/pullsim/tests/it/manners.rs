//! Help, colour, pipes.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;

use crate::{command, pullsim};

#[test]
fn help_documents_the_exit_status_and_gives_examples() {
    for arguments in [&["--help"][..], &["check", "--help"]] {
        let run = pullsim(arguments);
        assert_eq!(run.status, 0);
        assert!(
            run.out.contains("Exit status:\n  0  the image would be pulled\n  1  it would not"),
            "{}",
            run.out
        );
    }
    assert!(pullsim(&["check", "--help"]).out.contains("--secret pull-secret.yaml"));
    assert!(pullsim(&["--version"]).out.starts_with("pullsim 0."));
}

#[test]
fn colour_is_for_terminals_or_on_demand() {
    let plan = ["check", "nginx", "--plan"];
    assert!(!pullsim(&plan).out.contains('\u{1b}'));
    let always = pullsim(&[&plan[..], &["--color", "always"]].concat());
    assert!(always.out.contains("\u{1b}["));
    let forced = command(&plan).env("CLICOLOR_FORCE", "1").output().unwrap();
    assert!(forced.stdout.contains(&0x1b));
    let refused = command(&plan).env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1").output().unwrap();
    assert!(!refused.stdout.contains(&0x1b));
    let never = [&plan[..], &["--color", "never"]].concat();
    assert!(!command(&never).env("CLICOLOR_FORCE", "1").output().unwrap().stdout.contains(&0x1b));
}

#[test]
fn other_locales_get_ascii() {
    let output = command(&["check", "nginx", "--plan"]).env("LC_ALL", "C").output().unwrap();
    assert!(output.stdout.is_ascii() && !output.stdout.is_empty());
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    for arguments in [&["check", "nginx", "--plan", "-o", "json"][..], &["check", "--help"]] {
        let mut child = command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let mut said = String::new();
        BufReader::new(child.stderr.take().unwrap()).read_line(&mut said).unwrap();
        assert_eq!((child.wait().unwrap().code(), said.as_str()), (Some(0), ""));
    }
}

/// What each command writes, where it writes to a disk that is full, and to a reader that has gone.
const WRITERS: [&[&str]; 17] = [
    &["--help"],
    &["--version"],
    &["help", "check"],
    &["secret", "match", "--help"],
    &["causes"],
    &["causes", "PS-TLS-03"],
    &["causes", "-o", "json"],
    &["causes", "-o", "markdown"],
    &["completions", "bash"],
    &["man"],
    &["schema", "report"],
    &["secret", "match", "r.test/app", "CONFIG"],
    &["secret", "lint", "CONFIG"],
    &["run", "--list", "SCENARIO"],
    &["run", "SCENARIO"],
    &["explain", "TEXT"],
    &["check", "nginx", "--plan"],
];

/// The same with files in place of their names, and every form of a report.
fn writers(test: &str) -> Vec<Vec<String>> {
    let scenario = format!("{}/../../scenarios/manifest/tag-missing.yaml", env!("CARGO_MANIFEST_DIR"));
    let config =
        crate::file(test, "config.json", r#"{"auths": {"r.test": {"username": "u", "password": "p"}}}"#);
    let text = crate::file(&format!("{test}-text"), "error.txt", "toomanyrequests: slow down\n");
    let put = |word: &&str| match *word {
        "CONFIG" => config.clone(),
        "SCENARIO" => scenario.clone(),
        "TEXT" => text.clone(),
        word => word.to_owned(),
    };
    let mut all: Vec<Vec<String>> = WRITERS.iter().map(|words| words.iter().map(put).collect()).collect();
    for form in ["text", "json", "markdown", "har", "html", "sarif", "junit", "tap"] {
        for more in [&[][..], &["--for", "1m"]] {
            all.push(
                [&["check", "--in", "SCENARIO", "-o", form][..], more].concat().iter().map(put).collect(),
            );
        }
    }
    all
}

#[test]
fn a_full_disk_is_an_error() {
    for words in writers("manners-full") {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let output = command(&words).stdout(full).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        let wanted = "error: cannot write to standard output: no space left on device\n";
        assert_eq!((output.status.code(), said.as_str()), (Some(3), wanted), "{words:?}");
    }
    let made = ["secret", "make", "r.test", "--user", "u", "--password-stdin"];
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let mut child = command(&made).stdin(Stdio::piped()).stdout(full).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"p\n").unwrap();
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(3));
}

#[test]
fn a_closed_pipe_is_the_end() {
    for words in writers("manners-closed") {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = command(&words).stdout(writer).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(matches!(output.status.code(), Some(0 | 1)) && said.is_empty(), "{words:?}: {said}");
    }
}

#[test]
fn an_image_that_is_not_in_the_store_is_not_removed() {
    let store = crate::directory("manners-store");
    let run = pullsim(&["store", "remove", "r.test/app:v1", "--store", store.to_str().unwrap()]);
    assert_eq!(run.status, 1, "{}", run.all());
    assert!(run.err.contains("r.test/app:v1"), "{}", run.err);
}

#[test]
fn an_image_to_remove_has_a_name() {
    let run = pullsim(&["store", "remove", "", "--store", env!("CARGO_TARGET_TMPDIR")]);
    assert_eq!((run.status, run.out.as_str()), (2, ""));
    assert!(run.err.contains("a value is required for '<REFERENCE>'"), "{}", run.err);
}

#[test]
fn help_is_a_word_as_well() {
    let (word, flag) = (pullsim(&["help", "secret", "lint"]), pullsim(&["secret", "lint", "--help"]));
    assert_eq!((word.status, &word.out), (0, &flag.out));
    assert_eq!(pullsim(&["help"]).out, pullsim(&["--help"]).out);
}

#[test]
fn causes_of_a_stage() {
    for text in ["tls", "PS-TLS", "ps-tls"] {
        let run = pullsim(&["causes", text]);
        let codes: Vec<&str> = run.out.lines().filter_map(|line| line.split_whitespace().next()).collect();
        assert!(codes.len() > 3 && codes.iter().all(|code| code.starts_with("PS-TLS-0")), "{}", run.out);
    }
    // One of its stage is told in full.
    assert!(pullsim(&["causes", "rate-limit"]).out.contains("How to tell: "));
    let run = pullsim(&["causes", "tsl"]);
    assert_eq!(run.status, 2, "{}", run.all());
}

#[test]
fn completions_and_manual_know_every_command() {
    let help = pullsim(&["--help"]).out;
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let commands: Vec<&str> = listed
        .take_while(|line| !line.is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(commands.contains(&"check"), "{help}");
    let directory = crate::directory("man");
    assert_eq!(pullsim(&["man", "--dir", directory.to_str().unwrap()]).status, 0);
    for shell in ["bash", "zsh", "fish"] {
        let run = pullsim(&["completions", shell]);
        assert_eq!(run.status, 0, "{}", run.err);
        for command in &commands {
            assert!(run.out.contains(command), "{shell}: {command}");
        }
    }
    for command in &commands {
        let page = std::fs::read_to_string(directory.join(format!("pullsim-{command}.1"))).unwrap();
        assert!(page.contains(".SH SYNOPSIS"), "{command}: {page}");
    }
    assert!(pullsim(&["man"]).out.contains(".TH pullsim 1"));
}

#[test]
fn quiet_is_a_line_and_verbose_tells_more() {
    let scenario = format!("{}/../../scenarios/manifest/tag-missing.yaml", env!("CARGO_MANIFEST_DIR"));
    let check = |more: &[&str]| pullsim(&[&["check", "--in", &scenario], more].concat());
    let quiet = check(&["-q"]);
    let line = "registry.example.com/team/app:v1.2: would not be pulled: PS-REF-01 tag-not-found\n";
    assert_eq!((quiet.status, quiet.out.as_str(), quiet.err.as_str()), (1, line, ""));
    let plain = check(&[]);
    let verbose = check(&["-v"]);
    assert!(verbose.out.starts_with(&plain.out) && verbose.err.is_empty(), "{}", verbose.out);
    let live = check(&["-vv"]);
    assert_eq!(live.out, verbose.out);
    assert!(
        live.err.contains(" s  HEAD registry.example.com/v2/team/app/manifests/v1.2 → 404\n"),
        "{}",
        live.err
    );
    assert_eq!(check(&["-q", "-v"]).status, 2);
    assert_eq!(check(&["-q", "-o", "json"]).status, 2);
    // Of pods a line for each image.
    let pods = check(&["-q", "--for", "1m"]);
    assert_eq!(
        (pods.status, pods.out.as_str()),
        (1, format!("default/app app: {line}").as_str()),
        "{}",
        pods.err
    );
}

/// Of pods as of an image: what was decided for each, and each step as it is made.
#[test]
fn pods_are_told_in_full() {
    let data = |name: &str| format!("{}/tests/data/{name}", env!("CARGO_MANIFEST_DIR"));
    let (world, shop) = (data("world.yaml"), data("shop"));
    let check = |more: &[&str]| pullsim(&[&["check", "--in", &world, "-f", &shop], more].concat());
    let (plain, verbose, live) = (check(&[]), check(&["-v"]), check(&["-vv"]));
    let more = verbose.out.strip_prefix(&plain.out).unwrap();
    assert!(more.contains("registry.example.com:443 (registry)"), "{more}");
    assert!(verbose.err.is_empty() && live.out == verbose.out);
    assert!(live.err.contains(" s  HEAD registry.example.com/v2/"), "{}", live.err);
}

#[test]
fn who_names_the_columns_gets_so_many() {
    let told = |columns: &str| {
        let output = command(&["explain"])
            .env("COLUMNS", columns)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let mut child = output.unwrap();
        child.stdin.take().unwrap().write_all(b"toomanyrequests: slow down").unwrap();
        String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap()
    };
    let widest = |text: &str| text.lines().map(|line| line.chars().count()).max().unwrap();
    let prose = |text: &str| {
        text.lines()
            .filter(|line| !line.contains("  kubectl") && !line.contains("  TOKEN="))
            .collect::<Vec<_>>()
            .join("\n")
    };
    assert!(widest(&prose(&told("60"))) <= 60, "{}", told("60"));
    assert!(widest(&prose(&told("120"))) > 100, "{}", told("120"));
    for nonsense in ["", "0", "-5", "many", "99999999999"] {
        assert_eq!(told(nonsense), told("100"), "{nonsense}");
    }
}

/// Lists keep to the columns of whoever reads them, and what is copied from them stays whole: codes, names, files, keys,
/// commands. Where nobody says how many there are, a row is a line, for grep.
#[test]
fn lists_keep_to_the_columns() {
    let scenarios = format!("{}/../../scenarios/tls", env!("CARGO_MANIFEST_DIR"));
    let long = format!("registry.example.com/{}", "team/".repeat(14));
    let config = crate::file(
        "manners-columns",
        "config.json",
        &format!(
            r#"{{"auths": {{"{long}": {{"username": "u", "password": "p"}}, "r.test:443": {{"auth": "dTpw"}}}}}}"#
        ),
    );
    let lists: [&[&str]; 4] = [
        &["causes"],
        &["causes", "secret-wrong-registry"],
        &["run", "--list", &scenarios],
        &["secret", "match", "r.test/app:v1", &config],
    ];
    for arguments in lists {
        let out = |columns: Option<&str>| {
            let mut command = command(arguments);
            if let Some(columns) = columns {
                command.env("COLUMNS", columns);
            }
            String::from_utf8(command.output().unwrap().stdout).unwrap()
        };
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let plain = out(None);
        for columns in [50, 72, 200] {
            let told = out(Some(&columns.to_string()));
            assert_eq!(words(&told), words(&plain), "{arguments:?}: a word was cut");
            let prose = told.lines().filter(|line| {
                let copied = line.contains("kubectl ")
                    || line.contains(&long)
                    || line.contains(".yaml")
                    || line.contains(&config);
                !copied && line.chars().count() > columns
            });
            assert_eq!(prose.collect::<Vec<_>>(), Vec::<&str>::new(), "{arguments:?} in {columns} columns");
        }
    }
    let rows = pullsim(&["causes"]).out;
    assert!(rows.lines().all(|line| line.starts_with("PS-")) && rows.lines().any(|line| line.len() > 100));
}

/// What is pasted may be what PowerShell writes, or hold a byte that is no text.
#[test]
fn any_text_is_explained() {
    let directory = crate::directory("manners-any-text");
    let text = "\u{feff}Failed to pull image \"r.test/a:v1\": toomanyrequests: slow down\r\n";
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let latin1 = [b"caf\xe9\n".as_slice(), text.trim_start_matches('\u{feff}').as_bytes()].concat();
    for (name, bytes) in [("utf16.txt", utf16), ("latin1.txt", latin1)] {
        let path = directory.join(name);
        std::fs::write(&path, bytes).unwrap();
        let run = pullsim(&["explain", path.to_str().unwrap()]);
        assert_eq!((run.status, run.err.as_str()), (0, ""), "{name}");
        assert!(run.out.contains("PS-RATE-01") && run.out.contains("r.test/a:v1"), "{name}: {}", run.out);
    }
}
