//! A drawing of figures (SVG): lines or points in a frame, each axis linear or logarithmic. It reads on light and dark ground.

use std::fmt::Write as _;

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 440.0;
/// The frame: left, right, top, bottom.
const FRAME: [f64; 4] = [70.0, 560.0, 44.0, 390.0];
/// Colours that can be told apart on white and on nearly black, also by most who see few colours.
const COLOURS: [&str; 10] =
    ["#3a86c8", "#d1603d", "#3f9b58", "#9a6bc0", "#c28f17", "#7f7f7f", "#d24f92", "#2f9c9c", "#8c6d4f", "#8fa31e"];
/// Dashes, so that lines of one colour can be told apart.
const DASHES: [&str; 4] = ["", "7 4", "2 3", "10 3 2 3"];

/// How numbers lie on an axis.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Scale {
    Linear,
    Logarithmic,
}

/// An axis: what it is called, and how numbers lie on it.
pub(super) struct Axis {
    pub(super) title: &'static str,
    pub(super) scale: Scale,
}

/// Points of one name; joined by a line where there are several.
pub(super) struct Series {
    pub(super) name: String,
    /// Which colour and which dash.
    pub(super) colour: usize,
    pub(super) dash: usize,
    pub(super) points: Vec<(f64, f64)>,
}

/// A drawing.
pub(super) struct Plot {
    pub(super) title: String,
    /// Below the title: machine, version, seed.
    pub(super) note: String,
    pub(super) x: Axis,
    pub(super) y: Axis,
    pub(super) series: Vec<Series>,
}

/// The ends of an axis and its ticks.
struct Range {
    scale: Scale,
    from: f64,
    to: f64,
    ticks: Vec<f64>,
}

impl Range {
    fn new(scale: Scale, values: impl Iterator<Item = f64>) -> Self {
        let (least, most) = values.fold((f64::INFINITY, 0.0_f64), |(least, most), x| (least.min(x), most.max(x)));
        // Without values the axis begins at 1.
        let least = if least.is_finite() { least } else { 1.0 };
        let mut ticks = Vec::new();
        if scale == Scale::Linear {
            // 0 to the next multiple of a step that gives at most ten ticks.
            let steps = [0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 50.0, 100.0, 1000.0];
            let step = steps.into_iter().find(|step| most / step <= 10.0).unwrap_or(most / 10.0);
            let mut tick = 0.0;
            while tick < most + step || ticks.len() < 2 {
                ticks.push(tick);
                tick += step;
            }
        } else {
            let mut tick = 1e-6;
            while tick * 10.0 <= least.max(1e-6) {
                tick *= 10.0;
            }
            ticks.push(tick);
            while tick < most && ticks.len() < 20 {
                tick *= 10.0;
                ticks.push(tick);
            }
            if ticks.len() == 1 {
                ticks.push(tick * 10.0);
            }
        }
        Self { scale, from: ticks[0], to: ticks[ticks.len() - 1], ticks }
    }

    /// Where a value lies, 0 to 1.
    fn place(&self, value: f64) -> f64 {
        match self.scale {
            Scale::Linear => (value - self.from) / (self.to - self.from),
            Scale::Logarithmic => libm::log10(value.max(self.from) / self.from) / libm::log10(self.to / self.from),
        }
    }
}

