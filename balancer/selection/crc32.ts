const POLYNOMIAL = 0xedb88320;
const BYTES = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = (value >>> 1) ^ (value & 1 ? POLYNOMIAL : 0);
  return value;
});

/** The state of a CRC-32 before any byte. */
export const CRC32_START = 0xffffffff;

/** The state after one more byte; `finished` makes a checksum of it. */
export function crc32Byte(state: number, byte: number): number {
  return (state >>> 8) ^ BYTES[(state ^ byte) & 0xff]!;
}

/** The state after the bytes of a text whose characters are bytes. */
export function crc32Text(state: number, text: string): number {
  let next = state;
  for (let at = 0; at < text.length; at += 1) next = crc32Byte(next, text.charCodeAt(at));
  return next;
}

/** The checksum of a state, 0 to 2^32 − 1. */
export function crc32Finished(state: number): number {
  return (state ^ 0xffffffff) >>> 0;
}
