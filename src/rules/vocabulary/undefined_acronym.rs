//! VOC001: capitals in titles that nothing explains.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use crate::finding::{Entity, EntityKind};
use crate::model::{PlanId, Text};
use crate::rules::{Ctx, Native, Sink, counted};
use crate::source::Span;

pub(super) const RULE: Native = Native { code: "VOC001", check };

/// What everybody in an office knows.
const ORDINARY: &[&str] = &[
    "AM", "BC", "CC", "CD", "CEO", "CFO", "CIO", "CISO", "COO", "CTO", "CV", "DVD", "EU", "FAQ", "FYI",
    "GMBH", "HQ", "HR", "ID", "INC", "ISO", "IT", "LED", "LLC", "LTD", "NGO", "OK", "PC", "PDF", "PIN", "PM",
    "PMO", "PR", "QA", "RIP", "SIM", "SMS", "SOS", "TV", "UK", "UN", "UPS", "URL", "US", "USA", "USB", "UTC",
    "GMT", "CET", "VAT", "VIP", "WC", "WWW", // Companies that everybody knows by their letters.
    "AWS", "BMW", "DHL", "HP", "IBM", "SAP", // Days, months, units, currencies.
    "MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN", "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG",
    "SEP", "OCT", "NOV", "DEC", "KB", "MB", "GB", "TB", "PB", "KG", "KM", "KW", "KWH", "MW", "GHZ", "MHZ",
    "EUR", "USD", "GBP", "CHF", "JPY", "CNY", "INR", "AUD", "CAD", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF",
    "BRL", "MXN", "SGD", "HKD", "ZAR", // Roman numerals.
    "II", "III", "IV", "VI", "VII", "VIII", "IX", "XI", "XII",
    // Words that are written large to be heard.
    "A", "ALL", "AND", "AS", "AT", "BE", "BY", "DAY", "DO", "DONE", "DRAFT", "END", "FINAL", "FOR", "FROM",
    "GO", "HOLD", "IF", "IN", "IS", "LIVE", "MUST", "NEW", "NO", "NOT", "NOW", "OF", "OFF", "OLD", "ON",
    "ONLY", "OR", "OUT", "PART", "PHASE", "SITE", "START", "STEP", "STOP", "TEST", "THE", "TO", "UP",
    "URGENT", "WAVE", "WEEK", "WITH", "YES",
];

/// Fewer uses than this are no word of the plan, unless a gate or a risk speaks it.
const LEAST_USES: usize = 2;

/// Where an acronym stands first, and in how many titles.
struct Use {
    entity: Entity,
    place: Span,
    titles: usize,
    /// Whether the first place is the title of a gate or of a risk: those are read aloud.
    is_read_aloud: bool,
}

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    for &plan in ctx.plans() {
        let mut uses = uses(ctx, plan);
        uses.retain(|word, it| (it.titles >= LEAST_USES || it.is_read_aloud) && !ORDINARY.contains(word));
        if uses.is_empty() {
            continue;
        }
        let known = known(ctx, plan);
        for (acronym, it) in uses {
            if known.contains(&acronym.to_ascii_lowercase()) || ctx.catalogue.term(acronym).is_some() {
                continue;
            }
            let others = it.titles as i64 - 1;
            let more = match others {
                0 => String::new(),
                _ => format!(" and in {}", counted(others, "other title", "other titles")),
            };
            let finding =
                ctx.finding_at(Entity::new(EntityKind::Plan, plan.index()), it.place).subject(acronym);
            let finding = finding.param("acronym", acronym).param("where", ctx.model.name(it.entity));
            out.report(finding.param("more", more));
        }
    }
}

/// The acronyms in the titles of a plan.
fn uses<'a>(ctx: &Ctx<'a>, plan: PlanId) -> BTreeMap<&'a str, Use> {
    let mut uses: BTreeMap<&'a str, Use> = BTreeMap::new();
    let mut note = |entity: Entity, title: Option<Text>, is_read_aloud: bool| {
        let Some(title) = title else { return };
        for (offset, acronym) in acronyms(ctx.text(title)) {
            let at = title.span();
            // A title with escapes is not what stands in the file letter by letter.
            let place = match title.is_decoded() {
                true => at,
                false => {
                    let start = at.start as usize + offset;
                    Span::new(at.file, start, start + acronym.len())
                }
            };
            let first = Use { entity, place, titles: 0, is_read_aloud };
            let it = uses.entry(acronym).or_insert(first);
            if is_read_aloud && !it.is_read_aloud {
                (it.entity, it.place, it.is_read_aloud) = (entity, place, true);
            }
            it.titles += 1;
        }
    };
    let gates = ctx.kinds(&["gate", "go-no-go", "approval"]);
    for (task, it) in ctx.model.tasks_of(plan).filter(|(task, _)| !ctx.is_cancelled(*task)) {
        note(crate::rules::entity(task), it.title(), gates.contains(ctx.kind(task)));
    }
    let entry = ctx.model.plan(plan);
    for number in entry.range(EntityKind::Risk) {
        note(Entity::new(EntityKind::Risk, number), ctx.model.risks[number].title(), true);
    }
    for number in entry.range(EntityKind::Issue) {
        note(Entity::new(EntityKind::Issue, number), ctx.model.issues[number].title(), false);
    }
    for number in entry.range(EntityKind::Decision) {
        note(Entity::new(EntityKind::Decision, number), ctx.model.decisions[number].title(), false);
    }
    uses
}

