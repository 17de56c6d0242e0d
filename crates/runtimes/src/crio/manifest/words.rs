//! What CRI-O's library says of members of the wrong type: its types have other names than those of image-spec
//! (cri-o@f954a17:vendor/go.podman.io/image/v5/manifest/oci.go, docker_schema2.go, internal/manifest/oci_index.go,
//! docker_schema2_list.go).

use gostd::json;

use super::super::error::Error;

/// A type that embeds image-spec's: `outer` around `inner` (`Manifest`, `Index`).
pub(super) fn oci(inner: &str, outer: &str, error: json::Error) -> Error {
    renamed(error, |wrong| {
        if wrong.go_type == format!("v1.{inner}") {
            wrong.go_type = format!("manifest.{outer}");
        }
        if wrong.go_struct == inner {
            outer.clone_into(&mut wrong.go_struct);
        }
        if !wrong.field.is_empty() {
            wrong.field = format!("{inner}.{}", wrong.field);
        }
    })
}

/// `manifest.Schema2`
pub(super) fn schema2(error: json::Error) -> Error {
    renamed(error, |wrong| {
        wrong.rename("Manifest", "Schema2");
        wrong.rename("Descriptor", "Schema2Descriptor");
        wrong.field = wrong.field.trim_start_matches(VERSIONED).to_owned();
    })
}

/// `manifest.Schema2ListPublic`, whose entries embed a descriptor.
pub(super) fn list(error: json::Error) -> Error {
    renamed(error, |wrong| {
        let of_entry = wrong.go_struct == "Descriptor" && !wrong.field.ends_with(".platform");
        wrong.rename("Index", "Schema2ListPublic");
        wrong.rename("Descriptor", "Schema2ManifestDescriptor");
        wrong.rename("Platform", "Schema2PlatformSpec");
        wrong.field = wrong.field.trim_start_matches(VERSIONED).to_owned();
        if of_entry && let Some((entry, name)) = wrong.field.rsplit_once('.') {
            wrong.field = format!("{entry}.Schema2Descriptor.{name}");
        }
    })
}

/// The struct that image-spec embeds for the version.
const VERSIONED: &str = "Versioned.";

/// `*json.UnmarshalTypeError`
struct Wrong {
    go_struct: String,
    field: String,
    go_type: String,
}

impl Wrong {
    fn rename(&mut self, old: &str, new: &str) {
        if self.go_struct == old {
            new.clone_into(&mut self.go_struct);
        }
        let of_old = format!("v1.{old}");
        if self.go_type.ends_with(&of_old) {
            self.go_type = self.go_type.replace(&of_old, &format!("manifest.{new}"));
        }
    }
}

fn renamed(error: json::Error, rename: impl FnOnce(&mut Wrong)) -> Error {
    let json::Error::WrongType { value, go_struct, field, go_type } = error else {
        return Error::plain(error.to_string());
    };
    let mut wrong = Wrong { go_struct, field, go_type };
    rename(&mut wrong);
    let Wrong { go_struct, field, go_type } = wrong;
    Error::plain(json::Error::WrongType { value, go_struct, field, go_type }.to_string())
}

#[cfg(test)]
mod tests {
    use distribution::media_type::{
        DOCKER_MANIFEST, DOCKER_MANIFEST_LIST, DOCKER_SCHEMA1, OCI_INDEX, OCI_MANIFEST,
    };

    use super::super::Blob;

    fn blob(media_type: &str, text: &str) -> Blob {
        Blob { bytes: text.as_bytes().to_vec(), media_type: media_type.to_owned() }
    }

