//! One day's work: somebody finds what waits, does it, and it is done; the colleague sees the news.

use crate::site::{Site, walk};

#[test]
fn what_waits_is_done_and_the_page_of_a_colleague_hears_of_it() {
    walk(async || {
        let site = Site::demonstration();
        let office = site.enters("office", "zh", 1440).await;
        let colleague = site.enters("office", "en", 1440).await;
        colleague.goes("/work").await;
        let waiting = |text: &str| -> usize {
            text.lines()
                .next()
                .and_then(|line| line.rsplit(' ').next())
                .and_then(|count| count.parse().ok())
                .unwrap()
        };
        let before = waiting(&colleague.reads().await);
        office.goes("/work").await;
        assert_eq!(waiting(&office.reads().await), before);
        office.presses("main .task a.task-what").await;
        office
            .fills("[name='f.minutes_no']", "赤质强会纪〔2019〕演1号")
            .await;
        office
            .fills("[name='f.approval_no']", "<script>alert(1)</script>")
            .await;
        office.presses("form button.main").await;
        assert_eq!(office.path().await, "/work");
        assert_eq!(waiting(&office.reads().await), before - 1);
        // Without being asked again.
        for _ in 0..100 {
            if waiting(&colleague.reads().await) == before - 1 {
                office.leaves().await;
                colleague.leaves().await;
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        panic!(
            "the colleague's page still says {}",
            colleague.reads().await
        );
    });
}
