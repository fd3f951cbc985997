use super::*;
use proptest::prelude::*;

fn arbitrary_model(vartype: Vartype) -> impl Strategy<Value = Bqm> {
    (1usize..7).prop_flat_map(move |num_variables| {
        let term = (0..num_variables, 0..num_variables, -8i32..=8);
        proptest::collection::vec(term, 0..30).prop_map(move |terms| {
            let mut builder = BqmBuilder::new(vartype, num_variables);
            for (first, second, bias) in terms {
                builder.add_quadratic(first, second, f64::from(bias));
                builder.add_linear(second, f64::from(bias) - 1.0);
            }
            builder.build().unwrap()
        })
    })
}

fn all_samples(vartype: Vartype, num_variables: usize) -> impl Iterator<Item = Vec<i8>> {
    let [low, high] = vartype.values();
    (0u32..1 << num_variables)
        .map(move |bits| (0..num_variables).map(|v| if bits >> v & 1 == 1 { high } else { low }).collect())
}

proptest! {
    #[test]
    fn both_vartypes_have_equal_energies(bqm in arbitrary_model(Vartype::Binary)) {
        let spin = bqm.to_vartype(Vartype::Spin).unwrap();
        let back = spin.to_vartype(Vartype::Binary).unwrap();
        for (binary_sample, spin_sample) in
            all_samples(Vartype::Binary, bqm.num_variables()).zip(all_samples(Vartype::Spin, bqm.num_variables()))
        {
            prop_assert_eq!(bqm.energy(&binary_sample), spin.energy(&spin_sample));
            prop_assert_eq!(bqm.energy(&binary_sample), back.energy(&binary_sample));
        }
    }

    #[test]
    fn the_energy_is_the_sum_of_all_terms(bqm in arbitrary_model(Vartype::Spin)) {
        for sample in all_samples(Vartype::Spin, bqm.num_variables()) {
            let mut energy = bqm.offset();
            for (variable, &bias) in bqm.linear().iter().enumerate() {
                energy += bias * f64::from(sample[variable]);
            }
            for (first, second, bias) in bqm.interactions() {
                energy += bias * f64::from(sample[first]) * f64::from(sample[second]);
            }
            prop_assert_eq!(energy, bqm.energy(&sample));
        }
    }

    #[test]
    fn neighbourhoods_are_sorted_and_symmetric(bqm in arbitrary_model(Vartype::Binary)) {
        for variable in 0..bqm.num_variables() {
            let (neighbors, biases) = bqm.neighborhood(variable);
            prop_assert!(neighbors.is_sorted_by(|left, right| left < right));
            for (&neighbor, &bias) in neighbors.iter().zip(biases) {
                prop_assert_eq!(bqm.quadratic(neighbor as usize, variable), bias);
            }
        }
    }
}

#[test]
fn a_self_loop_is_linear_for_binary_and_constant_for_spin() {
    let mut builder = BqmBuilder::new(Vartype::Binary, 1);
    builder.add_quadratic(0, 0, 3.0);
    assert_eq!(builder.build().unwrap().linear(), [3.0]);
    let mut builder = BqmBuilder::new(Vartype::Spin, 1);
    builder.add_quadratic(0, 0, 3.0);
    let bqm = builder.build().unwrap();
    assert_eq!((bqm.linear(), bqm.offset()), ([0.0].as_slice(), 3.0));
}

#[test]
fn duplicates_that_overflow_are_refused_with_their_place() {
    let mut builder = BqmBuilder::new(Vartype::Binary, 3);
    builder.add_quadratic(2, 1, f64::MAX);
    builder.add_quadratic(1, 2, f64::MAX);
    let error = builder.build().unwrap_err();
    assert_eq!(error.to_string(), "quadratic bias of (1, 2) is inf, not a finite number");
    let mut builder = BqmBuilder::new(Vartype::Binary, 3);
    builder.add_linear(1, f64::NAN);
    assert_eq!(builder.build().unwrap_err().to_string(), "linear bias of variable 1 is NaN, not a finite number");
}

#[test]
fn interactions_that_cancel_stay_unless_asked() {
    let mut builder = BqmBuilder::new(Vartype::Binary, 2);
    builder.add_quadratic(0, 1, 1.0);
    builder.add_quadratic(0, 1, -1.0);
    assert_eq!(builder.clone().build().unwrap().num_interactions(), 1);
    assert_eq!(builder.drop_zeros().build().unwrap().num_interactions(), 0);
}

#[test]
fn the_mean_energy_is_that_of_all_samples() {
    for vartype in [Vartype::Spin, Vartype::Binary] {
        let mut builder = BqmBuilder::new(vartype, 3);
        builder.add_offset(0.5);
        builder.add_linear(0, 2.0);
        builder.add_linear(2, -3.0);
        builder.add_quadratic(0, 1, 4.0);
        builder.add_quadratic(1, 2, -1.0);
        let bqm = builder.build().unwrap();
        let values = vartype.values();
        let energies = (0..8).map(|index| bqm.energy(&[0, 1, 2].map(|bit| values[index >> bit & 1])));
        assert_eq!(bqm.mean_energy(), energies.sum::<f64>() / 8.0);
    }
}

#[test]
fn a_converted_model_is_the_one_that_a_builder_would_make() {
    use crate::testing::{random_integers, random_reals};
    for seed in 0..20 {
        for (from, to, scale, shift) in
            [(Vartype::Binary, Vartype::Spin, 0.5, 0.5), (Vartype::Spin, Vartype::Binary, 2.0, -1.0)]
        {
            for bqm in [random_integers(from, 20, 5, 9, seed), random_reals(from, 20, 7, seed)] {
                let mut builder = BqmBuilder::new(to, bqm.num_variables());
                builder.add_offset(bqm.offset());
                for (variable, &bias) in bqm.linear().iter().enumerate() {
                    builder.add_linear(variable, bias * scale);
                    builder.add_offset(bias * shift);
                }
                for (first, second, bias) in bqm.interactions() {
                    builder.add_quadratic(first, second, bias * scale * scale);
                    builder.add_linear(first, bias * scale * shift);
                    builder.add_linear(second, bias * scale * shift);
                    builder.add_offset(bias * shift * shift);
                }
                assert_eq!(bqm.to_vartype(to).unwrap(), builder.build().unwrap());
            }
        }
    }
}
