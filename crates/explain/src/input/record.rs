//! Where a record of a log begins, and of what it is.

use super::About;
use crate::pods_table::is_name;

/// Whether a line is the begin of a log's record: klog, logfmt, RFC 3339, syslog, or an own message.
pub(crate) fn begins(line: &str) -> bool {
    let line = line.trim_start_matches(['[', '(']);
    let bytes = line.as_bytes();
    let klog = bytes.len() > 6
        && matches!(bytes[0], b'I' | b'W' | b'E' | b'F')
        && bytes[1..5].iter().all(u8::is_ascii_digit)
        && bytes[5] == b' ';
    let dated = bytes.len() > 10
        && bytes[..4].iter().all(u8::is_ascii_digit)
        && matches!(bytes[4], b'-' | b'/')
        && bytes[5..7].iter().all(u8::is_ascii_digit);
    let pull =
        ["Failed to pull image \"", "Back-off pulling image \""].iter().any(|begin| line.starts_with(begin));
    klog || dated || pull || is_syslog(line) || line.starts_with("time=\"") || line.starts_with("level=")
}

/// `Nov 28 14:26:07 host kubelet[1]: …`
fn is_syslog(line: &str) -> bool {
    const MONTHS: &str = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec";
    let mut words = line.split_whitespace();
    let month = words.next().is_some_and(|word| word.len() == 3 && MONTHS.contains(word));
    let day = words.next().is_some_and(|word| word.parse::<u8>().is_ok());
    let time = words.next().is_some_and(|word| word.len() >= 8 && word.as_bytes()[2] == b':');
    month && day && time
}

/// A line without the time of its record.
pub(crate) fn undated(line: &str) -> &str {
    let is_dated = |word: &str| {
        let bytes = word.as_bytes();
        bytes.len() >= 10 && bytes[..4].iter().all(u8::is_ascii_digit) && matches!(bytes[4], b'-' | b'/')
    };
    let is_timed = |word: &str| word.len() >= 8 && word.as_bytes()[0].is_ascii_digit() && word.contains(':');
    let Some((date, rest)) = line.split_once(' ').filter(|(word, _)| is_dated(word.trim_start_matches('[')))
    else {
        return line;
    };
    // What follows the time of one word stands as it was.
    if date.contains(':') {
        return rest;
    }
    rest.split_once(' ').filter(|(word, _)| is_timed(word)).map_or(rest, |(_, rest)| rest)
}

/// What the keys of a record say that it is about: `pod="ns/name"`, `containerName=`, `image=`; and how older kubelets write
/// a pod.
pub(crate) fn about(line: &str) -> About {
    if !["pod=", "containerName=", "image="].iter().any(|key| line.contains(key)) {
        return described_pod(line).unwrap_or_default();
    }
    let line = line.replace("\\\"", "\"");
    let pod = value(&line, "pod=");
    let (namespace, pod) = match pod.as_deref().and_then(|pod| pod.rsplit_once('/')) {
        Some((namespace, pod)) => (Some(namespace.to_owned()), Some(pod.to_owned())),
        None => (None, pod),
    };
    About { namespace, pod, container: value(&line, "containerName="), image: value(&line, "image=") }
}

/// `web-0_shop(UID)` (`kubernetes@00bdb3fa:pkg/kubelet/util/format/pod.go:41`), the first in the line.
fn described_pod(line: &str) -> Option<About> {
    const LOOKED_AT: usize = 16;
    let pod = |(at, _): (usize, &str)| {
        let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.' | '_');
        let before = line[..at].rsplit(|c| !is_part(c)).next()?;
        let uid = line[at + 1..].split(')').next()?;
        let is_uid = uid.len() >= 8 && uid.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
        let (name, namespace) = before.split_once('_').filter(|_| is_uid)?;
        let known = is_name(name) && is_name(namespace);
        known.then(|| About {
            namespace: Some(namespace.to_owned()),
            pod: Some(name.to_owned()),
            ..About::default()
        })
    };
    line.match_indices('(').take(LOOKED_AT).find_map(pod)
}

fn value(line: &str, key: &str) -> Option<String> {
    let at = line.match_indices(key).find(|(at, _)| *at == 0 || line[..*at].ends_with([' ', '{', ',']))?.0;
    let rest = &line[at + key.len()..];
    let value = match rest.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next(),
        None => rest.split([' ', ',', '}']).next(),
    };
    value.filter(|value| !value.is_empty() && value.len() < 512).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_of_logs_are_told_from_their_continuation() {
        let begin = [
            "E1002 17:49:13.548119 2819941 remote_image.go:167] \"PullImage from image service failed\"",
            "time=\"2022-06-04T15:40:42Z\" level=fatal msg=\"x\"",
            "2024-01-02T03:04:05Z error",
            "[2021-12-29T14:41:37Z] x",
            "Nov 28 14:26:07 node kubelet[1]: x",
            "level=error msg=x",
        ];
        assert!(begin.iter().all(|line| begins(line)), "{begin:?}");
        let other = ["Error response from daemon: x", "Every day", "    at x", "May the", "1234"];
        assert!(!other.iter().any(|line| begins(line)), "{other:?}");
    }

    #[test]
    fn keys_say_what_a_record_is_about() {
        let line = r#"E0101 1 x.go:1] "Error" err="a \"b\"" pod="default/web-0" containerName="web" image="r.test/a:v1""#;
        let about = about(line);
        assert_eq!((about.namespace.as_deref(), about.pod.as_deref()), (Some("default"), Some("web-0")));
        assert_eq!(about.container.as_deref(), Some("web"));
        assert_eq!(about.image.as_deref(), Some("r.test/a:v1"));
        let uid = "8f5c1b9e-0000-4000-8000-0123456789ab";
        for line in [
            format!(
                "E0101 1 pod_workers.go:191] Error syncing pod {uid} (\"web-0_shop({uid})\"), skipping: x"
            ),
            format!("E0101 1 x.go:1] container start failed in pod web-0_shop({uid}): ErrImagePull: x"),
        ] {
            let about = super::about(&line);
            assert_eq!((about.namespace.as_deref(), about.pod.as_deref()), (Some("shop"), Some("web-0")));
        }
        for line in ["E0101 1 x.go:1] call of do_it(0) failed", "A_B(12345678)", "f(x_y("] {
            assert_eq!(super::about(line).pod, None, "{line}");
        }
    }
}
