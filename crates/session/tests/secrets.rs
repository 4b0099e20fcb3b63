//! Secrets in Git, in a session: Sealed Secrets with `kubeseal`, SOPS with age, Flux's decryption, leaks and pushes.

use cluster::{KindId, SECRET, base64};
use manifest::Value;
use screen::Input;
use session::{Lesson, Session};

const WORLD: &str = r#"
seed: 1
start: "2026-07-21T14:00:00Z"
machines:
  - name: workstation
    user: learner
    home: /home/learner
    files: {~/.gitconfig: gitconfig, ~/.kube/config: kubeconfig}
    clones: [{repo: encore/shop, path: ~/shop}]
repos:
  - name: encore/shop
    SCAN
    commits:
      - {message: Start, author: "Ida <ida@encore.example>", ago: 3d, write: {README.md: readme}}
nodes: [{name: one, cpu: "4", memory: 8Gi}]
namespaces: [shop, other]
SWITCHES
until: {within: 5m, check: "UNTIL"}
"#;
const LESSON: &str = "---\nid: x\ntitle: X\nminutes: 1\nobjective: X.\nsteps:\n  - id: a\n    goal: A\n    check: \"false\"\n    hints: [H]\n    explain: [{when: \"true\", say: S}]\n---\nText.\n\n::step{id=a}\n\n::finish\n";

fn start(scan: &str, switches: &str, until: &str) -> Session {
    let world = WORLD.replace("SCAN", scan).replace("SWITCHES", switches).replace("UNTIL", until);
    let gitconfig = "[user]\n\tname = Learner\n\temail = lea@encore.example\n[core]\n\tpager = cat\n";
    let other = testkit::root().join("lessons/gitops/22-flux/files/home/kubeconfig");
    let kubeconfig = std::fs::read_to_string(other).expect("lesson 22 has one");
    let texts = [
        ("world.yaml", world.as_str()),
        ("lesson.md", LESSON),
        ("files/gitconfig", gitconfig),
        ("files/kubeconfig", &kubeconfig),
        ("files/readme", "The shop.\n"),
    ];
    let folder = texts.into_iter().map(|(path, text)| (path.to_string(), text.to_string())).collect();
    let compiled = lesson::compile::lesson("gitops", "99-x", &folder);
    let found = compiled.lesson.unwrap_or_else(|| panic!("{:?}", compiled.diagnostics));
    Session::start(Lesson::new(found.plan, found.page), 1, "test").expect("it starts")
}

fn sealing() -> Session {
    let up = "object('Deployment', 'kube-system', 'sealed-secrets-controller').status.readyReplicas == 1";
    start("", "sealedSecrets: true", up)
}

fn typed(session: &mut Session, line: &str) -> String {
    session.act(Input::Line { terminal: 1, text: line.into() });
    let text = session.now().world.terminal(world::TerminalId(1)).expect("it is open").plain_text();
    let text = text.rsplit_once(line).map(|(_, after)| after.trim_start().to_string()).unwrap_or_default();
    text.rsplit_once("learner@").map(|(text, _)| text.to_string()).unwrap_or(text)
}

fn wait(session: &mut Session, secs: u64) {
    let to_micros = session.now().now().as_micros() + secs * 1_000_000;
    session.act(Input::Advance { to_micros });
}

fn replays(session: &Session) {
    assert_eq!(session.replay_all().state_hash(), session.now().state_hash());
}

fn at(session: &Session, kind: KindId, namespace: &str, name: &str) -> Value {
    let store = session.now().world.cluster.store();
    store.get(kind, namespace, name).map(|object| object.value.clone()).unwrap_or_default()
}

fn sealed(session: &Session, namespace: &str, name: &str) -> Value {
    let kind = session.now().world.cluster.store().kinds().of_manifest("bitnami.com/v1alpha1", "SealedSecret");
    at(session, kind.expect("it is installed").id, namespace, name)
}

