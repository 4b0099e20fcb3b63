// A conflict is resolved side by side; a pull request is opened and merged by the panel.

import { log, ready, terminal, type } from '../gestures.mjs';
import { lesson0 } from '../lesson0.mjs';
import { violations } from '../axe.mjs';

export const name = 'conflict-and-pull';

export const run = async ({ page, baseUrl, expect, shot }) => {
  await page.goto(baseUrl + lesson0.path);
  await ready(page);
  await type(page, 'cd ~/web && git switch -qc topic && echo "From the topic" > README.md && git commit -qam topic');
  await type(page, 'git switch -q main && echo "From main" > README.md && git commit -qam main');
  await type(page, 'git merge topic');
  const panel = page.getByRole('tabpanel', { name: /^Git/ });
  await expect.text(panel, /README\.md.*3 versions.*to resolve/s);
  await shot('trees');
  await terminal(page).fill('code README.md');
  await terminal(page).press('Enter');
  const conflict = page.getByRole('region', { name: 'Conflict' });
  await expect.text(conflict, /Conflict 1 of 1.*From main.*base.*From the topic/s);
  expect.equal(await violations(page), [], 'axe finds nothing in a conflict');
  await shot('conflict');
  await conflict.getByRole('button', { name: 'Take theirs' }).click();
  await expect.text(page.getByRole('tabpanel', { name: /^Files/ }), /No marker is left/);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await type(page, 'git add README.md && git commit -qm "Merge topic" && git log --oneline -1');
  await expect.text(log(page), /Merge topic/);

  await type(page, 'git switch -qc poster && echo more >> README.md && git commit -qam "Print the poster"');
  await type(page, 'git push -qu origin poster main');
  await page.getByRole('tab', { name: 'Git' }).click();
  await page.getByRole('button', { name: 'Open pull request' }).click();
  const pull = page.getByRole('article', { name: 'Pull request 1' });
  await expect.text(pull, /open.*#1 Print the poster.*poster → main/s);
  expect.equal(await violations(page), [], 'axe finds nothing in a pull request');
  await shot('pull');
  await pull.getByRole('combobox', { name: 'How to merge' }).selectOption('squash');
  await pull.getByRole('button', { name: 'Merge' }).click();
  await expect.text(pull, /merged/);
  await type(page, 'git switch -q main; git pull -q; git log -1 --format=%s');
  await expect.text(log(page), /Print the poster \(#1\)/);
};
