//! Threads for one run.

use super::SampleError;

/// Runs in a pool of `threads` threads, or in the surrounding pool.
///
/// # Errors
/// What `run` returns; [`SampleError`] for no threads at all, or when the system does not start them.
pub fn in_pool<R: Send>(
    threads: Option<usize>,
    run: impl FnOnce() -> Result<R, SampleError> + Send,
) -> Result<R, SampleError> {
    match threads {
        None => run(),
        Some(0) => Err(SampleError::Parameter { name: "threads", value: 0.0, allowed: "at least 1" }),
        Some(threads) => {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            pool.map_err(|_| SampleError::Threads { threads })?.install(run)
        }
    }
}
