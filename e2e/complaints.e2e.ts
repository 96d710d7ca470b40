import { watchedTest as test } from './testing/watched-test.ts';

const ADDRESS = 'http://complaints.invalid/';

/** Each must fail its test, however well the page goes on after it. */
const FAULTS = {
  'code from text, which the policy forbids': "try { new Function('') } catch {}",
  'an image that the policy forbids': "new Image().src = 'http://elsewhere.invalid/'",
  'an error in the console': "console.error('broken')",
  'a warning in the console': "console.warn('deprecated')",
  'an error that nobody caught': "throw new Error('broken')",
  'a promise that nobody caught': "Promise.reject(new Error('broken'))",
};

for (const [fault, script] of Object.entries(FAULTS)) {
  test.fail(`a page may not end its test well with ${fault}`, async ({ browser }) => {
    const page = await (await browser.newContext()).newPage();
    await page.route(ADDRESS, (route) =>
      route.fulfill({
        contentType: 'text/html',
        headers: { 'Content-Security-Policy': "default-src 'none'; script-src 'nonce-own'" },
        body: `<!doctype html><title>page</title><script nonce="own">${script}</script>`,
      }),
    );
    await page.goto(ADDRESS);
  });
}
