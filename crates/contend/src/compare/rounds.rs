//! Which pair comes next, until every cell is decided: rounds over the open cells, looks, confirmations, the budget.
//!
//! ```text
//! round 1: pair 1 of every cell, round 2: pair 2 of every cell, ...    so that each cell samples the whole comparison
//! at a look: decided ─► same: done · slower or faster: fresh pairs must say it again · else: go on to the next look
//! ```

use super::pair::{Pair, PairFailure, PairPlan, Which};
use super::served::Failure;
use contend_protocol::CellId;
use contend_protocol::comparison::MarginSource;
use contend_protocol::sample::Fault;
use contend_stats::floor::noise_floor;
use contend_stats::looks::Looks;
use contend_stats::sequence::{State, confirmed, state};
use contend_stats::verdict::{Judgement, pairs_needed};
use std::time::Duration;

/// Pairs in a row that may be given up because the machine was disturbed, before their cell is.
const MAX_REPEATED_PAIRS: u32 = 3;

/// One cell that is to be decided, or a control of it.
#[derive(Clone, Debug)]
pub(crate) struct Task {
    pub(crate) cell: CellId,
    /// Base against base: whatever is found here is wrong.
    pub(crate) control: bool,
    pub(crate) looks: &'static Looks,
    /// The smallest change worth reporting, as a fraction.
    pub(crate) margin: f64,
    pub(crate) margin_from: MarginSource,
    /// What the margin may grow to, where the cell's own scatter is to set it at the first look.
    pub(crate) margin_up_to: Option<f64>,
    /// Slices of each side in a pair.
    pub(crate) slices: usize,
    /// Known slow-down of head, in 65,536ths of a work unit per step.
    pub(crate) handicap: u64,
}

impl Task {
    /// The noise floor that pairs of this scatter let one expect at the last look but one: whoever waits longer is nearer to
    /// the floor than a margin should be.
    pub(crate) fn floor_of(&self, log_ratios: &[f64]) -> Option<f64> {
        self.floor_at(self.looks.at.iter().rev().nth(1), log_ratios)
    }

    /// The margin that pairs of this scatter ask for: the noise floor at the second look, so that equal sides are soon known
    /// for equal.
    fn margin_by_scatter(&self, log_ratios: &[f64]) -> Option<f64> {
        self.floor_at(self.looks.at.get(1), log_ratios)
    }

    /// The noise floor at a look, or at the last one where there is no such look.
    fn floor_at(&self, look: Option<&usize>, log_ratios: &[f64]) -> Option<f64> {
        let at = look.or(self.looks.at.last())?;
        noise_floor(log_ratios, *at, self.looks.level)
    }
}

#[cfg(test)]
impl Task {
    /// A scalar cell of that contender.
    pub(crate) fn made_up(contender: &str) -> Self {
        Self {
            cell: format!("s/w/{contender}/1").parse().expect("an id"),
            control: false,
            looks: &Looks::SCALAR,
            margin: 0.02,
            margin_from: MarginSource::Default,
            margin_up_to: None,
            slices: 16,
            handicap: 0,
        }
    }
}

/// Where a task stands.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    pub(crate) task: Task,
    /// Pairs that the first decision rests on.
    pub(crate) pairs: Vec<Pair>,
    /// Fresh pairs, once an alarm asks for them.
    pub(crate) confirmation: Vec<Pair>,
    /// The first decision, where it was an alarm.
    pub(crate) alarm: Option<Judgement>,
    pub(crate) repeated_pairs: u32,
    pub(crate) repeated_slices: u64,
    pub(crate) end: Option<End>,
    share: Option<u64>,
    given_up_in_a_row: u32,
    spent: Duration,
}

/// How a task ended.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum End {
    /// Decided; an alarm was confirmed.
    Judged(Judgement),
    /// Fresh pairs did not repeat the alarm.
    Unconfirmed,
    /// All looks were used up.
    Exhausted,
    /// The machine was too disturbed.
    NotMeasurable(String),
    /// A side did something wrong.
    Wrong(Which, Fault),
}

