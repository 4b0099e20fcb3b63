// `less` pages with its own keys; Ctrl-Z puts a command aside, and `fg` brings it back.

import { log, ready, terminal, type } from '../gestures.mjs';
import { lesson0 } from '../lesson0.mjs';
import { violations } from '../axe.mjs';

export const name = 'pager-and-jobs';

export const run = async ({ page, baseUrl, expect, shot }) => {
  const pager = page.locator('#pager');
  const focused = () => page.evaluate(() => document.activeElement?.id);
  await page.goto(baseUrl + lesson0.path);
  await ready(page);
  await type(page, 'cd ~/web && seq -f "line %g" 300 > long.txt');
  await terminal(page).fill('less -N long.txt');
  await terminal(page).press('Enter');
  await pager.waitFor();
  await expect.text(pager, /1 line 1/);
  expect.equal(await focused(), 'pager', 'the pager has the keyboard');
  await page.keyboard.press('Space');
  await page.keyboard.type('/line 250');
  await page.keyboard.press('Enter');
  await expect.text(pager, /250 line 250/);
  expect.equal(await violations(page), [], 'axe finds nothing on a pager');
  await shot('less');
  await page.keyboard.press('G');
  await expect.text(page.locator('.pager'), /line 300[\s\S]*\(END\)/);
  // Put aside, and looked at again.
  await page.keyboard.press('Control+z');
  await expect.text(log(page), /\[1\]\+ {2}Stopped +less -N long\.txt/);
  await type(page, 'echo $?; jobs');
  await expect.text(log(page), /148/);
  await terminal(page).fill('fg');
  await terminal(page).press('Enter');
  await pager.waitFor();
  await page.keyboard.press('q');
  await pager.waitFor({ state: 'detached' });
  await ready(page);
  expect.equal(await focused(), 'cmd', 'the keyboard is back in the terminal');
  // Git pages where that is switched on, and shows short output without stopping.
  await type(page, 'git config --global core.pager less; git log --oneline -1');
  await terminal(page).fill('git -c core.pager="less +G" log -p');
  await terminal(page).press('Enter');
  await pager.waitFor();
  await page.keyboard.press('q');
  await ready(page);
  await type(page, 'git --no-pager log -p | tail -1');
};
