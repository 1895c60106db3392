//! VOC: does the plan speak clearly?

mod undefined_acronym;
mod unknown_kind;
mod vague_title;

use super::Native;

/// The native rules of the family, by code.
pub(super) const RULES: &[Native] = &[undefined_acronym::RULE, vague_title::RULE, unknown_kind::RULE];
