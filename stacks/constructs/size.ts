/** An amount of memory, as constructs take it: the unit stands where it is written. */
export class Size {
  readonly #bytes: number;

  private constructor(bytes: number) {
    if (!Number.isSafeInteger(bytes) || bytes < 0) {
      throw new RangeError(`A size of ${bytes} bytes is not possible. Use a whole number from 0.`);
    }
    this.#bytes = bytes;
  }

  /** @throws RangeError below 0 and for parts of a byte */
  static bytes(amount: number): Size {
    return new Size(amount);
  }

  /** @throws RangeError below 0 and for parts of a byte */
  static kibibytes(amount: number): Size {
    return new Size(amount * 1_024);
  }

  /** @throws RangeError below 0 and for parts of a byte */
  static mebibytes(amount: number): Size {
    return new Size(amount * 1_024 ** 2);
  }

  toBytes(): number {
    return this.#bytes;
  }

  /** May have a fraction. */
  toMebibytes(): number {
    return this.#bytes / 1_024 ** 2;
  }

  /** As the balancer's configuration writes it: `64KiB`. */
  toString(): string {
    const units: readonly (readonly [number, string])[] = [
      [1_024 ** 3, "GiB"],
      [1_024 ** 2, "MiB"],
      [1_024, "KiB"],
    ];
    const unit = units.find(([size]) => this.#bytes > 0 && this.#bytes % size === 0);
    return unit === undefined ? `${this.#bytes}B` : `${this.#bytes / unit[0]}${unit[1]}`;
  }
}
