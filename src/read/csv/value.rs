//! Values as spreadsheets have them: durations in words, links in the notation of MS Project, words for progress.

use super::options::PlainUnit;
use crate::model::{ConstraintKind, Duration, Lag, LinkKind, Status, Unit, parse_thousandths};

/// A decimal number as thousandths, with point or comma, with or without separators between thousands.
pub(super) fn thousandths(text: &str) -> Option<i64> {
    let text = text.trim();
    if text.len() > 32 {
        return None;
    }
    let plain: String = text.chars().filter(|it| !matches!(it, ' ' | '\u{A0}' | '\u{202F}' | '\'')).collect();
    let (points, commas) = (plain.matches('.').count(), plain.matches(',').count());
    let last = plain.rfind(['.', ',']);
    let plain = match (points, commas, last) {
        (_, 0, _) if points < 2 => plain,
        // Two signs: the last one is the decimal one.
        (1.., 1.., Some(last)) => {
            let whole: String = plain[..last].chars().filter(char::is_ascii_digit).collect();
            format!("{whole}.{}", &plain[last + 1..])
        }
        // 1,200 has a thousand in it, 1,5 has not.
        (0, 1, Some(last)) if plain.len() - last != 4 => plain.replace(',', "."),
        _ => plain.replace([',', '.'], ""),
    };
    parse_thousandths(&plain)
}

/// Words for units of time in the languages that tools write exports in, and whether nights and weekends count.
pub(super) fn unit(word: &str) -> Option<(Unit, bool)> {
    let plain = |word: &str| {
        Some(match word {
            "m" | "min" | "mins" | "minute" | "minutes" | "minuten" => Unit::Minutes,
            "h" | "hr" | "hrs" | "hour" | "hours" | "std" | "stunde" | "stunden" | "heure" | "heures" => {
                Unit::Hours
            }
            "d" | "dy" | "day" | "days" | "dys" | "t" | "tag" | "tage" | "tagen" | "j" | "jour" | "jours"
            | "día" | "días" | "dias" => Unit::Days,
            "w" | "wk" | "wks" | "week" | "weeks" | "wo" | "woche" | "wochen" | "sem" | "semaine"
            | "semaines" | "semana" | "semanas" => Unit::Weeks,
            "mo" | "mon" | "mons" | "month" | "months" | "monat" | "monate" | "monaten" | "mois" => {
                Unit::Months
            }
            _ => return None,
        })
    };
    let word = word.trim().trim_end_matches('.').to_lowercase();
    if let Some(unit) = plain(&word) {
        return Some((unit, false));
    }
    // Elapsed: `ed`, `ehrs`, `elapsed days`; German MS Project writes `ft`, `fStd`.
    let rest = word.strip_prefix("elapsed ").or_else(|| word.strip_prefix(['e', 'f']))?;
    plain(rest.trim_start()).map(|unit| (unit, true))
}

/// The unit in the name of a column: `Duration (hours)`.
pub(super) fn unit_of(word: &str) -> Option<PlainUnit> {
    match word.to_lowercase().as_str() {
        "s" | "sec" | "seconds" | "sekunden" => Some(PlainUnit::Seconds),
        _ => unit(word).map(|(unit, _)| PlainUnit::Of(unit)),
    }
}

/// An amount of time: `10 days`, `3d?`, `2 wks`, `4 ehrs`, `1,5 Tage`, `2d 4h`; a plain number counts in `plain`.
pub(super) fn duration(text: &str, plain: PlainUnit) -> Option<Duration> {
    let text = text.trim().trim_end_matches('?').trim_end();
    let text = text.strip_prefix('~').unwrap_or(text);
    if text.len() > 64 {
        return None;
    }
    if let Some(amount) = thousandths(text) {
        return Some(plain.amount(amount));
    }
    let mut amounts = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let number_end = rest.find(|it: char| it.is_alphabetic())?;
        let (number, behind) = rest.split_at(number_end);
        let word_end = behind.find(|it: char| it.is_ascii_digit()).unwrap_or(behind.len());
        let (word, behind) = behind.split_at(word_end);
        let (unit, is_elapsed) = unit(word.trim_end_matches([',', ' ']))?;
        amounts.push(Duration::new(thousandths(number)?, unit, is_elapsed));
        rest = behind;
    }
    match amounts[..] {
        [only] => Some(only),
        [] => None,
        // Jira's `1w 2d 4h`: days of eight hours, weeks of five days.
        _ => {
            let minutes = |it: &Duration| {
                let each = match it.unit() {
                    Unit::Minutes => 1,
                    Unit::Hours => 60,
                    Unit::Days => 8 * 60,
                    Unit::Weeks => 5 * 8 * 60,
                    Unit::Months => 20 * 8 * 60,
                };
                it.thousandths().saturating_mul(each) / 1000
            };
            Some(Duration::minutes(amounts.iter().map(minutes).fold(0, i64::saturating_add)))
        }
    }
}

