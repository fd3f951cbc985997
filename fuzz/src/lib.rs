//! Fuzz targets: parse arbitrary bytes, and check invariants of what was parsed.
//!
//! A reader may reject any input, but must not panic, run out of memory or lose data that it read.

use isinglass::bits::BitMatrix;
use isinglass::certificate::Certificate;
use isinglass::dataset::{Format as DataFormat, Limits, ReadOptions as DataOptions, read_bytes};
use isinglass::formulation::Layout;
use isinglass::compiled_task::CompiledTask;
use isinglass::model::Model;
use isinglass::network::Architecture;
use isinglass::task::Task;
use isinglass::train::{Batching, TrainingPlan, TrainingState};
use isinglass_chip::embedding::EmbeddingFile;
use isinglass_chip::hardware::{Chip, EdgeList, Graph};
use isinglass_qubo::io::{Format, ReadOptions, Sense, read, read_samples, write};
use isinglass_chip::qpu::{QpuProblem, SolverProperties, TimingRequest};
use isinglass_qubo::{BqmBuilder, RunControl, Vartype};
use isinglass_sapi::{Answer, ConfigFile, Configuration};

/// A few bytes can ask for millions of variables; those are read, but not written again and again.
const MOST_VARIABLES_WRITTEN: usize = 10_000;

/// A few bytes can describe a problem that takes long to compile.
const MOST_PRODUCTS_COMPILED: usize = 1_000;

/// A few bytes can describe a network whose bound takes long to prove.
const MOST_WEIGHTS_CHECKED: usize = 24;

/// Reads a problem; what was read must survive being written and read again.
pub fn problem(bytes: &[u8], format: Format) {
    let vartypes = [None, Some(Vartype::Binary), Some(Vartype::Spin)];
    let senses = [None, Some(Sense::Maximize)];
    for (vartype, sense) in vartypes.into_iter().flat_map(|vartype| senses.map(|sense| (vartype, sense))) {
        let Ok(file) = read(bytes, format, &ReadOptions { vartype, sense, ..ReadOptions::default() }) else { continue };
        if file.bqm.num_variables() > MOST_VARIABLES_WRITTEN {
            continue;
        }
        let mut written = Vec::new();
        // a coefficient can be too large for a format that doubles it
        if write(&file.bqm, file.labels.as_deref(), format, &mut written).is_ok() {
            let again = read(&written, format, &ReadOptions::default()).expect("isinglass reads what it wrote");
            assert_eq!(again.bqm, file.bqm);
            assert_eq!(again.total_weight.is_some(), file.total_weight.is_some());
        }
    }
}

/// Reads samples: rows of one length, all values of the vartype.
pub fn samples(bytes: &[u8]) {
    for vartype in [None, Some(Vartype::Binary), Some(Vartype::Spin)] {
        let Ok(file) = read_samples(bytes, &ReadOptions { vartype, ..ReadOptions::default() }) else { continue };
        let values = file.vartype.values();
        assert_eq!(file.rows.len(), file.num_occurrences.len());
        assert!(file.rows.iter().all(|row| row.len() == file.rows[0].len()));
        assert!(file.rows.iter().flatten().all(|value| values.contains(value)));
    }
}

/// Reads a data set, with limits that a fuzzer's machine can bear.
pub fn table(bytes: &[u8], format: DataFormat) {
    let limits = Limits { bytes: 1 << 20, cells: 1 << 20, columns: 1 << 12 };
    for (drop, only) in [(vec![], None), (vec!["1".to_owned()], None), (vec![], Some(vec!["2".to_owned()]))] {
        let options = DataOptions { format: Some(format), limits, drop, only, ..DataOptions::default() };
        let Ok(table) = read_bytes(bytes, "fuzz", &options) else { continue };
        assert!(table.num_rows() > 0 && table.num_columns() > 0);
        assert!(table.num_rows() * table.num_columns() <= 1 << 20);
    }
}

/// Reads a layout; it must survive a round trip, and decode a sample of matching length.
pub fn layout(bytes: &[u8]) {
    let Ok(layout) = serde_json::from_slice::<Layout>(bytes) else { return };
    let written = serde_json::to_vec(&layout).expect("a layout is plain JSON");
    assert_eq!(serde_json::from_slice::<Layout>(&written).expect("isinglass reads what it wrote"), layout);
    let sample = vec![1; layout.roles().len()];
    layout.decode(&sample).expect("the sample has one value for each variable");
}

/// Reads a model, as a file and without the header whose checksum hides what is inside; what was read must survive its file.
pub fn model(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let from_file = Model::from_json(text).ok();
    let bare = || serde_json::from_str::<Model>(text).ok().and_then(|model| Model::from_json(&model.to_json()).ok());
    let Some(model) = from_file.or_else(bare) else { return };
    assert_eq!(Model::from_json(&model.to_json()).expect("isinglass reads what it wrote"), model);
    let inputs = BitMatrix::zeros(1, model.network.architecture().num_inputs());
    let predicted = model.predict_bits(&inputs);
    assert!((predicted[0] as usize) < model.classes.names().len());
}

