//! Which chip: a topology, a chip by name, a solver's own description, or any graph; and what of it is missing.

mod numbers;
mod properties;

use std::path::{Path, PathBuf};

use clap::Args;
use isinglass_chip::hardware::{Chip, ChipModel, Graph, Topology, TopologyError};

use crate::failure::Failure;
use crate::files::read_text;
use crate::output::Output;

/// Which chip. Exactly one of the first three.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Chip")]
pub(crate) struct ChipArguments {
    /// A topology without faults, such as pegasus:16, zephyr:12 or chimera:16; `--embed` is the same
    #[arg(long, alias = "embed", value_name = "TOPOLOGY", value_parser = topology, conflicts_with_all = ["chip", "graph"])]
    pub(crate) topology: Option<Topology>,
    /// An emulated chip (advantage4, advantage6, advantage2-1, advantage2-2, advantage2-4, or the solver's name, such as
    /// Advantage_system6), or the JSON file that describes a real solver
    #[arg(long, value_name = "NAME|FILE", conflicts_with = "graph")]
    pub(crate) chip: Option<String>,
    /// Any graph as a chip: a file with two qubits of a coupler in each line
    #[arg(long, value_name = "EDGES")]
    pub(crate) graph: Option<PathBuf>,
    /// Additional faulty qubits: a list such as 3,17, or a file
    #[arg(long, value_name = "LIST|FILE")]
    pub(crate) missing_qubits: Option<String>,
    /// Additional faulty couplers: a list such as 3-28,4-30, or a file
    #[arg(long, value_name = "LIST|FILE")]
    pub(crate) missing_couplers: Option<String>,
}

/// A chip, and what may be said of it.
#[derive(Clone, Debug)]
pub(crate) struct ChosenChip {
    /// The working graph.
    pub(crate) chip: Chip,
    /// Whether its faults were drawn at random: as many as those of a real chip, but not the same ones.
    pub(crate) is_emulated: bool,
}

impl ChosenChip {
    /// Its name; that of an emulated chip says so.
    pub(crate) fn text(&self) -> String {
        if self.is_emulated { format!("{} (emulated)", self.chip.name()) } else { self.chip.name().to_owned() }
    }
}

fn topology(text: &str) -> Result<Topology, String> {
    text.parse().map_err(|error: TopologyError| error.to_string())
}

impl ChipArguments {
    /// The chip.
    ///
    /// # Errors
    /// A [`Failure`] when none is named, or as [`chosen`](Self::chosen).
    pub(crate) fn required(&self, output: Output) -> Result<ChosenChip, Failure> {
        self.chosen(output)?.ok_or_else(|| {
            Failure::input("no chip is named")
                .with_hint("name one with --topology pegasus:16, --chip advantage6 or --graph EDGES")
        })
    }

    /// The chip, if one is named; that it has some of the faults already is a note.
    ///
    /// # Errors
    /// A [`Failure`] for names, files and faults that are not understood.
    pub(crate) fn chosen(&self, output: Output) -> Result<Option<ChosenChip>, Failure> {
        let (chip, is_emulated) = match (&self.topology, &self.chip, &self.graph) {
            (Some(topology), ..) => (Chip::ideal(*topology), false),
            (None, Some(name), _) => by_name(name)?,
            (None, None, Some(path)) => (from_edges(path)?, false),
            (None, None, None) if self.missing_qubits.is_some() || self.missing_couplers.is_some() => {
                return Err(Failure::input("something is missing, but of no chip")
                    .with_hint("name the chip with --topology, --chip or --graph"));
            }
            (None, None, None) => return Ok(None),
        };
        let qubits = self.missing_qubits.as_deref().map(numbers::qubits).transpose()?.unwrap_or_default();
        let couplers = self.missing_couplers.as_deref().map(numbers::couplers).transpose()?.unwrap_or_default();
        let (missing, name) = (chip.missing_already(&qubits, &couplers), chip.name().to_owned());
        let chip = chip.without(&qubits, &couplers).map_err(|error| Failure::from_error(&error))?;
        if let Some(note) = missing_note(&missing, &name) {
            output.note(&note);
        }
        if chip.qubits().is_empty() {
            return Err(Failure::input(format!("{} has no working qubit", chip.name())).with_hint("take another chip"));
        }
        Ok(Some(ChosenChip { chip, is_emulated }))
    }
}

/// The most faults that a note names.
const NAMED_FAULTS: usize = 5;

/// What to say of faults that were named and that the chip has already.
fn missing_note(missing: &[String], chip: &str) -> Option<String> {
    let named = missing.iter().take(NAMED_FAULTS).cloned().collect::<Vec<_>>().join(", ");
    match missing.len() {
        0 => None,
        1 => Some(format!("{named} is already missing on {chip}")),
        all if all <= NAMED_FAULTS => Some(format!("{named} are already missing on {chip}")),
        all => Some(format!("{named} and {} more are already missing on {chip}", all - NAMED_FAULTS)),
    }
}

