//! The layout of a compiled task beside its problem: what its variables are, and which energy difference matters.

use std::path::{Path, PathBuf};

use clap::Args;
use isinglass::compiled_task::CompiledTask;
use isinglass_chip::embedding::EnergyGap;
use isinglass_qubo::Bqm;
use isinglass_qubo::io::Label;

use crate::failure::Failure;
use crate::files::{cannot_read, read_text};

/// Which layout.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Problem")]
pub(crate) struct LayoutArguments {
    /// Layout from `isinglass compile --layout`, to judge precision by the loss
    #[arg(long, value_name = "LAYOUT")]
    layout: Option<PathBuf>,
}

/// A layout that belongs to a problem.
pub(crate) struct ProblemLayout<'a> {
    path: &'a Path,
    handover: CompiledTask,
    kinds: Vec<&'static str>,
}

impl LayoutArguments {
    /// Whether one is named.
    pub(crate) fn is_given(&self) -> bool {
        self.layout.is_some()
    }

    /// The layout of the problem called `name`, if one is named.
    ///
    /// # Errors
    /// A [`Failure`] when it cannot be read, or its variables are not those of the problem.
    pub(crate) fn read(
        &self,
        name: &str,
        labels: Option<&[Label]>,
        num_variables: usize,
    ) -> Result<Option<ProblemLayout<'_>>, Failure> {
        let Some(path) = self.layout.as_deref() else { return Ok(None) };
        let handover = CompiledTask::from_json(&read_text(path)?);
        let handover = handover.map_err(|error| Failure::from(error).context(cannot_read(path)))?;
        let kinds = kinds(&handover, labels, num_variables).ok_or_else(|| {
            let found = handover.layout.roles().len();
            Failure::input(format!("the layout has {found} variables, but the problem has {num_variables}"))
                .context(format!("{} is not the layout of {name}", path.display()))
                .with_hint("give the file that `isinglass compile --layout` wrote together with the problem")
        })?;
        Ok(Some(ProblemLayout { path, handover, kinds }))
    }
}

/// What each variable is; a file with labels may have its variables in any order.
fn kinds(handover: &CompiledTask, labels: Option<&[Label]>, num_variables: usize) -> Option<Vec<&'static str>> {
    let roles = handover.layout.roles();
    let by_label = |labels: &[Label]| -> Option<Vec<&'static str>> {
        let role = |label: &Label| roles.iter().find(|role| role.to_string() == label.to_string());
        labels.iter().map(|label| role(label).map(|role| role.kind())).collect()
    };
    let in_order = || roles.iter().map(|role| role.kind()).collect();
    labels.and_then(by_label).or_else(|| (roles.len() == num_variables).then(in_order))
}

impl ProblemLayout<'_> {
    /// What each variable of the problem is.
    pub(crate) fn kinds(&self) -> &[&'static str] {
        &self.kinds
    }
}

/// The energy difference that a chip must be able to see: that of the task where there is a layout, else the common divisor of the
/// coefficients, which is a lower bound.
///
/// # Errors
/// A [`Failure`] when the task of the layout cannot be compiled.
pub(crate) fn energy_gap(bqm: &Bqm, layout: Option<&ProblemLayout<'_>>) -> Result<Option<EnergyGap>, Failure> {
    let Some(layout) = layout else { return Ok(EnergyGap::of_coefficients(bqm)) };
    let formulation = layout.handover.compile();
    let formulation = formulation.map_err(|error| Failure::from(error).context(cannot_read(layout.path)))?;
    Ok(formulation.gap())
}
