//! `argocd app create`, `set`, `rollback`, `delete`, `argocd proj` and `argocd appset`, from the terminal on.

use manifest::Value;
use screen::Input;
use session::Session;

fn typed(session: &mut Session, line: &str) -> String {
    session.act(Input::Line { terminal: 1, text: line.into() });
    let text = session.now().world.terminal(world::TerminalId(1)).expect("it is open").plain_text();
    text.rsplit_once(line).map(|(_, after)| after.to_string()).unwrap_or_default()
}

/// What a line prints, and its exit code.
fn told(session: &mut Session, line: &str) -> (String, String) {
    typed(session, &format!("{line} > /tmp/out 2>&1; echo $? > /tmp/code"));
    let out = session.now().world.machine(&world::MachineId::workstation()).expect("it is there").files.clone();
    let read = |path: &str| out.read_text(path).unwrap_or_default();
    (read("/tmp/out"), read("/tmp/code").trim().to_string())
}

fn check(session: &mut Session, line: &str, expect: &str, code: &str) {
    let got = told(session, line);
    assert_eq!(got, (expect.to_string(), code.to_string()), "{line}");
}

/// The message of an error, which is logged as JSON.
fn refused(session: &mut Session, line: &str, expect: &str, code: &str) {
    let (out, got) = told(session, &format!("{line} --logformat text"));
    let quoted = format!("{expect:?}");
    assert!(out.contains(&quoted) || out.contains(expect), "no “{expect}” of {line}, but {out}");
    assert_eq!(got, code, "{line}");
}

fn wait(session: &mut Session, secs: u64) {
    let to_micros = session.now().now().as_micros() + secs * 1_000_000;
    session.act(Input::Advance { to_micros });
}

fn start() -> Session {
    Session::start(testkit::first_lesson(), 1, "test").expect("lesson 0 starts")
}

/// A replay of the journal ends in the same state.
fn replays(session: &Session) {
    assert_eq!(session.replay_all().state_hash(), session.now().state_hash());
}

/// The folder `two` of the deploy repository: the same manifests without a namespace.
fn push_two(session: &mut Session) {
    typed(session, "git clone -q https://forge.encore/encore/deploy.git ~/deploy && cd ~/deploy && mkdir two");
    typed(session, "for f in apps/*.yaml; do echo ---; cat $f; done | sed '/namespace: shop/d' > two/all.yaml");
    typed(session, "git add . && git commit -qm Two && git push -q");
}

const CREATE: &str = "argocd app create two --repo https://forge.encore/encore/deploy.git --path two \
    --dest-server https://kubernetes.default.svc --dest-namespace two";

#[test]
fn an_application_is_made_changed_and_deleted() {
    let mut session = start();
    push_two(&mut session);
    check(
        &mut session,
        &format!("{CREATE} --revision main --sync-option CreateNamespace=true"),
        "application 'two' created\n",
        "0",
    );
    check(
        &mut session,
        &format!("{CREATE} --revision main --sync-option CreateNamespace=true"),
        "application 'two' unchanged\n",
        "0",
    );
    let different = "rpc error: code = InvalidArgument desc = existing application spec is different, use upsert flag to force update";
    refused(&mut session, &format!("{CREATE} --revision HEAD"), different, "20");
    check(
        &mut session,
        &format!("{CREATE} --revision main --sync-option CreateNamespace=true --label team=a --upsert"),
        "application 'two' updated\n",
        "0",
    );
    check(&mut session, "argocd app list -o name -l team=a", "argocd/two\n", "0");
    let (out, code) = told(&mut session, "argocd app sync two --resource :Service:web");
    assert!(out.contains("service/web created") && code == "0", "{out}");
    let (out, _) = told(&mut session, "kubectl get deployments -n two");
    assert!(out.starts_with("No resources found"), "{out}");
    check(
        &mut session,
        "argocd app set two --sync-policy automated --auto-prune --self-heal --directory-recurse",
        "",
        "0",
    );
    wait(&mut session, 30);
    let (out, _) = told(&mut session, "argocd app get two");
    for words in [
        "Sync Policy:        Automated (Prune)",
        "Sync Status:        Synced to main (",
        "SyncWindow:         Sync Allowed",
    ] {
        assert!(out.contains(words), "no “{words}” in {out}");
    }
    let nothing = "Please set at least one option to update";
    refused(&mut session, "argocd app set two", nothing, "1");
    refused(&mut session, "argocd app set two --sync-policy maybe", "Invalid sync-policy: maybe", "1");
    check(&mut session, "argocd app delete two --yes", "application 'two' deleted\n", "0");
    wait(&mut session, 60);
    let (out, _) = told(&mut session, "kubectl get deployments,services -n two");
    assert!(out.starts_with("No resources found"), "{out}");
    let (out, code) = told(&mut session, "argocd app get two");
    assert!(out.contains("permission denied") && code == "20", "{out}");
    replays(&session);
}

