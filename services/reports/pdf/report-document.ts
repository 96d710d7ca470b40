/** What a report prints: a title and blocks, one below the other. It knows nothing of pages, fonts or PDF. */
export interface ReportDocument {
  title: string;
  /** Printed below the title: the period and its time zone, say. */
  subtitle: string;
  /** BCP 47, for readers that speak the file and for the look of Han characters; English where it is left out. */
  language?: string;
  blocks: readonly Block[];
}

export type Block = KeyFigures | BarChart | Table | Note;

/** A few figures as cards, side by side. */
export interface KeyFigures {
  kind: 'keyFigures';
  items: readonly KeyFigure[];
}

export interface KeyFigure {
  label: string;
  /** As it is printed, with its unit. */
  value: string;
  /** The value against that of another time: `{label: 'the day before', value: '+12%'}`. */
  comparisons?: readonly { label: string; value: string }[];
}

export interface BarChart {
  kind: 'barChart';
  title: string;
  /** What the bars are, below them: "Hour of the day". */
  xTitle: string;
  /** What is measured, with its unit: "Revenue, EUR". */
  yTitle: string;
  bars: readonly Bar[];
  /** A value as it stands at the axis and above its bar. */
  format: (value: number) => string;
  /** Of all bars, as it is printed beside the title. */
  total?: string;
}

export interface Bar {
  label: string;
  /** May be negative. The height of the bar: where there are parts, their sum. */
  value: number;
  /** Of what the value is made, from the axis outwards: none negative. The same labels in every bar; a legend tells their colours. */
  parts?: readonly { label: string; value: number }[];
}

export interface Table {
  kind: 'table';
  title: string;
  columns: readonly TableColumn[];
  /** A cell for each column. */
  rows: readonly (readonly string[])[];
  /** A cell for each column, below the rows. */
  total?: readonly string[];
  note?: string;
}

export interface TableColumn {
  title: string;
  /** `end` for numbers. */
  align: 'start' | 'end';
  /** Of the width of the page, relative to the shares of the other columns. Above 0. */
  share: number;
}

export interface Note {
  kind: 'note';
  text: string;
}
