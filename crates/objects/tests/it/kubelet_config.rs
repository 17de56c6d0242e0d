//! The kubelet's configuration file.

use kubelet::{KubeletConfig, PullConcurrency, VerificationPolicy, Version};
use objects::{InputError, NodeKubelet, ReadKubeletConfig, Source, read_kubelet_config};

const HEAD: &str = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n";

/// Reads a file that begins as each of them does; what is given begins at line 3.
fn read(text: &str, version: &str) -> Result<KubeletConfig, InputError> {
    read_whole(&format!("{HEAD}{text}"), version).map(|read| read.config)
}

fn read_whole(text: &str, version: &str) -> Result<ReadKubeletConfig, InputError> {
    read_kubelet_config(&Source::from_text("config.yaml", text), version.parse().unwrap())
}

#[test]
fn how_many_pulls_at_a_time() {
    use PullConcurrency::{Limited, Serial, Unlimited};
    for (text, wanted) in [
        ("", Serial),
        ("serializeImagePulls: true", Serial),
        ("serializeImagePulls: false", Unlimited),
        ("maxParallelImagePulls: 1", Serial),
        ("maxParallelImagePulls: 2", Limited(2)),
        ("serializeImagePulls: false\nmaxParallelImagePulls: 3", Limited(3)),
        // As YAML 1.1 has it, and JSON.
        ("serializeImagePulls: no", Unlimited),
        ("serializeImagePulls: off\nmaxParallelImagePulls: 3.0", Limited(3)),
    ] {
        assert_eq!(read(text, "1.34").unwrap().pulls, wanted, "{text:?}");
    }
}

#[test]
fn limits_and_verification() {
    let config = read("registryPullQPS: 0\nregistryBurst: 3\n", "1.34").unwrap();
    assert_eq!((config.registry_pull_qps, config.registry_burst), (0.0, 3));
    assert_eq!(config.verification, VerificationPolicy::NeverVerifyPreloadedImages);
    let gate = "featureGates: {KubeletEnsureSecretPulledImages: true}";
    for (version, text, wanted) in [
        ("1.34", "", false),
        ("1.34", gate, true),
        ("1.35", "", true),
        ("1.35", "featureGates: {KubeletEnsureSecretPulledImages: false}", false),
        ("1.35", "featureGates: {KubeletEnsureSecretPulledImages: off, GracefulNodeShutdown: true}", false),
    ] {
        assert_eq!(read(text, version).unwrap().ensure_secret_pulled_images, wanted, "{version} {text}");
    }
    let text = "imagePullCredentialsVerificationPolicy: NeverVerifyAllowlistedImages\n\
                preloadedImagesVerificationAllowlist: [r.test/*, r.example.com/app]\n";
    let policy = read(text, "1.35").unwrap().verification;
    assert!(!policy.requires_verification("r.test/a:1", true));
    assert!(policy.requires_verification("r.example.com/other", true));
    assert_eq!(read("", "1.35").unwrap(), KubeletConfig::defaults(Version::NEWEST));
}

#[test]
fn tokens_for_plugins() {
    let gate = |on: bool| format!("featureGates: {{KubeletServiceAccountTokenForCredentialProviders: {on}}}");
    for (version, text, wanted) in [
        ("1.32", String::new(), false),
        ("1.33", String::new(), false),
        ("1.33", gate(true), true),
        ("1.34", String::new(), true),
        ("1.34", gate(false), false),
    ] {
        assert_eq!(read(&text, version).unwrap().plugins.gives_tokens(), wanted, "{version} {text}");
    }
}

