//! The words that the wider lines of Git are made of, by the function that draws them.

pub const SINGLE_1: &[&str] = &["push --staged", "branch stashed", "clear", "drop stash@{1}", "show"];

pub const SINGLE_2: &[&str] = &["pop stash@{1}", "apply --index", "show -u", "show --stat -p", "create", "-p"];

pub const SINGLE_3: &[&str] = &[
    "--allow-empty -F b.txt",
    "-a --amend --no-edit",
    "--allow-empty -m one -m two",
    "--allow-empty -m x --date='2026-01-02T03:04:05 +0200' --author='Bo B <bo@encore.example>'",
    "--allow-empty --trailer 'Acked-by: Bo' -m trailed",
    "--amend --date=2026-02-03T04:05:06Z -qm dated",
    "-qm 'short' --short",
    "-C HEAD --allow-empty",
];

pub const SINGLE_4: &[&str] = &[
    "--force-with-lease origin HEAD",
    "--force-with-lease=main:HEAD~1 origin main",
    "-n",
    "-u origin HEAD:topic",
    "origin --tags",
    "--follow-tags",
    "--prune origin 'refs/heads/*'",
    "origin +HEAD:fix",
    "--porcelain",
    "-q origin :topic",
];

pub const SINGLE_5: &[&str] = &[
    "fetch --prune",
    "fetch --tags",
    "fetch origin main:fetched",
    "fetch --all -p",
    "fetch --dry-run",
    "pull --rebase=merges",
    "pull --ff",
    "pull --autostash --rebase",
    "pull --no-ff --no-edit",
    "remote prune origin",
    "remote add other ../hub.git",
];

pub const SINGLE_6: &[&str] = &["list", "add ../wt", "add -q ../wt2 -b wt2", "remove ../wt", "prune -v"];

pub const SINGLE_7: &[&str] =
    &["list", "append -m 'line two'", "copy HEAD~1 HEAD", "remove HEAD~1", "--ref=x add -m y", "prune"];

pub const HISTORY_1: &[&str] = &["main..topic", "HEAD~3..HEAD~1", "topic~2..topic", "fix topic"];

pub const HISTORY_2: &[&str] = &["--root", "-f", "--no-ff", "--autostash", "--keep-base", "-q", "-X ours", "--stat"];

pub const HISTORY_3: &[&str] = &["--onto main topic~1 topic", "-", "main topic", "--edit-todo", "--show-current-patch"];

pub const HISTORY_4: &[&str] = &[
    "1a exec true",
    "1a exec false",
    "1a break",
    "2s/pick/fixup -C/",
    "2s/pick/f -c/",
    "$d",
    "s/^pick/p/",
    "2,$s/pick/squash/",
    "1i bogus line",
    "1d;2d",
    "d",
    "1s/pick/squash/",
    "1a label here\\nreset here",
];

pub const HISTORY_5: &[&str] =
    &["-m words", "--ff", "-q", "--no-stat", "-s ours", "--no-ff --no-edit", "--squash -q", "--autostash", "-e"];

pub const HISTORY_6: &[&str] = &["-X diff-algorithm=myers", "-s recursive", "-s resolve", "--no-commit --no-ff"];

pub const HISTORY_7: &[&str] = &["", "-R", "--check", "--stat", "--index", "--cached", "--numstat", "--summary", "-v"];

pub const SEVERAL_1: &[&str] =
    &["test -f b.txt", "true", "false", "sh -c 'exit 125'", "grep -q two a.txt", "sh -c 'exit 127'"];

