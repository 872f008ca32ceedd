/** What the page of the benchmark offers to the process that drives it. */

/** `ours`: the web client. `whole`: react-markdown over the whole text. */
export type GrowthWay = 'ours' | 'whole';

export interface GrowthResult {
  readonly frames: number;
  readonly durationMs: number;
  /** Milliseconds of each task of 50 or more. */
  readonly longTasks: readonly number[];
}

declare global {
  var growText: (way: GrowthWay, text: string, pieces: number) => Promise<GrowthResult>;
}
