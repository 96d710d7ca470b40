import { describe, expect, it } from 'vitest';
import { dev } from './dev.ts';
import { prod } from './prod.ts';
import { InvalidSettings, connectionsOf, parseStageSettings } from './stage-settings.ts';
import { stageByName } from './stages.ts';

describe('the settings of a stage', () => {
  it('are found by name, and a name that is none is answered with those there are', () => {
    expect(stageByName('dev')).toEqual(dev);
    expect(stageByName('prod')).toEqual(prod);
    for (const name of [undefined, 'staging', '__proto__', 'constructor', 3]) {
      expect(() => stageByName(name)).toThrow(/-c stage=<name>, where <name> is dev or prod/);
    }
  });

  it.each([
    [
      'a standby for Express',
      { database: { ...dev.database, multiAz: true } },
      /database\.multiAz: RDS has no Multi-AZ/,
    ],
    [
      'half a version',
      { database: { ...dev.database, engineVersion: '16.00' } },
      /engineVersion: must be a full version/,
    ],
    [
      'no room to grow',
      { database: { ...dev.database, maxStorageGib: 22, storageGib: 22 } },
      /maxStorageGib: must be above/,
    ],
    ['more NAT than zones', { natGateways: 3 }, /natGateways: must not be above the zones/],
    ['one zone', { zoneIds: ['euc1-az1'] }, /zoneIds/],
    [
      'a size that Fargate has not',
      { services: { ...dev.services, relay: { count: 2, size: { cpu: 256, memoryMib: 8192 } } } },
      /not a size that Fargate has/,
    ],
    [
      'a size that leaves the program too little',
      { services: { ...dev.services, relay: { count: 2, size: { cpu: 256, memoryMib: 512 } } } },
      /services\.relay\.size: must leave 512 MiB beside the 192 of the collector: take 1024/,
    ],
    [
      'more connections than the database bears',
      { services: { ...dev.services, api: { ...dev.services.api, max: 5 } } },
      /connections at once: raise it, or let the API have fewer tasks/,
    ],
    [
      'more posts than the account has',
      { realtime: { ...dev.realtime, postsPerSecond: 9_000 } },
      /realtime\.postsPerSecond: .* an account has 10000/,
    ],
    [
      'more runs of reports than the database bears',
      { reports: { ...dev.reports, maxRunning: 20 } },
      /services and reports may hold \d+ connections at once/,
    ],
    [
      'a time zone without a name',
      { reports: { ...dev.reports, timeZone: '+02:00' } },
      /reports\.timeZone: must be a named time zone, such as Europe\/Berlin/,
    ],
    [
      'a sender that is verified by hand',
      { people: { ...dev.people, mailFrom: 'no-reply@example.com' } },
      /reports\.mailFrom: must be of another domain than people\.mailFrom/,
    ],
    ['more traces than all', { tracing: { ratio: 5 } }, /tracing\.ratio: /],
    [
      'half of a repository',
      { pipeline: { repository: 'owner@12/name', makesProvider: true } },
      /pipeline\.repository: must be such as owner\/name, or owner@12\/name@34/,
    ],
    ['a setting that is none', { colour: 'blue' }, /at the top: .*"colour"; infra\/settings/],
    ['days that no log is kept', { logDays: 60 }, /logDays: must be 7, 30, 90 or 365/],
    [
      'zones of another Region',
      { region: 'ap-southeast-2' },
      /zoneIds: zones of ap-southeast-2 begin with apse2-: aws ec2/,
    ],
  ])('say what is wrong with %s', (_what, change, message) => {
    expect(() => parseStageSettings({ ...dev, ...change })).toThrow(InvalidSettings);
    expect(() => parseStageSettings({ ...dev, ...change })).toThrow(message);
  });

  it.each([
    ['us-east-1', ['use1-az1', 'use1-az2']],
    ['ap-south-1', ['aps1-az1', 'aps1-az3']],
    ['ap-northeast-1', ['apne1-az1', 'apne1-az2']],
  ])('take the zones of %s', (region, zoneIds) => {
    expect(parseStageSettings({ ...dev, region, zoneIds })).toMatchObject({ region, zoneIds });
  });

  it.each(['owner/name.js', 'owner@12/name@34'])('take the repository %s', (repository) => {
    const pipeline = { repository, makesProvider: false };

    expect(parseStageSettings({ ...dev, pipeline })).toMatchObject({ pipeline });
  });

  it('say what is wrong with a name outside of the zone', () => {
    const domain = { ...prod.domain, api: 'api.example.net' };

    expect(() => parseStageSettings({ ...prod, domain })).toThrow(
      /domain\.api: must lie in the zone example\.com/,
    );
  });

  it('say what is wrong with a sender of reports outside of the zone', () => {
    for (const mailFrom of ['reports@example.net', 'reports@notexample.com']) {
      const reports = { ...prod.reports, mailFrom };

      expect(() => parseStageSettings({ ...prod, reports })).toThrow(
        /reports\.mailFrom: must be of a domain of its own within the zone, such as orders@reports\.example\.com/,
      );
    }
  });

  it('count a connection for each call, two for each run, and those of runs that find out that they must wait', () => {
    const { api, relay } = dev.services;
    const services = 2 * api.max * 10 + 2 * relay.count * 11;

    // 5 calls, 2 runs in functions and one that waits, 2 in tasks, the keeper, two events of mails, and 6 of tasks.
    expect(connectionsOf(dev)).toBe(services + 5 + 2 * 3 + 2 * 2 + 1 + 2 + 6);
  });

  it('leave the database connections for tasks, whatever the services take', () => {
    for (const stage of [dev, prod]) {
      expect(connectionsOf(stage)).toBeLessThanOrEqual(stage.database.maxConnections);
    }
  });
});
