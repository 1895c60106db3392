//! PRT: do the plans of a run fit together?

use super::Native;

/// The native rules of the family, by code.
pub(super) const RULES: &[Native] = &[];
