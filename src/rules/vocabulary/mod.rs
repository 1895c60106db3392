//! VOC: does the plan speak clearly?

mod unknown_kind;

use super::Native;

/// The native rules of the family, by code.
pub(super) const RULES: &[Native] = &[unknown_kind::RULE];
