//! `--write-baseline`: what is found now is known from now on.

use std::path::Path;

use super::outputs::unwritable;
use super::{Common, Io};
use crate::config::Configs;
use crate::error::Error;
use crate::report::text::counted;
use crate::report::{self, Head, View};
use crate::source::{absolute, shown, write_whole};

/// Writes the list. An owner that stands in the old one stays.
pub(super) fn write_baseline(
    path: &Path,
    owner: Option<&str>,
    today: jiff::civil::Date,
    configs: &Configs,
    common: &Common,
    view: &View<'_>,
    io: &mut Io<'_>,
) -> Result<(), Error> {
    let path = absolute(&io.cwd, path);
    let old = if path.exists() { Some(configs.read_baseline(&path)?) } else { None };
    let owner = owner.map(str::to_owned).or(old.map(|old| old.owner)).unwrap_or_default();
    let mut text = Vec::new();
    let count = report::baseline(view, &Head { owner: &owner, date: today }, &mut text)
        .and_then(|count| write_whole(&path, &text).map(|()| count))
        .map_err(|error| unwritable(&path, &error, io))?;
    if common.quiet == 0 {
        let name = shown(&io.cwd, &path);
        let found = counted(count, "finding");
        io.complain(&format!("{name} now lists {found}: from now on only new ones are shown"));
        io.complain(&format!(
            "use it with `--baseline {name}`, or with `baseline = \"...\"` in planlint.toml"
        ));
    }
    Ok(())
}
