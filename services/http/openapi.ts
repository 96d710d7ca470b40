import { PROBLEM_MEDIA_TYPE, problemSchema } from '@ordercast/contract/problem.ts';
import { z } from 'zod';
import { NO_BODY } from './route.ts';
import type { DocumentedRoute } from './route.ts';

type Json = Readonly<Record<string, unknown>>;

/** An answer as the document holds it; without a schema it is a problem, with `null` it has no body. */
interface Answer {
  description: string;
  schema?: z.ZodType | null;
  headers?: readonly string[];
}

const UNAVAILABLE: Answer = {
  description:
    'Something that this needs is down, or too much is asked at once. Try again after `Retry-After`',
  headers: ['Retry-After'],
};
const UNCHANGED: Answer = {
  description: 'What `If-None-Match` names is still so',
  schema: null,
  headers: ['ETag'],
};
const BODY_ANSWERS: Record<number, Answer> = {
  408: { description: 'The body did not arrive in time; the connection is closed', schema: null },
  413: { description: 'The body is over 64 KB' },
  415: { description: 'The body is not application/json in UTF-8', headers: ['Accept'] },
};

/** What every answer carries. */
const COMMON_HEADERS = {
  'X-Request-Id': "The caller's own X-Request-Id, or where none was sent the Ordercast-Request-Id",
  'Ordercast-Request-Id': 'The id of this request alone, by which the log tells of it',
  traceparent: "W3C trace context: the caller's, or a new one",
} as const;

/**
 * The OpenAPI 3.1 document of a table of routes; shapes come from the schemas that parse requests.
 * `schemas` get names and are referred to; `serverUrl` is where the API is mounted.
 */
export function openApiDocument(
  routes: readonly DocumentedRoute[],
  schemas: Readonly<Record<string, z.ZodType>>,
  serverUrl: string,
): Json {
  const named = { ...schemas, Problem: problemSchema };
  const names = new Map(Object.entries(named).map(([name, schema]) => [schema, name]));
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method]: operation(route, names) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Ordercast', version: '1.0.0', description: 'Orders, live.' },
    servers: [{ url: serverUrl }],
    security: [{ accessToken: [] }],
    paths: { ...paths, ...OPEN_PATHS },
    components: {
      securitySchemes: {
        accessToken: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'An access token of the Cognito user pool',
        },
      },
      headers: Object.fromEntries(
        Object.entries(COMMON_HEADERS).map(([name, description]) => [
          name,
          { description, schema: { type: 'string' } },
        ]),
      ),
      schemas: Object.fromEntries(
        Object.entries(named).map(([name, schema]) => [name, toJsonSchema(schema)]),
      ),
    },
  };
}

const ANY_OBJECT = z.looseObject({});
const OPEN_PATHS = {
  '/health/live': openPath('Whether the process answers', {
    200: { description: 'It does', schema: ANY_OBJECT },
  }),
  '/health/ready': openPath('Whether requests can be served, and what is down', {
    200: { description: 'They can', schema: ANY_OBJECT },
    503: { description: 'They cannot', schema: ANY_OBJECT },
  }),
  '/openapi.json': openPath('This document', {
    200: { description: 'OpenAPI 3.1', schema: ANY_OBJECT, headers: ['ETag'] },
    304: UNCHANGED,
  }),
};

function openPath(summary: string, answers: Readonly<Record<number, Answer>>): Json {
  return { get: { summary, security: [], responses: responses(answers, new Map()) } };
}

function operation(route: DocumentedRoute, names: ReadonlyMap<z.ZodType, string>): Json {
  const { summary, description } = route.documentation;
  return {
    operationId: operationId(route),
    summary,
    ...(description !== undefined && { description }),
    parameters: parameters(route),
    ...(hasBody(route) && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: reference(route.bodySchema, names) } },
      },
    }),
    responses: responses({ ...usualAnswers(route), ...route.documentation.responses }, names),
  };
}

/** What follows from how a route is called; what follows from what it does is its own to document. */
function usualAnswers(route: DocumentedRoute): Record<number, Answer> {
  const isTagged = route.documentation.responses[200]?.headers?.includes('ETag') ?? false;
  return {
    ...when(isMalleable(route), {
      400: { description: 'Malformed; `errors` name the fields at fault' },
    }),
    401: {
      description: 'The access token is missing or not valid',
      headers: ['WWW-Authenticate'],
    },
    ...when(route.access !== 'customer', { 403: { description: 'Your role may not' } }),
    ...when(route.method === 'get' && isTagged, { 304: UNCHANGED }),
    ...when(hasBody(route), BODY_ANSWERS),
    500: { description: 'Something went wrong; see the log under the request id' },
    503: UNAVAILABLE,
  };
}

function when(applies: boolean, answers: Record<number, Answer>): Record<number, Answer> {
  return applies ? answers : {};
}

function hasBody({ bodySchema }: DocumentedRoute): boolean {
  return bodySchema !== NO_BODY;
}

/** Whether a caller can get anything of it wrong. */
function isMalleable(route: DocumentedRoute): boolean {
  return (
    hasBody(route) || route.path.includes(':') || Object.keys(route.querySchema.shape).length > 0
  );
}

function responses(
  answers: Readonly<Record<number, Answer>>,
  names: ReadonlyMap<z.ZodType, string>,
): Json {
  return Object.fromEntries(
    Object.entries(answers).map(([status, { description, schema, headers = [] }]) => [
      status,
      {
        description,
        headers: {
          ...Object.fromEntries(
            Object.keys(COMMON_HEADERS).map((name) => [
              name,
              { $ref: `#/components/headers/${name}` },
            ]),
          ),
          ...Object.fromEntries(headers.map((name) => [name, { schema: { type: 'string' } }])),
        },
        ...(schema !== null && { content: content(schema, names) }),
      },
    ]),
  );
}

function content(schema: z.ZodType | undefined, names: ReadonlyMap<z.ZodType, string>): Json {
  return schema === undefined
    ? { [PROBLEM_MEDIA_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } }
    : { 'application/json': { schema: reference(schema, names) } };
}

/** `GET /orders/:id/timeline` becomes `getOrdersByIdTimeline`. */
function operationId({ method, path }: DocumentedRoute): string {
  const words = path
    .split('/')
    .filter((part) => part !== '')
    .map((part) => (part.startsWith(':') ? `By${capital(part.slice(1))}` : capital(part)));
  return method + words.join('');
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function parameters({ path, querySchema, documentation }: DocumentedRoute): Json[] {
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const inQuery = Object.entries<z.core.$ZodType>(querySchema.shape).map(([name, schema]) => ({
    name,
    in: 'query',
    // Optional, or with a default: what the parser makes of a request without it.
    required: !z.safeParse(schema, undefined).success,
    schema: toJsonSchema(schema),
  }));
  const inHeader = (documentation.headers ?? []).map((header) => ({
    ...header,
    in: 'header',
    schema: { type: 'string' },
  }));
  return [...inPath, ...inQuery, ...inHeader];
}

function reference(schema: z.ZodType, names: ReadonlyMap<z.ZodType, string>): Json {
  const name = names.get(schema);
  return name === undefined ? toJsonSchema(schema) : { $ref: `#/components/schemas/${name}` };
}

/** JSON Schema 2020-12, which OpenAPI 3.1 uses as it is. Requests are described as they arrive. */
function toJsonSchema(schema: z.core.$ZodType): Json {
  const dialectAndSchema = Object.entries(z.toJSONSchema(schema, { io: 'input' }));
  return Object.fromEntries(dialectAndSchema.filter(([key]) => key !== '$schema'));
}
