import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';

const jsonSchema = z.record(z.string(), z.unknown());
const manifestSchema = z.object({ workspaces: z.array(z.string()) });
const lockSchema = z.looseObject({ packages: z.record(z.string(), jsonSchema) });

/** What is the same for the same packages: without the time and the random number that npm adds. */
const billSchema = z.object({
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.literal('1.5'),
  version: z.literal(1),
  metadata: z.object({
    lifecycles: z.array(jsonSchema),
    tools: z.array(jsonSchema),
    component: z.looseObject({ name: z.string(), 'bom-ref': z.string() }),
  }),
  components: z.array(
    z.looseObject({ name: z.string(), version: z.string(), 'bom-ref': z.string() }),
  ),
  dependencies: z.array(z.object({ ref: z.string(), dependsOn: z.array(z.string()) })),
});

export type BillOfMaterials = z.infer<typeof billSchema>;

/**
 * What is installed for workspaces of `root` without what only development needs, as CycloneDX 1.5: packages with
 * version, licence and hash, from the lock file. `npm` must be on the PATH.
 */
export async function billOfMaterials(
  root: string,
  name: string,
  workspaces: readonly string[],
): Promise<BillOfMaterials> {
  const folder = await mkdtemp(join(tmpdir(), 'ordercast-bill-of-materials-'));
  try {
    await copyManifests(root, folder);
    const bill = await askNpm(folder, workspaces);
    bill.metadata.component.name = name;
    return bill;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** `npm sbom --omit dev` leaves out what both need, so npm is not told of development at all. */
async function copyManifests(root: string, folder: string): Promise<void> {
  const manifest = await readFile(join(root, 'package.json'), 'utf8');
  const { workspaces } = manifestSchema.parse(JSON.parse(manifest));
  for (const path of ['.', ...workspaces].map((path) => join(path, 'package.json'))) {
    const text = await readFile(join(root, path), 'utf8');
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), withoutDevelopment(jsonSchema.parse(JSON.parse(text))));
  }
  const lock = lockSchema.parse(
    JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')),
  );
  for (const [path, entry] of Object.entries(lock.packages))
    if (!path.includes('node_modules/')) delete entry['devDependencies'];
  await writeFile(join(folder, 'package-lock.json'), JSON.stringify(lock));
  await cp(join(root, '.npmrc'), join(folder, '.npmrc'));
}

function withoutDevelopment(manifest: Record<string, unknown>): string {
  return JSON.stringify({ ...manifest, devDependencies: {} });
}

async function askNpm(folder: string, workspaces: readonly string[]): Promise<BillOfMaterials> {
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'];
  const { stdout } = await promisify(execFile)(
    'npm',
    [...args, ...workspaces.flatMap((workspace) => ['--workspace', workspace])],
    { cwd: folder, maxBuffer: 64 * 1024 * 1024, shell: process.platform === 'win32' },
  );
  return billSchema.parse(JSON.parse(stdout));
}
