import { Duration } from 'aws-cdk-lib';
import type { App } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { AlarmSpec } from '../constructs/alarm-spec.ts';
import { EndedAccess } from '../constructs/ended-access.ts';
import { RealtimeApi } from '../constructs/realtime-api.ts';
import { realtimeFunctions } from '../constructs/realtime-functions.ts';
import type { RealtimeTables } from '../constructs/realtime-tables.ts';
import { StageStack } from '../constructs/stage-stack.ts';
import type { StageSettings } from '../settings/stage-settings.ts';
import type { TokenIssuer } from './identity-stack.ts';

/** The WebSocket API and the functions behind it. */
export class RealtimeStack extends StageStack {
  readonly realtime: RealtimeApi;
  readonly alarms: readonly AlarmSpec[];

  constructor(
    app: App,
    settings: StageSettings,
    {
      tables,
      tokens,
      pageOrigin,
    }: { tables: RealtimeTables; tokens: TokenIssuer; pageOrigin: string },
  ) {
    super(app, 'realtime', { settings, description: 'Ordercast: WebSocket API and its functions' });
    this.realtime = new RealtimeApi(this, 'Realtime', settings);
    const functions = realtimeFunctions(this, settings, {
      ALLOWED_ORIGINS: pageOrigin,
      BROADCAST_SHARDS: String(settings.realtime.broadcastShards),
      COGNITO_CLIENT_ID: tokens.clientId,
      COGNITO_ISSUER: tokens.issuer,
      LOG_LEVEL: 'info',
      POSTS_PER_SECOND: String(settings.realtime.postsPerSecond),
      REALTIME_CALLBACK_ENDPOINT: this.realtime.callbackEndpoint,
      TABLE_PREFIX: tables.prefix,
    });
    this.realtime.route(functions);
    const { connect, disconnect, message, reaper, accessEnded } = functions;
    // To look for whose access has ended, too, that `authorizer` reads.
    tables.grantUse(functions.authorizer, ['GetItem']);
    for (const handler of [connect, disconnect, message, reaper, accessEnded]) {
      tables.grantUse(handler, ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query']);
    }
    tables.grantUse(reaper, ['Scan']);
    for (const handler of [connect, message, reaper, accessEnded])
      handler.role?.addManagedPolicy(this.realtime.posts);
    new Rule(this, 'ReaperSchedule', {
      description: 'Ends connections whose tokens have expired',
      schedule: Schedule.rate(Duration.minutes(5)),
      targets: [new LambdaFunction(reaper, { retryAttempts: 0 })],
    });
    const endedAccess = new EndedAccess(this, 'EndedAccess', { settings, accessEnded });
    this.alarms = [
      ...this.realtime.alarms,
      ...endedAccess.alarms,
      // The authorizer refuses by an error: what counts there is how many connects are rejected.
      functions.authorizer.throttled,
      ...[connect, disconnect, message, reaper, accessEnded].flatMap(({ errors, throttled }) => [
        errors,
        throttled,
      ]),
    ];
    this.output('RealtimeUrl', this.realtime.url, 'For /config.json');
  }
}
