//! Configuration of the service, as for D-Wave's own tools.

mod ini;

use crate::error::SapiError;
use crate::token::Token;
use ini::Profiles;
use std::fmt;

/// The default endpoint.
const ENDPOINT: &str = "https://cloud.dwavesys.com/sapi/v2/";

/// Contents of a `dwave.conf` file, read by the caller.
#[derive(Clone)]
pub struct ConfigFile {
    /// File name for error messages.
    pub name: String,
    /// Text of the file.
    pub text: String,
}

/// SAPI configuration: endpoint, token and solver.
///
/// A value comes from the environment (`DWAVE_API_TOKEN`, `DWAVE_API_ENDPOINT`, `DWAVE_API_REGION`, `DWAVE_API_SOLVER`,
/// `DWAVE_API_PROXY`), else from the profile in the files; empty values count as unset. The profile is `DWAVE_PROFILE`, else that named
/// by `profile` under `[defaults]`, else the first one. Other keys of `dwave.conf` are ignored.
///
/// # Examples
/// ```
/// use isinglass_sapi::{ConfigFile, Configuration};
/// let text = "[defaults]\nprofile = work\n[work]\ntoken = secret%%1\nregion = eu-central-1\n".to_owned();
/// let files = [ConfigFile { name: "dwave.conf".to_owned(), text }];
/// let configuration = Configuration::from_sources(|_| None, &files)?.expect("a token");
/// assert_eq!(configuration.endpoint, "https://eu-central-1.cloud.dwavesys.com/sapi/v2/");
/// assert!(!format!("{configuration:?}").contains("secret"));
/// # Ok::<(), isinglass_sapi::SapiError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Configuration {
    /// SAPI token.
    pub token: Token,
    /// Endpoint of the service, which ends in `/`. `[default: https://cloud.dwavesys.com/sapi/v2/]`
    pub endpoint: String,
    /// Solver name. `[default: the online QPU with the most qubits]`
    pub solver: Option<String>,
    /// Proxy address. `[default: that of HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY]`
    pub proxy: Option<String>,
}

impl fmt::Debug for Configuration {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { endpoint, solver, .. } = self;
        // a proxy may have a password in it
        formatter
            .debug_struct("Configuration")
            .field("endpoint", endpoint)
            .field("solver", solver)
            .finish_non_exhaustive()
    }
}

impl Configuration {
    /// Loads the configuration; `None` without a token. `variable` looks up environment variables; later `files` override earlier ones,
    /// key by key.
    ///
    /// # Errors
    /// [`SapiError`] for lines that cannot be parsed, an unknown profile, and invalid values.
    pub fn from_sources(
        variable: impl Fn(&str) -> Option<String>,
        files: &[ConfigFile],
    ) -> Result<Option<Self>, SapiError> {
        let given = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let variable = |name: &str| given(variable(name));
        let mut profiles = Profiles::default();
        for file in files {
            profiles.read(file)?;
        }
        let profile = profiles.chosen(variable("DWAVE_PROFILE"))?;
        let setting = |key: &str| given(profile.get(key));
        let value = |name: &str, key: &str| variable(name).or_else(|| setting(key));
        let Some(token) = value("DWAVE_API_TOKEN", "token") else { return Ok(None) };
        let secrets = Secrets([variable("DWAVE_API_TOKEN"), setting("token")].into_iter().flatten().collect());
        let token = Token::new(&token).ok_or(SapiError::Token)?;
        let (endpoint, region) = (variable("DWAVE_API_ENDPOINT"), variable("DWAVE_API_REGION"));
        let endpoint = match secrets.endpoint("the environment", endpoint, region)? {
            Some(endpoint) => endpoint,
            None => secrets
                .endpoint("the configuration file", setting("endpoint"), setting("region"))?
                .unwrap_or_else(|| ENDPOINT.to_owned()),
        };
        let solver = value("DWAVE_API_SOLVER", "solver");
        if let Some(solver) = &solver
            && !is_name(solver)
        {
            return Err(SapiError::SolverChoice { value: secrets.without(solver) });
        }
        let proxy = value("DWAVE_API_PROXY", "proxy");
        Ok(Some(Self { token, endpoint, solver, proxy }))
    }
}

/// Whether the text can be part of an address and be printed unchanged.
pub(crate) fn is_name(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

/// Whether the address is a valid endpoint; one with a user name or password is not.
fn is_address(text: &str) -> bool {
    let rest = ["https://", "http://"].iter().find_map(|scheme| text.strip_prefix(scheme));
    rest.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'@'))
}

/// All configured tokens, in use or not.
struct Secrets(Vec<String>);

impl Secrets {
    /// A value fit to be shown.
    fn without(&self, value: &str) -> String {
        let is_shown = !value.contains(char::is_control) && !self.0.iter().any(|secret| value.contains(secret));
        if is_shown { value.to_owned() } else { "(not shown)".to_owned() }
    }

