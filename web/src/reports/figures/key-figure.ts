/** One number of a report, and how it changed. */
export interface KeyFigure {
  name: string;
  value: string;
  comparisons: readonly {
    /** Such as `+12%`. */
    change: string;
    /** Such as `the day before`. */
    against: string;
    /** What it was then. */
    value: string;
  }[];
}
