// Plain JavaScript without dependencies: it runs before anything is installed, on any Node from 20.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBrowser } from './browser.js';
import { ensureInstalled, markInstalled } from './install.js';
import { findNode } from './node.js';
import { watchNpm } from './npm-process.js';
import { ensureWebBuild } from './web-build.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const [command = '', ...args] = process.argv.slice(2);

/** Tests bring databases of their own, whatever the shell names; they would write into that one. */
const OWN_DATABASE = { DATABASE_URL: undefined, DATABASE_SECRET_ID: undefined };

/** Each command of `package.json` that must work on a bare clone. */
const COMMANDS = {
  async start() {
    await ensureInstalled(ROOT);
    await ensureWebBuild(ROOT);
    watchNpm(() => process.exit(1));
    await run(['local/main.ts', ...args], { env: { ORDERCAST_PARENT: String(process.pid) } });
  },
  async test() {
    await ensureInstalled(ROOT);
    await ensureWebBuild(ROOT);
    const browser = await ensureBrowser(ROOT);
    await run([bin('vitest'), 'run', ...args], { env: OWN_DATABASE });
    if (args.length > 0) return;
    await runBrowserTests(browser, []);
  },
  async e2e() {
    await ensureInstalled(ROOT);
    await ensureWebBuild(ROOT);
    await runBrowserTests(await ensureBrowser(ROOT), args);
  },
  /** The store suites and the migrations on the server that SQLSERVER_URL names. */
  async 'test-sqlserver'() {
    if (!process.env.SQLSERVER_URL) {
      throw new Error(
        'Set SQLSERVER_URL to a SQL Server database that these tests may empty, such as ' +
          "SQLSERVER_URL='mssql://sa:<password>@localhost:1433/ordercast_test?trustServerCertificate=true' " +
          '(docker compose up -d sqlserver starts one; see docs/dba.md).',
      );
    }
    await ensureInstalled(ROOT);
    await run([bin('vitest'), 'run', '--config', 'vitest.sqlserver.config.ts', ...args]);
    if (args.length > 0) return;
    await ensureWebBuild(ROOT);
    await runBrowserTests(await ensureBrowser(ROOT), ['orders.e2e'], {
      DATABASE_URL: process.env.SQLSERVER_URL,
    });
  },
  async 'test-chaos'() {
    await ensureInstalled(ROOT);
    await run([bin('vitest'), 'run', '--config', 'vitest.chaos.config.ts', ...args], {
      env: OWN_DATABASE,
    });
  },
  migrate: () => runProgram('migrations/main.ts'),
  'docs-schema': () => runProgram('migrations/documentation/main.ts'),
  'docs-asyncapi': () => runProgram('websocket/documentation/main.ts'),
  simulate: () => runProgram('bench/simulate/main.ts'),
  bench: () => runProgram('bench/main.ts'),
  async check() {
    await ensureInstalled(ROOT);
    await run([bin('prettier'), '--check', '--log-level', 'warn', '.']);
    await run([bin('eslint'), '.', '--max-warnings', '0']);
    await run([bin('typescript', 'tsc'), '-p', 'tsconfig.json']);
    await run([bin('typescript', 'tsc'), '-p', 'websocket/client/tsconfig.json']);
    await run([bin('svelte-check'), '--workspace', 'web', '--fail-on-warnings']);
    await run([bin('dependency-cruiser', 'depcruise'), '--no-progress', ...SOURCES]);
    await run([bin('knip')]);
  },
  /** npm runs this after every install; the page is built once, so that `npm start` need not. */
  async prepare() {
    markInstalled(ROOT);
    if (!existsSync(`${ROOT}/node_modules/vite`)) return;
    // An install must not fail on the page: `npm start` builds it again and then says why.
    await ensureWebBuild(ROOT).catch((error) => console.error(error.message));
  },
};

const SOURCES = ['services', 'websocket', 'web/src', 'migrations', 'local', 'e2e', 'bench'];

async function runProgram(file) {
  await ensureInstalled(ROOT);
  await run([file, ...args]);
}

function runBrowserTests(browser, files, env = OWN_DATABASE) {
  const playwright = bin('@playwright/test', 'playwright');
  return run([playwright, 'test', '--config', 'e2e/playwright.config.ts', ...files], {
    env: { ORDERCAST_BROWSER: browser, ...env },
  });
}

/** The script behind a package's command, wherever its version keeps it. */
function bin(name, command = name) {
  const folder = join(ROOT, 'node_modules', name);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return join(folder, typeof bin === 'string' ? bin : bin[command]);
}

/** Runs a script with Node 24 and leaves with its exit code unless that is 0. */
function run(script, { env = {} } = {}) {
  const child = spawn(findNode(ROOT), script, {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  // Ctrl-C reaches the whole group by itself; what is sent to this process alone is passed on.
  const ignore = () => undefined;
  const forward = () => child.kill('SIGTERM');
  process.on('SIGINT', ignore).on('SIGTERM', forward).on('SIGHUP', forward);
  return new Promise((resolve) => {
    child.on('exit', (code, signal) => {
      process.off('SIGINT', ignore).off('SIGTERM', forward).off('SIGHUP', forward);
      if (code === 0) resolve(undefined);
      else process.exit(code ?? (signal === 'SIGINT' ? 130 : 143));
    });
  });
}

const action = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined;
if (action === undefined) {
  console.error(`Unknown command "${command}". Commands: ${Object.keys(COMMANDS).join(', ')}.`);
  process.exit(2);
}
try {
  await action();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
