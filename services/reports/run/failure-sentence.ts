import { isPassing } from './is-passing.ts';
import { PartFailed } from './part-failed.ts';
import type { ReportPart } from './part-failed.ts';
import { BucketMissing, StorageRefused, StorageUnavailable } from '../storage/storage-fault.ts';

const WHAT: Readonly<Record<ReportPart, string>> = {
  figures: 'The figures of the report could not be read',
  csv: 'The CSV file could not be written',
  pdf: 'The PDF file could not be written',
  finish: 'The report was made but could not be recorded',
};
const TELL = 'tell whoever looks after Ordercast';

/** Why a run failed, in one sentence for people: which part, whose fault it is, and what to do. It says nothing technical. */
export function failureSentence(error: unknown): string {
  const part = error instanceof PartFailed ? error.part : 'figures';
  return `${WHAT[part]} because ${reason(error instanceof PartFailed ? error.cause : error)}.`;
}

function reason(cause: unknown): string {
  if (cause instanceof StorageUnavailable) {
    return 'the storage of files did not answer: run it again in some minutes';
  }
  if (cause instanceof StorageRefused) {
    return `the storage of files did not let Ordercast in: ${TELL}`;
  }
  if (cause instanceof BucketMissing) {
    return `the storage of files has not been set up: ${TELL}`;
  }
  if (isPassing(cause)) {
    return 'the database did not answer: run it again in some minutes';
  }
  return `of a fault in Ordercast: ${TELL}`;
}

/** Said of a run whose processes ended, again and again, without a word. */
export function abandonedSentence(attempts: number): string {
  return (
    `The report was begun ${attempts} times and broken off each time before it was done: ` +
    `run it again, of a shorter period where it is an export, and if that fails too ${TELL}.`
  );
}
