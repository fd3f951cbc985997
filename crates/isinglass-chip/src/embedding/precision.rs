//! Precision of a model on a chip: the scaled energy gap against integrated control errors (ICE).

use super::{Embedded, HardwareRange};
use isinglass_qubo::model::{Bqm, ModelError, Vartype};
use isinglass_qubo::sampler::common_divisor;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Standard deviations of the realized biases around the programmed ones, in units of the chip.
///
/// # References
/// D-Wave documentation, *Error sources for problem representation*, 2026: 0.008 to 0.026 for `h` and 0.009 to 0.016 for `J`, on chips
/// older than those of today; the defaults are the middles of these ranges. Systematic offsets, crosstalk and the quantization of the
/// DACs are not included.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ControlError {
    /// Standard deviation of a linear bias. `[default: 0.017] [range: at least 0]`
    pub h: f64,
    /// Standard deviation of a coupling. `[default: 0.0125] [range: at least 0]`
    pub j: f64,
}

impl Default for ControlError {
    fn default() -> Self {
        Self { h: 0.017, j: 0.0125 }
    }
}

impl ControlError {
    /// Standard deviation of the error of an energy difference, in units of the chip, between two states that differ in `num_flipped`
    /// spins, with `num_cut` couplers between flipped and unflipped spins: each of these biases changes sign, so it is
    /// `2 sqrt(num_flipped h^2 + num_cut j^2)` for independent errors.
    #[must_use]
    pub fn of_difference(&self, num_flipped: usize, num_cut: usize) -> f64 {
        2.0 * (num_flipped as f64 * self.h.powi(2) + num_cut as f64 * self.j.powi(2)).sqrt()
    }
}

/// Energy gap between the ground state and the first excited state.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct EnergyGap {
    /// Gap in units of the problem; positive.
    pub energy: f64,
    /// Source of the gap.
    pub source: GapSource,
}

/// Source of an energy gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GapSource {
    /// Proven: nonoptimal states lie at least this far above the minimum.
    Guaranteed,
    /// One step of the loss of a formulation that is not exact; not proven.
    LossStep,
    /// Common divisor of all energy differences. It is a lower bound: the gap may be larger.
    CommonDivisor,
}

impl EnergyGap {
    /// Greatest common divisor of the coefficients over 0/1, which divides all energy differences of the model. `None` if the
    /// coefficients have none in range, as measured ones do, or are all zero.
    #[must_use]
    pub fn of_coefficients(bqm: &Bqm) -> Option<Self> {
        let binary = bqm.to_vartype(Vartype::Binary).ok()?;
        let energy =
            common_divisor(|| binary.linear().iter().copied().chain(binary.interactions().map(|(.., bias)| bias)))?;
        Some(Self { energy, source: GapSource::CommonDivisor })
    }
}

/// Whether the energy gap is above the noise of the chip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GapResolution {
    /// The gap is at least the flip noise of the median variable.
    Visible,
    /// The gap is below that, but at least the lowest flip noise of any variable.
    Blurred,
    /// The gap is below the flip noise of every variable: control errors decide which states are best.
    Invisible,
    /// The gap is not known, or only as a lower bound ([`GapSource::CommonDivisor`]) below the flip noise of the median variable.
    Unknown,
}

/// Precision of a model on a chip.
///
/// # Examples
/// ```
/// use isinglass_chip::embedding::{ControlError, EnergyGap, GapSource, HardwareRange, Precision, GapResolution};
/// use isinglass_qubo::{BqmBuilder, Vartype};
/// // a step of 1 beside a penalty of 400
/// let mut builder = BqmBuilder::new(Vartype::Binary, 2);
/// builder.add_linear(0, 1.0);
/// builder.add_quadratic(0, 1, 400.0);
/// let bqm = builder.build()?;
/// let gap = EnergyGap { energy: 1.0, source: GapSource::Guaranteed };
/// let precision = Precision::of(&bqm, Some(gap), &HardwareRange::default(), ControlError::default())?;
/// assert_eq!((precision.scale, precision.scaled_gap), (100.0, Some(0.01)));
/// assert_eq!(precision.visibility, GapResolution::Invisible);
/// // the common divisor of the coefficients is a lower bound of the gap: it cannot show that the gap is invisible
/// let divisor = EnergyGap::of_coefficients(&bqm);
/// let precision = Precision::of(&bqm, divisor, &HardwareRange::default(), ControlError::default())?;
/// assert_eq!((precision.scaled_gap, precision.visibility), (Some(0.01), GapResolution::Unknown));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Precision {
    /// Divisor of all Ising coefficients that scales them to the full range of the chip.
    pub scale: f64,
    /// The gap before scaling.
    pub gap: Option<EnergyGap>,
    /// The gap after scaling, in units in which `J` is at most 1.
    pub scaled_gap: Option<f64>,
    /// Errors of single biases.
    pub control_error: ControlError,
    /// Standard deviation of the energy difference that the flip of one variable makes, of all qubits of its chain:
    /// [`ControlError::of_difference`]. The least over all variables, the median and the largest.
    pub flip_noise: (f64, f64, f64),
    /// Ratio of the gap to the median noise.
    pub ratio: Option<f64>,
    /// Ratio of the largest Ising coefficient to the smallest nonzero one; 1 without coefficients.
    pub dynamic_range: f64,
    /// Number of coefficients below their control error after scaling.
    pub num_coefficients_in_noise: usize,
    /// Number of nonzero coefficients.
    pub num_coefficients: usize,
    /// Whether the gap is above the noise.
    pub visibility: GapResolution,
}

