//! Pods: their images, the course of things, what kubectl shows.

use std::time::Duration;

use super::layout::Page;
use super::{cause, stages, what_if};
use crate::ladder::{self, Mark, Rung};
use crate::words::{counted, runtime, time_words};
use crate::{AttemptReport, ImageReport, MissingSecret, Outcome, PodReport, PodsReport};

pub(super) fn write(page: &mut Page, report: &PodsReport) {
    for (number, pod) in report.pods.iter().enumerate() {
        if number > 0 {
            page.blank();
        }
        one(page, report, pod);
    }
    if !report.notes.is_empty() {
        page.blank();
    }
    for note in &report.notes {
        page.section("Note", std::slice::from_ref(note));
    }
    let sum = sum(report);
    if !sum.is_empty() {
        page.blank();
        page.section("Sum", &sum);
    }
}

/// Images that fail are named up to so many.
const NAMED: usize = 20;

/// What a reader of many screens wants to find at their end; nothing where there is one image.
fn sum(report: &PodsReport) -> Vec<String> {
    let images: usize = report.pods.iter().map(|pod| pod.images.len()).sum();
    let refused = report.pods.iter().filter(|pod| pod.rejected.is_some()).count();
    if images + refused < 2 {
        return Vec::new();
    }
    let bad = |image: &&ImageReport| image.outcome == Outcome::Failed;
    let failed =
        report.pods.iter().flat_map(|pod| pod.images.iter().filter(bad).map(move |image| (pod, image)));
    let failed: Vec<String> = failed.map(|(pod, image)| failure(pod, image)).collect();
    let mut lines = vec![format!(
        "{} of {}: {}",
        counted(images, "image"),
        counted(report.pods.len(), "pod"),
        if failed.is_empty() {
            "all would be pulled".to_owned()
        } else {
            format!("{} would not be pulled", failed.len())
        }
    )];
    if refused > 0 {
        lines.push(format!("{} would be refused by the API server", counted(refused, "pod")));
    }
    let more = failed.len().saturating_sub(NAMED);
    lines.extend(failed.into_iter().take(NAMED));
    if more > 0 {
        lines.push(format!("and {more} more; -q names them all, a line each"));
    }
    lines
}

fn failure(pod: &PodReport, image: &ImageReport) -> String {
    let cause = image.check.diagnosis.as_ref().map(|diagnosis| diagnosis.cause);
    let cause = cause.map(|cause| format!(": {} {cause}", cause.code())).unwrap_or_default();
    format!("{}/{} {}: {}{cause}", pod.namespace, pod.name, image.name, image.check.image)
}

fn one(page: &mut Page, report: &PodsReport, pod: &PodReport) {
    let node = &report.node;
    let mut rest = format!("node {} · {} · kubelet {}", node.platform, runtime(&node.runtime), node.kubelet);
    if !pod.place.is_empty() {
        rest = format!("{} · {rest}", pod.place);
    }
    let kind = if pod.kind.is_empty() { "Pod" } else { &pod.kind };
    page.heading(&format!("{kind} {}/{}", pod.namespace, pod.name), &rest);
    page.blank();
    if let Some(words) = &pod.rejected {
        page.rung(&Rung::new(Mark::Bad, "api server", words.clone()));
        return;
    }
    for secret in &pod.missing_secrets {
        page.rung(&missing(pod, secret));
    }
    pod.images.iter().for_each(|image| page.rung(&summary(image)));
    course(page, report, pod);
    page.blank();
    page.heading("kubectl get pods --watch", "");
    page.verbatim(&pod.kubectl_get);
    page.blank();
    page.heading(&format!("kubectl describe pod {}", pod.name), "");
    page.verbatim(&pod.kubectl_describe);
    causes(page, pod);
}

fn missing(pod: &PodReport, secret: &MissingSecret) -> Rung {
    let mut rung =
        Rung::new(Mark::Warning, "secret", format!("{}/{} is not there", pod.namespace, secret.name));
    if !secret.elsewhere.is_empty() {
        let namespaces = secret.elsewhere.join(", ");
        rung.details.push(format!(
            "namespace {namespaces} has one of this name; the kubelet looks in the pod's own namespace only"
        ));
    }
    if !secret.place.is_empty() {
        rung.details.push(format!("named at {}", secret.place));
    }
    rung
}