/// A share in per cent, 0 to 100. `is_share`: the column says 0.5 where others say 50.
pub(super) fn percent(text: &str, is_share: bool) -> Option<u32> {
    let (number, is_percent) = match text.trim().strip_suffix('%') {
        Some(number) => (number, true),
        None => (text, false),
    };
    let mut amount = thousandths(number)?;
    if is_share && !is_percent {
        amount = amount.saturating_mul(100);
    }
    (0..=100_000).contains(&amount).then_some(((amount + 500) / 1000) as u32)
}

/// How far a task is, by the words of MS Project, Planner, Jira, Smartsheet and people. The second is `false` for words
/// that say something else than that.
pub(super) fn status(folded: &str) -> Option<Option<Status>> {
    Some(match folded {
        "notstarted"
        | "planned"
        | "todo"
        | "open"
        | "new"
        | "backlog"
        | "selectedfordevelopment"
        | "ready"
        | "scheduled"
        | "futuretask"
        | "pending"
        | "reopened"
        | "nichtbegonnen"
        | "nichtgestartet"
        | "offen"
        | "geplant"
        | "neu" => Some(Status::Planned),
        "inprogress" | "started" | "active" | "ongoing" | "doing" | "wip" | "inreview" | "intest"
        | "intesting" | "testing" | "review" | "late" | "inbearbeitung" | "inarbeit" | "laufend"
        | "läuft" | "begonnen" | "gestartet" => Some(Status::InProgress),
        "completed" | "complete" | "done" | "closed" | "resolved" | "finished" | "erledigt"
        | "abgeschlossen" | "fertig" | "beendet" | "geschlossen" => Some(Status::Done),
        "blocked" | "onhold" | "waiting" | "stuck" | "paused" | "blockiert" | "wartet" | "angehalten" => {
            Some(Status::Blocked)
        }
        "cancelled" | "canceled" | "wontdo" | "wontfix" | "rejected" | "dropped" | "declined"
        | "abandoned" | "abgebrochen" | "entfällt" | "gestrichen" | "storniert" => Some(Status::Cancelled),
        // MS Project's judgment, which says nothing about progress; colors of a traffic light.
        "onschedule" | "ontrack" | "onplan" | "imzeitplan" | "red" | "yellow" | "green" | "amber" | "rot"
        | "gelb" | "grün" | "atrisk" | "offtrack" => None,
        _ => return None,
    })
}

/// Yes or no. `None` where it is neither.
pub(super) fn flag(text: &str) -> Option<bool> {
    const YES: [&str; 9] = ["yes", "true", "1", "x", "y", "ja", "wahr", "j", "oui"];
    const NO: [&str; 9] = ["no", "false", "0", "", "n", "nein", "falsch", "-", "non"];
    let word = text.to_lowercase();
    if YES.contains(&word.as_str()) {
        return Some(true);
    }
    NO.contains(&word.as_str()).then_some(false)
}

