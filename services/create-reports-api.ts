import type { Express } from 'express';
import type { Knex } from 'knex';
import { createAuthentication } from './http/authentication.ts';
import { createApp } from './http/create-app.ts';
import { createKeyRing } from './http/key-ring.ts';
import { createPeopleService } from './people/people-service.ts';
import { createUserPool } from './people/user-pool.ts';
import { reportRoutes } from './reports/report-routes.ts';
import type { ReportRouteDependencies } from './reports/report-routes.ts';
import { reportScheduleRoutes } from './reports/report-schedule-routes.ts';
import type { Logger } from '@ordercast/platform/logger.ts';
import { createUlidSource } from '@ordercast/platform/ulid.ts';

export interface ReportsApiSettings extends Pick<
  ReportRouteDependencies,
  'timeZone' | 'request' | 'files' | 'mails'
> {
  database: Knex;
  /** Exact `iss` of the pool's tokens. */
  issuer: string;
  jwksUri: string;
  clientId: string;
  region: string;
  /** Another server that speaks Cognito's API than the Region's own. */
  cognitoEndpoint?: string | undefined;
  /** Origins whose pages may call the API, such as `https://app.example.com`. */
  corsOrigins: readonly string[];
  /** Requests that may be under way at once before more are refused with 503. */
  maxInFlight?: number;
  /** Runs after each commit that wrote to the outbox. */
  onCommitted: () => void;
  /** Runs after a schedule was written: the scheduler can follow now. */
  onScheduleChanged: () => void;
  /** Epoch milliseconds. */
  clock: () => number;
  /** 0 ≤ x < 1. */
  random: () => number;
  log: Logger;
}

export interface ReportsApi {
  /** Serves `/reports` and `/report-schedules`, wherever it is mounted. */
  app: Express;
  /** From now on connections close after their answer. */
  drain: () => void;
  /** Frees what the API opened itself; the database is the caller's. */
  close: () => void;
}

/** In a Lambda one request comes at a time; on the laptop none waits long for SQLite. */
const MAX_IN_FLIGHT = 200;

/** Composes the reports API over a migrated database. */
export function createReportsApi(settings: ReportsApiSettings): ReportsApi {
  const { database, clock, random, log, onCommitted } = settings;
  const ulids = createUlidSource({ clock, random });
  const userPool = createUserPool({
    region: settings.region,
    ...(settings.cognitoEndpoint !== undefined && { endpoint: settings.cognitoEndpoint }),
  });
  const people = createPeopleService({ database, userPool, clock });
  const keyRing = createKeyRing({ jwksUri: settings.jwksUri, clock, log });
  let isDraining = false;
  const app = createApp({
    routes: [
      ...reportRoutes({
        ...settings,
        changes: { database, ulids, clock, onCommitted },
        people,
      }),
      ...reportScheduleRoutes({
        database,
        people,
        clock,
        onScheduleChanged: settings.onScheduleChanged,
      }),
    ],
    openRoutes: {},
    authenticate: createAuthentication({
      issuer: settings.issuer,
      clientId: settings.clientId,
      keyRing,
      clock,
    }),
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
