//! The Go types that the engine stores what a registry gives into (docker/distribution v2.8.3 manifest/, registry/client/auth;
//! moby@v28.5.2 image/image.go, api/types/container/config.go; docker/libtrust jsonsign.go).

use super::shape::Shape;

const TEXT: Shape = Shape::Text("string");
const DIGEST: Shape = Shape::Text("digest.Digest");
const TEXTS: Shape = Shape::List("string", &TEXT);
const NOTES: Shape = Shape::Map("map[string]string", &TEXT);

/// Of `distribution.Descriptor`, with what `manifestlist.ManifestDescriptor` adds to it.
macro_rules! descriptor {
    ($package:literal, $name:literal, $platform:expr) => {
        Shape::Struct {
            package: $package,
            name: $name,
            members: &[
                ("mediaType", TEXT),
                ("digest", DIGEST),
                ("size", Shape::Whole("int64")),
                ("urls", TEXTS),
                ("annotations", NOTES),
                ("platform", $platform),
            ],
        }
    };
}

/// A manifest, of the package that reads those of its media type.
macro_rules! manifest {
    ($package:literal $(, $notes:expr)?) => {
        Shape::Struct {
            package: $package,
            name: "Manifest",
            members: &[
                ("schemaVersion", Shape::Whole("int")),
                ("mediaType", TEXT),
                ("config", DESCRIPTOR),
                ("layers", Shape::List("distribution.Descriptor", &DESCRIPTOR)),
                $(("annotations", $notes),)?
            ],
        }
    };
}

const DESCRIPTOR: Shape = descriptor!("distribution", "Descriptor", PLATFORM);
const ENTRY: Shape = descriptor!("manifestlist", "ManifestDescriptor", PLATFORM_SPEC);

/// `v1.Platform`
const PLATFORM: Shape = Shape::Struct {
    package: "v1",
    name: "Platform",
    members: &[
        ("architecture", TEXT),
        ("os", TEXT),
        ("os.version", TEXT),
        ("os.features", TEXTS),
        ("variant", TEXT),
    ],
};
/// `manifestlist.PlatformSpec`
const PLATFORM_SPEC: Shape = Shape::Struct {
    package: "manifestlist",
    name: "PlatformSpec",
    members: &[
        ("architecture", TEXT),
        ("os", TEXT),
        ("os.version", TEXT),
        ("os.features", TEXTS),
        ("variant", TEXT),
        ("features", TEXTS),
    ],
};

/// `schema2.Manifest`
pub(super) const SCHEMA2: Shape = manifest!("schema2");
/// `ocischema.Manifest`
pub(super) const OCI: Shape = manifest!("ocischema", NOTES);
/// `manifestlist.ManifestList`
pub(super) const LIST: Shape = Shape::Struct {
    package: "manifestlist",
    name: "ManifestList",
    members: &[
        ("schemaVersion", Shape::Whole("int")),
        ("mediaType", TEXT),
        ("manifests", Shape::List("manifestlist.ManifestDescriptor", &ENTRY)),
    ],
};
/// What a manifest, and an index, of the Open Container Initiative is looked at through first (`validateManifest`, `validateIndex`).
pub(super) const UNKNOWN_MANIFEST: Shape =
    Shape::Struct { package: "ocischema", name: "unknownDocument", members: &[("manifests", Shape::Any)] };
/// See [`UNKNOWN_MANIFEST`].
pub(super) const UNKNOWN_INDEX: Shape = Shape::Struct {
    package: "manifestlist",
    name: "unknownDocument",
    members: &[("config", Shape::Any), ("layers", Shape::Any)],
};
/// `schema1.Manifest`
pub(super) const SCHEMA1: Shape = Shape::Struct {
    package: "schema1",
    name: "Manifest",
    members: &[
        ("schemaVersion", Shape::Whole("int")),
        ("mediaType", TEXT),
        ("name", TEXT),
        ("tag", TEXT),
        ("architecture", TEXT),
        ("fsLayers", Shape::List("schema1.FSLayer", &FS_LAYER)),
        ("history", Shape::List("schema1.History", &COMPATIBILITY)),
    ],
};
const FS_LAYER: Shape =
    Shape::Struct { package: "schema1", name: "FSLayer", members: &[("blobSum", DIGEST)] };
const COMPATIBILITY: Shape =
    Shape::Struct { package: "schema1", name: "History", members: &[("v1Compatibility", TEXT)] };

/// `[]libtrust.jsParsedSignature`
pub(super) const SIGNATURES: Shape = Shape::List("libtrust.jsParsedSignature", &SIGNATURE);
const SIGNATURE: Shape = Shape::Struct {
    package: "libtrust",
    name: "jsParsedSignature",
    members: &[
        (
            "header",
            Shape::Struct {
                package: "libtrust",
                name: "jsParsedHeader",
                members: &[("jwk", Shape::Any), ("alg", TEXT), ("x5c", TEXTS)],
            },
        ),
        ("signature", TEXT),
        ("protected", TEXT),
    ],
};

