import express from 'express';
import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import { askedInstantSchema } from '@ordercast/contract/page.ts';
import type { ScheduleEvent } from '@ordercast/services/reports/schedule/scheduler/scheduler.ts';
import { z } from 'zod';

/** Has the scheduler send what would be due in the minute of a time (epoch ms), past or future. */
export type FireScheduled = (at: number) => Promise<ScheduleEvent[]>;

const bodySchema = z.strictObject({ at: askedInstantSchema });

/**
 * Answers `POST /scheduler/fire` with `{"at": "2026-11-28T07:00:00Z"}`, below the console: what was sent, in `sent`. A schedule makes one run of
 * a time, so one that was sent before changes nothing.
 */
export function tellScheduler(
  fire: FireScheduled,
): [RequestHandler, ErrorRequestHandler, RequestHandler] {
  return [
    express.json({ limit: '1kb' }),
    (_error, _request, response, _next) => refuse(response),
    async (request, response) => {
      const body = bodySchema.safeParse(request.body);
      if (!body.success) {
        refuse(response);
        return;
      }
      const sent = await fire(body.data.at);
      response.json({
        sent: sent.map(({ scheduleId, scheduledTime }) => ({
          schedule: scheduleId,
          at: scheduledTime,
        })),
      });
    },
  ];
}

function refuse(response: Response): void {
  response
    .status(400)
    .type('text/plain')
    .send('Send JSON with a time, such as {"at": "2026-11-28T07:00:00Z"}.\n');
}
