//! Discovery of installed MIP solvers.

use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use isinglass_qubo::RunControl;

use crate::highs::Library;
use crate::program::{Dialect, output_of};
use crate::solver::{InstalledSolver, Way};

/// Time limit for a program to print its version, or for Python to locate a package.
const PATIENCE: Duration = Duration::from_secs(20);

/// Prints the directories of the Python packages that contain HiGHS, one on each line, without importing them, and not those of the
/// working directory.
const FOLDERS_OF_PACKAGES: &str = "import sys
sys.path[:] = [folder for folder in sys.path if folder]
import importlib.util as u
for name in ('highspy', 'highsbox'):
    spec = u.find_spec(name)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        print(folder)";

/// Supported MIP solver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SolverKind {
    /// HiGHS: linear objectives.
    Highs,
    /// SCIP: linear and quadratic objectives.
    Scip,
    /// Gurobi: linear and quadratic objectives; requires a licence.
    Gurobi,
    /// CBC: linear objectives.
    Cbc,
}

impl SolverKind {
    /// All solvers, in search order.
    pub const ALL: [Self; 4] = [Self::Highs, Self::Scip, Self::Gurobi, Self::Cbc];

    /// Name of the executable.
    #[must_use]
    pub fn program(self) -> &'static str {
        match self {
            Self::Highs => "highs",
            Self::Scip => "scip",
            Self::Gurobi => "gurobi_cl",
            Self::Cbc => "cbc",
        }
    }
}

impl fmt::Display for SolverKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Highs => "HiGHS",
            Self::Scip => "SCIP",
            Self::Gurobi => "Gurobi",
            Self::Cbc => "CBC",
        })
    }
}

/// Locations to search for solvers. The environment is not read: the caller passes it in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchLocations {
    /// Directories of executables, as in `PATH`.
    pub path: Vec<PathBuf>,
    /// Directories of Python virtual environments, as in `VIRTUAL_ENV`.
    pub environments: Vec<PathBuf>,
    /// Path of the HiGHS library or executable, or of a Python with the package highspy; if set, it is the only candidate.
    pub highs: Option<PathBuf>,
    /// Directory for the temporary files of solvers.
    pub scratch: PathBuf,
}

/// Error from searching for a solver.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FindError {
    /// No solver is installed.
    #[error("no solver of mixed-integer programs was found: looked for {}", names(wanted))]
    NotFound {
        /// Solvers searched for.
        wanted: Vec<SolverKind>,
    },
    /// The path given for HiGHS is not a HiGHS solver.
    #[error("{} is not HiGHS: {reason}", path.display())]
    NotHighs {
        /// The path.
        path: PathBuf,
        /// The reason.
        reason: String,
    },
}

fn names(kinds: &[SolverKind]) -> String {
    let name = |kind: &SolverKind| match kind {
        SolverKind::Highs => "HiGHS (the library libhighs, the program highs, the Python package highspy)".to_owned(),
        other => format!("{other} (the program {})", other.program()),
    };
    kinds.iter().map(name).collect::<Vec<_>>().join(", ")
}

impl InstalledSolver {
    /// Finds the solver `wanted`, or the first installed one of [`SolverKind::ALL`], and configures it for `threads` threads.
    ///
    /// HiGHS is looked for at [`SearchLocations::highs`](struct@SearchLocations), else among the libraries of the system, among programs,
    /// and in the packages of every Python there: a library in the packages highspy and highsbox, or highspy itself, which Python then
    /// runs. A program counts once it tells its version.
    ///
    /// # Errors
    /// [`FindError`] if no solver is found.
    pub fn find(wanted: Option<SolverKind>, surroundings: &SearchLocations, threads: usize) -> Result<Self, FindError> {
        let wanted = wanted.map_or_else(|| SolverKind::ALL.to_vec(), |kind| vec![kind]);
        for &kind in &wanted {
            let found = match kind {
                SolverKind::Highs => surroundings.highs()?,
                other => surroundings.program(other),
            };
            if let Some((way, version)) = found {
                let scratch = surroundings.scratch.clone();
                return Ok(Self { kind, way, version, threads: threads.max(1), scratch });
            }
        }
        Err(FindError::NotFound { wanted })
    }
}

/// How a solver is reached, and its version.
type Found = (Way, String);

impl SearchLocations {
    fn highs(&self) -> Result<Option<Found>, FindError> {
        let library = |path: &Path| Library::load(path.as_os_str());
        if let Some(path) = &self.highs {
            let not_highs = |reason: String| FindError::NotHighs { path: path.clone(), reason };
            if is_library(path) {
                let library = library(path).map_err(not_highs)?;
                return Ok(Some((Way::Library(library.clone()), library.version())));
            }
            if is_python(path) {
                let none = || not_highs("this Python does not import the package highspy".to_owned());
                return self.package_of(path).ok_or_else(none).map(Some);
            }
            let found = self.version_of(SolverKind::Highs, path);
            let none = || not_highs("it does not print the version of HiGHS when called with --version".to_owned());
            return found.ok_or_else(none).map(Some);
        }
        let as_library = |library: Library| {
            let version = library.version();
            (Way::Library(library), version)
        };
        let of_system = ["libhighs.so.1", "libhighs.so", "libhighs.dylib", "highs.dll"];
        if let Some(found) = of_system.iter().find_map(|name| Library::load(OsStr::new(name)).ok()) {
            return Ok(Some(as_library(found)));
        }
        if let Some(found) = self.program(SolverKind::Highs) {
            return Ok(Some(found));
        }
        let in_python = |python: PathBuf| {
            let library = self.libraries_of(&python).iter().find_map(|path| library(path).ok());
            library.map(as_library).or_else(|| self.package_of(&python))
        };
        Ok(self.pythons().into_iter().find_map(in_python))
    }

