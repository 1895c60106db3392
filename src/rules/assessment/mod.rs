//! SCH101 to SCH114: the fourteen points of the DCMA, each a count over a fixed population.

use super::Native;

/// The native rules of the family, by code.
pub(super) const RULES: &[Native] = &[];
