import { describe, expect, it } from 'vitest';
import { HeldCalls, settled } from '../testing/held-calls.ts';
import { HeldUser } from '../testing/held-user.ts';
import { AuthError } from './auth-error.ts';
import { Session } from './session.svelte.ts';
import type { SignedInUser } from './signed-in-user.ts';

const REVOKED = new AuthError('NotAuthorizedException', 'Refresh Token has been revoked');
const OFFLINE = new AuthError('NetworkError', 'Network error');

function restoring() {
  const answers = new HeldCalls<[], SignedInUser | undefined>();
  const session = new Session({ restore: answers.call });
  return { session, answers };
}

function signedIn() {
  const { session, answers } = restoring();
  const ada = new HeldUser('ada');
  session.begin(ada);
  return { session, answers, ada };
}

const told = ({ state, user, hasEnded, hasLeft }: Session) => [
  state,
  user?.username,
  hasEnded,
  hasLeft,
];
const SIGNED_IN = (name: string) => ['signed-in', name, false, false];
const ENDED = ['signed-out', undefined, true, false];
const LEFT = ['signed-out', undefined, false, true];

describe('a session that is taken up again', () => {
  it('is checked before anybody is in or out', async () => {
    const { session, answers } = restoring();
    const done = session.restore();
    expect(told(session)).toEqual(['restoring', undefined, false, false]);
    answers.at(0).answer(new HeldUser('ada'));
    await done;
    expect(told(session)).toEqual(SIGNED_IN('ada'));
  });

  it('is checked again after it could not be', async () => {
    const { session, answers } = restoring();
    const first = session.restore();
    answers.at(0).fail(OFFLINE);
    await first;
    expect(session.state).toBe('unreachable');
    const second = session.restore();
    expect(session.state).toBe('restoring');
    answers.at(1).answer(undefined);
    await second;
    expect(told(session)).toEqual(['signed-out', undefined, false, false]);
  });

  it.each([
    ['of somebody else', 'grace'],
    ['of nobody', undefined],
    ['that Cognito cannot be reached', 'offline'],
  ])(
    'gives way to whoever signs in meanwhile: the late answer %s changes nothing',
    async (_, who) => {
      const { session, answers } = restoring();
      const done = session.restore();
      session.begin(new HeldUser('ada'));
      if (who === 'offline') answers.at(0).fail(OFFLINE);
      else answers.at(0).answer(who === undefined ? undefined : new HeldUser(who));
      await done;
      expect(told(session)).toEqual(SIGNED_IN('ada'));
    },
  );
});

describe('a session that ends', () => {
  it('says that it ended by itself, and not twice', () => {
    const { session } = signedIn();
    session.end();
    expect(told(session)).toEqual(ENDED);
    session.begin(new HeldUser('grace'));
    expect(told(session)).toEqual(SIGNED_IN('grace'));
  });

  it('does not say so to somebody who has left, or was never in', async () => {
    const { session, answers } = restoring();
    const done = session.restore();
    session.end();
    expect(session.state).toBe('restoring');
    answers.at(0).answer(undefined);
    await done;
    session.end();
    expect(session.hasEnded).toBe(false);
  });

  it('has no token for anybody any more', async () => {
    const { session, ada } = signedIn();
    session.end();
    await expect(session.accessToken()).rejects.toMatchObject({ code: 'NotAuthorizedException' });
    expect(ada.tokens.all).toHaveLength(0);
  });
});

describe('a token for a request', () => {
  it('is asked of the person who is in', async () => {
    const { session, ada } = signedIn();
    const token = session.accessToken({ fresh: true });
    expect(ada.tokens.at(0).args).toEqual([{ fresh: true }]);
    ada.tokens.at(0).answer('token');
    expect(await token).toBe('token');
  });

  it('that is refused ends the session', async () => {
    const { session, ada } = signedIn();
    const token = session.accessToken();
    ada.tokens.at(0).fail(REVOKED);
    await expect(token).rejects.toBe(REVOKED);
    expect(told(session)).toEqual(ENDED);
  });

  it('that cannot be asked for ends nothing', async () => {
    const { session, ada } = signedIn();
    const token = session.accessToken();
    ada.tokens.at(0).fail(OFFLINE);
    await expect(token).rejects.toBe(OFFLINE);
    expect(told(session)).toEqual(SIGNED_IN('ada'));
  });

  it('that is refused late does not end the session of whoever has signed in since', async () => {
    const { session, ada } = signedIn();
    const token = session.accessToken();
    session.begin(new HeldUser('grace'));
    ada.tokens.at(0).fail(REVOKED);
    await expect(token).rejects.toBe(REVOKED);
    expect(told(session)).toEqual(SIGNED_IN('grace'));
  });
});

describe.each(['signOut', 'signOutEverywhere'] as const)('%s', (verb) => {
  it('leaves once Cognito has answered, and not before', async () => {
    const { session, ada } = signedIn();
    const leaving = session[verb]();
    await settled();
    expect(told(session)).toEqual(SIGNED_IN('ada'));
    ada.leavings.at(0).answer(undefined);
    await leaving;
    expect(told(session)).toEqual(LEFT);
    session.end();
    expect(told(session)).toEqual(LEFT);
    session.begin(new HeldUser('grace'));
    expect(told(session)).toEqual(SIGNED_IN('grace'));
  });

  it('is leaving, not ending, where a request finds the tokens revoked meanwhile', async () => {
    const { session, ada } = signedIn();
    const leaving = session[verb]();
    session.end();
    ada.leavings.at(0).answer(undefined);
    await leaving;
    expect(told(session)).toEqual(LEFT);
  });

  it('tells once that the person leaves, whether or not a request finds the tokens revoked first', async () => {
    for (const isFound of [false, true]) {
      const { session, ada } = signedIn();
      let told = 0;
      session.onLeave(() => (told += 1));
      const leaving = session[verb]();
      if (isFound) session.end();
      ada.leavings.at(0).answer(undefined);
      await leaving;
      expect(told).toBe(1);
    }
  });

  it('does not take along whoever has signed in meanwhile', async () => {
    const { session, ada } = signedIn();
    const leaving = session[verb]();
    session.end();
    session.begin(new HeldUser('grace'));
    ada.leavings.at(0).answer(undefined);
    await leaving;
    expect(told(session)).toEqual(SIGNED_IN('grace'));
  });
});

it('nobody leaves where the session ends by itself, or is listened to no more', async () => {
  const { session, ada } = signedIn();
  let told = 0;
  const stop = session.onLeave(() => (told += 1));
  session.end();
  session.begin(ada);
  stop();
  const leaving = session.signOut();
  ada.leavings.at(0).answer(undefined);
  await leaving;
  expect(told).toBe(0);
});

it('nobody leaves where Cognito could not be asked to end all sessions', async () => {
  const { session, ada } = signedIn();
  let hasLeft = false;
  session.onLeave(() => (hasLeft = true));
  const leaving = session.signOutEverywhere();
  ada.leavings.at(0).fail(OFFLINE);
  await expect(leaving).rejects.toBe(OFFLINE);
  expect(told(session)).toEqual(SIGNED_IN('ada'));
  session.end();
  expect(hasLeft).toBe(false);
});
