//! GeoJSON (RFC 7946) to shapes on a drawing: degrees on an even grid, narrowed by the cosine of the
//! middle latitude, as maps of one county are drawn.

use serde_json::Value as Json;

/// Shapes that are read.
const SHAPES_MAX: usize = 2000;
/// Points of all shapes.
const POINTS_MAX: usize = 400_000;
/// Width of the drawing.
const WIDTH: f64 = 800.0;

/// A ring of points: longitude, latitude.
type Ring = Vec<(f64, f64)>;

/// An area with what it is called.
pub(super) struct Shape {
    /// Values of its properties that may name a unit.
    pub names: Vec<String>,
    rings: Vec<Ring>,
}

impl Shape {
    /// How it is told where no unit is found.
    pub fn label(&self) -> String {
        self.names.join(" · ")
    }
}

/// A drawing.
pub(super) struct Drawing {
    pub width: u32,
    pub height: u32,
    pub shapes: Vec<Drawn>,
}

/// A shape with its path.
pub(super) struct Drawn {
    pub shape: Shape,
    pub path: String,
    pub middle: (f64, f64),
}

/// Properties in which a unit may be named, the surest first.
const NAMES: &[&str] = &["unit", "id", "adcode", "code", "division", "name", "NAME"];

/// Reads a collection of polygons.
pub(super) fn read(json: &Json) -> Result<Vec<Shape>, ()> {
    if json["type"] != "FeatureCollection" {
        return Err(());
    }
    let features = json["features"].as_array().ok_or(())?;
    let mut shapes = Vec::new();
    let mut points = 0_usize;
    for feature in features.iter().take(SHAPES_MAX) {
        let geometry = &feature["geometry"];
        let coordinates = &geometry["coordinates"];
        let rings: Vec<Ring> = match geometry["type"].as_str() {
            Some("Polygon") => rings(coordinates)?,
            Some("MultiPolygon") => {
                let polygons = coordinates.as_array().ok_or(())?;
                let all: Result<Vec<Vec<Ring>>, ()> = polygons.iter().map(rings).collect();
                all?.into_iter().flatten().collect()
            }
            // Points and lines of a map are no areas.
            _ => continue,
        };
        points += rings.iter().map(Vec::len).sum::<usize>();
        if points > POINTS_MAX {
            return Err(());
        }
        let names = NAMES
            .iter()
            .filter_map(|name| match &feature["properties"][name] {
                Json::String(text) => Some(text.trim().to_owned()),
                Json::Number(number) => Some(number.to_string()),
                _ => None,
            })
            .filter(|name| !name.is_empty())
            .collect();
        shapes.push(Shape { names, rings });
    }
    if shapes.is_empty() {
        Err(())
    } else {
        Ok(shapes)
    }
}

fn rings(json: &Json) -> Result<Vec<Ring>, ()> {
    let point = |json: &Json| -> Result<(f64, f64), ()> {
        let longitude = json[0].as_f64().ok_or(())?;
        let latitude = json[1].as_f64().ok_or(())?;
        let is_on_earth = longitude.abs() <= 180.0 && latitude.abs() <= 90.0;
        is_on_earth.then_some((longitude, latitude)).ok_or(())
    };
    json.as_array()
        .ok_or(())?
        .iter()
        .map(|ring| ring.as_array().ok_or(())?.iter().map(point).collect())
        .collect()
}

/// Draws shapes side by side as they lie.
pub(super) fn draw(shapes: &[Shape]) -> Drawing {
    let all = || shapes.iter().flat_map(|shape| shape.rings.iter().flatten());
    let (mut west, mut east, mut south, mut north) = (180.0_f64, -180.0_f64, 90.0_f64, -90.0_f64);
    for (longitude, latitude) in all() {
        west = west.min(*longitude);
        east = east.max(*longitude);
        south = south.min(*latitude);
        north = north.max(*latitude);
    }
    let narrow = ((south + north) / 2.0).to_radians().cos().max(0.05);
    let scale = WIDTH / ((east - west) * narrow).max(1e-9);
    let place = |(longitude, latitude): &(f64, f64)| {
        (
            (longitude - west) * narrow * scale,
            (north - latitude) * scale,
        )
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a drawing of some thousand pixels"
    )]
    let height = ((north - south) * scale).ceil().clamp(1.0, 4000.0) as u32;
    let shapes = shapes
        .iter()
        .map(|shape| {
            let mut path = String::new();
            for ring in &shape.rings {
                for (at, point) in ring.iter().enumerate() {
                    let (x, y) = place(point);
                    path.push_str(if at == 0 { "M" } else { "L" });
                    path.push_str(&format!("{x:.1} {y:.1}"));
                }
                path.push('Z');
            }
            Drawn {
                middle: middle(shape, place),
                path,
                shape: Shape {
                    names: shape.names.clone(),
                    rings: Vec::new(),
                },
            }
        })
        .collect();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a constant"
    )]
    Drawing {
        width: WIDTH as u32,
        height,
        shapes,
    }
}

/// The middle of the box around the longest ring, where the name stands.
fn middle(shape: &Shape, place: impl Fn(&(f64, f64)) -> (f64, f64)) -> (f64, f64) {
    let Some(longest) = shape.rings.iter().max_by_key(|ring| ring.len()) else {
        return (0.0, 0.0);
    };
    let (mut left, mut right, mut top, mut bottom) = (
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::INFINITY,
        f64::NEG_INFINITY,
    );
    for point in longest {
        let (x, y) = place(point);
        left = left.min(x);
        right = right.max(x);
        top = top.min(y);
        bottom = bottom.max(y);
    }
    if left > right {
        return (0.0, 0.0);
    }
    (f64::midpoint(left, right), f64::midpoint(top, bottom))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(properties: &str, at: f64) -> String {
        let (a, b) = (at, at + 1.0);
        format!(
            r#"{{"type":"Feature","properties":{properties},"geometry":{{"type":"Polygon","coordinates":[[[{a},0],[{b},0],[{b},1],[{a},1],[{a},0]]]}}}}"#
        )
    }

    #[test]
    fn shapes_lie_as_on_the_map() {
        let text = format!(
            r#"{{"type":"FeatureCollection","features":[{},{}]}}"#,
            square(r#"{"name":"西"}"#, 0.0),
            square(r#"{"adcode":421281,"name":"东"}"#, 1.0),
        );
        let shapes = read(&serde_json::from_str(&text).unwrap()).unwrap();
        assert_eq!(shapes[1].names, ["421281", "东"]);
        let drawing = draw(&shapes);
        // Two squares of one degree side by side near the equator: half as high as wide.
        assert!((398..=402).contains(&drawing.height), "{}", drawing.height);
        assert!((drawing.shapes[0].middle.0 - 200.0).abs() < 1.0);
        assert!((drawing.shapes[1].middle.0 - 600.0).abs() < 1.0);
        // North is up: the first point (latitude 0) is at the foot.
        assert!(
            drawing.shapes[0].path.starts_with("M0.0 400."),
            "{}",
            drawing.shapes[0].path
        );
    }

    #[test]
    fn what_is_no_map_is_refused() {
        for text in [
            "{}",
            r#"{"type":"FeatureCollection","features":[]}"#,
            r#"{"type":"FeatureCollection","features":[{"geometry":{"type":"Polygon","coordinates":[[[500,0]]]}}]}"#,
            r#"{"type":"FeatureCollection","features":[{"geometry":{"type":"Point","coordinates":[1,2]}}]}"#,
        ] {
            assert!(
                read(&serde_json::from_str(text).unwrap()).is_err(),
                "{text}"
            );
        }
    }
}
