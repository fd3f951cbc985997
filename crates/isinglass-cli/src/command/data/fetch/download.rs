//! One file over HTTP: with ranges, so that what was cut off goes on.

use std::io::Read;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use isinglass_qubo::Progress;
use isinglass_qubo::sampler::ProgressReport;
use ureq::http::{Response, StatusCode, header};
use ureq::{Agent, Body, ResponseExt};

use super::part::{CHUNK, Part, sha256_of};
use super::{Fetched, Wanted};
use crate::failure::Failure;
use crate::files::{cannot_read, cannot_write};

/// How often a connection that was cut is taken up again.
const ATTEMPTS: u32 = 4;
/// The first pause before that; each one is twice as long as the one before.
const PAUSE: Duration = Duration::from_millis(200);
/// How long nothing may come.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Why an attempt ended.
enum Ended {
    /// Another one may go further.
    Cut(Failure),
    /// No other one would.
    For(Failure),
}

/// The file in its place, fetched unless it is there.
pub(super) fn fetch(
    file: &Wanted<'_>,
    force: bool,
    cancel: &AtomicBool,
    progress: &dyn Progress,
) -> Result<Fetched, Failure> {
    if !force && file.path.is_file() {
        let read = |error: std::io::Error| Failure::from_error(&error).context(cannot_read(&file.path));
        let (sha256, num_bytes) = sha256_of(&file.path).map_err(read)?;
        if sha256 != file.sha256 {
            return Err(Failure::input(format!("{} is another file: its SHA-256 is {sha256}", file.path.display()))
                .because(format!("it must be {}", file.sha256))
                .with_hint("--force fetches the file and puts it in its place"));
        }
        return Ok(fetched(file, num_bytes, 0, true));
    }
    let write = |error: std::io::Error| Failure::from_error(&error).context(cannot_write(&file.path));
    let mut part = Part::open(&file.path).map_err(write)?;
    let mut resumed_from = part.num_bytes();
    resumed_from = resumed_from.min(download(file, &mut part, cancel, progress)?);
    if part.sha256() != file.sha256 && resumed_from > 0 {
        // the beginning may be of another version of the file
        resumed_from = 0;
        part.clear().map_err(write)?;
        download(file, &mut part, cancel, progress)?;
    }
    let sha256 = part.sha256();
    if sha256 != file.sha256 {
        let num_bytes = part.num_bytes();
        part.remove().map_err(write)?;
        return Err(Failure::input(format!("what {} gives is not the file: its SHA-256 is {sha256}", file.url))
            .because(format!("it must be {}; {num_bytes} bytes came, and were thrown away", file.sha256))
            .with_hint("the file may have changed, or a proxy may have answered: look at the address in a browser"));
    }
    let num_bytes = part.num_bytes();
    part.finish(&file.path).map_err(write)?;
    Ok(fetched(file, num_bytes, resumed_from, false))
}

fn fetched(file: &Wanted<'_>, num_bytes: u64, resumed_from: u64, was_there: bool) -> Fetched {
    Fetched {
        name: file.name.to_owned(),
        path: file.path.display().to_string(),
        url: file.url.clone(),
        sha256: file.sha256.clone(),
        num_bytes,
        resumed_from,
        was_there,
    }
}

/// Brings the rest of the file, with more than one attempt where the connection is cut. Returns the least byte that any attempt began
/// at.
fn download(file: &Wanted<'_>, part: &mut Part, cancel: &AtomicBool, progress: &dyn Progress) -> Result<u64, Failure> {
    // proxies are those of the environment; an answer that is no file is looked at here
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .timeout_connect(Some(TIMEOUT))
        .timeout_recv_response(Some(TIMEOUT))
        .timeout_per_read(Some(TIMEOUT))
        .user_agent(concat!("isinglass/", env!("CARGO_PKG_VERSION")));
    let agent: Agent = config.build().into();
    let (mut pause, mut attempt, mut least) = (PAUSE, 1, u64::MAX);
    loop {
        let transfer = Transfer { agent: &agent, file, cancel, progress };
        match transfer.run(part, &mut least) {
            Ok(()) => return Ok(least),
            Err(Ended::For(failure)) => return Err(failure),
            Err(Ended::Cut(failure)) if attempt == ATTEMPTS => {
                let kept = part.num_bytes();
                return Err(failure
                    .because(format!("{ATTEMPTS} attempts; {kept} bytes are kept"))
                    .with_hint("run the command again: it goes on where it ended"));
            }
            Err(Ended::Cut(_)) => std::thread::sleep(pause),
        }
        (pause, attempt) = (2 * pause, attempt + 1);
    }
}

/// One attempt.
struct Transfer<'a> {
    agent: &'a Agent,
    file: &'a Wanted<'a>,
    cancel: &'a AtomicBool,
    progress: &'a dyn Progress,
}

