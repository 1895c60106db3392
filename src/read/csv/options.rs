//! What a configuration can say about spreadsheets. Declared here, below the configuration, which fills it.

use std::sync::Arc;

use super::date::DateFormat;
use super::header::Field;
use crate::catalogue::FieldDecl;
use crate::model::{Aliases, Duration, LinkKind, Status, Unit};

/// What a configuration says about the files of other tools.
#[derive(Clone, Debug, Default)]
pub struct ImportOptions {
    /// `[import.csv]`.
    pub csv: CsvOptions,
    /// Fields that packs declare, which native plans may use.
    pub fields: Vec<FieldDecl>,
    /// `[alias]`: what names in plans mean.
    pub aliases: Arc<Aliases>,
}

impl ImportOptions {
    /// What is said here on top of what `base` says.
    pub(crate) fn over(self, base: ImportOptions) -> ImportOptions {
        let aliases = Arc::new(self.aliases.over(&base.aliases));
        let (csv, base) = (self.csv, base.csv);
        let link_types = if csv.link_types.is_empty() { base.link_types } else { csv.link_types };
        ImportOptions {
            csv: CsvOptions {
                columns: csv.columns.into_iter().chain(base.columns).collect(),
                date_format: csv.date_format.or(base.date_format),
                duration_unit: csv.duration_unit.or(base.duration_unit),
                delimiter: csv.delimiter.or(base.delimiter),
                link_types,
                status: csv.status.into_iter().chain(base.status).collect(),
            },
            fields: self.fields,
            aliases,
        }
    }
}

/// How spreadsheets are to be read, where they do not say it themselves.
#[derive(Clone, Debug, Default)]
pub struct CsvOptions {
    /// Names of columns, each with the field it stands for, in order of preference.
    pub(crate) columns: Vec<(Field, String)>,
    /// How dates are written that do not begin with the year.
    pub(crate) date_format: Option<DateFormat>,
    /// The unit of a duration that is a plain number.
    pub(crate) duration_unit: Option<PlainUnit>,
    /// What stands between two values of a row.
    pub(crate) delimiter: Option<u8>,
    /// The letters for finish to start, start to start, finish to finish and start to finish.
    pub(crate) link_types: Vec<(String, LinkKind)>,
    /// Words for how far a task is.
    pub(crate) status: Vec<(String, Status)>,
}

/// The unit of a duration that is written without one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum PlainUnit {
    Of(Unit),
    /// As Jira stores time.
    Seconds,
}

impl PlainUnit {
    /// The unit by its letter: `d`, `h`, `w`, `m`, `mo`, `s`.
    pub(crate) fn parse(letter: &str) -> Option<Self> {
        Some(match letter {
            "s" => Self::Seconds,
            "m" => Self::Of(Unit::Minutes),
            "h" => Self::Of(Unit::Hours),
            "d" => Self::Of(Unit::Days),
            "w" => Self::Of(Unit::Weeks),
            "mo" => Self::Of(Unit::Months),
            _ => return None,
        })
    }

    /// So many thousandths of it.
    pub(super) fn amount(self, thousandths: i64) -> Duration {
        match self {
            Self::Of(unit) => Duration::new(thousandths, unit, false),
            Self::Seconds => Duration::minutes(thousandths / 60_000),
        }
    }
}

/// The character between the values of a row, by itself or by its name. `None` where it is none that files use.
pub(crate) fn delimiter(word: &str) -> Option<u8> {
    match word {
        "tab" | "\t" => Some(b'\t'),
        "," | ";" | "|" | ":" | "^" => word.bytes().next(),
        _ => None,
    }
}
