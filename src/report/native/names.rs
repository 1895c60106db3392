//! What things are called in a plan file: readable, no two alike, and the same for the next export of the same plan.
//!
//! A code that people know (an activity of Primavera, an issue of Jira) stays as it is. Where there are only numbers of
//! rows, which change with every line that is put in between, the title makes the name.

use rustc_hash::{FxHashMap, FxHashSet};

use super::text;
use crate::finding::{Entity, EntityKind};
use crate::model::{Model, PlanId, TaskId, is_placeholder};
use crate::source::Format;

/// Longest name that is made of a title.
const LONGEST_TITLE: usize = 40;

/// Longest code that is taken as it is.
const LONGEST_CODE: usize = 60;

/// Kinds of things that a plan refers to by name.
const KINDS: [EntityKind; 5] =
    [EntityKind::Task, EntityKind::Person, EntityKind::Calendar, EntityKind::Site, EntityKind::Wave];

/// The names of everything in a run.
pub(super) struct Names {
    plans: Vec<String>,
    /// By kind, in the order of [`KINDS`].
    lists: [Vec<String>; KINDS.len()],
}

impl Names {
    pub(super) fn new(model: &Model<'_>) -> Self {
        let plans: Vec<String> = model.plan_ids().map(|plan| code(model.plan_id(plan))).collect();
        let keys = plans.iter().enumerate().map(|(number, name)| (name.clone(), number.to_string()));
        let plans = distinct(keys.collect());
        let mut lists: [Vec<String>; KINDS.len()] = Default::default();
        for plan in model.plan_ids() {
            for (kind, list) in KINDS.iter().zip(&mut lists) {
                let range = model.plan(plan).range(*kind);
                let wanted = range.map(|number| wanted(model, plan, Entity::new(*kind, number)));
                list.append(&mut distinct(wanted.collect()));
            }
        }
        Self { plans, lists }
    }

    pub(super) fn plan(&self, plan: PlanId) -> &str {
        &self.plans[plan.index()]
    }

    pub(super) fn task(&self, task: TaskId) -> &str {
        &self.lists[0][task.index()]
    }

    /// The name of an entity of one of the kinds that have names; nothing for others.
    pub(super) fn of(&self, entity: Entity) -> &str {
        let kind = KINDS.iter().position(|kind| *kind == entity.kind);
        kind.and_then(|kind| self.lists[kind].get(entity.index as usize)).map_or("", String::as_str)
    }
}

/// A name for something, and what tells it apart from others with that name.
fn wanted(model: &Model<'_>, plan: PlanId, entity: Entity) -> (String, String) {
    let id = model.id(entity);
    if entity.kind != EntityKind::Task {
        // What stands for nobody has to be seen as that.
        let name = match entity.kind {
            _ if is_placeholder(id) => id.to_owned(),
            EntityKind::Calendar => slug(id),
            _ => person_or_place(id),
        };
        let name =
            if name.is_empty() { format!("{}-{}", entity.kind.as_str(), entity.index + 1) } else { name };
        return (name, entity.index.to_string());
    }
    let task = model.task(TaskId(entity.index));
    let title = task.title().map_or("", |title| model.text(title)).trim();
    let source = task.source_id().map_or(id, |it| model.text(it));
    let is_code = match model.plan(plan).format {
        Format::Xer => id.len() <= LONGEST_CODE,
        Format::Mspdi => title.is_empty(),
        _ => is_code(id) && id != title,
    };
    let mut name = if is_code { code(id) } else { slug(title) };
    if name.is_empty() {
        name = format!("task-{}", code(id));
    }
    (name, code(source))
}

/// Whether an id is one that people use: with letters, short, no sentence. `row-12` was made up by the reader.
fn is_code(id: &str) -> bool {
    id.len() <= 30
        && id.chars().any(char::is_alphabetic)
        && !id.contains(char::is_whitespace)
        && !id.starts_with("row-")
}

fn person_or_place(id: &str) -> String {
    if id.contains(char::is_whitespace) { slug(id) } else { code(id) }
}

/// Letters, digits and hyphens; everything else becomes a hyphen.
pub(super) fn code(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in text.trim().chars() {
        match sign {
            '_' => out.push('_'),
            sign if sign.is_ascii_alphanumeric() => out.push(sign),
            sign if sign.is_alphanumeric() => out.push_str(&plain(sign)),
            _ if out.is_empty() || out.ends_with('-') => {}
            _ => out.push('-'),
        }
    }
    while out.ends_with('-') {
        out.pop();
    }
    out
}