/// What one side of a merge does to names, with a number of its own for `{n}` and a file for `{file}`.
pub const RENAMES: &[&str] = &[
    "git mv '{file}' moved{n}.txt",
    "git mv '{file}' other{n}.txt; echo 'more {n}' >> other{n}.txt",
    "git mv '{file}' src/moved.js",
    "git mv src lib",
    "git mv src/lib lib; git mv src/app.js app.js",
    "git mv doc src/doc",
    "git rm -qf '{file}'",
    "git rm -qrf src",
    "echo 'more {n}' >> '{file}'",
    "sed -i '1s/$/ {n}/' '{file}'",
    "echo 'new {n}' > src/new.js",
    "mkdir -p doc; echo 'new {n}' > doc/new{n}.md",
    "rm -rf '{file}' && mkdir '{file}' && echo {n} > '{file}/x'",
    "rm -rf src && echo 'a file {n}' > src",
    "chmod +x '{file}'",
    "ln -sf b.txt '{file}'",
];

/// How the two sides are brought together.
pub const JOINS: &[&str] = &[
    "merge --no-edit m{n}",
    "merge --no-edit m{n}; git diff; git status",
    "merge -X theirs --no-edit m{n}",
    "merge --squash m{n}",
    "rebase m{n}; git status",
    "rebase --merge m{n}; git rebase --skip",
    "cherry-pick m{n}; git status -s; git ls-files -s",
    "revert --no-edit m{n}",
    "-c merge.directoryRenames=true merge --no-edit m{n}",
    "-c merge.conflictStyle=zdiff3 merge m{n}; git diff",
    "format-patch -q -1 m{n} --stdout > ../p; git am -3 ../p; rm ../p; git status -s",
    "reset -q --soft HEAD~1; git stash -q; git switch -q m{n}; git stash pop; git status -s",
];

pub const SEVERAL_2: &[&str] = &["pre-commit", "commit-msg", "post-commit", "prepare-commit-msg"];

pub const SEVERAL_3: &[&str] = &["log --oneline -2", "!echo from the shell", "status -s", "none"];

pub const SEVERAL_4: &[&str] = &["y\\n", "n\\ny\\n", "s\\ny\\nn\\n", "a\\n", "d\\n", "?\\nq\\n"];

pub const DIFFERENCES_1: &[&str] = &[
    "--numstat",
    "--shortstat",
    "--summary",
    "--raw",
    "-w",
    "-b",
    "--word-diff",
    "--color-words",
    "-R",
    "-U0",
    "-U5",
    "--no-prefix",
    "-M",
    "--no-renames",
    "--exit-code",
    "--quiet",
    "--name-status -z",
    "--check",
    "-W",
    "--full-index",
    "--diff-filter=AM",
    "--patch-with-stat",
    "--stat=40",
    "-S two",
    "-G line",
    "--cached",
    "--merge-base",
    "--ignore-space-at-eol",
    "--color=always",
    "-p --raw",
];

pub const DIFFERENCES_2: &[&str] = &["--stat", "--format=fuller", "--raw", "-s", "--name-status", "--pretty=raw"];

pub const LOG_1: &[&str] = &[
    "--graph",
    "--graph --format='%h%d %s'",
    "--decorate --oneline",
    "--name-status",
    "--name-only --oneline",
    "--merges --oneline",
    "--no-merges --oneline",
    "--first-parent --oneline",
    "--date=short",
    "--date=iso --format='%ad %cd %s'",
    "--pretty=fuller",
    "--pretty=short",
    "--numstat --oneline",
    "--format='%H %T %P %an %ae %cn %B%n%b|%f|%e'",
    "--format='%C(red)%h%Creset %<(10,trunc)%s|%>(12)%an'",
    "--left-right --oneline",
    "--cherry-pick --oneline",
    "--cherry-mark --oneline",
    "--cherry --oneline",
    "--topo-order --oneline",
    "--abbrev=10 --oneline",
    "--parents --oneline",
    "--stat --summary",
    "--shortstat",
    "--format=reference",
    "--pretty=email",
    "--pretty=raw",
    "--relative-date",
    "--graph --stat",
    "--raw",
    "--patch --graph",
    "--simplify-by-decoration --oneline",
    "--notes",
    "--format='%(trailers)%(describe)|%D|%gd|%x41%%'",
    "--walk-reflogs",
    "-z --format=%s",
    "--count",
];

