//! Making somebody's own plan of a template: other names, other dates, roles instead of people.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{Span, ToSpan as _};

use super::Template;

/// What is known of the plan that is to be.
#[derive(Clone, Debug)]
pub struct Filling<'a> {
    /// Its id.
    pub id: &'a str,
    /// What people call it.
    pub name: &'a str,
    /// The schema, as the first line of a plan names it.
    pub schema: &'a str,
}

/// The first Monday after a day.
pub fn monday_after(day: Date) -> Date {
    let days = 7 - i64::from(day.weekday().to_monday_zero_offset());
    day.saturating_add(days.days())
}

/// The files of a template, made somebody's own. Every date is moved by the same number of whole weeks, so that the plan
/// starts in the week that begins on the next Monday and days of the week stay what they are.
pub fn filled(template: &Template, filling: &Filling<'_>, today: Date) -> Vec<(String, String)> {
    let tables: Vec<toml::Table> =
        template.files.iter().filter_map(|(_, text)| toml::from_str(text).ok()).collect();
    let start = tables.iter().find_map(start_of).unwrap_or(today);
    let week = start.saturating_sub(i64::from(start.weekday().to_monday_zero_offset()).days());
    let moved = week.until(monday_after(today)).unwrap_or_default();
    let texts: Vec<&str> = template.files.iter().map(|(_, text)| *text).collect();
    let roles = roles(&tables, &texts);
    let begins = start.saturating_add(moved);
    let files = template.files.iter().enumerate().map(|(index, (name, text))| {
        let head = match index {
            0 => head(template, begins),
            _ => "# Part of plan.toml beside it.\n".to_owned(),
        };
        let text = own(text, &roles, moved, filling);
        ((*name).to_owned(), format!("#:schema {}\n{head}\n{}", filling.schema, text.trim_start()))
    });
    files.collect()
}

/// The starter, with its marks filled in.
pub(super) fn starter(text: &str, filling: &Filling<'_>, today: Date) -> String {
    let start = monday_after(today);
    let finish = start.saturating_add(39.days());
    let text = text
        .replace("{id}", filling.id)
        .replace("{name}", &quoted(filling.name))
        .replace("{start}", &start.to_string())
        .replace("{finish}", &finish.to_string());
    format!("#:schema {}\n{text}", filling.schema)
}

/// What stands at the top of a plan from a template.
fn head(template: &Template, begins: Date) -> String {
    format!(
        "\
# A first plan for {}.
# It is the plan of an invented company, and `planlint check` has nothing to say about it. Make it yours:
# 1. People: everybody is a role for now. Write the names; ids may stay what they are.
# 2. Sites, assets, versions, ends of support, amounts: write your own. Delete what you do not have.
# 3. Dates: all were moved together, so that the work begins on {begins}; holidays and freezes too.
# 4. Tasks: keep the order of checks, decisions and ways back; change what is done.
# After each step: planlint check
",
        template.about
    )
}

fn start_of(table: &toml::Table) -> Option<Date> {
    let start = table.get("plan")?.get("start")?.as_datetime()?;
    start.to_string().get(..10)?.parse().ok()
}

/// The new id of each person, in the order in which they stand: the role, with a number where several have the same. A
/// person whose id is that of something else too keeps it.
fn roles(tables: &[toml::Table], texts: &[&str]) -> BTreeMap<String, String> {
    let rows = |section: &'static str| tables.iter().filter_map(move |it| it.get(section)?.as_table());
    let mut people: Vec<(&String, String)> = rows("person")
        .flatten()
        .map(|(id, row)| (id, slug(row.get("role").and_then(toml::Value::as_str).unwrap_or(id))))
        .collect();
    let place = |id: &str| {
        let of_row =
            |text: &&str| text.find(&format!("\n{id} ")).or_else(|| text.find(&format!("[person.{id}]")));
        texts.iter().find_map(of_row)
    };
    people.sort_by_cached_key(|(id, _)| place(id));
    let sections =
        tables.iter().flatten().filter(|(section, _)| !matches!(section.as_str(), "plan" | "person"));
    let others = sections.filter_map(|(_, rows)| rows.as_table()).flat_map(toml::Table::keys);
    let others: Vec<&String> = others.collect();
    let mut taken: Vec<String> = others.iter().map(|id| (*id).clone()).collect();
    let mut ids = BTreeMap::new();
    for (id, role) in people.iter().filter(|(id, _)| !others.contains(id)) {
        let is_alone = people.iter().filter(|(_, other)| other == role).count() == 1;
        let numbered = (1..).map(|number| format!("{role}-{number}"));
        let all = is_alone.then(|| role.clone()).into_iter().chain(numbered);
        if let Some(new) = all.into_iter().find(|new| !taken.contains(new)) {
            taken.push(new.clone());
            ids.insert((*id).clone(), new);
        }
    }
    ids
}

/// A word as an id: small letters, digits and hyphens.
pub fn slug(text: &str) -> String {
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-").to_ascii_lowercase()
}

