import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { selfSigned } from './certificate.ts';

describe('a certificate of its own', () => {
  const notBefore = Date.UTC(2026, 0, 1);
  const notAfter = Date.UTC(2026, 0, 2);
  const made = new X509Certificate(selfSigned({ notBefore, notAfter, names: ['relay.example'] }).cert);

  it('is for the loopback, and for its names', () => {
    expect(made.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(made.checkHost('relay.example')).toBe('relay.example');
    expect(made.checkHost('other.example')).toBeUndefined();
  });

  it('is signed by itself, and holds for as long as it was told', () => {
    expect(made.verify(made.publicKey)).toBe(true);
    expect([Date.parse(made.validFrom), Date.parse(made.validTo)]).toEqual([notBefore, notAfter]);
    expect(made.ca).toBe(true);
  });

  it('has the key that belongs to it', () => {
    const { key, cert } = selfSigned({ notBefore, notAfter });
    expect(new X509Certificate(cert).toString()).toContain('BEGIN CERTIFICATE');
    expect(key).toContain('BEGIN PRIVATE KEY');
  });
});
