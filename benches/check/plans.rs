//! Plans of any size, the same on every run.

use std::fmt::Write as _;

/// How the tasks are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// `[task.t17]` and a line for each field.
    Blocks,
    /// One line of `[task]` each.
    Rows,
}

/// Numbers that look random and are the same on every run (Knuth's MMIX generator).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end.max(1)
    }
}

const KINDS: [&str; 6] =
    ["build", "configuration", "test-environment", "training", "inventory", "integration-test"];

/// A plan of `count` tasks with up to three predecessors each: 97 owners, 40 sites, a risk for every 50 tasks.
pub(crate) fn plan(count: usize, shape: Shape) -> String {
    let mut numbers = Numbers(17);
    let mut out = String::with_capacity(count * 260);
    out.push_str("[plan]\nname = \"Benchmark\"\nowner = \"p0\"\nsponsor = \"p1\"\nstatus-date = 2026-10-01\n\n[person]\n");
    for person in 0..97 {
        let _ = writeln!(out, "p{person} = {{ name = \"Person {person}\", role = \"engineer\" }}");
    }
    out.push_str("\n[site]\n");
    for site in 0..40 {
        let _ = writeln!(
            out,
            "s{site} = {{ name = \"Site {site}\", lead = \"p{site}\", time-zone = \"Europe/Berlin\" }}"
        );
    }
    out.push_str("\n[risk]\n");
    for risk in 0..count / 50 {
        // What lowers a risk stands some way before what the risk affects.
        let affected = count as u64 / 10 + numbers.below(count as u64 * 9 / 10);
        let mitigation = affected.saturating_sub(64 + numbers.below(200));
        let _ = writeln!(
            out,
            "r{risk} = {{ title = \"Delivery {risk} comes late\", probability = \"medium\", impact = \"high\", response = \"mitigate\", \
             owner = \"p{}\", mitigations = [\"t{mitigation}\"], affects = [\"t{affected}\"], trigger = \"no word by Friday\", \
             contingency = \"use the old one\", review-by = 2027-01-15 }}",
            numbers.below(97)
        );
    }
    if shape == Shape::Rows {
        out.push_str("\n[task]\n");
    }
    for task in 0..count {
        let kind = KINDS[numbers.below(KINDS.len() as u64) as usize];
        let (owner, site, days) = (numbers.below(97), numbers.below(40), 1 + numbers.below(20));
        let mut links = String::new();
        let mut before: Vec<u64> = Vec::new();
        if task > 0 {
            // Eight streams of work that take turns: every task has a task before it and one behind it.
            before.push((task as u64).saturating_sub(8 - 2 * (task as u64 / 8 % 2) * (task as u64 % 2)));
        }
        for _ in 0..numbers.below(3).min(task as u64) {
            before.push(task as u64 - 1 - numbers.below(100.min(task as u64)));
        }
        before.sort_unstable();
        before.dedup();
        for (number, predecessor) in before.iter().enumerate() {
            let lag = if number > 0 && numbers.below(7) == 0 { " FS+2d" } else { "" };
            let comma = if number > 0 { ", " } else { "" };
            let _ = write!(links, "{comma}\"t{predecessor}{lag}\"");
        }
        let title = format!("Prepare the {kind} of work package {task} at the site and write it down");
        match shape {
            Shape::Blocks => {
                let _ = write!(
                    out,
                    "\n[task.t{task}]\ntitle = \"{title}\"\nkind = \"{kind}\"\nowner = \"p{owner}\"\nsite = \"s{site}\"\nduration = \"{days}d\"\ndepends-on = [{links}]\n"
                );
            }
            Shape::Rows => {
                let _ = writeln!(
                    out,
                    "t{task} = {{ title = \"{title}\", kind = \"{kind}\", owner = \"p{owner}\", site = \"s{site}\", duration = \"{days}d\", depends-on = [{links}] }}"
                );
            }
        }
    }
    out
}

/// One chain: each task waits for the one before.
pub(crate) fn chain(count: usize) -> String {
    let mut out = String::from("[plan]\nname = \"Chain\"\nowner = \"p0\"\n[task]\n");
    for task in 0..count {
        let link = if task > 0 { format!("\"t{}\"", task - 1) } else { String::new() };
        let _ = writeln!(
            out,
            "t{task} = {{ title = \"Step {task} of the chain\", owner = \"p0\", duration = \"1d\", depends-on = [{link}] }}"
        );
    }
    out
}

