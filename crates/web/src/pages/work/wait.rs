//! What waits, before it is a line: only what says in which group it stands, with what others it is bound, and by
//! which filters it is found.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use office::assign::is_assignment;
use office::case::Case;
use office::spaces::ReminderRow;
use office::work::Task;

use super::sheaf::{Table, table_of};
use super::{Line, lamp, line, title_of};
use crate::look::Look;

/// Something that waits.
pub(super) struct Wait<'a> {
    /// Its line's text, by which it is filtered.
    pub what: Rc<str>,
    /// The unit's name.
    pub unit: Rc<str>,
    pub lamp: &'static str,
    pub came_back: bool,
    pub is_locked: bool,
    pub is_assignment: bool,
    /// A rule opened it where nobody can act.
    pub is_unattended: bool,
    /// Where it and those like it are done together.
    pub table: Option<Table<'a>>,
    pub is: Is<'a>,
}

/// What it is.
pub(super) enum Is<'a> {
    Case(Task<'a>),
    Line(Box<Line>),
}

impl Wait<'_> {
    /// What is a line already.
    pub fn of_line(line: Line) -> Wait<'static> {
        Wait {
            what: line.what.as_str().into(),
            unit: line.unit.as_str().into(),
            lamp: line.lamp,
            came_back: line.came_back,
            is_locked: line.is_locked,
            is_assignment: line.is_assignment,
            is_unattended: line.is_unattended,
            table: None,
            is: Is::Line(Box::new(line)),
        }
    }

    /// Its line.
    pub fn line<'r>(
        self,
        look: &Look<'_>,
        reminders_of: impl Fn(u64) -> &'r [ReminderRow],
    ) -> Line {
        match self.is {
            Is::Case(task) => Line {
                is_unattended: self.is_unattended,
                ..line(look, &task, reminders_of(task.case.number))
            },
            Is::Line(line) => *line,
        }
    }
}

/// Names that many cases share, each looked up once.
pub(super) struct Names<'l> {
    look: &'l Look<'l>,
    units: RefCell<HashMap<String, Rc<str>>>,
    items: RefCell<HashMap<(String, String), Rc<str>>>,
}

impl<'l> Names<'l> {
    pub fn new(look: &'l Look<'l>) -> Names<'l> {
        Names {
            look,
            units: RefCell::default(),
            items: RefCell::default(),
        }
    }

    /// A case that waits.
    pub fn wait<'a>(&self, task: Task<'a>) -> Wait<'a> {
        let case = task.case;
        Wait {
            what: self.what(case),
            unit: match &case.about.unit {
                Some(unit) => self.unit(unit),
                None => Rc::default(),
            },
            lamp: lamp(&task),
            came_back: crate::pages::case::item::came_back(case),
            is_locked: task.is_locked,
            is_assignment: is_assignment(&case.flow),
            is_unattended: false,
            table: table_of(self.look, &task),
            is: Is::Case(task),
        }
    }

    fn unit(&self, id: &str) -> Rc<str> {
        if let Some(known) = self.units.borrow().get(id) {
            return known.clone();
        }
        let name: Rc<str> = self.look.unit_name(id).into();
        self.units.borrow_mut().insert(id.to_owned(), name.clone());
        name
    }

    fn what(&self, case: &Case) -> Rc<str> {
        let made = || title_of(self.look, case).into();
        // Only an item's title is that of others.
        let is_of_its_own = is_assignment(&case.flow) || office::lost::is_opened_by_seal(case);
        let (Some(scorecard), Some(item), false) =
            (&case.about.scorecard, &case.about.item, is_of_its_own)
        else {
            return made();
        };
        let key = (scorecard.clone(), item.clone());
        self.items
            .borrow_mut()
            .entry(key)
            .or_insert_with(made)
            .clone()
    }
}
