// The browsers that journeys run in: Debian's Chromium by Playwright, Debian's Firefox by WebDriver BiDi.

import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import puppeteer from 'puppeteer-core';

const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const first = (name, files) => {
  const found = files.find((file) => file && existsSync(file));
  if (!found) throw new Error(`${name} is not installed: run \`cargo xtask setup\``);
  return found;
};

export const launchChromium = () =>
  chromium.launch({
    executablePath: first('Chromium', [
      process.env.OPSFEST_CHROMIUM,
      '/usr/bin/chromium',
      '/usr/bin/chromium-browser',
      '/usr/bin/google-chrome',
    ]),
    args: QUIET,
  });

// Debian's Firefox lacks Playwright's own protocol; the standard one it speaks.
export const launchFirefox = () =>
  puppeteer.launch({
    browser: 'firefox',
    protocol: 'webDriverBiDi',
    // As Chromium's journeys: the workspace, not the one-column layout.
    defaultViewport: { width: 1366, height: 768 },
    headless: true,
    executablePath: first('Firefox', [process.env.OPSFEST_FIREFOX, '/usr/bin/firefox-esr', '/usr/bin/firefox']),
  });
