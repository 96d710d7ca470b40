import { afterEach, beforeEach, expect, test } from 'vitest';
import { createPerson } from './testing/person.ts';
import { ADA, PASSWORD, startTestCognito, type TestCognito } from './testing/test-cognito.ts';

let cognito: TestCognito;
beforeEach(async () => {
  cognito = await startTestCognito();
});
afterEach(() => cognito.stop());

test('the library signs in by SRP, whatever the case of the mail address', async () => {
  for (const email of [ADA.email, 'Ada@Example.COM']) {
    const session = await createPerson(cognito.endpoint, email).session(PASSWORD);
    expect(session.isValid()).toBe(true);
    expect(session.getIdToken().payload).toMatchObject({ sub: ADA.sub, email: ADA.email });
  }
});

test('a refresh gives new tokens of the same sign-in', async () => {
  const ada = createPerson(cognito.endpoint, ADA.email);
  const first = await ada.session(PASSWORD);
  const second = await ada.refresh(first);
  expect(second.getAccessToken().payload).toMatchObject({
    origin_jti: first.getAccessToken().payload['origin_jti'],
    auth_time: first.getAccessToken().payload['auth_time'],
  });
  expect(second.getAccessToken().getJwtToken()).not.toBe(first.getAccessToken().getJwtToken());
  expect(second.getRefreshToken().getToken()).toBe(first.getRefreshToken().getToken());
});
