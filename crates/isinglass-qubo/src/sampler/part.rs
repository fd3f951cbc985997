//! The progress of a part as that of the whole.

use super::{Progress, ProgressReport};

/// Units of progress of a part.
const UNITS: u64 = 1000;

/// Tells the listener of a whole, made of equal parts one after the other, how far it is.
pub struct PartProgress<'a> {
    /// The listener.
    pub whole: &'a dyn Progress,
    /// The part, from 0.
    pub part: usize,
    /// Parts in all.
    pub num_parts: usize,
}

impl Progress for PartProgress<'_> {
    fn report(&self, report: ProgressReport) {
        let of_part = (u128::from(report.done) * u128::from(UNITS)).checked_div(u128::from(report.total));
        let of_part = of_part.map_or(0, |units| units.min(u128::from(UNITS)) as u64);
        let done = self.part as u64 * UNITS + of_part;
        self.whole.report(ProgressReport { done, total: self.num_parts.max(self.part + 1) as u64 * UNITS, ..report });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    struct Log(Mutex<Vec<(u64, u64)>>);

    impl Progress for Log {
        fn report(&self, report: ProgressReport) {
            self.0.lock().unwrap().push((report.done, report.total));
        }
    }

    #[test]
    fn the_progress_of_a_part_is_that_of_the_whole() {
        let log = Log(Mutex::new(Vec::new()));
        for (part, done, total) in [(0, 1, 2), (1, 0, 0), (1, 5, 5), (3, u64::MAX, u64::MAX)] {
            let part = PartProgress { whole: &log, part, num_parts: 4 };
            part.report(ProgressReport { done, total, best_energy: None });
        }
        assert_eq!(log.0.into_inner().unwrap(), [(500, 4000), (1000, 4000), (2000, 4000), (4000, 4000)]);
    }
}
