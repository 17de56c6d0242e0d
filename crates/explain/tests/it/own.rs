//! What pullsim itself printed is read as that.

use explain::{Confidence, Runtime, explain};

const CHECK: &str = "\
registry.example.com/team/app:v1   node linux/amd64 · cri-o 1.37.0 · kubelet 1.35

  ✗ resolve      HEAD /v2/team/app/manifests/v1 → 401, insufficient_scope                      <1 ms

Events:
  Type     Reason   Age   From     Message
  ----     ------   ----  ----     -------
  Warning  Failed   0s    kubelet  spec.containers{app}: Failed to pull image \"registry.example.com/team/app:v1\": unauthorized

Cause  PS-CRED-03 secret-wrong-registry: default/pull-secret holds a login, but for
       \"registry.example.com:443\"; the image is on \"registry.example.com\".
Proof  HEAD https://registry.example.com/v2/team/app/manifests/v1 → 401
Fix    Write the key as \"registry.example.com\".
Or     bad-credentials: A login was sent and refused: \"incorrect username or password\".
         docker login registry.example.com -u USER
";

#[test]
fn the_report_of_a_check_names_its_cause() {
    let explanation = explain(CHECK);
    let [finding] = &explanation.findings[..] else { panic!("{:#?}", explanation.findings) };
    assert_eq!((finding.code, finding.confidence), ("PS-CRED-03", Confidence::Certain));
    assert_eq!(finding.runtime, Runtime::CriO);
    assert_eq!(finding.image.as_deref(), Some("registry.example.com/team/app:v1"));
    let said = "default/pull-secret holds a login, but for \"registry.example.com:443\"; the image is on \
                \"registry.example.com\".";
    assert_eq!(finding.evidence, [said]);
    let commands: Vec<_> = finding.remedies.iter().filter_map(|remedy| remedy.command.as_deref()).collect();
    assert!(
        commands
            .iter()
            .any(|command| command.contains("pullsim secret match registry.example.com/team/app:v1 -"))
    );
    // A terminal without UTF-8 gets other signs, and one with colours gets those.
    let ascii = CHECK.replace('·', "-").replace('→', "->");
    assert_eq!(explain(&ascii).findings, explanation.findings);
    let coloured = CHECK.replace("Cause", "\u{1b}[1mCause\u{1b}[0m").replace(
        "registry.example.com/team/app:v1   ",
        "\u{1b}[1mregistry.example.com/team/app:v1\u{1b}[0m   ",
    );
    assert_eq!(explain(&coloured).findings, explanation.findings);
}

#[test]
fn the_report_of_pods_names_pods_and_containers() {
    let head = |object: &str| {
        format!("{object}   deploy/a.yaml:1:1 · node linux/amd64 · containerd 2.1.9 · kubelet 1.35\n\n")
    };
    let text = format!(
        "{}web r.test/web:v1   at deploy/a.yaml:7:12\n\nCause  PS-REF-01 tag-not-found: There is no such tag.\n\n\
         {}db docker.io/library/postgres:16\n\nCause  PS-RATE-01 rate-limit: Too many. It may go by itself.\n",
        head("Deployment shop/web"),
        head("Pod test/db-0")
    );
    let explanation = explain(&text);
    let told: Vec<_> = explanation
        .findings
        .iter()
        .map(|f| {
            [&f.namespace, &f.pod, &f.container, &f.image]
                .map(|part| part.clone().unwrap_or_default())
                .join(" ")
        })
        .collect();
    assert_eq!(told, ["shop web web r.test/web:v1", "test db-0 db docker.io/library/postgres:16"]);
    let causes: Vec<_> = explanation.findings.iter().map(|finding| finding.cause.name()).collect();
    assert_eq!(causes, ["tag-not-found", "rate-limit"]);
}

#[test]
fn verdicts_and_what_was_pulled() {
    let text = "r.test/a:v1: would be pulled\nshop/web-0 web: r.test/b:v1: would not be pulled: PS-REF-01 tag-not-found\n";
    let explanation = explain(text);
    let [finding] = &explanation.findings[..] else { panic!("{:#?}", explanation.findings) };
    assert_eq!((finding.namespace.as_deref(), finding.pod.as_deref()), (Some("shop"), Some("web-0")));
    assert_eq!((finding.code, finding.image.as_deref()), ("PS-REF-01", Some("r.test/b:v1")));
    let pulled = "nginx   node linux/amd64 · containerd 2.1.9 · kubelet 1.35\n\n  ✓ challenge  HEAD /v2/ → 401, Bearer auth.docker.io\n\nPulled sha256:00\n";
    assert!(explain(pulled).findings.is_empty());
    // A code beside another's name is nobody's verdict.
    assert!(explain("r.test/b:v1: would not be pulled: PS-REF-01 rate-limit\n").findings.is_empty());
}

#[test]
fn the_last_step_that_failed_tells_something() {
    let cases = [
        ("    0.001 s  HEAD r.test/v2/app/manifests/v1 → 404\n", "tag-not-found"),
        ("    0.001 s  HEAD r.test/v2/app/manifests/v1 → 429\n", "rate-limit"),
        ("    0.001 s  dns r.test: lookup r.test on 10.96.0.10:53: no such host\n", "dns-no-such-host"),
        (
            "   30.001 s  connect 10.0.0.1:443: dial tcp 10.0.0.1:443: connect: connection refused\n",
            "conn-refused",
        ),
    ];
    for (last, cause) in cases {
        let text = format!("    0.000 s  dns r.test → 10.0.0.1\n{last}    1.000 s  mirror: none is left\n");
        let found = explain(&text).findings;
        assert_eq!(found.first().map(|finding| finding.cause.name()), Some(cause), "{text}");
    }
    let good = "    0.000 s  dns r.test → 10.0.0.1\n    0.001 s  HEAD r.test/v2/app/manifests/v1 → 200\n";
    assert!(explain(good).findings.is_empty());
}
