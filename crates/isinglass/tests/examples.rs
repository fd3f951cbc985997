//! Runs the examples, which check their own results.

#[path = "../examples/compile_and_sample.rs"]
mod compile_and_sample;
#[path = "../examples/embed_on_pegasus.rs"]
mod embed_on_pegasus;
#[path = "../examples/emulate_qpu.rs"]
mod emulate_qpu;
#[path = "../examples/prove_optimum.rs"]
mod prove_optimum;
#[path = "../examples/solve_qubo.rs"]
mod solve_qubo;
#[path = "../examples/train_digits.rs"]
mod train_digits;

#[test]
fn a_network_is_decoded_from_a_sample_of_the_compiled_qubo() {
    compile_and_sample::main().unwrap();
}

#[test]
fn the_qubo_of_a_task_is_sampled_on_a_pegasus_graph() {
    embed_on_pegasus::main().unwrap();
}

#[test]
fn the_emulated_chip_finds_the_ground_state_of_a_triangle() {
    emulate_qpu::main().unwrap();
}

#[test]
fn the_least_loss_of_a_network_is_proven_and_certified() {
    prove_optimum::main().unwrap();
}

#[test]
fn the_largest_cut_of_a_ring_with_a_chord_is_found() {
    solve_qubo::main().unwrap();
}

#[test]
fn the_digits_4_and_9_are_told_apart() {
    train_digits::main().unwrap();
}
