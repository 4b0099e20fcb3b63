// What a learner does, found as a learner finds it: by role and by words. All names that the page must keep
// stand here.

export const names = {
  input: /^(Terminal input|Command line)/,
  log: /^Terminal/,
  steps: 'Steps',
  rewind: /^Rewind/,
  play: /^Play/,
  pause: /^Pause/,
  nextEvent: /^Next event/,
  undo: /^Undo/,
  share: /^Share/,
  why: /Why\?/,
  menu: /^Menu/,
};

export const terminal = (page) => page.getByRole('textbox', { name: names.input });
export const log = (page) => page.getByRole('log', { name: names.log });

/** The log while no command runs in the foreground; an empty one takes no room. */
const idleLog = (page) => page.locator('[role=log]:not([aria-busy=true])').first();

/** Waits until the world answers: the terminal takes a line. */
export const ready = async (page) => {
  await terminal(page).waitFor({ state: 'visible' });
  await idleLog(page).waitFor({ state: 'attached' });
};

/** Opens the first page and presses its one button. */
export const start = async (page, baseUrl, title) => {
  await page.goto(baseUrl);
  // The program replaces the prerendered page: its theme button says that it has.
  await page.getByRole('button', { name: /^Theme/ }).first().waitFor({ state: 'visible' });
  // The read line-up replaces the prerendered links; the loop comes with it.
  await page.locator('.rig').first().waitFor({ state: 'visible' });
  await page.getByRole('link', { name: title }).first().click();
  await ready(page);
};

/** Types a line into the terminal and waits until the prompt is back. */
export const type = async (page, line) => {
  await terminal(page).fill(line);
  await terminal(page).press('Enter');
  await log(page).filter({ hasText: line }).waitFor({ state: 'visible' });
  await idleLog(page).waitFor({ state: 'attached' });
};

/** Types several lines, one after the other. */
export const typeAll = async (page, lines) => {
  for (const line of lines) await type(page, line);
};

/** Brings a panel to the front: Shop, Files, Git, Pipelines, Argo CD, Cluster. */
export const panel = async (page, name) => {
  await page.getByRole('tab', { name: new RegExp(`^${name}`) }).first().click();
  return page.getByRole('tabpanel', { name: new RegExp(`^${name}`) }).first();
};

/** The nth step of the brief, from 1; with a state, only while it is in that state. */
export const step = (page, number, state = null) => {
  const inState = state ? `:is([data-state="${state}"], [data-s="${state}"])` : '';
  return page.getByRole('list', { name: names.steps }).locator(`:scope > li:nth-child(${number})${inState}`);
};

export const passed = (page, number) => step(page, number, 'passed').waitFor({ state: 'visible' });

/** Chooses an option of a step, and hands it in. */
export const choose = async (page, number, option) => {
  const asked = step(page, number);
  await asked.getByRole('radio', { name: option }).click();
  await asked.locator('form').getByRole('button').last().click();
};

/** Writes an answer into a step, and hands it in. */
export const answer = async (page, number, text) => {
  const asked = step(page, number);
  await asked.getByRole('textbox').fill(text);
  await asked.locator('form').getByRole('button').last().click();
};

/** Reads in the Shop panel which version customers get. */
export const shopVersion = async (page, pattern) => {
  const shop = await panel(page, 'Shop');
  await shop.filter({ hasText: pattern }).waitFor({ state: 'visible' });
  return (await shop.innerText()).match(pattern)[0];
};

/** Lets the clock run, as fast as it goes, until something can be seen. */
export const playUntil = async (page, locator) => {
  await page.getByRole('combobox', { name: /^Speed/ }).selectOption({ label: '60×' });
  await page.getByRole('button', { name: names.play }).click();
  await locator.waitFor({ state: 'visible' });
  const pause = page.getByRole('button', { name: names.pause });
  // The last event may have stopped the clock by itself.
  if (await pause.isVisible()) await pause.click();
};

export const button = (page, name) => page.getByRole('button', { name }).first();

/** The editor of the open file: CodeMirror, or the plain field that stands in for it. */
export const editor = (page) => page.getByRole('textbox', { name: 'Editor', exact: true });
export const richEditor = (page) => editor(page).and(page.locator('[contenteditable]'));
export const plainEditor = (page) => editor(page).and(page.locator('textarea'));

/** Opens a file by the keys of the tree: `web/encore.yaml`. */
export const openFile = async (page, path, most = 80) => {
  await panel(page, 'Files');
  await page.getByRole('tree', { name: 'Files' }).locator('[role=treeitem][tabindex="0"]').focus();
  await page.keyboard.press('Home');
  const at = () => page.evaluate(() => document.activeElement?.dataset.path ?? '');
  for (let step = 0; step < most && !(await at()).endsWith(`/${path}`); step += 1) await page.keyboard.press('ArrowDown');
  if (!(await at()).endsWith(`/${path}`)) throw new Error(`the tree's keys never reach ${path}`);
  await page.keyboard.press('Enter');
  await editor(page).waitFor({ state: 'visible' });
};

/** Whether a part has the focus; it may lie in a shadow root. */
export const hasFocus = (part) => part.evaluate((element) => element.getRootNode().activeElement === element);

/** Presses Tab until a part has the focus. */
export const tabInto = async (page, part, most = 80) => {
  for (let at = 0; at < most; at += 1) {
    await page.keyboard.press('Tab');
    if (await hasFocus(part)) return;
  }
  throw new Error('Tab never reaches it');
};

/** Chooses an entry of the menu. */
export const menu = async (page, entry) => {
  await button(page, names.menu).click();
  await page.getByRole('button', { name: entry }).click();
};

/** Moves the rewind slider to a share of its way, 0 to 1, by its keys. */
export const rewind = async (page, share) => {
  const slider = page.getByRole('slider', { name: names.rewind });
  await slider.press('Home');
  const [min, max] = await slider.evaluate((input) => [Number(input.min), Number(input.max)]);
  const step = await slider.evaluate((input) => Number(input.step) || 1);
  const presses = Math.round(((max - min) * share) / step);
  for (let at = 0; at < presses; at += 1) await slider.press('ArrowRight');
};

/** Presses Tab until something has the focus; says what was passed when it never gets it. */
export const tabTo = async (page, name, most = 80) => {
  const seen = [];
  for (let at = 0; at < most; at += 1) {
    await page.keyboard.press('Tab');
    const words = await page.evaluate(() => {
      const at = document.activeElement;
      const label = at?.getAttribute('aria-label') ?? at?.labels?.[0]?.textContent ?? at?.textContent ?? '';
      return label.trim().replace(/\s+/g, ' ').slice(0, 60);
    });
    if (name.test(words)) return;
    seen.push(words);
  }
  throw new Error(`Tab never reaches ${name}; it passes: ${seen.join(' | ')}`);
};
