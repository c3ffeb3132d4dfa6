//! The whole assessment with six people: an item filled in with a photograph on a phone, submitted by the
//! leader, returned and done again, given in the grid, verified on the spot, the draft appealed and answered;
//! another that was late reopened with its deduction; an accident that vetoes; the meeting, the seal, the
//! circular, and the rectification that it opens, struck off.

use std::path::Path;

use crate::site::{Person, Site, walk};

/// A photograph of one pixel.
fn photograph(place: &Path) -> std::path::PathBuf {
    use base64::Engine;
    const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";
    let file = place.join("现场照片.png");
    let bytes = base64::engine::general_purpose::STANDARD
        .decode(PNG)
        .unwrap();
    std::fs::write(&file, bytes).unwrap();
    file
}

/// The page of a unit's item.
async fn case_of(person: &Person, unit: &str, item: &str) -> String {
    person.goes(&format!("/units/{unit}/items")).await;
    let link = person.find(&format!("#item-{item} th a")).await;
    link.attr("href").await.unwrap().unwrap()
}

/// The form of an action on a case's page, opened.
async fn form(person: &Person, case: &str, action: &str) -> String {
    person.goes(case).await;
    let form = format!("details:has(input[name=action][value={action}])");
    person.find(&form).await;
    person
        .asks(
            "document.querySelectorAll('details.act').forEach((d) => { d.open = d.matches(arguments[0]); })",
            vec![form.clone().into()],
        )
        .await;
    form
}

/// The points of an item and what it can give, on a unit's card.
async fn points(person: &Person, unit: &str, item: &str) -> (f64, f64) {
    person.goes(&format!("/units/{unit}")).await;
    let cell = person.find(&format!("#item-{item} .of-after")).await;
    let of = cell.attr("data-of").await.unwrap().unwrap();
    let points = cell.text().await.unwrap();
    let number = |text: &str| {
        let text = text.split('/').next().unwrap().replace('−', "-");
        text.trim()
            .parse()
            .unwrap_or_else(|_| panic!("{item}: {text}"))
    };
    (number(&points), number(of.trim_start_matches('/')))
}

/// What a unit's items come to by hand, in percent of what they can give: bonus items add, deductions take.
/// What the page says stands beside it.
async fn total_by_hand(person: &Person, unit: &str) -> (f64, f64) {
    person.goes(&format!("/units/{unit}")).await;
    let rows = person
        .asks(
            "return [...document.querySelectorAll('table.items tr[id]')].map((row) => {
                 const cell = row.querySelector('.of-after');
                 return [row.id, cell.textContent, cell.dataset.of];
             })",
            vec![],
        )
        .await;
    let (mut sum, mut possible, mut bonus, mut deduction) = (0.0_f64, 0.0_f64, 0.0_f64, 0.0_f64);
    for row in rows.as_array().unwrap() {
        let text = |at: usize| row[at].as_str().unwrap().replace('−', "-");
        let (id, of) = (text(0), text(2));
        let Ok(points) = text(1).trim().parse::<f64>() else {
            continue;
        };
        let of: f64 = of.trim_start_matches('/').parse().unwrap_or(0.0);
        if id.starts_with("item-bonus_") {
            bonus += points;
        } else if points < 0.0 || of == 0.0 {
            deduction += points;
        } else {
            sum += points;
            possible += of;
        }
    }
    // The bonus is capped at 5, deductions at 30 (programmes/chibi-2018/scheme/scorecard.toml).
    let by_hand = sum / possible * 100.0 + bonus.min(5.0) + deduction.max(-30.0);
    let shown = person.find("dl.headline dd").await.text().await.unwrap();
    let shown: f64 = shown.split_whitespace().next().unwrap().parse().unwrap();
    (by_hand, shown)
}

