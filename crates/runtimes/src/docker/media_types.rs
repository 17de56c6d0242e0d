//! Media types that the engine takes (moby@v28.5.2 distribution/pull_v2.go `checkSupportedMediaType`, registry.go
//! `defaultImageTypes`, manifest.go).

use distribution::media_type;
use gostd::json::{self, Value};
use gostd::strconv;

use super::error::{Error, Result};

/// `supportedMediaTypes`, as beginnings and as they stand.
const SUPPORTED: [&str; 6] = [
    "application/vnd.oci.image",
    "application/vnd.docker",
    "application/octet-stream",
    "application/json",
    "text/html",
    "",
];
/// `defaultImageTypes`: what the config of an image of schema 2 may be.
const IMAGE_CONFIGS: [&str; 6] = [
    media_type::DOCKER_CONFIG,
    media_type::OCI_CONFIG,
    "application/octet-stream",
    "application/json",
    "text/html",
    "",
];
/// `schema2.MediaTypePluginConfig`
const PLUGIN_CONFIG: &str = "application/vnd.docker.plugin.v1+json";

/// `validateMediaType`
pub(super) fn validate_media_type(media_type: &str) -> Result<()> {
    if IMAGE_CONFIGS.contains(&media_type) {
        return Ok(());
    }
    let class = if media_type == PLUGIN_CONFIG { "plugin" } else { "unknown" };
    let quoted = strconv::quote(media_type);
    Err(Error::Plain(format!("Encountered remote {quoted}({class}) when fetching")))
}

/// `checkSupportedMediaType`
pub(super) fn check_supported(media_type: &str, knows_models: bool) -> Result<()> {
    let lower = media_type.to_lowercase();
    if knows_models && lower.starts_with("application/vnd.docker.ai.") {
        let text =
            "AI models are not yet supported by the Engine, please use \"docker model pull/run\" instead";
        return Err(Error::Plain(text.to_owned()));
    }
    let fits = |known: &&str| {
        lower.strip_prefix(*known).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    if SUPPORTED.iter().any(fits) {
        return Ok(());
    }
    Err(Error::MediaType(media_type.to_owned()))
}

/// `detectManifestBlobMediaType`
pub(super) fn detect(bytes: &[u8]) -> Option<String> {
    let document = json::parse(bytes).ok()?;
    let own = document.field("mediaType").and_then(Value::as_str).unwrap_or_default();
    if !own.is_empty() {
        return Some(own.to_owned());
    }
    let has = |name| document.field(name).is_some();
    match (has("fsLayers"), has("config") || has("layers")) {
        (true, _) => None,
        (false, true) => Some(media_type::OCI_MANIFEST.to_owned()),
        (false, false) => Some(media_type::OCI_INDEX.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types_that_are_taken() {
        let cases = [
            ("application/vnd.oci.image.layer.v1.tar+gzip", None),
            ("APPLICATION/JSON", None),
            ("", None),
            ("application/vnd.oci.images", Some("unsupported media type application/vnd.oci.images")),
            (
                "application/vnd.oci.empty.v1+json",
                Some("unsupported media type application/vnd.oci.empty.v1+json"),
            ),
            (
                "application/vnd.docker.ai.model.config.v0.1+json",
                Some(
                    "AI models are not yet supported by the Engine, please use \"docker model pull/run\" instead",
                ),
            ),
        ];
        for (kind, said) in cases {
            let error = check_supported(kind, true).err().map(|error| error.to_string());
            assert_eq!(error.as_deref(), said, "{kind}");
        }
        assert_eq!(
            validate_media_type(PLUGIN_CONFIG).unwrap_err().to_string(),
            "Encountered remote \"application/vnd.docker.plugin.v1+json\"(plugin) when fetching"
        );
    }
}
