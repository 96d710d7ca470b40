import type { SQSBatchResponse } from 'aws-lambda';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { DeliverBroadcast } from '../broadcast/deliver-broadcast.ts';

const eventSchema = z.object({
  Records: z.array(z.object({ messageId: z.string(), body: z.string() })),
});

/**
 * Called by Lambda's event source mapping with messages of the broadcast queue. It must be set to
 * `ReportBatchItemFailures`: only what is named in the answer is tried again.
 */
export function createBroadcastHandler({
  work,
  logger,
}: {
  work: DeliverBroadcast;
  logger: Pick<Logger, 'error'>;
}) {
  return async (event: unknown): Promise<SQSBatchResponse> => {
    const { Records } = eventSchema.parse(event);
    const failed = await Promise.all(
      Records.map(async ({ messageId, body }) => {
        try {
          await work(body);
          return [];
        } catch (error) {
          logger.error({ err: error, messageId }, 'broadcast not delivered, will be tried again');
          return [{ itemIdentifier: messageId }];
        }
      }),
    );
    return { batchItemFailures: failed.flat() };
  };
}
