//! Growth plots as SVG: records against cost, both axes logarithmic.

use plotters::prelude::*;

use crate::bench::Bench;
use crate::findings::{Failure, Findings, Growth};

/// Size of a plot in pixels.
const SIZE: (u32, u32) = (860, 520);

/// Line colours that differ for colour-blind readers too (Okabe and Ito, 2008).
const COLOURS: [RGBColor; 6] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
];

/// Draws every growth plot into `docs/growth` (of a quick run into the results' folder).
///
/// # Errors
/// A file cannot be written.
pub fn write(bench: &Bench, found: &Findings) -> Result<(), Failure> {
    let folder = match bench.quick {
        true => bench.out.join("growth"),
        false => bench.repository.join("docs/growth"),
    };
    for growth in &found.growth {
        std::fs::create_dir_all(&folder).map_err(|error| Failure::file(&folder, &error))?;
        let path = folder.join(format!("{}.svg", growth.name));
        let drawn =
            svg(growth).map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
        std::fs::write(&path, drawn).map_err(|error| Failure::file(&path, &error))?;
    }
    Ok(())
}

/// The plot of one growth.
fn svg(growth: &Growth) -> Result<String, Box<dyn std::error::Error>> {
    let points = || {
        growth
            .lines
            .iter()
            .flat_map(|(_, points)| points.iter().copied())
    };
    let range = |of: fn(&(f64, f64)) -> f64| {
        let (low, high) = points()
            .map(|point| of(&point))
            .filter(|at| *at > 0.0)
            .fold((f64::INFINITY, 0.0_f64), |(low, high), at| {
                (low.min(at), high.max(at))
            });
        if low.is_finite() {
            (low / 1.5)..(high * 1.5)
        } else {
            1.0..10.0
        }
    };
    let mut text = String::new();
    {
        let area = SVGBackend::with_string(&mut text, SIZE).into_drawing_area();
        area.fill(&WHITE)?;
        let mut chart = ChartBuilder::on(&area)
            .caption(&growth.title, ("sans-serif", 20))
            .margin(16)
            .x_label_area_size(44)
            .y_label_area_size(86)
            .build_cartesian_2d(
                range(|point| point.0).log_scale(),
                range(|point| point.1).log_scale(),
            )?;
        chart
            .configure_mesh()
            .x_desc("records")
            .x_label_formatter(&|records| format!("{records:.0}"))
            .y_label_formatter(&|cost| growth.unit.shown(*cost))
            .light_line_style(WHITE)
            .draw()?;
        for ((name, points), colour) in growth.lines.iter().zip(COLOURS.iter().cycle()) {
            chart
                .draw_series(
                    LineSeries::new(points.iter().copied(), colour.stroke_width(2)).point_size(3),
                )?
                .label(name.as_str())
                .legend(|(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(2)));
        }
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::UpperLeft)
            .background_style(WHITE.mix(0.85))
            .border_style(BLACK.mix(0.3))
            .draw()?;
        area.present()?;
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Unit;

    #[test]
    fn a_plot_names_its_lines_and_stays_within_its_size() {
        let growth = Growth {
            name: "rating".into(),
            title: "Rating".into(),
            unit: Unit::Seconds,
            lines: vec![
                ("Zhicheng".into(), vec![(1e4, 0.001), (1e7, 0.06)]),
                ("DuckDB".into(), vec![(1e4, 0.01)]),
            ],
        };
        let text = svg(&growth).unwrap();
        assert!(text.starts_with("<svg") && text.contains("Zhicheng") && text.contains("DuckDB"));
        let empty = Growth {
            lines: Vec::new(),
            ..growth
        };
        assert!(svg(&empty).is_ok());
    }
}
