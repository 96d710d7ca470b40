import { expect, onTestFinished, test } from 'vitest';
import type { CodeDelivery } from './pool.ts';
import { awsJson } from './testing/aws-json.ts';
import { createPerson } from './testing/person.ts';
import {
  ADA,
  CLIENT_ID,
  PASSWORD,
  POOL_ID,
  startTestCognito,
  type TestCognito,
} from './testing/test-cognito.ts';

const LIN = 'lin@example.com';

/** Whom each call is for who may get a code by it, and somebody whom nobody knows. */
const CALLS: [operation: string, known: string][] = [
  ['ForgotPassword', ADA.email],
  ['ResendConfirmationCode', LIN],
];
const STRANGER = 'lea@example.com';

/** A pool with somebody who has not confirmed, whose mails go as the test says from then on. */
async function start(send: (mail: CodeDelivery) => Promise<void>) {
  let deliver: typeof send = () => Promise.resolve();
  const cognito = await startTestCognito({ deliverCode: (mail) => deliver(mail) });
  onTestFinished(() => cognito.stop());
  await createPerson(cognito.endpoint, LIN).signUp(PASSWORD, 'Lin');
  deliver = send;
  return cognito;
}

async function ask({ endpoint }: TestCognito, operation: string, Username: string) {
  const { status, body } = await awsJson(endpoint, operation, { ClientId: CLIENT_ID, Username });
  return { status, body };
}

test.each(CALLS)(
  '%s is answered alike for who is known and who is not while no mail can be sent, and the log says so',
  async (operation, known) => {
    const cognito = await start((mail) =>
      Promise.reject(new Error(`no route for ${mail.purpose}`)),
    );
    const answer = await ask(cognito, operation, known);
    expect(answer.status).toBe(200);
    expect(cognito.logged()).toContain('CodeDeliveryFailureException');
    // By the same letters, of which the answer tells the first.
    const stranger = known.replace('@', '.other@');
    expect(await ask(cognito, operation, stranger)).toEqual(answer);
  },
);

test.each(CALLS)(
  '%s is answered before the mail has gone, as it is where none goes',
  async (operation, known) => {
    const mail = Promise.withResolvers<undefined>();
    const sent: string[] = [];
    const cognito = await start(async ({ email }) => {
      await mail.promise;
      sent.push(email);
    });
    expect((await ask(cognito, operation, known)).status).toBe(200);
    expect((await ask(cognito, operation, STRANGER)).status).toBe(200);
    expect(sent).toEqual([]);
    mail.resolve(undefined);
    await expect.poll(() => sent).toEqual([known]);
  },
);

test('an administrator, and whoever is signed in, are told that a mail did not go', async () => {
  const cognito = await start(() => Promise.reject(new Error('no route')));
  const session = await createPerson(cognito.endpoint, ADA.email).session(PASSWORD);
  const AccessToken = session.getAccessToken().getJwtToken();
  const calls: [string, object][] = [
    ['GetUserAttributeVerificationCode', { AccessToken, AttributeName: 'email' }],
    ['AdminResetUserPassword', { UserPoolId: POOL_ID, Username: ADA.email }],
  ];
  for (const [operation, input] of calls) {
    const { status, body } = await awsJson(cognito.endpoint, operation, input);
    expect([status, body['__type']]).toEqual([400, 'CodeDeliveryFailureException']);
  }
});
