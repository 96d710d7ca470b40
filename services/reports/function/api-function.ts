import { PROBLEM_MEDIA_TYPE } from '@ordercast/contract/problem.ts';
import { readConfig } from '@ordercast/platform/config.ts';
import { configuredDatabase } from '@ordercast/platform/configured-database.ts';
import { createLogger } from '@ordercast/platform/logger.ts';
import type { Logger } from '@ordercast/platform/logger.ts';
import { z } from 'zod';
import { unavailable } from '../../http/problem.ts';
import { createReportsApi } from '../create-reports-api.ts';
import { createLinkKeys } from '../link/link-keys.ts';
import { linkSecrets } from '../link-secrets.ts';
import { linkSettings } from '../report-variables.ts';
import { createReportFiles } from '../storage/report-files.ts';
import { createS3Client } from '../storage/s3-client.ts';
import { awsStart } from './aws-start.ts';
import { composedOnce } from './composed-once.ts';
import { apiFunctionSettings } from './function-settings.ts';
import { packagedApp } from './packaged-app.ts';
import type { PackagedApp } from './packaged-app.ts';
import type { FunctionParts } from './function-parts.ts';

const RETRY_AFTER_SECONDS = 5;
const NOT_COMPOSED = 'Reports cannot be served now. Try again soon.';

/**
 * The reports API as a function behind the HTTP API. It is composed by the first call; where that fails, such as for a secret that cannot be
 * read, the answer is a 503 problem and the next call tries again.
 */
export function createApiFunction({ environment, logTo }: FunctionParts): PackagedApp {
  const composed = composedOnce(() => composeApi(environment, logTo));
  return async (event, context) => {
    let app: PackagedApp;
    try {
      app = await composed();
    } catch (error) {
      return notComposed(createLogger('reports-api', logTo), error, event);
    }
    return app(event, context);
  };
}

async function composeApi(
  environment: FunctionParts['environment'],
  logTo: FunctionParts['logTo'],
): Promise<PackagedApp> {
  const config = readConfig(apiFunctionSettings, environment);
  const log = createLogger('reports-api', { level: config.LOG_LEVEL, ...logTo });
  const secrets = linkSecrets(config);
  const source = await configuredDatabase(config, (text) => log.warn(text));
  const region = config.AWS_REGION;
  const clock = Date.now;
  const { app } = createReportsApi({
    // A function serves one request at a time.
    database: source.open({ appName: 'ordercast-reports-api', poolMax: 1 }),
    issuer: config.COGNITO_ISSUER,
    jwksUri: config.COGNITO_JWKS_URI ?? `${config.COGNITO_ISSUER}/.well-known/jwks.json`,
    clientId: config.COGNITO_CLIENT_ID,
    region,
    cognitoEndpoint: config.COGNITO_ENDPOINT,
    corsOrigins: config.CORS_ORIGINS,
    timeZone: config.REPORTS_TIME_ZONE,
    start: awsStart(config),
    files: createReportFiles({
      client: createS3Client({ region, endpoint: config.S3_ENDPOINT }),
      bucket: config.REPORTS_BUCKET,
    }),
    keys: createLinkKeys({ ...secrets, clock, log }),
    links: linkSettings(config),
    // The relay is a process of its own and polls; schedules and mails are the keeper's, each minute.
    onCommitted: () => undefined,
    onScheduleChanged: () => undefined,
    onMailResumed: () => undefined,
    clock,
    random: Math.random,
    log,
  });
  return packagedApp(app);
}

const eventSchema = z.object({
  rawPath: z.string().catch('/'),
  requestContext: z.object({ requestId: z.string() }).catch({ requestId: '-' }),
});

function notComposed(log: Logger, error: unknown, event: object): object {
  const { rawPath: path, requestContext } = eventSchema.parse(event);
  const { requestId } = requestContext;
  log.error({ err: error, requestId }, 'the reports API could not be composed');
  const problem = unavailable(NOT_COMPOSED, RETRY_AFTER_SECONDS);
  return {
    statusCode: problem.status,
    headers: {
      'content-type': `${PROBLEM_MEDIA_TYPE}; charset=utf-8`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'retry-after': String(RETRY_AFTER_SECONDS),
      'x-request-id': requestId,
      'ordercast-request-id': requestId,
    },
    body: JSON.stringify(
      problem.toDocument({ instance: encodeURI(path.toWellFormed()), requestId }),
    ),
    isBase64Encoded: false,
  };
}