fn datum(session: &Session, namespace: &str, name: &str, key: &str) -> String {
    let secret = at(session, SECRET, namespace, name);
    let text = secret.at("data").get(key).and_then(Value::as_str).unwrap_or_default();
    String::from_utf8(base64::decode(text).expect("it is base64")).expect("it is text")
}

const MAKE: &str = "kubectl create secret generic payments -n shop --from-literal=key=hunter2 --dry-run=client -o yaml";

#[test]
fn a_secret_is_sealed_and_opened_where_it_belongs() {
    let mut session = sealing();
    let out = typed(&mut session, &format!("{MAKE} | kubeseal -o yaml | tee sealed.yaml"));
    assert!(out.starts_with("---\napiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata:\n  name: payments\n  namespace: shop\nspec:\n  encryptedData:\n    key: A"), "{out}");
    assert!(!out.contains("hunter2") && !out.contains("aHVudGVyMg"), "{out}");
    typed(&mut session, "kubectl apply -f sealed.yaml");
    wait(&mut session, 3);
    assert_eq!(datum(&session, "shop", "payments", "key"), "hunter2");
    let secret = at(&session, SECRET, "shop", "payments");
    let owner = &secret.list_at("metadata.ownerReferences")[0];
    assert_eq!((owner.str_at("kind"), owner.bool_at("controller")), ("SealedSecret", true));
    let out = typed(&mut session, "kubectl get sealedsecret -n shop");
    assert!(out.contains("NAME       STATUS   SYNCED   AGE\npayments            True     "), "{out}");
    let out = typed(&mut session, "kubectl get events -n shop");
    assert!(out.contains("Unsealed") && out.contains("SealedSecret unsealed successfully"), "{out}");
    // Under another name, and in another namespace, nobody opens it.
    typed(&mut session, "sed 's/name: payments/name: stolen/' sealed.yaml | kubectl apply -f -");
    wait(&mut session, 3);
    let told = sealed(&session, "shop", "stolen");
    let condition = cluster::condition(&told, "Synced").cloned().unwrap_or_default();
    assert_eq!(
        (condition.str_at("status"), condition.str_at("message")),
        ("False", "no key could decrypt secret (key)")
    );
    let out = typed(&mut session, "kubectl get events -n shop | grep stolen");
    assert!(
        out.contains("ErrUnsealFailed") && out.contains("Failed to unseal: no key could decrypt secret (key)"),
        "{out}"
    );
    // A Secret that goes comes back; with its SealedSecret it goes for good.
    typed(&mut session, "kubectl delete secret payments -n shop");
    wait(&mut session, 3);
    assert_eq!(datum(&session, "shop", "payments", "key"), "hunter2");
    typed(&mut session, "kubectl delete sealedsecret payments -n shop");
    wait(&mut session, 5);
    assert!(at(&session, SECRET, "shop", "payments").is_null());
    replays(&session);
}