#[test]
fn deleting_asks_in_a_terminal_and_may_leave_the_resources() {
    let mut session = start();
    let asked = typed(&mut session, "argocd app delete encore --cascade");
    assert!(asked.ends_with("Are you sure you want to delete 'encore' and all its resources? [y/n] "), "{asked}");
    let asked = typed(&mut session, "what");
    assert!(asked.contains("[y/n] "), "{asked}");
    typed(&mut session, "n");
    let text = session.now().world.terminal(world::TerminalId(1)).expect("it is open").plain_text();
    assert!(text.contains("The command to delete 'encore' was cancelled."), "{text}");
    let told = typed(&mut session, "argocd app delete encore --cascade=false");
    assert!(told.contains("application 'encore' deleted"), "{told}");
    wait(&mut session, 20);
    let left = typed(&mut session, "kubectl get deployment web -n shop -o name; argocd app list -o name");
    assert!(left.contains("deployment.apps/web") && !left.contains("argocd/encore"), "{left}");
}

#[test]
fn what_cannot_be_is_refused_in_the_servers_words() {
    let mut session = start();
    let base = "argocd app create x --dest-server https://kubernetes.default.svc --dest-namespace shop";
    let inside = "rpc error: code = InvalidArgument desc = error while validating and normalizing app: rpc error: code = InvalidArgument desc = ";
    let of = |what: &str| [inside, what].concat();
    for (more, expect) in [
        (
            " --path apps",
            of(
                "application spec for x is invalid: InvalidSpecError: spec.source.repoURL and either spec.source.path or spec.source.chart are required",
            ),
        ),
        (
            " --repo https://forge.encore/encore/deploy.git --path nowhere",
            of(
                "application spec for x is invalid: InvalidSpecError: Unable to generate manifests in nowhere: rpc error: code = Unknown desc = nowhere: app path does not exist",
            ),
        ),
        (
            " --repo https://forge.encore/encore/deploy.git --path apps --project team",
            of("app is not allowed in project \"team\", or the project does not exist"),
        ),
        (
            " --repo https://forge.encore/encore/deploy.git --path apps --dest-server https://other",
            of(
                "application destination spec for x is invalid: error getting cluster by server \"https://other\": cluster \"https://other\" not found",
            ),
        ),
    ] {
        refused(&mut session, &format!("{base}{more}"), &expect, "20");
    }
    let (out, code) = told(&mut session, "argocd app create x --helm-chart y");
    assert_eq!(
        (out.as_str(), code.as_str()),
        ("argocd app create: flag --helm-chart is real argocd app create, but not part of this sandbox yet\n", "1")
    );
}

#[test]
fn an_earlier_deployment_comes_back_only_without_auto_sync() {
    let mut session = start();
    refused(
        &mut session,
        "argocd app rollback encore",
        "application 'encore' should have at least two successful deployments",
        "20",
    );
    typed(&mut session, "git clone -q https://forge.encore/encore/deploy.git ~/deploy && cd ~/deploy");
    typed(&mut session, "sed -i 's/replicas: 3/replicas: 2/' apps/web.yaml && git commit -qam Fewer && git push -q");
    wait(&mut session, 30);
    let refusal = "rpc error: code = FailedPrecondition desc = rollback cannot be initiated when auto-sync is enabled";
    refused(&mut session, "argocd app rollback encore 0", refusal, "20");
    check(&mut session, "argocd app set encore --sync-policy none", "", "0");
    refused(
        &mut session,
        "argocd app rollback encore 7",
        "application 'encore' does not have deployment id '7' in history",
        "20",
    );
    let (out, code) = told(&mut session, "argocd app rollback encore");
    assert!(out.contains("Phase:              Succeeded") && code == "0", "{out}");
    let (out, _) = told(&mut session, "kubectl get deployment web -n shop -o jsonpath='{.spec.replicas}'");
    assert_eq!(out, "3");
    let (out, _) = told(&mut session, "argocd app history encore -o id");
    assert_eq!(out, "0\n1\n2\n");
    replays(&session);
}

