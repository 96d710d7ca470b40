import { createRealtimeClient } from '@ordercast/client/realtime-client.ts';
import type { CloudEvent } from '@ordercast/client/realtime-client.ts';
import { z } from 'zod';
import type { RunningStage } from './running-stage.ts';

const signedInSchema = z.object({
  AuthenticationResult: z.object({ AccessToken: z.string() }),
});

/** Somebody who has signed in to a running stage, as a program. */
export interface StagePerson {
  sub: string;
  token: string;
  /** What a call carries. */
  headers: Record<string, string>;
  call: (method: string, path: string, body?: unknown) => Promise<Response>;
  /** Subscribes to a channel; resolves when that stands, rejects at the first thing that goes wrong. */
  follow: (channel: string) => Promise<Following>;
}

export interface Following {
  events: readonly CloudEvent[];
  close: () => void;
}

export async function signIn(
  stage: RunningStage,
  clientId: string,
  { sub, email, password }: { sub: string; email: string; password: string },
): Promise<StagePerson> {
  const answer = await fetch(stage.surroundings.cognito, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/x-amz-json-1.1',
      'X-Amz-Target': 'AWSCognitoIdentityProviderService.InitiateAuth',
    },
    body: JSON.stringify({
      ClientId: clientId,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: email, PASSWORD: password },
    }),
  });
  const { AccessToken } = signedInSchema.parse(await answer.json()).AuthenticationResult;
  const headers = { Authorization: `Bearer ${AccessToken}` };
  return {
    sub,
    token: AccessToken,
    headers,
    call: (method, path, body) =>
      fetch(`${stage.apiUrl}${path}`, {
        method,
        headers: {
          ...headers,
          ...(body !== undefined && { 'Content-Type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    follow: async (channel) => {
      const events: CloudEvent[] = [];
      const failed = Promise.withResolvers<never>();
      failed.promise.catch(() => undefined);
      const client = createRealtimeClient({
        url: stage.realtimeUrl,
        token: () => Promise.resolve(AccessToken),
        onError: failed.reject,
      });
      const { ready } = client.subscribe(channel, {
        onEvent: (event) => void events.push(event),
        onReload: () => undefined,
      });
      await Promise.race([ready, failed.promise]);
      return { events, close: () => client.close() };
    },
  };
}
