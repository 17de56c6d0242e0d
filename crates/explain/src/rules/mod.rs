//! The rules: from what the grammar found to a cause. No rule knows a case's hosts or images.
//!
//! They are asked in order, and the first that answers is believed: what names its cause outright comes before
//! what a cause merely leads to.

mod access;
mod code;
mod content;
mod missing;
mod network;
mod node;
mod status;
mod step;
mod verdict;

use diagnosis::Cause;

use crate::grammar::Dissection;

pub use verdict::Confidence;
pub(crate) use verdict::Verdict;

/// One rule.
type Rule = fn(&Dissection) -> Option<Verdict>;

/// All rules, in the order in which they are asked.
const RULES: &[Rule] = &[
    node::never_pull,
    node::pull_qps,
    node::secret,
    node::short_name,
    node::no_space,
    node::graph_driver,
    node::policy,
    node::invalid_name,
    status::rate_limit,
    node::credential_provider,
    network::proxy,
    network::tls,
    network::lookup,
    network::connection,
    network::request_cut,
    access::blocked,
    access::expired,
    access::cloud_identity,
    access::basic_in_a_public_place,
    access::no_login_at_a_cloud,
    access::wrong_login,
    access::not_permitted,
    access::ghcr,
    access::quay,
    content::schema1,
    content::platform,
    content::digest,
    content::page,
    content::missing,
    content::truncated,
    content::media_type,
    status::mirror,
    missing::searched,
    access::old_denied,
    missing::repository,
    missing::manifest,
    status::token_service,
    status::site,
    access::first_request,
    missing::unpinned,
    access::denied,
    access::unauthorized,
    access::forbidden,
    status::outage,
    status::not_a_registry,
    network::interrupted,
    network::deadline,
    node::runtime_down,
    node::store,
    node::image_lacking,
    missing::not_found,
    network::mirror_request,
    code::of_grpc,
    step::of_end,
    step::of_step,
];

/// The cause that a text tells, and the number of the rule: the lower, the more outright.
pub(crate) fn judge(dissection: &Dissection) -> Option<(usize, Verdict)> {
    let unpacking = dissection.since_unpacking().and_then(|rest| first(&rest)).filter(is_of_the_store);
    let (rank, verdict) = unpacking.or_else(|| first(dissection))?;
    Some((rank, verdict.weighed(dissection)))
}

fn first(dissection: &Dissection) -> Option<(usize, Verdict)> {
    let told = |(rank, rule): (usize, &Rule)| rule(dissection).map(|verdict| (rank, verdict));
    RULES.iter().enumerate().find_map(told)
}

/// What stops an image that was fetched: whatever else the text told before it did not.
fn is_of_the_store((_, verdict): &(usize, Verdict)) -> bool {
    [Cause::RuntimeFault, Cause::NoSpace].contains(&verdict.cause)
}
