use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http::Method;

use crate::fault::effect::{Change, Effect, Http, On, Target, Verb, Whose};
use crate::fault::{Action, Trigger};
use crate::{ConnectionFault, DialFault, Fault, Flapping, Glob, Selector, TlsIdentity, Who, Window};

use super::effect::ProxyFault;

/// The faults of a host, sorted by the point at which they are looked for.
///
/// At the dial, the connection, the certificate and the proxy the first that is due decides. Of those about a
/// request each that is due changes the answer, in order, until one comes that answers itself.
#[derive(Debug, Default)]
pub(crate) struct FaultTable {
    dial: Vec<Trigger<DialFault>>,
    connection: Vec<Trigger<ConnectionFault>>,
    identity: Vec<Trigger<TlsIdentity>>,
    proxy: Vec<Trigger<ProxyFault>>,
    http: Vec<Trigger<Answering>>,
}

/// What a fault about requests does, and to which.
#[derive(Debug)]
struct Answering {
    on: On,
    http: Http,
    /// The last period in which somebody was let through.
    period: AtomicU64,
}

/// What is known of a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts<'a> {
    pub(crate) method: &'a Method,
    pub(crate) path: &'a str,
    pub(crate) target: Target,
    pub(crate) repository: Option<&'a str>,
    /// Tag or digest; on a host of blobs the digest without its algorithm.
    pub(crate) reference: Option<&'a str>,
    /// Nobody has logged in: no login came along.
    pub(crate) anonymous: bool,
    /// Who asks, and whether the host would let them in; `None`: not known yet.
    pub(crate) admitted: Option<(&'a Who, bool)>,
}

/// What becomes of a request.
#[derive(Debug, Default)]
pub(crate) struct Plan<'t> {
    pub(crate) fired: Vec<Fault>,
    pub(crate) changes: Vec<&'t Change>,
    pub(crate) says: Option<&'t Action>,
}

impl FaultTable {
    pub(crate) fn arm(&mut self, fault: Fault, mut when: Selector) {
        let argument = fault.value();
        match fault.entry().effect {
            // Names are the name server's; a host is not asked.
            Effect::Name(_) => {}
            Effect::Dial(make) => self.dial.push(Trigger::new(fault, when, make(argument))),
            Effect::FlappingDial(make) => {
                let lasts = argument.time();
                when.window.every = Some(Flapping { period: lasts * 2, lasts });
                self.dial.push(Trigger::new(fault, when, make(argument)));
            }
            Effect::Connection(make) => self.connection.push(Trigger::new(fault, when, make(argument))),
            Effect::Identity(identity) => self.identity.push(Trigger::new(fault, when, identity)),
            Effect::Proxy(make) => self.proxy.push(Trigger::new(fault, when, make(argument))),
            Effect::Http(on, make) => {
                let what = Answering { on, http: make(argument), period: AtomicU64::new(u64::MAX) };
                self.http.push(Trigger::new(fault, when, what));
            }
        }
    }

    pub(crate) fn dial(&self, elapsed: Duration) -> Option<DialFault> {
        due(&self.dial, elapsed).copied()
    }

    /// The fault of every dial at this time; none if it is for some alone.
    pub(crate) fn standing_dial(&self, elapsed: Duration) -> Option<DialFault> {
        let first = self.dial.iter().find(|trigger| trigger.when.window.contains(elapsed))?;
        first.is_for_all().then_some(first.what)
    }

    pub(crate) fn dials_change(&self) -> bool {
        self.dial.iter().any(|trigger| trigger.when.window != Window::default())
    }

    pub(crate) fn dials_differ(&self) -> bool {
        self.dial.iter().any(|trigger| !trigger.is_for_all() || matches!(trigger.what, DialFault::Slow(_)))
    }

    pub(crate) fn connection(&self, elapsed: Duration) -> Option<ConnectionFault> {
        due(&self.connection, elapsed).cloned()
    }

    pub(crate) fn identity(&self, elapsed: Duration) -> Option<TlsIdentity> {
        due(&self.identity, elapsed).copied()
    }

    /// All identities that may be shown.
    pub(crate) fn identities(&self) -> impl Iterator<Item = TlsIdentity> {
        self.identity.iter().map(|trigger| trigger.what)
    }

    pub(crate) fn proxy(&self, elapsed: Duration) -> Option<(Fault, ProxyFault)> {
        let due = self.proxy.iter().find(|trigger| trigger.is_due(elapsed, String::new))?;
        Some((due.fault, due.what.clone()))
    }

    /// Whether there is no fault about requests.
    pub(crate) fn spares_requests(&self) -> bool {
        self.http.is_empty()
    }

