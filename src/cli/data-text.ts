/**
 * Data for programs, which a person may look at all the same. JSON escapes what is below a space; further controls and
 * marks that turn text around are written as escapes too, which is the same data.
 */
export function jsonText(data: unknown): string {
  return `${JSON.stringify(data, null, 2).replace(UNSAFE, (characters) => escaped(characters))}\n`;
}

/** The same as YAML. */
export async function yamlText(data: unknown): Promise<string> {
  const { Document, visit } = await import('yaml');
  const document = new Document(data);
  visit(document, {
    Scalar(_, node) {
      // Only within quotes are there escapes.
      if (typeof node.value === 'string' && node.value.search(UNSAFE) >= 0) node.type = 'QUOTE_DOUBLE';
    },
  });
  return document
    .toString()
    .replace(UNSAFE, (characters) =>
      [...characters]
        .map((character) => `\\U${(character.codePointAt(0) ?? 0).toString(16).padStart(8, '0')}`)
        .join(''),
    );
}

// As in `printable`, without what JSON and YAML escape by themselves.
const UNSAFE = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|\udb40[\udc00-\udc7f]/g;

function escaped(characters: string): string {
  return characters
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