/// Reads a layout file, sealed or bare; what was read must survive its file, and a small one compiles or is refused.
pub fn handover(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let bare = || {
        let handover: CompiledTask = serde_json::from_str(text).ok()?;
        CompiledTask::from_json(&handover.to_json()).ok()
    };
    let Some(handover) = CompiledTask::from_json(text).ok().or_else(bare) else { return };
    assert_eq!(CompiledTask::from_json(&handover.to_json()).expect("isinglass reads what it wrote"), handover);
    if handover.layout.architecture().num_weights() * handover.task.num_rows() <= MOST_PRODUCTS_COMPILED {
        let _ = handover.compile();
    }
}

/// Reads a checkpoint of a small run, sealed or the state alone; what was read must survive its file.
pub fn checkpoint(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (plan, task) = small_run();
    let read = |text: &str| TrainingState::from_checkpoint(text, &plan, &task).ok();
    let bare = || {
        let state: TrainingState = serde_json::from_str(text).ok()?;
        read(&state.to_checkpoint(&plan, &task))
    };
    let Some(state) = read(text).or_else(bare) else { return };
    assert_eq!(read(&state.to_checkpoint(&plan, &task)).expect("isinglass reads what it wrote"), state);
}

/// Reads a certificate, or its bare content with the right checksum, and checks it: the confirmed bound must not exceed the loss of the
/// certificate's network.
pub fn certificate(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let bare = || serde_json::from_str::<Certificate>(text).ok();
    let Some(certificate) = Certificate::from_json(text).ok().or_else(bare) else { return };
    let again = Certificate::from_json(&certificate.to_json());
    // a number that JSON does not have is lost when it is written
    assert!(again.is_err() || again.is_ok_and(|again| again == certificate), "isinglass reads what it wrote");
    if certificate.architecture().num_weights() > MOST_WEIGHTS_CHECKED {
        return;
    }
    if let Ok(checked) = certificate.check(&RunControl::default()) {
        assert!(checked.lower_bound <= checked.loss && (checked.lower_bound < checked.loss || checked.optimal));
    }
}

/// Reads an embedding; it must survive being written and read again.
pub fn embedding(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(file) = EmbeddingFile::from_json(text) else { return };
    assert_eq!(EmbeddingFile::from_json(&file.to_json()).expect("isinglass reads what it wrote"), file);
    let _ = file.chains(file.entries().len(), None);
}

/// Reads a solver's description: its graph, and what it takes. Couplers join working qubits, and times are numbers.
pub fn solver(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(chip) = Chip::from_solver_json(text) {
        let works = |qubit: u32| chip.qubits().binary_search(&qubit).is_ok();
        assert!(chip.graph().edges().all(|(first, second)| works(first) && works(second)));
    }
    if let Ok(properties) = SolverProperties::from_solver_json(text) {
        let time = properties.timing.access_time(&TimingRequest::new(100));
        assert!(!time.qpu_access_time.is_nan());
        let _ = properties.max_reads(&TimingRequest::new(100));
    }
}

/// Reads an edge list: a graph without loops, with a node for each name or as large as its largest label.
pub fn edges(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(EdgeList { graph, labels }) = EdgeList::read(text) {
        assert!(labels.is_none_or(|labels| labels.len() == graph.num_nodes()));
        assert!((0..graph.num_nodes() as u32).all(|node| graph.degree(node) > 0));
    }
    let Ok(graph) = Graph::from_edge_list(text) else { return };
    let list: String = graph.edges().map(|(first, second)| format!("{first} {second}\n")).collect();
    assert_eq!(Graph::from_edge_list(&list).expect("isinglass reads what it wrote"), graph);
}

/// The run that the seeds of the checkpoints are of: the majority of three, in batches of four rows.
fn small_run() -> (TrainingPlan, Task) {
    let inputs = BitMatrix::from_fn(8, 3, |row, column| row >> column & 1 == 1);
    let targets = BitMatrix::from_fn(8, 1, |row, _| row.count_ones() >= 2);
    let task = Task::new(inputs, targets).expect("as many targets as inputs");
    let architecture = Architecture::new(vec![3, 1], false).expect("two layers");
    let batching = Batching::Minibatches { batch_size: 4, batches: 3, alpha: 0.5 };
    (TrainingPlan { batching, ..TrainingPlan::new(architecture) }, task)
}

/// Reads the answer of a service to a small problem: as many reads as were asked for, with a spin for each qubit.
pub fn answer(bytes: &[u8]) {
    let mut builder = BqmBuilder::new(Vartype::Spin, 2);
    builder.add_linear(0, -0.5);
    builder.add_quadratic(0, 1, 0.5);
    let spin = builder.build().expect("a small problem");
    let problem = QpuProblem { spin: &spin, qubits: &[0, 1], num_reads: 7, annealing_time: None };
    if let Ok(reads) = Answer::from_json(bytes).map_err(|error| error.to_string()).and_then(|all| all.reads(&problem)) {
        assert!(reads.spins.len() == 7 && reads.spins.iter().all(|spins| spins.len() == 2));
    }
}

/// Reads a file `dwave.conf`: what it says of the service is an address, and the token is not shown.
pub fn dwave_conf(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let files = [ConfigFile { name: "dwave.conf".to_owned(), text }];
    if let Ok(Some(configuration)) = Configuration::from_sources(|_| None, &files) {
        assert!(configuration.endpoint.starts_with("http") && configuration.endpoint.ends_with('/'));
        assert_eq!(format!("{:?}", configuration.token), "Token(***)");
    }
}