pub const LOG_2: &[&str] = &[
    "-S two",
    "-G 'line'",
    "--grep=change",
    "--grep=CHANGE -i",
    "--invert-grep --grep=change",
    "--author=Lea",
    "--since=2026-06-01",
    "--until=2026-01-01",
    "--skip=1 -2",
    "--branches",
    "--tags",
    "--remotes",
    "-g",
    "HEAD ^main",
    "@{u}..",
    "HEAD@{1}..",
    "--all --graph",
    "HEAD^{/change}",
    ":/first",
    "--max-parents=1",
    "--min-parents=2",
    "--follow a.txt",
    "-- src '*.md'",
];

pub const LOG_3: &[&str] = &["-L 1,3:a.txt", "-L 2,+2:b.txt -s", "-L '/two/,+1:a.txt'", "-L :x:src/app.js"];

pub const NAMES_1: &[&str] = &["", "-s", "-L 1,2", "-e", "-w", "-l", "-f", "-p", "--date=short"];

pub const NAMES_2: &[&str] = &["", "--tags", "--always", "--long", "--all", "--dirty", "--contains"];

pub const NAMES_3: &[&str] = &[
    "HEAD^{tree}",
    "HEAD:src",
    "@{1}",
    "--abbrev-ref HEAD",
    "--abbrev-ref @{u}",
    "HEAD~9",
    "--verify topic",
    "-q --verify nope",
    "--show-toplevel",
    "--is-inside-work-tree",
    "v1^{}",
    ":a.txt",
    ":/change",
    "--git-dir",
    "HEAD^@",
    "main...topic",
];

pub const NAMES_4: &[&str] = &[
    "--contains HEAD~1",
    "--no-merged",
    "--sort=-committerdate",
    "--format='%(refname:short) %(upstream:track)'",
    "-vv --all",
    "--points-at HEAD",
    "--no-contains HEAD",
];

pub const NAMES_5: &[&str] =
    &["-l", "-n", "--contains HEAD~1", "--merged", "--sort=-refname", "--points-at HEAD", "-l 't*'"];

pub const NAMES_6: &[&str] =
    &["--porcelain=v2 --branch", "-sbuall", "--ignored", "-z", "--long", "-v", "--show-stash", "--no-renames -s"];

pub const NAMES_7: &[&str] = &[
    "two",
    "-n line",
    "-c o",
    "-l two",
    "-i ENCORE",
    "-w one",
    "-e one --or -e two",
    "two HEAD",
    "-v o -- a.txt",
    "--cached line",
    "-q none",
];

pub const NAMES_8: &[&str] = &[
    "",
    "--count=2",
    "--format='%(refname) %(objecttype) %(subject)'",
    "refs/tags",
    "--sort=-committerdate --format='%(refname:short)|%(HEAD)|%(authorname)'",
    "--merged",
];

pub const PLUMBING_1: &[&str] = &["", "-s", "-m", "-d", "-o", "-u", "-o --exclude-standard", "-t", "--stage src", "-v"];

pub const PLUMBING_2: &[&str] =
    &["", "--count", "--left-right", "--objects", "--parents", "-n 1", "--reverse", "--left-right --count"];

pub const PLUMBING_3: &[&str] =
    &["", "--heads", "--tags", "-s", "main", "--verify refs/heads/main", "--verify nope", "-d"];

pub const PLUMBING_4: &[&str] = &[
    "write-tree",
    "fsck",
    "count-objects",
    "cherry main topic",
    "cherry -v",
    "var GIT_AUTHOR_IDENT",
    "ls-remote",
    "ls-remote --heads origin",
    "archive HEAD | tar t",
    "check-ref-format --branch x..y",
    "config --get-regexp 'user.*'",
    "config --show-origin user.name",
    "config --type=bool core.bare",
    "stripspace -s < notes.md",
    "diff-files",
    "pack-refs --all",
    "version",
];
