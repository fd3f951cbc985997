//! Threshold gates for analog hardware, with extra slack bits that keep all coefficients small.

use super::affine::{Affine, Bit};
use super::draft::Draft;

/// Largest range `R` with such a gate, and its number of slack bits.
pub(super) const MAX_RANGE: u64 = 15;
pub(super) const MAX_SLACK: usize = 14;

/// The gate `z = [sum >= R + 1]` of `n = 2R + 1` inputs, over spins `x_i`, `z` and slack spins `a_k`, with `S = sum_i x_i`:
///
/// ```text
/// (S^2 - n)/8 + output S z + sum_k (inputs_k S + field_k + to_output_k z) a_k + sum_(k<l) coupling_kl a_k a_l + constant
/// ```
///
/// Least over the slack it is 0 where `z` is right, and at least 1 where `z` is wrong. It is not negative for any integer number of
/// inputs that agree, not even one below 0 or above `n`, as it comes from a wrong AND of weight and activation.
///
/// `1/4` between inputs is the least that any gate with a gap of 1 has that treats its inputs alike: for each value of `z` and the
/// slack the energy is a parabola in the number `u` of ones; that of `z = 1` which is 0 at `u = R + 1` is at least 0 at `R + 2` and
/// at least 1 at `R`, so its curvature, four times that coupling, is at least 1.
pub(super) struct WideGap {
    range: u64,
    output: f64,
    slack: Vec<SlackSpin>,
    /// By `(k, l)` with `k < l`: `(0, 1), (0, 2), (1, 2), (0, 3), …`.
    couplings: Vec<f64>,
    constant: f64,
}

struct SlackSpin {
    inputs: f64,
    field: f64,
    to_output: f64,
}

impl WideGap {
    /// The gate for ranges up to this one; `None` above [`MAX_RANGE`].
    pub(super) fn of(range: u64) -> Option<Self> {
        // Range 1, 2, 4, 5: the solutions of a mixed-integer program (least M with |h| <= 4M and |J| <= M, a binary variable for
        // "slack a makes u ones free", not negative up to six beyond 0 and n; then least sum of |h|/4 + |J|), which proves that
        // no gate with as many slack bits has a smaller M. All its numbers came out as multiples of 1/8.
        let table = |output, slack: &[(f64, f64, f64)], couplings: &[f64], constant| {
            let slack =
                slack.iter().map(|&(inputs, field, to_output)| SlackSpin { inputs, field, to_output }).collect();
            Self { range, output, slack, couplings: couplings.to_vec(), constant }
        };
        match range {
            1 => Some(table(-0.25, &[(-0.25, 0.0, -0.25)], &[], 1.0)),
            2 => Some(table(-0.375, &[(-0.375, 0.0, 0.0), (-0.25, 0.0, 0.375)], &[0.375], 1.75)),
            4 => Some(table(-0.75, &[(-0.5, -2.5, 0.0), (-0.5, 2.5, 0.0), (-0.25, 0.0, 0.75)], &[0.0, 0.5, 0.5], 7.25)),
            5 => Some(table(
                -0.75,
                &[(-0.75, -3.0, 0.75), (-0.75, 3.0, 0.75), (-0.25, 0.0, 0.75)],
                &[0.75, 0.75, 0.75],
                9.25,
            )),
            _ if range <= MAX_RANGE => Some(Self::thermometer(range | 1)),
            _ => None,
        }
    }

    /// Bits `b_1 … b_R`, `b_k = [u >= 2k]`, the middle one of which is `z`, and with `p = 2 sum_k b_k` the energy
    ///
    /// ```text
    /// (u - p)(u - p - 1)/2 + c #{k < l : b_k = 0 and b_l = 1}
    /// ```
    ///
    /// `R` is odd. Both parts are integers (times `c`) and never negative. If all `b_k` are right the energy is 0. If
    /// `z` is wrong, either some bit is out of order with `z`, which costs `c >= 1`, or the bits in front of `z = 1` are all set
    /// and `p >= R + 1 > u`, or those behind `z = 0` are all clear and `p <= R - 1`, `u >= R + 1 >= p + 2`: the first part is 1.
    ///
    /// In spins the couplings between bits are `(4 - c)/4`, the field of `b_k` is `(2k - R - 1) c/4`. The largest of
    /// `1/2`, these couplings and a quarter of these fields is smallest at `c = 16/(R + 3)`, or at `c = 2`
    /// where that is larger; `c` is taken in steps of 1/16, so that coefficients have few digits.
    fn thermometer(range: u64) -> Self {
        let order = (256.0 / (range + 3) as f64).round().clamp(16.0, 32.0) / 16.0;
        let middle = range.div_ceil(2);
        let coupling = (4.0 - order) / 4.0;
        let spin = |bit: u64| {
            let field = (2.0 * bit as f64 - (range + 1) as f64) * order / 4.0;
            SlackSpin { inputs: -0.5, field, to_output: coupling }
        };
        let slack: Vec<SlackSpin> = (1..=range).filter(|&bit| bit != middle).map(spin).collect();
        let couplings = vec![coupling; slack.len() * slack.len().saturating_sub(1) / 2];
        let mut gate = Self { range, output: -0.5, slack, couplings, constant: 0.0 };
        // with no input set and all bits clear the energy is 0
        gate.constant = -gate.energy(0, false, 0);
        gate
    }

