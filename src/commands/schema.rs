//! `planlint schema [plan|config|pack]`: the JSON Schema by which an editor completes, explains and checks.

use super::{Exit, Io};
use crate::config::{Configs, Overrides};
use crate::schema::{SchemaKind, schema as text_of};

/// Prints a schema. The words, fields and rules of the packs that the configuration here names are in it.
pub fn schema(kind: SchemaKind, overrides: Overrides, io: &mut Io<'_>) -> Exit {
    let configs = match Configs::new(io.cwd.clone(), overrides) {
        Ok(configs) => configs,
        Err(error) => {
            io.explain_failure(&error);
            return Exit::Failed;
        }
    };
    configs.for_folder(&io.cwd);
    // What is wrong with the configuration is for `check` to say; a schema without its packs would be the wrong one.
    if let Some(error) = configs.errors().first() {
        io.explain_failure(error);
        return Exit::Failed;
    }
    let text = text_of(kind, &configs.catalogue());
    let written = io.stdout.write_all(text.as_bytes());
    io.finish(written, Exit::Clean)
}
