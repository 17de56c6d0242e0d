/// The reason of an ordinary failure of a pull.
pub(crate) const ERR_IMAGE_PULL: &str = "ErrImagePull";

/// The reason and the message of a waiting container after a failed pull
/// (`kubernetes v1.28.7 pkg/kubelet/images/image_manager.go evalCRIPullErr`). CRI-O begins some of its errors with one of
/// two words that have a reason of their own; they count only at the very beginning.
pub fn eval_cri_pull_err(image: &str, text: &str) -> (&'static str, String) {
    for (word, explanation) in [
        ("RegistryUnavailable", "the registry is unavailable"),
        ("SignatureValidationFailed", "the signature validation failed"),
    ] {
        if let Some(rest) = text.strip_prefix(word) {
            return (word, format!("image pull failed for {image} because {explanation}{rest}"));
        }
    }
    (ERR_IMAGE_PULL, text.to_owned())
}

/// Several errors as one text (`k8s.io/apimachinery/pkg/util/errors NewAggregate`): each text once, in brackets if there
/// is more than one.
pub fn aggregate(texts: &[String]) -> String {
    let mut once: Vec<&str> = Vec::new();
    for text in texts {
        if !once.contains(&text.as_str()) {
            once.push(text);
        }
    }
    match once.as_slice() {
        [only] => (*only).to_owned(),
        several => format!("[{}]", several.join(", ")),
    }
}
