//! A dozen indicators beside SQL that was written by hand from their definitions in `city.toml`,
//! so that the generated SQL and the engine cannot be wrong in the same way.

mod common;

use common::{City, day, made_up, sqlite};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// Indicator, period, day, and a SELECT of numerator, denominator and what the numerator is divided by.
/// 17167 is 2017-01-01, 17532 is 2018-01-01, 17713 is 2018-07-01, 17896 is 2018-12-31.
const QUERIES: &[(&str, &str, &str, &str)] = &[
    (
        "samples",
        "2018",
        "2018-12-31",
        "select count(*), 1, 1 from record_sample where day between 17532 and 17896 and hidden = 9223372036854775807",
    ),
    (
        "failed",
        "2018H1",
        "2018-12-31",
        "select count(*), 1, 1 from now where day >= 17532 and day < 17713 and result = 'fail'",
    ),
    (
        "batches",
        "2018",
        "2018-12-31",
        "select sum(batches), 1, 1 from now where day >= 17532 and day <= 17896",
    ),
    (
        // fee is in hundredths: fee × 1.5 + batches ÷ 4 is (6 fee + 100 batches) ÷ 400.
        "cost",
        "2018",
        "2018-12-31",
        "select sum(fee * 6 + batches * 100), 1, 400 from now where day <= 17896 and (fee > 1050 or (batches >= 2 and batches <= 5))",
    ),
    (
        "mean_load",
        "2018",
        "2018-12-31",
        "select sum(load), count(load), 1000 from now where day between 17532 and 17896 and coalesce(hazards, '') not like '%;fire;%'",
    ),
    (
        "least_load",
        "2018",
        "2018-12-31",
        "select load, 1, 1000 from now where day between 17532 and 17896 and load is not null order by load limit 1",
    ),
    (
        "longest",
        "2018",
        "2018-12-31",
        "select done_on - day, 1, 1 from now where done_on between 17532 and 17896 order by 1 desc limit 1",
    ),
    (
        // The last 90 days up to 2018-12-31 begin on 2018-10-03.
        "firms_sampled",
        "2018",
        "2018-12-31",
        "select count(*), 1, 1 from (select distinct subject from now where day > 17896 - 90 and day <= 17896 and subject is not null)",
    ),
    (
        "pass_rate",
        "2018",
        "2018-12-31",
        "select (select count(*) from now where day between 17532 and 17896 and result = 'pass'), (select count(*) from now where day between 17532 and 17896 and (result = 'pass' or result = 'fail')), 1",
    ),
    (
        "steel_share",
        "2018",
        "2018-12-31",
        "select sum(f.industry = 'steel' and u.id is not null and not (u.id = 'hill' and n.day >= 17622)), count(*), 1 from now n left join subject_history_firm f on f.id = n.subject and n.day between f.version_from and f.version_to and f.hidden = 9223372036854775807 left join (select 'bridge' as id union select 'hill' union select 'wharf') u on u.id = n.unit where n.day between 17532 and 17896",
    ),
    (
        "agreed_rate",
        "2018",
        "2018-12-31",
        "select total(outcome = 'agreed'), count(*), 1 from case_complaint where hidden = 9223372036854775807 and opened_on between 17532 and 17896 and closed_on is not null",
    ),
    (
        "overdue",
        "2018",
        "2018-09-30",
        "select count(*), 1, 1 from case_complaint where hidden = 9223372036854775807 and opened_on between 17532 and 17804 and ifnull(closed_on, 17804) - opened_on > 60",
    ),
    (
        "recovered",
        "2018",
        "2018-12-31",
        "select sum(recovered), 1, 100 from case_complaint where hidden = 9223372036854775807 and closed_on between 17532 and 17896 and (in_person = 1 or recovered >= 10000)",
    ),
    (
        "samples_growth",
        "2018",
        "2018-12-31",
        "select (select count(*) from now where day between 17532 and 17896) - (select count(*) from now where day between 17167 and 17531), (select count(*) from now where day between 17167 and 17531), 1",
    ),
    (
        "reported",
        "2018",
        "2018-12-31",
        "select value, 1, 100 from record_report where hidden = 9223372036854775807 and \"for\" = '2018' and day <= 17896 and value is not null order by day desc, id desc limit 1",
    ),
    (
        "firms",
        "2018",
        "2018-12-31",
        "select count(*), 1, 1 from subject_history_firm where hidden = 9223372036854775807 and version_from <= 17896 and version_to >= 17896 and staff >= 10",
    ),
];

fn compare(city: &City) {
    let connection = sqlite(&city.columns);
    connection
        .execute_batch(
            "create view now as select * from record_sample where hidden = 9223372036854775807",
        )
        .unwrap();
    for (indicator, over, on, sql) in QUERIES {
        assert_eq!(day("2018-01-01").number(), 17532);
        let found = connection
            .query_row(sql, [], |row| {
                let integer = |place| {
                    row.get::<_, Option<f64>>(place)
                        .map(|number| number.unwrap_or_default() as i128)
                };
                Ok((integer(0)?, integer(1)?, integer(2)?))
            })
            .unwrap_or_else(|error| panic!("{indicator}: {error}"));
        let (numerator, denominator, scale) = found;
        let cells = city
            .columns
            .measure(&city.query(indicator, over, on))
            .unwrap();
        let expected = base::Ratio::new(numerator, scale * denominator);
        assert_eq!(cells[0].figure.value(), expected, "{indicator}");
    }
}

#[test]
fn hand_written_sql_agrees() {
    for seed in [1, 2, 3] {
        compare(&made_up(&mut ChaCha8Rng::seed_from_u64(seed), 800));
    }
}
