import { expect, it } from 'vitest';
import { MemoryStorage } from '../testing/memory-storage.ts';
import { AnnouncementMarks } from './announcement-marks.svelte.ts';

const idOf = (n: number) => `01${String(n).padStart(24, '0')}`;

function marksOver(storage = new MemoryStorage()) {
  const marks = new AnnouncementMarks(storage, 'marks');
  const marked = (...numbers: number[]) => numbers.filter((n) => marks.has(idOf(n)));
  return { marks, marked, storage };
}

it('marks are single ones, or reach up to one', () => {
  const { marks, marked } = marksOver();
  marks.add(idOf(5));
  expect(marked(4, 5, 6)).toEqual([5]);
  marks.addUpTo(idOf(3));
  marks.addUpTo(idOf(2));
  expect(marked(1, 2, 3, 4, 5, 6)).toEqual([1, 2, 3, 5]);
});

it('marks are remembered, those of two tabs together', () => {
  const { marks, storage } = marksOver();
  const { marks: ofOtherTab } = marksOver(storage);
  marks.add(idOf(1));
  ofOtherTab.add(idOf(2));
  expect(marksOver(storage).marked(1, 2, 3)).toEqual([1, 2]);
});

it('marks take up a bounded room: the oldest of many speaks for all before it', () => {
  const { marks, storage } = marksOver();
  for (let n = 1_000; n < 1_500; n += 1) marks.add(idOf(n));
  const { marked } = marksOver(storage);
  expect(marked(999, 1_250, 1_499, 1_500)).toEqual([999, 1_250, 1_499]);
  expect(storage.getItem('marks')?.length).toBeLessThan(4_000);
});

it('marks go on from what earlier versions of the page have kept', () => {
  const storage = new MemoryStorage();
  storage.setItem('marks', idOf(7));
  expect(marksOver(storage).marked(6, 7, 8)).toEqual([6, 7]);
  storage.setItem('marks', '{"upTo":7}');
  expect(marksOver(storage).marked(6, 7, 8)).toEqual([]);
});
