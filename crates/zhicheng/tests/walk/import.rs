//! A table with errors: uploaded, its columns matched, every fault seen in its cell, put right or dropped in the
//! browser, taken.

use crate::site::{Site, walk};

#[test]
fn a_table_with_errors_is_put_right_in_the_browser_and_taken() {
    walk(async || {
        let place = tempfile::tempdir().unwrap();
        let site = Site::demonstration();
        let office = site.enters("office", "en", 1440).await;
        // A day that is none, a unit that nobody knows, a kind that is none; the last two rows are sound.
        let file = place.path().join("活动.csv");
        std::fs::write(
            &file,
            "开展日期,主办单位,活动类别,活动名称,参加人数\n\
             2018-09-31,蒲圻街道办事处,质量月活动,质量月走访一,30\n\
             2018-09-12,不知道的单位,质量月活动,质量月走访二,31\n\
             2018-09-13,蒲圻街道办事处,宴会,质量月走访三,32\n\
             2018-09-14,蒲圻街道办事处,质量月活动,质量月走访四,33\n\
             2018-09-15,蒲圻街道办事处,质量月活动,<script>alert(1)</script>,34\n",
        )
        .unwrap();
        office.goes("/records/activity/import").await;
        office.attaches("#file", &file).await;
        office.presses("form.card button.main").await;
        // The headings are those of the programme: every column is matched.
        office.presses("button[name=do][value=columns]").await;
        let count = async |of: &str| {
            let found = office.find(&format!("#count-{of}")).await;
            found.text().await.unwrap()
        };
        assert_eq!(count("rows").await, "5");
        assert_eq!(count("rejected").await, "3");
        assert_eq!(count("added").await, "2");
        assert_eq!(
            office
                .asks(
                    "return document.querySelectorAll('td.faulty').length",
                    vec![]
                )
                .await,
            3
        );
        // Rows are counted as in a spreadsheet: the heading is the first.
        office.fills("[name='r.2.0']", "2018-09-30").await;
        office.fills("[name='r.4.2']", "质量月活动").await;
        office.presses("[name=drop][value='3']").await;
        office.presses("button[name=do][value=correct]").await;
        assert_eq!(count("rejected").await, "0");
        assert_eq!(count("added").await, "4");
        office.presses("button[name=do][value=take]").await;
        assert_eq!(count("added").await, "4");
        office.presses("main .actions a.button.main").await;
        let text = office.reads().await;
        assert!(text.contains("质量月走访三"), "{text}");
        assert!(text.contains("<script>alert(1)</script>"), "{text}");
        assert!(!text.contains("质量月走访二"), "{text}");
        // The same file again adds nothing twice: of its rows only those that were put right here are not there.
        office.goes("/records/activity/import").await;
        office.attaches("#file", &file).await;
        office.presses("form.card button.main").await;
        office.presses("button[name=do][value=columns]").await;
        assert_eq!(count("unchanged").await, "2");
        assert_eq!(count("added").await, "0");
        office.leaves().await;
    });
}
