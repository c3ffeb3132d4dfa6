//! A handover: the security administrator registers the successor, who signs in with the password made for
//! them and chooses their own; the liaison hands over with a draft, the successor signs, the draft is theirs.

use crate::site::{Site, walk};

const PASSWORD: &str = "两只黄鹂鸣翠柳 two orioles";

#[test]
fn a_liaison_hands_the_work_over_to_a_successor() {
    walk(async || {
        let site = Site::demonstration();
        let security = site.enters("security", "en", 1440).await;
        security.goes("/admin/people#new").await;
        security.fills("#name", "何小云").await;
        security.fills("#role", "liaison").await;
        security.fills("#unit", "puqi").await;
        security.fills("#login", "hexiaoyun").await;
        security
            .presses("#new ~ form button.main, section[aria-labelledby=new] button.main")
            .await;
        let secret = security.find("#told code").await.text().await.unwrap();

        // Something begun and not handed in.
        let liaison = site.enters("liaison", "en", 1440).await;
        liaison.goes("/units/puqi/items").await;
        let case = liaison.find("#item-accidents th a").await;
        let case = case.attr("href").await.unwrap().unwrap();
        liaison.goes(&case).await;
        liaison
            .fills("[name='f.self_note']", "全年没有事故，台账齐全")
            .await;
        for _ in 0..100 {
            let told = liaison
                .asks(
                    "return document.querySelector('[data-draft-told]').textContent",
                    vec![],
                )
                .await;
            if !told.as_str().unwrap_or_default().is_empty() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        liaison.goes("/me").await;
        let taker = liaison
            .asks(
                "return [...document.querySelectorAll('#taker option')].find((o) => o.textContent.includes('何小云')).value",
                vec![],
            )
            .await;
        liaison.presses("details:has(#taker) summary").await;
        liaison.fills("#taker", taker.as_str().unwrap()).await;
        liaison.fills("#note", "调市发改局").await;
        liaison
            .presses("form[action='/me/handover'] button.main")
            .await;
        let list = liaison.path().await;
        assert!(list.starts_with("/handovers/"), "{list}");
        let text = liaison.reads().await;
        assert!(text.contains("not yet") && text.contains(&case), "{text}");

        // The successor: the password that was made is changed first, then the list is signed.
        let successor = site.visitor("en", 1440).await;
        successor.goes("/sign-in").await;
        successor.fills("#login", "hexiaoyun").await;
        successor.fills("#password", &secret).await;
        successor
            .presses("form[action='/sign-in'] button.main")
            .await;
        assert!(successor.path().await.starts_with("/me/password"));
        successor.fills("#old", &secret).await;
        successor.fills("#password", PASSWORD).await;
        successor.fills("#again", PASSWORD).await;
        successor
            .presses("form[action='/me/password'] button.main")
            .await;
        successor.goes(&list).await;
        successor.presses("form.notice button.main").await;
        let text = successor.reads().await;
        assert!(!text.contains("not yet"), "{text}");
        successor.goes(&case).await;
        let typed = successor
            .find("[name='f.self_note']")
            .await
            .prop("value")
            .await
            .unwrap();
        assert_eq!(typed.as_deref(), Some("全年没有事故，台账齐全"));
        // Signing twice is no longer offered.
        successor.goes(&list).await;
        assert!(!successor.sees("form.notice button.main").await);
        for person in [security, liaison, successor] {
            person.leaves().await;
        }
    });
}
