const ANSWERS_MAX = 8192;

/** Answers that are dear to find and recur from flow to flow. What is held is bounded: when it is full, all is forgotten. */
export function remembered(answer: (text: string) => boolean): (text: string) => boolean {
  const known = new Map<string, boolean>();
  return (text) => {
    let found = known.get(text);
    if (found === undefined) {
      if (known.size >= ANSWERS_MAX) known.clear();
      found = answer(text);
      known.set(text, found);
    }
    return found;
  };
}
