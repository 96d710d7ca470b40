import type { CodeDelivery, CodePurpose } from '@ordercast/emulators/cognito/pool.ts';
import type { Mail } from './mailbox.ts';

const MAILS: Record<CodePurpose, { subject: string; text: (code: string) => string }> = {
  'sign-up': {
    subject: 'Confirm your Ordercast account',
    text: (code) => `Your confirmation code is ${code}`,
  },
  'forgot-password': {
    subject: 'Your Ordercast password reset code',
    text: (code) => `Your password reset code is ${code}`,
  },
  'verify-email': {
    subject: 'Verify your mail address',
    text: (code) => `Your verification code is ${code}`,
  },
  invitation: {
    subject: 'Your Ordercast account',
    text: (password) => `Your temporary password is ${password}`,
  },
};

/** The mail that Cognito would send with a code. */
export function codeMail({ email, code, purpose }: CodeDelivery): Omit<Mail, 'id' | 'at'> {
  const { subject, text } = MAILS[purpose];
  return { to: email, subject, text: text(code) };
}
