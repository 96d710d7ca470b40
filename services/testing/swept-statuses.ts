import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import type { TestUser, TestUserPool } from '@ordercast/platform/testing/test-user-pool.ts';
import { z } from 'zod';
import type { CallAs } from './call-as.ts';

const operationSchema = z.object({
  parameters: z.array(z.object({ name: z.string(), in: z.string() })).default([]),
  requestBody: z.unknown().optional(),
  responses: z.record(
    z.string(),
    z.object({ content: z.record(z.string(), z.unknown()).default({}) }),
  ),
});
type Operation = z.infer<typeof operationSchema>;
const documentSchema = z.object({
  paths: z.record(z.string(), z.record(z.string(), operationSchema)),
});

const JSON_TYPE = { 'Content-Type': 'application/json' };

/** An API and with what it is tried. */
export interface SweptService {
  api: { call: CallAs };
  users: readonly (TestUser | undefined)[];
  headers: readonly Record<string, string>[];
}

interface Sweep {
  /** The document that operations are taken from; `include` picks them by their path. */
  document: unknown;
  include: (path: string) => boolean;
  services: readonly SweptService[];
  /** What stands in place of `{id}`, by the path. */
  idsOf: (path: string) => readonly string[];
  /** Queries that are tried on paths that take any, such as `?format=csv`. */
  queries: readonly string[];
  /** Tried on every operation that takes a body: what is right for one is wrong for the others. */
  bodies: readonly unknown[];
  /** One that waits 100 ms for a body, and who may send any. */
  impatient: { url: string; pool: Pick<TestUserPool, 'tokenFor'>; user: TestUser };
}

/** Statuses and their media types by operation: as they were answered to all there is to try, and as the document has them. */
export async function sweptStatuses(sweep: Sweep): Promise<{ seen: unknown; documented: unknown }> {
  const { paths } = documentSchema.parse(sweep.document);
  const seen: Record<string, unknown> = {};
  const documented: Record<string, unknown> = {};
  const operations = Object.entries(paths)
    .filter(([path]) => sweep.include(path))
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
    );
  const sweeps = operations.map(async ({ path, method, operation }) => {
    const answers = await sweepOperation(sweep, path, method, operation);
    seen[`${method} ${path}`] = Object.fromEntries(
      [...answers].map(([status, types]) => [status, [...types]]),
    );
    documented[`${method} ${path}`] = Object.fromEntries(
      Object.entries(operation.responses).map(([status, { content }]) => {
        const types = Object.keys(content);
        return [status, types.length === 0 ? [undefined] : types];
      }),
    );
  });
  await Promise.all(sweeps);
  return { seen, documented };
}

async function sweepOperation(sweep: Sweep, path: string, method: string, operation: Operation) {
  const seen = new Map<number, Set<string | undefined>>();
  const takesBody = operation.requestBody !== undefined;
  const bodies = takesBody ? bodiesOf(sweep.bodies) : [{ headers: {} }];
  for (const { api, users, headers: variants } of sweep.services) {
    for (const target of pathsOf(sweep, path, operation)) {
      for (const user of users) {
        for (const body of bodies) {
          for (const headers of variants) {
            const answer = await api.call(user, method.toUpperCase(), target, {
              ...body,
              headers: { ...body.headers, ...headers },
            });
            const type = answer.headers.get('Content-Type')?.split(';')[0];
            seen.set(answer.status, (seen.get(answer.status) ?? new Set()).add(type));
          }
        }
      }
    }
  }
  if (takesBody) {
    const [id = ''] = sweep.idsOf(path);
    const status = await statusOfSlow(method, path.replace('{id}', id), sweep.impatient);
    seen.set(status, new Set([undefined]));
  }
  return seen;
}

/** Those of the sweep, one that is cut short, one that is too long, and one of another type. */
function bodiesOf(bodies: readonly unknown[]) {
  return [
    ...[...bodies, '{', ' '.repeat(64 * 1024 + 1)].map((body) => ({ body, headers: JSON_TYPE })),
    { body: '{}', headers: { 'Content-Type': 'text/plain' } },
  ];
}

/** Paths that name what is there, what is not, and nothing at all, with each parameter right and wrong. */
function pathsOf({ idsOf, queries }: Sweep, path: string, { parameters }: Operation): string[] {
  const ids = [...idsOf(path), '01HF7YAT000000000000000000', '%E0%A4%A'];
  const named = path.includes('{id}') ? ids.map((id) => path.replace('{id}', id)) : [path];
  const names = parameters.filter((one) => one.in === 'query').map(({ name }) => name);
  const all = [
    ...names.flatMap((name) => [`?${name}=%00`, `?${name}=sub-grace`]),
    ...(names.length > 0 ? queries : []),
  ];
  return [
    ...named,
    ...all.flatMap((query) =>
      path.includes('{id}') ? named.map((one) => one + query) : [path + query],
    ),
  ];
}

/** The status for a body of which the second half does not come. */
async function statusOfSlow(
  method: string,
  path: string,
  { url, pool, user }: Sweep['impatient'],
): Promise<number> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write(
    `${method.toUpperCase()} ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n` +
      `Authorization: Bearer ${pool.tokenFor(user)}\r\nContent-Length: 100\r\n\r\n{`,
  );
  return Number((await text(socket)).split(' ')[1]);
}
