//! One day's work: somebody finds what waits, does it, and it is done; the colleague sees the news.

use crate::site::{Site, walk};

#[test]
fn what_waits_is_done_and_the_page_of_a_colleague_hears_of_it() {
    walk(async || {
        let site = Site::demonstration();
        let office = site.enters("office", "zh", 1440).await;
        let colleague = site.enters("office", "en", 1440).await;
        colleague.goes("/work").await;
        let state = async |person: &crate::site::Person, case: &str| {
            let script = "const link = document.querySelector(`main a[href='${arguments[0]}']`);
                return link?.closest('.task')?.querySelector('.task-state')?.textContent.trim() ?? '';";
            let found = person.asks(script, vec![case.into()]).await;
            found.as_str().unwrap_or_default().to_owned()
        };
        office.goes("/work").await;
        let first = office.find("main .task:not(.sheaf) .task-what a").await;
        let case = first.attr("href").await.unwrap().unwrap();
        let before = state(&colleague, &case).await;
        assert!(!before.is_empty(), "{case} waits for the colleague too");
        office.goes(&case).await;
        office
            .fills("[name='reason']", "<script>alert(1)</script>")
            .await;
        office
            .presses("form.act-form button.main, .act form button.main")
            .await;
        assert_eq!(office.path().await, case);
        // What was written is text, and nothing of it ran.
        assert!(office.reads().await.contains("<script>alert(1)</script>"));
        // Without being asked again.
        for _ in 0..100 {
            if state(&colleague, &case).await != before {
                office.leaves().await;
                colleague.leaves().await;
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        panic!("the colleague's page still says {before} of {case}");
    });
}
