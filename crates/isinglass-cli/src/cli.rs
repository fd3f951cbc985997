//! The command line as a whole: the flags that every command has, and the commands.

use std::num::NonZeroUsize;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::app::Outcome;
use crate::arguments::value;
use crate::command::{
    ablate, bench, compile, completions, convert, data, decode, draw, embed, eval, man, plan, predict, reference,
    reproduce, solve, train, tts, verify,
};
use crate::failure::Failure;
use crate::session::Session;

/// Train binary neural networks on annealers, and solve QUBO and Ising problems
///
/// Results go to standard output, notes and progress to standard error.
#[derive(Debug, Parser)]
#[command(
    name = "isinglass",
    version,
    arg_required_else_help = true,
    disable_help_subcommand = true,
    after_help = "Exit codes: 0 done, 1 a goal was not met, 2 wrong usage or input, 3 a defect of isinglass."
)]
pub(crate) struct Cli {
    /// Flags that every command has.
    #[command(flatten)]
    pub(crate) global: GlobalArguments,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Flags that every command has.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Global options")]
pub(crate) struct GlobalArguments {
    /// Print one JSON object instead of text
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Number of threads; results do not depend on it [default: one for each core] [at most four for each]
    #[arg(long, global = true, value_name = "N", value_parser = value::count)]
    pub(crate) threads: Option<NonZeroUsize>,
    /// Show no notes and no progress
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// When to use colour; `auto` means on a terminal, unless NO_COLOR is set
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: ColorWhen,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorWhen {
    /// On a terminal, unless `NO_COLOR` is set.
    #[value(help = None)]
    Auto,
    /// Always.
    #[value(help = None)]
    Always,
    /// Never.
    #[value(help = None)]
    Never,
}

impl ColorWhen {
    /// The choice as the writers know it.
    pub(crate) fn choice(self) -> anstream::ColorChoice {
        match self {
            Self::Auto => anstream::ColorChoice::Auto,
            Self::Always => anstream::ColorChoice::Always,
            Self::Never => anstream::ColorChoice::Never,
        }
    }
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Train a binary neural network through a QUBO, verify it, and compare it with simpler methods
    Train(Box<train::TrainArguments>),
    /// Predict the classes of raw rows with a trained model
    Predict(predict::PredictArguments),
    /// Count the errors of a trained model on labelled rows
    Eval(eval::EvalArguments),
    /// Verify a certificate: recompute its loss and prove its bound again
    Verify(Box<verify::VerifyArguments>),
    /// Compile training into a QUBO file, to be solved elsewhere
    Compile(Box<compile::CompileArguments>),
    /// Make a model of samples that came back from elsewhere
    Decode(decode::DecodeArguments),
    /// Look for a sample of least energy of any QUBO or Ising problem
    Solve(Box<solve::SolveArguments>),
    /// Convert a QUBO or Ising problem to another file format
    Convert(Box<convert::ConvertArguments>),
    /// Put a problem onto the qubits of an annealing chip
    Embed(Box<embed::EmbedArguments>),
    /// Draw a chip, or an embedding on it, as SVG or PNG
    Draw(Box<draw::DrawArguments>),
    /// Measure how often a solver meets a target, and how long it takes
    Tts(Box<tts::TtsArguments>),
    /// Count what a run would take on a chip, before anyone pays
    Plan(Box<plan::PlanArguments>),
    /// Run solvers on all problems of a folder
    Bench(Box<bench::BenchArguments>),
    /// Run the experiments of arXiv 2107.02751 again, mode by mode, and what it could not do
    Reproduce(Box<reproduce::ReproduceArguments>),
    /// Measure what each reduction of the formulation buys
    Ablate(Box<ablate::AblateArguments>),
    /// List, show, convert and fetch data sets
    Data(data::DataCommandArguments),
    /// Print a script that completes commands in a shell
    Completions(completions::CompletionsArguments),
    /// Print or write the manual pages
    Man(man::ManArguments),
    /// Print the reference of all commands in Markdown
    #[command(hide = true)]
    Reference,
}

impl Command {
    /// Does what the command says.
    pub(crate) fn run(&self, session: &Session) -> Result<Outcome, Failure> {
        match self {
            Self::Train(arguments) => train::run(arguments, session),
            Self::Predict(arguments) => predict::run(arguments, session),
            Self::Eval(arguments) => eval::run(arguments, session),
            Self::Verify(arguments) => verify::run(arguments, session),
            Self::Compile(arguments) => compile::run(arguments, session),
            Self::Decode(arguments) => decode::run(arguments, session),
            Self::Solve(arguments) => solve::run(arguments, session),
            Self::Convert(arguments) => convert::run(arguments, session),
            Self::Embed(arguments) => embed::run(arguments, session),
            Self::Draw(arguments) => draw::run(arguments, session),
            Self::Tts(arguments) => tts::run(arguments, session),
            Self::Plan(arguments) => plan::run(arguments, session),
            Self::Bench(arguments) => bench::run(arguments, session),
            Self::Reproduce(arguments) => reproduce::run(arguments, session),
            Self::Ablate(arguments) => ablate::run(arguments, session),
            Self::Data(arguments) => data::run(arguments, session),
            Self::Completions(arguments) => completions::run(arguments, session),
            Self::Man(arguments) => man::run(arguments, session),
            Self::Reference => reference::run(session),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_has_no_contradictions() {
        Cli::command().debug_assert();
    }
}
