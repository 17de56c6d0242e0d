//! What the page shows of a pod, above its images.

use serde::Serialize;

use super::timeline::Timeline;
use crate::{ImageReport, Outcome, PodReport, PodsReport};

#[derive(Serialize)]
pub(super) struct PodView {
    number: usize,
    title: String,
    place: String,
    pulled: bool,
    rejected: String,
    missing: Vec<MissingView>,
    causes: Vec<CauseLine>,
    timeline: Option<Timeline>,
    get: String,
    describe: String,
}

#[derive(Serialize)]
struct MissingView {
    name: String,
    place: String,
    elsewhere: String,
}

/// Why an image is not there, for the top of the page.
#[derive(Serialize)]
struct CauseLine {
    container: String,
    code: &'static str,
    name: &'static str,
    sentence: String,
    remedy: String,
}

impl PodView {
    pub fn new(number: usize, report: &PodsReport, pod: &PodReport) -> Self {
        let kind = if pod.kind.is_empty() { "Pod" } else { &pod.kind };
        Self {
            number: number + 1,
            title: format!("{kind} {}/{}", pod.namespace, pod.name),
            place: pod.place.clone(),
            pulled: pod.outcome == Outcome::Pulled,
            rejected: pod.rejected.clone().unwrap_or_default(),
            missing: pod.missing_secrets.iter().map(missing).collect(),
            causes: pod.images.iter().filter_map(cause).collect(),
            timeline: Timeline::of(pod, report.lasted),
            get: pod.kubectl_get.trim_end().to_owned(),
            describe: pod.kubectl_describe.trim_end().to_owned(),
        }
    }
}

fn missing(secret: &crate::MissingSecret) -> MissingView {
    MissingView {
        name: secret.name.clone(),
        place: secret.place.clone(),
        elsewhere: secret.elsewhere.join(", "),
    }
}

fn cause(image: &ImageReport) -> Option<CauseLine> {
    let diagnosis = image.check.diagnosis.as_ref().filter(|_| image.outcome == Outcome::Failed)?;
    Some(CauseLine {
        container: image.name.clone(),
        code: diagnosis.cause.code(),
        name: diagnosis.cause.name(),
        sentence: diagnosis.sentence.clone(),
        remedy: diagnosis
            .remedies
            .first()
            .map(|remedy| remedy.trim_end_matches([':', '.']).to_owned())
            .unwrap_or_default(),
    })
}
