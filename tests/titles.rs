//! Which titles are taken for which kind of work, and which for none. A false guess makes a false alarm in somebody's
//! building schedule, so the second half matters more.

#![expect(clippy::print_stderr, reason = "a test that cannot read its files fails, or says so")]

use std::path::Path;

use planlint::catalogue::Catalogue;
use planlint::config::{Configs, Overrides};
use planlint::source::{Asked, discover};

/// The kind a title is taken for; empty for none.
fn taken(title: &str) -> &'static str {
    let catalogue = Catalogue::embedded();
    &catalogue.kind_def(catalogue.titles().kind(title)).name
}

/// Titles of IT plans, with the kinds that are right; a pack may know a narrower one than the shared.
const WORK: &[(&str, &str)] = &[
    ("Roll out Windows 11 to wave 1", "rollout os-upgrade"),
    ("Rollout wave 2 (Porto, Lisbon)", "rollout"),
    ("Wave 3 rollout", "rollout"),
    ("Ring 2 rollout", "rollout"),
    ("Windows 11 rollout Berlin", "rollout os-upgrade"),
    ("Roll out new laptops in Lyon", "rollout device-refresh"),
    ("Roll out the VPN client", "rollout"),
    ("Deploy Microsoft 365 to all users", "rollout"),
    ("Rollout of Teams phones", "rollout"),
    ("Broad rollout", "rollout"),
    ("Upgrade SQL Server 2016 to 2022", "upgrade database-upgrade"),
    ("Upgrade Oracle database", "upgrade database-upgrade"),
    ("Database upgrade", "upgrade database-upgrade"),
    ("Upgrade PostgreSQL cluster", "upgrade database-upgrade"),
    ("Upgrade to version 9.4", "upgrade"),
    ("In-place upgrade of branch servers", "upgrade os-upgrade"),
    ("Upgrade the operating systems of the file servers", "upgrade os-upgrade"),
    ("SAP upgrade", "upgrade erp-upgrade"),
    ("Windows Server upgrade", "upgrade os-upgrade"),
    ("Migrate mailboxes to Exchange Online", "migration"),
    ("Migrate file servers", "migration server-migration"),
    ("Migrate 40 servers to the new cluster", "migration server-migration"),
    ("Data migration", "migration data-migration"),
    ("Data migration wave 1", "migration data-migration"),
    ("Migration of customer data", "migration data-migration"),
    ("Move VMs to Azure", "migration cloud-migration server-migration"),
    ("Migrate payroll application to the cloud", "migration cloud-migration"),
    ("Server migration batch 4", "migration server-migration"),
    ("User migration - Finance", "migration"),
    ("Migration weekend 2", "migration"),
    ("Mailbox migration", "migration"),
    ("Cutover weekend", "cutover"),
    ("Execute cutover", "cutover"),
    ("Production cutover", "cutover"),
    ("Cutover to new ERP", "cutover"),
    ("Cut over the billing system", "cutover"),
    ("Final cutover SAP", "cutover"),
    ("Go-live", "go-live"),
    ("Go live Workday HCM", "go-live"),
    ("Go-Live: wave 1 (Germany)", "go-live"),
    ("CRM go live", "go-live"),
    ("Deploy to production", "deployment"),
    ("Deploy release 4.2 to production", "deployment release"),
    ("Production deployment", "deployment"),
    ("Deploy patches", "deployment patch-rollout"),
    ("Software deployment to branches", "deployment rollout"),
    ("Release to production", "release"),
    ("Production release 2.1", "release"),
    ("Decommission old servers", "decommission source-decommission"),
    ("Decommission legacy application", "decommission application-retirement"),
    ("Decommissioning of the mainframe", "decommission"),
    ("Switch off the old system", "decommission"),
    ("Shut down legacy servers", "decommission"),
    ("Retire legacy systems", "decommission application-retirement"),
    ("Pilot group Lisbon", "pilot"),
    ("Pilot users: IT department", "pilot"),
    ("Ring 0 (IT)", "pilot"),
    ("Early adopters", "pilot"),
    ("Run pilot in Porto", "pilot"),
    ("Run the second pilot", "pilot"),
    ("Pilot migration", "pilot"),
    ("Pilot site Ghent", "pilot"),
    ("Application compatibility testing", "compatibility-check"),
    ("Compatibility test label printing", "compatibility-check"),
    ("Check compatibility of the scanner software", "compatibility-check"),
    ("Integration test", "integration-test"),
    ("System integration testing (SIT)", "integration-test"),
    ("End-to-end test order to cash", "integration-test"),
    ("Regression testing", "regression-test"),
    ("Regression test round 2", "regression-test"),
    ("Load and performance testing", "performance-test"),
    ("Performance test of the new portal", "performance-test"),
    ("User acceptance testing", "user-acceptance"),
    ("User Acceptance Test - Finance", "user-acceptance"),
    ("UAT cycle 2", "user-acceptance"),
    ("Execute UAT", "user-acceptance"),
    ("Cutover rehearsal", "rehearsal cutover-rehearsal"),
    ("Mock cutover 1", "rehearsal cutover-rehearsal"),
    ("Dry run of the migration", "rehearsal"),
    ("Trial migration with real data", "rehearsal"),
    ("Rehearse the database upgrade", "rehearsal"),
    ("Test migration of 5 servers", "rehearsal"),
    ("Train key users", "training"),
    ("End-user training", "training"),
    ("Train the service desk", "training"),
    ("Training of users in Porto", "training"),
    ("Inform users", "user-notice"),
    ("Tell people their day", "user-notice"),
    ("Notify all users of the outage", "user-notice maintenance-announcement"),
    ("Announce the change to users", "user-notice"),
    ("Full backup before cutover", "backup"),
    ("Take a backup", "backup"),
    ("Back up the database", "backup"),
    ("Database backup", "backup"),
    ("Restore test", "restore-test"),
    ("Test restore of the mail server", "restore-test"),
    ("Restore from backup on test hardware", "restore-test"),
    ("Restore drill payroll", "restore-test"),
    ("Write rollback plan", "rollback-plan"),
    ("Back-out plan", "rollback-plan"),
    ("Fallback procedure", "rollback-plan"),
    ("Test the rollback", "rollback-test"),
    ("Rollback test", "rollback-test"),
    ("Rehearse the way of rollback", "rollback-test"),
    ("Go/No-Go", "go-no-go gate"),
    ("Go/no-go decision wave 2", "go-no-go gate"),
    ("Go-live decision", "go-no-go gate"),
    ("Cutover readiness check", "go-no-go gate"),
    ("Quality gate 3", "gate"),
    ("Post-migration checks", "verification"),
    ("Handover to operations", "handover"),
    ("Hand over to the service desk", "handover"),
    ("Transition to support", "handover"),
    ("Hypercare", "hypercare early-life-support"),
    ("Hypercare (2 weeks)", "hypercare early-life-support"),
    ("Order laptops", "procurement"),
    ("Order 40 laptops", "procurement"),
    ("Procurement of servers", "procurement"),
    ("Purchase software licenses", "procurement"),
    ("Delivery of laptops", "delivery device-delivery"),
    ("Laptops arrive", "delivery device-delivery"),
    ("Application inventory", "inventory"),
    ("Inventory of servers and interfaces", "inventory"),
    ("Solution design", "design"),
    ("High-level design", "design"),
    ("VM snapshot before the upgrade", "snapshot"),
    ("Set up monitoring and alerting", "monitoring-setup"),
    ("Brief the service desk", "service-desk-briefing"),
    ("Wipe the old disks", "data-wipe device-wipe"),
    ("Evaluate the pilot", "evaluation"),
];

