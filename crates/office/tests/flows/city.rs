//! A city of two bureaus that runs the example flow, in which time passes by putting the package in force again with
//! another day: a demonstration's today is what its programme says.

use base::{Day, IndicatorId, Problem};
use ledger::Nature;
use measure::Query;
use office::Office;
use office::actor::NewActor;
use office::beyond::Filing;
use office::case::{ActRequest, Case};
use programme::Sources;
use tempfile::TempDir;

/// The package.
pub const MATTER: &str = include_str!("matter.toml");
/// The day on which it begins: a Monday.
const BEGINS: &str = "2018-06-04";

pub struct City {
    pub office: Office,
    text: String,
    today: String,
    dir: TempDir,
}

pub fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn sources(text: &str) -> Sources {
    Sources::from_files("matter", [("programme.toml".to_owned(), text.to_owned())])
}

impl City {
    pub fn new() -> City {
        City::of(MATTER)
    }

    pub fn of(text: &str) -> City {
        let dir = tempfile::tempdir().unwrap();
        let sources = sources(text);
        let checked = programme::check(&sources);
        let programme = checked
            .programme
            .unwrap_or_else(|| panic!("{:?}", checked.problems));
        let founder = NewActor {
            name: "办公室".to_owned(),
            role: "group".to_owned(),
            unit: None,
        };
        let data = dir.path().join("data");
        let office =
            Office::init(&data, &sources, programme, Nature::Demonstration, &founder).unwrap();
        City {
            office,
            text: text.to_owned(),
            today: BEGINS.to_owned(),
            dir,
        }
    }

    pub fn data(&self) -> std::path::PathBuf {
        self.dir.path().join("data")
    }

    /// Makes it another day, and changes the package where something is to be replaced.
    pub fn it_is(&mut self, today: &str) {
        let text = self.text.replace(&self.today, today);
        self.puts_in_force(text);
        self.today = today.to_owned();
    }

    pub fn replaces(&mut self, what: &str, with: &str) {
        assert!(self.text.contains(what), "{what}");
        let text = self.text.replace(what, with);
        self.puts_in_force(text);
    }

    fn puts_in_force(&mut self, text: String) {
        let sources = sources(&text);
        let checked = programme::check(&sources);
        let programme = checked
            .programme
            .unwrap_or_else(|| panic!("{:?}", checked.problems));
        self.office.activate(&sources, programme).unwrap();
        self.text = text;
    }

    /// Somebody of that role and unit acts from here on.
    pub fn becomes(&mut self, role: &str, unit: &str) -> u64 {
        let actor = NewActor {
            name: format!("{role} {unit}"),
            role: role.to_owned(),
            unit: Some(unit.to_owned()),
        };
        let number = self.office.register_actor(&actor).unwrap();
        self.office.act_as(number).unwrap();
        number
    }

    pub fn files(&mut self, content: &str) -> u64 {
        let filing = Filing {
            flow: "matter".to_owned(),
            unit: Some("amr".to_owned()),
            fields: [("content".to_owned(), content.to_owned())].into(),
            ..Filing::default()
        };
        self.office.file_case(&filing).unwrap()
    }

    pub fn acts(&mut self, case: u64, action: &str) -> Result<String, &'static str> {
        self.acts_with(case, action, &[], |_| ())
    }

    pub fn acts_with(
        &mut self,
        case: u64,
        action: &str,
        fields: &[(&str, &str)],
        more: impl Fn(&mut ActRequest),
    ) -> Result<String, &'static str> {
        let mut request = ActRequest {
            action: action.to_owned(),
            fields: fields
                .iter()
                .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
                .collect(),
            reason: Some("说明".to_owned()),
            ..ActRequest::default()
        };
        more(&mut request);
        let done = self.office.act(case, &request);
        done.map(|case| case.state.state.to_string())
            .map_err(|problems| problems[0].code)
    }

    pub fn case(&self, number: u64) -> Case {
        self.office.case(number).unwrap()
    }

    pub fn state(&self, number: u64) -> String {
        self.case(number).state.state.to_string()
    }

    /// The last day of the latest run of a deadline, as of today.
    pub fn due(&self, number: u64, deadline: &str) -> Result<String, Problem> {
        let case = self.case(number);
        let programme = self.office.programme()?;
        let declared = case.flow.deadline(&deadline.into()).unwrap();
        let today = self.office.today()?;
        let runs = casework::due_of(
            &case.flow,
            &case.state,
            declared,
            today,
            &programme.calendar,
        )?;
        Ok(runs.last().unwrap().due_on.to_string())
    }

    /// How many matters are published, as of a day.
    pub fn published_on(&self, on: &str) -> String {
        let period = self.office.programme().unwrap().year;
        let indicator = IndicatorId::new("matters_published");
        let query = Query::new(indicator, period, day(on), self.office.position());
        let cells = self.office.mirror().columns().measure(&query).unwrap();
        cells[0].figure.value().unwrap().to_string()
    }
}