    /// As skopeo 1.22.0 says of them, which has the same library.
    #[test]
    fn members_of_the_wrong_type() {
        let single = |media_type: &str, text: &str| blob(media_type, text).single().unwrap_err().to_string();
        let list = |media_type: &str, text: &str| blob(media_type, text).list().unwrap_err().to_string();
        let into = |value: &str, field: &str, go_type: &str| {
            format!("json: cannot unmarshal {value} into Go struct field {field} of type {go_type}")
        };
        let cases = [
            (OCI_MANIFEST, "[1]", "json: cannot unmarshal array into Go value of type manifest.OCI1".into()),
            (
                OCI_MANIFEST,
                r#"{"schemaVersion":"2"}"#,
                into("string", "OCI1.Manifest.Versioned.schemaVersion", "int"),
            ),
            (OCI_MANIFEST, r#"{"config":"x"}"#, into("string", "OCI1.Manifest.config", "v1.Descriptor")),
            (
                OCI_MANIFEST,
                r#"{"layers":[{"size":"5"}]}"#,
                into("string", "Descriptor.Manifest.layers.size", "int64"),
            ),
            (
                DOCKER_MANIFEST,
                "[1]",
                "json: cannot unmarshal array into Go value of type manifest.Schema2".into(),
            ),
            (DOCKER_MANIFEST, r#"{"schemaVersion":"2"}"#, into("string", "Schema2.schemaVersion", "int")),
            (
                DOCKER_MANIFEST,
                r#"{"layers":{}}"#,
                into("object", "Schema2.layers", "[]manifest.Schema2Descriptor"),
            ),
            (
                DOCKER_MANIFEST,
                r#"{"config":{"digest":5}}"#,
                into("number", "Schema2Descriptor.config.digest", "digest.Digest"),
            ),
            (DOCKER_SCHEMA1, "null", "unsupported schema version 0".into()),
            (DOCKER_SCHEMA1, r#"{"schemaVersion":"1"}"#, into("string", "Schema1.schemaVersion", "int")),
            (
                DOCKER_SCHEMA1,
                r#"{"fsLayers":[{"blobSum":5}]}"#,
                into("number", "Schema1FSLayers.fsLayers.blobSum", "digest.Digest"),
            ),
            (
                DOCKER_SCHEMA1,
                r#"{"history":["x"]}"#,
                into("string", "Schema1.history", "manifest.Schema1History"),
            ),
        ];
        for (media_type, text, expected) in cases {
            assert_eq!(single(media_type, text), expected, "{media_type} {text}");
        }
        let cases = [
            (
                OCI_INDEX,
                "[1]",
                "json: cannot unmarshal array into Go value of type manifest.OCI1IndexPublic".into(),
            ),
            (
                OCI_INDEX,
                r#"{"manifests":["x"]}"#,
                into("string", "OCI1IndexPublic.Index.manifests", "v1.Descriptor"),
            ),
            (
                OCI_INDEX,
                r#"{"manifests":[{"size":"x"}]}"#,
                into("string", "Descriptor.Index.manifests.size", "int64"),
            ),
            (
                DOCKER_MANIFEST_LIST,
                r#"{"manifests":["x"]}"#,
                into("string", "Schema2ListPublic.manifests", "manifest.Schema2ManifestDescriptor"),
            ),
            (
                DOCKER_MANIFEST_LIST,
                r#"{"manifests":[{"size":"x"}]}"#,
                into("string", "Schema2ManifestDescriptor.manifests.Schema2Descriptor.size", "int64"),
            ),
            (
                DOCKER_MANIFEST_LIST,
                r#"{"manifests":[{"platform":"x"}]}"#,
                into(
                    "string",
                    "Schema2ManifestDescriptor.manifests.platform",
                    "manifest.Schema2PlatformSpec",
                ),
            ),
            (
                DOCKER_MANIFEST_LIST,
                r#"{"manifests":[{"platform":{"architecture":5}}]}"#,
                into("number", "Schema2PlatformSpec.manifests.platform.architecture", "string"),
            ),
        ];
        for (media_type, text, expected) in cases {
            let said = list(media_type, text);
            assert_eq!(
                said.split_once("\": ").map(|(_, said)| said),
                Some(expected.as_str()),
                "{media_type} {text}"
            );
        }
    }
}
