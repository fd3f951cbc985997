//! How a problem is put onto a chip for a solver, and brought back.

mod report;

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use isinglass::train::EmbeddingPlan;
use isinglass_chip::embedding::{
    CachedEmbedding, ChainBreakMethod, ChainStrength, ControlError, Embedded, Embedder, EmbeddingCache,
    EmbeddingComposite, EmbeddingFile, EmbeddingOrigin, EmbeddingResult, EnergyGap, Precision, Router,
    interaction_graph,
};
use isinglass_chip::qpu::SolverProperties;
use isinglass_qubo::{Bqm, RunControl, SampleStatus, Sampler};

use super::chip::{ChipArguments, ChosenChip};
use super::problem::Problem;
use super::value;
use crate::failure::Failure;
use crate::files::{cannot_read, read_text, user_folder};
use crate::output::Output;
pub(crate) use report::{EmbeddedOutput, breaks_lines, precision_lines, statistics_text, strengths_text};

/// Which chip, and how.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Chip")]
pub(crate) struct EmbeddingArguments {
    /// The chip; without one the problem is solved as it is.
    #[command(flatten)]
    pub(crate) chip: ChipArguments,
    /// Take the embedding of this file, as `isinglass embed --out` writes it, instead of looking for one
    #[arg(long, value_name = "FILE")]
    pub(crate) embedding: Option<PathBuf>,
    /// Strength of chains: a number, utc or utc:PREFACTOR (uniform torque compensation), scaled or scaled:PREFACTOR (times
    /// the largest coefficient), or, except in training, scan, which tries several and takes the best [default: utc:1.414]
    #[arg(long, value_name = "STRENGTH", value_parser = strength)]
    pub(crate) chain_strength: Option<Strength>,
    /// What a chain is worth whose qubits differ [default: majority]
    #[arg(long, value_name = "METHOD")]
    pub(crate) chain_break: Option<ChainBreak>,
    /// Sample so often with the meaning of random spins turned round; qpu-emulator shares its reads out, all others make as
    /// many each time [default: 0]
    #[arg(long, value_name = "N")]
    pub(crate) num_spin_reversal_transforms: Option<usize>,
    /// Seed of the search for an embedding [default: 0]
    #[arg(long, value_name = "N")]
    pub(crate) embedding_seed: Option<u64>,
    /// Folder that keeps embeddings for later runs, or off [default: one in the user's folder of caches]
    #[arg(long, value_name = "DIR|off")]
    pub(crate) embedding_cache: Option<PathBuf>,
}

/// A chain strength, or a scan of them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Strength {
    /// This one.
    Of(ChainStrength),
    /// The best of several.
    Scan,
}

/// Reads a chain strength.
pub(crate) fn strength(text: &str) -> Result<Strength, String> {
    let expected = "a chain strength is a number, utc, utc:PREFACTOR, scaled, scaled:PREFACTOR or scan";
    let positive = |number: &str| value::positive(number).map_err(|error| format!("{error}; {expected}"));
    let (name, prefactor) = text.split_once(':').map_or((text, None), |(name, number)| (name, Some(number)));
    Ok(match (name, prefactor) {
        ("scan", None) => Strength::Scan,
        ("utc", None) => Strength::Of(ChainStrength::default()),
        ("utc", Some(number)) => {
            Strength::Of(ChainStrength::UniformTorqueCompensation { prefactor: positive(number)? })
        }
        ("scaled", None) => Strength::Of(ChainStrength::Scaled { prefactor: 1.0 }),
        ("scaled", Some(number)) => Strength::Of(ChainStrength::Scaled { prefactor: positive(number)? }),
        (number, None) => Strength::Of(ChainStrength::Uniform(positive(number)?)),
        _ => return Err(expected.to_owned()),
    })
}

/// What a broken chain is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ChainBreak {
    /// The value of most of its qubits, ties by a seeded coin.
    #[value(help = None)]
    Majority,
    /// Each value with the share of its qubits.
    #[value(help = None)]
    WeightedRandom,
    /// Reads with broken chains are left out.
    #[value(help = None)]
    Discard,
    /// The value of less energy, chain by chain.
    #[value(help = None)]
    MinimizeEnergy,
    /// In training: only chains of weights are read.
    #[value(help = None)]
    Weights,
}

/// A chip, and how problems are put onto it.
#[derive(Debug)]
pub(crate) struct Setup {
    /// The chip.
    pub(crate) chosen: ChosenChip,
    properties: Result<SolverProperties, Failure>,
    embedder: Embedder,
    cache: EmbeddingCache,
    file: Option<(PathBuf, EmbeddingFile)>,
    strength: Strength,
    chain_break: ChainBreak,
    /// Transforms that were asked for.
    pub(crate) num_spin_reversal_transforms: usize,
}