    /// The `R` that it is made for.
    pub(super) fn range(&self) -> u64 {
        self.range
    }

    pub(super) fn num_slack(&self) -> usize {
        self.slack.len()
    }

    /// The energy with this number of inputs set, this output, and slack bit `k` in bit `k` of `slack`.
    fn energy(&self, inputs: i64, output: bool, slack: u32) -> f64 {
        let spin = |bit: bool| if bit { 1.0 } else { -1.0 };
        let (num_inputs, output) = ((2 * self.range + 1) as f64, spin(output));
        let sum = 2.0 * inputs as f64 - num_inputs;
        let bit = |k: usize| spin(slack >> k & 1 == 1);
        let alone = self.slack.iter().enumerate();
        let alone = alone.map(|(k, own)| (own.inputs * sum + own.field + own.to_output * output) * bit(k)).sum::<f64>();
        let pairs = self.pairs().map(|(k, l, coupling)| coupling * bit(k) * bit(l)).sum::<f64>();
        (sum * sum - num_inputs) / 8.0 + self.output * sum * output + alone + pairs + self.constant
    }

    fn pairs(&self) -> impl Iterator<Item = (usize, usize, f64)> + '_ {
        let pairs = (0..self.slack.len()).flat_map(|l| (0..l).map(move |k| (k, l)));
        pairs.zip(&self.couplings).map(|((k, l), &coupling)| (k, l, coupling))
    }

    /// Adds the gate; `sum` is the number of inputs that are set, out of `2R + 1`.
    pub(super) fn add(&self, draft: &mut Draft, strength: f64, sum: &Affine, out: Bit, slack: &[Bit]) {
        let spin = |bit: &Affine, shift: f64| {
            let mut spin = Affine::constant(-shift);
            spin.add_scaled(bit, 2.0);
            spin
        };
        let num_inputs = (2 * self.range + 1) as f64;
        let (sum, out) = (spin(sum, num_inputs), spin(&out.affine(), 1.0));
        let slack: Vec<Affine> = slack.iter().map(|bit| spin(&bit.affine(), 1.0)).collect();
        draft.add_offset(strength * (self.constant - num_inputs / 8.0));
        draft.add_shifted_square(&sum, 0.0, strength / 8.0);
        draft.add_product(&sum, &out, strength * self.output);
        for (own, bit) in self.slack.iter().zip(&slack) {
            draft.add_product(&sum, bit, strength * own.inputs);
            draft.add_affine(bit, strength * own.field);
            draft.add_product(&out, bit, strength * own.to_output);
        }
        for (k, l, coupling) in self.pairs() {
            draft.add_product(&slack[k], &slack[l], strength * coupling);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wide_gap_gate_is_free_when_right_costs_one_when_wrong_and_is_never_negative() {
        for wanted in 0..=MAX_RANGE {
            let gate = WideGap::of(wanted).unwrap();
            let num_inputs = 2 * gate.range() as i64 + 1;
            assert!(gate.range() >= wanted && gate.num_slack() <= MAX_SLACK);
            let beyond = if gate.num_slack() > 6 { 3 } else { 4 * num_inputs };
            let mut least_wrong = f64::INFINITY;
            for inputs in -beyond..=num_inputs + beyond {
                for output in [false, true] {
                    let energies = (0..1 << gate.num_slack()).map(|slack| gate.energy(inputs, output, slack));
                    let least = energies.fold(f64::INFINITY, f64::min);
                    assert!(least >= 0.0, "range {wanted}, {inputs} inputs");
                    if (0..=num_inputs).contains(&inputs) {
                        let right = output == (inputs > gate.range() as i64);
                        assert!(!right || least == 0.0, "range {wanted}, {inputs} inputs");
                        least_wrong = least_wrong.min(if right { f64::INFINITY } else { least });
                    }
                }
            }
            assert_eq!(least_wrong, 1.0, "range {wanted}");
        }
        assert!(WideGap::of(MAX_RANGE + 1).is_none());
    }
}
