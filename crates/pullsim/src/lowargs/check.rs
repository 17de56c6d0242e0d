//! `pullsim check`

mod span;

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, ArgGroup, Args, ValueEnum};

use self::span::span;
use super::{Color, Format};

/// The groups of flags in the help.
const WHAT: &str = "What is checked";
const LOGINS: &str = "Logins";
const NODE: &str = "The node";
const HOW: &str = "How it is checked";

pub(super) const USAGE: &str = "\
pullsim check [OPTIONS] <IMAGE>
       pullsim check [OPTIONS] -f <FILE>
       pullsim check [OPTIONS] --in <FILE> [IMAGE]";

pub(super) const EXAMPLES: &str = "\
Examples:
  pullsim check nginx
  pullsim check registry.example.com/team/app:v1 --secret pull-secret.yaml
  kubectl get secret pull-secret -o yaml | pullsim check registry.example.com/team/app:v1 --secret -
  pullsim check registry.example.com/team/app:v1 --secret ~/.docker/config.json --plan
  pullsim check registry.example.com/team/app:v1 --node ./node-root --platform linux/arm64 -o json
  pullsim check registry.example.com/team/app:v1 --in scenarios/success/private-multi-arch.yaml
  pullsim check registry.example.com/team/app:v1.2 --secret pull-secret.yaml --what-if
  pullsim check nginx --secret pull-secret.yaml --rate-limit
  kubectl get deploy,sa,secret -n shop -o yaml | pullsim check -f -
  pullsim check -f deploy/ --namespace shop --kubelet 1.34 --for 10m

Exit status:
  0  the image would be pulled
  1  it would not
  2  the input or the usage is wrong
  3  pullsim itself failed";

#[derive(Clone, Debug, Args)]
#[command(group = ArgGroup::new("of_pods").args(["filename", "scenario"]).multiple(true))]
pub(crate) struct LowCheck {
    /// The image, as a pod would name it [with --in: the scenario's].
    #[arg(required_unless_present_any = ["filename", "scenario"])]
    pub image: Option<String>,

    /// Manifests: Pods and whatever makes pods, with their ServiceAccounts and Secrets (YAML or JSON, lists, several
    /// documents); a directory stands for the files in it, - for standard input. Every image of every pod is checked.
    #[arg(short, long, value_name = "FILE", conflicts_with_all = ["image", "policy", "cri_auth", "plan"], help_heading = WHAT)]
    pub filename: Vec<String>,

    /// The namespace of objects that name none; only its pods are checked.
    #[arg(short, long, value_name = "NAME", requires = "of_pods", conflicts_with = "image", help_heading = WHAT)]
    pub namespace: Option<String>,

    /// The one pod or workload to check.
    #[arg(long, value_name = "NAME", requires = "of_pods", conflicts_with = "image", help_heading = WHAT)]
    pub pod: Option<String>,

    /// The one container to check, as if the pod had no other.
    #[arg(long, value_name = "NAME", requires = "filename", conflicts_with = "image", help_heading = WHAT)]
    pub container: Option<String>,

    /// An image that is on the node already; IMAGE=ID also says which, as crictl images --no-trunc shows it.
    ///
    /// From 1.35 on the kubelet records who may have an image (below --node: image_manager in its root directory), and it
    /// matters which one it is.
    #[arg(long, value_name = "IMAGE[=ID]", help_heading = NODE)]
    pub present: Vec<String>,

    /// Goes on for so long in the node's time: retries, back-off, events and what kubectl shows meanwhile.
    ///
    /// In simulated hosts (--in) every attempt is made. On a real network each pull is made once, and the rest follows
    /// as if nothing changes.
    #[arg(long = "for", value_name = "TIME", value_parser = span, conflicts_with_all = ["cri_auth", "plan"], help_heading = HOW)]
    pub lasts: Option<Duration>,

    /// What the chance in the kubelet's timers follows from; one seed always gives the same times.
    #[arg(long, value_name = "NUMBER", default_value_t = 1, help_heading = HOW)]
    pub seed: u64,

    /// The cluster has the admission plugin AlwaysPullImages.
    #[arg(long, help_heading = NODE)]
    pub always_pull_images: bool,

    /// A pull secret: a Secret (YAML or JSON, also in a List), a config.json, a .dockercfg; - is standard input.
    #[arg(long, value_name = "FILE", help_heading = LOGINS)]
    pub secret: Vec<String>,

    /// The node's root directory; only its files count then, not this machine's.
    ///
    /// Read are etc/containerd or etc/crio and etc/containers, the runtime's drop-ins of etc/systemd/system, the kubelet's
    /// files in var/lib/kubelet, etc/resolv.conf, etc/hosts, etc/nsswitch.conf and etc/ssl/certs.
    #[arg(long, value_name = "DIR", help_heading = NODE)]
    pub node: Option<PathBuf>,

    /// The node's name, where the scheduler's event tells it.
    #[arg(long, value_name = "NAME", default_value = "node-1", help_heading = NODE)]
    pub node_name: String,

