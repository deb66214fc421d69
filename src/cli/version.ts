/** The same as in package.json; a gate compares them. */
export const VERSION: string = '0.1.0';
