//! Replicas: fields and energies that stay true.

use super::*;
use crate::model::Vartype;
use crate::testing::{random_integers, random_reals};

fn assert_energies_stay_true<T: Number>(bqm: &crate::Bqm, scaling: Scaling) {
    let problem = Problem::<T>::new(bqm, scaling);
    let mut replicas = Replicas::new(&problem, Isa::detect(), 5, 0);
    let temperatures = Temperatures::new(|lane| 0.02 * lane as f64 / bqm.max_abs_coefficient() * scaling.unit);
    for _ in 0..130 {
        replicas.sweep(&temperatures, &|| false);
    }
    replicas.flip_both(3, [1, 2]);
    let moved = replicas.replica(7);
    replicas.put(8, &moved);
    assert!(replicas.replica(8) == moved);
    for lane in 0..LANES {
        let energy = bqm.energy(&replicas.spins(lane)) - bqm.offset();
        let found = replicas.energies()[lane] * scaling.unit;
        let error = (energy - found).abs();
        assert!(if scaling.rounds { error < 1e-4 * energy.abs().max(1.0) } else { error < 1e-9 }, "{energy} {found}");
    }
}

#[test]
fn energies_at_every_width_are_those_of_the_spins() {
    for (largest, width) in
        [(2, Width::Byte), (900, Width::Integer), (200_000, Width::Single), (1 << 29, Width::Double)]
    {
        let bqm = random_integers(Vartype::Spin, 30, 8, largest, 1);
        let scaling = Scaling::new(&bqm, 1.0);
        assert_eq!((scaling.width, scaling.rounds), (width, false));
        with_width!(width, T => assert_energies_stay_true::<T>(&bqm, scaling));
    }
    let bqm = random_reals(Vartype::Spin, 30, 8, 1);
    for (coldest, width) in [(1.0, Width::Single), (1e6, Width::Double)] {
        let scaling = Scaling::new(&bqm, coldest);
        assert_eq!((scaling.width, scaling.rounds), (width, true));
        with_width!(width, T => assert_energies_stay_true::<T>(&bqm, scaling));
    }
}