/// Its own words, the place, and what to do.
#[test]
fn what_the_kubelet_does_not_start_with() {
    for (text, words, place, help) in [
        (
            "maxParallelImagePulls: -1",
            "invalid configuration: maxParallelImagePulls -1 must be a positive number",
            "config.yaml:3:24",
            "leave it out for no limit",
        ),
        (
            "serializeImagePulls: true\nmaxParallelImagePulls: 5",
            "invalid configuration: maxParallelImagePulls cannot be larger than 1 unless SerializeImagePulls \
             (--serialize-image-pulls) is set to false",
            "config.yaml:4:24",
            "write serializeImagePulls: false",
        ),
        (
            "registryPullQPS: -1",
            "invalid configuration: registryPullQPS (--registry-qps) -1 must not be a negative number",
            "config.yaml:3:18",
            "0 means no limit",
        ),
        (
            "registryPullQPS: \"5\"",
            "failed to decode: json: cannot unmarshal string into Go struct field KubeletConfiguration.registryPullQPS \
             of type int32",
            "config.yaml:3:18",
            "write a whole number without quotation marks",
        ),
        (
            "registryBurst: 99999999999",
            "json: cannot unmarshal number 99999999999 into Go struct field KubeletConfiguration.registryBurst of type \
             int32",
            "config.yaml:3:16",
            "write a whole number",
        ),
        (
            "serializeImagePulls: \"no\"",
            "json: cannot unmarshal string into Go struct field KubeletConfiguration.serializeImagePulls of type bool",
            "config.yaml:3:22",
            "write true or false",
        ),
        (
            "featureGates: [A]",
            "json: cannot unmarshal array into Go struct field KubeletConfiguration.featureGates of type map[string]bool",
            "config.yaml:3:15",
            "write a mapping to true or false",
        ),
        (
            "authentication:\n  webhook: {enabled: 1}",
            "json: cannot unmarshal number into Go struct field KubeletConfiguration.authentication.webhook.enabled of \
             type bool",
            "config.yaml:4:22",
            "write true or false",
        ),
        (
            "imagePullCredentialsVerificationPolicy: Sometimes",
            "invalid configuration: option \"Sometimes\" specified for imagePullCredentialsVerificationPolicy. Valid options \
             are \"NeverVerify\", ",
            "config.yaml:3:41",
            "there are NeverVerify, ",
        ),
        (
            "imagePullCredentialsVerificationPolicy: NeverVerifyAllowlistedImages\n\
             preloadedImagesVerificationAllowlist: [r.test/a:1]",
            "invalid configuration: invalid image pattern in `preloadedImagesVerificationAllowlist`: neither tag nor digest \
             is accepted in an image reference: r.test/a:1",
            "config.yaml:4:40",
            "a pattern is HOST/PATH",
        ),
        (
            "preloadedImagesVerificationAllowlist: [r.test/a]",
            "invalid configuration: can't set `preloadedImagesVerificationAllowlist` if \
             `imagePullCredentialsVertificationPolicy` is not \"NeverVerifyAllowlistedImages\"",
            "config.yaml:3:39",
            "write imagePullCredentialsVerificationPolicy: NeverVerifyAllowlistedImages",
        ),
        (
            "featureGates: {KubeletEnsureSecretPulledImages: false}\nimagePullCredentialsVerificationPolicy: AlwaysVerify",
            "invalid configuration: `imagePullCredentialsVerificationPolicy` must not be set if \
             KubeletEnsureSecretPulledImages feature gate is not enabled",
            "config.yaml:4:41",
            "write featureGates: {KubeletEnsureSecretPulledImages: true}",
        ),
        (
            "featureGates:\n  kubeletEnsureSecretPulledImages: true",
            "failed to set feature gates from initial flags-based config: unrecognized feature gate: \
             kubeletEnsureSecretPulledImages",
            "config.yaml:4:3",
            "did you mean KubeletEnsureSecretPulledImages?",
        ),
    ] {
        let shown = read(text, "1.35").unwrap_err().render();
        for wanted in [words, place, help] {
            assert!(shown.contains(wanted), "{text:?}: {shown}");
        }
    }
    let shown = read("serializeImagePulls: [", "1.35").unwrap_err().render();
    assert!(shown.starts_with("error: config.yaml is malformed YAML"), "{shown}");
    let shown = read("featureGates: {KubeletEnsureSecretPulledImages: true}", "1.28").unwrap_err().render();
    assert!(shown.contains("unrecognized feature gate: KubeletEnsureSecretPulledImages\n"), "{shown}");
    assert!(shown.contains("help: there is such a gate from 1.33 on"), "{shown}");
}

#[test]
fn what_is_no_configuration() {
    for (text, words) in [
        ("", "the kubelet does not start: kubelet config file \"config.yaml\" was empty"),
        ("maxPods: 1\n", "failed to decode: Object 'Kind' is missing"),
        ("kind: KubeletConfiguration\n", "failed to decode: Object 'apiVersion' is missing"),
        (
            "kind: KubeletConfiguration\napiVersion: kubelet.config.k8s.io/v1\n",
            "failed to decode: no kind \"KubeletConfiguration\" is registered for version \"kubelet.config.k8s.io/v1\" in",
        ),
        (
            "kind: InitConfiguration\napiVersion: kubeadm.k8s.io/v1beta3\n",
            "failed to decode: no kind \"InitConfiguration\" is registered for version \"kubeadm.k8s.io/v1beta3\" in",
        ),
    ] {
        let shown = read_whole(text, "1.35").unwrap_err().render();
        assert!(shown.contains(words), "{text:?}: {shown}");
        assert!(
            shown.contains("help: begin the file with apiVersion: kubelet.config.k8s.io/v1beta1"),
            "{shown}"
        );
    }
}

