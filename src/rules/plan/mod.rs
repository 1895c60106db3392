//! PLN: what is wrong with the plan itself, as far as it takes the whole model to see it. The rest of the family is
//! found by the readers and by the network.

mod duplicate_title;
mod empty_plan;
mod invalid_value;
mod missing_field;
mod placeholder;

use super::Native;

/// The native rules of the family, by code.
pub(super) const RULES: &[Native] =
    &[invalid_value::RULE, missing_field::RULE, empty_plan::RULE, duplicate_title::RULE, placeholder::RULE];
