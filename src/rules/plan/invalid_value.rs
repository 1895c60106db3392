//! PLN004, as far as it takes the model: a duration on a phase, and a calendar on which nothing could ever be done.

use crate::finding::{Entity, EntityKind, Fix};
use crate::model::{Moment, Spanned, parse_hours, weekday};
use crate::rules::{Ctx, Native, Sink, entity};

pub(super) const RULE: Native = Native { code: "PLN004", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    for &plan in ctx.plans() {
        // Planning tools write the sum of what is inside into their phases.
        if !ctx.is_native(plan) {
            continue;
        }
        for (task, it) in ctx.model.tasks_of(plan) {
            if let Some(duration) = it.duration()
                && !ctx.is_leaf(task)
                && !ctx.is_cancelled(task)
            {
                let finding = ctx.finding_at(entity(task), duration.span).variant("phase-duration");
                let fix = Fix::not_safe("Delete the duration").drop_field(duration.span, "duration");
                out.report(finding.subject("duration").fix(fix));
            }
        }
        for number in ctx.model.plan(plan).range(EntityKind::Calendar) {
            calendar(ctx, number, out);
        }
        for number in ctx.model.plan(plan).range(EntityKind::Freeze) {
            let freeze = &ctx.model.freezes[number];
            period(ctx, Entity::new(EntityKind::Freeze, number), freeze.start(), freeze.finish(), out);
        }
        for number in ctx.model.plan(plan).range(EntityKind::Person) {
            let person = &ctx.model.persons[number];
            period(ctx, Entity::new(EntityKind::Person, number), person.from(), person.until(), out);
        }
    }
}

/// A time that ends before it starts is no time at all: a freeze would freeze nothing.
fn period(
    ctx: &Ctx<'_>,
    about: Entity,
    start: Option<Spanned<Moment>>,
    finish: Option<Spanned<Moment>>,
    out: &mut Sink,
) {
    if let (Some(start), Some(finish)) = (start, finish)
        && finish.value.as_finish() < start.value.as_start()
    {
        let finding = ctx.finding_at(about, finish.span).variant("period").label(start.span, "starts here");
        out.report(finding.subject("period").param("value", ctx.model.name(about)));
    }
}

fn calendar(ctx: &Ctx<'_>, number: usize, out: &mut Sink) {
    let it = &ctx.model.calendars[number];
    let about = Entity::new(EntityKind::Calendar, number);
    let mut unread = 0;
    for day in ctx.model.list(it.work_week()) {
        if weekday(ctx.text(*day).trim()).is_none() {
            unread += 1;
            let finding = ctx.finding_at(about, day.span()).variant("weekday");
            out.report(finding.subject(ctx.text(*day)).param("value", ctx.text(*day)));
        }
    }
    for shift in ctx.model.list(it.hours()) {
        if parse_hours(ctx.text(*shift)).is_none() {
            unread += 1;
            let finding = ctx.finding_at(about, shift.span()).variant("hours");
            out.report(finding.subject(ctx.text(*shift)).param("value", ctx.text(*shift)));
        }
    }
    // What cannot be read may be working time: one finding is enough.
    if unread > 0 {
        return;
    }
    let no_days = it.work_week().is_given() && it.work_week().is_empty() && it.extra_days().is_empty();
    let no_hours = it.hours().is_given() && it.hours().is_empty();
    if no_days || no_hours {
        out.report(ctx.finding(about).variant("no-working-time").subject("working-time"));
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    fn found(plan: &str) -> Vec<String> {
        codes(&format!("[plan]\n{plan}")).into_iter().filter(|it| it.starts_with("PLN004")).collect()
    }

    #[test]
    fn a_phase_lasts_as_long_as_its_tasks() {
        let phase = "[task]\np = { title = \"P\", duration = \"5d\" }\n";
        assert!(found(phase).is_empty());
        assert_eq!(found(&format!("{phase}a = {{ title = \"A\", parent = \"p\" }}")), ["PLN004 3:32"]);
    }

    #[test]
    fn a_calendar_needs_a_day_and_an_hour() {
        assert_eq!(found("[calendar.c]\nwork-week = []"), ["PLN004 2:11"]);
        assert_eq!(found("[calendar.c]\nhours = []"), ["PLN004 2:11"]);
        assert!(found("[calendar.c]\nwork-week = []\nextra-days = [2026-11-07]").is_empty());
        assert!(found("[calendar.c]\nholidays = [2026-12-25]").is_empty());
    }

    #[test]
    fn what_ends_before_it_starts() {
        assert_eq!(found("[freeze.f]\nstart = 2027-01-08\nfinish = 2026-12-21"), ["PLN004 4:10"]);
        assert!(found("[freeze.f]\nstart = 2026-12-21\nfinish = 2026-12-21").is_empty());
        assert_eq!(found("[person.p]\nfrom = 2027-01-08\nuntil = 2026-12-21"), ["PLN004 4:9"]);
        assert_eq!(found("[person.p]\naway = [{ start = 2027-01-08, finish = 2026-12-21 }]"), ["PLN004 3:9"]);
    }

    #[test]
    fn days_and_hours_that_cannot_be_read() {
        assert_eq!(found("[calendar.c]\nwork-week = [\"mon\", \"Di\"]"), ["PLN004 3:22"]);
        assert_eq!(found("[calendar.c]\nhours = [\"9-13\", \"14:00-18:00\"]"), ["PLN004 3:11"]);
        assert!(found("[calendar.c]\nwork-week = [\"Monday\"]\nhours = [\"22:00 - 06:00\"]").is_empty());
    }
}
