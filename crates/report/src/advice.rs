//! What the readers of every form are told beside cause and fix: what else it may be, and whom the pull needs to reach.

use diagnosis::{Alternative, HostPurpose, NeededHost, Stage};

use crate::{CheckReport, Outcome};

/// What else it may be: a sentence that tells it apart, and a command, indented, that shows which it is.
pub(crate) fn alternatives(report: &CheckReport) -> Vec<String> {
    let others = report.diagnosis.iter().flat_map(|diagnosis| &diagnosis.tell_apart);
    others
        .flat_map(|other| {
            let Alternative { cause, told_apart, command, .. } = other;
            [Some(format!("{cause}: {told_apart}")), command.as_ref().map(|command| format!("  {command}"))]
        })
        .flatten()
        .collect()
}

/// Every host and port, with what for: what a firewall or a proxy must let through.
pub(crate) fn needed(report: &CheckReport) -> Vec<String> {
    let line = |host: &NeededHost| format!("{}:{} ({})", host.host, host.port, purpose(host.purpose));
    report.hosts.iter().map(line).collect()
}

/// Whether the pull broke on its way to a host, so that the list of hosts is part of the fix.
pub(crate) fn broke_on_the_way(report: &CheckReport) -> bool {
    let stages = [Stage::Dns, Stage::Connect, Stage::Tls, Stage::Proxy, Stage::Auth, Stage::Blob];
    let stage = report.diagnosis.as_ref().map(|diagnosis| diagnosis.cause.stage());
    report.outcome == Outcome::Failed && stage.is_some_and(|stage| stages.contains(&stage))
}

pub(crate) const fn purpose(purpose: HostPurpose) -> &'static str {
    match purpose {
        HostPurpose::NameServer => "name server",
        HostPurpose::Proxy => "proxy",
        HostPurpose::Mirror => "mirror",
        HostPurpose::Registry => "registry",
        HostPurpose::Token => "tokens",
        HostPurpose::Content => "content",
    }
}