    /// Runs the credential provider plugins that the node's kubelet is configured with, below --node.
    ///
    /// They are programs of that node, run on this machine; without the flag it is only said that they would be asked.
    #[arg(long, requires = "node", help_heading = LOGINS)]
    pub run_plugins: bool,

    /// The token of the pod's service account, for credential provider plugins that are given one (tokenAttributes); - is
    /// standard input.
    ///
    /// kubectl create token NAME --audience AUDIENCE --bound-object-kind Pod --bound-object-name POD prints one. Without
    /// it such plugins are not run; in simulated hosts (--in) one is made up.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["plan", "cri_auth"], help_heading = LOGINS)]
    pub service_account_token: Option<String>,

    /// Also pulls with what `docker login` left on this machine, and says where the two pulls part.
    ///
    /// The credential helper that the file names is asked. [default file: ~/.docker/config.json]
    #[arg(long, value_name = "CONFIG", num_args = 0..=1, default_missing_value = "", conflicts_with_all = ["plan", "cri_auth", "filename", "lasts"], help_heading = LOGINS)]
    pub compare_login: Option<String>,

    /// The node's platform, such as linux/arm64 [default: linux on this machine's architecture].
    #[arg(long, value_name = "PLATFORM", help_heading = NODE)]
    pub platform: Option<String>,

    /// The container runtime and its version, such as containerd-2.1.9, cri-o-1.37.0 or docker-28.5.2, which is Docker
    /// Engine behind cri-dockerd [default: containerd-2.1.9, the newest that was recorded]; a name alone is the newest
    /// known, and a version without a profile the nearest one.
    #[arg(long, value_name = "PROFILE", help_heading = NODE)]
    pub runtime: Option<String>,

    /// The kubelet's version, such as 1.34 [default: the newest known].
    #[arg(long, value_name = "VERSION", help_heading = NODE)]
    pub kubelet: Option<String>,

    /// The pull policy: Always, IfNotPresent, Never [default: what the API server would set].
    ///
    /// Without it the image is always pulled, as on a node that does not have it yet.
    #[arg(long, value_name = "POLICY", help_heading = NODE)]
    pub policy: Option<String>,

    /// The CRI AuthConfig to hand to the runtime, as JSON, in place of secrets and node credentials.
    #[arg(long, value_name = "FILE", conflicts_with = "secret", help_heading = LOGINS)]
    pub cri_auth: Option<String>,

    /// The node's image store, kept between runs [default: empty, and forgotten].
    #[arg(long, value_name = "DIR", help_heading = NODE)]
    pub store: Option<PathBuf>,

    /// What is done with layers: asked for (head), or fetched, verified and unpacked (get) [default: head, and get within
    /// simulated hosts, where it costs nothing].
    #[arg(long, value_name = "HOW", value_enum, help_heading = HOW)]
    pub layers: Option<LowLayers>,

    /// Certificates (PEM) to trust besides the node's own.
    #[arg(long, value_name = "FILE", help_heading = NODE)]
    pub ca: Vec<PathBuf>,

    /// Checks inside the simulated hosts of a scenario file; its node and its secrets count, unless given here.
    #[arg(long = "in", value_name = "FILE", conflicts_with = "node", help_heading = WHAT)]
    pub scenario: Option<PathBuf>,

    /// Tries changes on a pull that fails, until one heals it: another key, tag or platform, a secret of another namespace or
    /// one that nobody names, no login, no mirror, no proxy, other trust, and more.
    ///
    /// For a name that is not there the registry is asked for its tags and repositories, as no node asks; without this flag
    /// nothing is asked but what the node asks. Each change is a pull of its own with an empty store that is forgotten. No
    /// login goes to a host that the pull itself would not send it to; a secret that the pod does not have goes to the image's
    /// own registry.
    #[arg(long, conflicts_with = "plan", help_heading = HOW)]
    pub what_if: bool,

    /// Only asks how many pulls the registry has left for this login, without spending one.
    ///
    /// The head of the manifest is asked for, at the registry itself and not at a mirror; Docker Hub does not count that. The
    /// pull itself is not replayed.
    #[arg(long, conflicts_with_all = ["filename", "plan", "what_if", "lasts", "compare_login", "layers", "run_plugins", "quiet"], help_heading = HOW)]
    pub rate_limit: bool,

    /// Stops before the network: what would be asked, and with which credentials.
    #[arg(long, help_heading = HOW)]
    pub plan: bool,

    /// The form of the report.
    #[arg(short, long, value_name = "FORMAT", value_enum, default_value_t = Format::Text)]
    pub output: Format,

    /// Only the verdict, in a line; of pods a line for each image.
    #[arg(short, long, conflicts_with_all = ["verbose", "plan", "output"])]
    pub quiet: bool,

    /// Also what was decided on the node, and why; twice (-vv): each step on standard error as it is made.
    #[arg(short, long, action = ArgAction::Count)]
    pub verbose: u8,

    /// When to colour.
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = Color::Auto)]
    pub color: Color,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LowLayers {
    Head,
    Get,
}
