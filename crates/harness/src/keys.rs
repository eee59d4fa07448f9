//! Key sets, made before any clock starts.

/// The keys `user_0`, `user_1`, ... that the articles' services look up.
#[inline]
pub fn user_key(index: usize) -> String {
    format!("user_{index}")
}

/// Fresh keys `temp_{worker}_0`, `temp_{worker}_1`, ... that only one worker inserts.
pub fn temp_key(worker: usize, number: usize) -> String {
    format!("temp_{worker}_{number}")
}
