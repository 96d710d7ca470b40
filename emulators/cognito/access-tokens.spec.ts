import { createPrivateKey } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeToken } from '@ordercast/platform/testing/access-token.ts';
import { tokenCases } from '@ordercast/platform/testing/token-cases.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { awsJson } from './testing/aws-json.ts';
import { createPerson } from './testing/person.ts';
import { PASSWORD, SAM, startTestCognito, type TestCognito } from './testing/test-cognito.ts';

let cognito: TestCognito;
let dataFolder: string;
let good: ReturnType<typeof decodeToken>;
let signingKey: string;
beforeAll(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'ordercast-cognito-'));
  cognito = await startTestCognito({ dataFolder });
  const session = await createPerson(cognito.endpoint, SAM.email).session(PASSWORD);
  good = decodeToken(session.getAccessToken().getJwtToken());
  const kept: unknown = JSON.parse(await readFile(join(dataFolder, 'pool.json'), 'utf8'));
  ({ signingKey } = z.object({ signingKey: z.string() }).parse(kept));
});
afterAll(async () => {
  await cognito.stop();
  await rm(dataFolder, { recursive: true });
});

/** Every call that goes by an access token, and what else it must be given; none of them ends it. */
const CALLS: Record<string, object> = {
  GetUser: {},
  AssociateSoftwareToken: {},
  UpdateUserAttributes: { UserAttributes: [{ Name: 'name', Value: SAM.name }] },
};

describe('the user pool', () => {
  // Its own clock judges, so it needs no leeway.
  it.each(tokenCases({ clocksDiffer: false }))(
    'is asked with an access token $name',
    async ({ isValid, make }) => {
      const AccessToken = make({ ...good, privateKey: createPrivateKey(signingKey) });
      for (const [call, input] of Object.entries(CALLS)) {
        const { status, body } = await awsJson(cognito.endpoint, call, { AccessToken, ...input });
        if (isValid) expect([call, status]).toEqual([call, 200]);
        else expect([call, body['__type']]).toEqual([call, 'NotAuthorizedException']);
      }
    },
  );
});
