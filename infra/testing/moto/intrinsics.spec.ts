import { describe, expect, it } from 'vitest';
import { namedResources, resolve } from './intrinsics.ts';
import type { Scope } from './intrinsics.ts';

const ARN = 'arn:aws:secretsmanager:eu-central-1:1:secret:login-a1B2c3';

const scope: Scope = {
  ref: (id) => Promise.resolve(id === 'Login' ? ARN : `ref-of-${id}`),
  attribute: (id, name) => Promise.resolve(`${name}-of-${id}`),
  stackOutput: (stack, output) => `${output}-of-${stack}`,
  secret: (arn) => {
    if (arn !== ARN) return Promise.reject(new Error(`no secret ${arn}`));
    return Promise.resolve('{"password":"$& and {{ more"}');
  },
};

describe('what a template says', () => {
  it.each([
    [{ Ref: 'Queue' }, 'ref-of-Queue'],
    [{ 'Fn::GetAtt': ['Database', 'Endpoint.Address'] }, 'Endpoint.Address-of-Database'],
    [{ 'Fn::Join': ['/', ['a', { Ref: 'B' }, 3]] }, 'a/ref-of-B/3'],
    [{ 'Fn::Select': [1, { 'Fn::Split': ['-', { Ref: 'B' }] }] }, 'of'],
    [{ 'Fn::Sub': '${A}/${B.Arn}/${!kept}' }, 'ref-of-A/Arn-of-B/${kept}'],
    [{ 'Fn::Sub': ['${A}/${own}', { own: { Ref: 'B' } }] }, 'ref-of-A/ref-of-B'],
    [{ 'Fn::GetStackOutput': { StackName: 's', OutputName: 'o' } }, 'o-of-s'],
    [{ a: { Ref: 'AWS::NoValue' }, b: [{ Ref: 'AWS::NoValue' }, 1, true] }, { b: [1, true] }],
  ])('%j is resolved', async (value, expected) => {
    expect(await resolve(value, scope)).toEqual(expected);
  });

  it('of a secret is read from it, when the text that names it is whole', async () => {
    const parts = ['{{resolve:secretsmanager:', { Ref: 'Login' }, ':SecretString:password::}}!'];
    expect(await resolve({ 'Fn::Join': ['', parts] }, scope)).toBe('$& and {{ more!');
  });

  it.each([
    [{ 'Fn::ImportValue': 'other' }, 'Fn::ImportValue'],
    ['{{resolve:ssm:name}}', 'resolve:ssm'],
    [`{{resolve:secretsmanager:${ARN}:SecretString:user::}}`, 'no text "user"'],
    [{ 'Fn::Select': [5, ['one']] }, 'no item 5'],
  ])('%j is refused, since nobody knows it', async (value, message) => {
    await expect(resolve(value, scope)).rejects.toThrow(message);
  });

  it('names the resources that must be made before', () => {
    const value = {
      a: { Ref: 'One' },
      b: [{ 'Fn::GetAtt': ['Two', 'Arn'] }, { 'Fn::GetAtt': 'Three.Arn' }],
      c: { 'Fn::Sub': ['${Four} ${Five.Arn} ${own}', { own: { Ref: 'Six' } }] },
    };
    expect(namedResources(value)).toEqual(['One', 'Two', 'Three', 'Four', 'Five', 'Six']);
  });
});
