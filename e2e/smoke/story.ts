import { randomUUID } from 'node:crypto';
import { ORDERS_CHANNEL, userChannel } from '@ordercast/contract/channel.ts';
import { meSchema } from '@ordercast/contract/me.ts';
import { orderSchema } from '@ordercast/contract/order.ts';
import type { Order, OrderStatus } from '@ordercast/contract/order.ts';
import { productListSchema } from '@ordercast/contract/product.ts';
import { ConfigUnavailableError, loadAppConfig } from '@ordercast/web/src/app-config.ts';
import type { AppConfig } from '@ordercast/web/src/app-config.ts';
import { AuthError } from '@ordercast/web/src/auth/auth-error.ts';
import type { Login, SmokeSettings } from './arguments.ts';
import { LiveOrders } from './live-orders.ts';
import { signIn } from './person.ts';
import type { Person } from './person.ts';
import { Unexpected } from './step-runner.ts';
import type { RunStep } from './step-runner.ts';

const NOTE = 'Smoke test: cancelled at once, nothing to pack.';
const API_LOG = "the order API's log under that request id, and its /health/ready";
const RELAY =
  "the relay's log (does one lead? does it reach DynamoDB?), then the broadcast worker's where a queue is set: docs/operations.md";

/** Every step, in order. Rejects with `StepFailed` at the first that does not work. */
export async function tellStory(
  settings: SmokeSettings,
  step: RunStep,
  complain: (text: string) => void,
): Promise<void> {
  const config = await readConfig(settings.page, step);
  const customer = await enter('customer', settings.customer, config, step);
  const staff = await enter('staff', settings.staff, config, step);
  const channels = [userChannel(customer.user.claims.sub), ORDERS_CHANNEL] as const;
  const customerLive = new LiveOrders(config.realtimeUrl, customer, channels[0]);
  const staffLive = new LiveOrders(config.realtimeUrl, staff, channels[1]);
  let order: Order | undefined;
  try {
    await open('customer', customerLive, step);
    await open('staff', staffLive, step);
    order = await place(customer, step);
    await see('customer', customerLive, order, 'placed', step);
    await see('staff', staffLive, order, 'placed', step);
    order = await move(staff, order, 'confirmed', step);
    await see('customer', customerLive, order, 'confirmed', step);
    order = await move(staff, order, 'cancelled', step);
    await see('customer', customerLive, order, 'cancelled', step);
  } catch (error) {
    if (order !== undefined && order.status !== 'cancelled') {
      complain(
        `Order ${order.number} is left ${order.status}: cancel it, so that nobody packs it.`,
      );
    }
    throw error;
  } finally {
    customerLive.close();
    staffLive.close();
  }
  await leave('customer', customer, step);
  await leave('staff', staff, step);
}

function readConfig(page: string, step: RunStep): Promise<AppConfig> {
  return step({
    name: 'the page tells where its services are',
    expects: `200 and a JSON object with the addresses at ${page}/config.json`,
    lookAt:
      'the address of the page; on a stage, whether config.json was deployed and is not rewritten to the page itself',
    run: async (signal) => {
      let answer = '';
      const get = async (path: string) => {
        const response = await fetch(`${page}${path}`, { signal });
        answer = ` (${response.status}, ${response.headers.get('Content-Type') ?? 'no type'})`;
        return response;
      };
      return loadAppConfig(
        (path) =>
          get(path).catch((error: unknown) => {
            answer = ` (${String(error instanceof Error ? (error.cause ?? error) : error)})`;
            throw error;
          }),
        page,
      ).catch((error: unknown) => {
        if (!(error instanceof ConfigUnavailableError)) throw error;
        throw new Unexpected(`${error.message}${answer}`);
      });
    },
  });
}

async function enter(
  who: 'customer' | 'staff',
  login: Login,
  config: AppConfig,
  step: RunStep,
): Promise<Person> {
  const person = await step({
    name: `${who} signs in`,
    expects: `tokens for ${login.email} by SRP, with nothing but the password`,
    lookAt: `--${who}, SMOKE_${who.toUpperCase()}_PASSWORD, and whether that user is confirmed and has no second factor`,
    run: () => signIn(config, login),
  });
  await step({
    name: `the API knows ${who}`,
    expects: `200 from GET /me with the role ${who}`,
    lookAt: `${API_LOG}; for a role, the group of ${login.email}`,
    run: async (signal) => {
      const { roles } = await person.call('GET', '/me', { status: 200, schema: meSchema, signal });
      if (!roles.includes(who)) throw new Unexpected(`the roles ${roles.join(', ')}`);
    },
  });
  return person;
}

function open(who: string, live: LiveOrders, step: RunStep): Promise<void> {
  return step({
    name: `${who} is connected live`,
    expects: 'a WebSocket connection and a subscription that stands',
    lookAt:
      'realtimeUrl in config.json, and the logs of the authorizer, connect and message functions (COGNITO_ISSUER, COGNITO_CLIENT_ID, tables)',
    run: () => live.open(),
    soFar: () => live.soFar(),
  });
}

function place(customer: Person, step: RunStep): Promise<Order> {
  return step({
    name: 'customer places an order',
    expects: '200 from GET /products with one at least, and 201 from POST /orders',
    lookAt: API_LOG,
    run: async (signal) => {
      const { items } = await customer.call('GET', '/products', {
        status: 200,
        schema: productListSchema,
        signal,
      });
      const [product] = items;
      if (product === undefined) throw new Unexpected('no product at all');
      return customer.call('POST', '/orders', {
        status: 201,
        schema: orderSchema,
        body: { lines: [{ productId: product.id, quantity: 1 }], note: NOTE },
        headers: { 'Idempotency-Key': `smoke-${randomUUID()}` },
        signal,
      });
    },
  });
}

function see(
  who: string,
  live: LiveOrders,
  { id, number }: Order,
  status: OrderStatus,
  step: RunStep,
): Promise<void> {
  return step({
    name: `${who} sees it ${status}`,
    expects: `the event order.${status} of order ${number}`,
    lookAt: RELAY,
    run: () => live.moved(id, status),
    soFar: () => live.soFar(),
  });
}

function move(
  staff: Person,
  { id, version }: Order,
  to: OrderStatus,
  step: RunStep,
): Promise<Order> {
  return step({
    name: `staff makes it ${to}`,
    expects: `200 from POST /orders/{id}/transitions with the order ${to}`,
    lookAt: API_LOG,
    run: (signal) =>
      staff.call('POST', `/orders/${id}/transitions`, {
        status: 200,
        schema: orderSchema.refine(({ status }) => status === to),
        body: { to, reason: to === 'cancelled' ? NOTE : null },
        headers: { 'If-Match': `"${version}"` },
        signal,
      }),
  });
}

function leave(who: string, { user }: Person, step: RunStep): Promise<void> {
  return step({
    name: `${who} signs out`,
    expects: 'NotAuthorizedException for a refresh with the ended token',
    lookAt: 'whether the app client has token revocation on',
    run: async () => {
      await user.signOut();
      const refusal = await user.accessToken({ fresh: true }).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (refusal === undefined) throw new Unexpected('new tokens');
      const isRefused = refusal instanceof AuthError && refusal.code === 'NotAuthorizedException';
      if (!isRefused) throw AuthError.from(refusal);
    },
  });
}
