// The editor by keyboard: a broken line is saved and marked, mended and saved, and the terminal reads the same file;
// undo, search, and the way out again. In dark and in light, axe finds nothing in it.

import { editor, hasFocus, log, openFile, richEditor, start, tabInto, type } from '../gestures.mjs';
import { lesson0 } from '../lesson0.mjs';
import { violations } from '../axe.mjs';

export const name = 'editor';

const FILE = 'web/encore.yaml';

export const run = async ({ page, baseUrl, expect, shot }) => {
  const { keyboard } = page;
  const clean = async (state) => {
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      expect.equal(await violations(page), [], `axe finds nothing: ${state}, ${colorScheme}`);
      await shot(`${state}-${colorScheme}`);
    }
  };
  /** Selects a text by the search, which is closed again. */
  const find = async (text, look = async () => {}) => {
    const field = page.getByRole('textbox', { name: 'Find' });
    await keyboard.press('Control+f');
    await expect.visible(field);
    await keyboard.type(text);
    await keyboard.press('Enter');
    await look();
    await keyboard.press('Escape');
    await expect.gone(field);
    expect.ok(await hasFocus(editor(page)), 'the search gives the focus back');
  };
  const line = (text) => editor(page).filter({ hasText: text });

  await start(page, baseUrl, lesson0.title);
  await openFile(page, FILE);
  await richEditor(page).waitFor({ state: 'visible' });
  await tabInto(page, editor(page));
  await expect.text(editor(page), /headline: .*2025/);
  await clean('open');

  // Words behind the closing quote: the file is saved as it is, and marked where it breaks.
  await find('tickets!"');
  await keyboard.press('ArrowRight');
  await keyboard.type(' soon');
  await expect.visible(page.getByRole('img', { name: 'unsaved' }));
  await keyboard.press('Control+s');
  await expect.visible(page.locator('.cm-lint-marker-error').first());
  await expect.visible(page.locator('.cm-lintRange-error').first());
  await expect.text(page.getByRole('status'), /^\d+:\d+ /);
  expect.ok(await hasFocus(editor(page)), 'saving keeps the focus');
  await clean('broken');

  // Mended at the place where the cursor still is.
  for (let letter = 0; letter < ' soon"'.length; letter += 1) await keyboard.press('Backspace');
  await keyboard.type(' Come early"');
  await keyboard.press('Control+s');
  await expect.gone(page.locator('.cm-lint-marker-error'));
  await type(page, `cat ${FILE}`);
  await expect.text(log(page), /tickets! Come early"/);

  // What a command does to the file comes into the editor.
  await type(page, `sed -i s/64Mi/96Mi/ ${FILE}`);
  await expect.visible(line('memory: 96Mi'));

  await editor(page).focus();
  await find('path', () => clean('search'));
  await keyboard.press('Control+z');
  await expect.gone(line('Come early'));
  await expect.visible(line('memory: 96Mi'));
  await keyboard.press('Control+y');
  await expect.visible(line('Come early'));

  // Tab indents, and Escape makes it leave.
  await keyboard.press('Control+Home');
  await keyboard.press('Tab');
  const text = () => editor(page).innerText();
  expect.ok((await text()).startsWith('  #'), 'Tab indents');
  await keyboard.press('Shift+Tab');
  expect.ok((await text()).startsWith('#'), 'Shift+Tab takes it back');
  await keyboard.press('Escape');
  await keyboard.press('Tab');
  expect.ok(!(await hasFocus(editor(page))), 'Escape, then Tab leaves the editor');
  expect.ok((await text()).startsWith('#'), 'leaving changes nothing');
};
