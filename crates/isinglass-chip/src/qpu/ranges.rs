//! Range checks and scaling of models on a chip, including sums over groups of couplers.

use super::properties::SolverProperties;
use crate::embedding::{ControlError, Embedded, EnergyGap, HardwareRange, Precision, RangeFault};
use crate::hardware::{Topology, ZephyrCoordinates};
use isinglass_qubo::model::Bqm;

impl Precision {
    /// Computes the precision of a model on its chip, scaled with the chip's properties if known ([`SolverProperties::precision`]), else
    /// with the ranges of chips in service ([`HardwareRange::default`]).
    #[must_use]
    pub fn on_chip(
        properties: Option<&SolverProperties>,
        embedded: &Embedded,
        gap: Option<EnergyGap>,
        control_error: ControlError,
    ) -> Self {
        match properties {
            Some(properties) => properties.precision(embedded, gap, control_error),
            None => Self::of_embedded(embedded, gap, &HardwareRange::default(), control_error),
        }
    }
}

impl SolverProperties {
    /// Ranges of single biases and of the sum of the couplings of a qubit.
    #[must_use]
    pub fn hardware_range(&self) -> HardwareRange {
        HardwareRange { h: self.h_range, j: self.extended_j_range, per_qubit_coupling: self.per_qubit_coupling_range }
    }

    /// Divisor that the service's `auto_scale` applies to an Ising model: the largest ratio of a bias, or a sum of couplings, to the
    /// limit on its side; below 1 for models that are scaled up.
    ///
    /// `qubits` are the labels of the variables. On chips with [`per_group_coupling_range`](Self::per_group_coupling_range) the sums over
    /// groups count only where they are given, one for each variable.
    #[must_use]
    pub fn scale(&self, spin: &Bqm, qubits: Option<&[u32]>) -> f64 {
        let ratio = |value: f64, (low, high): (f64, f64)| if value < 0.0 { value / low } else { value / high };
        let groups = self.group_sums(spin, qubits).into_iter().map(|(.., sum, range)| ratio(sum, range));
        groups.fold(self.hardware_range().scale(spin), f64::max)
    }

    /// Computes the precision of an embedded model on this chip, scaled by [`scale`](Self::scale). `gap` is that of the original model.
    #[must_use]
    pub fn precision(&self, embedded: &Embedded, gap: Option<EnergyGap>, control_error: ControlError) -> Precision {
        let scale = self.scale(embedded.bqm(), Some(embedded.qubits()));
        Precision::of_scaled(embedded, gap, scale, control_error)
    }

    /// Lists the biases and sums of couplings of an Ising model that are out of range, under the qubit labels if given.
    #[must_use]
    pub fn range_faults(&self, spin: &Bqm, qubits: Option<&[u32]>) -> Vec<RangeFault> {
        let range = self.hardware_range();
        let mut faults = match qubits.filter(|qubits| qubits.len() == spin.num_variables()) {
            Some(qubits) => range.check_named(spin, "qubit", |variable| qubits[variable]),
            None => range.check(spin),
        };
        for (variable, half, value, (low, high)) in self.group_sums(spin, qubits) {
            if value < low * (1.0 + 1e-9) || value > high * (1.0 + 1e-9) {
                let qubit = qubits.map_or(0, |qubits| qubits[variable]);
                let what = format!("the sum of the couplings of the {half} half of qubit {qubit}");
                faults.push(RangeFault { what, value, low, high });
            }
        }
        faults
    }

    /// Returns the bias or sum that is furthest out of range, if any.
    #[must_use]
    pub fn worst_range_fault(&self, spin: &Bqm, qubits: Option<&[u32]>) -> Option<RangeFault> {
        let excess =
            |fault: &RangeFault| if fault.value < 0.0 { fault.value / fault.low } else { fault.value / fault.high };
        let faults = self.range_faults(spin, qubits).into_iter();
        faults.reduce(|worst, next| if excess(&next) > excess(&worst) { next } else { worst })
    }

    /// Variable, half of its qubit, sum of the couplings there, and the range of this sum.
    fn group_sums(&self, spin: &Bqm, qubits: Option<&[u32]>) -> Vec<(usize, &'static str, f64, (f64, f64))> {
        let (Some(range), Some(Topology::Zephyr { size, shore }), Some(qubits)) =
            (self.per_group_coupling_range, self.topology, qubits)
        else {
            return Vec::new();
        };
        if qubits.len() != spin.num_variables() {
            return Vec::new();
        }
        let mut sums = Vec::with_capacity(2 * qubits.len());
        for (variable, &qubit) in qubits.iter().enumerate() {
            let own = ZephyrCoordinates::of(qubit, size, shore);
            let mut halves = [0.0; 2];
            let (neighbors, biases) = spin.neighborhood(variable);
            for (&neighbor, bias) in neighbors.iter().zip(biases) {
                let other = ZephyrCoordinates::of(qubits[neighbor as usize], size, shore);
                halves[usize::from(is_in_second_half(own, other))] += bias;
            }
            sums.extend([(variable, "first", halves[0], range), (variable, "second", halves[1], range)]);
        }
        sums
    }
}

