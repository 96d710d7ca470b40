import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StageSettings } from '../settings/stage-settings.ts';
import { EXIT, Stopped } from './stopped.ts';
import { runTool } from './tool.ts';

const CERTIFICATES = join('certificates', 'global-bundle.pem');

/**
 * What is checked out, by the name that its image gets: the commit; with changes that are in none, a hash of them behind it.
 * Throws {@link Stopped} where it cannot be deployed.
 */
export async function releaseOf(
  root: string,
  { settings, allowDirty }: { settings: StageSettings; allowDirty: boolean },
): Promise<string> {
  if (!existsSync(join(root, CERTIFICATES))) throw withoutCertificates();
  const git = async (args: readonly string[], env: Record<string, string> = {}) => {
    const { code, stdout } = await runTool('git', args, { cwd: root, env });
    if (code !== 0) {
      throw new Stopped(
        EXIT.usage,
        `A release is named by its commit, and git knows of none in ${root}: clone Ordercast with git.`,
      );
    }
    return stdout.trim();
  };
  const commit = await git(['rev-parse', 'HEAD']);
  const changed = await git(['status', '--porcelain']);
  if (changed === '') return commit;
  if (!allowDirty || settings.data === 'keep') throw dirty(changed, settings);
  const folder = mkdtempSync(join(tmpdir(), 'ordercast-index-'));
  try {
    const index = { GIT_INDEX_FILE: join(folder, 'index') };
    await git(['read-tree', 'HEAD'], index);
    await git(['add', '--all'], index);
    const tree = await git(['write-tree'], index);
    const hash = createHash('sha256').update(tree).digest('hex').slice(0, 12);
    return `${commit}-dirty-${hash}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function withoutCertificates(): Stopped {
  return new Stopped(
    EXIT.usage,
    `${CERTIFICATES} is missing: the authorities that the database's certificate is checked against. Get it with\n` +
      `  curl -fo ${CERTIFICATES} https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem\nand run this again.`,
  );
}

function dirty(changed: string, { stage, data }: StageSettings): Stopped {
  const files = changed.split('\n');
  const some = files.slice(0, 5).map((line) => `  ${line}`);
  const more = files.length > some.length ? [`  and ${files.length - some.length} more`] : [];
  const way =
    data === 'keep'
      ? `What runs on ${stage} must be a commit: commit them.`
      : 'Commit them, or deploy them as they are with --allow-dirty.';
  return new Stopped(
    EXIT.usage,
    ['These changes are in no commit:', ...some, ...more, way].join('\n'),
  );
}
