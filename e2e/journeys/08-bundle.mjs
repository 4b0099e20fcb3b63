// A repository made by real `git` goes into the world, is pushed and deployed there, changed, and comes out
// again as something that real `git` accepts.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { button, menu, names, panel, playUntil, start, typeAll } from '../gestures.mjs';
import { lesson0, merch } from '../lesson0.mjs';

export const name = 'bundle';

const git = (folder, ...args) =>
  execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', '-c', 'init.defaultBranch=main', ...args], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });

const makeBundle = (folder) => {
  const repository = join(folder, merch.name);
  for (const [path, text] of Object.entries(merch.files)) {
    mkdirSync(dirname(join(repository, path)), { recursive: true });
    writeFileSync(join(repository, path), text);
  }
  git(repository, 'init', '--quiet');
  git(repository, 'add', '--all');
  git(repository, 'commit', '--quiet', '--message', 'Open the merch stall');
  const bundle = join(folder, `${merch.name}.bundle`);
  git(repository, 'bundle', 'create', '--quiet', bundle, '--all');
  return bundle;
};

export const run = async ({ page, baseUrl, expect, shot }) => {
  const folder = mkdtempSync(join(tmpdir(), 'opsfest-bundle-'));
  try {
    await start(page, baseUrl, lesson0.title);
    const chooser = page.waitForEvent('filechooser');
    await menu(page, /^Import repository bundle/);
    await (await chooser).setFiles(makeBundle(folder));
    await expect.text(page.getByRole('status'), new RegExp(merch.name));

    await typeAll(page, merch.deploy);
    const cluster = await panel(page, 'Cluster');
    const ready = cluster.getByRole('button', { name: /^merch .*, ready/ });
    await playUntil(page, ready.first());
    await typeAll(page, merch.change);
    await playUntil(page, ready.nth(1));
    await shot('deployed');

    const download = page.waitForEvent('download');
    await button(page, names.menu).click();
    await page.getByRole('button', { name: /^Export repository bundle/ }).click();
    const exported = join(folder, 'exported.bundle');
    await (await download).saveAs(exported);
    git(folder, 'clone', '--quiet', exported, 'back');
    const back = join(folder, 'back');
    git(back, 'fsck', '--strict');
    expect.equal(git(back, 'log', '--format=%s').trim().split('\n'), ['Two stalls', 'Open the merch stall'], 'history');
    expect.ok(readFileSync(join(back, 'k8s/merch.yaml'), 'utf8').includes('replicas: 2'), 'the change came out');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
