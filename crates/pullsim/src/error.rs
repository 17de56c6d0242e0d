use std::fmt::Write as _;
use std::io;
use std::path::PathBuf;

use objects::{Excerpt, FileError, InputError, Place, nearest};
use runtimes::{ConfigError, StoreError};
use scenario::LoadError;

use crate::account_token::TokenFault;
use crate::exit::Exit;
use crate::kubectl::{KubectlError, NotReplayed};

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// A file of the user holds what cannot be used.
    #[error(transparent)]
    Input(#[from] InputError),
    /// A scenario holds what cannot be used.
    #[error(transparent)]
    Scenario(#[from] LoadError),
    /// There are no scenarios where they were looked for.
    #[error(transparent)]
    NoScenarios(#[from] runner::FindError),
    /// No path is given, and the catalogue is not here.
    #[error("there is no directory {0} here, which is what is played unless paths are named")]
    NoCatalogue(&'static str),
    /// A file cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The node's store cannot be used.
    #[error("cannot use the store {}: {}", .directory.display(), without_number(error))]
    Store {
        /// The directory as given.
        directory: PathBuf,
        /// Why.
        error: StoreError,
    },
    /// A flag has a value that there is not.
    #[error("unknown {what} {given:?}")]
    Unknown {
        /// What the flag is about.
        what: &'static str,
        /// What was given.
        given: String,
        /// What there is.
        known: Vec<String>,
    },
    /// There is no such cause.
    #[error("unknown cause {given:?}")]
    UnknownCause {
        /// What was given.
        given: String,
        /// The nearest name or code.
        near: Option<&'static str>,
    },
    /// A host gets no socket.
    #[error("cannot listen: {}", reason(.0))]
    Listen(io::Error),
    /// The kubelet's records know several images of a name.
    #[error("the kubelet has records of {} images of {image}: which of them is on the node?", .ids.len())]
    AmbiguousPresent {
        /// The image as given.
        image: String,
        /// What the runtime calls those that are recorded.
        ids: Vec<String>,
    },
    /// An image's name cannot be read.
    #[error(transparent)]
    InvalidImage(Box<kubelet::ImageNameError>),
    /// A Secret with this in it would be no use.
    #[error("no Secret can be made with this {what}{}", shown(.given))]
    Unmakeable {
        /// What is wrong.
        what: &'static str,
        /// What was given; empty where it may hold a password.
        given: String,
        /// What to do.
        remedy: &'static str,
    },
    /// Standard input cannot be read.
    #[error("cannot read the password: {}", reason(.0))]
    Password(io::Error),
    /// A password that no Secret can hold.
    #[error("the password has more than {} KiB", .limit / 1024)]
    LongPassword {
        /// The most bytes that it may have.
        limit: u64,
    },
    /// There is no password on standard input.
    #[error("there is no password on standard input")]
    NoPassword,
    /// `--node` names something else than a directory.
    #[error("{} is not a directory", .0.display())]
    NotADirectory(PathBuf),
    /// `store remove` names something else than a directory.
    #[error("{} is not a store: no such directory", .0.display())]
    NotAStore(PathBuf),
    /// The node's kubelet would not start with its configuration of plugins.
    #[error("this node's kubelet {version} does not start: Failed to register CRI auth plugins: {error}")]
    PluginConfig {
        /// What is wrong.
        error: Box<plugins::ConfigError>,
        /// The kubelet's version.
        version: kubelet::Version,
    },
    /// The node's runtime would not start with its configuration.
    #[error("{}", .error.sentence(runtime))]
    RuntimeConfig {
        /// What is wrong.
        error: Box<ConfigError>,
        /// Its file, as it was found here.
        file: String,
        /// The runtime's name and version.
        runtime: &'static str,
    },
    /// Two flags want to read standard input.
    #[error("standard input can be read once: {} and {} both name -", .flags[0], .flags[1])]
    StandardInputTwice {
        /// The flags.
        flags: [&'static str; 2],
    },
    /// `--service-account-token` names something else than a token.
    #[error("{file} holds no token of a service account: {}", fault_of_token(*.fault))]
    NoToken {
        /// The file.
        file: String,
        /// What is wrong with what it holds, which is not shown.
        fault: TokenFault,
    },
    /// `--ca` names a file without a certificate.
    #[error("{} holds no certificate in PEM form", .0.display())]
    NoCertificate(PathBuf),
    /// A plan has fewer forms than a check.
    #[error("a plan is told as text or json")]
    PlanFormat,
    /// What is left has fewer forms than a check.
    #[error("a rate limit is told as text or json")]
    LimitFormat,
    /// A limit is told for one image.
    #[error("--rate-limit is for one image, and the scenario has pods")]
    LimitOfPods,
    /// A list has fewer forms than a run.
    #[error("a list is told as text, json or markdown")]
    ListFormat,
    /// A filter lets no scenario through.
    #[error("no scenario fits --filter {filter:?}")]
    NothingFits {
        /// The filter.
        filter: String,
    },
    /// The manifests hold no pod that is meant.
    #[error("{} {} no pod{}", .files.join(", "), if .files.len() == 1 { "holds" } else { "hold" }, in_namespace(.namespace.as_deref()))]
    NoPods {
        /// What `-f` named.
        files: Vec<String>,
        /// The namespace that was asked for.
        namespace: Option<String>,
        /// The kinds of what they hold instead.
        kinds: Vec<String>,
        /// The namespaces that have pods.
        elsewhere: Vec<String>,
        /// Whether the file is a scenario.
        in_scenario: bool,
    },
    /// kubectl gave nothing.
    #[error(transparent)]
    Kubectl(KubectlError),
    /// A pod of a cluster could not be replayed, and its events tell nothing.
    #[error("not replayed: {0}")]
    NotReplayed(NotReplayed),
    /// What `pod` hands on to `check` is nothing that it takes.
    #[error(transparent)]
    Arguments(Box<clap::Error>),
    /// What was asked for could not be written.
    #[error("cannot write to standard output: {}", reason(.0))]
    Output(io::Error),
    /// The event loop could not be made.
    #[error("cannot start: {}", reason(.0))]
    EventLoop(io::Error),
}

impl Failure {
    /// Whose fault it is.
    pub const fn exit(&self) -> Exit {
        match self {
            Self::Output(_) | Self::EventLoop(_) | Self::Listen(_) => Exit::Internal,
            _ => Exit::Input,
        }
    }

    /// The whole message, with a hint where there is one.
    pub fn render(&self) -> String {
        match self {
            Self::Input(error) => return error.render(),
            Self::Scenario(error) => return error.render(),
            Self::Arguments(error) => return error.to_string(),
            _ => {}
        }
        let mut out = format!("error: {self}\n");
        if let Self::PluginConfig { error, .. } = self {
            out.extend(error.flaws().iter().map(objects::ConfigFlaw::render));
        }
        if let Self::RuntimeConfig { error, file, .. } = self {
            out.push_str(&place(error, file));
        }
        if let Some(help) = self.help() {
            // Writing to a String cannot fail.
            let _ = writeln!(out, "help: {help}");
        }
        out
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Unknown { given, known, .. } => {
                let near = nearest(given, known.iter().map(String::as_str));
                let guess = near.map(|near| format!("did you mean {near}? ")).unwrap_or_default();
                Some(format!("{guess}known are {}", known.join(", ")))
            }
            Self::AmbiguousPresent { image, ids } => Some(format!(
                "crictl images --no-trunc tells on the node; give it as --present {image}=ID, recorded are {}",
                ids.join(", ")
            )),
            Self::InvalidImage(_) => {
                Some("an image is HOST/PATH:TAG, without a scheme, the path in lower case".to_owned())
            }
            Self::File(error) => error.help(),
            Self::NothingFits { .. } => Some(
                "it is a part of a path, of a title or of a cause's name, or a cause's code, or a row such as C12; pullsim run --list shows all"
                    .to_owned(),
            ),
            Self::NoCatalogue(_) => Some("pullsim run PATH plays a file, or all below a directory".to_owned()),
            Self::NoScenarios(error) => error.help(),
            Self::Unmakeable { remedy, .. } => Some((*remedy).to_owned()),
            Self::LongPassword { .. } => Some("standard input is the password and nothing else".to_owned()),
            Self::NoPassword => Some("printf '%s' \"$PASSWORD\" | pullsim secret make …".to_owned()),
            Self::UnknownCause { near, .. } => {
                let guess = near.map(|near| format!("did you mean {near}? ")).unwrap_or_default();
                Some(format!("{guess}pullsim causes lists all"))
            }
            Self::PluginConfig { error, .. } => error.help(),
            Self::RuntimeConfig { error, .. } => Some(error.remedy().to_owned()),
            Self::StandardInputTwice { .. } => Some("give one of them as a file".to_owned()),
            Self::NoToken { .. } => Some(
                "kubectl create token NAME -n NAMESPACE --audience AUDIENCE prints one, and nothing else"
                    .to_owned(),
            ),
            Self::NotADirectory(_) => {
                Some("--node takes a node's root directory, with etc/ in it".to_owned())
            }
            Self::Store { .. } => {
                Some("--store takes a directory that can be made and written to".to_owned())
            }
            Self::NoPods { elsewhere, .. } if !elsewhere.is_empty() => {
                Some(format!("there are pods in {}", elsewhere.join(", ")))
            }
            Self::NoPods { in_scenario: true, .. } => Some(
                "a scenario has pods by its manifests; without --pod and --namespace its image is checked".to_owned(),
            ),
            Self::NoPods { kinds, .. } => {
                let case = kinds.iter().find_map(|kind| in_other_case(kind)).unwrap_or_default();
                let only =
                    if kinds.is_empty() { String::new() } else { format!("there is only {}; ", kinds.join(", ")) };
                Some(format!(
                    "{case}{only}-f takes Pods and what makes pods: {}",
                    MAKERS.join(", ")
                ))
            }
            Self::Kubectl(KubectlError::NotRun(_)) => Some(
                "pod asks the cluster by kubectl, which must be in PATH; without it: pullsim check -f FILE, pullsim explain \
                 FILE"
                    .to_owned(),
            ),
            Self::Kubectl(KubectlError::NotJson { .. } | KubectlError::NoPod(_)) => Some(
                "what is asked is the kubectl in PATH: see by that command, with -o json, what it is and what it prints".to_owned(),
            ),
            Self::NotReplayed(NotReplayed::Secrets(error)) if error.is_forbidden() => Some(
                "give them as files: -- --secret FILE; or let somebody ask who may: kubectl auth can-i get secrets"
                    .to_owned(),
            ),
            Self::NotAStore(_) => Some("--store takes the directory that check --store DIR has made".to_owned()),
            Self::NoCertificate(_) => {
                Some("a certificate in PEM form begins with -----BEGIN CERTIFICATE-----".to_owned())
            }
            Self::Listen(error) if error.kind() == io::ErrorKind::AddrNotAvailable => Some(
                "declared addresses must be this machine's, as in a network namespace made for it".to_owned(),
            ),
            _ => None,
        }
    }
}

/// The kinds that make pods.
const MAKERS: [&str; 7] =
    ["Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "CronJob", "ReplicationController"];

/// What to tell of a kind that is one of those but for its capital letters, which count.
fn in_other_case(kind: &str) -> Option<String> {
    let known = MAKERS.into_iter().chain(["Pod"]).find(|known| known.eq_ignore_ascii_case(kind))?;
    (known != kind).then(|| format!("the kind {kind} is written {known}; "))
}

/// Where it stands, with the line and a caret, or the file alone.
fn place(error: &ConfigError, file: &str) -> String {
    let Some(place) = error.place() else { return format!("  {file}\n") };
    let excerpt = Excerpt { text: place.text.clone(), start: place.column.saturating_sub(1), length: 1 };
    let (line, column) = (place.line, place.column);
    Place { file: file.to_owned(), line, column, excerpt: Some(Box::new(excerpt)) }.render("here")
}

fn fault_of_token(fault: TokenFault) -> &'static str {
    match fault {
        TokenFault::Empty => "it is empty",
        TokenFault::Words => "there is more than one word in it",
        TokenFault::NoJwt => "what is in it is no JSON web token",
    }
}

fn in_namespace(namespace: Option<&str>) -> String {
    namespace.map(|namespace| format!(" in namespace {namespace}")).unwrap_or_default()
}

/// The system's reason in our words.
fn reason(error: &io::Error) -> String {
    without_number(error).to_lowercase()
}

/// An error that ends in the system's reason, without the number that Rust adds.
fn without_number(error: &impl std::fmt::Display) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_owned()
}

/// What was given, quoted, where it may be shown.
fn shown(given: &str) -> String {
    if given.is_empty() { String::new() } else { format!(" {given:?}") }
}
