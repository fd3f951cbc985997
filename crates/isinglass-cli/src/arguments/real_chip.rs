//! The real chip that the user has access to, by the configuration of D-Wave's own tools.

use std::sync::Arc;

use isinglass_chip::hardware::Chip;
use isinglass_chip::qpu::{QpuService, SolverProperties};
use isinglass_qubo::RunControl;

use crate::failure::{Failure, INSTALL_FULL};

/// A real chip that can be run on.
#[derive(Clone, Debug)]
pub(crate) struct RealChip {
    /// Who runs problems on it.
    pub(crate) service: Arc<dyn QpuService>,
    /// Its working graph.
    pub(crate) chip: Chip,
    /// What it takes, and how long it takes.
    pub(crate) properties: SolverProperties,
    /// Where the service is.
    pub(crate) endpoint: String,
}

impl RealChip {
    /// The chip, asked for at the service; nothing if no token is configured.
    ///
    /// # Errors
    /// A [`Failure`] when the configuration is not understood, the service is not reached or does not accept the token, or there is no
    /// such solver.
    pub(crate) fn configured(control: &RunControl<'_>) -> Result<Option<Self>, Failure> {
        configured(control)
    }

    /// The chip, asked for at the service.
    ///
    /// # Errors
    /// A [`Failure`] as [`configured`](Self::configured), and when no token is configured.
    pub(crate) fn required(control: &RunControl<'_>) -> Result<Self, Failure> {
        Self::configured(control)?.ok_or_else(|| match cfg!(feature = "qpu") {
            true => Failure::input("no token for a real chip is configured")
                .with_hint("put it into DWAVE_API_TOKEN or dwave.conf, or emulate the chip: --qpu emulated"),
            false => Failure::input("this build of isinglass cannot access D-Wave's service")
                .with_hint(format!("{INSTALL_FULL}; or emulate the chip: --qpu emulated")),
        })
    }
}

/// Nothing can be asked for.
#[cfg(not(feature = "qpu"))]
fn configured(_: &RunControl<'_>) -> Result<Option<RealChip>, Failure> {
    Ok(None)
}

#[cfg(feature = "qpu")]
fn configured(control: &RunControl<'_>) -> Result<Option<RealChip>, Failure> {
    use isinglass_sapi::{Client, Configuration, RemoteQpu};

    let files = config_files()?;
    let variable = |name: &str| std::env::var(name).ok();
    let configuration = Configuration::from_sources(variable, &files)
        .map_err(|error| failure(&error).context("the configuration of D-Wave's service is not understood"))?;
    let Some(configuration) = configuration else { return Ok(None) };
    let unusable = |error| failure(&error).context("the real chip cannot be used");
    let client = Client::new(&configuration).map_err(unusable)?;
    let Some(solver) = client.solver(control).map_err(unusable)? else {
        return Err(Failure::input("stopped before the service has described its chip"));
    };
    let (chip, properties) = (solver.chip().clone(), solver.properties().clone());
    let service = Arc::new(RemoteQpu { client, solver });
    Ok(Some(RealChip { service, chip, properties, endpoint: configuration.endpoint }))
}

#[cfg(feature = "qpu")]
fn failure(error: &isinglass_sapi::SapiError) -> Failure {
    let hint = error.hint().map_or_else(String::new, |hint| format!("{hint}; or emulate the chip: --qpu emulated"));
    let hint = Some(hint).filter(|hint| !hint.is_empty());
    Failure::from_error(error).with_optional_hint(hint)
}

/// The files that D-Wave's tools read, the last one wins: those of the system, of the user and of the working directory, or the one in
/// `DWAVE_CONFIG_FILE`.
#[cfg(feature = "qpu")]
fn config_files() -> Result<Vec<isinglass_sapi::ConfigFile>, Failure> {
    use std::path::PathBuf;

    use crate::files::{read_text, user_folder_of};

    const NAME: &str = "dwave.conf";
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let paths: Vec<PathBuf> = match set("DWAVE_CONFIG_FILE") {
        Some(path) => vec![path.into()],
        None => {
            let of_system = set("XDG_CONFIG_DIRS").unwrap_or_else(|| "/etc/xdg".into());
            let mut folders: Vec<PathBuf> =
                std::env::split_paths(&of_system).map(|folder| folder.join("dwave")).collect();
            folders.extend(user_folder_of("dwave", "XDG_CONFIG_HOME", ".config"));
            let files = folders.into_iter().map(|folder| folder.join(NAME)).chain([PathBuf::from(NAME)]);
            files.filter(|path| path.is_file()).collect()
        }
    };
    let read = |path: &PathBuf| {
        let text = read_text(path)?;
        Ok(isinglass_sapi::ConfigFile { name: path.display().to_string(), text })
    };
    paths.iter().map(read).collect()
}
