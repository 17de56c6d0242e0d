//! `--compare-login`: what a Docker client on this machine would send, beside what the kubelet sends.

use std::path::PathBuf;

use cri::AuthConfig;
use docker_credential::{CredentialRetrievalError, DockerCredential, get_credential_from_reader};
use node::Environment;
use objects::FileError;
use report::{CheckReport, Outcome};
use secret::Secret;
use trace::{Exchange, What};

use crate::error::Failure;

/// Docker Hub's key in a client's configuration.
const HUB_KEY: &str = "https://index.docker.io/v1/";

/// What a Docker client would send.
pub(crate) struct DockerLogin {
    /// What there is to tell of it.
    pub told: String,
    /// The login; none: it asks as anonymous.
    pub auth: Option<AuthConfig>,
}

/// The configuration of the Docker client on this machine (`docker login` writes it there).
fn config_file(given: &str, environment: &Environment) -> PathBuf {
    match given {
        "" => match (environment.first(&["DOCKER_CONFIG"]), environment.first(&["HOME"])) {
            (Some(directory), _) => PathBuf::from(directory).join("config.json"),
            (None, home) => PathBuf::from(home.unwrap_or("/")).join(".docker/config.json"),
        },
        path => PathBuf::from(path),
    }
}

/// Reads the login for an image, and asks the credential helper that the configuration names.
pub(crate) fn docker_login(
    given: &str,
    domain: &str,
    environment: &Environment,
) -> Result<DockerLogin, Failure> {
    let path = config_file(given, environment);
    let bytes = std::fs::read(&path).map_err(|error| FileError::read(&path, error))?;
    let server = if domain == "docker.io" { HUB_KEY } else { domain };
    let file = path.display();
    let login = match get_credential_from_reader(bytes.as_slice(), server) {
        Ok(DockerCredential::UsernamePassword(username, password)) => DockerLogin {
            told: format!("docker login: {file} logs in to {server} as {username:?}"),
            auth: Some(AuthConfig { username, password: Secret::new(password), ..AuthConfig::default() }),
        },
        Ok(DockerCredential::IdentityToken(token)) => DockerLogin {
            told: format!(
                "docker login: {file} logs in to {server} with an identity token, which a kubelet cannot"
            ),
            auth: Some(AuthConfig { identity_token: Secret::new(token), ..AuthConfig::default() }),
        },
        Err(error) => DockerLogin {
            told: format!("docker login: {file} gives no login for {server}: {}", why(&error)),
            auth: None,
        },
    };
    Ok(login)
}

/// Why there is no login. The library's own words may hold what a helper printed.
fn why(error: &CredentialRetrievalError) -> &'static str {
    match error {
        CredentialRetrievalError::HelperCommunicationError => "its credential helper cannot be run",
        CredentialRetrievalError::MalformedHelperResponse => "its credential helper answers gibberish",
        CredentialRetrievalError::HelperFailure { .. } => "its credential helper fails",
        CredentialRetrievalError::CredentialDecodingError => "its auth is not base64 of USER:PASSWORD",
        CredentialRetrievalError::CredentialMismatchError => "its auth contradicts username and password",
        CredentialRetrievalError::NoCredentialConfigured => "there is none in it",
        CredentialRetrievalError::ConfigNotFound | CredentialRetrievalError::ConfigReadError => {
            "it cannot be read"
        }
    }
}

/// Where the two pulls part, in sentences.
pub(crate) fn compared(login: &DockerLogin, kubelet: &CheckReport, docker: &CheckReport) -> Vec<String> {
    let mut told = vec![login.told.clone()];
    told.push(match kubelet.credentials.first() {
        Some(first) => {
            format!("kubelet: logs in as {:?} of {}, key {:?}", first.username, first.source, first.key)
        }
        None => "kubelet: asks as anonymous".to_owned(),
    });
    told.push(match (kubelet.outcome, docker.outcome) {
        (Outcome::Pulled, Outcome::Pulled) => "both would pull the image".to_owned(),
        (Outcome::Failed, Outcome::Failed) if kubelet.cri.message == docker.cri.message => {
            "both fail alike: the login is not what is wrong".to_owned()
        }
        (Outcome::Failed, Outcome::Failed) => format!(
            "both fail, but not alike: {} with docker's login, {} with the kubelet's",
            docker.cri.code, kubelet.cri.code
        ),
        (Outcome::Failed, Outcome::Pulled) => {
            "with docker's login the pull succeeds: the kubelet's credentials are what is wrong".to_owned()
        }
        (Outcome::Pulled, Outcome::Failed) => "with docker's login the pull fails".to_owned(),
    });
    told.push(parting(&exchanges(kubelet), &exchanges(docker)));
    told
}

fn exchanges(report: &CheckReport) -> Vec<&Exchange> {
    let exchange = |step: &'_ trace::Step| matches!(step.what, What::Exchange(_));
    let steps = report.trace.iter().filter(|step| exchange(step));
    steps
        .filter_map(|step| if let What::Exchange(exchange) = &step.what { Some(exchange) } else { None })
        .collect()
}

/// The first request, or answer, in which the two differ.
fn parting(kubelet: &[&Exchange], docker: &[&Exchange]) -> String {
    let requests = kubelet.len().max(docker.len());
    for index in 0..requests {
        let (ours, theirs) = (kubelet.get(index), docker.get(index));
        if ours.map(|e| sight(e)) != theirs.map(|e| sight(e)) {
            let shown = |exchange: Option<&&Exchange>| exchange.map_or("nothing".to_owned(), |e| line(e));
            return format!(
                "they part at request {}: the kubelet sends {}; docker's login sends {}",
                index + 1,
                shown(ours),
                shown(theirs)
            );
        }
    }
    "they part nowhere: the same requests and the same answers".to_owned()
}

/// What counts of an exchange. The login itself is redacted in the trace: whether there is one, and how it was taken.
fn sight(exchange: &Exchange) -> (&str, &str, Option<&str>, Option<u16>) {
    (&exchange.method, &exchange.url, authorization(exchange), exchange.status)
}

fn authorization(exchange: &Exchange) -> Option<&str> {
    let header = exchange.request.iter().find(|header| header.name.eq_ignore_ascii_case("Authorization"))?;
    header.value.split(' ').next()
}

fn line(exchange: &Exchange) -> String {
    let login =
        authorization(exchange).map_or("without a login".to_owned(), |scheme| format!("with {scheme}"));
    let status = exchange.status.map_or("no answer".to_owned(), |status| status.to_string());
    format!("{} {} {login} → {status}", exchange.method, exchange.url)
}
