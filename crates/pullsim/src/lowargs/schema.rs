//! `pullsim schema`

use clap::ValueEnum;

pub(super) const EXAMPLES: &str = "\
Examples:
  pullsim schema scenario > scenario.schema.json
  pullsim schema report > report.schema.json

An editor that knows JSON Schema then completes and checks scenario files: # yaml-language-server: $schema=scenario.schema.json

Exit status:
  0  the schema was printed
  2  the usage is wrong";

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaOf {
    /// Scenario files.
    Scenario,
    /// The documents that `-o json` prints.
    Report,
}
