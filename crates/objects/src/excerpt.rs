use std::fmt::{self, Write as _};

use serde::Serialize;

use crate::Source;
use crate::tree::Span;

/// A place in an input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The file as it was named, or `standard input`.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The line itself, as far as it may be shown.
    pub excerpt: Option<Box<Excerpt>>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// A line of an input in which everything that could be secret is masked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Excerpt {
    /// The line.
    pub text: String,
    /// Where the carets begin in `text`: how many characters stand before.
    pub start: usize,
    /// How many carets there are, at least one.
    pub length: usize,
}

/// Whether the text that a message points at may itself be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reveal {
    /// It is a name, a kind or a type.
    Shown,
    /// It may be secret.
    Masked,
}

impl Place {
    /// The place, its line, and carets under what is meant with `label` behind them.
    pub fn render(&self, label: &str) -> String {
        let mut out = format!("  {self}\n");
        if let Some(excerpt) = &self.excerpt {
            let number = format!("{:>4}", self.line);
            let carets = format!("{}{}", " ".repeat(excerpt.start), "^".repeat(excerpt.length));
            let line = format!("{} | {carets} {label}", " ".repeat(number.len()));
            // Writing to a String cannot fail.
            let _ = writeln!(out, "{number} | {}", excerpt.text);
            let _ = writeln!(out, "{}", line.trim_end());
        }
        out
    }

    pub(crate) fn new(source: &Source, span: Span, reveal: Reveal) -> Self {
        let line = source.line(span.line);
        let excerpt = line.map(|line| Box::new(mask(line, span, reveal)));
        let file = source.shown_name().to_owned();
        Self { file, line: span.line, column: span.column, excerpt }
    }
}

