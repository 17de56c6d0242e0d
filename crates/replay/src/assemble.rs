//! From what happened to the report.

use cri::AuthConfig;
use diagnosis::{Attempt, Facts, Login, Origin, Outcome as End, Reference, diagnose};
use distribution::Reference as ImageReference;
use keyring::{Provenance, TokenClaims};
use kubelet::{Access, Event as KubeletEvent, Plan, PlanError, PullInputs, describe_events};
use plugins::Prospect;
use report::{
    Answer, CheckReport, CredentialSummary, Event, NodeSummary, OnNode, Outcome, PlanReport, PluginSummary,
    ReferenceSummary, SkippedSecret, UnmatchedKey, Waiting,
};
use runtimes::Layers;
use trace::{Decision, What};

use crate::answers::Recorded;
use crate::check::{Pulled, Setting};

/// What was planned, whether or not it could be.
struct Planned {
    reference: Option<ReferenceSummary>,
    credentials: Vec<CredentialSummary>,
    unmatched: Vec<UnmatchedKey>,
    skipped: Vec<SkippedSecret>,
}

impl Planned {
    fn new(plan: &Result<Plan, PlanError>, auth: Option<&AuthConfig>) -> Self {
        let Ok(plan) = plan else {
            return Self { reference: None, credentials: vec![], unmatched: vec![], skipped: vec![] };
        };
        let mut credentials: Vec<CredentialSummary> = auth.into_iter().map(given).collect();
        credentials.extend(plan.credentials.iter().map(|credential| CredentialSummary {
            username: credential.username.clone(),
            key: credential.written_key.clone(),
            source: source(&credential.provenance),
            expires: TokenClaims::of(&credential.password).and_then(|claims| claims.expires),
        }));
        let unmatched = plan.mismatches.iter().map(|mismatch| UnmatchedKey {
            source: source(&mismatch.provenance),
            key: mismatch.written_key.clone(),
            reason: mismatch.reason.to_string(),
        });
        let skipped = plan.skipped.iter().map(|skipped| SkippedSecret {
            source: source(&skipped.provenance),
            reason: skipped.reason.to_string(),
        });
        Self {
            reference: Some(reference(&plan.name.reference)),
            credentials,
            unmatched: unmatched.collect(),
            skipped: skipped.collect(),
        }
    }
}

/// What would be asked, and with which credentials; nothing is asked.
pub fn plan(plan: &Result<Plan, PlanError>, auth: Option<&AuthConfig>) -> PlanReport {
    let Planned { reference, credentials, unmatched, skipped } = Planned::new(plan, auth);
    let known = plan.as_ref().ok();
    let error = plan
        .as_ref()
        .err()
        .map(|error| report::PlanError { reason: error.reason(), message: error.message() });
    PlanReport {
        reference,
        image: known.map(|plan| plan.name.for_cri.clone()),
        pull_policy: known.map(|plan| plan.policy.to_string()),
        credentials,
        unmatched,
        skipped,
        error,
        ..PlanReport::default()
    }
}

/// A plugin that would be asked, or passed over, for a plan.
pub fn plugin_summary(prospect: &Prospect) -> PluginSummary {
    let account = prospect.account.as_ref();
    PluginSummary {
        name: prospect.plugin.clone(),
        service_account: account.map(|account| format!("{}/{}", account.namespace, account.name)),
        audience: account.map(|account| account.audience.clone()),
        annotations: account.map(|account| account.annotations.clone()).unwrap_or_default(),
        passed_over: prospect.skipped.as_ref().map(ToString::to_string),
    }
}

