//! `git`: one file a subcommand. Each reads its option table, acts on the repository through crate `git`, and
//! prints what real Git prints.

mod add;
mod alias;
mod am;
mod am_apply;
mod am_mail;
mod am_show;
mod apply;
mod apply_stat;
mod apply_write;
mod archive;
mod bisect;
mod bisect_find;
mod bisect_next;
mod bisect_words;
mod blame;
mod blame_print;
mod branch;
mod branch_list;
mod branch_make;
mod bundle;
mod cat_file;
mod check_attr;
mod checkout;
mod cherry;
mod cherry_pick;
mod clean;
mod cli;
mod clone;
mod combined;
mod commit;
mod commit_make;
mod commit_message;
mod commit_report;
mod config;
mod config_show;
mod describe;
mod diff;
mod diff_check;
mod diff_no_index;
mod diff_out;
mod diff_plumbing;
mod draft;
mod editor;
mod fetch;
mod fetch_prune;
mod for_each_ref;
mod format_patch;
mod fsck;
mod grep;
mod grep_page;
mod help;
mod hooks;
mod hooks_to_world;
mod housekeeping;
mod include;
mod init;
mod log;
mod log_follow;
mod log_format;
mod log_graph;
mod log_lines;
mod log_options;
mod log_pick;
mod log_placeholders;
mod log_reflog;
mod log_sides;
mod ls_files;
mod ls_remote;
mod ls_tree;
mod merge;
mod merge_base;
mod merge_octopus;
mod merge_squash;
mod merge_true;
mod merging;
mod mv;
mod name_rev;
mod notes;
mod notes_edit;
mod notes_show;
mod options;
mod pager;
mod patch_answer;
mod patch_apply;
mod patch_ask;
mod patch_edit;
mod patch_hunks;
mod patch_mode;
mod pick;
mod process;
mod pull;
mod push;
mod push_plan;
mod push_report;
mod range;
mod range_diff;
mod range_diff_match;
mod rebase;
mod rebase_choose;
mod rebase_labels;
mod rebase_meld;
mod rebase_merges;
mod rebase_pick;
mod rebase_refs;
mod rebase_run;
mod rebase_start;
mod rebase_state;
mod rebase_todo;
mod reflog;
mod remote;
mod rerere;
mod reset;
mod restore;
mod rev_list;
mod rev_parse;
mod revert;
mod rm;
mod sequencer;
mod sequencer_ends;
mod sequencer_going;
mod shortlog;
mod show;
mod show_ref;
mod small;
mod stash;
mod stash_apply;
mod stash_make;
mod status;
mod status_state;
mod status_text;
mod status_v2;
mod switch;
mod switching;
mod switching_merge;
mod tag;
mod tracking;
mod words;
mod worktree;
mod worktree_add;
mod worktree_repair;

use cli::{Answer, Git, Stop};
use options::{Given, Spec};
use vfs::join;
use world::Program;

/// A row of the table of subcommands.
#[derive(Clone, Copy)]
struct Command {
    spec: &'static Spec,
    run: fn(&mut Git<'_, '_>, &Given) -> Answer,
}

