import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { renderTemplate } from './evaluate.ts';
import { parseTemplate } from './parse.ts';
import { toYaml } from './values.ts';

const inputs = {
  name: 'web',
  empty: '',
  no: false,
  yes: true,
  port: 8080,
  zero: 0,
  nested: { a: { b: 'deep' }, list: ['x', 'y'] },
  none: null,
  map: { b: 2, a: 1 },
  nothing: [],
};

function render(template: string): string {
  const nodes = parseTemplate(template);
  if (nodes === undefined) return 'not parsed';
  const outcome = renderTemplate(nodes, inputs);
  return 'fault' in outcome ? `fault: ${outcome.fault}` : outcome.text;
}

describe('a template is rendered as Go does it', () => {
  it.each<[template: string, want: string]>([
    ['no actions', 'no actions'],
    ['<< inputs.name >>', 'web'],
    ['<<inputs.name>>', 'web'],
    ['a << inputs.nested.a.b >> c', 'a deep c'],
    ['<< inputs.port >> << inputs.yes >> << "x" >> << `y` >> << 3 >>', '8080 true x y 3'],
    ['a\n  <<- inputs.name >>\nb', 'aweb\nb'],
    ['a << inputs.name ->>\n  b', 'a webb'],
    ['a <</* comment */>> b', 'a  b'],
    ['a <<- /* comment >> still */ ->> b', 'ab'],
    ['<< index inputs "name" >>', 'web'],
    ['<< index inputs "missing" >>', '<no value>'],
    ['<< index inputs.nested.list 1 >>', 'y'],
    ['<< (index inputs "nested").a.b >>', 'deep'],
    ['<< if inputs.yes >>a<< else >>b<< end >>', 'a'],
    ['<< if inputs.no >>a<< else >>b<< end >>', 'b'],
    ['<< if inputs.empty >>a<< end >>', ''],
    ['<< if inputs.zero >>a<< end >>', ''],
    ['<< if inputs.nothing >>a<< end >>', ''],
    ['<< if inputs.none >>a<< end >>', ''],
    ['<< if inputs.no >>a<< else if inputs.yes >>b<< else >>c<< end >>d', 'bd'],
    ['<< if inputs.no >>a<< else if inputs.no >>b<< else >>c<< end >>d', 'cd'],
    ['<< if eq inputs.name "web" >>a<< end >>', 'a'],
    ['<< if eq inputs.name "api" "web" >>a<< end >>', 'a'],
    ['<< if ne inputs.name "web" >>a<< end >>', ''],
    ['<< if and inputs.yes (not inputs.no) >>a<< end >>', 'a'],
    ['<< and inputs.name inputs.empty inputs.missing >>', ''],
    ['<< or inputs.empty inputs.name inputs.missing >>', 'web'],
    ['<< if or inputs.no (eq inputs.port 8080) >>a<< end >>', 'a'],
    ['<< gt inputs.port 80 >> << le 1 1 >> << lt "a" "b" >>', 'true true true'],
    ['<< range $x := inputs.nested.list >>[<< $x >>]<< end >>', '[x][y]'],
    ['<< range inputs.nested.list >>[<< . >>]<< end >>', '[x][y]'],
    ['<< range $i, $x := inputs.nested.list >><< $i >>=<< $x >> << end >>', '0=x 1=y '],
    ['<< range $k, $v := inputs.map >><< $k >>=<< $v >> << end >>', 'a=1 b=2 '],
    ['<< range $x := inputs.nothing >>a<< else >>none<< end >>', 'none'],
    ['<< range $x := index inputs "missing" >>a<< end >>', ''],
    ['<< with inputs.nested.a >><< .b >><< end >>', 'deep'],
    ['<< with inputs.empty >>a<< else >>b<< end >>', 'b'],
    ['<< with $x := inputs.name >><< $x >><< . >><< end >>', 'webweb'],
    ['<< $x := inputs.name >><< if inputs.yes >><< $x = "new" >><< end >><< $x >>', 'new'],
    ['<< $x := 1 >><< if inputs.yes >><< $x := 2 >><< end >><< $x >>', '1'],
    ['<< inputs.name | quote >> << inputs.name | squote >> << quote inputs.none >>', '"web" \'web\' '],
    ['<< inputs.empty | default "d" >> << inputs.name | default "d" >>', 'd web'],
    ['<< inputs.name | upper | replace "W" "V" | printf "%s-%d" "a" 1 >>', 'fault: arguments of printf'],
    ['<< printf "%s-%d %q %% %v" inputs.name inputs.port "a" true >>', 'web-8080 "a" % true'],
    ['<< trimPrefix "w" inputs.name >><< trimSuffix "b" inputs.name >><< trim " a " >>', 'ebwea'],
    ['<< if hasPrefix "we" inputs.name >>a<< end >><< hasSuffix "x" inputs.name >>', 'afalse'],
    [
      '<< contains "e" inputs.name >><< hasKey inputs "name" >><< has "x" inputs.nested.list >>',
      'truetruetrue',
    ],
    [
      '<< ternary "a" "b" inputs.yes >><< coalesce inputs.empty inputs.name >><< empty inputs.no >>',
      'awebtrue',
    ],
    ['<< join "," inputs.nested.list >> << first inputs.nested.list >> << last (list 1 2) >>', 'x,y x 2'],
    ['<< splitList "," "a,b" | len >> << len inputs.name >> << len inputs.map >>', '2 3 2'],
    ['<< (dict "a" 1 "b" 2) | keys | sortAlpha | join "" >> << get inputs "name" >>', 'ab web'],
    ['<< int "12" >> << toString 1 >> << toJson inputs.nested.list >>', '12 1 ["x","y"]'],
    [
      'a:<< inputs.nested | toYaml | nindent 2 >>',
      'a:\n  "a":\n    "b": "deep"\n  "list":\n    - "x"\n    - "y"',
    ],
    ['<< indent 2 "a\\nb" >>', '  a\n  b'],
  ])('%s', (template, want) => {
    expect(render(template)).toBe(want);
  });

  it.each([
    ['<< inputs.missing >>', 'fault: no field missing'],
    ['<< inputs.name.deeper >>', 'fault: no field deeper'],
    ['<< inputs.none.deeper >>', 'fault: no field deeper'],
    ['<< eq inputs.no "a" >>', 'fault: values that cannot be compared'],
    ['<< inputs.map >>', 'fault: a map or list is printed'],
    ['<< sha256sum "a" >>', 'fault: function sha256sum'],
    ['<< $unknown >>', 'fault: undefined variable $unknown'],
    ['<< quote >>', 'fault: arguments of quote'],
    ['<< range $x := inputs.name >><< end >>', 'fault: range over a scalar'],
    ['<< index inputs.nested.list 9 >>', 'fault: index of a list'],
    ['<< printf "%x" 1 >>', 'fault: a verb of printf'],
    ['<< "a" | inputs.name >>', 'not parsed'],
    ['<< define "x" >><< end >>', 'not parsed'],
    ['<< if inputs.yes >>', 'not parsed'],
    ['<< end >>', 'not parsed'],
    ['<< else >>', 'not parsed'],
    ['<< if inputs.yes >><< else >><< else >><< end >>', 'not parsed'],
    ['<< inputs.name', 'not parsed'],
    ['<< "open >>', 'not parsed'],
    ['<< (inputs.name >>', 'not parsed'],
    ['<< @ >>', 'not parsed'],
    ['<< >>', 'not parsed'],
  ])('%s is %s', (template, want) => {
    expect(render(template)).toBe(want);
  });

  it('within limits', () => {
    const loop = (body: string): string => `<< range $a := inputs.nested.list >>${body}<< end >>`;
    let deep = 'x';
    for (let i = 0; i < 20; i += 1) deep = loop(deep);
    expect(render(deep)).toBe('fault: too many steps');
    expect(render(`<< if inputs.yes >>`.repeat(100) + '<< end >>'.repeat(100))).toBe('not parsed');
    expect(render(`<< ${'('.repeat(100)}1${')'.repeat(100)} >>`)).toBe('not parsed');
    expect(render(loop(loop('y'.repeat(600_000))))).toBe('fault: too much output');
    let doubling = '<< $x := "0123456789" >>';
    for (let i = 0; i < 40; i += 1) doubling += '<< $x = printf "%s%s" $x $x >>';
    expect(render(doubling)).toBe('fault: too long a text');
    const spread = `<< $x := "aaaaaaaaaa" >>${'<< $x = replace "a" "aaaaaaaaaa" $x >>'.repeat(12)}`;
    expect(render(spread)).toBe('fault: too long a text');
  });

  it('without ever throwing', () => {
    const parts = [
      '<<',
      '>>',
      '<<-',
      '->>',
      ' if ',
      ' else ',
      ' end ',
      ' range ',
      ' $x ',
      ':=',
      ' inputs',
      '.name',
      '|',
      '(',
      ')',
      '"a"',
      '\n',
      ' 1 ',
      ' eq ',
      '/*',
      '*/',
      '`',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...parts), { maxLength: 20 }), (template) => {
        expect(typeof render(template.join(''))).toBe('string');
      }),
      { numRuns: 500 },
    );
  });
});

describe('toYaml()', () => {
  it('prints what reads back as the same', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const same: unknown = JSON.parse(JSON.stringify(value));
        expect(parse(toYaml(same), { logLevel: 'silent' })).toEqual(same);
      }),
    );
  });
});
