import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { ANNOUNCEMENTS_CHANNEL, ORDERS_CHANNEL, userChannel } from '@ordercast/contract/channel.ts';
import { DEMO_USERS } from '@ordercast/local/demo-users.ts';
import type { Child } from '@ordercast/platform/testing/child-process.ts';
import { startOtlpReceiver } from '@ordercast/platform/testing/otlp-receiver.ts';
import { portOf } from '@ordercast/platform/testing/port-of.ts';
import { rdsSecret, startSecretServer } from '@ordercast/platform/testing/secret-server.ts';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import {
  BASE_IMAGE,
  buildImage,
  containerTool,
  healthOf,
  missingForContainers,
  startContainer,
} from './testing/containers.ts';
import type { Container } from './testing/containers.ts';
import { announcementObserver, orderObserver } from './testing/observer.ts';
import { OrderLoad } from './testing/order-load.ts';
import { firstProduct, moveOrder, placeOrder, signInAs } from './testing/person.ts';
import { startSplitSystem } from './testing/split-system.ts';
import type { SplitSystem } from './testing/split-system.ts';

const ROOT = resolve(import.meta.dirname, '..');
const IMAGE = 'localhost/ordercast:test';
const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const MAX_LAYERS_MB = 150;
/** As the image's own command begins. */
const TRACED = ['node', '--import=./platform/tracing/main.ts'];
/** The balancer must see that the API leaves before it takes no more requests, on a busy machine too. */
const DRAIN_DELAY_MS = '15000';
const LIVES_BEFORE_STOP = 3;

const missing = missingForContainers();

async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  server.close();
  await once(server, 'close');
  return String(port);
}

const imageSchema = z
  .array(
    z.object({
      Digest: z.string(),
      Size: z.number(),
      User: z.string(),
      Labels: z.record(z.string(), z.string()).nullable(),
    }),
  )
  .length(1);
const inspected = (name: string) => {
  const [image] = imageSchema.parse(JSON.parse(containerTool('podman', 'image', 'inspect', name)));
  if (image === undefined) throw new Error(`no image ${name}`);
  return image;
};

