import type { StageSettings } from './stage-settings.ts';

/** Three zones, a standby database, names and TLS on every stretch. The names are to be replaced by your own. */
export const prod: StageSettings = {
  stage: 'prod',
  region: 'eu-central-1',
  zoneIds: ['euc1-az1', 'euc1-az2', 'euc1-az3'],
  vpcCidr: '10.30.0.0/16',
  natGateways: 3,
  domain: {
    hostedZoneId: 'Z0000000000000000000',
    zoneName: 'example.com',
    page: 'orders.example.com',
    api: 'api.example.com',
    realtime: 'realtime.example.com',
    origin: 'origin.example.com',
  },
  database: {
    edition: 'se',
    engineVersion: '16.00.4236.2.v1',
    instanceClass: 'db.m6i.xlarge',
    storageGib: 200,
    maxStorageGib: 1_000,
    multiAz: true,
    backupDays: 35,
    maxConnections: 600,
  },
  people: {
    secondFactor: 'optional',
    threatProtection: true,
    mailFrom: 'no-reply@example.com',
    federation: [],
  },
  services: {
    api: { size: { cpu: 1024, memoryMib: 2048 }, min: 3, max: 20 },
    relay: { size: { cpu: 1024, memoryMib: 2048 }, count: 2 },
    worker: { size: { cpu: 1024, memoryMib: 2048 }, min: 2, max: 20 },
  },
  tracing: { ratio: 0.05 },
  httpThrottle: { rate: 2_000, burst: 4_000 },
  realtime: {
    throttle: { rate: 2_000, burst: 4_000 },
    broadcastChannels: ['announcements', 'orders'],
    broadcastShards: 32,
    postsPerSecond: 400,
    setsGatewayLogRole: true,
    makesTrail: true,
  },
  page: { kind: 'manual' },
  reports: {
    timeZone: 'Europe/Berlin',
    mailFrom: 'no-reply@reports.example.com',
    keepDays: 365,
    task: { cpu: 1024, memoryMib: 2048 },
    maxRunning: 4,
    calls: 20,
    reservesConcurrency: true,
  },
  // No owner on GitHub can be called so.
  pipeline: { repository: 'replace--this/ordercast', makesProvider: true },
  logDays: 365,
  alarmMails: ['alarms@example.com'],
  data: 'keep',
};
