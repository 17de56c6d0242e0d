//! What real runtimes answered: the text of the recording, and the cause that the recorded case is about.

use diagnosis::Cause;
use explain::{Runtime, explain};

const RECORDED: &str = include_str!("../data/recorded.txt");

#[test]
fn recorded_answers_tell_their_causes_and_their_runtimes() {
    let (mut wrong, mut count) = (Vec::new(), 0);
    for line in RECORDED.lines().filter(|line| !line.starts_with('#')) {
        let parts: Vec<&str> = line.splitn(3, '\t').collect();
        let [wanted, set, text] = parts[..] else { panic!("not three columns: {line}") };
        assert!(Cause::named(wanted).is_some(), "no cause {wanted}");
        count += 1;
        let explanation = explain(&text.replace("\\n", "\n"));
        let Some(finding) = explanation.findings.first() else {
            wrong.push(format!("wanted {wanted}, told nothing: {text}"));
            continue;
        };
        let runtime = match finding.runtime {
            Runtime::Containerd => set.starts_with("containerd") || set.ends_with("containerd"),
            Runtime::CriO => set.starts_with("cri-o"),
            Runtime::Docker => set.starts_with("docker"),
            Runtime::Unknown => true,
        };
        if finding.cause.name() != wanted || !runtime {
            wrong.push(format!(
                "wanted {wanted} of {set}, told {} of {:?}: {text}",
                finding.cause, finding.runtime
            ));
        }
    }
    assert!(count > 100, "{count}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}
