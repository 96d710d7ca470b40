import type { Logger } from '@ordercast/platform/logger.ts';
import { createUlidSource } from '@ordercast/platform/ulid.ts';
import type { Express } from 'express';
import type { Knex } from 'knex';
import { createAuthentication } from '../http/authentication.ts';
import { createApp } from '../http/create-app.ts';
import { createKeyRing } from '../http/key-ring.ts';
import { createPeopleService } from '../people/people-service.ts';
import { createUserPool } from '../people/user-pool.ts';
import type { LinkKeys } from './link/link-keys.ts';
import type { LinkSettings } from './mail/compose-mail.ts';
import { reportLinkRoutes } from './report-link-routes.ts';
import { reportRoutes } from './report-routes.ts';
import { reportScheduleRoutes } from './report-schedule-routes.ts';
import type { StartRun } from './run/start-run.ts';
import { createDownloads } from './storage/downloads.ts';
import type { ReportFiles } from './storage/report-files.ts';

export interface ReportsApiSettings {
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
  /** Whose days are meant where nobody says. IANA name. */
  timeZone: string;
  start: StartRun;
  files: Pick<ReportFiles, 'presign' | 'exists'>;
  keys: LinkKeys;
  links: LinkSettings;
  /** Runs after each commit that wrote to the outbox. */
  onCommitted: () => void;
  /** Runs after a schedule was written: the scheduler can follow now. */
  onScheduleChanged: () => void;
  /** Runs after a mail was asked for once more: it can be sent now. */
  onMailResumed: (runId: string) => void;
  /** Epoch milliseconds. */
  clock: () => number;
  /** 0 ≤ x < 1. */
  random: () => number;
  log: Logger;
}

export interface ReportsApi {
  /** Serves `/reports`, `/report-schedules` and `/report-links`, wherever it is mounted. */
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
  const changes = { database, ulids, clock, onCommitted };
  const userPool = createUserPool({
    region: settings.region,
    ...(settings.cognitoEndpoint !== undefined && { endpoint: settings.cognitoEndpoint }),
  });
  const people = createPeopleService({ database, userPool, clock });
  const keyRing = createKeyRing({ jwksUri: settings.jwksUri, clock, log });
  const downloads = createDownloads({ files: settings.files, clock });
  let isDraining = false;
  const app = createApp({
    routes: [
      ...reportRoutes({ ...settings, changes, people, downloads }),
      ...reportScheduleRoutes({ ...settings, people }),
    ],
    openRoutes: {},
    openPages: reportLinkRoutes({
      ...settings,
      presign: async (_run, file) => (await downloads(file))?.url,
    }),
    authenticate: createAuthentication({
      issuer: settings.issuer,
      clientId: settings.clientId,
      keyRing,
      clock,
    }),
    corsOrigins: settings.corsOrigins,
    newRequestId: ulids.next,
    isDraining: () => isDraining,
    maxInFlight: MAX_IN_FLIGHT,
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
