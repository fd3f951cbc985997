//! The threshold gate: `out = [at least T of n products agree]`.

use super::affine::{Affine, Bit};
use super::draft::Draft;
use super::layout::{NeuronPlace, Role};
use super::slack::bounded_binary;
use super::wide_gap::{MAX_RANGE, WideGap};

/// How a gate writes its inequality as a penalty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GateForm {
    Plain,
    HalfStep,
    WideGap,
}

/// The simplified form of a gate before any variable is added.
pub(super) enum Gate {
    /// The known products decide the output.
    Decided(bool),
    /// Fan-in 1 with a literal product: the output is that product.
    Alias(Bit),
    /// A real gate, to be added with [`Threshold::add`].
    Open(Threshold),
}

/// A gate `out = [u >= t]` over `m` undecided products, `1 <= t <= m`, with `u` their sum.
pub(super) struct Threshold {
    sum: Affine,
    threshold: u64,
    num_open: u64,
}

impl Threshold {
    /// The gate of a neuron whose `fan_in` products are these: fires iff `2c - n >= 0`, that is `c >= ceil(n/2)`.
    ///
    /// Known products are taken out first: they only move the threshold.
    pub(super) fn decide(products: &[Affine]) -> Gate {
        let fires_at = products.len().div_ceil(2) as u64;
        let (known, open): (Vec<&Affine>, Vec<&Affine>) = products.iter().partition(|product| product.terms.is_empty());
        let agreeing = known.iter().filter(|product| product.constant > 0.5).count() as u64;
        let num_open = open.len() as u64;
        if agreeing >= fires_at {
            return Gate::Decided(true);
        }
        let threshold = fires_at - agreeing;
        if threshold > num_open {
            return Gate::Decided(false);
        }
        if let [only] = open.as_slice()
            && let Some(literal) = as_literal(only)
        {
            return Gate::Alias(literal);
        }
        let mut sum = Affine::constant(0.0);
        for product in open {
            sum.add_scaled(product, 1.0);
        }
        Gate::Open(Self { sum, threshold, num_open })
    }

    fn range(&self) -> u64 {
        (self.threshold - 1).max(self.num_open - self.threshold)
    }

    /// Minimum cost of a wrong output, in units of the strength.
    pub(super) fn gap(&self, form: GateForm) -> f64 {
        match form {
            GateForm::Plain => 1.0,
            GateForm::WideGap if self.range() <= MAX_RANGE => 1.0,
            GateForm::HalfStep | GateForm::WideGap => 2.0,
        }
    }

    /// Adds the gate with `out` as its output, and its slack bits.
    ///
    /// With `R = max(t - 1, m - t)` and `d = u + (R + 1 - t) - (R + 1) out` the gate is right iff `0 <= d <= R`.
    /// - Half step: `R` is first raised to the next odd number; the penalty is `strength (d - 2s)(d - 2s - 1)`, `s` an integer in
    ///   `0..=(R - 1)/2`. It is 0 iff the gate is right, and else at least `2 strength`, since `k(k - 1)` is 0 at `k` in
    ///   `{0, 1}` and at least 2 at every other integer.
    /// - Plain: `strength (d - s)^2`, `s` in `0..=R`: 0 iff right, else at least `strength`. With fan-in `2^(k+1) - 1` this is
    ///   the gate of arXiv 2107.02751.
    /// - Wide gap: `strength` times the gate of [`WideGap`] for `2R + 1` inputs, of which `R + 1 - t` are known to be set and
    ///   `R + t - m` to be clear: 0 iff right, else at least `strength`. Half step where there is no such gate.
    pub(super) fn add(self, draft: &mut Draft, form: GateForm, strength: f64, place: NeuronPlace, out: Bit) {
        if form == GateForm::WideGap
            && let Some(gate) = WideGap::of(self.range())
        {
            return self.add_wide_gap(&gate, draft, strength, place, out);
        }
        let half_step = form != GateForm::Plain;
        let mut range = self.range();
        let Self { sum, threshold, .. } = self;
        if half_step && range.is_multiple_of(2) {
            range += 1;
        }
        let mut distance = sum;
        distance.constant += (range + 1 - threshold) as f64;
        distance.add_scaled(&out.affine(), -((range + 1) as f64));
        let (largest, step) = if half_step { ((range - 1) / 2, 2.0) } else { (range, 1.0) };
        for (bit, coefficient) in bounded_binary(largest).into_iter().enumerate() {
            let slack = draft.add_variable(Role::Slack(place, bit));
            distance.push(slack, -step * coefficient as f64);
        }
        draft.add_shifted_square(&distance, if half_step { 1.0 } else { 0.0 }, strength);
    }

    fn add_wide_gap(self, gate: &WideGap, draft: &mut Draft, strength: f64, place: NeuronPlace, out: Bit) {
        let mut sum = self.sum;
        sum.constant += (gate.range() + 1 - self.threshold) as f64;
        let slack: Vec<Bit> =
            (0..gate.num_slack()).map(|bit| Bit::variable(draft.add_variable(Role::Slack(place, bit)))).collect();
        gate.add(draft, strength, &sum, out, &slack);
    }
}

fn as_literal(product: &Affine) -> Option<Bit> {
    match (product.constant, product.terms.as_slice()) {
        (0.0, &[(variable, 1.0)]) => Some(Bit::Literal { variable, negated: false }),
        (1.0, &[(variable, -1.0)]) => Some(Bit::Literal { variable, negated: true }),
        _ => None,
    }
}
