//! The same error, however it was pasted, has the same cause.

use std::fmt::Write as _;

use explain::{Finding, explain};

/// Recorded and own texts: the last column of either file.
const FILES: [&str; 2] = [include_str!("../data/recorded.txt"), include_str!("../data/causes.txt")];
const IMAGE: &str = "registry.example.com/team/app:v1";

/// What the kubelet says of each text.
fn messages() -> Vec<String> {
    let lines = FILES.iter().flat_map(|file| file.lines()).filter(|line| !line.starts_with('#'));
    let texts = lines.filter_map(|line| line.rsplit_once('\t')).map(|(_, text)| text.replace("\\n", "\n"));
    // What comes with columns or a prefix of its own is not an error alone.
    let bare = texts.filter(|text| !text.starts_with(['{', '[', '<']) && !text.contains("  kubelet  "));
    bare.map(message).collect()
}

fn message(text: String) -> String {
    if text.contains("ailed to pull image \"")
        || text.contains("Back-off pulling")
        || text.contains("Failed to apply")
    {
        return text;
    }
    format!("Failed to pull image \"{IMAGE}\": rpc error: code = Unknown desc = {text}")
}

fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Cuts lines as a terminal of that width does when they are copied from it.
fn wrapped(text: &str, width: usize) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let characters: Vec<char> = line.chars().collect();
        for part in characters.chunks(width) {
            let _ = writeln!(out, "{}", part.iter().collect::<String>());
        }
    }
    out
}

fn describe(message: &str) -> String {
    format!(
        "Name:         web-0\nNamespace:    shop\nContainers:\n  web:\n    State:          Waiting\n      Reason:       ErrImagePull\nEvents:\n  \
         Type     Reason     Age                From               Message\n  \
         ----     ------     ----               ----               -------\n  \
         Normal   Pulling    12s (x2 over 27s)  kubelet            Pulling image \"{IMAGE}\"\n  \
         Warning  Failed     12s (x2 over 27s)  kubelet            {message}\n  \
         Warning  Failed     12s (x2 over 27s)  kubelet            Error: ErrImagePull\n"
    )
}

fn table(message: &str) -> String {
    format!(
        "LAST SEEN   TYPE      REASON    OBJECT      MESSAGE\n12s         Warning   Failed    pod/web-0   {message}\n\
         12s         Warning   Failed    pod/web-0   Error: ErrImagePull\n"
    )
}

fn wide(message: &str) -> String {
    format!(
        "LAST SEEN   TYPE      REASON   OBJECT      SUBOBJECT              SOURCE        MESSAGE   FIRST SEEN   COUNT   NAME\n\
         12s   Warning   Failed   pod/web-0   spec.containers{{web}}   kubelet, n1   {message}   27s   2   web-0.18\n"
    )
}

fn event_json(message: &str) -> String {
    let object = serde_json::json!({"kind": "Pod", "name": "web-0", "fieldPath": "spec.containers{web}"});
    serde_json::json!({"kind": "List", "items": [
        {"kind": "Event", "type": "Warning", "reason": "Failed", "message": message, "involvedObject": object}
    ]})
    .to_string()
}

fn event_yaml(message: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Event\nreason: Failed\nmessage: {}\ninvolvedObject:\n  kind: Pod\n  name: web-0\n",
        json(message)
    )
}

fn pod_status(message: &str) -> String {
    let message = json(&format!("Back-off pulling image \"{IMAGE}\": ErrImagePull: {message}"));
    format!(
        "status:\n  containerStatuses:\n  - name: web\n    image: {IMAGE}\n    imageID: \"\"\n    state:\n      waiting:\n        \
         reason: ImagePullBackOff\n        message: {message}\n"
    )
}

fn klog(message: &str) -> String {
    format!(
        "E1128 10:00:00.000000    1234 remote_image.go:238] \"PullImage from image service failed\" err={} image=\"{IMAGE}\"",
        json(message)
    )
}

/// An error within an error, quoted twice.
fn klog_twice(message: &str) -> String {
    let error = format!("failed to \"StartContainer\" for \"web\" with ErrImagePull: {}", json(message));
    format!(
        "E1128 10:00:01.000000    1234 pod_workers.go:1301] \"Error syncing pod, skipping\" err={} pod=\"shop/web-0\"",
        json(&error)
    )
}

fn journal(message: &str) -> String {
    format!("Nov 28 10:00:00 n1 kubelet[1234]: {}", klog(message))
}

fn logfmt(message: &str) -> String {
    format!(
        "time=\"2026-11-28T10:00:00Z\" level=error msg=\"PullImage \\\"{IMAGE}\\\" failed\" error={}",
        json(message)
    )
}

fn docker_json(message: &str) -> String {
    let line = format!("time=\"2026-11-28T10:00:00Z\" level=error msg={}\n", json(message));
    serde_json::json!({"log": line, "stream": "stderr", "time": "2026-11-28T10:00:00Z"}).to_string()
}

fn issue(message: &str) -> String {
    format!(
        "### What happened?\n\nSince the upgrade the pod stays in `ContainerCreating`, then:\n\n```\n{message}\n```\n\n\
         Restarting the node changed nothing.\n"
    )
}

