//! The minimum of a QUBO with some variables fixed, by eliminating the others one after another.

use isinglass_qubo::Bqm;
use std::collections::BTreeMap;

/// A function of a few variables as a table: bit `i` of the index is the value of `variables[i]`.
struct Factor {
    variables: Vec<usize>,
    table: Vec<f64>,
}

/// `min` over all variables with `fixed[v] == None` of the energy of a 0/1 model.
pub(super) fn minimum(bqm: &Bqm, fixed: &[Option<bool>]) -> f64 {
    let value = |variable: usize| fixed[variable].map(|bit| f64::from(u8::from(bit)));
    let mut constant = bqm.offset();
    let mut linear: BTreeMap<usize, f64> = BTreeMap::new();
    let mut factors = Vec::new();
    for variable in 0..bqm.num_variables() {
        match value(variable) {
            Some(bit) => constant += bit * bqm.linear()[variable],
            None => *linear.entry(variable).or_default() += bqm.linear()[variable],
        }
    }
    for (first, second, bias) in bqm.interactions() {
        match (value(first), value(second)) {
            (Some(left), Some(right)) => constant += bias * left * right,
            (Some(bit), None) => *linear.entry(second).or_default() += bias * bit,
            (None, Some(bit)) => *linear.entry(first).or_default() += bias * bit,
            (None, None) => factors.push(Factor { variables: vec![first, second], table: vec![0.0, 0.0, 0.0, bias] }),
        }
    }
    factors
        .extend(linear.iter().map(|(&variable, &bias)| Factor { variables: vec![variable], table: vec![0.0, bias] }));
    let mut left: Vec<usize> = linear.keys().copied().collect();
    while !left.is_empty() {
        let neighbors = |variable: usize| {
            let mut all: Vec<usize> = factors
                .iter()
                .filter(|factor| factor.variables.contains(&variable))
                .flat_map(|factor| factor.variables.iter().copied())
                .collect();
            all.sort_unstable();
            all.dedup();
            all
        };
        let position = (0..left.len()).min_by_key(|&position| neighbors(left[position]).len()).expect("some are left");
        let variable = left.swap_remove(position);
        let mut scope = neighbors(variable);
        scope.retain(|&other| other != variable);
        let (involved, others): (Vec<Factor>, Vec<Factor>) =
            factors.into_iter().partition(|factor| factor.variables.contains(&variable));
        factors = others;
        let energy = |bits: usize, own: usize| -> f64 {
            let bit_of = |v: usize| {
                if v == variable { own } else { bits >> scope.binary_search(&v).expect("in scope") & 1 }
            };
            let index = |factor: &Factor| {
                factor.variables.iter().enumerate().map(|(place, &v)| bit_of(v) << place).sum::<usize>()
            };
            involved.iter().map(|factor| factor.table[index(factor)]).sum()
        };
        let table: Vec<f64> = (0..1 << scope.len()).map(|bits| energy(bits, 0).min(energy(bits, 1))).collect();
        if scope.is_empty() {
            constant += table[0];
        } else {
            factors.push(Factor { variables: scope, table });
        }
    }
    constant
}

#[test]
fn elimination_finds_what_enumeration_finds() {
    use isinglass_qubo::{BqmBuilder, Vartype, rng::stream};
    use rand_core::Rng;
    for seed in 0..20 {
        let mut stream = stream(seed, 0);
        let mut draw = |below: u64| (stream.next_u64() >> 20) % below;
        let mut builder = BqmBuilder::new(Vartype::Binary, 8);
        for _ in 0..12 {
            builder.add_quadratic(draw(8) as usize, draw(8) as usize, draw(13) as f64 - 6.0);
            builder.add_linear(draw(8) as usize, draw(13) as f64 - 6.0);
        }
        let bqm = builder.build().unwrap();
        let fixed: Vec<Option<bool>> = (0..8).map(|v| (v < 2).then(|| draw(2) == 1)).collect();
        let samples = (0u32..256).map(|bits| (0..8).map(|v| (bits >> v & 1) as i8).collect::<Vec<i8>>());
        let allowed = samples.filter(|sample| (0..8).all(|v| fixed[v].is_none_or(|bit| sample[v] == i8::from(bit))));
        let expected = allowed.map(|sample| bqm.energy(&sample)).fold(f64::INFINITY, f64::min);
        assert_eq!(minimum(&bqm, &fixed), expected);
    }
}