    /// The address that one level of the configuration says.
    fn endpoint(
        &self,
        place: &'static str,
        endpoint: Option<String>,
        region: Option<String>,
    ) -> Result<Option<String>, SapiError> {
        let refused = |what, value: &str| Err(SapiError::Address { what, value: self.without(value) });
        match (endpoint, region) {
            (Some(_), Some(_)) => Err(SapiError::EndpointAndRegion { place }),
            (Some(endpoint), None) if endpoint.contains('@') => refused("endpoint", "(not shown)"),
            (Some(endpoint), None) if !is_address(&endpoint) => refused("endpoint", &endpoint),
            (Some(endpoint), None) if self.without(&endpoint) != endpoint => refused("endpoint", &endpoint),
            (Some(endpoint), None) => Ok(Some(format!("{}/", endpoint.trim_end_matches('/')))),
            (None, Some(region)) if is_name(&region) && self.without(&region) == region => {
                Ok(Some(format!("https://{region}.cloud.dwavesys.com/sapi/v2/")))
            }
            (None, Some(region)) => refused("region", &region),
            (None, None) => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)], files: &[&str]) -> Result<Option<Configuration>, SapiError> {
        let variable =
            |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        let file =
            |(index, text): (usize, &&str)| ConfigFile { name: format!("{index}.conf"), text: (*text).to_owned() };
        Configuration::from_sources(variable, &files.iter().enumerate().map(file).collect::<Vec<_>>())
    }

    fn error(variables: &[(&str, &str)], files: &[&str]) -> String {
        of(variables, files).unwrap_err().to_string()
    }

    #[test]
    fn without_a_token_there_is_no_configuration() {
        assert_eq!(of(&[], &[]).unwrap(), None);
        assert_eq!(of(&[("DWAVE_API_TOKEN", " ")], &["[a]\nsolver = b\n"]).unwrap(), None);
    }

    #[test]
    fn the_environment_wins_over_files_and_later_files_over_earlier_ones() {
        let files =
            ["[a]\ntoken = one\nsolver = s1\nregion = eu-central-1\n", "[a]\ntoken = two%%\n[b]\ntoken = three\n"];
        let configuration = of(&[("DWAVE_API_SOLVER", "s2")], &files).unwrap().unwrap();
        assert_eq!(configuration.token.secret(), "two%");
        assert_eq!(configuration.solver.as_deref(), Some("s2"));
        assert_eq!(configuration.endpoint, "https://eu-central-1.cloud.dwavesys.com/sapi/v2/");
        let of_b = of(&[("DWAVE_PROFILE", "b"), ("DWAVE_API_TOKEN", "four")], &files).unwrap().unwrap();
        assert_eq!((of_b.token.secret(), of_b.endpoint.as_str(), of_b.solver), ("four", ENDPOINT, None));
        // an endpoint of the environment clears a region of the file
        let local = [("DWAVE_API_ENDPOINT", "http://127.0.0.1:9000/sapi/v2")];
        assert_eq!(of(&local, &files).unwrap().unwrap().endpoint, "http://127.0.0.1:9000/sapi/v2/");
    }

    #[test]
    fn values_that_cannot_be_what_they_should_are_refused_without_the_token() {
        let token = ("DWAVE_API_TOKEN", "se cret");
        insta::assert_snapshot!(error(&[token], &[]), @"the token contains blanks or other invalid characters");
        let token = ("DWAVE_API_TOKEN", "secret");
        for endpoint in ["https://", "http://a b/", "http://a/\tb", "http://me:word@a/", "http://a/secret/"] {
            let error = error(&[token, ("DWAVE_API_ENDPOINT", endpoint)], &[]);
            assert!(error.starts_with("invalid endpoint") && !error.contains("word") && !error.contains("secret"));
        }
        // a token that another one overrules is one, too
        let files = ["[a]\ntoken = hidden\nsolver = {hidden}\n"];
        assert_eq!(error(&[token], &files), "`(not shown)` is not a solver name");
        let proxy = of(&[token, ("DWAVE_API_PROXY", "http://me:word@a:1")], &[]).unwrap();
        assert!(!format!("{proxy:?}").contains("word"));
        insta::assert_snapshot!(error(&[token, ("DWAVE_API_ENDPOINT", "localhost")], &[]), @"invalid endpoint: `localhost`");
        insta::assert_snapshot!(error(&[token, ("DWAVE_API_REGION", "a/b")], &[]), @"invalid region: `a/b`");
        insta::assert_snapshot!(error(&[token, ("DWAVE_API_SOLVER", r#"{"qpu": true}"#)], &[]), @r#"`{"qpu": true}` is not a solver name"#);
        insta::assert_snapshot!(error(&[token, ("DWAVE_PROFILE", "x")], &["[a]\n"]), @"no configuration file has the profile `x`");
        insta::assert_snapshot!(error(&[token], &["[a]\nregion = b\nendpoint = http://c\n"]), @"the configuration file names both an endpoint and a region");
    }
}
