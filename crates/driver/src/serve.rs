//! Serving: slices on request, for whoever compares this executable with another one.
//!
//! Between two requests nothing runs here, so that the other side has the machine to itself. A slice is that of every
//! driver: [`Session`] measures it.

use crate::settings::Settings;
use contend_harness::{Cell, Failure, Handicap, Limits, Session, Slice, Suite};
use contend_protocol::serve::{Answer, Prepared, Request, ServedSlice};
use contend_protocol::{CellId, decode, encode_line, exit};
use std::io::{self, BufRead};
use std::time::Duration;

/// Answers requests until `requests` ends. Returns the exit code.
pub(crate) fn serve(
    suite: &Suite,
    settings: &Settings,
    requests: impl BufRead,
    mut say: impl FnMut(&str) -> io::Result<()>,
) -> io::Result<u8> {
    let mut server = Server { suite, settings, cell: None };
    for line in requests.lines() {
        let answer = match decode("a request", &line?) {
            Ok(request) => server.answer(request),
            Err(error) => Answer::Refused { reason: error.to_string() },
        };
        say(&encode_line(&answer))?;
    }
    Ok(exit::OK)
}

struct Server<'a> {
    suite: &'a Suite,
    settings: &'a Settings,
    /// The cell that is ready, if one is.
    cell: Option<Ready>,
}

struct Ready {
    cell: Cell,
    seed: u64,
    session: Session,
}

impl Server<'_> {
    fn answer(&mut self, request: Request) -> Answer {
        match request {
            Request::Prepare { cell, seed, handicap } => self.prepare(&cell, seed, handicap),
            Request::Slice { share, rebuild } => self.slice(share, rebuild),
            Request::Conclude => self.conclude(),
        }
    }

    fn prepare(&mut self, id: &CellId, seed: u64, handicap: u64) -> Answer {
        let Some(cell) = self.suite.cell(id) else {
            return refused(format!("find cell `{id}` in suite {}", self.suite.id()));
        };
        if let Some(reason) = cell.unavailable() {
            return refused(format!("measure {id}: {reason}"));
        }
        // The cell before goes first: two at once would have less memory and other places in it.
        self.cell = None;
        // One slice per request, whose window the other side decides: nothing is repeated or aimed here.
        let limits =
            Limits { hang_bound: self.settings.hang_bound, max_repeats: 0, window: Duration::from_millis(1) };
        let mut session = Session::new(&cell, seed, &self.settings.cores, limits);
        session.set_handicap(Handicap::per_step(handicap));
        let prepared = Prepared {
            definition: cell.definition_hash(),
            oversubscribed: session.oversubscribed(),
            blocks: cell.blocks(),
            placed: cell.placed(),
            pinned: !session.oversubscribed() && session.pin_error().is_none(),
        };
        self.cell = Some(Ready { cell, seed, session });
        Answer::Prepared(prepared)
    }

    fn slice(&mut self, share: u64, rebuild: bool) -> Answer {
        let Some(Ready { cell, seed, session }) = &mut self.cell else {
            return refused("measure a slice: no cell is prepared".to_owned());
        };
        if rebuild {
            session.rebuild(cell, *seed);
        }
        match session.rough_slice(share) {
            Ok(slice) => {
                let disturbed = slice.validate(cell.blocks(), session.oversubscribed()).err();
                if disturbed.is_none() {
                    session.observe();
                }
                Answer::Slice(served(slice, disturbed.map(|disturbance| disturbance.to_string())))
            }
            Err(failure) => {
                self.cell = None;
                failed(failure)
            }
        }
    }

    fn conclude(&mut self) -> Answer {
        match self.cell.take().map(|ready| ready.session.verdict()) {
            None => refused("conclude: no cell is prepared".to_owned()),
            Some(Ok(())) => Answer::Concluded { not_measurable: None },
            Some(Err(failure)) => failed(failure),
        }
    }
}

fn refused(reason: String) -> Answer {
    Answer::Refused { reason }
}

fn failed(failure: Failure) -> Answer {
    match failure {
        Failure::Fault(fault) => Answer::Faulty { fault },
        Failure::NotMeasurable(reason) => Answer::Concluded { not_measurable: Some(reason) },
    }
}

fn served(slice: Slice, disturbed: Option<String>) -> ServedSlice {
    ServedSlice {
        window_ns: slice.window_ns,
        ops: slice.ops,
        cpu_ns: slice.cpu_ns,
        run_delay_ns: slice.run_delay_ns,
        voluntary_switches: slice.voluntary_switches,
        involuntary_switches: slice.involuntary_switches,
        minor_faults: slice.minor_faults,
        failed_attempts: slice.failed_attempts,
        disturbed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contend_harness::{Cores, known_cost};

    const PREPARE: &str = r#"{"ask":"prepare","cell":"known-cost/amount-1/spinner/1","seed":1,"handicap":0}"#;

    fn answers(requests: &[&str]) -> Vec<Answer> {
        let cores = Cores::detect();
        let settings = Settings::from_environment(&cores).expect("the environment sets nothing odd");
        let mut answers = Vec::new();
        let code = serve(&known_cost::suite(), &settings, requests.join("\n").as_bytes(), |line| {
            answers.push(decode("an answer", line).expect("it decodes"));
            Ok(())
        });
        assert_eq!(code.expect("nothing fails to be said"), exit::OK);
        answers
    }

    #[test]
    fn a_cell_is_prepared_measured_rebuilt_and_concluded() {
        let slice = r#"{"ask":"slice","share":10,"rebuild":false}"#;
        let rebuilt = r#"{"ask":"slice","share":20,"rebuild":true}"#;
        let answers = answers(&[PREPARE, slice, rebuilt, r#"{"ask":"conclude"}"#]);
        let [Answer::Prepared(prepared), Answer::Slice(first), Answer::Slice(second), concluded] =
            &answers[..]
        else {
            panic!("{answers:?}")
        };
        assert!(!prepared.oversubscribed && !prepared.placed);
        assert_eq!((first.ops[0], second.ops[0]), (10, 20));
        assert_eq!(concluded, &Answer::Concluded { not_measurable: None });
    }

    #[track_caller]
    fn check_refusal(requests: &[&str], expected: &str) {
        let answers = answers(requests);
        let Some(Answer::Refused { reason }) = answers.last() else { panic!("{answers:?}") };
        assert!(reason.contains(expected), "{reason}");
    }

    #[test]
    fn what_cannot_be_done_is_refused_and_nothing_else_happens() {
        check_refusal(&["dance"], "read it as a request");
        check_refusal(&[r#"{"ask":"slice","share":1,"rebuild":false}"#], "no cell is prepared");
        check_refusal(&[PREPARE, r#"{"ask":"conclude"}"#, r#"{"ask":"conclude"}"#], "no cell is prepared");
        check_refusal(&[&PREPARE.replace("spinner", "idler")], "find cell `known-cost/amount-1/idler/1`");
    }
}
