import { startTestCognito } from './test-cognito.ts';

/** A process that serves the data folder it is given, tells where, and waits to be killed. */
const [dataFolder] = process.argv.slice(2);
const cognito = await startTestCognito({
  dataFolder,
  issuer: 'http://localhost/cognito/us-east-1_ordercast',
});
process.stdout.write(`${JSON.stringify({ endpoint: cognito.endpoint })}\n`);
