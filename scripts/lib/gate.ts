/** What a gate found. */
export interface GateResult {
  readonly ok: boolean;
  /** What it looked at, with a count: `142 modules, 0 wrong`. */
  readonly looked: string;
  /** Shown when the gate is red. */
  readonly output: string;
}

export interface Gate {
  readonly name: string;
  /** @param root the repository, so that a test can point the gate at a planted fault */
  run(root: string): Promise<GateResult>;
}

/** Runs the gates one after the other, a line each, all of them even when one is red. Resolves with the red ones. */
export async function runGates(
  root: string,
  gates: readonly Gate[],
  write: (text: string) => void,
): Promise<readonly string[]> {
  const red: string[] = [];
  for (const gate of gates) {
    const start = performance.now();
    const { ok, looked, output } = await runGate(root, gate);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    write(`${ok ? 'ok  ' : 'FAIL'} ${gate.name}: ${looked} (${seconds} s)\n`);
    if (!ok) {
      red.push(gate.name);
      write(indent(output));
    }
  }
  return red;
}

/** A gate that throws is red: it has not looked. */
async function runGate(root: string, gate: Gate): Promise<GateResult> {
  try {
    return await gate.run(root);
  } catch (error) {
    const output = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { ok: false, looked: 'did not run', output };
  }
}

const SHOWN_LINES = 200;

function indent(text: string): string {
  const lines = text.trimEnd().split('\n');
  const shown = lines.slice(0, SHOWN_LINES).map((line) => (line === '' ? '' : `     ${line}`));
  if (lines.length > SHOWN_LINES) shown.push(`     … and ${lines.length - SHOWN_LINES} more lines`);
  return `${shown.join('\n')}\n`;
}
