//! HTTP requests to the service, and its responses.

use crate::configuration::Configuration;
use crate::error::SapiError;
use crate::token::Token;
use isinglass_qubo::RunControl;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::time::{Duration, Instant};
use ureq::http::header;
use ureq::{Agent, Proxy};

/// Connection timeout.
const CONNECT: Duration = Duration::from_secs(10);
/// Timeout for a response, or the next part of one.
const TIMEOUT: Duration = Duration::from_secs(60);
/// Timeout for a whole response.
const WHOLE: Duration = Duration::from_secs(600);
/// Maximum number of attempts of a request that may be repeated.
pub(crate) const ATTEMPTS: u32 = 5;
/// First pause before a retry; each later one is twice as long.
const PAUSE: Duration = Duration::from_millis(100);
/// Longest pause that the service may request.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Effect of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Post(Vec<u8>),
    Delete,
}

/// HTTP client of the service.
pub(crate) struct Http {
    agent: Agent,
    endpoint: String,
    token: Token,
}

/// Response of the service.
pub(crate) struct Reply {
    pub(crate) status: u16,
    body: Vec<u8>,
    retry_after: Option<Duration>,
}

/// An error in the words of the service.
#[derive(Deserialize)]
struct ErrorBody {
    error_msg: String,
}

impl Http {
    pub(crate) fn new(configuration: &Configuration) -> Result<Self, SapiError> {
        let mut builder = Agent::config_builder()
            .http_status_as_error(false)
            // the token is for the endpoint alone
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_resolve(Some(CONNECT))
            .timeout_connect(Some(CONNECT))
            .timeout_send_request(Some(TIMEOUT))
            .timeout_send_body(Some(TIMEOUT))
            .timeout_recv_body(Some(WHOLE))
            .timeout_recv_response(Some(TIMEOUT))
            .timeout_per_read(Some(TIMEOUT))
            .user_agent(concat!("isinglass/", env!("CARGO_PKG_VERSION")));
        if let Some(proxy) = &configuration.proxy {
            // it may have a password in it
            let proxy =
                Proxy::new(proxy).map_err(|_| SapiError::Address { what: "proxy", value: "(not shown)".to_owned() })?;
            builder = builder.proxy(Some(proxy));
        }
        let (endpoint, token) = (configuration.endpoint.clone(), configuration.token.clone());
        Ok(Self { agent: builder.build().into(), endpoint, token })
    }

    pub(crate) fn address(&self) -> &str {
        &self.endpoint
    }

    /// Message of the service, sanitized for display.
    pub(crate) fn censored(&self, text: &str) -> String {
        self.token.censored(text)
    }

    pub(crate) fn malformed(&self, reason: impl Into<String>) -> SapiError {
        SapiError::Malformed { address: self.endpoint.clone(), reason: self.censored(&reason.into()) }
    }

    /// One request with one answer of at most `limit` bytes.
    fn once(&self, method: &Method, path: &str, kind: &str, limit: u64) -> Result<Reply, ureq::Error> {
        let address = format!("{}{path}", self.endpoint);
        let accept = format!("application/vnd.dwave.sapi.{kind}+json; version=3.0.0");
        macro_rules! with_headers {
            ($request:expr) => {
                $request
                    .header("X-Auth-Token", self.token.secret())
                    .header(header::ACCEPT, &accept)
                    .header(header::ACCEPT_ENCODING, "identity")
            };
        }
        let response = match method {
            Method::Get => with_headers!(self.agent.get(&address)).call(),
            Method::Delete => with_headers!(self.agent.delete(&address)).call(),
            Method::Post(body) => with_headers!(self.agent.post(&address))
                .header(header::CONTENT_TYPE, "application/json")
                .send(body.as_slice()),
        }?;
        let status = response.status().as_u16();
        let retry_after = response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
        let retry_after = retry_after.and_then(|text| text.trim().parse().ok()).map(Duration::from_secs);
        let body = response.into_body().into_with_config().limit(limit).read_to_vec()?;
        Ok(Reply { status, body, retry_after })
    }