#[test]
fn kubeseal_knows_scopes_certificates_and_refusals() {
    let mut session = sealing();
    let out = typed(&mut session, "kubeseal --fetch-cert | tee cert.pem | head -1");
    assert_eq!(out, "-----BEGIN CERTIFICATE-----\n");
    typed(&mut session, &format!("{MAKE} | kubeseal --cert cert.pem --scope cluster-wide -w s.yaml"));
    let out = typed(&mut session, "cat s.yaml");
    assert!(out.contains("sealedsecrets.bitnami.com/cluster-wide: \"true\""), "{out}");
    typed(&mut session, "sed 's/namespace: shop/namespace: other/' s.yaml | kubectl apply -f -");
    wait(&mut session, 3);
    assert_eq!(datum(&session, "other", "payments", "key"), "hunter2");
    let out = typed(&mut session, "kubeseal --validate -f s.yaml; echo $?");
    assert_eq!(out, "0\n");
    let out = typed(&mut session, "sed 's/key: AQ/key: Ag/' s.yaml | kubeseal --validate");
    assert_eq!(out, "error: unable to decrypt sealed secret: payments\n");
    let out = typed(&mut session, "printf new | kubeseal --raw --name payments -n shop --from-file=/dev/stdin | wc -c");
    assert_eq!(out, "372\n");
    let out = typed(&mut session, "printf new | kubeseal --raw --from-file=/dev/stdin");
    assert_eq!(out, "error: must provide the --name flag with --raw and --scope strict\n");
    let out = typed(&mut session, "echo 'kind: Secret' | kubeseal");
    assert_eq!(
        out,
        "error: secret.data is empty in input Secret, assuming this is an error and aborting. To work with empty data, --allow-empty-data can be used\n"
    );
    let out = typed(&mut session, &format!("{MAKE} | kubeseal --controller-name sealed"));
    assert!(
        out.starts_with("error: cannot get sealed secret service: services \"sealed\" not found.\nPlease, use"),
        "{out}"
    );
    let out = typed(&mut session, &format!("{MAKE} | kubeseal -n other"));
    assert_eq!(out, "error: namespace mismatch: input secret is in namespace \"shop\" but \"other\" was specified\n");
    // A second value is merged in, the first stays as it is.
    typed(&mut session, &format!("{MAKE} | kubeseal -w m.yaml && cp m.yaml old.yaml"));
    typed(
        &mut session,
        "kubectl create secret generic x --from-literal=two=2 --dry-run=client -o yaml | kubeseal -o yaml --merge-into m.yaml",
    );
    let out = typed(&mut session, "grep -c -f <(grep 'key:' old.yaml) m.yaml; grep -c two: m.yaml");
    assert_eq!(out, "1\n1\n");
    replays(&session);
}

#[test]
fn keys_are_renewed_and_old_ones_still_open() {
    let mut session = sealing();
    typed(&mut session, &format!("{MAKE} | kubeseal -w s.yaml; kubeseal --fetch-cert > one.pem"));
    wait(&mut session, 30 * 24 * 3600 + 60);
    let out = typed(
        &mut session,
        "kubectl get secret -n kube-system -l sealedsecrets.bitnami.com/sealed-secrets-key=active -o name | wc -l",
    );
    assert_eq!(out, "2\n");
    let out = typed(&mut session, "kubeseal --fetch-cert | diff -q - one.pem > diff.txt; echo $?");
    assert_eq!(out, "1\n");
    typed(&mut session, "kubectl apply -f s.yaml");
    wait(&mut session, 3);
    assert_eq!(datum(&session, "shop", "payments", "key"), "hunter2");
    // Sealed anew it opens by the new key alone; the old one is deleted and the controller restarted.
    typed(&mut session, "cp s.yaml old.yaml; kubeseal --re-encrypt -f s.yaml");
    typed(
        &mut session,
        "kubectl delete -n kube-system $(kubectl get secret -n kube-system -l sealedsecrets.bitnami.com/sealed-secrets-key=active --sort-by=.metadata.creationTimestamp -o name | head -1)",
    );
    let out = typed(&mut session, "kubeseal --validate -f old.yaml; echo $?");
    assert_eq!(out, "0\n", "what was read is kept in memory");
    typed(
        &mut session,
        "kubectl delete pod -n kube-system -l name=sealed-secrets-controller; kubectl rollout status deployment -n kube-system sealed-secrets-controller",
    );
    wait(&mut session, 40);
    let out = typed(&mut session, "kubeseal --validate -f s.yaml; echo $?; kubeseal --validate -f old.yaml");
    assert_eq!(out, "0\nerror: unable to decrypt sealed secret: payments\n");
    replays(&session);
}

