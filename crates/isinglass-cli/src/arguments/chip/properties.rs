//! What the chip that was named takes, and how long it takes.

use std::path::Path;

use isinglass_chip::hardware::{Chip, ChipModel};
use isinglass_chip::qpu::{PropertiesError, SolverProperties};

use super::{ChipArguments, file_name};
use crate::failure::Failure;
use crate::files::{cannot_read, read_text};

impl ChipArguments {
    /// Ranges, times and temperatures of the chip.
    ///
    /// # Errors
    /// A [`Failure`] when no chip is named, its description is not understood, or nothing is known of it.
    pub(crate) fn properties(&self) -> Result<SolverProperties, Failure> {
        let hint =
            "take --chip advantage6 or another chip by name, the JSON file of a solver, or --topology pegasus:16";
        match (&self.topology, &self.chip) {
            (Some(topology), _) => SolverProperties::of_topology(*topology).ok_or_else(|| {
                Failure::input(format!("no ranges and times are known for topology {topology}")).with_hint(hint)
            }),
            (None, Some(name)) if ChipModel::named(name).is_ok() => {
                SolverProperties::named(name).map_err(|error| Failure::from_error(&error))
            }
            (None, Some(path)) => {
                let path = Path::new(path);
                let mut properties =
                    SolverProperties::from_solver_json(&read_text(path)?).map_err(|error| match error {
                        PropertiesError::Topology { .. } => Failure::from_error(&error).with_hint(hint),
                        error => Failure::from_error(&error).context(cannot_read(path)),
                    })?;
                if properties.name == Chip::UNNAMED {
                    properties.name = file_name(path);
                }
                Ok(properties)
            }
            (None, None) if self.graph.is_some() => {
                Err(Failure::input("a graph file does not define ranges and times").with_hint(hint))
            }
            (None, None) => Err(Failure::input("no chip is named").with_hint(hint)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_of_a_chip_depends_on_how_it_is_named() {
        let of = |topology: Option<&str>, chip: Option<&str>| {
            let topology = topology.map(|text| text.parse().unwrap());
            ChipArguments { topology, chip: chip.map(str::to_owned), ..ChipArguments::default() }.properties()
        };
        assert_eq!(of(None, Some("advantage4")).unwrap().name, "Advantage_system4");
        let ideal = of(Some("pegasus:4"), None).unwrap();
        assert!(ideal.assumptions[0].starts_with("times, ranges and temperatures are those of Advantage_system6"));
        insta::assert_snapshot!(of(Some("chimera:4"), None).unwrap_err().message(), @"no ranges and times are known for topology chimera:4,4,4");
        insta::assert_snapshot!(of(None, None).unwrap_err().message(), @"no chip is named");
        let graph = ChipArguments { graph: Some("a.edges".into()), ..ChipArguments::default() };
        insta::assert_snapshot!(graph.properties().unwrap_err().message(), @"a graph file does not define ranges and times");
    }
}
