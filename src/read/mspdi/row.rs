//! What an element says of itself: the values of its children that the reader knows, as places in the text.

use crate::source::{FileId, Span};

/// A value: where it stands in the text, without blanks around it. Empty where there is none.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Cell {
    start: u32,
    end: u32,
}

impl Cell {
    /// The content of an element.
    pub(super) fn of(text: &str, start: usize, end: usize) -> Self {
        let raw = text.get(start..end).unwrap_or("");
        let body = raw.trim_start();
        let start = start + raw.len() - body.len();
        Self { start: start as u32, end: (start + body.trim_end().len()) as u32 }
    }

    /// The value as it stands in the text.
    pub(super) fn raw(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or("")
    }

    /// Where it stands.
    pub(super) fn span(self, file: FileId) -> Span {
        Span { file, start: self.start, end: self.end }
    }

    /// Where it begins, in bytes.
    pub(super) fn start(self) -> u32 {
        self.start
    }

    pub(super) fn is_empty(self) -> bool {
        self.start >= self.end
    }
}

/// The names of the children that a kind of element may have.
pub(super) trait Field: Copy {
    /// In alphabetical order, so that they can be looked up.
    const NAMES: &'static [&'static str];
    /// Its place among the names.
    fn index(self) -> usize;
}

/// The values of one element.
#[derive(Clone, Debug)]
pub(super) struct Row<F> {
    cells: Box<[Cell]>,
    /// Where the element has its name.
    pub(super) place: Cell,
    fields: std::marker::PhantomData<F>,
}

impl<F: Field> Row<F> {
    pub(super) fn new() -> Self {
        let cells = vec![Cell::default(); F::NAMES.len()].into_boxed_slice();
        Self { cells, place: Cell::default(), fields: std::marker::PhantomData }
    }

    /// Begins anew, for the next element.
    pub(super) fn open(&mut self, place: Cell) {
        self.cells.fill(Cell::default());
        self.place = place;
    }

    /// The number of a field by the name of its element.
    pub(super) fn field(name: &str) -> Option<u8> {
        F::NAMES.binary_search(&name).ok().map(|index| index as u8)
    }

    /// Takes a value. Of two, the first counts.
    pub(super) fn set(&mut self, field: u8, cell: Cell) {
        if let Some(old) = self.cells.get_mut(usize::from(field))
            && old.is_empty()
        {
            *old = cell;
        }
    }

    /// A value, where the element has one.
    pub(super) fn get(&self, field: F) -> Option<Cell> {
        self.cells.get(field.index()).copied().filter(|cell| !cell.is_empty())
    }

    /// The value, else the place of the element as such.
    pub(super) fn get_or_place(&self, field: F) -> Cell {
        self.get(field).unwrap_or(self.place)
    }
}