/// Whether the coupler to `other` is in the second half of the wire of `own`. A wire of Zephyr crosses the columns `2z + j` and
/// `2z + j + 1` of wires of the other direction, one in each half; an odd coupler lies where the wires overlap, and an external one at the
/// end that meets the other wire.
fn is_in_second_half(own: ZephyrCoordinates, other: ZephyrCoordinates) -> bool {
    if own.u != other.u {
        other.w > 2 * own.z + own.j
    } else if own.j != other.j {
        other.z == own.z + own.j
    } else {
        other.z > own.z
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embedding::{ChainStrength, Embedding, interaction_graph};
    use crate::hardware::Chip;
    use isinglass_qubo::model::{BqmBuilder, Vartype};

    /// All couplers of a small Zephyr, with the label of each variable.
    fn whole_chip(strength: f64) -> (SolverProperties, Bqm, Vec<u32>) {
        let chip = Chip::ideal("zephyr:3".parse().unwrap());
        let properties = SolverProperties::of_topology(chip.topology().unwrap()).unwrap();
        let qubits = chip.qubits().to_vec();
        let mut builder = BqmBuilder::new(Vartype::Spin, qubits.len());
        chip.graph()
            .edges()
            .for_each(|(first, second)| builder.add_quadratic(first as usize, second as usize, strength));
        (properties, builder.build().unwrap(), qubits)
    }

    #[test]
    fn both_halves_of_a_qubit_in_the_middle_have_ten_couplers() {
        // of 20 couplers 16 are internal, two odd, two external, and each half has as many of them as the other
        let (properties, bqm, qubits) = whole_chip(1.0);
        let sums = properties.group_sums(&bqm, Some(&qubits));
        let full = (0..qubits.len()).filter(|&variable| bqm.degree(variable) == 20).collect::<Vec<_>>();
        assert!(!full.is_empty());
        for variable in full {
            assert_eq!((sums[2 * variable].2, sums[2 * variable + 1].2), (10.0, 10.0));
        }
        // all couplers are counted at both ends
        let total: f64 = sums.iter().map(|each| each.2).sum();
        assert_eq!(total, 2.0 * bqm.num_interactions() as f64);
    }

    #[test]
    fn groups_decide_the_scale_where_they_are_fullest() {
        let (properties, bqm, qubits) = whole_chip(-2.0);
        // ten couplers of -2 in a half that takes -13
        assert_eq!(properties.scale(&bqm, Some(&qubits)), 20.0 / 13.0);
        assert_eq!(properties.scale(&bqm, None), 1.0);
        assert!(properties.range_faults(&bqm, None).is_empty());
        let worst = properties.worst_range_fault(&bqm, Some(&qubits)).unwrap();
        assert_eq!((worst.value, worst.low, worst.high), (-20.0, -13.0, 10.0));
        assert!(worst.what.contains("half of qubit "), "{}", worst.what);
    }

    #[test]
    fn the_worst_fault_is_the_one_furthest_out() {
        let properties = SolverProperties::named("advantage6").unwrap();
        let mut builder = BqmBuilder::new(Vartype::Spin, 3);
        builder.add_linear(0, 5.0);
        builder.add_linear(1, -4.0);
        builder.add_quadratic(0, 2, 1.5);
        let bqm = builder.build().unwrap();
        assert_eq!(properties.range_faults(&bqm, None).len(), 2);
        insta::assert_snapshot!(properties.worst_range_fault(&bqm, None).unwrap(), @"the coupling of variables 0 and 2 is 1.5, but the chip takes -2 to 1");
        assert_eq!(properties.scale(&bqm, None), 1.5);
    }

    #[test]
    fn precision_counts_on_the_scale_that_groups_decide() {
        let (properties, bqm, _) = whole_chip(-2.0);
        let chip = Chip::ideal("zephyr:3".parse().unwrap());
        let chains = chip.qubits().iter().map(|&qubit| vec![qubit]).collect();
        let embedding = Embedding::new(chains, &interaction_graph(&bqm), &chip).unwrap();
        let embedded = Embedded::new(&bqm, &embedding, &chip, &ChainStrength::default()).unwrap();
        let gap = EnergyGap::of_coefficients(&bqm);
        let precision = properties.precision(&embedded, gap, ControlError::default());
        assert_eq!(precision.scale, 20.0 / 13.0);
        assert_eq!(precision.scaled_gap, gap.map(|gap| gap.energy / (20.0 / 13.0)));
    }
}
