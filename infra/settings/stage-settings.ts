import { z } from 'zod';

/** The stage's file is wrong; the text names each field and what it must be. */
export class InvalidSettings extends Error {
  override name = 'InvalidSettings';
}

const cidr = z.string().regex(/^10\.\d{1,3}\.0\.0\/16$/, { error: 'must be such as 10.20.0.0/16' });
const hostName = z.string().regex(/^(?:[a-z\d](?:[a-z\d-]*[a-z\d])?\.)+[a-z]{2,}$/, {
  error: 'must be a host name in small letters, such as api.example.com',
});

/** Sizes that Fargate has: ECS developer guide, task definition parameters, task size. CPU units: memory in MiB. */
const FARGATE_SIZES: Readonly<Record<number, readonly number[]>> = {
  256: [512, 1024, 2048],
  512: [1024, 2048, 3072, 4096],
  1024: [2048, 3072, 4096, 5120, 6144, 7168, 8192],
  2048: [4096, 5120, 6144, 7168, 8192, 12_288, 16_384],
};

/** Of an account and Region, until AWS raises it: quotas of WebSocket APIs. */
const ACCOUNT_POSTS_PER_SECOND = 10_000;

/** Of the collector of traces beside each program of a service, within its task. */
export const COLLECTOR_SIZE = { cpu: 32, memoryMib: 192 };
/** What a program needs of memory, whatever else is in its task. */
export const LEAST_PROGRAM_MIB = 512;

const taskSize = z
  .strictObject({
    /** CPU units; 1024 are one core. */
    cpu: z.int(),
    memoryMib: z.int(),
  })
  .refine(({ cpu, memoryMib }) => FARGATE_SIZES[cpu]?.includes(memoryMib) === true, {
    error: 'is not a size that Fargate has',
  })
  .refine(({ memoryMib }) => memoryMib - COLLECTOR_SIZE.memoryMib >= LEAST_PROGRAM_MIB, {
    error: `must leave ${LEAST_PROGRAM_MIB} MiB beside the ${COLLECTOR_SIZE.memoryMib} of the collector: take 1024`,
  });

const scaledService = z
  .strictObject({ size: taskSize, min: z.int().min(1), max: z.int().min(1) })
  .refine(({ min, max }) => min <= max, { error: 'min must not be above max' });

/** Names under a zone of Route 53; with them everything speaks TLS, to the load balancer too. */
const domain = z.strictObject({
  hostedZoneId: z.string().regex(/^Z[A-Z\d]+$/, { error: "must be the zone's id, such as Z08…" }),
  zoneName: hostName,
  page: hostName,
  api: hostName,
  realtime: hostName,
  /** Of the internal load balancer: the gateway checks its certificate by this name; nobody resolves it. */
  origin: hostName,
});

const database = z.strictObject({
  /** ex Express, web Web, se Standard, ee Enterprise. */
  edition: z.enum(['ex', 'web', 'se', 'ee']),
  /** In full, such as 16.00.4236.2.v1: `aws rds describe-db-engine-versions --engine sqlserver-se`. */
  engineVersion: z.string().regex(/^\d{2}\.00\.\d{4}\.\d{1,3}\.v\d$/, {
    error: 'must be a full version such as 16.00.4236.2.v1',
  }),
  instanceClass: z.string().regex(/^db\.[a-z\d]+\.[a-z\d]+$/),
  storageGib: z.int().min(20).max(16_384),
  maxStorageGib: z.int().min(22).max(16_384),
  multiAz: z.boolean(),
  backupDays: z.int().min(1).max(35),
  /** User connections that all programs together may hold; under what the class bears. */
  maxConnections: z.int().min(20).max(32_767),
});

/** Where the page's builds come from; an app made one way cannot be changed to the other. */
const pageSource = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('manual') }),
  z.strictObject({
    kind: z.literal('repository'),
    repository: z.url({ protocol: /^https$/ }),
    branch: z.string().min(1),
    /** Secrets Manager name of the access token that Amplify reads the repository with. */
    tokenSecret: z.string().min(1),
  }),
]);

/** An offset such as +02:00 knows no summer time. */
const timeZone = z.string().refine((name) => /^[A-Za-z]/.test(name) && isTimeZone(name), {
  error: 'must be a named time zone, such as Europe/Berlin or UTC',
});

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

const reports = z.strictObject({
  /** Whose days a report is of where nobody names another: a named zone, such as Europe/Berlin. */
  timeZone,
  /**
   * Sender of reports. In a stage with names an address of a domain of its own within the zone, which is proved by records there; else
   * an address of yours, to which SES writes a mail with a link to confirm it.
   */
  mailFrom: z.email(),
  /** For how long files of reports are kept. */
  keepDays: z.int().min(1).max(3_650),
  /** Of one heavy run, such as the export of a year. */
  task: taskSize,
  /** Runs that work at once; the others wait. */
  maxRunning: z.int().min(1).max(20),
  /** Calls of the reports' API that are worked on at once, each with a connection to the database. */
  calls: z.int().min(1).max(200),
  /** Whether the functions' share of the account's concurrency is set apart. A new account, which has 10, refuses that. */
  reservesConcurrency: z.boolean(),
});

