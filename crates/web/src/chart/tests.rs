//! A drawing says what its table says, in words too, and nothing of it runs or styles by itself.

use base::Lang;

use super::{Around, Bars, Lines, Series};

fn around(title: &str) -> Around {
    Around {
        lang: Lang::Zh,
        id: "trend".to_owned(),
        title: title.to_owned(),
        source: "食品抽检".to_owned(),
        label_head: "月份".to_owned(),
        svg: None,
        csv: None,
    }
}

fn lines() -> Lines {
    Lines {
        around: around("6月 <最低>"),
        labels: vec!["5".into(), "6".into(), "7".into(), "8".into()],
        series: vec![Series {
            name: "2018年".into(),
            values: vec![Some(0.5), Some(0.25), None, Some(1.0)],
            texts: vec!["50%".into(), "25%".into(), "未报".into(), "100%".into()],
        }],
        target: Some((0.75, "目标 75%".into())),
        format: |value| format!("{:.0}%", value * 100.0),
    }
}

#[test]
fn a_gap_stays_a_gap_and_the_end_is_named() {
    let svg = lines().file();
    // 5 to 6 is joined, 7 is missing: one piece of line, three dots.
    assert_eq!(svg.matches("class=\"line\"").count(), 1, "{svg}");
    assert_eq!(svg.matches("<circle").count(), 3);
    assert!(svg.contains("2018年 8 100%"));
    assert!(svg.contains("目标 75%"));
    // The highest stands at the top of the scale, 0 at its foot: 1.0 of 0 to 1.
    assert!(svg.contains("cy=\"30.0\""), "{svg}");
}

#[test]
fn a_drawing_is_told_in_words_and_its_texts_are_only_texts() {
    let html = lines().html();
    assert!(html.contains("role=\"img\""));
    assert!(
        html.contains("<title id=\"trend-title\">6月 &#60;最低&#62;</title>"),
        "{html}"
    );
    assert!(
        html.contains("5 50%，6 25%，7 未报，8 100%。目标 75%</desc>"),
        "{html}"
    );
    assert!(
        !html.contains("style="),
        "the policy of the site forbids it"
    );
    assert!(html.contains("<td>未报</td>") || html.contains(">未报</td>"));
}

#[test]
fn data_go_out_as_they_are_read() {
    assert_eq!(
        lines().csv(),
        [
            ["月份", "2018年"],
            ["5", "50%"],
            ["6", "25%"],
            ["7", "未报"],
            ["8", "100%"]
        ]
    );
}

#[test]
fn bars_start_at_zero() {
    let bars = Bars {
        around: around("谁最高"),
        value_head: "得分".into(),
        rows: vec![
            ("甲".into(), Some(4.0), "4".into()),
            ("乙".into(), Some(1.0), "1".into()),
            ("丙".into(), None, "未评".into()),
        ],
    };
    let svg = bars.file();
    assert!(svg.contains("width=\"100.00%\""));
    assert!(svg.contains("width=\"25.00%\""));
    assert!(svg.contains("width=\"0.00%\""));
}

#[test]
fn the_name_at_the_end_of_a_line_lies_on_no_line() {
    let place = |values: [f64; 4]| {
        let mut chart = lines();
        chart.target = None;
        for line in &mut chart.series {
            line.values = values.map(Some).to_vec();
        }
        let svg = chart.file();
        let number = |text: &str, from: &str| -> f64 {
            let rest = &text[text.rfind(from).unwrap() + from.len()..];
            rest[..rest.find('"').unwrap()].parse().unwrap()
        };
        let name = &svg[svg.find("class=\"name end\"").unwrap()..];
        let foot = number(&name[..name.find('>').unwrap()], " y=\"");
        (foot, number(&svg, "cy=\""))
    };
    // Rising, the line comes from below: the name stands above its end.
    let (foot, end) = place([0.2, 0.4, 0.6, 0.8]);
    assert!(foot < end, "{foot} {end}");
    // Falling steeply, it comes from above: the name stands below.
    let (foot, end) = place([1.0, 0.9, 0.8, 0.3]);
    assert!(foot > end + 12.0, "{foot} {end}");
}
