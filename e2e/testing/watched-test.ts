import { test as base, expect } from '@playwright/test';
import type { BrowserContext } from '@playwright/test';

/** The console says nothing where a script catches what the policy threw, so the page itself tells. */
const TELL_VIOLATIONS = `document.addEventListener('securitypolicyviolation', (event) => {
  console.error('Content-Security-Policy: ' + event.effectiveDirective + ' forbids ' +
    event.blockedURI + ' in ' + event.sourceFile + ':' + event.lineNumber);
});`;

/** Whoever leaves a page, or signs out, while its socket still opens: no fault, and a matter of moments. */
const LEFT_EARLY = /^WebSocket connection .* closed before the connection is established/;

/**
 * Fails a test in which any page of any context breaks its Content-Security-Policy, writes an error or a
 * warning to the console, or throws. A test that makes a fault on purpose says what will be written:
 * `complaints.expect(/…/)`.
 */
export const watchedTest = base.extend<{ complaints: { expect(text: RegExp): void } }>({
  complaints: [
    async ({ browser }, use) => {
      const expected = [LEFT_EARLY];
      const complaints: string[] = [];
      const contexts: BrowserContext[] = [];
      const watch = (context: BrowserContext) => {
        contexts.push(context);
        void context.addInitScript(TELL_VIOLATIONS);
        context.on('console', (message) => {
          if (!['error', 'warning', 'assert'].includes(message.type())) return;
          complaints.push(`${message.text()} (${message.location().url})`);
        });
        context.on('weberror', (error) => complaints.push(String(error.error())));
      };
      browser.on('context', watch);
      await use({ expect: (text) => void expected.push(text) });
      browser.off('context', watch);
      // What is left open would go on complaining during the tests that follow.
      await Promise.all(contexts.map((context) => context.close()));
      const unexpected = complaints.filter((text) => !expected.some((each) => each.test(text)));
      expect(unexpected, 'what the pages complained of').toEqual([]);
    },
    { auto: true },
  ],
});
