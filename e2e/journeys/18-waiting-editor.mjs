// A command that opens the editor waits for it: `git commit` without a message, `vi` closed by its own word.

import { log, ready, terminal, type } from '../gestures.mjs';
import { lesson0 } from '../lesson0.mjs';
import { violations } from '../axe.mjs';

export const name = 'waiting-editor';

export const run = async ({ page, baseUrl, expect, shot }) => {
  await page.goto(baseUrl + lesson0.path);
  await ready(page);
  await type(page, 'cd ~/web && echo "# poster" >> README.md && git diff --stat');
  const panel = page.getByRole('tabpanel', { name: /^Git/ });
  await expect.text(panel, /README\.md.*changed/s);
  await terminal(page).fill('git commit -a');
  await terminal(page).press('Enter');
  const editor = page.getByRole('textbox', { name: 'Editor' });
  await editor.waitFor();
  await expect.text(page.getByRole('tabpanel', { name: /^Files/ }), /COMMIT_EDITMSG.*vi waits for this file/s);
  await page.keyboard.type('Print the poster');
  expect.equal(await violations(page), [], 'axe finds nothing while a command waits for the editor');
  await shot('open');
  await page.keyboard.press('Control+Enter');
  await expect.text(log(page), /\[main [0-9a-f]{7}\] Print the poster/);
  await expect.text(panel, /Print the poster/);
  expect.equal(await page.evaluate(() => document.activeElement?.id), 'cmd', 'the keyboard is back in the terminal');
  // What is typed and not saved is not lost by the word that closes without saving.
  await terminal(page).fill('vi README.md');
  await terminal(page).press('Enter');
  await editor.waitFor();
  await page.keyboard.type('x');
  await terminal(page).fill(':q');
  await terminal(page).press('Enter');
  await expect.text(page.locator('.toasts'), /E37: No write since last change/);
  await terminal(page).fill(':wq');
  await terminal(page).press('Enter');
  await type(page, 'head -c1 README.md; git status --short');
  await expect.text(log(page), /x M README\.md/);
};
