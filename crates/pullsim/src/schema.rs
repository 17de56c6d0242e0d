//! `pullsim schema`: the formats that people write, as JSON Schema.

use crate::error::Failure;
use crate::exit::Exit;
use crate::lowargs::SchemaOf;
use crate::output;

/// Writes a schema.
pub(crate) fn run(of: SchemaOf) -> Result<Exit, Failure> {
    let schema = match of {
        SchemaOf::Scenario => scenario::json_schema(),
    };
    output::write(&report::json(&schema))?;
    Ok(Exit::Pulled)
}
