//! From findings to a verdict: what is hidden and why, how bad the rest is, in which order it is shown.
//! Never words anything.

mod baseline;
mod fingerprint;
mod ignores;
mod settings;
mod waivers;

use std::sync::Arc;

use jiff::civil::Date;

use self::ignores::Ignores;
use self::waivers::Waivers;
use crate::catalogue::{Catalogue, Rule};
use crate::config::{Configs, RuleSet, Settings};
use crate::finding::{Finding, Severity};
use crate::model::{Model, PlanId};
use crate::source::{FileId, Format, Span};
pub(crate) use fingerprint::plan_key;

/// A finding that is shown.
#[derive(Clone, Debug)]
pub struct Judged {
    /// What was found.
    pub finding: Finding,
    /// How bad it is here.
    pub severity: Severity,
    /// The same for the same finding in later versions of the plan: made of rule, plan and ids, never of lines.
    pub fingerprint: String,
    /// The plan that it is about.
    pub plan: Option<PlanId>,
    /// Why it is not shown, or would not be without `--no-ignores`.
    pub hidden: Option<Hidden>,
}

/// What hides findings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HiddenBy {
    /// A comment where it stands.
    Ignore,
    /// A `[[waiver]]`.
    Waiver,
    /// A list of findings that were known already.
    Baseline,
}

impl HiddenBy {
    /// The word for it in every output.
    pub fn as_str(self) -> &'static str {
        match self {
            HiddenBy::Ignore => "ignore",
            HiddenBy::Waiver => "waiver",
            HiddenBy::Baseline => "baseline",
        }
    }
}

/// Why a finding is not shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hidden {
    /// What hides it.
    pub by: HiddenBy,
    /// The reason that somebody gave; empty where nobody did.
    pub reason: String,
    /// Where that is written.
    pub place: Span,
}

/// How many files, plans and tasks were looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// Files read.
    pub files: usize,
    /// Plans they make.
    pub plans: usize,
    /// Tasks in the plans, phases included.
    pub tasks: usize,
}

/// What the run comes to.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// The findings that are shown: by file, place and code.
    pub findings: Vec<Judged>,
    /// How many are hidden by inline ignores, waivers and baselines.
    pub suppressed: usize,
    /// Those that are hidden, in the same order; empty where they are shown all the same.
    pub hidden: Vec<Judged>,
    /// How many are not shown because they are less bad than what was asked for.
    pub below: usize,
    /// How many are not shown because they rest on a guess.
    pub guessed: usize,
    /// Whether a baseline was looked into.
    pub has_baseline: bool,
    /// What was looked at.
    pub looked: Looked,
    /// Rules in which planlint itself failed, with what it said.
    pub failed: Vec<(crate::finding::Code, String)>,
}

impl Verdict {
    /// How many findings of a severity are shown.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|it| it.severity == severity).count()
    }

    /// Takes all that is shown for known, once it was written into a baseline.
    pub fn accept_all(&mut self) {
        for mut judged in std::mem::take(&mut self.findings) {
            let place = judged.finding.primary.span;
            judged.hidden.get_or_insert(Hidden { by: HiddenBy::Baseline, reason: String::new(), place });
            self.hidden.push(judged);
        }
        self.suppressed = self.hidden.len();
    }

    /// Leaves out what is less bad than a severity, and unless they are wanted what rests on a kind of work that was
    /// guessed from a title.
    pub fn keep(&mut self, least: Severity, guesses: bool) {
        let before = self.findings.len();
        self.findings.retain(|it| it.severity >= least);
        let stated = self.findings.len();
        self.findings.retain(|it| guesses || !it.finding.is_guess);
        self.below += before - stated;
        self.guessed += stated - self.findings.len();
    }
}

