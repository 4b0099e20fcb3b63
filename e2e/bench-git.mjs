// Git in wasm beside isomorphic-git in the same Node: the same work, and the same ids where both make commits.
// `node e2e/bench-git.mjs ENGINE_FOLDER [OPSFEST]`. Ours is typed into the shell, so that parsing, starting and printing
// count too; isomorphic-git's functions are called. Both deflate what they write. With the native program, the same
// scripts run beside real git as well. Each line is `NAME value unit (compared with PEER: ratio)`.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import git from 'isomorphic-git';
import { memoryFs } from './memory-fs.mjs';

const [folder, opsfest] = process.argv.slice(2);
if (!folder) {
  console.error('usage: node e2e/bench-git.mjs ENGINE_FOLDER [OPSFEST]');
  process.exit(2);
}
const worker = await import(pathToFileURL(join(folder, 'worker.js')).href);
const { memory } = await worker.default({ module_or_path: readFileSync(join(folder, 'worker_bg.wasm')) });

const print = (name, value, unit, peer, ratio) =>
  console.log(`${name} ${value.toFixed(1)} ${unit} (compared with ${peer}: ${ratio.toFixed(2)})`);

const timed = async (work) => {
  const start = performance.now();
  const result = await work();
  return [performance.now() - start, result];
};

const COMMITS = 1_000;
const FILES = 100;
const dir = '/repo';
const author = { name: 'A', email: 'a@x' };
const SETUP = `git config --global user.name A; git config --global user.email a@x; git config --global core.abbrev 7; git init -q repo; cd repo`;
const COMMIT = `for i in $(seq 0 ${COMMITS - 1}); do echo "line $i" > f$((i % ${FILES})); git add f$((i % ${FILES})); git commit -qm "c$i"; done`;

const ours = new worker.Workstation();
ours.run(SETUP);
const [commitOurs] = await timed(() => ours.run(`cd repo; ${COMMIT}`));
const listed = ours.run(`cd repo; git log --reverse --format='%H %ct'`).trim().split('\n').map((line) => line.split(' '));
if (listed.length !== COMMITS) throw new Error(`${listed.length} of ${COMMITS} commits`);

const theirs = memoryFs();
const cache = {};
const at = { fs: theirs, dir, cache };
await theirs.promises.mkdir(dir);
await git.init({ fs: theirs, dir, defaultBranch: 'main' });
const [commitTheirs] = await timed(async () => {
  for (let i = 0; i < COMMITS; i += 1) {
    const filepath = `f${i % FILES}`;
    await theirs.promises.writeFile(`${dir}/${filepath}`, `line ${i}\n`);
    await git.add({ ...at, filepath });
    const when = { ...author, timestamp: Number(listed[i][1]), timezoneOffset: 0 };
    const id = await git.commit({ ...at, message: `c${i}`, author: when, committer: when });
    if (id !== listed[i][0]) throw new Error(`commit ${i}: ${id}, not ${listed[i][0]}`);
  }
});
print('git_commit_1000_on_100_files', commitOurs, 'ms', 'isomorphic-git', commitTheirs / commitOurs);

const [logOurs, logText] = await timed(() => ours.run('cd repo; git log'));
const [logTheirs, log] = await timed(() => git.log({ ...at, cache: {} }));
if (log.length !== COMMITS || !logText.includes(log[0].oid)) throw new Error('the logs differ');
print('git_log_1000', logOurs, 'ms', 'isomorphic-git', logTheirs / logOurs);

/** A repository of so many committed files, one of which is changed then. */
const status = async (count) => {
  const here = new worker.Workstation();
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
  print(`git_status_${count}_files`, mine, 'ms', 'isomorphic-git', other / mine);
};
await status(1_000);
await status(10_000);

