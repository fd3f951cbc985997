//! Truth tables: for every input, the energy minimised over the gadget's own variables, against what the gadget promises.

use super::super::affine::{Affine, Bit};
use super::super::draft::Draft;
use super::super::layout::{NeuronPlace, Place, Role};
use super::super::options::{PenaltyRule, Reductions};
use super::super::penalty::Penalties;
use super::super::product::add_product;
use super::super::threshold::{Gate, GateForm, Threshold};
use isinglass_qubo::{Bqm, Vartype};

const NEURON: NeuronPlace = NeuronPlace { group: 0, layer: 0, neuron: 0 };

fn weight(draft: &mut Draft, input: usize) -> Bit {
    Bit::variable(draft.add_variable(Role::Weight { layer: 0, neuron: 0, input }))
}

/// The least energy with the first `given.len()` variables given.
fn least(bqm: &Bqm, given: &[i8]) -> f64 {
    let free = bqm.num_variables() - given.len();
    let completions = (0u32..1 << free).map(|bits| {
        let rest = (0..free).map(|variable| (bits >> variable & 1) as i8);
        bqm.energy(&given.iter().copied().chain(rest).collect::<Vec<i8>>())
    });
    completions.fold(f64::INFINITY, f64::min)
}

fn bits(row: u32, num_bits: usize) -> Vec<i8> {
    (0..num_bits).map(|bit| (row >> bit & 1) as i8).collect()
}

/// A gate over `fan_in` free products, the first `known` of them replaced by constants; returns the model with the products
/// as first variables, then the output.
fn gate(fan_in: usize, known: &[bool], form: GateForm) -> Option<Bqm> {
    let mut draft = Draft::new();
    let free: Vec<Bit> = (known.len()..fan_in).map(|input| weight(&mut draft, input)).collect();
    let products: Vec<Affine> = known.iter().map(|&bit| Bit::Known(bit)).chain(free).map(Bit::affine).collect();
    let Gate::Open(threshold) = Threshold::decide(&products) else { return None };
    let out = Bit::variable(draft.add_variable(Role::Activation(NEURON)));
    threshold.add(&mut draft, form, 1.0, NEURON, out);
    Some(draft.finish().unwrap().0)
}

/// The least energy of a wrong gate of that fan-in; a right one must cost nothing.
fn gap(bqm: &Bqm, fan_in: usize) -> f64 {
    let mut least_wrong = f64::INFINITY;
    for row in 0..1 << (fan_in + 1) {
        let given = bits(row, fan_in + 1);
        let agreements: i8 = given[..fan_in].iter().sum();
        let fires = 2 * i64::from(agreements) - fan_in as i64 >= 0;
        let energy = least(bqm, &given);
        if fires == (given[fan_in] == 1) {
            assert_eq!(energy, 0.0, "fan-in {fan_in}, row {row:b}");
        } else {
            least_wrong = least_wrong.min(energy);
        }
    }
    least_wrong
}

#[test]
fn a_half_step_gate_is_free_when_right_and_costs_at_least_two_when_wrong() {
    for fan_in in 2..=12 {
        let bqm = gate(fan_in, &[], GateForm::HalfStep).unwrap();
        let slack = bqm.num_variables() - fan_in - 1;
        // the table of docs/formulation.md, section 5
        assert_eq!(slack, [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 2][fan_in], "slack bits at fan-in {fan_in}");
        assert_eq!(gap(&bqm, fan_in), 2.0, "gap at fan-in {fan_in}");
    }
}

#[test]
fn a_plain_gate_is_free_when_right_and_costs_at_least_one_when_wrong() {
    for fan_in in 2..=12 {
        assert_eq!(gap(&gate(fan_in, &[], GateForm::Plain).unwrap(), fan_in), 1.0, "gap at fan-in {fan_in}");
    }
}

#[test]
fn a_wide_gap_gate_is_free_when_right_and_costs_at_least_one_when_wrong() {
    for fan_in in 2..=10 {
        let bqm = gate(fan_in, &[], GateForm::WideGap).unwrap();
        let slack = bqm.num_variables() - fan_in - 1;
        assert_eq!(slack, [0, 0, 1, 1, 2, 2, 2, 2, 3, 3, 3][fan_in], "slack bits at fan-in {fan_in}");
        assert_eq!(gap(&bqm, fan_in), 1.0, "gap at fan-in {fan_in}");
    }
}

