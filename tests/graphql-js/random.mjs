// Random numbers that are the same each time (mulberry32).
let state = 20261125;
export function random() {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
}
export const chance = (share) => random() < share;
export const pick = (list) => list[Math.floor(random() * list.length)];
