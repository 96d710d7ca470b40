import type { OrderStatus } from '@ordercast/contract/order.ts';
import type { Product } from '@ordercast/contract/product.ts';
import { ADMIN_GROUP, STAFF_GROUP } from '@ordercast/contract/role.ts';
import { decidePlace } from '@ordercast/services/orders/order.ts';
import type { OrderChange, OrderRecord } from '@ordercast/services/orders/order.ts';
import { toChangeRow, toLineRows, toOrderRow } from '@ordercast/services/orders/order-store.ts';
import { insertPerson } from '@ordercast/services/people/people-store.ts';
import type { Person } from '@ordercast/services/people/person.ts';
import { inTransaction } from '@ordercast/platform/transaction.ts';
import { createUlidSource } from '@ordercast/platform/ulid.ts';
import type { UlidSource } from '@ordercast/platform/ulid.ts';
import type { Knex } from 'knex';
import { DEMO_CUSTOMERS, DEMO_PRODUCTS } from './demo-products.ts';
import { DEMO_USERS } from './demo-users.ts';

const ORDERS = 500;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const PERIOD_MS = 30 * 24 * HOUR_MS;
/** Ada and Grace place this share of all orders between them. */
const SHARE_OF_USERS = 0.4;
/** SQL Server takes 2,100 parameters a statement; the widest row here has 11. */
const ROWS_A_STATEMENT = 100;

/** The way of an order that nobody cancels, and how long each step takes at most. */
const WAY: readonly { to: OrderStatus; withinMs: number }[] = [
  { to: 'confirmed', withinMs: 2 * HOUR_MS },
  { to: 'packed', withinMs: 10 * HOUR_MS },
  { to: 'shipped', withinMs: 12 * HOUR_MS },
  { to: 'delivered', withinMs: 48 * HOUR_MS },
];
/** Where the newest orders stand, so that a fresh laptop shows every status on its first page. */
const NEWEST: readonly OrderStatus[] = [
  'placed',
  'placed',
  'confirmed',
  'placed',
  'packed',
  'cancelled',
  'confirmed',
  'shipped',
  'delivered',
  'packed',
];

interface DemoSource {
  /** Epoch ms. */
  clock: () => number;
  random: () => number;
}

interface Story {
  order: OrderRecord;
  changes: OrderChange[];
}

/**
 * Fills an empty database: 40 products, 20 customers and their 500 orders of the last 30 days, with
 * timelines and no event waiting. A database that holds products or orders is left as it is. True
 * where it was filled.
 */
export async function seedDemoData(db: Knex, source: DemoSource): Promise<boolean> {
  return inTransaction(db, async (trx) => {
    for (const table of ['products', 'orders']) {
      const row: unknown = await trx(table).first('id');
      if (row !== undefined) return false;
    }
    const now = source.clock();
    const ulids = createUlidSource(source);
    const products = demoProducts(ulids, now - PERIOD_MS);
    const people = demoPeople(source);
    const stories = demoStories({ source, ulids, products, people: people.customers, now });
    for (const person of people.all) await insertPerson(trx, person, now - PERIOD_MS);
    await insert(
      trx,
      'products',
      products.map(({ unitPrice, ...product }) => ({
        ...product,
        unit_price: unitPrice,
        created_at: new Date(now - PERIOD_MS),
      })),
    );
    await insert(
      trx,
      'orders',
      stories.map(({ order }) => toOrderRow(order)),
    );
    await insert(
      trx,
      'order_lines',
      stories.flatMap(({ order }) => toLineRows(order)),
    );
    await insert(
      trx,
      'order_timeline',
      stories.flatMap(({ order, changes }) =>
        changes.map((change) => toChangeRow(order.id, change)),
      ),
    );
    return true;
  });
}

async function insert(db: Knex, table: string, rows: readonly object[]): Promise<void> {
  for (let start = 0; start < rows.length; start += ROWS_A_STATEMENT) {
    await db(table).insert(rows.slice(start, start + ROWS_A_STATEMENT));
  }
}

function demoProducts(ulids: UlidSource, at: number): Product[] {
  return DEMO_PRODUCTS.map(([category, name, cents]) => ({
    id: ulids.at(at),
    name,
    category,
    unitPrice: cents,
    currency: 'EUR',
  }));
}

