import {
  announcementPageSchema,
  announcementSchema,
  newAnnouncementSchema,
} from '@ordercast/contract/announcement.ts';
import { meSchema } from '@ordercast/contract/me.ts';
import {
  newOrderSchema,
  orderPageSchema,
  orderSchema,
  timelineSchema,
  transitionSchema,
} from '@ordercast/contract/order.ts';
import { productListSchema } from '@ordercast/contract/product.ts';
import { summarySchema } from '@ordercast/contract/summary.ts';
import type { Express } from 'express';
import type { Knex } from 'knex';
import { announcementRoutes } from './announcements/announcement-routes.ts';
import { createAuthentication } from './http/authentication.ts';
import { createApp } from './http/create-app.ts';
import { liveness, readiness } from './http/health.ts';
import type { Probes } from './http/health.ts';
import type { GatewaySecret } from './http/gateway-secret.ts';
import { createKeyRing } from './http/key-ring.ts';
import { openApiDocument } from './http/openapi.ts';
import { openApiReply } from './http/openapi-reply.ts';
import { orderRoutes } from './orders/order-routes.ts';
import { createOrderService } from './orders/order-service.ts';
import { REPORT_SCHEMAS, documentedReportRoutes } from './reports/documented-routes.ts';
import { summaryRoute } from './orders/summary-route.ts';
import { meRoute } from './people/me-route.ts';
import { createPeopleService } from './people/people-service.ts';
import { createUserPool } from './people/user-pool.ts';
import type { Logger } from '@ordercast/platform/logger.ts';
import { createUlidSource } from '@ordercast/platform/ulid.ts';
import { findProducts } from './products/product-store.ts';
import { productRoutes } from './products/product-routes.ts';

export interface ApiSettings {
  database: Knex;
  /** Exact `iss` of the pool's tokens. */
  issuer: string;
  jwksUri: string;
  clientId: string;
  region: string;
  /** Another server that speaks Cognito's API than the Region's own. */
  cognitoEndpoint?: string;
  /** What else must be up for people to be served; `/health/ready` names it. */
  probes?: Probes;
  /** Requests that do not carry it are refused, but for `/health/*`; without it they may come from anywhere. */
  gatewaySecret?: GatewaySecret | undefined;
  /** Origins whose pages may call the API, such as `https://app.example.com`. */
  corsOrigins: readonly string[];
  /** Requests that may be under way at once before more are refused with 503. */
  maxInFlight?: number;
  /** Runs after each commit that wrote to the outbox; a relay in this process is nudged by it. */
  onCommitted: () => void;
  /** Epoch milliseconds. */
  clock: () => number;
  /** 0 ≤ x < 1. */
  random: () => number;
  log: Logger;
}

export interface Api {
  /** Mount it anywhere; `Location` and the problems' `instance` follow. */
  app: Express;
  /** From now on `/health/ready` answers 503 and connections close after their answer. */
  drain: () => void;
  /** Frees what the API opened itself; the database is the caller's. */
  close: () => void;
}

/** At some milliseconds of the database each, the last of them waits for seconds already. */
const MAX_IN_FLIGHT = 1_000;

/** What the document names: of this API and of the reports API, which is reached at the same address. */
const SCHEMAS = {
  ...REPORT_SCHEMAS,
  Order: orderSchema,
  OrderPage: orderPageSchema,
  NewOrder: newOrderSchema,
  Transition: transitionSchema,
  Timeline: timelineSchema,
  Summary: summarySchema,
  ProductList: productListSchema,
  Me: meSchema,
  Announcement: announcementSchema,
  AnnouncementPage: announcementPageSchema,
  NewAnnouncement: newAnnouncementSchema,
};

/** Composes the order API over a migrated database. */
export function createApi(settings: ApiSettings): Api {
  const { database, clock, random, log, onCommitted } = settings;
  const ulids = createUlidSource({ clock, random });
  const userPool = createUserPool({
    region: settings.region,
    ...(settings.cognitoEndpoint !== undefined && { endpoint: settings.cognitoEndpoint }),
  });
  const people = createPeopleService({ database, userPool, clock });
  const orders = createOrderService({
    database,
    people,
    findProducts,
    clock,
    ulids,
    onCommitted,
  });
  const keyRing = createKeyRing({ jwksUri: settings.jwksUri, clock, log });
  const probes = {
    database: async () => {
      await database.raw('select 1 as one');
      return true;
    },
    signingKeys: () => keyRing.isReady(),
    ...settings.probes,
  };
  let isDraining = false;

  const routes = [
    summaryRoute({ database, clock }),
    ...orderRoutes({ database, orders, clock }),
    ...productRoutes(database),
    meRoute(people),
    ...announcementRoutes({ database, people, clock, ulids, onCommitted }),
  ];
  const changes = { database, ulids, clock, onCommitted };
  const documented = [...routes, ...documentedReportRoutes({ changes, people, log })];
  const describe = openApiReply((serverUrl) => openApiDocument(documented, SCHEMAS, serverUrl));
  const app = createApp({
    routes,
    openRoutes: {
      '/health/live': () => Promise.resolve(liveness()),
      '/health/ready': () => readiness(probes, isDraining),
      '/openapi.json': ({ baseUrl }) => Promise.resolve(describe(baseUrl)),
    },
    authenticate: createAuthentication({
      issuer: settings.issuer,
      clientId: settings.clientId,
      keyRing,
      clock,
    }),
    gatewaySecret: settings.gatewaySecret,
    corsOrigins: settings.corsOrigins,
    newRequestId: ulids.next,
    isDraining: () => isDraining,
    maxInFlight: settings.maxInFlight ?? MAX_IN_FLIGHT,
    log,
  });

  return {
    app,
    drain: () => {
      isDraining = true;
    },
    close: () => userPool.close(),
  };
}
