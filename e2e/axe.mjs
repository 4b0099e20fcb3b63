// Accessibility by axe-core. Its source goes in by the browser's debugger, so the page's own policy stays strict.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What axe finds wrong, one sentence for each place. */
export const violations = async (page) => {
  await page.evaluate(`${source}; undefined`);
  const result = await page.evaluate((tags) => globalThis.axe.run({ runOnly: { type: 'tag', values: tags } }), RULES);
  return result.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${rule.help}: ${node.target}`));
};
