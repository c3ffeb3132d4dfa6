//! What a package can mean wrongly: the good package of `good/` with one thing changed, and the
//! problems that follow, each with its code and the very characters that it underlines. One case is
//! one line, however long.

use base::{Lang, Problem, render};
use programme::{Checked, Sources, check};

const FILES: &[(&str, &str)] = &[
    ("programme.toml", include_str!("good/programme.toml")),
    ("units.toml", include_str!("good/units.toml")),
    ("records.toml", include_str!("good/records.toml")),
    ("indicators.toml", include_str!("good/indicators.toml")),
    ("flow.toml", include_str!("good/flow.toml")),
    ("scorecards.toml", include_str!("good/scorecards.toml")),
    ("made_up.toml", include_str!("good/made_up.toml")),
];

/// The good package with a text replaced that occurs once in it; an empty text to find adds to the end.
fn edited(find: &str, replace: &str) -> Sources {
    let places = FILES
        .iter()
        .map(|(_, text)| text.matches(find).count())
        .sum::<usize>();
    assert!(
        find.is_empty() || places == 1,
        "{find:?} occurs {places} times in the good package"
    );
    let files = FILES.iter().enumerate().map(|(at, (name, text))| {
        let text = match find {
            "" if at + 1 == FILES.len() => format!("{text}\n{replace}\n"),
            "" => (*text).to_owned(),
            _ => text.replace(find, replace),
        };
        ((*name).to_owned(), text)
    });
    Sources::from_files("small", files)
}

/// Code and underlined text of each problem, in the order of the text.
fn found(sources: &Sources, problems: &[Problem]) -> Vec<(String, String)> {
    let texts = sources.texts();
    let underlined = |problem: &Problem| {
        let span = problem.span.as_ref()?;
        texts
            .iter()
            .find_map(|file| file.slice(span))
            .map(str::to_owned)
    };
    problems
        .iter()
        .map(|problem| {
            (
                problem.code.to_owned(),
                underlined(problem).unwrap_or_default(),
            )
        })
        .collect()
}

/// Text to find, what replaces it, and the problems that follow.
type Case = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
);