/// Judges the findings of a run, those about the configuration included.
///
/// Findings of rules that do not run, or that `per-file-ignores` silences, are dropped. Of the rest, those are hidden
/// that an inline ignore or a waiver names. What is wrong with ignores and waivers is found here, and nothing hides it
/// but the configuration. Same findings, same verdict, in whatever order they come.
pub fn judge(
    mut findings: Vec<Finding>,
    directives: &[Span],
    model: &Model<'_>,
    catalogue: &Catalogue,
    configs: &Configs,
    today: Date,
) -> Verdict {
    let run = Run::new(model, catalogue, configs);
    findings.extend(configs.findings(model.sources()));
    findings.extend(settings::idle(&findings, &run, configs));
    findings.retain(|finding| run.wants(finding));
    in_order(&mut findings);
    // Numbered before anything is hidden, so that a new ignore leaves the other fingerprints as they are.
    let mut fingerprints = fingerprint::of_all(&findings, &run);
    let mut ignores = Ignores::read(directives, &run);
    let mut waivers = Waivers::read(&run, today);
    let mut judged = Vec::with_capacity(findings.len());
    for (finding, fingerprint) in findings.into_iter().zip(fingerprints.drain(..)) {
        // Both are asked, so that neither counts as unused because of the other.
        let ignored = ignores.hide(&finding, &run);
        let waived = waivers.hide(&finding, &run);
        judged.push(run.judged(finding, fingerprint, ignored.or(waived)));
    }
    let mut own = ignores.findings(&run);
    own.extend(waivers.findings(&run));
    own.retain(|finding| run.wants(finding));
    in_order(&mut own);
    let fingerprints = fingerprint::of_all(&own, &run);
    let own = own.into_iter().zip(fingerprints);
    judged.extend(own.map(|(finding, fingerprint)| run.judged(finding, fingerprint, None)));
    let has_baseline = baseline::hide(&mut judged, &run, configs);
    judged.sort_by(|a, b| order(&a.finding, &b.finding));
    let (hidden, findings): (Vec<Judged>, Vec<Judged>) =
        judged.into_iter().partition(|it| it.hidden.is_some() && !configs.shows_hidden());
    let files = model.sources().iter().filter(|(_, file)| file.format != Format::Config).count();
    let looked = Looked { files, plans: model.plans.len(), tasks: model.tasks.len() };
    Verdict { findings, suppressed: hidden.len(), hidden, looked, has_baseline, ..Verdict::default() }
}

fn order(a: &Finding, b: &Finding) -> std::cmp::Ordering {
    let key = |it: &Finding| (it.primary.span.file, it.primary.span.start);
    key(a)
        .cmp(&key(b))
        .then_with(|| a.code.cmp(&b.code))
        .then_with(|| a.subject.cmp(&b.subject))
        .then_with(|| {
            let [a, b] = [a, b].map(|it| (it.primary.span.end, &it.variant, it.entity));
            a.cmp(&b)
        })
        .then_with(|| a.params.cmp(&b.params))
}

/// Sorts by file, place, code and subject, and drops what is there twice.
fn in_order(findings: &mut Vec<Finding>) {
    findings.sort_by(order);
    findings.dedup();
}

/// What the parts of the filter need to know of the run.
struct Run<'a, 's> {
    model: &'a Model<'s>,
    catalogue: &'a Catalogue,
    /// By file: the settings that hold, and what they silence there.
    of_file: Vec<(Arc<Settings>, RuleSet)>,
    /// By file: the first plan that it is part of.
    plan_of_file: Vec<Option<PlanId>>,
}

impl<'a, 's> Run<'a, 's> {
    fn new(model: &'a Model<'s>, catalogue: &'a Catalogue, configs: &Configs) -> Self {
        let settings = |path| {
            let settings = configs.for_path(path);
            let silent = settings.silent(path);
            (settings, silent)
        };
        let of_file = model.sources().iter().map(|(_, file)| settings(&file.path)).collect();
        let mut plan_of_file = vec![None; model.sources().len()];
        for (number, plan) in model.plans.iter().enumerate() {
            for file in &plan.files {
                if let Some(slot @ None) = plan_of_file.get_mut(file.index()) {
                    *slot = Some(PlanId(number as u32));
                }
            }
        }
        Self { model, catalogue, of_file, plan_of_file }
    }

    fn settings(&self, file: FileId) -> Option<&Settings> {
        self.of_file.get(file.index()).map(|(settings, _)| &**settings)
    }

    /// Whether a rule runs on a file, and is not silenced there.
    fn runs(&self, rule: &Rule, file: FileId) -> bool {
        let Some((settings, silent)) = self.of_file.get(file.index()) else { return false };
        settings.runs(rule, self.is_imported(file)) && !settings.is_in(silent, rule.code)
    }

    /// Whether another tool wrote a file, or the plan it belongs to.
    fn is_imported(&self, file: FileId) -> bool {
        let plan = self.plan_of_file.get(file.index()).copied().flatten();
        match plan {
            Some(plan) => self.model.plan(plan).is_imported,
            None => !matches!(self.model.sources().file(file).format, Format::Toml | Format::Config),
        }
    }

    fn wants(&self, finding: &Finding) -> bool {
        // A finding without an entry is a mistake of ours: shown, so that somebody sees it.
        self.catalogue.rule(finding.code).is_none_or(|rule| self.runs(rule, finding.primary.span.file))
    }