/// Whoever measures pairs and knows the time.
pub(crate) trait Bench {
    /// Measures one pair of `subject`.
    fn pair(&mut self, subject: &Subject, plan: &PairPlan<'_>) -> Result<Pair, PairFailure>;

    /// Time since measuring began.
    fn elapsed(&mut self) -> Duration;

    /// Whether the user wants it to end.
    fn interrupted(&self) -> bool;

    /// Called after each pair.
    fn progress(&mut self, subjects: &[Subject]);
}

/// What holds for all rounds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RoundsPlan {
    pub(crate) seed: u64,
    pub(crate) budget: Option<Duration>,
}

impl Subject {
    pub(crate) fn new(task: Task) -> Self {
        Self {
            task,
            pairs: Vec::new(),
            confirmation: Vec::new(),
            alarm: None,
            repeated_pairs: 0,
            repeated_slices: 0,
            end: None,
            share: None,
            given_up_in_a_row: 0,
            spent: Duration::ZERO,
        }
    }

    /// Pairs of the decision that is being made.
    pub(crate) fn current(&self) -> &[Pair] {
        if self.alarm.is_some() { &self.confirmation } else { &self.pairs }
    }

    /// Time that its pairs took.
    pub(crate) fn spent(&self) -> Duration {
        self.spent
    }

    pub(crate) fn log_ratios(&self) -> Vec<f64> {
        self.current().iter().map(|pair| pair.log_ratio).collect()
    }

    /// Pairs that will probably decide it, beyond those there are; `None` where none are likely to.
    pub(crate) fn pairs_left(&self) -> Option<usize> {
        let (task, have) = (&self.task, self.current().len());
        let (first, last) = (task.looks.at.first()?, *task.looks.at.last()?);
        if have < *first {
            return Some(first - have);
        }
        let needed = pairs_needed(&self.log_ratios(), task.margin, task.looks.level, last)?;
        Some(needed.saturating_sub(have).max(1))
    }

    fn cost_left(&self) -> Option<Duration> {
        let measured = u32::try_from(self.pairs.len() + self.confirmation.len()).unwrap_or(u32::MAX);
        let per_pair = if measured == 0 { Duration::from_millis(150) } else { self.spent / measured };
        Some(per_pair * u32::try_from(self.pairs_left()?).unwrap_or(u32::MAX))
    }

    fn take(&mut self, outcome: Result<Pair, PairFailure>) {
        match outcome {
            Ok(pair) => {
                self.given_up_in_a_row = 0;
                self.share = Some(pair.share);
                self.repeated_slices += pair.repeated;
                let pairs = if self.alarm.is_some() { &mut self.confirmation } else { &mut self.pairs };
                pairs.push(pair);
                self.look();
            }
            Err(PairFailure::Disturbed { reason, repeated }) => {
                self.repeated_slices += repeated;
                self.give_up(reason);
            }
            Err(PairFailure::Side(_, Failure::NotMeasurable(reason))) => self.give_up(reason),
            Err(PairFailure::Side(which, Failure::Faulty(fault))) => {
                self.end = Some(End::Wrong(which, fault));
            }
            Err(PairFailure::Side(which, failure)) => {
                let message = format!("its process {failure}");
                self.end = Some(End::Wrong(which, Fault::Panicked { message }));
            }
        }
    }

    fn give_up(&mut self, reason: String) {
        self.repeated_pairs += 1;
        self.given_up_in_a_row += 1;
        if self.given_up_in_a_row > MAX_REPEATED_PAIRS {
            self.end = Some(End::NotMeasurable(reason));
        }
    }

    /// Lets the scatter of the first look's pairs set the margin: a narrower one would leave the cell undecided. How widely
    /// pairs scatter does not say which way the cell has moved, and more pairs do not change the margin any more.
    fn settle_margin(&mut self) {
        let (task, log_ratios) = (&self.task, self.log_ratios());
        let first = task.looks.at.first().copied();
        let Some(most) =
            task.margin_up_to.filter(|_| self.alarm.is_none() && Some(log_ratios.len()) == first)
        else {
            return;
        };
        let margin = task.margin_by_scatter(&log_ratios).unwrap_or(most).min(most);
        if margin > task.margin {
            self.task.margin = margin;
            self.task.margin_from = MarginSource::Scatter;
        }
    }

