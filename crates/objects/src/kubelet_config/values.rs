//! The fields that concern images, with the defaults and the limits of the kubelet
//! (`kubernetes pkg/kubelet/apis/config/v1beta1/defaults.go`, `validation/validation.go@001332b0`).

use kubelet::{Allowlist, KubeletConfig, PullConcurrency, VerificationPolicy, Version};

use super::Refused;
use super::refusal::{ConfigRefusal, GATE, GateKnown, POLICIES};
use super::shape::Scalar;
use crate::excerpt::Place;
use crate::tree::{Span, Tree};
use crate::{InputError, Source};

/// The feature gate on which tokens for credential plugins depend.
const TOKEN_GATE: &str = "KubeletServiceAccountTokenForCredentialProviders";

/// The feature gates that concern pulls, and the minor version with which each comes (`kubernetes
/// pkg/features/kube_features.go`). Others are not looked at.
const GATES: [(&str, u8); 4] =
    [(GATE, 33), (TOKEN_GATE, 33), ("ImageVolume", 31), ("RuntimeClassInImageCriApi", 29)];

/// The flags that replace fields of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConfigFlags {
    /// `--registry-qps`
    pub registry_qps: Option<i32>,
    /// `--registry-burst`
    pub registry_burst: Option<i32>,
    /// `--serialize-image-pulls`
    pub serialize_image_pulls: Option<bool>,
    /// `--feature-gates`, by name.
    pub feature_gates: Vec<(String, bool)>,
}

/// A flag of the kubelet with a value that it cannot read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid argument {value:?} for \"--{flag}\" flag")]
pub struct NotAFlag {
    /// The flag.
    pub flag: &'static str,
    /// Its value.
    pub value: String,
}

/// A file, of which a later one replaces fields.
pub(super) struct Layer<'a> {
    pub source: &'a Source,
    pub tree: &'a Tree,
}

pub(super) struct Values<'a> {
    pub layers: Vec<Layer<'a>>,
    pub flags: &'a ConfigFlags,
    pub version: Version,
}

/// A value and where it stands; nowhere if it is a flag's.
struct Written<'a, T> {
    value: T,
    at: Option<(&'a Source, Span)>,
}

impl<T> Written<'_, T> {
    fn refused(&self, why: ConfigRefusal) -> InputError {
        match self.at {
            Some((source, span)) => Refused { span, why }.at(source),
            None => {
                let file = "the kubelet's command line".to_owned();
                let place = Place { file, line: 1, column: 1, excerpt: None };
                InputError::KubeletRefuses { place, why: Box::new(why) }
            }
        }
    }
}

impl<'a> Values<'a> {
    pub fn config(&self) -> Result<KubeletConfig, InputError> {
        let defaults = KubeletConfig::defaults(self.version);
        let gate = self.gate(GATE, defaults.ensure_secret_pulled_images)?;
        let tokens = self.gate(TOKEN_GATE, defaults.plugins.gives_tokens())?;
        let qps = self.not_negative("registryPullQPS", "--registry-qps", self.flags.registry_qps)?;
        // What is not written and what is 0 are one to it.
        let burst = self.not_negative("registryBurst", "--registry-burst", self.flags.registry_burst)?;
        Ok(KubeletConfig {
            pulls: self.pulls()?,
            registry_pull_qps: qps.map_or(defaults.registry_pull_qps, f64::from),
            registry_burst: burst.filter(|burst| *burst > 0).unwrap_or(defaults.registry_burst),
            ensure_secret_pulled_images: gate,
            verification: self.verification(gate)?,
            plugins: defaults.plugins.with_gate(tokens),
        })
    }

    /// The value that counts: that of the last file which has one. `null` takes away what was written before.
    fn find(&self, field: &str) -> Option<(&'a Source, &'a Tree)> {
        let last = self.layers.iter().rev().find(|layer| layer.tree.get(field).is_some())?;
        last.tree.set(field).map(|tree| (last.source, tree))
    }

