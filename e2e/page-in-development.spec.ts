import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { handshakeStatus } from './testing/handshake.ts';
import { readWebConfig, signInAs } from './testing/person.ts';
import { startSystemProcess } from './testing/system-process.ts';
import type { SystemProcess } from './testing/system-process.ts';

const ROOT = join(import.meta.dirname, '..');

let system: SystemProcess;
beforeAll(async () => {
  system = await startSystemProcess();
});
afterAll(async () => {
  expect(await system.stop()).toBe(0);
});

/** `npm --workspace web run dev` on a free port, until the test is finished; resolves with its origin. */
async function startVite(ordercast: string): Promise<string> {
  const vite = join(ROOT, 'node_modules/vite/bin/vite.js');
  const child = spawn(process.execPath, [vite, '--port', '0'], {
    cwd: join(ROOT, 'web'),
    env: { ...process.env, ORDERCAST_ORIGIN: ordercast },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(async () => {
    const exited = once(child, 'exit');
    child.kill();
    await exited;
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const lines = createInterface({ input: child.stdout });
  return new Promise((resolve, reject) => {
    lines.on('line', (line) => {
      const [, origin] = /Local: +(\S+)\/$/.exec(stripVTControlCharacters(line)) ?? [];
      if (origin !== undefined) resolve(origin);
    });
    child.once('error', reject).once('close', () => reject(new Error(errors)));
  });
}

describe('the page as it is edited, beside a system that runs', () => {
  it('calls the system at its own origin, as its own page; a stranger stays one', async () => {
    const origin = await startVite(system.url);
    expect(await (await fetch(origin)).text()).toContain('/src/main.ts');
    const config = await readWebConfig(origin);
    const host = new URL(origin).host;
    expect(config).toMatchObject({
      cognitoEndpoint: `http://${host}/cognito`,
      apiUrl: `http://${host}/api`,
      realtimeUrl: `ws://${host}/realtime`,
    });
    const { accessToken } = await signInAs(origin, 'ada@example.com');
    const poolAnswers = async (from: string) => {
      const response = await fetch(config.cognitoEndpoint, {
        method: 'POST',
        headers: {
          origin: from,
          'content-type': 'application/x-amz-json-1.1',
          'x-amz-target': 'AWSCognitoIdentityProviderService.GetUser',
        },
        body: JSON.stringify({ AccessToken: accessToken }),
      });
      return response.status;
    };
    const connects = (from: string) =>
      handshakeStatus(config.realtimeUrl, accessToken, { Origin: from });
    expect([await poolAnswers(origin), await connects(origin)]).toEqual([200, 101]);
    for (const stranger of ['http://localhost:1', 'https://evil.example', `https://${host}`]) {
      expect([await poolAnswers(stranger), await connects(stranger)]).toEqual([403, 403]);
    }
    const products = await fetch(`${config.apiUrl}/products`, {
      headers: { origin, authorization: `Bearer ${accessToken}` },
    });
    expect(products.status).toBe(200);
  });

  it('says what to do where no system runs', async () => {
    const origin = await startVite('http://localhost:1');
    const response = await fetch(`${origin}/config.json`);
    expect(response.status).toBe(502);
    expect(await response.text()).toMatch(
      /^No Ordercast answers at http:\/\/localhost:1\. Start it with npm start;/,
    );
  });
});
