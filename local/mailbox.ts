/** A mail that the laptop's cloud would have sent. */
export interface Mail {
  /** Tells it from the others of this start. */
  id: number;
  at: string;
  /** Undefined: Cognito's own address. */
  from?: string | undefined;
  to: string;
  subject: string;
  text: string;
  /** As it was written: for a page that lets nothing of it run. */
  html?: string | undefined;
}

export interface Mailbox {
  deliver(mail: Omit<Mail, 'id' | 'at'>): void;
  /** Newest first. */
  list(): readonly Mail[];
}

const KEPT = 200;

/** Keeps the newest mails for the local console; nothing leaves the laptop. */
export function createMailbox(clock: () => number): Mailbox {
  const mails: Mail[] = [];
  let delivered = 0;
  return {
    deliver(mail) {
      delivered += 1;
      mails.unshift({ id: delivered, at: new Date(clock()).toISOString(), ...mail });
      mails.length = Math.min(mails.length, KEPT);
    },
    list: () => mails,
  };
}