    fn program(&self, kind: SolverKind) -> Option<Found> {
        self.programs(kind.program()).find_map(|path| self.version_of(kind, &path))
    }

    /// All programs of a name, in the order of the folders.
    fn programs(&self, name: &str) -> impl Iterator<Item = PathBuf> {
        let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
        self.path.iter().map(move |folder| folder.join(&file)).filter(|path| path.is_file())
    }

    fn version_of(&self, kind: SolverKind, path: &Path) -> Option<Found> {
        let path = std::path::absolute(path).ok()?;
        let version = self.version_in(Dialect::of(kind), &path)?;
        Some((Way::Program(path), version))
    }

    /// HiGHS in the package highspy of a Python.
    fn package_of(&self, python: &Path) -> Option<Found> {
        let python = std::path::absolute(python).ok()?;
        let version = self.version_in(Dialect::of_python(), &python)?;
        Some((Way::Python(python), version))
    }

    /// Version that a program prints.
    fn version_in(&self, dialect: Dialect, path: &Path) -> Option<String> {
        let mut command = Command::new(path);
        command.args(dialect.version_arguments());
        let output = output_of(command, &self.scratch, PATIENCE, &RunControl::default()).ok()?;
        dialect.version_in(&output.text)
    }

    /// All Pythons: those of virtual environments, then those among the programs.
    fn pythons(&self) -> Vec<PathBuf> {
        let names = ["python3", "python"].map(|name| format!("{name}{}", std::env::consts::EXE_SUFFIX));
        let folders = self.environments.iter().flat_map(|folder| [folder.join("bin"), folder.join("Scripts")]);
        let places =
            folders.chain(self.path.iter().cloned()).flat_map(|folder| names.clone().map(|name| folder.join(name)));
        let mut pythons: Vec<PathBuf> = Vec::new();
        for path in places.filter(|path| path.is_file()) {
            // `python` and `python3` of a folder are the same as a rule
            let is_known = |known: &PathBuf| known.parent() == path.parent();
            if !pythons.iter().any(is_known) {
                pythons.push(path);
            }
        }
        pythons
    }

    /// Libraries of HiGHS in the packages of a Python.
    fn libraries_of(&self, python: &Path) -> Vec<PathBuf> {
        let mut command = Command::new(python);
        command.args(["-c", FOLDERS_OF_PACKAGES]);
        let Ok(output) = output_of(command, &self.scratch, PATIENCE, &RunControl::default()) else { return Vec::new() };
        let inside = ["", "lib", "highs_dist/lib", "highs_dist/bin", "../highspy.libs", ".dylibs"];
        let folders = output.text.lines().flat_map(|line| inside.map(|part| Path::new(line.trim()).join(part)));
        let mut found: Vec<PathBuf> = folders
            .filter_map(|folder| std::fs::read_dir(folder).ok())
            .flat_map(|entries| entries.filter_map(|entry| Some(entry.ok()?.path())))
            .filter(|path| is_library(path))
            .collect();
        // read_dir returns entries in arbitrary order
        found.sort();
        found
    }
}

/// Whether a file has the name of a Python: `python3`, `python3.12`, `python.exe`.
fn is_python(path: &Path) -> bool {
    let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default().to_ascii_lowercase();
    name.starts_with("python")
}

/// Whether a file has the name of HiGHS's library: `libhighs.so.1.15.1`, `libhighs-0123.so`, `libhighs.dylib`, `highs.dll`.
fn is_library(path: &Path) -> bool {
    let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default().to_ascii_lowercase();
    name.starts_with("libhighs") || (name.starts_with("highs") && name.ends_with(".dll"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_are_told_by_their_names() {
        for name in ["libhighs.so", "/a/libhighs.so.1.15.1", "libhighs-01ab.so", "libhighs.1.dylib", "HiGHS.dll"] {
            assert!(is_library(Path::new(name)), "{name}");
        }
        for name in ["highs", "/usr/bin/highs", "highs.exe", "_core.so"] {
            assert!(!is_library(Path::new(name)), "{name}");
        }
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        let nowhere = SearchLocations { scratch: std::env::temp_dir(), ..SearchLocations::default() };
        let message = |wanted| InstalledSolver::find(Some(wanted), &nowhere, 1).unwrap_err().to_string();
        insta::assert_snapshot!(message(SolverKind::Scip), @"no solver of mixed-integer programs was found: looked for SCIP (the program scip)");
        insta::assert_snapshot!(message(SolverKind::Gurobi), @"no solver of mixed-integer programs was found: looked for Gurobi (the program gurobi_cl)");
        let named = SearchLocations { highs: Some(PathBuf::from("no/libhighs.so")), ..nowhere };
        let error = InstalledSolver::find(None, &named, 1).unwrap_err();
        assert!(matches!(error, FindError::NotHighs { .. }), "{error}");
    }
}
