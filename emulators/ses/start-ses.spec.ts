import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import {
  CreateEmailIdentityCommand,
  GetAccountCommand,
  SESv2Client,
  SendEmailCommand,
} from '@aws-sdk/client-sesv2';
import type { SendEmailCommandInput } from '@aws-sdk/client-sesv2';
import { standIn } from '@ordercast/platform/stand-in.ts';
import { hasMoto, startMotoServer } from '@ordercast/platform/testing/moto-server.ts';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startSes } from './start-ses.ts';
import type { SentEmail, SesEvent } from './start-ses.ts';

const AT = Date.parse('2026-11-22T08:30:00.123Z');

async function start() {
  const sent: SentEmail[] = [];
  const events: SesEvent[] = [];
  const ses = await startSes({
    clock: () => AT,
    deliver: (email) => void sent.push(email),
    onEvent: (event) => void events.push(event),
  });
  onTestFinished(() => ses.close());
  return { ses, sent, events };
}

function simple(more: Partial<SendEmailCommandInput> = {}): SendEmailCommand {
  return new SendEmailCommand({
    FromEmailAddress: 'Ordercast <reports@example.com>',
    Destination: { ToAddresses: ['sam@example.com'] },
    Content: {
      Simple: {
        Subject: { Data: 'Tagesbericht ✓' },
        Body: { Text: { Data: 'Hello' }, Html: { Data: '<p>Hello</p>' } },
        Headers: [{ Name: 'List-Unsubscribe', Value: '<https://orders.example/u?t=1>' }],
      },
    },
    ...more,
  });
}

const to = (...ToAddresses: string[]) => ({ Destination: { ToAddresses } });

describe('a mail', () => {
  it('of simple content is delivered with all that was said of it', async () => {
    const { ses, sent } = await start();
    const { MessageId } = await ses.client.send(
      simple({
        Destination: {
          ToAddresses: ['sam@example.com'],
          CcAddresses: ['c@example.com'],
          BccAddresses: ['b@example.com'],
        },
        ReplyToAddresses: ['desk@example.com'],
        ConfigurationSetName: 'ordercast-reports',
        EmailTags: [{ Name: 'run', Value: '01KAN' }],
      }),
    );
    expect(sent).toEqual([
      {
        messageId: MessageId,
        sentAt: AT,
        from: 'Ordercast <reports@example.com>',
        to: ['sam@example.com'],
        cc: ['c@example.com'],
        bcc: ['b@example.com'],
        replyTo: ['desk@example.com'],
        subject: 'Tagesbericht ✓',
        text: 'Hello',
        html: '<p>Hello</p>',
        headers: [{ name: 'List-Unsubscribe', value: '<https://orders.example/u?t=1>' }],
        configurationSet: 'ordercast-reports',
        tags: { run: '01KAN' },
      },
    ]);
  });

  it('of raw content is read as the mail that it is, and goes to whom the request names', async () => {
    const { ses, sent } = await start();
    const lines = [
      'From: Ordercast <reports@example.com>',
      'To: listed@example.com',
      'Subject: =?UTF-8?B?VGFnZXNiZXJpY2h0IOKckw==?=',
      'X-Run: 01KAN',
      'MIME-Version: 1.0',
      'Content-Type: multipart/alternative; boundary=b',
      '',
      '--b',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: quoted-printable',
      '',
      'Gr=C3=BC=C3=9Fe',
      '--b',
      'Content-Type: text/html; charset=utf-8',
      '',
      '<p>Grüße</p>',
      '--b--',
      '',
    ];
    const Content = { Raw: { Data: Buffer.from(lines.join('\r\n')) } };
    await ses.client.send(new SendEmailCommand({ Content }));
    await ses.client.send(new SendEmailCommand({ Content, ...to('named@example.com') }));
    expect(sent.map((email) => email.to)).toEqual([['listed@example.com'], ['named@example.com']]);
    expect(sent[0]).toMatchObject({ from: 'reports@example.com', subject: 'Tagesbericht ✓' });
    expect(sent[0]?.text?.trim()).toBe('Grüße');
    expect(sent[0]?.html?.trim()).toBe('<p>Grüße</p>');
    expect(sent[0]?.headers).toContainEqual({ name: 'X-Run', value: '01KAN' });
  });

  it('is refused, and nothing sent, where it is none', async () => {
    const { ses, sent } = await start();
    const header = (Name: string, Value: string) => ({
      Content: {
        Simple: {
          Subject: { Data: 'x' },
          Body: { Text: { Data: 'x' } },
          Headers: [{ Name, Value }],
        },
      },
    });
    const wrong: Partial<SendEmailCommandInput>[] = [
      { FromEmailAddress: undefined },
      { FromEmailAddress: 'nobody' },
      to(),
      to('sam@example.com\r\nBcc: eve@example.com'),
      to('sam@example.com, eve@example.com'),
      to(...Array.from({ length: 51 }, (_, index) => `${index}@example.com`)),
      { EmailTags: [{ Name: 'run', Value: 'two words' }] },
      { Content: { Template: { TemplateName: 'x', TemplateData: '{}' } } },
      { Content: { Simple: { Subject: { Data: 'x' }, Body: {} } } },
      {
        Content: {
          Simple: { Subject: { Data: 'x\r\nBcc: e@x.org' }, Body: { Text: { Data: '' } } },
        },
      },
      header('X-Run', '1\r\nBcc: eve@example.com'),
      header('X Run:', '1'),
    ];
    for (const more of wrong) {
      await expect(ses.client.send(simple(more)), JSON.stringify(more)).rejects.toMatchObject({
        name: 'BadRequestException',
      });
    }
    const account = ses.client.send(new GetAccountCommand({}));
    await expect(account).rejects.toMatchObject({ name: 'UnknownOperationException' });
    expect(sent).toEqual([]);
  });

  it('is for no page to send', async () => {
    const { ses, sent } = await start();
    for (const headers of [{ Origin: 'https://evil.example' }, { Host: 'evil.example' }]) {
      const request = httpRequest(`${ses.endpoint}/v2/email/outbound-emails`, {
        method: 'POST',
        headers,
      });
      request.end('{}');
      expect(await once(request, 'response')).toMatchObject([{ statusCode: 403 }]);
    }
    expect(sent).toEqual([]);
  });
});

