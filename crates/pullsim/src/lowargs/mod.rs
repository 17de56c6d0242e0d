//! The command line as it was typed: a file a command.

mod causes;
mod check;
mod completions;
mod explain;
mod pod;
mod run;
mod schema;
mod secret;
mod serve;
mod store;

use std::ffi::OsString;
use std::path::Path;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum};

pub(crate) use causes::{CausesOutput, LowCauses};
pub(crate) use check::{LowCheck, LowLayers};
pub(crate) use completions::{LowCompletions, LowMan};
pub(crate) use explain::LowExplain;
pub(crate) use pod::{LowPod, is_object_name};
pub(crate) use run::LowRun;
pub(crate) use schema::SchemaOf;
pub(crate) use secret::{LowLint, LowMake, LowMatch, ManifestForm, SecretCommand};
pub(crate) use serve::LowServe;
pub(crate) use store::StoreCommand;

/// What the programme's own help ends with.
const EXAMPLES: &str = "\
Examples:
  pullsim check registry.example.com/team/app:v1 --secret pull-secret.yaml
  kubectl describe pod web-0 | pullsim explain
  kubectl pullsim pod web-0 -n shop
  pullsim secret lint pull-secret.yaml
  pullsim run scenarios

Exit status:
  0  the image would be pulled
  1  it would not
  2  the input or the usage is wrong
  3  pullsim itself failed";

/// Says what a Kubernetes node would do to pull an image, without a cluster: the same requests, events and errors.
#[derive(Debug, Parser)]
#[command(name = "pullsim", version, after_help = EXAMPLES, disable_help_subcommand = true)]
pub(crate) struct LowArgs {
    #[command(subcommand)]
    pub command: Command,
}

/// The name by which kubectl finds its plugin `pullsim`.
const PLUGIN: &str = "kubectl-pullsim";

impl LowArgs {
    /// Reads the command line. Called as kubectl's plugin, pullsim says in its help what people typed.
    ///
    /// # Errors
    /// When it cannot be read, or asks for help.
    pub fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let mut arguments = arguments.into_iter().peekable();
        let mut command = Self::command();
        let called = arguments.peek().map(Path::new).and_then(Path::file_stem);
        if called.is_some_and(|name| name == PLUGIN) {
            command = command.bin_name("kubectl pullsim");
        }
        let arguments = help_flag(arguments.collect());
        let image = arguments.iter().skip(1).find_map(|argument| dashed_image(argument)).map(str::to_owned);
        let hinted = |error: clap::Error| match &image {
            Some(image) if error.use_stderr() => with_hint(&error, image),
            _ => error,
        };
        let mut matched = command.try_get_matches_from(arguments).map_err(hinted)?;
        Self::from_arg_matches_mut(&mut matched)
    }
}

/// `pullsim help check` is what many type for `pullsim check --help`.
fn help_flag(mut arguments: Vec<OsString>) -> Vec<OsString> {
    if arguments.get(1).is_some_and(|word| word == "help") {
        arguments.remove(1);
        arguments.push("--help".into());
    }
    arguments
}

/// What begins like a flag, and looks more like an image.
fn dashed_image(argument: &OsString) -> Option<&str> {
    let text = argument.to_str()?;
    let name = text.strip_prefix('-').filter(|name| !name.starts_with('-'))?;
    let value_of_flag = name.len() > 1 && (name[1..].starts_with(['/', '.', '=']) || name.contains('='));
    (name.contains('/') && !value_of_flag).then_some(text)
}

/// The same error with the way to name such an image.
fn with_hint(error: &clap::Error, image: &str) -> clap::Error {
    let text = error.to_string();
    let text = text.strip_prefix("error: ").unwrap_or(&text).trim_end();
    let hint = format!("an image that begins with - stands behind --: pullsim check -- {image}");
    clap::Error::raw(error.kind(), format!("{text}\n\nhelp: {hint}\n"))
}

#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(crate) enum Command {
    /// Replays the pull of an image as a node would do it.
    #[command(after_help = check::EXAMPLES, override_usage = check::USAGE)]
    Check(Box<LowCheck>),
    /// Runs a scenario's hosts on real sockets, for any client.
    #[command(after_help = serve::EXAMPLES)]
    Serve(LowServe),
    /// Looks at pull secrets, and makes right ones.
    #[command(subcommand)]
    Secret(SecretCommand),
    /// Finds the cause of failed pulls in pasted events, pod status, logs, or a bare error.
    #[command(after_help = explain::EXAMPLES)]
    Explain(LowExplain),
    /// Asks kubectl for a pod of a cluster, replays its pulls, and compares with its events; also kubectl pullsim pod.
    #[command(after_help = pod::EXAMPLES)]
    Pod(LowPod),
    /// Lists the causes of failed pulls, or tells all about one.
    #[command(after_help = causes::EXAMPLES)]
    Causes(LowCauses),
    /// Plays scenarios in memory, and holds what happens against what they expect.
    #[command(after_help = run::EXAMPLES)]
    Run(Box<LowRun>),
    /// Prints the JSON Schema of a format.
    #[command(after_help = schema::EXAMPLES)]
    Schema {
        /// The format.
        of: SchemaOf,
    },
    /// Changes a simulated node's image store.
    #[command(subcommand)]
    Store(StoreCommand),
    /// Prints the completions for a shell.
    #[command(after_help = completions::COMPLETIONS_EXAMPLES)]
    Completions(LowCompletions),
    /// Prints the manual, or writes a page for each command.
    #[command(after_help = completions::MAN_EXAMPLES)]
    Man(LowMan),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    Text,
    Json,
}

/// The forms of the report of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people: ladder, events, cause and fix.
    Text,
    /// Everything, versioned; `pullsim schema report` describes it.
    Json,
    /// For a pull request comment or $GITHUB_STEP_SUMMARY.
    Markdown,
    /// HTTP archive 1.2, for the network panel of a browser.
    Har,
    /// A page that stands alone.
    Html,
    /// SARIF 2.1.0, for code scanning: each finding at the line that names the image.
    Sarif,
    /// JUnit's XML, for CI systems.
    Junit,
    /// Test Anything Protocol 13.
    Tap,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}