/// The words of two to six capitals in a title, each once, with where they begin; `APIs` is `API`.
fn acronyms(title: &str) -> Vec<(usize, &str)> {
    // Most titles have none.
    if !title.as_bytes().windows(2).any(|two| two.iter().all(u8::is_ascii_uppercase)) {
        return Vec::new();
    }
    // A title in capitals says nothing of its words.
    if !title.chars().any(char::is_lowercase) {
        return Vec::new();
    }
    let mut found: Vec<(usize, &str)> = Vec::new();
    for word in title.split(|c: char| !c.is_alphanumeric()) {
        let offset = word.as_ptr() as usize - title.as_ptr() as usize;
        let stem = word.strip_suffix('s').unwrap_or(word);
        let is_acronym = (2..=6).contains(&stem.len()) && stem.bytes().all(|it| it.is_ascii_uppercase());
        if is_acronym && !found.iter().any(|(_, other)| *other == stem) {
            found.push((offset, stem));
        }
    }
    found
}

/// The words that a plan explains, in small letters: its terms, and what it keeps a register of under that name.
fn known(ctx: &Ctx<'_>, plan: PlanId) -> FxHashSet<String> {
    let mut known = FxHashSet::default();
    for kind in EntityKind::ALL {
        let is_named_for_people = matches!(
            kind,
            EntityKind::Asset
                | EntityKind::Site
                | EntityKind::Person
                | EntityKind::Team
                | EntityKind::Stakeholder
        );
        for number in ctx.model.plan(plan).range(kind) {
            let entity = Entity::new(kind, number);
            let id = ctx.model.id(entity);
            known.insert(id.to_lowercase());
            // An application that is in the register as "SAP GUI" is no riddle.
            if is_named_for_people {
                let name = ctx.model.title(entity).unwrap_or("");
                let words = [id, name].into_iter().flat_map(|it| it.split(|c: char| !c.is_alphanumeric()));
                known.extend(words.map(str::to_lowercase));
            }
        }
    }
    known
}

#[cfg(test)]
mod tests {
    use super::acronyms;
    use crate::rules::testing::codes;

    fn words(title: &str) -> Vec<&str> {
        acronyms(title).into_iter().map(|(_, word)| word).collect()
    }

    #[test]
    fn two_to_six_capitals_are_an_acronym() {
        assert_eq!(words("Test the QRX and the QRX-PDQ link, two QZs"), ["QRX", "PDQ", "QZ"]);
        assert!(words("Test S4HANA, 25H2, iOS and ABCDEFG").is_empty());
        assert!(words("TEST THE QRX").is_empty(), "all in capitals");
        assert!(words("Prüfe ÜBER und ABÄ").is_empty());
    }

    fn found(rest: &str) -> Vec<String> {
        let plan = format!("[plan]\n[task]\n{rest}");
        codes(&plan).into_iter().filter(|it| it.starts_with("VOC001")).collect()
    }

    #[test]
    fn twice_or_in_a_gate_or_risk_title() {
        let one = "a.title = \"Test the QRX\"\n";
        assert!(found(one).is_empty());
        assert_eq!(found(&format!("{one}b.title = \"Ship the QRX\"")), ["VOC001 3:21"]);
        assert!(
            found(&format!("{one}b = {{ title = \"Ship the QRX\", status = \"cancelled\" }}")).is_empty()
        );
        assert_eq!(found("g = { title = \"QRX is ready\", kind = \"gate\" }"), ["VOC001 3:16"]);
        assert_eq!(found(&format!("{one}[risk]\nr.title = \"No QRX\"")), ["VOC001 5:15"]);
    }

    #[test]
    fn what_the_plan_explains_is_known() {
        let twice = "a.title = \"Test the QRX\"\nb.title = \"Ship the QRX\"\n";
        for known in [
            "[term]\nQRX = \"X\"",
            "[term.qrx]\ndefinition = \"X\"",
            "[site]\nqrx = {}",
            "[asset]\nqrx-gui = {}",
        ] {
            assert!(found(&format!("{twice}{known}")).is_empty(), "{known}");
        }
        assert!(found("a.title = \"Tell HR\"\nb.title = \"Ask HR\"").is_empty());
        assert!(found("a.title = \"Call the CAB\"\nb.title = \"Ask the CAB\"").is_empty(), "in a glossary");
    }
}
