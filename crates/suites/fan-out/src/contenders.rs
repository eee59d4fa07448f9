//! The registry: families in report order.
//!
//! A contender is one row and its impls, in one of these files.

mod batches;
mod channels;
mod crossfire;
mod direct;
#[cfg(feature = "extended")]
mod extended;
mod floor;
mod libraries;
mod locked;
mod per_request;
mod queues;
mod slices;
mod tasks;

use crate::{Batches, Channels, Gathers, Payloads, TaskChannels};
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
    let mut rows = floor::CHANNELS.to_vec();
    rows.extend(channels::rows());
    rows.extend(libraries::rows());
    rows.extend(crossfire::rows());
    rows.extend_from_slice(crossfire::CHANNELS);
    rows.extend_from_slice(queues::CHANNELS);
    rows.extend(queues::rings());
    rows.extend(locked::rows());
    #[cfg(feature = "extended")]
    {
        rows.extend(extended::rows());
        rows.extend_from_slice(extended::CHANNELS);
    }
    rows
}

pub(crate) fn payloads() -> Vec<Contender<Payloads>> {
    let mut rows = floor::PAYLOADS.to_vec();
    rows.extend(channels::rows());
    rows.extend(libraries::rows());
    rows.extend(crossfire::rows());
    rows.extend(queues::rings());
    rows.extend(locked::rows());
    #[cfg(feature = "extended")]
    rows.extend(extended::rows());
    rows
}

pub(crate) fn batches() -> Vec<Contender<Batches>> {
    batches::BATCHES.to_vec()
}

pub(crate) fn tasks() -> Vec<Contender<TaskChannels>> {
    let rows = [floor::TASKS, tasks::TASKS, crossfire::TASKS].concat();
    #[cfg(feature = "extended")]
    let rows = [&rows[..], extended::TASKS].concat();
    rows
}
