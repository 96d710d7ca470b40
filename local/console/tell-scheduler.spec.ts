import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { portOf } from '@ordercast/platform/testing/port-of.ts';
import express from 'express';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tellScheduler } from './tell-scheduler.ts';

const EVENT = {
  scheduleId: 'daily-orders',
  scheduleArn: 'arn:aws:scheduler:local:000000000000:schedule/reports/daily-orders',
  scheduledTime: '2026-11-28T07:00:00Z',
};

let server: Server;
let told: number[];
beforeEach(async () => {
  told = [];
  const app = express().post(
    '/scheduler/fire',
    ...tellScheduler((at) => {
      told.push(at);
      return Promise.resolve([EVENT]);
    }),
  );
  server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

const post = (body: string, type = 'application/json') =>
  fetch(`http://127.0.0.1:${portOf(server)}/scheduler/fire`, {
    method: 'POST',
    headers: { 'Content-Type': type },
    body,
  });

describe('the scheduler of a laptop', () => {
  it.each(['2026-11-28T07:00:00Z', '2026-11-28T08:00:00+01:00'])(
    'is told the time %s, and answers with what it has sent',
    async (at) => {
      const response = await post(JSON.stringify({ at }));
      expect(response.status).toBe(200);
      expect(await response.json()).toEqual({
        sent: [{ schedule: 'daily-orders', at: '2026-11-28T07:00:00Z' }],
      });
      expect(told).toEqual([Date.parse('2026-11-28T07:00:00Z')]);
    },
  );

  it.each([
    ['{"at":"tomorrow"}'],
    ['{"at":1780000000000}'],
    ['{"at":"2026-11-28T07:00"}'],
    ['{"at":"2026-11-28T07:00:00Z","schedule":"daily-orders"}'],
    ['{}'],
    [''],
    ['{"at":'],
    [`{"at":"${'2'.repeat(2_000)}"}`],
  ])('is told nothing by %s', async (body) => {
    const response = await post(body);
    expect(response.status).toBe(400);
    expect(await response.text()).toBe(
      'Send JSON with a time, such as {"at": "2026-11-28T07:00:00Z"}.\n',
    );
    expect(told).toEqual([]);
  });

  it('is told nothing by a form, which any page can send', async () => {
    const body = '{"at":"2026-11-28T07:00:00Z"}';
    expect((await post(body, 'text/plain')).status).toBe(400);
    expect(told).toEqual([]);
  });
});
