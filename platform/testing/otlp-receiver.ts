import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { portOf } from './port-of.ts';

const attributesSchema = z
  .array(z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) }))
  .default([])
  .transform((list): Record<string, unknown> =>
    Object.fromEntries(list.map(({ key, value }) => [key, Object.values(value)[0]])),
  );

const spanSchema = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.int(),
  attributes: attributesSchema,
  events: z.array(z.object({ name: z.string(), attributes: attributesSchema })).default([]),
  status: z.looseObject({ code: z.int(), message: z.string().optional() }),
});

const requestSchema = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: attributesSchema }),
      scopeSpans: z.array(z.object({ scope: z.looseObject({}), spans: z.array(spanSchema) })),
    }),
  ),
});

/** A span as a collector gets it; `service` is that of its resource. */
export type ReceivedSpan = z.infer<typeof spanSchema> & { service: unknown };

/** Stands for a collector on a real socket: takes spans as OTLP in JSON, at `/v1/traces`. */
export interface OtlpReceiver {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  endpoint: string;
  spans: readonly ReceivedSpan[];
  /** All that was sent, as it came. */
  sent: () => string;
  /** The first span that is wanted, now or later. */
  spanThat: (isWanted: (span: ReceivedSpan) => boolean) => Promise<ReceivedSpan>;
  /** Requests that came, answered or not. */
  requests: () => number;
  close: () => Promise<void>;
}

/** Starts one; `isSilent`: it takes requests and answers none. */
export async function startOtlpReceiver({ isSilent = false } = {}): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const bodies: string[] = [];
  const listeners = new Set<() => void>();
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    listeners.forEach((listener) => listener());
    if (isSilent) return;
    void text(request).then((body) => {
      bodies.push(body);
      const { resourceSpans } = requestSchema.parse(JSON.parse(body));
      for (const { resource, scopeSpans } of resourceSpans) {
        const service = resource.attributes['service.name'];
        spans.push(
          ...scopeSpans.flatMap((scope) => scope.spans.map((span) => ({ ...span, service }))),
        );
      }
      response.setHeader('Content-Type', 'application/json').end('{}');
      listeners.forEach((listener) => listener());
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${portOf(server)}`,
    spans,
    sent: () => bodies.join('\n'),
    spanThat: (isWanted) =>
      new Promise((resolve) => {
        const look = (): void => {
          const span = spans.find(isWanted);
          if (span === undefined) return;
          listeners.delete(look);
          resolve(span);
        };
        listeners.add(look);
        look();
      }),
    requests: () => requests,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
