import { SESv2Client } from '@aws-sdk/client-sesv2';
import { startLoopbackServer } from '@ordercast/platform/loopback-server.ts';
import { standIn } from '@ordercast/platform/stand-in.ts';
import { SesFaults } from './ses-faults.ts';
import { createSesHandler } from './ses-handler.ts';
import type { SesHandlerOptions } from './ses-handler.ts';

export type { SesEvent } from './mailbox-simulator.ts';
export type { SentEmail } from './sent-email.ts';

export interface SesOptions extends Pick<SesHandlerOptions, 'deliver'> {
  /** Epoch ms; the machine's if left out. */
  clock?: () => number;
  onEvent?: SesHandlerOptions['onEvent'];
  onFault?: SesHandlerOptions['onFault'];
}

export interface LocalSes {
  /** For programs of this machine, which sign with any credentials. */
  endpoint: string;
  /** A client of the AWS SDK that talks to it. */
  client: SESv2Client;
  /** What tests let go wrong. */
  faults: SesFaults;
  close(): Promise<void>;
}

/**
 * SES v2 on a free loopback port: `SendEmail` with simple or raw content. Nothing leaves the machine: a mail is given to `deliver`, and what
 * SES's mailbox simulator would say of it to `onEvent`. See docs/adr/0021-own-s3-and-ses-stand-ins.md.
 */
export async function startSes(options: SesOptions): Promise<LocalSes> {
  const { deliver, clock = Date.now } = options;
  const ignore = () => undefined;
  const { onEvent = ignore, onFault = ignore } = options;
  const faults = new SesFaults();
  const handle = createSesHandler({ clock, faults, deliver, onEvent, onFault });
  const server = await startLoopbackServer((request, response) => void handle(request, response));
  const client = new SESv2Client(standIn(server.endpoint));
  return {
    endpoint: server.endpoint,
    client,
    faults,
    close: async () => {
      client.destroy();
      await server.close();
    },
  };
}