/// One file of a template.
fn own(text: &str, roles: &BTreeMap<String, String>, moved: Span, filling: &Filling<'_>) -> String {
    let text = without_head(text);
    let widest = roles.values().map(String::len).max().unwrap_or(0);
    let mut section = "";
    let mut out = String::with_capacity(text.len() + 1024);
    for line in text.lines() {
        if line.starts_with('[') {
            section = line.trim_start_matches('[').split(']').next().unwrap_or("");
        }
        let key = line.split('=').next().unwrap_or("").trim();
        let line = match (section, key) {
            // Judged by the day on which it is looked at.
            ("plan", "status-date") => continue,
            ("plan", "id") => format!("id = \"{}\"", filling.id),
            ("plan", "name") => format!("name = \"{}\"", quoted(filling.name)),
            ("person", id) if roles.contains_key(id) => {
                let (role, rest) = (&roles[id], line.split_once('=').map_or("", |(_, rest)| rest));
                format!("{role:widest$} ={}", person(rest))
            }
            _ => match section.strip_prefix("person.") {
                Some(id) if line.starts_with('[') && roles.contains_key(id) => {
                    format!("[person.{}]", roles[id])
                }
                Some(_) if key == "name" => person(line),
                _ => line.to_owned(),
            },
        };
        let (line, has_dates) = with_dates(&line, moved);
        // What a comment says of a date is no longer so.
        let line = if has_dates { before_comment(&line).trim_end() } else { line.as_str() };
        out.push_str(&with_roles(line, roles));
        out.push('\n');
    }
    out
}

/// Without the comment at the top, which is about the company that never was.
fn without_head(text: &str) -> &str {
    let head = text.lines().take_while(|line| line.starts_with('#'));
    let end: usize = head.map(|line| line.len() + 1).sum();
    text.get(end..).unwrap_or("")
}

/// A person without name and address.
fn person(fields: &str) -> String {
    let Some((before, rest)) = fields.split_once("name = \"") else { return fields.to_owned() };
    let Some((_, rest)) = rest.split_once('"') else { return fields.to_owned() };
    let role = rest.split_once("role = \"").and_then(|(_, role)| role.split_once('"')).map(|(role, _)| role);
    let role = role.unwrap_or("person").replace('-', " ");
    let mut fields = format!("{before}name = \"Name of the {role}\"{rest}");
    if let Some((before, rest)) = fields.split_once(", email = \"")
        && let Some((_, rest)) = rest.split_once('"')
    {
        fields = format!("{before}{rest}");
    }
    fields
}

/// Ids of people in quotation marks, as roles.
fn with_roles(line: &str, roles: &BTreeMap<String, String>) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('"') {
        let Some((inside, after)) = after.split_once('"') else { break };
        let inside = roles.get(inside).map_or(inside, String::as_str);
        out.push_str(before);
        out.push('"');
        out.push_str(inside);
        out.push('"');
        rest = after;
    }
    out.push_str(rest);
    out
}

/// A line whose dates are moved, and whether it has any outside of its comment.
fn with_dates(line: &str, moved: Span) -> (String, bool) {
    let code = before_comment(line).len();
    let mut out = String::with_capacity(line.len());
    let mut has_dates = false;
    let mut at = 0;
    while at < line.len() {
        let date = line.get(at..at + 10).filter(|_| !line[..at].ends_with(|it: char| it.is_ascii_digit()));
        match date.and_then(|text| text.parse::<Date>().ok()) {
            Some(date) => {
                out.push_str(&date.saturating_add(moved).to_string());
                has_dates |= at < code;
                at += 10;
            }
            None => {
                let letter = line[at..].chars().next().unwrap_or(' ');
                out.push(letter);
                at += letter.len_utf8();
            }
        }
    }
    (out, has_dates)
}

/// A line up to its comment.
fn before_comment(line: &str) -> &str {
    let mut quote = None;
    for (at, letter) in line.char_indices() {
        match (quote, letter) {
            (None, '"' | '\'') => quote = Some(letter),
            (Some(open), letter) if letter == open => quote = None,
            (None, '#') => return &line[..at],
            _ => {}
        }
    }
    line
}

/// A text as it may stand between quotation marks.
fn quoted(text: &str) -> String {
    let text: String = text.chars().filter(|letter| !letter.is_control()).collect();
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_next_monday_is_never_today() {
        assert_eq!(monday_after(date(2026, 11, 23)), date(2026, 11, 30));
        assert_eq!(monday_after(date(2026, 11, 24)), date(2026, 11, 30));
        assert_eq!(monday_after(date(2026, 11, 29)), date(2026, 11, 30));
    }

    #[test]
    fn dates_move_wherever_they_stand() {
        let moved = |line: &str| with_dates(line, 14.days());
        assert_eq!(moved("start = 2026-12-21"), ("start = 2027-01-04".to_owned(), true));
        assert_eq!(moved("constraint = \"SNET 2027-01-11\"").0, "constraint = \"SNET 2027-01-25\"");
        assert_eq!(moved("a = 1 # until 2026-12-21"), ("a = 1 # until 2027-01-04".to_owned(), false));
        assert_eq!(moved("version = \"12026-12-21\"").0, "version = \"12026-12-21\"");
        assert_eq!(moved("title = \"Übergabe 2026-02-30\"").0, "title = \"Übergabe 2026-02-30\"");
    }

    #[test]
    fn people_become_roles_in_quotation_marks_only() {
        let roles = BTreeMap::from([("mia".to_owned(), "project-manager".to_owned())]);
        assert_eq!(with_roles("owner = \"mia\" # mia's", &roles), "owner = \"project-manager\" # mia's");
        assert_eq!(with_roles("title = \"Ask mia\"", &roles), "title = \"Ask mia\"");
        let row =
            " { name = \"Mia Berg\", role = \"head of finance\", email = \"m@x.example\", site = \"porto\" }";
        assert_eq!(
            person(row),
            " { name = \"Name of the head of finance\", role = \"head of finance\", site = \"porto\" }"
        );
    }

    #[test]
    fn a_comment_ends_a_line_only_outside_of_text() {
        assert_eq!(before_comment("a = \"#1\" # two"), "a = \"#1\" ");
        assert_eq!(before_comment("a = '\"' # two"), "a = '\"' ");
    }
}
