//! First plans for `planlint init`, by kind of project. They are the sound plans of `fixtures/`, in which people become
//! roles and every date is moved; so they stay sound as the rules grow. Knows no files: texts in, texts out.

mod fill;

use jiff::civil::Date;

pub use fill::{Filling, filled, monday_after, slug};

/// A first plan.
#[derive(Debug)]
pub struct Template {
    /// What is typed: `--template windows-upgrade`.
    pub name: &'static str,
    /// What kind of project it is, as a sentence goes on: "a first plan for ...".
    pub about: &'static str,
    /// Its files: the name, and the text.
    pub files: &'static [(&'static str, &'static str)],
}

impl Template {
    /// The template with a name.
    pub fn find(name: &str) -> Option<&'static Template> {
        ALL.iter().find(|template| template.name == name)
    }
}

macro_rules! templates {
    ($($name:literal: $about:literal from $folder:literal [$($file:literal),+];)*) => {
        /// All of them, by name.
        pub const ALL: &[Template] = &[$(Template {
            name: $name,
            about: $about,
            files: &[$(($file, include_str!(concat!("../../fixtures/", $folder, "/", $file)))),+],
        }),*];
    };
}

templates! {
    "application-modernization": "replacing a program that has grown old" from "application-modernisation" ["plan.toml"];
    "backup-replacement": "a new backup system" from "backup-replacement"
        ["plan.toml", "platform.plan.toml", "moves.plan.toml", "backup.plan.toml"];
    "cloud-migration": "moving applications to a cloud, group by group" from "cloud-migration"
        ["plan.toml", "ground.plan.toml", "groups.plan.toml", "end.plan.toml"];
    "data-centre-move": "moving a data center to another place" from "data-centre-move"
        ["plan.toml", "leipzig.plan.toml", "moves.plan.toml"];
    "database-upgrade": "a newer database, with an archive that is switched off" from "database-upgrade" ["plan.toml"];
    "device-refresh": "new laptops for several offices" from "device-refresh" ["plan.toml"];
    "endpoint-protection": "new protection on all computers" from "endpoint-protection" ["plan.toml"];
    "interface-replacement": "replacing the hub through which programs exchange data" from "interface-replacement" ["plan.toml"];
    "itsm-tool-replacement": "a new tool for service management" from "itsm-tool-replacement" ["plan.toml"];
    "sap-release": "a new SAP release" from "sap-release" ["plan.toml"];
    "server-migration": "moving servers to a new cluster, group by group" from "server-migration" ["plan.toml"];
    "servicenow-upgrade": "a new ServiceNow release" from "servicenow-upgrade" ["plan.toml"];
    "single-sign-on": "one sign-in with a second factor" from "single-sign-on" ["plan.toml"];
    "small-change": "one change in one evening, such as a database upgrade" from "payroll-database" ["plan.toml"];
    "windows-upgrade": "a newer Windows at several sites, in waves" from "four-sites" ["plan.toml"];
    "workday-payroll": "payroll in Workday, country by country" from "workday-payroll" ["plan.toml"];
}

/// The plan that is written where no template is asked for.
pub const STARTER: &str = include_str!("starter.toml");

/// The files of a first plan, ready to be written; the starter where no template is given.
pub fn plan(template: Option<&Template>, filling: &Filling<'_>, today: Date) -> Vec<(String, String)> {
    match template {
        Some(template) => filled(template, filling, today),
        None => vec![("plan.toml".to_owned(), fill::starter(STARTER, filling, today))],
    }
}
