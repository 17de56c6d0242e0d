//! The names of a pull in the places of a command that wait for them.

/// What may stand in a command without quotes: nothing that a shell reads.
const HARMLESS: &str = "._:/@-";

/// Docker Hub's key in a pull secret (`kubernetes@v1.28.7:pkg/credentialprovider/keyring.go:129`).
const HUB_KEY: &str = "https://index.docker.io/v1/";

/// Names that a pull can fill in, each where it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// Words of commands and what stands for them; the longer before the shorter that they contain.
    known: Vec<(&'static str, String)>,
}

impl Names {
    /// Nothing is known yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// `word` is `name`, unless a shell would read something into it. What is known already stays.
    #[must_use]
    pub fn with(mut self, word: &'static str, name: &str) -> Self {
        if is_harmless(name) && !self.known.iter().any(|(known, _)| *known == word) {
            self.known.push((word, name.to_owned()));
        }
        self
    }

    /// What is known here; and what another knows, where this does not.
    #[must_use]
    pub fn or(mut self, other: Self) -> Self {
        let new =
            other.known.into_iter().filter(|(word, _)| !self.known.iter().any(|(known, _)| known == word));
        let new: Vec<_> = new.collect();
        self.known.extend(new);
        self
    }

    /// The registry of the image, by its domain: as secrets, URLs and commands name it.
    #[must_use]
    pub fn with_registry(self, domain: &str) -> Self {
        let hub = domain == "docker.io";
        let (key, host) = if hub { (HUB_KEY, "registry-1.docker.io") } else { (domain, domain) };
        self.with("--docker-server=REGISTRY", &format!("--docker-server={key}"))
            .with("https://REGISTRY", &format!("https://{host}"))
            .with("REGISTRY", domain)
    }

    /// The host that it is about, `host[:port]`.
    #[must_use]
    pub fn with_host(self, authority: &str) -> Self {
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => {
                (host, port)
            }
            _ => (authority, "443"),
        };
        self.with("HOST:PORT", &format!("{host}:{port}"))
            .with("https://HOST", &format!("https://{authority}"))
            .with("certs.d/HOST", &format!("certs.d/{authority}"))
            .with("HOST", host)
    }

    /// The command with what is known in it; what is still in capitals has to be filled in.
    pub fn fill(&self, command: &str) -> String {
        self.known.iter().fold(command.to_owned(), |command, (word, name)| put(&command, word, name))
    }
}

/// Puts a name in the place of a word in capitals.
fn put(command: &str, word: &str, name: &str) -> String {
    let mut out = String::with_capacity(command.len());
    let mut rest = command;
    while let Some(at) = rest.find(word) {
        let (before, behind) = (&rest[..at], &rest[at + word.len()..]);
        let joins = |c: char| c.is_ascii_uppercase() || c == '-' || c == '_';
        let begins = word.starts_with(|c: char| c.is_ascii_uppercase());
        let part = behind.starts_with(joins) || (begins && before.ends_with(joins));
        out.push_str(before);
        out.push_str(if part { word } else { name });
        rest = behind;
    }
    out.push_str(rest);
    out
}

fn is_harmless(name: &str) -> bool {
    let safe = name.chars().all(|c| c.is_ascii_alphanumeric() || HARMLESS.contains(c) || c == '=');
    let option = name.starts_with('-') && !name.starts_with("--docker-server=");
    safe && !name.is_empty() && !option
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn whole_words_are_filled_in_and_nothing_that_a_shell_reads() {
        let command = "skopeo copy docker://IMAGE docker://NEW-IMAGE";
        let filled = |image| Names::new().with("IMAGE", image).fill(command);
        assert_eq!(filled("r.test/a:v1"), "skopeo copy docker://r.test/a:v1 docker://NEW-IMAGE");
        for harmful in ["a;rm -rf /", "--help", "$(x)", "", "a b"] {
            assert_eq!(filled(harmful), command, "{harmful}");
        }
    }

    #[test]
    fn a_registry_has_other_names_in_secrets_and_urls() {
        let command =
            "kubectl create --docker-server=REGISTRY; curl https://REGISTRY/v2/; crane ls REGISTRY/a";
        assert_eq!(
            Names::new().with_registry("docker.io").fill(command),
            "kubectl create --docker-server=https://index.docker.io/v1/; curl https://registry-1.docker.io/v2/; crane ls \
             docker.io/a"
        );
        assert_eq!(
            Names::new().with_registry("r.test:5000").fill(command),
            "kubectl create --docker-server=r.test:5000; curl https://r.test:5000/v2/; crane ls r.test:5000/a"
        );
    }

    #[test]
    fn a_host_brings_its_port_where_it_is_wanted() {
        let command = "openssl -connect HOST:PORT -servername HOST; curl https://HOST/v2/; dig HOST";
        assert_eq!(
            Names::new().with_host("r.test").fill(command),
            "openssl -connect r.test:443 -servername r.test; curl https://r.test/v2/; dig r.test"
        );
        assert_eq!(
            Names::new().with_host("r.test:5000").fill(command),
            "openssl -connect r.test:5000 -servername r.test; curl https://r.test:5000/v2/; dig r.test"
        );
    }
}