    /// Judges, if there are as many pairs as a look wants.
    fn look(&mut self) {
        self.settle_margin();
        let judgement = match state(&self.log_ratios(), self.task.margin, self.task.looks) {
            State::NeedMore(_) => return,
            State::Decided(decision) => decision.judgement,
            State::Exhausted => Judgement::Open,
        };
        match (self.alarm, judgement) {
            (None, Judgement::Open) => self.end = Some(End::Exhausted),
            (None, Judgement::Same) => self.end = Some(End::Judged(judgement)),
            (None, alarm) => self.alarm = Some(alarm),
            (Some(alarm), again) if confirmed(alarm, again) => self.end = Some(End::Judged(alarm)),
            (Some(_), _) => self.end = Some(End::Unconfirmed),
        }
    }
}

/// Measures until every subject has ended, the budget is used up, or the user stops it.
pub(crate) fn run(subjects: &mut [Subject], plan: RoundsPlan, bench: &mut impl Bench) {
    let mut random = fastrand::Rng::with_seed(plan.seed);
    loop {
        let open = affordable(subjects, plan, bench.elapsed());
        if open.is_empty() {
            return;
        }
        for index in open {
            let began = bench.elapsed();
            if bench.interrupted() || plan.budget.is_some_and(|budget| began >= budget) {
                return;
            }
            let subject = &subjects[index];
            let pair_plan = PairPlan {
                cell: &subject.task.cell,
                seed: plan.seed,
                handicap: subject.task.handicap,
                slices: subject.task.slices,
                share: subject.share,
                first: if random.bool() { Which::Base } else { Which::Head },
            };
            let outcome = bench.pair(subject, &pair_plan);
            // A pair that the user's Ctrl-C cut short says nothing about its cell.
            if bench.interrupted() && outcome.is_err() {
                return;
            }
            let spent = bench.elapsed().saturating_sub(began);
            subjects[index].spent += spent;
            subjects[index].take(outcome);
            bench.progress(subjects);
        }
    }
}

/// The open subjects of the next round, in their order. Where the budget is not enough for all, those that are nearest to
/// their decision, and the controls: without them nothing that is decided can be believed.
fn affordable(subjects: &[Subject], plan: RoundsPlan, elapsed: Duration) -> Vec<usize> {
    let mut open: Vec<usize> = (0..subjects.len()).filter(|&index| subjects[index].end.is_none()).collect();
    let Some(budget) = plan.budget else { return open };
    let left = budget.saturating_sub(elapsed);
    let cost = |index: &usize| subjects[*index].cost_left().unwrap_or(Duration::MAX);
    open.sort_by_key(|index| (!subjects[*index].task.control, cost(index)));
    let mut sum = Duration::ZERO;
    let fitting = open.iter().take_while(|&index| {
        sum = sum.saturating_add(cost(index));
        sum <= left
    });
    // The nearest one goes on even where its prediction is too long: it may be wrong, and the time is there.
    let fitting = fitting.count().max(1);
    open.truncate(fitting);
    open.sort_unstable();
    open
}

