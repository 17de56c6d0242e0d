use std::fmt;

use gostd::duration::Duration;
use gostd::strconv::quote;
use secret::Secret;

use crate::key::parse_schemeless;
use crate::plugin::qualified_name::faults_of_name;
use crate::plugin::rules::PluginRules;

/// The API versions of the protocol between kubelet and plugin, sorted.
const API_VERSIONS: [&str; 3] = [
    "credentialprovider.kubelet.k8s.io/v1",
    "credentialprovider.kubelet.k8s.io/v1alpha1",
    "credentialprovider.kubelet.k8s.io/v1beta1",
];
const CACHE_TYPES: [&str; 2] = ["ServiceAccount", "Token"];

/// What `--image-credential-provider-config` names: the plugins, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CredentialProviderConfig {
    /// The plugins.
    pub providers: Vec<ProviderConfig>,
}

/// One plugin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProviderConfig {
    /// The name of its executable in the directory of plugins.
    pub name: String,
    /// For which images it is asked.
    pub match_images: Vec<String>,
    /// How long its answers are kept that do not say it themselves.
    pub default_cache_duration: Option<Duration>,
    /// The version of the protocol.
    pub api_version: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// Environment variables besides the kubelet's own; a value may be secret.
    pub env: Vec<(String, Secret)>,
    /// Whether and how it is given tokens of service accounts.
    pub token_attributes: Option<TokenAttributes>,
}

/// `tokenAttributes` of a plugin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenAttributes {
    /// For whom the token is.
    pub audience: String,
    /// `ServiceAccount` or `Token`; demanded from 1.34 on.
    pub cache_type: String,
    /// Whether a pod without a service account is passed over.
    pub require_service_account: Option<bool>,
    /// Annotations without which the plugin is not asked.
    pub required_annotations: Vec<String>,
    /// Annotations that are handed on where they are.
    pub optional_annotations: Vec<String>,
}

/// Why the kubelet refuses to start with a configuration. `Display` is what it says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("failed to validate credential provider config: {}", aggregate(.errors))]
pub struct InvalidConfig {
    /// Each fault, in the kubelet's order.
    pub errors: Vec<FieldError>,
}

/// A field that the kubelet refuses (`apimachinery pkg/util/validation/field`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The field; elements of a list have no number here.
    pub field: &'static str,
    /// Which of the plugins has it, from 0; none: it is about all of them.
    pub provider: Option<usize>,
    /// What is wrong with it.
    pub fault: FieldFault,
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldFault {
    /// It is missing.
    Required {
        /// More about it; may be empty.
        detail: String,
    },
    /// Its value is wrong.
    Invalid {
        /// The value as Go prints it.
        value: String,
        /// Why.
        detail: String,
    },
    /// Its value is there already.
    Duplicate {
        /// The value.
        value: String,
    },
    /// Its value is none of those that there are.
    NotSupported {
        /// The value.
        value: String,
        /// Those that there are.
        supported: Vec<&'static str>,
    },
    /// It must not be there.
    Forbidden {
        /// Why.
        detail: String,
    },
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = self.field;
        match &self.fault {
            FieldFault::Required { detail } if detail.is_empty() => write!(f, "{field}: Required value"),
            FieldFault::Required { detail } => write!(f, "{field}: Required value: {detail}"),
            FieldFault::Invalid { value, detail } => write!(f, "{field}: Invalid value: {value}: {detail}"),
            FieldFault::Duplicate { value } => write!(f, "{field}: Duplicate value: {}", quote(value)),
            FieldFault::NotSupported { value, supported } => {
                let supported: Vec<String> = supported.iter().copied().map(quote).collect();
                let (value, supported) = (quote(value), supported.join(", "));
                write!(f, "{field}: Unsupported value: {value}: supported values: {supported}")
            }
            FieldFault::Forbidden { detail } => write!(f, "{field}: Forbidden: {detail}"),
        }
    }
}

