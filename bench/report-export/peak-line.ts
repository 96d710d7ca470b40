/** Begins the line by which a measured program tells its most resident memory, in KB. */
export const PEAK_LINE = 'peak resident KB: ';
