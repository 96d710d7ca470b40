import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { billOfMaterials } from './bill-of-materials.ts';

const ROOT = resolve(import.meta.dirname, '..');
const manifestSchema = z.object({ dependencies: z.record(z.string(), z.string()) });
const componentSchema = z.object({
  purl: z.string(),
  hashes: z.array(z.object({ alg: z.literal('SHA-512'), content: z.string() })).nonempty(),
  licenses: z
    .array(
      z.union([
        z.object({ license: z.object({ id: z.string() }) }),
        // Of more licences than one, as SPDX writes them.
        z.object({ expression: z.string() }),
      ]),
    )
    .nonempty(),
});

function dependenciesOf(workspace: string): [string, string][] {
  const text = readFileSync(resolve(ROOT, workspace, 'package.json'), 'utf8');
  const { dependencies } = manifestSchema.parse(JSON.parse(text));
  return Object.entries(dependencies).filter(([, version]) => version !== '*');
}

it('names what is shipped by version, hash and licence, and nothing that only development needs', async () => {
  const { components } = await billOfMaterials(ROOT, 'image', ['services', 'migrations']);
  const byName = new Map(components.map((component) => [component.name, component]));
  const needed = dependenciesOf('services');
  expect(needed.length).toBeGreaterThan(5);
  for (const [name, version] of needed) {
    expect(byName.get(name), name).toMatchObject({ version });
    expect(componentSchema.parse(byName.get(name)).purl).toContain(version);
  }
  for (const name of ['vitest', 'typescript', 'dynalite', 'vite', '@types/express', 'emulators'])
    expect(byName.has(name), name).toBe(false);
});

it('is a whole tree: what something needs is in it', async () => {
  const bill = await billOfMaterials(ROOT, 'page', ['web']);
  const named = new Set(bill.components.map((component) => component['bom-ref']));
  named.add(bill.metadata.component['bom-ref']);
  const refs = bill.dependencies.flatMap(({ ref, dependsOn }) => [ref, ...dependsOn]);
  expect(refs.filter((ref) => !named.has(ref))).toEqual([]);
  for (const [name, version] of dependenciesOf('web'))
    expect(named).toContain(`${name}@${version}`);
});

it('is the same for the same lock file', async () => {
  const make = () => billOfMaterials(ROOT, 'page', ['web']);
  expect(await make()).toEqual(await make());
});
