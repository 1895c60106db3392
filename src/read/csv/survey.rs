//! The first look at all rows: what no single cell can tell.

use super::date::{DateFormat, Formats, Guess, Verdict, is_nothing, iso};
use super::header::{Field, Header};
use super::options::CsvOptions;
use super::table::{Cell, Rows};
use super::value::thousandths;
use crate::source::Span;

/// Fields that hold dates.
pub(super) const DATES: [Field; 8] = [
    Field::Start,
    Field::Finish,
    Field::Deadline,
    Field::ActualStart,
    Field::ActualFinish,
    Field::BaselineStart,
    Field::BaselineFinish,
    Field::ConstraintDate,
];

/// How the dates of a column are read.
#[derive(Debug)]
pub(super) enum Dates {
    /// Year first, and in this format where there is one.
    In(Option<DateFormat>),
    /// Year first only: several formats fit and say different things, at this cell for example.
    Unclear(Span, Vec<DateFormat>),
    /// Year first only: no format fits all cells, as this one shows.
    Mixed(Span),
}

/// What the rows have in common.
pub(super) struct Survey {
    /// Columns with dates.
    pub(super) dates: Vec<(usize, Dates)>,
    /// Names are separated by `;`, so that a comma is part of a name.
    pub(super) has_semicolons: bool,
    /// 0.5 is a half.
    pub(super) has_shares: bool,
    /// Titles are indented by what they belong to.
    pub(super) is_indented: bool,
    /// Somebody is named as owner.
    pub(super) has_owners: bool,
    /// The first row has the level 0, and no other: it is the plan itself.
    pub(super) has_root: bool,
    /// The levels are numbers. `Level` can also say how urgent something is.
    pub(super) has_levels: bool,
    /// The groups are numbered, like waves: `Wave 2`, `Phase 3`.
    pub(super) has_numbered_groups: bool,
}

impl Survey {
    /// Looks at all rows below the header.
    pub(super) fn of(mut rows: Rows<'_>, header: &Header, options: &CsvOptions) -> Self {
        let formats = Formats::usual();
        let told = options.date_format.as_ref();
        let mut columns: Vec<usize> =
            DATES.iter().flat_map(|field| header.of_field(*field)).copied().collect();
        columns.sort_unstable();
        columns.dedup();
        let mut guesses: Vec<(usize, Guess<Span>)> =
            columns.into_iter().map(|column| (column, Guess::new())).collect();
        let of = |field: Field| header.of_field(field).to_vec();
        let (owners, helpers, percents) = (of(Field::Owner), of(Field::Helpers), of(Field::Percent));
        let [title, level, group] =
            [Field::Title, Field::OutlineLevel, Field::Phase].map(|it| header.first(it));
        let mut survey = Self {
            dates: Vec::new(),
            has_semicolons: false,
            has_shares: false,
            is_indented: false,
            has_owners: false,
            has_root: false,
            has_levels: true,
            has_numbered_groups: true,
        };
        let (mut most, mut has_percent_sign) = (0, false);
        let (mut n_titled, mut n_roots, mut first_is_root, mut n_groups) = (0_usize, 0_usize, false, 0_usize);
        let mut cells = Vec::new();
        while rows.next(&mut cells).is_some() {
            let cell = |column: usize| cells.get(column).filter(|cell| !cell.is_empty());
            for &column in owners.iter().chain(&helpers) {
                let Some(cell) = cell(column) else { continue };
                survey.has_owners |= owners.contains(&column);
                survey.has_semicolons |= cell.raw().contains(';');
            }
            for cell in percents.iter().filter_map(|column| cell(*column)) {
                has_percent_sign |= cell.raw().ends_with('%');
                if let Some(number) = thousandths(cell.raw()) {
                    most = most.max(number);
                }
            }
            if let Some(title) = title.and_then(cell) {
                survey.is_indented |= title.indent > 0;
                n_titled += 1;
                if let Some(level) = level.and_then(cell) {
                    survey.has_levels &= level.raw().parse::<u32>().is_ok();
                    if level.raw() == "0" {
                        n_roots += 1;
                        first_is_root |= n_titled == 1;
                    }
                }
            }
            if let Some(group) = group.and_then(cell) {
                n_groups += 1;
                survey.has_numbered_groups &= number_of_wave(group).is_some();
            }
            if told.is_none() {
                for (column, guess) in &mut guesses {
                    let Some(cell) = cell(*column) else { continue };
                    if !is_nothing(cell.raw()) && iso(cell.raw()).is_none() {
                        guess.see(cell.raw(), cell.span(), &formats);
                    }
                }
            }
        }
        survey.has_shares = !has_percent_sign && (1..=1000).contains(&most);
        survey.has_root = first_is_root && n_roots == 1;
        survey.has_numbered_groups &= n_groups > 0;
        survey.dates = match told {
            Some(format) => {
                guesses.into_iter().map(|(column, _)| (column, Dates::In(Some(format.clone())))).collect()
            }
            None => verdicts(&guesses, &formats),
        };
        survey
    }

    /// How the dates of a column are read.
    pub(super) fn format(&self, column: usize) -> Option<&DateFormat> {
        match self.dates.iter().find(|(it, _)| *it == column) {
            Some((_, Dates::In(format))) => format.as_ref(),
            _ => None,
        }
    }

    /// Whether the dates of a column that are not year first are left alone, because of the finding about all of them.
    pub(super) fn is_unread(&self, column: usize) -> bool {
        self.dates.iter().any(|(it, dates)| *it == column && !matches!(dates, Dates::In(_)))
    }
}

/// One tool writes all dates of a file in one way: a column that is clear decides for those that are not.
fn verdicts(guesses: &[(usize, Guess<Span>)], formats: &Formats) -> Vec<(usize, Dates)> {
    let clear: Vec<DateFormat> = guesses
        .iter()
        .filter_map(|(_, guess)| match guess.verdict(formats, &[]) {
            Verdict::Format(format) if guess.is_certain() => Some(format),
            _ => None,
        })
        .collect();
    // Where clear columns contradict each other, none decides for others.
    let clear = if clear.windows(2).all(|two| two[0] == two[1]) { clear } else { Vec::new() };
    let verdict = |guess: &Guess<Span>| match guess.verdict(formats, &clear) {
        Verdict::Iso => Dates::In(None),
        Verdict::Format(format) => Dates::In(Some(format)),
        Verdict::Unclear(place, formats) => Dates::Unclear(place, formats),
        Verdict::Mixed(place) => Dates::Mixed(place),
    };
    guesses.iter().map(|(column, guess)| (*column, verdict(guess))).collect()
}

/// The number at the end of `Wave 2` or `3`: that is how waves are called.
pub(super) fn number_of_wave<'t>(cell: &Cell<'t>) -> Option<Cell<'t>> {
    let raw = cell.raw();
    let digits = raw.len() - raw.trim_end_matches(|it: char| it.is_ascii_digit()).len();
    let word = raw.get(..raw.len() - digits)?.trim_end();
    let is_word = word.chars().all(char::is_alphabetic);
    ((1..=4).contains(&digits) && is_word && word.len() <= 20)
        .then(|| cell.part(raw.len() - digits, raw.len()))
}
