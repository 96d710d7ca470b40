import type { CognitoUserSession } from 'amazon-cognito-identity-js';
import { AuthenticationDetails, CognitoUser, CognitoUserPool } from 'amazon-cognito-identity-js';
import { DEMO_PASSWORD } from '@ordercast/local/demo-users.ts';
import { orderSchema } from '@ordercast/contract/order.ts';
import type { NewOrder, Order, OrderStatus } from '@ordercast/contract/order.ts';
import { z } from 'zod';

export const webConfigSchema = z.object({
  region: z.string(),
  userPoolId: z.string(),
  userPoolClientId: z.string(),
  identityPoolId: z.string(),
  cognitoEndpoint: z.url(),
  apiUrl: z.url(),
  realtimeUrl: z.url(),
});
export type WebConfig = z.infer<typeof webConfigSchema>;

/** Somebody who has signed in, as a program: by SRP, through the library that the page uses. */
export interface Person {
  config: WebConfig;
  sub: string;
  accessToken: string;
  idToken: string;
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
}

interface CallOptions {
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Answer {
  status: number;
  headers: Headers;
  body: unknown;
}

export async function readWebConfig(url: string): Promise<WebConfig> {
  return webConfigSchema.parse(await (await fetch(`${url}/config.json`)).json());
}

export async function signInAs(
  url: string,
  email: string,
  password = DEMO_PASSWORD,
): Promise<Person> {
  const config = await readWebConfig(url);
  const session = await authenticate(config, email, password);
  const accessToken = session.getAccessToken().getJwtToken();
  return {
    config,
    sub: z.string().parse(session.getAccessToken().payload.sub),
    accessToken,
    idToken: session.getIdToken().getJwtToken(),
    call: (method, path, options) => call(config.apiUrl, accessToken, method, path, options),
  };
}

function authenticate(config: WebConfig, email: string, password: string) {
  const pool = new CognitoUserPool({
    UserPoolId: config.userPoolId,
    ClientId: config.userPoolClientId,
    endpoint: config.cognitoEndpoint,
  });
  const user = new CognitoUser({ Username: email, Pool: pool });
  return new Promise<CognitoUserSession>((resolve, reject) => {
    user.authenticateUser(new AuthenticationDetails({ Username: email, Password: password }), {
      onSuccess: resolve,
      onFailure: reject,
    });
  });
}

/** One call of the order API; a body that is not a string goes as JSON. */
export async function call(
  apiUrl: string,
  accessToken: string | undefined,
  method: string,
  path: string,
  { body, headers = {} }: CallOptions = {},
): Promise<Answer> {
  const response = await fetch(`${apiUrl}${path}`, {
    method,
    headers: {
      ...(accessToken === undefined ? {} : { Authorization: `Bearer ${accessToken}` }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: parse(text) };
}

function parse(text: string): unknown {
  return text === '' ? undefined : JSON.parse(text);
}

const productsSchema = z.object({ items: z.array(z.object({ id: z.string() })).min(1) });

/** Places an order of the catalogue's first product; throws unless it was taken. */
export async function placeOrder(person: Person, order: Partial<NewOrder> = {}): Promise<Order> {
  const answer = await person.call('POST', '/orders', {
    body: {
      lines: order.lines ?? [{ productId: await firstProduct(person), quantity: 1 }],
      ...order,
    },
  });
  if (answer.status !== 201) throw new Error(`POST /orders: ${JSON.stringify(answer.body)}`);
  return orderSchema.parse(answer.body);
}

export async function firstProduct(person: Person): Promise<string> {
  const { items } = productsSchema.parse((await person.call('GET', '/products')).body);
  return z.object({ id: z.string() }).parse(items[0]).id;
}

/** Moves an order on from the version that the caller holds. */
export function moveOrder(
  person: Person,
  order: Pick<Order, 'id' | 'version'>,
  to: OrderStatus,
): Promise<Answer> {
  return person.call('POST', `/orders/${order.id}/transitions`, {
    body: { to },
    headers: { 'If-Match': `"${order.version}"` },
  });
}