#[test]
fn gates_too_large_for_a_wide_gap_are_half_step_gates() {
    let slack = |fan_in: usize, form| gate(fan_in, &[], form).unwrap().num_variables() - fan_in - 1;
    assert_eq!([31, 32, 33].map(|fan_in| slack(fan_in, GateForm::WideGap)), [14, 4, 4]);
    assert_eq!(gate(33, &[], GateForm::WideGap), gate(33, &[], GateForm::HalfStep));
}

/// Slack bits, and the gap of one gate once `|h| <= 4` and `|J| <= 1`.
fn scaled_gap(fan_in: usize, form: GateForm) -> (usize, f64) {
    let bqm = gate(fan_in, &[], form).unwrap();
    let spin = bqm.to_vartype(Vartype::Spin).unwrap();
    let fields = spin.linear().iter().map(|bias| bias.abs() / 4.0);
    let largest = fields.chain(spin.interactions().map(|(.., bias)| bias.abs())).fold(0.0, f64::max);
    let gap = if form == GateForm::WideGap { 1.0 } else { 2.0 };
    (bqm.num_variables() - fan_in - 1, gap / largest)
}

#[test]
fn the_gaps_after_scaling_are_those_of_the_documentation() {
    let mut lines = String::new();
    for fan_in in 2..=31 {
        let [(few, half_step), (more, wide)] =
            [GateForm::HalfStep, GateForm::WideGap].map(|form| scaled_gap(fan_in, form));
        lines.push_str(&format!("{fan_in}: {few}, {half_step:.3} | {more}, {wide:.3}\n"));
    }
    insta::assert_snapshot!(lines, @r"
    2: 0, 2.000 | 1, 4.000
    3: 0, 2.000 | 1, 4.000
    4: 1, 0.500 | 2, 2.667
    5: 1, 0.500 | 2, 2.667
    6: 1, 0.500 | 2, 2.000
    7: 1, 0.500 | 2, 2.000
    8: 2, 0.333 | 3, 1.333
    9: 2, 0.333 | 3, 1.333
    10: 2, 0.333 | 3, 1.067
    11: 2, 0.333 | 3, 1.333
    12: 2, 0.125 | 6, 1.362
    13: 2, 0.125 | 6, 1.641
    14: 2, 0.125 | 6, 1.362
    15: 2, 0.125 | 6, 1.641
    16: 3, 0.100 | 8, 1.280
    17: 3, 0.100 | 8, 1.488
    18: 3, 0.100 | 8, 1.280
    19: 3, 0.100 | 8, 1.488
    20: 3, 0.083 | 10, 1.208
    21: 3, 0.083 | 10, 1.391
    22: 3, 0.083 | 10, 1.208
    23: 3, 0.083 | 10, 1.391
    24: 3, 0.048 | 12, 1.143
    25: 3, 0.048 | 12, 1.333
    26: 3, 0.048 | 12, 1.143
    27: 3, 0.048 | 12, 1.333
    28: 3, 0.031 | 14, 1.000
    29: 3, 0.031 | 14, 1.143
    30: 3, 0.031 | 14, 1.000
    31: 3, 0.031 | 14, 1.143
    ");
}

#[test]
fn the_slack_of_wide_gates_is_the_smallest_possible() {
    for (fan_in, slack) in [(13, 2), (15, 2), (17, 3), (31, 3), (33, 4)] {
        let bqm = gate(fan_in, &[], GateForm::HalfStep).unwrap();
        assert_eq!(bqm.num_variables() - fan_in - 1, slack, "slack bits at fan-in {fan_in}");
    }
}

#[test]
fn known_products_move_the_threshold_and_nothing_else() {
    for form in [GateForm::Plain, GateForm::HalfStep, GateForm::WideGap] {
        for fan_in in 2..=7usize {
            for pattern in 0u32..1 << (fan_in - 1) {
                for num_known in 1..fan_in {
                    let known: Vec<bool> = (0..num_known).map(|bit| pattern >> bit & 1 == 1).collect();
                    let Some(bqm) = gate(fan_in, &known, form) else { continue };
                    let free = fan_in - num_known;
                    for row in 0..1 << (free + 1) {
                        let given = bits(row, free + 1);
                        let agreements = given[..free].iter().map(|&bit| i64::from(bit)).sum::<i64>()
                            + known.iter().filter(|&&bit| bit).count() as i64;
                        let right = (2 * agreements - fan_in as i64 >= 0) == (given[free] == 1);
                        let least = least(&bqm, &given);
                        let gap = if form == GateForm::HalfStep { 2.0 } else { 1.0 };
                        assert!(if right { least == 0.0 } else { least >= gap }, "{known:?} of {fan_in}, row {row:b}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_gate_that_is_decided_takes_no_variable() {
    let known = |bits: &[bool]| bits.iter().map(|&bit| Bit::Known(bit).affine()).collect::<Vec<_>>();
    assert!(matches!(Threshold::decide(&known(&[true, false])), Gate::Decided(true)), "a tie fires");
    assert!(matches!(Threshold::decide(&known(&[true, false, false])), Gate::Decided(false)));
    let mut one_open = known(&[true, true]);
    one_open.push(Bit::variable(0).affine());
    assert!(matches!(Threshold::decide(&one_open), Gate::Decided(true)));
    let only = Bit::Literal { variable: 0, negated: true };
    assert!(
        matches!(Threshold::decide(&[only.affine()]), Gate::Alias(alias) if alias == only),
        "fan-in 1 is its product"
    );
}

/// All forms of a product, with both operands free: `(reductions, variables added, least cost of a wrong state)`.
#[test]
fn a_product_is_free_when_right_and_costs_its_need_when_wrong() {
    for (and_products, added) in [(true, 1), (false, 2)] {
        let reductions = Reductions { and_products, ..Reductions::NONE };
        let mut penalties = Penalties::new(PenaltyRule::PerGroup { margin: 1.0 });
        let mut draft = Draft::new();
        let (w, a) = (weight(&mut draft, 0), Bit::variable(draft.add_variable(Role::Activation(NEURON))));
        let place = Place { neuron: NEURON, input: 0 };
        let product = add_product(&mut draft, &reductions, (&mut penalties, 3.0), place, w, a);
        let bqm = draft.finish().unwrap().0;
        assert_eq!(bqm.num_variables(), 2 + added);
        for row in 0..4 {
            let operands = bits(row, 2);
            let agree = f64::from(u8::from(operands[0] == operands[1]));
            let mut least_right = f64::INFINITY;
            for extra in 0..1 << added {
                let sample: Vec<i8> = operands.iter().copied().chain(bits(extra, added)).collect();
                let z: f64 = product.constant
                    + product.terms.iter().map(|&(v, coefficient)| coefficient * f64::from(sample[v])).sum::<f64>();
                if z == agree {
                    least_right = least_right.min(bqm.energy(&sample));
                } else {
                    assert!(bqm.energy(&sample) >= 3.0, "a wrong product costs its need: {sample:?}");
                }
            }
            assert_eq!(least_right, 0.0);
        }
    }
}

#[test]
fn a_product_with_a_known_bit_is_a_literal_or_a_copy() {
    for known in [false, true] {
        let mut penalties = Penalties::new(PenaltyRule::PerGroup { margin: 1.0 });
        let mut draft = Draft::new();
        let w = weight(&mut draft, 0);
        let place = Place { neuron: NEURON, input: 0 };
        let literal = add_product(&mut draft, &Reductions::ALL, (&mut penalties, 2.0), place, w, Bit::Known(known));
        assert_eq!(literal, w.xnor(known).affine());
        add_product(&mut draft, &Reductions::NONE, (&mut penalties, 2.0), place, w, Bit::Known(known));
        let bqm = draft.finish().unwrap().0;
        for row in 0..4 {
            let sample = bits(row, 2);
            let right = (sample[1] == 1) == ((sample[0] == 1) == known);
            assert_eq!(bqm.energy(&sample), if right { 0.0 } else { 2.0 });
        }
    }
}