    fn integer(&self, field: &str) -> Option<Written<'a, i64>> {
        let (source, tree) = self.find(field)?;
        let value = Scalar::of(tree, source).integer()?;
        Some(Written { value, at: Some((source, tree.span)) })
    }

    fn boolean(&self, field: &str) -> Option<bool> {
        let (source, tree) = self.find(field)?;
        match Scalar::of(tree, source) {
            Scalar::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// Whether credentials are verified. A gate that this version does not have ends the start.
    fn gate(&self, wanted: &str, default: bool) -> Result<bool, InputError> {
        let mut on = default;
        for layer in &self.layers {
            let gates = layer.tree.set("featureGates").map(Tree::members).unwrap_or_default();
            for member in gates {
                let at = Some((layer.source, member.key_span));
                let name = Written { value: member.key.expose().as_str(), at };
                self.known_gate(&name)?;
                match Scalar::of(&member.value, layer.source) {
                    Scalar::Bool(value) if name.value == wanted => on = value,
                    _ => {}
                }
            }
        }
        for (name, value) in &self.flags.feature_gates {
            self.known_gate(&Written { value: name.as_str(), at: None })?;
            if name == wanted {
                on = *value;
            }
        }
        Ok(on)
    }

    fn known_gate(&self, name: &Written<'_, &str>) -> Result<(), InputError> {
        let near = GATES.iter().find(|(gate, _)| gate.eq_ignore_ascii_case(name.value));
        let known = match near {
            Some((gate, since)) if *gate == name.value && *since > self.version.minor() => {
                GateKnown::Since(*since)
            }
            Some((gate, _)) if *gate != name.value => GateKnown::As(gate),
            _ => return Ok(()),
        };
        Err(name.refused(ConfigRefusal::UnknownGate { gate: name.value.to_owned(), known }))
    }

    fn pulls(&self) -> Result<PullConcurrency, InputError> {
        let serial = self.flags.serialize_image_pulls.or_else(|| self.boolean("serializeImagePulls"));
        let Some(limit) = self.integer("maxParallelImagePulls") else {
            return Ok(match serial {
                Some(false) => PullConcurrency::Unlimited,
                Some(true) | None => PullConcurrency::Serial,
            });
        };
        let serial = serial.unwrap_or(limit.value < 2);
        match usize::try_from(limit.value) {
            Ok(0) | Err(_) => Err(limit.refused(ConfigRefusal::NoPulls(limit.value))),
            Ok(2..) if serial => Err(limit.refused(ConfigRefusal::SerialAndParallel)),
            Ok(_) if serial => Ok(PullConcurrency::Serial),
            Ok(limit) => Ok(PullConcurrency::Limited(limit)),
        }
    }

    fn not_negative(
        &self,
        field: &'static str,
        flag: &'static str,
        of_flag: Option<i32>,
    ) -> Result<Option<u32>, InputError> {
        let of_flag = of_flag.map(|value| Written { value: i64::from(value), at: None });
        let Some(written) = of_flag.or_else(|| self.integer(field)) else { return Ok(None) };
        let value = written.value;
        u32::try_from(value)
            .map(Some)
            .map_err(|_| written.refused(ConfigRefusal::Negative { field, flag, value }))
    }

    fn verification(&self, gate: bool) -> Result<VerificationPolicy, InputError> {
        const POLICY: &str = "imagePullCredentialsVerificationPolicy";
        const ALLOWLIST: &str = "preloadedImagesVerificationAllowlist";
        if !self.version.can_ensure_secret_pulled_images() {
            return Ok(VerificationPolicy::default());
        }
        let list = self.find(ALLOWLIST).filter(|(_, tree)| !tree.list().is_empty());
        let policy = self.text(POLICY).filter(|policy| !policy.value.is_empty());
        if !gate {
            let field = if policy.is_some() { POLICY } else { ALLOWLIST };
            let at = policy.and_then(|policy| policy.at).or(list.map(|(source, tree)| (source, tree.span)));
            return match at {
                Some(at) => {
                    Err(Written { value: (), at: Some(at) }.refused(ConfigRefusal::WithoutGate { field }))
                }
                None => Ok(VerificationPolicy::default()),
            };
        }
        let name = policy.as_ref().map_or("NeverVerifyPreloadedImages", |policy| policy.value);
        if let Some(policy) = policy.as_ref().filter(|policy| !POLICIES.contains(&policy.value)) {
            return Err(policy.refused(ConfigRefusal::UnknownPolicy(policy.value.to_owned())));
        }
        if let Some((source, tree)) = list.filter(|_| name != "NeverVerifyAllowlistedImages") {
            let list = Written { value: (), at: Some((source, tree.span)) };
            return Err(list.refused(ConfigRefusal::ListWithoutPolicy));
        }
        Ok(match name {
            "NeverVerify" => VerificationPolicy::NeverVerify,
            "AlwaysVerify" => VerificationPolicy::AlwaysVerify,
            "NeverVerifyAllowlistedImages" => {
                VerificationPolicy::NeverVerifyAllowlistedImages(allowlist(list)?)
            }
            _ => VerificationPolicy::NeverVerifyPreloadedImages,
        })
    }

    fn text(&self, field: &str) -> Option<Written<'a, &'a str>> {
        let (source, tree) = self.find(field)?;
        let value = tree.text()?.expose().as_str();
        Some(Written { value, at: Some((source, tree.span)) })
    }
}

fn allowlist(list: Option<(&Source, &Tree)>) -> Result<Allowlist, InputError> {
    let Some((source, tree)) = list else { return Ok(Allowlist::default()) };
    let mut patterns = Vec::new();
    for element in tree.list() {
        let pattern = element.text().map(|text| text.expose().as_str()).unwrap_or_default();
        let refused = |error| Refused { span: element.span, why: ConfigRefusal::Pattern(error) }.at(source);
        Allowlist::new([pattern]).map_err(refused)?;
        patterns.push(pattern);
    }
    let refused = |error| Refused { span: tree.span, why: ConfigRefusal::Pattern(error) }.at(source);
    Allowlist::new(patterns).map_err(refused)
}
