use report::{CheckReport, Outcome};
use trace::{Exchange, Purpose, What};

/// How far a pull got: the furthest thing that went well in its last attempt. Greater is further.
pub(crate) fn progress(report: &CheckReport) -> u8 {
    if report.outcome == Outcome::Pulled {
        return u8::MAX;
    }
    let first = report.answers.last().map_or(0, |answer| answer.first_step);
    let steps = report.trace.get(first..).unwrap_or_default();
    let asked = u8::from(!report.answers.is_empty());
    steps.iter().map(|step| reached(&step.what)).max().unwrap_or_default().max(asked)
}

fn reached(what: &What) -> u8 {
    match what {
        What::Lookup(step) if step.fault.is_none() => 2,
        What::Dial(step) if step.fault.is_none() => 3,
        What::Tunnel(step) if step.fault.is_none() && step.status == Some(200) => 4,
        What::Handshake(step) if step.fault.is_none() => 5,
        What::Exchange(exchange) => answered(exchange),
        _ => 0,
    }
}

fn answered(exchange: &Exchange) -> u8 {
    let Some(status) = exchange.status.filter(|_| exchange.fault.is_none()) else { return 0 };
    let well = status < 400;
    match exchange.purpose {
        Purpose::Resolve if well => 9,
        // Whoever is told that something is missing was let in.
        Purpose::Resolve if matches!(status, 404 | 410) => 8,
        Purpose::Ping => 6,
        Purpose::Resolve | Purpose::Token if !well => 6,
        Purpose::Token => 7,
        Purpose::Manifest if well => 10,
        Purpose::Config if well => 11,
        Purpose::Layer if well => 12,
        _ => 9,
    }
}