/// Constraints by the words of MS Project, English and German, in the form in which names are compared.
pub(super) const CONSTRAINTS: [(&str, ConstraintKind); 16] = [
    ("assoonaspossible", ConstraintKind::AsSoonAsPossible),
    ("aslateaspossible", ConstraintKind::AsLateAsPossible),
    ("startnoearlierthan", ConstraintKind::StartNoEarlier),
    ("startnolaterthan", ConstraintKind::StartNoLater),
    ("finishnoearlierthan", ConstraintKind::FinishNoEarlier),
    ("finishnolaterthan", ConstraintKind::FinishNoLater),
    ("muststarton", ConstraintKind::MustStart),
    ("mustfinishon", ConstraintKind::MustFinish),
    ("sofrühwiemöglich", ConstraintKind::AsSoonAsPossible),
    ("sospätwiemöglich", ConstraintKind::AsLateAsPossible),
    ("anfangnichtfrüherals", ConstraintKind::StartNoEarlier),
    ("anfangnichtspäterals", ConstraintKind::StartNoLater),
    ("endenichtfrüherals", ConstraintKind::FinishNoEarlier),
    ("endenichtspäterals", ConstraintKind::FinishNoLater),
    ("mussanfangenam", ConstraintKind::MustStart),
    ("mussendenam", ConstraintKind::MustFinish),
];

/// Link types of English MS Project.
const ENGLISH: [(&str, LinkKind); 4] = [
    ("FS", LinkKind::FinishStart),
    ("SS", LinkKind::StartStart),
    ("FF", LinkKind::FinishFinish),
    ("SF", LinkKind::StartFinish),
];

/// Link types of German MS Project, which mean nothing else in any language.
const GERMAN: [(&str, LinkKind); 4] = [
    ("EA", LinkKind::FinishStart),
    ("AA", LinkKind::StartStart),
    ("EE", LinkKind::FinishFinish),
    ("AE", LinkKind::StartFinish),
];

/// A link as text, taken apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct LinkParts {
    /// How much of the beginning is the id.
    pub(super) id_len: usize,
    pub(super) kind: LinkKind,
    pub(super) lag: Lag,
}

impl LinkParts {
    /// A text that is an id as a whole.
    pub(super) fn plain(text: &str) -> Self {
        Self { id_len: text.len(), kind: LinkKind::FinishStart, lag: Lag::NONE }
    }
}

/// Takes one link apart: `12`, `12FS`, `12SS+2d`, `12FF-50%`, `9FS+3 days`, `tell FS`. `None` where what follows the id
/// is no kind and no lag.
pub(super) fn link(text: &str, types: &[(String, LinkKind)]) -> Option<LinkParts> {
    if text.len() > 1000 {
        return None;
    }
    // The lag: behind the last sign that has one behind it.
    let mut found = None;
    for (at, _) in text.match_indices(['+', '-']).filter(|(at, _)| *at > 0) {
        if let Some(amount) = lag(&text[at..]) {
            let before = text[..at].trim_end();
            // Without a kind, only a number can be the id: OPS-12 is one as a whole.
            if let Some((id_len, kind)) = with_kind(before, types) {
                found = Some(LinkParts { id_len, kind, lag: amount });
            } else if !text.ends_with(|it: char| it.is_ascii_digit())
                && before.chars().all(|it| it.is_ascii_digit() || it == '.')
            {
                found = Some(LinkParts { id_len: before.len(), kind: LinkKind::FinishStart, lag: amount });
            }
            if found.is_some() {
                break;
            }
        }
    }
    if found.is_some() {
        return found;
    }
    if let Some((id_len, kind)) = with_kind(text, types) {
        return Some(LinkParts { id_len, kind, lag: Lag::NONE });
    }
    // A number with something behind it that was not understood.
    let is_number = text.starts_with(|it: char| it.is_ascii_digit());
    let is_plain = text.chars().all(|it| it.is_ascii_digit() || matches!(it, '.' | '_' | '/'));
    // 1-3 may be a range or a lead: nobody knows.
    let has_sign = text.contains(['+', '-', ' ']);
    (!is_number || is_plain || !(has_sign || text.chars().any(char::is_alphabetic)))
        .then(|| LinkParts::plain(text))
}

