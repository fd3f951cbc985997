use super::*;
use crate::bits::BitMatrix;
use crate::formulation::{FormulationOptions, GateKind, WeightTerms, compile};
use crate::network::Architecture;
use crate::task::Merge;
use isinglass_qubo::rng::stream;
use rand_core::Rng;

fn random_task(seed: u64, architecture: &Architecture) -> Task {
    let mut stream = stream(seed, 1);
    let mut coin = || stream.next_u64() >> 63 == 1;
    let inputs = BitMatrix::from_fn(6, architecture.num_inputs(), |_, _| coin());
    let targets = BitMatrix::from_fn(6, architecture.num_outputs(), |_, _| coin());
    Task::new(inputs, targets).unwrap()
}

/// Both formulations, and the one with wide-gap gates.
fn formulations() -> [FormulationOptions; 3] {
    let wide = FormulationOptions { gate: GateKind::WideGap, ..FormulationOptions::compact() };
    [FormulationOptions::compact(), FormulationOptions::reference(), wide]
}

fn shapes() -> Vec<Architecture> {
    let shapes = [
        (&[3, 3, 1][..], false),
        (&[4, 2, 2], true),
        (&[2, 3, 2, 3], false),
        (&[1, 1, 1], true),
        (&[5, 1], false),
        (&[19, 1], true),
    ];
    shapes.into_iter().map(|(widths, bias)| Architecture::new(widths.to_vec(), bias).unwrap()).collect()
}

#[test]
fn the_plain_loss_equals_the_loss_of_the_packed_inference() {
    for (seed, architecture) in shapes().into_iter().enumerate() {
        let task = random_task(seed as u64, &architecture);
        let mut stream = stream(seed as u64, 2);
        let network = Network::from_fn(architecture, |_, _, _| stream.next_u64() >> 63 == 1);
        let groups = task.group(Merge::Nothing);
        assert_eq!(loss(&network, &task), groups.loss(&network.infer(&groups.inputs)));
    }
}

#[test]
fn any_sample_completed_from_its_weights_has_their_loss_as_energy_and_no_violation() {
    for (seed, architecture) in shapes().into_iter().enumerate() {
        let task = random_task(seed as u64, &architecture);
        for options in formulations() {
            let formulation = compile(&task, &architecture, &options, &WeightTerms::default()).unwrap();
            let mut stream = stream(seed as u64, 3);
            let sample: Vec<i8> =
                (0..formulation.qubo.num_variables()).map(|_| (stream.next_u64() >> 63) as i8).collect();
            let found = verify(&formulation.qubo, &formulation.layout, &task, &sample).unwrap();
            assert_eq!(found.completed_energy, found.loss, "{architecture}");
            assert_eq!(found.energy, formulation.qubo.energy(&sample));
            let groups = task.group(formulation.layout.merge());
            let network = formulation.layout.decode(&sample).unwrap();
            let completed = complete(&formulation.qubo, &formulation.layout, &network, &groups, &sample);
            let again = verify(&formulation.qubo, &formulation.layout, &task, &completed).unwrap();
            assert_eq!((again.violations(), again.energy), (0, again.loss), "{architecture}");
        }
    }
}

#[test]
fn each_flipped_variable_is_a_violation() {
    let architecture = Architecture::new(vec![3, 2, 2], true).unwrap();
    let task = random_task(7, &architecture);
    for options in formulations() {
        let formulation = compile(&task, &architecture, &options, &WeightTerms::default()).unwrap();
        let groups = task.group(formulation.layout.merge());
        let zeros = vec![0; formulation.qubo.num_variables()];
        let network = formulation.layout.decode(&zeros).unwrap();
        let completed = complete(&formulation.qubo, &formulation.layout, &network, &groups, &zeros);
        for (variable, role) in formulation.layout.roles().iter().enumerate() {
            if matches!(role, Role::Weight { .. } | Role::Slack(..)) {
                continue;
            }
            let mut flipped = completed.clone();
            flipped[variable] = 1 - flipped[variable];
            let found = verify(&formulation.qubo, &formulation.layout, &task, &flipped).unwrap();
            assert!(found.violations() > 0, "{role} flipped");
            assert!(found.energy > found.loss, "{role} flipped");
        }
    }
}

#[test]
fn what_does_not_belong_together_is_refused() {
    let architecture = Architecture::new(vec![3, 3, 1], false).unwrap();
    let task = random_task(1, &architecture);
    let formulation = compile(&task, &architecture, &FormulationOptions::compact(), &WeightTerms::default()).unwrap();
    let message = |task: &Task, sample: &[i8]| {
        verify(&formulation.qubo, &formulation.layout, task, sample).unwrap_err().to_string()
    };
    insta::assert_snapshot!(message(&task, &[0]), @"the sample has 1 values, but the layout has 17 variables");
    let smaller = task.select_rows(&[0]);
    let sample = vec![0; formulation.qubo.num_variables()];
    insta::assert_snapshot!(message(&smaller, &sample), @"`activation_1_0_0` refers to a group, neuron or input that the task and network do not have");
}

#[test]
fn an_encoded_network_is_a_ground_state_of_its_weights() {
    for (seed, architecture) in shapes().into_iter().enumerate() {
        let task = random_task(seed as u64, &architecture);
        let mut stream = stream(seed as u64, 4);
        let network = Network::from_fn(architecture.clone(), |_, _, _| stream.next_u64() >> 63 == 1);
        for options in formulations() {
            let formulation = compile(&task, &architecture, &options, &WeightTerms::default()).unwrap();
            let sample = encode(&formulation.qubo, &formulation.layout, &task, &network).unwrap();
            assert_eq!(formulation.qubo.energy(&sample), loss(&network, &task), "{architecture}");
        }
    }
}
