/**
 * One palette for light and one for dark, as declarations of CSS variables. Hues (blue measured, ochre
 * predicted, red hurt, green well) keep apart for the common colour deficiencies, and shape, height
 * or a word says the same again.
 */
export const LIGHT = `  --bg: #f6f5f2; --surface: #ffffff; --ink: #1d2126; --ink-2: #555c66; --ink-3: #6f7680;
  --rule: #dfddd6; --grid: #eceae4;
  --measured: #1c5d99; --measured-soft: #d5e4f2;
  --window: #eedcae; --window-line: #94690a; --window-shade: #f6ecd0;
  --bad: #bb3a20; --bad-soft: #f9ded6; --bad-shade: #fdf1ec;
  --good: #14716b; --good-soft: #d3ebe6; --warn: #8a5a00; --warn-soft: #f6e7c6;
  --quiet: #e4e5e8; --quiet-ink: #4b525c; --on-strong: #ffffff;
  --detection: #1c5d99; --decision: #d08a00; --propagation: #a04a86; --client: #14807a;
  --timeout: #bb3a20; --refused: #7a4b9a; --reset: #b0457f; --eof: #7d5a3c; --unreachable: #a85a00;
  --http: #9a2545; --wrong: #44546a; --corrupt: #5f6b00;`;

/** The same on a dark ground. */
export const DARK = `  --bg: #14171b; --surface: #1c2026; --ink: #e8eaed; --ink-2: #b0b6bf; --ink-3: #939aa5;
  --rule: #343a43; --grid: #282d34;
  --measured: #7ab8f0; --measured-soft: #24405c;
  --window: #5b4a20; --window-line: #e3b955; --window-shade: #2e2a1d;
  --bad: #ff8d70; --bad-soft: #57281d; --bad-shade: #2b1f1e;
  --good: #62cbbd; --good-soft: #1d4541; --warn: #e9b949; --warn-soft: #4a3a14;
  --quiet: #343a43; --quiet-ink: #c3c8cf; --on-strong: #11151a;
  --detection: #5aa0df; --decision: #e8ae3c; --propagation: #d58abf; --client: #4dbdb0;
  --timeout: #ff8d70; --refused: #bd94e0; --reset: #f08fc0; --eof: #cfa57f; --unreachable: #f0a44b;
  --http: #ff8fab; --wrong: #9fb4d0; --corrupt: #c4cf55;`;
