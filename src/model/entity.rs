//! The entities of a plan and their fields: MODEL in code. The order of the fields is the order of the documentation.

use super::field::{FieldDef, Rare, Stored, Type, Value, entities, words};
use super::value::{
    Capacity, Constraint, Duration, List, Moment, Money, Period, Scale, Spanned, Text, Window,
};
use super::{Arenas, Fields, PlanId, VisitList};
use crate::finding::EntityKind;
use crate::source::Span;

type Maybe<T> = Option<Spanned<T>>;

words! {
    /// Whose rules of scheduling a plan follows.
    ScheduleTool {
        /// The plan language, and spreadsheets: as MODEL.md "Time" says.
        Native = "planlint",
        /// Microsoft Project.
        MsProject = "ms-project",
        /// Primavera P6.
        P6 = "p6",
    }
    /// What becomes of the logic of a task that began out of sequence.
    ProgressLogic {
        /// The rest of it waits for its predecessors all the same.
        RetainedLogic = "retained-logic",
        /// Its predecessors do not hold it any more.
        ProgressOverride = "override",
        /// Predecessors hold it by their actual dates, relations to what has begun look back.
        ActualDates = "actual-dates",
    }
    /// Which difference of late and early dates is the total float.
    FloatKind {
        /// Late finish less early finish.
        Finish = "finish",
        /// Late start less early start.
        Start = "start",
        /// The smaller of the two.
        Smallest = "smallest",
    }
    /// What makes a task critical.
    CriticalBy {
        /// Total float up to a limit.
        Float = "float",
        /// Being on the longest path to the end of the plan.
        LongestPath = "longest-path",
    }
    /// How far a task is, where its author says so.
    Status {
        /// Not begun; also what no status means.
        Planned = "planned",
        /// Begun, not finished.
        InProgress = "in-progress",
        /// Cannot go on.
        Blocked = "blocked",
        /// Finished.
        Done = "done",
        /// Dropped; stays for history.
        Cancelled = "cancelled",
    }
    /// How far a risk is.
    RiskStatus {
        /// Can happen.
        Open = "open",
        /// Cannot happen any more.
        Closed = "closed",
        /// Has happened.
        Occurred = "occurred",
    }
    /// How far an issue is.
    IssueStatus {
        /// Nobody works on it yet.
        Open = "open",
        /// Somebody works on it.
        InProgress = "in-progress",
        /// Solved.
        Resolved = "resolved",
        /// Solved or dropped.
        Closed = "closed",
    }
    /// How far a decision is.
    DecisionStatus {
        /// Not decided.
        Open = "open",
        /// Decided.
        Decided = "decided",
        /// No longer needed.
        Cancelled = "cancelled",
    }
    /// What is done about a risk.
    Response {
        /// The plan is changed so that it cannot happen.
        Avoid = "avoid",
        /// Probability or impact are lowered.
        Mitigate = "mitigate",
        /// Somebody else bears it.
        Transfer = "transfer",
        /// Lived with.
        Accept = "accept",
        /// Handed to somebody above the project.
        Escalate = "escalate",
    }
    /// Whether machines are physical or virtual.
    Platform {
        /// A machine one can touch.
        Physical = "physical",
        /// Software on a host.
        Virtual = "virtual",
        /// At a cloud provider.
        Cloud = "cloud",
        /// Some of each.
        Mixed = "mixed",
    }
    /// What data an asset holds.
    Data {
        /// None.
        None = "none",
        /// For inside only.
        Internal = "internal",
        /// About people.
        Personal = "personal",
        /// Under a law or a regulator.
        Regulated = "regulated",
    }
    /// Where users' data is kept.
    UserData {
        /// On the device.
        Local = "local",
        /// Elsewhere, so that a device can be wiped.
        Cloud = "cloud",
    }
    /// Whether a task has logic of its own or spans others.
    Effort {
        /// Level of effort: management and support, as long as what it supports.
        Level = "level",
        /// Ordinary work.
        Task = "task",
    }
    /// Why nothing may change.
    FreezeKind {
        /// A change freeze of the company.
        Change = "change",
        /// A vendor's release.
        VendorRelease = "vendor-release",
        /// Month-end, quarter-end, year-end.
        PeriodEnd = "period-end",
    }
    /// On which calendar lags count.
    LagCalendar {
        /// The predecessor's.
        Predecessor = "predecessor",
        /// The successor's.
        Successor = "successor",
        /// The plan's.
        Plan = "plan",
        /// Day and night.
        Elapsed = "elapsed",
    }
    /// What a risk hits when it is nothing in particular.
    RiskScope {
        /// The plan as a whole.
        Plan = "plan",
    }
}

