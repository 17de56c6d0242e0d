use keyring::FieldFault;

/// What to do about a field that the kubelet refuses.
pub(super) fn remedy(field: &str, fault: &FieldFault) -> Option<String> {
    let field = field.strip_prefix("providers.").unwrap_or(field);
    let words = match (field, fault) {
        ("providers", _) => "name a plugin, or start the kubelet without --image-credential-provider-config",
        ("name", FieldFault::Duplicate { .. }) => "give each plugin a name of its own, over all files",
        ("name", _) => {
            "the name is that of the executable in --image-credential-provider-bin-dir, without a path"
        }
        ("apiVersion", _) => "write the version that the plugin speaks: credentialprovider.kubelet.k8s.io/v1",
        ("matchImages", FieldFault::Required { .. }) => {
            "write for which images it is asked, such as \"*.dkr.ecr.*.amazonaws.com\""
        }
        ("matchImages", _) => {
            "a pattern is a registry without a scheme, if need be with port and path, such as \"*.example.com:5000/team\""
        }
        ("defaultCacheDuration", _) => {
            "write for how long answers are kept that do not say it themselves: 12h, or 0s to keep none"
        }
        ("tokenAttributes", FieldFault::Forbidden { detail }) if detail.contains("feature gate") => {
            "the gate is on by default from Kubernetes 1.34; in 1.33 it is set under featureGates in the kubelet's \
             configuration"
        }
        ("tokenAttributes", FieldFault::Forbidden { .. }) => {
            "have the plugin speak credentialprovider.kubelet.k8s.io/v1, or leave tokenAttributes out"
        }
        ("tokenAttributes", _) => "write each annotation in one of the two lists",
        ("tokenAttributes.serviceAccountTokenAudience", _) => {
            "write for whom the token is: the audience that the plugin's other end expects"
        }
        ("tokenAttributes.requireServiceAccount", _) => {
            "write true to pass over pods without a service account, false to ask for them without a token"
        }
        ("tokenAttributes.cacheType", _) => {
            "write ServiceAccount where the login is the account's, Token where it ends with the token"
        }
        ("tokenAttributes.requiredServiceAccountAnnotationKeys", FieldFault::Forbidden { .. }) => {
            "set requireServiceAccount: true, or list the annotations as optional"
        }
        (
            "tokenAttributes.requiredServiceAccountAnnotationKeys"
            | "tokenAttributes.optionalServiceAccountAnnotationKeys",
            _,
        ) => "write each annotation's key once, as NAME or DOMAIN/NAME",
        _ => return None,
    };
    Some(words.to_owned())
}
