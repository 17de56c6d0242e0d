//! `pullsim secret`: what is wrong with a pull secret, which entries count, how to make a right one.

mod lint;
mod make;
mod matching;
mod node;

pub(crate) use self::lint::LintReport;
pub(crate) use self::matching::MatchReport;
use ::node::Environment;
use kubelet::{Version, apply_default_image_tag};

use crate::error::Failure;
use crate::exit::Exit;
use crate::lowargs::SecretCommand;

pub(crate) fn run(command: &SecretCommand, environment: &Environment) -> Result<Exit, Failure> {
    match command {
        SecretCommand::Lint(low) => lint::run(low),
        SecretCommand::Match(low) => matching::run(low, environment),
        SecretCommand::Make(low) => make::run(low),
    }
}

/// The repository that a kubelet looks up for an image.
fn repository(image: &str, version: Version) -> Result<String, Failure> {
    match apply_default_image_tag(image, version) {
        Ok(name) => Ok(name.repository()),
        Err(error) => Err(Failure::InvalidImage(Box::new(error))),
    }
}
