//! Causes in who pulls: secrets, logins, permissions.

use super::{Cloud, Entry, advice, at, command, look, secret};
use crate::Cause;
use crate::access::COPY_SECRET;

pub(super) const CREDENTIALS_MISSING: Entry = Entry {
    told_apart: "The registry asked for a login and the node sent none: 401, \"no basic auth credentials\", or an anonymous \
                 token that is refused. A wrong login says so (incorrect username or password).",
    look_alikes: &[
        Cause::RepoMissingOrPrivate,
        Cause::SecretWrongRegistry,
        Cause::SecretMissing,
        Cause::BadCredentials,
    ],
    remedies: &[
        look(
            "See which pull secrets there are:",
            "kubectl get secrets -n NAMESPACE --field-selector type=kubernetes.io/dockerconfigjson",
        ),
        secret(command(
            "Add a pull secret in the pod's namespace:",
            "kubectl create secret docker-registry NAME -n NAMESPACE --docker-server=REGISTRY --docker-username=USER --docker-password=…",
        )),
        secret(command(
            "Name it in the pod, or for all pods in the service account:",
            "kubectl patch serviceaccount default -n NAMESPACE -p '{\"imagePullSecrets\":[{\"name\":\"NAME\"}]}'",
        )),
        secret(look(
            "Prove it without a cluster:",
            "kubectl get secret NAME -n NAMESPACE -o yaml | pullsim check IMAGE --secret -",
        )),
    ],
};

pub(super) const SECRET_MISSING: Entry = Entry {
    told_apart: "An event FailedToRetrieveImagePullSecret names the secret. The pull goes on without it, so the error that \
                 follows looks like missing credentials.",
    look_alikes: &[Cause::CredentialsMissing, Cause::SecretWrongRegistry],
    remedies: &[
        secret(look("See whether it is in the pod's own namespace:", "kubectl get secret -n NAMESPACE")),
        secret(look(
            "See which namespaces have it:",
            "kubectl get secret -A --field-selector metadata.name=NAME",
        )),
        secret(command("Copy it from another namespace:", COPY_SECRET)),
        advice("Or correct the name in imagePullSecrets."),
    ],
};

pub(super) const SECRET_WRONG_REGISTRY: Entry = Entry {
    told_apart: "There is a pull secret, and its key names another host, port or path than the image: the node asks as \
                 anonymous. Docker Hub's key is https://index.docker.io/v1/.",
    look_alikes: &[Cause::CredentialsMissing, Cause::BadCredentials, Cause::RepoMissingOrPrivate],
    remedies: &[
        secret(look(
            "See the secret's keys:",
            "kubectl get secret NAME -n NAMESPACE -o jsonpath='{.data.\\.dockerconfigjson}' | base64 -d | jq '.auths | keys'",
        )),
        secret(look(
            "See which entry an image would use:",
            "kubectl get secret NAME -n NAMESPACE -o yaml | pullsim secret match IMAGE -",
        )),
        secret(command(
            "Make it anew with the image's registry as server:",
            "kubectl create secret docker-registry NAME -n NAMESPACE --docker-server=REGISTRY --docker-username=USER --docker-password=… --dry-run=client -o yaml | kubectl apply -f -",
        )),
    ],
};

pub(super) const SECRET_MALFORMED: Entry = Entry {
    told_apart: "The kubelet's own words for JSON or base64 (\"illegal base64 data\", \"invalid character\"), or a secret of \
                 another type than kubernetes.io/dockerconfigjson, which is ignored without a word.",
    look_alikes: &[Cause::CredentialsMissing, Cause::BadCredentials],
    remedies: &[
        secret(look(
            "See its type and keys (not its values):",
            "kubectl get secret NAME -n NAMESPACE -o json | jq '{type, keys: (.data | keys)}'",
        )),
        secret(look(
            "See what is wrong, to the character:",
            "kubectl get secret NAME -n NAMESPACE -o yaml | pullsim secret lint - --image IMAGE",
        )),
        secret(command(
            "Make it anew:",
            "kubectl create secret docker-registry NAME -n NAMESPACE --docker-server=REGISTRY --docker-username=USER --docker-password=… --dry-run=client -o yaml | kubectl replace --force -f -",
        )),
    ],
};

pub(super) const CREDENTIAL_PROVIDER_FAILURE: Entry = Entry {
    told_apart: "Events show only a denied pull; the kubelet's log names the plugin that failed or was never run.",
    look_alikes: &[Cause::NodeIdentityDenied, Cause::CredentialsMissing, Cause::ExpiredToken],
    remedies: &[
        look("Read what the kubelet says of it:", "journalctl -u kubelet | grep -i 'credential provider'"),
        advice(
            "Check that matchImages covers the registry, and that the binary lies in --image-credential-provider-bin-dir.",
        ),
        command(
            "Run the plugin by hand:",
            "echo '{\"apiVersion\":\"credentialprovider.kubelet.k8s.io/v1\",\"kind\":\"CredentialProviderRequest\",\"image\":\"IMAGE\"}' | PLUGIN get-credentials",
        ),
    ],
};

