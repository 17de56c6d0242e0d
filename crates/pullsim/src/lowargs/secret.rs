//! `pullsim secret`

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::Output;

const LINT_HELP: &str = "\
Examples:
  pullsim secret lint pull-secret.yaml
  pullsim secret lint pull-secret.yaml --image registry.example.com/team/app:v1
  kubectl get secret pull-secret -o yaml | pullsim secret lint -
  pullsim secret lint ~/.docker/config.json -o json
  pullsim secret lint --node ./node-root --image registry.example.com/team/app:v1

Exit status:
  0  nothing was found
  1  something was found
  2  the input or the usage is wrong";

const MATCH_HELP: &str = "\
Examples:
  pullsim secret match registry.example.com/team/app:v1 pull-secret.yaml
  pullsim secret match nginx ~/.docker/config.json -o json
  pullsim secret match registry.example.com/team/app:v1 pull-secret.yaml --node ./node-root
  pullsim secret match nginx --node ./node-root --kubelet 1.32

With -o json the document has `kubelet`, `credentials` ({username, key, source}), in the order in which the kubelet tries
them, and `rejected` ({key, source, reason}); with --node also `node` (files, plugins).

Exit status:
  0  an entry matches
  1  none does, or a secret cannot be read: the node would ask as anonymous, or not at all
  2  the input or the usage is wrong";

const MAKE_HELP: &str = "\
Examples:
  pullsim secret make registry.example.com --user ci --password-stdin <pw.txt | kubectl apply -f -
  printf '%s' \"$PASSWORD\" | pullsim secret make docker.io --user ci --password-stdin --name hub

One line end after the password is no part of it.

Exit status:
  0  the manifest was written
  2  the input or the usage is wrong";

#[derive(Debug, Subcommand)]
pub(crate) enum SecretCommand {
    /// Says what is wrong with pull secrets, to the character.
    #[command(after_help = LINT_HELP)]
    Lint(LowLint),
    /// Says which entries of pull secrets the kubelet would use for an image, in order, and why not the others.
    #[command(after_help = MATCH_HELP)]
    Match(LowMatch),
    /// Makes a right pull secret.
    #[command(after_help = MAKE_HELP)]
    Make(LowMake),
}

#[derive(Debug, Args)]
pub(crate) struct LowLint {
    /// A Secret (YAML or JSON, also in a List), a config.json, a .dockercfg; - is standard input.
    #[arg(required_unless_present = "node", value_name = "FILE")]
    pub files: Vec<String>,

    /// A node's root directory: the login files that its kubelet would read are looked at too.
    #[arg(long, value_name = "DIR")]
    pub node: Option<PathBuf>,

    /// The image for which the secret is meant.
    #[arg(long, value_name = "IMAGE")]
    pub image: Option<String>,

    /// The form of the findings.
    #[arg(short, long, value_name = "FORMAT", value_enum, default_value_t = Output::Text)]
    pub output: Output,
}

#[derive(Debug, Args)]
pub(crate) struct LowMatch {
    /// The image, as a pod would name it.
    pub image: String,

    /// Secrets in the order in which the pod names them; - is standard input.
    #[arg(required_unless_present = "node", value_name = "FILE")]
    pub files: Vec<String>,

    /// A node's root directory: after the secrets come the logins of its kubelet's own files and plugins.
    #[arg(long, value_name = "DIR")]
    pub node: Option<PathBuf>,

    /// The kubelet's version, such as 1.34 [default: the newest known].
    ///
    /// On it depend the grammar of image names, what a secret that cannot be read says, and up to 1.32 the order in which the
    /// logins of plugins and of the node's own files are tried.
    #[arg(long, value_name = "VERSION")]
    pub kubelet: Option<String>,

    /// Runs the credential provider plugins that would be asked, on this machine; without the flag they are only named.
    #[arg(long, requires = "node")]
    pub run_plugins: bool,

    /// The form of the report.
    #[arg(short, long, value_name = "FORMAT", value_enum, default_value_t = Output::Text)]
    pub output: Output,
}

#[derive(Debug, Args)]
pub(crate) struct LowMake {
    /// The registry as images name it: HOST, HOST:PORT or HOST/PATH; docker.io is Docker Hub.
    pub registry: String,

    /// The user name.
    #[arg(long, value_name = "USER")]
    pub user: String,

    /// Reads the password from standard input; a password on the command line could be seen by others.
    #[arg(long, required = true)]
    pub password_stdin: bool,

    /// The Secret's name.
    #[arg(long, value_name = "NAME", default_value = "pull-secret")]
    pub name: String,

    /// The Secret's namespace: that of the pods [default: none, so that kubectl decides].
    #[arg(long, value_name = "NAMESPACE")]
    pub namespace: Option<String>,

    /// An e-mail address; registries do not ask for it any more.
    #[arg(long, value_name = "EMAIL")]
    pub email: Option<String>,

    /// The form of the manifest.
    #[arg(short, long, value_name = "FORMAT", value_enum, default_value_t = ManifestForm::Yaml)]
    pub output: ManifestForm,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ManifestForm {
    Yaml,
    Json,
}