/// One knot: each task waits for the one before, the first for the last, and some for any other.
pub(crate) fn knot(count: usize) -> String {
    let mut numbers = Numbers(3);
    let mut out = String::from("[plan]\nname = \"Knot\"\nowner = \"p0\"\n[task]\n");
    for task in 0..count {
        let before = (task + count - 1) % count;
        let other = numbers.below(count as u64);
        let _ = writeln!(
            out,
            "t{task} = {{ title = \"Part {task} of the knot\", owner = \"p0\", duration = \"1d\", depends-on = [\"t{before}\", \"t{other}\"] }}"
        );
    }
    out
}

/// A file of about `bytes` bytes with `count` unknown fields spread over it.
pub(crate) fn findings(count: usize, bytes: usize) -> String {
    let mut out = String::from("[plan]\nname = \"Findings\"\nowner = \"p0\"\n[task]\n");
    let filler = "x".repeat((bytes / count.max(1)).saturating_sub(140));
    for task in 0..count {
        let link = if task > 0 { format!("\"t{}\"", task - 1) } else { String::new() };
        let _ = writeln!(
            out,
            "t{task} = {{ title = \"Step {task} of many\", owner = \"p0\", duration = \"1d\", priority = 1, depends-on = [{link}] }}\n# {filler}"
        );
    }
    out
}

/// A plan of about `count` tasks in packages that use every kind of work that any pack knows: what must come before, a
/// gate, the changes, and what must come after; each package with assets of its own. So every rule of every pack has
/// something to look at, and little to find.
pub(crate) fn fields(count: usize) -> String {
    let catalogue = planlint::catalogue::Catalogue::embedded();
    let (mut changes, mut others) = (Vec::new(), Vec::new());
    for kind in catalogue.kinds().iter().skip(1) {
        if kind.touches_production { &mut changes } else { &mut others }.push(kind.name.as_str());
    }
    let package = 2 * others.len() + changes.len() + 4;
    let packages = (count / package).max(1);
    let mut out = String::with_capacity(count * 200);
    out.push_str("[plan]\nname = \"Fields\"\nowner = \"p0\"\nsponsor = \"p1\"\nstatus-date = 2026-10-01\ntarget = \"windows-11\"\n\n[person]\n");
    for person in 0..97 {
        let _ = writeln!(out, "p{person} = {{ name = \"Person {person}\", role = \"engineer\" }}");
    }
    out.push_str("\n[asset]\n");
    for number in 0..packages {
        for (letter, kind) in [("a", "application"), ("d", "database"), ("s", "server")] {
            let _ = writeln!(
                out,
                "{letter}{number} = {{ kind = \"{kind}\", version = \"1\", platform = \"virtual\", owner = \"p3\", criticality = \"high\" }}"
            );
        }
    }
    out.push_str("\n[task]\n");
    for number in 0..packages {
        let assets = format!("\"a{number}\", \"d{number}\", \"s{number}\"");
        let mut task = |id: &str, kind: &str, names: &str, links: &str| {
            let _ = writeln!(
                out,
                "{id}-{number} = {{ title = \"Do the {kind} of package {number} ({id})\", kind = \"{kind}\", owner = \"p{}\", duration = \"2d\", {names} = [{assets}], depends-on = [{links}] }}",
                number % 97,
            );
        };
        let before = if number == 0 { String::new() } else { format!("\"end-{}\"", number - 1) };
        task("start", "design", "covers", &before);
        let mut links = String::new();
        for (index, kind) in others.iter().enumerate() {
            task(&format!("b{index}"), kind, "covers", &format!("\"start-{number}\""));
            let _ = write!(links, "{}\"b{index}-{number}\"", if index > 0 { ", " } else { "" });
        }
        task("go", "gate", "covers", &links);
        let mut links = String::new();
        for (index, kind) in changes.iter().enumerate() {
            task(&format!("c{index}"), kind, "affects", &format!("\"go-{number}\""));
            let _ = write!(links, "{}\"c{index}-{number}\"", if index > 0 { ", " } else { "" });
        }
        task("done", "meeting", "covers", &links);
        let mut after = String::new();
        for (index, kind) in others.iter().enumerate() {
            task(&format!("d{index}"), kind, "covers", &format!("\"done-{number}\""));
            let _ = write!(after, "{}\"d{index}-{number}\"", if index > 0 { ", " } else { "" });
        }
        task("end", "closure", "covers", &after);
    }
    out
}

