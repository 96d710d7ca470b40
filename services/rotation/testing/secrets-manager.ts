import { once } from 'node:events';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { portOf } from '@ordercast/platform/testing/port-of.ts';
import { z } from 'zod';
import { secretsBed } from './secrets-bed.ts';
import type { SecretsBed } from './secrets-bed.ts';

interface Version {
  text: string | undefined;
  labels: Set<string>;
}
type Versions = Map<string, Version>;

/** What is asked of Secrets Manager (AWS API reference) and refused by its names. */
class Refusal extends Error {}

const requestSchema = z.object({
  Name: z.string().optional(),
  SecretId: z.string().optional(),
  SecretString: z.string().optional(),
  ClientRequestToken: z.string().default('first'),
  VersionId: z.string().optional(),
  VersionStage: z.string().default('AWSCURRENT'),
  VersionStages: z.array(z.string()).default(['AWSCURRENT']),
  MoveToVersionId: z.string().optional(),
  RemoveFromVersionId: z.string().optional(),
});
type Asked = z.infer<typeof requestSchema>;

/** Versions and staging labels, by AWS's API reference; nothing of them is kept. */
export async function startSecretsManager(): Promise<SecretsBed> {
  const secrets = new Map<string, Versions>();
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      response.setHeader('Content-Type', 'application/x-amz-json-1.1');
      try {
        const action = String(request.headers['x-amz-target']).split('.')[1] ?? '';
        response.end(JSON.stringify(answer(secrets, action, requestSchema.parse(body))));
      } catch (error) {
        response.statusCode = 400;
        const name = error instanceof Refusal ? error.message : 'ValidationException';
        response.end(JSON.stringify({ __type: name }));
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return secretsBed(`http://127.0.0.1:${portOf(server)}`, {
    begin: (name, version) => {
      const versions = secrets.get(name) ?? new Map<string, Version>();
      for (const { labels } of versions.values()) {
        if (labels.delete('AWSPENDING') && !labels.has('AWSCURRENT')) {
          return Promise.reject(new Refusal('a previous rotation is not complete'));
        }
      }
      versions.set(version, { text: undefined, labels: new Set(['AWSPENDING']) });
      return Promise.resolve();
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

function answer(secrets: Map<string, Versions>, action: string, asked: Asked): object {
  if (action === 'CreateSecret') {
    const first = { text: asked.SecretString, labels: new Set(['AWSCURRENT']) };
    secrets.set(asked.Name ?? '', new Map([[asked.ClientRequestToken, first]]));
    return {};
  }
  const versions = secrets.get(asked.SecretId ?? '');
  if (versions === undefined) throw new Refusal('ResourceNotFoundException');
  switch (action) {
    case 'DescribeSecret': {
      const VersionIdsToStages: Record<string, string[]> = {};
      for (const [id, { labels }] of versions) {
        if (labels.size > 0) VersionIdsToStages[id] = [...labels];
      }
      return { VersionIdsToStages };
    }
    case 'GetSecretValue':
      return { SecretString: textOf(versions, asked) };
    case 'PutSecretValue':
      return put(versions, asked);
    case 'UpdateSecretVersionStage':
      return move(versions, asked);
    default:
      throw new Refusal('InvalidAction');
  }
}

function textOf(versions: Versions, { VersionId, VersionStage }: Asked): string {
  const found = [...versions].filter(([, { labels }]) => labels.has(VersionStage));
  const [id, version] = found[0] ?? [];
  if (VersionId !== undefined && versions.has(VersionId) && id !== VersionId) {
    throw new Refusal('InvalidRequestException');
  }
  if (version?.text === undefined) throw new Refusal('ResourceNotFoundException');
  return version.text;
}

function put(versions: Versions, asked: Asked): object {
  const there = versions.get(asked.ClientRequestToken);
  if (there?.text !== undefined) {
    if (there.text === asked.SecretString) return {};
    throw new Refusal('ResourceExistsException');
  }
  for (const { labels } of versions.values()) {
    asked.VersionStages.forEach((label) => labels.delete(label));
  }
  versions.set(asked.ClientRequestToken, {
    text: asked.SecretString,
    labels: new Set(asked.VersionStages),
  });
  return {};
}

/** AWSPREVIOUS goes to the version that AWSCURRENT is taken from. */
function move(versions: Versions, asked: Asked): object {
  const { VersionStage: label, MoveToVersionId: to, RemoveFromVersionId: from } = asked;
  const [holder] = [...versions].find(([, { labels }]) => labels.has(label)) ?? [];
  if (holder !== from) throw new Refusal('InvalidParameterException');
  versions.get(from ?? '')?.labels.delete(label);
  versions.get(to ?? '')?.labels.add(label);
  if (label === 'AWSCURRENT') {
    for (const { labels } of versions.values()) labels.delete('AWSPREVIOUS');
    versions.get(from ?? '')?.labels.add('AWSPREVIOUS');
  }
  return {};
}
