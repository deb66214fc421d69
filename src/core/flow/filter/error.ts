/** A filter that Hubble would refuse. Its message is for logs; the wording for people is in `report/`. */
export class FilterError extends Error {
  /** The field of Hubble's `flow.FlowFilter` (`source_ip`), or the flag that was given (`--from-ip`). */
  readonly field: string;
  /** What was given. A stranger's text. */
  readonly value: string;
  /** What it must be, as the rest of a sentence that begins with "It must be". */
  readonly expected: string;

  constructor(field: string, value: string, expected: string) {
    super(`${field}: ${JSON.stringify(value)} must be ${expected}`);
    this.name = 'FilterError';
    this.field = field;
    this.value = value;
    this.expected = expected;
  }
}