/// An export of P6 with `count` activities, half as many links again, three calendars, a hundred people, and a WBS element for
/// every fifty activities. Every activity waits for another and is waited for.
pub(crate) fn xer(count: usize) -> String {
    let mut numbers = Numbers(5);
    let mut out = String::with_capacity(count * 200);
    out.push_str("ERMHDR\t8.4\t2026-01-05\tProject\tadmin\tAdmin\tdb\tProject Management\tEUR\r\n");
    out.push_str(
        "%T\tCALENDAR\r\n%F\tclndr_id\tdefault_flag\tclndr_name\tclndr_type\tday_hr_cnt\tclndr_data\r\n",
    );
    for (number, days) in [2..=6, 2..=7, 1..=7].into_iter().enumerate() {
        let _ = write!(
            out,
            "%R\t{}\tN\tCalendar {number}\tCA_Base\t8\t(0||CalendarData()((0||DaysOfWeek()(",
            number + 1
        );
        for day in 1..=7 {
            let shifts = "(0||0(s|08:00|f|12:00)())(0||1(s|13:00|f|17:00)())";
            let _ = write!(out, "(0||{day}()({}))", if days.contains(&day) { shifts } else { "" });
        }
        out.push_str("))(0||Exceptions()(");
        for holiday in 0..40 {
            let _ = write!(out, "(0||{holiday}(d|{})())", 46_030 + holiday * 9);
        }
        out.push_str("))))\r\n");
    }
    out.push_str("%T\tPROJECT\r\n%F\tproj_id\tproj_short_name\tplan_start_date\tlast_recalc_date\tclndr_id\tcritical_drtn_hr_cnt\tcritical_path_type\r\n");
    out.push_str("%R\t1\tBIG\t2026-01-05 08:00\t2026-01-05 08:00\t1\t0\tCT_TotFloat\r\n");
    out.push_str("%T\tPROJWBS\r\n%F\twbs_id\tproj_id\tproj_node_flag\twbs_short_name\twbs_name\tparent_wbs_id\r\n%R\t1\t1\tY\tBIG\tBig programme\t\r\n");
    let elements = (count / 50).max(1);
    for element in 0..elements {
        let parent = if element < 20 { 1 } else { 2 + numbers.below(20) };
        let _ = write!(out, "%R\t{}\t1\tN\tW{element}\tArea {element}\t{parent}\r\n", element + 2);
    }
    out.push_str("%T\tRSRC\r\n%F\trsrc_id\tclndr_id\trsrc_name\trsrc_short_name\trsrc_type\r\n");
    for person in 1..=100 {
        let _ = write!(out, "%R\t{person}\t1\tEngineer {person}\tE{person}\tRT_Labor\r\n");
    }
    out.push_str(
        "%T\tTASK\r\n%F\ttask_id\tproj_id\twbs_id\tclndr_id\tphys_complete_pct\tcomplete_pct_type\ttask_type\tstatus_code\ttask_code\ttask_name\t\
         remain_drtn_hr_cnt\ttarget_drtn_hr_cnt\tcstr_date\tcstr_type\tact_start_date\tact_end_date\r\n",
    );
    for task in 0..count {
        let hours = [8, 16, 24, 40, 80][numbers.below(5) as usize];
        let calendar = if task % 7 == 0 { 1 + task % 3 } else { 1 };
        let _ = write!(
            out,
            "%R\t{}\t1\t{}\t{calendar}\t0\tCP_Drtn\tTT_Task\tTK_NotStart\tA{}\tInstall unit {task}\t{hours}\t{hours}\t\t\t\t\r\n",
            task + 1,
            2 + task * elements / count,
            task + 1000,
        );
    }
    out.push_str("%T\tTASKPRED\r\n%F\ttask_pred_id\ttask_id\tpred_task_id\tproj_id\tpred_proj_id\tpred_type\tlag_hr_cnt\r\n");
    let mut links = 0;
    for task in 1..count as u64 {
        let mut link = |predecessor: u64, kind: &str, lag: u64| {
            links += 1;
            let _ = write!(out, "%R\t{links}\t{}\t{}\t1\t1\t{kind}\t{lag}\r\n", task + 1, predecessor + 1);
        };
        link(task - 1, "PR_FS", 0);
        if task % 2 == 1 && task > 3 {
            let kind = ["PR_SS", "PR_FF"].get(numbers.below(20) as usize).copied().unwrap_or("PR_FS");
            let lag = if numbers.below(12) == 0 { 8 } else { 0 };
            link((task - 3).saturating_sub(numbers.below(200)), kind, lag);
        }
    }
    out.push_str("%T\tTASKRSRC\r\n%F\ttaskrsrc_id\ttask_id\tproj_id\trsrc_id\ttarget_qty\tremain_qty\r\n");
    for task in 0..count {
        let _ = write!(out, "%R\t{0}\t{0}\t1\t{1}\t40\t40\r\n", task + 1, 1 + task % 100);
    }
    out.push_str("%E\r\n");
    out
}
