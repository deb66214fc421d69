import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { markMarkdown, markYaml, originOf } from './marker.ts';

const YAML = '---\n# yaml-language-server: $schema=x\napiVersion: v1\nkind: X\n';

describe('the marker', () => {
  it('stands below the schema line, and above a README', () => {
    expect(markYaml(YAML).split('\n')[2]).toMatch(
      /^# Rendered by propolis from propolis\.yaml, checksum [0-9a-f]{16}\. /,
    );
    expect(markMarkdown('# Title\n')).toMatch(/^<!-- Rendered by propolis .* -->\n# Title\n$/);
  });

  it.each([
    { name: 'what was rendered', text: markYaml(YAML), origin: 'rendered' },
    { name: 'other line ends', text: markYaml(YAML).replaceAll('\n', '\r\n'), origin: 'rendered' },
    { name: 'a byte order mark', text: `\uFEFF${markYaml(YAML)}`, origin: 'rendered' },
    { name: 'a README', text: markMarkdown('# Title\n'), origin: 'rendered' },
    { name: 'a changed value', text: markYaml(YAML).replace('kind: X', 'kind: Y'), origin: 'edited' },
    { name: 'a comment more', text: `${markYaml(YAML)}# why\n`, origin: 'edited' },
    { name: 'a space more', text: markYaml(YAML).replace('kind: X', 'kind: X '), origin: 'edited' },
    { name: 'a missing final line end', text: markYaml(YAML).slice(0, -1), origin: 'edited' },
    { name: 'no marker', text: YAML, origin: 'foreign' },
    { name: 'an empty file', text: '', origin: 'foreign' },
    { name: 'the marker far down', text: `${'# x\n'.repeat(10)}${markYaml(YAML)}`, origin: 'foreign' },
    { name: 'the marker in a value', text: `a: |\n  ${markYaml(YAML).split('\n')[2]}\n`, origin: 'foreign' },
  ])('takes $name for $origin', ({ text, origin }) => {
    expect(originOf(text)).toBe(origin);
  });

  it('knows its own, and finds any other text', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.nat(), (body, more, at) => {
        const text = markYaml(`---\n# schema\n${body}\n`);
        expect(originOf(text)).toBe('rendered');
        // After the three lines at the top, any insertion that is more than a line end's form is an edit.
        const start = text.split('\n').slice(0, 3).join('\n').length + 1;
        const place = start + (at % (text.length - start + 1));
        const edited = text.slice(0, place) + more + text.slice(place);
        if (edited.replaceAll('\r\n', '\n') !== text.replaceAll('\r\n', '\n'))
          expect(originOf(edited)).toBe('edited');
      }),
    );
  });
});
