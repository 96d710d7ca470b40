import type { StageSettings } from './stage-settings.ts';

/** Small and cheap; no names of its own, so traffic inside the VPC is in clear from gateway to API. */
export const dev: StageSettings = {
  stage: 'dev',
  region: 'eu-central-1',
  zoneIds: ['euc1-az2', 'euc1-az3'],
  vpcCidr: '10.20.0.0/16',
  natGateways: 1,
  database: {
    edition: 'ex',
    engineVersion: '16.00.4236.2.v1',
    instanceClass: 'db.t3.small',
    storageGib: 20,
    maxStorageGib: 40,
    multiAz: false,
    backupDays: 7,
    maxConnections: 120,
  },
  people: { secondFactor: 'optional', threatProtection: false, federation: [] },
  services: {
    api: { size: { cpu: 256, memoryMib: 1024 }, min: 1, max: 2 },
    relay: { size: { cpu: 256, memoryMib: 1024 }, count: 2 },
    worker: { size: { cpu: 256, memoryMib: 1024 }, min: 1, max: 2 },
  },
  tracing: { ratio: 1 },
  httpThrottle: { rate: 200, burst: 400 },
  realtime: {
    throttle: { rate: 200, burst: 400 },
    broadcastChannels: ['announcements'],
    broadcastShards: 8,
    postsPerSecond: 1_000,
    setsGatewayLogRole: true,
    makesTrail: true,
  },
  page: { kind: 'manual' },
  reports: {
    timeZone: 'UTC',
    mailFrom: 'reports@example.com',
    keepDays: 30,
    task: { cpu: 256, memoryMib: 1024 },
    maxRunning: 2,
    calls: 5,
    reservesConcurrency: false,
  },
  logDays: 30,
  alarmMails: ['alarms@example.com'],
  data: 'delete',
};