#[test]
fn conditions_tell_since_when_they_hold() {
    let mut session = start();
    typed(&mut session, "argocd app set encore --path nowhere --validate=false");
    wait(&mut session, 5);
    let (out, _) = told(&mut session, "argocd app get encore");
    let line = out.lines().find(|line| line.starts_with("ComparisonError")).expect("the condition is told");
    assert!(line.ends_with("+0000 UTC") && !line.contains("<nil>"), "{line}");
}

#[test]
fn projects_are_made_and_hold_applications_back() {
    let mut session = start();
    check(
        &mut session,
        "argocd proj create team --description 'The team' -d https://kubernetes.default.svc,team -s 'https://forge.encore/encore/*'",
        "",
        "0",
    );
    let list = "NAME     DESCRIPTION  DESTINATIONS                         SOURCES                        CLUSTER-RESOURCE-WHITELIST  NAMESPACE-RESOURCE-BLACKLIST  SIGNATURE-KEYS  ORPHANED-RESOURCES  DESTINATION-SERVICE-ACCOUNTS\n\
                default               *,*                                  *                              */*                         <none>                        <none>          disabled            <none>\n\
                team     The team     https://kubernetes.default.svc,team  https://forge.encore/encore/*  <none>                      <none>                        <none>          disabled            <none>\n";
    check(&mut session, "argocd proj list", list, "0");
    let place = "application destination server 'https://kubernetes.default.svc' and namespace 'shop' do not match any of the allowed destinations in project 'team'";
    let inside = "rpc error: code = InvalidArgument desc = error validating and updating app: error validating and normalizing app: rpc error: code = InvalidArgument desc = application spec for encore is invalid: InvalidSpecError: ";
    refused(&mut session, "argocd app set encore --project team", &[inside, place].concat(), "20");
    check(&mut session, "argocd proj add-destination team https://kubernetes.default.svc shop", "", "0");
    refused(
        &mut session,
        "argocd proj add-destination team https://kubernetes.default.svc shop",
        "Specified destination is already defined in project",
        "1",
    );
    check(&mut session, "argocd app set encore --project team", "", "0");
    let invalid = "rpc error: code = InvalidArgument desc = as a result of project update 1 applications destination became invalid";
    refused(&mut session, "argocd proj remove-destination team https://kubernetes.default.svc shop", invalid, "20");
    refused(
        &mut session,
        "argocd proj delete team",
        "rpc error: code = InvalidArgument desc = project is referenced by 1 applications",
        "20",
    );
    check(
        &mut session,
        "argocd proj deny-namespace-resource team '' ConfigMap",
        "Group '' and kind 'ConfigMap' is added to denied namespaced resources\n",
        "0",
    );
    let (out, _) = told(&mut session, "argocd proj get team");
    assert!(
        out.contains("Denied Namespaced Resources: /ConfigMap\n")
            && out.contains("Orphaned Resources:          disabled\n"),
        "{out}"
    );
    // What nobody asked for is told where the project looks for it.
    let (out, _) = told(&mut session, "argocd app resources encore --orphaned");
    assert_eq!(out.lines().count(), 1, "{out}");
    told(&mut session, "kubectl create secret generic stray -n shop && argocd proj set team --orphaned-resources");
    let (out, _) = told(&mut session, "argocd app resources encore --orphaned");
    assert!(
        out.lines().any(|line| line.contains("Secret") && line.contains(" stray ") && line.trim_end().ends_with("Yes")),
        "{out}"
    );
    let (all, _) = told(&mut session, "argocd app resources encore");
    assert!(all.contains(" stray ") && all.lines().any(|line| line.trim_end().ends_with("No")), "{all}");
    replays(&session);
}

