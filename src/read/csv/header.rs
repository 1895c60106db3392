//! Which column is which: by the names that MS Project, Smartsheet, Planner, Jira and people give them.

use super::options::{CsvOptions, PlainUnit};
use super::table::Cell;
use crate::source::Span;

/// Declares what a column can hold: the name a configuration uses, and the names that are recognized, without case,
/// blanks and signs, those that count more first.
macro_rules! columns {
    ($($(#[$meta:meta])* $field:ident = $word:literal [$($name:literal),* $(,)?]),* $(,)?) => {
        /// What a column can hold.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub(crate) enum Field { $($(#[$meta])* $field),* }

        impl Field {
            pub(super) const ALL: &'static [Field] = &[$(Field::$field),*];
            /// The names a configuration uses.
            pub(crate) const WORDS: &'static [&'static str] = &[$($word),*];
            const NAMES: &'static [&'static [&'static str]] = &[$(&[$($name),*]),*];
        }
    };
}

columns!(
    Id = "id" ["id", "taskid", "issuekey", "key", "nr", "no", "number", "row", "rownumber", "vorgangsnr"],
    /// Another key, which the file may use for its links or parents.
    UniqueId = "unique-id" ["uniqueid", "issueid", "uid", "eindeutigenr", "eindeutigenummer"],
    Title = "title" [
        "name", "taskname", "task", "activity", "activityname", "vorgangsname", "aufgabenname", "vorgang", "aufgabe",
        "tasktitle", "title", "summary", "aktivität", "nomdelatâche",
    ],
    OutlineLevel = "outline-level" ["outlinelevel", "level", "gliederungsebene", "hierarchylevel"],
    Parent = "parent" [
        "parent", "parentid", "parentkey", "parenttask", "parentissue", "epiclink", "customfieldepiclink",
        "übergeordneteraufgabe", "elternvorgang",
    ],
    Wbs = "wbs" ["wbs", "wbscode", "outlinenumber", "pspcode", "psp", "gliederungsnummer", "bsi"],
    /// A group of tasks by its name.
    Phase = "phase" ["bucketname", "bucket", "sectioncolumn", "section", "phase", "stage"],
    DependsOn = "depends-on" [
        "predecessors", "predecessor", "dependson", "dependencies", "dependency", "blockedby", "isblockedby",
        "inwardissuelinkblocks", "vorgänger", "abhängigvon", "prédécesseurs",
    ],
    UniqueDependsOn = "unique-depends-on" ["uniqueidpredecessors"],
    Duration = "duration" [
        "duration", "scheduledduration", "originalestimate", "estimate", "dauer", "durée", "estimatedduration",
    ],
    Remaining = "remaining" ["remainingduration", "remainingestimate", "verbleibendedauer", "restdauer"],
    Start = "start" [
        "start", "startdate", "begin", "begindate", "plannedstart", "scheduledstart", "anfang", "beginn", "startdatum",
        "anfangstermin", "début",
    ],
    Finish = "finish" [
        "finish", "finishdate", "end", "enddate", "plannedfinish", "plannedend", "scheduledfinish", "targetend", "ende",
        "enddatum", "fertigstellen", "fertigstellung", "endtermin", "fin",
    ],
    Deadline = "deadline" ["deadline", "duedate", "due", "fälligkeitsdatum", "fällig", "fälligam", "stichtag", "termin"],
    Owner = "owner" [
        "resourcenames", "assignedto", "owner", "taskowner", "responsible", "responsibleperson", "assignee",
        "ressourcennamen", "zugewiesenan", "verantwortlich", "verantwortlicher", "verantwortliche", "zuständig",
        "bearbeiter", "nomsressources",
    ],
    Helpers = "helpers" ["helpers", "supportedby", "contributors"],
    Percent = "percent" [
        "percentcomplete", "complete", "percentdone", "percentabgeschlossen", "abgeschlossen", "percentfertig",
        "percentworkcomplete", "percentachevé",
    ],
    Status = "status" ["status", "progress", "state", "fortschritt", "stand"],
    ActualStart = "actual-start" ["actualstart", "actualstartdate", "iststart", "istanfang", "tatsächlicheranfang"],
    ActualFinish = "actual-finish" [
        "actualfinish", "actualend", "actualfinishdate", "actualenddate", "completeddate", "completiondate",
        "datecompleted", "completedon", "resolved", "istende", "tatsächlichesende",
    ],
    BaselineStart = "baseline-start" ["baselinestart", "baselinestartdate", "geplanteranfang"],
    BaselineFinish = "baseline-finish" ["baselinefinish", "baselineend", "baselinefinishdate", "baselineenddate", "geplantesende"],
    BaselineDuration = "baseline-duration" ["baselineduration", "geplantedauer"],
    Milestone = "milestone" ["milestone", "ismilestone", "meilenstein"],
    Active = "active" ["active", "aktiv"],
    ConstraintType = "constraint-type" ["constrainttype", "einschränkungsart"],
    ConstraintDate = "constraint-date" ["constraintdate", "einschränkungstermin"],
    Kind = "kind" ["kind", "tasktype", "type", "issuetype"],
    Site = "site" ["site", "sites", "location", "standort", "locations", "standorte"],
    Wave = "wave" ["wave", "rolloutwave", "ring", "welle"],
    Tags = "tags" ["labels", "tags", "label"],
    Notes = "notes" ["notes", "description", "notizen", "bemerkung", "comments"],
);

/// Columns that the tools write, that are understood, and that say nothing a plan needs.
const OF_NO_USE: &[&str] = &[
    "indicators",
    "summary",
    "taskmode",
    "vorgangsmodus",
    "priority",
    "priorität",
    "created",
    "createddate",
    "createdby",
    "creator",
    "reporter",
    "updated",
    "modified",
    "modifiedby",
    "lastviewed",
    "successors",
    "uniqueidsuccessors",
    "nachfolger",
    "project",
    "projectkey",
    "projectname",
    "projecttype",
    "projectlead",
    "projectdescription",
    "projecturl",
    "issuetype",
    "resolution",
    "votes",
    "watchers",
    "watchersid",
    "creatorid",
    "reporterid",
    "assigneeid",
    "environment",
    "attachment",
    "comment",
    "timespent",
    "workratio",
    "σoriginalestimate",
    "σremainingestimate",
    "σtimespent",
    "logwork",
    "sprint",
    "securitylevel",
    "fixversions",
    "affectsversions",
    "fixversion",
    "affectsversion",
    "components",
    "component",
    "statuscategory",
    "statuscategorychanged",
    "parentsummary",
    "isrecurring",
    "recurring",
    "late",
    "checklistitems",
    "completedchecklistitems",
    "completedby",
    "work",
    "actualwork",
    "remainingwork",
    "arbeit",
    "cost",
    "kosten",
    "effort",
    "actualduration",
    "critical",
    "totalslack",
    "freeslack",
    "totalfloat",
    "freefloat",
    "outlinenumber",
    "wbspredecessors",
    "wbssuccessors",
    "type",
    "rowid",
    "ganttchart",
    "estimated",
    "rollup",
    "baselinework",
    "baselinecost",
    "guid",
    "hyperlink",
    "contact",
    "resourceinitials",
    "resourcegroup",
    "goal",
];

impl Field {
    /// The field with the name a configuration uses.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::WORDS.iter().position(|it| *it == word).and_then(|at| Self::ALL.get(at).copied())
    }
}

/// The form in which names are compared: without case, blanks and signs, `%` spelled out.
pub(super) fn fold(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    for letter in name.chars() {
        match letter {
            '%' => folded.push_str("percent"),
            it if it.is_alphanumeric() => folded.extend(it.to_lowercase()),
            _ => {}
        }
    }
    if folded.is_empty() && name.trim() == "#" {
        folded.push_str("nr");
    }
    folded
}

/// The columns of a file.
#[derive(Debug, Default)]
pub(super) struct Header {
    /// The columns of each field, those that count most first.
    of_field: Vec<Vec<usize>>,
    /// Those that a configuration names, and not only their usual name.
    told: Vec<Field>,
    /// The names, as they stand in the file.
    pub(super) names: Vec<String>,
    pub(super) places: Vec<Span>,
    folded: Vec<String>,
    /// Units that names carry: `Duration (hours)`.
    units: Vec<Option<PlainUnit>>,
    /// Columns nobody recognizes.
    pub(super) unknown: Vec<usize>,
}

impl Header {
    /// Recognizes the cells of a row as names of columns, as far as they are.
    pub(super) fn of(cells: &[Cell<'_>], options: &CsvOptions) -> Self {
        let mut header = Self { of_field: vec![Vec::new(); Field::ALL.len()], ..Self::default() };
        // How much a name counts, beside the column that has it.
        let mut found: Vec<Vec<(usize, usize)>> = vec![Vec::new(); Field::ALL.len()];
        let told: Vec<(Field, String)> =
            options.columns.iter().map(|(field, name)| (*field, fold(name))).collect();
        for (number, cell) in cells.iter().enumerate() {
            // Names are short; a text of any length is none.
            let name = cell.text().into_owned();
            let name = if name.len() > 200 { String::new() } else { name };
            let folded = fold(&name);
            let mut is_known = folded.is_empty();
            for (rank, (field, _)) in told.iter().enumerate().filter(|(_, (_, it))| *it == folded) {
                found[*field as usize].push((rank, number));
                header.told.push(*field);
                is_known = true;
            }
            let (plain, unit) = name_and_unit(&name);
            // What the configuration says about a column is all that it is.
            if !is_known {
                for (field, names) in Field::ALL.iter().zip(Field::NAMES) {
                    let rank = names
                        .iter()
                        .position(|it| *it == folded)
                        .or_else(|| unit.and_then(|_| names.iter().position(|it| *it == plain)));
                    if let Some(rank) = rank {
                        found[*field as usize].push((told.len() + rank, number));
                        is_known = true;
                    }
                }
            }
            // A day of a calendar: the work of each week, say.
            is_known |= super::date::iso(name.trim()).is_some();
            is_known |= OF_NO_USE.contains(&folded.as_str())
                || ["customfield", "outwardissuelink", "inwardissuelink", "project", "satisfaction"]
                    .iter()
                    .any(|it| folded.starts_with(it));
            if !is_known {
                header.unknown.push(number);
            }
            header.units.push(unit);
            header.folded.push(folded);
            header.names.push(name);
            header.places.push(cell.span());
        }
        for (columns, mut found) in header.of_field.iter_mut().zip(found) {
            found.sort_unstable();
            *columns = found.into_iter().map(|(_, number)| number).collect();
        }
        header
    }

    /// The columns of a field, those that count most first.
    pub(super) fn of_field(&self, field: Field) -> &[usize] {
        self.of_field.get(field as usize).map_or(&[], Vec::as_slice)
    }

    /// The column that counts most for a field.
    pub(super) fn first(&self, field: Field) -> Option<usize> {
        self.of_field(field).first().copied()
    }

    pub(super) fn has(&self, field: Field) -> bool {
        !self.of_field(field).is_empty()
    }

    /// Whether the configuration says which column this is.
    pub(super) fn is_told(&self, field: Field) -> bool {
        self.told.contains(&field)
    }

    /// The name of a column as it stands in the file.
    pub(super) fn name(&self, column: usize) -> &str {
        self.names.get(column).map_or("", String::as_str)
    }

    pub(super) fn folded(&self, column: usize) -> &str {
        self.folded.get(column).map_or("", String::as_str)
    }

    /// The unit that the name of a column gives: `Duration (hours)`.
    pub(super) fn unit(&self, column: usize) -> Option<PlainUnit> {
        self.units.get(column).copied().flatten()
    }

    /// How many columns are recognized.
    pub(super) fn n_known(&self) -> usize {
        self.of_field.iter().filter(|columns| !columns.is_empty()).count()
    }

    /// Whether the row can be the header of a plan: tasks have titles, and something that makes them tasks.
    pub(super) fn is_plan(&self) -> bool {
        self.has(Field::Title)
            && [
                Field::Id,
                Field::Start,
                Field::Finish,
                Field::Deadline,
                Field::Duration,
                Field::DependsOn,
                Field::UniqueDependsOn,
                Field::Owner,
                Field::Wbs,
            ]
            .iter()
            .any(|field| self.has(*field))
    }
}

/// A name without what stands in brackets behind it, and the unit that is there.
fn name_and_unit(name: &str) -> (String, Option<PlainUnit>) {
    let Some((plain, rest)) = name.split_once(['(', '[']) else { return (String::new(), None) };
    let word = rest.trim_end().trim_end_matches([')', ']']);
    (fold(plain), super::value::unit_of(word.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_without_case_and_signs() {
        assert_eq!(fold("%_Complete"), "percentcomplete");
        assert_eq!(fold("Resource_Names"), "resourcenames");
        assert_eq!(fold("Vorgänger"), "vorgänger");
        assert_eq!(fold("Inward issue link (Blocks)"), "inwardissuelinkblocks");
        assert_eq!(fold(" # "), "nr");
    }

    #[test]
    fn every_name_is_in_its_compared_form_and_stands_for_one_field() {
        let mut seen = std::collections::BTreeSet::new();
        for names in Field::NAMES {
            let own: std::collections::BTreeSet<&str> = names.iter().copied().collect();
            for name in own {
                assert_eq!(fold(name), name);
                assert!(seen.insert(name), "{name}");
            }
        }
        assert!(Field::ALL.iter().zip(Field::WORDS).all(|(field, word)| Field::parse(word) == Some(*field)));
    }
}