const COMMANDS: &[Command] = &[
    Command { spec: &add::SPEC, run: add::run },
    Command { spec: &am::SPEC, run: am::run },
    Command { spec: &apply::SPEC, run: apply::run },
    Command { spec: &archive::SPEC, run: archive::run },
    Command { spec: &bisect::SPEC, run: bisect::run },
    Command { spec: &blame::SPEC, run: blame::run },
    Command { spec: &branch::SPEC, run: branch::run },
    Command { spec: &bundle::SPEC, run: bundle::run },
    Command { spec: &cat_file::HASH_SPEC, run: cat_file::hash },
    Command { spec: &cat_file::SPEC, run: cat_file::run },
    Command { spec: &check_attr::SPEC, run: check_attr::run },
    Command { spec: &checkout::SPEC, run: checkout::run },
    Command { spec: &cherry::SPEC, run: cherry::run },
    Command { spec: &cherry_pick::SPEC, run: cherry_pick::run },
    Command { spec: &clean::SPEC, run: clean::run },
    Command { spec: &clone::SPEC, run: clone::run },
    Command { spec: &commit::SPEC, run: commit::run },
    Command { spec: &config::SPEC, run: config::run },
    Command { spec: &describe::SPEC, run: describe::run },
    Command { spec: &diff::SPEC, run: diff::run },
    Command { spec: &diff_plumbing::FILES_SPEC, run: diff_plumbing::files },
    Command { spec: &diff_plumbing::INDEX_SPEC, run: diff_plumbing::index },
    Command { spec: &diff_plumbing::TREE_SPEC, run: diff_plumbing::tree },
    Command { spec: &fetch::SPEC, run: fetch::run },
    Command { spec: &for_each_ref::SPEC, run: for_each_ref::run },
    Command { spec: &format_patch::SPEC, run: format_patch::run },
    Command { spec: &fsck::SPEC, run: fsck::run },
    Command { spec: &grep::SPEC, run: grep::run },
    Command { spec: &housekeeping::GC, run: housekeeping::gc },
    Command { spec: &housekeeping::PACK_REFS, run: housekeeping::pack_refs },
    Command { spec: &housekeeping::PRUNE, run: housekeeping::prune },
    Command { spec: &housekeeping::PRUNE_PACKED, run: housekeeping::prune_packed },
    Command { spec: &housekeeping::REPACK, run: housekeeping::repack },
    Command { spec: &init::SPEC, run: init::run },
    Command { spec: &log_options::SPEC, run: log::run },
    Command { spec: &ls_files::SPEC, run: ls_files::run },
    Command { spec: &ls_remote::SPEC, run: ls_remote::run },
    Command { spec: &ls_tree::SPEC, run: ls_tree::run },
    Command { spec: &merge::SPEC, run: merge::run },
    Command { spec: &merge_base::SPEC, run: merge_base::run },
    Command { spec: &mv::SPEC, run: mv::run },
    Command { spec: &name_rev::SPEC, run: name_rev::run },
    Command { spec: &notes::SPEC, run: notes::run },
    Command { spec: &pull::SPEC, run: pull::run },
    Command { spec: &push::SPEC, run: push::run },
    Command { spec: &range_diff::SPEC, run: range_diff::run },
    Command { spec: &rebase::SPEC, run: rebase::run },
    Command { spec: &reflog::SPEC, run: reflog::run },
    Command { spec: &remote::SPEC, run: remote::run },
    Command { spec: &rerere::SPEC, run: rerere::run },
    Command { spec: &reset::SPEC, run: reset::run },
    Command { spec: &restore::SPEC, run: restore::run },
    Command { spec: &rev_list::SPEC, run: rev_list::run },
    Command { spec: &rev_parse::SPEC, run: rev_parse::run },
    Command { spec: &revert::SPEC, run: revert::run },
    Command { spec: &rm::SPEC, run: rm::run },
    Command { spec: &shortlog::SPEC, run: shortlog::run },
    Command { spec: &show::SPEC, run: show::run },
    Command { spec: &show_ref::SPEC, run: show_ref::run },
    Command { spec: &show_ref::SYMBOLIC_SPEC, run: show_ref::symbolic },
    Command { spec: &show_ref::UPDATE_SPEC, run: show_ref::update },
    Command { spec: &small::CHECK_IGNORE, run: small::check_ignore },
    Command { spec: &small::COMMIT_TREE, run: small::commit_tree },
    Command { spec: &small::COUNT_OBJECTS, run: small::count_objects },
    Command { spec: &small::MKTREE, run: small::mktree },
    Command { spec: &small::VAR, run: small::var },
    Command { spec: &small::WRITE_TREE, run: small::write_tree },
    Command { spec: &stash::SPEC, run: stash::run },
    Command { spec: &status::SPEC, run: status::run },
    Command { spec: &switch::SPEC, run: switch::run },
    Command { spec: &tag::SPEC, run: tag::run },
    Command { spec: &words::CHECK_REF_FORMAT, run: words::check_ref_format },
    Command { spec: &words::STRIPSPACE, run: words::stripspace },
    Command { spec: &worktree::SPEC, run: worktree::run },
];

/// The program.
pub(crate) fn program() -> Program {
    Program::steps::<process::Process>("git")
}

