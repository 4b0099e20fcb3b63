// Where WebAssembly is switched off, a plain page says so and what to do.

export const name = 'blocked-wasm';

export const run = async ({ page, baseUrl, expect, shot, guard }) => {
  guard.allow(/WebAssembly/);
  await page.addInitScript(() => {
    delete globalThis.WebAssembly;
  });
  await page.goto(baseUrl);
  await expect.visible(page.getByRole('heading', { name: 'This browser will not run the world' }));
  await expect.visible(page.getByRole('button', { name: 'Try again' }));
  await shot('plain');
};
