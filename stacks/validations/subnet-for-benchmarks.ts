import { addressOfNumber, liesIn, networkOf } from "../ipv4.ts";
import type { TopologyRule } from "../topology.ts";

const BENCHMARKS = "198.18.0.0/15";

/**
 * Addresses reserved for benchmarks collide with no network that a machine is in.
 *
 * @see RFC 2544, appendix C.2.2
 */
export const subnetForBenchmarks: TopologyRule = (topology) => {
  const network = networkOf(topology.subnet);
  const written = topology.subnet.split("/")[0];
  if (!liesIn(network, networkOf(BENCHMARKS))) {
    return [
      {
        path: ["subnet"],
        message: `lies outside ${BENCHMARKS} (RFC 2544) | Use a part of it, such as 198.18.7.0/24.`,
      },
    ];
  }
  const first = addressOfNumber(network.first);
  if (written === first) return [];
  const message = `does not begin at its first address | Write ${first}/${network.prefixLength}.`;
  return [{ path: ["subnet"], message }];
};
