//! How many replicas a metric asks for (Kubernetes 1.32, `pkg/controller/podautoscaler/replica_calculator.go`).

use crate::object::{Object, condition, time_at};
use crate::pods::finished;
use sim::Time;
use std::time::Duration;

/// A change smaller than this part is none.
const TOLERANCE: f64 = 0.1;

/// What is assumed of young pods; the controller's flags.
#[derive(Debug, Clone, Copy)]
pub(super) struct Periods {
    /// Processor figures of a pod this young may be its start-up.
    pub initialization: Duration,
    /// Readiness that is lost within this time of the start never was.
    pub initial_readiness: Duration,
}

/// The defaults of kube-controller-manager.
pub(super) const PERIODS: Periods =
    Periods { initialization: Duration::from_secs(300), initial_readiness: Duration::from_secs(30) };

/// What a pod counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    /// Going or failed: it does not count at all.
    Ignored,
    Unready,
    Ready,
}

/// A pod in the calculation; amounts in thousandths.
#[derive(Debug, Clone)]
pub(super) struct Sample {
    pub group: Group,
    pub used: Option<i64>,
    pub requested: i64,
}

/// What came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Proposal {
    pub replicas: i64,
    /// Percent of the request; nothing for plain amounts.
    pub utilization: Option<i64>,
    /// The average over the pods.
    pub average: i64,
}

/// What a metric aims at, as an average over the pods.
#[derive(Debug, Clone, Copy)]
pub(super) enum Target {
    /// Percent of the request.
    Utilization(i64),
    Amount(i64),
}

/// `groupPods`, for one pod. `scraped` and `window` are those of its metric, where it has one.
#[inline(never)]
pub(super) fn group(pod: &Object, processor: bool, now: Time, scrape: (Time, Duration), periods: Periods) -> Group {
    if pod.deleting() || (finished(pod) && pod.value.str_at("status.phase") == "Failed") {
        return Group::Ignored;
    }
    if pod.value.str_at("status.phase") == "Pending" {
        return Group::Unready;
    }
    if !processor {
        return Group::Ready;
    }
    let started = time_at(&pod.value, "status.startTime");
    let (Some(started), Some(ready)) = (started, condition(&pod.value, "Ready")) else { return Group::Unready };
    let since = time_at(ready, "lastTransitionTime").unwrap_or(started);
    let not_ready = ready.str_at("status") == "False";
    let unready = if started + periods.initialization > now {
        not_ready || scrape.0 < since + scrape.1
    } else {
        not_ready && started + periods.initial_readiness > since
    };
    if unready { Group::Unready } else { Group::Ready }
}

