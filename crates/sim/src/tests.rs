use crate::{Causes, Log, Sim, Subject, Time, Timers, state_hash};
use order::OrdMap;
use std::time::Duration;

fn start() -> Time {
    Time::parse_rfc3339("2026-06-05T18:42:10Z").expect("a valid time")
}

#[test]
fn civil_time_goes_both_ways() {
    for (secs, text) in [
        (0, "1970-01-01T00:00:00Z"),
        (951_782_400, "2000-02-29T00:00:00Z"),
        (1_780_684_930, "2026-06-05T18:42:10Z"),
        (4_107_542_399, "2100-02-28T23:59:59Z"),
    ] {
        assert_eq!(Time::from_unix_secs(secs).rfc3339(), text);
        assert_eq!(Time::parse_rfc3339(text), Some(Time::from_unix_secs(secs)));
    }
    assert_eq!(start().civil().weekday, 5, "5 June 2026 is a Friday");
    assert_eq!(Time::parse_rfc3339("2026-13-05T18:42:10Z"), None);
    assert_eq!(Time::parse_rfc3339("yesterday"), None);
    assert_eq!(Time::parse_rfc3339("1970-01-01T00:00:00.25Z"), Some(Time::from_micros(250_000)));
}

#[test]
fn timers_fire_in_time_then_in_the_order_they_were_set() {
    let mut sim = Sim::new(1, start());
    let mut timers = Timers::default();
    timers.set(&mut sim, start() + Duration::from_secs(2), "late");
    timers.set(&mut sim, start() + Duration::from_secs(1), "first");
    timers.set(&mut sim, start() + Duration::from_secs(1), "second");
    let order: Vec<_> = std::iter::from_fn(|| timers.pop()).map(|(_, what)| what).collect();
    assert_eq!(order, ["first", "second", "late"]);
}

#[test]
fn a_chain_holds_every_ancestor_once_oldest_first() {
    let mut sim = Sim::new(1, start());
    let subject = || Subject::new("Pod", "shop/web");
    let commit = sim.record("git", "learner", subject(), "committed", &Causes::none());
    let other = sim.record("git", "learner", subject(), "unrelated", &Causes::none());
    let image = sim.record("ci", "runner", subject(), "built", &commit.into());
    let pod = sim.record("cluster", "kubelet", subject(), "started", &Causes::one(image).and(&commit.into()));
    assert_eq!(sim.chain(&pod.into()), [commit, image, pod]);
    assert!(!sim.chain(&pod.into()).contains(&other));
}

#[test]
fn the_hash_sees_lengths_order_and_one_nan() {
    assert_ne!(state_hash(&("ab", "c")), state_hash(&("a", "bc")));
    assert_ne!(state_hash(&vec![1_u8, 2]), state_hash(&vec![2_u8, 1]));
    assert_eq!(state_hash(&f64::NAN), state_hash(&-f64::NAN));
    assert_ne!(state_hash(&0.0_f64), state_hash(&-0.0_f64));
    let map: OrdMap<_, _> = [("b", 1), ("a", 2)].into_iter().collect();
    assert_eq!(state_hash(&map).to_string().len(), 32);
}

#[test]
fn the_hash_is_pinned_so_that_a_change_of_encoding_is_seen() {
    assert_eq!(state_hash(&("opsfest", 7_u32, Some(1.5_f64))).to_string(), "0a95aff35ceb6b50f2a8ef08a404cd15");
}

#[test]
fn a_log_shares_its_past_with_its_clones() {
    let mut log = Log::default();
    for n in 0..1_000 {
        log.push(n);
    }
    let old = log.clone();
    log.push(1_000);
    assert_eq!((old.len(), log.len()), (1_000, 1_001));
    assert_eq!(log.since(998).copied().collect::<Vec<_>>(), [998, 999, 1_000]);
    assert_eq!(log.since(5_000).count(), 0);
    assert_eq!((log.get(256), log.last(), old.get(1_000)), (Some(&256), Some(&1_000), None));
    assert_eq!(state_hash(&old), state_hash(&(0..1_000).collect::<Vec<i32>>()));
}

#[test]
fn chance_is_pinned() {
    let mut sim = Sim::new(42, start());
    let drawn: Vec<u64> = (0..4).map(|_| sim.rng().below(1_000)).collect();
    assert_eq!(drawn, [814, 318, 983, 701]);
}
