//! Lines of a bounded width: paragraphs, named values, tables.

/// Least width of any output, in characters: tables get no narrower.
pub(crate) const MIN_WIDTH: usize = 80;

/// A space at which no line is broken, as between a number and its unit. It is printed as a common one.
pub(crate) const HARD_SPACE: char = '\u{a0}';

/// Between two columns.
const GAP: &str = "  ";

/// A table: its first column is text on the left, the others are numbers on the right.
#[derive(Debug)]
pub(crate) struct Table {
    head: Vec<String>,
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    name: String,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Numbers(Vec<String>),
    Text(String),
    /// Across all columns, indented by so much.
    Across(usize),
}

impl Table {
    /// A table with these heads, the name's first.
    pub(crate) fn new(head: impl IntoIterator<Item = String>) -> Self {
        Self { head: head.into_iter().collect(), rows: Vec::new() }
    }

    /// A row of numbers, one for each head but the first.
    pub(crate) fn numbers(&mut self, name: String, numbers: Vec<String>) {
        let numbers = numbers.into_iter().map(|number| number.replace(HARD_SPACE, " ")).collect();
        self.rows.push(Row { name: plain(&name), content: Content::Numbers(numbers) });
    }

    /// A row of text in the place of numbers.
    pub(crate) fn text(&mut self, name: String, text: String) {
        self.rows.push(Row { name: plain(&name), content: Content::Text(text) });
    }

    /// A row of text across all columns.
    pub(crate) fn across(&mut self, text: String, indent: usize) {
        self.rows.push(Row { name: text, content: Content::Across(indent) });
    }

    /// The table in lines of at most `width` characters, as long as the numbers alone fit.
    ///
    /// A name that leaves no room for its numbers gets a line of its own.
    pub(crate) fn lines(&self, width: usize) -> Vec<String> {
        let widths = self.number_widths();
        let taken: usize = widths.iter().map(|width| width + GAP.len()).sum();
        let has_name = |row: &&Row| !matches!(row.content, Content::Across(_));
        let names = self.rows.iter().filter(has_name).map(|row| row.name.as_str());
        let name_width = names.chain(self.head.first().map(String::as_str)).map(length).max();
        let name_width = name_width.unwrap_or(0).min(width.saturating_sub(taken));
        let Some((name_head, number_heads)) = self.head.split_first() else { return Vec::new() };
        let mut lines = numbers_row(name_head, number_heads, name_width, &widths);
        for row in &self.rows {
            lines.extend(match &row.content {
                Content::Numbers(numbers) => numbers_row(&row.name, numbers, name_width, &widths),
                Content::Text(text) => text_row(&row.name, text, name_width, width),
                Content::Across(indent) => named("", &row.name, *indent, width),
            });
        }
        lines
    }

    fn number_widths(&self) -> Vec<usize> {
        let mut widths: Vec<usize> = self.head.iter().skip(1).map(|head| length(head)).collect();
        for row in &self.rows {
            let Content::Numbers(numbers) = &row.content else { continue };
            for (width, number) in widths.iter_mut().zip(numbers) {
                *width = (*width).max(length(number));
            }
        }
        widths
    }
}

fn numbers_row(name: &str, numbers: &[String], name_width: usize, widths: &[usize]) -> Vec<String> {
    let cells = numbers.iter().zip(widths);
    let numbers: String = cells.map(|(number, width)| format!("{GAP}{number:>width$}")).collect();
    if length(name) <= name_width {
        vec![format!("{name:<name_width$}{numbers}")]
    } else {
        vec![name.to_owned(), format!("{:name_width$}{numbers}", "")]
    }
}

fn text_row(name: &str, text: &str, name_width: usize, width: usize) -> Vec<String> {
    if length(name) <= name_width {
        return named(name, text, name_width + GAP.len(), width);
    }
    let mut lines = vec![name.to_owned()];
    lines.extend(named("", text, 4, width));
    lines
}

/// `text` behind `name`, which is padded to `indent`; further lines are indented as far.
pub(crate) fn named(name: &str, text: &str, indent: usize, width: usize) -> Vec<String> {
    let lines = wrap(text, width.saturating_sub(indent), 0);
    let names = std::iter::once(name).chain(std::iter::repeat(""));
    names.zip(lines).map(|(name, line)| format!("{name:<indent$}{line}").trim_end().to_owned()).collect()
}

