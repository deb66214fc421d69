import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** In PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

export interface CertificateOptions {
  /** Names beside 127.0.0.1 and ::1. */
  readonly names?: readonly string[];
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/**
 * A certificate for the loopback that is its own authority (X.509 v3, RFC 5280; ECDSA on P-256). Node makes keys and
 * signatures, but no certificates.
 */
export function selfSigned({ names = ['localhost'], notBefore, notAfter }: CertificateOptions): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = sequence(set(sequence(oid(OID.commonName), der(UTF8, Buffer.from('Propolis demo')))));
  const algorithm = sequence(oid(OID.ecdsaWithSha256));
  const body = sequence(
    der(CONTEXT_0, integer(Buffer.of(2))),
    integer(Buffer.concat([Buffer.of(1), randomBytes(15)])),
    algorithm,
    name,
    sequence(time(notBefore), time(notAfter)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(
      CONTEXT_3,
      sequence(
        // It signs itself, and nothing below it.
        extension(OID.basicConstraints, sequence(der(BOOLEAN, Buffer.of(0xff)))),
        extension(OID.extendedKeyUsage, sequence(oid(OID.serverAuth))),
        extension(
          OID.subjectAltName,
          sequence(...addresses(), ...names.map((text) => der(DNS_NAME, Buffer.from(text)))),
        ),
      ),
    ),
  );
  const signature = sign('sha256', body, privateKey);
  const cert = sequence(body, algorithm, der(BIT_STRING, Buffer.concat([Buffer.of(0), signature])));
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: pem(cert),
  };
}

const OID = {
  commonName: '2.5.4.3',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  basicConstraints: '2.5.29.19',
  extendedKeyUsage: '2.5.29.37',
  subjectAltName: '2.5.29.17',
  serverAuth: '1.3.6.1.5.5.7.3.1',
} as const;

// Tags of DER.
const BOOLEAN = 0x01;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTETS = 0x04;
const OBJECT_ID = 0x06;
const UTF8 = 0x0c;
const GENERALIZED_TIME = 0x18;
const SEQUENCE = 0x30;
const SET = 0x31;
const DNS_NAME = 0x82;
const IP_ADDRESS = 0x87;
const CONTEXT_0 = 0xa0;
const CONTEXT_3 = 0xa3;

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function sequence(...items: readonly Buffer[]): Buffer {
  return der(SEQUENCE, Buffer.concat(items));
}

function set(item: Buffer): Buffer {
  return der(SET, item);
}

function integer(bytes: Buffer): Buffer {
  return der(INTEGER, bytes);
}

function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const bytes = rest.flatMap((arc) => {
    const digits = [arc & 0x7f];
    for (let left = arc >> 7; left > 0; left >>= 7) digits.unshift((left & 0x7f) | 0x80);
    return digits;
  });
  return der(OBJECT_ID, Buffer.from([first * 40 + second, ...bytes]));
}

function time(ms: number): Buffer {
  const text = new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, '');
  // RFC 5280 wants two digits for the year until 2049.
  const isShort = new Date(ms).getUTCFullYear() < 2050;
  return der(isShort ? 0x17 : GENERALIZED_TIME, Buffer.from(isShort ? text.slice(2) : text));
}

function extension(id: string, value: Buffer): Buffer {
  return sequence(oid(id), der(OCTETS, value));
}

function addresses(): readonly Buffer[] {
  return [Buffer.of(127, 0, 0, 1), Buffer.concat([Buffer.alloc(15), Buffer.of(1)])].map((bytes) =>
    der(IP_ADDRESS, bytes),
  );
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
