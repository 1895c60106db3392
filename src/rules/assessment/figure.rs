//! What a point of the assessment comes to: two numbers, a limit, a verdict. Nothing is rounded before it is compared.

use std::cmp::Ordering;

use crate::model::TaskId;
use crate::source::Span;

/// Whether a plan meets a point.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Within the limit.
    Pass,
    /// Beyond it.
    Fail,
    /// What the figure is made of is not there, so nobody can say.
    NotAssessable(Lack),
    /// There is nothing to count: 0 of 0 is neither good nor bad.
    NotApplicable(Lack),
}

/// Why a point has no figure.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lack {
    /// The format of the file cannot say what the point asks for.
    Format,
    /// The plan names no people and resources by design (`resources = false`).
    ByDesign,
    /// No task of the plan has a baseline.
    Baseline,
    /// No date was promised: no finish of the plan, no deadline, no hard constraint, no baseline of the last task.
    Target,
    /// Nothing says when things happen, or how long they take.
    Dates,
    /// No unfinished task sets the finish.
    Path,
    /// The plan is scheduled from its finish: a delay moves its start.
    Backwards,
    /// Nothing was due by the status date.
    Due,
    /// The finish is not after the status date.
    Time,
    /// There is no such task.
    Tasks,
    /// There is no link between tasks that are counted.
    Links,
}

/// What a figure may be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Limit {
    /// So many per cent and no more.
    AtMost(i64),
    /// So many per cent and no less.
    AtLeast(i64),
    /// So many working days, give or take one.
    Days(i64),
}

/// One number of how many.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Ratio {
    /// The numerator.
    pub count: i64,
    /// The denominator.
    pub base: i64,
}

impl Ratio {
    /// How it compares with so many per cent. By multiplication: 74 of 78 are less than 95 per cent.
    pub fn compare(self, percent: i64) -> Ordering {
        let (count, percent) = (i128::from(self.count) * 100, i128::from(percent) * i128::from(self.base));
        count.cmp(&percent)
    }

    /// Per cent as a number for people: to a tenth, and finer where that would look like the limit.
    pub fn percent(self, limit: i64) -> String {
        self.decimal(100, i128::from(limit), 1, 1)
    }

    /// An index as a number for people: to a hundredth, and finer where that would look like the limit.
    pub fn index(self, limit: i64) -> String {
        self.decimal(1, i128::from(limit), 100, 2)
    }

    /// `count * times / base`, in decimals: so many, or as many as it takes to differ from `limit / of`.
    fn decimal(self, times: i128, limit: i128, of: i128, least: u32) -> String {
        const MOST: u32 = 6;
        let base = i128::from(self.base).max(1);
        let count = i128::from(self.count) * times;
        let is_limit = count * of == limit * base;
        let rounded = |scale: i128| (count * scale * 2 + base * count.signum()) / (base * 2);
        let (mut digits, mut scale) = (least, 10_i128.pow(least));
        while !is_limit && digits < MOST && rounded(scale) * of == limit * scale {
            digits += 1;
            scale *= 10;
        }
        let number = rounded(scale);
        let sign = if number < 0 { "-" } else { "" };
        format!("{sign}{}.{:0width$}", number.abs() / scale, number.abs() % scale, width = digits as usize)
    }
}

/// What speaks against a plan: a task, or a link of one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Offender {
    /// The task; of a link the one that waits.
    pub task: TaskId,
    /// The number of the link among all links.
    pub link: Option<usize>,
    /// Where it is written.
    pub at: Span,
}

/// A part of a figure, or what is shown beside it.
#[derive(Clone, Debug)]
pub struct Part {
    /// What it counts, in a word.
    pub name: &'static str,
    /// How many of how many.
    pub ratio: Ratio,
    /// Which tasks; may be empty where the offenders say it.
    pub tasks: Vec<TaskId>,
}

/// A task that would count and does not, and as what it is excused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Excused {
    /// The task.
    pub task: TaskId,
    /// As what.
    pub as_what: &'static str,
}

/// One of the fourteen points of a plan.
#[derive(Clone, Debug)]
pub struct Point {
    /// The rule that speaks of it.
    pub code: &'static str,
    /// Whether the plan meets it.
    pub verdict: Verdict,
    /// The figure. Of the critical path test the days that arrived and those that were added; of the path length index
    /// minutes of working time.
    pub ratio: Ratio,
    /// What it may be.
    pub limit: Limit,
    /// What speaks against the plan, worst first or in the order of the file.
    pub offenders: Vec<Offender>,
    /// What the figure is made of, or what is worth knowing beside it.
    pub parts: Vec<Part>,
    /// What would count and does not.
    pub excused: Vec<Excused>,
}

