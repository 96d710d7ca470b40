import { createLogger } from '@ordercast/platform/logger.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findSchedule, putSchedule } from '../schedule/schedule-store.ts';
import { schedulePut } from '../schedule/testing/schedule-put.ts';
import { createMailEventsHandler } from './mail-events.ts';
import { listMails } from './mail-store.ts';
import { sendMailsOfRun } from './send-mails.ts';
import { BY_SCHEDULE, SCHEDULE_ID, insertFinishedRun } from './testing/finished-run.ts';
import { openMailScene } from './testing/mail-scene.ts';
import type { MailScene } from './testing/mail-scene.ts';

const BOUNCING = 'bounce+ada@simulator.amazonses.com';
const COMPLAINING = 'complaint@simulator.amazonses.com';

let scene: MailScene;
let handle: (event: unknown) => Promise<void>;
let runId: string;
beforeEach(async () => {
  scene = await openMailScene();
  const { db } = scene.database;
  const addresses = [BOUNCING, 'bob@example.com', COMPLAINING];
  await putSchedule(db, schedulePut({ id: SCHEDULE_ID, addresses, expected: 1 }));
  await putSchedule(db, schedulePut({ id: 'another', addresses: [BOUNCING] }));
  handle = createMailEventsHandler({
    database: db,
    clock: () => scene.now,
    log: createLogger('test', { destination: { write: (line) => void scene.logged.push(line) } }),
  });
  runId = (await insertFinishedRun(db, BY_SCHEDULE)).id;
  await sendMailsOfRun(scene.sending, runId);
});
afterEach(() => scene.close());

const recipients = async (id = SCHEDULE_ID) =>
  (await findSchedule(scene.database.db, id))?.recipients.map(({ state, reason }) => ({
    state,
    reason,
  }));
const mails = async () => {
  const all = await listMails(scene.database.db, runId);
  return all.map(({ address, status, reason }) => ({ address, status, reason }));
};
const [ACTIVE, SENT] = [
  { state: 'active', reason: null },
  { status: 'sent', reason: null },
];
const BOUNCED = 'The mail came back for good: smtp; 550 5.1.1 user unknown';
const COMPLAINED = 'The recipient complained of the mail (abuse).';

/** The event of a bounce or a complaint, in parts replaced. */
function eventOf(kind: 'Bounce' | 'Complaint', changes: object = {}) {
  const event = scene.events.find(({ detail }) => detail.eventType === kind);
  return { ...event, detail: { ...event?.detail, ...changes } };
}

describe('an event of SES', () => {
  it('takes an address that bounces for good, or complains, off every schedule, with reason and time', async () => {
    for (const event of scene.events) await handle(event);
    const [bounced, complained] = [
      { state: 'bounced', reason: BOUNCED },
      { state: 'complained', reason: COMPLAINED },
    ];
    expect(await recipients()).toEqual([bounced, ACTIVE, complained]);
    expect(await recipients('another')).toEqual([bounced]);
    expect(await mails()).toEqual([
      { address: 'bob@example.com', ...SENT },
      { address: BOUNCING, status: 'bounced', reason: BOUNCED },
      { address: COMPLAINING, status: 'complained', reason: COMPLAINED },
    ]);
    const schedule = await findSchedule(scene.database.db, SCHEDULE_ID);
    expect(schedule?.recipients[0]?.at).toBe(new Date(scene.now).toISOString());
  });

  it('changes nothing more when it comes again', async () => {
    for (const event of scene.events) await handle(event);
    const before = [await recipients(), await mails()];
    const version = (await findSchedule(scene.database.db, SCHEDULE_ID))?.version;
    scene.now += 60_000;
    for (const event of [...scene.events, ...scene.events]) await handle(event);
    expect([await recipients(), await mails()]).toEqual(before);
    expect((await findSchedule(scene.database.db, SCHEDULE_ID))?.version).toBe(version);
  });

  it.each(['Transient', 'Undetermined'])(
    'of a bounce that is %s is noted and no more',
    async (bounceType) => {
      const bouncedRecipients = [{ emailAddress: BOUNCING, diagnosticCode: 'smtp; 452\r\nfull' }];
      await handle(eventOf('Bounce', { bounce: { bounceType, bouncedRecipients } }));
      expect(await recipients()).toEqual([ACTIVE, ACTIVE, ACTIVE]);
      expect(await mails()).toContainEqual({
        address: BOUNCING,
        status: 'sent',
        reason: 'The mail bounced for now: smtp; 452 full',
      });
    },
  );

  it('of a mail that is not ours changes nothing', async () => {
    const mail = { messageId: 'another', destination: [BOUNCING], tags: { 'report-mail': ['x'] } };
    await handle(eventOf('Bounce', { mail }));
    await handle(eventOf('Complaint', { mail: { messageId: 'another' } }));
    expect(await recipients()).toEqual([ACTIVE, ACTIVE, ACTIVE]);
    expect((await mails()).map(({ status }) => status)).toEqual(['sent', 'sent', 'sent']);
  });

  it('is known by the tag of its mail where it comes before what SES called the mail is kept', async () => {
    await scene.database.db('report_mails').update({ message_id: null, status: 'unconfirmed' });
    await handle(eventOf('Bounce'));
    expect(await recipients()).toEqual([{ state: 'bounced', reason: BOUNCED }, ACTIVE, ACTIVE]);
    expect(await mails()).toContainEqual({ address: BOUNCING, status: 'bounced', reason: BOUNCED });
  });

  it('that cannot be read is logged without an address and dropped', async () => {
    const { length } = scene.logged;
    const bounce = { bounceType: 'Odd', bouncedRecipients: [{ emailAddress: BOUNCING }] };
    for (const event of [
      undefined,
      'text',
      {},
      { detail: { eventType: 'Open', mail: { messageId: BOUNCING } } },
      eventOf('Bounce', { bounce }),
      eventOf('Bounce', { mail: undefined }),
    ]) {
      await handle(event);
    }
    const lines = scene.logged.slice(length);
    expect(lines).toHaveLength(6);
    expect(lines.join('')).toContain('"faults":["detail.bounce.bounceType"]');
    expect(scene.logged.join('')).not.toContain('amazonses.com');
    expect(await recipients()).toEqual([ACTIVE, ACTIVE, ACTIVE]);
  });

  it('is brought again where the database does not serve', async () => {
    const handleLater = createMailEventsHandler({
      database: scene.database.db,
      clock: () => scene.now,
      log: createLogger('test', { level: 'silent' }),
    });
    await scene.database.db.schema.renameTable('report_mails', 'away');
    await expect(handleLater(eventOf('Bounce'))).rejects.toThrow(/report_mails/);
    await scene.database.db.schema.renameTable('away', 'report_mails');
    await handleLater(eventOf('Bounce'));
    expect((await recipients())?.[0]?.state).toBe('bounced');
  });
});