/// Declares the fields of a kind of element.
macro_rules! fields {
    ($($(#[$meta:meta])* $name:ident { $($field:ident = $text:literal),* $(,)? })*) => {
        $(
            $(#[$meta])*
            #[derive(Clone, Copy, PartialEq, Eq, Debug)]
            pub(super) enum $name { $($field),* }

            impl Field for $name {
                const NAMES: &'static [&'static str] = &[$($text),*];
                fn index(self) -> usize {
                    self as usize
                }
            }
        )*

        #[cfg(test)]
        const ALL: &[&[&str]] = &[$($name::NAMES),*];
    };
}

fields! {
    /// `Project`.
    ProjectField {
        Author = "Author",
        CalendarUid = "CalendarUID",
        CriticalSlackLimit = "CriticalSlackLimit",
        CurrencyCode = "CurrencyCode",
        CurrentDate = "CurrentDate",
        DaysPerMonth = "DaysPerMonth",
        FinishDate = "FinishDate",
        HonorConstraints = "HonorConstraints",
        Manager = "Manager",
        MinutesPerDay = "MinutesPerDay",
        MinutesPerWeek = "MinutesPerWeek",
        MultipleCriticalPaths = "MultipleCriticalPaths",
        Name = "Name",
        ScheduleFromStart = "ScheduleFromStart",
        StartDate = "StartDate",
        StatusDate = "StatusDate",
        Title = "Title",
    }

    /// `Task`.
    TaskField {
        Active = "Active",
        ActualDuration = "ActualDuration",
        ActualFinish = "ActualFinish",
        ActualStart = "ActualStart",
        CalendarUid = "CalendarUID",
        ConstraintDate = "ConstraintDate",
        ConstraintType = "ConstraintType",
        Cost = "Cost",
        Critical = "Critical",
        Deadline = "Deadline",
        Duration = "Duration",
        DurationFormat = "DurationFormat",
        EarlyFinish = "EarlyFinish",
        EarlyStart = "EarlyStart",
        ExternalTask = "ExternalTask",
        Finish = "Finish",
        FreeSlack = "FreeSlack",
        Id = "ID",
        IgnoreResourceCalendar = "IgnoreResourceCalendar",
        IsNull = "IsNull",
        LateFinish = "LateFinish",
        LateStart = "LateStart",
        LevelingDelay = "LevelingDelay",
        LevelingDelayFormat = "LevelingDelayFormat",
        Manual = "Manual",
        ManualDuration = "ManualDuration",
        ManualFinish = "ManualFinish",
        ManualStart = "ManualStart",
        Milestone = "Milestone",
        Name = "Name",
        Notes = "Notes",
        OutlineLevel = "OutlineLevel",
        PercentComplete = "PercentComplete",
        PhysicalPercentComplete = "PhysicalPercentComplete",
        RemainingDuration = "RemainingDuration",
        Resume = "Resume",
        Start = "Start",
        Stop = "Stop",
        Summary = "Summary",
        TotalSlack = "TotalSlack",
        Uid = "UID",
    }

    /// `PredecessorLink` of a task.
    LinkField {
        CrossProject = "CrossProject",
        CrossProjectName = "CrossProjectName",
        LagFormat = "LagFormat",
        LinkLag = "LinkLag",
        PredecessorUid = "PredecessorUID",
        Type = "Type",
    }

    /// `Baseline` of a task.
    BaselineField {
        Cost = "Cost",
        Duration = "Duration",
        DurationFormat = "DurationFormat",
        Finish = "Finish",
        Number = "Number",
        Start = "Start",
    }

    /// `ExtendedAttribute` and `OutlineCode`, of the project, where the field is defined, and of a task.
    CustomField {
        Alias = "Alias",
        FieldId = "FieldID",
        FieldName = "FieldName",
        Value = "Value",
        ValueId = "ValueID",
    }

    /// `Value` of an `OutlineCode` of the project.
    CodeValueField {
        Value = "Value",
        ValueId = "ValueID",
    }

    /// `Calendar`.
    CalendarField {
        BaseCalendarUid = "BaseCalendarUID",
        IsBaseCalendar = "IsBaseCalendar",
        Name = "Name",
        Uid = "UID",
    }

    /// `WeekDay`, of a calendar or of a week of its own.
    DayField {
        DayType = "DayType",
        DayWorking = "DayWorking",
    }

    /// `Exception` of a calendar.
    ExceptionField {
        DayWorking = "DayWorking",
        DaysOfWeek = "DaysOfWeek",
        EnteredByOccurrences = "EnteredByOccurrences",
        Month = "Month",
        MonthDay = "MonthDay",
        MonthItem = "MonthItem",
        MonthPosition = "MonthPosition",
        Occurrences = "Occurrences",
        Period = "Period",
        Type = "Type",
    }

    /// `TimePeriod`.
    PeriodField {
        FromDate = "FromDate",
        ToDate = "ToDate",
    }

    /// `WorkingTime`.
    ShiftField {
        FromTime = "FromTime",
        ToTime = "ToTime",
    }

    /// `Resource`.
    ResourceField {
        AvailableFrom = "AvailableFrom",
        AvailableTo = "AvailableTo",
        CalendarUid = "CalendarUID",
        EmailAddress = "EmailAddress",
        IsNull = "IsNull",
        MaxUnits = "MaxUnits",
        Name = "Name",
        Type = "Type",
        Uid = "UID",
    }

    /// `AvailabilityPeriod` of a resource.
    #[expect(clippy::enum_variant_names, reason = "named as in the file")]
    AvailabilityField {
        AvailableFrom = "AvailableFrom",
        AvailableTo = "AvailableTo",
        AvailableUnits = "AvailableUnits",
    }

    /// `Assignment`.
    AssignmentField {
        Delay = "Delay",
        RemainingWork = "RemainingWork",
        ResourceUid = "ResourceUID",
        TaskUid = "TaskUID",
        Units = "Units",
        Work = "Work",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_can_be_looked_up() {
        for names in ALL {
            assert!(names.is_sorted(), "{names:?}");
        }
        assert_eq!(Row::<TaskField>::field("UID"), Some(TaskField::Uid as u8));
        assert_eq!(Row::<TaskField>::field("Unknown"), None);
    }

    #[test]
    fn a_value_has_no_blanks_around_it_and_the_first_of_two_counts() {
        let text = "<A>\n  x y \n</A>";
        let cell = Cell::of(text, 3, 11);
        assert_eq!(cell.raw(text), "x y");
        let mut row = Row::<LinkField>::new();
        row.set(LinkField::Type as u8, cell);
        row.set(LinkField::Type as u8, Cell::of(text, 6, 7));
        assert_eq!(row.get(LinkField::Type), Some(cell));
        assert_eq!(row.get(LinkField::LinkLag), None);
    }
}