    /// The plan that a finding is about.
    fn plan_of(&self, finding: &Finding) -> Option<PlanId> {
        finding
            .entity
            .and_then(|entity| self.model.lists.plan(entity))
            .or_else(|| self.plan_of_file.get(finding.primary.span.file.index()).copied().flatten())
    }

    fn judged(&self, finding: Finding, fingerprint: String, hidden: Option<Hidden>) -> Judged {
        let set = self.settings(finding.primary.span.file).and_then(|it| it.severity(finding.code));
        let severity = set.unwrap_or_else(|| self.catalogue.severity(&finding));
        let plan = self.plan_of(&finding);
        Judged { finding, severity, fingerprint, plan, hidden }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Overrides;
    use crate::finding::{Code, Entity, EntityKind};
    use crate::source::Sources;

    const TODAY: Date = Date::constant(2026, 10, 2);

    fn judged(
        configs: &Configs,
        sources: &Sources,
        more: impl Fn(&Model<'_>) -> Vec<Finding>,
    ) -> (Verdict, Vec<String>) {
        let read = crate::read::read(sources);
        let mut findings = read.findings;
        findings.extend(more(&read.model));
        let catalogue = Catalogue::embedded();
        let verdict = judge(findings, &read.directives, &read.model, catalogue, configs, TODAY);
        let shown = verdict.findings.iter().map(|it| {
            let words = catalogue.words(&it.finding, &read.model);
            let is_filled = !words.message.contains('{') && !words.help.contains('{');
            assert!(is_filled || !it.finding.code.as_str().starts_with("LNT"), "{words:?}");
            let line = sources.position(it.finding.primary.span).0.line;
            let place = sources.text(it.finding.primary.span);
            format!("{line} {place} {} {}: {}", it.severity.as_str(), it.finding.code, words.message)
        });
        let shown = shown.collect();
        (verdict, shown)
    }

    fn shown(text: &str) -> Vec<String> {
        judged(&Configs::isolated(), &Sources::from_text("plan.toml", text), |_| Vec::new()).1
    }

    /// The text after the fixes of all findings.
    fn fixed(text: &str) -> String {
        let sources = Sources::from_text("plan.toml", text);
        let (mut verdict, _) = judged(&Configs::isolated(), &sources, |_| Vec::new());
        crate::fix::settle(&mut verdict, &sources);
        let mut edits: Vec<_> =
            verdict.findings.into_iter().filter_map(|it| it.finding.fix).flat_map(|it| it.edits).collect();
        edits.sort();
        edits.dedup();
        crate::fix::applied(text, &edits)
    }

    #[test]
    fn an_ignore_hides_its_rule_for_the_entity_of_its_line_of_the_next_or_around_it() {
        for text in [
            "[task]  # nothing\na = { title = \"A\", foo = 1 }  # planlint: ignore[PLN002] ours\n",
            "[task]\n# planlint: ignore[unknown-field] ours\n# more words\na = { title = \"A\", foo = 1 }\n",
            "[task.a]  # planlint: ignore[pln002] ours\ntitle = \"A\"\nfoo = 1\n",
            "# planlint: ignore[ PLN002 ,PLN003 ] ours\r\n[task.a]\r\ntitle = \"A\"\r\nfoo = 1\r\nduration = 3\r\n",
            "[task.a]\ntitle = \"A\"\nfoo = 1  # planlint: ignore[PLN002] ours\n",
            "[task.a]\nfoo = 1\n# planlint: ignore[PLN002] ours\ntitle = \"A\"\n",
        ] {
            assert_eq!(shown(text), [] as [&str; 0], "{text}");
        }
        let text = "[task.a]  # planlint: ignore[PLN002] ours\ntitle = \"A\"\nfoo = 1\n[task.b]\ntitle = \"B\"\nfoo = 1\n";
        let sources = Sources::from_text("plan.toml", text);
        let (verdict, shown) = judged(&Configs::isolated(), &sources, |_| Vec::new());
        assert_eq!(verdict.suppressed, 1);
        assert!(shown.len() == 1 && shown[0].starts_with("6 foo warning PLN002"), "{shown:?}");
        assert_eq!(verdict.looked, Looked { files: 1, plans: 1, tasks: 2 });
    }

    #[test]
    fn ignores_are_linted_themselves() {
        assert_eq!(
            shown(concat!(
                "[task.a]  # planlint: ignore[PLN002, PLN003, F4O1] ours\ntitle = \"A\"\nfoo = 1\n",
                "[task.b]  # planlint: ignore[unknown-feild]\ntitle = \"B\"\n",
                "[task.c]  # planlint: ignore PLN002\ntitle = \"C\"\n",
                "[task.d]  # planlint: ignore[LNT002]\ntitle = \"D\"\n",
            )),
            [
                "1 PLN003 warning LNT001: The comment ignores PLN003, but there is no such finding here",
                "1 F4O1 warning LNT005: There is no rule \"F4O1\"",
                "4 unknown-feild warning LNT002: The comment ignores unknown-feild and does not say why",
                "4 unknown-feild warning LNT005: There is no rule \"unknown-feild\"; did you mean \"unknown-field\"?",
                "6 # planlint: ignore PLN002 error PLN004: `# planlint:` cannot be \"ignore PLN002\"; it needs `ignore`, the rules in brackets and the reason, like `ignore[PLN012] the buyer is named in November`",
                "8 LNT002 warning LNT001: The comment ignores LNT002, but there is no such finding here",
                "8 LNT002 warning LNT002: The comment ignores LNT002 and does not say why",
            ]
        );
    }

    #[test]
    fn an_unused_ignore_is_deleted_alone_or_with_its_comment() {
        let text = concat!(
            "# planlint: ignore[PLN002] old\n[task.a]  # planlint: ignore[PLN003] old\ntitle = \"A\"\n",
            "[task.b]  # planlint: ignore[PLN003, PLN004, PLN002, PLN005] ours\ntitle = \"B\"\nfoo = 1\n",
        );
        assert_eq!(
            fixed(text),
            "[task.a]\ntitle = \"A\"\n[task.b]  # planlint: ignore[PLN002] ours\ntitle = \"B\"\nfoo = 1\n"
        );
    }

    #[test]
    fn an_ignore_for_a_rule_that_does_not_run_is_not_called_unused() {
        let overrides = Overrides { isolated: true, ignore: vec!["DEP".into()], ..Overrides::default() };
        let configs = Configs::new("/".into(), overrides).unwrap();
        let text = "[task.a]  # planlint: ignore[DEP001] ours\ntitle = \"A\"\n";
        let sources = Sources::from_text("plan.toml", text);
        assert_eq!(judged(&configs, &sources, |_| Vec::new()).1, [] as [&str; 0]);
        assert_eq!(shown(text).len(), 1);
    }

    fn waived(head: &str, waiver: &str) -> Vec<String> {
        let found = shown(&format!(
            "{head}[task.a]\ntitle = \"A\"\nfoo = 1\n[task.b]\ntitle = \"B\"\n[[waiver]]\n{waiver}\nreason = \"r\"\n"
        ));
        found.into_iter().map(|it| it.split_once(' ').unwrap().1.to_owned()).collect()
    }

    #[test]
    fn a_waiver_hides_until_its_last_day_and_gives_notice() {
        let base = "rule = \"PLN002\"\non = \"a\"\napproved-by = \"elena\"\n";
        let person = "[person]\nelena = { name = \"Elena Rossi\" }\n";
        let until = |day: &str| waived(person, &format!("{base}until = {day}"));
        assert_eq!(until("2026-11-30"), [] as [&str; 0]);
        for day in ["2026-10-02", "2026-10-16"] {
            assert_eq!(
                until(day),
                [format!(
                    "{day} warning LNT003: The waiver for PLN002 on \"A\" (a) ends on {day}; Elena Rossi approved it"
                )]
            );
        }
        assert_eq!(until("2026-10-17"), [] as [&str; 0]);
        let over = until("2026-10-01");
        assert!(over[0].starts_with("foo warning PLN002"), "{over:?}");
        assert_eq!(
            over[1..],
            [
                "2026-10-01 error LNT003: The waiver for PLN002 on \"A\" (a) ended on 2026-10-01; Elena Rossi had approved it"
            ]
        );
    }

    #[test]
    fn waivers_are_linted_themselves() {
        assert_eq!(
            waived("", "rule = [\"PLN002\", \"unknown-feild\"]\nuntil = 2026-11-30"),
            [
                "PLN002 warning LNT004: The waiver for PLN002 and unknown-feild on the whole plan names nobody who approved it",
                "unknown-feild warning LNT005: There is no rule \"unknown-feild\"; did you mean \"unknown-field\"?",
            ]
        );
        let unused = waived("", "rule = \"PLN002\"\non = \"b\"\napproved-by = \"elena\"\nuntil = 2026-10-03");
        assert_eq!(unused[1..], ["PLN002 warning LNT001: The waiver for PLN002 hides nothing"]);
        let over = waived("", "rule = \"PLN002\"\non = \"a\"\nuntil = 2026-10-01");
        assert!(over[2].ends_with("ended on 2026-10-01"), "{over:?}");
    }

    fn fingerprints(name: &str, text: &str) -> Vec<String> {
        let sources = Sources::from_text(name, text);
        let (verdict, _) = judged(&Configs::isolated(), &sources, |_| Vec::new());
        verdict.findings.into_iter().map(|it| it.fingerprint).collect()
    }

    #[test]
    fn fingerprints_do_not_know_lines_folders_or_line_ends_and_are_all_different() {
        let text = "[plan]\nname = \"P\"\nx\n[task.a]\ntitle = \"A\"\nfoo = 1\nfoo = 1\n[task.b]\ntitle = \"B\"\nfoo = 1\nduration = 3\n";
        let before = fingerprints("plan.toml", text);
        let mut unique = before.clone();
        unique.sort();
        unique.dedup();
        assert!(before.len() > 3 && unique.len() == before.len(), "{before:?}");
        assert!(before.iter().all(|it| it.len() == 16));
        assert_eq!(fingerprints("plan.toml", &text.replace('\n', "\r\n")), before);
        assert_eq!(fingerprints("/srv/ci/4711/plan.toml", &format!("# more\n\n{text}")), before);
    }

    #[test]
    fn findings_come_in_one_order_and_once() {
        let text = "[task.a]\ntitle = \"A\"\n[task.b]\ntitle = \"B\"\n";
        let sources = Sources::from_text("plan.toml", text);
        let finding = |model: &Model<'_>, code: &str, index: usize, subject: &str| {
            let entity = Entity::new(EntityKind::Task, index);
            Finding::new(Code::new(code), model.place(entity))
                .about(entity)
                .subject(subject)
                .param("other", "x")
                .param("field", "x")
                .param("value", "x")
        };
        let order = |reverse: bool| {
            let (verdict, _) = judged(&Configs::isolated(), &sources, |model| {
                let mut all = vec![
                    finding(model, "PLN012", 1, ""),
                    finding(model, "PLN012", 0, "z"),
                    finding(model, "PLN012", 0, "y"),
                    finding(model, "PLN011", 0, ""),
                    finding(model, "PLN012", 0, "y"),
                ];
                if reverse {
                    all.reverse();
                }
                all
            });
            let all = verdict.findings.into_iter();
            all.map(|it| format!("{} {}", it.finding.code, it.finding.subject)).collect::<Vec<_>>()
        };
        assert_eq!(order(false), ["PLN011 ", "PLN012 y", "PLN012 z", "PLN012 "]);
        assert_eq!(order(true), order(false));
    }

    #[test]
    fn the_configuration_decides_what_is_shown_and_how_bad_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let config = "severity = { PLN003 = \"advice\" }\nignore = [\"PLN002\", \"LNT007\"]\nextra = 1\nper-file-ignores = { \"old.plan.toml\" = [\"PLN\"] }\n[rule.DEP015]\nx = 1\nselect = []\n";
        std::fs::write(folder.path().join("planlint.toml"), config).unwrap();
        let configs = Configs::new(folder.path().to_owned(), Overrides::default()).unwrap();
        let text = "[task.a]\ntitle = \"A\"\nfoo = 1\nduration = 3\n";
        let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
        let files = [
            (path("plan.toml"), text.to_owned()),
            (path("old.plan.toml"), "[task.b]\nduration = 4\n".to_owned()),
        ];
        let mut sources = Sources::from_texts(files);
        configs.add_to(&mut sources);
        let (verdict, shown) = judged(&configs, &sources, |_| Vec::new());
        assert_eq!(shown.len(), 1, "{shown:?}");
        assert!(shown[0].starts_with("4 3 advice PLN003"), "{shown:?}");
        assert_eq!((verdict.suppressed, verdict.looked.files), (0, 2));
    }

    #[test]
    fn ten_thousand_ignores_cost_no_more_than_they_are() {
        let mut text = String::from("[task.big]\ntitle = \"B\"\n");
        text.push_str(&"# planlint: ignore[PLN002] many\n".repeat(10_000));
        text.push_str("foo = 1\n");
        let started = std::time::Instant::now();
        assert_eq!(shown(&text), [] as [&str; 0]);
        assert!(started.elapsed().as_secs() < 20);
    }
}
