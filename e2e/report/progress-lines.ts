import type { ReportEventData } from '@ordercast/contract/report.ts';

type Progressing = Pick<ReportEventData, 'status' | 'progress'>;

/** Shows how far a run is. */
export interface ProgressLines {
  show: (run: Progressing) => void;
  /** Leaves the line that was drawn last, before something else is said. */
  end: () => void;
}

const WIDTH = 30;
const WAITS = 'waits for its turn';
const BEGINS = 'reads the orders';

/** A bar that is drawn over itself, for a terminal. */
export function progressBar(write: (text: string) => void): ProgressLines {
  let shown = '';
  return {
    show: (run) => {
      const share = shareOf(run);
      const filled = Math.round((share ?? 0) * WIDTH);
      const text =
        share === undefined
          ? textOf(run)
          : `[${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)}] ${percent(share)}  ${textOf(run)}`;
      if (text === shown) return;
      // What the line before had more is blanked.
      write(`\r${text.padEnd(shown.length)}`);
      shown = text;
    },
    end: () => {
      if (shown !== '') write('\n');
      shown = '';
    },
  };
}

/** A line for each tenth, for a file or another program. */
export function progressTexts(say: (line: string) => void): ProgressLines {
  let shown = '';
  return {
    show: (run) => {
      const share = shareOf(run);
      const step = share === undefined ? textOf(run) : `${Math.floor(share * 10)} tenths`;
      if (step === shown) return;
      shown = step;
      say(share === undefined ? textOf(run) : `${percent(share)}  ${textOf(run)}`);
    },
    end: () => undefined,
  };
}

/** 0 to 1; undefined where the rows are not counted yet. */
function shareOf({ status, progress: { rows, total } }: Progressing): number | undefined {
  if (status === 'queued' || total === null) return undefined;
  return total === 0 ? 1 : Math.min(1, rows / total);
}

const percent = (share: number) => `${Math.floor(share * 100)} %`.padStart(5);

function textOf({ status, progress: { rows, total } }: Progressing): string {
  if (status === 'queued') return WAITS;
  if (total === null) return BEGINS;
  return `${rows.toLocaleString('en')} of ${total.toLocaleString('en')} rows`;
}