pub(super) const BAD_CREDENTIALS: Entry = Entry {
    told_apart: "A login was sent and refused: \"incorrect username or password\", or 401 from the token service. A stale \
                 login also breaks the pull of public images.",
    look_alikes: &[Cause::ExpiredToken, Cause::UserNotPermitted, Cause::CredentialsMissing],
    remedies: &[
        look("Try the login by hand:", "docker login REGISTRY -u USER"),
        secret(command(
            "Make the secret anew with the right password:",
            "kubectl create secret docker-registry NAME -n NAMESPACE --docker-server=REGISTRY --docker-username=USER --docker-password=… --dry-run=client -o yaml | kubectl apply -f -",
        )),
        advice(
            "Use an access token where the account has two-factor login; log in with the user name, not the e-mail address.",
        ),
    ],
};

pub(super) const EXPIRED_TOKEN: Entry = Entry {
    told_apart: "It worked for hours and then did not: tokens of Amazon ECR live 12 hours, of Azure 3 hours, of Google 1 hour.",
    look_alikes: &[Cause::BadCredentials, Cause::NodeIdentityDenied],
    remedies: &[
        advice("Use the cloud's credential provider on the nodes instead of a secret with a token."),
        at(
            Cloud::Amazon,
            secret(command(
                "Renew the secret (Amazon ECR):",
                "kubectl create secret docker-registry NAME -n NAMESPACE --docker-server=REGISTRY --docker-username=AWS --docker-password=\"$(aws ecr get-login-password)\" --dry-run=client -o yaml | kubectl apply -f -",
            )),
        ),
        look(
            "See whether a fresh login does:",
            "docker login REGISTRY -u USER && docker manifest inspect IMAGE",
        ),
    ],
};

pub(super) const TOKEN_ENDPOINT_FAILURE: Entry = Entry {
    told_apart: "The registry itself answers (401 with a challenge), and the token service that it names fails or cannot be \
                 reached.",
    look_alikes: &[Cause::BadCredentials, Cause::ConnTimeout, Cause::Registry5xx],
    remedies: &[
        look(
            "See which token service the registry names:",
            "curl -si https://REGISTRY/v2/ | grep -i www-authenticate",
        ),
        look("Ask it:", "curl -si 'REALM?service=SERVICE&scope=repository:REPOSITORY:pull'"),
        advice("Allow the nodes to reach the token service's host as well as the registry."),
    ],
};

pub(super) const NODE_IDENTITY_DENIED: Entry = Entry {
    told_apart: "403 from a cloud's registry, or words of its permissions (ecr:BatchGetImage, artifactregistry…, AcrPull): the \
                 node's role, not a pull secret, is what lacks something.",
    look_alikes: &[Cause::UserNotPermitted, Cause::CredentialsMissing, Cause::ExpiredToken],
    remedies: &[
        at(
            Cloud::Azure,
            command(
                "Azure: let the cluster pull:",
                "az aks update -n CLUSTER -g GROUP --attach-acr REGISTRY",
            ),
        ),
        at(
            Cloud::Google,
            command(
                "Google: let the nodes' service account read:",
                "gcloud projects add-iam-policy-binding PROJECT --member=serviceAccount:ACCOUNT --role=roles/artifactregistry.reader",
            ),
        ),
        at(
            Cloud::Amazon,
            command(
                "Amazon: let the nodes' role read:",
                "aws iam attach-role-policy --role-name ROLE --policy-arn arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly",
            ),
        ),
        look(
            "See as whom the node asks, on the node (Amazon, Google, Azure):",
            "aws sts get-caller-identity; gcloud auth list; az account show",
        ),
        advice("For a registry in another account, the repository's own policy has to name the role, too."),
    ],
};

pub(super) const USER_NOT_PERMITTED: Entry = Entry {
    told_apart: "The login is right and was accepted; 403 or \"denied\" is about this repository.",
    look_alikes: &[Cause::BadCredentials, Cause::NodeIdentityDenied, Cause::RepoNotFound],
    remedies: &[
        advice(
            "Grant the user or token the right to pull this repository (GHCR and GitLab: scope read:packages, read_registry).",
        ),
        look("Try it by hand:", "docker login REGISTRY -u USER && docker manifest inspect IMAGE"),
    ],
};

pub(super) const CLIENT_BLOCKED: Entry = Entry {
    told_apart: "403 (or 451) before any login is asked for, from some addresses and not from others.",
    look_alikes: &[Cause::UserNotPermitted, Cause::RedirectHostBlocked, Cause::ProxyMisconfig],
    remedies: &[
        look("Compare from a node and from elsewhere:", "curl -si https://REGISTRY/v2/ | head -n 1"),
        at(
            Cloud::Azure,
            command(
                "Azure: allow the nodes' outgoing address:",
                "az acr network-rule add -n REGISTRY --ip-address OUTGOING",
            ),
        ),
        look("See from which address the node goes out:", "curl -s https://ifconfig.me"),
        advice("Use a private endpoint, or a mirror that may be reached."),
    ],
};
