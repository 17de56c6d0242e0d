use super::layout::Page;
use crate::LimitReport;
use crate::ladder::{Mark, Rung};

/// The request, and what its answer says of a limit.
pub(super) fn write(page: &mut Page, report: &LimitReport) {
    let asked_as =
        report.username.as_ref().map_or_else(|| "anonymous".to_owned(), |name| format!("{name:?}"));
    page.heading(&report.image, &format!("asked as {asked_as}, for the manifest's head alone"));
    page.blank();
    page.rung(&request(report));
    page.rung(&limit(report));
}

fn request(report: &LimitReport) -> Rung {
    let mark = if report.found { Mark::Good } else { Mark::Bad };
    let Some(asked) = report.asked() else {
        return Rung::new(mark, "resolve", "no request came about; without --rate-limit the check says why");
    };
    let answer = match (asked.status, &asked.fault) {
        (Some(status), _) => status.to_string(),
        (None, _) => "no answer".to_owned(),
    };
    let mut rung = Rung::new(mark, "resolve", format!("{} {} → {answer}", asked.method, asked.url));
    rung.details.extend((!report.found).then(|| "without --rate-limit the check says why".to_owned()));
    rung
}

fn limit(report: &LimitReport) -> Rung {
    let Some(limit) = &report.rate_limit else {
        let answered = report.asked().is_some_and(|asked| asked.status.is_some());
        let text = if answered { "the registry tells of none" } else { "not known" };
        return Rung::new(Mark::Skipped, "rate limit", text);
    };
    let mark = if limit.is_low() { Mark::Warning } else { Mark::Good };
    let mut rung = Rung::new(mark, "rate limit", limit.words());
    rung.details.extend(limit.is_low().then(|| limit.relief().to_owned()));
    rung
}