#[test]
fn age_and_sops_keep_a_secret_in_a_file() {
    let mut session = start("", "", "true");
    let out = typed(&mut session, "age-keygen -o key.txt");
    assert!(out.starts_with("Public key: age1"), "{out}");
    typed(&mut session, "P=$(age-keygen -y key.txt)");
    let out = typed(&mut session, "echo hello | age -r $P -a > h.age; head -1 h.age; age -d -i key.txt h.age");
    assert_eq!(out, "-----BEGIN AGE ENCRYPTED FILE-----\nhello\n");
    let out = typed(&mut session, "age-keygen > other.txt; age -d -i other.txt h.age");
    assert!(out.ends_with("age: error: no identity matched any of the recipients\nage: report unexpected or unhelpful errors at https://filippo.io/age/report\n"), "{out}");
    typed(
        &mut session,
        "cd ~/shop && printf 'creation_rules:\\n- path_regex: k8s/.*\\n  encrypted_regex: ^(data|stringData)$\\n  age: %s\\n' $P > .sops.yaml",
    );
    typed(
        &mut session,
        "mkdir k8s && kubectl create secret generic payments -n shop --from-literal=key=hunter2 --dry-run=client -o yaml > k8s/s.yaml",
    );
    let out = typed(&mut session, "sops encrypt README.md");
    assert_eq!(out, "error loading config: no matching creation rules found\n");
    typed(&mut session, "sops -e -i k8s/s.yaml");
    let out = typed(&mut session, "cat k8s/s.yaml");
    assert!(
        out.contains("name: payments") && out.contains("key: ENC[AES256_GCM,data:") && out.contains("version: 3.11.0"),
        "{out}"
    );
    let out = typed(&mut session, "sops -d k8s/s.yaml; echo $?");
    assert!(out.starts_with("Failed to get the data key required") && out.ends_with("but none were.\n128\n"), "{out}");
    assert!(out.contains("    - | failed to load age identities. Did not find keys in\n      | locations 'SOPS_AGE_SSH_PRIVATE_KEY_FILE',\n"), "{out}");
    typed(&mut session, "export SOPS_AGE_KEY_FILE=~/key.txt");
    let out = typed(&mut session, "sops -d --extract '[\"data\"][\"key\"]' k8s/s.yaml | base64 -d");
    assert!(out.starts_with("hunter2"), "{out}");
    let out =
        typed(&mut session, "sops set k8s/s.yaml '[\"data\"][\"two\"]' '\"Mg==\"' && sops -d k8s/s.yaml | grep two");
    assert_eq!(out, "two: Mg==\n");
    // Another line changed by hand is found out.
    let out = typed(&mut session, "sed -i 's/name: payments/name: other/' k8s/s.yaml && sops -d k8s/s.yaml; echo $?");
    assert!(out.starts_with("MAC mismatch. File has ") && out.ends_with("\n51\n"), "{out}");
    typed(&mut session, "sed -i 's/name: other/name: payments/' k8s/s.yaml");
    // A second person.
    typed(&mut session, "sed -i \"s/age: .*/&,$(age-keygen -y ~/other.txt)/\" .sops.yaml");
    let out = typed(&mut session, "echo y | sops updatekeys k8s/s.yaml 2> log.txt; sed 's/^.*Syn/Syn/' log.txt");
    assert!(
        out.contains("Group 1\n    age1") && out.contains("\n+++ age1") && out.contains("Is this okay? (y/n):"),
        "{out}"
    );
    let out = typed(&mut session, "SOPS_AGE_KEY_FILE=~/other.txt sops -d k8s/s.yaml | grep two");
    assert_eq!(out, "two: Mg==\n");
    // Who goes away is taken out, and the data key anew.
    typed(&mut session, "sops rotate -i --rm-age $(age-keygen -y ~/other.txt) k8s/s.yaml");
    let out = typed(
        &mut session,
        "SOPS_AGE_KEY_FILE=~/other.txt sops -d k8s/s.yaml > x 2>&1; echo $?; sops -d k8s/s.yaml | grep two",
    );
    assert_eq!(out, "128\n    two: Mg==\n");
    // An editor that changes one value leaves the others as they are encrypted.
    typed(&mut session, "cp k8s/s.yaml before.yaml; EDITOR='sed -i /two/s/Mg==/Mw==/' sops edit k8s/s.yaml");
    let out = typed(
        &mut session,
        "diff before.yaml k8s/s.yaml | grep -c '^>'; sops -d k8s/s.yaml | grep two; ls /tmp | wc -l",
    );
    assert_eq!(out, "3\n    two: Mw==\n0\n");
    replays(&session);
}