/// The report of a check.
pub(crate) fn check(
    setting: &Setting,
    inputs: &PullInputs,
    plan: &Result<Plan, PlanError>,
    pulled: &Pulled,
) -> CheckReport {
    let planned = Planned::new(plan, inputs.auth.as_ref());
    let answers = answers(pulled, inputs.auth.is_some());
    let direct = pulled.direct.as_ref().map(|recorded| answer(recorded, None));
    let named = kubelet::apply_default_image_tag(&inputs.image, setting.kubelet).ok();
    let mut report = CheckReport {
        header: Default::default(),
        image: inputs.image.clone(),
        reference: named.as_ref().map(|name| reference(&name.reference)),
        node: NodeSummary {
            platform: setting.platform.to_string(),
            runtime: setting.profile.name().to_owned(),
            kubelet: setting.kubelet.to_string(),
        },
        pull_policy: policy(inputs, plan, setting),
        credentials: planned.credentials,
        unmatched: planned.unmatched,
        skipped: planned.skipped,
        malformed: malformed(plan),
        on_node: pulled.sync.access.as_ref().map(on_node),
        outcome: if pulled.sync.is_present() { Outcome::Pulled } else { Outcome::Failed },
        cri: direct.or_else(|| answers.last().cloned()).unwrap_or_default(),
        answers,
        events: pulled.sync.events.iter().map(event).collect(),
        described: describe_events(&pulled.sync.events, pulled.took, setting.kubelet),
        waiting: pulled
            .sync
            .waiting
            .as_ref()
            .map(|waiting| Waiting { reason: waiting.reason.clone(), message: waiting.message.clone() }),
        diagnosis: None,
        hosts: diagnosis::hosts(&pulled.steps),
        rate_limit: None,
        what_if: None,
        notes: notes(setting, pulled),
        at: pulled.at,
        took: pulled.took,
        trace: pulled.steps.clone(),
    };
    report.rate_limit = diagnosis::rate_limit(&report.trace, |step| login_of(&report, step));
    let domain = report.reference.as_ref().map_or("", |reference| &reference.domain);
    report.notes.extend(diagnosis::untold_limit(&report.trace, domain));
    report.diagnosis = diagnose(&facts(&report, inputs, plan, end(inputs, plan, pulled)));
    report
}

/// The user with whose login a step of the trace was made.
fn login_of(report: &CheckReport, step: usize) -> Option<String> {
    let answer = report.answers.iter().rfind(|answer| answer.first_step <= step)?;
    report.credentials.get(answer.credential?).map(|login| login.username.clone())
}

/// The policy of the pod; a name that cannot be read has the default.
fn policy(inputs: &PullInputs, plan: &Result<Plan, PlanError>, setting: &Setting) -> String {
    match (inputs.policy, plan) {
        (Some(policy), _) => policy.to_string(),
        (None, Ok(plan)) => plan.policy.to_string(),
        (None, Err(_)) => kubelet::default_pull_policy(&inputs.image, setting.kubelet).to_string(),
    }
}

fn answers(pulled: &Pulled, given: bool) -> Vec<Answer> {
    let credentials =
        pulled.sync.answers.iter().map(|answer| if given { Some(0) } else { answer.credential });
    pulled
        .answers
        .iter()
        .zip(credentials)
        .map(|(recorded, credential)| answer(recorded, credential))
        .collect()
}

fn answer(recorded: &Recorded, credential: Option<usize>) -> Answer {
    let (code, message, image_ref) = match &recorded.result {
        Ok(pulled) => ("OK", String::new(), pulled.image_ref.clone()),
        Err(error) => (error.code.name(), error.message.clone(), String::new()),
    };
    let (first_step, took) = (recorded.first_step, recorded.took);
    Answer { code: code.to_owned(), message, image_ref, credential, first_step, took }
}

fn event(event: &KubeletEvent) -> Event {
    Event {
        kind: event.kind.name().to_owned(),
        reason: event.reason.clone(),
        message: event.message.clone(),
        from: event.from.clone(),
        field_path: event.field_path.clone(),
        count: event.count,
        at: event.first_seen,
    }
}

fn notes(setting: &Setting, pulled: &Pulled) -> Vec<String> {
    let mut notes = setting.notes.clone();
    notes.extend(pulled.steps.iter().filter_map(|step| match &step.what {
        What::Decision(Decision {
            about: plugins::ABOUT | plugins::FAILED | plugins::PASSED_OVER,
            text,
            ..
        }) => Some(format!("credential provider plugin {text}")),
        _ => None,
    }));
    if pulled.direct.is_some() {
        notes.push(
            "the runtime is not asked; `cri` holds what it would answer if it were, as by crictl".to_owned(),
        );
    }
    if pulled.sync.is_present() && setting.layers == Layers::Head && !pulled.answers.is_empty() {
        notes.push("layers were only asked for; --layers get fetches, verifies and unpacks them".to_owned());
    }
    notes
}

