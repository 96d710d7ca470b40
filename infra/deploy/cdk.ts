import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AssemblyStack } from './assembly.ts';
import { EXIT, Stopped } from './stopped.ts';
import { runTool } from './tool.ts';

const INFRA = join(import.meta.dirname, '..');
const CDK = join(INFRA, 'node_modules', 'aws-cdk', 'bin', 'cdk');
/** It neither calls home nor looks for a newer version. */
const QUIET = {
  CDK_DISABLE_CLI_TELEMETRY: 'true',
  CDK_DISABLE_VERSION_CHECK: 'true',
  NO_COLOR: '1',
};

/** What becomes of one resource: `ordercast-dev-data | 3/18 | 12:00:26 | CREATE_COMPLETE | AWS::KMS::Key | Key`. */
const EVENT = /^\s*[\w-]+ \|\s+\d+/;

/** The pinned command line of the CDK; each call answers whether it went well. */
export interface Cdk {
  /** Makes what it needs in an account and Region: bucket, roles, the stack `CDKToolkit`. */
  makeToolkit: (account: string, region: string) => Promise<boolean>;
  deploy: (stack: AssemblyStack, how: { folder: string; changeSet: string }) => Promise<boolean>;
}

export function createCdk(say: (line: string) => void): Cdk {
  // In a folder without an app: of that `cdk.json` would have everything built for each call.
  const cwd = tmpdir();
  const run = async (args: readonly string[]) => {
    const others: string[] = [];
    const onLine = (line: string) => {
      if (EVENT.test(line)) say(`    ${line.trim()}`);
      else if (line.trim() !== '') others.push(line.trimEnd());
    };
    const all = [CDK, ...args, '--ci', '--no-notices'];
    const { code } = await runTool(process.execPath, all, { cwd, env: QUIET, onLine });
    if (code !== 0) for (const line of others) say(`    ${line}`);
    return code === 0;
  };
  return {
    makeToolkit: (account, region) => run(['bootstrap', `aws://${account}/${region}`]),
    deploy: ({ id }, { folder, changeSet }) =>
      run([
        'deploy',
        id,
        '--app',
        folder,
        '--exclusively',
        // A stack with the same text may read other outputs than it did.
        '--force',
        '--require-approval',
        'never',
        '--progress',
        'events',
        '--change-set-name',
        changeSet,
      ]),
  };
}

/** Builds what is not built (`cdk.json`), and makes the templates of a stage, judged as `npm run check:infra` judges them. Throws {@link Stopped} with the findings. */
export async function synthesize(
  stage: string,
  { image, folder }: { image: string; folder: string },
): Promise<void> {
  const lines: string[] = [];
  const app = `${process.execPath} app.ts`;
  const context = ['--context', `stage=${stage}`, '--context', `image=${image}`];
  const args = [CDK, 'synth', '--strict', '--quiet', '--app', app, ...context, '--output', folder];
  const { code } = await runTool(process.execPath, args, {
    cwd: INFRA,
    env: QUIET,
    onLine: (line) => lines.push(line),
  });
  if (code === 0) return;
  throw new Stopped(
    EXIT.usage,
    `${lines.join('\n')}\n\nThe templates cannot be made. Read the lines above.`,
  );
}
