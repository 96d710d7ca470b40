import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { LocalScheduler } from '@ordercast/services/reports/schedule/scheduler/local-scheduler.ts';
import { queueDepth } from '@ordercast/websocket/broadcast/broadcast-queue.ts';
import type { Knex } from 'knex';
import type { LogFile } from '../log-file.ts';
import type { Mailbox } from '../mailbox.ts';
import { newestObjects } from './stored-objects.ts';
import type { ObjectSource } from './stored-objects.ts';

export interface ConsoleSources {
  dynamodb: DynamoDBClient;
  tablePrefix: string;
  sqs: SQSClient;
  /** Names and URLs of the queues. */
  queues: Readonly<Record<string, string>>;
  database: Knex;
  objects: ObjectSource;
  /** Endpoints by the service that each stands for. */
  standIns: Readonly<Record<string, string>>;
  mailbox: Pick<Mailbox, 'list'>;
  scheduler: Pick<LocalScheduler, 'upcoming'>;
  log: Pick<LogFile, 'recent'>;
}

const SHOWN = 100;

/** What the local console shows: a snapshot of the laptop's cloud, without any token. */
export async function readConsoleState(sources: ConsoleSources) {
  const documents = DynamoDBDocumentClient.from(sources.dynamodb);
  const [objects, connections, subscriptions, channels, queues, outbox, waiting] =
    await Promise.all([
      newestObjects(sources.objects, SHOWN),
      scan(documents, `${sources.tablePrefix}connections`),
      scan(documents, `${sources.tablePrefix}subscriptions`),
      scan(documents, `${sources.tablePrefix}channel-log`, '#from = :head', {
        '#from': 'from',
      }),
      Promise.all(
        Object.entries(sources.queues).map(async ([queue, url]) => ({
          queue,
          ...(await queueDepth(sources.sqs, url)),
        })),
      ),
      sources.database('outbox').select().orderBy('id', 'desc').limit(SHOWN),
      sources.database('outbox').whereNull('published_at').count({ rows: '*' }).first(),
    ]);
  return {
    mails: sources.mailbox
      .list()
      .map(({ html, ...mail }) => ({ ...mail, hasHtml: html !== undefined })),
    objects,
    schedules: sources.scheduler.upcoming().map(({ scheduleId, next }) => ({
      schedule: scheduleId,
      next: next === undefined ? null : new Date(next).toISOString(),
    })),
    standIns: Object.entries(sources.standIns).map(([service, endpoint]) => ({
      service,
      endpoint,
    })),
    connections,
    subscriptions,
    channels,
    queues,
    outbox,
    outboxWaiting: Number(waiting?.rows ?? 0),
    log: sources.log.recent().slice(0, SHOWN),
  };
}

/** JSON knows lists, no sets. */
function withoutSets(item: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(item).map(([name, value]) => [name, value instanceof Set ? [...value] : value]),
  );
}

async function scan(
  documents: DynamoDBDocumentClient,
  TableName: string,
  FilterExpression?: string,
  ExpressionAttributeNames?: Record<string, string>,
): Promise<unknown[]> {
  const filter = FilterExpression
    ? { FilterExpression, ExpressionAttributeNames, ExpressionAttributeValues: { ':head': 0 } }
    : {};
  const items: unknown[] = [];
  for await (const page of paginateScan({ client: documents }, { TableName, ...filter })) {
    items.push(...(page.Items ?? []).map(withoutSets));
    if (items.length >= SHOWN) break;
  }
  return items.slice(0, SHOWN);
}
