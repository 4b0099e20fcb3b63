//! How many replicas a weight comes to (`utils/replicaset/canary.go`).

use super::sets::Sizes;

/// A Rollout's sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Plan {
    pub replicas: i64,
    pub max_surge: i64,
    pub max_unavailable: i64,
    /// What the canary is to have, 0 to 100.
    pub weight: i64,
}

/// The share that is nearest to a weight: canary and stable, which may be one more together where a surge is allowed.
/// Between 1 and 99 neither is 0, but for a single replica.
#[expect(clippy::cast_precision_loss, reason = "replicas are few")]
pub(crate) fn nearest(replicas: i64, weight: i64, max_surge: i64) -> (i64, i64) {
    if replicas == 0 {
        return (0, 0);
    }
    let (product, rest) = (replicas * weight / 100, replicas * weight % 100);
    let (floor, ceil) = (product, product + i64::from(rest > 0));
    let tied = |total: i64| {
        let exact = total as f64 * (weight as f64 / 100.0);
        exact - libm::trunc(exact) == 0.5
    };
    let zero_allowed = weight == 100 || weight == 0 || (replicas == 1 && max_surge == 0);
    let mut options: Vec<(i64, i64)> = Vec::new();
    if ceil < replicas || zero_allowed {
        options.push((ceil, replicas));
    }
    if !tied(replicas) && (floor != 0 || zero_allowed) {
        options.push((floor, replicas));
    }
    if max_surge > 0 {
        options.push((ceil, replicas + 1));
        if !tied(replicas + 1) && (floor != 0 || zero_allowed) {
            options.push((floor, replicas + 1));
        }
    }
    let delta = |(canary, total): (i64, i64)| ((canary * 100) as f64 / total as f64 - weight as f64).abs();
    let Some(first) = options.first() else { return (0, replicas) };
    let best = options.iter().fold(*first, |best, one| if delta(*one) < delta(best) { *one } else { best });
    (best.0, best.1 - best.0)
}

/// What counts when a set is to become smaller.
fn for_scale_down(set: Sizes, ignore_availability: bool) -> i64 {
    if set.wanted < set.available || ignore_availability { set.wanted } else { set.available }
}

/// The next sizes of the new set and the stable one. `stable` is nothing where there is none, or it is the new one.
pub(crate) fn next_sizes(plan: Plan, new: Option<Sizes>, stable: Option<Sizes>, others: i64) -> (i64, i64) {
    let (mut want_new, mut want_stable) = nearest(plan.replicas, plan.weight, plan.max_surge);
    if stable.is_none() {
        (want_new, want_stable) = (plan.replicas, 0);
    }
    let has_new = new.map_or(0, |set| set.wanted);
    let has_stable = stable.map_or(0, |set| set.wanted);
    let (mut to_new, mut to_stable) = (has_new, has_stable);
    let most = plan.replicas + plan.max_surge;
    let mut room = most - (others + has_new + has_stable);
    // The stable set comes first.
    if stable.is_some() && has_stable < want_stable && room > 0 {
        to_stable = want_stable.min(has_stable + room);
        room -= to_stable - has_stable;
    }
    if new.is_some() && has_new < want_new && room > 0 {
        to_new = want_new.min(has_new + room);
    }
    if others > 0 {
        return (to_new, to_stable);
    }
    let least = plan.replicas - plan.max_unavailable;
    let growing = new.is_none_or(|set| want_new >= set.wanted);
    let counted = new.map_or(0, |set| for_scale_down(set, !growing)) + stable.map_or(0, |s| for_scale_down(s, growing));
    if counted <= least {
        return (to_new, to_stable);
    }
    let spare = counted - least;
    let shrink = |set: Option<Sizes>, wanted: i64, size: i64| match set {
        Some(set) if set.wanted > wanted => wanted.max(set.wanted - spare),
        _ => size,
    };
    if !growing {
        to_new = shrink(new, want_new, to_new);
        (to_new, to_stable) = within(new, stable, to_new, to_stable, (most, least));
    } else if stable.is_some() {
        to_stable = shrink(stable, want_stable, to_stable);
        (to_stable, to_new) = within(stable, new, to_stable, to_new, (most, least));
    }
    (to_new, to_stable)
}

/// Keeps the sum between the bounds of surge and availability.
fn within(
    drained: Option<Sizes>,
    adjusted: Option<Sizes>,
    mut drain: i64,
    mut adjust: i64,
    (most, least): (i64, i64),
) -> (i64, i64) {
    let over = (adjust + drain - most).max(0);
    let mut available = drained.map_or(0, |set| set.available.min(drain));
    if let Some(set) = adjusted {
        adjust -= over;
        available += set.available.min(adjust);
        let lost = (set.available - adjust).max(0);
        adjust += lost.min((least - available).max(0));
        drain -= (adjust + drain - most).max(0);
    }
    (drain, adjust)
}

#[cfg(test)]
mod tests {
    use super::*;
    use cluster::int_or_percent;
    use manifest::plain_value;

    /// Argo Rollouts' own tables (`sizes.txt`).
    #[test]
    fn sizes_are_those_of_argo_rollouts() {
        let (mut steps, mut shares) = (0, 0);
        for line in include_str!("sizes.txt").lines().filter(|line| !line.starts_with('#')) {
            let words: Vec<&str> = line.split(' ').collect();
            let number = |at: usize| words[at].parse::<i64>().expect("a number");
            if words.len() == 5 {
                assert_eq!(nearest(number(0), number(1), number(2)), (number(3), number(4)), "{line}");
                shares += 1;
                continue;
            }
            let replicas = number(0);
            let surge = int_or_percent(&plain_value(words[2]), replicas, true);
            let gone = int_or_percent(&plain_value(words[3]), replicas, false);
            let max_unavailable = if surge == 0 && gone == 0 { 1 } else { gone.min(replicas) };
            let plan = Plan { replicas, max_surge: surge, max_unavailable, weight: number(1) };
            let set = |at: usize| Sizes { wanted: number(at), available: number(at + 1), ..Sizes::default() };
            let (canary, stable) = next_sizes(plan, Some(set(6)), Some(set(4)), number(8));
            assert_eq!((stable, canary), (number(9), number(10)), "{line}");
            steps += 1;
        }
        assert_eq!((steps, shares), (31, 57));
    }
}
