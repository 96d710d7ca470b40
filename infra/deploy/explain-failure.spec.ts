import { afterEach, expect, it, vi } from 'vitest';
import { explainFailure } from './explain-failure.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

const noCredentials = () =>
  Object.assign(new Error('Could not load credentials from any providers'), {
    name: 'CredentialsProviderError',
  });

it('names the profile that has no credentials, or is none', () => {
  vi.stubEnv('AWS_PROFILE', 'ordercst');

  expect(explainFailure(noCredentials())?.message).toMatch(
    /^The profile "ordercst" \(AWS_PROFILE\) has no AWS credentials.*aws configure list-profiles/,
  );
});

it('says how to sign in where no profile is named', () => {
  vi.stubEnv('AWS_PROFILE', undefined);

  const stopped = explainFailure(noCredentials());
  expect(stopped?.exitCode).toBe(5);
  expect(stopped?.message).toMatch(/^There are no AWS credentials\. Sign in/);
});

it('passes on what nobody foresaw', () => {
  expect(explainFailure(new Error('other'))).toBeUndefined();
});