describe.skipIf(missing !== '')(`the image${missing && ` (missing here: ${missing})`}`, () => {
  const containers: Container[] = [];
  let system: SplitSystem;
  let relay: Child;
  let worker: Child;
  const last = (): Container => {
    const container = containers.at(-1);
    if (container === undefined) throw new Error('no container was started');
    return container;
  };

  beforeAll(async () => {
    buildImage(IMAGE, '--build-arg', `COMMIT=${COMMIT}`);
    system = await startSplitSystem(DEMO_USERS, {
      startProgram: (entry, env, folder) => {
        // The clock of this suite is the machine's.
        const settings = { ...env, NODE_OPTIONS: '' };
        const container = startContainer(IMAGE, [...TRACED, entry], { env: settings, folder });
        containers.push(container);
        return container;
      },
    });
    relay = system.startRelay();
    worker = system.startBroadcastWorker();
  });
  afterAll(async () => {
    for (const container of containers) container.kill('SIGKILL');
    await Promise.all(containers.map(({ ended }) => ended));
    await system.close();
  });

  async function startApi() {
    const api = await system.startApi({ PORT: await freePort(), DRAIN_DELAY_MS });
    return { ...api, container: last() };
  }

  it('is the same each time, names its commit and user, and is small', () => {
    // Docker's own format keeps the name of the container in which buildah has built.
    const digests = ['first', 'second'].map((time) => {
      const name = `${IMAGE}-${time}`;
      buildImage(name, '--format', 'oci', '--no-cache', '--build-arg', `COMMIT=${COMMIT}`);
      return inspected(name).Digest;
    });
    expect(digests[0]).toBe(digests[1]);
    const image = inspected(IMAGE);
    expect(image.User).toBe('1000:1000');
    expect(image.Labels?.['org.opencontainers.image.revision']).toBe(COMMIT);
    const bytes = image.Size - inspected(BASE_IMAGE).Size;
    expect(bytes).toBeGreaterThan(0);
    expect(bytes / 1e6).toBeLessThan(MAX_LAYERS_MB);
  });

  it('holds neither tests nor what only a laptop runs', async () => {
    const list = startContainer(IMAGE, ['find', '/app', '/etc/ssl/rds', '-not', '-type', 'd']);
    await list.ended;
    const files = list.lines.filter((path) => !path.includes('/node_modules/'));
    expect(files).toContain('/app/services/api.ts');
    expect(files.filter((path) => /\.(spec|contract|e2e)\.ts$|\/testing\//.test(path))).toEqual([]);
    expect(files.filter((path) => /^\/app\/(emulators|local|web|e2e|bench)\//.test(path))).toEqual(
      [],
    );
    const packages = list.lines.filter((path) => path.includes('/node_modules/'));
    expect(
      packages.filter((path) => /\/(vitest|typescript|vite|dynalite|ws)\//.test(path)),
    ).toEqual([]);
  });

  it('carries the whole story: an order, seen live, confirmed, and an announcement', async () => {
    await startApi();
    const [ada, sam, alex] = await Promise.all(
      ['ada', 'sam', 'alex'].map((name) => signInAs(system.url, `${name}@example.com`)),
    );
    if (ada === undefined || sam === undefined || alex === undefined) throw new Error('no one');
    const customer = orderObserver(ada, userChannel(ada.sub));
    const staff = orderObserver(sam, ORDERS_CHANNEL);
    const reader = announcementObserver(ada);
    const observers = [customer, staff, reader];
    onTestFinished(() => observers.forEach((observer) => observer.close()));
    await Promise.all(observers.map((observer) => observer.open()));
    expect(reader.channel).toBe(ANNOUNCEMENTS_CHANNEL);

    const order = await placeOrder(ada);
    const statuses = (observer: typeof staff) =>
      observer.seen.filter(({ data }) => data.orderId === order.id).map(({ data }) => data.status);
    await expect.poll(() => statuses(staff)).toEqual(['placed']);
    expect((await moveOrder(sam, order, 'confirmed')).status).toBe(200);
    await expect.poll(() => statuses(customer)).toEqual(['placed', 'confirmed']);

    const body = { text: 'Closed on Monday' };
    expect((await alex.call('POST', '/announcements', { body })).status).toBe(201);
    await expect.poll(() => reader.seen.map(({ data }) => data.text)).toEqual([body.text]);
  });

  it('sends its traces where it is told to', async () => {
    const receiver = await startOtlpReceiver();
    onTestFinished(() => receiver.close());
    const { url } = await system.startApi({
      PORT: await freePort(),
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
    });
    expect((await fetch(`${url}/openapi.json`)).status).toBe(200);
    const request = await receiver.spanThat(({ kind }) => kind === 2);
    expect(request.attributes['http.response.status_code']).toBe(200);
  });

  it('says by its health check whether the API answers', async () => {
    const { container } = await startApi();
    expect(healthOf(container)).toBe(0);
    for (const what of ['', 'http.createServer(() => {}).listen(process.env.PORT, "127.0.0.1");']) {
      // Something that does not answer: nobody listens, or nobody replies.
      const script = `${what} setInterval(() => {}, 1000); console.log("up")`;
      const env = { PORT: await freePort() };
      const other = startContainer(IMAGE, ['node', '-e', script], { env });
      containers.push(other);
      await other.lineWith('up');
      expect(healthOf(other), what).toBe(1);
    }
  });

  it('loses no request when an API is stopped under load, and ends with 0', async () => {
    const apis = [await startApi(), await startApi()];
    // What a load balancer does: whoever is not ready gets no more requests.
    let open = apis.map(({ url }) => url);
    const [ada, sam] = await Promise.all(
      ['ada', 'sam'].map((name) => signInAs(system.url, `${name}@example.com`)),
    );
    if (ada === undefined || sam === undefined) throw new Error('no one');
    const load = new OrderLoad(() => open, sam, await firstProduct(sam));
    let isOver = false;
    const working = Promise.all(
      Array.from({ length: 4 }, async (_, number) => {
        for (let count = 0; !isOver; count += 1) {
          await load.liveThrough(ada, `stopped-${number}-${count}`);
        }
      }),
    );
    const livesThrough = async (more: number) => {
      const wanted = load.acknowledged.length + more * 5;
      await expect.poll(() => load.acknowledged.length).toBeGreaterThanOrEqual(wanted);
    };
    await livesThrough(LIVES_BEFORE_STOP);
    const [leaving, staying] = apis;
    leaving?.kill('SIGTERM');
    const ready = async () => (await fetch(`${leaving?.url ?? ''}/health/ready`)).status;
    await expect.poll(ready).toBe(503);
    open = [staying?.url ?? ''];
    expect(await leaving?.ended).toMatchObject({ code: 0 });
    await livesThrough(LIVES_BEFORE_STOP);
    isOver = true;
    await working;
    expect(load.unanswered).toBe(0);
    const versions = new Map(load.acknowledged.map(({ orderId, version }) => [orderId, version]));
    const kept = await system
      .database('orders')
      .whereIn('id', [...versions.keys()])
      .select<{ id: string; version: number }[]>('id', 'version');
    expect(new Map(kept.map(({ id, version }) => [id, version]))).toEqual(versions);
  });

  it('ends a relay that leads, and a worker that waits, with 0 on SIGTERM', async () => {
    await Promise.all([relay.lineWith('"leading"'), worker.lineWith('"working"')]);
    for (const program of [relay, worker]) {
      program.kill('SIGTERM');
      await program.lineWith('"stopped"');
      expect(await program.ended).toEqual({ code: 0, signal: null });
    }
  });

  it('migrates a database', async () => {
    const env = { DATABASE_URL: 'sqlite::memory:' };
    const up = startContainer(IMAGE, ['node', 'migrations/main.ts', 'up'], { env });
    expect(await up.lineWith('order_number')).toContain('20261127161700');
    expect(await up.ended).toEqual({ code: 0, signal: null });
  });

  it.skipIf(existsSync(join(ROOT, 'certificates', 'global-bundle.pem')))(
    'stops and says so where it lacks the authorities of RDS that it would need',
    async () => {
      const secrets = await startSecretServer();
      secrets.secret = rdsSecret(1, 'any');
      const { AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoint = '' } = process.env;
      onTestFinished(async () => {
        vi.unstubAllEnvs();
        await secrets.close();
      });
      const env = {
        DATABASE_SECRET_ID: 'any',
        AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoint,
        AWS_ACCESS_KEY_ID: 'any',
        AWS_SECRET_ACCESS_KEY: 'any',
      };
      const up = startContainer(IMAGE, ['node', 'migrations/main.ts', 'up'], { env });
      await up.lineWith("/etc/ssl/rds/global-bundle.pem. On AWS it is RDS's global-bundle.pem");
      expect((await up.ended).code).not.toBe(0);
    },
  );
});
