//! An explanation for people to read.

use std::collections::HashSet;
use std::fmt::Write as _;

use crate::pods_table::is_name;
use crate::{Confidence, Explanation, Finding, Runtime, Unexplained, WaitingPod};

/// Where the text of a line begins.
const COLUMN: usize = 15;
/// Narrower than this, lines are not broken any more.
const MIN_WIDTH: usize = 40;
/// How many alternatives and remedies are shown; the catalogue has the others.
const SHOWN: usize = 4;
/// How many pods of one status are shown.
const PODS: usize = 3;

/// How to lay an explanation out.
#[derive(Clone, Copy, Debug)]
pub struct TextStyle {
    /// Columns of the terminal.
    pub width: usize,
    /// Whether to use bold type.
    pub colour: bool,
}

impl Explanation {
    /// The explanation as text.
    pub fn to_text(&self, style: TextStyle) -> String {
        let mut page = Page { out: String::new(), style };
        for finding in &self.findings {
            page.finding(finding);
        }
        for unexplained in &self.unexplained {
            page.unexplained(unexplained);
        }
        page.waiting(&self.waiting);
        if page.out.is_empty() {
            page.out.push_str("No failed pull was found in this text.\n");
        }
        page.out
    }
}

struct Page {
    out: String,
    style: TextStyle,
}

impl Page {
    fn finding(&mut self, finding: &Finding) {
        self.heading(&subject(finding));
        let transient = if finding.transient { " · may heal by itself" } else { "" };
        let confidence = finding.confidence.name();
        self.row("Cause", &format!("{} {} · {confidence}{transient}", finding.code, finding.cause));
        self.row("", &sentence(finding.meaning));
        for (row, evidence) in finding.evidence.iter().take(SHOWN).enumerate() {
            self.row(if row == 0 { "Said" } else { "" }, &format!("\"{evidence}\""));
        }
        if let Some(step) = finding.step {
            self.row("While", step.doing());
        }
        self.node(finding);
        self.row("How to tell", finding.cause.told_apart());
        for (row, other) in finding.alternatives.iter().take(SHOWN).enumerate() {
            let name = if row == 0 { or(finding.confidence) } else { "" };
            self.row(name, &format!("{} {}: {}", other.code, other.cause, other.told_apart));
        }
        for (row, remedy) in finding.remedies.iter().take(SHOWN).enumerate() {
            self.row(if row == 0 { "Fix" } else { "" }, remedy.text);
            if let Some(command) = &remedy.command {
                self.command(command);
            }
        }
        self.row("More", &format!("pullsim causes {}", finding.code));
        if let Some(command) = replay(finding) {
            self.row("Replay", "the pull as the pod's node would do it, from here:");
            self.command(&command);
        }
    }

    fn node(&mut self, finding: &Finding) {
        let runtime = finding.runtime.name();
        let mut parts = Vec::new();
        if finding.runtime != Runtime::Unknown {
            let version = finding.runtime_version.map(|version| format!(" {version}")).unwrap_or_default();
            parts.push(format!("{runtime}{version}"));
        }
        parts.extend(finding.kubelet_version.map(|version| format!("kubelet {version}")));
        parts.extend(finding.host.as_ref().map(|host| format!("about {host}")));
        if !parts.is_empty() {
            self.row("Node", &parts.join(" · "));
        }
    }

    fn unexplained(&mut self, unexplained: &Unexplained) {
        self.heading(&format!(
            "Not explained: {}",
            unexplained.image.as_deref().unwrap_or("no image is named")
        ));
        self.row("Said", &format!("\"{}\"", unexplained.text));
        let known = unexplained.recognised.join("; ");
        self.row("Understood", if known.is_empty() { "nothing of it" } else { &known });
    }

