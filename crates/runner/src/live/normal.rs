use jiff::Timestamp;
use report::Answer;

const TIME: &str = "current time ";
/// The length of a time as Go writes it: `2026-03-01T09:00:00Z`.
const LENGTH: usize = 20;

/// The answer as it would have been at the scenario's date, for its expectations: the words about a certificate that is
/// not valid tell the runtime's time, and a date of the certificate, which goes with it.
pub(super) fn dated(mut answer: Answer, today: Timestamp, now: Timestamp) -> Answer {
    answer.message = dated_words(&answer.message, today, now);
    answer
}

fn dated_words(message: &str, today: Timestamp, now: Timestamp) -> String {
    let shifted = || {
        let (before, rest) = message.split_once(TIME)?;
        let (_, rest) = rest.split_once(" is ")?;
        let (relation, rest) = rest.split_once(' ')?;
        let (date, rest) = rest.split_at_checked(LENGTH)?;
        let date: Timestamp = date.parse().ok()?;
        // Both are in whole seconds, as certificates are.
        let date = now.as_second() + (date.as_second() - today.as_second());
        let at = |second| Timestamp::from_second(second).ok();
        Some(format!("{before}{TIME}{} is {relation} {}{rest}", at(now.as_second())?, at(date)?))
    };
    shifted().unwrap_or_else(|| message.to_owned())
}

/// Code and message of each answer, without what differs from run to run: the node's end of a connection, and the
/// time in the words about a certificate that is not valid at it.
pub(super) fn of(answers: &[Answer]) -> Vec<String> {
    answers.iter().map(|answer| format!("{}: {}", answer.code, words(&answer.message))).collect()
}

fn words(message: &str) -> String {
    let mut out = String::with_capacity(message.len());
    let mut parts = message.split("->").peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_some() {
            let end = part.trim_end_matches(|c: char| c.is_ascii_hexdigit() || "[].:".contains(c));
            out += end;
            out += "NODE->";
        } else {
            out += part;
        }
    }
    without_time(&out)
}

fn without_time(message: &str) -> String {
    let Some((start, rest)) = message.split_once(TIME) else { return message.to_owned() };
    let Some((_, end)) = rest.split_once(" is ") else { return message.to_owned() };
    format!("{start}{TIME}NOW is {end}")
}

#[cfg(test)]
mod tests {
    use super::{dated_words, words};

    #[test]
    fn words_about_dates_are_as_at_the_scenarios_date() {
        let (today, now) = ("2031-07-01T10:00:00.5Z", "2026-03-01T09:00:00Z");
        let (today, now) = (today.parse().unwrap(), now.parse().unwrap());
        let table = [
            (
                "x509: current time 2031-07-01T10:00:07Z is after 2031-06-30T10:00:00Z: more",
                "x509: current time 2026-03-01T09:00:00Z is after 2026-02-28T09:00:00Z: more",
            ),
            ("current time unknown", "current time unknown"),
            ("not found", "not found"),
        ];
        for (given, expected) in table {
            assert_eq!(dated_words(given, today, now), expected);
        }
    }

    #[test]
    fn what_differs_from_run_to_run_goes() {
        let table = [
            ("read tcp 10.0.0.5:4->10.20.0.7:443: i/o timeout", "read tcp NODE->10.20.0.7:443: i/o timeout"),
            ("current time 2026-01-01T00:00:00Z is after 2025", "current time NOW is after 2025"),
            ("not found", "not found"),
        ];
        for (given, expected) in table {
            assert_eq!(words(given), expected);
        }
    }
}
