//! Ways to call what comes next.

use crate::dispatch::handlers::{add, mask, rotate, scale};
use crate::{Pipeline, Pipelines, Setup};
use contend_harness::Contender;
use std::hint::black_box;

pub(super) const PIPELINES: &[Contender<Pipelines>] = &[
    Contender::of::<Generic>("generic").note("the types are known when compiling: all four are inlined"),
    Contender::of::<Matched>("enum-match").note("a vector of an enum, with a match for each handler"),
    Contender::of::<Pointers>("fn-pointer")
        .note("a vector of functions that the compiler cannot see through"),
    Contender::of::<Boxed>("box-dyn")
        .note("a vector of boxed trait objects, as middleware is mostly written"),
];

/// What comes next, whatever it is.
trait Handler: Send + Sync {
    fn handle(&self, request: u64) -> u64;
}

/// A handler's own number, and its work.
#[derive(Clone, Copy)]
struct Step {
    key: u64,
    units: u64,
}

impl Setup {
    fn steps(&self) -> [Step; 4] {
        self.keys.map(|key| Step { key, units: self.units })
    }
}

struct Add(Step);
struct Mask(Step);
struct Rotate(Step);
struct Scale(Step);

impl Handler for Add {
    #[inline]
    fn handle(&self, request: u64) -> u64 {
        add(request, self.0.key, self.0.units)
    }
}

impl Handler for Mask {
    #[inline]
    fn handle(&self, request: u64) -> u64 {
        mask(request, self.0.key, self.0.units)
    }
}

impl Handler for Rotate {
    #[inline]
    fn handle(&self, request: u64) -> u64 {
        rotate(request, self.0.key, self.0.units)
    }
}

impl Handler for Scale {
    #[inline]
    fn handle(&self, request: u64) -> u64 {
        scale(request, self.0.key, self.0.units)
    }
}

/// Handlers whose types are parameters.
struct Chain<A, B, C, D>(A, B, C, D);

type Generic = Chain<Add, Mask, Rotate, Scale>;

impl Pipeline for Generic {
    fn new(setup: &Setup) -> Self {
        let [first, second, third, fourth] = setup.steps();
        Self(Add(first), Mask(second), Rotate(third), Scale(fourth))
    }

    #[inline(always)]
    fn run(&self, request: u64) -> u64 {
        let Self(first, second, third, fourth) = self;
        fourth.handle(third.handle(second.handle(first.handle(request))))
    }
}

/// Handlers of one type that knows all of them.
struct Matched(Vec<AnyHandler>);

enum AnyHandler {
    Add(Add),
    Mask(Mask),
    Rotate(Rotate),
    Scale(Scale),
}

impl Pipeline for Matched {
    fn new(setup: &Setup) -> Self {
        let [first, second, third, fourth] = setup.steps();
        // Opaque, or the compiler would know which handlers there are.
        Self(black_box(vec![
            AnyHandler::Add(Add(first)),
            AnyHandler::Mask(Mask(second)),
            AnyHandler::Rotate(Rotate(third)),
            AnyHandler::Scale(Scale(fourth)),
        ]))
    }

    #[inline(always)]
    fn run(&self, request: u64) -> u64 {
        self.0.iter().fold(request, |request, handler| match handler {
            AnyHandler::Add(handler) => handler.handle(request),
            AnyHandler::Mask(handler) => handler.handle(request),
            AnyHandler::Rotate(handler) => handler.handle(request),
            AnyHandler::Scale(handler) => handler.handle(request),
        })
    }
}

/// A handler of which nothing is known but its shape: request, key, units.
type Function = fn(u64, u64, u64) -> u64;

/// Functions with what they need.
struct Pointers(Vec<(Function, Step)>);

impl Pipeline for Pointers {
    fn new(setup: &Setup) -> Self {
        let functions: [Function; 4] = [add, mask, rotate, scale];
        Self(black_box(functions.into_iter().zip(setup.steps()).collect()))
    }

    #[inline(always)]
    fn run(&self, request: u64) -> u64 {
        self.0.iter().fold(request, |request, (function, step)| function(request, step.key, step.units))
    }
}

/// Handlers of unknown types.
struct Boxed(Vec<Box<dyn Handler>>);

impl Pipeline for Boxed {
    fn new(setup: &Setup) -> Self {
        let [first, second, third, fourth] = setup.steps();
        Self(black_box(vec![
            Box::new(Add(first)),
            Box::new(Mask(second)),
            Box::new(Rotate(third)),
            Box::new(Scale(fourth)),
        ]))
    }

    #[inline(always)]
    fn run(&self, request: u64) -> u64 {
        self.0.iter().fold(request, |request, handler| handler.handle(request))
    }
}