const federation = z.strictObject({
  /** As the sign-in page shows it. */
  name: z.string().regex(/^[\w-]{1,32}$/),
  issuer: z.url({ protocol: /^https$/ }),
  /** Secrets Manager name of a JSON object `{clientId, clientSecret}`. */
  clientSecret: z.string().min(1),
});

export const stageSettingsSchema = z
  .strictObject({
    /** Stands in every name. */
    stage: z.string().regex(/^[a-z][a-z\d]{1,11}$/),
    region: z.string().regex(/^[a-z]{2}-[a-z]+-\d$/),
    /** Refuses every other account where it is given. */
    account: z
      .string()
      .regex(/^\d{12}$/)
      .optional(),
    /** By id, since the letters differ from account to account and VPC links are not in every zone. */
    zoneIds: z
      .array(z.string().regex(/^[a-z\d]+-az\d$/))
      .min(2)
      .max(3),
    vpcCidr: cidr,
    /** 1, or as many as zones. */
    natGateways: z.int().min(1).max(3),
    domain: domain.optional(),
    database,
    people: z.strictObject({
      /** Whether everybody must have a second factor, or may. */
      secondFactor: z.enum(['optional', 'required']),
      /** Compromised passwords and risky sign-ins are found; Cognito's Plus plan, priced by active user. */
      threatProtection: z.boolean(),
      /** Sender of codes, an address verified in SES; without one Cognito sends 50 mails a day. */
      mailFrom: z.email().optional(),
      hostedUi: z.strictObject({ prefix: z.string().regex(/^[a-z\d-]{3,40}$/) }).optional(),
      federation: z.array(federation),
    }),
    services: z.strictObject({
      api: scaledService,
      relay: z.strictObject({ size: taskSize, count: z.literal(2) }),
      worker: scaledService,
    }),
    tracing: z.strictObject({
      /** The share of requests and of other work that is traced, from 0 to 1; of Lambda's calls X-Ray itself decides. */
      ratio: z.number().min(0).max(1).multipleOf(0.001),
    }),
    /** Requests a second of all callers, and how many may come at once. */
    httpThrottle: z.strictObject({ rate: z.int().min(1), burst: z.int().min(1) }),
    realtime: z.strictObject({
      throttle: z.strictObject({ rate: z.int().min(1), burst: z.int().min(1) }),
      broadcastChannels: z.array(z.enum(['announcements', 'orders', 'reports'])).min(1),
      broadcastShards: z.int().min(1).max(1_000),
      /** Of one process; all together must stay under the account's 10,000. */
      postsPerSecond: z.int().min(1).max(100_000),
      /** Whether this stage sets the role by which API Gateway writes logs: one an account and Region. */
      setsGatewayLogRole: z.boolean(),
      /** Whether this stage makes the trail of management events: the first is free, more are not. */
      makesTrail: z.boolean(),
    }),
    page: pageSource,
    reports,
    /** Lets the workflow `deploy.yml` of a repository on GitHub deploy this stage. */
    pipeline: z
      .strictObject({
        /**
         * As GitHub's tokens name it. One made or renamed since July 2026 has its numbers there
         * (github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens).
         */
        repository: z.string().regex(/^[\w.-]+(?:@\d+\/[\w.-]+@\d+|\/[\w.-]+)$/, {
          error:
            'must be such as owner/name, or owner@12/name@34 with the numbers that GitHub gave',
        }),
        /** Whether this stage makes the account's provider of GitHub's tokens: there can be one. */
        makesProvider: z.boolean(),
      })
      .optional(),
    logDays: z.union([z.literal(7), z.literal(30), z.literal(90), z.literal(365)], {
      error: 'must be 7, 30, 90 or 365',
    }),
    alarmMails: z.array(z.email()).min(1),
    /** What becomes of tables, pool, buckets and database when their stack is deleted. */
    data: z.enum(['keep', 'delete']),
  })
  .superRefine((settings, context) => {
    const fault = (path: string[], message: string) =>
      context.addIssue({ code: 'custom', path, message });
    const { database: db, natGateways, zoneIds, domain: names } = settings;
    if (db.multiAz && ['ex', 'web'].includes(db.edition)) {
      fault(['database', 'multiAz'], `RDS has no Multi-AZ for the edition "${db.edition}"`);
    }
    if (db.maxStorageGib <= db.storageGib) {
      fault(['database', 'maxStorageGib'], 'must be above storageGib');
    }
    if (db.edition === 'ex' && db.maxStorageGib > 100) {
      fault(['database', 'maxStorageGib'], 'a database of Express holds 10 GB: 100 is plenty');
    }
    const prefix = `${zonePrefix(settings.region)}-`;
    if (!zoneIds.every((id) => id.startsWith(prefix))) {
      fault(
        ['zoneIds'],
        `zones of ${settings.region} begin with ${prefix}: aws ec2 describe-availability-zones --region ${settings.region} --query 'AvailabilityZones[].ZoneId'`,
      );
    }
    if (natGateways > zoneIds.length) fault(['natGateways'], 'must not be above the zones');
    for (const name of ['page', 'api', 'realtime', 'origin'] as const) {
      if (names !== undefined && !names[name].endsWith(`.${names.zoneName}`)) {
        fault(['domain', name], `must lie in the zone ${names.zoneName}`);
      }
    }
    const posts =
      (settings.services.relay.count + settings.services.worker.max) *
      settings.realtime.postsPerSecond;
    if (posts > ACCOUNT_POSTS_PER_SECOND) {
      fault(
        ['realtime', 'postsPerSecond'],
        `relays and workers together may make ${posts} posts a second; an account has ${ACCOUNT_POSTS_PER_SECOND}`,
      );
    }
    const { mailFrom } = settings.reports;
    if (names !== undefined && !domainOf(mailFrom).endsWith(`.${names.zoneName}`)) {
      fault(
        ['reports', 'mailFrom'],
        `must be of a domain of its own within the zone, such as orders@reports.${names.zoneName}`,
      );
    }
    if (
      settings.people.mailFrom !== undefined &&
      domainOf(settings.people.mailFrom) === domainOf(mailFrom)
    ) {
      fault(
        ['reports', 'mailFrom'],
        'must be of another domain than people.mailFrom, which is verified by hand before the first deployment',
      );
    }
    const connections = connectionsOf(settings);
    if (connections > db.maxConnections) {
      fault(
        ['database', 'maxConnections'],
        `services and reports may hold ${connections} connections at once: raise it, or let the API have fewer tasks`,
      );
    }
  });

