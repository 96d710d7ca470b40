import { expect, it } from 'vitest';
import { createUlidSource } from '@ordercast/platform/ulid.ts';
import { seededRandom } from '@ordercast/platform/testing/seeded-random.ts';
import { ALEX } from '../../testing/test-api.ts';
import { insertMails, listMails } from '../mail/mail-store.ts';
import { MAIL_TAG } from '../mail/mail-tags.ts';
import { findSchedule, putSchedule } from '../schedule/schedule-store.ts';
import { schedulePut } from '../schedule/testing/schedule-put.ts';
import { openFunctionBed } from '../testing/function-bed.ts';
import { createMailEventsFunction } from './mail-events-function.ts';

it('takes a bounced address off its schedules, with a database and nothing else', async () => {
  const bed = await openFunctionBed();
  await putSchedule(bed.db, schedulePut({ by: ALEX.sub }));
  const runId = await bed.queueRun('daily');
  const ulids = createUlidSource({ clock: () => 0, random: seededRandom(2) });
  await insertMails(bed.db, runId, ['ada@example.com'], { ulids, now: 0 });
  const [mail] = await listMails(bed.db, runId);
  const { DATABASE_URL, AWS_REGION, LOG_LEVEL } = bed.parts.environment;
  const mailEvents = createMailEventsFunction({
    logTo: bed.parts.logTo ?? { destination: { write: () => undefined } },
    environment: { DATABASE_URL, AWS_REGION, LOG_LEVEL },
  });
  await mailEvents({
    detail: {
      eventType: 'Bounce',
      mail: { messageId: 'unknown', tags: { [MAIL_TAG]: [mail?.id ?? ''] } },
      bounce: { bounceType: 'Permanent', bouncedRecipients: [{ diagnosticCode: 'no such box' }] },
    },
  });
  const { recipients = [] } = (await findSchedule(bed.db, 'daily-orders')) ?? {};
  expect(recipients.map(({ address, state }) => [address, state])).toEqual([
    ['ada@example.com', 'bounced'],
    ['bob@example.com', 'active'],
  ]);
});

it('rejects where there is no database, so that the event is brought again', async () => {
  const mailEvents = createMailEventsFunction({ environment: {} });
  await expect(mailEvents({})).rejects.toThrow('Set either DATABASE_URL');
});
