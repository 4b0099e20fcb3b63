//! What checks come to: how many hold, how many do not, and what a tool's own summary says about that.

/// Checks that hold and checks that do not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub passed: u64,
    pub failed: u64,
}

impl Counts {
    pub const PASSED: Self = Self { passed: 1, failed: 0 };
    pub const FAILED: Self = Self { passed: 0, failed: 1 };

    pub fn count(&mut self, holds: bool) {
        self.add(if holds { Self::PASSED } else { Self::FAILED });
    }

    pub fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }

    pub fn line(self) -> String {
        format!("{} passed, {} failed", self.passed, self.failed)
    }

    /// A failed program that names no failed check is itself one.
    pub fn with_exit(mut self, success: bool) -> Self {
        if !success && self.failed == 0 {
            self.failed = 1;
        }
        if success && self == Self::default() {
            self.passed = 1;
        }
        self
    }
}

/// Reads the last line of the form `N passed, N failed`, if a tool printed one.
pub fn own_summary(text: &str) -> Counts {
    let parse = |line: &str| {
        let (passed, failed) = line.trim().split_once(" passed, ")?;
        let counts = Counts { passed: passed.parse().ok()?, failed: failed.strip_suffix(" failed")?.parse().ok()? };
        Some(counts)
    };
    text.lines().rev().find_map(parse).unwrap_or_default()
}

/// Sums up `cargo test` (a `test result:` line a binary) or `cargo nextest` (one `Summary` line).
pub fn rust_tests(text: &str) -> Counts {
    let mut counts = Counts::default();
    for line in text.lines().map(str::trim) {
        let is_summary = line.starts_with("test result:") || line.starts_with("Summary [");
        if is_summary {
            counts.passed += number_before(line, " passed");
            counts.failed += number_before(line, " failed") + number_before(line, " timed out");
        }
    }
    counts
}

fn number_before(line: &str, word: &str) -> u64 {
    let Some((before, _)) = line.split_once(word) else {
        return 0;
    };
    let digits = before.rsplit(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
    digits.parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_runners_are_understood() {
        let cargo = "test result: FAILED. 5 passed; 2 failed; 0 ignored\ntest result: ok. 1 passed; 0 failed;";
        assert_eq!(rust_tests(cargo), Counts { passed: 6, failed: 2 });
        let nextest = "     Summary [   0.012s] 12 tests run: 10 passed (1 slow), 1 failed, 1 timed out, 0 skipped";
        assert_eq!(rust_tests(nextest), Counts { passed: 10, failed: 2 });
    }

    #[test]
    fn the_last_own_summary_counts() {
        assert_eq!(own_summary("1 passed, 2 failed\nx\n 7 passed, 0 failed\n"), Counts { passed: 7, failed: 0 });
        assert_eq!(own_summary("all fine"), Counts::default());
    }

    #[test]
    fn an_exit_code_is_never_lost() {
        assert_eq!(Counts { passed: 7, failed: 0 }.with_exit(false), Counts { passed: 7, failed: 1 });
        assert_eq!(Counts::default().with_exit(true), Counts::PASSED);
    }
}
