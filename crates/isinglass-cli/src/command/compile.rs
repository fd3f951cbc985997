//! `isinglass compile`: training as a problem file, for a sampler elsewhere.

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::{Args, ValueEnum};
use isinglass::compiled_task::{CompiledTask, HeldOutRows};
use isinglass::dataset::TestRows;
use isinglass::formulation::{
    Alternative, Formulation, GateKind, Statistics, WeightTerms, alternatives, compile_within, hard_constraints_within,
};
use isinglass::model::Provenance;
use isinglass::network::Codebook;
use isinglass::report::NetworkReport;
use isinglass::task::Task;
use isinglass_chip::embedding::{ControlError, GapResolution, HardwareRange, Precision};
use isinglass_qubo::RunControl;
use isinglass_qubo::io::{self, Format, Label, write_mip};
use isinglass_qubo::mip::Mip;
use serde::Serialize;

use crate::app::Outcome;
use crate::arguments::data::{DataArguments, note_identifiers};
use crate::arguments::formulation::FormulationArguments;
use crate::arguments::network::NetworkArguments;
use crate::arguments::problem::{parse_format, written_format};
use crate::command::train::command_line;
use crate::failure::Failure;
use crate::files::{check_ending, check_places, output_name, write_text, write_with};
use crate::memory;
use crate::output::Report;
use crate::output::number::{compact, count, duration, percent, thousands};
use crate::output::sheet::Sheet;
use crate::progress::stage;
use crate::session::Session;

/// What to compile, how, and where to.
#[derive(Args, Debug)]
pub(crate) struct CompileArguments {
    #[command(flatten)]
    data: DataArguments,
    #[command(flatten)]
    network: NetworkArguments,
    #[command(flatten)]
    formulation: FormulationArguments,
    /// Write the problem to this file; the ending names the format: coo, bqm, json, qubo, lp, mps,
    /// sparse (bq, qs), qh, bqpjson or qplib
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    out: Option<PathBuf>,
    /// Format of the problem, for --out - and unusual endings [default: by the ending of --out]
    #[arg(long, value_name = "FORMAT", value_parser = parse_format, requires = "out", help_heading = "Output")]
    to: Option<Format>,
    /// What to write: the qubo; the program with hard-constraints in its place; or the linear-qubo, with a variable and rows for
    /// each product. The last two are mixed-integer programs and go to lp and mps
    #[arg(long, value_name = "MODEL", default_value = "qubo", requires = "out", help_heading = "Output")]
    model: ModelName,
    /// Write what each variable means to this file, for `isinglass decode`
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    layout: Option<PathBuf>,
}

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ModelName {
    /// The QUBO.
    #[value(help = None)]
    Qubo,
    /// Training with constraints that cannot be broken.
    #[value(help = None)]
    HardConstraints,
    /// The QUBO without products.
    #[value(help = None)]
    LinearQubo,
}

/// The size of a mixed-integer program that was written.
#[derive(Serialize)]
struct ProgramReport {
    model: &'static str,
    num_variables: usize,
    num_rows: usize,
    num_nonzeros: usize,
}

#[derive(Serialize)]
struct CompileReport {
    dataset: DatasetSummary,
    network: NetworkReport,
    formulation: &'static str,
    without: Vec<String>,
    gate: GateKind,
    #[serde(flatten)]
    statistics: Statistics,
    /// How precisely a D-Wave chip would see the problem, one qubit for each variable.
    precision: Precision,
    /// What it would see more precisely, where it does not see the loss of this problem well.
    alternatives: Vec<Alternative>,
    offset: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    program: Option<ProgramReport>,
    seconds: f64,
    out: Option<PathBuf>,
    layout: Option<PathBuf>,
}

#[derive(Serialize)]
struct DatasetSummary {
    source: String,
    sha256: String,
    num_rows: usize,
    num_inputs: usize,
    input_names: Vec<String>,
    dropped_by_user: Vec<String>,
    identifier_columns: Vec<String>,
    num_test_rows: usize,
    test_rows: Option<TestRows>,
    classes: Vec<String>,
}

