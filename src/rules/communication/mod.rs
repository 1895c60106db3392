//! COM: does everyone know?

mod notice_too_late;

use super::Native;

/// The native rules of the family, by code.
pub(super) const RULES: &[Native] = &[notice_too_late::RULE];
