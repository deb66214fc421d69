import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { parseDuration } from '../../core/flow/filter/index.ts';
import { HubbleError, type SettingKind } from '../../core/model/hubble-error.ts';

/** How a server is reached, by the names that Hubble's own command gives its flags. */
export interface HubbleSettings {
  readonly server?: string;
  readonly isTls: boolean;
  readonly isInsecureAllowed: boolean;
  /** Paths as they were given. */
  readonly caCertFiles: readonly string[];
  readonly clientCertFile?: string;
  readonly clientKeyFile?: string;
  readonly tlsServerName?: string;
  readonly basicAuthUsername?: string;
  readonly basicAuthPassword?: string;
  readonly isPortForward: boolean;
  readonly kubeContext?: string;
  readonly kubeNamespace?: string;
  readonly kubeconfig?: string;
  readonly dialTimeoutMs: number;
  readonly requestTimeoutMs: number;
  /** `HUBBLE_COMPAT=legacy-json-output`: `-o json` prints flows without the response around them. */
  readonly isLegacyJson: boolean;
}

/** What was given on the command line, by the names of Hubble's flags without dashes before them. */
export type HubbleFlags = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

export interface SettingSources {
  readonly flags: HubbleFlags;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/**
 * Settings from flags, then the environment (`HUBBLE_…`), then Hubble's configuration file, then Hubble's defaults.
 * Source: Cilium v1.19 `hubble/cmd/root.go`, `hubble/pkg/defaults/defaults.go`.
 *
 * @throws {HubbleError} `bad-setting`, `bad-file`
 */
export function readSettings(sources: SettingSources): HubbleSettings {
  const found = new Settings(sources);
  const text = (name: string): string | undefined => found.text(name);
  return {
    ...given('server', text('server')),
    isTls: found.flag('tls'),
    isInsecureAllowed: found.flag('tls-allow-insecure'),
    caCertFiles: found.list('tls-ca-cert-files'),
    ...given('clientCertFile', text('tls-client-cert-file')),
    ...given('clientKeyFile', text('tls-client-key-file')),
    ...given('tlsServerName', text('tls-server-name')),
    ...given('basicAuthUsername', text('basic-auth-username')),
    ...given('basicAuthPassword', text('basic-auth-password')),
    isPortForward: found.flag('port-forward'),
    ...given('kubeContext', text('kube-context')),
    ...given('kubeNamespace', text('kube-namespace')),
    ...given('kubeconfig', text('kubeconfig')),
    dialTimeoutMs: found.duration('timeout', 5000),
    requestTimeoutMs: found.duration('request-timeout', 12_000),
    isLegacyJson: (sources.env['HUBBLE_COMPAT'] ?? '').split(/[\s,]+/).includes('legacy-json-output'),
  };
}

function given<K extends string>(key: K, value: string | undefined): { readonly [P in K]?: string } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]?: string });
}

interface Setting {
  readonly value: unknown;
  /** As it is told: `--tls`, `HUBBLE_TLS`, `tls in config.yaml`. */
  readonly where: string;
}

class Settings {
  private readonly sources: SettingSources;
  private readonly file: { readonly path: string; readonly values: ReadonlyMap<string, unknown> };

  constructor(sources: SettingSources) {
    this.sources = sources;
    this.file = configuration(sources);
  }

  text(name: string): string | undefined {
    const found = this.find(name);
    if (found === undefined) return undefined;
    const { value } = found;
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    if (typeof value !== 'string') throw wrong(found, 'text');
    return value === '' ? undefined : value;
  }

  flag(name: string): boolean {
    const found = this.find(name);
    if (found === undefined) return false;
    if (typeof found.value === 'boolean') return found.value;
    const word = String(found.value);
    // As Go's strconv.ParseBool reads it.
    if (/^(?:1|t|T|TRUE|true|True)$/.test(word)) return true;
    if (/^(?:0|f|F|FALSE|false|False)$/.test(word)) return false;
    throw wrong(found, 'boolean');
  }

