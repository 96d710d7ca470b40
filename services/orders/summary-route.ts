import { EARLIEST_INSTANT, askedInstantSchema } from '@ordercast/contract/page.ts';
import { summarySchema } from '@ordercast/contract/summary.ts';
import type { Knex } from 'knex';
import { z } from 'zod';
import { badRequest } from '../http/problem.ts';
import { NO_BODY, route } from '../http/route.ts';
import type { Route } from '../http/route.ts';
import { summarizeOrders } from './summary-store.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** `GET /orders/summary`; to be mounted before `/orders/:id`. */
export function summaryRoute({ database, clock }: { database: Knex; clock: () => number }): Route {
  return route({
    method: 'get',
    path: '/orders/summary',
    access: 'staff',
    query: z.object({ from: askedInstantSchema.optional(), to: askedInstantSchema.optional() }),
    body: NO_BODY,
    documentation: {
      summary: 'Figures of the orders placed in [from, to)',
      description:
        'ISO 8601 instants with an offset, of the years 1 to 9999 in UTC. `to` is now where it is missing, and `from` 24 hours ' +
        'before `to`. `byStatus` has every status, `byHour` the hours that had orders.',
      responses: { 200: { description: 'The figures', schema: summarySchema } },
    },
    handle: async (_request, { query }) => {
      const to = query.to ?? clock();
      const from = query.from ?? Math.max(to - DAY_MS, EARLIEST_INSTANT);
      if (from >= to) {
        throw badRequest('The period is empty.', [{ path: 'from', message: 'must be before to' }]);
      }
      return { status: 200, body: await summarizeOrders(database, from, to) };
    },
  });
}
