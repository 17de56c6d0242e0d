//! Causes in the image's name.

use super::{Cloud, Entry, advice, at, command, look, secret};
use crate::Cause;

pub(super) const TAG_NOT_FOUND: Entry = Entry {
    told_apart: "The registry answered 404 for the manifest and lists other tags of the repository. When it lists none, the \
                 repository is missing or hidden.",
    look_alikes: &[Cause::RepoNotFound, Cause::RepoMissingOrPrivate, Cause::MirrorMisconfig],
    remedies: &[
        advice("Check the tag's spelling, and that it was pushed to this very registry."),
        look("List the tags that exist:", "crane ls REGISTRY/REPOSITORY"),
        look(NEAR_TAGS, "pullsim check IMAGE --what-if"),
        advice("Pin a digest or an immutable tag, so that a clean-up of tags cannot take it away."),
    ],
};

/// No node asks for a list of names, and so a check does not.
const NEAR_TAGS: &str = "Ask the registry for the tags that there are, and try the nearest:";
const NEAR_NAMES: &str =
    "Ask the registry for the tags and repositories that there are, and try the nearest:";

pub(super) const REPO_NOT_FOUND: Entry = Entry {
    told_apart: "The registry says NAME_UNKNOWN or \"repository … not found\", or no tag of the repository exists. Where it \
                 answers 401 or \"pull access denied\" instead, private and missing look alike.",
    look_alikes: &[Cause::RepoMissingOrPrivate, Cause::TagNotFound, Cause::WrongRegistryHost],
    remedies: &[
        advice(
            "Check the repository's path: organisation, project, upper and lower case, a missing or doubled component.",
        ),
        at(
            Cloud::Amazon,
            look("See what exists (Amazon ECR):", "aws ecr describe-repositories --region REGION"),
        ),
        look("See which repositories there are, where the registry tells:", "crane catalog REGISTRY"),
        look(NEAR_NAMES, "pullsim check IMAGE --what-if"),
    ],
};

pub(super) const REPO_MISSING_OR_PRIVATE: Entry = Entry {
    told_apart: "\"pull access denied\" or 401 without a login: Docker Hub, Quay and GHCR answer alike for a repository that \
                 is missing and one that is private. A login that may read it tells the two apart.",
    look_alikes: &[Cause::CredentialsMissing, Cause::RepoNotFound, Cause::LocalImageNotOnNode],
    remedies: &[
        advice("Check the spelling of the repository."),
        look("Try with a login that may read it:", "docker login REGISTRY && docker manifest inspect IMAGE"),
        secret(command(
            "If it is private, add a pull secret and name it in imagePullSecrets:",
            "kubectl create secret docker-registry NAME -n NAMESPACE --docker-server=REGISTRY --docker-username=USER --docker-password=…",
        )),
        look(NEAR_NAMES, "pullsim check IMAGE --what-if"),
    ],
};

pub(super) const WRONG_REGISTRY_HOST: Entry = Entry {
    told_apart: "What answered is no registry, or not the intended one: a web page, 404 on /v2/, 405, or Docker Hub although \
                 another registry was meant.",
    look_alikes: &[Cause::DnsNoSuchHost, Cause::ProxyMisconfig, Cause::RepoNotFound],
    remedies: &[
        advice("Check host and port of the image; a name without a host means Docker Hub."),
        look("See whether a registry answers (200 or 401 are right):", "curl -si https://REGISTRY/v2/"),
        look("See how the name is read:", "pullsim check IMAGE"),
    ],
};

pub(super) const INVALID_IMAGE_NAME: Entry = Entry {
    told_apart: "InvalidImageName or \"invalid reference format\", at once and without back-off: no registry was asked.",
    look_alikes: &[Cause::ShortName],
    remedies: &[
        advice(
            "Write it as [HOST[:PORT]/]PATH[:TAG][@DIGEST]: lower case, no https://, no spaces, no empty part.",
        ),
        look(
            "Look for a variable that was left empty:",
            "kubectl get pod POD -n NAMESPACE -o jsonpath='{.spec.containers[*].image}'",
        ),
    ],
};

pub(super) const SHORT_NAME: Entry = Entry {
    told_apart: "Only CRI-O and Podman: the name has no registry, and registries.conf names none or several to search.",
    look_alikes: &[Cause::InvalidImageName, Cause::WrongRegistryHost],
    remedies: &[
        advice("Write the registry into the image: docker.io/library/nginx instead of nginx."),
        command(
            "Or say where to search, on each node:",
            "echo 'unqualified-search-registries = [\"docker.io\"]' > /etc/containers/registries.conf.d/search.conf",
        ),
    ],
};

pub(super) const LOCALHOST_REGISTRY: Entry = Entry {
    told_apart: "The refused address is localhost, 127.0.0.1 or ::1: on a node that is the node itself.",
    look_alikes: &[Cause::ConnRefused, Cause::MirrorMisconfig],
    remedies: &[
        advice("Name the registry by an address that the nodes can reach, and push there."),
        command(
            "With kind, map the name to the registry's container:",
            "kind get kubeconfig && docker network connect kind REGISTRY",
        ),
        command("Or load the image without a registry:", "kind load docker-image IMAGE"),
    ],
};

pub(super) const LOCAL_IMAGE_NOT_ON_NODE: Entry = Entry {
    told_apart: "The image exists where it was built and in no registry; Docker Hub's library/… is public, so a denial there \
                 means that there is no such image.",
    look_alikes: &[Cause::RepoMissingOrPrivate, Cause::WrongRegistryHost, Cause::NeverPull],
    remedies: &[
        command("Load it onto the nodes (kind):", "kind load docker-image IMAGE"),
        command("Load it onto the nodes (minikube):", "minikube image load IMAGE"),
        command("Load it onto the nodes (k3s):", "docker save IMAGE | sudo k3s ctr images import -"),
        advice(
            "Set imagePullPolicy: IfNotPresent (the default for latest is Always), or push it to a registry.",
        ),
        look("See what a node has:", "sudo crictl images"),
    ],
};
