import type { Bar, Block, ReportDocument } from '../report-document.ts';

const WORDS = [
  ...['Pizza', 'Margherita', 'a', 'with', 'extra', 'Donaudampfschifffahrtsgesellschaftskapitän'],
  ...['Phở', 'đặc biệt', 'Μουσακάς', 'Борщ', 'украинский', '(XL)', '12', '—', '50%', '#4/B-2'],
  ...['خبز', 'دجاج', 'كبير', 'חומוס', 'עם', 'פיתה', '寿司盛り合わせ', '宫保鸡丁', '김치찌개'],
  ...['🍕', '👩‍💻', 'ꯃꯤꯇꯩ', 'https://example.com/a/very/long/path?with=query', '\u202E', '\t', ''],
];

/** A document of all kinds of blocks, with names in all scripts, numbers of all sizes, and none of some things. */
export function randomDocument(random: () => number): ReportDocument {
  const upTo = (most: number) => Math.floor(random() * (most + 1));
  const many = <Item>(most: number, make: () => Item): Item[] =>
    Array.from({ length: upTo(most) }, make);
  const text = (most: number) => many(most, () => WORDS[upTo(WORDS.length - 1)] ?? '').join(' ');
  const amount = () => {
    const size = 10 ** upTo(random() < 0.1 ? 18 : 7);
    return Math.round((random() - (random() < 0.2 ? 0.5 : 0)) * size);
  };
  const number = () => (amount() / 100).toLocaleString('en', { minimumFractionDigits: 2 });

  const bar = (): Bar => {
    const parts = many(3, () => ({ label: `Part ${upTo(3)}`, value: Math.abs(amount()) }));
    const value = parts.reduce((sum, part) => sum + part.value, 0);
    return parts.length > 0
      ? { label: text(3), value, parts }
      : { label: text(4), value: amount() };
  };
  const block = (): Block => {
    const kind = upTo(3);
    if (kind === 0) {
      const comparison = () => ({ label: text(4), value: number() });
      const item = () => ({ label: text(6), value: number(), comparisons: many(3, comparison) });
      return { kind: 'keyFigures', items: many(7, item) };
    }
    if (kind === 1) {
      const bars = random() < 0.2 ? many(40, () => ({ label: '', value: 0 })) : many(26, bar);
      const titles = { title: text(9), xTitle: text(5), yTitle: text(5) };
      const format = (value: number) => (value / 100).toLocaleString('en');
      return { kind: 'barChart', ...titles, bars, format, total: number() };
    }
    if (kind === 2) {
      const numbers = 1 + upTo(5);
      const ends = Array.from({ length: numbers }, () => ({
        title: text(2),
        align: 'end' as const,
        share: 0.5 + random(),
      }));
      const row = () => [text(12), ...ends.map(number)];
      const columns = [{ title: text(3), align: 'start' as const, share: 3 }, ...ends];
      return { kind: 'table', title: text(9), columns, rows: many(70, row), total: row() };
    }
    return { kind: 'note', text: text(90) };
  };
  return { title: `Report ${text(9)}`, subtitle: text(20), blocks: many(6, block) };
}
