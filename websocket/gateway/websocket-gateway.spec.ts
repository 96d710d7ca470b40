import {
  DeleteConnectionCommand,
  GetConnectionCommand,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { expect, test } from 'vitest';
import type { GatewayEvent } from './gateway-event.ts';
import { startGateway, TestClient } from './running-gateway.ts';

test('a message reaches its handler, whose post reaches the client', async () => {
  const events: GatewayEvent[] = [];
  const { url, client } = await startGateway({
    routes: {
      $connect: () => ({ statusCode: 200 }),
      $default: async (event: GatewayEvent) => {
        events.push(event);
        const ConnectionId = event.requestContext.connectionId;
        await client.send(new PostToConnectionCommand({ ConnectionId, Data: 'hello' }));
        return { statusCode: 200 };
      },
    },
  });
  const one = await TestClient.open(url);
  one.socket.send('hi');
  expect(await one.message()).toBe('hello');
  expect(events).toMatchObject([{ body: 'hi', requestContext: { eventType: 'MESSAGE' } }]);
  const ConnectionId = events[0]?.requestContext.connectionId;
  const known = await client.send(new GetConnectionCommand({ ConnectionId }));
  expect(known.Identity?.SourceIp).toBe('127.0.0.1');
  expect(known.ConnectedAt).toBeInstanceOf(Date);
  await client.send(new DeleteConnectionCommand({ ConnectionId }));
  expect(await one.closed).toMatchObject({ code: 1000 });
  await expect(client.send(new GetConnectionCommand({ ConnectionId }))).rejects.toMatchObject({
    name: 'GoneException',
  });
});