/// Time that the open subjects will probably take.
pub(crate) fn time_left(subjects: &[Subject], plan: RoundsPlan, elapsed: Duration) -> Duration {
    let open = subjects.iter().filter(|subject| subject.end.is_none());
    let all = open.filter_map(Subject::cost_left).fold(Duration::ZERO, Duration::saturating_add);
    plan.budget.map_or(all, |budget| all.min(budget.saturating_sub(elapsed)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pairs that are made up: a cell's change and scatter, and what goes wrong with it.
    struct MadeUp {
        random: fastrand::Rng,
        now: Duration,
        interrupt_after: Option<usize>,
        order: Vec<String>,
        outcome: fn(&Subject, usize, f64) -> Result<f64, PairFailure>,
    }

    const PAIR: Duration = Duration::from_millis(100);

    impl Bench for MadeUp {
        fn pair(&mut self, subject: &Subject, plan: &PairPlan<'_>) -> Result<Pair, PairFailure> {
            self.now += PAIR;
            self.order.push(plan.cell.contender().to_owned());
            // Close enough to normal, with an sd of 1.
            let scatter = (0..12).map(|_| self.random.f64()).sum::<f64>() - 6.0;
            (self.outcome)(subject, self.order.len(), scatter).map(made_up_pair)
        }

        fn elapsed(&mut self) -> Duration {
            self.now
        }

        fn interrupted(&self) -> bool {
            self.interrupt_after.is_some_and(|pairs| self.order.len() >= pairs)
        }

        fn progress(&mut self, _subjects: &[Subject]) {}
    }

    fn made_up_pair(log_ratio: f64) -> Pair {
        Pair {
            log_ratio,
            base_ns: 10.0,
            head_ns: 10.0 * log_ratio.exp(),
            base_first: true,
            share: 100,
            slices: 16,
            repeated: 0,
        }
    }

    fn subject(contender: &str) -> Subject {
        Subject::new(Task::made_up(contender))
    }

    struct Ran {
        subjects: Vec<Subject>,
        order: Vec<String>,
    }

    fn ran(
        contenders: &[&str],
        budget: Option<Duration>,
        interrupt_after: Option<usize>,
        outcome: fn(&Subject, usize, f64) -> Result<f64, PairFailure>,
    ) -> Ran {
        let mut subjects: Vec<Subject> = contenders.iter().map(|contender| subject(contender)).collect();
        let random = fastrand::Rng::with_seed(1);
        let mut bench = MadeUp { random, now: Duration::ZERO, interrupt_after, order: Vec::new(), outcome };
        run(&mut subjects, RoundsPlan { seed: 1, budget }, &mut bench);
        Ran { subjects, order: bench.order }
    }

    fn lost(message: &str) -> PairFailure {
        PairFailure::Side(Which::Head, Failure::Lost(message.to_owned()))
    }

    fn disturbed() -> PairFailure {
        PairFailure::Disturbed { reason: "a hog".to_owned(), repeated: 32 }
    }

    #[test]
    fn cells_take_turns_until_each_is_decided() {
        let Ran { subjects, order } = ran(&["same", "slower"], None, None, |subject, _, scatter| {
            Ok(0.005 * scatter + if subject.task.cell.contender() == "slower" { 0.05 } else { 0.0 })
        });
        assert_eq!(order[..4], ["same", "slower", "same", "slower"]);
        assert_eq!(subjects[0].end, Some(End::Judged(Judgement::Same)));
        assert_eq!(subjects[1].end, Some(End::Judged(Judgement::Slower)));
        assert!(subjects[0].confirmation.is_empty());
        assert_eq!((subjects[1].pairs.len(), subjects[1].confirmation.len()), (8, 8), "both on their own");
    }

    #[test]
    fn what_fresh_pairs_do_not_repeat_is_not_reported() {
        let Ran { subjects, .. } = ran(&["once"], None, None, |subject, _, scatter| {
            Ok(0.001 * scatter + if subject.alarm.is_none() { 0.05 } else { 0.0 })
        });
        assert_eq!(subjects[0].end, Some(End::Unconfirmed));
    }

    #[test]
    fn a_change_at_the_margin_uses_all_looks_up() {
        let Ran { subjects, order } = ran(&["edge"], None, None, |_, _, scatter| Ok(0.02 + 0.01 * scatter));
        assert_eq!((subjects[0].end.as_ref(), order.len()), (Some(&End::Exhausted), 90));
    }

    /// The margin of a cell whose scatter may set it up to 5 %, and where that comes from.
    fn settled(outcome: fn(&Subject, usize, f64) -> Result<f64, PairFailure>) -> (f64, MarginSource) {
        let mut subjects = [Subject::new(Task { margin_up_to: Some(0.05), ..Task::made_up("x") })];
        let random = fastrand::Rng::with_seed(1);
        let (now, order) = (Duration::ZERO, Vec::new());
        let mut bench = MadeUp { random, now, interrupt_after: None, order, outcome };
        run(&mut subjects, RoundsPlan { seed: 1, budget: None }, &mut bench);
        (subjects[0].task.margin, subjects[0].task.margin_from)
    }

    #[test]
    fn scatter_sets_the_margin_within_its_bounds() {
        assert_eq!(settled(|_, _, scatter| Ok(0.002 * scatter)), (0.02, MarginSource::Default));
        assert_eq!(settled(|_, _, scatter| Ok(0.5 * scatter)), (0.05, MarginSource::Scatter));
        let (margin, from) = settled(|_, _, scatter| Ok(0.1 + 0.025 * scatter));
        assert!((0.02..0.05).contains(&margin) && from == MarginSource::Scatter, "{margin}");
    }

    #[test]
    fn scatter_never_narrows_a_margin() {
        let task = Task { margin: 0.04, margin_up_to: Some(0.03), ..Task::made_up("x") };
        let mut subject = Subject::new(Task { margin_from: MarginSource::Calibrated, ..task });
        for number in 0..8 {
            let log_ratio = if number % 2 == 0 { 0.5 } else { -0.5 };
            subject.take(Ok(made_up_pair(log_ratio)));
        }
        assert_eq!((subject.task.margin, subject.task.margin_from), (0.04, MarginSource::Calibrated));
    }

    #[test]
    fn controls_come_first_where_the_budget_is_short() {
        let task = |contender: &str, control| Task { control, ..Task::made_up(contender) };
        let mut subjects = [Subject::new(task("cell", false)), Subject::new(task("control", true))];
        let random = fastrand::Rng::with_seed(1);
        let (now, order) = (Duration::ZERO, Vec::new());
        let outcome = |_: &Subject, _: usize, scatter: f64| Ok(0.001 * scatter);
        let mut bench = MadeUp { random, now, interrupt_after: None, order, outcome };
        run(&mut subjects, RoundsPlan { seed: 1, budget: Some(PAIR * 10) }, &mut bench);
        assert_eq!(subjects[1].end, Some(End::Judged(Judgement::Same)));
        assert_eq!(subjects[0].end, None);
    }

    #[test]
    fn a_cell_that_fails_ends_alone() {
        let Ran { subjects, .. } = ran(&["dies", "lives"], None, None, |subject, _, scatter| {
            if subject.task.cell.contender() == "dies" { Err(lost("died")) } else { Ok(0.001 * scatter) }
        });
        let message = "its process died".to_owned();
        assert_eq!(subjects[0].end, Some(End::Wrong(Which::Head, Fault::Panicked { message })));
        assert_eq!(subjects[1].end, Some(End::Judged(Judgement::Same)));
    }

    #[test]
    fn disturbed_pairs_are_repeated_and_then_given_up() {
        let sometimes = ran(&["now-and-then"], None, None, |_, number, scatter| {
            if number % 2 == 0 { Err(disturbed()) } else { Ok(0.001 * scatter) }
        });
        assert_eq!(sometimes.subjects[0].end, Some(End::Judged(Judgement::Same)));
        assert_eq!(sometimes.subjects[0].repeated_pairs, 7);
        let always = ran(&["always"], None, None, |_, _, _| Err(disturbed()));
        assert_eq!(always.subjects[0].end, Some(End::NotMeasurable("a hog".to_owned())));
        assert_eq!((always.order.len(), always.subjects[0].repeated_slices), (4, 128));
    }

    #[test]
    fn a_short_budget_goes_to_what_is_nearest_to_a_decision() {
        // `near` needs 8 pairs, `far` lies on the margin. 16 pairs are not enough for both to see 12.
        let Ran { subjects, order } = ran(&["far", "near"], Some(PAIR * 18), None, |subject, _, scatter| {
            let far = subject.task.cell.contender() == "far";
            Ok(if far { 0.02 + 0.02 * scatter } else { 0.001 * scatter })
        });
        assert_eq!(order.len(), 18, "the budget is used, and no more");
        assert_eq!(subjects[1].end, Some(End::Judged(Judgement::Same)));
        assert_eq!(subjects[0].end, None);
    }

    #[test]
    fn an_interruption_keeps_what_is_decided() {
        let Ran { subjects, order } = ran(&["a", "b"], None, Some(3), |_, _, scatter| Ok(0.001 * scatter));
        assert_eq!(order.len(), 3);
        assert_eq!((subjects[0].pairs.len(), subjects[1].pairs.len()), (2, 1));
    }

    #[test]
    fn the_same_seed_gives_the_same_turns() {
        let outcome = |_: &Subject, _: usize, scatter: f64| Ok(0.01 * scatter);
        let (one, two) = (ran(&["a"], None, None, outcome), ran(&["a"], None, None, outcome));
        assert_eq!(one.subjects[0].pairs, two.subjects[0].pairs);
    }
}
