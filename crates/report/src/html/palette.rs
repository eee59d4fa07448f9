//! The colours of the pages. The tests say what they promise: contrast, and distance for every kind of colour vision.

use std::fmt::Write;

/// How many contenders of a family have a colour and a mark of their own; the others are grey.
pub(super) const SLOTS: usize = 8;

/// The colours of one theme, as `#rrggbb`.
struct Theme {
    background: &'static str,
    raised: &'static str,
    text: &'static str,
    muted: &'static str,
    grid: &'static str,
    link: &'static str,
    fault: &'static str,
    caution: &'static str,
    series: [&'static str; SLOTS],
}

/// Source: the series were found by search: contrast of 3 to the background, on which all marks lie, and the largest distance to
/// each other for four kinds of colour vision. They keep the order of hues of Okabe and Ito, "Color universal design", 2008, so a contender
/// keeps its family of colours when the theme changes.
const LIGHT: Theme = Theme {
    background: "#ffffff",
    raised: "#f4f5f7",
    text: "#1a1a1a",
    muted: "#5a5f66",
    grid: "#d5d8dc",
    link: "#0a58a8",
    fault: "#a33a00",
    caution: "#7a5200",
    series: ["#024684", "#7c260d", "#33a590", "#4d1443", "#85611b", "#2172a6", "#9e8c13", "#000000"],
};

const DARK: Theme = Theme {
    background: "#14171a",
    raised: "#1d2125",
    text: "#ececec",
    muted: "#b0b4ba",
    grid: "#3a3f44",
    link: "#7cc0ff",
    fault: "#ff8a3d",
    caution: "#e8b64c",
    series: ["#52b1ec", "#d24100", "#99e2bf", "#924f6d", "#c8a95c", "#4085bf", "#fcde36", "#ffffff"],
};

/// Steps of the heat map, the best first, each with the colour of what is written on it. They are the same in both
/// themes, because the cells are opaque.
///
/// Source: YlOrBr of Paul Tol, "Colour schemes", SRON/EPS/TN/09-002, 2021: the first eight of its nine steps.
const HEAT: [(&str, &str); 8] = [
    ("#ffffe5", "#000000"),
    ("#fff7bc", "#000000"),
    ("#fee391", "#000000"),
    ("#fec44f", "#000000"),
    ("#fb9a29", "#000000"),
    ("#ec7014", "#000000"),
    ("#cc4c02", "#ffffff"),
    ("#993404", "#ffffff"),
];

/// Upper ends of the heat map's steps, as ratios to the best; the last step has none. Half powers of two, because a ratio of
/// 13 and one of 74 must not look alike, and one of 1.1 must not look like one of 1.5.
pub(super) const HEAT_ENDS: [f64; 7] = [1.1, 1.41, 2.0, 2.83, 4.0, 8.0, 16.0];

/// The step of a ratio.
pub(super) fn heat_step(ratio: f64) -> usize {
    HEAT_ENDS.iter().take_while(|end| ratio >= **end).count()
}

/// The style sheet's variables and what follows from them: both themes, and light for paper.
pub(super) fn css() -> String {
    let (light, dark) = (variables(&LIGHT), variables(&DARK));
    let mut css = format!(
        ":root{{color-scheme:light;{light}}}\n\
         @media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{color-scheme:dark;{dark}}}}}\n\
         :root[data-theme=dark]{{color-scheme:dark;{dark}}}\n\
         @media print{{:root:not(#p){{color-scheme:light;{light}}}}}\n"
    );
    for slot in 0..SLOTS {
        // Writing into a string cannot fail.
        let _ = writeln!(css, ".s{slot}{{stroke:var(--c{slot})}}.f{slot}{{fill:var(--c{slot})}}");
    }
    for (step, (background, text)) in HEAT.iter().enumerate() {
        let _ = writeln!(css, ".h{step}{{background:{background};color:{text}}}");
    }
    css
}

fn variables(theme: &Theme) -> String {
    let named = [
        ("bg", theme.background),
        ("up", theme.raised),
        ("fg", theme.text),
        ("mut", theme.muted),
        ("grid", theme.grid),
        ("link", theme.link),
        ("bad", theme.fault),
        ("care", theme.caution),
    ];
    let mut text: String = named.iter().map(|(name, colour)| format!("--{name}:{colour};")).collect();
    for (slot, colour) in theme.series.iter().enumerate() {
        let _ = write!(text, "--c{slot}:{colour};");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    type Rgb = [f64; 3];
    type Matrix = [[f64; 3]; 3];

    /// How people see who lack one kind of cone, as matrices on linear RGB.
    ///
    /// Source: Machado, Oliveira and Fernandes, "A physiologically-based model for simulation of color vision
    /// deficiency", 2009, severity 1.0; the first is ordinary vision.
    const VISIONS: [(&str, Matrix); 4] = [
        ("ordinary", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
        (
            "protanopia",
            [
                [0.152_286, 1.052_583, -0.204_868],
                [0.114_503, 0.786_281, 0.099_216],
                [-0.003_882, -0.048_116, 1.051_998],
            ],
        ),
        (
            "deuteranopia",
            [
                [0.367_322, 0.860_646, -0.227_968],
                [0.280_085, 0.672_501, 0.047_413],
                [-0.011_820, 0.042_940, 0.968_881],
            ],
        ),
        (
            "tritanopia",
            [
                [1.255_528, -0.076_749, -0.178_779],
                [-0.078_411, 0.930_809, 0.147_602],
                [0.004_733, 0.691_367, 0.303_900],
            ],
        ),
    ];

    /// Source: IEC 61966-2-1, sRGB.
    fn linear(colour: &str) -> Rgb {
        let channel = |at: usize| {
            let byte = u8::from_str_radix(&colour[at..at + 2], 16).expect("two digits");
            let share = f64::from(byte) / 255.0;
            if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        [channel(1), channel(3), channel(5)]
    }

    fn times(matrix: &Matrix, colour: Rgb) -> Rgb {
        let row = |row: &[f64; 3]| row.iter().zip(colour).map(|(factor, channel)| factor * channel).sum();
        [row(&matrix[0]), row(&matrix[1]), row(&matrix[2])]
    }

    /// Source: WCAG 2.2, "contrast ratio".
    fn contrast(one: &str, other: &str) -> f64 {
        let luminance = |colour: &str| {
            let [red, green, blue] = linear(colour);
            0.2126 * red + 0.7152 * green + 0.0722 * blue
        };
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    /// Source: Ottosson, "A perceptual color space for image processing", 2020.
    fn oklab(colour: Rgb) -> Rgb {
        let cones = times(
            &[
                [0.412_221_470_8, 0.536_332_536_3, 0.051_445_992_9],
                [0.211_903_498_2, 0.680_699_545_1, 0.107_396_956_6],
                [0.088_302_461_9, 0.281_718_837_6, 0.629_978_700_5],
            ],
            colour,
        );
        times(
            &[
                [0.210_454_255_3, 0.793_617_785_0, -0.004_072_046_8],
                [1.977_998_495_1, -2.428_592_205_0, 0.450_593_709_9],
                [0.025_904_037_1, 0.782_771_766_2, -0.808_675_766_0],
            ],
            cones.map(f64::cbrt),
        )
    }

    fn distance(matrix: &Matrix, one: &str, other: &str) -> f64 {
        let seen = |colour: &str| oklab(times(matrix, linear(colour)).map(|channel| channel.clamp(0.0, 1.0)));
        let (one, other) = (seen(one), seen(other));
        100.0 * one.iter().zip(other).map(|(one, other)| (one - other).powi(2)).sum::<f64>().sqrt()
    }

    #[track_caller]
    fn check_contrast(one: &str, other: &str, at_least: f64) {
        let found = contrast(one, other);
        assert!(found >= at_least, "{one} on {other} has a contrast of {found:.2}, not {at_least}");
    }

    #[test]
    fn the_measures_agree_with_known_values() {
        assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 1e-9);
        assert!((contrast("#777777", "#ffffff") - 4.48).abs() < 0.01);
        // GitHub's green and red, which are near to each other without the green cone.
        let near = distance(&VISIONS[2].1, "#1a7f37", "#cf222e");
        assert!((4.0..7.0).contains(&near), "{near}");
        assert!(distance(&VISIONS[0].1, "#1a7f37", "#cf222e") > 20.0);
    }

    #[test]
    fn marks_and_texts_stand_out() {
        for theme in [LIGHT, DARK] {
            for ground in [theme.background, theme.raised] {
                for text in [theme.text, theme.muted, theme.link, theme.fault, theme.caution] {
                    check_contrast(text, ground, 4.5);
                }
            }
            for colour in theme.series {
                check_contrast(colour, theme.background, 3.0);
            }
        }
        for (background, text) in HEAT {
            check_contrast(text, background, 4.5);
        }
    }

    /// An area below the marks would be a ground of its own: no grey that can be seen leaves the lightest of the series its contrast.
    #[test]
    fn marks_lie_on_the_background() {
        const STYLE: &str = include_str!("report.css");
        for area in ["fill:var(--up)", "fill:var(--grid)"] {
            assert!(!STYLE.contains(area), "{area}");
        }
        assert!(
            STYLE.contains(".hatch{fill:none") && STYLE.contains(".mark{paint-order:stroke;stroke:var(--bg)")
        );
    }

    #[test]
    fn series_can_be_told_apart_by_everyone() {
        for theme in [LIGHT, DARK] {
            for (name, matrix) in &VISIONS {
                for (index, one) in theme.series.iter().enumerate() {
                    for other in &theme.series[..index] {
                        let found = distance(matrix, one, other);
                        assert!(found >= 9.0, "{one} and {other} are {found:.1} apart for {name} vision");
                    }
                }
            }
        }
    }

    #[test]
    fn steps_follow_the_ratio() {
        let steps = [1.0, 1.09, 1.1, 1.5, 2.0, 3.0, 5.0, 9.0, 16.0, f64::INFINITY].map(heat_step);
        assert_eq!(steps, [0, 0, 1, 2, 3, 4, 5, 6, 7, 7]);
        assert_eq!(HEAT.len(), HEAT_ENDS.len() + 1);
    }
}
