//! How fast a size may change: stabilization windows and policies (Kubernetes 1.32,
//! `pkg/controller/podautoscaler/horizontal.go`, from `normalizeDesiredReplicas` on).

use manifest::Value;
use serde::{Deserialize, Serialize};
use sim::Time;
use std::time::Duration;

/// `--horizontal-pod-autoscaler-downscale-stabilization`
const DOWNSCALE_WINDOW_SECS: i64 = 300;

/// What the controller remembers of one autoscaler.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Memory {
    /// What the metrics asked for.
    recommendations: Vec<(Time, i64)>,
    /// Changes that were made: how many pods more or, below zero, less.
    changes: Vec<(Time, i64)>,
}

/// The sizes at hand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub current: i64,
    pub min: i64,
    pub max: i64,
}

/// A size with the reasons for the conditions `AbleToScale` and `ScalingLimited`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Normal {
    pub size: i64,
    pub able: (&'static str, &'static str),
    pub limited: bool,
    pub limit: (&'static str, &'static str),
}

const READY: (&str, &str) = ("ReadyForNewScale", "recommended size matches current size");
const UP_STABILIZED: (&str, &str) = (
    "ScaleUpStabilized",
    "recent recommendations were lower than current one, applying the lowest recent recommendation",
);
const DOWN_STABILIZED: (&str, &str) = (
    "ScaleDownStabilized",
    "recent recommendations were higher than current one, applying the highest recent recommendation",
);
const WITHIN: (&str, &str) = ("DesiredWithinRange", "the desired count is within the acceptable range");
const TOO_FEW: (&str, &str) = ("TooFewReplicas", "the desired replica count is less than the minimum replica count");
const TOO_MANY: (&str, &str) = ("TooManyReplicas", "the desired replica count is more than the maximum replica count");
const UP_LIMIT: (&str, &str) =
    ("ScaleUpLimit", "the desired replica count is increasing faster than the maximum scale rate");
const DOWN_LIMIT: (&str, &str) =
    ("ScaleDownLimit", "the desired replica count is decreasing faster than the maximum scale rate");

fn secs(n: i64) -> Duration {
    Duration::from_secs(u64::try_from(n).unwrap_or(0))
}

impl Memory {
    /// The first look: what there is now counts as recommended.
    pub(super) fn begin(&mut self, current: i64, now: Time) {
        if self.recommendations.is_empty() {
            self.recommendations.push((now, current));
        }
    }

    pub(super) fn changed(&mut self, by: i64, now: Time) {
        // No period of a policy is longer than half an hour.
        self.changes.retain(|(at, _)| now.since(*at) <= secs(1_800));
        self.changes.push((now, by));
    }

    /// The lowest and the highest that was recommended within the two windows, in seconds; then remembers this one.
    #[inline(never)]
    fn stabilize(&mut self, desired: i64, (up, down): (i64, i64), now: Time) -> (i64, i64) {
        let within = |at: Time, window: i64| now.since(at) < secs(window);
        let (mut low, mut high) = (desired, desired);
        for (at, size) in &self.recommendations {
            if within(*at, up) {
                low = low.min(*size);
            }
            if within(*at, down) {
                high = high.max(*size);
            }
        }
        self.recommendations.retain(|(at, _)| within(*at, up.max(down)));
        self.recommendations.push((now, desired));
        (low, high)
    }

    /// Pods added and removed within a period, up to now.
    fn moved(&self, period: i64, now: Time) -> i64 {
        self.changes.iter().filter(|(at, _)| now.since(*at) < secs(period)).map(|(_, by)| by).sum()
    }

    /// `spec.behavior` is null: doubled at most, or four; down after five minutes.
    #[inline(never)]
    fn plain(&mut self, desired: i64, bounds: Bounds, now: Time) -> Normal {
        // The highest counts whatever there is now: what somebody took away by hand comes back (`stabilizeRecommendation`).
        let (_, size) = self.stabilize(desired, (0, DOWNSCALE_WINDOW_SECS), now);
        let able = if size == desired { READY } else { DOWN_STABILIZED };
        let up_limit = (2 * bounds.current).max(4);
        let (allowed, reason) = if bounds.max > up_limit { (up_limit, UP_LIMIT) } else { (bounds.max, TOO_MANY) };
        let (limit, fixed) = match size {
            size if size < bounds.min => (TOO_FEW, bounds.min),
            size if size > allowed => (reason, allowed),
            size => (WITHIN, size),
        };
        Normal { size: fixed, able, limited: fixed != size, limit }
    }

    /// Applies windows, policies and bounds to what the metrics ask for.
    #[inline(never)]
    pub(super) fn normalize(&mut self, behavior: &Value, desired: i64, bounds: Bounds, now: Time) -> Normal {
        if behavior.is_null() {
            return self.plain(desired, bounds, now);
        }
        let (up, down) = (behavior.at("scaleUp"), behavior.at("scaleDown"));
        let windows = (
            up.int_at("stabilizationWindowSeconds").unwrap_or(0),
            down.int_at("stabilizationWindowSeconds").unwrap_or(DOWNSCALE_WINDOW_SECS),
        );
        let (low, high) = self.stabilize(desired, windows, now);
        let size = bounds.current.max(low).min(high);
        let able = match size == desired {
            true => READY,
            false if desired >= bounds.current => UP_STABILIZED,
            false => DOWN_STABILIZED,
        };
        let (limit, fixed) = if size > bounds.current {
            let rate = self.limit(up, bounds.current, now, true).max(bounds.current);
            let (most, reason) = if bounds.max > rate { (rate, UP_LIMIT) } else { (bounds.max, TOO_MANY) };
            if size > most { (reason, most) } else { (WITHIN, size) }
        } else if size < bounds.current {
            let rate = self.limit(down, bounds.current, now, false).min(bounds.current);
            let (least, reason) = if bounds.min < rate { (rate, DOWN_LIMIT) } else { (bounds.min, TOO_FEW) };
            if size < least { (reason, least) } else { (WITHIN, size) }
        } else {
            (WITHIN, size)
        };
        Normal { size: fixed, able, limited: fixed != size, limit }
    }

