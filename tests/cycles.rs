//! Circles are all reported in one run, each link by link, and nothing else that is wrong is lost over them.

use planlint::catalogue::{Catalogue, Options, Rule};
use planlint::finding::Finding;
use planlint::rules::PlanSettings;
use planlint::source::Sources;

/// What the family DEP and the readers find, with the text of every further place of a finding.
struct Judged {
    code: String,
    message: String,
    help: String,
    here: String,
    labels: Vec<String>,
}

fn judge(text: &str) -> Vec<Judged> {
    let catalogue = Catalogue::embedded();
    let sources = Sources::from_texts(planlint::expect::files(text));
    let options = Options::new();
    let runs = |rule: &Rule| rule.family == "DEP" && rule.enabled;
    let found = planlint::find(
        &sources,
        catalogue,
        |model| {
            model
                .plans
                .iter()
                .map(|_| PlanSettings { runs: &runs, options: &options, guesses: true })
                .collect()
        },
        jiff::civil::date(2026, 10, 2),
    );
    let place = |finding: &Finding| sources.position(finding.primary.span).0.line;
    let mut findings: Vec<&Finding> = found.findings.iter().collect();
    findings.sort_by_key(|finding| (finding.code, place(finding)));
    findings
        .into_iter()
        .map(|finding| {
            let words = catalogue.words(finding, &found.model);
            Judged {
                code: finding.code.to_string(),
                message: words.message,
                help: words.help,
                here: finding.primary.text.to_string(),
                labels: finding.labels.iter().map(|label| label.text.to_string()).collect(),
            }
        })
        .collect()
}

const THREE_CIRCLES: &str = r#"
[plan]
name = "Windows 11 image"
[task]
design  = { title = "Design the image", depends-on = ["approve"] }
build   = { title = "Build the image", depends-on = ["design"] }
approve = { title = "Approve the image", depends-on = ["build"] }
order   = { title = "Order laptops", depends-on = ["budget"] }
budget  = { title = "Ask for the budget", depends-on = ["order"] }
write   = { title = "Write the course", depends-on = ["hold"] }
review  = { title = "Review the course", depends-on = ["write"] }
print   = { title = "Print the course", depends-on = ["review"] }
hold    = { title = "Hold the course", depends-on = ["print"] }
swap    = { title = "Swap laptops", depends-on = ["budget", "swap"] }
pilot   = { title = "Pilot with ten people", depends-on = ["zzzzzz"] }
rollout = { title = "Roll out", depends-on = ["pilot", "qqqqqq"] }
"#;

#[test]
fn three_circles_a_self_dependency_and_two_dangling_references_are_all_reported_in_one_run() {
    let found = judge(THREE_CIRCLES);
    let codes: Vec<&str> = found
        .iter()
        .map(|it| it.code.as_str())
        .filter(|code| code.starts_with("PLN") || matches!(*code, "DEP001" | "DEP002" | "DEP003" | "DEP004"))
        .collect();
    assert_eq!(codes, ["DEP001", "DEP001", "DEP001", "DEP002", "PLN007", "PLN007"]);
}

#[test]
fn each_circle_is_shown_link_by_link() {
    let found = judge(THREE_CIRCLES);
    let circles: Vec<(&str, &str, Vec<&str>)> = found
        .iter()
        .filter(|it| it.code == "DEP001")
        .map(|it| {
            (it.message.as_str(), it.here.as_str(), it.labels.iter().map(String::as_str).collect::<Vec<_>>())
        })
        .collect();
    assert_eq!(
        circles,
        [
            (
                "3 tasks wait for each other in a circle: design -> build -> approve -> design",
                "design waits for \"Approve the image\" (approve): best removed",
                vec![
                    "build waits for \"Design the image\" (design)",
                    "approve waits for \"Build the image\" (build)"
                ]
            ),
            (
                "2 tasks wait for each other in a circle: order -> budget -> order",
                "order waits for \"Ask for the budget\" (budget): best removed",
                vec!["budget waits for \"Order laptops\" (order)"]
            ),
            (
                "4 tasks wait for each other in a circle: write -> review -> print -> hold -> write",
                "write waits for \"Hold the course\" (hold): best removed",
                vec![
                    "review waits for \"Write the course\" (write)",
                    "print waits for \"Review the course\" (review)",
                    "hold waits for \"Print the course\" (print)"
                ]
            ),
        ]
    );
}

#[test]
fn a_long_circle_is_shown_shortened() {
    let mut plan = String::from("[plan]\nname = \"Chain\"\n[task]\n");
    for task in 0..12 {
        let before = (task + 11) % 12;
        plan += &format!("t{task} = {{ title = \"Step {task}\", depends-on = [\"t{before}\"] }}\n");
    }
    let found = judge(&plan);
    let circle = found.iter().find(|it| it.code == "DEP001").expect("one circle");
    assert_eq!(
        circle.message,
        "12 tasks wait for each other in a circle: t0 -> t1 -> t2 -> t3 -> t4 -> t5 -> t6 -> and 5 more -> t0"
    );
    assert_eq!(circle.labels.len(), 7);
}

#[test]
fn the_link_that_opens_most_circles_is_the_one_to_remove() {
    // Two circles share the link from b to a.
    let found = judge(
        r#"
[plan]
name = "Shared"
[task]
a = { title = "Write it", depends-on = ["c", "d"] }
b = { title = "Read it", depends-on = ["a"] }
c = { title = "Check it", depends-on = ["b"] }
d = { title = "Sign it", depends-on = ["b"] }
"#,
    );
    let circle = found.iter().find(|it| it.code == "DEP001").expect("one circle");
    assert!(circle.help.contains("best the one from \"Read it\" (b) to \"Write it\" (a)"), "{}", circle.help);
}

#[test]
fn a_circle_through_a_phase_shows_the_step_through_the_phase() {
    let found = judge(
        r#"
[plan]
name = "Phases"
[task]
prepare = { title = "Prepare" }
list    = { title = "List the servers", parent = "prepare", depends-on = ["move"] }
move    = { title = "Move the servers", depends-on = ["prepare"] }
"#,
    );
    let circles: Vec<&Judged> =
        found.iter().filter(|it| ["DEP001", "DEP003"].contains(&it.code.as_str())).collect();
    assert_eq!(circles.len(), 1);
    assert_eq!(circles[0].code, "DEP003");
    let shown = format!("{} {}", circles[0].here, circles[0].labels.join(" "));
    assert!(shown.contains("list is part of \"Prepare\" (prepare)"), "{shown}");
    assert!(shown.contains("list waits for \"Move the servers\" (move)"), "{shown}");
}

#[test]
fn a_circle_over_two_plans_names_plan_and_task() {
    let found = judge(
        "#- erp/plan.toml\n[plan]\nid = \"erp\"\n[task]\n\
         data = { title = \"Give the data\", depends-on = [\"net/open\"] }\n\
         #- net/plan.toml\n[plan]\nid = \"net\"\n[task]\n\
         open = { title = \"Open the firewall\", depends-on = [\"erp/data\"] }\n",
    );
    let circle = found.iter().find(|it| it.code == "DEP004").expect("one circle");
    assert!(circle.message.contains("erp/data -> net/open -> erp/data"), "{}", circle.message);
    assert!(circle.message.contains("\"erp\" and \"net\""), "{}", circle.message);
    assert!(!found.iter().any(|it| it.code == "DEP001"));
}
