import { expect, test } from 'vitest';
import { allowsInvoke, policyDocumentSchema } from './policy-document.ts';

const ARN = 'arn:aws:execute-api:us-east-1:000000000000:local/realtime/$connect';

function allowed(...statements: { Effect: string; Action?: unknown; Resource?: unknown }[]) {
  const Statement = statements.map((one) => ({
    Action: 'execute-api:Invoke',
    Resource: ARN,
    ...one,
  }));
  return allowsInvoke(policyDocumentSchema.parse({ Version: '2012-10-17', Statement }), ARN);
}

test.each([
  ['the very method', ARN],
  ['everything', '*'],
  ['a wildcard', 'arn:aws:execute-api:*:*:local/*/$connect'],
  ['one of several', ['arn:aws:s3:::bucket', ARN]],
  ['any one character', ARN.replace('local', 'l?cal')],
])('allows where the resource is %s', (_name, Resource) => {
  expect(allowed({ Effect: 'Allow', Resource })).toBe(true);
});

test.each([
  ['another stage', ARN.replace('realtime', 'other')],
  ['a prefix alone', ARN.slice(0, -1)],
  ['a pattern whose dots are no wildcards', ARN.replace('local', 'l.cal')],
])('does not allow where the resource is %s', (_name, Resource) => {
  expect(allowed({ Effect: 'Allow', Resource })).toBe(false);
});

test('a Deny wins over any Allow, and nothing said is no', () => {
  expect(allowed({ Effect: 'Allow' }, { Effect: 'Deny', Resource: '*' })).toBe(false);
  expect(allowed({ Effect: 'Allow' }, { Effect: 'Deny', Resource: 'other' })).toBe(true);
  expect(allowed()).toBe(false);
});

test('only the right to invoke counts', () => {
  expect(allowed({ Effect: 'Allow', Action: 'execute-api:ManageConnections' })).toBe(false);
  expect(allowed({ Effect: 'Allow', Action: ['EXECUTE-API:*'] })).toBe(true);
});
