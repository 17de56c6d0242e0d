//! What is wrong with a pull secret, to the span.

mod code;
mod document;
mod entry;
mod finding;
mod key;
mod object;
mod token;

use jiff::Timestamp;

use crate::detect::{Form, detect};
use crate::excerpt::Reveal;
use crate::tree::Span;
use crate::{InputError, Source};

pub use code::{LintCode, Severity};
pub use finding::{Finding, Within};

use document::Document;
use finding::Findings;
use object::lint_object;

/// What a lint is to look at besides the secret.
#[derive(Clone, Debug)]
pub struct LintOptions {
    /// The repository for which the secret is meant, `domain/path`.
    pub repository: Option<String>,
    /// The date, for tokens that expire.
    pub now: Timestamp,
}

/// Says what is wrong with a login file of a node, whose form follows from its name: `older` for a `.dockercfg`, else a
/// `config.json`.
///
/// # Errors
/// None at present but what [`lint_secrets`] may say.
pub fn lint_login_file(
    source: &Source,
    older: bool,
    options: &LintOptions,
) -> Result<Vec<Finding>, InputError> {
    let mut findings = Findings::new(source, options);
    Document::new(source, older).lint_text(&mut findings);
    Ok(findings.finish())
}

/// Says what is wrong with the pull secrets of an input, in the order of the text. Any form is taken that
/// [`crate::read_secrets`] takes.
///
/// # Errors
/// [`InputError`] when the input is not even of one of the forms.
pub fn lint_secrets(source: &Source, options: &LintOptions) -> Result<Vec<Finding>, InputError> {
    let detected = detect(source)?;
    let mut findings = Findings::new(&detected.source, options);
    if detected.base64_times > 1 {
        let place = Span { line: 1, column: 1, length: 1 }.place(source, Reveal::Masked);
        let message = format!("the file is base64, {} times over", detected.base64_times);
        findings.add(LintCode::EncodedTwice, place, message, "encode the document once");
    }
    match &detected.form {
        Form::DockerConfigJson(tree) => Document::new(&detected.source, false).lint(tree, &mut findings),
        Form::DockerCfg(tree) => Document::new(&detected.source, true).lint(tree, &mut findings),
        Form::Objects(documents) => {
            for document in documents {
                lint_object(document, None, &mut findings)?;
            }
        }
    }
    Ok(findings.finish())
}
