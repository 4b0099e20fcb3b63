//! What `flux` prints, in the forms of upstream's goldens (`cmd/flux/testdata` of fluxcd/flux2).

use screen::Input;
use session::{Lesson, Session};

fn typed(session: &mut Session, line: &str) -> String {
    session.act(Input::Line { terminal: 1, text: line.into() });
    let text = session.now().world.terminal(world::TerminalId(1)).expect("it is open").plain_text();
    text.rsplit_once(line).map(|(_, after)| after.trim_start().to_string()).unwrap_or_default()
}

/// The world of lesson 22, mended.
fn mended() -> Session {
    let compiled = testkit::compiled_from("gitops", "22-flux");
    let lesson = Lesson::new(compiled.plan, compiled.page);
    let mut session = Session::start(lesson, 1, "test").expect("lesson 22 starts");
    typed(
        &mut session,
        "cd ~/pier && git mv base/house.yaml base/house-rules.yaml && git commit -qm Mended && git push -q",
    );
    typed(&mut session, "flux resume kustomization shop");
    let to_micros = session.now().now().as_micros() + 90_000_000;
    session.act(Input::Advance { to_micros });
    session
}

/// What a line prints begins with these lines, in which ID and SHORT stand for the newest commit.
fn check(session: &mut Session, line: &str, want: &str) {
    let head = typed(session, "git rev-parse HEAD");
    let id = head.lines().next().unwrap_or_default().to_string();
    let got = typed(session, line);
    let got: Vec<&str> = got.lines().collect();
    let want = want.replace("ID", &id).replace("SHORT", &id[..8]);
    let want: Vec<&str> = want.lines().collect();
    let got = &got[..want.len().min(got.len())];
    assert_eq!(got.iter().map(|line| line.trim_end()).collect::<Vec<_>>(), want, "{line}");
}

/// The forms of upstream's goldens (`cmd/flux/testdata`: get, kustomization, trace, tree, create_source_git).
#[test]
fn the_command_prints_in_the_forms_of_the_real_one() {
    let mut session = mended();
    check(
        &mut session,
        "flux get sources git | sed 's/\\t/|/g'",
        "NAME|REVISION          |SUSPENDED|READY|MESSAGE                                          |\n\
         pier|main@sha1:SHORT|False    |True |stored artifact for revision 'main@sha1:SHORT'|",
    );
    check(
        &mut session,
        "flux get kustomizations shop --no-header -A | sed 's/\\t/|/g'",
        "flux-system|shop|main@sha1:SHORT|False|True|Applied revision: main@sha1:SHORT|",
    );
    check(
        &mut session,
        "flux tree kustomization pier --compact",
        "Kustomization/flux-system/pier\n\
         ├── Kustomization/flux-system/base\n└── Kustomization/flux-system/shop",
    );
    check(&mut session, "flux trace pod -n shop nobody", "✗ pods \"nobody\" not found");
    check(
        &mut session,
        "flux trace -n shop deployment/web | grep -v Status",
        "\nObject:          Deployment/web\n\
         Namespace:       shop\n---\nKustomization:   shop\nNamespace:       flux-system\nPath:            ./shop\n\
         Revision:        main@sha1:ID\nMessage:         Applied revision: main@sha1:ID\n---\nGitRepository:   pier\n\
         Namespace:       flux-system\nURL:             https://forge.encore/encore/pier.git\nBranch:          main\n\
         Revision:        main@sha1:ID\nMessage:         stored artifact for revision 'main@sha1:ID'"
            .trim_start_matches('\n'),
    );
    check(
        &mut session,
        "flux suspend kustomization shop foo",
        "► suspending kustomization shop in flux-system namespace\n\
         ✔ kustomization suspended\n✗ Kustomization foo not found in flux-system namespace",
    );
    check(&mut session, "flux reconcile kustomization shop", "✗ resource is suspended");
    check(
        &mut session,
        "flux resume kustomization shop",
        "► resuming kustomization shop in flux-system namespace\n\
         ✔ kustomization resumed\n◎ waiting for Kustomization reconciliation\n\
         ✔ Kustomization shop reconciliation completed\n✔ applied revision main@sha1:ID",
    );
}

/// Those of `create`, `export`, `delete`, `check`, and refusals.
#[test]
fn objects_are_made_shown_and_refused_in_the_words_of_the_real_one() {
    let mut session = mended();
    check(
        &mut session,
        "flux create source git two --url=https://forge.encore/encore/pier.git --branch=main",
        "✚ generating GitRepository source\n\
         ► applying GitRepository source\n✔ GitRepository source created\n◎ waiting for GitRepository source reconciliation\n\
         ✔ GitRepository source reconciliation completed\n✔ fetched revision main@sha1:ID",
    );
    check(
        &mut session,
        "flux export source git two",
        "---\napiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\n\
         metadata:\n  name: two\n  namespace: flux-system\nspec:\n  interval: 1m0s\n  ref:\n    branch: main\n  timeout: 60s\n\
         \u{20}\u{20}url: https://forge.encore/encore/pier.git",
    );
    check(
        &mut session,
        "flux delete source git two -s",
        "► deleting source git two in flux-system namespace\n✔ source git deleted",
    );
    check(
        &mut session,
        "flux check --pre",
        "► checking prerequisites\n✔ Kubernetes 1.32.5 >=1.32.0-0\n✔ prerequisites checks passed",
    );
    check(
        &mut session,
        "flux get kustomization nobody",
        "✗ Kustomization object 'nobody' not found in \"flux-system\" namespace",
    );
    check(&mut session, "flux get sources oci", "flux get source oci: real, but not part of this sandbox yet");
    check(
        &mut session,
        "flux get ks --status-selector ready",
        "✗ expected status selector in type=status or type!=status format, but found: ready",
    );
    check(&mut session, "kubectl get ks shop -n flux-system | head -1 | tr -s ' '", "NAME AGE READY STATUS");
    check(&mut session, "kubectl get gitrepo -n flux-system | head -1 | tr -s ' '", "NAME URL AGE READY STATUS");
}
