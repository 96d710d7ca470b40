import { z } from 'zod';

const headerValue = z.union([z.string(), z.number(), z.boolean()]);

/**
 * What a Lambda proxy integration may answer. A field of another name makes the whole answer
 * malformed, and the client gets "Internal server error" (middy issue 1219).
 */
const proxyResponseSchema = z.strictObject({
  statusCode: z.union([
    z.int(),
    z
      .string()
      .regex(/^[1-5]\d\d$/)
      .transform(Number),
  ]),
  headers: z.record(z.string(), headerValue).nullish(),
  multiValueHeaders: z.record(z.string(), z.array(headerValue)).nullish(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().nullish(),
});
export type ProxyResponse = z.infer<typeof proxyResponseSchema>;

/** Undefined where API Gateway would call the answer malformed. */
export function parseProxyResponse(value: unknown): ProxyResponse | undefined {
  const parsed = proxyResponseSchema.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}

/** A header's value, whatever the case of its name. */
export function headerOf(response: ProxyResponse, name: string): string | undefined {
  for (const [key, value] of Object.entries(response.headers ?? {})) {
    if (key.toLowerCase() === name) return String(value);
  }
  for (const [key, values] of Object.entries(response.multiValueHeaders ?? {})) {
    const last = values.at(-1);
    if (key.toLowerCase() === name && last !== undefined) return String(last);
  }
  return undefined;
}
