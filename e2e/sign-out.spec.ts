import { startSystemProcess } from './testing/system-process.ts';
import type { SystemProcess } from './testing/system-process.ts';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { handshakeStatus } from './testing/handshake.ts';
import { signInAs } from './testing/person.ts';
import type { Person } from './testing/person.ts';

let system: SystemProcess;
beforeAll(async () => {
  system = await startSystemProcess();
});
afterAll(async () => {
  expect(await system.stop()).toBe(0);
});

/** A call of Cognito, as the AWS command line makes it. */
async function cognito({ config }: Person, target: string, body: object): Promise<void> {
  const answer = await fetch(`${config.cognitoEndpoint}/`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/x-amz-json-1.1',
      'X-Amz-Target': `AWSCognitoIdentityProviderService.${target}`,
    },
    body: JSON.stringify(body),
  });
  expect([target, answer.status]).toEqual([target, 200]);
}

async function connect({
  config,
  accessToken,
}: Person): Promise<{ frames: string[]; closed: Promise<unknown> }> {
  const socket = new WebSocket(config.realtimeUrl, ['ordercast.v1', `bearer.${accessToken}`]);
  const frames: string[] = [];
  socket.on('message', (data: Buffer) => frames.push(data.toString()));
  await once(socket, 'open');
  return { frames, closed: once(socket, 'close') };
}

describe('an access that has ended', () => {
  it.each<[string, string, (person: Person) => Promise<void>]>([
    [
      'by signing out everywhere',
      'ada@example.com',
      (ada) => cognito(ada, 'GlobalSignOut', { AccessToken: ada.accessToken }),
    ],
    [
      'by being disabled',
      'grace@example.com',
      (grace) =>
        cognito(grace, 'AdminDisableUser', {
          UserPoolId: grace.config.userPoolId,
          Username: grace.sub,
        }),
    ],
  ])('%s ends deliveries at once, although the token is still whole', async (_how, email, end) => {
    const person = await signInAs(system.url, email);
    const windows = await Promise.all([connect(person), connect(person)]);
    await end(person);
    for (const { frames, closed } of windows) {
      await closed;
      expect(frames.join()).toContain('"reason":"signed_out"');
    }
    expect(await handshakeStatus(person.config.realtimeUrl, person.accessToken)).toBe(401);
    if (email !== 'ada@example.com') return;
    const again = await signInAs(system.url, email);
    expect(await handshakeStatus(again.config.realtimeUrl, again.accessToken)).toBe(101);
  });
});
