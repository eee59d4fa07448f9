//! Text of a message, and back. JSON throughout: a person can read it with what is on every machine.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A text that is not the message it should be.
#[derive(Debug, thiserror::Error)]
#[error("read it as {what}: {source}")]
pub struct DecodeError {
    what: &'static str,
    source: serde_json::Error,
}

/// One message as one line, without the line's end.
///
/// # Panics
/// Never for the messages of this crate: none has a map with other keys than text.
pub fn encode_line<T: Serialize>(message: &T) -> String {
    serde_json::to_string(message).expect("every message of this crate has text keys only")
}

/// One message over several lines, ending with a line's end: for files that people open.
///
/// # Panics
/// Never for the messages of this crate, as [`encode_line`].
pub fn encode_pretty<T: Serialize>(message: &T) -> String {
    let mut text =
        serde_json::to_string_pretty(message).expect("every message of this crate has text keys only");
    text.push('\n');
    text
}

/// Reads a message; `what` names it in the error.
///
/// # Errors
/// [`DecodeError`] with serde's line and column where `text` is not such a message.
pub fn decode<T: DeserializeOwned>(what: &'static str, text: &str) -> Result<T, DecodeError> {
    serde_json::from_str(text).map_err(|source| DecodeError { what, source })
}
