import { createHash } from 'node:crypto';
import { HtmlText } from './html-text.ts';

/** The colours of the app, for its mails and its pages without a script: readable on light and on dark (WCAG AA). */
const STYLE = `
:root { color-scheme: light dark; }
body { margin: 0; padding: 24px 16px; font: 16px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, Arial, sans-serif; color: #1c2330; background: #f4f6f9; }
main { max-width: 600px; margin: 0 auto; padding: 24px; background: #fff; border: 1px solid #d7dde6; border-radius: 12px; overflow-wrap: anywhere; }
h1 { margin: 0 0 16px; font-size: 22px; line-height: 1.3; }
p { margin: 0 0 16px; }
p:last-child { margin-bottom: 0; }
table { width: 100%; border-collapse: collapse; margin: 0 0 20px; }
th, td { padding: 8px 0; border-bottom: 1px solid #d7dde6; text-align: start; vertical-align: top; }
th { padding-inline-end: 16px; font-weight: 400; color: #4d5868; }
td { text-align: end; font-variant-numeric: tabular-nums; }
.short { white-space: nowrap; }
a { color: #0b5cad; }
.button { display: inline-block; margin: 0 8px 8px 0; padding: 11px 18px; border: 1px solid #0b5cad; border-radius: 8px; background: #0b5cad; color: #fff; font: inherit; text-decoration: none; cursor: pointer; }
.button.second { background: transparent; color: #0b5cad; }
.button:focus-visible, a:focus-visible { outline: 3px solid #e08a00; outline-offset: 2px; }
.small { font-size: 14px; color: #4d5868; }
@media (prefers-color-scheme: dark) {
  body { color: #e6ebf2; background: #10151d; }
  main { background: #19212c; border-color: #334052; }
  th, td { border-color: #334052; }
  th, .small { color: #a9b5c6; }
  a, .button.second { color: #7db8f5; }
  .button { border-color: #7db8f5; }
  .button:not(.second) { background: #7db8f5; color: #10151d; }
}
`;

export const STYLE_ELEMENT = new HtmlText([`<style>${STYLE}</style>`]);
/** What a Content-Security-Policy allows it by. */
export const STYLE_SOURCE = `'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`;
