//! `planlint man [FOLDER]`: the manual pages, one a command. For whoever packages planlint.

use std::path::Path;

use clap_mangen::Man;

use super::{Exit, Io};
use crate::error::Error;
use crate::source::{absolute, shown, write_whole};

/// Writes a page for each command into a folder, or prints that of planlint itself.
pub fn man(mut command: clap::Command, folder: Option<&Path>, io: &mut Io<'_>) -> Exit {
    command.build();
    let Some(folder) = folder else {
        let written = page(&command).and_then(|page| io.stdout.write_all(&page));
        return io.finish(written, Exit::Clean);
    };
    let folder = absolute(&io.cwd, folder);
    let commands = command.get_subcommands().filter(|it| !it.is_hide_set());
    for command in std::iter::once(&command).chain(commands) {
        let name = command.get_display_name().unwrap_or_else(|| command.get_name());
        let path = folder.join(format!("{name}.1"));
        if let Err(error) = page(command).and_then(|page| write_whole(&path, &page)) {
            let (name, reason) = (shown(&io.cwd, &path), error.to_string());
            io.explain_failure(&Error::Unwritable { name, reason });
            return Exit::Failed;
        }
    }
    Exit::Clean
}

fn page(command: &clap::Command) -> std::io::Result<Vec<u8>> {
    let mut page = Vec::new();
    let release = concat!("planlint ", env!("CARGO_PKG_VERSION"));
    Man::new(command.clone()).source(release).manual("planlint").render(&mut page)?;
    Ok(page)
}
