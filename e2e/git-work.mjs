// Git of ours beside isomorphic-git, wherever JavaScript runs: the same work, and the same ids where both make commits.
// Ours is typed into the shell, so that parsing, starting and printing count too; isomorphic-git's functions are called.
// Both deflate: ours when a file's size or bytes are asked for, so `git count-objects` stands at the end of the commits.
import { memoryFs } from './memory-fs.mjs';

const COMMITS = 1_000;
const FILES = 100;
const SIDES = 100;
const REBASE = 50;
const dir = '/repo';
const author = { name: 'A', email: 'a@x' };

/** A line that makes a repository to work in. */
export const SETUP =
  'git config --global user.name A; git config --global user.email a@x; git config --global core.abbrev 7; git init -q repo; cd repo';

const commits = (from, to, word) =>
  `for i in $(seq ${from} ${to}); do echo "line $i" > f$((i % ${FILES})); git add f$((i % ${FILES})); git commit -qm "${word}$i"; done`;
/** A thousand commits on a hundred files, one file each. */
export const COMMIT = commits(0, COMMITS - 1, 'c');

const timed = async (work) => {
  const start = performance.now();
  const result = await work();
  return [performance.now() - start, result];
};

/** The median of five: what takes some milliseconds is long or short by chance. */
const often = async (work) => {
  const all = [];
  for (let turn = 0; turn < 5; turn += 1) all.push(await timed(work));
  return all.sort(([one], [other]) => one - other)[2];
};

/** A thousand commits by both; gives what the other figures go on with. */
const makeCommits = async ({ Workstation, git, print }) => {
  const ours = new Workstation();
  ours.run(SETUP);
  const [mine] = await timed(() => ours.run(`cd repo; ${COMMIT}; git count-objects -v`));
  const listed = ours.run(`cd repo; git log --reverse --format='%H %ct'`).trim().split('\n').map((line) => line.split(' '));
  if (listed.length !== COMMITS) throw new Error(`${listed.length} of ${COMMITS} commits`);
  const theirs = memoryFs();
  const at = { fs: theirs, dir, cache: {} };
  await theirs.promises.mkdir(dir);
  await git.init({ fs: theirs, dir, defaultBranch: 'main' });
  const [other] = await timed(async () => {
    for (let i = 0; i < COMMITS; i += 1) {
      const filepath = `f${i % FILES}`;
      await theirs.promises.writeFile(`${dir}/${filepath}`, `line ${i}\n`);
      await git.add({ ...at, filepath });
      const when = { ...author, timestamp: Number(listed[i][1]), timezoneOffset: 0 };
      const id = await git.commit({ ...at, message: `c${i}`, author: when, committer: when });
      if (id !== listed[i][0]) throw new Error(`commit ${i}: ${id}, not ${listed[i][0]}`);
    }
  });
  print('commit_1000_on_100_files', mine, 'ms', 'isomorphic-git', other / mine);
  return { ours, theirs, at };
};

const readLog = async ({ git, print }, { ours, at }) => {
  const [mine, text] = await often(() => ours.run('cd repo; git log'));
  const [other, log] = await often(() => git.log({ ...at, cache: {} }));
  if (log.length !== COMMITS || !text.includes(log[0].oid)) throw new Error('the logs differ');
  print('log_1000', mine, 'ms', 'isomorphic-git', other / mine);
};

/** A repository of so many committed files, one of which is changed then. */
const status = async ({ Workstation, git, print }, count) => {
  const here = new Workstation();
  here.run(`${SETUP}; for i in $(seq ${count}); do echo $i > f$i; done; git add .; git commit -qm all; echo x >> f7`);
  const [mine, text] = await timed(() => here.run('cd repo; git status --short'));
  here.free();
  const fs = memoryFs();
  await fs.promises.mkdir(dir);
  await git.init({ fs, dir });
  const known = {};
  const filepath = [];
  for (let i = 1; i <= count; i += 1) {
    await fs.promises.writeFile(`${dir}/f${i}`, `${i}\n`);
    filepath.push(`f${i}`);
  }
  await git.add({ fs, dir, cache: known, filepath });
  await git.commit({ fs, dir, cache: known, message: 'all', author });
  await fs.promises.writeFile(`${dir}/f7`, '7\nx\n');
  const [other, matrix] = await timed(() => git.statusMatrix({ fs, dir, cache: {} }));
  const changed = matrix.filter(([, head, work, stage]) => head !== work || work !== stage).map(([path]) => path);
  if (text.trim() !== 'M f7' || changed.join() !== 'f7') throw new Error(`${text} beside ${changed}`);
  print(`status_${count}_files`, mine, 'ms', 'isomorphic-git', other / mine);
};

