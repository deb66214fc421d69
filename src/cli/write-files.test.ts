import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeFiles } from './write-files.ts';

let folder = '';
let root = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'propolis-write-'));
  root = join(folder, 'repo');
  mkdirSync(join(root, 'apps'), { recursive: true });
  writeFileSync(join(root, 'apps/a.yaml'), 'a: 1\r\n');
  writeFileSync(join(root, 'b.yaml'), 'b: 1\n');
  writeFileSync(join(folder, 'secret.yaml'), 's: 1\n');
});
afterEach(() => rmSync(folder, { recursive: true }));

const A = { path: 'apps/a.yaml', before: 'a: 1\r\n', text: 'a: "ä😀"\r\n' };
const NEW = { path: 'new/deep/c.yaml', before: undefined, text: 'c: 1\n' };

describe('writing files', () => {
  it('changes them, makes new ones, and leaves nothing else behind', async () => {
    await writeFiles(root, [A, NEW]);
    expect(tree(root)).toEqual({ 'apps/a.yaml': A.text, 'b.yaml': 'b: 1\n', 'new/deep/c.yaml': NEW.text });
  });

  it('keeps the permissions of a file', async () => {
    chmodSync(join(root, A.path), 0o755);
    await writeFiles(root, [A]);
    expect(statSync(join(root, A.path)).mode & 0o777).toBe(0o755);
  });

  it('follows a link within the folder, and the link stays', async () => {
    symlinkSync('../b.yaml', join(root, 'apps/link.yaml'));
    await writeFiles(root, [{ path: 'apps/link.yaml', before: 'b: 1\n', text: 'b: 2\n' }]);
    expect(readFileSync(join(root, 'b.yaml'), 'utf8')).toBe('b: 2\n');
    expect(readFileSync(join(root, 'apps/link.yaml'), 'utf8')).toBe('b: 2\n');
  });
});

describe('writing files changes none', () => {
  it.each([
    {
      name: 'when one has changed since',
      bad: { path: 'b.yaml', before: 'b: 0\n', text: 'b: 2\n' },
      says: 'has changed',
    },
    { name: 'when one is gone', bad: { path: 'gone.yaml', before: 'x\n', text: 'y\n' }, says: 'is gone' },
    {
      name: 'when a new one is there',
      bad: { path: 'b.yaml', before: undefined, text: 'x\n' },
      says: 'is there already',
    },
    {
      name: 'when one is above the folder',
      bad: { path: '../secret.yaml', before: 's: 1\n', text: 'x\n' },
      says: 'outside',
    },
    {
      name: 'when one is named by its root',
      bad: { path: '/tmp/x.yaml', before: undefined, text: 'x\n' },
      says: 'outside',
    },
    {
      name: 'when one would be a setting of git',
      bad: { path: '.git/config', before: undefined, text: 'x\n' },
      says: 'outside',
    },
    {
      name: 'when a link leads to another folder',
      bad: { path: 'out/secret.yaml', before: 's: 1\n', text: 'x\n' },
      says: 'outside',
    },
    {
      name: 'when a link leads to another file',
      bad: { path: 'secret.yaml', before: 's: 1\n', text: 'x\n' },
      says: 'outside',
    },
    {
      name: 'when a folder stands in its place',
      bad: { path: 'apps', before: undefined, text: 'x\n' },
      says: 'is there already',
    },
    {
      name: 'when a file stands in the place of a folder',
      bad: { path: 'b.yaml/c.yaml', before: undefined, text: 'x\n' },
      says: '',
    },
  ])('$name', async ({ bad, says }) => {
    symlinkSync(folder, join(root, 'out'));
    symlinkSync(join(folder, 'secret.yaml'), join(root, 'secret.yaml'));
    const before = tree(root);
    await expect(writeFiles(root, [A, NEW, bad])).rejects.toThrow(says);
    expect(tree(root)).toEqual(before);
    expect(readFileSync(join(folder, 'secret.yaml'), 'utf8')).toBe('s: 1\n');
    expect(existsSync(join(root, 'new'))).toBe(false);
  });

  it('when the second of two is found changed after the first was moved', async () => {
    const before = tree(root);
    await expect(writeFiles(root, [A, NEW, { ...A, text: 'a: 3\n' }])).rejects.toThrow('has changed');
    expect(tree(root)).toEqual(before);
  });

  it('when its bytes are no text, since they could not be written back', async () => {
    writeFileSync(join(root, 'b.yaml'), Buffer.from([0x62, 0x3a, 0xff, 0x0a]));
    const bad = { path: 'b.yaml', before: 'b:\ufffd\n', text: 'b:\ufffd\nc: 1\n' };
    await expect(writeFiles(root, [A, bad])).rejects.toThrow('not valid UTF-8');
    expect(readFileSync(join(root, A.path), 'utf8')).toBe(A.before);
  });

  it('when a folder cannot be written to', async () => {
    mkdirSync(join(root, 'locked'));
    writeFileSync(join(root, 'locked/d.yaml'), 'd: 1\n');
    // A folder in the place of the temporary file's would need luck; a name that is too long does not.
    const bad = { path: `locked/${'d'.repeat(300)}.yaml`, before: undefined, text: 'x\n' };
    const before = tree(root);
    await expect(writeFiles(root, [A, bad])).rejects.toThrow('ENAMETOOLONG');
    expect(tree(root)).toEqual(before);
  });
});

function tree(at: string, prefix = ''): Record<string, string> {
  const files: Record<string, string> = {};
  for (const entry of readdirSync(at, { withFileTypes: true })) {
    if (entry.isDirectory()) Object.assign(files, tree(join(at, entry.name), `${prefix}${entry.name}/`));
    else if (entry.isFile()) files[`${prefix}${entry.name}`] = readFileSync(join(at, entry.name), 'utf8');
  }
  return files;
}
