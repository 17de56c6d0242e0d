//! What a scenario expects: as it is written, and as it applies to one run.
//!
//! ```text
//! expect: {…} ─▶ ExpectFile ──for a Run──▶ Vec<Expected>, each with its place in the file
//! ```

mod file;
mod heals;
mod line;
mod list;
mod mend;
mod per_run;
mod pod;
mod run;
mod text;
mod words;

use std::time::Duration;

use diagnosis::Cause;

use crate::yaml::Location;

pub(crate) use file::ExpectFile;
pub use heals::Heals;
pub(crate) use heals::{WORLD, WORLD_KEYS};
pub use line::{EventLine, Line, RequestLine, StateLine};
pub use mend::Mend;
pub(crate) use mend::{Grant, Mended};
pub(crate) use per_run::PerRun;
pub(crate) use pod::PodExpectFile;
pub use run::{InvalidRunPattern, Run};
pub(crate) use run::{KubeletVersion, RunPattern};
pub use text::Text;

/// Something that is expected of a run.
#[derive(Clone, Debug)]
pub struct Expected {
    /// The key that says so.
    pub key: &'static str,
    /// Where it says so.
    pub at: Location,
    /// Of whom.
    pub of: Subject,
    /// What is expected.
    pub what: What,
}

/// Of whom something is expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Of the scenario as a whole; where it has a single pod, of that.
    Scenario,
    /// Of a pod, by its name or `NAMESPACE/NAME`.
    Pod(String),
    /// Of a pod's container or image volume.
    Container {
        /// The pod.
        pod: String,
        /// Its container or image volume.
        name: String,
    },
}

/// A value with its place in the file.
#[derive(Clone, Debug)]
pub struct Placed<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub at: Location,
}

/// What can be expected.
#[derive(Clone, Debug)]
pub enum What {
    /// Whether the image is pulled.
    Pulled(bool),
    /// The runtime's last answer: its code.
    Code(Text),
    /// The runtime's last answer: its message.
    Message(Text),
    /// Why the container waits, in the end.
    Waiting(Text),
    /// Why the container waits, in detail.
    WaitingMessage(Text),
    /// The events, in order.
    Events(Vec<Placed<Line<EventLine>>>),
    /// The requests that a host sees (or with no name all of them see), in order.
    Requests {
        /// The host.
        host: Option<String>,
        /// The requests.
        lines: Vec<Placed<Line<RequestLine>>>,
    },
    /// Why it fails, as the diagnosis says.
    Cause(Cause),
    /// What the diagnosis advises.
    Remedy(Text),
    /// What heals it, which is tried.
    Heals(Heals),
    /// The users as whom the runtime was to log in, in order.
    Logins(Vec<Placed<Text>>),
    /// How long it takes, to a second.
    Took(Duration),
    /// How often the runtime was told to pull while the pod was looked at.
    Attempts(usize),
    /// Why the API server refuses the pod.
    Rejected(Text),
    /// The pod's phase.
    Phase(Text),
    /// The pod's state at times.
    Timeline(Vec<Placed<StateLine>>),
}
