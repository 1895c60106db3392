//! On which days an exception of a calendar falls: a period, or a rule such as "every second Tuesday".

use jiff::civil::{Date, date};

/// How the days of an exception repeat.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Rule {
    /// Every so many days.
    Days { every: i32 },
    /// Every so many weeks, on these days: bit 0 for Sunday.
    Weeks { every: i32, days: u8 },
    /// Every so many months.
    Months { every: i32, on: DayOfMonth },
    /// Every year in a month, 1 to 12.
    Years { month: i8, on: DayOfMonth },
}

/// A day of a month.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum DayOfMonth {
    /// By its number; in a shorter month its last day.
    Number(i8),
    /// The first (0) to fourth (3), or the last (4) of what `item` says.
    Position { item: Item, position: u8 },
}

/// What days are counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Item {
    /// All.
    Day,
    /// Monday to Friday.
    Weekday,
    /// Saturday and Sunday.
    WeekendDay,
    /// One of the week, 0 for Sunday.
    Of(i8),
}

/// The days of an exception: days since 1970-01-01, both included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Days {
    pub(super) first: i32,
    pub(super) last: i32,
    pub(super) rule: Rule,
    /// At most so many times.
    pub(super) most: Option<i64>,
}

/// Days since 1970-01-01.
pub(super) fn number(day: Date) -> i32 {
    (day.duration_since(date(1970, 1, 1)).as_hours() / 24) as i32
}

/// The day with this number; the nearest that a date can have.
fn day(number: i32) -> Date {
    date(1970, 1, 1).saturating_add(jiff::Span::new().days(number.clamp(-4_000_000, 2_900_000)))
}

/// 0 for Sunday; 1970-01-01 was a Thursday.
fn weekday_of(number: i32) -> i32 {
    (number + 4).rem_euclid(7)
}

impl Days {
    /// Visits the days that lie in a window, in order. `budget` is what may still be looked at, in days: it ends the
    /// visit when it is used up, so that no rule can take for ever.
    pub(super) fn visit(&self, window: (i32, i32), budget: &mut usize, mut visit: impl FnMut(i32)) {
        let from = self.first.max(window.0);
        let to = self.last.min(window.1);
        if from > to {
            return;
        }
        let mut spend = || {
            let left = *budget > 0;
            *budget = budget.saturating_sub(1);
            left
        };
        let most = self.most.unwrap_or(i64::MAX);
        match self.rule {
            Rule::Days { every } => {
                let every = every.max(1);
                let mut times = i64::from((from - self.first + every - 1) / every);
                while times < most && spend() {
                    let at = i64::from(self.first) + times * i64::from(every);
                    if at > i64::from(to) {
                        return;
                    }
                    visit(at as i32);
                    times += 1;
                }
            }
            Rule::Weeks { every, days } => {
                let step = 7 * every.max(1);
                let per_week = i64::from((days & 0x7F).count_ones());
                if per_week == 0 {
                    return;
                }
                // Weeks begin on Sunday, whatever the project says.
                let sunday = self.first - weekday_of(self.first);
                let passed = (0..self.first - sunday).filter(|it| days >> it & 1 == 1).count() as i64;
                let weeks = ((from - sunday) / step).max(0);
                let mut times = i64::from(weeks) * per_week - passed;
                let mut week = sunday + weeks * step;
                loop {
                    for it in (0..7).filter(|it| days >> it & 1 == 1) {
                        let at = week + it;
                        if at < self.first {
                            times += 1;
                            continue;
                        }
                        if at > to || times >= most || !spend() {
                            return;
                        }
                        if at >= from {
                            visit(at);
                        }
                        times += 1;
                    }
                    week += step;
                }
            }
            Rule::Months { every, on } => self.months(every.max(1), on, (from, to), most, spend, visit),
            Rule::Years { on, .. } => self.months(12, on, (from, to), most, spend, visit),
        }
    }

