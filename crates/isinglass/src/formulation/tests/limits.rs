//! Memory limits, and compiling that is stopped.

use crate::bits::BitMatrix;
use crate::formulation::{FormulationError, FormulationOptions, Size, WeightTerms, compile, compile_within};
use crate::network::Architecture;
use crate::task::Task;
use isinglass_qubo::{RunControl, SampleStatus, rng};
use rand_core::Rng;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

fn task(num_rows: usize, num_inputs: usize) -> Task {
    let mut stream = rng::stream(5, 0);
    let mut coin = || stream.next_u64() >> 63 == 1;
    let inputs = BitMatrix::from_fn(num_rows, num_inputs, |_, _| coin());
    Task::new(inputs, BitMatrix::from_fn(num_rows, 1, |_, _| coin())).unwrap()
}

fn compile_with(control: &RunControl<'_>, hidden: usize) -> Result<usize, FormulationError> {
    let architecture = Architecture::new(vec![9, hidden, 1], true).unwrap();
    let options = FormulationOptions::compact();
    let formulation = compile_within(&task(200, 9), &architecture, &options, &WeightTerms::default(), control)?;
    Ok(formulation.statistics.num_variables)
}

#[test]
fn a_qubo_is_not_compiled_above_the_memory_limit() {
    let control = RunControl { memory_limit: Some(1_000_000), ..RunControl::default() };
    let error = compile_with(&control, 30).unwrap_err();
    assert!(matches!(error, FormulationError::Memory { limit: 1_000_000, bytes, .. } if bytes > 1_000_000), "{error}");
    assert!(error.to_string().ends_with(" of memory, but the limit is 1.0 MB"), "{error}");
    let control = RunControl { memory_limit: Some(1_000_000_000), ..control };
    assert_eq!(compile_with(&control, 3), compile_with(&RunControl::default(), 3));
}

#[test]
fn compiling_ends_when_it_is_told_to() {
    let cancel = AtomicBool::new(true);
    let control = RunControl { cancel: Some(&cancel), ..RunControl::default() };
    assert_eq!(compile_with(&control, 3), Err(FormulationError::Stopped { status: SampleStatus::Interrupted }));
    let control = RunControl { deadline: Some(Instant::now()), ..RunControl::default() };
    let error = compile_with(&control, 3).unwrap_err();
    insta::assert_snapshot!(error, @"the time limit was reached before the QUBO was compiled");
}

#[test]
fn the_size_of_a_qubo_is_estimated_from_above() {
    for (options, hidden) in
        [FormulationOptions::compact(), FormulationOptions::reference()].into_iter().flat_map(|o| [(o, 2), (o, 5)])
    {
        let (task, architecture) = (task(40, 6), Architecture::new(vec![6, hidden, 1], false).unwrap());
        let size = Size::of_task(&task, &architecture, &options);
        let qubo = compile(&task, &architecture, &options, &WeightTerms::default()).unwrap().qubo;
        assert!(size.variables >= qubo.num_variables() as u128, "{size:?}");
        assert!(size.interactions >= qubo.num_interactions() as u128, "{size:?}");
    }
}