    /// The farthest size that the policies allow.
    #[inline(never)]
    fn limit(&self, rules: &Value, current: i64, now: Time, up: bool) -> i64 {
        let choice = rules.str_at("selectPolicy");
        if choice == "Disabled" {
            return current;
        }
        let proposed = rules.list_at("policies").iter().map(|policy| {
            let start = current - self.moved(policy.int_at("periodSeconds").unwrap_or(15), now);
            let value = policy.int_at("value").unwrap_or(0);
            match (policy.str_at("type"), up) {
                ("Pods", true) => start + value,
                ("Pods", false) => start - value,
                (_, true) => (start * (100 + value) + 99).div_euclid(100),
                (_, false) => start * (100 - value) / 100,
            }
        });
        // The policy with the larger change counts, or with `Min` the one with the smaller.
        let most = if up == (choice == "Min") { proposed.min() } else { proposed.max() };
        most.unwrap_or(current)
    }
}

#[cfg(test)]
mod tests {
    use super::{Bounds, Memory};
    use manifest::Value;
    use sim::Time;

    #[test]
    fn without_behavior_as_upstream() {
        // TestConvertDesiredReplicasWithRules: current, desired, min, max; wanted size and reason.
        for (current, desired, min, max, wanted, reason) in [
            (3, 2, 1, 10, 3, "DesiredWithinRange"),
            (5, 100, 1, 1_000, 10, "ScaleUpLimit"),
            (1, 100, 1, 1_000, 4, "ScaleUpLimit"),
            (7, 20, 1, 10, 10, "TooManyReplicas"),
            (3, 20, 1, 6, 6, "TooManyReplicas"),
        ] {
            let mut memory = Memory::default();
            let now = Time::from_unix_secs(1_000);
            memory.begin(current, now);
            let normal = memory.normalize(&Value::Null, desired, Bounds { current, min, max }, now);
            assert_eq!((normal.size, normal.limit.0), (wanted, reason), "{current} to {desired}");
        }
    }

    #[test]
    fn pods_that_somebody_took_away_come_back_while_the_window_lasts() {
        let mut memory = Memory::default();
        let mut size = |desired: i64, current: i64, secs: u64| {
            let now = Time::from_unix_secs(1_000 + secs);
            let normal = memory.normalize(&Value::Null, desired, Bounds { current, min: 2, max: 10 }, now);
            (normal.size, normal.able.0)
        };
        assert_eq!(size(8, 8, 0), (8, "ReadyForNewScale"));
        assert_eq!(size(2, 2, 60), (4, "ScaleDownStabilized"), "scaled to 2 by hand");
        assert_eq!(size(2, 4, 75), (8, "ScaleDownStabilized"));
        assert_eq!(size(2, 8, 376), (2, "ReadyForNewScale"));
    }

    #[test]
    fn policies_count_what_was_changed_within_their_period() {
        let behavior = Value::from_yaml(
            "scaleUp: {stabilizationWindowSeconds: 0, selectPolicy: Max, policies: [{type: Pods, value: 4, periodSeconds: 60}, \
             {type: Percent, value: 10, periodSeconds: 60}]}\nscaleDown: {stabilizationWindowSeconds: 0, selectPolicy: Min, \
             policies: [{type: Pods, value: 2, periodSeconds: 60}, {type: Percent, value: 50, periodSeconds: 60}]}",
        )
        .unwrap();
        let mut memory = Memory::default();
        let at = |secs: u64| Time::from_unix_secs(1_000 + secs);
        let mut size = |desired: i64, current: i64, secs: u64| {
            let normal = memory.normalize(&behavior, desired, Bounds { current, min: 1, max: 100 }, at(secs));
            memory.changed(normal.size - current, at(secs));
            (normal.size, normal.limit.0)
        };
        assert_eq!(size(50, 10, 0), (14, "ScaleUpLimit"));
        assert_eq!(size(50, 14, 30), (14, "ScaleUpLimit"), "four within the minute already");
        assert_eq!(size(50, 14, 60), (18, "ScaleUpLimit"));
        assert_eq!(size(1, 18, 200), (16, "ScaleDownLimit"), "the smaller change");
    }

    #[test]
    fn scaling_down_waits_for_five_minutes() {
        let mut memory = Memory::default();
        let at = |secs: u64| Time::from_unix_secs(1_000 + secs);
        let bounds = Bounds { current: 6, min: 1, max: 10 };
        memory.begin(6, at(0));
        assert_eq!(memory.normalize(&Value::Null, 2, bounds, at(15)).able.0, "ScaleDownStabilized");
        assert_eq!(memory.normalize(&Value::Null, 3, bounds, at(285)).size, 6);
        assert_eq!(memory.normalize(&Value::Null, 2, bounds, at(301)).size, 3, "the highest of the window");
    }
}
