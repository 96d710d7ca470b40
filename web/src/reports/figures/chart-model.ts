/** A chart of columns: a value for each, or its parts one upon another. */
export interface ColumnChartModel {
  title: string;
  /** With what is counted along it. */
  xTitle: string;
  /** With its unit. */
  yTitle: string;
  columns: readonly {
    /** As the axis has it. */
    label: string;
    /** In full. */
    name: string;
    value: number;
    parts?: readonly { label: string; value: number }[];
  }[];
  /** A value as people read it. */
  format: (value: number) => string;
  /** A mark of the axis. */
  formatMark: (value: number) => string;
  /** What all columns come to, or why they come to nothing that can be told. */
  total: string;
  table: TableModel;
}

/** A chart of bars that lie under each other, each with its name and value. */
export interface BarRowsModel {
  title: string;
  /** With its unit. */
  xTitle: string;
  rows: readonly { name: string; value: number; text: string }[];
  marks: readonly { value: number; text: string }[];
  total: string;
  table: TableModel;
}

/** The same as text: the first cell of a row names it. */
export interface TableModel {
  columns: readonly { title: string; isNumber: boolean }[];
  rows: readonly (readonly string[])[];
  total?: readonly string[];
}