    fn months(
        &self,
        every: i32,
        on: DayOfMonth,
        (from, to): (i32, i32),
        most: i64,
        mut spend: impl FnMut() -> bool,
        mut visit: impl FnMut(i32),
    ) {
        let month_of = |day: Date| i32::from(day.year()) * 12 + i32::from(day.month()) - 1;
        let mut first = month_of(day(self.first));
        if let Rule::Years { month, .. } = self.rule {
            first = first - first.rem_euclid(12) + i32::from(month) - 1;
        }
        let at = |month: i32| {
            let year = i16::try_from(month.div_euclid(12)).ok()?;
            on.in_month(year, month.rem_euclid(12) as i8 + 1).map(number)
        };
        let steps = ((month_of(day(from)) - first) / every).max(0);
        let is_before = |month| at(month).is_some_and(|day| day < self.first);
        let mut times = i64::from(steps) - i64::from(steps > 0 && is_before(first));
        let mut month = first + steps * every;
        while times < most && spend() {
            let Some(day) = at(month) else { return };
            if day > to {
                return;
            }
            if day >= self.first {
                times += 1;
                if day >= from {
                    visit(day);
                }
            }
            month += every;
        }
    }
}

impl DayOfMonth {
    fn in_month(self, year: i16, month: i8) -> Option<Date> {
        let first = Date::new(year, month, 1).ok()?;
        let n_days = first.days_in_month();
        let (item, position) = match self {
            DayOfMonth::Number(day) => return Date::new(year, month, day.clamp(1, n_days)).ok(),
            DayOfMonth::Position { item, position } => (item, position),
        };
        let weekday = i32::from(first.weekday().to_sunday_zero_offset());
        let counts = |day: &i8| {
            let weekday = (weekday + i32::from(*day) - 1) % 7;
            match item {
                Item::Day => true,
                Item::Weekday => (1..=5).contains(&weekday),
                Item::WeekendDay => weekday == 0 || weekday == 6,
                Item::Of(it) => weekday == i32::from(it),
            }
        };
        let mut days = (1..=n_days).filter(counts);
        let day = if position < 4 { days.nth(usize::from(position)) } else { days.next_back() };
        Date::new(year, month, day?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: (i32, i32) = (i32::MIN / 2, i32::MAX / 2);

    fn days(days: Days, window: (i32, i32)) -> Vec<String> {
        let mut out = Vec::new();
        days.visit(window, &mut 1000, |at| out.push(day(at).to_string()));
        out
    }

    fn from(first: Date, last: Date, rule: Rule, most: Option<i64>) -> Days {
        Days { first: number(first), last: number(last), rule, most }
    }

    #[test]
    fn days_by_their_number_and_position() {
        let thirty_first = Rule::Months { every: 1, on: DayOfMonth::Number(31) };
        let found = days(from(date(2027, 1, 1), date(2027, 4, 30), thirty_first, None), ALL);
        assert_eq!(found, ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"]);
        let last_weekday = DayOfMonth::Position { item: Item::Weekday, position: 4 };
        let rule = Rule::Years { month: 5, on: last_weekday };
        let found = days(from(date(2026, 6, 1), date(2028, 12, 31), rule, None), ALL);
        assert_eq!(found, ["2027-05-31", "2028-05-31"]);
    }

    #[test]
    fn a_window_shows_the_same_days_as_all_of_them_do() {
        let position = DayOfMonth::Position { item: Item::Of(2), position: 1 };
        let rules = [
            Rule::Days { every: 3 },
            Rule::Weeks { every: 2, days: 0b010_0101 },
            Rule::Months { every: 2, on: DayOfMonth::Number(4) },
            Rule::Months { every: 1, on: position },
            Rule::Years { month: 2, on: DayOfMonth::Number(29) },
        ];
        for rule in rules {
            for most in [None, Some(1), Some(9)] {
                let it = from(date(2026, 1, 14), date(2029, 12, 31), rule, most);
                let all = days(it, ALL);
                let window = (date(2026, 5, 3), date(2028, 8, 20));
                let within: Vec<String> = all
                    .iter()
                    .filter(|day| (window.0.to_string()..=window.1.to_string()).contains(*day))
                    .cloned()
                    .collect();
                assert_eq!(days(it, (number(window.0), number(window.1))), within, "{it:?}");
            }
        }
    }

    #[test]
    fn a_rule_from_the_first_year_to_the_last_costs_what_is_asked_for() {
        let mut budget = 100;
        let weekly = Rule::Weeks { every: 1, days: 0x7F };
        let mut seen = 0;
        let window = (number(date(2026, 1, 1)), number(date(2026, 1, 31)));
        from(date(1, 1, 1), date(9999, 12, 31), weekly, None).visit(window, &mut budget, |_| seen += 1);
        assert_eq!(seen, 31);
        let every_day = from(date(1, 1, 1), date(9999, 12, 31), Rule::Days { every: 1 }, None);
        let mut budget = 100;
        every_day.visit(ALL, &mut budget, |_| seen += 1);
        assert_eq!((seen, budget), (131, 0));
    }
}
