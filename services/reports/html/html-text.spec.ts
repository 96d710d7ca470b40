import { describe, expect, it } from 'vitest';
import { html } from './html-text.ts';

describe('a template of HTML', () => {
  it('escapes its values', () => {
    const hostile = `<img src=x onerror='a()'>&amp;"\``;
    expect(html`<p title="${hostile}">${hostile}</p>`.toString()).toBe(
      '<p title="&lt;img src&#61;x onerror&#61;&#39;a()&#39;&gt;&amp;amp;&quot;&#96;">' +
        '&lt;img src&#61;x onerror&#61;&#39;a()&#39;&gt;&amp;amp;&quot;&#96;</p>',
    );
  });

  it('takes what another template made as it is, and lists of it', () => {
    const items = ['a<b', 'c'].map((text) => html`<i>${text}</i>`);
    expect(html`${items}${undefined}${3}`.toString()).toBe('<i>a&lt;b</i><i>c</i>3');
  });

  it('escapes in lists, too', () => {
    expect(html`${['<', html`<i></i>`, ['>']]}`.toString()).toBe('&lt;<i></i>&gt;');
  });

  it('leaves no half of a character and no null', () => {
    expect(html`${'a\ud83db\u0000c'}`.toString()).toBe('a\ufffdb\ufffdc');
  });
});
