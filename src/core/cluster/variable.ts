/** Whether it is a text with a variable that no file gives a value: the cluster may know it, the files do not. */
export function isVariable(value: unknown): boolean {
  return typeof value === 'string' && value.includes('${');
}

/** Whether there is one anywhere within. */
export function hasVariable(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return isVariable(value);
  return Object.values(value).some(hasVariable);
}