    /// Sends a request with a response of at most `limit` bytes, with up to `attempts` attempts if repeating it is safe and may help;
    /// `None` if `control` interrupts.
    pub(crate) fn request(
        &self,
        method: &Method,
        (path, kind): (&str, &str),
        limit: u64,
        attempts: u32,
        control: &RunControl<'_>,
    ) -> Result<Option<Reply>, SapiError> {
        let address = || self.endpoint.clone();
        let (mut pause, mut attempt) = (PAUSE, 1);
        loop {
            let is_submission = matches!(method, Method::Post(_));
            let asked_for = match self.once(method, path, kind, limit) {
                // refused as one too many, so that it was not taken
                Ok(reply) if reply.status == 429 && attempt >= attempts => {
                    return Err(SapiError::TooManyRequests { address: address() });
                }
                Ok(reply) if reply.status == 429 => reply.retry_after,
                Ok(reply) if reply.status >= 500 && !is_submission && attempt < attempts => reply.retry_after,
                Ok(reply) => return Ok(Some(reply)),
                Err(ureq::Error::BodyExceedsLimit(limit)) => {
                    return Err(self.malformed(format!("it is longer than {limit} bytes")));
                }
                Err(error) if is_submission && !is_before_sending(&error) => {
                    return Err(SapiError::Lost { address: address(), source: Box::new(error) });
                }
                Err(error) if attempt >= attempts || !is_passing(&error) => {
                    return Err(SapiError::Unreachable { address: address(), source: Box::new(error) });
                }
                Err(_) => None,
            };
            if !wait(asked_for.map_or(pause, |asked_for| asked_for.min(LONGEST_PAUSE)), control) {
                return Ok(None);
            }
            (pause, attempt) = (2 * pause, attempt + 1);
        }
    }

    /// Body of a successful response; any other status is an error.
    pub(crate) fn understood<T: DeserializeOwned>(&self, reply: &Reply) -> Result<T, SapiError> {
        match reply.status {
            200..=299 => serde_json::from_slice(&reply.body).map_err(|error| self.malformed(error.to_string())),
            status => Err(self.refusal(status, &reply.body)),
        }
    }

    fn refusal(&self, status: u16, body: &[u8]) -> SapiError {
        let address = self.endpoint.clone();
        match status {
            401 | 403 => SapiError::Unauthorized { address, status },
            429 => SapiError::TooManyRequests { address },
            _ => {
                let text = match serde_json::from_slice::<ErrorBody>(body) {
                    Ok(body) => body.error_msg,
                    Err(_) => String::from_utf8_lossy(&body[..body.len().min(2000)]).into_owned(),
                };
                let message = self.censored(&text);
                let message = if message.is_empty() { "it says nothing more".to_owned() } else { message };
                SapiError::Status { address, status, message }
            }
        }
    }
}

/// Whether the request cannot have arrived.
fn is_before_sending(error: &ureq::Error) -> bool {
    matches!(
        error,
        ureq::Error::HostNotFound
            | ureq::Error::ConnectionFailed
            | ureq::Error::BadUri(_)
            | ureq::Error::Http(_)
            | ureq::Error::InvalidProxyUrl
            | ureq::Error::Rustls(_)
            | ureq::Error::Tls(_)
            | ureq::Error::Timeout(ureq::Timeout::Resolve | ureq::Timeout::Connect)
    ) || matches!(error, ureq::Error::Io(error) if error.kind() == std::io::ErrorKind::ConnectionRefused)
}

/// Whether another attempt may succeed.
fn is_passing(error: &ureq::Error) -> bool {
    matches!(error, ureq::Error::Io(_) | ureq::Error::Timeout(_) | ureq::Error::ConnectionFailed)
}

/// Waits for the delay; returns false if the run is interrupted first.
pub(crate) fn wait(time: Duration, control: &RunControl<'_>) -> bool {
    const STEP: Duration = Duration::from_millis(20);
    let end = Instant::now() + time;
    loop {
        if control.should_stop(None).is_some() {
            return false;
        }
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return true;
        }
        std::thread::sleep(left.min(STEP));
    }
}
