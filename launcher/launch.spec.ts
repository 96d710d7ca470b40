import { mkdir, rename, writeFile } from 'node:fs/promises';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RAN, smallProject } from './testing/small-project.ts';

describe('the launcher', () => {
  it.each([
    ['test', 'npm test'],
    ['e2e', 'npm run test:browser'],
    ['test-sqlserver', 'npm run test:sqlserver'],
    ['test-chaos', 'npm run test:chaos'],
    ['test-containers', 'npm run test:containers'],
    ['build', 'npm run build'],
    ['check', 'npm run check'],
    ['docs-schema', 'npm run docs:schema'],
    ['docs-asyncapi', 'npm run docs:asyncapi'],
  ])('prints what %s takes, on a bare clone as well', async (command, called) => {
    const project = await smallProject();
    for (const flag of ['--help', '-h']) {
      const { code, out, errors } = await project.launch([command, flag]);
      expect({ code, errors }).toEqual({ code: 0, errors: '' });
      expect(out).toContain(called);
    }
  });

  it.each(['build', 'check', 'docs-schema', 'docs-asyncapi'])(
    'refuses options for %s, which would be ignored',
    async (command) => {
      const project = await smallProject();
      const { code, out, errors } = await project.launch([command, '--all']);
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(errors).toMatch(/^Unknown option "--all"\.\n\nnpm run /);
    },
  );

  it('refuses a command that there is not, and names those that there are', async () => {
    const project = await smallProject();
    const { code, errors } = await project.launch(['strat']);
    expect(code).toBe(2);
    expect(errors).toMatch(/^Unknown command "strat"\. Commands: start, test, /);
  });

  it.each(['one#1', 'really?', 'all*', 'node_modules'])(
    'says at once that it cannot run in a folder called %s',
    async (name) => {
      const { root, launch } = await movedTo(name);
      const { code, out, errors } = await launch();
      expect({ code, out }).toEqual({ code: 1, out: '' });
      expect(errors).toMatch(
        /^Ordercast cannot run in .* Rename that folder.*--data <folder>\)\.\n$/,
      );
      expect(errors).toContain(root);
    },
  );

  it.each(['two words', '100%25', "Ada's", 'a[1]{2}(3)', 'größe', '$HOME', '-x'])(
    'runs in a folder called %s',
    async (name) => {
      const { launch } = await movedTo(name);
      expect(await launch()).toMatchObject({ code: 0, out: RAN });
    },
  );
});

describe('a program that cannot be started', () => {
  /** Has the launcher look for its Node elsewhere, as when Node is replaced under it. */
  const withNode = (path: string) => ({
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(`process.execPath=${JSON.stringify(path)}`)}`,
  });

  async function installed() {
    const project = await smallProject();
    await project.add('devDependencies', { name: 'tool' });
    expect(await project.launch()).toMatchObject({ code: 0, out: RAN });
    return project;
  }

  it.each(['nothing', 'package.json'])('is named, with what to do: %s', async (name) => {
    const { root, launch } = await installed();
    const path = join(root, name);
    const { code, out, errors } = await launch(['migrate'], { env: withNode(path) });
    expect({ code, out }).toEqual({ code: 1, out: '' });
    const fault = name === 'nothing' ? 'is not there' : 'may not be run: look at its rights';
    expect(errors).toContain(`${path} ${fault}`);
    expect(errors).toMatch(
      /^.*install Node with npm from https:\/\/nodejs\.org, then try again\.\n$/,
    );
  });

  it.runIf(process.platform === 'linux')('says what is too long to be handed to it', async () => {
    const { launch } = await installed();
    // Linux takes 128 KB a variable, and the launcher adds to this one.
    const { code, errors } = await launch(['migrate'], { env: { no_proxy: 'x'.repeat(131_050) } });
    expect(code).toBe(1);
    expect(errors).toMatch(
      /^\S+ cannot be started, since .* too long: shorten it, then try again\.\n$/,
    );
  });
});

async function movedTo(name: string) {
  const project = await smallProject();
  await project.add('devDependencies', { name: 'tool' });
  const root = join(project.root, '..', name, 'project');
  await mkdir(join(root, '..'));
  await rename(project.root, root);
  return { root, launch: () => project.launch(['migrate'], { root }) };
}

describe('the environment of a program', () => {
  const SHELL = {
    NODE_ENV: 'production',
    HTTP_PROXY: 'http://proxy.example:3128',
    no_proxy: '',
    NO_PROXY: 'intranet.example',
    AWS_PROFILE: 'work',
    AWS_CONFIG_FILE: '/home/ada/.aws/config',
    DATABASE_URL: 'mssql://ada:secret@db.example/orders',
    PORT: '9999',
    LOG_LEVEL: 'debug',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318',
  };

  async function environmentOf(
    command: string,
    file: string,
    shell: Record<string, string | undefined>,
  ) {
    const project = await smallProject();
    await project.add('devDependencies', { name: 'tool' });
    await mkdir(join(project.root, 'bench'), { recursive: true });
    await writeFile(join(project.root, file), 'console.log(JSON.stringify(process.env));');
    const { out } = await project.launch([command], { env: shell });
    const env: unknown = JSON.parse(out);
    return Object.fromEntries<unknown>(Object.entries(env ?? {}));
  }

  it.each([
    ['NO_PROXY', { ...SHELL, no_proxy: undefined }],
    ['no_proxy', { ...SHELL, NO_PROXY: '', no_proxy: 'intranet.example' }],
  ])("is the shell's, but for NODE_ENV and what goes past a proxy: %s", async (_name, shell) => {
    const env = await environmentOf('migrate', 'migrations/main.ts', shell);
    expect(env).not.toHaveProperty('NODE_ENV');
    for (const name of [
      'HTTP_PROXY',
      'AWS_PROFILE',
      'AWS_CONFIG_FILE',
      'DATABASE_URL',
      'PORT',
    ] as const) {
      expect(env[name]).toBe(SHELL[name]);
    }
    for (const name of ['no_proxy', 'NO_PROXY']) {
      expect(env[name]).toBe('intranet.example,localhost,127.0.0.1,::1,[::1]');
    }
  });

  it("of a benchmark has nothing of the shell's database, cloud, proxy and port", async () => {
    const env = await environmentOf('bench', 'bench/main.ts', SHELL);
    for (const name of [
      'NODE_ENV',
      'HTTP_PROXY',
      'AWS_PROFILE',
      'DATABASE_URL',
      'PORT',
      'LOG_LEVEL',
      'OTEL_EXPORTER_OTLP_ENDPOINT',
    ]) {
      expect(env).not.toHaveProperty(name);
    }
    expect(env['AWS_CONFIG_FILE']).toBe(devNull);
    expect(env['AWS_SHARED_CREDENTIALS_FILE']).toBe(devNull);
  });
});
