import { isIPv4 } from "node:net";

/** An address that floats between balancers. */
export class VirtualIp {
  readonly address: string;

  private constructor(address: string) {
    this.address = address;
  }

  /**
   * A certain one. That it lies in the topology's subnet and is nobody else's is checked when the
   * topology is.
   *
   * @throws RangeError when it is no IPv4 address
   */
  static at(address: string): VirtualIp {
    if (isIPv4(address)) return new VirtualIp(address);
    throw new RangeError(
      `"${address}" is not an IPv4 address. Give one of the topology's subnet, such as 198.18.7.10.`,
    );
  }
}
