import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestProject } from 'vitest/node';

const INFRA = join(import.meta.dirname, '..');
const CDK = join(INFRA, 'node_modules', 'aws-cdk', 'bin', 'cdk');
const STAGES = ['dev', 'prod'] as const;

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of the cloud assembly of each stage. */
    assemblies: Record<(typeof STAGES)[number], string>;
  }
}

/**
 * Synthesizes every stage once, as `npx cdk synth --strict` does: with no credentials, no home, nothing of the environment,
 * and without a network where the system lets us take it away. Any finding of a judge ends it here.
 */
export function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'ordercast-synth-'));
  const alone = spawnSync('unshare', ['--net', '--map-root-user', 'true']).status === 0;
  const bare = [
    'env',
    '-i',
    `PATH=${dirname(process.execPath)}:/usr/bin:/bin`,
    'HOME=/nonexistent',
  ];
  const assemblies = { dev: join(folder, 'dev'), prod: join(folder, 'prod') };
  for (const stage of STAGES) {
    const command = [
      ...(alone ? ['unshare', '--net', '--map-root-user'] : []),
      ...bare,
      process.execPath,
      CDK,
      'synth',
      '--strict',
      '--quiet',
      '--app',
      `${process.execPath} app.ts`,
      '--context',
      `stage=${stage}`,
      '--output',
      assemblies[stage],
    ];
    const [program = '', ...args] = command;
    const { status, stdout, stderr } = spawnSync(program, args, { cwd: INFRA, encoding: 'utf8' });
    if (status !== 0) throw new Error(`The stage "${stage}" is not sound:\n${stdout}\n${stderr}`);
  }
  project.provide('assemblies', assemblies);
  return () => rmSync(folder, { recursive: true, force: true });
}
