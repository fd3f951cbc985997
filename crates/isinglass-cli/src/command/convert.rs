//! `isinglass convert`: a QUBO or Ising problem in another format.

use std::path::PathBuf;

use clap::{Arg, Args};
use isinglass_qubo::Vartype;
use isinglass_qubo::io::{Format, ProblemFile, write_problem};
use serde::Serialize;

use crate::app::Outcome;
use crate::arguments::problem::{Problem, ProblemArguments, VartypeName, parse_format, written_format};
use crate::failure::Failure;
use crate::files::{check_places, output_name, write_with};
use crate::output::Report;
use crate::output::number::count;
use crate::progress::stage;
use crate::session::Session;

/// Which problem, and what it becomes.
#[derive(Args, Debug)]
#[command(mut_args = with_two_files)]
pub(crate) struct ConvertArguments {
    #[command(flatten)]
    problem: ProblemArguments,
    /// File to write, or `-` for standard output; the ending names the format
    #[arg(help_heading = "Output")]
    out: PathBuf,
    /// Format to write [default: by the ending of OUT]
    #[arg(long, value_name = "FORMAT", value_parser = parse_format, help_heading = "Output")]
    to: Option<Format>,
    /// Convert the variables to 0/1 or -1/+1 [default: as in IN, where OUT can hold them]
    #[arg(long, value_name = "VARTYPE", ignore_case = true, help_heading = "Output")]
    to_vartype: Option<VartypeName>,
}

/// Names that tell the two files apart; `--format` of other commands is one of two formats here.
fn with_two_files(argument: Arg) -> Arg {
    match argument.get_id().as_str() {
        "file" => argument.value_name("IN"),
        "format" => argument.long("from").alias("format").help(
            "Format of IN: coo, bqm, json, qubo, lp, mps, sparse, rudy, qubist, bqpjson or qplib [default: from the name, \
             else from the content]",
        ),
        _ => argument,
    }
}

#[derive(Serialize)]
struct ConvertReport {
    source: String,
    format: &'static str,
    out: String,
    out_format: &'static str,
    vartype: Vartype,
    num_variables: usize,
    num_interactions: usize,
    offset: f64,
    maximized: bool,
    /// Of a max-cut problem only.
    #[serde(skip_serializing_if = "Option::is_none")]
    total_weight: Option<f64>,
    /// What changed or was lost.
    notes: Vec<String>,
}

/// Reads the problem and writes it.
///
/// # Errors
/// A [`Failure`] when the problem cannot be read, the format cannot hold it, or the file cannot be written.
pub(crate) fn run(arguments: &ConvertArguments, session: &Session) -> Result<Outcome, Failure> {
    let ConvertArguments { problem, out, to, to_vartype } = arguments;
    let format = written_format(out, *to)?;
    let asked = to_vartype.map(VartypeName::vartype);
    check_vartype(format, asked)?;
    check_places([&Some(out.clone())])?;
    let Problem { source, format: source_format, file } = problem.read()?;
    let offset = file.bqm.offset();
    let file = with_vartype(file, asked)?;
    let bar = stage("writing");
    let report = write_with(out, |writer| Ok(write_problem(&file, format, writer)?))?;
    drop(bar);
    for note in &report.notes {
        session.output().note(&format!("{}: {note}", output_name(out)));
    }
    session.output().report(&ConvertReport {
        source,
        format: source_format.name(),
        out: out.display().to_string(),
        out_format: format.name(),
        vartype: format.vartype().unwrap_or(file.bqm.vartype()),
        num_variables: file.bqm.num_variables(),
        num_interactions: file.bqm.num_interactions(),
        offset,
        maximized: file.maximized,
        total_weight: file.total_weight,
        notes: report.notes.iter().map(ToString::to_string).collect(),
    })?;
    Ok(Outcome::Done)
}

fn check_vartype(format: Format, asked: Option<Vartype>) -> Result<(), Failure> {
    match (format.vartype(), asked) {
        (Some(only), Some(asked)) if only != asked => {
            let (only, asked) = (only.name(), asked.name());
            Err(Failure::input(format!("the format {format} holds {only} variables only, but {asked} was asked for"))
                .with_hint("leave --to-vartype out, or write coo, bqm, json or bqpjson"))
        }
        _ => Ok(()),
    }
}

fn with_vartype(file: ProblemFile, asked: Option<Vartype>) -> Result<ProblemFile, Failure> {
    let Some(vartype) = asked else { return Ok(file) };
    let bqm = file.bqm.to_vartype(vartype).map_err(|error| Failure::from_error(&error))?;
    Ok(ProblemFile { bqm, ..file })
}

impl Report for ConvertReport {
    fn text(&self) -> String {
        let variables = count(self.num_variables, "variable", "variables");
        let interactions = count(self.num_interactions, "interaction", "interactions");
        let (out, format, vartype) = (output_name(self.out.as_ref()), self.out_format, self.vartype.name());
        format!("{out} ({format}, {vartype}): {variables}, {interactions}\n")
    }
}
