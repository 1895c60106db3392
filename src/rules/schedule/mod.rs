//! SCH: can the dates be believed?

use super::Native;

/// The native rules of the family, by code.
pub(super) const RULES: &[Native] = &[];
