//! A learner's way through a small lesson.

use crate::testing::{World, plan};
use crate::{Change, Error, Moment, NotYet, Progress, answer, evaluate, explain, hint, next_due, predict, question};
use manifest::object;
use sim::Time;
use std::time::Duration;

fn at(secs: u64) -> Time {
    Time::from_unix_secs(secs)
}

fn world() -> World {
    let mut world = World { now: at(100), ..World::default() };
    world.set("shop(web)", object! { "version" => "a" });
    world.set("head(encore/web,main)", "a");
    world.set("local(~/web)", object! { "ahead" => 1_i64 });
    world
}

fn passed(changes: &[Change]) -> Vec<&str> {
    let ids = changes.iter().filter_map(|change| match change {
        Change::Passed { step, .. } => Some(step.as_str()),
        Change::NotYet(_) | Change::Compared { .. } => None,
    });
    ids.collect()
}

#[test]
fn steps_pass_in_order_and_several_at_once() {
    let (plan, mut progress, mut world) = (plan(), Progress::default(), world());
    assert_eq!(evaluate(&plan, &mut progress, &world, Moment::AfterEvent), []);
    world.set("head(encore/web,main)", "b");
    assert_eq!(evaluate(&plan, &mut progress, &world, Moment::AfterEvent), [], "earlier steps are open");
    assert!(answer(&plan, &mut progress, &world, "find", "a").unwrap().right);
    predict(&plan, &mut progress, "guess", "me", world.now).unwrap();
    let changes = evaluate(&plan, &mut progress, &world, Moment::AfterEvent);
    assert_eq!(passed(&changes), ["push"]);
    let compared =
        Change::Compared { step: "guess".into(), choice: "me".into(), came: "argo".into(), say: "Argo CD did.".into() };
    assert_eq!(changes.last(), Some(&compared));
    world.set("shop(web)", object! { "version" => "b" });
    evaluate(&plan, &mut progress, &world, Moment::AfterEvent);
    assert_eq!(next_due(&plan, &progress, world.now), Some(at(160)));
    world.now = at(100) + Duration::from_secs(60);
    assert_eq!(passed(&evaluate(&plan, &mut progress, &world, Moment::AfterEvent)), ["live"]);
}

#[test]
fn a_prediction_and_an_answer_before_their_turn_count_when_it_comes() {
    let (plan, mut progress, world) = (plan(), Progress::default(), world());
    predict(&plan, &mut progress, "guess", "argo", world.now).unwrap();
    assert!(!progress.has_passed("guess"));
    answer(&plan, &mut progress, &world, "find", "a").unwrap();
    assert!(progress.has_passed("find"));
    assert_eq!(passed(&evaluate(&plan, &mut progress, &world, Moment::AfterEvent)), ["guess"]);
    let again = predict(&plan, &mut progress, "guess", "me", world.now);
    assert_eq!(again, Err(Error::AlreadyPredicted("guess".into())));
}

#[test]
fn a_failed_check_explains_itself_only_after_an_attempt() {
    let (plan, mut progress, world) = (plan(), Progress::default(), world());
    answer(&plan, &mut progress, &world, "find", "a").unwrap();
    predict(&plan, &mut progress, "guess", "me", world.now).unwrap();
    assert_eq!(evaluate(&plan, &mut progress, &world, Moment::AfterEvent), []);
    let changes = evaluate(&plan, &mut progress, &world, Moment::AfterAttempt);
    assert_eq!(changes, [Change::NotYet(NotYet { step: "push".into(), say: "1 commit here".into(), waits: false })]);
    assert_eq!(progress.attempts.get("push"), Some(&1));
    assert_eq!(explain(&plan, &progress, &world, "find"), None);
}

#[test]
fn a_wrong_answer_gets_its_feedback() {
    let (plan, mut progress, world) = (plan(), Progress::default(), world());
    let say = |progress: &mut Progress, value: &str| answer(&plan, progress, &world, "find", value).unwrap().say;
    assert_eq!(say(&mut progress, "z"), "Too short.");
    assert_eq!(say(&mut progress, " zzz "), "Not `zzz`.");
    assert_eq!(say(&mut progress, "a"), "Yes, a.");
    assert_eq!(progress.answers["find"].len(), 3);
    let wrong_kind = Error::WrongKind { step: "push".into(), wanted: "answer" };
    assert_eq!(answer(&plan, &mut progress, &world, "push", "a"), Err(wrong_kind));
}

#[test]
fn the_last_hint_counts_as_assisted() {
    let (plan, mut progress, world) = (plan(), Progress::default(), world());
    assert_eq!(hint(&plan, &mut progress, "find"), Ok(Some(0)));
    assert_eq!(hint(&plan, &mut progress, "find"), Ok(Some(1)));
    assert_eq!(hint(&plan, &mut progress, "find"), Ok(Some(1)));
    assert_eq!(hint(&plan, &mut progress, "guess"), Ok(None));
    answer(&plan, &mut progress, &world, "find", "a").unwrap();
    assert!(progress.passed["find"].assisted);
}

#[test]
fn a_question_wants_exactly_the_right_options() {
    let (plan, mut progress) = (plan(), Progress::default());
    assert!(question(&plan, &mut progress, "q", &[2, 0, 2], at(1)).unwrap().right);
    assert!(!question(&plan, &mut progress, "q", &[0], at(1)).unwrap().right);
    let none = Error::NoSuchOption { question: "q".into(), option: 3 };
    assert_eq!(question(&plan, &mut progress, "q", &[3], at(1)), Err(none));
}

#[test]
fn plan_and_progress_survive_a_snapshot() {
    let (plan, mut progress, world) = (plan(), Progress::default(), world());
    evaluate(&plan, &mut progress, &world, Moment::AfterAttempt);
    hint(&plan, &mut progress, "find").unwrap();
    let bytes = postcard::to_allocvec(&(&plan, &progress)).unwrap();
    let (plan_back, progress_back): (crate::Plan, Progress) = postcard::from_bytes(&bytes).unwrap();
    assert_eq!((plan_back, progress_back), (plan, progress));
}
