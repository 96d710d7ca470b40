import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { billOfMaterials } from './bill-of-materials.ts';

/** What is shipped, and the workspaces whose packages it can hold. */
const SHIPPED = {
  image: ['services', 'migrations'],
  lambda: ['services'],
  page: ['web'],
};

/** Run by `npm run sbom`: a CycloneDX document for each artefact, `dist/sbom/<name>.cdx.json`. */
const root = resolve(import.meta.dirname, '..');
const folder = join(root, 'dist', 'sbom');
await mkdir(folder, { recursive: true });
for (const [name, workspaces] of Object.entries(SHIPPED)) {
  const bill = await billOfMaterials(root, `ordercast-${name}`, workspaces);
  const file = join(folder, `${name}.cdx.json`);
  await writeFile(file, `${JSON.stringify(bill, null, 2)}\n`);
  console.log(`${bill.components.length} packages: ${file}`);
}
