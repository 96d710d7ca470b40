import { CognitoUserPool } from 'amazon-cognito-identity-js';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { MemoryStorage } from '../testing/memory-storage.ts';
import { Accounts } from './accounts.ts';

const codeSchema = z.object({ ConfirmationCode: z.string() });

describe('codes from a mail', () => {
  const codes: string[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      codes.push(codeSchema.parse(JSON.parse(body)).ConfirmationCode);
      response.end('{}');
    });
  });
  let accounts: Accounts;

  beforeEach(async () => {
    codes.length = 0;
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const storage = new MemoryStorage();
    const endpoint = `http://127.0.0.1:${address.port}/`;
    const ids = { UserPoolId: 'us-east-1_ordercast', ClientId: 'client' };
    const pool = new CognitoUserPool({ ...ids, endpoint, Storage: storage });
    accounts = new Accounts({ pool, storage, clock: () => 0 });
  });

  afterEach(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });

  it.each([
    '123456',
    ' 123 456 ',
    '123-456',
    '123\u00a0456',
    '123\u2011456\t',
    '12–34—56',
    '１２３－４５６',
    '\u200e123456\u200b',
  ])('are taken as they are typed: "%s"', async (typed) => {
    await accounts.confirmSignUp('ada@example.com', typed);
    await accounts.resetPassword('ada@example.com', typed, 'Another-demo-2');
    expect(codes).toEqual(['123456', '123456']);
  });
});
