/** What a run makes, one after the other. */
export type ReportPart = 'figures' | 'csv' | 'pdf' | 'finish';

/** A part of a report could not be made; `cause` says why. */
export class PartFailed extends Error {
  override name = 'PartFailed';
  readonly part: ReportPart;

  constructor(part: ReportPart, cause: unknown) {
    super(`The ${part} of a report could not be made`, { cause });
    this.part = part;
  }
}

/** Says of what fails which part it was of; the innermost part is meant. */
export async function inPart<Result>(
  part: ReportPart,
  make: () => Promise<Result>,
): Promise<Result> {
  try {
    return await make();
  } catch (error) {
    throw error instanceof PartFailed ? error : new PartFailed(part, error);
  }
}
