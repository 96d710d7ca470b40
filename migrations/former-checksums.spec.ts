import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadSteps } from './step/load-steps.ts';

/** What the version before noted of its steps: file and T-SQL in one, in which no name had its schema. */
const NOTED: Readonly<Record<string, string>> = {
  '20261122210000': '2680112e35b99f954d3a273e1eabd870e07b091fa462618329e08b54f8921d75',
  '20261122210100': 'fec27824d63096e3a6b0e256492dd606e6d40a1bbed4c2c41676ac2cffee5cb3',
  '20261122210200': '6a7d7dc0a285e405aca36fd4d5d9b84f75e557066db186daf4cd634b3d0b2693',
  '20261122210300': '90c8907d3fad729b13efcacc7e64a65487612d0e876d59bff85c85921d5be990',
  '20261122210400': '5c32cb5b6d700e150d06c2677b57d79003a4037c136d3363118e7ca8858fbeaa',
  '20261122210500': '49e2937a7b790fe770e3c43761770face6062f0752d58ea2a2e78bccf4ddac09',
  '20261122210600': '5a7eb9526ae495411bdedaf82200abdf349b99252ebc8345bf20d1be73687f17',
  '20261127161700': '7dfd4fce4744b79d38360d537ee89ddb07a7298e8779d338ff403c74b307a24f',
  '20261127161800': '933ebd12e9cba1770da3f6f3d9dffd85960185eb2758845fc7c7c4653f9cefe6',
};

it('a database that the version before has migrated needs no repair', async () => {
  const steps = await loadSteps(join(import.meta.dirname, 'versions'));
  const known = steps.filter(({ version }) => version in NOTED);
  expect(Object.fromEntries(known.map((step) => [step.version, step.combinedChecksum]))).toEqual(
    NOTED,
  );
});
