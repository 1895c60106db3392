//! Values as Microsoft Project writes them: durations, tenths of a minute, numbers for words.

use crate::model::{ConstraintKind, LinkKind};

/// More hours than any plan has; keeps sums far from overflow.
const MOST_HOURS: i64 = 1_000_000_000;

/// A duration of XML Schema, `PT40H0M0S`, in thousandths of a minute. A day in it has 24 hours; years and months, which
/// have no fixed length, are not understood.
pub(super) fn duration(text: &str) -> Option<i64> {
    const HOUR: i64 = 60_000;
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let mut rest = text.strip_prefix('P')?;
    let mut in_time = false;
    let mut total: i64 = 0;
    let mut n_parts = 0;
    while !rest.is_empty() {
        if let Some(time) = rest.strip_prefix('T').filter(|_| !in_time) {
            in_time = true;
            rest = time;
            continue;
        }
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let amount = crate::model::parse_thousandths(&rest[..digits])?;
        let unit = rest[digits..].chars().next()?;
        rest = &rest[digits + unit.len_utf8()..];
        n_parts += 1;
        // Thousandths of the unit times thousandths of a minute, so that fractions are kept.
        let thousandths = match (in_time, unit) {
            (false, 'Y' | 'M') if amount == 0 => 0,
            (false, 'D') => i128::from(amount) * i128::from(24 * HOUR) / 1000,
            (true, 'H') => i128::from(amount) * i128::from(HOUR) / 1000,
            (true, 'M') => i128::from(amount),
            (true, 'S') => (i128::from(amount) + 30) / 60,
            _ => return None,
        };
        total = total.checked_add(i64::try_from(thousandths).ok()?)?;
        if total > MOST_HOURS * HOUR {
            return None;
        }
    }
    (n_parts > 0).then_some(if negative { -total } else { total })
}

/// A decimal number, with a sign where it has one.
pub(super) fn number(text: &str) -> Option<f64> {
    let plain = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | 'e' | 'E');
    if !text.chars().all(plain) {
        return None;
    }
    text.parse::<f64>().ok().filter(|number| number.is_finite())
}

/// Tenths of a minute as thousandths of a minute.
pub(super) fn tenths(text: &str) -> Option<i64> {
    let tenths = number(text).filter(|tenths| tenths.abs() <= MOST_HOURS as f64 * 600.0)?;
    Some((tenths * 100.0).round() as i64)
}

/// Yes or no.
pub(super) fn flag(text: &str) -> Option<bool> {
    match text {
        "1" | "true" | "True" => Some(true),
        "0" | "false" | "False" => Some(false),
        _ => None,
    }
}

/// How a duration is shown, which also says what its amount means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Format {
    /// Day and night count.
    pub(super) is_elapsed: bool,
    /// A share of another duration, not a time.
    pub(super) is_percent: bool,
}

/// Reads `DurationFormat` and `LagFormat`. 32 more says that the duration is an estimate.
pub(super) fn format(text: &str) -> Option<Format> {
    let number: u8 = text.parse().ok()?;
    let number = if number > 32 { number - 32 } else { number };
    match number {
        3..=12 => Some(Format { is_elapsed: number % 2 == 0, is_percent: false }),
        19 | 20 => Some(Format { is_elapsed: number == 20, is_percent: true }),
        // No unit: as the plan shows durations.
        21 => Some(Format { is_elapsed: false, is_percent: false }),
        _ => None,
    }
}

/// How two tasks are linked.
pub(super) fn link_kind(text: &str) -> Option<LinkKind> {
    match text {
        "0" => Some(LinkKind::FinishFinish),
        "1" => Some(LinkKind::FinishStart),
        "2" => Some(LinkKind::StartFinish),
        "3" => Some(LinkKind::StartStart),
        _ => None,
    }
}

/// What a constraint forces.
pub(super) fn constraint_kind(text: &str) -> Option<ConstraintKind> {
    match text {
        "0" => Some(ConstraintKind::AsSoonAsPossible),
        "1" => Some(ConstraintKind::AsLateAsPossible),
        "2" => Some(ConstraintKind::MustStart),
        "3" => Some(ConstraintKind::MustFinish),
        "4" => Some(ConstraintKind::StartNoEarlier),
        "5" => Some(ConstraintKind::StartNoLater),
        "6" => Some(ConstraintKind::FinishNoEarlier),
        "7" => Some(ConstraintKind::FinishNoLater),
        _ => None,
    }
}

/// What a resource is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum ResourceKind {
    Material,
    Person,
    Cost,
}

/// What a resource is, by its `Type`.
pub(super) fn resource_kind(text: &str) -> Option<ResourceKind> {
    match text {
        "0" => Some(ResourceKind::Material),
        "1" => Some(ResourceKind::Person),
        "2" => Some(ResourceKind::Cost),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_to_the_second() {
        for (text, expected) in [
            ("PT40H0M0S", Some(2_400_000)),
            ("PT81H8M24S", Some(4_868_400)),
            ("PT0H0M0S", Some(0)),
            ("PT0.5S", Some(8)),
            ("-PT1H", Some(-60_000)),
            ("P1DT1H", Some(1_500_000)),
            ("P0Y0M0DT8H0M0S", Some(480_000)),
            ("P1M", None),
            ("P", None),
            ("PT", None),
            ("PT8", None),
            ("8h", None),
            ("PT99999999999999H", None),
            ("PTT8H", None),
            ("PT8é", None),
        ] {
            assert_eq!(duration(text), expected, "{text}");
        }
    }

    #[test]
    fn tenths_of_a_minute() {
        assert_eq!(tenths("4800"), Some(480_000));
        assert_eq!(tenths("-15"), Some(-1_500));
        assert_eq!(tenths("1e300"), None);
        assert_eq!(tenths("x"), None);
    }

    #[test]
    fn formats_of_durations() {
        let shown = |text| format(text).map(|it| (it.is_elapsed, it.is_percent));
        assert_eq!(shown("7"), Some((false, false)));
        assert_eq!(shown("8"), Some((true, false)));
        assert_eq!(shown("40"), Some((true, false)));
        assert_eq!(shown("53"), Some((false, false)));
        assert_eq!(shown("19"), Some((false, true)));
        assert_eq!(shown("52"), Some((true, true)));
        assert_eq!(shown("2"), None);
    }
}
