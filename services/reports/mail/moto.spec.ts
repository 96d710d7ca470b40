import {
  CreateConfigurationSetCommand,
  CreateEmailIdentityCommand,
  SESv2Client,
} from '@aws-sdk/client-sesv2';
import { standIn } from '@ordercast/platform/stand-in.ts';
import { hasMoto, startMotoServer } from '@ordercast/platform/testing/moto-server.ts';
import type { MotoServer } from '@ordercast/platform/testing/moto-server.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listMails } from './mail-store.ts';
import { sendMailsOfRun } from './send-mails.ts';
import { createSesMailer } from './ses-mailer.ts';
import type { Mailer } from './ses-mailer.ts';
import { BY_SCHEDULE, insertFinishedRun } from './testing/finished-run.ts';
import { FROM, openMailScene } from './testing/mail-scene.ts';
import type { MailScene } from './testing/mail-scene.ts';

/** A stand-in that nobody here wrote. */
describe.skipIf(!hasMoto())('SES as moto has it (skipped without moto_server)', () => {
  let moto: MotoServer;
  let admin: SESv2Client;
  let scene: MailScene;
  let mailer: Mailer;
  beforeAll(async () => {
    moto = await startMotoServer();
    admin = new SESv2Client(standIn(moto.endpoint));
  });
  afterAll(async () => {
    admin.destroy();
    await moto.close();
  });
  beforeEach(async () => {
    scene = await openMailScene();
    mailer = createSesMailer({
      region: 'us-east-1',
      endpoint: moto.endpoint,
      from: FROM,
      configurationSet: 'reports',
    });
  });
  afterEach(async () => {
    mailer.close();
    await scene.close();
  });

  it('refuses mails of an identity that is not verified, and takes them once it is', async () => {
    const run = await insertFinishedRun(scene.database.db, BY_SCHEDULE);
    const sending = { ...scene.sending, mailer };
    await sendMailsOfRun(sending, run.id);
    const [refused] = await listMails(scene.database.db, run.id);
    expect(refused).toMatchObject({ status: 'waiting', attempts: 1 });
    expect(refused?.reason).toMatch(/^SES refused it \(MessageRejected\): /);

    await admin.send(new CreateEmailIdentityCommand({ EmailIdentity: 'example.com' }));
    await admin.send(new CreateConfigurationSetCommand({ ConfigurationSetName: 'reports' }));
    scene.now += 60_000;
    await sendMailsOfRun(sending, run.id);
    const mails = await listMails(scene.database.db, run.id);
    expect(mails.map(({ status }) => status)).toEqual(['sent', 'sent']);
    expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(2);
  });
});
