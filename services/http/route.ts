import type { Role } from '@ordercast/contract/role.ts';
import { z } from 'zod';
import { badRequest } from './problem.ts';
import type { FieldError } from './problem.ts';

/** Who asks, as their access token says. */
export interface Caller {
  sub: string;
  roles: readonly Role[];
  /** The token itself, to ask Cognito in their name. Never logged. */
  accessToken: string;
  /** When the sign-in began that the token comes from, epoch seconds; 0 where it does not say. */
  signedInAt: number;
}

/** A request as routes see it: nothing of the transport. */
export interface RouteRequest {
  caller: Caller;
  params: Readonly<Record<string, string>>;
  header: (name: string) => string | undefined;
  /** Where this API is mounted, such as `/api`; goes before every path in an answer. */
  baseUrl: string;
  traceparent: string;
}

export interface Reply {
  status: number;
  /** Sent as JSON; a string is sent as it is, being JSON already. */
  body: unknown;
  headers?: Readonly<Record<string, string>>;
}

interface DocumentedResponse {
  description: string;
  schema?: z.ZodType;
  headers?: readonly string[];
}

/** What the OpenAPI document tells about a route. */
export interface RouteDocumentation {
  summary: string;
  description?: string;
  /** Request headers that mean something here: name, whether required, and what it does. */
  headers?: readonly { name: string; required: boolean; description: string }[];
  responses: Readonly<Record<number, DocumentedResponse>>;
}

/** One operation of the API, ready to be mounted. */
export interface Route {
  method: 'get' | 'post' | 'put' | 'delete';
  /** Express path, such as `/orders/:id`. */
  path: string;
  /** The least role that may call it. */
  access: Role;
  documentation: RouteDocumentation;
  querySchema: z.ZodObject;
  /** {@link NO_BODY} where the operation takes none. */
  bodySchema: z.ZodType;
  handle: (request: RouteRequest, raw: { query: unknown; body: unknown }) => Promise<Reply>;
}

/** What a document tells of an operation, wherever that is served. */
export type DocumentedRoute = Omit<Route, 'handle'>;

export const NO_QUERY = z.object({});
export const NO_BODY = z.unknown();

/**
 * Makes a route whose query and body are parsed by their schemas before `handle` sees them.
 * What does not fit is a 400 problem that names each field. Unknown query parameters are ignored.
 */
export function route<Query extends z.ZodObject, Body extends z.ZodType>(definition: {
  method: Route['method'];
  path: string;
  access: Role;
  documentation: RouteDocumentation;
  query: Query;
  body: Body;
  handle: (
    request: RouteRequest,
    input: { query: z.infer<Query>; body: z.infer<Body> },
  ) => Promise<Reply>;
}): Route {
  const { query, body, handle, ...rest } = definition;
  return {
    ...rest,
    querySchema: query,
    bodySchema: body,
    handle: async (request, raw) =>
      handle(request, {
        query: parse(query, raw.query, 'The query has wrong parameters.'),
        body: parse(body, raw.body, 'The body does not fit what this call takes.'),
      }),
  };
}

function parse<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  detail: string,
): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw badRequest(detail, fieldErrors(result.error.issues));
}

/** Each fault of a parse by its dotted path; an unknown field is named itself, not its parent. */
function fieldErrors(issues: readonly z.core.$ZodIssue[]): FieldError[] {
  return issues.flatMap((issue) => {
    const path = issue.path.map(String);
    if (issue.code !== 'unrecognized_keys') {
      return [{ path: path.join('.'), message: issue.message }];
    }
    return issue.keys.map((key) => ({ path: [...path, key].join('.'), message: 'Unknown field' }));
  });
}
