//! Lines with tones: what a terminal colours.

/// What a line is, for its colour.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Tone {
    Plain,
    Heading,
    Warning,
    Fault,
}

/// Lines and their tones.
#[derive(Debug, Default)]
pub(crate) struct Page {
    lines: Vec<(Tone, String)>,
}

impl Page {
    pub(crate) fn add(&mut self, tone: Tone, lines: impl IntoIterator<Item = String>) {
        self.lines.extend(lines.into_iter().map(|line| (tone, line)));
    }

    pub(crate) fn gap(&mut self) {
        self.lines.push((Tone::Plain, String::new()));
    }

    pub(crate) fn text(&self, colour: bool) -> String {
        let paint = |(tone, line): &(Tone, String)| match tone.code().filter(|_| colour && !line.is_empty()) {
            Some(code) => format!("\u{1b}[{code}m{line}\u{1b}[0m\n"),
            None => format!("{line}\n"),
        };
        self.lines.iter().map(paint).collect()
    }
}

impl Tone {
    /// Source: ECMA-48, 5th edition, 1991, §8.3.117: select graphic rendition.
    fn code(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Heading => Some("1"),
            Self::Warning => Some("33"),
            Self::Fault => Some("31"),
        }
    }
}