#[test]
fn flux_decrypts_what_sops_encrypted() {
    let mut session = start(
        "",
        "flux: true",
        "object('Deployment', 'flux-system', 'kustomize-controller').status.readyReplicas == 1 && object('Deployment', 'flux-system', 'source-controller').status.readyReplicas == 1",
    );
    typed(&mut session, "age-keygen -o age.agekey 2> /dev/null; cd ~/shop; mkdir k8s");
    typed(&mut session, "kubectl create secret generic sops-age -n flux-system --from-file=$HOME/age.agekey");
    typed(
        &mut session,
        "kubectl create secret generic payments -n shop --from-literal=key=hunter2 --dry-run=client -o yaml > k8s/s.yaml",
    );
    typed(
        &mut session,
        "sops -e -i --age $(age-keygen -y ~/age.agekey) --encrypted-regex '^data$' k8s/s.yaml && git add . && git commit -qm Secret && git push -q",
    );
    typed(
        &mut session,
        "flux create source git shop --url=https://forge.encore/encore/shop.git --branch=main --interval=1m",
    );
    let ks = "apiVersion: kustomize.toolkit.fluxcd.io/v1\\nkind: Kustomization\\nmetadata: {name: shop, namespace: flux-system}\\nspec: {interval: 1m, path: ./k8s, prune: true, sourceRef: {kind: GitRepository, name: shop}, decryption: {provider: sops, secretRef: {name: NAME}}}\\n";
    typed(&mut session, &format!("printf '{}' | kubectl apply -f -", ks.replace("NAME", "gone")));
    wait(&mut session, 30);
    let out = typed(&mut session, "flux get kustomizations shop");
    assert!(out.contains("cannot get sops decryption Secret 'flux-system/gone'"), "{out}");
    typed(&mut session, &format!("printf '{}' | kubectl apply -f -", ks.replace("NAME", "sops-age")));
    wait(&mut session, 30);
    assert_eq!(datum(&session, "shop", "payments", "key"), "hunter2");
    assert!(at(&session, SECRET, "shop", "payments").at("sops").is_null());
    replays(&session);
}

const KEY: &str = "sk_live_51Nb8cQ2eZvKYlo2CwX7pTq";

fn commit(session: &mut Session, file: &str, text: &str) {
    typed(session, &format!("cd ~/shop && printf '{text}' > {file} && git add . && git commit -qm 'Change {file}'"));
}

