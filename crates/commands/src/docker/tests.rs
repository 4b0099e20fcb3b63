//! Words.

use super::{ago, table};
use sim::Time;

#[test]
fn times_are_told_as_dockers() {
    for (secs, expect) in [
        (0, "Less than a second"),
        (1, "1 second"),
        (59, "59 seconds"),
        (60, "About a minute"),
        (150, "2 minutes"),
        (3_600, "About an hour"),
        (7_300, "2 hours"),
        (3_600 * 47, "47 hours"),
        (3_600 * 24 * 3, "3 days"),
        (3_600 * 24 * 20, "2 weeks"),
        (3_600 * 24 * 90, "3 months"),
        (3_600 * 24 * 900, "2 years"),
    ] {
        assert_eq!(ago(Time::from_unix_secs(secs), Time::from_unix_secs(0)), expect, "{secs}");
    }
}

#[test]
fn columns_are_ten_wide_at_least() {
    let rows = [table::line(["REPOSITORY", "TAG", "IMAGE ID"]), table::line(["web", "latest", "0123456789ab"])];
    assert_eq!(table::align(&rows), "REPOSITORY   TAG       IMAGE ID\nweb          latest    0123456789ab\n");
    assert_eq!(table::cut("abcdef", 4), "abc…");
}
