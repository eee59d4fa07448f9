//! Dates from milliseconds, in UTC and the proleptic Gregorian calendar; leap seconds do not exist, as in Unix time.

/// `20260318T091502Z`, for names; sorts as time does.
pub fn utc_stamp(unix_ms: u64) -> String {
    let (year, month, day, hour, minute, second) = civil(unix_ms);
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
}

/// `2026-03-18 09:15:02 UTC`, for people.
pub fn utc_text(unix_ms: u64) -> String {
    let (year, month, day, hour, minute, second) = civil(unix_ms);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC")
}

/// Year, month, day, hour, minute, second.
///
/// Source: <https://howardhinnant.github.io/date_algorithms.html#civil_from_days>: years begin in March, so that the
/// leap day is the last of its year, and repeat every 400 years of 146 097 days.
fn civil(unix_ms: u64) -> (u64, u64, u64, u64, u64, u64) {
    let seconds = unix_ms / 1000;
    let days = seconds / 86_400 + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    (year, month, day, seconds / 3600 % 24, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(unix_s: u64, expected: &str) {
        assert_eq!(utc_text(unix_s * 1000 + 999), expected);
        let digits: String = expected.chars().filter(char::is_ascii_digit).collect();
        assert_eq!(utc_stamp(unix_s * 1000), format!("{}T{}Z", &digits[..8], &digits[8..]));
    }

    /// Values of `date -u -d @N`.
    #[test]
    fn dates_are_what_date_prints() {
        check(0, "1970-01-01 00:00:00 UTC");
        check(951_782_399, "2000-02-28 23:59:59 UTC");
        check(951_782_400, "2000-02-29 00:00:00 UTC");
        check(951_868_800, "2000-03-01 00:00:00 UTC");
        check(1_709_164_800, "2024-02-29 00:00:00 UTC");
        check(1_735_689_599, "2024-12-31 23:59:59 UTC");
        check(1_773_825_302, "2026-03-18 09:15:02 UTC");
        check(4_107_542_400, "2100-03-01 00:00:00 UTC");
    }
}