/// What `errcode.Errors` is read through.
pub(super) const ERRORS: Shape =
    Shape::Struct { package: "", name: "", members: &[("Errors", Shape::List("errcode.Error", &ERROR))] };
const ERROR: Shape = Shape::Struct {
    package: "errcode",
    name: "Error",
    members: &[("code", Shape::Word("errcode.ErrorCode")), ("message", TEXT), ("detail", Shape::Any)],
};

/// `getTokenResponse`
pub(super) const GET_TOKEN: Shape = Shape::Struct {
    package: "auth",
    name: "getTokenResponse",
    members: &[
        ("token", TEXT),
        ("access_token", TEXT),
        ("expires_in", Shape::Whole("int")),
        ("issued_at", Shape::Time),
        ("refresh_token", TEXT),
    ],
};
/// `postTokenResponse`
pub(super) const POST_TOKEN: Shape = Shape::Struct {
    package: "auth",
    name: "postTokenResponse",
    members: &[
        ("access_token", TEXT),
        ("refresh_token", TEXT),
        ("expires_in", Shape::Whole("int")),
        ("issued_at", Shape::Time),
        ("scope", TEXT),
    ],
};

/// `container.HealthConfig`, which is `v1.HealthcheckConfig` in 28.
macro_rules! health {
    ($package:literal, $name:literal) => {
        Shape::Struct {
            package: $package,
            name: $name,
            members: &[
                ("Test", TEXTS),
                ("Interval", Shape::Whole("time.Duration")),
                ("Timeout", Shape::Whole("time.Duration")),
                ("StartPeriod", Shape::Whole("time.Duration")),
                ("StartInterval", Shape::Whole("time.Duration")),
                ("Retries", Shape::Whole("int")),
            ],
        }
    };
}

/// `container.Config`
macro_rules! container {
    ($package:literal, $health:literal) => {
        Shape::Struct {
            package: "container",
            name: "Config",
            members: &[
                ("Hostname", TEXT),
                ("Domainname", TEXT),
                ("User", TEXT),
                ("AttachStdin", Shape::Flag),
                ("AttachStdout", Shape::Flag),
                ("AttachStderr", Shape::Flag),
                ("ExposedPorts", Shape::Map("nat.PortSet", &Shape::Nothing)),
                ("Tty", Shape::Flag),
                ("OpenStdin", Shape::Flag),
                ("StdinOnce", Shape::Flag),
                ("Env", TEXTS),
                ("Cmd", Shape::Words),
                ("Healthcheck", health!($package, $health)),
                ("ArgsEscaped", Shape::Flag),
                ("Image", TEXT),
                ("Volumes", Shape::Map("map[string]struct {}", &Shape::Nothing)),
                ("WorkingDir", TEXT),
                ("Entrypoint", Shape::Words),
                ("NetworkDisabled", Shape::Flag),
                ("MacAddress", TEXT),
                ("OnBuild", TEXTS),
                ("Labels", NOTES),
                ("StopSignal", TEXT),
                ("StopTimeout", Shape::Whole("int")),
                ("Shell", Shape::Words),
            ],
        }
    };
}

/// `image.History`, which is `v1.History` in 28.
macro_rules! history {
    ($package:literal) => {
        Shape::Struct {
            package: $package,
            name: "History",
            members: &[
                ("created", Shape::Time),
                ("author", TEXT),
                ("created_by", TEXT),
                ("comment", TEXT),
                ("empty_layer", Shape::Flag),
            ],
        }
    };
}

/// `image.V1Image` and `image.Image`, whose `history` has another name in each version.
macro_rules! image {
    ($of:literal, $package:literal, $health:literal) => {
        Shape::Struct {
            package: "image",
            name: "Image",
            members: &[
                ("id", TEXT),
                ("comment", TEXT),
                ("created", Shape::Time),
                ("container", TEXT),
                ("container_config", container!($package, $health)),
                ("docker_version", TEXT),
                ("author", TEXT),
                ("config", container!($package, $health)),
                ("architecture", TEXT),
                ("variant", TEXT),
                ("os", TEXT),
                ("Size", Shape::Whole("int64")),
                ("parent", Shape::Text("image.ID")),
                ("rootfs", ROOTFS),
                ("history", Shape::List(concat!($of, ".History"), &history!($of))),
                ("os.version", TEXT),
                ("os.features", TEXTS),
            ],
        }
    };
}

const ROOTFS: Shape = Shape::Struct {
    package: "image",
    name: "RootFS",
    members: &[("type", TEXT), ("diff_ids", Shape::List("layer.DiffID", &Shape::Text("layer.DiffID")))],
};

/// `image.Image` of 28.
pub(super) const IMAGE: Shape = image!("v1", "v1", "HealthcheckConfig");
/// `image.Image` of 20.10.
pub(super) const IMAGE_20: Shape = image!("image", "container", "HealthConfig");
