use std::collections::BTreeMap;

use kubelet::{Allowlist, KubeletConfig, PullConcurrency, VerificationPolicy, Version};
use serde::Deserialize;
use serde_saphyr::Spanned;

use crate::{InputError, Source, yaml};

/// The values of `imagePullCredentialsVerificationPolicy`.
const POLICIES: [&str; 4] =
    ["NeverVerify", "NeverVerifyPreloadedImages", "NeverVerifyAllowlistedImages", "AlwaysVerify"];
/// The feature gate on which the verification of credentials depends.
const GATE: &str = "KubeletEnsureSecretPulledImages";

/// The fields of a `KubeletConfiguration` that concern images. There are many others, which are passed over.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    serialize_image_pulls: Option<bool>,
    max_parallel_image_pulls: Option<Spanned<i32>>,
    #[serde(rename = "registryPullQPS")]
    registry_pull_qps: Option<Spanned<i32>>,
    registry_burst: Option<Spanned<i32>>,
    image_pull_credentials_verification_policy: Option<Spanned<String>>,
    #[serde(default)]
    preloaded_images_verification_allowlist: Vec<Spanned<String>>,
    #[serde(default)]
    feature_gates: BTreeMap<String, bool>,
}

/// Reads a kubelet's configuration file (`var/lib/kubelet/config.yaml`), as far as it concerns images, for a kubelet of
/// this version.
///
/// ```
/// use kubelet::{PullConcurrency, Version};
///
/// let source = objects::Source::from_text("config.yaml", "maxParallelImagePulls: 5\nclusterDNS: [10.96.0.10]\n");
/// let config = objects::read_kubelet_config(&source, Version::NEWEST)?;
/// assert_eq!(config.pulls, PullConcurrency::Limited(5));
/// assert_eq!(config.registry_pull_qps, 5.0);
/// # Ok::<(), objects::InputError>(())
/// ```
///
/// # Errors
/// What the kubelet would not start with.
pub fn read_kubelet_config(source: &Source, version: Version) -> Result<KubeletConfig, InputError> {
    if source.text().trim().is_empty() {
        return Ok(KubeletConfig::defaults(version));
    }
    let file: File = yaml::typed(source.text()).map_err(|error| InputError::Yaml {
        place: error.span.plain_place(source),
        message: error.message,
    })?;
    let reading = Reading { source };
    let defaults = KubeletConfig::defaults(version);
    let qps = reading.not_negative(file.registry_pull_qps.as_ref(), "registryPullQPS", 5)?;
    // What is not written and what is 0 are one to it.
    let burst = reading.not_negative(file.registry_burst.as_ref(), "registryBurst", 0)?;
    let gate = file.feature_gates.get(GATE).copied().unwrap_or(defaults.ensure_secret_pulled_images);
    Ok(KubeletConfig {
        pulls: reading.pulls(&file)?,
        registry_pull_qps: f64::from(qps),
        registry_burst: if burst == 0 { defaults.registry_burst } else { burst },
        ensure_secret_pulled_images: gate && version.can_ensure_secret_pulled_images(),
        verification: reading.verification(&file)?,
    })
}

struct Reading<'a> {
    source: &'a Source,
}

impl Reading<'_> {
    /// `kubernetes v1.28.7 pkg/kubelet/apis/config/v1beta1/defaults.go`, `validation/validation.go`
    fn pulls(&self, file: &File) -> Result<PullConcurrency, InputError> {
        let Some(limit) = &file.max_parallel_image_pulls else {
            return Ok(match file.serialize_image_pulls {
                Some(false) => PullConcurrency::Unlimited,
                Some(true) | None => PullConcurrency::Serial,
            });
        };
        let serial = file.serialize_image_pulls.unwrap_or(limit.value < 2);
        match usize::try_from(limit.value) {
            Ok(0) | Err(_) => {
                let words = format!("maxParallelImagePulls {} must be a positive number", limit.value);
                Err(self.refused(limit, words))
            }
            Ok(2..) if serial => {
                let words = "maxParallelImagePulls cannot be larger than 1 unless SerializeImagePulls \
                             (--serialize-image-pulls) is set to false";
                Err(self.refused(limit, words.to_owned()))
            }
            Ok(_) if serial => Ok(PullConcurrency::Serial),
            Ok(limit) => Ok(PullConcurrency::Limited(limit)),
        }
    }

    fn not_negative(
        &self,
        field: Option<&Spanned<i32>>,
        name: &str,
        default: u32,
    ) -> Result<u32, InputError> {
        let Some(field) = field else { return Ok(default) };
        u32::try_from(field.value)
            .map_err(|_| self.refused(field, format!("{name} {} must not be a negative number", field.value)))
    }

    fn verification(&self, file: &File) -> Result<VerificationPolicy, InputError> {
        let mut allowlist = Vec::new();
        for pattern in &file.preloaded_images_verification_allowlist {
            Allowlist::new([pattern.value.as_str()])
                .map_err(|error| self.refused(pattern, error.to_string()))?;
            allowlist.push(pattern.value.as_str());
        }
        let Some(policy) = &file.image_pull_credentials_verification_policy else {
            return Ok(VerificationPolicy::default());
        };
        match policy.value.as_str() {
            "" | "NeverVerifyPreloadedImages" => Ok(VerificationPolicy::NeverVerifyPreloadedImages),
            "NeverVerify" => Ok(VerificationPolicy::NeverVerify),
            "AlwaysVerify" => Ok(VerificationPolicy::AlwaysVerify),
            "NeverVerifyAllowlistedImages" => Allowlist::new(allowlist)
                .map(VerificationPolicy::NeverVerifyAllowlistedImages)
                .map_err(|error| self.refused(policy, error.to_string())),
            other => {
                let words = format!(
                    "imagePullCredentialsVerificationPolicy {other:?} must be one of {}",
                    POLICIES.join(", ")
                );
                Err(self.refused(policy, words))
            }
        }
    }

    fn refused<T>(&self, field: &Spanned<T>, words: String) -> InputError {
        let span = yaml::span(field.referenced);
        InputError::KubeletRefuses { place: span.place(self.source, crate::excerpt::Reveal::Shown), words }
    }
}
