use std::collections::BTreeMap;

use crate::Node;

/// Environment variables of a service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// An environment of these variables; a later one of the same name wins.
    pub fn new(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(variables.into_iter().collect())
    }

    /// The value of a variable, if it is set.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// All variables, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The first of the variables that is set and not empty.
    pub fn first(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.get(name).filter(|value| !value.is_empty()))
    }

    /// Reads the unit and its drop-ins `SERVICE.service.d/*.conf` under `/usr/lib`, `/etc` and `/run`, in systemd's
    /// order (systemd.unit(5)): the files of one name by directory, all names sorted; then `EnvironmentFile=`.
    pub(crate) fn of_service(node: &Node, service: &str) -> Self {
        let mut environment = Self::default();
        for text in node.unit_files(service).iter() {
            environment.apply_unit(node, text);
        }
        environment
    }

    fn apply_unit(&mut self, node: &Node, text: &str) {
        let joined = text.replace("\\\n", " ");
        let mut in_service = false;
        for line in joined.lines().map(str::trim) {
            if line.starts_with('[') {
                in_service = line == "[Service]";
            } else if in_service && let Some(value) = line.strip_prefix("Environment=") {
                if value.is_empty() {
                    self.0.clear();
                }
                for assignment in split_words(value) {
                    self.assign(&assignment.replace("%%", "%"));
                }
            } else if in_service && let Some(file) = line.strip_prefix("EnvironmentFile=") {
                let content = node.read_own(file.trim_start_matches('-')).unwrap_or_default();
                for line in String::from_utf8_lossy(&content).lines().map(str::trim) {
                    if !line.starts_with(['#', ';']) {
                        split_words(line).iter().for_each(|assignment| self.assign(assignment));
                    }
                }
            }
        }
    }

    fn assign(&mut self, assignment: &str) {
        if let Some((name, value)) = assignment.split_once('=') {
            self.0.insert(name.to_owned(), value.to_owned());
        }
    }
}

/// The unit of a service and its drop-ins, in the order in which systemd reads them.
pub(crate) fn unit_files(node: &Node, service: &str) -> Vec<String> {
    const DIRECTORIES: [&str; 3] = ["/etc/systemd/system", "/run/systemd/system", "/usr/lib/systemd/system"];
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    for directory in DIRECTORIES {
        for name in node.list_own(format!("{directory}/{service}.service.d")) {
            if name.ends_with(".conf") {
                files.entry(name.clone()).or_insert(format!("{directory}/{service}.service.d/{name}"));
            }
        }
    }
    let unit = DIRECTORIES.iter().map(|d| format!("{d}/{service}.service"));
    let unit = unit.filter(|path| node.read_own(path).is_ok()).take(1);
    let read = |path: String| Some(String::from_utf8_lossy(&node.read_own(path).ok()?).into_owned());
    unit.chain(files.into_values()).filter_map(read).collect()
}

/// The words of a service's command line: the last `ExecStart=`, its variables filled in (systemd.service(5)): `$NAME`
/// as a word of its own becomes as many words as its value has, `${NAME}` exactly one.
pub(crate) fn command_line(node: &Node, service: &str) -> Vec<String> {
    let mut command = String::new();
    for text in node.unit_files(service).iter() {
        let joined = text.replace("\\\n", " ");
        for line in joined.lines().map(str::trim) {
            if let Some(value) = line.strip_prefix("ExecStart=") {
                command = value.to_owned();
            }
        }
    }
    let environment = node.environment(service);
    let mut words = Vec::new();
    for word in split_words(&command) {
        let name = word.strip_prefix('$').filter(|name| !name.starts_with('{'));
        match name {
            Some(name) => words.extend(split_words(environment.get(name).unwrap_or_default())),
            None => words.push(filled_in(&word, &environment)),
        }
    }
    words
}

/// A word with each `${NAME}` in it replaced.
fn filled_in(word: &str, environment: &Environment) -> String {
    let (mut out, mut rest) = (String::new(), word);
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, behind)) = after.split_once('}') else { break };
        out.push_str(before);
        out.push_str(environment.get(name).unwrap_or_default());
        rest = behind;
    }
    out.push_str(rest);
    out
}

/// Splits at white space outside quotes, with systemd's quoting (systemd.syntax(7)): `"…"` and `'…'`, backslash.
fn split_words(text: &str) -> Vec<String> {
    let (mut words, mut word, mut quote, mut started) = (Vec::new(), String::new(), None, false);
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, quote) {
            ('\\', _) => word.extend(chars.next()),
            (q, Some(open)) if q == open => quote = None,
            ('"' | '\'', None) => {
                quote = Some(c);
                started = true;
            }
            (c, None) if c.is_whitespace() => {
                if started || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                started = false;
            }
            (c, _) => word.push(c),
        }
    }
    if started || !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drop_ins_are_read_as_systemd_does() {
        let unit = "[Unit]\nEnvironment=A=no\n[Service]\nEnvironment=\"HTTPS_PROXY=http://p:3128\" B=1 'C=two words'\nEnvironment=\"P=50%%\" \"Q=a\\\"b\"\n";
        let node = Node::memory([
            ("/etc/systemd/system/containerd.service.d/10-proxy.conf".into(), unit.as_bytes().to_vec()),
            (
                "/etc/systemd/system/containerd.service.d/20.conf".into(),
                b"[Service]\nEnvironment=B=2\nEnvironmentFile=-/etc/default/c\n".to_vec(),
            ),
            ("/etc/default/c".into(), b"# comment\nNO_PROXY=a,b\n".to_vec()),
        ]);
        let environment = node.environment("containerd");
        let got: Vec<_> = ["A", "HTTPS_PROXY", "B", "C", "P", "Q", "NO_PROXY"]
            .iter()
            .map(|name| environment.get(name).unwrap_or("-"))
            .collect();
        assert_eq!(got, ["-", "http://p:3128", "2", "two words", "50%", "a\"b", "a,b"]);
    }
}