#[test]
fn a_window_denies_syncs_and_is_told() {
    let mut session = start();
    let add = "argocd proj windows add default -k deny --schedule '* * * * *' --duration 1h --applications 'enc*'";
    check(&mut session, add, "", "0");
    let blocked = "rpc error: code = PermissionDenied desc = cannot sync: blocked by sync window";
    refused(&mut session, "argocd app sync encore", blocked, "20");
    let (out, _) = told(&mut session, "argocd app get encore");
    assert!(out.contains("SyncWindow:         Sync Denied\nAssigned Windows:   deny:* * * * *:1h\n"), "{out}");
    let (out, _) = told(&mut session, "argocd proj windows list default");
    assert!(out.contains("0   Active  deny  * * * * *  1h        enc*          -           -         Disabled    Disabled     UTC       Disabled"), "{out}");
    check(&mut session, "argocd proj windows enable-manual-sync default 0", "", "0");
    let (out, _) = told(&mut session, "argocd app get encore | grep SyncWindow");
    assert_eq!(out, "SyncWindow:         Manual Allowed\n");
    let wrong = "rpc error: code = Unknown desc = cannot parse schedule 'x': expected exactly 5 fields, found 1: [x]";
    refused(
        &mut session,
        "argocd proj windows add default -k deny --schedule x --duration 1h --applications '*'",
        wrong,
        "20",
    );
    check(&mut session, "argocd proj windows delete default 0", "", "0");
    let (out, code) = told(&mut session, "argocd app sync encore");
    assert!(out.contains("Succeeded") && code == "0", "{out}");
}

const SET: &str = "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: envs}\nspec:\n  goTemplate: true\n  generators:\n  - git: {repoURL: 'https://forge.encore/encore/deploy.git', revision: main, directories: [{path: '*'}]}\n  template:\n    metadata: {name: '{{ .path.basename | lower }}-{{ index .path.segments 0 | trunc 2 }}'}\n    spec:\n      project: default\n      source: {repoURL: 'https://forge.encore/encore/deploy.git', path: '{{ .path.path }}', targetRevision: main}\n      destination: {server: 'https://kubernetes.default.svc', namespace: '{{ .path.basename }}'}\n";

#[test]
fn an_application_set_makes_one_for_each_folder() {
    let mut session = start();
    session.act(Input::Save { path: "/home/learner/set.yaml".into(), text: SET.into() });
    let (out, code) = told(&mut session, "argocd appset create ~/set.yaml");
    assert!(
        out.starts_with("ApplicationSet 'envs' created\nName:               argocd/envs\n") && code == "0",
        "{out}"
    );
    wait(&mut session, 5);
    let (out, _) = told(&mut session, "argocd app list -o name");
    assert!(out.contains("argocd/apps-ap\n"), "{out}");
    typed(&mut session, "git clone -q https://forge.encore/encore/deploy.git ~/deploy && cd ~/deploy");
    typed(&mut session, "mkdir extra && cp apps/cart.yaml extra/ && git add . && git commit -qm Extra && git push -q");
    wait(&mut session, 10);
    let (out, _) = told(&mut session, "argocd app list -o name");
    assert!(out.contains("argocd/extra-ex\n"), "{out}");
    let (out, _) = told(&mut session, "argocd appset get envs");
    assert!(
        out.contains("Health Status:      Healthy\n")
            && out.contains("ResourcesUpToDate    True    All applications have been generated successfully"),
        "{out}"
    );
    let (out, _) = told(&mut session, "argocd appset list");
    assert!(out.starts_with("NAME         PROJECT  SYNCPOLICY  HEALTH   CONDITIONS"), "{out}");
    check(&mut session, "argocd appset delete envs --yes", "applicationset 'envs' deleted\n", "0");
    wait(&mut session, 30);
    let (out, _) = told(&mut session, "argocd app list -o name");
    assert_eq!(out, "argocd/encore\n");
    replays(&session);
}

