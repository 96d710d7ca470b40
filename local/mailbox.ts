/** A mail that the laptop's cloud would have sent. */
export interface Mail {
  at: string;
  to: string;
  subject: string;
  text: string;
}

export interface Mailbox {
  deliver(mail: Omit<Mail, 'at'>): void;
  /** Newest first. */
  list(): readonly Mail[];
}

const KEPT = 200;

/** Keeps the newest mails for the local console; nothing leaves the laptop. */
export function createMailbox(clock: () => number): Mailbox {
  const mails: Mail[] = [];
  return {
    deliver(mail) {
      mails.unshift({ at: new Date(clock()).toISOString(), ...mail });
      mails.length = Math.min(mails.length, KEPT);
    },
    list: () => mails,
  };
}
