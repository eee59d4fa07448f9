//! The answer that `json-response` encodes: a page of a catalogue, as many services send it.

use serde::Serialize;

/// What a service answers.
#[derive(Debug, Serialize)]
pub(crate) struct Response {
    page: u32,
    next_page: Option<u32>,
    items: Vec<Item>,
}

#[derive(Debug, Serialize)]
struct Item {
    id: u64,
    name: String,
    price_cents: u64,
    rating: f64,
    in_stock: bool,
    tags: [&'static str; 2],
}

impl Response {
    /// An answer of `items` items, always the same.
    pub(crate) fn of(items: usize) -> Self {
        let item = |number: u64| Item {
            id: 1_000_000 + number * 7919,
            name: format!("Article \"{number}\", blue"),
            price_cents: 499 + number * 250,
            rating: 2.5 + number as f64 / 16.0,
            in_stock: !number.is_multiple_of(3),
            tags: ["garden", "outdoor furniture"],
        };
        Self { page: 3, next_page: Some(4), items: (0..items as u64).map(item).collect() }
    }

    /// The answer as JSON.
    pub(crate) fn encoded(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("numbers and text can be encoded")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_some_kilobytes_of_json() {
        let encoded = Response::of(40).encoded();
        assert!((4096..8192).contains(&encoded.len()), "{} bytes", encoded.len());
        let parsed: serde_json::Value = serde_json::from_slice(&encoded).unwrap();
        assert_eq!(parsed["items"].as_array().map(Vec::len), Some(40));
    }
}
