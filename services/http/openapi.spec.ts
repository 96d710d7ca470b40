import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startTestApi } from '../testing/test-api.ts';
import type { TestApi } from '../testing/test-api.ts';

const contentSchema = z.record(z.string(), z.object({ schema: z.looseObject({}) }));
const responseSchema = z.object({
  description: z.string().min(1),
  content: contentSchema.optional(),
});
const operationSchema = z.object({
  summary: z.string().min(1),
  operationId: z.string().optional(),
  parameters: z
    .array(
      z.object({
        name: z.string(),
        in: z.enum(['path', 'query', 'header']),
        required: z.boolean(),
        schema: z.looseObject({}),
        description: z.string().optional(),
      }),
    )
    .optional(),
  requestBody: z.object({ required: z.literal(true), content: contentSchema }).optional(),
  responses: z.record(z.string().regex(/^[1-5]\d\d$/), responseSchema),
});
const documentSchema = z.object({
  openapi: z.string().regex(/^3\.1\.\d$/),
  info: z.object({ title: z.string(), version: z.string() }),
  servers: z.array(z.object({ url: z.string() })),
  paths: z.record(z.string().startsWith('/'), z.record(z.string(), operationSchema)),
  components: z.object({
    securitySchemes: z.looseObject({}),
    schemas: z.record(z.string(), z.looseObject({})),
    headers: z.record(z.string(), z.looseObject({})),
  }),
});

let api: TestApi;
let document: z.infer<typeof documentSchema>;
beforeAll(async () => {
  api = await startTestApi();
  document = documentSchema.parse((await api.call(undefined, 'GET', '/openapi.json')).body);
});
afterAll(() => api.close());

describe('the OpenAPI document', () => {
  it('names every operation, each with an id of its own', () => {
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(operations.sort()).toEqual([
      'DELETE /reports/{id}',
      'GET /announcements',
      'GET /health/live',
      'GET /health/ready',
      'GET /me',
      'GET /openapi.json',
      'GET /orders',
      'GET /orders/summary',
      'GET /orders/{id}',
      'GET /orders/{id}/timeline',
      'GET /products',
      'GET /report-schedules',
      'GET /report-schedules/{id}',
      'GET /reports',
      'GET /reports/{id}',
      'GET /reports/{id}/download',
      'POST /announcements',
      'POST /orders',
      'POST /orders/{id}/transitions',
      'POST /report-schedules/preview',
      'POST /reports',
      'POST /reports/{id}/mails',
      'PUT /report-schedules/{id}',
    ]);
    const ids = Object.values(document.paths)
      .flatMap((methods) => Object.values(methods))
      .flatMap(({ operationId }) => operationId ?? []);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('refers only to schemas that it holds, and describes each path parameter', () => {
    const references = [
      ...JSON.stringify(document).matchAll(/"#\/components\/(schemas|headers)\/([\w-]+)"/g),
    ];
    expect(references.length).toBeGreaterThan(20);
    for (const [, kind, name] of references)
      expect(document.components).toHaveProperty([kind ?? '', name ?? '']);
    for (const [path, methods] of Object.entries(document.paths)) {
      const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      for (const { parameters = [] } of Object.values(methods)) {
        const described = parameters.filter((parameter) => parameter.in === 'path');
        expect(described.map(({ name }) => name)).toEqual(names);
      }
    }
  });

  it('tells which query parameters a request cannot do without', () => {
    const inQuery = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.values(methods).flatMap(({ parameters = [] }) =>
        parameters
          .filter((parameter) => parameter.in === 'query')
          .map(({ name, required }) => `${path} ${name}${required ? ' (required)' : ''}`),
      ),
    );
    expect(inQuery.sort()).toEqual([
      '/announcements cursor',
      '/announcements limit',
      '/orders cursor',
      '/orders customer',
      '/orders limit',
      '/orders q',
      '/orders status',
      '/orders/summary from',
      '/orders/summary to',
      '/reports cursor',
      '/reports limit',
      '/reports/{id}/download format (required)',
    ]);
  });

  it('is made once, and not sent again to whoever has it', async () => {
    const first = await api.call(undefined, 'GET', '/openapi.json');
    const tag = first.headers.get('ETag') ?? '';
    expect(tag).toMatch(/^"[\w-]{43}"$/);
    expect(first.headers.get('Cache-Control')).toBe('no-cache');
    const again = await api.call(undefined, 'GET', '/openapi.json', {
      headers: { 'If-None-Match': `"other", ${tag}` },
    });
    expect([again.status, again.text]).toEqual([304, '']);
    expect(again.headers.get('ETag')).toBe(tag);
    const changed = await api.call(undefined, 'GET', '/openapi.json', {
      headers: { 'If-None-Match': '"other"' },
    });
    expect([changed.status, changed.text]).toEqual([200, first.text]);
  });

  it('describes orders as the schemas that parse them do', () => {
    const place = document.paths['/orders']?.['post'];
    expect(place?.requestBody?.content['application/json']?.schema).toEqual({
      $ref: '#/components/schemas/NewOrder',
    });
    expect(document.components.schemas['NewOrder']).toMatchObject({
      type: 'object',
      required: ['lines'],
      additionalProperties: false,
      properties: { lines: { minItems: 1, maxItems: 100 } },
    });
    expect(place?.responses['201']?.content?.['application/json']?.schema).toEqual({
      $ref: '#/components/schemas/Order',
    });
    for (const status of ['400', '401', '413', '415', '422', '500', '503']) {
      expect(place?.responses[status]?.content?.['application/problem+json']?.schema).toEqual({
        $ref: '#/components/schemas/Problem',
      });
    }
    expect(place?.responses).not.toHaveProperty('403');
    const move = document.paths['/orders/{id}/transitions']?.['post'];
    expect(move?.parameters).toContainEqual(
      expect.objectContaining({ name: 'If-Match', in: 'header', required: true }),
    );
    expect(Object.keys(move?.responses ?? {})).toEqual(
      expect.arrayContaining(['200', '404', '409', '412', '428']),
    );
  });
});
