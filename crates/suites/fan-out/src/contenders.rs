//! The registry: families in report order.
//!
//! A contender is one row and its impls, in one of these files.

mod channels;
mod direct;
mod floor;
mod libraries;
mod locked;
mod per_request;
mod queues;
mod slices;

use crate::{Channels, Gathers};
use contend_harness::Contender;

pub(crate) fn gathers() -> Vec<Contender<Gathers>> {
    [
        floor::GATHERS,
        direct::GATHERS,
        slices::GATHERS,
        locked::GATHERS,
        channels::GATHERS,
        per_request::GATHERS,
    ]
    .concat()
}

pub(crate) fn channels() -> Vec<Contender<Channels>> {
    [floor::CHANNELS, channels::CHANNELS, libraries::CHANNELS, queues::CHANNELS, locked::CHANNELS].concat()
}