    /// The pods of a table by what it says of them, and for each how to get at the cause.
    fn waiting(&mut self, pods: &[WaitingPod]) {
        let mut statuses: Vec<&str> = pods.iter().map(|pod| pod.status.as_str()).collect();
        let mut seen = HashSet::new();
        statuses.retain(|status| seen.insert(*status));
        for status in statuses {
            let of_it: Vec<&WaitingPod> = pods.iter().filter(|pod| pod.status == status).collect();
            let Some(first) = of_it.first() else { continue };
            self.heading(&match of_it.len() {
                1 => format!("{status}: {}", place(first)),
                several => format!("{status}: {several} pods"),
            });
            let init = if status.starts_with("Init:") { "in an init container, " } else { "" };
            self.row("Means", &sentence(&format!("{init}{}", first.meaning)));
            for (row, pod) in of_it.iter().take(PODS).enumerate() {
                let whose = if of_it.len() > 1 { format!(" of {}", place(pod)) } else { String::new() };
                self.row(if row == 0 { "Next" } else { "" }, &format!("for image and cause{whose}:"));
                pod.commands.iter().for_each(|command| self.command(command));
            }
            match of_it.len().saturating_sub(PODS) {
                0 => {}
                more => self.row("", &format!("and {more} more; -o json names them all")),
            }
        }
    }

    fn heading(&mut self, text: &str) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        let (on, off) = if self.style.colour { ("\u{1b}[1m", "\u{1b}[0m") } else { ("", "") };
        // Writing to a String cannot fail.
        let _ = writeln!(self.out, "{on}{}{off}", printable(text));
    }

    fn row(&mut self, name: &str, text: &str) {
        let width = self.style.width.max(MIN_WIDTH) - COLUMN;
        for (number, line) in wrap(&printable(text), width).into_iter().enumerate() {
            let name = if number == 0 { name } else { "" };
            let _ = writeln!(self.out, "  {name:<width$}{line}", width = COLUMN - 2);
        }
    }

    /// A command stays in one line, so that it can be copied.
    fn command(&mut self, command: &str) {
        let _ = writeln!(self.out, "{:COLUMN$}  {}", "", printable(command));
    }
}

const fn or(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Certain => "Rarely",
        Confidence::Likely | Confidence::Possible => "Or",
    }
}

/// The command that replays the pulls of the pod.
fn replay(finding: &Finding) -> Option<String> {
    let pod = finding.pod.as_deref().filter(|pod| is_name(pod))?;
    let namespace = finding.namespace.as_deref().filter(|namespace| is_name(namespace));
    let place = namespace.map(|namespace| format!(" -n {namespace}")).unwrap_or_default();
    Some(format!("kubectl pullsim pod {pod}{place}"))
}

/// `shop/web-0 on node-1`
fn place(pod: &WaitingPod) -> String {
    let namespace = pod.namespace.iter().map(|namespace| format!("{namespace}/"));
    let node = pod.node.iter().map(|node| format!(" on {node}"));
    namespace.chain([pod.pod.clone()]).chain(node).collect()
}

/// `shop/web-0, container web: IMAGE`.
fn subject(finding: &Finding) -> String {
    let container = finding.container.as_ref().map(|container| format!("container {container}"));
    let namespace = finding.namespace.iter().map(|namespace| format!("{namespace}/"));
    let pod = finding.pod.iter().map(|pod| namespace.clone().chain([pod.clone()]).collect());
    let place: Vec<String> = pod.chain(container).collect();
    let image = finding.image.as_deref().unwrap_or("an image that is not named");
    if place.is_empty() { image.to_owned() } else { format!("{}: {image}", place.join(", ")) }
}

fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(chars).chain(['.']).collect()
}

/// What could steer a terminal is shown in letters.
fn printable(text: &str) -> String {
    text.chars()
        .flat_map(|c| if c.is_control() { c.escape_default().collect::<Vec<_>>() } else { vec![c] })
        .collect()
}

fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let last = lines
            .last_mut()
            .filter(|line| line.is_empty() || line.chars().count() + 1 + word.chars().count() <= width);
        match last {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) => {
                line.push(' ');
                line.push_str(word);
            }
            None => lines.push(word.to_owned()),
        }
    }
    lines
}
