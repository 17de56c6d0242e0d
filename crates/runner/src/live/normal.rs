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
    answers.iter().map(|answer| format!("{}: {}", code(answer), words(&answer.message))).collect()
}

/// The code; of a connection that nobody answers one of two, as it happens: Go's timer for the connection and that of its
/// context both run for 30 seconds (containerd v2.1.9 `core/remotes/docker/config/hosts.go`, dialer and its timeout).
fn code(answer: &Answer) -> &str {
    const EITHER: [&str; 2] = ["DeadlineExceeded", "Unknown"];
    let dials = |rest: &str| {
        rest.starts_with(|c: char| c.is_ascii_digit() || c == '[') && rest.contains(": i/o timeout")
    };
    let timed_out = answer.message.rsplit_once("dial tcp ").is_some_and(|(_, rest)| dials(rest));
    if timed_out && EITHER.contains(&answer.code.as_str()) {
        return "DeadlineExceeded or Unknown";
    }
    &answer.code
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
    without_mount(&without_extraction(&reset(&without_time(&out))))
}

/// A reset that comes at once is seen by whichever call comes first: the one that connects, or the first to write or read.
fn reset(message: &str) -> String {
    const RESET: &str = ": connection reset by peer";
    let Some(before) = message.strip_suffix(RESET) else { return message.to_owned() };
    let calls = [("dial tcp ", ": connect"), ("read tcp NODE->", ": read"), ("write tcp NODE->", ": write")];
    let told = calls.iter().find_map(|(call, name)| {
        let (words, address) = before.strip_suffix(name)?.rsplit_once(call)?;
        Some(format!("{words}call on tcp {address}{RESET}"))
    });
    told.unwrap_or_else(|| message.to_owned())
}

/// The unpacker names its work by the time and a few random letters: `extract-61762092-JJ75`.
fn without_extraction(message: &str) -> String {
    const NAME: &str = "extract-";
    let Some((before, rest)) = message.split_once(NAME) else { return message.to_owned() };
    let after = rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || "-_".contains(c));
    format!("{before}{NAME}NAME{after}")
}

fn without_time(message: &str) -> String {
    let Some((start, rest)) = message.split_once(TIME) else { return message.to_owned() };
    let Some((_, end)) = rest.split_once(" is ") else { return message.to_owned() };
    format!("{start}{TIME}NOW is {end}")
}

/// A mount of containerd's own lies below its root, which is another on each machine, under a name with random digits.
fn without_mount(message: &str) -> String {
    const NAME: &str = "/tmpmounts/containerd-mount";
    let Some((before, rest)) = message.split_once(NAME) else { return message.to_owned() };
    let root = before.rfind(' ').map_or(0, |at| at + 1);
    let after = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    format!("{}ROOT{NAME}NUMBER{after}", &before[..root])
}

#[cfg(test)]
mod tests {
    use report::Answer;

    use super::{code, dated_words, words};

    #[test]
    fn only_a_connection_that_times_out_has_either_code() {
        let told = |code: &str, message: &str| Answer {
            code: code.into(),
            message: message.into(),
            ..Answer::default()
        };
        let either = "DeadlineExceeded or Unknown";
        for (given, message, shown) in [
            ("Unknown", "Head \"https://r\": dial tcp 10.20.0.7:443: i/o timeout", either),
            ("DeadlineExceeded", "dial tcp [2001:db8::7]:443: i/o timeout", either),
            ("NotFound", "dial tcp 10.20.0.7:443: i/o timeout", "NotFound"),
            (
                "Unknown",
                "dial tcp: lookup r on 10.96.0.10:53: read udp 10.0.0.5:1->10.96.0.10:53: i/o timeout",
                "Unknown",
            ),
            ("Unknown", "dial tcp 10.20.0.7:443: connect: connection refused", "Unknown"),
        ] {
            assert_eq!(code(&told(given, message)), shown, "{message}");
        }
    }

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
            (
                "Head: dial tcp 10.20.0.7:443: connect: connection reset by peer",
                "Head: call on tcp 10.20.0.7:443: connection reset by peer",
            ),
            (
                "Head: read tcp 10.0.0.5:4->10.20.0.7:443: read: connection reset by peer",
                "Head: call on tcp 10.20.0.7:443: connection reset by peer",
            ),
            (
                "callback failed on /var/lib/containerd/tmpmounts/containerd-mount1319030239: archive/tar: invalid",
                "callback failed on ROOT/tmpmounts/containerd-mountNUMBER: archive/tar: invalid",
            ),
            (
                "to overlayfs as \"extract-61762092-J-_5 sha256:5b\": exit status 1",
                "to overlayfs as \"extract-NAME sha256:5b\": exit status 1",
            ),
        ];
        for (given, expected) in table {
            assert_eq!(words(given), expected);
        }
    }
}
