//! A model in which variables that stand alike in several samples turn together.

use crate::model::{Bqm, BqmBuilder, ModelError, Vartype};

/// A model over clusters: the connected sets of interacting variables whose products `s_i s_j` agree in all given samples.
///
/// With `r` the first sample, the sample `t` of clusters stands for `s_i = r_i t_c(i)` and has its energy: the first sample
/// is all ones, and every other given sample is a sample of clusters as well.
#[derive(Clone, Debug)]
pub(crate) struct Contraction {
    pub(crate) model: Bqm,
    reference: Vec<i8>,
    cluster: Vec<u32>,
}

impl Contraction {
    /// The model over the clusters of `samples`, of which there is at least one.
    ///
    /// # Errors
    /// [`ModelError`] when a sum of biases is not finite.
    pub(crate) fn new(spin: &Bqm, samples: &[&[i8]]) -> Result<Self, ModelError> {
        debug_assert_eq!(spin.vartype(), Vartype::Spin);
        let mut sets = Sets::new(spin.num_variables());
        for (first, second, _) in spin.interactions() {
            let product = samples[0][first] * samples[0][second];
            if samples[1..].iter().all(|sample| sample[first] * sample[second] == product) {
                sets.join(first, second);
            }
        }
        let (cluster, num_clusters) = sets.number();
        let reference = samples[0].to_vec();
        let mut builder = BqmBuilder::new(Vartype::Spin, num_clusters).drop_zeros();
        builder.add_offset(spin.offset());
        for (variable, &bias) in spin.linear().iter().enumerate() {
            builder.add_linear(cluster[variable] as usize, bias * f64::from(reference[variable]));
        }
        for (first, second, bias) in spin.interactions() {
            let aligned = bias * f64::from(reference[first] * reference[second]);
            // within a cluster it becomes part of the offset
            builder.add_quadratic(cluster[first] as usize, cluster[second] as usize, aligned);
        }
        Ok(Self { model: builder.build()?, reference, cluster })
    }

    /// The sample of variables that a sample of clusters stands for.
    pub(crate) fn expand(&self, sample: &[i8]) -> Vec<i8> {
        let spin = |(&reference, &cluster): (&i8, &u32)| reference * sample[cluster as usize];
        self.reference.iter().zip(&self.cluster).map(spin).collect()
    }
}

/// Disjoint sets, joined by size.
struct Sets {
    parent: Vec<u32>,
    size: Vec<u32>,
}

impl Sets {
    fn new(length: usize) -> Self {
        Self { parent: (0..length as u32).collect(), size: vec![1; length] }
    }

    fn find(&mut self, mut element: usize) -> usize {
        while self.parent[element] as usize != element {
            self.parent[element] = self.parent[self.parent[element] as usize];
            element = self.parent[element] as usize;
        }
        element
    }

    fn join(&mut self, first: usize, second: usize) {
        let (first, second) = (self.find(first), self.find(second));
        if first != second {
            let (small, large) = if self.size[first] < self.size[second] { (first, second) } else { (second, first) };
            self.parent[small] = large as u32;
            self.size[large] += self.size[small];
        }
    }

    /// A number for each element's set, counted in the order of first elements, and how many there are.
    fn number(mut self) -> (Vec<u32>, usize) {
        let mut numbers = vec![u32::MAX; self.parent.len()];
        let mut count = 0;
        let mut cluster = Vec::with_capacity(self.parent.len());
        for element in 0..self.parent.len() {
            let root = self.find(element);
            if numbers[root] == u32::MAX {
                numbers[root] = count;
                count += 1;
            }
            cluster.push(numbers[root]);
        }
        (cluster, count as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::stream;
    use crate::sampler::state::random_spins;
    use crate::testing::{random_integers, random_reals};

    #[test]
    fn samples_of_clusters_have_the_energies_of_what_they_stand_for() {
        for seed in 0..20 {
            let bqm = random_integers(Vartype::Spin, 60, 4, 5, seed);
            let mut stream = stream(seed, 0);
            let base = random_spins(60, &mut stream);
            // a sample that differs in some places only leaves clusters to find
            let mut other = base.clone();
            (0..60).step_by(7).for_each(|variable| other[variable] = -other[variable]);
            let contraction = Contraction::new(&bqm, &[&base, &other]).unwrap();
            let num_clusters = contraction.model.num_variables();
            assert!(num_clusters > 1 && num_clusters < 60, "{num_clusters} clusters");
            assert_eq!(contraction.expand(&vec![1; num_clusters]), base);
            for _ in 0..20 {
                let sample = random_spins(num_clusters, &mut stream);
                assert_eq!(contraction.model.energy(&sample), bqm.energy(&contraction.expand(&sample)));
            }
        }
    }

    #[test]
    fn every_parent_is_a_sample_of_clusters() {
        let bqm = random_reals(Vartype::Spin, 40, 4, 1);
        let mut stream = stream(2, 0);
        let parents: Vec<Vec<i8>> = (0..3).map(|_| random_spins(40, &mut stream)).collect();
        let parents: Vec<&[i8]> = parents.iter().map(Vec::as_slice).collect();
        let contraction = Contraction::new(&bqm, &parents).unwrap();
        for parent in parents {
            let mut sample = vec![0; contraction.model.num_variables()];
            for variable in 0..40 {
                sample[contraction.cluster[variable] as usize] = parent[variable] * contraction.reference[variable];
            }
            assert_eq!(contraction.expand(&sample), parent);
        }
    }
}