fn malformed(plan: &Result<Plan, PlanError>) -> Option<SkippedSecret> {
    match plan {
        Err(failure @ PlanError::MalformedSecret { error, .. }) => {
            Some(SkippedSecret { source: source(&error.provenance), reason: failure.message() })
        }
        _ => None,
    }
}

/// How it ended, as far as a diagnosis tells apart.
fn end(inputs: &PullInputs, plan: &Result<Plan, PlanError>, pulled: &Pulled) -> End {
    if pulled.sync.is_present() {
        return End::Pulled;
    }
    match (plan, pulled.answers.last()) {
        (Err(PlanError::InvalidImageName(error)), _) => End::InvalidName(error.error.to_string()),
        (Err(PlanError::MalformedSecret { .. }), _) => {
            let SkippedSecret { source, reason } = malformed(plan).unwrap_or_default();
            End::SecretMalformed { source, reason }
        }
        (Ok(_), Some(Recorded { result: Err(error), .. })) => End::Refused(error.code),
        (Ok(_), None) if inputs.policy == Some(kubelet::PullPolicy::Never) => {
            let denied = pulled.sync.access.as_ref().filter(|access| !access.image_ref.is_empty());
            End::NeverPull { denied: denied.map(|access| access.reason.to_string()) }
        }
        (Ok(_), None) if is_throttled(pulled) => End::QpsExceeded,
        (Ok(_), _) => End::Refused(cri::Code::Unknown),
    }
}

/// Whether the kubelet's own limit was used up, so that the runtime was not asked.
fn is_throttled(pulled: &Pulled) -> bool {
    pulled.sync.waiting.as_ref().is_some_and(|waiting| waiting.message == kubelet::PULL_QPS_EXCEEDED)
}

fn facts<'a>(
    report: &'a CheckReport,
    inputs: &'a PullInputs,
    plan: &Result<Plan, PlanError>,
    outcome: End,
) -> Facts<'a> {
    let some = |text: &'_ str| -> bool { !text.is_empty() };
    let reference = report.reference.as_ref().map(|reference| Reference {
        domain: &reference.domain,
        path: &reference.path,
        tag: Some(reference.tag.as_str()).filter(|tag| some(tag)),
        digest: Some(reference.digest.as_str()).filter(|digest| some(digest)),
    });
    let unmatched = report.unmatched.iter().map(|entry| diagnosis::UnmatchedKey {
        source: entry.source.clone(),
        key: entry.key.clone(),
        reason: entry.reason.clone(),
    });
    let skipped = report
        .skipped
        .iter()
        .map(|entry| diagnosis::SkippedSecret { source: entry.source.clone(), reason: entry.reason.clone() });
    let skipped = skipped.chain(hollow(inputs, plan));
    let missing = inputs.missing_secrets.iter().map(|secret| diagnosis::MissingSecret {
        name: secret.name.clone(),
        elsewhere: secret.elsewhere.clone(),
    });
    Facts {
        image: &report.image,
        reference,
        platform: &report.node.platform,
        outcome,
        attempts: attempts(report, &origins(inputs, plan)),
        unmatched: unmatched.collect(),
        skipped: skipped.collect(),
        missing: missing.collect(),
        namespace: namespace(inputs),
        at: report.at,
        runtime: diagnosis::Runtime::of_profile(&report.node.runtime),
    }
}

