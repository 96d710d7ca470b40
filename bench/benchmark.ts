/** One number that a side was measured at. */
export interface Figure {
  name: string;
  unit: string;
  value: number;
}

/** One side of a comparison; each call is one round, and returns the same figures. */
export type Measure = () => Promise<readonly Figure[]>;

export interface OpenBenchmark {
  subject: Measure;
  reference: Measure;
  close: () => Promise<void>;
}

/** A comparison of two sides. Its results are ratios, since only these outlast a machine. */
export interface Benchmark {
  name: string;
  /** One sentence. */
  compares: string;
  /** What the two sides are called; a ratio is the subject's figure over the reference's. */
  sides: { subject: string; reference: string };
  /** Starts what both sides need. What fails after must not leave anything running. */
  open: () => Promise<OpenBenchmark>;
}