describe('faults', () => {
  it('that are refusals come by the names of SES, and nothing is sent', async () => {
    const { ses, sent } = await start();
    for (const [fault, name] of [
      ['throttle', 'TooManyRequestsException'],
      ['reject', 'MessageRejected'],
      ['unavailable', 'InternalServiceErrorException'],
    ] as const) {
      ses.faults.set(fault);
      await expect(ses.client.send(simple())).rejects.toMatchObject({ name });
    }
    expect(sent).toEqual([]);
    ses.faults.clear();
    await ses.client.send(simple());
    expect(sent).toHaveLength(1);
  });

  it('end by themselves after as many attempts as were wanted', async () => {
    const { ses, sent } = await start();
    ses.faults.set('throttle', 2);
    const { $metadata } = await ses.client.send(simple());
    expect({ attempts: $metadata.attempts, sent: sent.length }).toEqual({ attempts: 3, sent: 1 });
  });

  it('that break the connection differ in whether the mail was sent', async () => {
    const { ses, sent } = await start();
    const oneTry = new SESv2Client({ ...standIn(ses.endpoint), maxAttempts: 1 });
    onTestFinished(() => oneTry.destroy());
    ses.faults.set('lose-request', 1);
    await expect(oneTry.send(simple())).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(sent).toHaveLength(0);
    ses.faults.set('lose-answer', 1);
    await expect(oneTry.send(simple())).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(sent).toHaveLength(1);
  });

  it('that hang let the mail go when they are told, unless its sender has gone', async () => {
    const { ses, sent } = await start();
    ses.faults.set('hang', 1);
    const patient = ses.client.send(simple());
    await ses.faults.untilHanging();
    expect(sent).toEqual([]);
    ses.faults.release();
    await patient;
    expect(sent).toHaveLength(1);

    ses.faults.set('hang', 1);
    const abort = new AbortController();
    const gone = ses.client.send(simple(), { abortSignal: abort.signal });
    await ses.faults.untilHanging();
    abort.abort();
    await expect(gone).rejects.toMatchObject({ name: 'AbortError' });
    await expect.poll(() => ses.faults.hanging).toBe(0);
    ses.faults.release();
    await ses.client.send(simple());
    expect(sent).toHaveLength(2);
  });
});

describe('the mailbox simulator', () => {
  const BOUNCE = 'bounce+one@simulator.amazonses.com';
  const COMPLAINT = 'Someone <complaint@simulator.amazonses.com>';

  it('tells of bounces and complaints as SES gives them to EventBridge', async () => {
    const { ses, sent, events } = await start();
    const { MessageId } = await ses.client.send(
      simple({
        ...to('sam@example.com', BOUNCE, COMPLAINT),
        ConfigurationSetName: 'ordercast-reports',
        EmailTags: [{ Name: 'run', Value: '01KAN' }],
      }),
    );
    await expect.poll(() => events.length).toBe(2);
    const common = {
      source: 'aws.ses',
      resources: ['arn:aws:ses:us-east-1:000000000000:configuration-set/ordercast-reports'],
    };
    const mail = {
      messageId: MessageId,
      timestamp: '2026-11-22T08:30:00.123Z',
      destination: ['sam@example.com', BOUNCE, 'complaint@simulator.amazonses.com'],
      tags: { 'ses:configuration-set': ['ordercast-reports'], run: ['01KAN'] },
    };
    expect(events).toMatchObject([
      {
        ...common,
        'detail-type': 'Email Bounced',
        detail: {
          eventType: 'Bounce',
          mail,
          bounce: { bounceType: 'Permanent', bouncedRecipients: [{ emailAddress: BOUNCE }] },
        },
      },
      {
        ...common,
        'detail-type': 'Email Complaint Received',
        detail: {
          eventType: 'Complaint',
          mail,
          complaint: {
            complainedRecipients: [{ emailAddress: 'complaint@simulator.amazonses.com' }],
          },
        },
      },
    ]);
    expect(sent).toHaveLength(1);
  });

  it('says nothing of other mails, nor of one without a configuration set', async () => {
    const { ses, events } = await start();
    await ses.client.send(simple({ ConfigurationSetName: 'ordercast-reports' }));
    await ses.client.send(simple(to(BOUNCE)));
    const last = simple({ ...to(BOUNCE), ConfigurationSetName: 'x' });
    const { MessageId } = await ses.client.send(last);
    await expect.poll(() => events.length).toBeGreaterThan(0);
    expect(events[0]?.detail.mail.messageId).toBe(MessageId);
  });
});

describe.skipIf(!hasMoto())('SES as moto has it (skipped without moto_server)', () => {
  it('takes the same mail, and answers with an id for it', async () => {
    const moto = await startMotoServer();
    const client = new SESv2Client(standIn(moto.endpoint));
    onTestFinished(async () => {
      client.destroy();
      await moto.close();
    });
    await client.send(new CreateEmailIdentityCommand({ EmailIdentity: 'reports@example.com' }));
    expect((await client.send(simple())).MessageId).toMatch(/./);
  });
});