/// A text that ends with the letters of a kind, behind a number or a blank.
fn with_kind(text: &str, types: &[(String, LinkKind)]) -> Option<(usize, LinkKind)> {
    let told = types.iter().map(|(letters, kind)| (letters.as_str(), *kind));
    for (letters, kind) in told.chain(ENGLISH).chain(GERMAN) {
        let Some(at) = text.len().checked_sub(letters.len()).filter(|at| *at > 0) else { continue };
        let Some((id, end)) = text.split_at_checked(at) else { continue };
        let is_apart = id.ends_with(|it: char| it.is_whitespace() || it.is_ascii_digit());
        if is_apart && !letters.is_empty() && end.to_lowercase() == letters.to_lowercase() {
            return Some((id.trim_end().len(), kind));
        }
    }
    None
}

/// A lag with its sign: `+2d`, `-50%`, `+3 days`, `+2 wks`, `+3ed`. Plain numbers are days.
fn lag(text: &str) -> Option<Lag> {
    let (is_negative, amount) = match text.strip_prefix('-') {
        Some(amount) => (true, amount),
        None => (false, text.strip_prefix('+')?),
    };
    let amount = amount.trim();
    if amount.starts_with(['+', '-']) {
        return None;
    }
    let lag = match amount.strip_suffix('%') {
        Some(number) => Lag::percent(thousandths(number)?),
        None => Lag::time(duration(amount, PlainUnit::Of(Unit::Days))?),
    };
    Some(if is_negative { lag.negated() } else { lag })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_in_the_words_of_the_tools() {
        for (text, expected) in [
            ("10 days", Some("10d")),
            ("3d?", Some("3d")),
            ("2 wks", Some("2w")),
            ("4 ehrs", Some("4eh")),
            ("1 mon", Some("1mo")),
            ("0 days", Some("0d")),
            ("1,5 Tage", Some("1.5d")),
            ("2 Wochen?", Some("2w")),
            ("3 fTage", Some("3ed")),
            ("5 t", Some("5d")),
            ("4 Std.", Some("4h")),
            ("10", Some("10d")),
            ("1.234,5", Some("1234.5d")),
            ("1w 2d 4h", Some("3600m")),
            ("2d 4h", Some("1200m")),
            ("1,200 days", Some("1200d")),
            ("ten days", None),
            ("5 x", None),
            ("", None),
            ("-3d", None),
        ] {
            let found = duration(text, PlainUnit::Of(Unit::Days)).map(|it| it.to_string());
            assert_eq!(found.as_deref(), expected, "{text}");
        }
        assert_eq!(duration("28800", PlainUnit::Seconds).map(|it| it.to_string()).as_deref(), Some("480m"));
    }

    #[test]
    fn links_in_the_notation_of_ms_project() {
        let german = [("EA".to_owned(), LinkKind::FinishStart), ("AA".to_owned(), LinkKind::StartStart)];
        for (text, expected) in [
            ("12", Some("12 FS +0d")),
            ("12FS", Some("12 FS +0d")),
            ("12SS+2d", Some("12 SS +2d")),
            ("12FF-50%", Some("12 FF -50%")),
            ("9FS+3 days", Some("9 FS +3d")),
            ("12FS+2 wks", Some("12 FS +2w")),
            ("12 SF + 3ed", Some("12 SF +3ed")),
            ("12+2d", Some("12 FS +2d")),
            ("12EA+1,5 Tage", Some("12 FS +1.5d")),
            ("12aa", Some("12 SS +0d")),
            ("1.2.3SS", Some("1.2.3 SS +0d")),
            ("OPS-12", Some("OPS-12 FS +0d")),
            ("OPS-12FS+2d", Some("OPS-12 FS +2d")),
            ("tell SS", Some("tell SS +0d")),
            ("12XX", None),
            ("12FS+x", None),
            ("12FS+2", Some("12 FS +2d")),
            ("1-3", None),
            ("12 13", None),
        ] {
            let found = link(text, &german)
                .map(|it| format!("{} {} {}", &text[..it.id_len], it.kind.as_str(), it.lag));
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn shares_and_words() {
        assert_eq!(percent("50%", false), Some(50));
        assert_eq!(percent("0,5", true), Some(50));
        assert_eq!(percent("50 %", true), Some(50));
        assert_eq!(percent("120", false), None);
        assert_eq!(status("inprogress"), Some(Some(Status::InProgress)));
        assert_eq!(status("onschedule"), Some(None));
        assert_eq!(status("frobbed"), None);
    }
}
