import { execFile, spawn } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { until } from './testing/client-under-test.ts';
import { serveModel } from './testing/model-server-socket.ts';

const HERE = import.meta.dirname;
const ROOT = join(HERE, '../..');
/** What the README states. */
const MAX_BYTES = 6 * 1024;

const run = promisify(execFile);
let consumer = '';
let snippets: string[] = [];

/** A program outside the repository that has installed the packed library alone, and the README's examples. */
beforeAll(async () => {
  consumer = await mkdtemp(join(tmpdir(), 'ordercast-client-'));
  await cp(join(HERE, 'testing/readme-globals.d.ts'), join(consumer, 'readme-globals.d.ts'));
  await writeFile(join(consumer, 'package.json'), '{"type":"module"}');
  await run('npm', ['pack', '--pack-destination', consumer], { cwd: HERE });
  const packed = (await readdir(consumer)).filter((name) => name.endsWith('.tgz'));
  // Offline: it needs nothing that is not in it.
  await run('npm', ['install', '--offline', '--no-audit', ...packed], { cwd: consumer });
  await writeFile(join(consumer, 'around.mjs'), PROGRAM_AROUND);
  const readme = await readFile(join(HERE, 'README.md'), 'utf8');
  snippets = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code ?? '');
  for (const [index, code] of snippets.entries()) {
    await writeFile(join(consumer, `snippet-${index}.ts`), code);
  }
});

afterAll(() => rm(consumer, { recursive: true, force: true }));

it('weighs what the README says, with nothing but the library in it', async () => {
  const bundle = await rolldown({ input: join(HERE, 'realtime-client.ts') });
  // Vite leaves the annotations out of an application that it minifies, too: they are for bundlers.
  const comments = { annotation: false };
  const { output } = await bundle.generate({ format: 'esm', minify: true, comments });
  await bundle.close();
  expect(output).toHaveLength(1);
  expect(gzipSync(output[0].code, { level: 9 }).length).toBeLessThan(MAX_BYTES);
  expect(output[0].imports).toEqual([]);
});

it('ships types that a strict program compiles against, the examples included', async () => {
  await writeFile(join(consumer, 'no-dom.ts'), "export * from '@ordercast/client';\n");
  for (const [lib, include] of [
    ['dom', '*.ts'],
    ['webworker', 'no-dom.ts'],
    [undefined, 'no-dom.ts'],
  ]) {
    const options = {
      compilerOptions: {
        target: 'es2024',
        module: 'nodenext',
        lib: ['es2024', ...(lib === undefined ? [] : [lib])],
        types: [],
        strict: true,
        noEmit: true,
      },
      include: [include],
    };
    await writeFile(join(consumer, 'tsconfig.json'), JSON.stringify(options));
    const tsc = join(ROOT, 'node_modules/.bin/tsc');
    const { stdout } = await run(tsc, ['-p', consumer]).catch((error: unknown) => ({
      stdout: error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error),
    }));
    expect(stdout).toBe('');
  }
});

it('runs the page example: loads when it is ready, then applies each event', async () => {
  const { model, lines } = await startSnippet(0);
  await until(() => lines().includes('load'));
  model.server.publish('user/ada', 2);
  await until(() => lines().length >= 3);
  expect(lines()).toEqual(['load', 'apply e1-1', 'apply e1-2']);
});

it('runs the program example: handles events one by one, then leaves', async () => {
  const { model, lines, exited } = await startSnippet(1);
  await until(() => [...model.server.connections].some(({ channels }) => channels.has('orders')));
  model.server.publish('orders', 5);
  expect(await exited).toBe(0);
  expect(lines()).toEqual(['handle e1-1', 'handle e1-2', 'handle e1-3']);
});

it('runs the example that tells states and a refusal', async () => {
  const { lines, exited } = await startSnippet(2, (model) =>
    model.server.refuseNext('subscribe', 'FORBIDDEN_CHANNEL'),
  );
  expect(await exited).toBe(0);
  expect(lines()).toEqual([
    'connection connecting',
    'connection connected',
    'refused FORBIDDEN_CHANNEL failed',
    'connection closed',
  ]);
});

async function startSnippet(
  index: number,
  prepare: (model: Awaited<ReturnType<typeof serveModel>>) => void = () => undefined,
) {
  const model = await serveModel();
  prepare(model);
  const file = join(consumer, `snippet-${index}.ts`);
  const child = spawn(process.execPath, ['--import', join(consumer, 'around.mjs'), file], {
    env: { ...process.env, REALTIME_URL: model.url },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = new Promise<number | null>((resolve) => child.on('close', resolve));
  onTestFinished(async () => {
    child.kill();
    await exited;
    await model.stop();
  });
  return { model, exited, lines: () => output.split('\n').filter((line) => line !== '') };
}

/** Gives the examples the names that `testing/readme-globals.d.ts` declares. */
const PROGRAM_AROUND = `
const items = new Map();
let handled = 0;
Object.assign(globalThis, {
  config: { realtimeUrl: process.env.REALTIME_URL },
  session: { sub: 'ada', accessToken: async () => 'token' },
  orders: {
    apply: (event) => console.log('apply ' + event.id),
    load: async () => console.log('load'),
  },
  warehouse: {
    get isFull() { return handled === 3; },
    handle: async (event) => { handled += 1; console.log('handle ' + event.id); },
    loadAll: async () => console.log('load all'),
  },
});
Object.defineProperty(globalThis, 'sessionStorage', { value: {
  getItem: (key) => items.get(key) ?? null,
  setItem: (key, value) => items.set(key, value),
} });
`;
