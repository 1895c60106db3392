//! planlint: a linter for project plans.
//!
//! The flow, from the files to the verdict:
//!
//! ```text
//! files -> read -> model -> network -> schedule -> rules -> findings -> filter -> report
//! ```
//!
//! The library's names may change before 1.0.

pub mod catalogue;
pub mod finding;
pub mod model;
pub mod network;
pub mod read;
pub mod schedule;
pub mod source;