/** Everybody, and those who place orders: the first two are the customers who can sign in. */
function demoPeople({ random }: DemoSource): { all: Person[]; customers: Person[] } {
  const users = DEMO_USERS.map(({ sub, name, email }) => ({ sub, name, email }));
  const others = DEMO_CUSTOMERS.map((name) => ({
    sub: randomSub(random),
    name,
    email: `${emailName(name)}@example.com`,
  }));
  const isCustomer = DEMO_USERS.map(({ groups }) => groups.length === 0);
  return {
    all: [...users, ...others],
    customers: [...users.filter((_user, index) => isCustomer[index]), ...others],
  };
}

function emailName(name: string): string {
  return name
    .normalize('NFD')
    .replaceAll(/[^a-z ]/gi, '')
    .toLowerCase()
    .replaceAll(' ', '.');
}

/** A UUID of version 4, as Cognito's subs are. */
function randomSub(random: () => number): string {
  const hex = (digits: number) =>
    Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('');
  return `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`;
}

function demoStories(context: {
  source: DemoSource;
  ulids: UlidSource;
  products: readonly Product[];
  people: readonly Person[];
  now: number;
}): Story[] {
  const { source, ulids, products, people, now } = context;
  const { random } = source;
  const byId = new Map(products.map((product) => [product.id, product]));
  return Array.from({ length: ORDERS }, (_unused, index) => {
    // The newest is minutes old; the farther back, the evener they lie.
    const placedAt = Math.floor(
      now - 5 * MINUTE_MS - (PERIOD_MS - HOUR_MS) * ((index + random() * 0.9) / ORDERS),
    );
    const customer =
      random() < SHARE_OF_USERS ? pick(people.slice(0, 2), random) : pick(people, random);
    const wanted = new Set(
      Array.from({ length: 1 + Math.floor(random() * 4) }, () => pick(products, random).id),
    );
    const decision = decidePlace(
      {
        lines: [...wanted].map((productId) => ({
          productId,
          quantity: 1 + Math.floor(random() ** 2 * 6),
        })),
        note: random() < 0.15 ? 'Please leave it with the neighbour.' : null,
      },
      {
        id: ulids.at(placedAt),
        now: placedAt,
        actor: { sub: customer.sub, roles: ['customer'] },
        products: byId,
      },
    );
    if (decision.kind !== 'placed') throw new Error(`Demo order refused: ${decision.kind}`);
    const aim = NEWEST[index] ?? (random() < 0.08 ? 'cancelled' : 'delivered');
    return live({ order: decision.order, changes: [decision.change] }, { aim, now, random });
  });
}

/** Leads an order towards a status, as far as its age allows. */
function live(
  story: Story,
  { aim, now, random }: { aim: OrderStatus; now: number; random: () => number },
): Story {
  const { order, changes } = story;
  const isNewest = now - order.createdAt < 24 * HOUR_MS;
  const change = (
    to: OrderStatus,
    withinMs: number,
    by: OrderChange['by'],
    reason: string | null,
  ) => {
    const spanMs = isNewest ? Math.min(withinMs, (now - order.updatedAt) / 2) : withinMs;
    const at = Math.floor(order.updatedAt + 1 + spanMs * (0.1 + 0.9 * random()));
    if (at >= now) return false;
    order.version += 1;
    changes.push({ version: order.version, at, by, from: order.status, to, reason });
    order.status = to;
    order.updatedAt = at;
    return true;
  };
  if (aim === 'cancelled') {
    const by = { sub: order.customerId, role: 'customer' } as const;
    change('cancelled', HOUR_MS, by, 'Ordered by mistake');
    return story;
  }
  for (const { to, withinMs } of WAY) {
    if (order.status === aim) break;
    if (!change(to, withinMs, STAFF, null)) break;
  }
  return story;
}

const STAFF: OrderChange['by'] = { sub: staffSub(), role: 'staff' };

function staffSub(): string {
  const staff = DEMO_USERS.find(({ groups }) => groups.includes(STAFF_GROUP));
  const admin = DEMO_USERS.find(({ groups }) => groups.includes(ADMIN_GROUP));
  const user = staff ?? admin;
  if (user === undefined) throw new Error('The demo users have no staff');
  return user.sub;
}

function pick<Item>(items: readonly Item[], random: () => number): Item {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('Nothing to pick from');
  return item;
}
