import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { standIn } from '@ordercast/platform/stand-in.ts';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { startOrdercast } from './ordercast.ts';
import type { OrdercastOptions, RunningOrdercast } from './ordercast.ts';

const TUNNEL = 'https://orders.example';
const Key = 'reports/01KAN/1/daily-2026-11-21.csv';
const PAGE = '<p>Open <a href="https://orders.example/r/1">the report</a></p><script>x()</script>';

function start(more: Partial<OrdercastOptions>): Promise<RunningOrdercast> {
  return startOrdercast({
    dataFolder: '',
    fresh: false,
    ephemeral: true,
    migrate: false,
    port: 0,
    tokenSeconds: 3_600,
    databaseUrl: undefined,
    ...more,
  });
}

function clientOf(
  endpoint: string,
  credentials?: { accessKeyId: string; secretAccessKey: string },
) {
  const settings = { ...standIn(endpoint), forcePathStyle: true };
  return new S3Client(credentials === undefined ? settings : { ...settings, credentials });
}

const put = ({ reports }: RunningOrdercast, Body: string) =>
  clientOf(reports.s3Endpoint).send(
    new PutObjectCommand({ Bucket: reports.bucket, Key, Body, ContentType: 'text/csv' }),
  );

const presign = ({ reports }: RunningOrdercast) =>
  getSignedUrl(
    clientOf(reports.s3PublicEndpoint, reports.s3Credentials),
    new GetObjectCommand({ Bucket: reports.bucket, Key }),
    { expiresIn: 300 },
  );

const stateSchema = z.object({
  mails: z.array(
    z.object({
      id: z.number(),
      from: z.string().optional(),
      to: z.string(),
      subject: z.string(),
      text: z.string(),
      hasHtml: z.boolean(),
    }),
  ),
  objects: z.array(
    z.object({ key: z.string(), sizeBytes: z.number(), modified: z.iso.datetime() }),
  ),
});

const readState = async ({ url }: RunningOrdercast) =>
  stateSchema.parse(await (await fetch(`${url}/console/state.json`)).json());

/** Asks a system as through a tunnel: by the tunnel's name. */
function throughTunnel({ url }: RunningOrdercast, path: string) {
  return new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    httpRequest(url, { path, headers: { Host: new URL(TUNNEL).host } }, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode, body }), reject);
    })
      .on('error', reject)
      .end();
  });
}

describe('the laptop’s S3 and SES', () => {
  let system: RunningOrdercast;
  beforeAll(async () => {
    system = await start({});
    await put(system, 'id,total\r\n');
    await new SESv2Client(standIn(system.reports.sesEndpoint)).send(
      new SendEmailCommand({
        FromEmailAddress: 'reports@example.com',
        Destination: { ToAddresses: ['sam@example.com', 'alex@example.com'] },
        Content: {
          Simple: {
            Subject: { Data: 'Daily report' },
            Body: { Text: { Data: 'It is ready.' }, Html: { Data: PAGE } },
          },
        },
      }),
    );
  });
  afterAll(() => system.close());

  it('show in the console what they hold', async () => {
    const { mails, objects } = await readState(system);
    expect(mails).toMatchObject([
      {
        from: 'reports@example.com',
        to: 'sam@example.com, alex@example.com',
        subject: 'Daily report',
        text: 'It is ready.',
        hasHtml: true,
      },
    ]);
    expect(objects).toMatchObject([{ key: Key, sizeBytes: 10 }]);
  });

  it('give a mail’s HTML to a frame in which nothing of it runs', async () => {
    const [mail] = (await readState(system)).mails;
    const response = await fetch(`${system.url}/console/mails/${mail?.id ?? 0}`);
    expect(await response.text()).toContain(PAGE);
    const policy = response.headers.get('Content-Security-Policy') ?? '';
    expect(policy).toContain('sandbox allow-popups allow-popups-to-escape-sandbox;');
    expect(policy).toContain("default-src 'none';");
    expect(policy).not.toContain('script');
    expect(response.headers.get('Referrer-Policy')).toBe('no-referrer');
    expect((await fetch(`${system.url}/console/mails/0`)).status).toBe(404);
  });

  it('give an object as a file to keep', async () => {
    const at = (key: string) =>
      fetch(`${system.url}/console/object?key=${encodeURIComponent(key)}`);
    const response = await at(Key);
    expect(await response.text()).toBe('id,total\r\n');
    expect(response.headers.get('Content-Disposition')).toBe(
      'attachment; filename=daily-2026-11-21.csv',
    );
    expect(response.headers.get('Content-Type')).toBe('text/csv');
    for (const nothing of ['', 'none']) expect((await at(nothing)).status).toBe(404);
  });

  it('let whoever has a presigned URL read at the page’s own origin, and nobody else', async () => {
    const url = await presign(system);
    expect(url.startsWith(`${system.url}/s3/${system.reports.bucket}/`)).toBe(true);
    const response = await fetch(url);
    expect(await response.text()).toBe('id,total\r\n');
    expect(response.headers.get('Content-Security-Policy')).toContain("script-src 'none'");
    expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff');
    expect((await fetch(url.split('?')[0] ?? '')).status).toBe(403);
    const page = { headers: { Origin: 'https://evil.example' } };
    expect((await fetch(url, page)).status).toBe(403);
    const forger = clientOf(system.reports.s3PublicEndpoint);
    const command = new GetObjectCommand({ Bucket: system.reports.bucket, Key });
    expect((await fetch(await getSignedUrl(forger, command))).status).toBe(403);
    await expect(forger.send(command)).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});

it('behind a tunnel, links are for the tunnel’s address, and the console is not', async () => {
  const system = await start({ publicUrl: TUNNEL });
  onTestFinished(() => system.close());
  await put(system, 'a');
  const url = new URL(await presign(system));
  expect(url.origin).toBe(TUNNEL);
  const path = `${url.pathname}${url.search}`;
  expect(await throughTunnel(system, path)).toEqual({ status: 200, body: 'a' });
  expect((await throughTunnel(system, url.pathname)).status).toBe(403);
  for (const ours of ['/console/mails/1', `/console/object?key=${encodeURIComponent(Key)}`]) {
    expect((await throughTunnel(system, ours)).status).toBe(403);
  }
});

it('objects are kept from one start to the next, until one begins anew', async () => {
  const dataFolder = mkdtempSync(join(tmpdir(), 'ordercast-spec-'));
  onTestFinished(() => rmSync(dataFolder, { recursive: true }));
  const kept = { dataFolder, ephemeral: false };
  const keysAfter = async (more: object, work?: (system: RunningOrdercast) => Promise<unknown>) => {
    const system = await start({ ...kept, ...more });
    try {
      await work?.(system);
      return (await readState(system)).objects.map(({ key }) => key);
    } finally {
      await system.close();
    }
  };
  expect(await keysAfter({}, (system) => put(system, 'a'))).toEqual([Key]);
  expect(await keysAfter({})).toEqual([Key]);
  expect(await keysAfter({ fresh: true })).toEqual([]);
});
