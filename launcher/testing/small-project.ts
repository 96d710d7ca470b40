import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';

const LAUNCHER = join(import.meta.dirname, '..');
const run = promisify(execFile);

export interface PackageText {
  name: string;
  version?: string;
  /** More of its package.json. */
  more?: object;
  /** Paths and texts of its files. */
  files?: Record<string, string>;
}

export interface LaunchResult {
  code: number | null;
  out: string;
  errors: string;
}

/** A project of two files that the launcher installs and runs as it does Ordercast, with real npm and no network. */
export interface SmallProject {
  root: string;
  /** Packs a package and makes it a dependency, in the lock file as well; nothing is installed. */
  add: (kind: DependencyKind, one: PackageText) => Promise<void>;
  /** Runs `node launcher/launch.js …` to its end; `onErrors` sees what it says meanwhile. */
  launch: (args?: string[], options?: LaunchOptions) => Promise<LaunchResult>;
  npm: (args: string[], env?: Record<string, string>) => Promise<void>;
}

type DependencyKind = 'dependencies' | 'devDependencies' | 'optionalDependencies';

interface LaunchOptions {
  /** More of the environment; undefined takes a variable away. */
  env?: Record<string, string | undefined>;
  uid?: number;
  /** Where somebody has moved the project to. */
  root?: string;
  onErrors?: (soFar: string) => void;
}

/** What `launch()` prints when the program of the project has run. */
export const RAN = 'the program ran\n';

/** Makes one in a temporary folder, below `parent` where that is given, until the test is finished. */
export async function smallProject(parent = tmpdir()): Promise<SmallProject> {
  const home = await mkdtemp(join(parent, 'ordercast-launcher-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  await chmod(home, 0o755);
  const root = join(home, 'project');
  await mkdir(join(root, 'migrations'), { recursive: true });
  await cp(LAUNCHER, join(root, 'launcher'), { recursive: true });
  await writeFile(
    join(root, 'migrations', 'main.ts'),
    `process.stdout.write('${RAN.trim()}\\n');\n`,
  );
  const manifest: Record<string, unknown> = {
    name: 'small',
    version: '1.0.0',
    private: true,
    type: 'module',
  };
  const write = () => writeFile(join(root, 'package.json'), JSON.stringify(manifest));
  await write();

  // What it has unpacked for one test it must not take from a cache in the next.
  const offline = { npm_config_cache: join(home, 'cache'), npm_config_offline: 'true' };
  const npm: SmallProject['npm'] = async (args, env = {}) => {
    const options = { cwd: root, env: { ...process.env, ...offline, ...env } };
    await run('npm', [...args, '--no-audit', '--no-fund'], options);
  };
  return {
    root,
    npm,
    async add(kind, { name, version = '1.0.0', more = {}, files = {} }) {
      const source = join(home, 'sources', `${name}-${version}`);
      const texts = { 'package.json': JSON.stringify({ name, version, ...more }), ...files };
      for (const [file, text] of Object.entries(texts)) {
        await mkdir(dirname(join(source, file)), { recursive: true });
        await writeFile(join(source, file), text);
      }
      await mkdir(join(root, 'packed'), { recursive: true });
      await run('npm', ['pack', '--ignore-scripts', '--pack-destination', join(root, 'packed')], {
        cwd: source,
      });
      const others = Object.entries(manifest[kind] ?? {});
      manifest[kind] = {
        ...Object.fromEntries(others),
        [name]: `file:packed/${name}-${version}.tgz`,
      };
      await write();
      await npm(['install', '--package-lock-only', '--ignore-scripts']);
    },
    async launch(args = ['migrate'], { env = {}, uid, root: cwd = root, onErrors } = {}) {
      const child = spawn(process.execPath, [join(cwd, 'launcher', 'launch.js'), ...args], {
        cwd,
        env: { ...process.env, ...offline, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
        ...(uid === undefined ? {} : { uid, gid: uid }),
      });
      let out = '';
      let errors = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        errors += text;
        onErrors?.(errors);
      });
      await once(child, 'close');
      return { code: child.exitCode, out, errors };
    },
  };
}
