import { createInterface } from 'node:readline';
import { CliError } from '../exit.ts';
import type { Io } from '../io.ts';
import type { HatchTarget } from './target.ts';

/**
 * On environments that the catalog names, whoever opens a namespace says its name twice: by `--confirm NAME`, or at
 * the terminal. A cluster that the catalog does not know is taken for the most careful one.
 *
 * @throws CliError where it is not confirmed; nothing was changed
 */
export async function requireConfirmation(
  namespace: string,
  { target, confirm }: { readonly target: HatchTarget; readonly confirm: string | undefined },
  io: Io,
): Promise<void> {
  const { catalog, known } = target;
  const mustAsk =
    known === undefined
      ? catalog.hatch.confirmOn.length > 0
      : catalog.hatch.confirmOn.includes(known.environment);
  if (!mustAsk || confirm === namespace) return;
  const where =
    known === undefined ? 'a cluster that the catalog does not know' : `${known.name} (${known.environment})`;
  if (confirm !== undefined) {
    throw new CliError(
      `--confirm must be "${namespace}", the namespace that is opened. Nothing was changed.`,
      `It is opened on ${where}.`,
    );
  }
  const answer = await ask(`Open ${namespace} on ${where}? Type its name to confirm: `, io);
  if (answer === namespace) return;
  throw new CliError(
    `Opening ${namespace} on ${where} must be confirmed. Nothing was changed.`,
    `Add --confirm ${namespace}.`,
  );
}

/** Asks only where a person is: without a terminal, or where the person ends the input, there is no answer. */
async function ask(question: string, io: Io): Promise<string | undefined> {
  const { stdin } = io;
  if (!('isTTY' in stdin) || stdin.isTTY !== true || io.columns === undefined) return undefined;
  io.err(question);
  const lines = createInterface({ input: stdin, terminal: false });
  try {
    return await new Promise((resolve) => {
      lines.once('line', (line) => resolve(line.trim()));
      lines.once('close', () => {
        io.err('\n');
        resolve(undefined);
      });
    });
  } finally {
    lines.removeAllListeners('close');
    lines.close();
  }
}