fn summary(image: &ImageReport) -> Rung {
    let waiting = image.check.waiting.as_ref().map(|waiting| waiting.reason.as_str()).unwrap_or_default();
    let (mark, what) = match (image.outcome, image.check.outcome) {
        (Outcome::Pulled, Outcome::Pulled) if image.check.answers.is_empty() => (Mark::Good, "present"),
        (Outcome::Pulled, Outcome::Pulled) => (Mark::Good, "pulled"),
        (Outcome::Pulled, Outcome::Failed) => (Mark::Good, "pulled in the end"),
        (Outcome::Failed, _) => (Mark::Bad, waiting),
    };
    let kind = match image.list.as_str() {
        "initContainers" => "init",
        "ephemeralContainers" => "ephemeral",
        "volumes" => "volume",
        _ => "container",
    };
    let mut rung = Rung::new(mark, kind, format!("{}: {}", image.name, image.check.image));
    rung.side = what.to_owned();
    // Of an image that fails, the check below tells all.
    if let Some(found) = image.check.on_node.as_ref().filter(|_| image.outcome == Outcome::Pulled) {
        let on_node = ladder::on_node(found);
        rung.details.push(format!("on the node {}", on_node.text));
        rung.details.extend(on_node.details);
    }
    rung
}

/// Attempts and what `kubectl get pods` shows, in their order; only where there is more than one sync to tell of.
fn course(page: &mut Page, report: &PodsReport, pod: &PodReport) {
    if report.lasted.is_zero() {
        return;
    }
    page.blank();
    let assumed = if report.assumes_nothing_changes { ", if nothing changes" } else { "" };
    page.paragraph(&format!("In {}{assumed} (seed {}):", span(report.lasted), report.seed), 2);
    let attempts =
        pod.attempts.iter().enumerate().map(|(index, attempt)| (attempt.at, attempted(pod, index, attempt)));
    let changes = pod.changes.iter().map(|change| (change.at, format!("{} {}", change.ready, change.status)));
    let mut lines: Vec<(Duration, String)> = changes.chain(attempts).collect();
    lines.sort_by_key(|(at, _)| *at);
    for (at, line) in lines {
        page.paragraph(&format!("  {:>9}  {line}", clock(at)), 13);
    }
    if pod.backed_off > 0 {
        let syncs = if pod.backed_off == 1 { "sync" } else { "syncs" };
        page.paragraph(&format!("  {} {syncs} found an image in back-off", pod.backed_off), 2);
    }
}

/// How an attempt ended; the attempts at one image are counted.
fn attempted(pod: &PodReport, index: usize, attempt: &AttemptReport) -> String {
    let own = |other: &&AttemptReport| (&other.list, &other.name) == (&attempt.list, &attempt.name);
    let number = pod.attempts.iter().take(index + 1).filter(own).count();
    let took = if attempt.took < Duration::from_millis(1) {
        String::new()
    } else {
        format!(" after {}", time_words(attempt.took))
    };
    let name = &attempt.name;
    match &attempt.waiting {
        None => format!("{name}: pulled{took}, attempt {number}"),
        Some(waiting) => {
            let (reason, pause) = (&waiting.reason, attempt.back_off.as_secs());
            format!("{name}: {reason}{took}, attempt {number}; back-off {pause} s")
        }
    }
}

/// `10 min`, `24 h`, `90 s`
fn span(time: Duration) -> String {
    match time.as_secs() {
        seconds if seconds % 3600 == 0 => format!("{} h", seconds / 3600),
        seconds if seconds % 60 == 0 => format!("{} min", seconds / 60),
        seconds => format!("{seconds} s"),
    }
}

/// `1:02.5`, minutes and seconds; `1:00:02` from an hour on.
fn clock(at: Duration) -> String {
    let tenths = at.as_millis() / 100;
    let (minutes, seconds, tenth) = (tenths / 600, tenths / 10 % 60, tenths % 10);
    if minutes < 60 {
        format!("{minutes}:{seconds:02}.{tenth}")
    } else {
        format!("{}:{:02}:{seconds:02}", minutes / 60, minutes % 60)
    }
}

/// Each image that cannot be pulled, stage by stage; one that several containers want, once.
fn causes(page: &mut Page, pod: &PodReport) {
    let mut told: Vec<(&str, &str)> = Vec::new();
    for image in pod.images.iter().filter(|image| image.check.outcome == Outcome::Failed) {
        let key = (image.check.image.as_str(), image.check.pull_policy.as_str());
        if told.contains(&key) {
            continue;
        }
        told.push(key);
        page.blank();
        let place = if image.place.is_empty() { String::new() } else { format!("at {}", image.place) };
        page.heading(&format!("{} {}", image.name, image.check.image), &place);
        page.blank();
        stages(page, &image.check);
        cause::write(page, &image.check);
        what_if::write(page, &image.check);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks() {
        let at = |millis| clock(Duration::from_millis(millis));
        let spans = [60, 90, 7200].map(|seconds| span(Duration::from_secs(seconds)));
        assert_eq!(spans, ["1 min", "90 s", "2 h"]);
        assert_eq!([at(0), at(1_260), at(62_590), at(3_602_000)], ["0:00.0", "0:01.2", "1:02.5", "1:00:02"]);
    }
}
