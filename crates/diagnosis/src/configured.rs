//! What the node's own files forbid, before or after anybody is asked: CRI-O's short names, blocked registries, policy
//! (`containers-registries.conf(5)`, `containers-policy.json(5)`).

use crate::Cause;
use crate::finding::Finding;
use crate::scene::Scene;

const SEE_REGISTRIES: &str = "cat /etc/containers/registries.conf /etc/containers/registries.conf.d/*";

/// What the runtime itself refused, as it decided last.
pub(crate) fn finding(scene: &Scene<'_>) -> Option<Finding> {
    let last = scene.last_step()?;
    let finding = match last.about {
        "unqualified" => short_name(),
        "blocked" => blocked(),
        "policy" => policy(&last.text),
        "crio.conf" => unreadable(),
        _ => return None,
    };
    Some(finding.evidence(&last.text))
}

fn short_name() -> Finding {
    let sentence =
        "The image's name has no registry, and the node's registries.conf does not say which one is meant.";
    Finding::new(Cause::ShortName, sentence)
        .remedy("Write the registry into the image: docker.io/library/nginx instead of nginx.")
        .remedy("Or have registries.conf name just one registry to search, or an alias for this name. See what it names:")
        .command(SEE_REGISTRIES)
}

fn blocked() -> Finding {
    Finding::new(Cause::PolicyRejected, "The node's registries.conf blocks this registry: it was not asked.")
        .remedy("Take the image from a registry that the nodes may use.")
        .remedy("Or take `blocked = true` out of registries.conf, if the nodes may use this one:")
        .command(SEE_REGISTRIES)
        .beside_secrets()
        .only()
}

fn policy(said: &str) -> Finding {
    let finding = Finding::new(Cause::PolicyRejected, "The node's policy.json does not let this image in.");
    let finding = if said.contains("signature") {
        finding.remedy("Sign the image with a key that policy.json names, and push the signature beside it.")
    } else {
        finding.remedy("Take the image from a registry that policy.json lets in.")
    };
    finding.remedy("Or let policy.json accept the image, if the nodes may run it.").beside_secrets()
}

fn unreadable() -> Finding {
    Finding::new(Cause::RuntimeFault, "CRI-O does not start with these files.")
        .remedy("Correct the file of the node that it names, then start the service again:")
        .command("systemctl restart crio && journalctl -u crio -n 20")
        .only()
}
