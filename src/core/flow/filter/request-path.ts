/**
 * The path of a request's URL, decoded, as Go's `url.ParseRequestURI` has it, which is what Hubble compares.
 *
 * @returns undefined for what Go refuses
 */
export function pathOfRequest(url: string): string | undefined {
  if (url === '' || hasControl(url)) return undefined;
  if (url === '*') return '*';
  const scheme = schemeOf(url);
  if (scheme === undefined) return undefined;
  let rest = scheme === '' ? url : url.slice(scheme.length + 1);
  const query = rest.indexOf('?');
  if (query !== -1) rest = rest.slice(0, query);
  // `mailto:somebody` has no path; a path alone begins with a slash.
  if (!rest.startsWith('/')) return scheme === '' ? undefined : '';
  if (scheme !== '' && rest.startsWith('//')) {
    const slash = rest.indexOf('/', 2);
    const authority = slash === -1 ? rest.slice(2) : rest.slice(2, slash);
    if (!isAuthority(authority)) return undefined;
    rest = slash === -1 ? '' : rest.slice(slash);
  }
  return unescaped(rest);
}

/** Empty for none; undefined where a colon begins the text. */
function schemeOf(url: string): string | undefined {
  if (url.startsWith(':')) return undefined;
  return /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(url)?.[1] ?? '';
}

/** `[user[:password]@]host[:port]` */
function isAuthority(authority: string): boolean {
  const at = authority.lastIndexOf('@');
  if (at !== -1 && !USER.test(authority.slice(0, at))) return false;
  if (at !== -1 && unescaped(authority.slice(0, at)) === undefined) return false;
  const host = authority.slice(at + 1);
  return host.startsWith('[') ? ADDRESS.test(host) : isHost(host);
}

function isHost(host: string): boolean {
  const colon = host.lastIndexOf(':');
  if (colon !== -1 && !/^[0-9]*$/.test(host.slice(colon + 1))) return false;
  if (!HOST.test(host)) return false;
  // Only bytes beyond ASCII may be written with a percent sign.
  return [...host.matchAll(/%(..?)?/gs)].every(([, digits = '']) => /^[89A-Fa-f][0-9A-Fa-f]$/.test(digits));
}

/** @returns undefined where a percent sign is not followed by two hexadecimal digits */
function unescaped(text: string): string | undefined {
  if (!text.includes('%')) return text;
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) return undefined;
  return text.replaceAll(/(?:%[0-9A-Fa-f]{2})+/g, decoded);
}

/** Bytes that are no UTF-8 are all the same to a regular expression. */
function decoded(bytes: string): string {
  try {
    return decodeURIComponent(bytes);
  } catch {
    return bytes.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, digits: string) => {
      const byte = Number.parseInt(digits, 16);
      return byte < 0x80 ? String.fromCharCode(byte) : '\ufffd';
    });
  }
}

function hasControl(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
}

const USER = /^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/;
const HOST = /^[A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"%\u0080-\uffff]*$/;
const ADDRESS = /^\[[^\]]*\](?::[0-9]*)?$/;