/// What cannot be left out. All else can.
pub const REQUIRED: &[(EntityKind, &[&str])] = &[
    (EntityKind::Task, &["title"]),
    (EntityKind::Risk, &["title"]),
    (EntityKind::Freeze, &["start", "finish"]),
    (EntityKind::Waiver, &["rule", "on", "reason"]),
];

const TEXT: Type = Type::Text;
const LIST: Type = Type::List;
const DATE: Type = Type::Moment;
const FLAG: Type = Type::Flag;

entities! {
    /// What a plan says of itself.
    Plan / PlanField {
        given_id: Option<Text> = "id" TEXT, "How other plans refer to it; the name of its file or folder where left out";
        name: Option<Text> = "name" TEXT, "What people call it";
        owner: Option<Text> = "owner" TEXT, "Who is accountable for the result";
        sponsor: Option<Text> = "sponsor" TEXT, "Who pays, and accepts high risks";
        start: Maybe<Moment> = "start" DATE, "First day";
        finish_by: Maybe<Moment> = "finish-by" DATE, "The date that was promised";
        status_date: Maybe<Moment> = "status-date" DATE, "The day up to which progress is reported";
        target: Option<Text> = "target" TEXT, "The version or platform everything moves to; tasks inherit it";
        owner_default: Option<Text> = "owner-default" TEXT, "Owner of every task that names none";
    } rare {
        goal: Option<Text> = "goal" TEXT, "What is true when it is over";
        calendar: Option<Text> = "calendar" TEXT, "The calendar of every task that names none";
        lag_calendar: Maybe<LagCalendar> = "lag-calendar" Type::Word(LagCalendar::WORDS), "On which calendar lags count";
        currency: Option<Text> = "currency" TEXT, "Of every amount that names none";
        domains: List = "domains" LIST, "Fields of IT it touches: which rule packs matter most";
        resources: Maybe<bool> = "resources" FLAG, "false: the plan names no people by design";
        escalation: List = "escalation" LIST, "Who is called, in this order";
        baseline: Option<Text> = "baseline" TEXT, "The approved version: a file or a git revision";
        product: Option<Text> = "product" TEXT, "The product it delivers";
        scheduling_like: Maybe<ScheduleTool> = "scheduling.like" Type::Word(ScheduleTool::WORDS), "Whose rules its dates follow: planlint, ms-project or p6";
        scheduling_float: Maybe<FloatKind> = "scheduling.float" Type::Word(FloatKind::WORDS), "Which float is the total float: of the finish, of the start, or the smaller one";
        scheduling_progress: Maybe<ProgressLogic> = "scheduling.progress" Type::Word(ProgressLogic::WORDS), "What holds work that began out of sequence";
        scheduling_critical: Maybe<CriticalBy> = "scheduling.critical" Type::Word(CriticalBy::WORDS), "What makes a task critical: its float, or the longest path";
        scheduling_critical_float: Maybe<Duration> = "scheduling.critical-float" Type::Duration, "Largest float that is still critical";
        scheduling_open_ends_critical: Maybe<bool> = "scheduling.open-ends-critical" FLAG, "true: what nothing waits for has no float";
        scheduling_hard_constraints: Maybe<bool> = "scheduling.hard-constraints" FLAG, "false: links win over dates (like ms-project)";
        scheduling_from_finish: Maybe<bool> = "scheduling.from-finish" FLAG, "true: everything as late as the promised end allows";
        source: Option<Text> = "x-source" TEXT, "Where it was imported from: what the other tool has no place for is not missed";
        notes: Option<Text> = "notes" TEXT, "Anything else";
    }

    /// When people work.
    Calendar / CalendarField {
        work_week: List = "work-week" LIST, "Working days: monday to sunday, or mon to sun";
        hours: List = "hours" LIST, "Working hours of a day, such as 09:00-13:00; of one day of the week: fri 09:00-12:00";
        holidays: List = "holidays" Type::Periods, "Days and periods nobody works";
        extra_days: List = "extra-days" Type::Periods, "Worked weekends; with clock times, days with hours of their own";
        based_on: Option<Text> = "based-on" TEXT, "Another calendar to which this one adds";
        time_zone: Option<Text> = "time-zone" TEXT, "Such as Europe/Lisbon";
        notes: Option<Text> = "notes" TEXT, "Anything else";
    } rare {}

    /// A time in which nothing may change.
    Freeze / FreezeField {
        start: Maybe<Moment> = "start" DATE, "First day";
        finish: Maybe<Moment> = "finish" DATE, "Last day";
        sites: List = "sites" LIST, "Only for these sites";
        assets: List = "assets" LIST, "Only for these assets";
        kinds: List = "kinds" LIST, "Only for these kinds of work";
        kind: Maybe<FreezeKind> = "kind" Type::Word(FreezeKind::WORDS), "Why";
        owner: Option<Text> = "owner" TEXT, "Who may allow an exception";
        notes: Option<Text> = "notes" TEXT, "Anything else";
    } rare {}

    /// Somebody who works on the plan.
    Person / PersonField {
        name: Option<Text> = "name" TEXT, "Full name";
        role: Option<Text> = "role" TEXT, "What they do here";
        email: Option<Text> = "email" TEXT, "Address";
        capacity: Maybe<Capacity> = "capacity" Type::Capacity, "Share of their time, or pool";
        from: Maybe<Moment> = "from" DATE, "First day on the project";
        until: Maybe<Moment> = "until" DATE, "Last day on the project";
        away: List = "away" Type::Periods, "Absences";
        site: Option<Text> = "site" TEXT, "Where they work";
        external: Maybe<bool> = "external" FLAG, "true: not of this company";
        authority: Option<Text> = "authority" TEXT, "What this person may approve";
        backup: Option<Text> = "backup" TEXT, "Who does it when they are ill";
        also_known_as: List = "also-known-as" LIST, "Names in imported files";
        notes: Option<Text> = "notes" TEXT, "Anything else";
    } rare {}

    /// Several people under one name.
    Team / TeamField {
        name: Option<Text> = "name" TEXT, "What people call it";
        lead: Option<Text> = "lead" TEXT, "Whom to call";
        members: List = "members" LIST, "Who is in it";
        notes: Option<Text> = "notes" TEXT, "Anything else";
    } rare {}

    /// A place where people or machines are.
    Site / SiteField {
        name: Option<Text> = "name" TEXT, "What people call it";
        lead: Option<Text> = "lead" TEXT, "Who opens the door and speaks for the users";
        time_zone: Option<Text> = "time-zone" TEXT, "Such as Europe/Lisbon";
        calendar: Option<Text> = "calendar" TEXT, "When people work there";
        language: Option<Text> = "language" TEXT, "What users read";
        headcount: Maybe<u32> = "headcount" Type::Count, "How many people work there";
        remote_users: Maybe<u32> = "remote-users" Type::Count, "How many of them from elsewhere";
        assets: List = "assets" LIST, "What is there: the scope of a change at the site";
        out_of_band: Option<Text> = "out-of-band" TEXT, "The second way in when the network is down";
        out_of_scope: Maybe<bool> = "out-of-scope" FLAG, "true: left out on purpose";
        notes: Option<Text> = "notes" TEXT, "Anything else";
    } rare {}

    /// Something that is changed, or that could break.
    Asset / AssetField {
        kind: Option<Text> = "kind" TEXT, "application, server, database, device-fleet ...";
        name: Option<Text> = "name" TEXT, "What people call it";
        version: Option<Text> = "version" TEXT, "The version that runs today";
        platform: Maybe<Platform> = "platform" Type::Word(Platform::WORDS), "Physical, virtual, cloud or mixed";
        owner: Option<Text> = "owner" TEXT, "Who in the business can say that it works";
        criticality: Maybe<Scale> = "criticality" Type::Scale, "How bad it is when it stops";
        end_of_support: Maybe<Moment> = "end-of-support" DATE, "Last day with repairs from the vendor";
        extended_support_until: Maybe<Moment> = "extended-support-until" DATE, "Last day of support that was bought";
        changed_on: Maybe<Moment> = "changed-on" DATE, "When it last changed: older tests no longer count";
        uses: List = "uses" LIST, "Assets it cannot run without";
        members: List = "members" LIST, "Assets this one stands for";
    } rare {
        count: Maybe<u32> = "count" Type::Count, "How many";
        physical_count: Maybe<u32> = "physical-count" Type::Count, "How many of them are physical";
        virtual_count: Maybe<u32> = "virtual-count" Type::Count, "How many of them are virtual";
        os: Option<Text> = "os" TEXT, "Operating system";
        users: Maybe<u32> = "users" Type::Count, "How many people work with it";
        data: Maybe<Data> = "data" Type::Word(Data::WORDS), "What data it holds";
        compatibility: Option<Text> = "compatibility" TEXT, "vendor-certified or not-affected, with evidence";
        evidence: List = "evidence" LIST, "Where that can be read";
        redundant: Maybe<bool> = "redundant" FLAG, "true: a second one takes over";
        stateless: Maybe<bool> = "stateless" FLAG, "true: nothing is lost when it is rebuilt";
        encrypted: Maybe<bool> = "encrypted" FLAG, "true: the disk needs a key";
        internet_facing: Maybe<bool> = "internet-facing" FLAG, "true: can be reached from outside";
        licensed: Maybe<bool> = "licensed" FLAG, "true: the licence depends on where it runs";
        user_data: Maybe<UserData> = "user-data" Type::Word(UserData::WORDS), "Where users keep their files";
        disposition: Option<Text> = "disposition" TEXT, "What becomes of it: retire, retain, rehost ...";
        product: Option<Text> = "product" TEXT, "The product it is part of";
        expires: Maybe<Moment> = "expires" DATE, "Last day of a certificate or secret";
        exit: Option<Text> = "exit" TEXT, "How to get the data out again";
        out_of_scope: Maybe<bool> = "out-of-scope" FLAG, "true: left out on purpose";
        notes: Option<Text> = "notes" TEXT, "Anything else";
    }

    /// A piece of work, a milestone, a gate, or a phase that holds others.
    Task / TaskField {
        title: Option<Text> = "title" TEXT, "What is done: a verb and an object";
        kind: Option<Text> = "kind" TEXT, "What kind of work: rollout, compatibility-check, gate ...";
        parent: Option<Text> = "parent" TEXT, "The phase it belongs to";
        owner: Option<Text> = "owner" TEXT, "Who says that it is done: a person or a team";
        duration: Maybe<Duration> = "duration" Type::Duration, "Working time it takes, such as 5d";
        depends_on: List = "depends-on" Type::Links, "What must happen before, such as \"pilot\" or \"pilot FS+2d\"";
        sites: List = "sites" LIST, "Where";
        status: Maybe<Status> = "status" Type::Word(Status::WORDS), "How far it is, where the dates do not say it";
    } rare {
        wave: Option<Text> = "wave" TEXT, "With which group of sites";
        covers: List = "covers" LIST, "The assets a check looks at";
        affects: List = "affects" LIST, "The assets or tasks it touches";
        milestone: Maybe<bool> = "milestone" FLAG, "true: an event, no work";
        start: Maybe<Moment> = "start" DATE, "Start, where it is fixed or known";
        finish: Maybe<Moment> = "finish" DATE, "Finish, where it is fixed or known";
        tags: List = "tags" LIST, "Your own words to select by";
        notes: Option<Text> = "notes" TEXT, "Anything else";
        effort: Maybe<Effort> = "effort" Type::Word(Effort::WORDS), "level: management and support, no logic expected";
        external: Maybe<bool> = "external" FLAG, "true: somebody else delivers it";
        units: Maybe<u32> = "units" Type::Percent, "Share of the owner's time";
        helpers: List = "helpers" Type::Helpers, "Who else works on it";
        resources: List = "resources" LIST, "Machines, rooms and material it needs";
        owner_default: Option<Text> = "owner-default" TEXT, "Owner of every task inside that names none";
        approver: List = "approver" LIST, "Who decides at a gate";
        approved_by: List = "approved-by" LIST, "Who has decided";
        duration_low: Maybe<Duration> = "duration.low" Type::Duration, "If all goes well";
        duration_high: Maybe<Duration> = "duration.high" Type::Duration, "If much goes wrong";
        constraint: Maybe<Constraint> = "constraint" Type::Constraint, "A date from outside, such as \"SNET 2027-01-11\"";
        deadline: Maybe<Moment> = "deadline" DATE, "The promised date";
        calendar: Option<Text> = "calendar" TEXT, "When it is worked on";
        window: Maybe<Window> = "window" Type::Window, "The agreed time for the change";
        weekend: Maybe<bool> = "weekend" FLAG, "true: at the weekend on purpose";
        downtime: Maybe<Duration> = "downtime" Type::Duration, "How long users cannot work";
        percent: Maybe<u32> = "percent" Type::Percent, "How much is done";
        remaining: Maybe<Duration> = "remaining" Type::Duration, "Working time that is left";
        actual_start: Maybe<Moment> = "actual-start" DATE, "When it began";
        actual_finish: Maybe<Moment> = "actual-finish" DATE, "When it ended";
        target: Option<Text> = "target" TEXT, "The version or platform moved to or tested on";
        version: Option<Text> = "version" TEXT, "The version that was tested";
        platform: Maybe<Platform> = "platform" Type::Word(Platform::WORDS), "On which kind of machine";
        result: Option<Text> = "result" TEXT, "What came out: compatible, conditional, incompatible";
        evidence: List = "evidence" LIST, "Where that can be read";
        valid_until: Maybe<Moment> = "valid-until" DATE, "Last day the result counts";
        criteria: List = "criteria" LIST, "What has to be true for a yes";
        conditions: List = "conditions" LIST, "What was still open when the gate was passed";
        rollback: Option<Text> = "rollback" TEXT, "The way back: a sentence or a file";
        rollback_takes: Maybe<Duration> = "rollback.takes" Type::Duration, "How long going back takes";
        rollback_until: Option<Text> = "rollback.until" TEXT, "Last moment to go back: a date, or a time after the change";
        rollback_decided_by: Option<Text> = "rollback.decided-by" TEXT, "Who decides to go back";
        reversible: Maybe<bool> = "reversible" FLAG, "false: there is no way back";
        change_record: Option<Text> = "change-record" TEXT, "Number of the change in the service tool";
        standard_change: Maybe<bool> = "standard-change" FLAG, "true: pre-authorized";
        freeze_exception: Option<Text> = "freeze-exception" TEXT, "Who allows it inside a freeze";
        users_notice: Maybe<bool> = "users-notice" FLAG, "Whether users notice it";
        training: Option<Text> = "training" TEXT, "none, with a reason in notes";
        cost: Maybe<Money> = "cost" Type::Money, "What it costs";
        budget: Option<Text> = "budget" TEXT, "What pays for it";
        baseline_start: Maybe<Moment> = "baseline.start" DATE, "Approved start";
        baseline_finish: Maybe<Moment> = "baseline.finish" DATE, "Approved finish";
        baseline_duration: Maybe<Duration> = "baseline.duration" Type::Duration, "Approved duration";
        baseline_cost: Maybe<Money> = "baseline.cost" Type::Money, "Approved cost";
        acceptance: List = "acceptance" LIST, "What a deliverable is accepted against";
        expect: Maybe<Moment> = "expect" DATE, "When an outside delivery was promised";
        source_id: Option<Text> = "source-id" TEXT, "Its key in the file it was imported from";
    }

    /// Sites that move together.
    Wave / WaveField {
        name: Option<Text> = "name" TEXT, "What people call it";
        sites: List = "sites" LIST, "Its sites; its tasks inherit them";
        pilot: Maybe<bool> = "pilot" FLAG, "true: the first, to learn from";
        gate: Option<Text> = "gate" TEXT, "The task that lets it begin";
        order: Maybe<u32> = "order" Type::Count, "Its place among the waves, where the id is no number";
        notes: Option<Text> = "notes" TEXT, "Anything else";
    } rare {}

    /// Something that may happen.
    Risk / RiskField {
        title: Option<Text> = "title" TEXT, "What could happen";
        probability: Maybe<Scale> = "probability" Type::Probability, "How likely";
        impact: Maybe<Scale> = "impact" Type::Scale, "How bad";
        response: Maybe<Response> = "response" Type::Word(Response::WORDS), "What is done about it";
        owner: Option<Text> = "owner" TEXT, "Who watches it";
        mitigations: List = "mitigations" LIST, "The tasks that lower it";
        affects: List = "affects" LIST, "Tasks, assets or sites it would hit";
        scope: Maybe<RiskScope> = "scope" Type::Word(RiskScope::WORDS), "plan: it would hit everything";
        trigger: Option<Text> = "trigger" TEXT, "How one notices that it has begun";
        contingency: Option<Text> = "contingency" TEXT, "Plan B";
        review_by: Maybe<Moment> = "review-by" DATE, "When it is looked at next";
        status: Maybe<RiskStatus> = "status" Type::Word(RiskStatus::WORDS), "open, closed, occurred";
    } rare {
        window: Option<Period> = "window" Type::Period, "When it can happen";
        residual_probability: Maybe<Scale> = "residual.probability" Type::Probability, "How likely afterwards";
        residual_impact: Maybe<Scale> = "residual.impact" Type::Scale, "How bad afterwards";
        approved_by: List = "approved-by" LIST, "Who has agreed to live with it";
        transfer_to: Option<Text> = "transfer-to" TEXT, "Who bears it";
        escalate_to: Option<Text> = "escalate-to" TEXT, "Who decides";
        notes: Option<Text> = "notes" TEXT, "Anything else";
    }

    /// Something that is wrong now.
    Issue / IssueField {
        title: Option<Text> = "title" TEXT, "What is wrong";
        blocks: List = "blocks" LIST, "The tasks that cannot go on";
        owner: Option<Text> = "owner" TEXT, "Who removes it";
        due: Maybe<Moment> = "due" DATE, "By when";
        status: Maybe<IssueStatus> = "status" Type::Word(IssueStatus::WORDS), "open, in-progress, resolved, closed";
        opened: Maybe<Moment> = "opened" DATE, "Since when";
        from_risk: Option<Text> = "from-risk" TEXT, "The risk that has happened";
        notes: Option<Text> = "notes" TEXT, "Anything else";
    } rare {}

    /// Something to be decided.
    Decision / DecisionField {
        title: Option<Text> = "title" TEXT, "What is decided";
        owner: Option<Text> = "owner" TEXT, "Who decides";
        needed_by: Maybe<Moment> = "needed-by" DATE, "By when";
        blocks: List = "blocks" LIST, "The tasks that wait for it";
        decided_on: Maybe<Moment> = "decided-on" DATE, "When it was decided";
        outcome: Option<Text> = "outcome" TEXT, "What was decided";
        status: Maybe<DecisionStatus> = "status" Type::Word(DecisionStatus::WORDS), "open, decided, cancelled";
        notes: Option<Text> = "notes" TEXT, "Anything else";
    } rare {}

    /// Something taken for true.
    Assumption / AssumptionField {
        title: Option<Text> = "title" TEXT, "What is assumed";
        owner: Option<Text> = "owner" TEXT, "Who finds out";
        validate_by: Maybe<Moment> = "validate-by" DATE, "By when";
        validated: Option<Text> = "validated" TEXT, "true or the date it was confirmed";
        notes: Option<Text> = "notes" TEXT, "Anything else";
    } rare {}

    /// Money for a part of the plan.
    Budget / BudgetField {
        amount: Maybe<Money> = "amount" Type::Money, "What there is";
        actual: Maybe<Money> = "actual" Type::Money, "What is spent";
        committed: Maybe<Money> = "committed" Type::Money, "What is ordered";
        contingency: Maybe<Money> = "contingency" Type::Money, "What is kept for surprises, on top";
        owner: Option<Text> = "owner" TEXT, "Who signs";
        approved_by: List = "approved-by" LIST, "Who has agreed";
        currency: Option<Text> = "currency" TEXT, "Where it is not the plan's";
        notes: Option<Text> = "notes" TEXT, "Anything else";
    } rare {}

    /// Somebody who wants to know.
    Stakeholder / StakeholderField {
        name: Option<Text> = "name" TEXT, "Who";
        role: Option<Text> = "role" TEXT, "As what";
        site: Option<Text> = "site" TEXT, "Where";
        group: Option<Text> = "group" TEXT, "Which audience they belong to";
        notes: Option<Text> = "notes" TEXT, "Anything else";
    } rare {}

    /// Who is told what, how often.
    Communication / CommunicationField {
        audience: List = "audience" LIST, "Stakeholders, persons, teams, or executives, engineers, site-leads, users, all";
        owner: Option<Text> = "owner" TEXT, "Who sends it";
        channel: Option<Text> = "channel" TEXT, "How";
        frequency: Option<Text> = "frequency" TEXT, "How often";
        on: Maybe<Moment> = "on" DATE, "When, where it is once";
        until: Maybe<Moment> = "until" DATE, "Until when";
        notes: Option<Text> = "notes" TEXT, "Anything else";
    } rare {}

    /// A word and what it means.
    Term / TermField {
        definition: Option<Text> = "definition" TEXT, "What it means, in one sentence";
        notes: Option<Text> = "notes" TEXT, "Anything else";
    } rare {}

    /// A finding that somebody has agreed to live with for a while.
    Waiver / WaiverField {
        rule: List = "rule" LIST, "Codes or names of the rules";
        on: List = "on" LIST, "Ids of what it is about; the whole plan where left out";
        reason: Option<Text> = "reason" TEXT, "Why";
        approved_by: List = "approved-by" LIST, "Who has agreed";
        until: Maybe<Moment> = "until" DATE, "Last day it counts";
        notes: Option<Text> = "notes" TEXT, "Anything else";
    } rare {}
}