/** Two branches that change the same hundred files. */
const conflicts = async ({ git, print }, { ours, theirs, at }) => {
  const edit = (word) => `for i in $(seq 0 ${SIDES - 1}); do echo "${word} $i" > f$i; done; git commit -qam ${word}`;
  ours.run(`cd repo; git switch -qc topic; ${edit('topic')}; git switch -q main; ${edit('main')}`);
  const [mine, merged] = await timed(() => ours.run('cd repo; git merge topic || true'));
  await git.branch({ ...at, ref: 'topic', checkout: true });
  for (const side of ['topic', 'main']) {
    if (side === 'main') await git.checkout({ ...at, ref: 'main' });
    for (let i = 0; i < SIDES; i += 1) {
      await theirs.promises.writeFile(`${dir}/f${i}`, `${side} ${i}\n`);
      await git.add({ ...at, filepath: `f${i}` });
    }
    await git.commit({ ...at, message: side, author });
  }
  const [other, conflict] = await timed(async () => {
    try {
      await git.merge({ ...at, ours: 'main', theirs: 'topic', abortOnConflict: false, author });
    } catch (error) {
      return error.data?.filepaths ?? [];
    }
  });
  const found = merged.split('CONFLICT').length - 1;
  if (found !== SIDES || conflict.length !== SIDES) throw new Error(`${found} and ${conflict.length} conflicts`);
  print('conflicting_merge_100_files', mine, 'ms', 'isomorphic-git', other / mine);
  ours.run('cd repo; git merge --abort');
};

/** What isomorphic-git has not: rebase, blame and bundles. */
const alone = async ({ Workstation, print }, { ours }) => {
  ours.run(`cd repo; git switch -qc work HEAD~1; for i in $(seq ${REBASE}); do echo $i > w$i; git add w$i; git commit -qm "w$i"; done`);
  const [rebase] = await timed(() => ours.run('cd repo; git rebase -q main'));
  print('rebase_50', rebase, 'ms', 'budget 1,000 ms', rebase / 1_000);
  ours.run(`cd repo; for i in $(seq 200); do echo "row $i" >> rows; git add rows; git commit -qm "r$i"; done`);
  const [blame, lines] = await timed(() => ours.run('cd repo; git blame rows'));
  if (lines.trim().split('\n').length !== 200) throw new Error('blame has other lines');
  print('blame_200_revisions', blame, 'ms', 'budget 1,000 ms', blame / 1_000);
  ours.free();
  const many = new Workstation();
  many.run(`${SETUP}; ${commits(1, 2_000, 'c')}; git bundle create -q ../all.bundle main`);
  const [clone] = await timed(() =>
    many.run('git clone -q -b main all.bundle copy && cd copy && test $(git rev-list --count HEAD) = 2000'),
  );
  print('clone_2000_commit_bundle', clone, 'ms', 'budget 1,000 ms', clone / 1_000);
  many.free();
};

/** What so many commits take of the memory; what the module has from before is used again and not counted. */
const memoryOfCommits = ({ Workstation, print, memory }) => {
  const before = memory.buffer.byteLength;
  const many = new Workstation();
  many.run(`${SETUP}; ${commits(1, 10_000, 'm')}`);
  const megabytes = (memory.buffer.byteLength - before) / 1e6;
  print('memory_10000_commits', megabytes, 'MB', 'budget 100 MB', megabytes / 100);
  many.free();
};

const once = async (tools) => {
  const made = await makeCommits(tools);
  await readLog(tools, made);
  await status(tools, 1_000);
  await status(tools, 10_000);
  await conflicts(tools, made);
  await alone(tools, made);
};

/**
 * All figures, each handed to `print(name, value, unit, peer, ratio)`: of code that has just been loaded (`first_…`), and of
 * the same work again, when the browser has translated what is used much, ours and theirs.
 */
export const figures = async (tools) => {
  await once({ ...tools, print: (name, ...rest) => tools.print(`first_${name}`, ...rest) });
  await once(tools);
  memoryOfCommits(tools);
};