fn coloured(message: &str) -> String {
    format!("\u{1b}[33mWarning\u{1b}[0m  Failed  12s  kubelet  \u{1b}[1;31m{message}\u{1b}[0m\u{1b}[K")
}

fn of_windows(message: &str) -> String {
    describe(message).replace('\n', "\r\n")
}

fn of_a_page(message: &str) -> String {
    describe(message).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Opening and closing quotes by turns.
fn typeset(message: &str) -> String {
    let mut open = false;
    let turned = message.chars().map(|c| {
        open ^= c == '"';
        match (c, open) {
            ('"', true) => '“',
            ('"', false) => '”',
            _ => c,
        }
    });
    turned.collect()
}

fn answered(message: &str) -> String {
    message.lines().fold(String::new(), |out, line| out + "> " + line + "\n")
}

/// As the console of a build shows it: a stamp before each line, and a mark.
fn console(message: &str) -> String {
    let lines = message.lines().map(|line| format!("2026-11-28T10:00:00.4308630Z ##[error]{line}\n"));
    format!("2026-11-28T10:00:00.4308629Z ##[group]Run the tests\n{}", lines.collect::<String>())
}

fn of_python(message: &str) -> String {
    format!(
        "docker.errors.APIError: 500 Server Error for http+docker://localhost/v1.41/images/create?tag=v1&fromImage=app: \
         Internal Server Error (\"{message}\")"
    )
}

fn of_java(message: &str) -> String {
    format!(
        "Caused by: com.github.dockerjava.api.exception.InternalServerErrorException: Status 500: {}",
        serde_json::json!({"message": message})
    )
}

fn of_node(message: &str) -> String {
    format!("Error: (HTTP code 500) server error - {message}")
}

/// With an address that nobody asked for anything.
fn told(message: &str) -> String {
    format!(
        "Since last week our builds fail. The message is: {message} What can I do? I looked at https://status.example.com \
         for outages, and at https://docs.example.com/pulls too."
    )
}

fn escaped(message: &str) -> String {
    message.replace('<', "\\<").replace('_', "\\_").replace('*', "\\*")
}

type Form = (&'static str, fn(&str) -> String);

const FORMS: [Form; 26] = [
    ("describe", describe),
    ("describe, 80 columns", |message| wrapped(&describe(message), 80)),
    ("describe, 132 columns", |message| wrapped(&describe(message), 132)),
    ("a message, 80 columns", |message| wrapped(message, 80)),
    ("get events", table),
    ("get events -o wide", wide),
    ("get events -o json", event_json),
    ("get events -o yaml", event_yaml),
    ("status of a pod", pod_status),
    ("klog", klog),
    ("klog, quoted twice", klog_twice),
    ("journal", journal),
    ("logfmt", logfmt),
    ("JSON of Docker's log", docker_json),
    ("issue", issue),
    ("coloured", coloured),
    ("lines of Windows", of_windows),
    ("HTML", of_a_page),
    ("typeset quotes", typeset),
    ("quoted in a letter", answered),
    ("console of a build", console),
    ("exception of Python", of_python),
    ("exception of Java", of_java),
    ("error of Node", of_node),
    ("told in a letter", told),
    ("escaped for Markdown", escaped),
];

/// What must not depend on the form.
fn what_is_told(finding: &Finding) -> String {
    let others: Vec<_> = finding.alternatives.iter().map(|other| other.cause.name()).collect();
    format!(
        "{} ({}), or {}; {:?}",
        finding.cause,
        finding.confidence.name(),
        others.join(", "),
        finding.runtime
    )
}

#[test]
fn the_form_in_which_an_error_is_pasted_does_not_matter() {
    let mut wrong = Vec::new();
    let messages = messages();
    assert!(messages.len() > 200, "{}", messages.len());
    for message in &messages {
        let plain = explain(message);
        let Some(wanted) = plain.findings.first() else { panic!("nothing is told of {message}") };
        for (form, wrap) in FORMS {
            let text = wrap(message);
            let found = explain(&text);
            let same =
                found.findings.first().is_some_and(|finding| what_is_told(finding) == what_is_told(wanted));
            if !same {
                let found = found.findings.first().map_or("nothing".to_owned(), what_is_told);
                wrong.push(format!("{form}: {found}\n   not {}\n   of {text}", what_is_told(wanted)));
            }
        }
    }
    let shown: String = wrong.iter().take(20).fold(String::new(), |out, line| out + line + "\n");
    assert!(wrong.is_empty(), "{} of {} differ:\n{shown}", wrong.len(), messages.len() * FORMS.len());
}

#[test]
fn a_form_says_of_what_it_speaks() {
    let message = message("toomanyrequests: too many".to_owned());
    for (form, wrap) in FORMS {
        let found = explain(&wrap(&message));
        assert_eq!(found.findings.len(), 1, "{form}: {found:#?}");
        assert_eq!(found.findings[0].image.as_deref(), Some(IMAGE), "{form}");
    }
}
