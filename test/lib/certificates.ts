import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/**
 * A certificate that signs itself, for names such as `DNS:localhost` and `IP:127.0.0.1`. With -1 days it is over
 * already.
 */
export function selfSigned(
  folder: string,
  name: string,
  { altNames = 'IP:127.0.0.1', days = 2 } = {},
): Certificate {
  const path = (extension: string): string => join(folder, `${name}.${extension}`);
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=${altNames}`];
  openssl(['req', '-new', ...curve, '-keyout', path('key'), '-out', path('csr'), ...subject]);
  const signed = [
    '-in',
    path('csr'),
    '-signkey',
    path('key'),
    '-copy_extensions',
    'copy',
    '-out',
    path('crt'),
  ];
  openssl(['x509', '-req', ...signed, '-days', String(days)]);
  return { cert: readFileSync(path('crt'), 'utf8'), key: readFileSync(path('key'), 'utf8') };
}

function openssl(args: readonly string[]): void {
  execFileSync('openssl', args, { stdio: 'ignore' });
}