  list(name: string): readonly string[] {
    const found = this.find(name);
    if (found === undefined) return [];
    const { value } = found;
    if (typeof value === 'string') return value.split(/[\s,]+/).filter((item) => item !== '');
    if (Array.isArray(value) && value.every((item) => typeof item === 'string')) {
      return value.flatMap((item) => item.split(',')).filter((item) => item !== '');
    }
    throw wrong(found, 'list');
  }

  /** Milliseconds. */
  duration(name: string, otherwise: number): number {
    const found = this.find(name);
    if (found === undefined) return otherwise;
    const ms = durationMs(String(found.value));
    if (ms === undefined) throw wrong(found, 'duration');
    return ms;
  }

  private find(name: string): Setting | undefined {
    const { flags, env } = this.sources;
    const flag = Object.hasOwn(flags, name) ? flags[name] : undefined;
    if (flag !== undefined) return { value: flag, where: `--${name}` };
    const variable = `HUBBLE_${name.toUpperCase().replaceAll('-', '_')}`;
    const set = env[variable];
    if (set !== undefined && set !== '') return { value: set, where: variable };
    const value = this.file.values.get(name);
    if (value === undefined || value === null) return undefined;
    return { value, where: `${name} in ${this.file.path}` };
  }
}

function wrong({ value, where }: Setting, expected: SettingKind): HubbleError {
  const detail = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return new HubbleError('bad-setting', { where, detail, expected });
}

/** A duration of Go: `5s`, `1m30s`, `500ms`. It must be longer than nothing and shorter than a day. */
export function durationMs(text: string): number | undefined {
  const ns = parseDuration(text);
  if (ns === undefined) return undefined;
  const ms = Number(ns) / 1e6;
  return ms >= 1 && ms <= 86_400_000 ? Math.round(ms) : undefined;
}

/** Hubble's configuration file: the one that is named, else the first that there is. */
function configuration({ flags, env, cwd }: SettingSources): {
  readonly path: string;
  readonly values: ReadonlyMap<string, unknown>;
} {
  const named = flags['config'] ?? env['HUBBLE_CONFIG'];
  if (typeof named === 'string' && named !== '') {
    const path = named.startsWith('/') ? named : join(cwd, named);
    const text = fileText(path);
    if (text === undefined)
      throw new HubbleError('bad-file', { where: path, detail: 'there is no such file' });
    return { path, values: valuesOf(path, text) };
  }
  for (const path of usualPaths(env)) {
    const text = fileText(path);
    if (text !== undefined) return { path, values: valuesOf(path, text) };
  }
  return { path: '', values: new Map() };
}

function usualPaths(env: SettingSources['env']): readonly string[] {
  const home = env['HOME'] ?? '';
  const xdg = env['XDG_CONFIG_HOME'] ?? '';
  const folders = [
    ...(xdg === '' ? [] : [join(xdg, 'hubble')]),
    ...(xdg === '' && home !== '' ? [join(home, '.config/hubble')] : []),
    ...(home === '' ? [] : [join(home, '.hubble')]),
  ];
  return folders.map((folder) => join(folder, 'config.yaml'));
}

/** A configuration is a page; whatever is longer is something else. */
const CONFIG_BYTES_MAX = 1024 * 1024;

function valuesOf(path: string, text: string): ReadonlyMap<string, unknown> {
  if (text.length > CONFIG_BYTES_MAX)
    throw new HubbleError('bad-file', { where: path, detail: 'it is too long' });
  let value: unknown;
  try {
    value = parseYaml(text, { maxAliasCount: 20 });
  } catch (error) {
    const detail = error instanceof Error ? (error.message.split('\n')[0] ?? '') : '';
    throw new HubbleError('bad-file', { where: path, detail, cause: error });
  }
  if (value === null || value === undefined) return new Map();
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new HubbleError('bad-setting', { where: path, detail: text.slice(0, 40), expected: 'mapping' });
  }
  return new Map(Object.entries(value));
}

/** @returns undefined where there is none. @throws {HubbleError} `bad-file` for one that cannot be read */
function fileText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new HubbleError('bad-file', { where: path, detail: code, cause: error });
  }
}
