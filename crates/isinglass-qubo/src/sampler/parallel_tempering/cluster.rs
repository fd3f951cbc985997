//! Isoenergetic cluster moves: two replicas at one temperature exchange a connected set of spins in which they differ.

use crate::rng::Stream;
use crate::sampler::replicas::{Number, Problem, Replicas};
use rand_core::Rng;

/// Clusters of sites that two replicas differ in.
///
/// Among the sites where the replicas differ (or, in a problem without linear biases where they differ in more than half of the
/// sites, among those where they agree) one is drawn, and the set connected to it is turned in both. The sum of the energies
/// stays the same, and so does the set of sites: the move keeps the Boltzmann distribution of both without any refusal.
///
/// Where sites in question percolate, the cluster is nearly all of them and the move does nothing but exchange the replicas. So it
/// is left out where the share of sites times `degree - 1` is above [`PERCOLATES`].
#[derive(Debug)]
pub(super) struct Clusters {
    mean_degree: f64,
    symmetric: bool,
    /// The cluster in which a site was met last.
    met_in: Vec<u32>,
    num_clusters: u32,
    stack: Vec<u32>,
}

/// Site percolation begins at a share of sites `p` with `p (degree - 1)` of 1.8 on the square lattice, 1.6 on the cubic one, about 2
/// on Chimera, and 1 on trees.
const PERCOLATES: f64 = 1.8;

/// The largest mean degree for which cluster moves are made unasked. Above it sites percolate before replicas have much to
/// exchange.
const LARGEST_DEGREE: f64 = 8.0;

/// Whether cluster moves are worth their time on a problem: where it has couplings, and few of them for each variable.
pub(super) fn are_sensible<T: Number>(problem: &Problem<T>) -> bool {
    (1.0..=LARGEST_DEGREE).contains(&problem.mean_degree())
}

impl Clusters {
    pub(super) fn new<T: Number>(problem: &Problem<T>) -> Self {
        Self {
            mean_degree: problem.mean_degree(),
            symmetric: problem.is_symmetric(),
            met_in: vec![0; problem.num_variables()],
            num_clusters: 0,
            stack: Vec::new(),
        }
    }

    /// Makes a cluster move between the replicas in two lanes; returns the size of the cluster.
    pub(super) fn exchange<T: Number>(
        &mut self,
        replicas: &mut Replicas<'_, T>,
        lanes: [usize; 2],
        stream: &mut Stream,
    ) -> usize {
        let num_variables = replicas.problem().num_variables();
        let differ = (0..num_variables).filter(|&variable| !replicas.agree(variable, lanes)).count();
        let among_equals = self.symmetric && 2 * differ > num_variables;
        let sites = if among_equals { num_variables - differ } else { differ };
        if sites == 0 || sites as f64 * (self.mean_degree - 1.0) > PERCOLATES * num_variables as f64 {
            return 0;
        }
        let drawn = ((u128::from(stream.next_u64()) * sites as u128) >> 64) as usize;
        let is_site = |replicas: &Replicas<'_, T>, variable| replicas.agree(variable, lanes) == among_equals;
        let seed = (0..num_variables).filter(|&variable| is_site(replicas, variable)).nth(drawn);
        self.turn(replicas, lanes, seed.expect("fewer than there are"), is_site)
    }

    fn turn<T: Number>(
        &mut self,
        replicas: &mut Replicas<'_, T>,
        lanes: [usize; 2],
        seed: usize,
        is_site: impl Fn(&Replicas<'_, T>, usize) -> bool,
    ) -> usize {
        if self.num_clusters == u32::MAX {
            self.met_in.fill(0);
            self.num_clusters = 0;
        }
        self.num_clusters += 1;
        self.met_in[seed] = self.num_clusters;
        self.stack.push(seed as u32);
        let mut size = 0;
        while let Some(variable) = self.stack.pop() {
            size += 1;
            // turning both does not change whether they agree
            replicas.flip_both(variable as usize, lanes);
            for entry in replicas.problem().row(variable as usize) {
                let met = &mut self.met_in[entry.neighbor as usize];
                if *met != self.num_clusters && is_site(replicas, entry.neighbor as usize) {
                    *met = self.num_clusters;
                    self.stack.push(entry.neighbor);
                }
            }
        }
        size
    }
}
