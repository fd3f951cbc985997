//! How much memory the program may take, as the system says; libraries are told the number.

/// What is left of the limits to other things than the data: threads, the program itself, the rounding of estimates.
const SHARE: f64 = 0.9;

/// Bytes that this process can still take, where the system tells: the least of the free memory of the machine, of the control
/// groups and of the limits of the process.
pub(crate) fn available() -> Option<u64> {
    let limits = [machine(), control_groups(), process()];
    limits.into_iter().flatten().min().map(|bytes| (bytes as f64 * SHARE) as u64)
}

/// As [`available`], for in-memory sizes.
pub(crate) fn limit() -> Option<usize> {
    available().map(|bytes| usize::try_from(bytes).unwrap_or(usize::MAX))
}

fn read(path: &str) -> Option<String> {
    std::fs::read_to_string(path).ok()
}

/// Memory that the machine can give without swapping.
fn machine() -> Option<u64> {
    kilobytes(&read("/proc/meminfo")?, "MemAvailable:")
}

/// A line `name 123 kB`, in bytes.
fn kilobytes(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_ascii_whitespace().next()?.parse::<u64>().ok()?.checked_mul(1024)
}

/// What is left in the control group of the process and those above it (version 2), or in that of the container (version 1).
fn control_groups() -> Option<u64> {
    const ROOT: &str = "/sys/fs/cgroup";
    let own = read("/proc/self/cgroup").unwrap_or_default();
    let own = own.lines().find_map(|line| line.strip_prefix("0::")).unwrap_or("/").to_owned();
    let mut left = None;
    let mut path = own.trim_end_matches('/');
    loop {
        let folder = format!("{ROOT}{path}");
        let of_group = left_in(
            read(&format!("{folder}/memory.max")),
            read(&format!("{folder}/memory.current")),
            read(&format!("{folder}/memory.stat")),
        );
        left = [left, of_group].into_iter().flatten().min();
        let Some((above, _)) = path.rsplit_once('/') else { break };
        path = above;
    }
    let version_1 = left_in(
        read(&format!("{ROOT}/memory/memory.limit_in_bytes")),
        read(&format!("{ROOT}/memory/memory.usage_in_bytes")),
        read(&format!("{ROOT}/memory/memory.stat")),
    );
    left.or(version_1)
}

/// The limit less what is used; pages of files that are only cached count as free.
fn left_in(limit: Option<String>, used: Option<String>, statistics: Option<String>) -> Option<u64> {
    let limit: u64 = limit?.trim().parse().ok()?;
    let used: u64 = used?.trim().parse().ok()?;
    let statistics = statistics.unwrap_or_default();
    let cached = statistics.lines().find_map(|line| line.strip_prefix("inactive_file ")?.trim().parse::<u64>().ok());
    Some(limit.saturating_sub(used.saturating_sub(cached.unwrap_or(0))))
}

/// What the limits of the process leave (`ulimit -v` and `ulimit -d`).
fn process() -> Option<u64> {
    let (limits, status) = (read("/proc/self/limits")?, read("/proc/self/status")?);
    let space = soft_limit(&limits, "Max address space").zip(kilobytes(&status, "VmSize:"));
    let data = soft_limit(&limits, "Max data size").zip(kilobytes(&status, "VmData:"));
    [space, data].into_iter().flatten().map(|(limit, used)| limit.saturating_sub(used)).min()
}

/// The soft limit of a line such as `Max address space  1024000000  unlimited  bytes`; none if unlimited.
fn soft_limit(limits: &str, name: &str) -> Option<u64> {
    let line = limits.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_ascii_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_as_linux_writes_them() {
        let limits = "Limit                     Soft Limit           Hard Limit           Units     \n\
                      Max data size             unlimited            unlimited            bytes     \n\
                      Max address space         1024000000           unlimited            bytes     \n";
        assert_eq!(soft_limit(limits, "Max address space"), Some(1_024_000_000));
        assert_eq!(soft_limit(limits, "Max data size"), None);
        assert_eq!(kilobytes("MemFree:  1 kB\nMemAvailable:   23456 kB\n", "MemAvailable:"), Some(23456 * 1024));
    }

    #[test]
    fn a_control_group_gives_what_it_has_left_with_cached_files_as_free() {
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(left_in(text("1000\n"), text("700\n"), text("anon 500\ninactive_file 200\n")), Some(500));
        assert_eq!(left_in(text("1000\n"), text("1700\n"), None), Some(0));
        assert_eq!(left_in(text("max\n"), text("700\n"), None), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_machine_has_some_memory_left() {
        assert!(available().is_some_and(|bytes| bytes > 1_000_000));
    }
}
