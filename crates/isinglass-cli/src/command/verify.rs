//! `isinglass verify`: whether a certificate holds, proven anew.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Args;
use isinglass::certificate::{Certificate, CertificateError, Checked};
use isinglass::network::Codebook;
use isinglass::report::NetworkReport;
use isinglass::task::{Objective, Task};
use isinglass_qubo::RunControl;
use serde::Serialize;

use crate::app::Outcome;
use crate::arguments::data::DataArguments;
use crate::arguments::value;
use crate::failure::Failure;
use crate::files::{cannot_read, read_text};
use crate::memory;
use crate::output::Report;
use crate::output::number::{duration, thousands};
use crate::output::sheet::Sheet;
use crate::session::Session;

/// Which certificate, and which rows it should be about.
///
/// A certificate carries its rows. With a data set named, those have to be the very rows that it gives for training.
#[derive(Args, Debug)]
pub(crate) struct VerifyArguments {
    /// The certificate that `isinglass train --certificate` wrote
    certificate: PathBuf,
    #[command(flatten)]
    data: DataArguments,
    /// Give up after this time, such as 500ms, 10s, 2m or 1h
    #[arg(long, value_name = "TIME", value_parser = value::duration, help_heading = "Check")]
    time_limit: Option<Duration>,
}

#[derive(Serialize)]
struct VerifyReport {
    certificate: PathBuf,
    network: NetworkReport,
    /// Where the rows were compared with, if they were.
    source: Option<String>,
    confirmed: bool,
    /// Why it is not confirmed.
    reason: Option<String>,
    /// What loss and bound count.
    objective: Objective,
    loss: Option<f64>,
    lower_bound: Option<f64>,
    optimal: Option<bool>,
    num_functions: Option<usize>,
    num_nodes: Option<u64>,
    seconds: f64,
}

impl VerifyReport {
    fn new(path: &Path, certificate: &Certificate, source: Option<String>, outcome: Result<Checked, String>) -> Self {
        let (checked, reason) = match outcome {
            Ok(checked) => (Some(checked), None),
            Err(reason) => (None, Some(reason)),
        };
        let checked = checked.as_ref();
        Self {
            certificate: path.to_owned(),
            network: NetworkReport::of(certificate.architecture()),
            source,
            confirmed: checked.is_some(),
            reason,
            objective: certificate.objective(),
            loss: checked.map(|checked| checked.loss),
            lower_bound: checked.map(|checked| checked.lower_bound),
            optimal: checked.map(|checked| checked.optimal),
            num_functions: checked.map(|checked| checked.num_functions),
            num_nodes: checked.map(|checked| checked.num_nodes),
            seconds: 0.0,
        }
    }
}

/// Checks the certificate.
///
/// # Errors
/// A [`Failure`] when the file cannot be read, or the check cannot be made.
pub(crate) fn run(arguments: &VerifyArguments, session: &Session) -> Result<Outcome, Failure> {
    let path = &arguments.certificate;
    let certificate = Certificate::from_json(&read_text(path)?)
        .map_err(|error| Failure::from_error(&error).with_hint(error.hint()).context(cannot_read(path)))?;
    let mut source = None;
    if arguments.data.table.is_named() {
        let split = arguments.data.split(None)?;
        let prepared = arguments.data.prepare(&split)?;
        let codebook = Codebook::for_classes(prepared.classes.names().len());
        let task = Task::of_classes(prepared.train.inputs, &prepared.train.labels, &codebook)
            .map_err(|error| Failure::from_error(&error))?;
        let name = split.train.source().to_owned();
        if !certificate.matches(&task) {
            let reason = format!("the certificate is about other rows than those of {name}");
            session.output().report(&VerifyReport::new(path, &certificate, Some(name), Err(reason.clone())))?;
            return Ok(Outcome::GoalNotMet(reason));
        }
        source = Some(name);
    }
    let start = Instant::now();
    let bar = session.bar("checking");
    let control = RunControl {
        progress: Some(&bar),
        cancel: Some(session.interrupted()?),
        deadline: arguments.time_limit.and_then(|limit| start.checked_add(limit)),
        memory_limit: memory::limit(),
        ..RunControl::default()
    };
    let outcome = match certificate.check(&control) {
        Ok(checked) => Ok(checked),
        Err(
            error @ (CertificateError::Loss { .. }
            | CertificateError::Bound { .. }
            | CertificateError::Precision { .. }
            | CertificateError::Stopped { .. }),
        ) => Err(format!("the certificate is not confirmed: {error}")),
        Err(error) => return Err(Failure::from_error(&error).with_hint(error.hint()).context(cannot_read(path))),
    };
    drop(bar);
    let report = VerifyReport::new(path, &certificate, source, outcome);
    let report = VerifyReport { seconds: start.elapsed().as_secs_f64(), ..report };
    session.output().report(&report)?;
    Ok(report.reason.map_or(Outcome::Done, Outcome::GoalNotMet))
}

impl Report for VerifyReport {
    fn text(&self) -> String {
        let widths: Vec<String> = self.network.widths.iter().map(ToString::to_string).collect();
        let bias = if self.network.bias { "with bias" } else { "no bias" };
        let mut sheet = Sheet::new();
        sheet.line("Network", format!("{}, {bias}, {} binary weights", widths.join("-"), self.network.num_weights));
        sheet.line(
            "Rows",
            match (&self.source, self.confirmed) {
                (Some(source), true) => format!("those of {source}"),
                (Some(source), false) => format!("compared with {source}"),
                (None, _) => "those in the certificate; name a data set to compare them with".to_owned(),
            },
        );
        let (Some(loss), Some(lower_bound)) = (self.loss, self.lower_bound) else {
            sheet.line("Result", "not confirmed");
            return sheet.finish();
        };
        sheet.line("Loss", format!("{loss}, counted by a forward pass"));
        sheet.line("Bound", format!("no network of this shape loses less than {lower_bound}"));
        if self.network.widths.last() > Some(&1) {
            let not = match self.objective {
                Objective::OutputBits => " (not classification errors)",
                Objective::Errors => "",
            };
            sheet.line("", format!("loss and bound count {}{not}", self.objective.unit()));
        }
        sheet.line(
            "",
            match self.optimal {
                Some(true) => "the network is a best one",
                _ => "whether the network is a best one stays open",
            },
        );
        let (functions, nodes) = (self.num_functions.unwrap_or_default(), self.num_nodes.unwrap_or_default());
        let (functions, nodes) = (thousands(functions as u64), thousands(nodes));
        let seconds = duration(self.seconds);
        sheet.line("Check", format!("{functions} neuron functions, {nodes} parts of networks looked at, in {seconds}"));
        sheet.finish()
    }
}
