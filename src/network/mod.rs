//! Who waits for whom: references resolved, the hierarchy, and the dependency graph with its cycles and reachability.
//!
//! Tasks that do not resolve are left out once, with a finding (PLN007); everything after this module sees only tasks
//! that exist. Nothing here recurses: plans can be a chain of a million tasks or ten thousand levels deep.

mod carry;
mod cycles;
mod graph;
mod hierarchy;
mod index;
mod reach;
mod references;

use crate::finding::Finding;
use crate::model::Model;

pub use carry::{Arrived, Carried, Dates, Few, Way};
pub use cycles::{Knot, KnotKind, Step};
pub use graph::{Edge, Graph, Node};
pub use hierarchy::Hierarchy;
pub use index::Index;
pub use reach::{Before, Reach};
pub use references::{Predecessor, Ref, References};

/// The network of a run.
pub struct Network {
    /// Ids to entities.
    pub index: Index,
    /// What every reference means.
    pub references: References,
    /// Phases and what is inside them.
    pub hierarchy: Hierarchy,
    /// The dependency graph. A misspelt predecessor whose nearest name is a task counts as that task here, so that one
    /// slip of the hand is one finding, and not ten more about what is no longer upstream.
    pub graph: Graph,
    /// Tasks that wait for each other in circles, by what is written and nothing else.
    pub knots: Vec<Knot>,
}

impl Network {
    /// Builds the network of a model. The findings are about ids and references: PLN006 and PLN007.
    pub fn new(model: &Model<'_>) -> (Self, Vec<Finding>) {
        let (index, mut findings) = Index::new(model);
        let (references, unresolved) = References::new(model, &index);
        findings.extend(unresolved);
        let hierarchy = Hierarchy::new(model, &references);
        let mut graph = Graph::new(model, &hierarchy, |link| references.predecessor(link));
        let knots = cycles::knots(model, &graph);
        if references.has_guesses() {
            graph = Graph::new(model, &hierarchy, |link| references.likely_predecessor(link));
        }
        (Self { index, references, hierarchy, graph, knots }, findings)
    }
}
