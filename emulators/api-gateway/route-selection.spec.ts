import { expect, test } from 'vitest';
import { createRouteSelection } from './route-selection.ts';

const select = createRouteSelection('$request.body.action');

test.each([
  ['{"action":"join"}', 'join'],
  ['{"action":7}', '7'],
  ['{"action":false}', 'false'],
  ['{"action":""}', ''],
  ['{"action":{}}', undefined],
  ['{"action":null}', undefined],
  ['{}', undefined],
  ['null', undefined],
  ['"action"', undefined],
  ['no json', undefined],
  ['', undefined],
  ['{"action":"$connect"}', undefined],
  ['{"action":"$disconnect"}', undefined],
  ['{"action":"$default"}', '$default'],
])('%s selects %s', (body, route) => {
  expect(select(body)).toBe(route);
});

test('a path goes into objects, by their own properties alone', () => {
  const deep = createRouteSelection('${request.body.meta.kind}');
  expect(deep('{"meta":{"kind":"join"}}')).toBe('join');
  expect(deep('{"meta":"join"}')).toBeUndefined();
  const inherited = createRouteSelection('$request.body.constructor.name');
  expect(inherited('{}')).toBeUndefined();
});

test('JSON nested as deep as a message can be is read', () => {
  const depth = 60_000;
  expect(select(`${'['.repeat(depth)}${']'.repeat(depth)}`)).toBeUndefined();
});

test.each(['$request.header.a', 'request.body.action', '$request.body.', '${request.body.a'])(
  '%s is refused',
  (expression) => {
    expect(() => createRouteSelection(expression)).toThrow('Unsupported route selection');
  },
);