/// Line and column of a byte of `text`, both from 1.
pub(crate) fn place_of_byte(text: &str, byte: usize) -> (usize, usize) {
    let before = text.get(..byte).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

/// What stands in place of a text that may be secret, however long that is.
const MASK: &str = "***";

/// How many characters of a line are shown at most.
const WIDTH: usize = 100;

/// Words that are part of the forms that we read, and so never a secret.
const KNOWN: [&str; 79] = [
    "apiVersion",
    "kind",
    "metadata",
    "name",
    "namespace",
    "uid",
    "labels",
    "annotations",
    "type",
    "data",
    "stringData",
    "items",
    "immutable",
    "v1",
    "Secret",
    "SecretList",
    "List",
    "Opaque",
    "ConfigMap",
    "Pod",
    "kubernetes.io/dockerconfigjson",
    "kubernetes.io/dockercfg",
    ".dockerconfigjson",
    ".dockercfg",
    "config.json",
    "auths",
    "auth",
    "username",
    "password",
    "email",
    "identitytoken",
    "registrytoken",
    "credsStore",
    "credHelpers",
    "HttpHeaders",
    "server_address",
    "identity_token",
    "registry_token",
    "default",
    "serveraddress",
    "spec",
    "template",
    "jobTemplate",
    "containers",
    "initContainers",
    "ephemeralContainers",
    "image",
    "imagePullPolicy",
    "imagePullSecrets",
    "volumes",
    "volumeMounts",
    "serviceAccountName",
    "serviceAccount",
    "nodeSelector",
    "generateName",
    "replicas",
    "selector",
    "matchLabels",
    "reference",
    "pullPolicy",
    "Deployment",
    "ReplicaSet",
    "StatefulSet",
    "DaemonSet",
    "Job",
    "CronJob",
    "ReplicationController",
    "ServiceAccount",
    "env",
    "providers",
    "matchImages",
    "defaultCacheDuration",
    "args",
    "tokenAttributes",
    "cacheType",
    "ports",
    "---",
    "|",
    ">",
];

/// Masks a line and finds the carets' place in what is left of it.
fn mask(line: &str, span: Span, reveal: Reveal) -> Excerpt {
    let chars: Vec<char> = line.chars().collect();
    let wanted = span.column.saturating_sub(1).min(chars.len());
    let (mut text, mut column, mut start, mut length) = (String::new(), 0, None, 1);
    // A span that begins with a quotation mark covers what is in it.
    let quote = chars.get(wanted).copied().filter(|c| matches!(c, '"' | '\''));
    let revealed = wanted + usize::from(quote.is_some());
    for atom in atoms(&chars) {
        let words: String = chars[atom.from..atom.to].iter().copied().map(printable).collect();
        let aimed_at = atom.holds(wanted);
        let shown = atom.punctuation
            || KNOWN.contains(&words.as_str())
            || (reveal == Reveal::Shown && atom.holds(revealed) && atom.to - atom.from <= WIDTH);
        text.push_str(if shown { &words } else { MASK });
        if aimed_at {
            let inside = if shown { wanted - atom.from } else { 0 };
            let room = if shown { atom.to - wanted } else { MASK.len() };
            start = Some(column + inside);
            length = if shown { span.length.clamp(1, room) } else { room };
        }
        column += if shown { atom.to - atom.from } else { MASK.len() };
    }
    let start = start.unwrap_or(column);
    if let Some(quote) = quote {
        let rest = text.chars().skip(start + 1);
        length = rest.clone().position(|c| c == quote).map_or_else(|| rest.count() + 1, |end| end + 2);
    }
    window(&text, start, length)
}

/// Cuts a long line to the part around the carets.
fn window(text: &str, start: usize, length: usize) -> Excerpt {
    let total = text.chars().count();
    if total <= WIDTH {
        return Excerpt { text: text.to_owned(), start, length };
    }
    let from = start.saturating_sub(WIDTH / 2);
    let to = (from + WIDTH).min(total);
    let middle: String = text.chars().skip(from).take(to - from).collect();
    let (head, tail) = (if from > 0 { "…" } else { "" }, if to < total { "…" } else { "" });
    let length = length.min(to.saturating_sub(start)).max(1);
    let start = start - from + head.chars().count();
    Excerpt { text: format!("{head}{middle}{tail}"), start, length }
}

/// A character that takes one column and does nothing to a terminal.
fn printable(c: char) -> char {
    match c {
        '\t' => ' ',
        c if c.is_control() => '\u{fffd}',
        c => c,
    }
}

/// A part of a line that is shown or masked as a whole.
struct Atom {
    from: usize,
    to: usize,
    punctuation: bool,
}

impl Atom {
    fn holds(&self, at: usize) -> bool {
        (self.from..self.to).contains(&at)
    }
}

/// Takes a line apart into punctuation and texts, erring on the side of the longer text.
fn atoms(chars: &[char]) -> Vec<Atom> {
    let (mut atoms, mut at, mut flow) = (Vec::new(), 0, false);
    while at < chars.len() {
        let from = at;
        match chars[at] {
            quote @ ('"' | '\'') => {
                atoms.push(Atom { from, to: at + 1, punctuation: true });
                let end = quoted_end(chars, at + 1, quote);
                if end > at + 1 {
                    atoms.push(Atom { from: at + 1, to: end, punctuation: false });
                }
                at = end;
                if at < chars.len() {
                    atoms.push(Atom { from: at, to: at + 1, punctuation: true });
                    at += 1;
                }
                // JSON never has plain text after a quoted one but in the same collection.
                flow = true;
            }
            c if c.is_whitespace() || "{}[],:".contains(c) || is_dash(chars, at) => {
                flow |= c == '{' || c == '[';
                at += 1;
                atoms.push(Atom { from, to: at, punctuation: true });
            }
            _ => {
                at = plain_end(chars, at, flow);
                atoms.push(Atom { from, to: at, punctuation: false });
            }
        }
    }
    atoms
}

fn is_dash(chars: &[char], at: usize) -> bool {
    chars[at] == '-' && chars.get(at + 1) == Some(&' ')
}

fn quoted_end(chars: &[char], mut at: usize, quote: char) -> usize {
    while at < chars.len() && chars[at] != quote {
        at += if chars[at] == '\\' && quote == '"' { 2 } else { 1 };
    }
    at.min(chars.len())
}

fn plain_end(chars: &[char], mut at: usize, flow: bool) -> usize {
    while at < chars.len() {
        let next = chars.get(at + 1).copied().unwrap_or(' ');
        match chars[at] {
            ':' if next.is_whitespace() => break,
            ',' | ']' | '}' if flow => break,
            _ => at += 1,
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(line: &str, column: usize, length: usize, reveal: Reveal) -> String {
        let excerpt = mask(line, Span { line: 1, column, length }, reveal);
        format!("{}\n{}{}", excerpt.text, " ".repeat(excerpt.start), "^".repeat(excerpt.length))
    }

    #[test]
    fn only_known_words_are_left_readable() {
        for (line, column, length, wanted) in [
            ("type: Opaque", 7, 6, "type: Opaque\n      ^^^^^^"),
            ("password: hunter2", 11, 7, "password: ***\n          ^^^"),
            ("  \"password\": \"hunter2", 15, 1, "  \"password\": \"***\n              ^^^^"),
            (
                "{\"auths\":{\"r\":{\"auth\":\"abc\"}},}",
                31,
                1,
                "{\"auths\":{\"***\":{\"auth\":\"***\"}},}\n                                ^",
            ),
            ("  p4ss: w0rd, and more # c", 1, 1, "  ***: ***\n^"),
            ("user:pass", 1, 9, "***\n^^^"),
            ("- a", 3, 1, "- ***\n  ^^^"),
            ("x", 9, 1, "***\n   ^"),
            ("\ttype:\r x\u{1b}[2J", 2, 4, " type:\u{fffd} ***\n ^^^^"),
        ] {
            assert_eq!(masked(line, column, length, Reveal::Masked), wanted, "{line}");
        }
    }

    #[test]
    fn what_is_no_secret_can_be_revealed() {
        let got = masked("type: my.org/thing", 7, 12, Reveal::Shown);
        assert_eq!(got, "type: my.org/thing\n      ^^^^^^^^^^^^");
        let got = masked("{\"pass\": 1, \"type\": \"my\"}", 21, 4, Reveal::Shown);
        assert_eq!(got, "{\"***\": ***, \"type\": \"my\"}\n                     ^^^^");
    }

    #[test]
    fn long_lines_are_cut_around_the_carets() {
        let line = format!("{{{}\"auth\": 1}}", "\"auth\": 2, ".repeat(50));
        let column = line.rfind('1').unwrap() + 1;
        let excerpt = mask(&line, Span { line: 1, column, length: 1 }, Reveal::Masked);
        assert!(excerpt.text.chars().count() <= WIDTH + 2, "{excerpt:?}");
        assert!(excerpt.text.starts_with('…'));
        assert_eq!(excerpt.text.chars().nth(excerpt.start), Some('*'));
    }

    #[test]
    fn bytes_are_found_by_line_and_column() {
        for (byte, wanted) in [(0, (1, 1)), (1, (1, 2)), (2, (2, 1)), (4, (2, 2)), (99, (2, 3))] {
            assert_eq!(place_of_byte("a\néb", byte), wanted, "{byte}");
        }
    }
}
