//! Over all scenarios that are shipped, and every change that is tried on them: no login goes to a host to which the pull
//! itself does not send it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use report::{Change, CheckReport, Outcome, Trial};
use scenario::Scenario;
use trace::{Exchange, Purpose, Step, What};

use crate::support::{Tried, tried, tried_in};

fn scenarios(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            // What is in `_base` and the like is there to be included.
            if !path.file_name().unwrap().to_string_lossy().starts_with('_') {
                scenarios(&path, found);
            }
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            found.push(path);
        }
    }
}

/// A host, and a login that was shown to it: the user, and where it comes from.
type Shown = BTreeSet<(String, String)>;

/// `host[:port]` of a URL.
fn authority(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?']).next().unwrap_or_default()
}

/// Whether a request carries a login, or a token that was given for one.
fn carries(exchange: &Exchange, has_login: bool) -> bool {
    let scheme = exchange.request.iter().find(|header| header.name == "Authorization");
    let scheme = scheme.and_then(|header| header.value.split(' ').next()).unwrap_or_default();
    let form = exchange.purpose == Purpose::Token && exchange.method == "POST";
    scheme == "Basic" || form || (scheme == "Bearer" && has_login)
}

fn exchanges(steps: &[Step]) -> impl Iterator<Item = &Exchange> {
    steps.iter().filter_map(|step| match &step.what {
        What::Exchange(exchange) => Some(exchange),
        _ => None,
    })
}

/// The logins that a pull showed, and to whom.
fn shown(report: &CheckReport) -> Shown {
    let mut all = Shown::new();
    for (number, answer) in report.answers.iter().enumerate() {
        let end = report.answers.get(number + 1).map_or(report.trace.len(), |next| next.first_step);
        let steps = report.trace.get(answer.first_step..end).unwrap_or_default();
        let login = answer.credential.and_then(|credential| report.credentials.get(credential));
        // Without one of the kubelet's, it can only be of the runtime's own configuration.
        let name =
            login.map_or("the runtime".to_owned(), |login| format!("{} of {}", login.username, login.source));
        let carrying = exchanges(steps).filter(|exchange| carries(exchange, login.is_some()));
        all.extend(carrying.map(|exchange| (authority(&exchange.url).to_owned(), name.clone())));
    }
    all
}

/// The hosts to which the pull would send a login, had it come so far: its registry, and the token services that this
/// names over TLS.
fn would_see_it(original: &CheckReport, trial: &CheckReport) -> Vec<String> {
    let Some(reference) = &original.reference else { return Vec::new() };
    let registry = match reference.domain.as_str() {
        "docker.io" => "registry-1.docker.io",
        domain => domain,
    };
    let own = |exchange: &&Exchange| exchange.url.starts_with(&format!("https://{registry}/"));
    let challenges = exchanges(&trial.trace).filter(own);
    let challenges = challenges.filter_map(|exchange| exchange.response_header("WWW-Authenticate"));
    let realms = challenges.filter_map(|challenge| {
        let (_, realm) = challenge.split_once("realm=\"https://")?;
        Some(authority(realm.split('"').next()?).to_owned())
    });
    let verified = trial.trace.iter().all(|step| match &step.what {
        What::Handshake(handshake) => handshake.verified || handshake.fault.is_some(),
        _ => true,
    });
    if verified { realms.chain([registry.to_owned()]).collect() } else { Vec::new() }
}

/// All that a trial showed and the pull would not have; and how many hosts saw a login.
fn leaks(tried: &Tried) -> Vec<String> {
    let original = shown(&tried.report);
    let mut leaks = Vec::new();
    let mut known: BTreeSet<String> = original.iter().map(|(host, _)| host.clone()).collect();
    let trials = &tried.found.trials;
    for trial in trials {
        // Behind trust that the node does not have, nobody would be shown anything.
        let trusting =
            |trial: &Trial| [Change::TrustCa, Change::NoVerify, Change::PlainHttp].contains(&trial.change);
        let before = |other: &&Trial| trial.after.contains(&other.text);
        let trusts = trusting(trial) || trials.iter().filter(before).any(trusting);
        let would = if trusts { Vec::new() } else { would_see_it(&tried.report, &trial.report) };
        for (host, login) in shown(&trial.report) {
            let named = format!("{} {}", trial.change, trial.argument);
            if trial.without_login {
                leaks.push(format!("{named}, which is said to be without the login: {login} at {host}"));
            } else if !original.contains(&(host.clone(), login.clone())) && !would.contains(&host) {
                leaks.push(format!("{named}: {login} at {host}"));
            }
        }
        known.extend(would);
    }
    // What looks for names that are near makes requests that are in no trace.
    let known: Vec<&str> = known.iter().map(|host| host.split(':').next().unwrap_or_default()).collect();
    let seen = tried.hosts.logged_in_at();
    leaks.extend(
        seen.into_iter().filter(|host| !known.contains(&host.as_str())).map(|host| format!("at {host}")),
    );
    leaks
}

#[test]
fn no_change_shows_a_login_to_a_host_that_would_not_see_it() {
    let mut files = Vec::new();
    scenarios(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios"), &mut files);
    let (mut trials, mut with_login) = (0, 0);
    for file in files {
        let scenario = Scenario::load(&file).map_err(|error| error.render()).unwrap();
        let tried = tried_in(scenario, false);
        if tried.report.outcome == Outcome::Pulled {
            continue;
        }
        let leaks = leaks(&tried);
        assert!(leaks.is_empty(), "{}: {leaks:#?}", file.display());
        trials += tried.found.trials.len();
        with_login += tried.found.trials.iter().filter(|trial| !shown(&trial.report).is_empty()).count();
    }
    // The rule holds for something: changes were tried, and some of them do show a login.
    assert!(trials > 200 && with_login > 10, "{trials} {with_login}");
}

/// Where hosts are made up a login may be shown to any of them: the rule above would notice.
#[test]
fn a_login_that_goes_astray_is_noticed() {
    let private = |tls: &str| {
        format!(
            "image: registry.example.com/team/app:v1\n\
             secrets: [{{name: s, auths: {{registry.example.com: {{username: ci, password: right}}}}}}]\n\
             hosts:\n  registry.example.com:\n    address: 10.20.0.7\n    {tls}\n    \
             images: [{{name: team/app, tags: [v1], layers: [1KiB]}}]\n    \
             auth: {{basic: {{accounts: {{ci: {{password: right, pull: ['**']}}}}}}}}\n"
        )
    };
    for tls in ["tls: unknown-authority", "tls: expired"] {
        let (made_up, real) = (tried(&private(tls), true), tried(&private(tls), false));
        assert!(!leaks(&made_up).is_empty(), "{tls}");
        assert_eq!(leaks(&real), Vec::<String>::new(), "{tls}");
    }
}