#[test]
fn an_assessment_from_its_first_target_to_the_rectification_struck_off() {
    walk(async || {
        let place = tempfile::tempdir().unwrap();
        let photograph = photograph(place.path());
        let site = Site::demonstration();
        let liaison = site.enters("liaison", "zh", 360).await;
        let leader = site.enters("leader", "zh", 1440).await;
        let reviewer = site.enters("reviewer", "zh", 1440).await;
        let verifier = site.enters("verifier", "zh", 360).await;
        let office = site.enters("office", "zh", 1440).await;
        let committee = site.enters("committee", "en", 1440).await;

        // The liaison, on a phone: the target, then the self-score with a photograph.
        let case = case_of(&liaison, "puqi", "open_kitchens").await;
        let number = case.rsplit('/').next().unwrap().to_owned();
        let act = form(&liaison, &case, "file_target").await;
        liaison.presses(&format!("{act} button.main")).await;
        let act = form(&liaison, &case, "score_self").await;
        liaison
            .fills(&format!("{act} [name='f.self_points']"), "4.5")
            .await;
        liaison
            .attaches(&format!("{act} [name=evidence]"), &photograph)
            .await;
        liaison
            .presses(&format!("{act} .actions button:not([name])"))
            .await;
        assert!(liaison.reads().await.contains("已自评"));

        // The leader reads, signs and submits all that is ready in one step; what is locked is not.
        let month = case_of(&leader, "puqi", "quality_month").await;
        assert!(leader.sees("#item-open_kitchens input[name=case]").await);
        assert!(!leader.sees("#item-quality_month input[name=case]").await);
        leader.presses("#sign-form [name=signed]").await;
        leader.presses("#sign-form button.main").await;

        // The reviewer looks at the photograph beside the grid, returns the item, and gets it again.
        let grid = "/review/open_kitchens";
        reviewer.goes(grid).await;
        reviewer
            .presses(&format!("#case-{number} td.proofs a"))
            .await;
        reviewer.find("#drawer .piece img").await;
        reviewer.presses("#drawer .drawer-close").await;
        reviewer
            .fills(&format!("[name='r.{number}']"), "照片看不出日期")
            .await;
        reviewer
            .presses(&format!("button[name=return][value='{number}']"))
            .await;
        liaison.goes("/work").await;
        let line = liaison
            .find(&format!(".task:has(a[href='{case}'])"))
            .await
            .text()
            .await
            .unwrap();
        assert!(line.contains("退回"), "{line}");
        let act = form(&liaison, &case, "score_self").await;
        assert!(
            liaison
                .find("#returned")
                .await
                .text()
                .await
                .unwrap()
                .contains("照片看不出日期")
        );
        liaison
            .presses(&format!("{act} .actions button:not([name])"))
            .await;
        let act = form(&leader, &case, "submit").await;
        leader.presses(&format!("{act} button.main")).await;

        // In the grid: 3 of 5 for Puqi with its reason, full points for the others; down the column by Enter.
        reviewer.goes(grid).await;
        let open = reviewer
            .asks(
                "const fields = [...document.querySelectorAll('input.points[name^=\"p.\"]')];
                 for (const field of fields) field.value = field.name === arguments[0] ? '3' : '5';
                 fields[0].focus();
                 return fields.length;",
                vec![format!("p.{number}").into()],
            )
            .await;
        assert!(open.as_u64().unwrap() >= 4, "{open} wait for the reviewer");
        reviewer
            .presses("form[data-draft] .actions button.main")
            .await;
        // Less than the self-score without a reason: refused, and what was typed is there.
        assert!(reviewer.sees("#problems").await);
        let kept = reviewer.find(&format!("[name='p.{number}']")).await;
        assert_eq!(kept.prop("value").await.unwrap().as_deref(), Some("3"));
        reviewer
            .fills(&format!("[name='r.{number}']"), "两所学校没有推行")
            .await;
        reviewer
            .presses("form[data-draft] .actions button.main")
            .await;
        assert!(!reviewer.sees("#problems").await);
        assert_eq!(points(&reviewer, "puqi", "open_kitchens").await, (3.0, 5.0));

        // The verifier on the spot, with a photograph: 2.5.
        verifier.goes(&format!("/verify/{number}")).await;
        verifier.attaches("#evidence", &photograph).await;
        verifier.fills("#points", "2.5").await;
        verifier.fills("#note", "又有一家没有开").await;
        verifier.presses("form[data-draft] button.main").await;
        assert_eq!(points(&office, "puqi", "open_kitchens").await, (2.5, 5.0));

        // The office reopens what was locked for being late: 10 % of 1 point.
        office.goes("/units/puqi").await;
        let (before, _) = points(&office, "puqi", "quality_month").await;
        let act = form(&office, &month, "reopen").await;
        assert!(
            office
                .find(&act)
                .await
                .text()
                .await
                .unwrap()
                .contains("0.1")
        );
        office
            .fills(&format!("{act} [name=reason]"), "分管人员病休")
            .await;
        office.presses(&format!("{act} button.main")).await;
        let (after, of) = points(&office, "puqi", "quality_month").await;
        assert!(
            (before - after - 0.1).abs() < 1e-9 && (of - 1.0).abs() < 1e-9,
            "{before} {after}"
        );
        let act = form(&liaison, &month, "score_self").await;
        liaison
            .presses(&format!("{act} .actions button:not([name])"))
            .await;
        let act = form(&leader, &month, "submit").await;
        leader.presses(&format!("{act} button.main")).await;

        // Drafts go out; the unit appeals; it is answered in writing: 3 points after all.
        office.goes("/batch?action=draft").await;
        office.presses("form[action='/batch'] button.main").await;
        let act = form(&leader, &case, "appeal").await;
        leader
            .fills(&format!("{act} [name=reason]"), "当天停业检修，有公告")
            .await;
        leader.presses(&format!("{act} button.main")).await;
        let act = form(&office, &case, "answer").await;
        office
            .fills(&format!("{act} [name=reason]"), "公告属实，按评审分")
            .await;
        office
            .fills(&format!("{act} [name='f.answer_points']"), "3")
            .await;
        office
            .attaches(&format!("{act} [name=evidence]"), &photograph)
            .await;
        office.presses(&format!("{act} button.main")).await;
        office.goes("/batch?action=compose").await;
        office.presses("form[action='/batch'] button.main").await;
        assert_eq!(points(&office, "puqi", "open_kitchens").await, (3.0, 5.0));
        let (by_hand, shown) = total_by_hand(&office, "puqi").await;
        assert!(
            (by_hand - shown).abs() < 0.005_001,
            "{by_hand} by hand, {shown} shown"
        );

        // A major accident, entered with its report: the unit is vetoed.
        office.goes("/records/accident/new").await;
        let report = place.path().join("调查报告.txt");
        std::fs::write(&report, "事故调查报告").unwrap();
        for (field, text) in [
            ("unit", "puqi"),
            ("level", "major"),
            ("kind", "food"),
            ("title", "学校食堂食物中毒事故"),
        ] {
            office.fills(&format!("#f-{field}"), text).await;
        }
        office
            .asks(
                "document.querySelector('#f-day').value = '2018-11-20'",
                vec![],
            )
            .await;
        office.attaches("#evidence", &report).await;
        office.presses("form.entry button.main").await;
        office.goes("/units/puqi").await;
        let card = office.reads().await;
        assert!(
            card.contains("一票否决") && card.contains("不合格"),
            "{card}"
        );

        // The leading group: the draft with what the appeal changed, then the seal.
        committee.goes("/meeting").await;
        let draft = committee.reads().await;
        assert!(
            draft.contains("公告属实，按评审分") && draft.contains("Vetoed"),
            "{draft}"
        );
        let minutes = place.path().join("会议纪要.txt");
        std::fs::write(&minutes, "市质量委员会会议纪要").unwrap();
        committee.attaches("#minutes", &minutes).await;
        for (field, text) in [
            ("f.minutes_no", "赤质委纪〔2019〕1号"),
            ("f.approval_no", "赤政办发〔2019〕2号"),
        ] {
            if committee.sees(&format!("[name='{field}']")).await {
                committee.fills(&format!("[name='{field}']"), text).await;
            }
        }
        if committee.sees("#approval").await {
            committee.fills("#approval", "赤政办发〔2019〕2号").await;
        }
        if committee.sees("[name=as_it_stands]").await {
            committee.presses("[name=as_it_stands]").await;
            committee.fills("#why", "会议决定按现有结果审定").await;
        }
        committee.presses("[name=confirmed]").await;
        committee
            .presses("form[action='/meeting'] button.main")
            .await;
        let circular = committee.path().await;
        assert!(
            circular.starts_with("/circular/"),
            "{}",
            committee.reads().await
        );
        assert!(committee.reads().await.contains("赤政办发〔2019〕2号"));

        // The circular opens rectification for whoever fell short, once.
        office.goes(&circular).await;
        assert!(office.reads().await.contains("一票否决"));
        office.presses("form[action$='/open'] button.main").await;
        leader.goes("/work?item=蒲圻街道办事处2018年考核整改").await;
        let rectify = leader
            .find(".task-what a")
            .await
            .attr("href")
            .await
            .unwrap()
            .unwrap();
        let act = form(&leader, &rectify, "report").await;
        leader
            .fills(
                &format!("{act} [name='f.measures']"),
                "停业整顿，全部食堂复查",
            )
            .await;
        leader
            .attaches(&format!("{act} [name=evidence]"), &photograph)
            .await;
        leader.presses(&format!("{act} button.main")).await;
        let act = form(&office, &rectify, "strike_off").await;
        office
            .fills(&format!("{act} [name='f.recheck_note']"), "复查合格")
            .await;
        office.presses(&format!("{act} button.main")).await;
        office.goes(&rectify).await;
        assert!(office.reads().await.contains("已销号"));
        // What was sealed stays what it was.
        office.goes("/units/puqi").await;
        let (_, total) = total_by_hand(&office, "puqi").await;
        assert!((total - shown).abs() < 1e-9, "{total} {shown}");
        for person in [liaison, leader, reviewer, verifier, office, committee] {
            let told = person.complaints().await;
            let told: Vec<&String> = told.iter().filter(|line| !line.contains("422")).collect();
            assert!(told.is_empty(), "{told:?}");
            person.leaves().await;
        }
    });
}