/// Compiles the training rows, and writes problem and layout.
///
/// # Errors
/// A [`Failure`] when the rows cannot be read or compiled, or a file cannot be written.
pub(crate) fn run(arguments: &CompileArguments, session: &Session) -> Result<Outcome, Failure> {
    let format = arguments.out.as_deref().map(|path| written_format(path, arguments.to)).transpose()?;
    check_model(arguments, format)?;
    check_ending(arguments.layout.as_deref(), &["json"])?;
    check_places([&arguments.out, &arguments.layout])?;
    arguments.formulation.check()?;
    arguments.formulation.note_rounding(session.output());
    let split = arguments.data.split(None)?;
    let prepared = arguments.data.prepare(&split)?;
    note_identifiers(&prepared.identifiers, session);
    let codebook = Codebook::for_classes(prepared.classes.names().len());
    let architecture = arguments.network.architecture(prepared.pipeline.num_inputs(), &codebook)?;
    let options = arguments.formulation.options();
    let task = Task::of_classes(prepared.train.inputs, &prepared.train.labels, &codebook)
        .map_err(|error| Failure::from_error(&error))?;

    let start = Instant::now();
    let bar = stage("compiling");
    let control = RunControl { memory_limit: memory::limit(), ..RunControl::default() };
    let formulation = compile_within(&task, &architecture, &options, &WeightTerms::default(), &control)?;
    drop(bar);
    let seconds = start.elapsed().as_secs_f64();
    let (range, control_error) = (HardwareRange::default(), ControlError::default());
    let precision = formulation.precision(&range, control_error).map_err(|error| Failure::from_error(&error))?;
    let alternatives = match precision.visibility {
        GapResolution::Blurred | GapResolution::Invisible => {
            let _bar = stage("comparing");
            alternatives(&task, &architecture, &options, &WeightTerms::default(), &range, control_error, &control)?
        }
        GapResolution::Visible | GapResolution::Unknown => Vec::new(),
    };

    let program = match arguments.model {
        ModelName::Qubo => None,
        ModelName::HardConstraints => {
            let hard = hard_constraints_within(&task, &architecture, &options, &WeightTerms::default(), &control)?;
            Some(("hard constraints", hard.mip))
        }
        ModelName::LinearQubo => {
            let mip = Mip::linearized_of(&formulation.qubo).map_err(|error| Failure::from_error(&error))?;
            Some(("the QUBO with a variable for each product", mip))
        }
    };
    if let Some((path, format)) = arguments.out.as_deref().zip(format) {
        match &program {
            None => write_problem(path, format, &formulation, session)?,
            Some((_, mip)) => write_program(path, format, mip, session)?,
        }
    }
    let dataset = DatasetSummary {
        source: split.train.source().to_owned(),
        sha256: split.train.sha256().to_owned(),
        num_rows: task.num_rows(),
        num_inputs: prepared.pipeline.num_inputs(),
        input_names: prepared.train.input_names,
        dropped_by_user: prepared.pipeline.dropped_by_user().to_vec(),
        identifier_columns: prepared.identifiers,
        num_test_rows: prepared.test.as_ref().map_or(0, |test| test.labels.len()),
        test_rows: split.test_rows.clone(),
        classes: prepared.classes.names().to_vec(),
    };
    if let Some(path) = &arguments.layout {
        let made = Provenance {
            isinglass: env!("CARGO_PKG_VERSION").to_owned(),
            command: command_line(),
            seed: 0,
            data: dataset.source.clone(),
            data_sha256: dataset.sha256.clone(),
            formulation: arguments.formulation.name().to_owned(),
            solver: "elsewhere".to_owned(),
            train_errors: 0,
            num_train_rows: task.num_rows(),
        };
        let (layout, classes, pipeline) = (formulation.layout.clone(), prepared.classes, prepared.pipeline);
        let test = prepared.test.zip(split.test_rows).map(|(test, chosen)| HeldOutRows {
            inputs: test.inputs,
            labels: test.labels,
            fraction: arguments.data.test_fraction(),
            chosen,
        });
        let handover = CompiledTask { layout, options, task, classes, codebook, pipeline, made, test };
        write_text(path, &handover.to_json())?;
    }
    session.output().report(&CompileReport {
        dataset,
        network: NetworkReport::of(&architecture),
        formulation: arguments.formulation.name(),
        without: arguments.formulation.left_out(),
        gate: options.gate,
        precision,
        alternatives,
        offset: formulation.qubo.offset(),
        program: program.map(|(model, mip)| ProgramReport {
            model,
            num_variables: mip.num_variables(),
            num_rows: mip.num_rows(),
            num_nonzeros: mip.num_nonzeros(),
        }),
        statistics: formulation.statistics,
        seconds,
        out: arguments.out.clone(),
        layout: arguments.layout.clone(),
    })?;
    Ok(Outcome::Done)
}