/// The ratio of use to target over the pods with a figure, with what it is made of.
#[inline(never)]
fn ratio(figures: &[(i64, i64)], target: Target) -> Result<(f64, Option<i64>, i64), String> {
    let used: i64 = figures.iter().map(|(used, _)| used).sum();
    let count = i64::try_from(figures.len()).unwrap_or(i64::MAX).max(1);
    match target {
        Target::Amount(target) => Ok((share(used / count, target), None, used / count)),
        Target::Utilization(target) => {
            let requested: i64 = figures.iter().map(|(_, requested)| requested).sum();
            if requested == 0 {
                return Err("no metrics returned matched known pods".into());
            }
            let percent = used * 100 / requested;
            Ok((share(percent, target), Some(percent), used / count))
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "as upstream computes it")]
fn share(part: i64, whole: i64) -> f64 {
    part as f64 / whole as f64
}

#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "as upstream computes it")]
fn ceil_of(ratio: f64, count: usize) -> i64 {
    (ratio * count as f64).ceil() as i64
}

/// The replicas that bring the metric to its target.
#[inline(never)]
pub(super) fn replicas(current: i64, samples: &[Sample], target: Target) -> Result<Proposal, String> {
    let of = |group: Group| samples.iter().filter(move |s| s.group == group);
    let ready: Vec<(i64, i64)> = of(Group::Ready).filter_map(|s| Some((s.used?, s.requested))).collect();
    if ready.is_empty() {
        return Err("did not receive metrics for targeted pods (pods might be unready)".into());
    }
    let missing: Vec<&Sample> = of(Group::Ready).filter(|s| s.used.is_none()).collect();
    let unready: Vec<&Sample> = of(Group::Unready).filter(|s| s.used.is_some()).collect();
    let lost = of(Group::Unready).filter(|s| s.used.is_none());
    let pending: Vec<&Sample> = lost.collect();
    let (usage, utilization, average) = ratio(&ready, target)?;
    let stay = Proposal { replicas: current, utilization, average };
    let rebalance = !(unready.is_empty() && pending.is_empty()) && usage > 1.0;
    if !rebalance && missing.is_empty() {
        if (1.0 - usage).abs() <= TOLERANCE {
            return Ok(stay);
        }
        return Ok(Proposal { replicas: ceil_of(usage, ready.len()), ..stay });
    }
    let mut figures = ready;
    if usage < 1.0 {
        // What is not known is taken as all of the request, or all of the target.
        let full = |s: &&Sample| match target {
            Target::Utilization(target) => (s.requested * target.max(100) / 100, s.requested),
            Target::Amount(target) => (target, s.requested),
        };
        figures.extend(missing.iter().map(full));
    } else if usage > 1.0 || matches!(target, Target::Amount(_)) {
        figures.extend(missing.iter().map(|s| (0, s.requested)));
    }
    if rebalance {
        figures.extend(unready.iter().chain(&pending).map(|s| (0, s.requested)));
    }
    let (again, ..) = ratio(&figures, target)?;
    let turned = (usage < 1.0 && again > 1.0) || (usage > 1.0 && again < 1.0);
    if (1.0 - again).abs() <= TOLERANCE || turned {
        return Ok(stay);
    }
    let replicas = ceil_of(again, figures.len());
    if (again < 1.0 && replicas > current) || (again > 1.0 && replicas < current) {
        return Ok(stay);
    }
    Ok(Proposal { replicas, ..stay })
}

#[cfg(test)]
mod tests {
    use super::{Group, Sample, Target, replicas};

    /// The cases of `replica_calculator_test.go`: name, replicas, wanted, target, utilization; then a pod a word: its use in
    /// thousandths, `?` where there is no figure, behind `u` for unready, `x` for failed or going, `p` for pending; the
    /// request is 1000 where no other follows `@`.
    const CASES: &str = "
        ScaleUp 3 5 30% 50: 300 500 700
        ScaleUpUnreadyLessScale 3 4 30% 60: u300 500 700
        ScaleUpUnreadyNoScale 3 3 30% 40: 400 u500 u700
        ScaleUpIgnoresFailedPods 2 4 30% 60: 500 700 x? x?
        ScaleDown 5 3 50% 28: 100 300 500 250 250
        ScaleDownIncludeUnreadyPods 5 2 50% 30: 100 300 500 u250 u250
        ScaleDownExcludeUnscheduledPods 5 1 50% 10: 100 p? p? p? p?
        ScaleDownIgnoresDeletionPods 5 3 50% 28: 100 300 500 250 250 x? x?
        Tolerance 3 3 100% 102: 1010@900 1030 1020@1100
        SuperfluousMetrics 4 24 100% 587: 4000 9500 3000 7000
        MissingMetrics 4 3 100% 24: 400 95 ? ?
        MissingMetricsNoChangeEq 2 2 100% 100: 1000 ?
        MissingMetricsNoChangeGt 2 2 100% 190: 1900 ?
        MissingMetricsNoChangeLt 2 2 100% 60: 600 ?
        MissingMetricsUnreadyChange 3 3 50% 45: u100 450 ?
        MissingMetricsUnreadyScaleUp 3 4 50% 200: u100 2000 ?
        MissingMetricsUnreadyScaleDown 4 3 50% 10: u100 100 100 ?
        DuringRollingUpdateWithMaxSurge 2 2 50% 10: 100 100 ?
        ScaleUpCM 3 4 15000 20000: 20000 10000 30000
        ScaleUpCMUnreadyHotCpuNoLessScale 3 6 15000 30000: 50000 10000 30000
        ScaleUpCMUnreadyHotCpuScaleWouldScaleDown 3 7 15000 31666: 50000 15000 30000
        ScaleUpCMExternal 1 2 4400 8600: 8600
        ScaleDownCM 5 3 20000 12000: 12000 12000 12000 12000 12000
        ToleranceCM 3 3 20000 20666: 20000 21000 21000";

    fn sample(word: &str) -> Sample {
        let (group, rest) = match word.split_at(1) {
            ("u" | "p", rest) => (Group::Unready, rest),
            ("x", rest) => (Group::Ignored, rest),
            _ => (Group::Ready, word),
        };
        let (used, request) = rest.split_once('@').unwrap_or((rest, "1000"));
        // Two containers each, as upstream has them.
        let twice = |text: &str| text.parse::<i64>().ok().map(|n| 2 * n);
        Sample { group, used: twice(used), requested: twice(request).unwrap() }
    }

    #[test]
    fn replicas_as_upstream() {
        let mut count = 0;
        for line in CASES.lines().filter(|line| !line.trim().is_empty()) {
            let (head, pods) = line.split_once(": ").unwrap();
            let head: Vec<&str> = head.split_whitespace().collect();
            let number = |at: usize| head[at].trim_end_matches('%').parse::<i64>().unwrap();
            let percent = head[3].ends_with('%');
            let mut samples: Vec<Sample> = pods.split(' ').map(sample).collect();
            if !percent {
                samples.iter_mut().for_each(|s| s.used = s.used.map(|n| n / 2));
            }
            let target = if percent { Target::Utilization(number(3)) } else { Target::Amount(number(3)) };
            let found = replicas(number(1), &samples, target).unwrap();
            let shown = if percent { found.utilization.unwrap() } else { found.average };
            assert_eq!((found.replicas, shown), (number(2), number(4)), "{}", head[0]);
            count += 1;
        }
        assert_eq!(count, 24);
    }
}