impl Plot {
    /// The drawing. Points that an axis cannot show (0 on a logarithmic one) are left out.
    pub(super) fn svg(&self) -> String {
        let shows = |axis: &Axis, value: f64| value.is_finite() && (axis.scale == Scale::Linear || value > 0.0);
        let kept = |series: &Series| -> Vec<(f64, f64)> {
            series.points.iter().copied().filter(|(x, y)| shows(&self.x, *x) && shows(&self.y, *y)).collect()
        };
        let all: Vec<(f64, f64)> = self.series.iter().flat_map(kept).collect();
        let x = Range::new(self.x.scale, all.iter().map(|(x, _)| *x));
        let y = Range::new(self.y.scale, all.iter().map(|(_, y)| *y));
        let [left, right, top, bottom] = FRAME;
        let at = |(px, py): (f64, f64)| (left + (right - left) * x.place(px), bottom - (bottom - top) * y.place(py));
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"12\" role=\"img\" aria-label=\"{title}\">\n\
             <style>.ink{{fill:#222}}.grid{{stroke:#ccc}}.ground{{fill:#fff}}@media(prefers-color-scheme:dark){{.ink{{fill:#ddd}}.grid{{stroke:#444}}.ground{{fill:#161616}}}}</style>\n\
             <rect class=\"ground\" width=\"{WIDTH}\" height=\"{HEIGHT}\"/>\n\
             <text class=\"ink\" x=\"{left}\" y=\"18\" font-size=\"14\">{title}</text><text class=\"ink\" x=\"{left}\" y=\"34\" font-size=\"10\">{note}</text>\n",
            title = escaped(&self.title),
            note = escaped(&self.note)
        );
        // Writing to a string does not fail.
        for tick in &x.ticks {
            let place = left + (right - left) * x.place(*tick);
            let _ = writeln!(
                svg,
                "<path class=\"grid\" d=\"M{place:.1} {top}V{bottom}\"/><text class=\"ink\" x=\"{place:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
                bottom + 16.0,
                number(*tick)
            );
        }
        for tick in &y.ticks {
            let place = bottom - (bottom - top) * y.place(*tick);
            let _ = writeln!(
                svg,
                "<path class=\"grid\" d=\"M{left} {place:.1}H{right}\"/><text class=\"ink\" x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                left - 6.0,
                place + 4.0,
                number(*tick)
            );
        }
        let middle = f64::midpoint(left, right);
        let _ = writeln!(
            svg,
            "<text class=\"ink\" x=\"{middle}\" y=\"{}\" text-anchor=\"middle\">{}</text><text class=\"ink\" transform=\"translate(16 {}) rotate(-90)\" text-anchor=\"middle\">{}</text>",
            bottom + 36.0,
            escaped(self.x.title),
            f64::midpoint(top, bottom),
            escaped(self.y.title)
        );
        for (row, series) in self.series.iter().enumerate() {
            let (colour, dash) = (COLOURS[series.colour % COLOURS.len()], DASHES[series.dash % DASHES.len()]);
            let points: Vec<(f64, f64)> = kept(series).into_iter().map(at).collect();
            if points.len() > 1 {
                let line: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
                let _ = writeln!(
                    svg,
                    "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" stroke-dasharray=\"{dash}\"/>",
                    line.join(" ")
                );
            }
            for (x, y) in &points {
                let _ = writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\" fill=\"{colour}\"/>");
            }
            let place = top + 10.0 + 18.0 * row as f64;
            let _ = writeln!(
                svg,
                "<path d=\"M{} {place}h22\" stroke=\"{colour}\" stroke-width=\"3\" stroke-dasharray=\"{dash}\"/><text class=\"ink\" x=\"{}\" y=\"{}\">{}</text>",
                right + 14.0,
                right + 42.0,
                place + 4.0,
                escaped(&series.name)
            );
        }
        svg.push_str("</svg>\n");
        svg
    }
}

/// A tick: "0.01", "1", "10k", "1M".
fn number(value: f64) -> String {
    let (value, unit) = match value {
        x if x >= 999_999.5 => (x / 1e6, "M"),
        x if x >= 999.5 => (x / 1e3, "k"),
        x => (x, ""),
    };
    let digits = format!("{value:.6}");
    format!("{}{unit}", digits.trim_end_matches('0').trim_end_matches('.'))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plot(scale: Scale, points: Vec<(f64, f64)>) -> Plot {
        let series = vec![Series { name: "a < b".into(), colour: 0, dash: 1, points }];
        let axis = |title| Axis { title, scale };
        Plot { title: "T & t".into(), note: "n".into(), x: axis("size"), y: axis("s"), series }
    }

    #[test]
    fn a_line_of_slope_one_goes_from_corner_to_corner_on_logarithmic_axes() {
        let svg = plot(Scale::Logarithmic, vec![(1e3, 0.1), (1e4, 1.0), (1e5, 10.0)]).svg();
        assert!(svg.contains("points=\"70.0,390.0 315.0,217.0 560.0,44.0\""), "{svg}");
        assert!(svg.contains(">100k<") && svg.contains(">0.1<") && svg.contains("a &lt; b"), "{svg}");
        assert!(svg.contains("prefers-color-scheme:dark") && svg.ends_with("</svg>\n"));
        assert_eq!(svg.matches("<circle").count(), 3);
    }

    #[test]
    fn what_an_axis_cannot_show_is_left_out() {
        let svg = plot(Scale::Logarithmic, vec![(1e3, 0.0), (1e4, f64::NAN), (1e5, 10.0)]).svg();
        assert_eq!((svg.matches("<circle").count(), svg.matches("<polyline").count()), (1, 0));
        assert!(!plot(Scale::Linear, Vec::new()).svg().contains("NaN"));
        assert!(!plot(Scale::Logarithmic, Vec::new()).svg().contains("NaN"));
    }

    #[test]
    fn ticks_are_short() {
        assert_eq!([0.01, 0.5, 1.0, 1e3, 2.5e4, 1e7].map(number), ["0.01", "0.5", "1", "1k", "25k", "10M"]);
    }
}
