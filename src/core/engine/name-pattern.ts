import type { NamePattern } from '../model/l7.ts';
import { type CiliumVersion, isAtLeast } from '../model/options.ts';

/**
 * Whether a DNS name matches, as Cilium's matcher does (`pkg/fqdn/matchpattern/matchpattern.go`): case and one
 * trailing dot do not count; a run of `*` is any letters, digits, `-` and `_` within one label; a pattern of
 * stars and dots alone is every name; from 1.19 a leading `**.` is one or more whole labels.
 *
 * A star never crosses a dot, so labels are compared one to one: linear in the lengths, whatever the pattern.
 */
export function matchesName(pattern: NamePattern, name: string, version: CiliumVersion): boolean {
  const asked = normalizeName(name);
  if (pattern.matchName !== undefined && pattern.matchName !== '') {
    return normalizeName(pattern.matchName) === asked;
  }
  const wanted = pattern.matchPattern ?? '';
  if (wanted === '') return asked === '';
  return matchesPattern(wanted, asked, version);
}

/** Lower case, without the trailing dot. */
export function normalizeName(name: string): string {
  const lower = name.toLowerCase();
  return lower.endsWith('.') ? lower.slice(0, -1) : lower;
}

function matchesPattern(pattern: string, name: string, version: CiliumVersion): boolean {
  const wanted = normalizeName(pattern);
  if (/^\*+$/.test(wanted)) return true;
  const names = name.split('.');
  if (wanted.startsWith('**.') && isAtLeast(version, '1.19')) {
    const labels = wanted.slice(3).split('.');
    const extra = names.length - labels.length;
    return (
      extra >= 1 &&
      names.slice(0, extra).every((label) => LABEL.test(label)) &&
      labels.every((label, i) => matchesLabel(label, names[extra + i] ?? ''))
    );
  }
  const labels = wanted.split('.');
  return labels.length === names.length && labels.every((label, i) => matchesLabel(label, names[i] ?? ''));
}

const LABEL = /^[-a-z0-9_]+$/;
const LETTER = /^[-a-z0-9_]$/;

/** Matches one label with stars, going back only to the last star. */
function matchesLabel(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    if (p < pattern.length && pattern[p] === '*') {
      star = p;
      p += 1;
      resume = t;
    } else if (p < pattern.length && pattern[p] === text[t]) {
      p += 1;
      t += 1;
    } else if (star !== -1 && LETTER.test(text[resume] ?? '')) {
      resume += 1;
      t = resume;
      p = star + 1;
    } else {
      return false;
    }
  }
  while (p < pattern.length && pattern[p] === '*') p += 1;
  return p === pattern.length;
}
