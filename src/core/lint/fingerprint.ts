import type { Draft } from './rule.ts';

/** Gives each finding a text that stays while lines move, and tells repetitions apart by their order. */
export function fingerprints(): (rule: string, draft: Draft<unknown>) => string {
  const seen = new Map<string, number>();
  return (rule, { at: { place, object, field }, key }) => {
    const about = object === undefined ? place.file : `${object.kind}/${object.namespace}/${object.name}`;
    // Items move when others are added before them, so their numbers do not count.
    const base = JSON.stringify([rule, about, field.replace(/\[\d+\]/g, '[]'), key ?? '']);
    const times = seen.get(base) ?? 0;
    seen.set(base, times + 1);
    return hash(times === 0 ? base : `${base}#${times}`);
  };
}

/** FNV-1a with 64 bits: to tell findings apart, not to keep secrets. */
function hash(text: string): string {
  let state = 0xcbf29ce484222325n;
  for (let i = 0; i < text.length; i += 1) {
    state = ((state ^ BigInt(text.charCodeAt(i))) * 0x100000001b3n) & 0xffffffffffffffffn;
  }
  return state.toString(16).padStart(16, '0');
}