/// Titles that are none of these, from other trades and from paper about IT work.
const NONE: &[&str] = &[
    "Pilot who flies",
    "Pilot training",
    "Hire airline pilots",
    "Pilot light replacement",
    "Drill pilot holes",
    "Pilot plant commissioning",
    "Pilot group of airline captains",
    "Bird migration study",
    "Migrate birds to the new aviary",
    "Salmon migration monitoring",
    "Migration of wildlife species across the road",
    "Labor migration report",
    "Groundwater migration model",
    "Release of retention money",
    "Release retention",
    "Press release",
    "Release hold on concrete pour",
    "Release pressure",
    "Release drawings to production",
    "Fish release",
    "Gate valve installation",
    "Install entrance gate",
    "Gate 4 boarding bridge",
    "Launch go/no-go",
    "Go/no-go gauge calibration",
    "Backup generator commissioning",
    "Backup power system",
    "Test backup generator",
    "Back up the truck to dock 3",
    "Sewer backup repair",
    "Rehearsal dinner",
    "Dress rehearsal",
    "Wedding rehearsal",
    "Orchestra rehearsal",
    "Move furniture to floor 3",
    "Move in",
    "Move staff to building B",
    "Plan the cutover",
    "Cutover planning",
    "Roof cutover meeting",
    "Water main cutover",
    "Cutover to permanent power",
    "Cut over to new feeder",
    "Traffic signal cutover",
    "Steam line cutover",
    "Track cutover weekend",
    "Go-live checklist",
    "Prepare go-live",
    "Go-live communication",
    "Go-live celebration",
    "Upgrade road",
    "Upgrade windows in bathroom",
    "Upgrade of windows and doors",
    "Elevator upgrade",
    "Substation upgrade",
    "Seat upgrade program",
    "HVAC system upgrade",
    "Roll out carpet on floor 2",
    "Roll out geotextile",
    "Roll out turf",
    "Roll out the new appraisal form",
    "Deploy silt fence",
    "Deploy crew to site",
    "Deploy tower crane",
    "Deploy anchors",
    "Decommission well 4",
    "Decommission fuel tanks",
    "Decommission the old boiler",
    "Decommissioning of reactor 2",
    "Shut down water main",
    "Handover of keys",
    "Building handover",
    "Hand over apartment to buyer",
    "Shift handover",
    "Handover to operations of wind turbine 3",
    "Inventory of trees",
    "Annual stock inventory",
    "Inventory of traffic signals",
    "Design review",
    "Architectural design",
    "Structural design",
    "Detailed design of bridge",
    "High-level design of the road crossing",
    "Design of drainage",
    "Order steel",
    "Order doors and hardware",
    "Procure long-lead switchgear",
    "Delivery of rebar",
    "Delivery of switchgear",
    "Food delivery",
    "Training room fit-out",
    "Train station upgrade",
    "Train tracks installation",
    "Safety training",
    "Dog training",
    "Inform neighbors",
    "Notify road users",
    "Notice to proceed",
    "Smoke test of sewer line",
    "Load test of crane",
    "Pile load test",
    "Pressure test piping",
    "Test pit restoration",
    "Restore test pit area",
    "Restore wetland",
    "Concrete compatibility test with admixture",
    "Electromagnetic compatibility testing",
    "Flight readiness review",
    "Acceptance of goods",
    "Substantial completion",
    "Final inspection",
    "Punch list",
    "Commissioning",
    "Mobilize",
    "Pour slab",
    "Electrical rough-in",
    "Roll back tax plan debate",
    "Salary review",
    "Recruit nurses",
    "Performance review of staff",
    "Close books",
    "Bond release",
    "Snapshot of financial position",
    "Estimate the data migration",
    "Data migration strategy",
    "Server migration workshop",
    "Approve the database upgrade",
    "Prepare UAT",
    "Review rollback plan",
    "Write UAT test scripts",
    "Deployment checklist",
    "Pilot group selection meeting",
    "Clinical pilot study",
    "Copilot groups",
    "Mock trial",
    "Deck rollout swing",
    "Order fire door hardware",
    "",
];