#[test]
fn a_push_with_a_key_is_refused_wherever_in_its_commits_the_key_is() {
    let mut session = start("secrets: protect", "", "true");
    commit(&mut session, "pay.yaml", &format!("a: 1\\nkey: {KEY}\\n"));
    let id = typed(&mut session, "git rev-parse HEAD");
    // To take it out by another commit does not help.
    typed(&mut session, "git rm -q pay.yaml && git commit -qm 'Remove the key'");
    let out = typed(&mut session, "git push 2>&1 | sed 's/ *$//'");
    let told = format!(
        "remote:       —— Stripe API Key ————————————————————————————————————\nremote:        locations:\nremote:          - commit: {}\nremote:            path: pay.yaml:2\n",
        id.trim()
    );
    assert!(out.starts_with("remote: error: GH013: Repository rule violations found for refs/heads/main.\nremote:\nremote: - GITHUB PUSH PROTECTION\n"), "{out}");
    assert!(out.contains(&told), "{out}\n{told}");
    assert!(out.contains(" ! [remote rejected] main -> main (push declined due to repository rule violations)\nerror: failed to push some refs to"), "{out}");
    let out = typed(&mut session, "gh api repos/encore/shop/secret-scanning/alerts");
    assert_eq!(out, "[]\n");
    // Without the commit it goes.
    typed(
        &mut session,
        "git reset -q --hard origin/main && echo more >> README.md && git commit -qam More && git push -q",
    );
    let out = typed(&mut session, "git status -sb");
    assert_eq!(out, "## main...origin/main\n");
    // Somebody lets it through, and there is an alert.
    commit(&mut session, "pay.yaml", &format!("key: {KEY}\\n"));
    typed(&mut session, "git push 2>&1 | grep -o 'unblock-secret/.*' | cut -d/ -f2 | tr -d ' ' > id.txt");
    let out = typed(
        &mut session,
        "gh api repos/encore/shop/secret-scanning/push-protection-bypasses -f reason=used_in_tests -f placeholder_id=$(cat id.txt) > b.json; rm b.json id.txt; git push -q; gh api repos/encore/shop/secret-scanning/alerts | jq -r '.[0] | .state, .secret_type, .push_protection_bypassed'",
    );
    assert_eq!(out, "open\nstripe_api_key\ntrue\n");
    let out = typed(
        &mut session,
        "gh api -X PATCH repos/encore/shop/secret-scanning/alerts/1 -f state=resolved -f resolution=revoked | jq -r .resolution; gh api repos/encore/shop/secret-scanning/alerts/1/locations | jq -r '.[0].details.path'",
    );
    assert_eq!(out, "revoked\npay.yaml\n");
    replays(&session);
}

#[test]
fn gitleaks_looks_at_history_folders_and_what_is_staged() {
    let mut session = start("", "", "true");
    commit(&mut session, "pay.yaml", &format!("a: 1\\nkey: {KEY}\\n"));
    let id = typed(&mut session, "git rev-parse HEAD").trim().to_string();
    typed(&mut session, "git rm -q pay.yaml && git commit -qm 'Remove the key'");
    let out = typed(&mut session, "gitleaks dir . --no-banner; echo $?");
    assert!(out.contains("INF no leaks found\n0\n"), "{out}");
    let out = typed(&mut session, "gitleaks git -v --redact 2> log.txt; echo $?; tail -1 log.txt | cut -d' ' -f2-");
    let told = format!(
        "Finding:     key: REDACTED\nSecret:      REDACTED\nRuleID:      stripe-access-token\nEntropy:     4.631616\nFile:        pay.yaml\nLine:        2\nCommit:      {id}\nAuthor:      Learner\nEmail:       lea@encore.example\nDate:        2026-07-21T14:0"
    );
    assert!(out.starts_with(&told), "{out}\n{told}");
    assert!(
        out.ends_with(&format!("Fingerprint: {id}:pay.yaml:stripe-access-token:2\n\n1\nWRN leaks found: 1\n")),
        "{out}"
    );
    let out = typed(
        &mut session,
        &format!(
            "echo {id}:pay.yaml:stripe-access-token:2 > .gitleaksignore; gitleaks git --no-banner 2> /dev/null; echo $?"
        ),
    );
    assert_eq!(out, "0\n");
    let out = typed(
        &mut session,
        &format!(
            "echo 'k: {KEY}' > new.yaml; git add new.yaml; gitleaks git --staged --no-banner -r - -f json 2> /dev/null | jq -r '.[0].Fingerprint'"
        ),
    );
    assert_eq!(out, "new.yaml:stripe-access-token:1\n");
    let out = typed(
        &mut session,
        &format!(
            "echo 'k: {KEY} # gitleaks:allow' | gitleaks stdin 2> /dev/null; echo $?; gitleaks protect --staged 2> /dev/null; echo $?"
        ),
    );
    assert_eq!(out, "0\n1\n");
    replays(&session);
}
