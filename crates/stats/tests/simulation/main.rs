//! What the statistics are worth, found by simulating what they are for. Every seed is fixed, so a failure repeats.

mod draws;
mod forecasts;
mod intervals;
mod modes;
mod steps;
mod verdicts;
