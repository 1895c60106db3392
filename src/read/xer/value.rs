//! Values as P6 writes them: hours, dates, code words.

use crate::model::{ConstraintKind, CriticalBy, FloatKind, ImportedKind, LagCalendar, LinkKind, Status};

/// More hours than any plan has; keeps sums far from overflow.
const MOST_HOURS: f64 = 1e9;

/// A decimal number. P6 writes it with a point or, in some countries, with a comma.
pub(super) fn number(text: &str) -> Option<f64> {
    let plain = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '+' | 'e' | 'E');
    if !text.chars().all(plain) {
        return None;
    }
    let number = match text.rfind(['.', ',']) {
        Some(at) if text[..at].contains([',', '.']) => {
            // Two separators: the last one is the decimal one.
            let whole: String = text[..at].chars().filter(|c| !matches!(c, '.' | ',')).collect();
            format!("{whole}.{}", &text[at + 1..]).parse::<f64>()
        }
        Some(_) => text.replace(',', ".").parse::<f64>(),
        None => text.parse::<f64>(),
    };
    number.ok().filter(|number| number.is_finite())
}

/// Hours as whole minutes, to the nearest.
pub(super) fn minutes_of_hours(text: &str) -> Option<i64> {
    let hours = number(text).filter(|hours| hours.abs() <= MOST_HOURS)?;
    Some((hours * 60.0).round() as i64)
}

/// How far a task is.
pub(super) const STATUS: [(&str, Status); 3] =
    [("TK_NotStart", Status::Planned), ("TK_Active", Status::InProgress), ("TK_Complete", Status::Done)];

/// How two tasks are linked.
pub(super) const LINK_KINDS: [(&str, LinkKind); 4] = [
    ("PR_FS", LinkKind::FinishStart),
    ("PR_SS", LinkKind::StartStart),
    ("PR_FF", LinkKind::FinishFinish),
    ("PR_SF", LinkKind::StartFinish),
];

/// On which calendar lags count.
pub(super) const LAG_CALENDARS: [(&str, LagCalendar); 4] = [
    ("rcal_Predecessor", LagCalendar::Predecessor),
    ("rcal_Successor", LagCalendar::Successor),
    ("rcal_ProjDefault", LagCalendar::Plan),
    ("rcal_24Hour", LagCalendar::Elapsed),
];

/// Constraints. `CS_MSO` reads like "must start on" and is the soft one: logic still holds.
pub(super) const CONSTRAINTS: [(&str, ConstraintKind); 9] = [
    ("CS_MSO", ConstraintKind::StartOn),
    ("CS_MEO", ConstraintKind::FinishOn),
    ("CS_MSOB", ConstraintKind::StartNoLater),
    ("CS_MSOA", ConstraintKind::StartNoEarlier),
    ("CS_MEOB", ConstraintKind::FinishNoLater),
    ("CS_MEOA", ConstraintKind::FinishNoEarlier),
    ("CS_ALAP", ConstraintKind::AsLateAsPossible),
    ("CS_MANDSTART", ConstraintKind::MustStart),
    ("CS_MANDFIN", ConstraintKind::MustFinish),
];

/// Yes and no.
pub(super) const FLAGS: [(&str, bool); 2] = [("Y", true), ("N", false)];

/// Which difference of dates is the total float.
pub(super) const FLOAT_KINDS: [(&str, FloatKind); 3] =
    [("FT_FF", FloatKind::Finish), ("FT_SS", FloatKind::Start), ("FT_Min", FloatKind::Smallest)];

/// What makes an activity critical.
pub(super) const CRITICAL_BY: [(&str, CriticalBy); 2] =
    [("CT_TotFloat", CriticalBy::Float), ("CT_DrivPath", CriticalBy::LongestPath)];

/// What a task is, by its `task_type`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum TaskType {
    Work(ImportedKind),
    Milestone(ImportedKind),
    LevelOfEffort(ImportedKind),
}

/// What a task is, by its `task_type`.
pub(super) const TASK_TYPES: [(&str, TaskType); 6] = [
    ("TT_Task", TaskType::Work(ImportedKind::Task)),
    ("TT_Rsrc", TaskType::Work(ImportedKind::ResourceDependent)),
    ("TT_Mile", TaskType::Milestone(ImportedKind::StartMilestone)),
    ("TT_FinMile", TaskType::Milestone(ImportedKind::FinishMilestone)),
    ("TT_LOE", TaskType::LevelOfEffort(ImportedKind::Task)),
    // A WBS summary activity lasts as long as what it spans, like level of effort.
    ("TT_WBS", TaskType::LevelOfEffort(ImportedKind::WbsSummary)),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_point_or_comma() {
        for (text, expected) in [
            ("40", Some(40.0)),
            ("-208", Some(-208.0)),
            ("2.5", Some(2.5)),
            ("2,5", Some(2.5)),
            ("1.234,5", Some(1234.5)),
            ("1,234.5", Some(1234.5)),
            ("1.5E-2", Some(0.015)),
            ("", None),
            ("4O", None),
            ("inf", None),
            ("1e999", None),
        ] {
            assert_eq!(number(text), expected, "{text}");
        }
    }

    #[test]
    fn hours_become_the_nearest_minute() {
        assert_eq!(minutes_of_hours("2.33333333"), Some(140));
        assert_eq!(minutes_of_hours("-0.5"), Some(-30));
        assert_eq!(minutes_of_hours("1e300"), None);
    }
}
