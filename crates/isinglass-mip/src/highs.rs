//! HiGHS as a shared library, loaded at run time.

#![allow(unsafe_code)]

mod api;

use std::ffi::{CStr, OsStr, c_char, c_int, c_void};
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use isinglass_qubo::RunControl;
use isinglass_qubo::mip::{Mip, RowSense, VariableKind};
use isinglass_qubo::sampler::ProgressReport;

use crate::solver::{Answer, AnswerStatus};
use api::{Api, Handle};

/// HiGHS's library.
#[derive(Clone)]
pub(crate) struct Library {
    api: Arc<Api>,
}

impl fmt::Debug for Library {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "HiGHS {}", self.version())
    }
}

/// The least time between two progress reports.
const REPORT_EVERY: Duration = Duration::from_millis(250);

/// Data of the callback.
struct Watch<'a> {
    control: &'a RunControl<'a>,
    start: Instant,
    last_report: Instant,
}

impl Watch<'_> {
    /// Reports progress, and returns whether to stop.
    fn look(&mut self) -> bool {
        if let Some(progress) = self.control.progress
            && self.last_report.elapsed() >= REPORT_EVERY
        {
            self.last_report = Instant::now();
            progress.report(elapsed(self.start, self.control));
        }
        self.control.should_stop(None).is_some()
    }
}

/// The elapsed share of the time limit as progress; none without a limit, since solvers do not report how far they are.
pub(crate) fn elapsed(start: Instant, control: &RunControl<'_>) -> ProgressReport {
    let (done, total) = match control.deadline {
        None => (0, 1),
        Some(deadline) => {
            let total = deadline.saturating_duration_since(start).as_millis() as u64;
            ((start.elapsed().as_millis() as u64).min(total), total)
        }
    };
    ProgressReport { done, total, best_energy: None }
}

/// Called by HiGHS now and then.
extern "C" fn interrupt(
    _kind: c_int,
    _message: *const c_char,
    _out: *const c_void,
    input: *mut c_int,
    data: *mut c_void,
) {
    if input.is_null() || data.is_null() {
        return;
    }
    // SAFETY: `data` is the watch that `Library::solve` passed; it is alive and not used elsewhere while HiGHS runs in that call.
    let watch = unsafe { &mut *data.cast::<Watch<'_>>() };
    if watch.look() {
        // SAFETY: `user_interrupt`, an int, is the first field of HighsCallbackDataIn in every version since 1.6.
        unsafe { *input = 1 };
    }
}

impl Library {
    /// Loads a library by its path, or by a name that the system's loader knows.
    pub(crate) fn load(path: &OsStr) -> Result<Self, String> {
        Api::load(path).map(|api| Self { api: Arc::new(api) })
    }

    pub(crate) fn version(&self) -> String {
        // SAFETY: the function takes nothing and returns a text that lives as long as the library.
        let text = unsafe { CStr::from_ptr((self.api.version)()) };
        text.to_string_lossy().into_owned()
    }

    /// Solves a program with a linear objective.
    pub(crate) fn solve(
        &self,
        mip: &Mip,
        seed: u32,
        threads: usize,
        control: &RunControl<'_>,
    ) -> Result<Answer, String> {
        let highs = Handle::new(&self.api)?;
        highs.set_bool(c"output_flag", false)?;
        highs.set_int(c"random_seed", seed as c_int)?;
        highs.set_int(c"threads", c_int::try_from(threads).unwrap_or(c_int::MAX))?;
        // its own default stops within 0.01 % of the optimum
        highs.set_double(c"mip_rel_gap", 0.0)?;
        if let Some(deadline) = control.deadline {
            highs.set_double(c"time_limit", deadline.saturating_duration_since(Instant::now()).as_secs_f64())?;
        }
        pass(&highs, mip)?;
        let now = Instant::now();
        let mut watch = Watch { control, start: now, last_report: now };
        let status = highs.run(interrupt, (&raw mut watch).cast())?;
        let has_point = highs.int_info(c"primal_solution_status")? == api::FEASIBLE;
        let values = if has_point { Some(highs.solution(mip.num_variables(), mip.num_rows())?) } else { None };
        let has_whole = mip.variables().iter().any(|variable| variable.kind != VariableKind::Continuous);
        let bound = if has_whole { Some(highs.double_info(c"mip_dual_bound")?) } else { None };
        let status = match status {
            api::OPTIMAL | api::MODEL_EMPTY => AnswerStatus::Optimal,
            api::INFEASIBLE => AnswerStatus::Infeasible,
            api::TIME_LIMIT => AnswerStatus::TimeLimit,
            api::INTERRUPT => AnswerStatus::Interrupted,
            other => AnswerStatus::Other(format!("it ended with model status {other}")),
        };
        Ok(Answer { status, values, bound })
    }
}

/// Hands a program over, row by row.
fn pass(highs: &Handle<'_>, mip: &Mip) -> Result<(), String> {
    let too_large = |_| "the program has more coefficients than 32 bits can count".to_owned();
    let (mut starts, mut columns) = (Vec::with_capacity(mip.num_rows() + 1), Vec::with_capacity(mip.num_nonzeros()));
    let mut coefficients = Vec::with_capacity(mip.num_nonzeros());
    let (mut lower, mut upper) = (Vec::with_capacity(mip.num_rows()), Vec::with_capacity(mip.num_rows()));
    for row in mip.rows() {
        starts.push(c_int::try_from(columns.len()).map_err(too_large)?);
        for &variable in row.variables {
            columns.push(c_int::try_from(variable).map_err(too_large)?);
        }
        coefficients.extend_from_slice(row.coefficients);
        lower.push(if row.sense == RowSense::LessEqual { f64::NEG_INFINITY } else { row.right });
        upper.push(if row.sense == RowSense::GreaterEqual { f64::INFINITY } else { row.right });
    }
    c_int::try_from(columns.len()).map_err(too_large)?;
    starts.push(columns.len() as c_int);
    let variables = mip.variables();
    highs.pass_mip(&api::Program {
        offset: mip.offset(),
        costs: mip.linear(),
        column_lower: &variables.iter().map(|variable| variable.lower).collect::<Vec<_>>(),
        column_upper: &variables.iter().map(|variable| variable.upper).collect::<Vec<_>>(),
        row_lower: &lower,
        row_upper: &upper,
        starts: &starts,
        columns: &columns,
        coefficients: &coefficients,
        integrality: &variables
            .iter()
            .map(|variable| c_int::from(variable.kind != VariableKind::Continuous))
            .collect::<Vec<_>>(),
    })
}
