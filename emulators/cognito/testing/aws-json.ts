import { z } from 'zod';

export interface AwsJsonAnswer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

/** One raw call of the protocol, its body as it is where that is text or bytes, for what the libraries would not send. */
export async function awsJson(
  endpoint: string,
  operation: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<AwsJsonAnswer> {
  const target = operation.includes('.')
    ? operation
    : `AWSCognitoIdentityProviderService.${operation}`;
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': target,
      ...headers,
    },
    body:
      typeof body === 'string' || body instanceof Uint8Array
        ? Buffer.from(body)
        : JSON.stringify(body),
  });
  const answer = z.record(z.string(), z.unknown()).parse(await response.json());
  return { status: response.status, headers: response.headers, body: answer };
}

/** The claims of a token, unverified. */
export function claimsOf(token: string): Record<string, unknown> {
  const claims: unknown = JSON.parse(
    Buffer.from(token.split('.')[1] ?? '', 'base64url').toString(),
  );
  return z.record(z.string(), z.unknown()).parse(claims);
}
