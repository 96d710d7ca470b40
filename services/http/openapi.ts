import { problemSchema } from '@ordercast/contract/problem.ts';
import { z } from 'zod';
import { NO_BODY } from './route.ts';
import type { Route } from './route.ts';

type Json = Readonly<Record<string, unknown>>;

/** Problems that any signed-in operation may answer with. */
const COMMON_PROBLEMS: Readonly<Record<number, string>> = {
  400: 'Malformed; `errors` name the fields at fault',
  401: 'The access token is missing or not valid',
  403: 'Your role may not',
  500: 'Something went wrong; see the log under the request id',
};
const BODY_PROBLEMS: Readonly<Record<number, string>> = {
  413: 'The body is over 64 KB',
  415: 'The body is not application/json',
};

/**
 * The OpenAPI 3.1 document of a table of routes; shapes come from the schemas that parse requests.
 * `schemas` get names and are referred to; `serverUrl` is where the API is mounted.
 */
export function openApiDocument(
  routes: readonly Route[],
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
      schemas: Object.fromEntries(
        Object.entries(named).map(([name, schema]) => [name, toJsonSchema(schema)]),
      ),
    },
  };
}

const OPEN_PATHS = {
  '/health/live': openPath('Whether the process answers', { 200: 'It does' }),
  '/health/ready': openPath('Whether requests can be served, and what is down', {
    200: 'They can',
    503: 'They cannot',
  }),
  '/openapi.json': openPath('This document', { 200: 'OpenAPI 3.1' }),
};

function openPath(summary: string, responses: Readonly<Record<number, string>>): Json {
  const answers: Record<string, Json> = {};
  for (const [status, description] of Object.entries(responses)) {
    answers[status] = {
      description,
      content: { 'application/json': { schema: { type: 'object' } } },
    };
  }
  return { get: { summary, security: [], responses: answers } };
}

function operation(route: Route, names: ReadonlyMap<z.ZodType, string>): Json {
  const { summary, description, responses } = route.documentation;
  const hasBody = route.bodySchema !== NO_BODY;
  const problems = { ...COMMON_PROBLEMS, ...(hasBody && BODY_PROBLEMS) };
  const answers: Record<string, Json> = {};
  for (const [status, text] of Object.entries(problems)) answers[status] = problemAnswer(text);
  for (const [status, answer] of Object.entries(responses)) {
    answers[status] =
      answer.schema === undefined
        ? problemAnswer(answer.description)
        : {
            description: answer.description,
            headers: Object.fromEntries(
              (answer.headers ?? []).map((name) => [name, { schema: { type: 'string' } }]),
            ),
            content: { 'application/json': { schema: reference(answer.schema, names) } },
          };
  }
  return {
    operationId: operationId(route),
    summary,
    ...(description !== undefined && { description }),
    parameters: parameters(route),
    ...(hasBody && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: reference(route.bodySchema, names) } },
      },
    }),
    responses: answers,
  };
}

/** `GET /orders/:id/timeline` becomes `getOrdersByIdTimeline`. */
function operationId({ method, path }: Route): string {
  const words = path
    .split('/')
    .filter((part) => part !== '')
    .map((part) => (part.startsWith(':') ? `By${capital(part.slice(1))}` : capital(part)));
  return method + words.join('');
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function parameters({ path, querySchema, documentation }: Route): Json[] {
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const inQuery = Object.entries<z.core.$ZodType>(querySchema.shape).map(([name, schema]) => ({
    name,
    in: 'query',
    required: false,
    schema: toJsonSchema(schema),
  }));
  const inHeader = (documentation.headers ?? []).map((header) => ({
    ...header,
    in: 'header',
    schema: { type: 'string' },
  }));
  return [...inPath, ...inQuery, ...inHeader];
}

function problemAnswer(description: string): Json {
  return {
    description,
    content: {
      'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
    },
  };
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
