//! Back-off, limits and what is made of many events.

use std::time::Duration;

use kubelet::{Backoff, Event, EventCorrelator, EventKind, TokenBucket, Version};
use proptest::prelude::*;

use crate::image_manager::TABLE;
use crate::{cases, table, text};

fn at(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

#[test]
fn backoff_of_the_table() {
    let table = table(TABLE);
    for case in cases(&table, "backoff_derived") {
        let seconds = |name: &str| at(case[name].as_f64().unwrap());
        let mut backoff = Backoff::new(seconds("initial"), seconds("max"));
        for step in case["steps"].as_array().unwrap() {
            let now = at(step["t"].as_f64().unwrap());
            match text(step, "op") {
                "next" => assert_eq!(
                    backoff.next("k", now),
                    at(step["backoff"].as_f64().unwrap()),
                    "{} {step}",
                    case["name"]
                ),
                "is_in_backoff" => assert_eq!(
                    backoff.is_in_backoff_since_update("k", now),
                    step["expect"] == true,
                    "{} {step}",
                    case["name"]
                ),
                "gc" => backoff.gc(now),
                other => panic!("{other}"),
            }
        }
    }
}

proptest! {
    /// Whatever the failures: a time is never shorter than the first or longer than the longest, it doubles unless the
    /// last failure is forgotten, and collecting what is forgotten changes nothing that is seen.
    #[test]
    fn backoff_keeps_its_promises(gaps in prop::collection::vec(0u64..900, 1..40), collect in any::<bool>()) {
        let mut backoff = Backoff::for_images();
        let (mut now, mut previous) = (Duration::ZERO, None);
        for gap in gaps {
            now += Duration::from_secs(gap);
            if collect {
                backoff.gc(now);
            }
            let next = backoff.next("pod_image", now);
            let expected = match previous {
                Some((last, before)) if now - last <= Duration::from_secs(600) => {
                    Duration::from_secs(300).min(before * 2)
                }
                _ => Duration::from_secs(10),
            };
            prop_assert_eq!(next, expected);
            prop_assert!(backoff.is_in_backoff_since_update("pod_image", now));
            prop_assert_eq!(backoff.until("pod_image", now), Some(now + next));
            prop_assert!(!backoff.is_in_backoff_since_update("pod_image", now + next));
            prop_assert!(!backoff.is_in_backoff_since_update("other", now));
            previous = Some((now, next));
        }
    }

    /// In no span of time do more pass than the burst and what comes in that span.
    #[test]
    fn a_bucket_holds_what_it_holds(gaps in prop::collection::vec(0u64..2000, 1..80), burst in 0u32..12) {
        let mut bucket = TokenBucket::new(5.0, burst);
        let (mut now, mut passed) = (Duration::ZERO, 0u32);
        for gap in gaps {
            now += Duration::from_millis(gap);
            passed += u32::from(bucket.try_accept(now));
            prop_assert!(f64::from(passed) <= f64::from(burst) + 5.0 * now.as_secs_f64() + 1e-6);
        }
    }
}

fn event(kind: EventKind, message: &str, path: &str, seconds: u64) -> Event {
    Event::new(kind, "Failed", message.to_owned(), path, Duration::from_secs(seconds))
}

#[test]
fn equal_events_are_counted() {
    let mut correlator = EventCorrelator::new(Version::NEWEST);
    let path = "spec.containers{app}";
    let first = correlator.correlate("pod", &event(EventKind::Warning, "a", path, 1)).unwrap();
    let again = correlator.correlate("pod", &event(EventKind::Warning, "a", path, 9)).unwrap();
    assert_eq!(first.slot, again.slot);
    assert_eq!(
        (again.event.count, again.event.first_seen.as_secs(), again.event.last_seen.as_secs()),
        (2, 1, 9)
    );
    for other in [
        correlator.correlate("pod", &event(EventKind::Warning, "b", path, 10)).unwrap(),
        correlator.correlate("pod", &event(EventKind::Normal, "a", path, 10)).unwrap(),
        correlator.correlate("pod", &event(EventKind::Warning, "a", "spec.containers{b}", 10)).unwrap(),
        correlator.correlate("another", &event(EventKind::Warning, "a", path, 10)).unwrap(),
    ] {
        assert!(other.slot != first.slot && other.event.count == 1, "{other:?}");
    }
}

/// From the tenth message on within ten minutes they are one event, whose text is the newest.
#[test]
fn similar_events_are_joined() {
    let mut correlator = EventCorrelator::new(Version::NEWEST);
    let mut last = None;
    for number in 0..12 {
        let message = format!("request {number:02}");
        last = correlator.correlate("pod", &event(EventKind::Warning, &message, "c", 20 * number));
        let joined = number >= 9;
        let message = if joined { format!("(combined from similar events): {message}") } else { message };
        assert_eq!(last.as_ref().unwrap().event.message, message);
    }
    let last = last.unwrap().event;
    assert_eq!((last.count, last.first_seen.as_secs(), last.last_seen.as_secs()), (3, 180, 220));
    let later = correlator.correlate("pod", &event(EventKind::Warning, "much later", "c", 821)).unwrap();
    assert_eq!((later.event.message.as_str(), later.event.count), ("much later", 1));
}

/// 25 pass, then one in five minutes; what is dropped is counted. From 1.32 Normal and Warning have a bucket each.
#[test]
fn too_many_events_are_dropped() {
    for (version, left_for_normal) in [("1.31", false), ("1.32", true)] {
        let mut correlator = EventCorrelator::new(version.parse().unwrap());
        let mut passed: Vec<u32> = Vec::new();
        for second in 0..40 {
            let sent = correlator.correlate("pod", &event(EventKind::Warning, "a", "c", second));
            passed.extend(sent.map(|sent| sent.event.count));
        }
        assert_eq!(passed, (1..=25).collect::<Vec<_>>(), "{version}");
        let normal = correlator.correlate("pod", &event(EventKind::Normal, "n", "c", 40));
        assert_eq!(normal.is_some(), left_for_normal, "{version}");
        let later = correlator.correlate("pod", &event(EventKind::Warning, "a", "c", 301)).unwrap();
        assert_eq!(later.event.count, 41, "{version}");
        assert!(
            correlator.correlate("pod", &event(EventKind::Warning, "a", "c", 302)).is_none(),
            "{version}"
        );
        assert!(correlator.correlate("another", &event(EventKind::Warning, "a", "c", 302)).is_some());
    }
}