/// The same in small letters, and no longer than one reads at a glance.
fn slug(text: &str) -> String {
    let mut out = code(text).to_lowercase();
    if let Some((end, _)) = out.char_indices().nth(LONGEST_TITLE) {
        let end = out[..=end.min(out.len() - 1)].rfind('-').filter(|at| *at > 0).unwrap_or(end);
        out.truncate(end);
    }
    out
}

/// A letter without its accent, where it is one of the Latin alphabet; others stay.
fn plain(sign: char) -> String {
    const ACCENTS: [(&str, &str); 23] = [
        ("äæ", "ae"),
        ("öœ", "oe"),
        ("ü", "ue"),
        ("ß", "ss"),
        ("àáâãåāăą", "a"),
        ("çćĉċč", "c"),
        ("ďđð", "d"),
        ("èéêëēĕėęě", "e"),
        ("ĝğġģ", "g"),
        ("ĥħ", "h"),
        ("ìíîïĩīĭįı", "i"),
        ("ĵ", "j"),
        ("ķ", "k"),
        ("ĺļľŀł", "l"),
        ("ñńņňŉ", "n"),
        ("òóôõøōŏő", "o"),
        ("ŕŗř", "r"),
        ("śŝşšș", "s"),
        ("ţťŧțþ", "t"),
        ("ùúûũūŭůűų", "u"),
        ("ŵ", "w"),
        ("ýÿŷ", "y"),
        ("źżž", "z"),
    ];
    let small: String = sign.to_lowercase().collect();
    let found = ACCENTS.iter().find(|(accents, _)| accents.contains(&small));
    match found {
        Some((_, plain)) if sign.is_uppercase() => {
            let mut signs = plain.chars();
            signs.next().map(|first| first.to_uppercase().chain(signs).collect()).unwrap_or_default()
        }
        Some((_, plain)) => (*plain).to_owned(),
        None => sign.to_string(),
    }
}

/// Makes names distinct: all that are wanted twice get behind them what tells them apart, so that none changes its name
/// because another comes or goes before it.
fn distinct(wanted: Vec<(String, String)>) -> Vec<String> {
    let mut counts: FxHashMap<&str, u32> = FxHashMap::default();
    for (name, _) in &wanted {
        *counts.entry(name).or_default() += 1;
    }
    let mut taken: FxHashSet<String> = FxHashSet::default();
    let single = |name: &str| counts.get(name) == Some(&1);
    taken.extend(wanted.iter().filter(|(name, _)| single(name)).map(|(name, _)| name.clone()));
    let mut names = Vec::with_capacity(wanted.len());
    for (name, key) in &wanted {
        if single(name) {
            names.push(name.clone());
            continue;
        }
        let mut made = if key.is_empty() { name.clone() } else { format!("{name}-{key}") };
        let mut more = 1;
        while !taken.insert(made.clone()) {
            more += 1;
            made = format!("{name}-{key}-{more}");
        }
        names.push(made);
    }
    names
}

/// How a reference to something of another plan is written: `other-plan/id`, without blanks.
pub(super) fn elsewhere(text: &str) -> String {
    let (plan, id) = text.split_once('/').unwrap_or((text, ""));
    text::quoted(&format!("{}/{}", code(plan), code(id)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_readable() {
        assert_eq!(slug("Größe der Anlage prüfen"), "groesse-der-anlage-pruefen");
        assert_eq!(
            slug("Roll out to all 4,000 desks in Porto, Pune and Toronto"),
            "roll-out-to-all-4-000-desks-in-porto"
        );
        assert_eq!(code("1.2.3"), "1-2-3");
        assert_eq!(code("A 1000_x "), "A-1000_x");
        assert_eq!(code("ÉTÉ"), "ETE");
        assert_eq!(slug("安装 设备"), "安装-设备");
        assert_eq!(slug("???"), "");
        let long = "x".repeat(100);
        assert_eq!(slug(&long).len(), LONGEST_TITLE);
    }

    #[test]
    fn equal_names_are_told_apart_by_what_does_not_change() {
        let wanted = |names: &[(&str, &str)]| {
            distinct(names.iter().map(|(name, key)| ((*name).to_owned(), (*key).to_owned())).collect())
        };
        assert_eq!(wanted(&[("test", "17"), ("go", "18"), ("test", "19")]), ["test-17", "go", "test-19"]);
        assert_eq!(wanted(&[("a", "1"), ("a-1", "2"), ("a", "3")]), ["a-1-2", "a-1", "a-3"]);
        assert_eq!(wanted(&[("a", "1"), ("a", "1")]), ["a-1", "a-1-2"]);
    }
}
