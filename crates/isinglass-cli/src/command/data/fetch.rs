//! `isinglass data fetch`: data files that are not built in, brought over the network and checked.

#[cfg(feature = "fetch")]
mod download;
#[cfg(feature = "fetch")]
mod part;

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use crate::arguments::fetched::{FETCHABLE, Fetchable, data_folder};
use crate::failure::Failure;
use crate::output::Report;
use crate::output::number::thousands;
use crate::session::Session;

/// Which files, from where, and where to.
///
/// Proxies are those of the environment: HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY. A download that was cut off goes on where it
/// ended, in this run or in a later one. A file takes its place only after its SHA-256 was found right.
#[derive(Args, Debug)]
pub(crate) struct FetchArguments {
    /// Files: a1a (training rows), a1a.t (test rows) [default: all]
    #[arg(value_name = "NAME", value_parser = FETCHABLE.map(|file| file.name))]
    names: Vec<String>,
    /// Folder to put them into [default: data in the user's folder for isinglass, where other commands look]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Fetch the one file that is named from this address instead: http or https
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// The SHA-256 that the file must have instead of the known one, 64 hexadecimal digits
    #[arg(long, value_name = "HEX", value_parser = sha256, requires = "url")]
    sha256: Option<String>,
    /// Fetch files that are there already, too
    #[arg(long)]
    force: bool,
}

fn sha256(text: &str) -> Result<String, String> {
    let is_hash = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hash { Ok(text.to_ascii_lowercase()) } else { Err("a SHA-256 has 64 hexadecimal digits".to_owned()) }
}

/// One file to be fetched.
#[cfg_attr(not(feature = "fetch"), expect(dead_code, reason = "only a download looks at all of it"))]
struct Wanted<'a> {
    name: &'a str,
    url: String,
    sha256: String,
    /// The most bytes that it can have.
    max_bytes: u64,
    path: PathBuf,
}

#[derive(Serialize)]
struct FetchReport {
    files: Vec<Fetched>,
}

/// A file that is there now.
#[derive(Serialize)]
struct Fetched {
    name: String,
    path: String,
    url: String,
    sha256: String,
    num_bytes: u64,
    /// Bytes of an earlier download that were not fetched again.
    resumed_from: u64,
    /// Whether it was there before.
    was_there: bool,
}

impl Report for FetchReport {
    fn text(&self) -> String {
        let line = |file: &Fetched| {
            let what = match (file.was_there, file.resumed_from) {
                (true, _) => "was there already".to_owned(),
                (false, 0) => format!("{} bytes from {}", thousands(file.num_bytes), file.url),
                (false, from) => {
                    format!("{} bytes from {}, from byte {} on", thousands(file.num_bytes), file.url, thousands(from))
                }
            };
            format!("{}: {what}; SHA-256 {}, as it must be\n", file.path, file.sha256)
        };
        self.files.iter().map(line).collect()
    }
}

/// Files of an address of the user's own are no larger than this.
const MAX_BYTES: u64 = 1 << 32;

/// Fetches what is not there.
///
/// # Errors
/// A [`Failure`] that names file and address when one cannot be fetched, or is not what it must be.
pub(super) fn run(arguments: &FetchArguments, session: &Session) -> Result<(), Failure> {
    let folder = match &arguments.data_dir {
        Some(folder) => folder.clone(),
        None => data_folder().ok_or_else(|| {
            Failure::input("the data directory could not be determined").with_hint("name one with --data-dir DIR")
        })?,
    };
    let wanted = arguments.wanted(&folder)?;
    std::fs::create_dir_all(&folder)
        .map_err(|error| Failure::from_error(&error).context(format!("cannot make {}", folder.display())))?;
    let mut files = Vec::new();
    for file in &wanted {
        files.push(fetch(file, arguments.force, session)?);
    }
    session.output().report(&FetchReport { files })
}

impl FetchArguments {
    fn wanted(&self, folder: &Path) -> Result<Vec<Wanted<'static>>, Failure> {
        let is_named = |file: &&Fetchable| self.names.is_empty() || self.names.iter().any(|name| name == file.name);
        let files: Vec<&Fetchable> = FETCHABLE.iter().filter(is_named).collect();
        if let Some(url) = &self.url {
            if files.len() != 1 {
                return Err(Failure::input("--url is the address of one file, but several are to be fetched")
                    .with_hint("name the file: `isinglass data fetch a1a --url URL`"));
            }
            if !(url.starts_with("http://") || url.starts_with("https://")) {
                return Err(Failure::input(format!("`{url}` is not a supported download URL"))
                    .with_hint("addresses begin with https:// or http://"));
            }
        }
        let wanted = |file: &Fetchable| Wanted {
            name: file.name,
            url: self.url.clone().unwrap_or_else(|| file.url.to_owned()),
            sha256: self.sha256.clone().unwrap_or_else(|| file.sha256.to_owned()),
            max_bytes: if self.sha256.is_some() { MAX_BYTES } else { file.num_bytes },
            path: folder.join(file.name),
        };
        Ok(files.into_iter().map(wanted).collect())
    }
}

#[cfg(feature = "fetch")]
fn fetch(file: &Wanted<'_>, force: bool, session: &Session) -> Result<Fetched, Failure> {
    let bar = session.bar("fetch");
    let cancel = session.interrupted()?;
    download::fetch(file, force, cancel, &bar).map_err(|failure| failure.context(format!("cannot fetch {}", file.name)))
}

/// Nothing can be fetched.
#[cfg(not(feature = "fetch"))]
fn fetch(file: &Wanted<'_>, _: bool, _: &Session) -> Result<Fetched, Failure> {
    Err(Failure::input("this build of isinglass cannot download files").with_hint(format!(
        "{}; or download {} by other means to {}",
        crate::failure::INSTALL_FULL,
        file.url,
        file.path.display()
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_has_64_hexadecimal_digits() {
        assert_eq!(sha256(&"A".repeat(64)), Ok("a".repeat(64)));
        assert!(sha256("abc").is_err() && sha256(&"g".repeat(64)).is_err());
    }
}
