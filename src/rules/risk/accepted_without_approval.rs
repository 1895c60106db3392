//! RSK005: a risk that is lived with although nobody with the authority has said so.

use super::{exposure, is_written, open_risks};
use crate::finding::{Entity, EntityKind};
use crate::model::{PlanId, Response, Risk, is_placeholder, shortened};
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "RSK005", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let sponsors: Vec<Sponsor<'_>> = ctx.model.plan_ids().map(|plan| Sponsor::of(ctx, plan)).collect();
    for (entity, risk) in open_risks(ctx) {
        if risk.response().is_none_or(|response| response.value != Response::Accept) {
            continue;
        }
        // Low risks may be lived with without asking.
        let Some(exposure) = exposure(risk).filter(|exposure| exposure.is_medium_or_more()) else { continue };
        let approvers = ctx.model.list(risk.approved_by());
        let Some(first) = approvers.iter().copied().find(|text| is_written(ctx, Some(*text))) else {
            let finding = ctx.finding(entity).param("exposure", exposure.to_string());
            out.report(if exposure.is_high() { finding } else { finding.variant("medium") });
            continue;
        };
        if may_be_approved(ctx, risk, &sponsors[risk.plan.index()]) {
            continue;
        }
        let finding = ctx
            .finding_at(entity, first.span())
            .variant(if exposure.is_high() { "not-entitled" } else { "not-entitled-medium" })
            .param("exposure", exposure.to_string())
            .param("approver", format!("`{}`", shortened(ctx.text(first))));
        out.report(match ctx.model.plan(risk.plan).header.sponsor() {
            Some(sponsor) => finding.label(sponsor.span(), "the sponsor"),
            None => finding,
        });
    }
}

/// Who pays for a plan, as far as that can be known.
enum Sponsor<'a> {
    /// Nobody is named.
    Nobody,
    /// Somebody the plan declares.
    Declared(Entity),
    /// A name in free text.
    Named(&'a str),
    /// A misspelt id (PLN007) or one still to be filled in (PLN012): anybody may be meant.
    Anybody,
}

impl<'a> Sponsor<'a> {
    fn of(ctx: &'a Ctx<'_>, plan: PlanId) -> Self {
        let Some(sponsor) = ctx.model.plan(plan).header.sponsor() else { return Sponsor::Nobody };
        let name = ctx.text(sponsor).trim();
        let is_known_as = |number: &usize| {
            let names = ctx.model.list(ctx.model.persons[*number].also_known_as());
            names.iter().any(|text| ctx.text(*text).trim() == name)
        };
        let find = |kind| ctx.network.index.find(ctx.model, kind, plan, name);
        let alias = || ctx.model.plan(plan).range(EntityKind::Person).find(is_known_as);
        let declared = find(EntityKind::Person)
            .or_else(|| find(EntityKind::Team))
            .or_else(|| alias().map(|number| Entity::new(EntityKind::Person, number)));
        match declared {
            Some(entity) => Sponsor::Declared(entity),
            None if is_placeholder(name) || looks_misspelt(ctx, plan, name) => Sponsor::Anybody,
            None => Sponsor::Named(name),
        }
    }
}

/// Whether a name that no person or team has looks like an id in a plan that declares people: PLN007 has reported it.
fn looks_misspelt(ctx: &Ctx<'_>, plan: PlanId, name: &str) -> bool {
    let entry = ctx.model.plan(plan);
    let declares = |kind| !entry.range(kind).is_empty();
    !name.contains(char::is_whitespace)
        && (declares(EntityKind::Person) || declares(EntityKind::Team))
        && ctx.network.index.find(ctx.model, EntityKind::Stakeholder, plan, name).is_none()
}

/// Whether one of those who approved is the sponsor or a person with authority, or is not known well enough to say no.
fn may_be_approved(ctx: &Ctx<'_>, risk: &Risk, sponsor: &Sponsor<'_>) -> bool {
    let references = ctx.network.references.list(risk.approved_by());
    references.iter().zip(ctx.model.list(risk.approved_by())).any(|(reference, text)| {
        let name = ctx.text(*text).trim();
        // "TBD" is PLN012's, a misspelt id PLN007's.
        if is_placeholder(name) || (reference.entity().is_none() && looks_misspelt(ctx, risk.plan, name)) {
            return true;
        }
        let person = reference.of(EntityKind::Person).map(|number| &ctx.model.persons[number]);
        if person.is_some_and(|person| is_written(ctx, person.authority())) {
            return true;
        }
        match sponsor {
            Sponsor::Nobody => false,
            Sponsor::Anybody => true,
            Sponsor::Declared(entity) => reference.entity() == Some(*entity),
            // The sponsor by name, the approver by id or by name.
            Sponsor::Named(sponsor) => {
                let full_name = person.and_then(|person| person.name()).map(|name| ctx.text(name).trim());
                name == *sponsor || full_name == Some(*sponsor)
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::risk::places;

    /// An accepted high risk; what approves it is in line 7.
    fn found(sponsor: &str, approved_by: &str) -> Vec<String> {
        places(
            "RSK005",
            &format!(
                "[plan]\nsponsor = \"{sponsor}\"\n[risk.r]\ntitle = \"R\"\nprobability = 4\nresponse = \"accept\"\n\
                 approved-by = {approved_by}\nimpact = 4\n[person]\nelena = {{ name = \"Elena Rossi\" }}\n\
                 jonas = {{ name = \"Jonas Weber\" }}\nomar = {{ authority = \"high-risk\" }}\n\
                 [team]\ncrew = {{ lead = \"jonas\" }}\n[task]\na = {{ title = \"A\" }}\n"
            ),
        )
    }

    #[test]
    fn the_sponsor_by_id_or_by_name() {
        assert!(found("elena", "\"elena\"").is_empty());
        assert!(found("Elena Rossi", "\"elena\"").is_empty());
        assert!(found("Executive board", "\"Executive board\"").is_empty());
        assert_eq!(found("elena", "\"jonas\""), ["7:16"]);
        assert_eq!(found("elena", "\"crew\""), ["7:16"]);
        assert_eq!(found("elena", "\"Change advisory board\""), ["7:16"]);
    }

    #[test]
    fn one_of_several_is_enough() {
        assert!(found("elena", "[\"jonas\", \"omar\"]").is_empty());
    }

    #[test]
    fn nobody_at_all() {
        assert_eq!(found("elena", "[]"), ["3:7"]);
        assert_eq!(found("elena", "\"\""), ["3:7"]);
    }

    #[test]
    fn misspelt_and_placeholder_names_are_reported_elsewhere() {
        assert!(found("elena", "\"elenna\"").is_empty());
        assert!(found("elenna", "\"elena\"").is_empty());
        assert!(found("elena", "\"TBD\"").is_empty());
    }
}
