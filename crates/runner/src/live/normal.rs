use report::Answer;

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
    const BEFORE: &str = "current time ";
    let Some((start, rest)) = message.split_once(BEFORE) else { return message.to_owned() };
    let Some((_, end)) = rest.split_once(" is ") else { return message.to_owned() };
    format!("{start}{BEFORE}NOW is {end}")
}

#[cfg(test)]
mod tests {
    use super::words;

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
