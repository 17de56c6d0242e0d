use keyring::SecretType;

use crate::excerpt::Reveal;
use crate::lint::document::Document;
use crate::lint::finding::{Findings, Within};
use crate::lint::{LintCode, document};
use crate::manifest::misspelt;
use crate::secret_object::{TypeOfSecret, shown_key, wrong_shape};
use crate::tree::{Member, Tree};
use crate::{InputError, Source};

const CONFIG_JSON: &str = "kubernetes.io/dockerconfigjson";

/// Looks at a Kubernetes object: Secrets, and lists with Secrets in them. Other kinds are none of its business.
pub(super) fn lint_object(
    tree: &Tree,
    item_of: Option<&str>,
    findings: &mut Findings<'_>,
) -> Result<(), InputError> {
    match tree.plain("kind").or(item_of).unwrap_or_default() {
        "Secret" => lint_secret(tree, findings),
        list if list.ends_with("List") => {
            let item = Some(list.trim_end_matches("List")).filter(|item| !item.is_empty());
            let items = tree.get("items").map(Tree::list).unwrap_or_default();
            items.iter().try_for_each(|tree| lint_object(tree, item, findings))
        }
        _ => Ok(()),
    }
}

/// A value of `data` or `stringData`.
#[derive(Clone, Copy)]
struct Value<'t> {
    field: &'static str,
    member: &'t Member,
}

impl Value<'_> {
    fn key(&self) -> &str {
        self.member.key.expose()
    }
}

fn lint_secret(tree: &Tree, findings: &mut Findings<'_>) -> Result<(), InputError> {
    let source = findings.source;
    let of_type = TypeOfSecret::read(source, tree)?;
    let mut values: Vec<Value<'_>> = Vec::new();
    for field in ["data", "stringData"] {
        let Some(map) = tree.set(field) else { continue };
        if !map.is_map() {
            return Err(wrong_shape(source, map, field, "a mapping"));
        }
        for member in map.members() {
            // What is written under stringData overrides data.
            values.retain(|known| known.key() != member.key.expose());
            values.push(Value { field, member });
        }
    }
    for member in tree.members() {
        if let Some(meant) = misspelt::meant(member.key.expose(), &misspelt::OF_SECRET) {
            let message = "no Secret has this field: kubectl refuses it, others leave it away";
            let place = member.key_span.place(source, Reveal::Shown);
            findings.add(LintCode::Misspelt, place, message, format!("write {meant}"));
        }
    }
    let looks_right = |value: &&Value<'_>| {
        matches!(value.key(), ".dockerconfigjson" | ".dockercfg" | "config.json" | "dockerconfigjson")
            || value.key().to_ascii_lowercase().contains("docker")
    };
    let Some(wanted) = of_type.secret_type.data_key() else {
        let shown = of_type.shown();
        let message = format!("a Secret of type {shown} is ignored by the kubelet");
        let help = format!(
            "write type: {CONFIG_JSON}; the type of an existing Secret cannot be changed, make a new one"
        );
        findings.add(LintCode::WrongType, of_type.span.place(source, Reveal::Shown), message, help);
        return match values.iter().find(looks_right) {
            Some(value) => lint_value(*value, value.key() == ".dockercfg", findings),
            None => Ok(()),
        };
    };
    let older = of_type.secret_type == SecretType::DockerCfg;
    if let Some(value) = values.iter().find(|value| value.key() == wanted) {
        return lint_value(*value, older, findings);
    }
    let candidate = values.iter().find(looks_right).or(values.first());
    let span = candidate.map_or(of_type.span, |value| value.member.key_span);
    let message =
        format!("type {} demands the key {wanted}, and the data has none of that name", of_type.shown());
    let help = match candidate {
        Some(value) if value.key() == ".dockercfg" || value.key() == ".dockerconfigjson" => {
            format!("the other form's key is there: use the type kubernetes.io/{}", &value.key()[1..])
        }
        Some(_) => format!("rename the key to {wanted}"),
        None => "pullsim secret make prints a whole Secret".to_owned(),
    };
    findings.add(LintCode::WrongKey, span.place(source, Reveal::Shown), message, help);
    match candidate {
        Some(value) => lint_value(*value, value.key() == ".dockercfg", findings),
        None => Ok(()),
    }
}

fn lint_value(value: Value<'_>, older: bool, findings: &mut Findings<'_>) -> Result<(), InputError> {
    let source = findings.source;
    let field = format!("{}[{}]", value.field, shown_key(value.key()));
    let tree = &value.member.value;
    let Some(text) = tree.text() else {
        return Err(wrong_shape(source, tree, &field, "a text"));
    };
    let base64 = value.field == "data";
    let place = tree.span.place(source, Reveal::Masked);
    let text = if base64 {
        match gostd::base64::decode_std(text.expose()) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) => {
                let message = format!("{field} is not base64, and is refused by the API server: {error}");
                let help = "write base64 under data, or the plain document under stringData";
                findings.add(LintCode::BadBase64, place, message, help);
                return Ok(());
            }
        }
    } else {
        text.expose().clone()
    };
    if text.trim().is_empty() {
        let message = format!("{field} is empty: the kubelet passes the Secret over");
        findings.add(LintCode::EmptyAuths, place, message, "pullsim secret make prints a whole Secret");
        return Ok(());
    }
    let (mut text, mut times) = (text, 0);
    while times < 3
        && gostd::json::parse(text.as_bytes()).is_err()
        && let Some(inner) = document::from_base64(&text)
    {
        text = inner;
        times += 1;
    }
    if times > 0 {
        let message =
            format!("{field} holds base64 where the document belongs: it was encoded once too often");
        let help = "encode the document once, not twice; kubectl encodes what --from-file names by itself";
        findings.add(LintCode::EncodedTwice, place.clone(), message, help);
    }
    findings.within =
        Some(Within { place: tree.span.plain_place(source), field, base64: base64 || times > 0 });
    let inner = Source::from_text(source.name(), text);
    Document::new(&inner, older).lint_text(findings);
    findings.within = None;
    Ok(())
}