impl Transfer<'_> {
    fn run(&self, part: &mut Part, least: &mut u64) -> Result<(), Ended> {
        let from = part.num_bytes();
        let mut request = self.agent.get(&self.file.url).header(header::ACCEPT_ENCODING, "identity");
        if from > 0 {
            request = request.header(header::RANGE, format!("bytes={from}-"));
        }
        let response = request.call().map_err(|error| self.unreachable(&error))?;
        let address = response.get_uri().to_string();
        match response.status() {
            StatusCode::PARTIAL_CONTENT if from > 0 && begins_at(&response, from) => {}
            // all of it: the server does not go on where it is told to
            StatusCode::OK => part.clear().map_err(|error| self.unwritten(&error))?,
            // nothing is left to send, or what is there is not its beginning: the sum tells
            StatusCode::RANGE_NOT_SATISFIABLE if from > 0 => {
                *least = from.min(*least);
                return Ok(());
            }
            StatusCode::PARTIAL_CONTENT => {
                part.clear().map_err(|error| self.unwritten(&error))?;
                return Err(Ended::Cut(Failure::input(format!("{address} sent another part than the one asked for"))));
            }
            status if status.is_server_error() => {
                return Err(Ended::Cut(Failure::input(format!("{address} answered {status}"))));
            }
            status => {
                return Err(Ended::For(
                    Failure::input(format!("{address} answered {status}"))
                        .with_hint("another address can be given with --url URL"),
                ));
            }
        }
        *least = part.num_bytes().min(*least);
        self.receive(response, &address, part)
    }

    fn receive(&self, response: Response<Body>, address: &str, part: &mut Part) -> Result<(), Ended> {
        let total = length(&response).map(|rest| part.num_bytes() + rest);
        if let Some(total) = total.filter(|&total| total > self.file.max_bytes) {
            return Err(self.too_large(address, total));
        }
        let mut reader = response.into_body().into_with_config().limit(u64::MAX).reader();
        let mut chunk = vec![0; CHUNK];
        loop {
            if self.cancel.load(Ordering::Relaxed) {
                let kept = part.num_bytes();
                return Err(Ended::For(
                    Failure::input("stopped by the user")
                        .because(format!("{kept} bytes are kept"))
                        .with_hint("run the command again: it goes on where it ended"),
                ));
            }
            match reader.read(&mut chunk) {
                Ok(0) => break,
                Ok(read) => part.push(&chunk[..read]).map_err(|error| self.unwritten(&error))?,
                Err(error) => {
                    let failure = Failure::from_error(&error).context(format!("{address} was cut off"));
                    return Err(Ended::Cut(failure));
                }
            }
            if part.num_bytes() > self.file.max_bytes {
                return Err(self.too_large(address, part.num_bytes()));
            }
            let (done, total) = (part.num_bytes(), total.unwrap_or(self.file.max_bytes));
            self.progress.report(ProgressReport { done, total, best_energy: None });
        }
        match total {
            Some(total) if part.num_bytes() < total => {
                let came = part.num_bytes();
                Err(Ended::Cut(Failure::input(format!("{address} was cut off after {came} of {total} bytes"))))
            }
            _ => Ok(()),
        }
    }

    fn unwritten(&self, error: &std::io::Error) -> Ended {
        Ended::For(Failure::from_error(error).context(cannot_write(&self.file.path)))
    }

    fn too_large(&self, address: &str, num_bytes: u64) -> Ended {
        let most = self.file.max_bytes;
        Ended::For(Failure::input(format!("{address} gives {num_bytes} bytes or more; the file has at most {most}")))
    }

    fn unreachable(&self, error: &ureq::Error) -> Ended {
        let failure = Failure::from_error(error).context(format!("cannot reach {}", self.file.url));
        let hint = "behind a proxy, set HTTPS_PROXY; or fetch the file by other means and name it with --data FILE";
        match error {
            ureq::Error::HostNotFound => Ended::For(failure.with_hint(hint)),
            ureq::Error::Io(_) | ureq::Error::Timeout(_) | ureq::Error::ConnectionFailed => Ended::Cut(failure),
            _ => Ended::For(failure),
        }
    }
}

/// Whether the part that was sent begins at this byte.
fn begins_at(response: &Response<Body>, from: u64) -> bool {
    let range = response.headers().get(header::CONTENT_RANGE).and_then(|value| value.to_str().ok());
    let first = range.and_then(|range| range.trim().strip_prefix("bytes ")?.split('-').next()?.trim().parse().ok());
    first == Some(from)
}

/// Bytes that will come, if the server says.
fn length(response: &Response<Body>) -> Option<u64> {
    response.headers().get(header::CONTENT_LENGTH)?.to_str().ok()?.trim().parse().ok()
}
