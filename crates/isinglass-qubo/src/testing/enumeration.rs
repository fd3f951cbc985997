//! Small programs solved by enumeration, to hold models and solvers against.

use crate::mip::{Mip, Row, RowSense, VariableKind};
use crate::mip_solver::{MipSolution, MipSolveError, MipSolver};
use crate::sampler::{RunControl, SampleStatus};

/// Solves small programs by trying all values of whole variables (between finite bounds) in their order, each row being looked at as soon as all its
/// variables have values. A continuous variable takes the best value that the rows before the next variable leave it, so programs are
/// solved in which each of them is bound by variables before it alone, or occurs in no other row.
#[derive(Clone, Copy, Debug, Default)]
pub struct Enumeration;

impl MipSolver for Enumeration {
    fn name(&self) -> String {
        "enumeration".to_owned()
    }

    fn takes_quadratic_objectives(&self) -> bool {
        true
    }

    fn solve(&self, mip: &Mip, _seed: u64, control: &RunControl<'_>) -> Result<MipSolution, MipSolveError> {
        if let Some(status) = control.should_stop(None) {
            return MipSolution::checked(&self.name(), mip, None, status, None);
        }
        let mut closing: Vec<Vec<Row<'_>>> = vec![Vec::new(); mip.num_variables()];
        for row in mip.rows() {
            closing[row.variables[row.variables.len() - 1] as usize].push(row);
        }
        let mut search = Search { mip, closing, values: Vec::new(), best: None };
        search.descend();
        match search.best {
            None => Err(MipSolveError::Infeasible { solver: self.name() }),
            Some((objective, values)) => {
                MipSolution::checked(&self.name(), mip, Some(values), SampleStatus::Optimal, Some(objective))
            }
        }
    }
}

struct Search<'a> {
    mip: &'a Mip,
    /// The rows whose last variable this is.
    closing: Vec<Vec<Row<'a>>>,
    values: Vec<f64>,
    best: Option<(f64, Vec<f64>)>,
}

impl Search<'_> {
    fn descend(&mut self) {
        let index = self.values.len();
        let Some(variable) = self.mip.variables().get(index) else {
            let objective = self.mip.objective(&self.values);
            if self.best.as_ref().is_none_or(|(best, _)| objective < *best) {
                self.best = Some((objective, self.values.clone()));
            }
            return;
        };
        let (lower, upper) = self.range(index);
        if variable.kind == VariableKind::Continuous {
            if lower <= upper {
                self.take(if self.mip.linear()[index] >= 0.0 { lower } else { upper });
            }
            return;
        }
        let mut value = lower.ceil();
        while value <= upper {
            self.take(value);
            value += 1.0;
        }
    }

    fn take(&mut self, value: f64) {
        self.values.push(value);
        self.descend();
        self.values.pop();
    }

    /// What bounds and closing rows leave a variable.
    fn range(&self, index: usize) -> (f64, f64) {
        let variable = &self.mip.variables()[index];
        let (mut lower, mut upper) = (variable.lower, variable.upper);
        for row in &self.closing[index] {
            let last = row.variables.len() - 1;
            let before = row.variables[..last].iter().zip(row.coefficients);
            let rest = row.right - before.map(|(&other, c)| c * self.values[other as usize]).sum::<f64>();
            let (limit, is_negative) = (rest / row.coefficients[last], row.coefficients[last] < 0.0);
            if row.sense == RowSense::Equal || (row.sense == RowSense::LessEqual) != is_negative {
                upper = upper.min(limit);
            }
            if row.sense == RowSense::Equal || (row.sense == RowSense::GreaterEqual) != is_negative {
                lower = lower.max(limit);
            }
        }
        (lower, upper)
    }
}