fn assert_cases(cases: &[Case]) {
    let mut wrong = String::new();
    for (find, replace, expected) in cases {
        let sources = edited(find, replace);
        let Checked {
            programme,
            problems,
        } = check(&sources);
        let found = found(&sources, &problems);
        let found: Vec<(&str, &str)> = found
            .iter()
            .map(|(code, text)| (code.as_str(), text.as_str()))
            .collect();
        let errors = problems.iter().any(Problem::is_error);
        assert_eq!(
            programme.is_none(),
            errors,
            "a programme exists exactly when there is no error: {replace}"
        );
        if found != *expected {
            wrong.push_str(&format!(
                "{find} -> {replace}\n  expected {expected:?}\n  found    {found:?}\n"
            ));
        }
        for lang in [Lang::Zh, Lang::En] {
            let shown = render(&problems, &sources.texts(), lang, false);
            for problem in &problems {
                assert!(
                    shown.contains(problem.code) && shown.contains(problem.what(lang)),
                    "{shown}"
                );
            }
        }
        for problem in &problems {
            assert!(
                !problem.what.zh.is_empty() && !problem.what.en.is_empty(),
                "{problem:?}"
            );
            assert!(
                !problem.remedy.zh.is_empty() && !problem.remedy.en.is_empty(),
                "{problem:?}"
            );
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
#[rustfmt::skip]
fn the_good_package_has_no_problem() {
    assert_cases(&[("", "", &[])]);
}

#[test]
#[rustfmt::skip]
fn names_that_do_not_exist() {
    assert_cases(&[
        ("lead = \"amr\"", "lead = \"arm\"", &[("P201", "\"arm\"")]),
        ("support = [\"city\"]", "support = [\"city\", \"citi\"]", &[("P201", "\"citi\"")]),
        ("support = [\"city\"]", "support = [\"city\", \"city\"]", &[("P203", "\"city\"")]),
        ("numerator = \"cost_sum\"", "numerator = \"cost_sun\"", &[("P201", "\"cost_sun\"")]),
        ("approval = \"approval_2018\"", "approval = \"approval_2017\"", &[("P201", "\"approval_2017\"")]),
        ("roles = [\"reviewer\"]", "roles = [\"revewer\"]", &[("P201", "\"revewer\"")]),
        ("subject = \"enterprise\"\nkey", "subject = \"enterprize\"\nkey", &[
            ("P202", "\"subject.industry\""),
            ("P202", "\"subject.industry\""),
            ("P201", "\"enterprize\""),
            ("P351", "\"pass_rate\""),
        ]),
        ("name = { zh = \"机械\", en = \"Machinery\" }", "name = \"Machines\"\nparent = \"fodo\"", &[("P202", "\"fodo\"")]),
        ("tags = [\"pilot\"]", "tags = [\"pilot\"]\n[[unit]]\nid = \"east\"\nname = \"East\"\nkind = \"town\"\n", &[("P202", "\"town\"")]),
        ("of = \"report\"\nid = \"value\"", "of = \"reprot\"\nid = \"value\"", &[("P510", "value"), ("P201", "\"reprot\"")]),
    ]);
}

#[test]
#[rustfmt::skip]
fn the_header() {
    assert_cases(&[
        ("time_zone = \"Asia/Shanghai\"", "", &[("P220", "[programme]")]),
        ("time_zone = \"Asia/Shanghai\"", "time_zone = \"Asia/Peking\"", &[("B104", "\"Asia/Peking\"")]),
        ("year = \"2018\"", "", &[("P221", "[programme]")]),
        ("year = \"2018\"", "year = \"..2018\"", &[("P222", "\"..2018\"")]),
    ]);
}

#[test]
#[rustfmt::skip]
fn units_and_their_history() {
    assert_cases(&[
        ("group = \"bureaus\"\n\n[[unit]]\nid = \"amr\"", "group = \"bureaus\"\nparent = \"amr\"\n\n[[unit]]\nid = \"amr\"", &[("P230", "\"city\"")]),
        ("aliases = [\"市监局\"]", "aliases = [\"市监局\", \"北镇\"]", &[("P225", "{ zh = \"北镇\", en = \"North town\" }")]),
        ("valid_to = 2015-12-31", "valid_from = 2016-01-01\nvalid_to = 2015-12-31", &[("P209", "2015-12-31")]),
        ("on = 2018-07-01", "on = 2015-07-01", &[("P233", "2015-07-01")]),
        ("group = \"bureaus\"\nparent = \"amr\"", "", &[("P234", "[[unit_change]]")]),
        ("valid_to = 2015-12-31", "", &[("P337", "\"proportional\""), ("P235", "[\"south\"]")]),
        ("valid_to = 2015-12-31", "valid_to = 2014-12-31", &[("P236", "\"south\"")]),
        ("parent = \"city\"\nvalid_from = 2016-01-01", "parent = \"old_town\"\nvalid_from = 2016-01-01", &[("P232", "\"old_town\"")]),
        ("group = \"bureaus\"\nparent = \"amr\"", "group = \"bureaus\"\nparent = \"old_town\"", &[("P232", "\"old_town\"")]),
        ("group = \"bureaus\"\nparent = \"amr\"", "parent = \"east\"\n[[unit]]\nid = \"east\"\nname = \"East\"\nkind = \"park\"\nvalid_from = 2018-09-01", &[("P231", "\"east\"")]),
        ("support = [\"city\"]", "support = [\"old_town\"]", &[("P237", "\"old_town\"")]),
        ("carried_by = [\"north\", \"south\"]", "carried_by = [\"north\", \"old_town\"]", &[("P237", "\"old_town\"")]),
    ]);
}

#[test]
#[rustfmt::skip]
fn vocabularies() {
    assert_cases(&[
        ("id = \"food\"\nname", "id = \"food\"\nparent = \"dairy\"\nname", &[("P224", "\"food\"")]),
        ("aliases = [\"NG\"]", "aliases = [\"pass\"]", &[("P225", "\"pass\"")]),
        ("", "[[vocabulary]]\nid = \"empty\"\nname = \"Empty\"", &[("P223", "\"empty\"")]),
    ]);
}

#[test]
#[rustfmt::skip]
fn the_work_calendar() {
    assert_cases(&[
        ("[[calendar]]\nyear = 2018\nsource = \"notice of 2017-11-30\"\n\n[[holiday]]\nday = 2018-10-01\noff = true\nname = \"National Day\"\n\n[[holiday]]\nday = 2018-09-29\noff = false\n", "", &[("P243", "\"2018\"")]),
        ("[[holiday]]\nday = 2018-10-01\noff = true\nname = \"National Day\"\n\n[[holiday]]\nday = 2018-09-29\noff = false\n", "", &[("P242", "2018")]),
        ("[[holiday]]\nday = 2019-01-01\noff = true\n", "", &[("P244", "2019")]),
        ("day = 2018-10-01", "day = 2022-10-01", &[("P240", "2022-10-01")]),
        ("year = 2018\nsource", "year = 20180\nsource", &[("P243", "\"2018\""), ("P241", "20180")]),
    ]);
}

#[test]
#[rustfmt::skip]
fn records_and_their_fields() {
    assert_cases(&[
        ("type = \"date\"\n", "", &[("P251", "[[field]]"), ("P510", "tested_on")]),
        ("type = \"money\"", "type = \"money\"\nscale = 2", &[("P252", "2")]),
        ("type = \"decimal\"\nscale = 4", "type = \"decimal\"", &[("P253", "\"decimal\"")]),
        ("type = \"decimal\"\nscale = 4", "type = \"decimal\"\nscale = 40", &[("P207", "40")]),
        ("date_patterns = [\"%m/%d/%Y\"]", "type = \"text\"", &[("P254", "\"text\"")]),
        ("date_patterns = [\"%m/%d/%Y\"]", "personal = true", &[("P255", "true")]),
        ("date_patterns = [\"%m/%d/%Y\"]", "required = false", &[("P256", "false")]),
        ("date_patterns = [\"%m/%d/%Y\"]", "date_patterns = [\"%m/%d\"]", &[("P258", "\"%m/%d\"")]),
        ("date_patterns = [\"%m/%d/%Y\"]", "date_patterns = [\"%m/%d/%Y\", \"%d/%m/%Y\"]", &[("P259", "\"%d/%m/%Y\"")]),
        ("min = 0\nmax = 10000", "min = 20000\nmax = 10000", &[("P208", "10000")]),
        ("min = 0\nmax = 10000", "min = 0\nmax = 10000\ndefault = \"20000\"", &[("P260", "\"20000\"")]),
        ("min = 0\nmax = 10000", "min = 0\nmax = 10000\ndefault = \"a\"", &[("B111", "\"a\"")]),
        ("default = \"pass\"", "default = \"passed\"", &[("P202", "\"passed\"")]),
        ("key = [\"number\"]", "key = [\"nmuber\"]", &[("P202", "\"nmuber\"")]),
        ("max_length = 20", "personal = true", &[("P261", "\"number\"")]),
        ("type = \"text\"\nrequired = true\nmax_length = 20", "type = \"file\"\nrequired = true", &[("P262", "\"number\"")]),
        ("name = { zh = \"检验日期\", en = \"Tested on\" }", "name = \"Tested on\"\naliases = [\"抽样日期\"]", &[("P263", "\"抽样日期\"")]),
        ("name = { zh = \"检验日期\", en = \"Tested on\" }", "name = \"信用代码\"", &[("P263", "\"信用代码\"")]),
        ("of = \"accident\"\nid = \"unit\"", "of = \"accident\"\nid = \"id\"", &[("P204", "\"id\"")]),
        ("of = \"accident\"\nid = \"unit\"", "of = \"accident\"\nid = \"added\"", &[("P204", "\"added\"")]),
        ("of = \"accident\"\nid = \"unit\"", "of = \"accident\"\nid = \"subject\"", &[("P257", "\"subject\"")]),
        ("id = \"output\"\nname", "id = \"target\"\nname", &[("P201", "\"output\""), ("P204", "\"target\""), ("P201", "\"output\""), ("P201", "\"output\"")]),
        ("id = \"output\"\nname", "id = \"enterprise\"\nname", &[
            ("P201", "\"output\""),
            ("P250", "\"enterprise\""),
            ("P201", "\"output\""),
            ("P201", "\"output\""),
        ]),
        ("rule = \"tested_on >= day\"", "rule = \"tested_at >= day\"", &[("P510", "tested_at")]),
        ("rule = \"tested_on >= day\"", "rule = \"tested_on >= number\"", &[("P515", "tested_on >= number")]),
        ("key = [\"number\"]", "key = [\"number\", \"result\"]\ncontinuation = true", &[("P355", "\"sum\""), ("P355", "\"count\"")]),
        ("key = [\"number\"]", "key = [\"day\", \"number\"]\ncontinuation = true", &[("P355", "\"share\""), ("P355", "\"sum\""), ("P355", "\"count\""), ("P264", "[\"day\", \"number\"]")]),
        ("evidence_at_least = 1\n\n[[field]]", "evidence_at_least = -1\n\n[[field]]", &[("P207", "-1")]),
    ]);
}

#[test]
#[rustfmt::skip]
fn indicators() {
    assert_cases(&[
        ("of = \"sample\"\nvalue = \"cost\"", "of = \"sample\"", &[("P301", "\"sum\"")]),
        ("of = \"sample\"\nvalue = \"cost\"", "of = \"sample\"\nvalue = \"cost\"\nfield = \"result\"", &[("P302", "\"result\"")]),
        ("per = 10", "per = 10\nover = \"period\"", &[("P302", "\"period\"")]),
        ("per = 10", "per = -10", &[("P210", "-10")]),
        ("of = \"sample\"\nfield = \"subject.industry\"", "of = \"samples\"\nfield = \"subject.industry\"", &[("P201", "\"samples\"")]),
        ("field = \"subject.industry\"", "field = \"subject.industri\"", &[("P202", "\"subject.industri\"")]),
        ("field = \"subject.industry\"", "field = \"subject.manager\"", &[("P309", "\"subject.manager\"")]),
        ("where = \"result = 'pass'\"\nstrata", "where = \"result = 'passd'\"\nstrata", &[("P517", "'passd'")]),
        ("where = \"result = 'pass'\"\nstrata", "where = \"检验结论 = 'pass'\"\nstrata", &[("P534", "检验结论")]),
        ("where = \"result = 'pass'\"\nstrata", "where = \"天气 = 'pass'\"\nstrata", &[("P533", "天气")]),
        ("where = \"result = 'pass'\"\nstrata", "where = \"result =\"\nstrata", &[("P532", "=")]),
        ("where = \"result = 'pass'\"\nstrata", "where = \"result = '合格'\"\nstrata", &[("P517", "'合格'")]),
        ("where = \"result = 'pass'\"\nstrata", "where = \"result = 5\"\nstrata", &[("P515", "result = 5")]),
        ("where = \"industry is not null\"", "where = \"manager = 'Li'\"", &[("P512", "manager")]),
        ("window = \"730 days\"", "window = \"two years\"", &[("P303", "\"two years\"")]),
        ("window = \"730 days\"", "", &[("P206", "\"trailing\"")]),
        ("over = \"trailing\"\nwindow", "window", &[("P206", "\"730 days\"")]),
        ("date = \"closed_on\"", "date = \"closed_on\"\nover = \"as_of\"", &[("P304", "\"closed_on\"")]),
        ("date = \"closed_on\"", "date = \"none\"\nover = \"period\"", &[("P305", "\"period\"")]),
        ("date = \"closed_on\"", "date = \"state\"", &[("P308", "\"state\"")]),
        ("of = \"subject:enterprise\"\nwhere", "of = \"subject:enterprise\"\nattribute_to = \"place\"\nwhere", &[("P306", "\"place\"")]),
        ("format = \"percent.1\"", "format = \"percent\"", &[("P307", "\"percent\"")]),
        ("period_field = \"for_period\"", "period_field = \"value\"", &[("P308", "\"value\"")]),
        ("status_field = \"status\"", "status_field = \"value\"", &[("P308", "\"value\"")]),
        ("id = \"final\"", "id = \"done\"", &[("P311", "\"status\"")]),
        ("weight_strata = \"industry\"", "weight_strata = \"value\"", &[("P310", "\"value\"")]),
        ("value = \"cost\"\nover", "value = \"cost / 0\"\nover", &[("P521", "0")]),
        ("expression = \"pass_rate * 100 / (cost_sum + 1)\"", "expression = \"growth_of_rate + 1\"", &[("P312", "\"pass_per_cost\"")]),
        ("expression = \"pass_rate * 100 / (cost_sum + 1)\"", "expression = \"pass_rte + 1\"", &[("P530", "pass_rte")]),
        ("against = \"year_earlier\"", "", &[("P301", "\"change\"")]),
    ]);
}

#[test]
#[rustfmt::skip]
fn rules_and_items() {
    assert_cases(&[
        ("full_at = \"97.5%\"", "", &[("P320", "\"linear\"")]),
        ("full_at = \"97.5%\"", "full_at = \"97.5%\"\ndeduct = 1", &[("P321", "1")]),
        ("full_at = \"97.5%\"", "full_at = \"90%\"", &[("C120", "\"90%\"")]),
        ("rule = \"judged\"", "rule = \"judged\"\nindicators = [\"samples\"]", &[("P323", "[\"samples\"]")]),
        ("indicators = [\"samples\"]", "", &[("P323", "\"proportional\"")]),
        ("rule = \"tiered\"", "rule = \"judged\"", &[("P322", "\"plan\""), ("P322", "\"plan\"")]),
        ("describes = { zh = \"没有\", en = \"None\" }\npoints = 0", "describes = { zh = \"没有\", en = \"None\" }", &[("P320", "[[level]]")]),
        ("describes = { zh = \"没有\", en = \"None\" }\npoints = 0", "describes = { zh = \"没有\", en = \"None\" }\npoints = 2", &[("C117", "2")]),
        ("item = \"plan\"\nid = \"none\"", "item = \"plam\"\nid = \"none\"", &[("P202", "\"plam\"")]),
        ("from_nth = 2\n", "", &[("P206", "20")]),
        ("from_nth = 2\n", "from_nth = 1\n", &[("P207", "1")]),
        ("base_points = 15", "", &[("C123", "[[item]]")]),
        ("not_applicable = \"base\"", "not_applicable = \"use\"", &[("C124", "\"use\"")]),
        ("steps = [[0, 0], [0.9, 10], [0.95, 20]]", "steps = [[0, 0], [0.95, 10], [0.9, 20]]", &[("C116", "[[0, 0], [0.95, 10], [0.9, 20]]")]),
        ("indicators = [\"pass_rate\"]\n\n[[band]]", "indicators = [\"pass_rate\"]\ncarried_by = [\"all\"]\n\n[[band]]", &[("P325", "[\"all\"]")]),
        ("carried_by = [\"group:bureaus\"]", "", &[("P326", "\"plan\"")]),
        ("carried_by = [\"group:bureaus\"]", "carried_by = [\"group:bureau\"]", &[("P202", "\"group:bureau\"")]),
        ("carried_by = [\"group:bureaus\"]", "carried_by = [\"kind:park\"]", &[("P327", "\"kind:park\"")]),
        ("carried_by = [\"group:bureaus\"]", "carried_by = [\"arm\"]", &[("P201", "\"arm\"")]),
        ("group = \"work\"\nname = { zh = \"方案\"", "group = \"wrok\"\nname = { zh = \"方案\"", &[("P202", "\"wrok\"")]),
        ("item = \"sampling\"\nunit = \"south\"\nvalue = 40", "item = \"sampling\"\nunit = \"south\"\nvalue = 41", &[("P334", "100")]),
        ("item = \"sampling\"\nunit = \"south\"\nvalue = 40", "item = \"sampling\"\nunit = \"amr\"\nvalue = 40", &[("P337", "\"proportional\""), ("P331", "\"amr\"")]),
        ("item = \"sampling\"\nunit = \"south\"\nvalue = 40", "item = \"sampling\"\nunit = \"old_town\"\nvalue = 40", &[("P337", "\"proportional\""), ("P237", "\"old_town\""), ("P331", "\"old_town\"")]),
        ("target = 100\ntarget_sum = true", "target_sum = true", &[("P336", "true")]),
        ("target = 100\ntarget_sum = true", "target = 100\ntarget_sum = true", &[]),
        ("target = 100\ntarget_sum = true", "", &[]),
        ("value = 60", "value = 60\n[[target]]\nscorecard = \"assessment\"\nitem = \"passing\"\nvalue = \"97%\"", &[("P333", "\"98%\"")]),
        ("value = 60", "value = 60\n[[target]]\nscorecard = \"assessment\"\nitem = \"sampling\"\nunit = \"north\"\nperiod = \"2018\"\nvalue = 0", &[("P332", "[[target]]")]),
        ("target = \"98%\"", "target_sum = true", &[("P335", "true")]),
        ("target = \"98%\"", "target = 98", &[("P352", "98")]),
        ("target = \"98%\"", "target = 0.98", &[]),
        ("target = \"98%\"", "target = \"98\"", &[("P352", "\"98\"")]),
        ("zero_at = \"90%\"", "zero_at = 90", &[("P352", "90")]),
        ("full_at = \"97.5%\"", "full_at = 97.5", &[("P352", "97.5")]),
        ("steps = [[0, 0], [0.9, 10], [0.95, 20]]", "steps = [[0, 0], [90, 10], [95, 20]]", &[("P352", "[[0, 0], [90, 10], [95, 20]]")]),
        ("at_least = \"90%\"", "at_least = 90", &[("P352", "90")]),
        ("value = 60", "value = 60\n[[target]]\nscorecard = \"assessment\"\nitem = \"passing\"\nunit = \"north\"\nvalue = 97", &[("P352", "97")]),
        ("indicators = [\"gdp_rank\"]", "indicators = [\"samples\"]", &[("P353", "[\"samples\"]")]),
        ("lead = \"amr\"\n", "", &[("P354", "\"sampling\"")]),
    ]);
}

#[test]
#[rustfmt::skip]
fn scorecards() {
    assert_cases(&[
        ("weights_total = 60", "weights_total = 100", &[("P330", "100")]),
        ("id = \"work\"\nname = { zh = \"工作\", en = \"Work\" }\npoints = 20", "id = \"work\"\nname = \"Work\"\npoints = 25", &[("C106", "25")]),
        ("approval = \"approval_2018\"\n", "", &[("P345", "[[scorecard]]")]),
        ("of = \"subject:enterprise\"\nstart", "of = \"subject:firm\"\nstart", &[("P201", "\"subject:firm\"")]),
        ("indicators = [\"pass_rate\"]\n\n[[band]]", "indicators = [\"major_accidents\"]\n\n[[band]]", &[("P351", "\"major_accidents\"")]),
        ("indicators = [\"pass_rate\"]\n\n[[band]]", "indicators = [\"pass_rate\"]\n[[item]]\nscorecard = \"credit\"\nid = \"visit\"\ngroup = \"conduct\"\nname = \"Visit\"\npoints = 5\nrule = \"judged\"\n\n[[band]]", &[("P350", "\"judged\"")]),
        ("of = \"unit\"", "of = \"units\"", &[("P201", "\"units\"")]),
        ("parent = \"rates\"", "parent = \"ratse\"", &[("P202", "\"ratse\"")]),
        ("parent = \"rates\"", "parent = \"product\"", &[("C105", "\"rates\""), ("C103", "\"product\"")]),
        ("tie_items = [\"safety\", \"rates\"]", "tie_items = [\"safty\"]", &[("P202", "\"safty\"")]),
        ("tie_at_edge = \"by_items\"\n", "", &[("P206", "[\"safety\", \"rates\"]")]),
        ("grade = \"A\"\nfrom = 90", "grade = \"A\"\nfrom = 60", &[("C128", "60")]),
        ("grade = \"A\"\nfrom = 90", "grade = \"A\"\nfrom = 50", &[("C129", "60")]),
        ("grade = \"D\"\nname", "grade = \"D\"\nfrom = 10\nname", &[("C127", "10")]),
        ("worst_group_at_least = \"50%\"", "", &[("P342", "[[gate]]")]),
        ("worst_group_at_least = \"50%\"", "worst_group_at_least = 50", &[("C135", "50")]),
        ("at_least = \"90%\"", "", &[("P341", "\"pass_rate\"")]),
        ("grade = \"B\"\nid = \"rate_90\"", "grade = \"E\"\nid = \"rate_90\"", &[("P202", "\"E\"")]),
        ("worst_group_at_least = \"50%\"", "indicator = \"pass_rate\"\nat_least = \"95%\"\n\n[[gate]]\nscorecard = \"assessment\"\ngrade = \"A\"\nid = \"rate_90\"\nname = \"Pass\"\nindicator = \"pass_rate\"\nat_least = \"95%\"", &[("P340", "\"rate_90\"")]),
        ("forces = \"D\"\ndocument = \"law\"", "forces = \"D\"", &[("C132", "[[veto]]")]),
        ("forces = \"D\"", "forces = \"E\"", &[("P202", "\"E\"")]),
        ("share = \"30%\"\nrounding = \"up\"", "", &[("P343", "[[quota]]")]),
        ("share = \"30%\"\nrounding = \"up\"", "share = 30", &[("C135", "30")]),
        ("group = \"towns\"\ngrade = \"A\"", "group = \"towns\"\ngrade = \"D\"", &[("C133", "\"D\"")]),
        ("grade = \"A\"\nkind", "kind", &[("P344", "[[consequence]]")]),
        ("veto = \"accident\"\nkind", "veto = \"acident\"\nkind", &[("P202", "\"acident\"")]),
        ("flow = \"course\"\njudged_by", "judged_by", &[
            ("P206", "[\"given_points\", \"level\"]"),
            ("P206", "[\"self_points\"]"),
            ("P350", "\"tiered\""),
            ("P350", "\"judged\""),
        ]),
        ("judged_by = [\"given_points\", \"level\"]", "judged_by = [\"points_given\"]", &[("P202", "\"points_given\"")]),
        ("judged_by = [\"given_points\", \"level\"]", "judged_by = [\"due\"]", &[("P347", "\"due\"")]),
        ("judged_by = [\"given_points\", \"level\"]\n", "", &[("P349", "\"course\"")]),
        ("about = \"item\"", "about = \"none\"", &[
            ("F104", "\"points\""),
            ("F104", "\"points\""),
            ("P202", "\"due\""),
            ("P346", "\"course\""),
        ]),
        ("points = 7\nrule = \"judged\"\ncarried_by = [\"all\"]", "points = 7\nrule = \"composite\"\ncarried_by = [\"all\"]\n[[part]]\nscorecard = \"assessment\"\nitem = \"fields\"\nid = \"site\"\nname = \"Site\"\nweight = 1", &[("P348", "\"composite\"")]),
        ("points = 7\nrule = \"judged\"\ncarried_by = [\"all\"]", "points = 7\nrule = \"composite\"\ncarried_by = [\"all\"]\n[[part]]\nscorecard = \"assessment\"\nitem = \"fields\"\nid = \"level\"\nname = \"Level\"\nweight = 1\nfrom = \"items\"", &[("P324", "\"items\"")]),
        ("", "[[part]]\nscorecard = \"credit\"\nid = \"site\"\nname = \"Site\"\nweight = 40", &[("C107", "40")]),
        ("", "[[part]]\nscorecard = \"credit\"\nid = \"site\"\nname = \"Site\"\nweight = 1\nfrom = \"group:conducts\"", &[("P202", "\"group:conducts\"")]),
    ]);
}

#[test]
#[rustfmt::skip]
fn flows() {
    assert_cases(&[
        ("from = [\"filed\"]", "from = [\"field\"]", &[("F107", "\"opened\""), ("F106", "\"filed\""), ("F102", "[\"field\"]"), ("F115", "\"review\"")]),
        ("to = \"sealed\"", "to = \"filed\"", &[("F107", "\"opened\""), ("F106", "\"filed\""), ("F105", "\"sealed\""), ("F113", "[\"vocabulary:result\", \"other\"]")]),
        ("working_days = 5", "", &[("P401", "[[deadline]]")]),
        ("working_days = 5", "working_days = 5\nmonths = 1", &[("P205", "1")]),
        ("working_days = 5", "working_days = 5\nrolls = true", &[("P402", "true")]),
        ("working_days = 5", "working_days = 0", &[("P207", "0")]),
        ("working_days = 5", "working_days = 5\nlocks = [\"review\"]", &[("P206", "[\"review\"]")]),
        ("when_missed = \"mark\"", "when_missed = \"lock\"", &[("P206", "\"lock\"")]),
        ("working_days = 5", "working_days = 5\nlifted_by = [\"review\"]", &[("F124", "[\"review\"]")]),
        ("working_days = 5", "working_days = 5\nholds = [\"revew\"]", &[("F103", "[\"revew\"]")]),
        ("", "[[paper]]\nkind = \"circular\"\nnumber = \"QC {year}\"", &[("P409", "\"QC {year}\"")]),
        ("closing_reasons = [", "deducts = 0.5\nclosing_reasons = [", &[("P206", "0.5")]),
        ("closing_reasons = [", "reason_required = true\ndeducts = 0.5\ndeducts_percent = 10\nclosing_reasons = [", &[("P205", "10")]),
        ("closing_reasons = [", "reason_required = true\ndeducts_percent = 110\nclosing_reasons = [", &[("P207", "110")]),
        ("closing_reasons = [", "reason_required = true\ndeducts = -1\nclosing_reasons = [", &[("F125", "-1")]),
        ("ends = \"review\"", "ends = \"revue\"", &[("P202", "\"revue\"")]),
        ("ends = \"review\"", "ends = \"enter:opened\"", &[("F115", "\"enter:opened\"")]),
        ("id = \"review\"\nname", "id = \"opened\"\nname", &[
            ("P202", "\"review\""),
            ("P202", "\"review\""),
            ("P202", "\"review\""),
            ("P403", "\"opened\""),
            ("P202", "\"given_points\""),
            ("P202", "\"level\""),
        ]),
        ("about = \"item\"", "about = \"item\"\n\n[[flow]]\nid = \"visit\"\nname = \"Visit\"\ninitial = \"a\"\nabout = \"subject\"\n\n[[state]]\nflow = \"visit\"\nid = \"a\"\nname = \"A\"\n\n[[state]]\nflow = \"visit\"\nid = \"b\"\nname = \"B\"\nkind = \"closed\"\n\n[[action]]\nflow = \"visit\"\nid = \"close\"\nname = \"Close\"\nfrom = [\"a\"]\nto = \"b\"\nroles = [\"liaison\"]", &[("P405", "\"subject\"")]),
        ("en = \"Level\" }\ntype = \"text\"\n\n[[deadline]]", "en = \"Level\" }\ntype = \"text\"\nnot_after = \"today\"\n\n[[deadline]]", &[("P252", "\"today\"")]),
        ("en = \"Level\" }\ntype = \"text\"\n\n[[deadline]]", "en = \"Level\" }\ntype = \"date\"\nnot_before = \"yesterday\"\n\n[[deadline]]", &[("F104", "\"yesterday\""), ("P347", "\"level\"")]),
        ("en = \"Level\" }\ntype = \"text\"\n\n[[deadline]]", "en = \"Level\" }\ntype = \"date\"\nnot_before = \"2018-03-01\"\nnot_after = \"2018-02-01\"\n\n[[deadline]]", &[("F119", "\"2018-03-01\""), ("P347", "\"level\"")]),
        ("starts = \"due\"", "starts = \"dew\"", &[("P202", "\"dew\"")]),
        ("id = \"level\"\nname = { zh = \"档次\"", "id = \"state\"\nname = { zh = \"档次\"", &[("P204", "\"state\""), ("P202", "\"level\"")]),
        ("id = \"level\"\nname = { zh = \"档次\"", "id = \"hidden\"\nname = { zh = \"档次\"", &[("P204", "\"hidden\""), ("P202", "\"level\"")]),
        ("id = \"level\"\nname = { zh = \"档次\", en = \"Level\" }\ntype = \"text\"", "id = \"self_points\"\nname = \"Own\"\ntype = \"text\"", &[("P404", "\"self_points\""), ("P202", "\"level\"")]),
        ("action = \"review\"\nid = \"level\"", "action = \"revew\"\nid = \"level\"", &[("P202", "\"revew\""), ("P202", "\"level\"")]),
        ("closing_reasons = [\"vocabulary:result\", \"other\"]", "closing_reasons = [\"vocabulary:results\"]", &[("F114", "[\"vocabulary:results\"]"), ("P201", "\"vocabulary:results\"")]),
        ("outcome = \"agreed\"", "outcome = \"agreed\"\n[[state]]\nflow = \"course\"\nid = \"lost\"\nname = \"Lost\"", &[("F105", "\"lost\""), ("F106", "\"lost\"")]),
        ("about = \"item\"", "about = \"item\"\nsubject_type = \"enterprise\"", &[("P406", "\"enterprise\"")]),
        ("initial = \"opened\"", "initial = \"open\"", &[("F102", "\"open\"")]),
    ]);
}

#[test]
#[rustfmt::skip]
fn published_figures() {
    assert_cases(&[
        ("relation = \"exact\"\nindicator = \"pass_rate\"", "relation = \"exact\"", &[("P420", "[[published]]")]),
        ("value = \"97.5%\"", "value = \"197.5%\"", &[("P421", "\"197.5%\"")]),
        ("value = \"97.5%\"", "value = 97.5", &[("P421", "97.5")]),
        ("relation = \"exact\"\nindicator = \"pass_rate\"", "relation = \"exact\"\nindicator = \"samples\"", &[("P421", "\"97.5%\"")]),
        ("veto = \"accident\"\ntrial_record", "veto = \"accidents\"\ntrial_record", &[("P202", "\"accidents\"")]),
        ("trial_record = \"accident\"\ntrial_values = [\"level=major\"]", "", &[("P206", "\"veto\"")]),
        ("trial_values = [\"level=major\"]", "", &[("P424", "\"accident\"")]),
        ("trial_values = [\"level=major\"]", "trial_values = [\"major\"]", &[("P424", "[\"major\"]"), ("P423", "\"major\"")]),
        ("trial_values = [\"level=major\"]", "trial_values = [\"level=major\", \"lvel=2\"]", &[("P202", "\"lvel=2\"")]),
        ("consequence = \"praise\"", "consequence = \"praise\"\ntrial_record = \"accident\"", &[("P422", "\"accident\"")]),
    ]);
}

#[test]
#[rustfmt::skip]
fn made_up_data() {
    assert_cases(&[
        ("count = 20\n", "", &[("P430", "[[generate]]")]),
        ("subjects = \"firms\"", "", &[("P431", "[[generate]]")]),
        ("subjects = \"firms\"", "subjects = \"cases\"", &[("P432", "\"cases\"")]),
        ("subjects = \"firms\"", "subjects = \"firm\"", &[("P201", "\"firm\"")]),
        ("field = \"number\"\n", "field = \"cost\"\n", &[("P140", "\"cost\""), ("P434", "[[generate]]")]),
        ("field = \"number\"\n", "field = \"tested_on\"\n", &[("P434", "[[generate]]")]),
        ("text = \"S-{n}\"", "", &[("P433", "[[generate_field]]")]),
        ("text = \"S-{n}\"", "text = \"S-{n\"", &[("P435", "\"S-{n\"")]),
        ("text = \"S-{n}\"", "text = \"S-{m}\"", &[("P201", "\"S-{m}\"")]),
        ("weights = [3, 1]", "weights = [3]", &[("P212", "[3]")]),
        ("weights = [3, 1]", "weights = [3, -1]", &[("P210", "[3, -1]")]),
        ("choices = [\"food\", \"machinery\"]", "choices = [\"food\", \"machines\"]", &[("P202", "\"machines\"")]),
        ("from = 10\nto = 500", "value = \"a\"", &[("P437", "\"a\"")]),
        ("from = 10\nto = 500", "from = 500\nto = 10", &[("P208", "10")]),
        ("when = \"result = 'pass'\"", "when = \"reslt = 'pass'\"", &[("P510", "reslt")]),
        ("of = \"case:course\"\nscorecard", "of = \"case:cours\"\nscorecard", &[("P201", "\"case:cours\"")]),
        ("action = \"file\"\nrole", "action = \"fyle\"\nrole", &[("P202", "\"fyle\"")]),
        ("role = \"liaison\"\ndays", "role = \"reviewer\"\ndays", &[("P202", "\"reviewer\"")]),
        ("", "[[generate_step]]\ngenerate = \"firms\"\naction = \"file\"", &[("P436", "[[generate_step]]")]),
        ("quality_to = 1", "quality_to = 10", &[("P211", "10")]),
        ("months = [1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1]", "months = [1, 1]", &[("P212", "[1, 1]")]),
        ("rhythm = \"season\"\n", "", &[("P206", "[1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1]")]),
        ("from = 2018-01-01\nto = 2018-12-31", "from = 2018-12-31\nto = 2018-01-01", &[("P209", "2018-01-01")]),
        ("units = [\"amr\"]", "units = [\"old_town\"]", &[("P237", "\"old_town\"")]),
        ("places = [\"kind:township\"]", "places = [\"kind:town\"]", &[("P202", "\"kind:town\"")]),
    ]);
}

/// Many faults in one package are all found in one run.
#[test]
fn a_fault_hides_no_other() {
    let faults = [
        ("lead = \"amr\"", "lead = \"arm\""),
        ("document = \"law\"", "document = \"lwa\""),
        ("from = 90", "from = 60"),
        ("weights_total = 60", "weights_total = 61"),
    ];
    let files = FILES.iter().map(|(name, text)| {
        let broken = faults.iter().fold((*text).to_owned(), |text, (good, bad)| {
            text.replace(good, bad)
        });
        ((*name).to_owned(), broken)
    });
    let checked = check(&Sources::from_files("small", files));
    let codes: Vec<&str> = checked
        .problems
        .iter()
        .map(|problem| problem.code)
        .collect();
    assert_eq!(codes, ["P330", "P201", "C128", "C132", "P201"]);
    assert!(checked.programme.is_none() && checked.has_errors());
}

/// The notice of the year ahead is asked for where a scorecard runs on the deadlines, and only there.
#[test]
fn a_flow_that_no_scorecard_uses_asks_for_no_later_year() {
    let holiday = "[[holiday]]\nday = 2019-01-01\noff = true\n";
    let course = "flow = \"course\"\njudged_by = [\"given_points\", \"level\"]\nself_scored_by = [\"self_points\"]\n";
    let files = FILES.iter().map(|(name, text)| {
        let text = text.replace(holiday, "").replace(course, "");
        ((*name).to_owned(), text)
    });
    let checked = check(&Sources::from_files("small", files));
    let codes: Vec<&str> = checked
        .problems
        .iter()
        .map(|problem| problem.code)
        .collect();
    assert!(!codes.contains(&"P244"), "{codes:?}");
}