    /// Whether anything could become of a request now; what is known of who asks does not matter.
    pub(crate) fn concerns(&self, facts: &Facts<'_>, elapsed: Duration) -> bool {
        self.http.iter().any(|trigger| {
            trigger.what.on.fits(facts, &trigger.when)
                && !(facts.anonymous && trigger.what.on.whose == Whose::Accounts)
                && trigger.when.window.contains(elapsed)
                && fits(&trigger.when, facts)
        })
    }

    pub(crate) fn plan(&self, facts: &Facts<'_>, elapsed: Duration) -> Plan<'_> {
        let mut plan = Plan::default();
        for trigger in &self.http {
            let Answering { on, http, period } = &trigger.what;
            let concerned = on.fits(facts, &trigger.when)
                && fits(&trigger.when, facts)
                && fits_who(*on, &trigger.when, http, facts);
            if !concerned || !trigger.is_due(elapsed, || format!("{} {}", facts.method, facts.path)) {
                continue;
            }
            match http {
                Http::SaysBeyondOne(_, length) if is_first(period, *length, elapsed) => continue,
                Http::Says(rule) | Http::SaysBeyondOne(rule, _) => plan.says = Some(&rule.action),
                Http::Change(change) => plan.changes.push(change),
            }
            plan.fired.push(trigger.fault);
            if plan.says.is_some() || matches!(http, Http::Change(Change::Missing(_))) {
                break;
            }
        }
        plan
    }
}

fn due<T>(triggers: &[Trigger<T>], elapsed: Duration) -> Option<&T> {
    triggers.iter().find(|trigger| trigger.is_due(elapsed, String::new)).map(|trigger| &trigger.what)
}

/// Whether nobody was let through in the present period.
fn is_first(last: &AtomicU64, length: Duration, elapsed: Duration) -> bool {
    let present = elapsed.as_nanos() / length.as_nanos().max(1);
    let present = u64::try_from(present).unwrap_or(u64::MAX - 1);
    last.swap(present, Ordering::Relaxed) != present
}

impl On {
    fn fits(&self, facts: &Facts<'_>, when: &Selector) -> bool {
        let target = match self.target {
            Target::Any => true,
            Target::Registry => facts.path.starts_with("/v2"),
            target => target == facts.target,
        };
        let reads = facts.method == Method::GET || facts.method == Method::HEAD;
        // Tokens are also asked for by POST. Pushes meet what is about manifests and blobs only where a method is
        // selected.
        let pushes = matches!(self.target, Target::Manifest | Target::Blob) && !reads;
        target
            && (!pushes || when.methods.contains(facts.method))
            && match self.verb {
                Verb::Any => true,
                Verb::Get => facts.method == Method::GET,
                Verb::Head => facts.method == Method::HEAD,
            }
    }
}

fn fits(when: &Selector, facts: &Facts<'_>) -> bool {
    let matches = |glob: &Option<Glob>, text: Option<&str>| {
        glob.as_ref().is_none_or(|glob| text.is_some_and(|text| glob.matches(text)))
    };
    let digest = |reference: &str| match reference.contains(':') {
        true => reference.to_owned(),
        false => format!("sha256:{reference}"),
    };
    let is_tag = facts.target == Target::Manifest && facts.reference.is_some_and(|r| !r.contains(':'));
    (when.methods.is_empty() || when.methods.contains(facts.method))
        && matches(&when.path, Some(facts.path))
        && matches(&when.repository, facts.repository)
        && matches(&when.tag, facts.reference.filter(|_| is_tag))
        && when.digest.as_ref().is_none_or(|glob| {
            facts.reference.is_some_and(|reference| !is_tag && glob.matches(&digest(reference)))
        })
}

/// Who asks. What is about manifests and blobs comes after the login: who is not let in does not get to see it.
fn fits_who(on: On, when: &Selector, http: &Http, facts: &Facts<'_>) -> bool {
    let Some((who, admitted)) = facts.admitted else {
        return on.whose == Whose::Anybodys && when.account.is_none();
    };
    let behind_login = matches!(on.target, Target::Manifest | Target::Blob)
        && !matches!(http, Http::Change(Change::Challenge(_) | Change::IgnoreLogin));
    (admitted || !behind_login || is_general(http))
        && when.fits_account(who)
        && match on.whose {
            Whose::Anybodys => true,
            Whose::Anonymous => *who == Who::Anonymous,
            Whose::Accounts => *who != Who::Anonymous,
        }
}

/// What makes answers late or slow does so to refusals as well.
const fn is_general(http: &Http) -> bool {
    matches!(http, Http::Change(Change::Delay(_) | Change::Pace(_)))
}
