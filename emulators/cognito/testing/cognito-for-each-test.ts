import { afterEach, beforeEach } from 'vitest';
import { startTestCognito, type TestCognito, type TestCognitoOptions } from './test-cognito.ts';

/** Starts a Cognito before each test of this file and stops it afterwards; gives that of the test that runs. */
export function cognitoForEachTest(options: TestCognitoOptions = {}): () => TestCognito {
  let running: TestCognito | undefined;
  beforeEach(async () => {
    running = await startTestCognito(options);
  });
  afterEach(() => running?.stop());
  return () => {
    if (running === undefined) throw new Error('It runs within a test only.');
    return running;
  };
}