/// `text` in lines of at most `width` characters, the second and later ones indented. Breaks words that are longer.
pub(crate) fn wrap(text: &str, width: usize, indent: usize) -> Vec<String> {
    let text = plain(text);
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut empty = true;
    let words = text.split(|letter: char| letter.is_whitespace() && letter != HARD_SPACE);
    let words = words.filter(|word| !word.is_empty());
    for word in words.flat_map(|word| pieces(&word.replace(HARD_SPACE, " "), width.saturating_sub(indent))) {
        if !empty && length(&line) + 1 + length(&word) > width {
            lines.push(std::mem::replace(&mut line, " ".repeat(indent)));
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(&word);
        empty = false;
    }
    lines.push(line);
    lines
}

/// A word in pieces of at most `width` characters.
fn pieces(word: &str, width: usize) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    letters.chunks(width.max(1)).map(|piece| piece.iter().collect()).collect()
}

/// Text without what would move the cursor or colour the terminal.
pub(crate) fn plain(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

/// Characters, which is what a terminal shows for all but wide scripts.
pub(crate) fn length(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check_wrap(text: &str, indent: usize, expected: &[&str]) {
        assert_eq!(wrap(text, 10, indent), expected);
    }

    #[test]
    fn paragraphs_are_wrapped() {
        check_wrap("", 2, &[""]);
        check_wrap("one two", 2, &["one two"]);
        check_wrap("one two three four", 2, &["one two", "  three", "  four"]);
        check_wrap("0123456789", 0, &["0123456789"]);
        check_wrap("x 0123456789abcdef", 2, &["x 01234567", "  89abcdef"]);
        check_wrap("größer als µs", 0, &["größer als", "µs"]);
        check_wrap("twelve 27\u{a0}µs", 0, &["twelve", "27 µs"]);
        check_wrap("a\u{1b}[31mb\nc", 0, &["a [31mb c"]);
    }

    #[test]
    fn values_stand_behind_their_names() {
        assert_eq!(named("a", "one two", 3, 6), ["a  one", "   two"]);
        assert_eq!(named("a", "", 3, 6), ["a"]);
    }

    #[test]
    fn a_long_name_gets_a_line_of_its_own() {
        let mut table = Table::new(["n", "x"].map(str::to_owned));
        table.numbers("ab".to_owned(), vec!["1".to_owned()]);
        table.numbers("abcdefgh".to_owned(), vec!["22".to_owned()]);
        table.text("ab".to_owned(), "no number".to_owned());
        table.text("abcdefgh".to_owned(), "no number".to_owned());
        assert_eq!(
            table.lines(10),
            [
                "n        x",
                "ab       1",
                "abcdefgh",
                "        22",
                "ab      no",
                "        nu",
                "        mb",
                "        er",
                "abcdefgh",
                "    no",
                "    number"
            ]
        );
    }

    #[test]
    fn text_across_the_columns_widens_none_of_them() {
        let mut table = Table::new(["n", "x"].map(str::to_owned));
        table.across("a heading".to_owned(), 0);
        table.numbers(" a".to_owned(), vec!["1\u{a0}s".to_owned()]);
        table.across("and a note".to_owned(), 2);
        assert_eq!(table.lines(10), ["n     x", "a heading", " a  1 s", "  and a", "  note"]);
    }

    proptest! {
        #[test]
        fn no_line_is_too_long(text in any::<String>(), indent in 0_usize..20) {
            for line in wrap(&text, 40, indent) {
                prop_assert!(length(&line) <= 40, "{line:?}");
            }
        }

        #[test]
        fn no_letter_is_lost(text in any::<String>(), indent in 0_usize..20) {
            let letters = |text: &str| text.chars().filter(|letter| !letter.is_whitespace()).collect::<String>();
            let wrapped = wrap(&text, 40, indent).join(" ");
            prop_assert_eq!(letters(&wrapped), letters(&plain(&text)));
        }
    }
}
