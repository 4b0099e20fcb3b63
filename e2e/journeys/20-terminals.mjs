// Several terminals: one watches pods while the other types; a reload keeps both; each closes by itself.

import { button, log, ready, terminal, type } from '../gestures.mjs';
import { lesson0 } from '../lesson0.mjs';
import { violations } from '../axe.mjs';

export const name = 'terminals';

export const run = async ({ page, baseUrl, expect, shot }) => {
  const tabs = page.getByRole('tablist', { name: 'Terminals' }).getByRole('tab');
  const tab = (name) => page.getByRole('tablist', { name: 'Terminals' }).getByRole('tab', { name });
  const focused = () => page.evaluate(() => document.activeElement?.id);
  await page.goto(baseUrl + lesson0.path);
  await ready(page);
  expect.equal(await tabs.allInnerTexts(), ['Terminal'], 'the first terminal is as it was');
  await type(page, 'cd ~/web');
  await terminal(page).fill('half a lin');
  await button(page, 'New terminal').click();
  await tab('2 web').waitFor();
  expect.equal(await focused(), 'cmd', 'the keyboard is in the new terminal');
  await page.keyboard.type('kubectl get pods -n shop -w');
  await page.keyboard.press('Enter');
  await expect.text(log(page), /NAME +READY/);
  await tab(/^2 kubectl get pods/).waitFor();
  expect.equal(await violations(page), [], 'axe finds nothing with two terminals');
  await shot('two');
  // By the keyboard to the first one: what was half typed is there, and a pod that goes is seen in the second.
  await page.keyboard.press('Alt+j');
  expect.equal(await terminal(page).inputValue(), 'half a lin');
  await type(page, 'kubectl delete pod -n shop -l app=cart --wait=false');
  await expect.text(log(page), /pod "cart-.*deleted/);
  await tab(/^2 /).click();
  await expect.text(log(page), /Terminating/);
  // Both are there after a reload, and what ran in the second one runs on.
  await page.waitForTimeout(1500);
  await page.reload();
  await ready(page);
  await tab(/^2 kubectl get pods/).waitFor();
  await expect.text(log(page), /pod "cart-.*deleted/);
  await tab(/^2 /).click();
  await expect.text(log(page), /Terminating/);
  await terminal(page).press('Control+c');
  await tab('2 web').waitFor();
  await type(page, 'pwd');
  await expect.text(log(page), '/home/learner/web');
  // Ctrl-D closes one, the cross another; undo brings it back.
  await page.keyboard.press('Alt+n');
  await tab(/^3 /).waitFor();
  await page.keyboard.press('Control+d');
  await tab(/^3 /).waitFor({ state: 'detached' });
  await button(page, 'Close this terminal').click();
  await expect.text(tabs.first(), 'Terminal');
  expect.equal(await tabs.count(), 1);
  expect.equal(await focused(), 'cmd');
  await button(page, /^Undo/).click();
  await tab(/^2 /).waitFor();
  // The last one stays; its shell can be had anew.
  await terminal(page).press('Control+d');
  await expect.text(tabs.first(), 'Terminal');
  await type(page, 'exit').catch(() => {});
  await button(page, 'New shell').click();
  await ready(page);
  await type(page, 'echo here again');
  await expect.text(log(page), 'here again');
};
