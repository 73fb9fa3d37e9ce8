/** How a command ends, for scripts and CI. */
export const EXIT = {
  pass: 0,
  fail: 1,
  invalid: 2,
  inconclusive: 3,
  healFailed: 4,
  /** Wrong use, or the machine is not set up. The numeral is EX_USAGE of sysexits(3). */
  usage: 64,
  interrupted: 130,
} as const;

/** One of the codes above. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Worst first: residue outweighs everything, then an interruption; a fail is a result, an invalid run is none. */
const WORST_FIRST: readonly ExitCode[] = [
  EXIT.usage,
  EXIT.healFailed,
  EXIT.interrupted,
  EXIT.invalid,
  EXIT.fail,
  EXIT.inconclusive,
  EXIT.pass,
];

/** The code of several scenarios together: the worst. Of none, which proves nothing: inconclusive. */
export function worstExitCode(codes: readonly ExitCode[]): ExitCode {
  return WORST_FIRST.find((code) => codes.includes(code)) ?? EXIT.inconclusive;
}
