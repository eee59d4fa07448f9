//! How large a difference has to be before it counts, however sure it is: more than what code and memory make that merely lie
//! elsewhere. All that judge or rank take their margins from here; `METHODOLOGY.md` says which takes what.

/// Of cells of one thread.
///
/// Source: five builds with other dead code moved such cells by at most 1.2 % (measured on a shared two-core machine).
pub const ALONE: f64 = 0.02;

/// What the margin of a comparison may grow to for cells whose numbers depend on where their memory lies, by their own scatter.
///
/// Source: pools and stores spread by 0.4 to 2.1 % from pair to pair and maps by 1.2 to 2.9 % (measured on a shared two-core
/// machine), so that 2 % would take many pairs of some and a few of others. Above 3 % a change of 5 % would be hard to find.
pub const PLACED: f64 = 0.03;

/// Of cells whose threads contend.
///
/// Source: their pairs spread by up to 30 % even with every thread held on its core.
pub const CONTENDED: f64 = 0.10;

/// Of cells of so many threads.
pub fn of_threads(threads: usize) -> f64 {
    if threads > 1 { CONTENDED } else { ALONE }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_contend_from_two_on() {
        let found = [1, 2, 64].map(|threads| Some(of_threads(threads)));
        assert_eq!(found, [Some(ALONE), Some(CONTENDED), Some(CONTENDED)]);
    }
}