const SIDES = 100;
const CONFLICT = `git switch -qc topic; for i in $(seq 0 ${SIDES - 1}); do echo "topic $i" > f$i; done; git commit -qam topic; git switch -q main; for i in $(seq 0 ${SIDES - 1}); do echo "main $i" > f$i; done; git commit -qam main`;
ours.run(`cd repo; ${CONFLICT}`);
const [mergeOurs, merged] = await timed(() => ours.run('cd repo; git merge topic || true'));
await git.branch({ ...at, ref: 'topic', checkout: true });
for (const side of ['topic', 'main']) {
  if (side === 'main') await git.checkout({ ...at, ref: 'main' });
  for (let i = 0; i < SIDES; i += 1) {
    await theirs.promises.writeFile(`${dir}/f${i}`, `${side} ${i}\n`);
    await git.add({ ...at, filepath: `f${i}` });
  }
  await git.commit({ ...at, message: side, author });
}
const [mergeTheirs, conflict] = await timed(async () => {
  try {
    await git.merge({ ...at, ours: 'main', theirs: 'topic', abortOnConflict: false, author });
  } catch (error) {
    return error.data?.filepaths ?? [];
  }
});
const conflicts = merged.split('CONFLICT').length - 1;
if (conflicts !== SIDES || conflict.length !== SIDES) throw new Error(`${conflicts} and ${conflict.length} conflicts`);
print('git_conflicting_merge_100_files', mergeOurs, 'ms', 'isomorphic-git', mergeTheirs / mergeOurs);
ours.run('cd repo; git merge --abort');

// isomorphic-git has no rebase, no blame and no bundles: these stand beside what it does for a comparable walk.
const REBASE = 50;
ours.run(`cd repo; git switch -qc work HEAD~1; for i in $(seq ${REBASE}); do echo $i > w$i; git add w$i; git commit -qm "w$i"; done`);
const [rebase] = await timed(() => ours.run('cd repo; git rebase -q main'));
print('git_rebase_50', rebase, 'ms', 'budget 1,000 ms', rebase / 1_000);
ours.run(`cd repo; for i in $(seq 200); do echo "row $i" >> rows; git add rows; git commit -qm "r$i"; done`);
const [blame, lines] = await timed(() => ours.run('cd repo; git blame rows'));
if (lines.trim().split('\n').length !== 200) throw new Error('blame has other lines');
print('git_blame_200_revisions', blame, 'ms', 'budget 1,000 ms', blame / 1_000);

const many = new worker.Workstation();
const before = memory.buffer.byteLength;
many.run(`${SETUP}; for i in $(seq 2000); do echo "line $i" > f$((i % ${FILES})); git add f$((i % ${FILES})); git commit -qm "c$i"; done; git bundle create -q ../all.bundle main`);
const [clone] = await timed(() => many.run('git clone -q -b main all.bundle copy && cd copy && test $(git rev-list --count HEAD) = 2000'));
print('git_clone_2000_commit_bundle', clone, 'ms', 'budget 1,000 ms', clone / 1_000);
many.run(`cd repo; for i in $(seq 8000); do echo "more $i" > f$((i % ${FILES})); git add f$((i % ${FILES})); git commit -qm "m$i"; done`);
const megabytes = (memory.buffer.byteLength - before) / 1e6;
print('git_memory_10000_commits', megabytes, 'MB', 'budget 100 MB', megabytes / 100);

if (!opsfest) {
  console.log('git_native skipped: no native program was named');
  process.exit(0);
}
/** A script's time in a fresh folder, by bash and real git, or by the native program in its own world. */
const native = (script, start, work) => {
  const home = mkdtempSync(join(tmpdir(), 'opsfest-bench-'));
  const file = join(home, 'script.sh');
  writeFileSync(file, script);
  const env = { PATH: process.env.PATH, HOME: home, GIT_CONFIG_NOSYSTEM: '1' };
  const began = performance.now();
  execFileSync(start, work(file), { cwd: home, env, stdio: ['ignore', 'ignore', 'inherit'] });
  const took = performance.now() - began;
  rmSync(home, { recursive: true, force: true });
  return took;
};
const scripts = {
  commit_1000: `${SETUP}; ${COMMIT}`,
  log_and_status: `${SETUP}; ${COMMIT}; for i in $(seq 50); do git log > /dev/null; git status > /dev/null; done`,
};
for (const [name, script] of Object.entries(scripts)) {
  const mine = native(script, opsfest, (file) => ['sh', file]);
  const real = native(script, 'bash', (file) => [file]);
  print(`git_native_${name}`, mine, 'ms', 'bash and real git', real / mine);
}