/// The kubelet starts all the same, and takes the last of doubled fields.
#[test]
fn what_the_kubelet_passes_over() {
    let text = format!(
        "{HEAD}registryPullQps: 9\nregistryBurst: 3\nregistryBurst: 4\nauthentication:\n  webhok: {{}}\n\
         imagePullCredentialsVerificationPolicy: AlwaysVerify\nfoo: [1]\n"
    );
    let read = read_whole(&text, "1.32").unwrap();
    let told: Vec<String> = read.notes.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "config.yaml:3:1: unknown field \"registryPullQps\", which the kubelet passes over; did you mean registryPullQPS?",
            "config.yaml:5:1: registryBurst is written twice: the kubelet takes the last one",
            "config.yaml:7:3: unknown field \"authentication.webhok\", which the kubelet passes over",
            "config.yaml:8:1: unknown field \"imagePullCredentialsVerificationPolicy\", which the kubelet passes over; there is \
             such a field from 1.33 on",
            "config.yaml:9:1: unknown field \"foo\", which the kubelet passes over",
        ]
    );
    assert_eq!((read.config.registry_pull_qps, read.config.registry_burst), (5.0, 4));
}

/// What kubeadm writes, with every kind of field in it.
#[test]
fn an_ordinary_file_tells_nothing() {
    let text = "apiVersion: kubelet.config.k8s.io/v1beta1\nauthentication:\n  anonymous:\n    enabled: false\n  webhook:\n    \
                cacheTTL: 0s\n    enabled: true\n  x509:\n    clientCAFile: /etc/kubernetes/pki/ca.crt\nauthorization:\n  mode: \
                Webhook\ncgroupDriver: systemd\nclusterDNS:\n- 10.96.0.10\nclusterDomain: cluster.local\n\
                containerRuntimeEndpoint: \"\"\ncpuManagerReconcilePeriod: 0s\nevictionHard:\n  imagefs.available: 10%\n\
                imageGCHighThresholdPercent: 85\nkind: KubeletConfiguration\nlogging:\n  flushFrequency: 0\n  options:\n    json:\n      \
                infoBufferSize: \"0\"\n  verbosity: 0\nmemorySwap: {}\nrotateCertificates: true\nregisterWithTaints:\n- key: a\n  \
                effect: NoSchedule\nshutdownGracePeriodByPodPriority:\n- priority: 1\n  shutdownGracePeriodSeconds: 5\n\
                staticPodPath: /etc/kubernetes/manifests\nmemoryThrottlingFactor: 0.9\n";
    for version in Version::KNOWN {
        let read = read_whole(text, version).unwrap();
        assert_eq!(
            (read.notes, read.config),
            (Vec::new(), KubeletConfig::defaults(version.parse().unwrap()))
        );
    }
}

fn node(files: &[(&str, &str)]) -> node::Node {
    node::Node::memory(files.iter().map(|(path, text)| ((*path).into(), text.as_bytes().to_vec())))
}

/// Drop-ins replace fields of the file, flags both; feature gates of all are joined.
#[test]
fn flags_and_drop_ins() {
    let unit = "[Service]\nExecStart=/usr/bin/kubelet --config=/etc/k.yaml --config-dir /etc/k.d --registry-burst=7 \
                --feature-gates=KubeletEnsureSecretPulledImages=true\n";
    let file = format!("{HEAD}registryPullQPS: 1\nregistryBurst: 2\nmaxParallelImagePulls: 3\n");
    let drop_in = format!("{HEAD}registryPullQPS: 8\nmaxParallelImagePulls: null\n");
    let node = node(&[
        ("/etc/systemd/system/kubelet.service", unit),
        ("/etc/k.yaml", &file),
        ("/etc/k.d/10.conf", &drop_in),
        ("/etc/k.d/20.yaml", "not read"),
        ("/var/lib/kubelet/config.yaml", "not read"),
    ]);
    let read = NodeKubelet::read(&node, None, "1.34".parse().unwrap()).unwrap();
    let config = read.config;
    assert_eq!((config.registry_pull_qps, config.registry_burst), (8.0, 7));
    assert_eq!((config.pulls, config.ensure_secret_pulled_images), (PullConcurrency::Serial, true));
    assert_eq!(read.notes, Vec::<String>::new());
}

#[test]
fn flags_that_the_kubelet_does_not_start_with() {
    for (flag, words) in [
        ("--registry-qps=many", "invalid argument \"many\" for \"--registry-qps\" flag"),
        ("--feature-gates=A=maybe", "invalid argument \"A=maybe\" for \"--feature-gates\" flag"),
        ("--registry-qps=-1", "registryPullQPS (--registry-qps) -1 must not be a negative number"),
    ] {
        let node =
            node(&[("/var/lib/kubelet/kubeadm-flags.env", &format!("KUBELET_KUBEADM_ARGS=\"{flag}\"\n"))]);
        let shown = NodeKubelet::read(&node, None, Version::NEWEST).unwrap_err().render();
        assert!(shown.contains("the kubelet does not start: ") && shown.contains(words), "{shown}");
    }
    let gone = node(&[("/etc/default/kubelet", "KUBELET_EXTRA_ARGS=--config=/etc/gone.yaml\n")]);
    let read = NodeKubelet::read(&gone, None, Version::NEWEST).unwrap();
    assert_eq!(
        read.notes,
        ["the kubelet's configuration /etc/gone.yaml is not among the node's files: defaults are taken"]
    );
}