/// Mixed-integer programs need a format with rows, and have no layout: `decode` reads samples of QUBOs.
fn check_model(arguments: &CompileArguments, format: Option<Format>) -> Result<(), Failure> {
    if arguments.model == ModelName::Qubo {
        return Ok(());
    }
    if let Some(format) = format.filter(|format| !matches!(format, Format::Lp | Format::Mps)) {
        return Err(Failure::input(format!(
            "the format {format} holds no rows, so it cannot hold a mixed-integer program"
        ))
        .with_hint("end the name with .lp or .mps"));
    }
    if arguments.layout.is_some() {
        return Err(Failure::input("--layout describes the QUBO, which is not what is written")
            .with_hint("leave --layout out, or take --model qubo"));
    }
    Ok(())
}

fn write_program(path: &Path, format: Format, mip: &Mip, session: &Session) -> Result<(), Failure> {
    let report = write_with(path, |file| Ok(write_mip(mip, format, file)?))?;
    for note in report.notes {
        session.output().note(&format!("{}: {note}", output_name(path)));
    }
    Ok(())
}

fn write_problem(path: &Path, format: Format, formulation: &Formulation, session: &Session) -> Result<(), Failure> {
    let labels: Vec<Label> = formulation.layout.roles().iter().map(|role| Label::Text(role.to_string())).collect();
    let report = write_with(path, |file| Ok(io::write(&formulation.qubo, Some(&labels), format, file)?))?;
    for note in report.notes {
        session.output().note(&format!("{}: {note}", output_name(path)));
    }
    Ok(())
}

/// What a formulation is like, in a few lines.
pub(crate) fn statistics_lines(statistics: &Statistics) -> Vec<String> {
    let roles: Vec<String> = statistics
        .variables_by_role
        .iter()
        .map(|role| format!("{} {}", thousands(role.count as u64), role.role))
        .collect();
    let mut lines = vec![
        format!(
            "{}, {}; {} in {}",
            count(statistics.num_variables, "variable", "variables"),
            count(statistics.num_interactions, "interaction", "interactions"),
            count(statistics.num_rows, "row", "rows"),
            count(statistics.num_groups, "group", "groups")
        ),
        roles.join(" + "),
        format!(
            "degree up to {}, density {}; coefficients {} to {}; guaranteed gap {}",
            statistics.max_degree,
            percent(statistics.density),
            compact(statistics.min_abs_coefficient),
            compact(statistics.max_abs_coefficient),
            compact(statistics.guaranteed_gap)
        ),
    ];
    lines.extend(statistics.notes.iter().cloned());
    lines
}

/// How precisely a chip sees a problem, and what to do where it does not see the loss.
fn precision_lines(precision: &Precision, alternatives: &[Alternative]) -> Vec<String> {
    let mut lines = crate::arguments::embedding::precision_lines("without chains", precision);
    lines.extend(alternatives.iter().map(|other| {
        format!("with {}: {}; {}", other.change, other.precision, count(other.num_variables, "variable", "variables"))
    }));
    lines
}

impl Report for CompileReport {
    fn text(&self) -> String {
        let Self { dataset, network, statistics, .. } = self;
        let widths: Vec<String> = network.widths.iter().map(ToString::to_string).collect();
        let bias = if network.bias { " with bias" } else { ", no bias" };
        let mut sheet = Sheet::new();
        sheet.line(
            "Data",
            format!("{}: {} rows, {} inputs", dataset.source, thousands(dataset.num_rows as u64), dataset.num_inputs),
        );
        if let Some(chosen) = &dataset.test_rows {
            let rows = count(dataset.num_test_rows, "test row", "test rows");
            sheet.line("Test", format!("{rows}: {chosen}"));
        }
        sheet.line(
            "Network",
            format!("{}{bias}, {} binary weights", widths.join("-"), thousands(network.num_weights as u64)),
        );
        let mut name = self.formulation.to_owned();
        if self.gate != GateKind::HalfStep {
            name.push_str(&format!(", {} gates", self.gate.name()));
        }
        sheet.lines("QUBO", std::iter::once(name).chain(statistics_lines(statistics)));
        sheet.lines("Precision", precision_lines(&self.precision, &self.alternatives));
        if let Some(program) = &self.program {
            let ProgramReport { model, num_variables, num_rows, num_nonzeros } = program;
            let rows = count(*num_rows, "row", "rows");
            let size = format!(
                "{}, {rows}, {} coefficients",
                count(*num_variables, "variable", "variables"),
                thousands(*num_nonzeros as u64)
            );
            sheet.lines("Program", [(*model).to_owned(), size]);
        }
        sheet.line("Time", duration(self.seconds));
        for (name, path) in [("Problem", &self.out), ("Layout", &self.layout)] {
            if let Some(path) = path {
                sheet.line(name, output_name(path));
            }
        }
        sheet.finish()
    }
}
