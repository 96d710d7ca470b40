import { startSes } from '@ordercast/emulators/ses/start-ses.ts';
import type { LocalSes, SentEmail, SesEvent } from '@ordercast/emulators/ses/start-ses.ts';
import { createLogger } from '@ordercast/platform/logger.ts';
import { ManualWaits } from '@ordercast/platform/testing/manual-waits.ts';
import { seededRandom } from '@ordercast/platform/testing/seeded-random.ts';
import { openTestDatabase } from '../../../testing/test-database.ts';
import type { TestDatabase } from '../../../testing/test-database.ts';
import { createLinkKeys } from '../../link/link-keys.ts';
import type { LinkKeys } from '../../link/link-keys.ts';
import { createSesMailer } from '../ses-mailer.ts';
import type { MailSending } from '../send-mails.ts';
import { RUN_AT, insertPeople, testUlids } from './finished-run.ts';

export const LINKS = {
  pageUrl: 'https://app.example.com/',
  apiUrl: 'https://api.example.com',
  linkLifeMs: 7 * 86_400_000,
};
export const FROM = 'Ordercast <reports@example.com>';

/** Keys as they stand in a secret whose text `secret` gives. */
export function testKeys(
  secret: () => string = () => secretOf('a'),
  clock: () => number = () => RUN_AT,
): LinkKeys {
  return createLinkKeys({
    secretId: 'shop/report-links',
    secrets: { read: () => Promise.resolve(secret()) },
    clock,
    log: createLogger('test', { level: 'silent' }),
  });
}

export function secretOf(current: string, previous?: string): string {
  const key = (id: string) => ({ id, key: id.repeat(40) });
  return JSON.stringify({ current: key(current), previous: previous && key(previous) });
}

/** A database with people, a local SES, and a hand-driven clock. */
export interface MailScene {
  database: TestDatabase;
  ses: LocalSes;
  sent: SentEmail[];
  events: SesEvent[];
  logged: string[];
  /** Epoch ms. */
  now: number;
  /** How long an answer of SES is waited for is the test's to say. */
  waits: ManualWaits;
  sending: MailSending;
  close: () => Promise<void>;
}

export async function openMailScene(): Promise<MailScene> {
  const database = await openTestDatabase();
  await insertPeople(database.db);
  const sent: SentEmail[] = [];
  const events: SesEvent[] = [];
  const logged: string[] = [];
  const waits = new ManualWaits();
  const ses = await startSes({
    deliver: (email) => void sent.push(email),
    onEvent: (event) => void events.push(event),
    clock: () => scene.now,
  });
  const mailer = createSesMailer({
    region: 'us-east-1',
    endpoint: ses.endpoint,
    from: FROM,
    configurationSet: 'reports',
    wait: waits.wait,
  });
  const scene: MailScene = {
    database,
    ses,
    sent,
    events,
    logged,
    now: RUN_AT,
    waits,
    sending: {
      database: database.db,
      ulids: testUlids(2),
      clock: () => scene.now,
      onCommitted: () => undefined,
      mailer,
      keys: testKeys(),
      links: LINKS,
      random: seededRandom(3),
      log: createLogger('test', { destination: { write: (line) => void logged.push(line) } }),
    },
    close: async () => {
      mailer.close();
      await ses.close();
      await database.close();
    },
  };
  return scene;
}