fn by_name(name: &str) -> Result<(Chip, bool), Failure> {
    let unknown = match ChipModel::named(name) {
        Ok(model) => return Ok((model.emulated(), true)),
        Err(error) => Failure::from_error(&error)
            .with_possible_values(ChipModel::all().iter().flat_map(|model| [model.name, model.solver])),
    };
    let path = Path::new(name);
    if !path.exists() && path.extension().is_none() {
        return Err(unknown.with_hint("or give the JSON file that describes a solver, or a --topology"));
    }
    let text = read_text(path)?;
    let chip = Chip::from_solver_json(&text)
        .map_err(|error| Failure::from_error(&error).context(crate::files::cannot_read(path)))?;
    // a description that does not say whose it is
    let chip = if chip.name() == Chip::UNNAMED { chip.renamed(file_name(path)) } else { chip };
    Ok((chip, false))
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

fn from_edges(path: &Path) -> Result<Chip, Failure> {
    let graph = Graph::from_edge_list(&read_text(path)?)
        .map_err(|error| Failure::from_error(&error).context(crate::files::cannot_read(path)))?;
    let name = file_name(path);
    // a number that no edge names is no qubit
    let isolated: Vec<u32> = (0..graph.num_nodes() as u32).filter(|&node| graph.degree(node) == 0).collect();
    let chip = Chip::from_graph(&name, graph).without(&isolated, &[]);
    chip.map(|chip| chip.renamed(name)).map_err(|error| Failure::from_error(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choose(change: impl Fn(&mut ChipArguments)) -> Result<Option<ChosenChip>, Failure> {
        let mut arguments = ChipArguments::default();
        change(&mut arguments);
        arguments.chosen(Output::new(false, true))
    }

    #[test]
    fn a_chip_by_name_is_emulated_and_says_so() {
        let chosen = choose(|arguments| arguments.chip = Some("advantage6".to_owned())).unwrap().unwrap();
        assert_eq!(chosen.text(), "advantage6 (emulated)");
        assert_eq!(chosen.chip.qubits().len(), 5612);
    }

    #[test]
    fn faults_come_on_top() {
        let chosen = choose(|arguments| {
            arguments.topology = Some("pegasus:2".parse().unwrap());
            arguments.missing_qubits = Some("2".to_owned());
            arguments.missing_couplers = Some("28-3".to_owned());
        });
        let chip = chosen.unwrap().unwrap().chip;
        assert_eq!((chip.qubits().len(), chip.graph().has_edge(3, 28)), (39, false));
    }

    #[test]
    fn faults_that_a_chip_has_already_are_a_note() {
        let missing: Vec<String> = (0..7).map(|qubit| format!("qubit {qubit}")).collect();
        assert_eq!(missing_note(&[], "zephyr:2"), None);
        insta::assert_snapshot!(missing_note(&missing[..1], "zephyr:2").unwrap(), @"qubit 0 is already missing on zephyr:2");
        insta::assert_snapshot!(missing_note(&missing[..2], "zephyr:2").unwrap(), @"qubit 0, qubit 1 are already missing on zephyr:2");
        insta::assert_snapshot!(missing_note(&missing, "zephyr:2").unwrap(), @"qubit 0, qubit 1, qubit 2, qubit 3, qubit 4 and 2 more are already missing on zephyr:2");
    }

    #[test]
    fn nothing_named_is_no_chip_and_faults_of_nothing_are_refused() {
        assert!(choose(|_| ()).unwrap().is_none());
        let error = choose(|arguments| arguments.missing_qubits = Some("2".to_owned())).unwrap_err();
        insta::assert_snapshot!(error.message(), @"something is missing, but of no chip");
        let error = choose(|arguments| arguments.chip = Some("advantage".to_owned())).unwrap_err();
        insta::assert_snapshot!(error.message(), @"unknown chip `advantage`: expected one of advantage4, advantage6, advantage2-1, advantage2-2, advantage2-4");
        assert_eq!(
            ChipArguments::default().required(Output::new(false, true)).unwrap_err().message(),
            "no chip is named"
        );
    }

    #[test]
    fn any_graph_is_a_chip_and_only_nodes_with_edges_are_qubits() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("ring.edges");
        std::fs::write(&path, "# a ring\n1 2\n2 5\n5 1\n").unwrap();
        let chip = choose(|arguments| arguments.graph = Some(path.clone())).unwrap().unwrap().chip;
        assert_eq!((chip.name(), chip.qubits()), ("ring.edges", [1, 2, 5].as_slice()));
    }
}
