// Git in wasm beside isomorphic-git, in Node and in Chromium: `node e2e/bench-git.mjs ENGINE_FOLDER [OPSFEST]`. With the
// native program, the same scripts run beside real git as well. Each line is `NAME value unit (compared with PEER: ratio)`.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import git from 'isomorphic-git';
import { launchChromium } from './browsers.mjs';
import { COMMIT, SETUP, figures } from './git-work.mjs';
import { serve } from './server.mjs';

const [folder, opsfest] = process.argv.slice(2);
if (!folder) {
  console.error('usage: node e2e/bench-git.mjs ENGINE_FOLDER [OPSFEST]');
  process.exit(2);
}

const printer = (place) => (name, value, unit, peer, ratio) =>
  console.log(`git${place}_${name} ${value.toFixed(1)} ${unit} (compared with ${peer}: ${ratio.toFixed(2)})`);

const inNode = async () => {
  const worker = await import(pathToFileURL(join(folder, 'worker.js')).href);
  const { memory } = await worker.default({ module_or_path: readFileSync(join(folder, 'worker_bg.wasm')) });
  await figures({ Workstation: worker.Workstation, git, memory, print: printer('') });
};

const PAGE = `<!doctype html><meta charset="utf-8"><title>Git</title><script src="buffer.js"></script><script src="isomorphic-git.js"></script>`;
/** Node's `Buffer`, which isomorphic-git wants in a browser too. */
const BUFFER = "import { Buffer } from 'buffer/index.js'; globalThis.Buffer = Buffer;";

/** The same in a page of Chromium. */
const inChromium = async () => {
  const here = fileURLToPath(new URL('.', import.meta.url));
  const dist = mkdtempSync(join(tmpdir(), 'opsfest-bench-'));
  for (const name of ['worker.js', 'worker_bg.wasm']) copyFileSync(join(folder, name), join(dist, name));
  for (const name of ['git-work.mjs', 'memory-fs.mjs']) copyFileSync(join(here, name), join(dist, name.replace('.mjs', '.js')));
  const work = readFileSync(join(here, 'git-work.mjs'), 'utf8').replaceAll('.mjs', '.js');
  writeFileSync(join(dist, 'git-work.js'), work);
  copyFileSync(join(here, 'node_modules/isomorphic-git/index.umd.min.js'), join(dist, 'isomorphic-git.js'));
  await build({
    stdin: { contents: BUFFER, resolveDir: here },
    bundle: true,
    outfile: join(dist, 'buffer.js'),
  });
  writeFileSync(join(dist, 'index.html'), PAGE);
  const site = await serve({ dist, quality: 1 });
  const browser = await launchChromium();
  const page = await browser.newPage();
  await page.exposeFunction('print', printer('_chromium'));
  await page.goto(site.url);
  await page.evaluate(async () => {
    const worker = await import(new URL('worker.js', location.href).href);
    const { memory } = await worker.default();
    const { figures } = await import(new URL('git-work.js', location.href).href);
    await figures({ Workstation: worker.Workstation, git: window.git, memory, print: window.print });
  });
  await browser.close();
  await site.close();
  rmSync(dist, { recursive: true, force: true });
};

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

const besideRealGit = () => {
  const scripts = {
    commit_1000: `${SETUP}; ${COMMIT}`,
    log_and_status: `${SETUP}; ${COMMIT}; for i in $(seq 50); do git log > /dev/null; git status > /dev/null; done`,
  };
  for (const [name, script] of Object.entries(scripts)) {
    const mine = native(script, opsfest, (file) => ['sh', file]);
    const real = native(script, 'bash', (file) => [file]);
    printer('_native')(name, mine, 'ms', 'bash and real git', real / mine);
  }
};

await inNode();
await inChromium();
if (opsfest) besideRealGit();
else console.log('git_native skipped: no native program was named');