/// `Restart` of a Deployment, its pause, and what only a script that is not there would do.
#[test]
fn actions_are_listed_and_run() {
    let mut session = start();
    let (out, code) = told(&mut session, "argocd app actions list encore --kind Deployment --resource-name web");
    let expect = "GROUP  KIND        NAME  ACTION   DISABLED\n\
        apps   Deployment  web   pause    false\n\
        apps   Deployment  web   restart  false\n\
        apps   Deployment  web   resume   true\n\
        apps   Deployment  web   scale    false\n";
    assert_eq!((out.as_str(), code.as_str()), (expect, "0"));
    let (out, _) = told(&mut session, "argocd app actions list encore --group argoproj.io -o json");
    assert_eq!(Value::from_json(&out).expect("JSON").items()[0].str_at("Action"), "toggle-auto-sync");
    let pods = |session: &mut Session| told(session, "kubectl get pods -n shop -l app=web -o name").0;
    let before = pods(&mut session);
    check(&mut session, "argocd app actions run encore restart --kind Deployment --resource-name web", "", "0");
    wait(&mut session, 60);
    let after = pods(&mut session);
    assert!(!before.is_empty() && before.lines().all(|pod| !after.contains(pod)), "{before} {after}");
    // A restart is no drift: Git says nothing of the annotation.
    let (out, _) = told(&mut session, "argocd app get encore");
    assert!(out.contains("Sync Status:        Synced"), "{out}");
    let none = "error getting Lua resource action: built-in script does not exist";
    refused(&mut session, "argocd app actions run encore dance --kind Deployment --resource-name web", none, "20");
    let nil = "error executing Lua resource action: <string>:5: cannot perform concat operation between string and nil";
    refused(&mut session, "argocd app actions run encore scale --kind Deployment --resource-name web", nil, "20");
    let many = "multiple resources match inputs, use the --all flag to patch multiple resources";
    refused(&mut session, "argocd app actions run encore restart --kind Deployment", many, "20");
    refused(&mut session, "argocd app actions run encore restart --kind Dragon", "no matching resource found", "20");
    replays(&session);
}

#[test]
fn resources_are_deleted_patched_and_read() {
    let mut session = start();
    let (out, code) = told(&mut session, "argocd app manifests encore | grep -c '^kind: Deployment'");
    assert_eq!((out.trim(), code.as_str()), ("7", "0"));
    let (out, _) = told(&mut session, "argocd app manifests encore --source live");
    assert!(out.starts_with("---\n") && out.contains("observedGeneration") && out.ends_with("\n\n"), "{out}");
    refused(&mut session, "argocd app manifests encore --source moon", "Unknown source type 'moon'", "1");
    let (out, code) =
        told(&mut session, "argocd app logs encore --kind Deployment --name web --tail 1 --filter LISTEN");
    assert!(!out.is_empty() && out.lines().all(|line| line.contains("listen")) && code == "0", "{out}");
    let (out, _) = told(&mut session, "argocd app logs encore --name web --filter '!web' 2>/dev/null");
    assert_eq!(out, "");
    let (out, _) = told(&mut session, "argocd app logs encore --name web --tail 1 -c moon 2>/dev/null | head -1");
    assert!(out.starts_with("container moon is not valid for pod web-"), "{out}");
    check(&mut session, "argocd app delete-resource encore", "Error: required flag(s) \"kind\" not set\n", "1");
    let patch = "argocd app patch-resource encore --kind Service --resource-name web --patch";
    let (out, code) = told(&mut session, &format!("{patch} '{{\"metadata\": {{\"labels\": {{\"a\": \"b\"}}}}}}'"));
    assert!(out.contains("Resource 'web' patched") && code == "0", "{out}");
    check(&mut session, "kubectl get service web -n shop -o jsonpath={.metadata.labels.a}", "b", "0");
    refused(&mut session, &format!("{patch} nonsense"), "error patching resource: ", "20");
    let line = "argocd app delete-resource encore --kind Service --resource-name web --logformat text";
    let (out, code) = told(&mut session, line);
    assert!(out.contains("level=info msg=\"Resource 'web' deleted\"") && code == "0", "{out}");
    // Self-heal brings it back.
    wait(&mut session, 60);
    check(&mut session, "kubectl get service web -n shop -o name", "service/web\n", "0");
    replays(&session);
}