impl Precision {
    /// Computes the precision of a model with one qubit for each variable: an upper bound on the precision after embedding, provided that
    /// chains are at least as strong as the largest coefficient.
    ///
    /// # Errors
    /// [`ModelError`] when the coefficients over spins overflow.
    pub fn of(
        bqm: &Bqm,
        gap: Option<EnergyGap>,
        range: &HardwareRange,
        control_error: ControlError,
    ) -> Result<Self, ModelError> {
        let spin = bqm.to_vartype(Vartype::Spin)?;
        let flips = (0..spin.num_variables()).map(|variable| (1, spin.neighborhood(variable).0.len())).collect();
        Ok(Self::new(&spin, flips, gap, range.scale(&spin), control_error))
    }

    /// Computes the precision of an embedded model, chains included. `gap` is that of the original model.
    #[must_use]
    pub fn of_embedded(
        embedded: &Embedded,
        gap: Option<EnergyGap>,
        range: &HardwareRange,
        control_error: ControlError,
    ) -> Self {
        Self::of_scaled(embedded, gap, range.scale(embedded.bqm()), control_error)
    }

    /// As [`of_embedded`](Self::of_embedded), for a chip that divides all coefficients by `scale`.
    #[must_use]
    pub fn of_scaled(embedded: &Embedded, gap: Option<EnergyGap>, scale: f64, control_error: ControlError) -> Self {
        let spin = embedded.bqm();
        let flip = |chain: &Vec<usize>| {
            let outside = |&&neighbor: &&u32| chain.binary_search(&(neighbor as usize)).is_err();
            let cut = chain.iter().map(|&qubit| spin.neighborhood(qubit).0.iter().filter(outside).count()).sum();
            (chain.len(), cut)
        };
        Self::new(spin, embedded.chains().iter().map(flip).collect(), gap, scale, control_error)
    }

    /// `flips`: for each variable its qubits, and the couplers between them and others.
    fn new(
        spin: &Bqm,
        flips: Vec<(usize, usize)>,
        gap: Option<EnergyGap>,
        scale: f64,
        control_error: ControlError,
    ) -> Self {
        let mut noises: Vec<f64> =
            flips.iter().map(|&(qubits, cut)| control_error.of_difference(qubits, cut)).collect();
        noises.sort_unstable_by(f64::total_cmp);
        let at = |index: usize| noises.get(index).copied().unwrap_or(0.0);
        let flip_noise = (at(0), at(noises.len() / 2), at(noises.len().saturating_sub(1)));
        let gap = gap.filter(|gap| gap.energy > 0.0);
        let scaled_gap = gap.map(|gap| gap.energy / scale);
        let visibility = match gap.zip(scaled_gap) {
            None => GapResolution::Unknown,
            Some((_, scaled)) if scaled >= flip_noise.1 => GapResolution::Visible,
            // a lower bound below the noise does not determine whether the gap is visible
            Some((EnergyGap { source: GapSource::CommonDivisor, .. }, _)) => GapResolution::Unknown,
            Some((_, scaled)) if scaled >= flip_noise.0 => GapResolution::Blurred,
            Some(_) => GapResolution::Invisible,
        };
        let coefficients = || {
            let linear = spin.linear().iter().map(|&bias| (bias, control_error.h));
            let quadratic = spin.interactions().map(|(.., bias)| (bias, control_error.j));
            linear.chain(quadratic).filter(|&(bias, _)| bias != 0.0)
        };
        let smallest = coefficients().map(|(bias, _)| bias.abs()).fold(f64::INFINITY, f64::min);
        let in_noise = |&(bias, error): &(f64, f64)| (bias / scale).abs() < error;
        Self {
            scale,
            gap,
            scaled_gap,
            control_error,
            flip_noise,
            ratio: scaled_gap.map(|gap| gap / flip_noise.1).filter(|ratio| ratio.is_finite()),
            dynamic_range: if smallest.is_finite() { spin.max_abs_coefficient() / smallest } else { 1.0 },
            num_coefficients_in_noise: coefficients().filter(in_noise).count(),
            num_coefficients: coefficients().count(),
            visibility,
        }
    }
}