#[test]
fn it_work_is_taken_for_its_kind() {
    let known: Vec<&str> = Catalogue::embedded().kinds().iter().map(|kind| &*kind.name).collect();
    let wrong: Vec<String> = WORK
        .iter()
        .filter(|(title, kinds)| !kinds.split(' ').any(|kind| kind == taken(title)))
        .map(|(title, kinds)| format!("{title}: {:?} and not {kinds}", taken(title)))
        .collect();
    assert!(wrong.is_empty(), "{} titles:\n{}", wrong.len(), wrong.join("\n"));
    assert!(WORK.iter().all(|(_, kinds)| kinds.split(' ').any(|kind| known.contains(&kind))));
    assert!(WORK.len() + NONE.len() >= 240);
}

#[test]
fn other_trades_and_paper_are_taken_for_nothing() {
    let wrong: Vec<String> = NONE
        .iter()
        .filter(|title| !taken(title).is_empty())
        .map(|title| format!("{title}: {}", taken(title)))
        .collect();
    assert!(wrong.is_empty(), "{} titles:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn schedules_of_other_trades_yield_nearly_nothing() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    if !corpus.is_dir() {
        eprintln!("skipped: no corpus of real schedules here");
        return;
    }
    let configs = Configs::new(corpus.clone(), Overrides::default()).unwrap();
    let mut paths: Vec<_> = std::fs::read_dir(&corpus).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|it| it == "xer" || it == "xml"));
    paths.sort();
    let found = discover(&Asked {
        paths,
        stdin: None,
        cwd: corpus,
        force_exclude: false,
        respect_gitignore: false,
        exclude: configs.excluded(),
        globs: &|folder| configs.globs(folder),
    });
    let model = planlint::read::read(&found.sources).model;
    let titles: Vec<&str> = model.tasks.iter().filter_map(|task| Some(model.text(task.title()?))).collect();
    let guessed: Vec<String> = titles
        .iter()
        .filter(|title| !taken(title).is_empty())
        .map(|title| format!("{title}: {}", taken(title)))
        .collect();
    eprintln!("{} of {} titles are taken for a kind\n{}", guessed.len(), titles.len(), guessed.join("\n"));
    // These are building sites and test cases: one in a thousand may sound like IT.
    assert!(guessed.len() * 1000 <= titles.len(), "{}", guessed.join("\n"));
}
