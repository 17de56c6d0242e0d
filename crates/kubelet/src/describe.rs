use std::time::Duration;

use gostd::tabwriter::{Settings, Writer};

use crate::{Event, Version};

/// The `Events:` table of `kubectl describe pod` at the moment `now`, by the kubectl of that version
/// (`kubernetes/kubectl pkg/describe/describe.go DescribeEvents`). It ends in a line end.
pub fn describe_events(events: &[Event], now: Duration, version: Version) -> String {
    let mut writer = Writer::new(Settings::KUBECTL_DESCRIBE);
    if events.is_empty() {
        writer.write("Events:\t<none>\n");
        return writer.flush();
    }
    writer.write("Events:\n  Type\tReason\tAge\tFrom\tMessage\n");
    writer.write("  ----\t------\t----\t----\t-------\n");
    let mut sorted: Vec<&Event> = events.iter().collect();
    // An event of the newer API has no such time, and so comes first.
    sorted.sort_by_key(|event| (!event.is_of_newer_api()).then_some(event.last_seen.as_secs()));
    for event in sorted {
        let message = event.message.trim();
        let message = match &event.field_path {
            Some(path) if version.describes_field_path() => format!("{path}: {message}"),
            _ => message.to_owned(),
        };
        let (kind, age) = (event.kind.name(), age(event, now));
        let line = format!("  {kind}\t{}\t{age}\t{}\t{message}\n", event.reason, event.from);
        writer.write(&escape(&line));
    }
    writer.flush()
}

fn age(event: &Event, now: Duration) -> String {
    // The API keeps whole seconds.
    let since = |time: Duration| human_duration(now.saturating_sub(Duration::from_secs(time.as_secs())));
    let first = since(event.first_seen);
    if event.count > 1 {
        let last = since(event.last_seen);
        format!("{last} (x{} over {first})", event.count)
    } else {
        first
    }
}

/// What could steer a terminal is shown in letters (`k8s.io/cli-runtime/pkg/printers/terminal.go WriteEscaped`).
fn escape(text: &str) -> String {
    text.replace('\u{1b}', "^[").replace('\r', "\\r")
}

/// A span of time as kubectl shows it, coarser as it grows
/// (`kubernetes v1.28.7 k8s.io/apimachinery/pkg/util/duration/duration.go HumanDuration`).
pub fn human_duration(time: Duration) -> String {
    const DAY: u64 = 24;
    const YEAR: u64 = 365;
    let seconds = time.as_secs();
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86400);
    let with_rest = |whole: u64, unit: &str, rest: u64, small: &str| match rest {
        0 => format!("{whole}{unit}"),
        rest => format!("{whole}{unit}{rest}{small}"),
    };
    if seconds < 120 {
        format!("{seconds}s")
    } else if minutes < 10 {
        with_rest(minutes, "m", seconds % 60, "s")
    } else if minutes < 180 {
        format!("{minutes}m")
    } else if hours < 8 {
        with_rest(hours, "h", minutes % 60, "m")
    } else if hours < 2 * DAY {
        format!("{hours}h")
    } else if hours < 8 * DAY {
        with_rest(days, "d", hours % 24, "h")
    } else if days < 2 * YEAR {
        format!("{days}d")
    } else if days < 8 * YEAR {
        with_rest(days / YEAR, "y", days % YEAR, "d")
    } else {
        format!("{}y", days / YEAR)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EventKind;

    #[test]
    fn ages_are_rounded_as_kubectl_rounds_them() {
        const HOUR: u64 = 3600;
        const DAY: u64 = 24 * HOUR;
        for (seconds, wanted) in [
            (0, "0s"),
            (119, "119s"),
            (120, "2m"),
            (125, "2m5s"),
            (599, "9m59s"),
            (600, "10m"),
            (3 * HOUR - 1, "179m"),
            (3 * HOUR, "3h"),
            (8 * HOUR - 1, "7h59m"),
            (8 * HOUR, "8h"),
            (48 * HOUR - 1, "47h"),
            (2 * DAY, "2d"),
            (8 * DAY - 1, "7d23h"),
            (8 * DAY, "8d"),
            (2 * 365 * DAY - 1, "729d"),
            (2 * 365 * DAY, "2y"),
            (2 * 365 * DAY + DAY, "2y1d"),
            (8 * 365 * DAY, "8y"),
        ] {
            assert_eq!(human_duration(Duration::from_secs(seconds)), wanted, "{seconds}");
        }
        assert_eq!(human_duration(Duration::from_millis(1999)), "1s");
    }

    fn events() -> Vec<Event> {
        let event = |kind, reason, message: &str, count, first, last| Event {
            count,
            first_seen: Duration::from_secs(first),
            last_seen: Duration::from_secs(last),
            ..Event::new(kind, reason, message.to_owned(), "spec.containers{web}", Duration::ZERO)
        };
        vec![
            event(EventKind::Warning, "Failed", "Error: ErrImagePull", 4, 1, 90),
            event(EventKind::Normal, "Pulling", "Pulling image \"nginx:1.99\"", 4, 0, 89),
            event(EventKind::Normal, "Pulled", " \u{1b}[1m\r ", 1, 10, 10),
        ]
    }

    #[test]
    fn the_table_is_kubectls() {
        let wanted = "\
Events:
  Type     Reason   Age                 From     Message
  ----     ------   ----                ----     -------
  Normal   Pulled   90s                 kubelet  ^[[1m
  Normal   Pulling  11s (x4 over 100s)  kubelet  Pulling image \"nginx:1.99\"
  Warning  Failed   10s (x4 over 99s)   kubelet  Error: ErrImagePull
";
        let got = describe_events(&events(), Duration::from_secs(100), "1.34".parse().unwrap());
        assert_eq!(got, wanted);
        assert_eq!(describe_events(&[], Duration::ZERO, Version::NEWEST), "Events:  <none>\n");
    }

    #[test]
    fn kubectl_1_35_names_the_container() {
        let got = describe_events(&events(), Duration::from_secs(100), "1.35".parse().unwrap());
        assert!(got.contains("  spec.containers{web}: Pulling image \"nginx:1.99\"\n"), "{got}");
    }
}