/** How the ids of a Region's zones begin: `euc1` for eu-central-1, `apse2` for ap-southeast-2. */
function zonePrefix(region: string): string {
  const [area = '', place = '', number = ''] = region.split('-');
  const letters = place.replace(
    /^(north|south|east|west|central)(east|west)?$/,
    (_all, first: string, second = '') => first.slice(0, 1) + String(second).slice(0, 1),
  );
  return `${area}${letters}${number}`;
}

export type StageSettings = z.infer<typeof stageSettingsSchema>;

/** Connections at most of one program's pool, as `DEFAULT_POOL` of the platform has it. */
export const POOL_SIZE = 10;
/** A leader's own, beside its pool. */
const LEADER_CONNECTIONS = 1;
/** Migration, bootstrap and a rotation, each with connections of its own. */
const TASK_CONNECTIONS = 6;

/** Of a run of a report: its reading, which is one transaction from beginning to end, and what it writes of itself meanwhile. */
const RUN_CONNECTIONS = 2;
/** Instances of the reports' functions at once: what a stage reserves, or else what is to be expected. */
export function reportFunctions({ calls, maxRunning }: StageSettings['reports']) {
  // One more than may run: it finds out that its run has to wait.
  return { api: calls, run: maxRunning + 1, keep: 1, mailEvents: 2 };
}

/** Connections to the database that all programs together may hold while a deployment doubles the tasks. */
export function connectionsOf({
  services: { api, relay },
  reports: report,
}: Pick<StageSettings, 'services' | 'reports'>): number {
  const pools = 2 * api.max * POOL_SIZE + 2 * relay.count * (POOL_SIZE + LEADER_CONNECTIONS);
  const functions = reportFunctions(report);
  const runs = RUN_CONNECTIONS * (functions.run + report.maxRunning);
  return pools + functions.api + runs + functions.keep + functions.mailEvents + TASK_CONNECTIONS;
}

/** Behind the `@` of an address. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}

/** Parses a stage's settings. Throws {@link InvalidSettings} that names every field at fault. */
export function parseStageSettings(settings: unknown): StageSettings {
  const result = stageSettingsSchema.safeParse(settings);
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path, message, code }) => {
    const where = path.length === 0 ? 'at the top' : path.join('.');
    const hint =
      code === 'unrecognized_keys' ? '; infra/settings/stage-settings.ts has those there are' : '';
    return `  ${where}: ${message}${hint}`;
  });
  throw new InvalidSettings(
    `The settings of the stage are wrong (infra/settings):\n${faults.join('\n')}`,
  );
}