/// Reads what stands before the subcommand.
fn global_options(g: &mut Git<'_, '_>, args: &mut Vec<String>) -> Result<(), Stop> {
    while let Some(first) = args.first().filter(|arg| arg.starts_with('-')).cloned() {
        let value = args.get(1).cloned();
        match (first.as_str(), value) {
            ("--no-pager" | "-P" | "-p" | "--paginate" | "--no-optional-locks", _) => {
                match first.as_str() {
                    "--no-optional-locks" => {}
                    word => g.pager = Some(matches!(word, "-p" | "--paginate")),
                }
                args.remove(0);
            }
            ("-C", Some(folder)) => {
                let path = join(&g.cwd, &folder);
                if !folder.is_empty() {
                    if !g.files().is_dir(&path) {
                        return cli::fatal(format!("cannot change to '{folder}': No such file or directory"));
                    }
                    g.cwd = path;
                }
                args.drain(..2);
            }
            ("-c", Some(setting)) => {
                let (name, value) = setting.split_once('=').unwrap_or((&setting, "true"));
                g.overrides.push((name.into(), value.into()));
                args.drain(..2);
            }
            ("-C", None) => {
                g.err(format!("no directory given for '-C'\n{}", help::usage()));
                return Err(Stop::Exit(129));
            }
            ("-c", None) => {
                g.err("-c expects a configuration string\n".to_string() + &help::usage());
                return Err(Stop::Exit(129));
            }
            ("--version" | "-v", _) => {
                args[0] = "version".into();
                return Ok(());
            }
            ("--help" | "-h", _) => {
                args[0] = "help".into();
                return Ok(());
            }
            (option, _) if help::MISSING_GLOBAL.iter().any(|known| option.split('=').next() == Some(known)) => {
                g.err(format!("error: option `{option}' is real Git, but not part of this sandbox yet\n"));
                return Err(Stop::Exit(129));
            }
            (option, _) => {
                g.err(format!("unknown option: {option}\n{}", help::usage()));
                return Err(Stop::Exit(129));
            }
        }
    }
    Ok(())
}

fn dispatch(g: &mut Git<'_, '_>, args: &[String]) -> Answer {
    let Some((name, rest)) = args.split_first() else {
        g.out(help::overview());
        return Ok(1);
    };
    match name.as_str() {
        "version" => {
            g.out("git version 2.47.3\n");
            return Ok(0);
        }
        "help" => return help::run(g, rest),
        _ => {}
    }
    let Some(command) = find(name) else {
        return match alias::expanded(g, name, rest)? {
            Some(args) => dispatch(g, &args),
            None => help::not_a_command(g, name),
        };
    };
    if rest.iter().any(|arg| arg == "--help") {
        return help::run(g, std::slice::from_ref(name));
    }
    g.command = command.spec.name;
    g.words = rest.to_vec();
    if command.spec.options.is_empty() && !matches!(rest, [only] if only == "-h") {
        // Its own subcommands read the words.
        return (command.run)(g, &Given::default());
    }
    match options::parse(rest, command.spec) {
        Ok(given) => (command.run)(g, &given),
        Err(refused) if refused.help => {
            g.out(refused.text);
            Ok(refused.code)
        }
        Err(refused) => {
            g.err(refused.text);
            Ok(refused.code)
        }
    }
}

/// The words behind a command that has subcommands of its own.
fn rest_of(g: &Git<'_, '_>) -> Vec<String> {
    g.words.clone()
}

/// The names of the subcommands, for completion.
pub(crate) fn subcommands() -> impl Iterator<Item = &'static str> {
    COMMANDS.iter().map(|command| command.spec.name).chain(["help"])
}

/// A subcommand's options as they are typed.
pub(crate) fn flags(name: &str) -> Vec<String> {
    let tables = find(name).map_or(&[][..], |command| command.spec.options);
    let all = tables.iter().flat_map(|table| table.iter());
    all.filter(|opt| !opt.long.is_empty()).map(|opt| format!("--{}", opt.long)).collect()
}

fn find(name: &str) -> Option<&'static Command> {
    COMMANDS.iter().find(|command| command.spec.name == name)
}