impl EmbeddingArguments {
    /// The chip and everything about it, if one is named.
    ///
    /// # Errors
    /// A [`Failure`] for a chip or a file that is not understood, and for parameters of chains without a chip.
    pub(crate) fn setup(&self, output: Output) -> Result<Option<Setup>, Failure> {
        let Some(chosen) = self.chip.chosen(output)? else {
            let given = [
                ("--embedding", self.embedding.is_some()),
                ("--chain-strength", self.chain_strength.is_some()),
                ("--chain-break", self.chain_break.is_some()),
                ("--num-spin-reversal-transforms", self.num_spin_reversal_transforms.is_some()),
                ("--embedding-seed", self.embedding_seed.is_some()),
                ("--embedding-cache", self.embedding_cache.is_some()),
            ];
            return match given.into_iter().find(|(_, is_given)| *is_given) {
                None => Ok(None),
                Some((flag, _)) => {
                    Err(Failure::input(format!("{flag} means nothing without a chip")).with_hint(NAME_A_CHIP))
                }
            };
        };
        self.on(chosen).map(Some)
    }

    /// The chip and everything about it.
    ///
    /// # Errors
    /// As [`setup`](Self::setup), and when no chip is named.
    pub(crate) fn required_setup(&self, output: Output) -> Result<Setup, Failure> {
        self.on(self.chip.required(output)?)
    }

    fn on(&self, chosen: ChosenChip) -> Result<Setup, Failure> {
        let file = self.embedding.as_ref().map(|path| Ok::<_, Failure>((path.clone(), read_embedding(path)?)));
        Ok(Setup {
            chosen,
            properties: self.chip.properties(),
            embedder: embedder(self.embedding_seed),
            cache: cache(self.embedding_cache.as_ref()),
            file: file.transpose()?,
            strength: self.chain_strength.clone().unwrap_or(Strength::Of(ChainStrength::default())),
            chain_break: self.chain_break.unwrap_or(ChainBreak::Majority),
            num_spin_reversal_transforms: self.num_spin_reversal_transforms.unwrap_or(0),
        })
    }
}

/// How to say which chip.
pub(crate) const NAME_A_CHIP: &str = "name one with --embed pegasus:16, --chip advantage6 or --graph EDGES";

/// What to do about an embedding that does not fit.
pub(crate) const OTHER_EMBEDDING: &str =
    "make one with `isinglass embed --out FILE` for the same problem and chip, or leave --embedding out";

/// The failure of a search for an embedding, with the cause where it was stopped.
pub(crate) fn stopped_early(failure: Failure, stopped: Option<SampleStatus>) -> Failure {
    match stopped {
        Some(SampleStatus::TimeLimit) => {
            failure.because("the search was stopped by --time-limit").with_hint("give the search more --time-limit")
        }
        Some(_) => failure.because("the search was stopped by the user"),
        None => failure,
    }
}

/// An embedding in a file.
pub(crate) fn read_embedding(path: &Path) -> Result<EmbeddingFile, Failure> {
    EmbeddingFile::from_json(&read_text(path)?).map_err(|error| Failure::from(error).context(cannot_read(path)))
}

/// The embedder of a seed.
pub(crate) fn embedder(seed: Option<u64>) -> Embedder {
    let default = Embedder::default();
    Embedder { router: Router { seed: seed.unwrap_or(default.router.seed), ..default.router }, ..default }
}

/// The cache in the folder that was named, else in that of the user; `off` and users without one have it in memory only.
pub(crate) fn cache(folder: Option<&PathBuf>) -> EmbeddingCache {
    let of_user = || user_folder("XDG_CACHE_HOME", ".cache").map(|caches| caches.join("embeddings"));
    match folder {
        Some(folder) if folder.as_os_str() == "off" => EmbeddingCache::default(),
        Some(folder) => EmbeddingCache::in_folder(folder),
        None => of_user().map_or_else(EmbeddingCache::default, EmbeddingCache::in_folder),
    }
}

impl Setup {
    /// Whether several chain strengths are to be tried.
    pub(crate) fn is_scan(&self) -> bool {
        self.strength == Strength::Scan
    }

    /// The strength, that of the middle of the scan if there is one.
    pub(crate) fn strength(&self) -> ChainStrength {
        match &self.strength {
            Strength::Of(strength) => strength.clone(),
            Strength::Scan => ChainStrength::default(),
        }
    }

