// "What would this do?": the Git panel shows the line's effect before Enter, and nothing has happened.

import { log, ready, terminal, type } from '../gestures.mjs';
import { lesson0 } from '../lesson0.mjs';
import { violations } from '../axe.mjs';

export const name = 'preview';

export const run = async ({ page, baseUrl, expect, shot }) => {
  await page.goto(baseUrl + lesson0.path);
  await ready(page);
  await type(page, 'cd web && git switch -c poster && echo "# poster" >> README.md && git commit -am "Print the poster"');
  await type(page, 'git switch main');
  const panel = page.getByRole('tabpanel', { name: /^Git/ });
  await terminal(page).pressSequentially('git merge poster');
  await page.getByRole('button', { name: 'What would this do?' }).click();
  await expect.text(panel, /Not yet: git merge poster would do this/);
  await expect.text(panel, /Fast-forward/);
  expect.equal(await violations(page), [], 'axe finds nothing in a preview');
  await shot('merge');
  expect.equal(await terminal(page).inputValue(), 'git merge poster', 'the line stays');
  await page.getByRole('button', { name: 'Back to now' }).click();
  await expect.text(panel, /^(?!.*Not yet)/s);
  await terminal(page).fill('');
  await type(page, 'git log --oneline -1');
  await expect.text(log(page), /HEAD -> main, origin\/main/);
  await terminal(page).pressSequentially('git merge nowhere');
  await page.keyboard.press('Alt+w');
  await expect.text(panel, /It would fail, with exit code 1/);
  await terminal(page).press('Backspace');
  await expect.text(panel, /^(?!.*Not yet)/s);
};