impl fmt::Display for Precision {
    /// One line: what the gap is after scaling, the noise, and what follows.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (least, median, largest) = self.flip_noise;
        match (self.gap, self.scaled_gap) {
            (Some(gap), Some(scaled)) => {
                let source = match gap.source {
                    GapSource::Guaranteed => "gap",
                    GapSource::LossStep => "step of the loss",
                    GapSource::CommonDivisor => "common divisor",
                };
                let (energy, scale, scaled) = (digits(gap.energy), digits(self.scale), digits(scaled));
                write!(formatter, "{source} {energy} / scale {scale} = {scaled} of J, ")?;
            }
            _ => formatter.write_str("gap unknown, ")?,
        }
        let visibility = match self.visibility {
            GapResolution::Visible => ": visible",
            GapResolution::Blurred => ": blurred",
            GapResolution::Invisible => ": invisible",
            GapResolution::Unknown if self.gap.is_some() => ": visibility unknown",
            GapResolution::Unknown => "",
        };
        let (least, median, largest) = (digits(least), digits(median), digits(largest));
        write!(formatter, "noise of a flip {median} ({least} to {largest}){visibility}")
    }
}

/// Three significant digits.
fn digits(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return value.to_string();
    }
    let magnitude = value.abs().log10().floor() as i32;
    if (-4..6).contains(&magnitude) {
        let decimals = (2 - magnitude).max(0) as usize;
        let text = format!("{value:.decimals$}");
        if decimals == 0 { text } else { text.trim_end_matches('0').trim_end_matches('.').to_owned() }
    } else {
        format!("{value:.2e}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embedding::{ChainStrength, Embedding, interaction_graph};
    use crate::hardware::{Chip, Graph};
    use isinglass_qubo::model::BqmBuilder;
    use isinglass_qubo::rng::stream;
    use isinglass_qubo::sampler::random_spins;
    use isinglass_qubo::testing::random_integers;
    use rand_core::Rng;

    fn model(vartype: Vartype, linear: &[f64], quadratic: &[(usize, usize, f64)]) -> Bqm {
        let mut builder = BqmBuilder::new(vartype, linear.len());
        linear.iter().enumerate().for_each(|(variable, &bias)| builder.add_linear(variable, bias));
        quadratic.iter().for_each(|&(first, second, bias)| builder.add_quadratic(first, second, bias));
        builder.build().unwrap()
    }

    fn guaranteed(energy: f64) -> Option<EnergyGap> {
        Some(EnergyGap { energy, source: GapSource::Guaranteed })
    }

    /// A standard normal number: the sum of twelve uniform ones.
    fn normal(stream: &mut impl Rng) -> f64 {
        (0..12).map(|_| (stream.next_u64() >> 11) as f64 / (1u64 << 53) as f64).sum::<f64>() - 6.0
    }

    #[test]
    fn the_noise_of_a_difference_is_what_models_with_errors_show() {
        let spin = random_integers(Vartype::Spin, 8, 3, 5, 4);
        let (error, mut stream) = (ControlError { h: 0.3, j: 0.2 }, stream(7, 0));
        let before = random_spins(8, &mut stream);
        let mut after = before.clone();
        [1, 4, 6].into_iter().for_each(|variable: usize| after[variable] = -after[variable]);
        let is_cut = |&(first, second, _): &(usize, usize, f64)| {
            (before[first] == after[first]) != (before[second] == after[second])
        };
        let expected = error.of_difference(3, spin.interactions().filter(is_cut).count());
        let true_difference = spin.energy(&after) - spin.energy(&before);
        let number = 4000;
        let squares = (0..number).map(|_| {
            let mut builder = BqmBuilder::new(Vartype::Spin, 8);
            for (variable, bias) in spin.linear().iter().enumerate() {
                builder.add_linear(variable, bias + error.h * normal(&mut stream));
            }
            for (first, second, bias) in spin.interactions() {
                builder.add_quadratic(first, second, bias + error.j * normal(&mut stream));
            }
            let wrong = builder.build().unwrap();
            (wrong.energy(&after) - wrong.energy(&before) - true_difference).powi(2)
        });
        let found = (squares.sum::<f64>() / f64::from(number)).sqrt();
        // four standard errors of a standard deviation
        assert!((found / expected - 1.0).abs() < 4.0 / (2.0 * f64::from(number)).sqrt(), "{found} and {expected}");
    }

    #[test]
    fn all_energy_differences_are_multiples_of_the_common_divisor() {
        for vartype in [Vartype::Binary, Vartype::Spin] {
            let bqm = random_integers(vartype, 6, 3, 4, 3);
            let step = EnergyGap::of_coefficients(&bqm).unwrap().energy;
            let [low, high] = vartype.values();
            let energy = |bits: u32| {
                bqm.energy(&(0..6).map(|v| if bits >> v & 1 == 1 { high } else { low }).collect::<Vec<i8>>())
            };
            let multiples: Vec<f64> = (0..64).map(|bits| (energy(bits) - energy(0)) / step).collect();
            assert!(multiples.iter().all(|multiple| multiple.fract() == 0.0));
            let divisor = common_divisor(|| multiples.iter().copied());
            assert_eq!(divisor, Some(1.0), "and of no larger number");
        }
        assert_eq!(EnergyGap::of_coefficients(&model(Vartype::Binary, &[0.0], &[])), None);
        assert_eq!(EnergyGap::of_coefficients(&model(Vartype::Binary, &[1e-300, 1.0], &[])), None);
    }

    #[test]
    fn what_is_below_the_noise_of_every_flip_is_invisible() {
        let (range, error) = (HardwareRange::default(), ControlError { h: 0.03, j: 0.04 });
        // two variables with a coupler and one without: 2 * 0.05 and 2 * 0.03
        let bqm = model(Vartype::Spin, &[0.0, 0.0, 4.0], &[(0, 1, 1.0)]);
        let of = |gap| Precision::of(&bqm, gap, &range, error).unwrap();
        assert_eq!(of(None).flip_noise, (0.06, 0.1, 0.1));
        let found = [0.11, 0.09, 0.05].map(|gap| of(guaranteed(gap)).visibility);
        assert_eq!(found, [GapResolution::Visible, GapResolution::Blurred, GapResolution::Invisible]);
        assert_eq!([of(None), of(guaranteed(0.0))].map(|found| found.visibility), [GapResolution::Unknown; 2]);
        // a lower bound can show that the gap is visible, and nothing else
        let bound = |energy| Some(EnergyGap { energy, source: GapSource::CommonDivisor });
        let found = [0.11, 0.09, 0.05].map(|gap| of(bound(gap)).visibility);
        assert_eq!(found, [GapResolution::Visible, GapResolution::Unknown, GapResolution::Unknown]);
        insta::assert_snapshot!(of(bound(0.05)), @"common divisor 0.05 / scale 1 = 0.05 of J, noise of a flip 0.1 (0.06 to 0.1): visibility unknown");
        let empty = Precision::of(&model(Vartype::Spin, &[], &[]), None, &range, error).unwrap();
        assert_eq!((empty.scale, empty.dynamic_range, empty.flip_noise), (1.0, 1.0, (0.0, 0.0, 0.0)));
    }

    #[test]
    fn numbers_below_their_own_error_are_counted() {
        let bqm = model(Vartype::Spin, &[400.0, 1.0, 2.0], &[(0, 1, 1.0), (1, 2, -2.0)]);
        let error = ControlError { h: 0.015, j: 0.015 };
        let found = Precision::of(&bqm, guaranteed(2.0), &HardwareRange::default(), error).unwrap();
        assert_eq!((found.scale, found.dynamic_range, found.scaled_gap), (100.0, 400.0, Some(0.02)));
        assert_eq!((found.num_coefficients_in_noise, found.num_coefficients), (2, 5));
    }

    #[test]
    fn chains_cost_precision_by_their_strength_and_their_qubits() {
        // a triangle on a square
        let chip = Chip::from_graph("square", Graph::from_edges(4, [(0, 1), (1, 2), (2, 3), (3, 0)]).unwrap());
        let bqm = model(Vartype::Spin, &[1.0, 0.0, 0.0], &[(0, 1, 1.0), (1, 2, 1.0), (0, 2, 1.0)]);
        let embedding = Embedding::new(vec![vec![0], vec![1], vec![2, 3]], &interaction_graph(&bqm), &chip).unwrap();
        let embedded = Embedded::new(&bqm, &embedding, &chip, &ChainStrength::Uniform(8.0)).unwrap();
        let (range, error) = (HardwareRange::default(), ControlError { h: 0.03, j: 0.04 });
        let found = Precision::of_embedded(&embedded, guaranteed(1.0), &range, error);
        assert_eq!((found.scale, found.scaled_gap), (4.0, Some(0.25)), "the chain has -8, the chip takes -2");
        // two couplers each; the chain has two qubits
        let (single, chain) = (2.0 * (0.0009f64 + 0.0032).sqrt(), 2.0 * (0.0018f64 + 0.0032).sqrt());
        assert!((found.flip_noise.1 - single).abs() < 1e-12 && (found.flip_noise.2 - chain).abs() < 1e-12);
        insta::assert_snapshot!(found, @"gap 1 / scale 4 = 0.25 of J, noise of a flip 0.128 (0.128 to 0.141): visible");
    }
}
