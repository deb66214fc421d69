import type { ForgeRefusal, ForgeRefusalCode } from '../../core/model/pull-request.ts';

/** What stopped a pull request. Never leaves this folder. */
export class ForgeRefused extends Error {
  override readonly name = 'ForgeRefused';
  readonly refusal: ForgeRefusal;

  constructor(
    code: ForgeRefusalCode,
    { host = '', detail = '', retryAfter }: Partial<Omit<ForgeRefusal, 'code'>>,
  ) {
    super(code);
    this.refusal = { code, host, detail, ...(retryAfter === undefined ? {} : { retryAfter }) };
  }
}
