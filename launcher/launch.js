// Plain JavaScript without dependencies: it runs before anything is installed, on any Node from 20.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBrowser } from './browser.js';
import { programEnvironment, testEnvironment } from './environment.js';
import { mustBeReadable, mustBeWritable } from './folder.js';
import { ensureInstalled } from './install.js';
import { findNode } from './node.js';
import { ensureLambdaBuild } from './lambda-build.js';
import { watchNpm } from './npm-process.js';
import { startProgram } from './start-program.js';
import { USAGES, WITHOUT_OPTIONS } from './usage.js';
import { ensureWebBuild } from './web-build.js';

const ROOT = resolve(fileURLToPath(import.meta.url), '..', '..');
const [command = '', ...args] = process.argv.slice(2);
const isHelp = args.includes('--help') || args.includes('-h');

/** Each command of `package.json` that must work on a bare clone. */
const COMMANDS = {
  async start() {
    await ensureInstalled(ROOT);
    if (!isHelp) await ensureWebBuild(ROOT);
    const env = { ...programEnvironment(process.env), ORDERCAST_PARENT: String(process.pid) };
    await run(['--import=./platform/tracing/main.ts', 'local/main.ts', ...args], env);
  },
  async test() {
    await ensureInstalled(ROOT);
    mustBeWritable(ROOT, 'npm test');
    await ensureWebBuild(ROOT);
    const browser = args.length > 0 ? undefined : await ensureBrowser(ROOT);
    await run([bin('vitest'), 'run', ...args], testEnvironment(process.env));
    if (browser !== undefined) await runBrowserTests(browser, []);
  },
  async e2e() {
    await ensureInstalled(ROOT);
    mustBeWritable(ROOT, 'npm run test:browser');
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
    const env = testEnvironment(process.env);
    await run([bin('vitest'), 'run', '--config', 'vitest.sqlserver.config.ts', ...args], env);
    if (args.length > 0) return;
    await ensureWebBuild(ROOT);
    await runBrowserTests(await ensureBrowser(ROOT), ['orders.e2e'], {
      DATABASE_URL: process.env.SQLSERVER_URL,
    });
  },
  async 'test-chaos'() {
    await ensureInstalled(ROOT);
    const env = testEnvironment(process.env);
    await run([bin('vitest'), 'run', '--config', 'vitest.chaos.config.ts', ...args], env);
  },
  /** The image, built and run without Docker. */
  async 'test-containers'() {
    await ensureInstalled(ROOT);
    const env = testEnvironment(process.env);
    await run([bin('vitest'), 'run', '--config', 'vitest.containers.config.ts', ...args], env);
  },
  migrate: () => runProgram('migrations/main.ts'),
  async 'docs-schema'() {
    await runProgram('migrations/documentation/main.ts');
    await runProgram('services/testing/queries/main.ts');
  },
  'docs-asyncapi': () => runProgram('services/realtime/documentation/main.ts'),
  smoke: () => runProgram('e2e/smoke/main.ts'),
  report: () => runProgram('e2e/report/main.ts'),
  simulate: () => runProgram('bench/simulate/main.ts'),
  bench: () => runProgram('bench/main.ts', testEnvironment(process.env)),
  fill: () => runProgram('bench/many-orders/main.ts'),
  async build() {
    await ensureInstalled(ROOT);
    await ensureWebBuild(ROOT);
    await ensureLambdaBuild(ROOT);
  },
  sbom: () => runProgram('build/bills-of-materials.ts'),
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
  deploy: () => runInfraProgram('infra/deploy/main.ts'),
  destroy: () => runInfraProgram('infra/deploy/destroy-main.ts'),
  'diff-infra': () => runInfraProgram('infra/deploy/compare-main.ts'),
  /** What is deployed: it has a lock file of its own, so that nobody else need install it. */
  async 'check-infra'() {
    const infra = join(ROOT, 'infra');
    await ensureInstalled(ROOT);
    await ensureInstalled(infra);
    await ensureLambdaBuild(ROOT);
    await run([
      bin('eslint'),
      '--config',
      'infra/eslint.config.js',
      'infra',
      '--max-warnings',
      '0',
    ]);
    await run([bin('typescript', 'tsc'), '-p', 'infra/tsconfig.json']);
    await run([bin('dependency-cruiser', 'depcruise'), '--no-progress', 'infra']);
    const env = testEnvironment(process.env);
    await run([bin('vitest'), 'run', '--config', 'infra/vitest.config.ts', ...args], env);
  },
};

const SOURCES = [
  'platform',
  'emulators',
  'services',
  'websocket',
  'web/src',
  'migrations',
  'local',
  'e2e',
  'bench',
  'launcher',
  'build',
];

async function runProgram(file, env) {
  await ensureInstalled(ROOT);
  await run([file, ...args], env);
}

/** A program of infra/, whose packages nobody else needs. */
async function runInfraProgram(file) {
  await ensureInstalled(ROOT);
  await ensureInstalled(join(ROOT, 'infra'));
  await run([file, ...args]);
}

function runBrowserTests(browser, files, env = {}) {
  const playwright = bin('@playwright/test', 'playwright');
  return run([playwright, 'test', '--config', 'e2e/playwright.config.ts', ...files], {
    ...testEnvironment(process.env),
    ORDERCAST_BROWSER: browser.path,
    ORDERCAST_BROWSER_ENV: JSON.stringify(browser.env),
    ...env,
  });
}

/** The script behind a package's command, wherever its version keeps it. */
function bin(name, command = name) {
  const folder = join(ROOT, 'node_modules', name);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return join(folder, typeof bin === 'string' ? bin : bin[command]);
}

/** Runs a script with Node 24 and leaves with its exit code unless that is 0. */
function run(script, env = programEnvironment(process.env)) {
  return new Promise((resolve, reject) => {
    const options = { cwd: ROOT, stdio: 'inherit', env };
    const child = startProgram(findNode(ROOT), script, options, reject);
    // Ctrl-C reaches the whole group by itself; what is sent to this process alone is passed on.
    const ignore = () => undefined;
    const forward = () => child.kill('SIGTERM');
    process.on('SIGINT', ignore).on('SIGTERM', forward).on('SIGHUP', forward).on('exit', forward);
    child.on('exit', (code, signal) => {
      process.off('SIGINT', ignore).off('SIGTERM', forward).off('SIGHUP', forward);
      process.off('exit', forward);
      if (code === 0) resolve(undefined);
      else process.exit(code ?? (signal === 'SIGINT' ? 130 : 143));
    });
  });
}

/** Says what is wrong with how the command was called and ends with 2, as the programs do. */
function refuse(message) {
  console.error(message);
  process.exit(2);
}

const action = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined;
if (action === undefined) {
  refuse(`Unknown command "${command}". Commands: ${Object.keys(COMMANDS).join(', ')}.`);
}
const usage = USAGES[command];
if (usage !== undefined && isHelp) {
  console.log(usage);
  process.exit(0);
}
if (WITHOUT_OPTIONS.has(command) && args.length > 0) {
  refuse(`Unknown option "${args[0]}".\n\n${usage}`);
}
// Before anything is begun that could outlive npm.
watchNpm(() => process.exit(1));
try {
  mustBeReadable(ROOT);
  await action();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
