//! The report as text for a terminal.

use super::{ResultReport, TrainReport};
use crate::network::Network;
use isinglass_qubo::SampleStatus;
use std::fmt::Write as _;

/// A whole number with a comma between thousands.
fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn count(number: usize, one: &str, many: &str) -> String {
    format!("{} {}", thousands(number), if number == 1 { one } else { many })
}

/// A number in as few digits as tell it apart at a glance.
fn short(number: f64) -> String {
    if number == number.trunc() && number.abs() < 1e9 { format!("{number}") } else { format!("{number:.3}") }
}

impl TrainReport {
    /// The report as text, with the weights of `network` as a picture.
    #[must_use]
    pub fn to_text(&self, network: &Network) -> String {
        let mut text = String::new();
        // writing to a string cannot fail
        let _ = self.write_heading(&mut text);
        let _ = self.write_qubo(&mut text);
        let _ = self.write_solver(&mut text);
        let _ = self.write_result(&mut text);
        let _ = self.write_comparison(&mut text);
        let picture = super::weights_picture(network, &self.dataset.input_names);
        if !picture.is_empty() {
            let _ = write!(text, "\nWeights  █ is +1, · is -1\n{picture}");
        }
        text
    }

    fn write_heading(&self, text: &mut String) -> std::fmt::Result {
        let Self { dataset, network, .. } = self;
        let widths: Vec<String> = network.widths.iter().map(ToString::to_string).collect();
        let bias = if network.bias { " with bias" } else { ", no bias" };
        writeln!(
            text,
            "Data     {}: {} ({} test), classes {}",
            dataset.source,
            count(dataset.num_rows, "training row", "training rows"),
            thousands(dataset.num_test_rows),
            dataset.classes.join(" "),
        )?;
        if dataset.num_dropped_columns > 0 {
            writeln!(
                text,
                "         {} left out",
                count(dataset.num_dropped_columns, "constant column", "constant columns")
            )?;
        }
        let (widths, weights) = (widths.join("-"), count(network.num_weights, "binary weight", "binary weights"));
        writeln!(text, "Network  {widths}{bias}, {weights}")
    }

    fn write_qubo(&self, text: &mut String) -> std::fmt::Result {
        let statistics = &self.formulation.statistics;
        let without = match self.formulation.without.as_slice() {
            [] => String::new(),
            without => format!(" without {}", without.join(", ")),
        };
        writeln!(
            text,
            "QUBO     {}{without}: {}, {}, {}{}",
            self.formulation.name,
            count(statistics.num_variables, "variable", "variables"),
            count(statistics.num_interactions, "interaction", "interactions"),
            count(statistics.num_groups, "group of rows", "groups of rows"),
            if self.batches.is_empty() { "" } else { " (last batch)" },
        )?;
        let roles: Vec<String> = statistics
            .variables_by_role
            .iter()
            .map(|role| format!("{} {}", thousands(role.count), role.role))
            .collect();
        writeln!(
            text,
            "         {}; degree up to {}, density {:.2} %",
            roles.join(" + "),
            statistics.max_degree,
            100.0 * statistics.density
        )?;
        writeln!(
            text,
            "         coefficients {} to {}, guaranteed gap {}",
            short(statistics.min_abs_coefficient),
            short(statistics.max_abs_coefficient),
            short(statistics.guaranteed_gap)
        )?;
        for note in &statistics.notes {
            writeln!(text, "         {note}")?;
        }
        Ok(())
    }

    fn write_solver(&self, text: &mut String) -> std::fmt::Result {
        let solver = &self.solver;
        write!(text, "Solver   {}", solver.name)?;
        if let Some((hot, cold)) = solver.beta_range {
            write!(
                text,
                ": {} x {} sweeps, beta {hot:.3} to {cold:.3}, seed {}",
                count(solver.num_reads, "read", "reads"),
                thousands(solver.num_sweeps as usize),
                solver.seed
            )?;
        }
        write!(text, "; {:.2} s", solver.seconds)?;
        if let Some(rate) = solver.updates_per_second {
            write!(text, ", {:.0} M spin updates/s", rate / 1e6)?;
        }
        writeln!(text)?;
        if let Some(reason) = &solver.reason {
            writeln!(text, "         chosen because {reason}")?;
        }
        if solver.num_reads > 1 && self.batches.is_empty() {
            writeln!(
                text,
                "         {} of the best round as good as the best",
                count(solver.num_best, "read", "reads")
            )?;
        }
        match solver.status {
            SampleStatus::TimeLimit => writeln!(text, "         stopped at the time limit: the best so far"),
            SampleStatus::Interrupted => writeln!(text, "         interrupted: the best so far"),
            SampleStatus::Target => writeln!(text, "         stopped at the target"),
            SampleStatus::Heuristic | SampleStatus::Optimal => Ok(()),
        }
    }

    fn write_result(&self, text: &mut String) -> std::fmt::Result {
        let ResultReport { energy, loss, violations, optimum, proven_optimal, .. } = &self.result;
        let constraints = match violations {
            0 => "all constraints hold".to_owned(),
            number => count(*number, "violated constraint", "violated constraints"),
        };
        let of = if self.batches.is_empty() { "" } else { " of its batch" };
        writeln!(
            text,
            "Result   {} wrong on training rows by the forward pass; QUBO energy{of} {}, {constraints}",
            count(*loss as usize, "output bit", "output bits"),
            short(*energy)
        )?;
        match (proven_optimal, optimum.loss) {
            (true, _) => writeln!(text, "         PROVEN OPTIMAL: {}", optimum.how),
            (false, Some(least)) => {
                writeln!(
                    text,
                    "         {} above the optimum of {}: {}",
                    short(loss - least),
                    short(least),
                    optimum.how
                )
            }
            (false, None) => writeln!(text, "         optimum not known: {}", optimum.how),
        }
    }

    fn write_comparison(&self, text: &mut String) -> std::fmt::Result {
        let percent = |accuracy: f64| format!("{:6.2} %", 100.0 * accuracy);
        let optional = |accuracy: Option<f64>| accuracy.map_or_else(|| "       -".to_owned(), percent);
        writeln!(text, "\n{:<38}{:>10}{:>12}", "Accuracy", "training", "test")?;
        let mut row = |name: &str, train: f64, test: Option<f64>| {
            writeln!(text, "  {name:<36}{:>10}{:>12}", percent(train), optional(test))
        };
        row("this network", self.result.train_accuracy, self.result.test_accuracy)?;
        for baseline in &self.baselines {
            let seeds = baseline.detail.get("num_seeds").copied().unwrap_or(0.0);
            let name = match baseline.name {
                "majority" => "majority class".to_owned(),
                "logistic" => "logistic regression".to_owned(),
                "gradient_median" => format!("same shape by gradients, median of {seeds}"),
                "gradient_best" => format!("same shape by gradients, best of {seeds}"),
                other => other.to_owned(),
            };
            row(&name, baseline.train_accuracy, baseline.test_accuracy)?;
        }
        Ok(())
    }
}
