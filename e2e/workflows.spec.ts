import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

const ROOT = resolve(import.meta.dirname, '..');
const FOLDER = join(ROOT, '.github', 'workflows');
const textOf = (path: string) => readFileSync(join(ROOT, path), 'utf8');

const permissionsSchema = z.record(z.string(), z.enum(['read', 'write', 'none']));
const workflowSchema = z.object({
  permissions: permissionsSchema,
  jobs: z.record(
    z.string(),
    z.object({
      'timeout-minutes': z.int(),
      environment: z.unknown().optional(),
      permissions: permissionsSchema.optional(),
      services: z.record(z.string(), z.object({ image: z.string() })).optional(),
      steps: z.array(
        z.object({
          uses: z.string().optional(),
          with: z.record(z.string(), z.unknown()).optional(),
          run: z.string().optional(),
        }),
      ),
    }),
  ),
});

const names = readdirSync(FOLDER);

describe.each(names)('the workflow %s', (name) => {
  const text = readFileSync(join(FOLDER, name), 'utf8');
  const workflow = workflowSchema.parse(parse(text));
  const jobs = Object.values(workflow.jobs);
  const steps = jobs.flatMap((job) => job.steps);

  it('names each action by its commit, and says which version that is', () => {
    const uses = text.match(/uses: .*/g) ?? [];
    expect(uses).toHaveLength(steps.filter((step) => step.uses !== undefined).length);
    for (const line of uses) expect(line).toMatch(/^uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it('names each image by its digest', () => {
    const services = jobs.flatMap((job) => Object.values(job.services ?? {}));
    const images = [
      ...services.map(({ image }) => image),
      ...(text.match(/(?:mcr\.microsoft\.com|ghcr\.io|docker\.io|public\.ecr\.aws)\/\S+/g) ?? []),
    ];
    for (const image of images) expect(image).toMatch(/@sha256:[0-9a-f]{64}$/);
  });

  it('may read the code and nothing else, but for jobs that say what more they need', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
    for (const { permissions } of jobs) expect(permissions?.['contents'] ?? 'read').toBe('read');
  });

  it('leaves no token behind in the clone, and ends by itself', () => {
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'));
    expect(checkouts).not.toHaveLength(0);
    for (const checkout of checkouts) {
      expect(checkout.with?.['persist-credentials']).toBe(false);
    }
    for (const job of jobs) expect(job['timeout-minutes']).toBeLessThanOrEqual(120);
  });

  it('puts nothing that others write into a script, where it would be run', () => {
    for (const { run } of steps) expect(run ?? '').not.toContain('${{');
  });

  it('calls only commands that there are', () => {
    const manifest = z
      .object({ scripts: z.record(z.string(), z.string()) })
      .parse(JSON.parse(textOf('package.json')));
    const scripts = steps.flatMap(({ run = '' }) => [
      ...run.matchAll(/npm (?:--prefix \S+ )?run (?:--silent )?([\w:-]+)/g),
    ]);
    for (const [, script = ''] of scripts) expect(manifest.scripts).toHaveProperty([script]);
  });
});

it('the images that a clone builds and runs have a digest too', () => {
  const images = [
    ...textOf('Dockerfile').matchAll(/^ARG NODE_IMAGE=(\S+)$/gm),
    ...textOf('compose.yml').matchAll(/^\s+image: (\S+\/\S+)$/gm),
  ].map(([, image]) => image);
  expect(images).toHaveLength(2);
  for (const image of images) expect(image).toMatch(/:[\w.-]+@sha256:[0-9a-f]{64}$/);
});

it('the suite and compose.yml run the same SQL Server', () => {
  const [inCompose] = textOf('compose.yml').match(/mcr\.microsoft\.com\S+/) ?? [];
  const [inSuite] = textOf('.github/workflows/ci.yml').match(/mcr\.microsoft\.com\S+/) ?? [];
  expect(inSuite).toBe(inCompose);
});
