import { Buffer } from 'node:buffer';
import { z } from 'zod';
import type { Answer } from './call-as.ts';

/** A request as it is sent to an HTTP API. */
export interface GatewayCall {
  method: string;
  /** With its query, percent-encoded. */
  path: string;
  headers?: Readonly<Record<string, string>>;
  body?: string | Uint8Array;
}

/**
 * The event that an HTTP API's `$default` stage makes of a request, in payload format 2.0: names of headers in small letters, cookies apart, the
 * path decoded and the query as it was sent, a body as text where its type says JSON and in Base64 otherwise
 * (docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html).
 */
export function gatewayEvent({ method, path, headers = {}, body }: GatewayCall): object {
  const [rawPath = '/', rawQueryString = ''] = path.split(/\?(.*)/s);
  const sent = Object.entries(headers).map(([name, value]): [string, string] => [
    name.toLowerCase(),
    value,
  ]);
  const cookies = sent
    .filter(([name]) => name === 'cookie')
    .flatMap(([, text]) => text.split('; '));
  const bytes = body === undefined ? undefined : Buffer.from(body);
  const isText = headers['Content-Type'] === 'application/json';
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: decodeURIComponent(rawPath),
    rawQueryString,
    ...(cookies.length > 0 && { cookies }),
    headers: {
      ...Object.fromEntries(sent.filter(([name]) => name !== 'cookie')),
      ...(bytes !== undefined && { 'content-length': String(bytes.byteLength) }),
      host: 'abc123.execute-api.us-east-1.amazonaws.com',
      'x-amzn-trace-id': 'Root=1-67891233-abcdef012345678912345678',
      'x-forwarded-for': '192.0.2.1',
      'x-forwarded-port': '443',
      'x-forwarded-proto': 'https',
    },
    requestContext: {
      accountId: '123456789012',
      apiId: 'abc123',
      domainName: 'abc123.execute-api.us-east-1.amazonaws.com',
      domainPrefix: 'abc123',
      http: {
        method,
        path: decodeURIComponent(rawPath),
        protocol: 'HTTP/1.1',
        sourceIp: '192.0.2.1',
        userAgent: 'agent',
      },
      requestId: 'JKJaXmPLvHcESHA=',
      routeKey: '$default',
      stage: '$default',
      time: '28/Nov/2026:08:00:00 +0000',
      timeEpoch: 1_795_852_800_000,
    },
    ...(bytes !== undefined && {
      body: isText ? bytes.toString('utf8') : bytes.toString('base64'),
    }),
    isBase64Encoded: bytes !== undefined && !isText,
  };
}

const replySchema = z.object({
  statusCode: z.int(),
  headers: z.record(z.string(), z.string()).default({}),
  cookies: z.array(z.string()).default([]),
  body: z.string().default(''),
  isBase64Encoded: z.boolean().default(false),
});

/** What an HTTP API answers a caller with for what a function gave it. */
export function gatewayAnswer(given: unknown): Answer {
  const { statusCode, headers, cookies, body, isBase64Encoded } = replySchema.parse(given);
  const text = isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body;
  const sent = new Headers(headers);
  for (const cookie of cookies) sent.append('Set-Cookie', cookie);
  const isJson = sent.get('Content-Type')?.includes('json') ?? false;
  const parsed: unknown = isJson && text !== '' ? JSON.parse(text) : undefined;
  return { status: statusCode, headers: sent, body: parsed, text };
}
