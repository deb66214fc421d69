import { constants, inflateSync } from 'node:zlib';

/** Headers of streams may take as much in one connection. */
const BYTES_MAX = 256 * 1024;

/** Reads the headers of one connection: they are compressed as one stream, whose blocks come one after another. */
export interface HeaderReader {
  /** @returns undefined where they are broken, or too long */
  readonly read: (block: Buffer) => ReadonlyMap<string, string> | undefined;
}

export function headerReader(): HeaderReader {
  let compressed = Buffer.alloc(0);
  let known = 0;
  return {
    read(block) {
      compressed = Buffer.concat([compressed, block]);
      if (compressed.length > BYTES_MAX) return undefined;
      try {
        // All of it again: it is short, and what comes before is needed to read what follows.
        const all = inflateSync(compressed, {
          dictionary: DICTIONARY,
          finishFlush: constants.Z_SYNC_FLUSH,
          maxOutputLength: 16 * BYTES_MAX,
        });
        const fresh = all.subarray(known);
        known = all.length;
        return parse(fresh);
      } catch {
        return undefined;
      }
    },
  };
}

function parse(bytes: Buffer): ReadonlyMap<string, string> {
  let at = 0;
  const number = (): number => {
    const value = bytes.readUInt32BE(at);
    at += 4;
    return value;
  };
  const text = (): string => {
    const length = number();
    if (length > bytes.length - at) throw new RangeError('a header is longer than its block');
    at += length;
    return bytes.toString('utf8', at - length, at);
  };
  const headers = new Map<string, string>();
  for (let left = number(); left > 0; left -= 1) headers.set(text().toLowerCase(), text());
  return headers;
}

/** Writes a block of no headers, as every answer here has: stored, not squeezed, and an empty one that flushes it. */
export function emptyHeaders(isFirst: boolean): Buffer {
  const nothing = Buffer.alloc(4);
  const size = Buffer.from([0x00, nothing.length, 0x00, 0xff ^ nothing.length, 0xff]);
  const block = Buffer.concat([size, nothing, FLUSH]);
  if (!isFirst) return block;
  // RFC 1950: deflate with 32 kB, a dictionary, and which.
  const head = Buffer.alloc(6);
  head.writeUInt16BE(0x7820);
  head.writeUInt32BE(adler32(DICTIONARY), 2);
  return Buffer.concat([head, block]);
}

/** Without it Go's reader waits for more (compress/flate gives what it has at an empty stored block). */
const FLUSH = Buffer.from([0x00, 0x00, 0x00, 0xff, 0xff]);

function adler32(bytes: Buffer): number {
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  return b * 0x1_0000 + a;
}

/** SPDY 3.1, section 2.6.10.1: words with their lengths, and a text. */
const WORDS =
  'options|head|post|put|delete|trace|accept|accept-charset|accept-encoding|accept-language|accept-ranges|age|allow|authorization|cache-control|connection|content-base|content-encoding|content-language|content-length|content-location|content-md5|content-range|content-type|date|etag|expect|expires|from|host|if-match|if-modified-since|if-none-match|if-range|if-unmodified-since|last-modified|location|max-forwards|pragma|proxy-authenticate|proxy-authorization|range|referer|retry-after|server|te|trailer|transfer-encoding|upgrade|user-agent|vary|via|warning|www-authenticate|method|get|status|200 OK|version|HTTP/1.1|url|public|set-cookie|keep-alive|origin';
const TEXT =
  '100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized403 Forbidden404 Not Found500 Internal Server Error501 Not Implemented503 Service UnavailableJan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMTchunked,text/html,image/png,image/jpg,image/gif,application/xml,application/xhtml+xml,text/plain,text/javascript,publicprivatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0.';

export const DICTIONARY: Buffer = Buffer.concat([
  ...WORDS.split('|').flatMap((word) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(word.length);
    return [length, Buffer.from(word)];
  }),
  Buffer.from(TEXT),
]);
