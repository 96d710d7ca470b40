import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';

const COMMANDS = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chrome',
];
const PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
];

/**
 * The path of a Chromium for the tests: an installed one, else Playwright's own download, else
 * Debian's package where this user may install it. Throws with what to do where none can be had.
 */
export async function ensureBrowser(root) {
  return (
    installed() ??
    (await playwrights(root)) ??
    debians() ??
    fail(
      'The browser tests need Chromium or Chrome, and none could be installed. Install one, or name ' +
        'its path: ORDERCAST_BROWSER=/path/to/chrome npm test',
    )
  );
}

function installed() {
  const named = process.env.ORDERCAST_BROWSER;
  if (named) return existsSync(named) ? named : fail(`ORDERCAST_BROWSER names no file: ${named}`);
  const folders = (process.env.PATH ?? '').split(delimiter);
  const paths = folders.flatMap((folder) => COMMANDS.map((command) => join(folder, command)));
  return [...paths, ...PLACES].find(isExecutable);
}

async function playwrights(root) {
  const require = createRequire(join(root, 'e2e', 'package.json'));
  const { chromium } = require('@playwright/test');
  if (!existsSync(chromium.executablePath())) {
    console.error('No installed Chromium found; downloading the one that Playwright brings…');
    const cli = join(root, 'node_modules', '@playwright', 'test', 'cli.js');
    spawnSync(process.execPath, [cli, 'install', 'chromium'], {
      stdio: ['ignore', 2, 2],
      cwd: root,
    });
  }
  return isExecutable(chromium.executablePath()) ? chromium.executablePath() : undefined;
}

function debians() {
  if (!isExecutable('/usr/bin/apt-get') || process.getuid?.() !== 0) return undefined;
  console.error('Installing the Debian package chromium…');
  const options = {
    stdio: ['ignore', 2, 2],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  };
  spawnSync('apt-get', ['update', '-qq'], options);
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], options);
  return installed();
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function fail(message) {
  throw new Error(message);
}
