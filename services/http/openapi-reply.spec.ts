import { expect, it } from 'vitest';
import { openApiReply } from './openapi-reply.ts';

it('the document is made once, however often it is asked for', () => {
  const made: string[] = [];
  const reply = openApiReply((serverUrl) => {
    made.push(serverUrl);
    return { servers: [serverUrl] };
  });
  expect(reply('/api')).toBe(reply('/api'));
  expect(reply('')).toMatchObject({ status: 200, body: '{"servers":["/"]}' });
  expect(made).toEqual(['/api', '/']);
});