/// Several errors as Go's aggregate prints them: each text once.
fn aggregate(errors: &[FieldError]) -> String {
    let mut texts: Vec<String> = Vec::new();
    for text in errors.iter().map(ToString::to_string) {
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    match texts.as_slice() {
        [one] => one.clone(),
        several => format!("[{}]", several.join(", ")),
    }
}

impl CredentialProviderConfig {
    /// What a kubelet by these rules checks when it starts
    /// (`kubernetes pkg/credentialprovider/plugin/config.go validateCredentialProviderConfig`).
    ///
    /// # Errors
    /// [`InvalidConfig`]: the kubelet does not start.
    pub fn validate(&self, rules: PluginRules) -> Result<(), InvalidConfig> {
        let mut errors = Errors { found: Vec::new(), provider: None, rules };
        if self.providers.is_empty() {
            errors.required("providers", "at least 1 item in plugins is required");
        }
        for (index, provider) in self.providers.iter().enumerate() {
            errors.provider = Some(index);
            let known = self.providers[..index].iter().any(|other| other.name == provider.name);
            errors.name(&provider.name, known);
            errors.protocol(provider);
            if let Some(attributes) = &provider.token_attributes {
                errors.tokens(attributes, &provider.api_version);
            }
        }
        if errors.found.is_empty() { Ok(()) } else { Err(InvalidConfig { errors: errors.found }) }
    }
}

struct Errors {
    found: Vec<FieldError>,
    provider: Option<usize>,
    rules: PluginRules,
}

impl Errors {
    fn add(&mut self, field: &'static str, fault: FieldFault) {
        self.found.push(FieldError { field, provider: self.provider, fault });
    }

    fn required(&mut self, field: &'static str, detail: &str) {
        self.add(field, FieldFault::Required { detail: detail.to_owned() });
    }

    /// A field that is missing, without which nothing else can be said of it.
    fn missing(&mut self, field: &'static str) {
        let name = field.rsplit('.').next().unwrap_or(field);
        let detail = if self.rules.is_terse() { String::new() } else { format!("{name} is required") };
        self.add(field, FieldFault::Required { detail });
    }

    fn invalid(&mut self, field: &'static str, value: String, detail: impl Into<String>) {
        self.add(field, FieldFault::Invalid { value, detail: detail.into() });
    }

    fn forbidden(&mut self, field: &'static str, detail: impl Into<String>) {
        self.add(field, FieldFault::Forbidden { detail: detail.into() });
    }

    fn name(&mut self, name: &str, known: bool) {
        const FIELD: &str = "providers.name";
        for (wrong, detail) in [
            (name.contains('/'), "provider name cannot contain '/'"),
            (name.contains(' '), "provider name cannot contain spaces"),
            (name == ".", "provider name cannot be '.'"),
            (name == "..", "provider name cannot be '..'"),
        ] {
            if wrong {
                self.invalid(FIELD, quote(name), detail);
            }
        }
        if known {
            self.add(FIELD, FieldFault::Duplicate { value: name.to_owned() });
        }
    }

    fn protocol(&mut self, provider: &ProviderConfig) {
        let version = provider.api_version.as_str();
        if version.is_empty() {
            self.missing("providers.apiVersion");
        } else if !API_VERSIONS.contains(&version) {
            let (value, supported) = (version.to_owned(), API_VERSIONS.to_vec());
            self.add("providers.apiVersion", FieldFault::NotSupported { value, supported });
        }
        if provider.match_images.is_empty() {
            self.required("providers.matchImages", "at least 1 item in matchImages is required");
        }
        for image in &provider.match_images {
            if let Err(error) = parse_schemeless(image) {
                let detail = format!("match image is invalid: {error}");
                self.invalid("providers.matchImages", quote(image), detail);
            }
        }
        self.cache_duration(provider.default_cache_duration);
    }

    fn cache_duration(&mut self, duration: Option<Duration>) {
        const FIELD: &str = "providers.defaultCacheDuration";
        let detail = "must be greater than or equal to 0";
        match duration {
            None => self.missing(FIELD),
            Some(duration) if duration >= Duration::default() => {}
            Some(duration) if self.rules.is_terse() => {
                self.invalid(FIELD, quote(duration.to_string()), detail);
            }
            Some(duration) => {
                self.invalid(FIELD, duration.to_string(), format!("defaultCacheDuration {detail}"));
            }
        }
    }

    fn tokens(&mut self, attributes: &TokenAttributes, api_version: &str) {
        const FIELD: &str = "providers.tokenAttributes";
        if !self.rules.gives_tokens() {
            self.forbidden(
                FIELD,
                "tokenAttributes is not supported when KubeletServiceAccountTokenForCredentialProviders feature gate is \
                 disabled",
            );
        }
        if attributes.audience.is_empty() {
            self.missing("providers.tokenAttributes.serviceAccountTokenAudience");
        }
        if attributes.require_service_account.is_none() {
            self.missing("providers.tokenAttributes.requireServiceAccount");
        }
        if api_version != API_VERSIONS[0] {
            let detail = format!("tokenAttributes is only supported for {} API version", API_VERSIONS[0]);
            self.forbidden(FIELD, detail);
        }
        self.annotation_keys(attributes);
        if self.rules.has_cache_type() {
            self.cache_type(&attributes.cache_type);
        }
    }

    fn annotation_keys(&mut self, attributes: &TokenAttributes) {
        const REQUIRED: &str = "providers.tokenAttributes.requiredServiceAccountAnnotationKeys";
        const OPTIONAL: &str = "providers.tokenAttributes.optionalServiceAccountAnnotationKeys";
        let (required, optional) = (&attributes.required_annotations, &attributes.optional_annotations);
        if attributes.require_service_account == Some(false) && !required.is_empty() {
            self.forbidden(
                REQUIRED,
                "requireServiceAccount cannot be false when requiredServiceAccountAnnotationKeys is set",
            );
        }
        for (field, keys) in [(REQUIRED, required), (OPTIONAL, optional)] {
            for (index, key) in keys.iter().enumerate() {
                for fault in faults_of_name(&key.to_lowercase()) {
                    self.invalid(field, quote(key), fault);
                }
                if keys[..index].contains(key) {
                    self.add(field, FieldFault::Duplicate { value: key.clone() });
                }
            }
        }
        let mut both: Vec<&String> = required.iter().filter(|key| optional.contains(key)).collect();
        both.sort();
        both.dedup();
        if !both.is_empty() {
            let quoted: Vec<String> = both.iter().map(|key| quote(key.as_str())).collect();
            let value = match self.rules.is_terse() {
                true => format!("[{}]", quoted.join(",")),
                false => format!("[]string{{{}}}", quoted.join(", ")),
            };
            self.invalid(
                "providers.tokenAttributes",
                value,
                "annotation keys cannot be both required and optional",
            );
        }
    }

    fn cache_type(&mut self, cache_type: &str) {
        const FIELD: &str = "providers.tokenAttributes.cacheType";
        if cache_type.is_empty() {
            let detail = format!(
                "cacheType is required to be set when tokenAttributes is specified. Supported values are: {}",
                CACHE_TYPES.join(", ")
            );
            self.required(FIELD, &detail);
        } else if !CACHE_TYPES.contains(&cache_type) {
            let (value, supported) = (cache_type.to_owned(), CACHE_TYPES.to_vec());
            self.add(FIELD, FieldFault::NotSupported { value, supported });
        }
    }
}