    /// The name that Ocean gives the way of mending broken chains.
    pub(crate) fn chain_break_name(&self) -> &'static str {
        match self.chain_break {
            ChainBreak::Majority => "majority_vote",
            ChainBreak::WeightedRandom => "weighted_random",
            ChainBreak::Discard => "discard",
            ChainBreak::MinimizeEnergy => "minimize_energy",
            ChainBreak::Weights => "weights",
        }
    }

    fn chain_break_method(&self) -> Option<ChainBreakMethod> {
        match self.chain_break {
            ChainBreak::Majority => Some(ChainBreakMethod::MajorityVote),
            ChainBreak::WeightedRandom => Some(ChainBreakMethod::WeightedRandom),
            ChainBreak::Discard => Some(ChainBreakMethod::Discard),
            ChainBreak::MinimizeEnergy => Some(ChainBreakMethod::MinimizeEnergy),
            ChainBreak::Weights => None,
        }
    }

    /// Ranges and times of the chip.
    ///
    /// # Errors
    /// A [`Failure`] when nothing is known of it.
    pub(crate) fn properties(&self) -> Result<SolverProperties, Failure> {
        self.properties.clone()
    }

    /// How precisely the chip sees a model; with the ranges of chips in service where its own are not known.
    pub(crate) fn precision(&self, embedded: &Embedded, gap: Option<EnergyGap>, error: ControlError) -> Precision {
        Precision::on_chip(self.properties.as_ref().ok(), embedded, gap, error)
    }

    /// The chains of the file, if there is one.
    fn chains(&self, problem: &Problem) -> Result<Option<Vec<Vec<u32>>>, Failure> {
        let bqm: &Bqm = &problem.file.bqm;
        let chains = self.file.as_ref().map(|(path, file)| {
            file.chains(bqm.num_variables(), problem.file.labels.as_deref())
                .map_err(|error| Failure::from(error).context(format!("cannot use {}", path.display())))
        });
        chains.transpose()
    }

    /// The embedding of a problem: that of the file, or one that is found or was found before.
    ///
    /// # Errors
    /// A [`Failure`] when the embedding given is not one of this problem, or none is found.
    pub(crate) fn embed(&self, problem: &Problem, control: &RunControl<'_>) -> Result<CachedEmbedding, Failure> {
        let (graph, chip) = (interaction_graph(&problem.file.bqm), &self.chosen.chip);
        let place = || format!("no embedding of {} on {}", problem.name(), self.chosen.text());
        match (self.chains(problem)?, &self.file) {
            (Some(chains), Some((path, _))) => {
                let found = EmbeddingResult::given(chains, &graph, chip).map_err(|fault| {
                    let what = format!("{} is {}", path.display(), place());
                    Failure::from_error(&fault).context(what).with_hint(OTHER_EMBEDDING)
                })?;
                Ok(CachedEmbedding { found, origin: EmbeddingOrigin::Given, unsaved: None })
            }
            _ => {
                let found = self.cache.find(&self.embedder, &graph, chip, control);
                found.map_err(|error| stopped_early(Failure::from(error).context(place()), control.should_stop(None)))
            }
        }
    }

    /// A sampler of `problem` on the chip; `make` makes the sampler of the model over qubits from a seed.
    ///
    /// # Errors
    /// A [`Failure`] when the embedding given is not one of this problem.
    pub(crate) fn composite<'a>(
        &self,
        problem: &Problem,
        seed: u64,
        make: impl Fn(u64, &Embedded) -> Box<dyn Sampler + 'a> + 'a,
    ) -> Result<EmbeddingComposite<'a>, Failure> {
        let Some(method) = self.chain_break_method() else {
            return Err(Failure::input(
                "--chain-break weights: only `isinglass train` knows which variables are weights",
            )
            .with_hint("use --chain-break minimize-energy"));
        };
        Ok(EmbeddingComposite {
            embedder: self.embedder,
            cache: self.cache.clone(),
            chains: self.chains(problem)?,
            chain_strength: self.strength(),
            chain_break_method: method,
            num_spin_reversal_transforms: self.num_spin_reversal_transforms,
            seed,
            ..EmbeddingComposite::new(Box::new(make), self.chosen.chip.clone())
        })
    }

    /// The same for all QUBOs of a training run.
    ///
    /// # Errors
    /// A [`Failure`] for a scan: what is best for one QUBO need not be for the next.
    pub(crate) fn plan(&self) -> Result<EmbeddingPlan, Failure> {
        if self.is_scan() {
            return Err(Failure::input("--chain-strength scan is for one problem, not for training").with_hint(
                "compile the task, scan with `isinglass solve --chain-strength scan`, and give the number found",
            ));
        }
        Ok(EmbeddingPlan {
            embedder: self.embedder,
            cache: self.cache.clone(),
            file: self.file.as_ref().map(|(_, file)| file.clone()),
            chain_strength: self.strength(),
            chain_break_method: self.chain_break_method(),
            num_spin_reversal_transforms: self.num_spin_reversal_transforms,
            properties: self.properties.as_ref().ok().cloned(),
            ..EmbeddingPlan::new(self.chosen.chip.clone())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chain_strengths_are_read() {
        assert_eq!(strength("2.5"), Ok(Strength::Of(ChainStrength::Uniform(2.5))));
        assert_eq!(strength("utc"), Ok(Strength::Of(ChainStrength::default())));
        assert_eq!(strength("scaled:2"), Ok(Strength::Of(ChainStrength::Scaled { prefactor: 2.0 })));
        assert_eq!(strength("scan"), Ok(Strength::Scan));
        for text in ["0", "-1", "nan", "utc:0", "scan:2", "much", "utc:"] {
            assert!(strength(text).is_err(), "{text}");
        }
    }
}
