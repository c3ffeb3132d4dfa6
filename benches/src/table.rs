//! The table: Markdown for the README, JSON for machines.

use serde_json::{Value as Json, json};

use crate::bench::Bench;
use crate::findings::{Failure, Findings, Measured, Row};

/// Writes `results.json` and `results.md` into the results' folder.
///
/// # Errors
/// They cannot be written.
pub fn write(bench: &Bench, found: &Findings) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(&as_json(bench, found)).unwrap_or_default();
    for (name, text) in [
        ("results.json", text),
        ("results.md", markdown(bench, found)),
    ] {
        let path = bench.out.join(name);
        std::fs::write(&path, text).map_err(|error| Failure::file(&path, &error))?;
    }
    Ok(())
}

/// The peer that is compared with: the best one.
fn best_peer(row: &Row) -> Option<&(String, Measured)> {
    let order =
        |a: &&(String, Measured), b: &&(String, Measured)| a.1.best().total_cmp(&b.1.best());
    if row.ours.unit.is_more_better() {
        row.peers.iter().max_by(order)
    } else {
        row.peers.iter().min_by(order)
    }
}

/// The table as Markdown, with notes below.
pub fn markdown(bench: &Bench, found: &Findings) -> String {
    let mut text = String::from(
        "| Work | Zhicheng | Peers | Compared with the best peer | Reach | Aim |\n|---|---|---|---|---|---|\n",
    );
    let mut notes = String::new();
    for row in &found.rows {
        let unit = row.ours.unit;
        let peer = best_peer(row).map(|(_, measured)| measured.best());
        let compared = row.goal.compared(row.ours.best(), peer);
        let (reach, aim) = row.goal.marks();
        let mark = |mark: f64| {
            let met = compared.map_or("–", |compared| {
                if row.goal.meets(compared, mark) {
                    "✓"
                } else {
                    "✗"
                }
            });
            format!("{} {met}", row.goal.shown(mark, unit))
        };
        let peers: Vec<String> = row
            .peers
            .iter()
            .map(|(name, measured)| format!("{name} {}", measured.unit.shown(measured.best())))
            .collect();
        text.push_str(&format!(
            "| {} | {} | {} | {} | {} | {} |\n",
            row.work,
            unit.shown(row.ours.best()),
            peers.join(", "),
            compared.map_or_else(|| "–".to_owned(), |compared| row.goal.shown(compared, unit)),
            mark(reach),
            mark(aim),
        ));
        for note in &row.notes {
            notes.push_str(&format!("- {}: {note}\n", row.work));
        }
    }
    for (work, why) in &found.left_out {
        notes.push_str(&format!("- `{work}` was not measured: {why}\n"));
    }
    format!(
        "{text}\nBest of {} runs in turn, two threads each.\n\n{notes}",
        bench.rounds
    )
}

fn as_json(bench: &Bench, found: &Findings) -> Json {
    let side = |measured: &Measured| {
        json!({
            "unit": format!("{:?}", measured.unit),
            "best": measured.best(),
            "median": measured.median(),
            "runs": measured.runs,
        })
    };
    let rows: Vec<Json> = found
        .rows
        .iter()
        .map(|row| {
            let peer = best_peer(row).map(|(_, measured)| measured.best());
            json!({
                "work": row.work,
                "ours": side(&row.ours),
                "peers": row.peers.iter().map(|(name, measured)| (name.clone(), side(measured)))
                    .collect::<serde_json::Map<String, Json>>(),
                "goal": format!("{:?}", row.goal),
                "compared": row.goal.compared(row.ours.best(), peer),
                "notes": row.notes,
            })
        })
        .collect();
    let growth: Vec<Json> = found
        .growth
        .iter()
        .map(|growth| json!({"name": growth.name, "unit": format!("{:?}", growth.unit), "lines": growth.lines}))
        .collect();
    let left_out: Vec<Json> = found
        .left_out
        .iter()
        .map(|(work, why)| json!({"work": work, "why": why}))
        .collect();
    json!({
        "quick": bench.quick,
        "rounds": bench.rounds,
        "profile": if cfg!(debug_assertions) { "debug" } else { "release" },
        "rows": rows,
        "growth": growth,
        "left_out": left_out,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::{Goal, Unit};

    #[test]
    fn the_best_peer_is_compared_with() {
        let row = |unit, peers: [f64; 2]| Row {
            work: "w".into(),
            ours: Measured {
                unit,
                runs: vec![1.0],
            },
            peers: peers
                .map(|best| {
                    (
                        best.to_string(),
                        Measured {
                            unit,
                            runs: vec![best],
                        },
                    )
                })
                .to_vec(),
            goal: Goal::Faster(5.0, 10.0),
            notes: Vec::new(),
        };
        let named = |row: &Row| best_peer(row).map(|(name, _)| name.clone());
        assert_eq!(named(&row(Unit::Seconds, [7.0, 6.0])).as_deref(), Some("6"));
        assert_eq!(
            named(&row(Unit::PerSecond, [7.0, 6.0])).as_deref(),
            Some("7")
        );
    }
}
