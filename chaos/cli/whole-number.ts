import { InvalidArgumentError } from "commander";

/** Reads an option's value as a whole number, for commander. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`Use a whole number from ${least}.`);
  };
}
