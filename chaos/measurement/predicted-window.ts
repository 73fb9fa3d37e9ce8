/** What theory allows for one timing. Printed beside every measurement of it. */
export interface PredictedWindow {
  /** What is predicted: `outage`, `detection`. */
  readonly of: string;
  readonly floorMs: number;
  readonly meanMs: number;
  readonly ceilingMs: number;
  /** The formula with its numbers, for people. */
  readonly because: string;
  /** Where the formula comes from. */
  readonly source: string;
  /** Length of the period whose phase decides where in the window a trial lands, if there is one. */
  readonly periodMs?: number;
}