impl Point {
    /// A figure against its limit. Without anything to count it is not applicable, for want of what `nothing` says.
    pub(super) fn new(code: &'static str, ratio: Ratio, limit: Limit, nothing: Lack) -> Self {
        let is_met = match limit {
            Limit::AtMost(percent) => ratio.compare(percent).is_le(),
            Limit::AtLeast(percent) => ratio.compare(percent).is_ge(),
            Limit::Days(days) => ratio.count >= days - 1,
        };
        let verdict = match (ratio.base, is_met) {
            (..=0, _) => Verdict::NotApplicable(nothing),
            (_, true) => Verdict::Pass,
            (_, false) => Verdict::Fail,
        };
        let (offenders, parts, excused) = (Vec::new(), Vec::new(), Vec::new());
        Self { code, verdict, ratio, limit, offenders, parts, excused }
    }

    /// Offenders of a base, of which at most so many per cent may be.
    pub(super) fn counted(
        code: &'static str,
        offenders: Vec<Offender>,
        base: usize,
        percent: i64,
        nothing: Lack,
    ) -> Self {
        let ratio = Ratio { count: offenders.len() as i64, base: base as i64 };
        Self { offenders, ..Self::new(code, ratio, Limit::AtMost(percent), nothing) }
    }

    /// A point that nobody can judge.
    pub(super) fn without(code: &'static str, limit: Limit, verdict: Verdict) -> Self {
        Self { verdict, ..Self::new(code, Ratio::default(), limit, Lack::Tasks) }
    }

    /// What it comes to, as a number for people: `12.5 %`, `0.949`, `412 days`, `2`.
    pub fn value(&self) -> String {
        match self.limit {
            _ if self.is_sum() => self.ratio.count.to_string(),
            Limit::Days(_) => super::super::counted(self.ratio.count, "day", "days"),
            Limit::AtLeast(percent) if self.is_index() => self.ratio.index(percent),
            Limit::AtMost(percent) | Limit::AtLeast(percent) => format!("{} %", self.ratio.percent(percent)),
        }
    }

    /// What it may be, as a number for people: `5 %`, `0.95`, `600 days`, `0`.
    pub fn limit(&self) -> String {
        match self.limit {
            _ if self.is_sum() => "0".to_owned(),
            Limit::Days(days) => super::super::counted(days, "day", "days"),
            Limit::AtLeast(percent) if self.is_index() => Ratio { count: percent, base: 100 }.index(percent),
            Limit::AtMost(percent) | Limit::AtLeast(percent) => format!("{percent} %"),
        }
    }

    /// Whether its figure is given as an index around 1, and not in per cent.
    pub fn is_index(&self) -> bool {
        matches!(self.code, "SCH113" | "SCH114")
    }

    /// Whether its figure is the sum of its parts, which have bases of their own, and not a share of one.
    pub fn is_sum(&self) -> bool {
        self.code == "SCH109"
    }

    /// A part by its name.
    pub fn part(&self, name: &str) -> Option<&Part> {
        self.parts.iter().find(|part| part.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(count: i64, base: i64) -> Ratio {
        Ratio { count, base }
    }

    #[test]
    fn seventy_four_of_seventy_eight_are_not_95_per_cent_and_do_not_look_like_it() {
        assert_eq!(ratio(74, 78).compare(95), Ordering::Less);
        assert_eq!(ratio(74, 78).index(95), "0.949");
        assert_eq!(ratio(95, 100).compare(95), Ordering::Equal);
        assert_eq!(ratio(19, 20).index(95), "0.95");
        assert_eq!(ratio(2, 40).compare(5), Ordering::Equal);
        assert_eq!(ratio(2, 40).percent(5), "5.0");
        assert_eq!(ratio(501, 10_000).percent(5), "5.01");
        assert_eq!(ratio(-12, 40).index(95), "-0.30");
    }

    #[test]
    fn nothing_to_count_is_no_pass() {
        let point = Point::new("SCH103", ratio(0, 0), Limit::AtMost(5), Lack::Links);
        assert_eq!(point.verdict, Verdict::NotApplicable(Lack::Links));
    }
}
