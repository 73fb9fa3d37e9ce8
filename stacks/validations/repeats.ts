/** Places of values that stood before already, each with the place where it stood first. */
export function repeats(
  values: readonly unknown[],
): readonly { readonly index: number; readonly first: number }[] {
  return values.flatMap((value, index) => {
    const first = values.indexOf(value);
    return first === index ? [] : [{ index, first }];
  });
}