/// Secrets that can be read and hold no login at all.
fn hollow(inputs: &PullInputs, plan: &Result<Plan, PlanError>) -> Vec<diagnosis::SkippedSecret> {
    let Ok(plan) = plan else { return Vec::new() };
    let told: Vec<&Provenance> = (plan.credentials.iter().map(|one| &one.provenance))
        .chain(plan.mismatches.iter().map(|one| &one.provenance))
        .chain(plan.skipped.iter().map(|one| &one.provenance))
        .collect();
    let silent = inputs.secrets.iter().filter(|secret| !told.contains(&&secret.provenance));
    let hollow = silent.map(|secret| diagnosis::SkippedSecret {
        source: source(&secret.provenance),
        reason: "there is no login in it, that is no entry under `auths`".to_owned(),
    });
    hollow.collect()
}

/// The pod's namespace; where no pod is known, that of its secrets.
fn namespace(inputs: &PullInputs) -> Option<&str> {
    let own = Some(inputs.pod.namespace.as_str());
    let of_secrets = inputs.secrets.iter().map(|secret| secret.namespace.as_str());
    let of_missing = inputs.missing_secrets.iter().map(|secret| secret.namespace.as_str());
    own.into_iter().chain(of_secrets).chain(of_missing).find(|namespace| !namespace.is_empty())
}

/// What each of the report's credentials comes from.
fn origins(inputs: &PullInputs, plan: &Result<Plan, PlanError>) -> Vec<Origin> {
    let planned = plan.iter().flat_map(|plan| &plan.credentials);
    inputs.auth.iter().map(|_| Origin::Given).chain(planned.map(|one| origin(&one.provenance))).collect()
}

const fn origin(provenance: &Provenance) -> Origin {
    match provenance {
        Provenance::PullSecret { .. } | Provenance::ConfigFile { .. } => Origin::Secret,
        Provenance::NodeFile { .. } => Origin::NodeFile,
        Provenance::Plugin { .. } | Provenance::ServiceAccount { .. } => Origin::Plugin,
        Provenance::Given => Origin::Given,
    }
}

fn attempts<'a>(report: &'a CheckReport, origins: &[Origin]) -> Vec<Attempt<'a>> {
    let login = |answer: &Answer| {
        let index = answer.credential?;
        let CredentialSummary { username, key, source, expires } = report.credentials.get(index)?;
        let origin = origins.get(index).copied().unwrap_or(Origin::Secret);
        let empty = username.is_empty() && origin != Origin::Given;
        let expired = expires.filter(|at| *at <= report.at);
        Some(Login { username, key, source, origin, empty, expired })
    };
    let ends = report.answers.iter().skip(1).map(|next| next.first_step).chain([report.trace.len()]);
    // What was decided before the first call belongs to it: the node's plugins were asked for it.
    let starts = [0].into_iter().chain(report.answers.iter().skip(1).map(|answer| answer.first_step));
    let attempt = |((answer, start), end): ((&Answer, usize), usize)| Attempt {
        login: login(answer),
        steps: report.trace.get(start..end).unwrap_or_default(),
    };
    report.answers.iter().zip(starts).zip(ends).map(attempt).collect()
}

const GIVEN: &str = "--cri-auth";

fn given(auth: &AuthConfig) -> CredentialSummary {
    let (username, key) = (auth.username.clone(), auth.server_address.clone());
    let expires = TokenClaims::of(&auth.password).and_then(|claims| claims.expires);
    CredentialSummary { username, key, source: GIVEN.to_owned(), expires }
}

/// A secret by the name that `kubectl` would use.
fn source(provenance: &Provenance) -> String {
    match provenance {
        Provenance::PullSecret { namespace, name, .. } => format!("{namespace}/{name}"),
        other => other.to_string(),
    }
}

/// What the records of earlier pulls say of an image that is on the node.
fn on_node(access: &Access) -> OnNode {
    OnNode {
        image_id: access.image_ref.clone(),
        record: access.record.clone(),
        must_pull: access.must_pull(),
        reason: access.reason.code().to_owned(),
        text: access.reason.to_string(),
    }
}

fn reference(reference: &ImageReference) -> ReferenceSummary {
    let digest = reference.digest.as_ref().map(ToString::to_string);
    ReferenceSummary::new(&reference.domain, &reference.path, reference.tag.as_deref(), digest.as_deref())
}
